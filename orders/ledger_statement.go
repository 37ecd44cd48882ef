package orders

import (
	"context"
	"encoding/csv"
	"io"
	"maps"
	"slices"
	"strconv"
	"time"

	"baimi/app/fault"
)

// Statement is one account over a time: what it stood at, each movement, and
// what it stands at. Amounts are seen from the account's owner: above zero the
// owner is owed or has paid in, below zero the owner owes.
type Statement struct {
	Account string         `json:"account"`
	From    time.Time      `json:"from"`
	To      time.Time      `json:"to"`
	Rows    []StatementRow `json:"rows"`
	Sums    []StatementSum `json:"sums"`
}

// StatementRow is one movement as the account's owner sees it.
type StatementRow struct {
	Entry    string      `json:"entry"`
	At       time.Time   `json:"at"`
	Kind     EntryKind   `json:"kind"`
	Reason   string      `json:"reason"`
	Note     string      `json:"note,omitempty"`
	GroupBuy string      `json:"group_buy,omitempty"`
	Minor    int64       `json:"minor"`
	Currency string      `json:"currency"`
	Balance  int64       `json:"balance"` // after this row, in its currency
	Lines    []EntryLine `json:"lines,omitempty"`
	Reverses string      `json:"reverses,omitempty"`
}

// StatementSum is the account in one currency: opening + movements = closing.
type StatementSum struct {
	Currency string `json:"currency"`
	Opening  int64  `json:"opening"`
	In       int64  `json:"in"`
	Out      int64  `json:"out"`
	Closing  int64  `json:"closing"`
}

// statementRows bounds a statement; a longer time is asked for in parts.
const statementRows = 5000

// Statement gives an account's movements posted from one time until before
// another. Everything in it is summed from one reading of the entries.
func (l *Ledger) Statement(ctx context.Context, account string, from, to time.Time) (Statement, error) {
	b, err := l.balances.Get(ctx, account)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return Statement{}, err
	}
	start := from
	if b.Through.Before(from) {
		start = b.Through
	}
	s := Statement{Account: account, From: from, To: to, Rows: []StatementRow{}}
	opening := map[string]int64{}
	for currency, minor := range b.Sums {
		opening[currency] = -minor
	}
	for e, err := range l.Of(ctx, account, start) {
		if err != nil {
			return Statement{}, err
		}
		opening[e.Currency] += 0
		inShortcut, before := e.Posted.Before(b.Through), e.Posted.Before(from)
		if inShortcut && !before {
			opening[e.Currency] += e.Of(account)
		}
		if !inShortcut && before {
			opening[e.Currency] -= e.Of(account)
		}
		if before || !e.Posted.Before(to) {
			continue
		}
		if len(s.Rows) == statementRows {
			return Statement{}, fault.New(fault.Invalid, "statement_too_long", "The statement has more than %d rows: ask for a shorter time.", statementRows).With("rows", statementRows)
		}
		s.Rows = append(s.Rows, rowOf(e, account))
	}
	s.total(opening)
	return s, nil
}

func rowOf(e Entry, account string) StatementRow {
	row := StatementRow{
		Entry: e.ID, At: e.At, Kind: e.Kind, Reason: e.Reason, Note: e.Note, GroupBuy: e.GroupBuy,
		Minor: -e.Of(account), Currency: e.Currency, Reverses: e.Reverses,
	}
	if kind, _ := owner(account); kind == "household" {
		row.Lines = e.Lines
	}
	return row
}

// total fills the running balance of each row and the sums by currency.
func (s *Statement) total(opening map[string]int64) {
	s.Sums = []StatementSum{}
	for _, currency := range slices.Sorted(maps.Keys(opening)) {
		sum := StatementSum{Currency: currency, Opening: opening[currency], Closing: opening[currency]}
		for i := range s.Rows {
			row := &s.Rows[i]
			if row.Currency != currency {
				continue
			}
			sum.Closing += row.Minor
			sum.In += max(row.Minor, 0)
			sum.Out += max(-row.Minor, 0)
			row.Balance = sum.Closing
		}
		s.Sums = append(s.Sums, sum)
	}
}

// WriteCSV writes the statement with a header row; amounts are in minor units.
func (s Statement) WriteCSV(w io.Writer) error {
	c := csv.NewWriter(w)
	rows := [][]string{{"entry", "at", "kind", "reason", "note", "group_buy", "minor", "currency", "balance", "reverses"}}
	for _, r := range s.Rows {
		rows = append(rows, []string{
			r.Entry, r.At.UTC().Format(time.RFC3339), string(r.Kind), r.Reason, safeCell(r.Note), r.GroupBuy,
			strconv.FormatInt(r.Minor, 10), r.Currency, strconv.FormatInt(r.Balance, 10), r.Reverses,
		})
	}
	return c.WriteAll(rows)
}

// WriteBook writes every side of every entry posted in a time as CSV, one row
// a side, so that anybody can add them up; amounts are in minor units.
func (l *Ledger) WriteBook(ctx context.Context, w io.Writer, from, to time.Time) error {
	c := csv.NewWriter(w)
	if err := c.Write([]string{"entry", "posted", "at", "kind", "reason", "group_buy", "household", "account", "minor", "currency", "by", "reverses", "note"}); err != nil {
		return err
	}
	for e, err := range l.Between(ctx, from, to) {
		if err != nil {
			return err
		}
		for _, p := range e.Postings {
			row := []string{
				e.ID, e.Posted.UTC().Format(time.RFC3339Nano), e.At.UTC().Format(time.RFC3339), string(e.Kind), e.Reason, e.GroupBuy, e.Household,
				p.Account, strconv.FormatInt(p.Minor, 10), e.Currency, e.By, e.Reverses, safeCell(e.Note),
			}
			if err := c.Write(row); err != nil {
				return err
			}
		}
	}
	c.Flush()
	return c.Error()
}

// safeCell keeps a spreadsheet from running what a person wrote as a formula.
func safeCell(s string) string {
	if s != "" && slices.Contains([]byte("=+-@\t\r"), s[0]) {
		return "'" + s
	}
	return s
}
