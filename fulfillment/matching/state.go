package matching

// state is a plan under construction: what each cell gets, and what is left of
// stock, trips and room.
type state struct {
	*model
	filled     []filling
	stock      []int64 // left, by lot
	load       []load  // by pair
	trips      []int64 // left, by supplier
	visits     []int32 // pairs used, by supplier
	gateTrips  []int64 // left
	gateRoom   []int64 // left, millilitres
	value      float64
	lotTerms   []terms
	filler     filler
	stockPrice []float64 // by lot: what a unit of stock is worth elsewhere
	roomPrice  []float64 // by gate: the same of a millilitre
	tripPrice  []float64 // by supplier: the same of a trip
	tripWeight []float64 // by pair: the part of a new trip's cost that a refill counts; below 0: the pair stays away
}

// filling is what one cell gets.
type filling struct {
	takes []take
	gain  float64 // worth less prices and unit costs; trips are counted by pair
}

type load struct{ grams, ml, units, trips int64 }

func newState(m *model) *state {
	s := &state{model: m, filled: make([]filling, len(m.cells)), stock: make([]int64, len(m.lots)), load: make([]load, len(m.pairs)),
		trips: make([]int64, len(m.suppliers)), visits: make([]int32, len(m.suppliers)),
		gateTrips: make([]int64, len(m.gates)), gateRoom: make([]int64, len(m.gates)), stockPrice: make([]float64, len(m.lots)), roomPrice: make([]float64, len(m.gates)), tripPrice: make([]float64, len(m.suppliers)),
		tripWeight: make([]float64, len(m.pairs))}
	for i := range s.tripWeight {
		s.tripWeight[i] = 1
	}
	for i := range m.lots {
		s.stock[i] = m.lots[i].stock
	}
	for i := range m.suppliers {
		s.trips[i] = m.suppliers[i].trips
	}
	for i := range m.gates {
		s.gateTrips[i], s.gateRoom[i] = m.gates[i].trips, m.gates[i].millilitres
	}
	return s
}

// terms are the conditions for each lot of an empty cell, at weight times the
// price of stock.
func (s *state) terms(k int32, weight float64) []terms {
	c := &s.cells[k]
	s.lotTerms = s.lotTerms[:0]
	for _, cl := range c.lots {
		p, ld := &s.pairs[cl.pair], &s.load[cl.pair]
		sup := &s.suppliers[p.supplier]
		t := terms{most: s.stock[cl.lot], unit: float64(p.unitCost) + weight*(s.stockPrice[cl.lot]+s.roomPrice[p.gate]*float64(c.ml)),
			trip:  float64(p.tripCost) + weight*s.tripPrice[p.supplier],
			trips: ld.trips, grams: ld.grams, ml: ld.ml, tripG: sup.tripGrams, tripMl: sup.tripMl,
			moreTrip: s.trips[p.supplier]}
		if s.visits[p.supplier] == 0 {
			t.open = float64(sup.activation)
		}
		if w := s.tripWeight[cl.pair]; w < 0 {
			t.most = 0
		} else if ld.trips == 0 {
			t.trip, t.open = t.trip*w, t.open*w
		}
		s.lotTerms = append(s.lotTerms, t)
	}
	return s.lotTerms
}

// room is how many units more the cell's gate can hold.
func (s *state) room(c *cell) int64 {
	if c.ml == 0 {
		return unlimited
	}
	return s.gateRoom[c.gate] / c.ml
}

// refill fills an empty cell as well as possible by itself, with at most so many units.
func (s *state) refill(k int32, weight float64, most int64) {
	c := &s.cells[k]
	takes, _ := s.filler.fill(c, s.lots, s.terms(k, weight), min(most, s.room(c)), s.gateTrips[c.gate])
	if !s.put(k, takes) {
		s.empty(k)
	}
}

// put gives takes to an empty cell, if trips and room allow.
func (s *state) put(k int32, takes []take) bool {
	c, f := &s.cells[k], &s.filled[k]
	f.takes, f.gain = append(f.takes[:0], takes...), 0
	for i := 0; i < len(takes); {
		cl, q, worth := c.lots[takes[i].lot], int64(0), 0.0
		for j := takes[i].lot; i < len(takes) && takes[i].lot == j; i++ {
			q += takes[i].n
			worth += float64(takes[i].n) * c.classes[takes[i].class].worth
		}
		price := tierPrice(s.lots[cl.lot].tiers, q)
		f.gain += worth - float64(q)*float64(price+s.pairs[cl.pair].unitCost)
		s.move(c, cl, q)
	}
	s.value += f.gain
	return s.fits(c)
}

// take empties a cell.
func (s *state) empty(k int32) {
	c, f := &s.cells[k], &s.filled[k]
	for i := 0; i < len(f.takes); i++ {
		s.move(c, c.lots[f.takes[i].lot], -f.takes[i].n)
	}
	s.value -= f.gain
	f.takes, f.gain = f.takes[:0], 0
}

// fits says whether the trips and the room that a cell's lots use are there.
func (s *state) fits(c *cell) bool {
	if s.gateRoom[c.gate] < 0 || s.gateTrips[c.gate] < 0 {
		return false
	}
	for _, cl := range c.lots {
		if s.trips[s.pairs[cl.pair].supplier] < 0 {
			return false
		}
	}
	return true
}

// move changes a drop by q units of a lot, and all that follows from it.
func (s *state) move(c *cell, cl cellLot, q int64) {
	p, ld := &s.pairs[cl.pair], &s.load[cl.pair]
	sup := &s.suppliers[p.supplier]
	s.stock[cl.lot] -= q
	before := ld.trips
	ld.units += q
	ld.grams += q * c.grams
	ld.ml += q * c.ml
	ld.trips = 0
	if ld.units > 0 {
		ld.trips = max(1, ceilDiv(ld.grams, sup.tripGrams), ceilDiv(ld.ml, sup.tripMl))
	}
	s.gateRoom[p.gate] -= q * c.ml
	s.gateTrips[p.gate] -= ld.trips - before
	s.trips[p.supplier] -= ld.trips - before
	s.value -= float64(ld.trips-before) * float64(p.tripCost)
	switch {
	case before == 0 && ld.trips > 0:
		if s.visits[p.supplier]++; s.visits[p.supplier] == 1 {
			s.value -= float64(sup.activation)
		}
	case before > 0 && ld.trips == 0:
		if s.visits[p.supplier]--; s.visits[p.supplier] == 0 {
			s.value += float64(sup.activation)
		}
	}
}

// heed takes the prices of scarce things over from a relaxation.
func (s *state) heed(p *prices) {
	copy(s.stockPrice, p.best[p.at.stock:])
	copy(s.roomPrice, p.best[p.at.gateRoom:])
	copy(s.tripPrice, p.best[p.at.supplierTrips:])
}

func tierPrice(tiers []Tier, q int64) int64 {
	for i := len(tiers) - 1; i > 0; i-- {
		if q >= tiers[i].From {
			return tiers[i].UnitPrice
		}
	}
	return tiers[0].UnitPrice
}
