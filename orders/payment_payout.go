package orders

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"time"

	"baimi/app/db"
)

// Payout is what one payee gets online of one delivery to one group buy. Its
// target follows from what households have paid online for goods that the gate
// has counted; transfers and their reversals bring it there. It is bounded by
// the claims and recounts of one delivery.
type Payout struct {
	db.Doc
	GroupBuy string           `json:"group_buy"`
	Delivery string           `json:"delivery"` // empty: a leader's commission, or what a supplier gets by hand
	Payee    string           `json:"payee"`    // ledger account: supplier:S01, leader:…
	Currency string           `json:"currency"`
	Target   int64            `json:"target"`
	AsOf     int64            `json:"as_of"` // grows with everything that the target was computed from
	Sends    []SendOut        `json:"sends"`
	Hands    []PaymentReceipt `json:"hands"`
	Seq      int64            `json:"seq"`
	Pending  *PayoutStep      `json:"pending,omitempty"`
	Outbox   []Entry          `json:"outbox"`
	Wake     *time.Time       `json:"wake,omitempty"`
}

// SendOut is one transfer.
type SendOut struct {
	ID       string `json:"id"` // the provider's
	Step     string `json:"step"`
	Minor    int64  `json:"minor"`
	Reversed int64  `json:"reversed"`
}

// PayoutStep is the one transfer or reversal that is being asked for, written
// down before it is asked; its ID is the idempotency key.
type PayoutStep struct {
	ID    string    `json:"id"`
	Send  string    `json:"send,omitempty"` // the transfer to reverse; empty: a new one
	Minor int64     `json:"minor"`
	At    time.Time `json:"at"`
	Tries int       `json:"tries"`
}

// Group is the provider's transfer group: the delivery, or the round for a commission.
func (o *Payout) Group() string {
	if o.Delivery != "" {
		return o.Delivery
	}
	return o.GroupBuy
}

// Sent is what the payee has of it.
func (o *Payout) Sent() int64 {
	var sum int64
	for _, s := range o.Sends {
		sum += s.Minor - s.Reversed
	}
	return sum
}

// Aim sets the target, unless it was computed from older documents.
func (o *Payout) Aim(target, asOf int64) {
	if asOf >= o.AsOf {
		o.Target, o.AsOf = target, asOf
	}
}

// plan writes down the next transfer or reversal, once the payee can be paid.
func (o *Payout) plan(ready bool, now time.Time) {
	o.Wake = nil
	if o.Pending == nil && ready && o.Sent() != o.Target {
		s := PayoutStep{Minor: o.Target - o.Sent(), At: now.UTC()}
		if s.Minor < 0 {
			last := o.lastLeft()
			s.Send, s.Minor = o.Sends[last].ID, min(-s.Minor, o.Sends[last].Minor-o.Sends[last].Reversed)
		}
		o.Seq++
		s.ID = fmt.Sprintf("%s#%06d", o.ID, o.Seq)
		o.Pending = &s
	}
	if len(o.Outbox) > 0 {
		o.Wake = new(now.UTC())
	} else if s := o.Pending; s != nil && ready {
		o.Wake = new(s.At.Add(resumeAfter << min(s.Tries, 10)))
	} else if s != nil {
		o.Wake = new(now.Add(offlinePause).UTC())
	}
}

// lastLeft finds the last transfer that is not wholly reversed.
func (o *Payout) lastLeft() int {
	for i := len(o.Sends) - 1; i > 0; i-- {
		if o.Sends[i].Minor > o.Sends[i].Reversed {
			return i
		}
	}
	return 0
}

// Learn takes in the transfers that the provider knows of this payout; each
// counts once, and the step that made one is done.
func (o *Payout) Learn(facts []TransferFact, now time.Time) {
	for _, f := range facts {
		if !strings.HasPrefix(f.Step, o.ID+"#") {
			continue
		}
		i := slices.IndexFunc(o.Sends, func(s SendOut) bool { return s.ID == f.ID })
		if i < 0 {
			i = len(o.Sends)
			o.Sends = append(o.Sends, SendOut{ID: f.ID, Step: f.Step, Minor: f.Minor})
			o.record(f.Minor, "delivered", now)
		}
		if back := f.Reversed - o.Sends[i].Reversed; back > 0 {
			o.Sends[i].Reversed = f.Reversed
			o.record(-back, "refunded", now)
		}
	}
}

func (o *Payout) record(minor int64, reason string, now time.Time) {
	o.book(Entry{Postings: move(StripeAccount, o.Payee, minor), Reason: reason, Note: o.Delivery}, now)
}

// book puts an entry of this payout into its outbox, under the next key.
func (o *Payout) book(e Entry, now time.Time) {
	o.Seq++
	e.ID = fmt.Sprintf("%s#%06d", o.ID, o.Seq)
	e.At, e.Kind, e.Currency, e.GroupBuy, e.Lines = now.UTC(), PaidOut, o.Currency, o.GroupBuy, []EntryLine{}
	o.Outbox = append(o.Outbox, e)
}

// payoutKey is one payee's part of one delivery.
type payoutKey struct{ delivery, payee string }

func payoutID(groupBuy string, key payoutKey) string {
	return strings.Join([]string{"payout", groupBuy, key.delivery, key.payee}, ":")
}

// payoutTargets shares what households have paid online among those who are
// owed for it: each line of counted goods by the part of its item that is paid
// online. What was paid by hand is shared out by hand.
func payoutTargets(payments []Payment) map[payoutKey]int64 {
	targets := map[payoutKey]int64{}
	for i := range payments {
		p := &payments[i]
		due, _ := p.Bill.items()
		covered := map[string]int64{}
		for _, c := range p.Covered {
			covered[c.Item] = c.Minor
		}
		came := map[string]string{} // item → the delivery that its counted goods came with
		for _, l := range p.Bill.owed() {
			kind, _ := owner(l.Account)
			if kind != "supplier" && kind != "leader" {
				continue
			}
			if came[l.Item] == "" {
				came[l.Item] = l.Delivery
			}
			delivery := l.Delivery
			if delivery == "" {
				delivery = came[l.Item]
			}
			targets[payoutKey{delivery, l.Account}] += share(l.Minor, covered[l.Item], due[l.Item])
		}
	}
	return targets
}

// share gives minor × part / whole, towards zero; nothing of a whole of nothing.
func share(minor, part, whole int64) int64 {
	if part <= 0 || whole <= 0 {
		return 0
	}
	if minor < 0 {
		return -share(-minor, part, whole)
	}
	hi, lo := bits.Mul64(uint64(minor), uint64(min(part, whole)))
	n, _ := bits.Div64(hi, lo, uint64(whole))
	return int64(n)
}

// owedTo sums what each payee is owed for counted goods, however it was paid.
func owedTo(payments []Payment) map[string]int64 {
	owed := map[string]int64{}
	for i := range payments {
		for _, l := range payments[i].Bill.owed() {
			owed[l.Account] += l.Minor
		}
	}
	return owed
}
