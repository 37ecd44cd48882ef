package orders

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"baimi/app/fault"
)

// bank is a payment provider that remembers: the same key twice acts once,
// intents follow the provider's states, and it can lose its answers.
type bank struct {
	mu       sync.Mutex
	clock    func() time.Time
	intents  map[string]*bankIntent
	keys     map[string]string // key → the intent that it acted on
	setups   map[string]SetupFacts
	wires    []*bankWire
	news     []string // intents that something happened to
	fail     func() trouble
	rate     int64              // its fee, in thousandths of what it captures
	settles  string             // the currency of its own book; empty: that of the payments
	book     map[string]int64   // what its own book has of us, by currency, fees taken off
	kept     map[string]int64   // its fees, by currency
	moved    []string           // what moved money, for the log of a failing sequence
	refuses  map[StepKind]error // what it will not do, ever; transfers are "send"
	declines string             // the code by which saved cards are declined
	checking bool               // it does not know its payees yet
	closed   string             // the account of a payee that it does not know any more
	wrong    []string           // requests beyond what was authorised or captured
}

type trouble int

const (
	fine trouble = iota
	lostRequest
	lostAnswer
)

type bankWire struct {
	TransferFact
	request TransferRequest
}

type bankIntent struct {
	Facts
	request IntentRequest
	refunds int
	looks   int
	late    []MoveFact // worked out a little later
}

func (in *bankIntent) refunded() int64 {
	var sum int64
	for _, r := range in.Refunds {
		if !r.Failed {
			sum += r.Minor
		}
	}
	return sum
}

var errLine = fault.New(fault.Unavailable, "line_down", "The line to the bank is down.")

func newBank(clock func() time.Time) *bank {
	return &bank{
		clock: clock, intents: map[string]*bankIntent{}, keys: map[string]string{}, setups: map[string]SetupFacts{},
		fail: func() trouble { return fine }, book: map[string]int64{}, kept: map[string]int64{},
	}
}

// act performs one keyed request, unless the line is down before or after it.
func (b *bank) act(key string, do func() (*bankIntent, error)) (Facts, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	state := b.fail()
	if state == lostRequest {
		return Facts{}, errLine
	}
	var in *bankIntent
	if id, again := b.keys[key]; again && key != "" {
		in = b.intents[id]
	} else {
		var err error
		if in, err = do(); err != nil {
			return Facts{}, err
		}
		if key != "" {
			b.keys[key] = in.ID
			b.news = append(b.news, in.ID)
		}
	}
	if state == lostAnswer {
		return Facts{}, errLine
	}
	facts := in.Facts
	facts.Refunds = append([]RefundFact(nil), in.Refunds...)
	facts.Moves = append([]MoveFact(nil), in.Moves...)
	if in.looks++; in.looks > 2 {
		facts.Moves = append(facts.Moves, in.late...)
	}
	return facts, nil
}

// move writes down in the bank's own book what has moved, at seven to one where
// it settles in another currency. A charge is worked out a little later.
func (b *bank) move(in *bankIntent, charge bool, of, fee int64) {
	m := MoveFact{ID: fmt.Sprintf("txn_%s_%d", in.ID, len(in.Moves)+len(in.late)), Charge: charge, Of: of, Minor: of, Fee: fee, Currency: in.request.Currency}
	if b.settles != "" {
		m.Minor, m.Fee, m.Currency = of/7, fee/7, b.settles
	}
	b.book[m.Currency] += m.Minor - m.Fee
	b.kept[m.Currency] += m.Fee
	if charge {
		in.late = append(in.late, m)
	} else {
		in.Moves = append(in.Moves, m)
	}
}

// dispute lets the household's bank take back what is left of an intent, at a
// fee; won, it comes back.
func (b *bank) dispute(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	in := b.intents[id]
	if in == nil || in.State != Taken {
		return
	}
	b.news = append(b.news, id)
	for i := range in.Refunds {
		if r := &in.Refunds[i]; r.Dispute && !r.Failed {
			r.Failed = true
			b.move(in, false, r.Minor, 0)
			b.moved = append(b.moved, fmt.Sprintf("won %s %d", id, r.Minor))
			return
		}
	}
	if left := in.Captured - in.refunded(); left > 0 {
		in.Refunds = append(in.Refunds, RefundFact{ID: fmt.Sprintf("dp_%s_%d", id, len(in.Refunds)), Minor: left, Dispute: true})
		b.move(in, false, -left, 1500)
		b.moved = append(b.moved, fmt.Sprintf("disputed %s %d", id, left))
	}
}

