package orders

import (
	"slices"
	"time"
)

// learnRefund takes in one refund or dispute: its entry with the reason, or the
// reversal of that entry where the money came back.
func (p *Payment) learnRefund(in *Intent, f RefundFact, now time.Time) {
	i := slices.IndexFunc(in.Refunds, func(r IntentRefund) bool { return r.ID == f.ID })
	switch {
	case i < 0 && !f.Failed:
		p.refunded(in, f, now)
	case i >= 0 && f.Failed && !in.Refunds[i].Void:
		p.cameBack(in, &in.Refunds[i], now)
	}
}

func (p *Payment) refunded(in *Intent, f RefundFact, now time.Time) {
	e := Entry{
		Kind: Refunded, Postings: move(StripeAccount, householdAccount(p.Household), f.Minor), Reason: "by_provider",
		Numbers: map[string]int64{"intent": in.Seq},
	}
	s := p.Pending
	switch {
	case f.Dispute:
		e.Reason = "disputed"
		in.Disputed += f.Minor
	case s != nil && s.ID == f.Step:
		e.Reason, e.Lines = s.Reason, []EntryLine{{Item: s.Item, Minor: -f.Minor}}
		p.uncover(s.Item, f.Minor)
	}
	p.Unshared = true
	in.Refunds = append(in.Refunds, IntentRefund{ID: f.ID, Minor: f.Minor, Step: f.Step, Dispute: f.Dispute, Entry: p.record(e, now)})
	in.news(now)
}

func (p *Payment) cameBack(in *Intent, r *IntentRefund, now time.Time) {
	e := Entry{Kind: Reversal, Postings: move(householdAccount(p.Household), StripeAccount, r.Minor), Reason: "refund_failed", Reverses: r.Entry}
	if r.Dispute {
		e.Reason = "dispute_won"
		in.Disputed -= r.Minor
	}
	r.Void, p.Unshared = true, true
	p.record(e, now)
	in.news(now)
}

// learnMove books what the provider's own book says beside the amount itself,
// once: its fee, which the deployment bears, and the exchange where it settles
// in another currency. So the account of each currency adds up with the provider's.
func (p *Payment) learnMove(in *Intent, m MoveFact, now time.Time) {
	if slices.Contains(in.Moves, m.ID) {
		return
	}
	in.Moves = append(in.Moves, m.ID)
	if m.Charge {
		in.Settled = true
		in.news(now)
	}
	book := func(kind EntryKind, reason, currency, from, to string, minor int64) {
		if minor != 0 {
			p.record(Entry{Kind: kind, Currency: currency, Postings: move(from, to, minor), Reason: reason, Numbers: map[string]int64{"intent": in.Seq}}, now)
		}
	}
	if m.Currency != p.Currency {
		book(Exchanged, "settled", p.Currency, StripeAccount, ExchangeAccount, m.Of)
		book(Exchanged, "settled", m.Currency, ExchangeAccount, StripeAccount, m.Minor)
	}
	book(Fee, "provider_fee", m.Currency, StripeAccount, DeploymentAccount, m.Fee)
}

// maxRefused is how often a request about an intent may be refused, over about a
// day, before it is left to hands.
const maxRefused = 6

// refused takes in that the provider will not do a step: nothing has moved. What
// became of the intent is asked at once, and the step planned anew after a rest.
func (p *Payment) refused(s Step, forGood bool, now time.Time) {
	p.Pending = nil
	in := p.intent(s.Intent)
	in.Refused++
	in.AskAt, in.Rest = new(now.UTC()), new(now.Add(restAfter(in.Refused)).UTC())
	if forGood {
		in.Refused, in.Rest = maxRefused, nil
	}
}

func (in *Intent) rests(now time.Time) bool { return in.Rest != nil && now.Before(*in.Rest) }

// leftToHands tells whether the provider has refused too often.
func (in *Intent) leftToHands() bool { return in.Refused >= maxRefused }
