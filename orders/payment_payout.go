package orders

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
)

// Payout is what one payee gets for one group buy: online, of each delivery,
// what households have paid online for goods that the gate has counted; and by
// hand. Both are in one document, so that together they never come to more than
// is owed. It is bounded by the claims and recounts of one group buy.
type Payout struct {
	db.Doc                    // payoutID of group buy and payee
	GroupBuy string           `json:"group_buy"`
	Payee    string           `json:"payee"` // ledger account: supplier:S01, leader:…
	Currency string           `json:"currency"`
	Owed     int64            `json:"owed"`  // for counted goods, however it is paid
	Parts    []PayoutPart     `json:"parts"` // by delivery
	AsOf     int64            `json:"as_of"` // grows with everything that Owed and Parts were computed from
	Sends    []SendOut        `json:"sends"`
	Hands    []PaymentReceipt `json:"hands"`
	Seq      int64            `json:"seq"`
	Pending  *PayoutStep      `json:"pending,omitempty"`
	Refused  int              `json:"refused,omitempty"` // steps that the provider has refused, one after another
	Rest     *time.Time       `json:"rest,omitempty"`    // until when it is not asked again after a refusal
	Outbox   []Entry          `json:"outbox"`
	Wake     *time.Time       `json:"wake,omitempty"`
	Parked   bool             `json:"parked,omitempty"` // it waits for the provider's keys
	Created  time.Time        `json:"created"`
}

// PayoutPart is what is to be sent online for one delivery.
type PayoutPart struct {
	Delivery string `json:"delivery"` // empty: a leader's commission
	Target   int64  `json:"target"`
}

// SendOut is one transfer.
type SendOut struct {
	ID       string `json:"id"` // the provider's
	Delivery string `json:"delivery"`
	Step     string `json:"step"`
	Minor    int64  `json:"minor"`
	Reversed int64  `json:"reversed"`
}

// PayoutStep is the one transfer or reversal that is being asked for, written
// down before it is asked; its ID is the idempotency key.
type PayoutStep struct {
	ID       string    `json:"id"`
	Delivery string    `json:"delivery"`
	Send     string    `json:"send,omitempty"` // the transfer to reverse; empty: a new one
	Minor    int64     `json:"minor"`
	At       time.Time `json:"at"`
	Tries    int       `json:"tries"`
}

func payoutID(groupBuy, payee string) string { return "payout:" + groupBuy + ":" + payee }

func newPayout(groupBuy, payee, currency string) Payout {
	return Payout{
		Doc: db.Doc{ID: payoutID(groupBuy, payee)}, GroupBuy: groupBuy, Payee: payee, Currency: currency,
		Parts: []PayoutPart{}, Sends: []SendOut{}, Hands: []PaymentReceipt{}, Outbox: []Entry{},
	}
}

// group is the provider's transfer group: the delivery, or the round for a commission.
func (o *Payout) group(delivery string) string { return cmp.Or(delivery, o.GroupBuy) }

// Sent is what the payee has of it online.
func (o *Payout) Sent() int64 {
	var sum int64
	for _, s := range o.Sends {
		sum += s.Minor - s.Reversed
	}
	return sum
}

func (o *Payout) sentFor(delivery string) int64 {
	var sum int64
	for _, s := range o.Sends {
		if s.Delivery == delivery {
			sum += s.Minor - s.Reversed
		}
	}
	return sum
}

// ByHand is what was handed to the payee.
func (o *Payout) ByHand() int64 {
	var sum int64
	for _, h := range o.Hands {
		if h.Undone == nil {
			sum += h.Minor
		}
	}
	return sum
}

