package orders

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
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
	Entry    string      `json:"entry"` // its key, or where there are several that of their cause
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
// another. Everything in it is summed from one reading of the entries. What
// households owe a supplier or a leader stands in one row for each round, cause and
// day: it names no door.
func (l *Ledger) Statement(ctx context.Context, account string, from, to time.Time) (Statement, error) {
	s := Statement{Account: account, From: from, To: to, Rows: []StatementRow{}}
	opening, rows := map[string]int64{}, map[string]int{}
	for e, err := range l.Of(ctx, account, time.Time{}) {
		if err != nil {
			return Statement{}, err
		}
		if !e.Posted.Before(to) {
			break
		}
		opening[e.Currency] += 0
		if e.Posted.Before(from) {
			opening[e.Currency] -= e.Of(account)
			continue
		}
		s.add(e, rows)
		if len(s.Rows) > statementRows {
			return Statement{}, fault.New(fault.Invalid, "statement_too_long", "The statement has more than %d rows: ask for a shorter time.", statementRows).With("rows", statementRows)
		}
	}
	s.total(opening)
	return s, nil
}

// add puts an entry into its row: one that it has by itself, or that of its cause.
func (s *Statement) add(e Entry, rows map[string]int) {
	row := rowOf(e, s.Account)
	if e.Household != "" && isPayee(s.Account) {
		cause := strings.Join([]string{e.GroupBuy, string(e.Kind), e.Reason, e.At.Format(time.DateOnly)}, ":")
		key := cause + e.Currency + e.Note
		if i, known := rows[key]; known {
			s.Rows[i].Minor += row.Minor
			return
		}
		rows[key] = len(s.Rows)
		row.Entry = fmt.Sprintf("%s:%d", cause, len(s.Rows)+1)
	}
	s.Rows = append(s.Rows, row)
}

// Movements gives what moved on an account for one group buy, oldest first.
func (l *Ledger) Movements(ctx context.Context, account, groupBuy string) ([]StatementRow, error) {
	rows := []StatementRow{}
	for e, err := range l.Of(ctx, account, time.Time{}) {
		if err != nil {
			return nil, err
		}
		if e.GroupBuy == groupBuy {
			rows = append(rows, rowOf(e, account))
		}
	}
	return rows, nil
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
