package orders

import (
	"context"
	"errors"
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
		if err := c.sendOut(ctx, o.ID, nil); err != nil {
			return PayeeView{}, err
		}
	}
	return PayeeView{Payee: payee, Ready: true}, nil
}

// PayoutView is one payout as its payee sees it.
type PayoutView struct {
	GroupBuy string           `json:"group_buy"`
	Title    string           `json:"title"`
	Currency string           `json:"currency"`
	Owed     int64            `json:"owed" doc:"For counted goods, however it is paid; minor units."`
	ToSend   int64            `json:"to_send" doc:"Still to be sent online."`
	Sends    []SendOut        `json:"sends"`
	Hands    []PaymentReceipt `json:"hands"`
}

// payoutsListed bounds the rounds in a payee's list.
const payoutsListed = 500

// PayoutsOf lists what a payee was paid and is to be paid, the newest round first.
func (c *Cashier) PayoutsOf(ctx context.Context, payee string) ([]PayoutView, error) {
	list := []PayoutView{}
	for o, err := range c.payouts.Find(ctx, db.Where("payee", payee).Desc("created").Limit(payoutsListed)) {
		if err != nil {
			return nil, err
		}
		g, err := c.groupBuys.Look(ctx, o.GroupBuy)
		if err != nil {
			return nil, err
		}
		list = append(list, PayoutView{
			GroupBuy: o.GroupBuy, Title: g.Title, Currency: o.Currency, Owed: o.Owed, ToSend: o.ToSend(), Sends: o.Sends, Hands: o.Hands,
		})
	}
	return list, nil
}

// PayOut makes the payouts of a group buy follow what its households owe and
// have paid online. It may be called at any time and does nothing where all agrees.
func (c *Cashier) PayOut(ctx context.Context, groupBuy string) error {
	payments, err := db.All(c.payments.Find(ctx, db.Where("group_buy", groupBuy)))
	if err != nil || len(payments) == 0 {
		return err
	}
	owed, online := owedTo(payments), sharesOnline(payments)
	for o, err := range c.payouts.Find(ctx, db.Where("group_buy", groupBuy)) {
		if err != nil {
			return err
		}
		owed[o.Payee] += 0 // it is owed nothing any more
	}
	var asOf int64
	for _, p := range payments {
		asOf += p.Rev
	}
	for payee, minor := range owed {
		if err := c.ensurePayout(ctx, groupBuy, payee, payments[0].Currency); err != nil {
			return err
		}
		err := c.sendOut(ctx, payoutID(groupBuy, payee), func(o *Payout) { o.Aim(minor, online[payee], asOf) })
		if err != nil {
			return err
		}
	}
	return c.shared(ctx, payments)
}

// ensurePayout makes the document where there is none yet.
func (c *Cashier) ensurePayout(ctx context.Context, groupBuy, payee, currency string) error {
	_, err := c.payouts.Get(ctx, payoutID(groupBuy, payee))
	if fault.KindOf(err) != fault.NotFound {
		return err
	}
	o := newPayout(groupBuy, payee, currency)
	o.Created = c.now().UTC()
	_, err = c.payouts.Insert(ctx, o)
	if fault.Is(err, "duplicate") {
		return nil
	}
	return err
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
		now, online := c.now(), c.provider != nil
		o, err = c.payouts.Update(ctx, id, func(o *Payout) error {
			if change != nil {
				change(o)
			}
			o.plan(payee, now, online)
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
		done := o.Outbox
		if err := c.Ledger.Post(ctx, done...); err != nil {
			return nil, err
		}
		return func(o *Payout) {
			o.Outbox = slices.DeleteFunc(o.Outbox, func(e Entry) bool {
				return slices.ContainsFunc(done, func(d Entry) bool { return d.ID == e.ID })
			})
		}, nil
	}
	if o.Pending == nil || !payee.Ready || c.provider == nil {
		return nil, nil
	}
	step, now := *o.Pending, c.now()
	if step.Tries > 0 && now.Before(step.At.Add(resumeAfter)) {
		return nil, nil
	}
	facts, err := c.transfer(ctx, o, payee, step, now)
	if err != nil {
		slog.Warn("a transfer is left for later", "payout", o.ID, "refused", o.Refused, "tries", step.Tries+1, "error", err)
		_, failed := c.payouts.Update(ctx, o.ID, func(o *Payout) error {
			o.failed(step, fault.KindOf(err) == fault.Invalid, now)
			o.plan(payee, now, true)
			return nil
		})
		return nil, failed
	}
	return func(o *Payout) {
		o.Learn(step.Delivery, facts, now)
		o.done(step)
	}, nil
}

// transfer asks for one step, and then for what the provider knows. A step left
// over from a crash is only asked about.
func (c *Cashier) transfer(ctx context.Context, o *Payout, payee Payee, s PayoutStep, now time.Time) ([]TransferFact, error) {
	var err error
	group := o.group(s.Delivery)
	switch {
	case s.Tries > 0 || now.Sub(s.At) >= resumeAfter:
	case s.Send != "":
		err = c.provider.Reverse(ctx, s.ID, s.Send, s.Minor)
	default:
		err = c.provider.Send(ctx, s.ID, TransferRequest{Account: payee.Account, Minor: s.Minor, Currency: o.Currency, Group: group})
	}
	if err != nil {
		return nil, err
	}
	return c.provider.Transfers(ctx, group)
}

// workPayouts shares out what has come in, and makes the transfers that are due. One
// payee that the provider does not know any more keeps none of the others waiting.
func (c *Cashier) workPayouts(ctx context.Context, groupBuys map[string]bool) error {
	var failed error
	for id := range groupBuys {
		failed = errors.Join(failed, c.PayOut(ctx, id))
	}
	due, err := db.All(c.payouts.Find(ctx, db.Query{}.UpTo("wake", c.now()).Limit(200)))
	if err != nil {
		return errors.Join(failed, err)
	}
	for _, o := range due {
		_, err := c.Payee(ctx, o.Payee) // its account may be in order by now
		failed = errors.Join(failed, err, c.sendOut(ctx, o.ID, nil))
	}
	return failed
}
