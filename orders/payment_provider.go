package orders

import (
	"context"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
)

// Provider holds, takes and returns money online. Every request that moves
// money carries a key: the same key twice moves it once. Every answer is what
// the provider says about the intent afterwards. A refusal that will not change
// is fault.Invalid; anything else may be tried again.
type Provider interface {
	Open(ctx context.Context, key string, r IntentRequest) (Facts, error)
	Look(ctx context.Context, intent string) (Facts, error)
	Confirm(ctx context.Context, key, intent string) (Facts, error) // with the saved card, the household absent
	Capture(ctx context.Context, key, intent string, minor int64) (Facts, error)
	Release(ctx context.Context, key, intent string) (Facts, error)
	Refund(ctx context.Context, key, intent string, minor int64, reason string) (Facts, error)

	OpenCustomer(ctx context.Context, key, account string) (customer string, err error)
	OpenSetup(ctx context.Context, key, customer string) (SetupFacts, error)
	LookSetup(ctx context.Context, setup string) (SetupFacts, error)
	Forget(ctx context.Context, cardToken string) error // one that it does not know is forgotten

	OpenPayee(ctx context.Context, key, payee string) (account string, err error)
	PayeePage(ctx context.Context, account, back string) (address string, err error)
	PayeeReady(ctx context.Context, account string) (bool, error)
	Send(ctx context.Context, key string, r TransferRequest) error
	Reverse(ctx context.Context, key, transfer string, minor int64) error
	Transfers(ctx context.Context, group string) ([]TransferFact, error)

	Hear(payload []byte, signature string, now time.Time) (Signal, error)
	Element() Element
}

// Element is what a page needs to show the provider's own element.
type Element struct {
	PublicKey string `json:"public_key"`
	Script    string `json:"script" doc:"The provider's own script, which the page loads from here and nowhere else."`
}

// IntentRequest is a new intent: its labels say whose it is.
type IntentRequest struct {
	Payment   string
	Seq       int64
	GroupBuy  string
	Household string
	Minor     int64
	Currency  string
	Method    string
	Customer  string // empty: the card is not kept
	CardToken string // of the saved card to use
}

// TransferRequest is money that goes to a payee; its group is the delivery that it is for.
type TransferRequest struct {
	Account  string // the provider's, of the payee
	Minor    int64
	Currency string
	Group    string
}

// SetupFacts is a card that is being saved.
type SetupFacts struct {
	ID        string
	Secret    string
	Customer  string
	CardToken string // empty until the page has confirmed it
	CardLabel string // such as "visa 4242"
}

// Signal is a provider's word that something has happened. It only ever makes
// us ask: what it says besides may be old by the time it comes.
type Signal struct {
	ID     string
	Type   string
	Intent string // empty: about something else
}

// ProviderEvent is an event that was received. One about an intent that no
// payment knows is parked: it may be ours, written down by the provider just
// before we crashed. It is kept for as long as the provider could send it again.
type ProviderEvent struct {
	db.Doc
	Type     string     `json:"type"`
	Intent   string     `json:"intent"`
	Received time.Time  `json:"received"`
	Applied  *time.Time `json:"applied,omitempty"`
	Tries    int        `json:"tries"`
	Wake     *time.Time `json:"wake,omitempty"`
}

// Wallet is an account's saved card, as the provider names it.
type Wallet struct {
	db.Doc           // the account
	Customer  string `json:"customer"`
	Setup     string `json:"setup,omitempty"` // under way
	CardToken string `json:"card_token,omitempty"`
	CardLabel string `json:"card_label,omitempty"`
}

// Hear takes in an event of the provider's: it is verified, written down once,
// and acted on by the next Work, so that the answer is fast.
func (c *Cashier) Hear(ctx context.Context, payload []byte, signature string) error {
	if c.provider == nil {
		return onlineOff()
	}
	e, err := c.provider.Hear(payload, signature, c.now())
	if err != nil {
		return err
	}
	if e.Intent == "" {
		return nil
	}
	now := c.now().UTC()
	_, err = c.events.Insert(ctx, ProviderEvent{Doc: db.Doc{ID: e.ID}, Type: e.Type, Intent: e.Intent, Received: now, Wake: &now})
	if fault.Is(err, "duplicate") {
		return nil
	}
	return err
}

func onlineOff() error {
	return fault.New(fault.Unavailable, "online_off", "This deployment takes cash and transfers only; please pay the leader.")
}

// parkedTries is how often an event about an unknown intent is tried, over about a day.
const parkedTries = 12

// eventKept is how long an event is known again: Stripe lets one be sent again
// for 30 days, https://docs.stripe.com/webhooks#automatic-retries.
const eventKept = 40 * 24 * time.Hour

// workEvents makes each payment that an event is about ask the provider.
func (c *Cashier) workEvents(ctx context.Context) (int, error) {
	if c.provider == nil {
		return 0, nil
	}
	due, err := db.All(c.events.Find(ctx, db.Query{}.UpTo("wake", c.now()).Limit(500)))
	if err != nil {
		return 0, err
	}
	var failed error
	for _, e := range due {
		if err := c.workEvent(ctx, e); err != nil {
			failed = err
		}
	}
	return len(due), failed
}

func (c *Cashier) workEvent(ctx context.Context, e ProviderEvent) error {
	if !c.now().Before(e.Received.Add(eventKept)) {
		return c.events.Delete(ctx, e.ID)
	}
	known, failed := c.hearAbout(ctx, e.Intent)
	if err := c.answer(ctx, e, known && failed == nil); err != nil {
		return err
	}
	return failed
}

// answer marks an event as acted on, or parks it for a while; afterwards it
// only waits to be forgotten.
func (c *Cashier) answer(ctx context.Context, e ProviderEvent, applied bool) error {
	now := c.now().UTC()
	_, err := c.events.Update(ctx, e.ID, func(e *ProviderEvent) error {
		e.Tries++
		e.Wake = new(e.Received.Add(eventKept))
		if applied {
			e.Applied = &now
		} else if e.Tries < parkedTries {
			e.Wake = new(now.Add(time.Minute << min(e.Tries, 8)))
		}
		return nil
	})
	return err
}

// hearAbout lets the payment of an intent ask the provider now. Where no
// payment knows the intent, its own labels say whose it is.
func (c *Cashier) hearAbout(ctx context.Context, intent string) (known bool, err error) {
	p, err := db.First(c.payments.Find(ctx, db.Where("intents.id", intent).Limit(1)))
	if fault.KindOf(err) == fault.NotFound {
		return c.adopt(ctx, intent)
	}
	if err != nil {
		return false, err
	}
	p, err = c.change(ctx, p.ID, func(p *Payment, now time.Time) error {
		p.askAbout(intent, now)
		return nil
	})
	if err != nil {
		return true, err
	}
	return true, c.keepCards(ctx, &p) // the page may be closed already
}

func (c *Cashier) adopt(ctx context.Context, intent string) (known bool, err error) {
	facts, err := c.provider.Look(ctx, intent)
	if err != nil || facts.Payment == "" {
		return false, err
	}
	_, err = c.change(ctx, facts.Payment, func(p *Payment, now time.Time) error {
		return p.Learn(facts.Seq, facts, now)
	})
	if fault.KindOf(err) == fault.NotFound {
		return false, nil
	}
	return err == nil, err
}

// askAbout makes the provider be asked about an intent at once.
func (p *Payment) askAbout(intent string, now time.Time) {
	at := now.UTC()
	for i := range p.Intents {
		if p.Intents[i].ID == intent && intent != "" {
			p.Intents[i].AskAt = &at
		}
	}
}