func (b *bank) find(id string, states ...IntentState) (*bankIntent, error) {
	in := b.intents[id]
	if in == nil {
		return nil, fault.New(fault.Invalid, "no_such_intent", "There is no intent %q.", id)
	}
	for _, s := range states {
		if in.State == s {
			return in, nil
		}
	}
	if len(states) > 0 {
		return nil, fault.New(fault.Invalid, "wrong_state", "The intent %s is %s.", id, in.State)
	}
	return in, nil
}

func (b *bank) Open(_ context.Context, key string, r IntentRequest) (Facts, error) {
	return b.act(key, func() (*bankIntent, error) {
		id := fmt.Sprintf("pi_%d", len(b.intents)+1)
		in := &bankIntent{request: r, Facts: Facts{
			ID: id, Secret: id + "_secret", State: Unconfirmed, Currency: r.Currency, Customer: r.Customer, Payment: r.Payment, Seq: r.Seq,
		}}
		b.intents[id] = in
		return in, nil
	})
}

func (b *bank) Look(_ context.Context, id string) (Facts, error) {
	return b.act("", func() (*bankIntent, error) {
		in, err := b.find(id)
		if err == nil && in.State == Held && !b.clock().Before(in.Expires) {
			in.State = Released
		}
		return in, err
	})
}

func (b *bank) Confirm(_ context.Context, key, id string) (Facts, error) {
	return b.act(key, func() (*bankIntent, error) {
		in, err := b.find(id, Unconfirmed)
		if err != nil {
			return nil, err
		}
		if in.Declined = b.declines; in.Declined == "" {
			b.confirm(in)
		}
		return in, nil
	})
}

// confirm is what the household does in the page, or the saved card without it.
func (b *bank) confirm(in *bankIntent) {
	in.Declined = ""
	if in.request.Method == Card {
		in.State, in.Authorised, in.Expires = Held, in.request.Minor, b.clock().Add(7*24*time.Hour)
		if in.request.Customer != "" {
			in.CardToken = "pm_1"
		}
		return
	}
	in.State, in.Captured = Taken, in.request.Minor
	b.move(in, true, in.Captured, in.Captured*b.rate/1000)
	b.moved = append(b.moved, fmt.Sprintf("charged %s %d", in.ID, in.Captured))
}

func (b *bank) Capture(_ context.Context, key, id string, minor int64) (Facts, error) {
	return b.act(key, func() (*bankIntent, error) {
		in, err := b.find(id, Held)
		if err = cmp.Or(err, b.refuses[StepCapture]); err != nil {
			return nil, err
		}
		if minor > in.Authorised || minor <= 0 || !b.clock().Before(in.Expires) {
			b.wrong = append(b.wrong, "capture "+id)
			return nil, fault.New(fault.Invalid, "amount_too_large", "%d cannot be captured of %d.", minor, in.Authorised)
		}
		in.State, in.Captured = Taken, minor
		b.move(in, true, minor, minor*b.rate/1000)
		b.moved = append(b.moved, fmt.Sprintf("captured %s %d", id, minor))
		return in, nil
	})
}

func (b *bank) Release(_ context.Context, key, id string) (Facts, error) {
	return b.act(key, func() (*bankIntent, error) {
		in, err := b.find(id, Held, Unconfirmed)
		if err == nil {
			in.State = Released
		}
		return in, err
	})
}

func (b *bank) Refund(_ context.Context, key, id string, minor int64, reason string) (Facts, error) {
	return b.act(key, func() (*bankIntent, error) {
		in, err := b.find(id, Taken)
		if err = cmp.Or(err, b.refuses[StepRefund]); err != nil {
			return nil, err
		}
		left := in.Captured - in.refunded()
		if slices.ContainsFunc(in.Refunds, func(r RefundFact) bool { return r.Dispute && !r.Failed }) {
			return nil, fault.New(fault.Invalid, "charge_disputed", "The intent %s is disputed.", id)
		}
		if minor > left || minor <= 0 {
			b.wrong = append(b.wrong, "refund "+id)
			return nil, fault.New(fault.Invalid, "refund_too_large", "%d cannot be refunded of %d.", minor, left)
		}
		in.refunds++
		b.move(in, false, -minor, 0)
		in.Refunds = append(in.Refunds, RefundFact{ID: fmt.Sprintf("re_%s_%d", id, in.refunds), Minor: minor, Step: key})
		b.moved = append(b.moved, fmt.Sprintf("refunded %s %d %s", id, minor, reason))
		return in, nil
	})
}

func (b *bank) OpenCustomer(_ context.Context, _, account string) (string, error) {
	return "cus_" + account, nil
}

