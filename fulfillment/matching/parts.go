package matching

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// parts groups the cells into markets that share nothing: no lot, no trip, no
// limit and no household. Cells that no lot can serve belong to none. The largest
// part comes first.
func (mod *model) parts() [][]int32 {
	u := make(union, len(mod.cells))
	for k := range u {
		u[k] = int32(k)
	}
	for l := range mod.lots {
		u.join(mod.cellsOf[l])
	}
	for p := range mod.pairs {
		u.join(mod.pairCells[p])
	}
	for i := range mod.suppliers {
		if s := &mod.suppliers[i]; s.activation > 0 || s.trips < unlimited/2 {
			u.join(mod.servedBy(s))
		}
	}
	for g := range mod.gates {
		if g := &mod.gates[g]; g.trips < unlimited/2 || g.millilitres < unlimited/2 {
			u.join(g.cells)
		}
	}
	mod.joinHouseholds(u)
	groups := map[int32][]int32{}
	for k := range mod.cells {
		if r := u.root(int32(k)); len(mod.cells[k].lots) > 0 {
			groups[r] = append(groups[r], int32(k))
		}
	}
	parts := make([][]int32, 0, len(groups))
	for _, g := range groups {
		parts = append(parts, g)
	}
	slices.SortFunc(parts, func(a, b []int32) int { return cmp.Or(len(b)-len(a), int(a[0]-b[0])) })
	return parts
}

// servedBy lists the cells that a supplier can serve.
func (mod *model) servedBy(s *supplier) (cells []int32) {
	for _, l := range s.lots {
		cells = append(cells, mod.cellsOf[l]...)
	}
	return cells
}

// joinHouseholds joins cells where one household wants one product at two gates:
// its first unit counts twice only once.
func (mod *model) joinHouseholds(u union) {
	at := make([]int32, mod.indexes.claims)
	for i := range at {
		at[i] = -1
	}
	for k := range mod.cells {
		for _, i := range mod.cells[k].demands {
			if first := &at[mod.indexes.claim[i]]; *first < 0 {
				*first = int32(k)
			} else {
				u.join([]int32{*first, int32(k)})
			}
		}
	}
}

// union is a forest of cells that belong together.
type union []int32

func (u union) root(k int32) int32 {
	for u[k] != k {
		u[k] = u[u[k]]
		k = u[k]
	}
	return k
}

func (u union) join(cells []int32) {
	for _, k := range cells {
		if a, b := u.root(cells[0]), u.root(k); a != b {
			u[max(a, b)] = min(a, b)
		}
	}
}

// part is the market of some cells: its demands and lots, with all places.
func (mod *model) part(cells []int32) *Market {
	m := *mod.market
	m.Demands, m.Lots = nil, nil
	demand, lot := make([]bool, len(mod.market.Demands)), make([]bool, len(mod.lots))
	for _, k := range cells {
		for _, i := range mod.cells[k].demands {
			demand[i] = true
		}
		for _, l := range mod.cells[k].lots {
			lot[l.lot] = true
		}
	}
	for i := range demand {
		if d := mod.market.Demands[i]; demand[i] && (d.Lot == "" || lot[mod.pin(&d)]) {
			m.Demands = append(m.Demands, d)
		}
	}
	for i := range lot {
		if lot[i] {
			m.Lots = append(m.Lots, mod.market.Lots[i])
		}
	}
	return &m
}

// sideBySide solves the parts on several threads, each for as long as its share
// of the work, and puts the plans together.
func (r *run) sideBySide(mod *model, parts [][]int32) (Plan, error) {
	plans, errs := make([]Plan, len(parts)), make([]error, len(parts))
	work, total := make([]int, len(parts)), 0
	for i, cells := range parts {
		for _, k := range cells {
			work[i] += int(mod.cells[k].wanted) * len(mod.cells[k].lots)
		}
		total += work[i]
	}
	next := make(chan int)
	var group sync.WaitGroup
	for range r.Threads {
		group.Go(func() {
			for i := range next {
				share := min(1, float64(r.Threads*work[i])/float64(total))
				plans[i], errs[i] = Solve(r.ctx, mod.part(parts[i]), r.partly(share))
			}
		})
	}
	for i := range parts {
		next <- i
	}
	close(next)
	group.Wait()
	return mod.together(plans), cmp.Or(errs...)
}

// partly is the options for a part with a share of the work of one thread.
func (r *run) partly(share float64) Options {
	o := r.Options
	o.Threads, o.Progress = 1, nil
	if o.Budget > 0 {
		o.Budget = max(time.Duration(float64(o.Budget)*share*0.9), time.Millisecond)
	}
	if o.Iterations > 0 {
		o.Iterations = int(float64(o.Iterations)*share) + 1
	}
	return o
}

// together is the plan of the whole market from the plans of its parts.
func (mod *model) together(plans []Plan) Plan {
	whole := Plan{Drops: []Drop{}}
	for _, p := range plans {
		whole.Drops = append(whole.Drops, p.Drops...)
		whole.Bound += p.Bound
		whole.Prices = append(whole.Prices, p.Prices...)
	}
	s := newState(mod)
	s.takeUp(&whole)
	whole.Drops = s.plan().Drops
	s.account(&whole)
	return whole
}
