package matching

import (
	"context"
	"time"
)

// Options say how hard to search. The zero value takes the default budget.
type Options struct {
	Seed       int64         // of the search; same market, seed and Iterations, one thread: the same plan
	Budget     time.Duration // stop with the best found; 0: five seconds, unless Iterations is set
	Iterations int           // stop after so many steps of improvement; 0: no limit
	Threads    int           // markets that share nothing are solved side by side; 0: one
	Keep       []Drop        // drops under way: part of the plan as they are
	Start      *Plan         // improve this plan instead of starting from nothing
	Progress   func(Progress)
}

// Progress is told now and then while the search goes on.
type Progress struct {
	Value, Bound int64 // minor units; Bound is 0 while it is unknown
	Iterations   int
}

// Solve returns the best plan found. The error is an *Invalid market, or drops to
// keep that do not fit it; an ended context ends the search with the best found.
func Solve(ctx context.Context, m *Market, o Options) (Plan, error) {
	mod, err := compile(m, o.Keep)
	if err != nil {
		return Plan{}, err
	}
	s := newState(mod)
	for k := range mod.cells {
		s.refill(int32(k), 0)
	}
	return s.finish(mod.easyBound()), nil
}

// finish writes the plan out and values it independently of the search.
func (s *state) finish(bound float64) Plan {
	p := s.plan()
	c := newChecker(s.market, s.indexes)
	for i := range p.Drops {
		c.drop(&p.Drops[i])
	}
	c.limits()
	p.Value = c.worth() - c.spent
	p.Bound = max(p.Value, int64(bound)+1)
	p.Unserved = s.explain(c.got)
	return p
}

// easyBound is what everything is worth at the best price of any lot in reach.
func (mod *model) easyBound() float64 {
	total := float64(mod.kept.value) + mod.slack
	for i := range mod.cells {
		for k := range mod.cells[i].classes {
			total += mod.cells[i].classes[k].worth * float64(mod.cells[i].classes[k].count)
		}
	}
	return total
}