func (b *bank) OpenSetup(_ context.Context, key, customer string) (SetupFacts, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := SetupFacts{ID: "seti_" + key, Secret: "seti_secret", Customer: customer}
	b.setups[s.ID] = s
	return s, nil
}

func (b *bank) LookSetup(_ context.Context, id string) (SetupFacts, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.setups[id], nil
}

func (b *bank) Forget(_ context.Context, card string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.moved = append(b.moved, "forgot "+card)
	return nil
}

func (b *bank) OpenPayee(_ context.Context, _, payee string) (string, error) {
	return "acct_" + payee, nil
}

func (b *bank) PayeePage(_ context.Context, account, back string) (string, error) {
	return "https://bank.example/" + account + "?back=" + back, nil
}

func (b *bank) PayeeReady(_ context.Context, account string) (bool, error) {
	if account == b.closed {
		return false, fault.New(fault.Invalid, "online_refused", "There is no such account.")
	}
	return !b.checking, nil
}

// wire performs one keyed transfer or reversal, unless the line is down.
func (b *bank) wire(key string, do func() error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	state := b.fail()
	if state == lostRequest {
		return errLine
	}
	if _, again := b.keys[key]; !again {
		if err := do(); err != nil {
			return err
		}
		b.keys[key] = ""
	}
	if state == lostAnswer {
		return errLine
	}
	return nil
}

func (b *bank) Send(_ context.Context, key string, r TransferRequest) error {
	return b.wire(key, func() error {
		if err := b.refuses["send"]; err != nil {
			return err
		}
		b.book[r.Currency] -= r.Minor
		b.wires = append(b.wires, &bankWire{request: r, TransferFact: TransferFact{ID: fmt.Sprint("tr_", len(b.wires)), Minor: r.Minor, Step: key}})
		b.moved = append(b.moved, fmt.Sprintf("sent %s %d", r.Account, r.Minor))
		return nil
	})
}

func (b *bank) Reverse(_ context.Context, key, transfer string, minor int64) error {
	return b.wire(key, func() error {
		for _, w := range b.wires {
			if w.ID != transfer {
				continue
			}
			b.book[w.request.Currency] += minor
			if w.Reversed += minor; w.Reversed > w.Minor || minor <= 0 {
				b.wrong = append(b.wrong, "reverse "+transfer)
			}
			b.moved = append(b.moved, fmt.Sprintf("reversed %s %d", transfer, minor))
		}
		return nil
	})
}

func (b *bank) Transfers(_ context.Context, group string) ([]TransferFact, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []TransferFact
	for _, w := range b.wires {
		if w.request.Group == group {
			out = append(out, w.TransferFact)
		}
	}
	return out, nil
}

// sent is what payees have by transfers.
func (b *bank) sent() map[string]int64 {
	sums := map[string]int64{}
	for _, w := range b.wires {
		sums[w.request.Account] += w.Minor - w.Reversed
	}
	return sums
}

func (b *bank) Element() Element { return Element{PublicKey: "pk_test"} }

func (b *bank) Hear(payload []byte, signature string, _ time.Time) (Signal, error) {
	var s Signal
	if signature != "signed" {
		return s, fault.New(fault.Invalid, "signature_invalid", "The event is not signed by the payment provider.")
	}
	return s, json.Unmarshal(payload, &s)
}

// page is the household confirming in its browser: the card is taken or declined.
func (b *bank) page(id string, declined bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	in, err := b.find(id, Unconfirmed)
	if err != nil {
		return
	}
	b.news = append(b.news, id)
	if declined {
		in.Declined = "card_declined"
		return
	}
	b.confirm(in)
}

// deliver sends some of the news as events: duplicated, reordered or held back.
func (b *bank) deliver(t *testing.T, c *Cashier, r *rand.Rand) {
	t.Helper()
	b.mu.Lock()
	news := b.news
	b.news = nil
	b.mu.Unlock()
	r.Shuffle(len(news), func(i, j int) { news[i], news[j] = news[j], news[i] })
	for i, intent := range news {
		if r.IntN(4) == 0 {
			continue // it never comes
		}
		body := fmt.Sprintf(`{"ID":"evt_%s_%d","Type":"payment_intent","Intent":%q}`, intent, i, intent)
		for range 1 + r.IntN(2) {
			if err := c.Hear(context.Background(), []byte(body), "signed"); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// net is what the bank took of a payment and did not give back.
func (b *bank) net(payment string) (authorised, captured, net int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, in := range b.intents {
		if in.Payment != payment {
			continue
		}
		authorised += in.Authorised
		captured += in.Captured
		net += in.Captured
		net -= in.refunded()
	}
	return authorised, captured, net
}
