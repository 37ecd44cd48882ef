package orders

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"
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
			refused <- d.PayByHand(t.Context(), &g, "S01", PaymentReceipt{ID: fmt.Sprint("p", i), Method: Cash, Minor: 700, By: "lin", At: d.clock()})
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
	if err := d.PayByHand(t.Context(), &g, "S01", PaymentReceipt{ID: "q", Method: Cash, Minor: 500, By: "lin", At: d.clock()}); err != nil {
		t.Fatal(err)
	}
	if err := d.PayByHand(t.Context(), &g, "S01", PaymentReceipt{ID: "q", Method: Cash, Minor: 500, By: "lin", At: d.clock()}); err != nil {
		t.Fatal(err)
	}
	// corrected before it was sent again: what is recorded is said
	wantFault(t, d.PayByHand(t.Context(), &g, "S01", PaymentReceipt{ID: "q", Method: Cash, Minor: 400, By: "lin", At: d.clock()}), "recorded_otherwise")
	d.wantBalances(t, map[string]int64{supplierAccount("S01"): 0, "cash:lin": -4000})
}

func TestAPriceThatIsSentAgainAsAnotherIsRefused(t *testing.T) {
	g := round()
	allocate(&g, 1000)
	count(&g, 0)
	item := g.Participants[0].Lines[0].Item
	price := Adjustment{ID: "a", Kind: NewUnitPrice, Minor: 900, Reason: "market"}
	for range 2 {
		if err := g.Adjust(g.Participants[0].Household, item, price); err != nil {
			t.Fatal(err)
		}
	}
	price.Minor = 800
	wantFault(t, g.Adjust(g.Participants[0].Household, item, price), "recorded_otherwise")
}

func TestAReceiptThatIsSentAgainWithAnotherAmountIsRefused(t *testing.T) {
	d := newDesk(t)
	d.open(t, round())
	g := d.edit(t, func(g *GroupBuy) { allocate(g, 1000) })
	send := func(r PaymentReceipt, all bool) error {
		r.ID, r.By, r.At = "r", "lin", d.clock()
		_, err := d.Receive(t.Context(), &g, neighbour, r, all)
		return err
	}
	for _, r := range []struct {
		receipt PaymentReceipt
		all     bool
		code    string
	}{
		{PaymentReceipt{Method: Cash, Minor: 1000}, false, ""},
		{PaymentReceipt{Method: Cash, Minor: 1000}, false, ""},
		{PaymentReceipt{Method: Cash}, true, ""},
		{PaymentReceipt{Method: Cash, Minor: 2000}, false, "recorded_otherwise"},
		{PaymentReceipt{Method: Transfer, Minor: 1000}, false, "recorded_otherwise"},
	} {
		if err := send(r.receipt, r.all); r.code == "" && err != nil {
			t.Errorf("%+v: %v", r.receipt, err)
		} else if r.code != "" {
			wantFault(t, err, r.code)
		}
	}
	d.wantBalances(t, map[string]int64{"cash:lin": 1000})
}

func TestHandAndTransferAtOneMomentDoNotPayTooMuch(t *testing.T) {
	d := newDesk(t)
	d.open(t, round())
	d.enroll(t, supplierAccount("S01"))
	d.pay(t, neighbour, Card, OnlineOrder{})
	d.edit(t, func(g *GroupBuy) { allocate(g, 1000) })
	g := d.edit(t, func(g *GroupBuy) { count(g, 0) })
	d.bank.fail = func() trouble { return lostAnswer } // 3000 of 4000 are sent, and nobody here knows
	_ = d.PayOut(t.Context(), "g1")
	hand := PaymentReceipt{ID: "h", Method: Cash, Minor: 1001, By: "lin", At: d.clock()}
	wantFault(t, d.PayByHand(t.Context(), &g, "S01", hand), "more_than_owed")
	hand.Minor = 1000
	if err := d.PayByHand(t.Context(), &g, "S01", hand); err != nil {
		t.Fatal(err)
	}
	d.bank.fail = func() trouble { return fine }
	d.wait(time.Hour)
	d.work(t)
	d.wantSent(t, "what hands left", 3000, 0)
	d.wantBalances(t, map[string]int64{supplierAccount("S01"): 0})
}

