package orders

import (
	"context"
	"log/slog"
	"net/url"
	"slices"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
	"baimi/app/people"
)

// drain does what a payment has caused, one step after another.
func (c *Cashier) drain(ctx context.Context, p Payment) (Payment, error) {
	for {
		next, more, err := c.step(ctx, p)
		if err != nil || !more {
			return next, err
		}
		p = next
	}
}

// step does the next thing that a payment has caused: each is idempotent, and
// recorded as done only afterwards, so that a crash in between repeats it
// without effect.
func (c *Cashier) step(ctx context.Context, p Payment) (Payment, bool, error) {
	if len(p.Outbox) > 0 {
		return c.post(ctx, p)
	}
	if p.Pending != nil && c.provider != nil {
		return c.perform(ctx, p, *p.Pending)
	}
	return p, false, nil
}

// post writes the entries of the outbox into the ledger.
func (c *Cashier) post(ctx context.Context, p Payment) (Payment, bool, error) {
	done := slices.Clone(p.Outbox)
	if err := c.Ledger.Post(ctx, done...); err != nil {
		return p, false, err
	}
	next, err := c.update(ctx, p.ID, func(p *Payment, _ time.Time) error {
		for _, e := range done {
			p.posted(e.ID)
		}
		return nil
	})
	return next, err == nil, err
}

// update changes a payment by a rule and writes down what is to be done next.
func (c *Cashier) update(ctx context.Context, id string, rule func(*Payment, time.Time) error) (Payment, error) {
	now := c.now()
	return c.payments.Update(ctx, id, func(p *Payment) error { return c.apply(p, now, rule) })
}

func (c *Cashier) apply(p *Payment, now time.Time, rule func(*Payment, time.Time) error) error {
	if err := rule(p, now); err != nil {
		return err
	}
	for i := range p.Outbox {
		p.Outbox[i].Posted = now.UTC() // they go into the book with this change
	}
	p.schedule(now, c.provider != nil)
	return nil
}

// perform asks the provider for the pending step and writes the answer down.
func (c *Cashier) perform(ctx context.Context, p Payment, s Step) (Payment, bool, error) {
	facts, err := c.ask(ctx, &p, &s)
	if err != nil {
		return c.failed(ctx, p, s, err)
	}
	next, err := c.update(ctx, p.ID, func(p *Payment, now time.Time) error {
		err := p.Learn(s.Intent, facts, now)
		p.finish(s)
		return err
	})
	return next, err == nil, err
}

// ask makes the one request of a step. A step left over from a crash is not
// repeated: the provider is asked what became of it, and the next plan follows
// from the answer. Only opening is repeated, because nothing is known yet to
// ask about; that moves no money.
func (c *Cashier) ask(ctx context.Context, p *Payment, s *Step) (Facts, error) {
	in := p.intent(s.Intent)
	if s.Kind == StepOpen && in.ID == "" {
		return c.provider.Open(ctx, s.ID, IntentRequest{
			Payment: p.ID, Seq: in.Seq, GroupBuy: p.GroupBuy, Household: p.Household, Minor: in.Amount, Currency: p.Currency,
			Method: in.Method, Customer: in.Customer, CardToken: in.CardToken,
		})
	}
	if s.leftOver(c.now()) {
		return c.provider.Look(ctx, in.ID)
	}
	switch s.Kind {
	case StepConfirm:
		return c.provider.Confirm(ctx, s.ID, in.ID)
	case StepCapture:
		return c.provider.Capture(ctx, s.ID, in.ID, s.Minor)
	case StepRelease:
		return c.provider.Release(ctx, s.ID, in.ID)
	case StepRefund:
		return c.provider.Refund(ctx, s.ID, in.ID, s.Minor, s.Reason)
	}
	return c.provider.Look(ctx, in.ID)
}

// failed keeps a step for later, each time a little later. An intent that the
// provider will never open is given up, and its household told at once.
func (c *Cashier) failed(ctx context.Context, p Payment, s Step, cause error) (Payment, bool, error) {
	slog.Warn("the payment provider refused a step", "step", s.Kind, "payment", p.GroupBuy, "tries", s.Tries+1, "error", cause)
	next, err := c.update(ctx, p.ID, func(p *Payment, now time.Time) error {
		if p.Pending == nil || p.Pending.ID != s.ID {
			return nil
		}
		if s.Kind == StepOpen && fault.KindOf(cause) == fault.Invalid {
			p.intent(s.Intent).State = Released
			p.Pending = nil
			return nil
		}
		if s.Kind == StepLook && fault.KindOf(cause) == fault.Invalid { // an answer as well: other steps need not wait for it
			p.finish(s)
			p.intent(s.Intent).askAgain(now)
			return nil
		}
		if fault.KindOf(cause) == fault.Invalid && s.Kind != StepOpen {
			p.refused(s, fault.Is(cause, "online_too_small"), now)
			return nil
		}
		p.Pending.Tries++
		p.Pending.At = now.UTC()
		return nil
	})
	if err != nil {
		return next, false, err
	}
	return next, false, cause
}

