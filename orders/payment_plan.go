package orders

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// StepKind is what is asked of the provider.
type StepKind string

const (
	StepOpen    StepKind = "open"
	StepConfirm StepKind = "confirm" // with the saved card
	StepLook    StepKind = "look"
	StepCapture StepKind = "capture"
	StepRelease StepKind = "release"
	StepRefund  StepKind = "refund"
)

// resumeAfter is how old a step is when it can only be left over from a crash:
// longer than any request to the provider may take.
const resumeAfter = time.Minute

// leftOver tells whether nobody can be performing the step any more.
func (s *Step) leftOver(now time.Time) bool { return s.Tries > 0 || now.Sub(s.At) >= resumeAfter }

// Step is the one thing that is being asked of the provider. It is written down
// before the provider is asked and its ID is the idempotency key, so that a
// crash in between repeats the same request. Done is written only with the answer.
type Step struct {
	ID     string    `json:"id"`
	Kind   StepKind  `json:"kind"`
	Intent int64     `json:"intent"`
	Minor  int64     `json:"minor"`
	Item   string    `json:"item,omitempty"` // whose money goes back; empty: no single item's
	Reason string    `json:"reason,omitempty"`
	At     time.Time `json:"at"`
	Tries  int       `json:"tries"`
}

// Cover is how much of an item the captured money pays for.
type Cover struct {
	Item  string `json:"item"`
	Minor int64  `json:"minor"`
	Why   string `json:"why,omitempty"` // the reason for which the item last came to cost less
}

// plan writes down the next step that brings the provider's money to the
// target, where there is one and nothing is under way.
func (p *Payment) plan(now time.Time) {
	if p.Pending != nil {
		return
	}
	s, ok := p.nextOnIntents(now)
	if !ok {
		s, ok = p.nextRefund(now)
	}
	if !ok {
		return
	}
	p.Seq++
	s.ID, s.At = fmt.Sprintf("%s#%06d", p.ID, p.Seq), now.UTC()
	p.Pending = &s
}

func (p *Payment) nextOnIntents(now time.Time) (Step, bool) {
	for i := len(p.Intents) - 1; i >= 0; i-- {
		in := &p.Intents[i]
		if in.AskAt != nil && !now.Before(*in.AskAt) && in.State != IntentNew {
			return Step{Kind: StepLook, Intent: in.Seq}, true
		}
		if in.rests(now) {
			continue
		}
		switch in.State {
		case IntentNew:
			return Step{Kind: StepOpen, Intent: in.Seq, Minor: in.Amount}, true
		case Unconfirmed:
			if p.unwanted(i, now) {
				return Step{Kind: StepRelease, Intent: in.Seq, Reason: "not_needed"}, true
			}
			if in.Again && in.Declined == "" {
				return Step{Kind: StepConfirm, Intent: in.Seq}, true
			}
		case Held:
			if s, ok := p.nextOnHold(i, now); ok {
				return s, true
			}
		}
	}
	return Step{}, false
}

// unwanted tells whether an intent that nobody has confirmed is to be dropped.
func (p *Payment) unwanted(i int, now time.Time) bool {
	in := p.Intents[i]
	return p.target() <= p.Paid() || !now.Before(in.KeepUntil) || p.heldLater(i) ||
		slices.ContainsFunc(p.Intents[i+1:], func(later Intent) bool { return later.State == IntentNew || later.State == Unconfirmed })
}

// heldLater tells whether a later intent holds enough.
func (p *Payment) heldLater(i int) bool {
	return slices.ContainsFunc(p.Intents[i+1:], func(later Intent) bool {
		return later.State == Held && later.Authorised >= p.target()-p.Paid()
	})
}

// nextOnHold captures what is owed, never more than is held, and releases what
// is not needed. While nothing is owed yet it only keeps the hold alive.
func (p *Payment) nextOnHold(i int, now time.Time) (Step, bool) {
	in := p.Intents[i]
	due := p.target() - p.Paid()
	switch {
	case in.leftToHands():
		return Step{Kind: StepRelease, Intent: in.Seq, Reason: "not_taken"}, true
	case due <= 0 || p.heldLater(i):
		return Step{Kind: StepRelease, Intent: in.Seq, Reason: "not_needed"}, true
	case p.Bill.Stage != Promised:
		return Step{Kind: StepCapture, Intent: in.Seq, Minor: min(due, in.Authorised)}, true
	}
	return Step{}, false
}

// renewBefore is how long before its end a hold is renewed, or the household told.
const renewBefore = 24 * time.Hour

