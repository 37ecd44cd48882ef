package orders

import (
	"context"
	"maps"
	"strings"
	"testing"
	"time"

	"baimi/app/db"
)

// balance gives what an account's entries sum to, by currency.
func (l *Ledger) balance(ctx context.Context, account string) (map[string]int64, error) {
	sums := map[string]int64{}
	for e, err := range l.Of(ctx, account, time.Time{}) {
		if err != nil {
			return nil, err
		}
		sums[e.Currency] += e.Of(account)
	}
	return sums, nil
}

// verify reads the whole book: every entry balances.
func (l *Ledger) verify(ctx context.Context) error {
	for e, err := range l.entries.Find(ctx, db.Query{}.Order("posted")) {
		if err != nil {
			return err
		}
		if err := e.Check(); err != nil {
			return err
		}
	}
	return nil
}

func sameSums(a, b map[string]int64) bool {
	zero := func(_ string, n int64) bool { return n == 0 }
	a, b = maps.Clone(a), maps.Clone(b)
	maps.DeleteFunc(a, zero)
	maps.DeleteFunc(b, zero)
	return maps.Equal(a, b)
}

// TestASuppliersStatementNamesNoDoor has three households owe a supplier on two days,
// for two causes: a row each, which add up, and nothing of who lives where.
func TestASuppliersStatementNamesNoDoor(t *testing.T) {
	d := newDesk(t)
	at := d.clock()
	var all []Entry
	for i, e := range []Entry{
		{Reason: "counted", At: at}, {Reason: "counted", At: at}, {Reason: "short", At: at},
		{Reason: "counted", At: at.AddDate(0, 0, 1)}, {Reason: "claim", Note: "three were broken", At: at}, {Reason: "claim", Note: "wet", At: at},
	} {
		household := "A001/3/1-" + string(rune('1'+i)) + "01"
		e.ID, e.Kind, e.Currency, e.GroupBuy, e.Household = PaymentID("g1", household)+"#1", Charge, "CNY", "g1", household
		e.Postings, e.Lines = move(supplierAccount("S01"), householdAccount(household), 1<<i), []EntryLine{{"eggs", 1, 1 << i}}
		all = append(all, e)
	}
	all = append(all, Entry{Doc: db.Doc{ID: "paid"}, Kind: PaidOut, Currency: "CNY", GroupBuy: "g1", Reason: "paid", At: at, Postings: move(tillAccount(Cash, "lin"), supplierAccount("S01"), 40)})
	if err := d.Ledger.Post(t.Context(), all...); err != nil {
		t.Fatal(err)
	}
	s, err := d.Ledger.Statement(t.Context(), supplierAccount("S01"), at.Add(-time.Hour), at.Add(48*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	seen := map[string]bool{}
	for _, want := range []int64{1 + 2, 4, 8, 16, 32, -40} {
		found := false
		for _, r := range s.Rows {
			found = found || r.Minor == want
			seen[r.Entry] = true
		}
		if !found {
			t.Errorf("no row of %d in %+v", want, s.Rows)
		}
	}
	if err := s.WriteCSV(&out); err != nil || strings.Contains(out.String(), "A001/3") || len(s.Rows) != 6 || len(seen) != 6 {
		t.Errorf("%d rows with %d names: %s %v", len(s.Rows), len(seen), out.String(), err)
	}
	if sum := s.Sums[0]; sum.Closing != 63-40 || s.Rows[len(s.Rows)-1].Balance != sum.Closing {
		t.Errorf("%+v", sum)
	}
	own, err := d.Ledger.Statement(t.Context(), householdAccount("A001/3/1-101"), at.Add(-time.Hour), at.Add(48*time.Hour))
	if err != nil || len(own.Rows) != 1 || own.Rows[0].Entry != all[0].ID || len(own.Rows[0].Lines) != 1 {
		t.Errorf("a household reads its own: %+v %v", own.Rows, err)
	}
}