// finish takes a step out when it was answered.
func (p *Payment) finish(s Step) {
	if p.Pending != nil && p.Pending.ID == s.ID {
		p.Pending = nil
	}
	if in := p.intent(s.Intent); s.Kind == StepLook {
		in.Asks++
	} else {
		in.Refused, in.Rest = 0, nil
	}
}

// Work does what is due on payments, payouts, claims and the provider's events,
// and gives how many payments and events it looked at. One that cannot be served is left for the next time
// and does not stop the others.
func (c *Cashier) Work(ctx context.Context) (int, error) {
	n, failed := c.workEvents(ctx)
	if err := c.workClaims(ctx); err != nil {
		failed = err
	}
	due, err := db.All(c.payments.Find(ctx, db.Query{}.UpTo("wake", c.now()).Limit(500)))
	if err != nil {
		return n, err
	}
	waiting, err := c.parked(ctx)
	if err != nil {
		return n, err
	}
	c.sayWaiting(append(waiting, due...))
	if c.provider != nil {
		due = append(due, waiting...)
	}
	unshared := map[string]bool{}
	for _, p := range due {
		if err := c.awaken(ctx, p.ID); err != nil {
			failed = err
		}
		if p.Unshared {
			unshared[p.GroupBuy] = true
		}
	}
	if err := c.workPayouts(ctx, unshared); err != nil {
		failed = err
	}
	return n + len(due), failed
}

// parked lists the payments that wait for the provider's keys, when a process
// first asks, and lets the payouts go on that do.
func (c *Cashier) parked(ctx context.Context) ([]Payment, error) {
	if c.seenParked {
		return nil, nil
	}
	waiting, err := db.All(c.payments.Find(ctx, db.Where("parked", true)))
	if err != nil {
		return nil, err
	}
	for o, err := range c.payouts.Find(ctx, db.Where("parked", true)) {
		if err == nil {
			err = c.sendOut(ctx, o.ID, nil)
		}
		if err != nil {
			return nil, err
		}
	}
	c.seenParked = true
	return waiting, nil
}

// sayWaiting says once, on a deployment whose keys are gone, what waits for them.
func (c *Cashier) sayWaiting(payments []Payment) {
	if c.provider != nil || c.saidWaiting {
		return
	}
	n, unpaid := 0, map[string]int64{}
	for i := range payments {
		if p := &payments[i]; p.waits() {
			n++
			unpaid[p.Currency] += max(p.target()-p.Paid(), 0)
		}
	}
	if c.saidWaiting = n > 0; n > 0 {
		slog.Warn("online payments wait for the payment provider's keys; their households can pay the leader once the bank lets the holds go",
			"payments", n, "unpaid_minor", unpaid)
	}
}

// awaken renews what ends soon, and then does what the payment waits for.
func (c *Cashier) awaken(ctx context.Context, id string) error {
	var tell []int64
	p, err := c.change(ctx, id, func(p *Payment, now time.Time) error {
		if c.provider == nil {
			p.lapse(now)
		} else {
			tell = p.renew(now)
		}
		return nil
	})
	if err != nil || c.provider == nil {
		return err
	}
	for _, seq := range tell {
		if err := c.tellPayer(ctx, &p, seq, "payment_hold_ends"); err != nil {
			return err
		}
	}
	if p.abandoned(c.now()) {
		return c.giveUp(ctx, &p)
	}
	return nil
}

// giveUp gives a household's place to others, because the while has passed for
// which it was kept, and tells the payer.
func (c *Cashier) giveUp(ctx context.Context, p *Payment) error {
	last, now := p.Intents[len(p.Intents)-1].Seq, c.now()
	_, err := c.groupBuys.Update(ctx, p.GroupBuy, func(g *GroupBuy) error { return g.Leave(p.Household, now) })
	if err == nil {
		err = c.tellPayer(ctx, p, last, "payment_place_lost")
	}
	if err != nil && fault.KindOf(err) != fault.Conflict { // a round that is closed keeps its households
		return err
	}
	_, err = c.change(ctx, p.ID, func(p *Payment, _ time.Time) error {
		p.GivenUp = last
		return nil
	})
	return err
}

// tellPayer puts a notice about an intent into the inbox of whoever pays it.
func (c *Cashier) tellPayer(ctx context.Context, p *Payment, seq int64, kind string) error {
	in := p.intent(seq)
	params := map[string]string{"household": p.Household, "minor": decimal(in.Amount), "currency": p.Currency}
	if in.Expires != nil {
		params["ends"] = in.Expires.Format(time.RFC3339)
	}
	return c.people.Tell(ctx, people.Notice{
		Doc: db.Doc{ID: p.ID + ":" + kind + ":" + decimal(seq)}, Account: in.By, Kind: kind, Params: params,
		Link: "/group-buys/" + p.GroupBuy + "/pay?household=" + url.QueryEscape(p.Household), At: c.now().UTC(),
	})
}
