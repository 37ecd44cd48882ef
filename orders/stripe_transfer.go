package orders

import (
	"context"

	"github.com/stripe/stripe-go/v76"
)

// OpenPayee opens a connected account for a supplier or a leader: separate
// charges and transfers, https://docs.stripe.com/connect/separate-charges-and-transfers.
func (s *Stripe) OpenPayee(ctx context.Context, key, payee string) (string, error) {
	a, err := s.api.Accounts.New(&stripe.AccountParams{
		Params: stripeParams(ctx, key), Type: stripe.String(string(stripe.AccountTypeExpress)), Metadata: map[string]string{"payee": payee},
		Capabilities: &stripe.AccountCapabilitiesParams{Transfers: &stripe.AccountCapabilitiesTransfersParams{Requested: stripe.Bool(true)}},
	})
	if err != nil {
		return "", stripeFault(err)
	}
	return a.ID, nil
}

// PayeePage gives Stripe's own page, where the owner completes the account.
func (s *Stripe) PayeePage(ctx context.Context, account, back string) (string, error) {
	link, err := s.api.AccountLinks.New(&stripe.AccountLinkParams{
		Params: stripeParams(ctx, ""), Account: stripe.String(account), Type: stripe.String("account_onboarding"),
		RefreshURL: stripe.String(back), ReturnURL: stripe.String(back),
	})
	if err != nil {
		return "", stripeFault(err)
	}
	return link.URL, nil
}

// PayeeReady tells whether transfers to the account are possible.
func (s *Stripe) PayeeReady(ctx context.Context, account string) (bool, error) {
	a, err := s.api.Accounts.GetByID(account, &stripe.AccountParams{Params: stripeParams(ctx, "")})
	if err != nil {
		return false, stripeFault(err)
	}
	return a.Capabilities != nil && a.Capabilities.Transfers == stripe.AccountCapabilityStatusActive, nil
}

// Send transfers money to a connected account, in the group of its delivery.
func (s *Stripe) Send(ctx context.Context, key string, r TransferRequest) error {
	_, err := s.api.Transfers.New(&stripe.TransferParams{
		Params: stripeParams(ctx, key), Amount: stripe.Int64(r.Minor), Currency: stripe.String(stripeCurrency(r.Currency)),
		Destination: stripe.String(r.Account), TransferGroup: stripe.String(r.Group), Metadata: map[string]string{"step": key},
	})
	if err != nil {
		return stripeFault(err)
	}
	return nil
}

// Reverse takes part of a transfer back.
func (s *Stripe) Reverse(ctx context.Context, key, transfer string, minor int64) error {
	_, err := s.api.TransferReversals.New(&stripe.TransferReversalParams{
		Params: stripeParams(ctx, key), ID: stripe.String(transfer), Amount: stripe.Int64(minor),
	})
	if err != nil {
		return stripeFault(err)
	}
	return nil
}

// Transfers lists the transfers of a group.
func (s *Stripe) Transfers(ctx context.Context, group string) ([]TransferFact, error) {
	p := &stripe.TransferListParams{TransferGroup: stripe.String(group)}
	p.Context = ctx
	p.Limit = stripe.Int64(100)
	var out []TransferFact
	list := s.api.Transfers.List(p)
	for list.Next() {
		t := list.Transfer()
		out = append(out, TransferFact{ID: t.ID, Minor: t.Amount, Reversed: t.AmountReversed, Step: t.Metadata["step"]})
	}
	if err := list.Err(); err != nil {
		return nil, stripeFault(err)
	}
	return out, nil
}
