package orders

import (
	"strings"
	"testing"

	"baimi/app/db"
	"baimi/app/fault"
)

// wantSane holds at every moment, also right after a crash.
func (s *sequence) wantSane(t *testing.T) {
	t.Helper()
	s.remember(t)
	for _, in := range s.bank.intents {
		if owed := s.owed[in.Payment]; in.request.Method == Card && in.Captured > owed {
			t.Errorf("%s: captured %d where never more than %d was owed", in.ID, in.Captured, owed)
		}
		if in.request.Method == Card && in.Captured > in.Authorised || in.Authorised > in.request.Minor || in.Captured > in.request.Minor {
			t.Errorf("%s: shown %d, authorised %d, captured %d", in.ID, in.request.Minor, in.Authorised, in.Captured)
		}
	}
	if len(s.bank.wrong) > 0 {
		t.Errorf("the bank was asked for what it cannot do: %v", s.bank.wrong)
	}
	if t.Failed() {
		t.Fatalf("%v\nthe bank: %v", s.log, s.bank.moved)
	}
}

// remember keeps the most that each household has ever owed.
func (s *sequence) remember(t *testing.T) {
	t.Helper()
	g := s.round(t)
	for _, door := range sequenceDoors {
		b, err := g.Owes(door)
		if err != nil {
			t.Fatal(err)
		}
		if b.Stage != Promised {
			s.owed[PaymentID("g1", door)] = max(s.owed[PaymentID("g1", door)], b.Due)
		}
	}
}

// wantTruth holds once everything has settled.
func (s *sequence) wantTruth(t *testing.T) {
	t.Helper()
	if err := s.Ledger.verify(t.Context()); err != nil {
		t.Error(err)
	}
	g := s.round(t)
	ended := g.State == Done || g.State == Failed || g.State == Cancelled
	if ended && s.balance(t, orderedAccount("g1")) != 0 {
		t.Errorf("the round is %s and %d is still on order", g.State, s.balance(t, orderedAccount("g1")))
	}
	for _, door := range sequenceDoors {
		p, err := s.payments.Get(t.Context(), PaymentID("g1", door))
		if fault.KindOf(err) == fault.NotFound {
			p = newPayment(&g, door)
		} else if err != nil {
			t.Fatal(err)
		}
		s.wantPayment(t, &g, &p)
	}
	s.wantPayouts(t)
	s.wantBooks(t, DeploymentAccount, s.bank.kept)
	s.wantBooks(t, StripeAccount, s.bank.book)
}

// wantBooks holds an account against the bank's own book, currency by currency.
func (s *sequence) wantBooks(t *testing.T, account string, bank map[string]int64) {
	t.Helper()
	sums, err := s.Ledger.balance(t.Context(), account)
	if err != nil {
		t.Fatal(err)
	}
	if !sameSums(sums, bank) {
		t.Errorf("on %s the book has %v, the bank %v", account, sums, bank)
	}
}

// wantPayouts holds what payees have against what the gate has counted for them.
func (s *sequence) wantPayouts(t *testing.T) {
	t.Helper()
	payments, err := db.All(s.payments.Find(t.Context(), db.Where("group_buy", "g1")))
	if err != nil {
		t.Fatal(err)
	}
	owed, paid, byHand := owedTo(payments), map[string]int64{}, map[string]int64{}
	for o, err := range s.payouts.Find(t.Context(), db.Where("group_buy", "g1")) {
		if err != nil {
			t.Fatal(err)
		}
		paid["acct_"+o.Payee] += o.Sent()
		if _, missing := s.payees.Get(t.Context(), o.Payee); missing == nil && o.ToSend() != 0 || o.Pending != nil {
			t.Errorf("%s has %d of %+v, and %+v is left to do", o.ID, o.Sent(), o.Parts, o.Pending)
		}
		byHand[o.Payee] = o.ByHand()
	}
	for account, minor := range s.bank.sent() {
		payee := strings.TrimPrefix(account, "acct_")
		if minor != paid[account] || minor < 0 || minor > max(owed[payee]-byHand[payee], 0) {
			t.Errorf("%s has %d, we believe %d, and it is owed %d, of which %d by hand", account, minor, paid[account], owed[payee], byHand[payee])
		}
	}
	for i := range payments {
		if payments[i].Unshared && payments[i].Bill.Stage != Promised {
			t.Errorf("%s is not shared out", payments[i].Household)
		}
	}
	for payee := range owed { // what is owed, less what it has, stands on its account
		sent := s.bank.sent()["acct_"+payee]
		if got := s.balance(t, payee); got != sent+byHand[payee]-owed[payee] {
			t.Errorf("%s stands at %d; owed %d, %d sent, %d by hand", payee, got, owed[payee], sent, byHand[payee])
		}
	}
}

func (s *sequence) wantPayment(t *testing.T, g *GroupBuy, p *Payment) {
	t.Helper()
	b, err := g.Owes(p.Household)
	if err != nil {
		t.Fatal(err)
	}
	if p.Pending != nil || len(p.Outbox) > 0 {
		t.Errorf("%s: left to do: %+v, %d entries", p.Household, p.Pending, len(p.Outbox))
	}
	_, _, online := s.bank.net(p.ID)
	if online != p.Online() {
		t.Errorf("%s: the bank has %d, the payment says %d", p.Household, online, p.Online())
	}
	due := b.Due
	if b.Stage == Promised {
		due = 0
	}
	if got := s.balance(t, householdAccount(p.Household)); got != due-p.Paid() {
		t.Errorf("%s: the book says %d, due is %d and paid %d", p.Household, got, due, p.Paid())
	}
	if p.Overpaid() > 0 && online > 0 {
		t.Errorf("%s: %s, due %d, paid %d, and the bank still has %d", p.Household, b.Stage, b.Due, p.Paid(), online)
	}
	if worth := worthAtMost(g, p.Household); b.Stage == Settled && online > worth {
		t.Errorf("%s: charged %d for goods worth %d at most", p.Household, online, worth)
	}
	if b.Stage != Promised && p.HeldNow() != 0 {
		t.Errorf("%s: %s and %d are still held", p.Household, b.Stage, p.HeldNow())
	}
}

// worthAtMost adds up the most that a done round may charge a household, from
// what was handed over, without the bill's own rules: caps, and 3 % commission.
func worthAtMost(g *GroupBuy, household string) int64 {
	var worth int64
	for _, p := range g.Participants {
		if p.Household != household {
			continue
		}
		for _, l := range p.Lines {
			for _, s := range l.Served {
				n := s.Received
				if s.Outcome != "" && s.Outcome != "door" {
					n = s.Handed
				}
				if s.Counted {
					worth += n * map[string]int64{"eggs": 3500, "greens": 1200}[l.Item]
				}
			}
		}
	}
	return worth + worth*300/10_000
}
