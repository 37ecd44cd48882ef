package matching

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// Plain markets have no minimums, whole cases, tiers, trip costs or limits on
// trips and room. Which suppliers to activate is then a capacitated facility
// location problem, and everything else a transportation problem that is solved
// exactly. Without activation costs that is the optimum; with them, suppliers
// are opened, closed and exchanged in the order that the relaxation suggests
// (Cornuejols, Sridharan and Thizy 1991, doi 10.1016/0377-2217(91)90261-S).
type locator struct {
	*state
	products []*transport
	lotsOf   [][]int32    // by product: the lots of its transport
	places   [][]customer // by product: the classes that are its customers
	open     []bool       // by supplier
	choice   []int32      // suppliers with an activation cost
	score    []float64    // by supplier: how much the relaxation uses it
	best     []bool
	value    float64 // of best
	seen     map[uint64]float64
	keys     []uint64 // by supplier: Zobrist keys
}

// customer is a class of a cell.
type customer struct{ cell, class int32 }

// plain says whether the market is one of plain lots, and small enough to solve
// as such.
func (m *model) plain() bool {
	for i := range m.lots {
		if l := &m.lots[i]; l.pack > 1 || l.least > 1 || l.tiers[0].UnitPrice != l.tiers[len(l.tiers)-1].UnitPrice {
			return false
		}
	}
	for i := range m.pairs {
		if m.pairs[i].tripCost > 0 {
			return false
		}
	}
	for i := range m.suppliers {
		if m.suppliers[i].trips < unlimited/2 {
			return false
		}
	}
	for i := range m.gates {
		if m.gates[i].trips < unlimited/2 || m.gates[i].millilitres < unlimited/2 {
			return false
		}
	}
	return m.transportable()
}

// transportable says whether the exact division takes seconds at most: a path
// looks at every two lots, and there is about one for every other class.
func (m *model) transportable() bool {
	lots, classes := make([]int, len(m.market.Products)), make([]int, len(m.market.Products))
	for i := range m.lots {
		lots[m.lots[i].product]++
	}
	for k := range m.cells {
		classes[m.cells[k].product] += len(m.cells[k].classes)
	}
	work := 0
	for p := range lots {
		work += lots[p] * lots[p] * classes[p]
	}
	return work <= 40_000_000
}

func newLocator(s *state) *locator {
	l := &locator{state: s, open: make([]bool, len(s.suppliers)), score: make([]float64, len(s.suppliers)), keys: make([]uint64, len(s.suppliers)),
		lotsOf: make([][]int32, len(s.market.Products)), places: make([][]customer, len(s.market.Products)), seen: map[uint64]float64{}, value: math.Inf(-1)}
	keys := rand.New(rand.NewPCG(1, 2))
	for i := range s.suppliers {
		l.keys[i] = keys.Uint64()
		if l.open[i] = s.suppliers[i].activation == 0; !l.open[i] && len(s.suppliers[i].lots) > 0 {
			l.choice = append(l.choice, int32(i))
		}
	}
	for i := range s.lots {
		l.lotsOf[s.lots[i].product] = append(l.lotsOf[s.lots[i].product], int32(i))
	}
	for k := range s.cells {
		for c := range s.cells[k].classes {
			p := s.cells[k].product
			l.places[p] = append(l.places[p], customer{int32(k), int32(c)})
		}
	}
	for p := range l.places {
		l.products = append(l.products, l.transport(p))
	}
	return l
}

// transport sets one product up.
func (l *locator) transport(p int) *transport {
	lots, places := l.lotsOf[p], l.places[p]
	position := map[int32]int{}
	stock := make([]int64, len(lots)+1)
	cost := make([][]float64, len(lots)+1)
	for i := range cost {
		cost[i] = make([]float64, len(places))
		if i == len(lots) {
			stock[i] = unlimited
			break
		}
		stock[i], position[lots[i]] = l.lots[lots[i]].stock, i
		for j := range cost[i] {
			cost[i][j] = math.Inf(1)
		}
	}
	units := make([]int64, len(places))
	for j, pl := range places {
		c := &l.cells[pl.cell]
		class := &c.classes[pl.class]
		units[j] = int64(class.count)
		for _, cl := range c.lots {
			price := l.lots[cl.lot].tiers[0].UnitPrice
			if class.cap >= price && (class.pin < 0 || class.pin == cl.lot) {
				cost[position[cl.lot]][j] = float64(price+l.pairs[cl.pair].unitCost) - class.worth
			}
		}
	}
	return newTransport(units, cost, stock)
}

