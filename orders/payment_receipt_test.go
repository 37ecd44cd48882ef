package orders

import (
	"encoding/json"
	"slices"
	"testing"
	"time"
)

func TestAReceiptNamesWhoSoldAndWhoTookTheMoney(t *testing.T) {
	d := newDesk(t)
	g := round()
	g.CommissionBasis = 500
	d.open(t, g)
	g, _ = d.groupBuys.Get(t.Context(), "g1")
	if _, err := d.Receive(t.Context(), &g, neighbour, PaymentReceipt{ID: "r", Method: Cash, Minor: 2000, By: "lin", At: d.clock()}, false); err != nil {
		t.Fatal(err)
	}
	d.pay(t, neighbour, Card, OnlineOrder{})
	d.edit(t, twoFarms)
	d.edit(t, func(g *GroupBuy) { g.Participants[1].Lines[1].Served[0].Counted = false })
	s := newSite(t, d)
	var r Receipt
	if status, _, raw := s.ask(t, "sam", "GET /group-buys/g1/receipt?household="+neighbour, ""); status != 200 || json.Unmarshal(raw, &r) != nil {
		t.Fatalf("%d %s", status, raw)
	}
	want := []Party{
		{"supplier", "S01", "", 1000}, {"supplier", "S02", "", 2000}, {"leader", "", "林团长", 150}, {"ordered", "", "", 1050},
		{"cash", "", "林团长", 2000}, {"stripe", "", "", 2200},
	}
	if r.Leader != "林团长" || !slices.Equal(r.Parties, want) {
		t.Errorf("issued by %s: %+v, want %+v", r.Leader, r.Parties, want)
	}
}

// The gate counts one egg tray of two and something like it in the place of the
// other; its price is lowered, and then the household does not want it after all.
func TestASubstituteAtAnotherPriceAndRefusedIsRefundedInLedgerStatementAndBill(t *testing.T) {
	d := newDesk(t)
	g := round()
	g.Participants[1].Substitute = true
	d.open(t, g)
	d.enroll(t, supplierAccount("S01"))
	d.pay(t, neighbour, Card, OnlineOrder{})
	d.edit(t, func(g *GroupBuy) { allocate(g, 1000); g.Participants[1].Lines = g.Participants[1].Lines[:1] })
	d.wantMoney(t, "allocated", 0, 2000, 2000)
	duck := Part{"d1", neighbour, "eggs", "lot-duck"}
	steps := []struct {
		what   string
		change func(*GroupBuy) error
		online int64
	}{
		{"something like it costs what is missing", func(g *GroupBuy) error {
			like := Served{Delivery: "d1", Lot: duck.Lot, Quantity: 1, Instead: &Instead{Of: "lot-eggs", Product: "duck", NameZh: "鸭蛋", NameEn: "Duck eggs"}}
			if err := g.Replace("d1", map[Part]Served{duck: like}); err != nil {
				return err
			}
			return g.Receive("d1", map[Part]int64{{"d1", neighbour, "eggs", "lot-eggs"}: 1, duck: 1, {"d1", elder, "eggs", "lot-eggs"}: 1}, d.clock())
		}, 2000},
		{"at a lower price", func(g *GroupBuy) error {
			return g.Adjust(neighbour, "eggs", Adjustment{ID: "p", Kind: NewUnitPrice, Minor: 800, Reason: "smaller", At: d.clock()})
		}, 1600},
		{"and refused at the door", func(g *GroupBuy) error { return g.Hand(duck, 0, "refused", d.clock()) }, 800},
	}
	for _, step := range steps {
		d.wait(time.Minute)
		d.edit(t, func(g *GroupBuy) {
			if err := step.change(g); err != nil {
				t.Fatalf("%s: %v", step.what, err)
			}
		})
		d.work(t)
		d.wantMoney(t, step.what, 0, 2000, step.online)
		d.wantSent(t, step.what, step.online, 0)
	}
	d.wantBalances(t, map[string]int64{householdAccount(neighbour): 0, StripeAccount: 0, supplierAccount("S01"): -1000, orderedAccount("g1"): 0})
	rows, err := d.Ledger.Movements(t.Context(), householdAccount(neighbour), "g1")
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]int64{}
	for _, row := range rows {
		said[string(row.Kind)+" "+row.Reason] += row.Minor
	}
	for what, minor := range map[string]int64{
		"charge allocated": -2000, "charge short": 1000, "charge instead": -1000, "charge price": 200, "charge not_handed_over": 1000,
		"refunded price": -400, "refunded not_handed_over": -800,
	} {
		if said[what] != minor {
			t.Errorf("of %q the statement says %d, want %d: %v", what, said[what], minor, said)
		}
	}
	now, _ := d.groupBuys.Get(t.Context(), "g1")
	v, err := d.View(t.Context(), &now, neighbour)
	i := slices.IndexFunc(v.Bill.Lines, func(l BillLine) bool { return l.NameEn == "Duck eggs" })
	if err != nil || i < 0 || v.Bill.Lines[i].Reason != "not_handed_over" || v.Bill.Lines[i].Minor != 0 || v.Bill.Due != 800 {
		t.Errorf("the bill says %+v, %v", v.Bill, err)
	}
}