// Aim sets what is owed and what of it goes online, unless it was computed from older documents.
func (o *Payout) Aim(owed int64, parts map[string]int64, asOf int64) {
	if asOf < o.AsOf {
		return
	}
	targets := map[string]int64{}
	for _, known := range o.Parts {
		targets[known.Delivery] = 0 // unless it is still to have some
	}
	maps.Copy(targets, parts)
	o.Owed, o.AsOf, o.Parts = owed, asOf, []PayoutPart{}
	for _, delivery := range slices.Sorted(maps.Keys(targets)) {
		o.Parts = append(o.Parts, PayoutPart{delivery, max(targets[delivery], 0)})
	}
}

// goals gives what each part is to come to: its target, as far as hands have
// not paid it already.
func (o *Payout) goals() []PayoutPart {
	goals, room := slices.Clone(o.Parts), max(o.Owed-o.ByHand(), 0)
	for i := range goals {
		goals[i].Target = min(goals[i].Target, room)
		room -= goals[i].Target
	}
	return goals
}

// ToSend is what is still to be sent online.
func (o *Payout) ToSend() int64 {
	var sum int64
	for _, g := range o.goals() {
		sum += max(g.Target-o.sentFor(g.Delivery), 0)
	}
	return sum
}

// next gives the reversal or the transfer that brings the payee nearer to the
// goals; what is too much comes back first.
func (o *Payout) next() (PayoutStep, bool) {
	goals := o.goals()
	for _, g := range goals {
		if over := o.sentFor(g.Delivery) - g.Target; over > 0 {
			last := o.lastLeft(g.Delivery)
			return PayoutStep{Delivery: g.Delivery, Send: last.ID, Minor: min(over, last.Minor-last.Reversed)}, true
		}
	}
	for _, g := range goals {
		if under := g.Target - o.sentFor(g.Delivery); under > 0 {
			return PayoutStep{Delivery: g.Delivery, Minor: under}, true
		}
	}
	return PayoutStep{}, false
}

// lastLeft finds the last transfer for a delivery that is not wholly reversed.
func (o *Payout) lastLeft(delivery string) SendOut {
	for _, s := range slices.Backward(o.Sends) {
		if s.Delivery == delivery && s.Minor > s.Reversed {
			return s
		}
	}
	return SendOut{}
}

// payeePause is after how long a payee's account is looked at again that is not in order yet.
const payeePause = time.Hour

// plan writes down the next transfer or reversal, once the payee can be paid,
// and says when somebody has to look at this payout again.
func (o *Payout) plan(payee Payee, now time.Time, online bool) {
	payee.Ready = payee.Ready && online
	o.Wake, o.Parked = nil, false
	s, more := o.next()
	rests := o.Rest != nil && now.Before(*o.Rest)
	if o.Pending == nil && more && payee.Ready && !rests {
		o.Seq++
		s.ID, s.At = fmt.Sprintf("%s#%06d", o.ID, o.Seq), now.UTC()
		o.Pending = &s
	}
	switch {
	case len(o.Outbox) > 0:
		o.Wake = new(now.UTC())
	case o.Pending != nil && payee.Ready:
		o.Wake = new(o.Pending.At.Add(resumeAfter << min(o.Pending.Tries, 10)))
	case o.Pending == nil && more && rests:
		o.Wake = o.Rest
	case o.Pending != nil || more && payee.Account != "":
		if o.Parked = !online; online {
			o.Wake = new(now.Add(payeePause).UTC())
		}
	}
}

// failed keeps a step for later. One that the provider has refused moved
// nothing: it is planned anew after a rest that grows to a day, because the
// balance or the payee's account may be in order by then.
func (o *Payout) failed(step PayoutStep, refused bool, now time.Time) {
	if o.Pending == nil || o.Pending.ID != step.ID {
		return
	}
	if refused {
		o.Refused++
		o.Pending, o.Rest = nil, new(now.Add(restAfter(o.Refused)).UTC())
		return
	}
	o.Pending.Tries++
	o.Pending.At = now.UTC()
}

// restAfter is how long the provider is left alone after so many refusals.
func restAfter(refused int) time.Duration { return time.Minute << min(2*refused, 10) }

