package orders

import (
	"context"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
)

// Entry is one movement of money, written once and never changed. Its ID is
// the key of what caused it: the same movement recorded twice counts once. An
// entry is bounded by one household's lines, or by two accounts.
type Entry struct {
	db.Doc
	At        time.Time        `json:"at"`     // when it happened
	Posted    time.Time        `json:"posted"` // when it was written here
	Kind      EntryKind        `json:"kind"`
	Currency  string           `json:"currency"`
	GroupBuy  string           `json:"group_buy,omitempty"`
	Household string           `json:"household,omitempty"`
	Postings  []Posting        `json:"postings"` // sum to zero
	Lines     []EntryLine      `json:"lines"`    // which goods, for an entry about goods
	Reason    string           `json:"reason"`   // stable code: round_failed, short, claim, …
	Note      string           `json:"note,omitempty"`
	By        string           `json:"by,omitempty"`       // account; empty: the rules
	Reverses  string           `json:"reverses,omitempty"` // the entry that this one takes back
	Numbers   map[string]int64 `json:"numbers,omitempty"`
}

// EntryKind says what moved.
type EntryKind string

const (
	Charge    EntryKind = "charge"     // a household owes for goods, or owes less
	Received  EntryKind = "received"   // cash or a transfer from a household
	GivenBack EntryKind = "given_back" // cash or a transfer to a household
	Captured  EntryKind = "captured"   // by the payment provider
	Refunded  EntryKind = "refunded"   // by the payment provider
	PaidOut   EntryKind = "paid_out"   // to a supplier or a leader
	Fee       EntryKind = "fee"        // kept by the payment provider
	Exchanged EntryKind = "exchanged"  // by the payment provider, which settles in another currency
	Reversal  EntryKind = "reversal"   // of the entry it names
	CashCount EntryKind = "cash_count" // a round's cash against what the entries say
)

// Posting is one side of an entry: above zero debits the account (a household
// owes more, a till holds more), below zero credits it (a household has paid, a
// supplier is owed more).
type Posting struct {
	Account string `json:"account"`
	Minor   int64  `json:"minor"`
}

// EntryLine is one item's part of an entry.
type EntryLine struct {
	Item     string `json:"item"`
	Quantity int64  `json:"quantity"`
	Minor    int64  `json:"minor"` // added to what the household owes
}

// Accounts of the ledger. A name is "kind:owner", or the kind alone where there
// is one for the whole deployment.
const (
	DeploymentAccount = "deployment"
	StripeAccount     = "stripe"
	ExchangeAccount   = "exchange" // what the provider exchanged: one currency against another
)

func householdAccount(id string) string { return "household:" + id }
func supplierAccount(id string) string  { return "supplier:" + id }
func leaderAccount(id string) string    { return "leader:" + id }

// orderedAccount holds what households owe for goods that no gate has counted yet.
func orderedAccount(groupBuy string) string { return "ordered:" + groupBuy }

// tillAccount is the money that a person has taken in, as cash or on an account of their own.
func tillAccount(method, person string) string { return method + ":" + person }

// differenceAccount collects what a person's cash counts found too much or too little.
func differenceAccount(person string) string { return "difference:" + person }

// Check refuses an entry whose sides do not agree or whose cause is not stated.
func (e Entry) Check() error {
	var sum int64
	for _, p := range e.Postings {
		if p.Account == "" {
			return fault.New(fault.Internal, "entry_broken", "The entry %s has a side without an account.", e.ID)
		}
		sum += p.Minor
	}
	if sum != 0 || len(e.Postings) < 2 {
		return fault.New(fault.Internal, "entry_unbalanced", "The entry %s does not balance: its sides sum to %d.", e.ID, sum)
	}
	if e.ID == "" || e.Kind == "" || e.Reason == "" || e.Currency == "" {
		return fault.New(fault.Internal, "entry_broken", "The entry %q lacks its key, kind, reason or currency.", e.ID)
	}
	return nil
}

