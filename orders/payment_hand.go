package orders

import (
	"context"
	"errors"
	"slices"
	"strings"

	"baimi/app/db"
	"baimi/app/fault"
)

// SupplierAccount is what a supplier is owed for a round, and how it was paid.
type SupplierAccount struct {
	Supplier string           `json:"supplier"`
	Currency string           `json:"currency"`
	Owed     int64            `json:"owed"`   // for counted goods, however it is paid; minor units
	Online   int64            `json:"online"` // by transfers of the payment provider
	ByHand   int64            `json:"by_hand"`
	Hands    []PaymentReceipt `json:"hands"`
}

// payByHand records what somebody handed to the payee: with all that was handed
// over before, at most what it is owed. The same receipt twice counts once.
func (o *Payout) payByHand(r PaymentReceipt, owed int64) error {
	if slices.ContainsFunc(o.Hands, func(h PaymentReceipt) bool { return h.ID == r.ID }) {
		return nil
	}
	if len(o.Hands) >= 100 {
		return fault.New(fault.Conflict, "too_many_receipts", "This supplier has 100 payments for one round already.")
	}
	if left := owed - o.byHand(); r.Minor <= 0 || r.Minor > left {
		return fault.New(fault.Conflict, "more_than_owed", "The supplier is owed %d for this round.", left).With("outstanding", left).With("currency", o.Currency)
	}
	o.Hands = append(o.Hands, r)
	o.book(Entry{Postings: move(tillAccount(r.Method, r.By), o.Payee, r.Minor), Reason: "supplier_paid", Note: r.Note, By: r.By}, r.At)
	return nil
}

func (o *Payout) byHand() int64 {
	var sum int64
	for _, h := range o.Hands {
		sum += h.Minor
	}
	return sum
}

// PaySupplier records money that somebody handed to a supplier for a round. One
// update decides, so that two hands at one moment cannot pay too much.
func (c *Cashier) PaySupplier(ctx context.Context, g *GroupBuy, supplier string, r PaymentReceipt) error {
	key := payoutKey{payee: supplierAccount(supplier)}
	_, accounts, err := c.owedByHand(ctx, g)
	if err != nil {
		return err
	}
	owed := accounts[key.payee]
	if owed <= 0 {
		return fault.New(fault.Conflict, "more_than_owed", "The supplier is owed %d for this round.", owed).With("outstanding", owed).With("currency", g.Currency)
	}
	id, err := c.payout(ctx, g.ID, g.Currency, key)
	if err != nil {
		return err
	}
	var refused error
	err = c.sendOut(ctx, id, func(o *Payout) { refused = o.payByHand(r, owed) })
	if err = errors.Join(refused, err); err != nil {
		return err
	}
	return c.PayOut(ctx, g.ID) // less is left to be sent
}

// owedByHand gives what each supplier of a round is owed for counted goods, and
// of that what is left for hands to pay, all that hands have paid before included.
func (c *Cashier) owedByHand(ctx context.Context, g *GroupBuy) (owed, byHand map[string]int64, err error) {
	owed, byHand = map[string]int64{}, map[string]int64{}
	for e, err := range c.Ledger.OfGroupBuy(ctx, g.ID) {
		if err != nil {
			return nil, nil, err
		}
		for _, side := range e.Postings {
			if kind, _ := owner(side.Account); kind != "supplier" {
				continue
			}
			if e.Kind != PaidOut {
				owed[side.Account] -= side.Minor
			}
			if e.Kind != PaidOut || !strings.HasPrefix(e.ID, payoutID(g.ID, payoutKey{payee: side.Account})+"#") {
				byHand[side.Account] -= side.Minor
			}
		}
	}
	return owed, byHand, nil
}

// SupplierAccounts lists the suppliers of a round, by their ids.
func (c *Cashier) SupplierAccounts(ctx context.Context, g *GroupBuy) ([]SupplierAccount, error) {
	owed, _, err := c.owedByHand(ctx, g)
	if err != nil {
		return nil, err
	}
	accounts := map[string]*SupplierAccount{}
	for account, minor := range owed {
		_, id := owner(account)
		accounts[account] = &SupplierAccount{Supplier: id, Currency: g.Currency, Owed: minor, Hands: []PaymentReceipt{}}
	}
	for o, err := range c.payouts.Find(ctx, db.Where("group_buy", g.ID)) {
		if err != nil {
			return nil, err
		}
		if a := accounts[o.Payee]; a != nil {
			a.Online += o.Sent()
			a.ByHand += o.byHand()
			a.Hands = append(a.Hands, o.Hands...)
		}
	}
	list := []SupplierAccount{}
	for _, a := range accounts {
		list = append(list, *a)
	}
	slices.SortFunc(list, func(a, b SupplierAccount) int { return strings.Compare(a.Supplier, b.Supplier) })
	return list, nil
}
