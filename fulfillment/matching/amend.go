package matching

import (
	"cmp"
	"context"
	"slices"
)

// Amend plans a market anew after something changed (an order more, a lot less)
// from the plan that stood before: what still fits stays, what is concerned finds
// a new place, and the drops to keep are not touched. It takes no longer than the
// options' budget; a tenth of a second is enough for one change among 10,000
// orders.
func Amend(ctx context.Context, m *Market, before Plan, keep []Drop, o Options) (Plan, error) {
	o.Start, o.Keep = &before, keep
	return Solve(ctx, m, o)
}

// resume takes an earlier plan up as far as it still fits, refills the cells that
// something happened to, and returns them.
func (s *state) resume(before *Plan) []int32 {
	concerned := s.takeUp(before)
	for _, k := range concerned {
		s.empty(k)
	}
	for _, k := range concerned {
		s.refill(k, 1, unlimited)
	}
	return concerned
}

// takeUp puts an earlier plan into an empty state and returns the cells where it
// does not fit or does not speak of everything that is wanted now.
func (s *state) takeUp(before *Plan) (concerned []int32) {
	told := make([]int64, len(s.cells)) // units that the earlier plan accounts for
	given := make([]int64, len(s.market.Demands))
	loaded := make([][]take, len(s.cells))
	at := s.cellOf()
	keptDrops := map[[3]string]bool{}
	for _, d := range s.model.kept.drops {
		keptDrops[[3]string{d.Supplier, d.Gate, d.Window}] = true
	}
	for _, u := range before.Unserved {
		if i, known := s.indexes.demands[u.Demand]; known {
			told[at[i]] += u.Quantity
		}
	}
	for i := range before.Drops {
		d := &before.Drops[i]
		if keptDrops[[3]string{d.Supplier, d.Gate, d.Window}] {
			continue
		}
		for _, served := range d.Served {
			if i, known := s.indexes.demands[served.Demand]; known {
				before := len(loaded[at[i]])
				loaded[at[i]] = s.give(loaded[at[i]], at[i], int32(i), served, given[i])
				for _, t := range loaded[at[i]][before:] {
					told[at[i]] += t.n
					given[i] += t.n
				}
			}
		}
	}
	for k := range s.cells {
		if whole := s.reload(int32(k), loaded[k]); !whole || told[k] != int64(s.cells[k].wanted) {
			concerned = append(concerned, int32(k))
		}
	}
	for l := range s.stock {
		if s.stock[l] < 0 {
			concerned = append(concerned, s.release(int32(l))...)
		}
	}
	slices.Sort(concerned)
	return slices.Compact(concerned)
}

// cellOf tells each demand's cell.
func (s *state) cellOf() []int32 {
	at := make([]int32, len(s.market.Demands))
	for k := range s.cells {
		for _, i := range s.cells[k].demands {
			at[i] = int32(k)
		}
	}
	return at
}

// give adds what one line of a drop gives to a demand that has some already, class
// by class.
func (s *state) give(takes []take, k, demand int32, served Served, has int64) []take {
	lot, known := s.indexes.lots[served.Lot]
	if !known {
		return takes
	}
	c := &s.cells[k]
	i := slices.IndexFunc(c.lots, func(cl cellLot) bool { return cl.lot == int32(lot) })
	left := served.Quantity
	for class := range c.classes {
		for _, m := range c.classes[class].members {
			if m.demand == demand && left > 0 && i >= 0 {
				n := min(left, max(0, int64(m.units)-has))
				has = max(0, has-int64(m.units))
				if left -= n; n > 0 {
					takes = append(takes, take{int32(i), int32(class), n})
				}
			}
		}
	}
	return takes
}

// reload puts takes into a cell if they keep its rules by themselves.
func (s *state) reload(k int32, takes []take) (whole bool) {
	c := &s.cells[k]
	slices.SortStableFunc(takes, func(a, b take) int { return cmp.Or(cmp.Compare(a.lot, b.lot), cmp.Compare(a.class, b.class)) })
	given, used := make([]int64, len(c.lots)), make([]int64, len(c.classes))
	for _, t := range takes {
		given[t.lot] += t.n
		used[t.class] += t.n
	}
	for _, t := range takes {
		l, class := &s.lots[c.lots[t.lot].lot], &c.classes[t.class]
		q := given[t.lot]
		if q < l.least || q%l.pack != 0 || used[t.class] > int64(class.count) || class.cap < tierPrice(l.tiers, q) {
			return false
		}
	}
	if !s.put(k, takes) {
		s.empty(k)
		return false
	}
	return true
}

// release empties cells until a lot gives no more than it has.
func (s *state) release(l int32) (emptied []int32) {
	for _, k := range slices.Backward(s.cellsOf[l]) {
		if s.stock[l] >= 0 {
			break
		}
		if slices.ContainsFunc(s.filled[k].takes, func(t take) bool { return s.cells[k].lots[t.lot].lot == l }) {
			s.empty(k)
			emptied = append(emptied, k)
		}
	}
	return emptied
}
