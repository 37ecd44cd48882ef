package orders

import (
	"testing"
	"time"

	"baimi/app/fault"
)

func TestFailedRefundIsReversedAndLeftToAHand(t *testing.T) {
	d := newDesk(t)
	d.open(t, round())
	d.pay(t, neighbour, Alipay, OnlineOrder{})
	d.edit(t, func(g *GroupBuy) { g.State = Failed })
	for range 2 {
		in := d.bank.intents["pi_1"]
		for i := range in.Refunds {
			in.Refunds[i].Failed = true
		}
		if _, err := d.hearAbout(t.Context(), "pi_1"); err != nil {
			t.Fatal(err)
		}
	}
	p := d.payment(t, neighbour)
	if p.ToGiveBack() != 11700 || len(p.Intents[0].Refunds) != 2 {
		t.Errorf("to give back by hand: %d, after %+v", p.ToGiveBack(), p.Intents[0].Refunds)
	}
	d.wantBalances(t, map[string]int64{StripeAccount: 11700, householdAccount(neighbour): -11700})
}

func TestWhatTheProviderWillNotDoIsLeftToHands(t *testing.T) {
	refused := fault.New(fault.Invalid, "online_refused", "No.")
	for name, row := range map[string]struct {
		refusal  error
		kind     StepKind
		method   string
		hours    int // until it is left to hands
		owes     int64
		giveBack int64
	}{
		"a capture that is too small, at once": {fault.New(fault.Invalid, "online_too_small", "Too small."), StepCapture, Card, 1, 3000, 0},
		"another capture, within two days":     {refused, StepCapture, Card, 48, 3000, 0},
		"a refund, within two days":            {refused, StepRefund, Alipay, 48, 0, 8700},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.open(t, round())
			d.pay(t, neighbour, row.method, OnlineOrder{})
			d.bank.refuses = map[StepKind]error{row.kind: row.refusal}
			asked := 0
			d.bank.fail = func() trouble { asked++; return fine }
			if _, err := d.groupBuys.Update(t.Context(), "g1", func(g *GroupBuy) error { allocate(g, 1000); return nil }); err != nil {
				t.Fatal(err)
			}
			_ = d.Settle(t.Context(), "g1") // says what was refused
			for range 60 * row.hours {
				d.wait(time.Minute)
				_, _ = d.Work(t.Context())
			}
			p := d.payment(t, neighbour)
			if p.Outstanding() != row.owes || p.ToGiveBack() != row.giveBack || p.HeldNow() != 0 {
				t.Errorf("outstanding %d, to give back %d, held %d: %+v", p.Outstanding(), p.ToGiveBack(), p.HeldNow(), p.Intents)
			}
			if asked > 30 {
				t.Errorf("the provider was asked %d times", asked)
			}
		})
	}
}

func TestWhatABankTakesBackIsOwedAgainUntilTheDisputeIsWon(t *testing.T) {
	d := newDesk(t)
	d.bank.settles = "USD"
	d.open(t, round())
	d.enroll(t, supplierAccount("S01"))
	d.pay(t, neighbour, Card, OnlineOrder{})
	d.edit(t, func(g *GroupBuy) { allocate(g, 1000) })
	d.edit(t, func(g *GroupBuy) { count(g, 0) })
	d.work(t)
	for _, want := range []struct {
		outstanding, disputed, dollars, fees int64
	}{{3000, 3000, -214, 214}, {0, 0, 428 - 214, 214}} {
		d.bank.dispute("pi_1")
		d.hearOf(t, "pi_1")
		d.work(t)
		p := d.payment(t, neighbour)
		v := viewOf(&GroupBuy{}, p)
		if p.Outstanding() != want.outstanding || v.Intents[0].Disputed != want.disputed || len(d.bank.wrong) > 0 {
			t.Errorf("outstanding %d, disputed %d: %v", p.Outstanding(), v.Intents[0].Disputed, d.bank.moved)
		}
		sums, err := d.Ledger.balance(t.Context(), StripeAccount)
		if err != nil || !sameSums(sums, d.bank.book) || sums["USD"] != want.dollars {
			t.Errorf("the book has %v, the bank %v", sums, d.bank.book)
		}
		fees, err := d.Ledger.balance(t.Context(), DeploymentAccount)
		if err != nil || fees["USD"] != want.fees {
			t.Errorf("the deployment bears %v, %v", fees, err)
		}
		d.wantSent(t, "the supplier keeps what it is owed", 3000, 0)
	}
}

func TestAReceiptIsRecordedThoughTheProviderRefusesWhatFollows(t *testing.T) {
	for _, method := range []string{Alipay, Card} {
		t.Run(method, func(t *testing.T) {
			d := newDesk(t)
			d.open(t, round())
			g, _ := d.groupBuys.Get(t.Context(), "g1")
			if _, err := d.Begin(t.Context(), &g, neighbour, OnlineOrder{Account: "sam", Method: method}); err != nil {
				t.Fatal(err)
			}
			d.bank.page("pi_1", false) // nobody here knows yet that it is paid or held
			if _, err := d.payments.Update(t.Context(), PaymentID("g1", neighbour), func(p *Payment) error {
				p.askAbout("pi_1", d.clock())
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			d.bank.refuses = map[StepKind]error{StepRefund: fault.New(fault.Invalid, "online_refused", "No.")}
			asked := 0
			d.bank.fail = func() trouble { // it tells of the money, and then the line is down
				if asked++; asked > 1 && method == Card {
					return lostRequest
				}
				return fine
			}
			v, err := d.Receive(t.Context(), &g, neighbour, PaymentReceipt{ID: "r", Method: Cash, Minor: 11700, By: "lin", At: d.clock()}, false)
			if err != nil || len(v.Receipts) != 1 || asked < 2 {
				t.Fatalf("%+v, %v, after %d requests", v, err, asked)
			}
			d.wantBalances(t, map[string]int64{"cash:lin": 11700})
			if method == Alipay && v.Refunding != 11700 {
				t.Errorf("%d is to go back online: %+v", v.Refunding, v)
			}
			d.bank.refuses, d.bank.fail = nil, func() trouble { return fine }
			d.wait(time.Hour)
			d.work(t)
			d.wantMoney(t, "the line is up again", 0, map[string]int64{Alipay: 11700}[method], 0)
			if v, err := d.View(t.Context(), &g, neighbour); err != nil || v.Refunding != 0 || v.Paid != 11700 {
				t.Errorf("afterwards %+v, %v", v, err)
			}
		})
	}
}

func TestAPriceAndAClaimAreRecordedThoughTheProviderIsDown(t *testing.T) {
	d, s := delivered(t)
	d.pay(t, neighbour, Card, OnlineOrder{})
	id := s.file(t, "c1")
	d.bank.fail = func() trouble { return lostRequest }
	s.run(t, []scenario{
		{"a price", "lin", "POST /group-buys/g1/prices", `{"item":"eggs","unit_price":{"minor":900,"currency":"CNY"},"reason":"weighed"}`, 200, ""},
		{"a claim", "lin", "POST /claims/" + id + "/decision", `{"granted":{"minor":400,"currency":"CNY"},"reason":"seen"}`, 200, ""},
	})
	g, err := d.groupBuys.Get(t.Context(), "g1")
	if err != nil || len(g.Effects) != 0 {
		t.Errorf("%d effects are left for the round's job, %v", len(g.Effects), err)
	}
	d.bank.fail = func() trouble { return fine }
	d.wait(time.Hour)
	d.work(t)
	d.wantMoney(t, "the line is up again", 0, 3000, 2400)
}
