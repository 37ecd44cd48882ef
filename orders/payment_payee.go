package orders

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
)

// Payee is whoever is paid online: a supplier or a leader, by the account that
// it has opened with the provider.
type Payee struct {
	db.Doc         // the ledger account
	Account string `json:"account"` // the provider's
	Ready   bool   `json:"ready"`   // the provider will pay it
}

// PayeeView is a payee as it sees itself.
type PayeeView struct {
	Payee string `json:"payee"`
	Ready bool   `json:"ready"`
	Page  string `json:"page,omitempty" doc:"The provider's own page, where the account is opened."`
}

// TransferFact is one transfer as the provider knows it.
type TransferFact struct {
	ID       string
	Minor    int64
	Reversed int64
	Step     string
}

// Enroll opens the payee's account with the provider and gives the page where
// its owner completes it.
func (c *Cashier) Enroll(ctx context.Context, payee, back string) (PayeeView, error) {
	if c.provider == nil {
		return PayeeView{}, onlineOff()
	}
	doc, err := c.payees.Get(ctx, payee)
	if fault.KindOf(err) == fault.NotFound {
		doc = Payee{Doc: db.Doc{ID: payee}}
		if doc.Account, err = c.provider.OpenPayee(ctx, "payee:"+payee, payee); err != nil {
			return PayeeView{}, err
		}
		if _, err = c.payees.Insert(ctx, doc); fault.Is(err, "duplicate") {
			doc, err = c.payees.Get(ctx, payee)
		}
	}
	if err != nil {
		return PayeeView{}, err
	}
	page, err := c.provider.PayeePage(ctx, doc.Account, back)
	return PayeeView{Payee: payee, Ready: doc.Ready, Page: page}, err
}

// Payee asks the provider whether a payee can be paid, and lets what waited for it go.
func (c *Cashier) Payee(ctx context.Context, payee string) (PayeeView, error) {
	doc, err := c.payees.Get(ctx, payee)
	if fault.KindOf(err) == fault.NotFound {
		return PayeeView{Payee: payee}, nil
	}
	if err != nil || doc.Ready || c.provider == nil {
		return PayeeView{Payee: payee, Ready: doc.Ready}, err
	}
	ready, err := c.provider.PayeeReady(ctx, doc.Account)
	if err != nil || !ready {
		return PayeeView{Payee: payee}, err
	}
	if _, err := c.payees.Update(ctx, payee, func(p *Payee) error { p.Ready = true; return nil }); err != nil {
		return PayeeView{}, err
	}
	for o, err := range c.payouts.Find(ctx, db.Where("payee", payee)) {
		if err != nil {
			return PayeeView{}, err
		}
		if err := c.PayOut(ctx, o.GroupBuy); err != nil { // hands may have paid meanwhile
			return PayeeView{}, err
		}
	}
	return PayeeView{Payee: payee, Ready: true}, nil
}

// PayoutView is one payout as its payee sees it.
type PayoutView struct {
	GroupBuy string           `json:"group_buy"`
	Title    string           `json:"title"`
	Delivery string           `json:"delivery,omitempty"`
	Currency string           `json:"currency"`
	Target   int64            `json:"target" doc:"To be had online, by what households have paid online; minor units."`
	Sends    []SendOut        `json:"sends"`
	Hands    []PaymentReceipt `json:"hands"`
}

// PayoutsOf lists what a payee was paid and is to be paid.
func (c *Cashier) PayoutsOf(ctx context.Context, payee string) ([]PayoutView, error) {
	list := []PayoutView{}
	for o, err := range c.payouts.Find(ctx, db.Where("payee", payee).Limit(500)) {
		if err != nil {
			return nil, err
		}
		g, err := c.groupBuys.Get(ctx, o.GroupBuy)
		if err != nil {
			return nil, err
		}
		list = append(list, PayoutView{
			GroupBuy: o.GroupBuy, Title: g.Title, Delivery: o.Delivery, Currency: o.Currency, Target: o.Target,
			Sends: append([]SendOut{}, o.Sends...), Hands: append([]PaymentReceipt{}, o.Hands...),
		})
	}
	return list, nil
}

// PayOut makes the payouts of a group buy follow what its households have paid
// online. It may be called at any time and does nothing where all agrees.
func (c *Cashier) PayOut(ctx context.Context, groupBuy string) error {
	payments, err := db.All(c.payments.Find(ctx, db.Where("group_buy", groupBuy)))
	if err != nil || len(payments) == 0 {
		return err
	}
	targets := payoutTargets(payments)
	if err := c.spareByHand(ctx, groupBuy, payments, targets); err != nil {
		return err
	}
	for o, err := range c.payouts.Find(ctx, db.Where("group_buy", groupBuy)) {
		if err != nil {
			return err
		}
		targets[payoutKey{o.Delivery, o.Payee}] += 0
	}
	var asOf int64
	for _, p := range payments {
		asOf += p.Rev
	}
	for key, target := range targets {
		if err := c.aim(ctx, groupBuy, payments[0].Currency, key, max(target, 0), asOf); err != nil {
			return err
		}
	}
	return c.shared(ctx, payments)
}

// spareByHand takes off the targets what payees were paid by hand already,
// beyond what is left to be paid by hand.
func (c *Cashier) spareByHand(ctx context.Context, groupBuy string, payments []Payment, targets map[payoutKey]int64) error {
	room := owedTo(payments)
	for e, err := range c.Ledger.OfGroupBuy(ctx, groupBuy) {
		if err != nil {
			return err
		}
		if e.Kind == PaidOut && e.Of(StripeAccount) == 0 {
			for _, side := range e.Postings {
				room[side.Account] -= side.Minor
			}
		}
	}
	for key, target := range targets {
		targets[key] = min(target, max(room[key.payee], 0))
		room[key.payee] -= targets[key]
	}
	return nil
}

