package matching

import "math/rand/v2"

// tiny draws a market that can be searched exhaustively, with everything that a
// market can have.
func tiny(seed uint64) *Market {
	r := rand.New(rand.NewPCG(seed, 5))
	m := &Market{Rule: []Rule{Equal, Proportional, Lottery, First}[seed%4], Seed: int64(seed),
		Products: []Product{{ID: "p", Grams: 10, Millilitres: 3}, {ID: "q", Grams: 4, Millilitres: 5}}}
	for _, g := range []string{"a", "b"} {
		gate := Gate{ID: g, Windows: [][]string{{"am"}, {"pm"}, {"am", "pm"}, nil}[r.IntN(4)]}
		if r.IntN(4) == 0 {
			gate.MaxMillilitres = 8 + r.Int64N(20)
		}
		if r.IntN(4) == 0 {
			gate.MaxTrips = 1 + r.Int64N(2)
		}
		m.Gates = append(m.Gates, gate)
		for i := range 2 + r.IntN(3) {
			d := Demand{ID: g + string(rune('0'+i)), Gate: g, Product: []string{"p", "p", "q"}[r.IntN(3)], Quantity: 1 + r.Int64N(2), MaxUnitPrice: 80 + 10*r.Int64N(6)}
			if r.IntN(4) == 0 {
				d.Priority = r.Int64N(3)
			}
			m.Demands = append(m.Demands, d)
		}
	}
	for _, s := range []string{"x", "y"} {
		sup := Supplier{ID: s, Windows: [][]string{{"am"}, {"am", "pm"}, nil}[r.IntN(3)], ActivationCost: []int64{0, 0, 60}[r.IntN(3)], MaxTrips: r.Int64N(4), TripGrams: r.Int64N(3) * 12}
		for _, g := range []string{"a", "b"} {
			if r.IntN(5) > 0 {
				sup.Reach = append(sup.Reach, Reach{Gate: g, TripCost: r.Int64N(120), UnitCost: r.Int64N(10)})
			}
		}
		m.Suppliers = append(m.Suppliers, sup)
		for _, p := range []string{"p", "q"}[:1+r.IntN(2)] {
			m.Lots = append(m.Lots, Lot{ID: s + p, Supplier: s, Product: p, Available: 1 + r.Int64N(6), Case: r.Int64N(3), MinPerDrop: r.Int64N(4),
				Tiers: []Tier{{1 + r.Int64N(2), 60 + 10*r.Int64N(6)}, {3 + r.Int64N(2), 40 + r.Int64N(20)}}})
		}
	}
	for i := range m.Demands {
		if l := m.Lots[r.IntN(len(m.Lots))]; r.IntN(8) == 0 {
			m.Demands[i].Product, m.Demands[i].Lot = l.Product, l.ID
		}
	}
	return m
}

// exact is the value of the best plan, found by trying every quantity of every
// lot at every gate. It shares nothing with the search but the model's numbers.
func exact(m *Market) int64 {
	mod, err := compile(m, nil)
	if err != nil {
		panic(err)
	}
	e := &enumeration{state: newState(mod), best: 0}
	for k := range mod.cells {
		for i := range mod.cells[k].lots {
			e.steps = append(e.steps, [2]int{k, i})
		}
	}
	e.q = make([]int64, len(e.steps))
	e.try(0)
	return e.best
}

type enumeration struct {
	*state
	steps [][2]int // cell and lot of it
	q     []int64
	best  int64
}

func (e *enumeration) try(at int) {
	if at == len(e.steps) {
		e.value()
		return
	}
	c := &e.cells[e.steps[at][0]]
	l := &e.lots[c.lots[e.steps[at][1]].lot]
	for q := int64(0); q <= min(e.stock[c.lots[e.steps[at][1]].lot], int64(c.wanted)); q += l.pack {
		if q > 0 && q < l.least {
			continue
		}
		e.q[at] = q
		e.stock[c.lots[e.steps[at][1]].lot] -= q
		e.try(at + 1)
		e.stock[c.lots[e.steps[at][1]].lot] += q
	}
	e.q[at] = 0
}

// value checks limits, pays for trips, and divides each cell's units.
func (e *enumeration) value() {
	total := int64(0)
	grams, ml := make([]int64, len(e.pairs)), make([]int64, len(e.pairs))
	for at, step := range e.steps {
		c := &e.cells[step[0]]
		cl := c.lots[step[1]]
		grams[cl.pair] += e.q[at] * c.grams
		ml[cl.pair] += e.q[at] * c.ml
		if e.q[at] > 0 {
			total -= e.q[at] * (tierPrice(e.lots[cl.lot].tiers, e.q[at]) + e.pairs[cl.pair].unitCost)
		}
	}
	supplierTrips, gateTrips, room := make([]int64, len(e.suppliers)), make([]int64, len(e.gates)), make([]int64, len(e.gates))
	for i, p := range e.pairs {
		if grams[i] == 0 {
			continue
		}
		trips := max(1, ceilDiv(grams[i], e.suppliers[p.supplier].tripGrams), ceilDiv(ml[i], e.suppliers[p.supplier].tripMl))
		if supplierTrips[p.supplier] == 0 {
			total -= e.suppliers[p.supplier].activation
		}
		supplierTrips[p.supplier] += trips
		gateTrips[p.gate] += trips
		room[p.gate] += ml[i]
		total -= trips * p.tripCost
	}
	for s := range supplierTrips {
		if supplierTrips[s] > e.suppliers[s].trips {
			return
		}
	}
	for g := range gateTrips {
		if gateTrips[g] > e.gates[g].trips || room[g] > e.gates[g].millilitres {
			return
		}
	}
	for k := range e.cells {
		worth, ok := e.divide(k)
		if !ok {
			return
		}
		total += worth
	}
	e.best = max(e.best, total)
}

// divide gives the units of a cell to whom they are worth most, one by one.
func (e *enumeration) divide(k int) (int64, bool) {
	type unit struct{ lot, price int64 }
	units := []unit{}
	for at, step := range e.steps {
		if step[0] == k {
			cl := e.cells[k].lots[step[1]]
			for range e.q[at] {
				units = append(units, unit{int64(cl.lot), tierPrice(e.lots[cl.lot].tiers, e.q[at])})
			}
		}
	}
	left := make([]int32, len(e.cells[k].classes))
	for i := range left {
		left[i] = e.cells[k].classes[i].count
	}
	var give func(i int) int64
	give = func(i int) int64 {
		if i == len(units) {
			return 0
		}
		best := int64(-1 << 40)
		for c := range left {
			cl := &e.cells[k].classes[c]
			if left[c] > 0 && cl.cap >= units[i].price && (cl.pin < 0 || int64(cl.pin) == units[i].lot) {
				left[c]--
				best = max(best, int64(cl.worth)+give(i+1))
				left[c]++
			}
		}
		return best
	}
	worth := give(0)
	return worth, worth >= 0
}