// solve values the open suppliers, and keeps the best set.
func (l *locator) solve() float64 {
	key := uint64(0)
	value := 0.0
	for _, s := range l.choice {
		if l.open[s] {
			key ^= l.keys[s]
			value -= float64(l.suppliers[s].activation)
		}
	}
	if v, known := l.seen[key]; known {
		return v
	}
	for p, t := range l.products {
		if len(t.units) > 0 {
			value -= t.solve(func(i int) bool { return l.open[l.lots[l.lotsOf[p][i]].supplier] })
		}
	}
	l.seen[key] = value
	if value > l.value {
		l.value, l.best = value, append(l.best[:0], l.open...)
	}
	return value
}

// everything values all suppliers open.
func (l *locator) everything() float64 {
	for i := range l.open {
		l.open[i] = true
	}
	return l.solve()
}

// search looks for the best set of suppliers until the budget is spent.
func (l *locator) search(r *run, p *prices) {
	for _, s := range l.choice {
		l.score[s] = p.usage(s)
		l.open[s] = l.score[s] > 0.5
	}
	slices.SortStableFunc(l.choice, func(a, b int32) int { return cmp.Compare(l.score[b], l.score[a]) })
	rng := rand.New(rand.NewPCG(uint64(r.Seed), 0x6c6f63))
	promised := newPromises(l, p)
	l.descend(r, promised)
	for len(l.choice) > 1 && !l.done(r) {
		copy(l.open, l.best)
		l.kick(rng)
		l.descend(r, promised)
		r.moves++
		r.tell(l.value, p.bound)
	}
}

func (l *locator) done(r *run) bool { return r.spent() >= 1 }

// kick flips a few suppliers that the relaxation is in doubt about.
func (l *locator) kick(rng *rand.Rand) {
	for range 2 + rng.IntN(3) {
		for range 20 {
			s := l.choice[rng.IntN(len(l.choice))]
			if doubt := l.score[s] * (1 - l.score[s]); rng.Float64() < 0.05+4*doubt {
				l.open[s] = !l.open[s]
				break
			}
		}
	}
}

// descend opens, closes and exchanges suppliers while that gains.
func (l *locator) descend(r *run, promised *promises) {
	value := l.solve()
	for improved := true; improved; {
		improved = false
		for _, c := range promised.changes(value) {
			l.flip(c)
			if v := l.solve(); v > value {
				value, improved = v, true
				break
			}
			l.flip(c)
			if l.done(r) {
				return
			}
		}
	}
}

// flip makes a change, or takes it back.
func (l *locator) flip(c change) {
	for _, s := range []int32{c.in, c.out} {
		if s >= 0 {
			l.open[s] = !l.open[s]
		}
	}
}

// carryOut puts the best set's division into the state.
func (l *locator) carryOut() {
	copy(l.open, l.best)
	for k := range l.cells {
		l.empty(int32(k))
	}
	takes := map[int32][]take{}
	for p, t := range l.products {
		if len(t.units) == 0 {
			continue
		}
		t.solve(func(i int) bool { return l.open[l.lots[l.lotsOf[p][i]].supplier] })
		for j, pl := range l.places[p] {
			for _, f := range t.flows[j] {
				if int(f.lot) < len(l.lotsOf[p]) {
					takes[pl.cell] = append(takes[pl.cell], take{l.position(pl.cell, l.lotsOf[p][f.lot]), pl.class, f.n})
				}
			}
		}
	}
	for k := range l.cells {
		t := takes[int32(k)]
		slices.SortStableFunc(t, func(a, b take) int { return cmp.Compare(a.lot, b.lot) })
		l.put(int32(k), t)
	}
}

func (l *locator) position(k, lot int32) int32 {
	return int32(slices.IndexFunc(l.cells[k].lots, func(c cellLot) bool { return c.lot == lot }))
}
