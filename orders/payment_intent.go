package orders

import (
	"slices"
	"time"

	"baimi/app/fault"
)

// IntentState is where one online payment stands.
//
//	new ─▶ unconfirmed ─▶ (processing) ─▶ held ─▶ captured
//	            └───────────────┴──────────┴─▶ released
//
// A method that cannot hold goes from unconfirmed or processing to captured.
type IntentState string

const (
	IntentNew   IntentState = "new"         // the provider may not know of it yet
	Unconfirmed IntentState = "unconfirmed" // the household has to confirm it
	Processing  IntentState = "processing"
	Held        IntentState = "held"
	Taken       IntentState = "captured"
	Released    IntentState = "released"
)

// Methods of paying online. A card's amount is held; the others are charged at
// once and the difference is refunded.
const (
	Card      = "card"
	Alipay    = "alipay"
	WeChatPay = "wechat_pay"
)

// Intent is one online payment: at most Amount was shown and agreed to, at most
// Authorised is held, at most that is captured.
type Intent struct {
	Seq        int64          `json:"seq"`
	ID         string         `json:"id,omitempty"` // the provider's
	Method     string         `json:"method"`
	State      IntentState    `json:"state"`
	By         string         `json:"by"`     // account that pays
	Amount     int64          `json:"amount"` // shown to the household; minor units
	Authorised int64          `json:"authorised"`
	Captured   int64          `json:"captured"`
	Refunds    []IntentRefund `json:"refunds"`
	Disputed   int64          `json:"disputed,omitempty"` // taken back by the household's bank
	Moves      []string       `json:"moves"`              // the provider's movements whose fee and exchange are in the book
	Settled    bool           `json:"settled,omitempty"`  // the charge's own movement is among them
	Declined   string         `json:"declined,omitempty"` // the provider's code of why not
	KeepUntil  time.Time      `json:"keep_until"`         // the place is kept until then while it is not confirmed
	Expires    *time.Time     `json:"expires,omitempty"`  // of what is held
	Warned     bool           `json:"warned,omitempty"`
	AskAt      *time.Time     `json:"ask_at,omitempty"` // when to ask the provider again
	Asks       int            `json:"asks"`
	Refused    int            `json:"refused,omitempty"` // requests that the provider has refused, one after another
	Rest       *time.Time     `json:"rest,omitempty"`    // until when it is not asked for anything after a refusal

	Customer  string `json:"customer,omitempty"`   // the provider's, of a card that may be used again
	CardToken string `json:"card_token,omitempty"` // the provider's
	Again     bool   `json:"again,omitempty"`      // confirmed with the saved card, without the household
	Renews    bool   `json:"renews,omitempty"`     // takes the place of a hold that ends soon
}

// IntentRefund is one refund as the provider knows it, or what the household's
// bank took back by itself.
type IntentRefund struct {
	ID      string `json:"id"`
	Minor   int64  `json:"minor"`
	Step    string `json:"step"`
	Entry   string `json:"entry"`
	Dispute bool   `json:"dispute,omitempty"`
	Void    bool   `json:"void,omitempty"` // it failed, or the dispute was won, and its entry is reversed
}

// Facts is what the provider says about an intent now.
type Facts struct {
	ID         string
	Secret     string // lets the page confirm it; never stored or logged
	State      IntentState
	Currency   string
	Authorised int64
	Captured   int64
	Expires    time.Time // of what is held; zero: unknown
	Declined   string
	Moves      []MoveFact // as far as they are known yet
	Refunds    []RefundFact
	Customer   string
	CardToken  string // of a card that may be used again
	Payment    string // whose intent it is, from its labels
	Seq        int64
}

// MoveFact is one line of the provider's own book: what a charge, a refund or a
// dispute moved there, in the currency that it settles in, and what it cost.
type MoveFact struct {
	ID       string
	Charge   bool  // it is the captured amount
	Of       int64 // what moved, in the payment's currency; below zero: away from us
	Minor    int64 // the same in Currency
	Fee      int64
	Currency string
}

// RefundFact is one refund of an intent, or a dispute about it.
type RefundFact struct {
	ID      string
	Minor   int64
	Step    string // that asked for it, from its labels; empty: made elsewhere
	Dispute bool   // the household's bank took it back
	Failed  bool   // it came back to us
}

// Refunded is what went back of an intent.
func (in *Intent) Refunded() int64 {
	var sum int64
	for _, r := range in.Refunds {
		if !r.Void {
			sum += r.Minor
		}
	}
	return sum
}

// Online is what the provider holds of the household's money after refunds.
func (p *Payment) Online() int64 {
	var sum int64
	for i := range p.Intents {
		sum += p.Intents[i].Captured - p.Intents[i].Refunded()
	}
	return sum
}

// HeldNow is what the provider could still capture.
func (p *Payment) HeldNow() int64 {
	var sum int64
	for _, in := range p.Intents {
		if in.State == Held {
			sum = max(sum, in.Authorised)
		}
	}
	return sum
}

// keepPlace is how long a place is kept while nobody confirms the payment, and
// again after a card was declined.
const keepPlace = 30 * time.Minute

// maxIntents bounds the tries of one household in one round.
const maxIntents = 20