// aim sets one payout's target and does what follows.
func (c *Cashier) aim(ctx context.Context, groupBuy, currency string, key payoutKey, target, asOf int64) error {
	_, err := c.payouts.Get(ctx, payoutID(groupBuy, key))
	if fault.KindOf(err) == fault.NotFound && target == 0 {
		return nil
	}
	id, err := c.payout(ctx, groupBuy, currency, key)
	if err != nil {
		return err
	}
	return c.sendOut(ctx, id, func(o *Payout) { o.Aim(target, asOf) })
}

// payout makes the document where there is none yet, and gives its id.
func (c *Cashier) payout(ctx context.Context, groupBuy, currency string, key payoutKey) (string, error) {
	id := payoutID(groupBuy, key)
	_, err := c.payouts.Get(ctx, id)
	if fault.KindOf(err) != fault.NotFound {
		return id, err
	}
	_, err = c.payouts.Insert(ctx, Payout{
		Doc: db.Doc{ID: id}, GroupBuy: groupBuy, Delivery: key.delivery, Payee: key.payee, Currency: currency,
		Sends: []SendOut{}, Hands: []PaymentReceipt{}, Outbox: []Entry{},
	})
	if fault.Is(err, "duplicate") {
		err = nil
	}
	return id, err
}

// shared marks the payments whose money is shared out, unless they have changed since.
func (c *Cashier) shared(ctx context.Context, payments []Payment) error {
	for _, p := range payments {
		if !p.Unshared {
			continue
		}
		_, err := c.update(ctx, p.ID, func(now *Payment, _ time.Time) error {
			if now.Rev == p.Rev {
				now.Unshared = false
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// sendOut changes a payout and makes its transfers, one step after another,
// once its payee can be paid.
func (c *Cashier) sendOut(ctx context.Context, id string, change func(*Payout)) error {
	for {
		o, err := c.payouts.Get(ctx, id)
		if err != nil {
			return err
		}
		payee, err := c.payees.Get(ctx, o.Payee)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		payee.Ready = payee.Ready && c.provider != nil
		now := c.now()
		o, err = c.payouts.Update(ctx, id, func(o *Payout) error {
			if change != nil {
				change(o)
			}
			o.plan(payee.Ready, now)
			return nil
		})
		if err != nil {
			return err
		}
		if change, err = c.payoutStep(ctx, &o, payee); err != nil || change == nil {
			return err
		}
	}
}

// payoutStep does the next thing and gives how its answer is written down; nil:
// there is nothing to do now.
func (c *Cashier) payoutStep(ctx context.Context, o *Payout, payee Payee) (func(*Payout), error) {
	if len(o.Outbox) > 0 {
		for _, e := range o.Outbox {
			if err := c.Ledger.Post(ctx, e); err != nil {
				return nil, err
			}
		}
		done := o.Outbox
		return func(o *Payout) {
			o.Outbox = slices.DeleteFunc(o.Outbox, func(e Entry) bool {
				return slices.ContainsFunc(done, func(d Entry) bool { return d.ID == e.ID })
			})
		}, nil
	}
	if o.Pending == nil || !payee.Ready {
		return nil, nil
	}
	step, now := *o.Pending, c.now()
	if step.Tries > 0 && now.Before(step.At.Add(resumeAfter)) {
		return nil, nil
	}
	facts, err := c.transfer(ctx, o, payee, step, now)
	if err != nil {
		slog.Warn("a transfer is left for later", "payout", o.Group(), "tries", step.Tries+1, "error", err)
		_, failed := c.payouts.Update(ctx, o.ID, func(o *Payout) error {
			if o.Pending != nil && o.Pending.ID == step.ID {
				o.Pending.Tries++
				o.Pending.At = now.UTC()
				o.plan(true, now)
			}
			return nil
		})
		return nil, failed
	}
	return func(o *Payout) {
		o.Learn(facts, now)
		if o.Pending != nil && o.Pending.ID == step.ID {
			o.Pending = nil
		}
	}, nil
}

// transfer asks for one step, and then for what the provider knows. A step left
// over from a crash is only asked about.
func (c *Cashier) transfer(ctx context.Context, o *Payout, payee Payee, s PayoutStep, now time.Time) ([]TransferFact, error) {
	var err error
	switch {
	case s.Tries > 0 || now.Sub(s.At) >= resumeAfter:
	case s.Send != "":
		err = c.provider.Reverse(ctx, s.ID, s.Send, s.Minor)
	default:
		err = c.provider.Send(ctx, s.ID, TransferRequest{Account: payee.Account, Minor: s.Minor, Currency: o.Currency, Group: o.Group()})
	}
	if err != nil {
		return nil, err
	}
	return c.provider.Transfers(ctx, o.Group())
}

// workPayouts shares out what has come in, and makes the transfers that are due.
func (c *Cashier) workPayouts(ctx context.Context, groupBuys map[string]bool) error {
	for id := range groupBuys {
		if err := c.PayOut(ctx, id); err != nil {
			return err
		}
	}
	due, err := db.All(c.payouts.Find(ctx, db.Query{}.UpTo("wake", c.now()).Limit(200)))
	if err != nil {
		return err
	}
	for _, o := range due {
		if err := c.sendOut(ctx, o.ID, nil); err != nil {
			return err
		}
	}
	return nil
}
