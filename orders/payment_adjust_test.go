package orders

import (
	"maps"
	"testing"
	"time"
)

// twoFarms serves the neighbour's two eggs from two suppliers, at 10.00 and at
// 20.00, and lets the gate count both.
func twoFarms(g *GroupBuy) {
	allocate(g, 1000)
	g.Participants[1].Lines[0].Served = []Served{
		{Delivery: "d1", Lot: "a", Supplier: "S01", Quantity: 1, UnitPrice: 1000},
		{Delivery: "d2", Lot: "b", Supplier: "S02", Quantity: 1, UnitPrice: 2000},
	}
	count(g, 0)
}

func TestEachSupplierBearsItsPartOfWhatChangesALine(t *testing.T) {
	weighed := Adjustment{ID: "w", Kind: Weighed, Minor: 2400, Units: 2}
	for _, row := range []struct {
		name     string
		adjusted []Adjustment
		after    func(*GroupBuy) // nil: nothing
		want     map[string]int64
	}{
		{"nothing changes", nil, nil, map[string]int64{"S01": 1000, "S02": 2000}},
		{"a new price is the price of each", []Adjustment{{ID: "p", Kind: NewUnitPrice, Minor: 900}}, nil, map[string]int64{"S01": 900, "S02": 900}},
		{"a weight changes each by what it costs", []Adjustment{weighed}, nil, map[string]int64{"S01": 800, "S02": 1600}},
		{"of what is not divided evenly nothing is lost", []Adjustment{{ID: "w", Kind: Weighed, Minor: 2500, Units: 2}}, nil, map[string]int64{"S01": 833, "S02": 1667}},
		{"a claim is borne by each", []Adjustment{{ID: "c", Kind: ClaimGranted, Minor: 600}}, nil, map[string]int64{"S01": 800, "S02": 1600}},
		{"a claim after a weight", []Adjustment{weighed, {ID: "c", Kind: ClaimGranted, Minor: 300}}, nil, map[string]int64{"S01": 700, "S02": 1400}},
		{"a claim that the leader bears takes nothing from them", []Adjustment{{ID: "c", Kind: ClaimGranted, Minor: 600, Bearer: leaderAccount("lin")}}, nil, map[string]int64{"S01": 1000, "S02": 2000, "lin": -600}},
		{"claims never take more than all of it", []Adjustment{{ID: "c", Kind: ClaimGranted, Minor: 2999}, {ID: "d", Kind: ClaimGranted, Minor: 900}}, nil, map[string]int64{"S01": 0, "S02": 0}},
		{"what was weighed and then refused at the door is not paid", []Adjustment{weighed}, func(g *GroupBuy) {
			g.Participants[1].Lines[0].Served[1].Outcome = "refused"
		}, map[string]int64{"S01": 1200, "S02": 0}},
		{"what comes after the scales costs by the same weight", []Adjustment{{ID: "w", Kind: Weighed, Minor: 800, Units: 1}}, nil, map[string]int64{"S01": 533, "S02": 1067}},
		{"and what none of it cost is shared by units", []Adjustment{{ID: "w", Kind: Weighed, Minor: 800, Units: 2}}, func(g *GroupBuy) {
			for i := range g.Participants[1].Lines[0].Served {
				g.Participants[1].Lines[0].Served[i].UnitPrice = 0
			}
		}, map[string]int64{"S01": 400, "S02": 400}},
	} {
		t.Run(row.name, func(t *testing.T) {
			g := round()
			twoFarms(&g)
			g.Participants[1].Lines = g.Participants[1].Lines[:1]
			g.Participants[1].Lines[0].Adjustments = row.adjusted
			if row.after != nil {
				row.after(&g)
			}
			b, err := g.Owes(neighbour)
			if err != nil {
				t.Fatal(err)
			}
			got, sum := map[string]int64{}, int64(0)
			for _, l := range b.owed() {
				_, who := owner(l.Account)
				got[who] += l.Minor
				sum += l.Minor
			}
			if !maps.Equal(got, row.want) || sum != b.Due {
				t.Errorf("they are owed %v, want %v; the lines sum to %d of %d", got, row.want, sum, b.Due)
			}
		})
	}
}