func TestPaymentByHandIsUndoneAndSentOnlineInstead(t *testing.T) {
	d := newDesk(t)
	g := round()
	g.CommissionBasis = 500
	d.open(t, g)
	d.pay(t, neighbour, Card, OnlineOrder{})
	d.edit(t, func(g *GroupBuy) { allocate(g, 1000) })
	d.edit(t, func(g *GroupBuy) { count(g, 0) })
	s := newSite(t, d)
	if status, _, raw := s.ask(t, "lin", "POST /group-buys/g1/supplier-payments", `{"supplier":"S01","method":"cash","amount":{"minor":4000,"currency":"CNY"}}`, "k1"); status != 200 {
		t.Fatalf("%d %s", status, raw)
	}
	if status, _, raw := s.ask(t, "lin", "POST /group-buys/g1/supplier-payments", `{"method":"cash","amount":{"minor":200,"currency":"CNY"}}`, "k2"); status != 200 {
		t.Fatalf("the commission: %d %s", status, raw)
	}
	var accounts []PayeeAccount
	if _, _, raw := s.ask(t, "lin", "GET /group-buys/g1/supplier-payments", ""); json.Unmarshal(raw, &accounts) != nil || len(accounts) != 2 {
		t.Fatalf("%s", raw)
	}
	d.wantBalances(t, map[string]int64{supplierAccount("S01"): 0, leaderAccount("lin"): 0, "cash:lin": -4200})
	d.enroll(t, supplierAccount("S01"))
	d.work(t)
	d.wantSent(t, "hands have paid", 0, 0)
	undo := "POST /group-buys/g1/supplier-payments/" + accounts[1].Hands[0].ID + "/undo"
	s.run(t, []scenario{
		{"nobody undoes", "", undo, `{"supplier":"S01","reason":"slip"}`, 401, "sign_in"},
		{"another leader does not", "chen", undo, `{"supplier":"S01","reason":"slip"}`, 404, "not_found"},
		{"a payment that is not there is said", "lin", "POST /group-buys/g1/supplier-payments/x/undo", `{"supplier":"S01","reason":"slip"}`, 404, "receipt_unknown"},
		{"a supplier that is not there is said", "lin", undo, `{"supplier":"S09","reason":"slip"}`, 404, "receipt_unknown"},
		{"without a reason nothing is undone", "lin", undo, `{"supplier":"S01","reason":""}`, 422, "invalid_input"},
		{"the leader undoes", "lin", undo, `{"supplier":"S01","reason":"slip"}`, 200, ""},
		{"twice is once", "lin", undo, `{"supplier":"S01","reason":"slip"}`, 200, ""},
	})
	d.work(t)
	d.wantSent(t, "what households paid online", 3000, 0)
	d.wantBalances(t, map[string]int64{supplierAccount("S01"): -1000, "cash:lin": -200})
}

func TestWhatHandsPaidIsNotSentOnceThePayeeIsReady(t *testing.T) {
	d := newDesk(t)
	d.open(t, round())
	d.pay(t, neighbour, Card, OnlineOrder{})
	d.edit(t, func(g *GroupBuy) { allocate(g, 1000) })
	g := d.edit(t, func(g *GroupBuy) { count(g, 0) })
	d.work(t) // 3000 wait for the supplier's account
	if err := d.PayByHand(t.Context(), &g, "S01", PaymentReceipt{ID: "p", Method: Cash, Minor: 3500, By: "lin", At: d.clock()}); err != nil {
		t.Fatal(err)
	}
	d.enroll(t, supplierAccount("S01"))
	d.work(t)
	d.wantSent(t, "500 of 4000 were left", 500, 0)
	d.wantBalances(t, map[string]int64{supplierAccount("S01"): 0})

	s := newSite(t, d)
	var accounts []PayeeAccount
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
	if len(payouts) != 1 || len(payouts[0].Sends) != 1 || len(payouts[0].Hands) != 1 || payouts[0].Owed != 4000 || payouts[0].ToSend != 0 {
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
