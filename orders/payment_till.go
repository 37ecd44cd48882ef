package orders

import (
	"context"
	"strconv"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
)

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

// Till is what one person holds for a round by what the entries say.
type Till struct {
	GroupBuy  string      `json:"group_buy"`
	Person    string      `json:"person"`
	Currency  string      `json:"currency"`
	Cash      int64       `json:"cash"`      // minor units that should be there
	Transfers int64       `json:"transfers"` // on the person's own account
	Counts    []TillCount `json:"counts"`    // oldest first
}

// TillCount is one count of the cash.
type TillCount struct {
	At       time.Time `json:"at"`
	Expected int64     `json:"expected"`
	Counted  int64     `json:"counted"`
	Note     string    `json:"note,omitempty"`
}

// Till sums what a person took in and gave out for a round.
func (c *Cashier) Till(ctx context.Context, g *GroupBuy, person string) (Till, error) {
	t := Till{GroupBuy: g.ID, Person: person, Currency: g.Currency, Counts: []TillCount{}}
	for e, err := range c.Ledger.OfGroupBuy(ctx, g.ID) {
		if err != nil {
			return t, err
		}
		t.Cash += e.Of(tillAccount(Cash, person))
		t.Transfers += e.Of(tillAccount(Transfer, person))
		if e.Kind == CashCount && e.By == person {
			t.Counts = append(t.Counts, TillCount{e.At, e.Numbers["expected"], e.Numbers["counted"], e.Note})
		}
	}
	return t, nil
}

// Count writes down what was counted. What is too much or too little becomes an
// entry of its own, so that the till agrees with the count.
func (c *Cashier) Count(ctx context.Context, g *GroupBuy, person, id string, counted int64, note string) (Till, error) {
	if counted < 0 {
		return Till{}, fault.New(fault.Invalid, "amount_invalid", "Cash cannot be below zero.").At("body.counted.minor", "zero or more")
	}
	key := "count:" + g.ID + ":" + id
	_, err := c.Ledger.Entry(ctx, key)
	if err == nil {
		return c.Till(ctx, g, person)
	}
	if fault.KindOf(err) != fault.NotFound {
		return Till{}, err
	}
	t, err := c.Till(ctx, g, person)
	if err != nil {
		return t, err
	}
	err = c.Ledger.Post(ctx, Entry{
		Doc: db.Doc{ID: key}, At: c.now().UTC(), Kind: CashCount, Currency: g.Currency, GroupBuy: g.ID,
		Postings: move(differenceAccount(person), tillAccount(Cash, person), counted-t.Cash), Lines: []EntryLine{},
		Reason: "cash_counted", Note: note, By: person, Numbers: map[string]int64{"expected": t.Cash, "counted": counted},
	})
	if err != nil {
		return t, err
	}
	return c.Till(ctx, g, person)
}
