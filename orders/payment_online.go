package orders

import (
	"context"
	"slices"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
)

// OnlineOrder is how somebody wants to pay online.
type OnlineOrder struct {
	Account   string
	Method    string
	SaveCard  bool // for the next time
	SavedCard bool // pay with the one that was saved
}

// Started is an online payment that the page has to confirm with the
// provider's own element.
type Started struct {
	Intent IntentView
	Secret string
}

// IntentView is an online payment as the household and the leader see it.
type IntentView struct {
	Seq        int64       `json:"seq"`
	Method     string      `json:"method"`
	State      IntentState `json:"state" enum:"new,unconfirmed,processing,held,captured,released"`
	Amount     int64       `json:"amount"` // shown and agreed to; minor units
	Authorised int64       `json:"authorised"`
	Captured   int64       `json:"captured"`
	Refunded   int64       `json:"refunded"`
	Disputed   int64       `json:"disputed,omitempty" doc:"Of Refunded, what the household's bank took back."`
	Declined   string      `json:"declined,omitempty" doc:"The provider's code of why the card was declined: try another card, or pay the leader, before keep_until."`
	KeepUntil  time.Time   `json:"keep_until" doc:"The place is kept until then while the payment is not confirmed."`
	Expires    *time.Time  `json:"expires,omitempty" doc:"When what is held is let go by the bank."`
}

func intentView(in *Intent) IntentView {
	return IntentView{
		Seq: in.Seq, Method: in.Method, State: in.State, Amount: in.Amount, Authorised: in.Authorised,
		Captured: in.Captured, Refunded: in.Refunded(), Disputed: in.Disputed, Declined: in.Declined, KeepUntil: in.KeepUntil, Expires: in.Expires,
	}
}

// Begin opens an online payment for all that the household could come to owe.
func (c *Cashier) Begin(ctx context.Context, g *GroupBuy, household string, o OnlineOrder) (Started, error) {
	if c.provider == nil {
		return Started{}, onlineOff()
	}
	if _, in := g.Participant(household); !in {
		return Started{}, fault.New(fault.NotFound, "household_unknown", "This household is not in the round.")
	}
	card, err := c.card(ctx, o)
	if err != nil {
		return Started{}, err
	}
	var seq int64
	p, err := c.record(ctx, g, household, func(p *Payment, now time.Time) (err error) {
		seq, err = p.Begin(o.Method, o.Account, card.Customer, card.CardToken, now)
		return err
	})
	if err != nil {
		return Started{}, err
	}
	if p, err = c.drain(ctx, p); err != nil {
		return Started{}, err
	}
	return c.started(ctx, &p, seq)
}

// started gives the page what it needs to confirm an intent; the secret is
// asked for each time and kept nowhere.
func (c *Cashier) started(ctx context.Context, p *Payment, seq int64) (Started, error) {
	in := p.intent(seq)
	if in.ID == "" {
		return Started{}, fault.New(fault.Unavailable, "online_unavailable", "The payment provider cannot be reached at the moment; please try again, or pay the leader.")
	}
	s := Started{Intent: intentView(in)}
	if in.State != Unconfirmed {
		return s, nil
	}
	facts, err := c.provider.Look(ctx, in.ID)
	s.Secret = facts.Secret
	return s, err
}

// card gives the wallet's customer and card where the order asks for them.
func (c *Cashier) card(ctx context.Context, o OnlineOrder) (Wallet, error) {
	if o.Method != Card || !o.SaveCard && !o.SavedCard {
		return Wallet{}, nil
	}
	w, err := c.wallet(ctx, o.Account)
	if err != nil {
		return w, err
	}
	if !o.SavedCard {
		w.CardToken = ""
	} else if w.CardToken == "" {
		return w, fault.New(fault.Conflict, "no_saved_card", "There is no saved card; please type one.")
	}
	return w, nil
}

// Check asks the provider now what became of a household's online payments: the
// page calls it when the household has confirmed.
func (c *Cashier) Check(ctx context.Context, g *GroupBuy, household string) (PaymentView, error) {
	if c.provider == nil {
		return PaymentView{}, onlineOff()
	}
	p, err := c.change(ctx, PaymentID(g.ID, household), func(p *Payment, now time.Time) error {
		for _, in := range p.Intents {
			if in.State == Unconfirmed || in.State == Processing || in.State == Held {
				p.askAbout(in.ID, now)
			}
		}
		return nil
	})
	if err != nil {
		return PaymentView{}, err
	}
	if err := c.keepCards(ctx, &p); err != nil {
		return PaymentView{}, err
	}
	return c.viewNow(g, p)
}

