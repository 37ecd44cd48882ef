package orders

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"baimi/app/fault"
)

// meanwhile is what happens to the round while a household pays online, and what
// the household is charged in the end, when every unit of it came at 10.00.
var meanwhile = []struct {
	name    string
	change  func(*desk, *GroupBuy) error
	charged int64
}{
	{"it leaves", func(d *desk, g *GroupBuy) error { return g.Leave(neighbour, d.clock()) }, 0},
	{"the round is cancelled", func(_ *desk, g *GroupBuy) error { g.State = Cancelled; g.MoneyChanged(""); return nil }, 0},
	{"it orders less", func(d *desk, g *GroupBuy) error {
		_, err := g.Join(Wish{Household: neighbour, Account: "sam", Lines: []Line{{Item: "eggs", Quantity: 1}}}, d.clock())
		return err
	}, 1000},
	{"it leaves and comes back", func(d *desk, g *GroupBuy) error {
		if err := g.Leave(neighbour, d.clock()); err != nil {
			return err
		}
		_, err := g.Join(Wish{Household: neighbour, Account: "sam", Lines: []Line{{Item: "greens", Quantity: 2}}}, d.clock())
		return err
	}, 2000},
}

// TestNobodyIsChargedForWhatTheyLeftAtTheMomentOfPaying pays online and lets the
// round change before the payment begins, and at each moment of it at which the
// machine writes or asks the bank; the payments follow at once, or by the next job.
func TestNobodyIsChargedForWhatTheyLeftAtTheMomentOfPaying(t *testing.T) {
	for i, method := range []string{Card, WeChatPay} {
		for j, row := range meanwhile {
			atOnce := (i+j)%2 == 0
			t.Run(fmt.Sprintf("%s, %s, at once %v", method, row.name, atOnce), func(t *testing.T) {
				moment := int64(0)
				for payAt(t, method, row.change, row.charged, atOnce, moment) {
					moment++
				}
				if moment < 10 {
					t.Errorf("the story had %d moments", moment)
				}
			})
		}
	}
}

// payAt tells the story with the change at one moment, and tells whether it came to that.
func payAt(t *testing.T, method string, change func(*desk, *GroupBuy) error, charged int64, atOnce bool, moment int64) bool {
	t.Helper()
	d := newDesk(t)
	d.open(t, round())
	happen := func() {
		if _, err := d.groupBuys.Update(t.Context(), "g1", func(g *GroupBuy) error { return change(d, g) }); err != nil {
			t.Errorf("moment %d: %v", moment, err)
		}
		if atOnce {
			_ = d.Settle(t.Context(), "g1")
		}
	}
	g, err := d.groupBuys.Get(t.Context(), "g1")
	if err != nil {
		t.Fatal(err)
	}
	if moment == 0 {
		happen() // after the page has read the round
	}
	var passed atomic.Int64
	d.Cashier.now = func() time.Time {
		if passed.Add(1) == moment {
			happen()
		}
		return d.clock()
	}
	s, err := d.Begin(t.Context(), &g, neighbour, OnlineOrder{Account: "sam", Method: method})
	if err != nil && fault.KindOf(err) == fault.Internal {
		t.Errorf("moment %d: %v", moment, err)
	}
	if s.Secret != "" {
		d.bank.page("pi_1", false)
	}
	if err := d.Hear(t.Context(), []byte(`{"ID":"e1","Type":"x","Intent":"pi_1"}`), "signed"); err != nil {
		t.Errorf("moment %d: %v", moment, err)
	}
	_, _ = d.Check(t.Context(), &g, neighbour)
	_, _ = d.Work(t.Context())
	d.Cashier.now = d.clock
	if passed.Load() < moment {
		return false
	}
	d.wantCharged(t, fmt.Sprintf("moment %d", moment), charged)
	return !t.Failed()
}

// wantCharged lets the round go to its end and holds what the bank has against it.
func (d *desk) wantCharged(t *testing.T, what string, charged int64) {
	t.Helper()
	settle := func() {
		for range 2 {
			d.settleAsked(t)
			d.wait(2 * time.Minute)
			_, _ = d.Work(t.Context())
		}
	}
	settle()
	g, err := d.groupBuys.Get(t.Context(), "g1")
	if err != nil {
		t.Fatal(err)
	}
	if _, in := g.Participant(neighbour); !in || g.State == Cancelled {
		charged = 0
	}
	if p, err := d.payments.Get(t.Context(), PaymentID("g1", neighbour)); err == nil && charged == 0 && p.HeldNow()+p.Online() != 0 {
		t.Errorf("%s: it has left, and %d is held and %d taken: %v", what, p.HeldNow(), p.Online(), d.bank.moved)
	}
	if g.State == Open {
		d.edit(t, func(g *GroupBuy) { allocate(g, 1000); count(g, 0) })
		settle()
	}
	p, err := d.payments.Get(t.Context(), PaymentID("g1", neighbour))
	if err != nil {
		return // it never came to a payment
	}
	_, _, net := d.bank.net(p.ID)
	unpaid := charged - net
	if net > charged || p.HeldNow() != 0 || unpaid != p.Outstanding() || p.Overpaid() != 0 || len(d.bank.wrong) > 0 {
		t.Errorf("%s: charged %d of %d, %d outstanding: %s", what, net, charged, p.Outstanding(), strings.Join(d.bank.moved, ", "))
	}
	d.wantBalances(t, map[string]int64{householdAccount(neighbour): p.Outstanding(), StripeAccount: net})
}

// settleAsked does what the round's job does: it settles where the round asks for it.
func (d *desk) settleAsked(t *testing.T) {
	t.Helper()
	g, err := d.groupBuys.Get(t.Context(), "g1")
	if err != nil {
		t.Fatal(err)
	}
	if len(g.Effects) > 0 {
		_ = d.Settle(t.Context(), "g1")
	}
}
