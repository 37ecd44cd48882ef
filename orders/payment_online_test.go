package orders

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"baimi/app/fault"
)

// pay lets the household begin and confirm an online payment, and the cashier ask about it.
func (d *desk) pay(t *testing.T, household, method string, o OnlineOrder) Started {
	t.Helper()
	g, err := d.groupBuys.Get(t.Context(), "g1")
	if err != nil {
		t.Fatal(err)
	}
	o.Account, o.Method = "sam", method
	s, err := d.Begin(t.Context(), &g, household, o)
	if err != nil {
		t.Fatal(err)
	}
	p := d.payment(t, household)
	d.bank.page(p.intent(s.Intent.Seq).ID, false)
	if _, err := d.Check(t.Context(), &g, household); err != nil {
		t.Fatal(err)
	}
	return s
}

func (d *desk) payment(t *testing.T, household string) Payment {
	t.Helper()
	p, err := d.payments.Get(t.Context(), PaymentID("g1", household))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// hearOf delivers an event about an intent, and does what follows.
func (d *desk) hearOf(t *testing.T, intent string) {
	t.Helper()
	if known, err := d.hearAbout(t.Context(), intent); !known || err != nil {
		t.Fatalf("an event about %s: %v, %v", intent, known, err)
	}
}

func (d *desk) wantMoney(t *testing.T, what string, held, captured, online int64) {
	t.Helper()
	p := d.payment(t, neighbour)
	_, bankCaptured, net := d.bank.net(p.ID)
	if p.HeldNow() != held || bankCaptured != captured || net != online || p.Online() != online {
		t.Errorf("%s: held %d, captured %d, online %d (we believe %d), want %d, %d, %d: %v",
			what, p.HeldNow(), bankCaptured, net, p.Online(), held, captured, online, d.bank.moved)
	}
	if p.Pending != nil || len(p.Outbox) != 0 {
		t.Errorf("%s: something is left to do: %+v %+v", what, p.Pending, p.Outbox)
	}
}

func TestCardIsHeldForTheMostAndCapturedForWhatWasAllocated(t *testing.T) {
	d := newDesk(t)
	d.open(t, round())
	s := d.pay(t, neighbour, Card, OnlineOrder{})
	if s.Intent.Amount != 11700 || s.Secret == "" {
		t.Errorf("began with %+v", s)
	}
	d.wantMoney(t, "held", 11700, 0, 0)
	d.edit(t, func(g *GroupBuy) { allocate(g, 1000) })
	d.wantMoney(t, "allocated", 0, 3000, 3000)
	d.edit(t, func(g *GroupBuy) { count(g, 1) })
	d.wantMoney(t, "short", 0, 3000, 1000)
	d.wantBalances(t, map[string]int64{StripeAccount: 1000, householdAccount(neighbour): 0, supplierAccount("S01"): -1000, orderedAccount("g1"): 0})
	var reasons []string
	for e, err := range d.Ledger.Of(t.Context(), StripeAccount, time.Time{}) {
		if err != nil {
			t.Fatal(err)
		}
		reasons = append(reasons, e.Reason+":"+e.Lines0())
	}
	if want := []string{"paid:", "short:eggs", "short:greens"}; len(reasons) != 3 || reasons[0] != want[0] || reasons[1] != want[1] || reasons[2] != want[2] {
		t.Errorf("the provider's entries say %q, want %q", reasons, want)
	}
}

// Lines0 names the first item of an entry.
func (e Entry) Lines0() string {
	if len(e.Lines) == 0 {
		return ""
	}
	return e.Lines[0].Item
}

func TestNobodyIsChargedForARoundThatFails(t *testing.T) {
	for _, state := range []State{Failed, Cancelled} {
		t.Run(string(state), func(t *testing.T) {
			d := newDesk(t)
			d.open(t, round())
			d.pay(t, neighbour, Card, OnlineOrder{})
			d.edit(t, func(g *GroupBuy) { g.State = state })
			d.wantMoney(t, "released", 0, 0, 0)
		})
	}
}

func TestHouseholdThatLeavesIsReleased(t *testing.T) {
	d := newDesk(t)
	d.open(t, round())
	d.pay(t, neighbour, Card, OnlineOrder{})
	d.edit(t, func(g *GroupBuy) { g.Participants = g.Participants[:1] })
	d.wantMoney(t, "left", 0, 0, 0)
}

func TestMethodsThatCannotHoldAreChargedAndTheDifferenceGoesBack(t *testing.T) {
	for _, method := range []string{Alipay, WeChatPay} {
		t.Run(method, func(t *testing.T) {
			d := newDesk(t)
			d.open(t, round())
			d.pay(t, neighbour, method, OnlineOrder{})
			d.wantMoney(t, "charged", 0, 11700, 11700)
			d.edit(t, func(g *GroupBuy) { allocate(g, 1000) })
			d.wantMoney(t, "the difference", 0, 11700, 3000)
			d.edit(t, func(g *GroupBuy) { g.State = Failed })
			d.wantMoney(t, "all of it", 0, 11700, 0)
		})
	}
}

func TestOrderingMoreHoldsMoreAndLetsTheOldHoldGo(t *testing.T) {
	d := newDesk(t)
	d.open(t, round())
	d.pay(t, neighbour, Card, OnlineOrder{})
	d.edit(t, func(g *GroupBuy) { g.Participants[1].Lines[1].Quantity = 2 })
	s := d.pay(t, neighbour, Card, OnlineOrder{})
	if s.Intent.Amount != 12900 {
		t.Errorf("the new hold is for %d", s.Intent.Amount)
	}
	d.wantMoney(t, "more", 12900, 0, 0)
	if p := d.payment(t, neighbour); p.Intents[0].State != Released {
		t.Errorf("the first hold is %s", p.Intents[0].State)
	}
}

func TestCashBesideAHoldIsNotChargedAgain(t *testing.T) {
	d := newDesk(t)
	g := round()
	d.open(t, g)
	g, _ = d.groupBuys.Get(t.Context(), "g1")
	if _, err := d.Receive(t.Context(), &g, neighbour, PaymentReceipt{ID: "r", Method: Cash, Minor: 2000, By: "lin", At: d.clock()}, false); err != nil {
		t.Fatal(err)
	}
	d.pay(t, neighbour, Card, OnlineOrder{})
	d.wantMoney(t, "held for the rest", 9700, 0, 0)
	_, err := d.Receive(t.Context(), &g, neighbour, PaymentReceipt{ID: "r2", Method: Cash, Minor: 1, By: "lin", At: d.clock()}, false)
	wantFault(t, err, "more_than_owed")
	d.edit(t, func(g *GroupBuy) { allocate(g, 1000) })
	d.wantMoney(t, "captured the rest", 0, 1000, 1000)
}

func TestDeclinedCardKeepsThePlaceForAWhile(t *testing.T) {
	d := newDesk(t)
	d.open(t, round())
	g, _ := d.groupBuys.Get(t.Context(), "g1")
	s, err := d.Begin(t.Context(), &g, neighbour, OnlineOrder{Account: "sam", Method: Card})
	if err != nil {
		t.Fatal(err)
	}
	d.wait(20 * time.Minute)
	d.bank.page("pi_1", true)
	v, err := d.Check(t.Context(), &g, neighbour)
	if err != nil || v.Intents[0].Declined != "card_declined" || !v.Intents[0].KeepUntil.Equal(d.clock().Add(keepPlace)) {
		t.Errorf("after the decline: %+v, %v", v.Intents, err)
	}
	again, err := d.Begin(t.Context(), &g, neighbour, OnlineOrder{Account: "sam", Method: Card})
	if err != nil || again.Intent.Seq != s.Intent.Seq || again.Secret == "" {
		t.Errorf("trying again began %+v, %v", again, err)
	}
	d.wait(31 * time.Minute)
	if _, err := d.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	if p := d.payment(t, neighbour); p.Intents[0].State != Released {
		t.Errorf("after the while the intent is %s", p.Intents[0].State)
	}
	g, _ = d.groupBuys.Get(t.Context(), "g1")
	if _, in := g.Participant(neighbour); in || len(d.told) != 1 || d.told[0].Kind != "payment_place_lost" || d.told[0].Account != "sam" {
		t.Errorf("the place is still kept (%v), and told was %+v", in, d.told)
	}
}

func TestPlaceIsNotLostByWhoPaidInAnotherWay(t *testing.T) {
	d := newDesk(t)
	d.open(t, round())
	g, _ := d.groupBuys.Get(t.Context(), "g1")
	if _, err := d.Begin(t.Context(), &g, neighbour, OnlineOrder{Account: "sam", Method: Card}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Receive(t.Context(), &g, neighbour, PaymentReceipt{ID: "r", Method: Cash, By: "lin", At: d.clock()}, true); err != nil {
		t.Fatal(err)
	}
	d.wait(2 * keepPlace)
	if _, err := d.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	if g, _ = d.groupBuys.Get(t.Context(), "g1"); len(g.Participants) != 2 {
		t.Errorf("%d households are left", len(g.Participants))
	}
}

func TestHoldNearItsEndIsRenewedWithTheSavedCardOrThePayerIsTold(t *testing.T) {
	for _, saved := range []bool{true, false} {
		d := newDesk(t)
		d.open(t, round())
		d.pay(t, neighbour, Card, OnlineOrder{SaveCard: saved})
		d.wait(6*24*time.Hour + time.Hour)
		for range 3 {
			if _, err := d.Work(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		d.wantMoney(t, "near the end", 11700, 0, 0)
		p := d.payment(t, neighbour)
		if saved && (len(p.Intents) != 2 || p.Intents[1].State != Held || p.Intents[0].State != Released) {
			t.Errorf("with a saved card: %+v", p.Intents)
		}
		if !saved && (len(d.told) != 1 || d.told[0].Kind != "payment_hold_ends") {
			t.Errorf("without one, the payer is told %+v", d.told)
		}
		if !saved {
			d.wait(24 * time.Hour)
			if _, err := d.Work(t.Context()); err != nil {
				t.Fatal(err)
			}
			if p := d.payment(t, neighbour); p.Outstanding() != 11700 {
				t.Errorf("after the end, %d is outstanding", p.Outstanding())
			}
		}
	}
}

func TestSavedCardIsKnownThoughThePageWasClosedAndIsForgottenEverywhere(t *testing.T) {
	d := newDesk(t)
	d.open(t, round())
	g, _ := d.groupBuys.Get(t.Context(), "g1")
	if _, err := d.Begin(t.Context(), &g, neighbour, OnlineOrder{Account: "sam", Method: Card, SaveCard: true}); err != nil {
		t.Fatal(err)
	}
	d.bank.page("pi_1", false)
	d.hearOf(t, "pi_1")
	if w, err := d.Wallet(t.Context(), "sam"); err != nil || !w.Saved {
		t.Errorf("after the event: %+v, %v", w, err)
	}
	if err := d.ForgetCard(t.Context(), "sam"); err != nil {
		t.Fatal(err)
	}
	w, err := d.Wallet(t.Context(), "sam")
	if last := d.bank.moved[len(d.bank.moved)-1]; err != nil || w.Saved || last != "forgot pm_1" {
		t.Errorf("afterwards: %+v, %v, and the bank %s", w, err, last)
	}
}

func TestWhoHasLeftSeesWhatIsToComeBack(t *testing.T) {
	d := newDesk(t)
	d.open(t, round())
	g, _ := d.groupBuys.Get(t.Context(), "g1")
	if _, err := d.Receive(t.Context(), &g, neighbour, PaymentReceipt{ID: "r", Method: Cash, Minor: 2000, By: "lin", At: d.clock()}, false); err != nil {
		t.Fatal(err)
	}
	g = d.edit(t, func(g *GroupBuy) { g.Participants = g.Participants[:1] })
	mine, err := d.PaymentsOf(t.Context(), actors["sam"])
	if err != nil || len(mine) != 1 || mine[0].ToGiveBack != 2000 || mine[0].Bill.Reason != "left" {
		t.Errorf("got %+v, %v", mine, err)
	}
	if _, err := d.GiveBack(t.Context(), &g, neighbour, PaymentReceipt{ID: "b", Method: Cash, Minor: 2000, By: "lin", At: d.clock(), Reason: "left"}); err != nil {
		t.Fatal(err)
	}
	if mine, err = d.PaymentsOf(t.Context(), actors["sam"]); err != nil || len(mine) != 0 {
		t.Errorf("when it is back: %+v, %v", mine, err)
	}
}

func TestNobodyPaysAgainWhileAPaymentIsBeingConfirmed(t *testing.T) {
	d := newDesk(t)
	d.open(t, round())
	g, _ := d.groupBuys.Get(t.Context(), "g1")
	if _, err := d.Begin(t.Context(), &g, neighbour, OnlineOrder{Account: "sam", Method: WeChatPay}); err != nil {
		t.Fatal(err)
	}
	d.bank.intents["pi_1"].State = Processing
	d.hearOf(t, "pi_1")
	_, err := d.Begin(t.Context(), &g, neighbour, OnlineOrder{Account: "sam", Method: Card})
	wantFault(t, err, "payment_under_way")
}

func TestTwoDevicesThatPayAtOneMomentPayOnce(t *testing.T) {
	d := newDesk(t)
	d.open(t, round())
	g, _ := d.groupBuys.Get(t.Context(), "g1")
	var devices sync.WaitGroup
	for i := range 12 {
		devices.Go(func() {
			o := OnlineOrder{Account: []string{"sam", "daughter"}[i%2], Method: []string{Card, Alipay, WeChatPay}[i%3]}
			s, err := d.Begin(t.Context(), &g, neighbour, o)
			if err == nil {
				d.bank.page(fmt.Sprintf("pi_%d", 1+i/2), false) // whichever is confirmed meanwhile
			} else if !fault.Is(err, "nothing_outstanding") && fault.KindOf(err) != fault.Conflict && fault.KindOf(err) != fault.Invalid {
				t.Errorf("%+v: %+v, %v", o, s, err)
			}
			_, _ = d.Check(t.Context(), &g, neighbour)
			_, _ = d.Receive(t.Context(), &g, neighbour, PaymentReceipt{ID: fmt.Sprint("r", i), Method: Cash, Minor: 2000, By: "lin", At: d.clock()}, false)
		})
	}
	devices.Wait()
	d.edit(t, func(g *GroupBuy) { allocate(g, 1000) })
	for range 30 {
		d.wait(10 * time.Minute)
		d.work(t)
	}
	p := d.payment(t, neighbour)
	_, _, net := d.bank.net(p.ID)
	if p.Outstanding() != 0 || net != max(3000-p.Offline(), 0) || p.Overpaid() != max(p.Offline()-3000, 0) || len(d.bank.wrong) > 0 {
		t.Errorf("of 3000, %d is paid by hand and %d online: %v", p.Offline(), net, d.bank.moved)
	}
	d.wantBalances(t, map[string]int64{householdAccount(neighbour): 3000 - p.Paid(), StripeAccount: net})
}

func TestWhatWasPaidTwiceGoesBackWithThatReason(t *testing.T) {
	d := newDesk(t)
	d.open(t, round())
	g, _ := d.groupBuys.Get(t.Context(), "g1")
	if _, err := d.Begin(t.Context(), &g, neighbour, OnlineOrder{Account: "sam", Method: WeChatPay}); err != nil {
		t.Fatal(err)
	}
	d.bank.page("pi_1", false) // while the leader writes the cash down
	if _, err := d.Receive(t.Context(), &g, neighbour, PaymentReceipt{ID: "r", Method: Cash, Minor: 2000, By: "lin", At: d.clock()}, false); err != nil {
		t.Fatal(err)
	}
	d.hearOf(t, "pi_1")
	d.wantMoney(t, "the cash is given back online", 0, 11700, 9700)
	if last := d.bank.moved[len(d.bank.moved)-1]; last != "refunded pi_1 2000 paid_by_hand" {
		t.Errorf("the bank did: %s", last)
	}
}

func TestCardThatIsDeclinedWhileItsHouseholdIsThereTellsNothingLater(t *testing.T) {
	d := newDesk(t)
	d.open(t, round())
	d.pay(t, neighbour, Card, OnlineOrder{SaveCard: true})
	d.edit(t, func(g *GroupBuy) { g.Participants[1].Lines[1].Quantity = 2 })
	d.bank.declines = "authentication_required"
	g, _ := d.groupBuys.Get(t.Context(), "g1")
	s, err := d.Begin(t.Context(), &g, neighbour, OnlineOrder{Account: "sam", Method: Card, SavedCard: true})
	if err != nil || s.Intent.Declined != "authentication_required" || s.Secret == "" {
		t.Errorf("began with %+v, %v", s, err)
	}
	d.work(t)
	if len(d.told) != 0 {
		t.Errorf("told was %+v", d.told)
	}
}

func TestWhatComesLateChangesNothing(t *testing.T) {
	g := round()
	p := newPayment(&g, neighbour)
	now := time.Date(2022, 4, 18, 9, 0, 0, 0, time.UTC)
	allocate(&g, 1000)
	g.Rev = 5
	newer, err := g.Owes(neighbour)
	if err != nil {
		t.Fatal(err)
	}
	older := newer
	older.Rev, older.Due, older.Lines = 4, 0, nil
	p.SetBill(newer, now)
	p.SetBill(older, now)
	if p.Bill.Due != 3000 || len(p.Outbox) != 1 {
		t.Errorf("a bill of an older revision made it %d, with %d entries", p.Bill.Due, len(p.Outbox))
	}

	seq, err := p.Begin(Card, "sam", "", "", now)
	if err != nil {
		t.Fatal(err)
	}
	taken := Facts{ID: "pi_1", State: Taken, Currency: "CNY", Authorised: 3000, Captured: 3000}
	for _, f := range []Facts{taken, taken, {ID: "pi_1", State: Held, Currency: "CNY", Authorised: 3000}, {ID: "pi_1", State: Unconfirmed, Currency: "CNY"}} {
		if err := p.Learn(seq, f, now); err != nil {
			t.Fatal(err)
		}
	}
	if in := p.intent(seq); in.State != Taken || p.Online() != 3000 || len(p.Outbox) != 2 {
		t.Errorf("old facts made it %s with %d and %d entries", in.State, p.Online(), len(p.Outbox))
	}
	wantFault(t, p.Learn(seq, Facts{ID: "pi_1", State: Taken, Currency: "USD", Captured: 9000}, now), "currency_other")
}
