package orders

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
)

// Payment is what one household has paid for one group buy, and what is still
// to be done about it. Its bill is the target; everything else follows:
//
//	the group buy changes ─▶ SetBill: the new target, and entries for what differs
//	money arrives or goes  ─▶ a receipt or an intent, and its entry
//	entries in Outbox      ─▶ posted to the ledger behind this document, under their own keys, then taken out
//
// so that a crash at any point leaves work that is found and done again
// without counting twice. It is bounded by 100 lines, 100 receipts and 20 intents.
type Payment struct {
	db.Doc                     // PaymentID of group buy and household
	GroupBuy  string           `json:"group_buy"`
	Household string           `json:"household"`
	Currency  string           `json:"currency"`
	Bill      Bill             `json:"bill"` // the target, as last recorded
	Receipts  []PaymentReceipt `json:"receipts"`
	Intents   []Intent         `json:"intents"`
	Covered   []Cover          `json:"covered"`
	Pending   *Step            `json:"pending,omitempty"`  // what is being asked of the provider
	Unshared  bool             `json:"unshared,omitempty"` // what payees are owed or have online may have changed, and is not shared out yet
	GivenUp   int64            `json:"given_up,omitempty"` // the last intent after which the household's place was given up

	Seq      int64      `json:"seq"`    // counts what this payment has caused, for keys
	Outbox   []Entry    `json:"outbox"` // to be posted
	Reminded *time.Time `json:"reminded,omitempty"`
	Wake     *time.Time `json:"wake,omitempty"`   // when there is something to do
	Parked   bool       `json:"parked,omitempty"` // it waits for the provider's keys
}

// PaymentReceipt is money that passed by hand or from phone to phone, as the person
// wrote down who took it.
type PaymentReceipt struct {
	ID     string    `json:"id"`
	Method string    `json:"method" enum:"cash,transfer"`
	Minor  int64     `json:"minor"`          // below zero: given back
	From   string    `json:"from,omitempty"` // who paid, where it was not the household
	Reason string    `json:"reason"`
	Note   string    `json:"note,omitempty"`
	By     string    `json:"by"` // account that took it
	At     time.Time `json:"at"`
	Entry  string    `json:"entry"`
	Undone *Undone   `json:"undone,omitempty"`
}

