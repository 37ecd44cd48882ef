package orders

import (
	"slices"
	"time"

	"baimi/app/fault"
)

// Amend replaces what a market gives by what it gives after planning again.
// Parts that stay as they were keep what has become of them. Whoever gets
// something else than before is told, and so is the leader. Done twice it counts
// once. A round that gets nothing any more has failed.
func (g *GroupBuy) Amend(market string, awards []Award, now time.Time) error {
	switch {
	case g.Market != market:
		return fault.New(fault.Conflict, "round_taken", "The round is %s, and in the market %q, not %q.", g.State, g.Market, market).
			With("state", string(g.State)).With("market", g.Market)
	case g.State == Closed:
		return g.Allocate(market, awards, now)
	case !g.Amendable():
		return nil
	}
	before, after := map[string]int64{}, map[string]int64{}
	changed := []string{}
	for _, a := range awards {
		l := g.line(a.Household, a.Item)
		if l == nil {
			return fault.New(fault.Conflict, "award_unknown", "%s has no line %q in this round.", a.Household, a.Item)
		}
		was := l.Served
		before[a.Household] += units(was)
		a.Served = keepParts(a.Served, was)
		n, err := g.award(a)
		if err != nil {
			return err
		}
		after[a.Household] += n
		if !slices.Equal(was, l.Served) && !slices.Contains(changed, a.Household) {
			changed = append(changed, a.Household)
		}
	}
	if len(changed) > 0 {
		g.amended(market, changed, before, after, now)
	}
	return nil
}

// Amendable tells whether a market may still change what it gives.
func (g *GroupBuy) Amendable() bool {
	return slices.Contains([]State{Allocated, Arriving, Delivering, Done}, g.State)
}

func (g *GroupBuy) amended(market string, changed []string, before, after map[string]int64, now time.Time) {
	g.note(now, "replanned", "", market)
	for _, household := range changed {
		g.effect("replanned", household, "", map[string]int64{"units": after[household], "before": before[household]})
		g.MoneyChanged(household)
	}
	var total int64
	g.parts(func(_ string, s *Served) { total += s.Quantity })
	if total == 0 {
		g.State = Failed
		g.note(now, string(g.State), "", market)
		g.effect("round_unserved", "", "", map[string]int64{"units": 0, "ordered": g.ordered("").units})
		g.MoneyChanged("")
		g.schedule(now)
		return
	}
	g.Effects = append(g.Effects, Effect{
		ID: "round_replanned:" + now.UTC().Format(time.RFC3339Nano), Kind: "round_replanned", Account: g.Leader,
		Numbers: map[string]int64{"households": int64(len(changed)), "units": total},
	})
	g.finish(now)
}

// keepParts takes the parts that stay as they were over as they are, and what
// came in the place of others: no market plans that.
func keepParts(next, was []Served) []Served {
	next = slices.Clone(next)
	for i, n := range next {
		k := slices.IndexFunc(was, func(s Served) bool {
			return s.Delivery == n.Delivery && s.Lot == n.Lot && s.Quantity == n.Quantity && s.UnitPrice == n.UnitPrice
		})
		if k >= 0 {
			next[i] = was[k]
		}
	}
	for _, s := range was {
		if s.Instead != nil {
			next = append(next, s)
		}
	}
	return next
}

func units(served []Served) (n int64) {
	for i := range served {
		n += served[i].units()
	}
	return n
}

// units is what the part is, as far as it is known.
func (s *Served) units() int64 {
	if s.Counted {
		return s.Received
	}
	return s.Quantity
}
