package orders

import (
	"context"
	"strings"

	"github.com/stripe/stripe-go/v76"
)

// appendMove adds what a balance transaction says, where it is known:
// https://docs.stripe.com/api/balance_transactions/object.
func appendMove(moves []MoveFact, b *stripe.BalanceTransaction, charge bool, of int64) []MoveFact {
	if b == nil || b.Currency == "" { // only its id is known
		return moves
	}
	return append(moves, MoveFact{
		ID: b.ID, Charge: charge, Of: of, Minor: b.Amount, Fee: b.Fee, Currency: strings.ToUpper(string(b.Currency)),
	})
}

// refundsOf reads the refunds of a charge; where there are more than an answer
// shows, the others are asked for.
func (s *Stripe) refundsOf(ctx context.Context, f *Facts, c *stripe.Charge) error {
	if c.Refunds == nil {
		return nil
	}
	refunds := c.Refunds.Data
	if c.Refunds.HasMore {
		var err error
		if refunds, err = s.refunds(ctx, f.ID); err != nil {
			return err
		}
	}
	for _, r := range refunds {
		f.addRefund(r)
	}
	return nil
}

func (s *Stripe) refunds(ctx context.Context, intent string) ([]*stripe.Refund, error) {
	p := &stripe.RefundListParams{PaymentIntent: stripe.String(intent)}
	p.Context = ctx
	p.Limit = stripe.Int64(100)
	p.AddExpand("data.balance_transaction")
	p.AddExpand("data.failure_balance_transaction")
	var out []*stripe.Refund
	list := s.api.Refunds.List(p)
	for list.Next() {
		out = append(out, list.Refund())
	}
	if err := list.Err(); err != nil {
		return nil, stripeFault(err)
	}
	return out, nil
}

// addRefund leaves out what Stripe notes as a refund though it moved nothing:
// the part of a hold that was never captured.
func (f *Facts) addRefund(r *stripe.Refund) {
	step := r.Metadata["step"]
	if step == "" && r.BalanceTransaction == nil {
		return
	}
	f.Refunds = append(f.Refunds, RefundFact{
		ID: r.ID, Minor: r.Amount, Step: step,
		Failed: r.Status == stripe.RefundStatusFailed || r.Status == stripe.RefundStatusCanceled,
	})
	f.Moves = appendMove(f.Moves, r.BalanceTransaction, false, -r.Amount)
	f.Moves = appendMove(f.Moves, r.FailureBalanceTransaction, false, r.Amount)
}

// disputesOf asks for the disputes about an intent.
func (s *Stripe) disputesOf(ctx context.Context, f *Facts) error {
	p := &stripe.DisputeListParams{PaymentIntent: stripe.String(f.ID)}
	p.Context = ctx
	list := s.api.Disputes.List(p)
	for list.Next() {
		f.addDispute(list.Dispute())
	}
	if err := list.Err(); err != nil {
		return stripeFault(err)
	}
	return nil
}

// addDispute reads a dispute by what it moved: nothing while it is only an
// inquiry, the amount away from us, and back where it was won:
// https://docs.stripe.com/disputes/how-disputes-work.
func (f *Facts) addDispute(d *stripe.Dispute) {
	if len(d.BalanceTransactions) == 0 {
		return
	}
	f.Refunds = append(f.Refunds, RefundFact{ID: d.ID, Minor: d.Amount, Dispute: true, Failed: len(d.BalanceTransactions) > 1})
	for _, b := range d.BalanceTransactions {
		of := d.Amount
		if b.Amount < 0 {
			of = -of
		}
		f.Moves = appendMove(f.Moves, b, false, of)
	}
}