// Undone is who took a receipt back, and why.
type Undone struct {
	By     string    `json:"by"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

// Methods of paying the leader.
const (
	Cash     = "cash"
	Transfer = "transfer"
)

// PaymentID is the id of a household's payment for a group buy.
func PaymentID(groupBuy, household string) string { return groupBuy + ":" + household }

func newPayment(g *GroupBuy, household string) Payment {
	return Payment{
		Doc: db.Doc{ID: PaymentID(g.ID, household)}, GroupBuy: g.ID, Household: household, Currency: g.Currency,
		Bill:     Bill{GroupBuy: g.ID, Household: household, Currency: g.Currency, Stage: Promised, Lines: []BillLine{}},
		Receipts: []PaymentReceipt{}, Intents: []Intent{}, Covered: []Cover{}, Outbox: []Entry{},
	}
}

// Offline is what the leader holds of the household's money for this round.
func (p *Payment) Offline() int64 {
	var sum int64
	for _, r := range p.Receipts {
		if r.Undone == nil {
			sum += r.Minor
		}
	}
	return sum
}

// Paid is the household's money that is here, whichever way it came.
func (p *Payment) Paid() int64 { return p.Offline() + p.Online() }

// target is what the household is to have paid: what is owed, or the most it
// can come to while that is not known.
func (p *Payment) target() int64 {
	if p.Bill.Stage == Promised {
		return p.Bill.Most
	}
	return p.Bill.Due
}

// Outstanding is what is still to be paid and not held either.
func (p *Payment) Outstanding() int64 { return max(p.target()-p.Paid()-p.HeldNow(), 0) }

// Overpaid is what is to go back.
func (p *Payment) Overpaid() int64 { return max(p.Paid()-p.target(), 0) }

// ToGiveBack is what somebody is to give back by hand, because the provider cannot.
func (p *Payment) ToGiveBack() int64 { return max(p.Overpaid()-p.refundable(), 0) }

// record puts an entry of this payment into its outbox, under the next key, and gives the key.
func (p *Payment) record(e Entry, now time.Time) string {
	p.Seq++
	e.ID = fmt.Sprintf("%s#%06d", p.ID, p.Seq) // sorts as it counts
	e.At, e.Currency, e.GroupBuy, e.Household = now.UTC(), cmp.Or(e.Currency, p.Currency), p.GroupBuy, p.Household
	if e.Lines == nil {
		e.Lines = []EntryLine{}
	}
	p.Outbox = append(p.Outbox, e)
	return e.ID
}

// posted takes an entry that the ledger has out of the outbox.
func (p *Payment) posted(id string) {
	p.Outbox = slices.DeleteFunc(p.Outbox, func(e Entry) bool { return e.ID == id })
}

// takeOutbox takes out the entries that go into the book with this payment; where one
// may not go there, all stay until somebody asks why.
func (p *Payment) takeOutbox(online bool) []Entry {
	out := p.Outbox
	if len(out) == 0 || slices.ContainsFunc(out, func(e Entry) bool { return e.Check() != nil }) {
		return nil
	}
	p.Outbox = []Entry{}
	p.schedule(out[0].Posted, online)
	return out
}

// SetBill makes b the target and records what differs from the last one, line
// by line with its reason. A bill of an older revision changes nothing.
func (p *Payment) SetBill(b Bill, now time.Time) {
	if b.Rev < p.Bill.Rev {
		return
	}
	old := p.Bill.owed()
	var changes []Entry
	for _, l := range b.owed() {
		was := BillLine{Account: l.Account}
		if i := slices.IndexFunc(old, func(o BillLine) bool { return o.Key == l.Key }); i >= 0 {
			was = old[i]
			old = slices.Delete(old, i, i+1)
		}
		changes = p.change(changes, was, l)
	}
	for _, was := range old {
		gone := BillLine{Key: was.Key, Item: was.Item, Kind: was.Kind, Account: was.Account, Reason: "changed"}
		if b.Reason != "" {
			gone.Reason = b.Reason
		}
		changes = p.change(changes, was, gone)
	}
	for _, e := range changes {
		if len(e.Postings) > 0 {
			p.record(e, now)
		}
		p.lessens(e)
		p.Unshared = p.Unshared || len(p.Covered) > 0 || slices.ContainsFunc(e.Postings, func(s Posting) bool { return isPayee(s.Account) })
	}
	p.Bill = b
	p.cover()
}

// owed gives the lines that are owed, not only promised.
func (b Bill) owed() []BillLine {
	if b.Stage == Promised {
		return nil
	}
	return slices.Clone(b.Lines)
}

// change adds one line's difference, in what the household owes or in to whom,
// to the entry for the same reason.
func (p *Payment) change(entries []Entry, was, now BillLine) []Entry {
	if was.Minor == now.Minor && was.Account == now.Account {
		return entries
	}
	reason := now.cause()
	i := slices.IndexFunc(entries, func(e Entry) bool { return e.Reason == reason && e.Note == now.Note })
	if i < 0 {
		i = len(entries)
		entries = append(entries, Entry{Kind: Charge, Reason: reason, Note: now.Note})
	}
	sides := map[string]int64{}
	for _, side := range entries[i].Postings {
		sides[side.Account] = side.Minor
	}
	sides[householdAccount(p.Household)] += now.Minor - was.Minor
	sides[was.Account] += was.Minor
	sides[now.Account] -= now.Minor
	entries[i].Postings = postings(sides)
	entries[i].add(EntryLine{now.Item, now.Quantity - was.Quantity, now.Minor - was.Minor})
	return entries
}

// Receive records money that was handed to somebody. The same receipt twice
// counts once; more than is outstanding is refused, because it is a slip of
// the finger or change that was not given.
func (p *Payment) Receive(r PaymentReceipt) error {
	if said, err := r.among(p.Receipts); said {
		return err
	}
	if r.Minor <= 0 {
		return fault.New(fault.Invalid, "amount_invalid", "The amount must be above zero.").At("body.amount.minor", "above zero")
	}
	if r.Minor > p.Outstanding() {
		return fault.New(fault.Conflict, "more_than_owed", "Only %d is outstanding; record what you keep after giving change.", p.Outstanding()).
			With("outstanding", p.Outstanding()).With("currency", p.Currency)
	}
	r.Reason = "paid"
	return p.pass(r, Received)
}

// GiveBack records money that was handed back to the household.
func (p *Payment) GiveBack(r PaymentReceipt) error {
	if said, err := r.among(p.Receipts); said {
		return err
	}
	if r.Minor <= 0 || r.Minor > p.ToGiveBack() {
		return fault.New(fault.Conflict, "more_than_overpaid", "At most %d is to be given back.", p.ToGiveBack()).
			With("overpaid", p.ToGiveBack()).With("currency", p.Currency)
	}
	r.Minor = -r.Minor
	return p.pass(r, GivenBack)
}

func (p *Payment) pass(r PaymentReceipt, kind EntryKind) error {
	if len(p.Receipts) >= 100 {
		return fault.New(fault.Conflict, "too_many_receipts", "This household has 100 receipts for one round already.")
	}
	sides := move(householdAccount(p.Household), tillAccount(r.Method, r.By), r.Minor)
	r.Entry = p.record(Entry{Kind: kind, Postings: sides, Reason: r.Reason, Note: r.Note, By: r.By}, r.At)
	p.Receipts = append(p.Receipts, r)
	return nil
}

// among tells whether the receipt is one of these already; under its id there may stand no other amount, where
// it says one, and no other method.
func (r *PaymentReceipt) among(recorded []PaymentReceipt) (bool, error) {
	i := slices.IndexFunc(recorded, func(old PaymentReceipt) bool { return old.ID == r.ID })
	if i < 0 {
		return false, nil
	}
	if old := recorded[i]; old.Method != r.Method || r.Minor != 0 && old.Minor != r.Minor && old.Minor != -r.Minor {
		return true, recordedOtherwise()
	}
	return true, nil
}

func recordedOtherwise() error {
	return fault.New(fault.Conflict, "recorded_otherwise", "This was recorded before with another amount or method. Please look at what is recorded, and enter it anew.")
}

func (p *Payment) has(receipt string) bool {
	return slices.ContainsFunc(p.Receipts, func(r PaymentReceipt) bool { return r.ID == receipt })
}

// Undo takes a receipt back by a reversal; undoing twice undoes once.
func (p *Payment) Undo(receipt string, u Undone) error {
	i := slices.IndexFunc(p.Receipts, func(r PaymentReceipt) bool { return r.ID == receipt })
	if i < 0 {
		return fault.New(fault.NotFound, "receipt_unknown", "This household has no such receipt.")
	}
	r := &p.Receipts[i]
	if r.Undone != nil {
		return nil
	}
	if r.Minor > 0 && p.Offline()-r.Minor < 0 {
		return fault.New(fault.Conflict, "given_back_already", "Part of this money was given back already: undo that first.")
	}
	r.Undone = &u
	sides := move(tillAccount(r.Method, r.By), householdAccount(p.Household), r.Minor)
	p.record(Entry{Kind: Reversal, Postings: sides, Reason: u.Reason, By: u.By, Reverses: r.Entry}, u.At)
	return nil
}

// schedule writes down the next step and says when somebody has to look at
// this payment again. Without a provider only what is in our own hands is due.
func (p *Payment) schedule(now time.Time, online bool) {
	p.plan(now)
	p.Wake, p.Parked = nil, !online && p.waits()
	if !online {
		p.scheduleOffline(now)
		return
	}
	if len(p.Outbox) > 0 {
		p.wakeAt(now)
	}
	if s := p.Pending; s != nil {
		p.wakeAt(s.At.Add(resumeAfter << min(s.Tries, 6)))
	}
	if p.abandoned(now) || p.Unshared && p.Bill.Stage != Promised {
		p.wakeAt(now)
	}
	for _, in := range p.Intents {
		if in.AskAt != nil {
			p.wakeAt(*in.AskAt)
		}
		if in.State == Unconfirmed {
			p.wakeAt(in.KeepUntil)
		}
		if in.Renews && in.State == Unconfirmed && in.Declined != "" && !in.Warned {
			p.wakeAt(now)
		}
		if in.rests(now) {
			p.wakeAt(*in.Rest)
		}
		if in.State == Held && !in.Warned && in.Expires != nil && p.Bill.Stage == Promised {
			p.wakeAt(in.Expires.Add(-renewBefore))
		}
	}
}

func (p *Payment) scheduleOffline(now time.Time) {
	if len(p.Outbox) > 0 || p.Unshared && p.Bill.Stage != Promised {
		p.wakeAt(now)
	}
	for _, in := range p.Intents {
		if in.State == Held && in.Expires != nil {
			p.wakeAt(*in.Expires)
		}
	}
}

// waits tells whether something is to be asked of the provider.
func (p *Payment) waits() bool {
	return p.Pending != nil || slices.ContainsFunc(p.Intents, func(in Intent) bool { return in.State != Taken && in.State != Released })
}

// lapse lets go the holds whose time is over, as the household's bank does by itself.
func (p *Payment) lapse(now time.Time) {
	for i := range p.Intents {
		if in := &p.Intents[i]; in.State == Held && in.Expires != nil && !now.Before(*in.Expires) {
			in.State = Released
		}
	}
}

// wakeAt moves the next look forward to a time.
func (p *Payment) wakeAt(at time.Time) {
	if at = at.UTC(); p.Wake == nil || at.Before(*p.Wake) {
		p.Wake = &at
	}
}
