package orders

import (
	"slices"
	"strings"
	"time"

	"baimi/app/fault"
)

// AdjustmentKind says what an Adjustment does to its line.
type AdjustmentKind string

const (
	NewUnitPrice AdjustmentKind = "price"  // Minor is the price of each unit
	Weighed      AdjustmentKind = "weight" // Minor is the price of all units of the line
	ClaimGranted AdjustmentKind = "claim"  // Minor is taken off
)

// Adjustment changes what a line costs after it was delivered. The last price
// or weight counts; claims add up. A line never costs less than nothing or
// more than its cap.
type Adjustment struct {
	ID     string         `json:"id"` // of the claim or request that made it; the same twice counts once
	Kind   AdjustmentKind `json:"kind" enum:"price,weight,claim"`
	Minor  int64          `json:"minor"`
	Units  int64          `json:"units,omitempty"`  // that were weighed: where fewer change hands, they cost that much less
	Bearer string         `json:"bearer,omitempty"` // ledger account that bears a claim; empty: the supplier
	Reason string         `json:"reason"`
	By     string         `json:"by"` // account
	At     time.Time      `json:"at"`
}

// maxAdjustments bounds what is changed about one line.
const maxAdjustments = 20

// Adjust changes what a household's line costs, once its goods were counted at
// the gate. The same adjustment twice counts once. A price is refused above the
// line's cap; of a claim, the bill takes no more off than the line costs.
func (g *GroupBuy) Adjust(household, item string, a Adjustment) error {
	l, err := g.adjustable(household, item)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(l.Adjustments, func(old Adjustment) bool { return old.ID == a.ID && old.Kind == a.Kind }); i >= 0 {
		if l.Adjustments[i].Minor != a.Minor && a.Kind != ClaimGranted { // the claim says itself that it is decided
			return recordedOtherwise()
		}
		return nil
	}
	if len(l.Adjustments) >= maxAdjustments {
		return fault.New(fault.Conflict, "too_many_adjustments", "This line was changed %d times already.", maxAdjustments)
	}
	cap, delivered, _, err := g.costs(household, item)
	if err != nil {
		return err
	}
	most := map[AdjustmentKind]int64{NewUnitPrice: cap, Weighed: cap * delivered, ClaimGranted: a.Minor}[a.Kind]
	if a.Minor < 0 || a.Minor > most {
		return fault.New(fault.Conflict, "above_cap", "The most here is %d.", most).With("most", most).With("currency", g.Currency)
	}
	if a.Kind == Weighed {
		a.Units = delivered
	}
	l.Adjustments = append(l.Adjustments, a)
	g.MoneyChanged(household)
	g.schedule(a.At)
	return nil
}

// repriced gives the last price or weight of a line.
func (l *Line) repriced() (a Adjustment, changed bool) {
	for _, a := range slices.Backward(l.Adjustments) {
		if a.Kind != ClaimGranted {
			return a, true
		}
	}
	return a, false
}

func (g *GroupBuy) adjustable(household, item string) (*Line, error) {
	if _, in := g.Participant(household); !in {
		return nil, fault.New(fault.NotFound, "household_unknown", "This household is not in the round.")
	}
	l := g.line(household, item)
	if l == nil {
		return nil, fault.New(fault.NotFound, "line_unknown", "This household did not order %q.", item).With("item", item)
	}
	if g.State != Delivering && g.State != Done || !slices.ContainsFunc(l.Served, func(s Served) bool { return s.Counted && s.Received > 0 }) {
		return nil, fault.New(fault.Conflict, "not_delivered_yet", "Nothing of this line was delivered yet.")
	}
	return l, nil
}

// costs gives a line's cap, how many units of it a household was delivered,
// and what they cost it now.
func (g *GroupBuy) costs(household, item string) (cap, delivered, minor int64, err error) {
	b, err := g.Owes(household)
	for _, l := range b.Lines {
		if l.Item == item && strings.HasPrefix(l.Account, "supplier:") && l.Kind == "goods" {
			delivered += l.Quantity
		}
		if l.Item == item {
			minor += l.Minor
		}
	}
	return g.capOf(g.line(household, item)), delivered, minor, err
}

// Reprice changes the unit price of an item for everybody who was delivered
// some of it, or with a household for that one alone.
func (g *GroupBuy) Reprice(household, item string, a Adjustment) error {
	if household != "" {
		return g.Adjust(household, item, a)
	}
	changed := 0
	for _, p := range g.Participants {
		err := g.Adjust(p.Household, item, a)
		if err == nil {
			changed++
		} else if !fault.Is(err, "line_unknown") && !fault.Is(err, "not_delivered_yet") {
			return err
		}
	}
	if changed == 0 {
		return fault.New(fault.Conflict, "not_delivered_yet", "Nobody was delivered %q yet.", item).With("item", item)
	}
	return nil
}
