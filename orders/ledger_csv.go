package orders

import (
	"context"
	"encoding/csv"
	"io"
	"slices"
	"time"

	"baimi/app/money"
)

// mark tells a spreadsheet that a file is UTF-8; without it Excel shows nonsense for Chinese.
const mark = "\ufeff"

// WriteCSV writes the statement with a header row: amounts as people write them,
// and in minor units, which add up exactly.
func (s Statement) WriteCSV(w io.Writer) error {
	c := csv.NewWriter(w)
	rows := [][]string{{mark + "entry", "at", "kind", "reason", "note", "group_buy", "amount", "currency", "balance", "minor", "balance_minor", "reverses"}}
	for _, r := range s.Rows {
		rows = append(rows, []string{
			safeCell(r.Entry), r.At.UTC().Format(time.RFC3339), string(r.Kind), safeCell(r.Reason), safeCell(r.Note), safeCell(r.GroupBuy),
			money.Of(r.Minor, r.Currency).Decimal(), r.Currency, money.Of(r.Balance, r.Currency).Decimal(),
			decimal(r.Minor), decimal(r.Balance), safeCell(r.Reverses),
		})
	}
	return c.WriteAll(rows)
}

// WriteBook writes every side of every entry posted in a time as CSV, one row
// a side, so that anybody can add them up.
func (l *Ledger) WriteBook(ctx context.Context, w io.Writer, from, to time.Time) error {
	c := csv.NewWriter(w)
	if err := c.Write([]string{mark + "entry", "posted", "at", "kind", "reason", "group_buy", "household", "account", "amount", "currency", "minor", "by", "reverses", "note"}); err != nil {
		return err
	}
	for e, err := range l.Between(ctx, from, to) {
		if err != nil {
			return err
		}
		for _, p := range e.Postings {
			row := []string{
				safeCell(e.ID), e.Posted.UTC().Format(time.RFC3339Nano), e.At.UTC().Format(time.RFC3339), string(e.Kind), safeCell(e.Reason), safeCell(e.GroupBuy),
				safeCell(e.Household), safeCell(p.Account), money.Of(p.Minor, e.Currency).Decimal(), e.Currency, decimal(p.Minor), safeCell(e.By), safeCell(e.Reverses), safeCell(e.Note),
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