// Learn takes in the transfers for a delivery that the provider knows; each of
// this payout counts once.
func (o *Payout) Learn(delivery string, facts []TransferFact, now time.Time) {
	for _, f := range facts {
		if !strings.HasPrefix(f.Step, o.ID+"#") {
			continue
		}
		i := slices.IndexFunc(o.Sends, func(s SendOut) bool { return s.ID == f.ID })
		if i < 0 {
			i = len(o.Sends)
			o.Sends = append(o.Sends, SendOut{ID: f.ID, Delivery: delivery, Step: f.Step, Minor: f.Minor})
			o.sent(delivery, f.Minor, "delivered", now)
		}
		if back := f.Reversed - o.Sends[i].Reversed; back > 0 {
			o.Sends[i].Reversed = f.Reversed
			o.sent(delivery, -back, "refunded", now)
		}
	}
}

// done takes out a step that was answered.
func (o *Payout) done(step PayoutStep) {
	if o.Pending != nil && o.Pending.ID == step.ID {
		o.Pending, o.Refused, o.Rest = nil, 0, nil
	}
}

func (o *Payout) sent(delivery string, minor int64, reason string, now time.Time) {
	o.book(Entry{Kind: PaidOut, Postings: move(StripeAccount, o.Payee, minor), Reason: reason, Note: delivery}, now)
}

// book puts an entry of this payout into its outbox, under the next key, and gives the key.
func (o *Payout) book(e Entry, now time.Time) string {
	o.Seq++
	e.ID = fmt.Sprintf("%s#%06d", o.ID, o.Seq)
	e.At, e.Currency, e.GroupBuy, e.Lines = now.UTC(), o.Currency, o.GroupBuy, []EntryLine{}
	o.Outbox = append(o.Outbox, e)
	return e.ID
}

// payByHand records what somebody handed to the payee: with all that it has
// already, and what is on its way online, at most what it is owed. The same
// receipt twice counts once.
func (o *Payout) payByHand(r PaymentReceipt) error {
	if said, err := r.among(o.Hands); said {
		return err
	}
	if len(o.Hands) >= 100 {
		return fault.New(fault.Conflict, "too_many_receipts", "This supplier has 100 payments for one round already.")
	}
	if left := o.left(); r.Minor <= 0 || r.Minor > left {
		return notOwed(left, o.Currency)
	}
	e := Entry{Kind: PaidOut, Postings: move(tillAccount(r.Method, r.By), o.Payee, r.Minor), Reason: "supplier_paid", Note: r.Note, By: r.By}
	if kind, _ := owner(o.Payee); kind == "leader" {
		e.Reason = "commission"
	}
	r.Entry = o.book(e, r.At)
	o.Hands = append(o.Hands, r)
	return nil
}

// left is what hands may still pay.
func (o *Payout) left() int64 {
	left := o.Owed - o.ByHand() - o.Sent()
	if o.Pending != nil && o.Pending.Send == "" {
		left -= o.Pending.Minor
	}
	return left
}

// undoHand takes a payment by hand back by a reversal; undoing twice undoes once.
func (o *Payout) undoHand(receipt string, u Undone) error {
	i := slices.IndexFunc(o.Hands, func(h PaymentReceipt) bool { return h.ID == receipt })
	if i < 0 {
		return fault.New(fault.NotFound, "receipt_unknown", "There is no such payment.")
	}
	h := &o.Hands[i]
	if h.Undone != nil {
		return nil
	}
	h.Undone = &u
	o.book(Entry{Kind: Reversal, Postings: move(o.Payee, tillAccount(h.Method, h.By), h.Minor), Reason: u.Reason, By: u.By, Reverses: h.Entry}, u.At)
	return nil
}

func notOwed(left int64, currency string) error {
	return fault.New(fault.Conflict, "more_than_owed", "The supplier is owed %d for this round.", left).With("outstanding", left).With("currency", currency)
}
