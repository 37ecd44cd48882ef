package orders

import (
	"context"
	"maps"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
)

// Balance is an account's sum up to a moment, so that the balance of a busy
// account does not read its whole history. It is only ever a shortcut: Verify
// compares it with the entries themselves. It is bounded by the deployment's
// currencies.
type Balance struct {
	db.Doc                   // the account's name
	Through time.Time        `json:"through"` // entries posted before are in Sums
	Sums    map[string]int64 `json:"sums"`    // by currency
	Entries int64            `json:"entries"`
}

// settling is how long an entry may take from its stamp to the store: much
// longer than any request may run.
const settling = 10 * time.Minute

// foldEvery is how many entries are read one by one before they become part of a Balance.
const foldEvery = 500

// Balance gives what an account's entries sum to, by currency.
func (l *Ledger) Balance(ctx context.Context, account string) (map[string]int64, error) {
	b, err := l.balances.Get(ctx, account)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return nil, err
	}
	sums := maps.Clone(b.Sums)
	if sums == nil {
		sums = map[string]int64{}
	}
	next := Balance{Doc: db.Doc{ID: account}, Sums: maps.Clone(sums), Entries: b.Entries, Through: l.now().UTC().Add(-settling)}
	read := 0
	for e, err := range l.Of(ctx, account, b.Through) {
		if err != nil {
			return nil, err
		}
		read++
		sums[e.Currency] += e.Of(account)
		if e.Posted.Before(next.Through) {
			next.Sums[e.Currency] += e.Of(account)
			next.Entries++
		}
	}
	if read < foldEvery {
		return sums, nil
	}
	return sums, l.fold(ctx, b, next)
}

// fold moves the shortcut forward, unless somebody else has just done so.
func (l *Ledger) fold(ctx context.Context, from, to Balance) error {
	if from.Rev == 0 {
		_, err := l.balances.Insert(ctx, to)
		if fault.Is(err, "duplicate") {
			return nil
		}
		return err
	}
	_, err := l.balances.Update(ctx, to.ID, func(b *Balance) error {
		if b.Through.Equal(from.Through) {
			b.Through, b.Sums, b.Entries = to.Through, to.Sums, to.Entries
		}
		return nil
	})
	return err
}

// Verify reads the whole book: every entry balances, each currency sums to
// zero, and every shortcut says what its entries say. It gives the number of
// entries, or a fault that names the first thing that is wrong.
func (l *Ledger) Verify(ctx context.Context) (int64, error) {
	shortcuts, err := db.All(l.balances.Find(ctx, db.Query{}))
	if err != nil {
		return 0, err
	}
	recount := map[string]*Balance{}
	for _, b := range shortcuts {
		recount[b.ID] = &Balance{Sums: map[string]int64{}, Through: b.Through}
	}
	var n int64
	for e, err := range l.entries.Find(ctx, db.Query{}.Order("posted")) {
		if err != nil {
			return n, err
		}
		if err := e.Check(); err != nil {
			return n, err
		}
		n++
		recountEntry(recount, e)
	}
	for _, b := range shortcuts {
		if r := recount[b.ID]; r.Entries != b.Entries || !sameSums(r.Sums, b.Sums) {
			return n, fault.New(fault.Internal, "balance_wrong", "The balance kept for %s does not agree with its entries.", b.ID)
		}
	}
	return n, nil
}

func recountEntry(recount map[string]*Balance, e Entry) {
	seen := map[string]bool{}
	for _, p := range e.Postings {
		r := recount[p.Account]
		if r == nil || !e.Posted.Before(r.Through) {
			continue
		}
		r.Sums[e.Currency] += p.Minor
		if !seen[p.Account] {
			r.Entries++
		}
		seen[p.Account] = true
	}
}

func sameSums(a, b map[string]int64) bool {
	zero := func(_ string, n int64) bool { return n == 0 }
	a, b = maps.Clone(a), maps.Clone(b)
	maps.DeleteFunc(a, zero)
	maps.DeleteFunc(b, zero)
	return maps.Equal(a, b)
}
