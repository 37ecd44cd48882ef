package orders

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
)

func TestHandsThatPayAtOneMomentDoNotPayTooMuch(t *testing.T) {
	d := newDesk(t)
	d.open(t, round())
	d.edit(t, func(g *GroupBuy) { allocate(g, 1000) })
	g := d.edit(t, func(g *GroupBuy) { count(g, 0) })
	var hands sync.WaitGroup
	refused := make(chan error, 20)
	for i := range 20 {
		hands.Go(func() {
			refused <- d.PaySupplier(t.Context(), &g, "S01", PaymentReceipt{ID: fmt.Sprint("p", i), Method: Cash, Minor: 700, By: "lin", At: d.clock()})
		})
	}
	hands.Wait()
	close(refused)
	paid := 0
	for err := range refused {
		if err == nil {
			paid++
		} else {
			wantFault(t, err, "more_than_owed")
		}
	}
	if paid != 5 {
		t.Errorf("of 4000, 700 was paid %d times", paid)
	}
	d.wantBalances(t, map[string]int64{supplierAccount("S01"): -500, "cash:lin": -3500})
	// the phone sends the last one again
	if err := d.PaySupplier(t.Context(), &g, "S01", PaymentReceipt{ID: "q", Method: Cash, Minor: 500, By: "lin", At: d.clock()}); err != nil {
		t.Fatal(err)
	}
	if err := d.PaySupplier(t.Context(), &g, "S01", PaymentReceipt{ID: "q", Method: Cash, Minor: 500, By: "lin", At: d.clock()}); err != nil {
		t.Fatal(err)
	}
	d.wantBalances(t, map[string]int64{supplierAccount("S01"): 0, "cash:lin": -4000})
}

func TestWhatHandsPaidIsNotSentOnceThePayeeIsReady(t *testing.T) {
	d := newDesk(t)
	d.open(t, round())
	d.pay(t, neighbour, Card, OnlineOrder{})
	d.edit(t, func(g *GroupBuy) { allocate(g, 1000) })
	g := d.edit(t, func(g *GroupBuy) { count(g, 0) })
	d.work(t) // 3000 wait for the supplier's account
	if err := d.PaySupplier(t.Context(), &g, "S01", PaymentReceipt{ID: "p", Method: Cash, Minor: 3500, By: "lin", At: d.clock()}); err != nil {
		t.Fatal(err)
	}
	d.enroll(t, supplierAccount("S01"))
	d.work(t)
	d.wantSent(t, "500 of 4000 were left", 500, 0)
	d.wantBalances(t, map[string]int64{supplierAccount("S01"): 0})

	s := newSite(t, d)
	var accounts []SupplierAccount
	if status, _, raw := s.ask(t, "lin", "GET /group-buys/g1/supplier-payments", ""); status != 200 || json.Unmarshal(raw, &accounts) != nil {
		t.Fatalf("%d %s", status, raw)
	}
	if len(accounts) != 1 || accounts[0].Owed != 4000 || accounts[0].Online != 500 || accounts[0].ByHand != 3500 || len(accounts[0].Hands) != 1 {
		t.Errorf("the supplier's account is %+v", accounts)
	}
	var payouts []PayoutView
	if status, _, raw := s.ask(t, "farm", "GET /payouts?of=supplier&id=S01", ""); status != 200 || json.Unmarshal(raw, &payouts) != nil {
		t.Fatalf("%d %s", status, raw)
	}
	if len(payouts) != 2 {
		t.Errorf("the supplier sees %+v", payouts)
	}
	s.run(t, []scenario{
		{"a member does not see what suppliers get", "sam", "GET /group-buys/g1/supplier-payments", "", 403, "role_needed"},
		{"another leader neither", "chen", "GET /group-buys/g1/supplier-payments", "", 404, "not_found"},
		{"another supplier does not see the payouts", "otherfarm", "GET /payouts?of=supplier&id=S01", "", 404, "payee_unknown"},
		{"nobody sees no payouts", "", "GET /payouts?of=supplier&id=S01", "", 401, "sign_in"},
		{"a leader sees the own payouts", "lin", "GET /payouts?of=leader", "", 200, ""},
		{"nobody has no payments", "", "GET /me/payments", "", 401, "sign_in"},
	})
	var mine []MyPayment
	for who, want := range map[string]string{"sam": neighbour, "daughter": elder} {
		if status, _, raw := s.ask(t, who, "GET /me/payments", ""); status != 200 || json.Unmarshal(raw, &mine) != nil || len(mine) != 1 || mine[0].Household != want {
			t.Errorf("%s sees %d %s", who, status, raw)
		}
	}
}