// keepCards puts a card that was confirmed for later use into its owner's wallet.
func (c *Cashier) keepCards(ctx context.Context, p *Payment) error {
	for _, in := range slices.Backward(p.Intents) {
		if in.CardToken == "" || in.Again {
			continue
		}
		_, err := c.wallets.Update(ctx, in.By, func(w *Wallet) error {
			if w.Customer == in.Customer {
				w.CardToken = in.CardToken
			}
			return nil
		})
		return err
	}
	return nil
}

// wallet gives an account's wallet, and the provider's customer for it.
func (c *Cashier) wallet(ctx context.Context, account string) (Wallet, error) {
	w, err := c.wallets.Get(ctx, account)
	if fault.KindOf(err) != fault.NotFound {
		return w, err
	}
	customer, err := c.provider.OpenCustomer(ctx, "customer:"+account, account)
	if err != nil {
		return w, err
	}
	w, err = c.wallets.Insert(ctx, Wallet{Doc: db.Doc{ID: account}, Customer: customer})
	if fault.Is(err, "duplicate") {
		return c.wallets.Get(ctx, account)
	}
	return w, err
}

// WalletView is an account's saved card as its owner sees it.
type WalletView struct {
	Saved     bool   `json:"saved"`
	CardLabel string `json:"card_label,omitempty"`
	Secret    string `json:"secret,omitempty" doc:"Lets the page's element save a card."`
}

// Wallet gives what an account has saved.
func (c *Cashier) Wallet(ctx context.Context, account string) (WalletView, error) {
	w, err := c.wallets.Get(ctx, account)
	if fault.KindOf(err) == fault.NotFound {
		err = nil
	}
	return WalletView{Saved: w.CardToken != "", CardLabel: w.CardLabel}, err
}

// SaveCard lets an account save a card without paying; key makes it once.
func (c *Cashier) SaveCard(ctx context.Context, account, key string) (WalletView, error) {
	if c.provider == nil {
		return WalletView{}, onlineOff()
	}
	w, err := c.wallet(ctx, account)
	if err != nil {
		return WalletView{}, err
	}
	s, err := c.provider.OpenSetup(ctx, "setup:"+key, w.Customer)
	if err != nil {
		return WalletView{}, err
	}
	w, err = c.wallets.Update(ctx, account, func(w *Wallet) error { w.Setup = s.ID; return nil })
	return WalletView{Saved: w.CardToken != "", CardLabel: w.CardLabel, Secret: s.Secret}, err
}

// CardSaved takes in the card that the page has just confirmed.
func (c *Cashier) CardSaved(ctx context.Context, account string) (WalletView, error) {
	if c.provider == nil {
		return WalletView{}, onlineOff()
	}
	w, err := c.wallets.Get(ctx, account)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return WalletView{}, err
	}
	if w.Setup == "" {
		return WalletView{}, fault.New(fault.Conflict, "no_card_under_way", "No card is being saved; please start again.")
	}
	s, err := c.provider.LookSetup(ctx, w.Setup)
	if err != nil {
		return WalletView{}, err
	}
	if s.CardToken == "" || s.Customer != w.Customer {
		return WalletView{}, fault.New(fault.Conflict, "card_not_confirmed", "The card is not confirmed yet; please finish the bank's check.")
	}
	w, err = c.wallets.Update(ctx, account, func(w *Wallet) error {
		w.CardToken, w.CardLabel, w.Setup = s.CardToken, s.CardLabel, ""
		return nil
	})
	return WalletView{Saved: true, CardLabel: w.CardLabel}, err
}

// ForgetCard removes the saved card, here and at the provider.
func (c *Cashier) ForgetCard(ctx context.Context, account string) error {
	w, err := c.wallets.Get(ctx, account)
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	if err == nil && w.CardToken != "" && c.provider != nil {
		err = c.provider.Forget(ctx, w.CardToken)
	}
	if err != nil {
		return err
	}
	_, err = c.wallets.Update(ctx, account, func(w *Wallet) error {
		w.CardToken, w.CardLabel, w.Setup = "", "", ""
		return nil
	})
	return err
}
