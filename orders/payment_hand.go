package orders

import (
	"context"
	"errors"
	"slices"
	"strings"

	"baimi/app/db"
	"baimi/app/fault"
)

// PayeeAccount is what a supplier, or the leader for the commission, is owed for
// a round, and how it was paid.
type PayeeAccount struct {
	Supplier string           `json:"supplier" doc:"Empty: the leader's commission."`
	Currency string           `json:"currency"`
	Owed     int64            `json:"owed"`   // for counted goods, however it is paid; minor units
	Online   int64            `json:"online"` // by transfers of the payment provider
	ByHand   int64            `json:"by_hand"`
	Left     int64            `json:"left" doc:"What hands may still pay: neither paid nor on its way online."`
	Hands    []PaymentReceipt `json:"hands"`
}

// payeeOf gives the ledger account of a supplier or, without one, of the round's leader.
func (g *GroupBuy) payeeOf(supplier string) string {
	if supplier == "" {
		return leaderAccount(g.Leader)
	}
	return supplierAccount(supplier)
}

// PayByHand records money that somebody handed to a supplier, or that the leader
// keeps as commission. One update decides, so that two hands at one moment, or
// a hand and a transfer, cannot pay too much.
func (c *Cashier) PayByHand(ctx context.Context, g *GroupBuy, supplier string, r PaymentReceipt) error {
	if err := c.PayOut(ctx, g.ID); err != nil { // so that it knows what is owed now
		return err
	}
	return c.byHand(ctx, g, supplier, notOwed(0, g.Currency), func(o *Payout) error { return o.payByHand(r) })
}

// UndoByHand takes such a payment back.
func (c *Cashier) UndoByHand(ctx context.Context, g *GroupBuy, supplier, receipt string, u Undone) error {
	unknown := fault.New(fault.NotFound, "receipt_unknown", "There is no such payment.")
	return c.byHand(ctx, g, supplier, unknown, func(o *Payout) error { return o.undoHand(receipt, u) })
}

// byHand applies a rule to a payout, and then sends what it leaves to be sent;
// where there is no payout it refuses.
func (c *Cashier) byHand(ctx context.Context, g *GroupBuy, supplier string, none error, rule func(*Payout) error) error {
	id := payoutID(g.ID, g.payeeOf(supplier))
	if _, err := c.payouts.Get(ctx, id); fault.KindOf(err) == fault.NotFound {
		return none
	}
	var refused error
	err := c.sendOut(ctx, id, func(o *Payout) { refused = rule(o) })
	return errors.Join(refused, err)
}

// PayeeAccounts lists whom a round owes: its suppliers by their ids, after the leader.
func (c *Cashier) PayeeAccounts(ctx context.Context, g *GroupBuy) ([]PayeeAccount, error) {
	payments, err := db.All(c.payments.Find(ctx, db.Where("group_buy", g.ID)))
	if err != nil {
		return nil, err
	}
	known := map[string]Payout{}
	for payee, owed := range owedTo(payments) {
		o := newPayout(g.ID, payee, g.Currency)
		o.Owed = owed
		known[payee] = o
	}
	for o, err := range c.payouts.Find(ctx, db.Where("group_buy", g.ID)) {
		if err != nil {
			return nil, err
		}
		o.Owed = known[o.Payee].Owed
		known[o.Payee] = o
	}
	list := []PayeeAccount{}
	for payee, o := range known {
		a := PayeeAccount{Currency: o.Currency, Owed: o.Owed, Online: o.Sent(), ByHand: o.ByHand(), Left: o.left(), Hands: o.Hands}
		if kind, id := owner(payee); kind == "supplier" {
			a.Supplier = id
		}
		list = append(list, a)
	}
	slices.SortFunc(list, func(a, b PayeeAccount) int { return strings.Compare(a.Supplier, b.Supplier) })
	return list, nil
}