func TestBothSuppliersStatementsAndTheHouseholdsBillAddUpAfterAWeightAndAClaim(t *testing.T) {
	d := newDesk(t)
	d.open(t, round())
	d.enroll(t, supplierAccount("S01"))
	d.enroll(t, supplierAccount("S02"))
	d.pay(t, neighbour, Card, OnlineOrder{})
	d.edit(t, twoFarms)
	d.work(t)
	d.edit(t, func(g *GroupBuy) {
		for _, a := range []Adjustment{{ID: "w", Kind: Weighed, Minor: 2400}, {ID: "c", Kind: ClaimGranted, Minor: 300, Reason: "broken"}} {
			if err := g.Adjust(neighbour, "eggs", a); err != nil {
				t.Error(err)
			}
		}
	})
	d.work(t)
	// The elder's eggs and the neighbour's greens are S01's, at 10.00 each.
	d.wantBalances(t, map[string]int64{
		householdAccount(neighbour): 0, StripeAccount: 0, supplierAccount("S01"): -1000, supplierAccount("S02"): 0,
	})
	if sent := d.bank.sent(); sent["acct_supplier:S01"] != 700+1000 || sent["acct_supplier:S02"] != 1400 {
		t.Errorf("sent %v", sent)
	}
	for supplier, want := range map[string]int64{"S01": -1000 - 1700, "S02": -1400} {
		rows, err := d.Ledger.Movements(t.Context(), supplierAccount(supplier), "g1")
		if err != nil {
			t.Fatal(err)
		}
		var owed int64
		for _, row := range rows {
			if row.Kind == Charge {
				owed -= row.Minor
			}
		}
		if owed != want {
			t.Errorf("the statement of %s says that it is owed %d, want %d: %+v", supplier, owed, want, rows)
		}
	}
	rows, err := d.Ledger.Movements(t.Context(), householdAccount(neighbour), "g1")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if row.Reason == "weight" && (row.Minor != 600 || len(row.Lines) != 1 || row.Lines[0].Minor != -600) {
			t.Errorf("the household reads of the scales: %+v", row)
		}
	}
}

func TestALinesOwnCapHoldsAfterDelivery(t *testing.T) {
	g := round()
	allocate(&g, 1000)
	count(&g, 0)
	g.Participants[1].Lines[0].UnitCap = 1200
	wantFault(t, g.Adjust(neighbour, "eggs", Adjustment{ID: "p", Kind: NewUnitPrice, Minor: 1201}), "above_cap")
	wantFault(t, g.Adjust(neighbour, "eggs", Adjustment{ID: "w", Kind: Weighed, Minor: 2401}), "above_cap")
	if b, err := g.Owes(neighbour); err != nil || b.Most != 2*1200+1200 {
		t.Errorf("at most %d, %v", b.Most, err)
	}
}

// A bill without a cent of online money falls after a hand has paid the supplier:
// what was sent for another household's goods is too much now.
func TestWhatFallsAfterAHandPaidTheSupplierIsReversed(t *testing.T) {
	d := newDesk(t)
	d.open(t, round())
	d.enroll(t, supplierAccount("S01"))
	d.pay(t, neighbour, Card, OnlineOrder{})
	d.edit(t, func(g *GroupBuy) { allocate(g, 1000) })
	g := d.edit(t, func(g *GroupBuy) { count(g, 0) })
	d.work(t)
	if err := d.PayByHand(t.Context(), &g, "S01", PaymentReceipt{ID: "h", Method: Cash, Minor: 1000, By: "lin", At: d.clock()}); err != nil {
		t.Fatal(err)
	}
	d.wantSent(t, "4000 are owed, and 1000 were paid by hand", 3000, 0)
	d.edit(t, func(g *GroupBuy) {
		if err := g.Adjust(elder, "eggs", Adjustment{ID: "c", Kind: ClaimGranted, Minor: 400, Reason: "broken"}); err != nil {
			t.Error(err)
		}
	})
	d.work(t)
	d.wantSent(t, "3600 are owed", 2600, 0)
	d.wantBalances(t, map[string]int64{supplierAccount("S01"): 0})
}

func TestASupplierSeesWhatItIsOwedBeforeAnybodyPays(t *testing.T) {
	d := newDesk(t)
	d.open(t, round())
	d.provider = nil
	d.edit(t, func(g *GroupBuy) { allocate(g, 1000) })
	d.edit(t, func(g *GroupBuy) { count(g, 0) })
	d.work(t)
	list, err := d.PayoutsOf(t.Context(), supplierAccount("S01"))
	if err != nil || len(list) != 1 || list[0].Owed != 4000 {
		t.Errorf("%+v, %v", list, err)
	}
	for range 5 {
		d.wait(24 * time.Hour)
		if n, err := d.Work(t.Context()); n != 0 || err != nil {
			t.Errorf("%d payments were looked at again, %v", n, err)
		}
	}
}