// Of gives what the entry moved on one account.
func (e Entry) Of(account string) int64 {
	var sum int64
	for _, p := range e.Postings {
		if p.Account == account {
			sum += p.Minor
		}
	}
	return sum
}

// add puts a line beside the others, one for each item.
func (e *Entry) add(l EntryLine) {
	i := slices.IndexFunc(e.Lines, func(old EntryLine) bool { return old.Item == l.Item })
	if i < 0 {
		e.Lines = append(e.Lines, l)
		return
	}
	e.Lines[i].Quantity += l.Quantity
	e.Lines[i].Minor += l.Minor
}

// move is the postings of minor from one account to another.
func move(from, to string, minor int64) []Posting {
	return []Posting{{to, minor}, {from, -minor}}
}

// postings turns amounts by account into sides, in the order of the accounts' names.
func postings(amounts map[string]int64) []Posting {
	var out []Posting
	for _, account := range slices.Sorted(maps.Keys(amounts)) {
		if amounts[account] != 0 {
			out = append(out, Posting{account, amounts[account]})
		}
	}
	return out
}

// Ledger is the append-only book of a deployment.
type Ledger struct {
	entries appendOnly
	book    *db.Collection[Entry] // the same, for outboxes alone
	now     func() time.Time
}

// appendOnly is all that is ever done to entries: there is no way to change or
// delete one.
type appendOnly interface {
	Get(ctx context.Context, id string) (Entry, error)
	InsertMany(ctx context.Context, es []Entry) error
	Find(ctx context.Context, q db.Query) iter.Seq2[Entry, error]
}

// OpenLedger prepares the book on a store.
func OpenLedger(conn *db.Conn, now func() time.Time) *Ledger {
	book := db.Open[Entry](conn, db.Spec{Name: "ledger_entries", Indexes: []db.Index{
		db.On("postings.account", "posted"), db.On("group_buy", "posted"), db.On("posted"),
	}})
	return &Ledger{entries: book, book: book, now: now}
}

// Post writes entries. One whose key is in the book already is left as it is,
// and must say the same; anything else is a mistake of the program.
func (l *Ledger) Post(ctx context.Context, es ...Entry) error {
	es = slices.Clone(es)
	for i := range es {
		if err := es[i].Check(); err != nil {
			return err
		}
		es[i].Posted = l.now().UTC()
	}
	err := l.entries.InsertMany(ctx, es)
	if !fault.Is(err, "duplicate") {
		return err
	}
	for _, e := range es {
		if err := l.has(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// has makes sure that the book says what the entry says.
func (l *Ledger) has(ctx context.Context, e Entry) error {
	old, err := l.entries.Get(ctx, e.ID)
	if err != nil {
		return err
	}
	if !slices.Equal(old.Postings, e.Postings) || old.Currency != e.Currency {
		return fault.New(fault.Internal, "entry_differs", "The entry %s is in the book already and says something else.", e.ID)
	}
	return nil
}

// Entry gives one entry, or fault.NotFound.
func (l *Ledger) Entry(ctx context.Context, id string) (Entry, error) { return l.entries.Get(ctx, id) }

// Of walks the entries of an account, oldest first, from a time on.
func (l *Ledger) Of(ctx context.Context, account string, from time.Time) iter.Seq2[Entry, error] {
	return l.entries.Find(ctx, db.Where("postings.account", account).From("posted", from))
}

// Between walks all entries posted from one time until before another, oldest first.
func (l *Ledger) Between(ctx context.Context, from, to time.Time) iter.Seq2[Entry, error] {
	return l.entries.Find(ctx, db.Query{}.From("posted", from).Before("posted", to))
}

// OfGroupBuy walks the entries about one group buy, oldest first.
func (l *Ledger) OfGroupBuy(ctx context.Context, id string) iter.Seq2[Entry, error] {
	return l.entries.Find(ctx, db.Where("group_buy", id).Order("posted"))
}

// owner gives the kind of an account and whose it is.
func owner(account string) (kind, of string) {
	kind, of, _ = strings.Cut(account, ":")
	return kind, of
}