// renew opens a new hold with the saved card for each that ends soon, and gives
// the intents whose households have to be told, because there is no saved card
// or it was declined.
func (p *Payment) renew(now time.Time) (tell []int64) {
	for i := range p.Intents {
		in := &p.Intents[i]
		declined := in.Renews && in.State == Unconfirmed && in.Declined != ""
		if in.Warned || !declined && !p.endsSoon(in, now) {
			continue
		}
		in.Warned = true
		if declined || in.CardToken == "" || len(p.Intents) >= maxIntents {
			tell = append(tell, in.Seq)
			continue
		}
		p.begin(Intent{
			Method: in.Method, By: in.By, Amount: min(in.Amount, max(p.target()-p.Paid(), 1)), KeepUntil: in.Expires.UTC(),
			Customer: in.Customer, CardToken: in.CardToken, Again: true, Renews: true,
		})
		return tell
	}
	return tell
}

func (p *Payment) endsSoon(in *Intent, now time.Time) bool {
	return in.State == Held && in.Expires != nil && !now.Before(in.Expires.Add(-renewBefore)) && p.Bill.Stage == Promised
}

// abandoned tells whether the household wanted to pay online, has paid nothing
// in any way, and has let the while pass for which its place was kept.
func (p *Payment) abandoned(now time.Time) bool {
	if len(p.Intents) == 0 || p.Bill.Stage != Promised || p.Paid() > 0 || p.HeldNow() > 0 {
		return false
	}
	last := p.Intents[len(p.Intents)-1]
	return last.State == Released && last.Authorised == 0 && last.ID != "" && !now.Before(last.KeepUntil) && p.GivenUp != last.Seq
}

// nextRefund gives back what was captured above the target: item by item with
// the reason of what became of it, and then what no item explains.
func (p *Payment) nextRefund(now time.Time) (Step, bool) {
	over := min(p.Overpaid(), p.refundable())
	if over <= 0 || slices.ContainsFunc(p.Intents, func(in Intent) bool { return in.State == Processing }) {
		return Step{}, false
	}
	s := Step{Kind: StepRefund, Minor: over, Reason: p.refundReason()}
	if p.Bill.Stage == Owed || p.Bill.Stage == Settled {
		due := p.Bill.items()
		for _, c := range p.Covered {
			if less := c.Minor - due[c.Item]; less > 0 {
				s.Item, s.Minor, s.Reason = c.Item, min(less, over), cmp.Or(c.Why, "order_changed")
				break
			}
		}
	}
	for i := len(p.Intents) - 1; i >= 0; i-- {
		if left := p.Intents[i].refundable(); left > 0 && !p.Intents[i].rests(now) {
			s.Intent, s.Minor = p.Intents[i].Seq, min(s.Minor, left)
			return s, true
		}
	}
	return Step{}, false
}

// refundable is what the provider can still give back: not where two refunds
// have failed already, because the card is gone, or it has refused too often.
func (p *Payment) refundable() int64 {
	var sum int64
	for i := range p.Intents {
		sum += p.Intents[i].refundable()
	}
	return sum
}

func (in *Intent) refundable() int64 {
	failed := 0
	for _, r := range in.Refunds {
		if r.Void && !r.Dispute {
			failed++
		}
	}
	if failed >= 2 || in.leftToHands() {
		return 0
	}
	return max(in.Captured-in.Refunded(), 0)
}

// refundReason is why money goes back that pays for no single item.
func (p *Payment) refundReason() string {
	switch {
	case p.Bill.Reason != "":
		return p.Bill.Reason
	case p.Online() <= p.target(): // without the hands, nothing would go back
		return "paid_by_hand"
	case p.Bill.Stage == Promised:
		return "order_changed"
	}
	return "less_than_held"
}

// items sums what is owed by item.
func (b Bill) items() map[string]int64 {
	due := map[string]int64{}
	for _, l := range b.owed() {
		due[l.Item] += l.Minor
	}
	return due
}

// lessens notes for what reason items cost less, so that what goes back says it.
func (p *Payment) lessens(charge Entry) {
	for i := range p.Covered {
		c := &p.Covered[i]
		if slices.ContainsFunc(charge.Lines, func(l EntryLine) bool { return l.Item == c.Item && l.Minor < 0 }) {
			c.Why = charge.Reason
		}
	}
}

// cover lays the captured money on the items that are owed, in their order.
func (p *Payment) cover() {
	left := p.Online()
	for _, c := range p.Covered {
		left -= c.Minor
	}
	if p.Bill.Stage == Promised || left <= 0 {
		return
	}
	due := p.Bill.items()
	for _, l := range p.Bill.owed() {
		i := slices.IndexFunc(p.Covered, func(c Cover) bool { return c.Item == l.Item })
		if i < 0 {
			i = len(p.Covered)
			p.Covered = append(p.Covered, Cover{Item: l.Item})
		}
		if more := min(due[l.Item]-p.Covered[i].Minor, left); more > 0 {
			p.Covered[i].Minor += more
			left -= more
		}
	}
}

// uncover takes refunded money off an item.
func (p *Payment) uncover(item string, minor int64) {
	for i := range p.Covered {
		if p.Covered[i].Item == item {
			p.Covered[i].Minor -= min(minor, p.Covered[i].Minor)
		}
	}
}