// Begin opens an online payment for all that is outstanding, or gives the one
// that waits to be confirmed already.
func (p *Payment) Begin(method, by, customer, cardToken string, now time.Time) (seq int64, err error) {
	amount := p.target() - p.Paid() - p.holdable(method)
	if amount <= 0 {
		return 0, fault.New(fault.Conflict, "nothing_outstanding", "This household has paid all that is outstanding.")
	}
	if slices.ContainsFunc(p.Intents, func(in Intent) bool { return in.State == Processing }) {
		return 0, fault.New(fault.Conflict, "payment_under_way", "A payment is being confirmed; please look again in a moment.")
	}
	for _, in := range p.Intents {
		waits := in.State == IntentNew || in.State == Unconfirmed
		if waits && in.Method == method && in.Amount == amount && in.By == by && now.Before(in.KeepUntil) && in.CardToken == cardToken {
			return in.Seq, nil
		}
	}
	if len(p.Intents) >= maxIntents {
		return 0, fault.New(fault.Conflict, "too_many_tries", "There were %d tries to pay for this round already; please pay the leader.", maxIntents)
	}
	return p.begin(Intent{
		Method: method, By: by, Amount: amount, KeepUntil: now.Add(keepPlace).UTC(), Customer: customer, CardToken: cardToken, Again: cardToken != "",
	}), nil
}

// holdable is what need not be asked for again: a card's new hold replaces the
// old one, while a charge only adds what is missing.
func (p *Payment) holdable(method string) int64 {
	if method == Card && p.HeldNow() < p.target()-p.Paid() {
		return 0
	}
	return p.HeldNow()
}

func (p *Payment) begin(in Intent) int64 {
	p.Seq++
	in.Seq, in.State, in.Refunds, in.Moves = p.Seq, IntentNew, []IntentRefund{}, []string{}
	p.Intents = append(p.Intents, in)
	return in.Seq
}

func (p *Payment) intent(seq int64) *Intent {
	i := slices.IndexFunc(p.Intents, func(in Intent) bool { return in.Seq == seq })
	if i < 0 {
		return nil
	}
	return &p.Intents[i]
}

// order of the states that an intent only ever climbs; only a payment under way
// can fall back, when the card was declined.
var climb = map[IntentState]int{IntentNew: 0, Unconfirmed: 1, Processing: 1, Held: 2, Taken: 3, Released: 3}

// Learn takes in what the provider says about an intent. It may be told late,
// twice and in any order: money counts once, and an intent never goes back.
func (p *Payment) Learn(seq int64, f Facts, now time.Time) error {
	in := p.intent(seq)
	if in == nil {
		return fault.New(fault.Internal, "intent_unknown", "The payment %s has no intent %d.", p.ID, seq)
	}
	if f.Currency != p.Currency {
		return fault.New(fault.Internal, "currency_other", "The intent %s is in %s, not in %s.", f.ID, f.Currency, p.Currency)
	}
	in.ID = f.ID
	if climb[f.State] >= climb[in.State] {
		p.enter(in, f, now)
	}
	if more := f.Captured - in.Captured; more > 0 {
		in.Captured = f.Captured
		p.Unshared = true
		p.record(Entry{Kind: Captured, Postings: move(householdAccount(p.Household), StripeAccount, more), Reason: "paid", By: in.By,
			Numbers: map[string]int64{"intent": in.Seq}}, now)
	}
	for _, r := range f.Refunds {
		p.learnRefund(in, r, now)
	}
	for _, m := range f.Moves {
		p.learnMove(in, m, now)
	}
	p.cover()
	return nil
}

// enter moves an intent to the state that the provider reports.
func (p *Payment) enter(in *Intent, f Facts, now time.Time) {
	if f.State != in.State {
		in.Asks = 0
	}
	if f.Declined != "" && f.Declined != in.Declined {
		in.KeepUntil = now.Add(keepPlace).UTC()
	}
	in.State, in.Declined = f.State, f.Declined
	in.Authorised = max(in.Authorised, f.Authorised)
	if !f.Expires.IsZero() {
		at := f.Expires.UTC()
		in.Expires = &at
	}
	if f.CardToken != "" {
		in.Customer, in.CardToken = f.Customer, f.CardToken
	}
	in.askAgain(now)
}

// takenAsks is how often the provider is asked about money that it has taken,
// counted anew at each news: within about three days for a fee that it has not
// worked out yet, and then over 255 days, at least once in takenPause, because no
// event may reach us of what went back later. A household's bank has 120 days
// for a dispute, as a rule: https://docs.stripe.com/disputes/how-disputes-work.
const (
	takenAsks  = 12
	takenPause = 32 * 24 * time.Hour
)

// news begins anew to count how often the provider is asked.
func (in *Intent) news(now time.Time) {
	in.Asks = 0
	in.askAgain(now)
}

// askAgain says when the provider is asked what it did not tell: soon while the
// household is confirming, when a hold should have ended, what its fee was, and
// now and then whether money has gone back.
func (in *Intent) askAgain(now time.Time) {
	in.AskAt = nil
	var at time.Time
	switch {
	case in.State == Unconfirmed || in.State == Processing:
		at = now.Add(time.Minute << min(in.Asks, 6)).UTC()
	case in.State == Held && in.Expires != nil:
		at = in.Expires.Add(time.Minute).UTC()
		if !at.After(now) {
			at = now.Add(time.Hour).UTC()
		}
	case in.State == Taken && in.Asks < takenAsks:
		first := time.Minute
		if in.Settled {
			first = 24 * time.Hour
		}
		at = now.Add(min(first<<in.Asks, takenPause)).UTC()
	default:
		return
	}
	in.AskAt = &at
}
