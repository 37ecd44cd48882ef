package matching

import "slices"

// explain gives every demand that misses something a reason. Reasons are tested
// against the market and the plan in the order of the constants: the first one
// that holds for every lot is told, with the lot that comes nearest.
func (s *state) explain(got []int64) []Unserved {
	e := &explainer{state: s, got: got, lotsOf: make([][]int32, len(s.market.Products))}
	for i := range s.lots {
		e.lotsOf[s.lots[i].product] = append(e.lotsOf[s.lots[i].product], int32(i))
	}
	e.reach = make([]map[int32]Reach, len(s.suppliers))
	list := []Unserved{}
	for k := range s.cells {
		list = e.cell(list, int32(k))
	}
	slices.SortFunc(list, func(a, b Unserved) int { return s.indexes.demands[a.Demand] - s.indexes.demands[b.Demand] })
	return list
}

type explainer struct {
	*state
	got    []int64
	lotsOf [][]int32
	reach  []map[int32]Reach
	wants  []want // of the cell at hand
	known  map[condition]answer
}

// want is a demand of the cell at hand and what it misses.
type want struct {
	demand int32
	missed int64
}

// condition is what decides a reason within a cell.
type condition struct {
	cap, worth int64
	pin        int32
}

type answer struct {
	reason Reason
	detail Detail
}

func (e *explainer) cell(list []Unserved, k int32) []Unserved {
	e.wants = e.wants[:0]
	missing := false
	seen := map[int32]bool{}
	for i := range e.cells[k].classes {
		for _, m := range e.cells[k].classes[i].members {
			if seen[m.demand] {
				continue
			}
			seen[m.demand] = true
			missed := e.market.Demands[m.demand].Quantity - e.got[m.demand]
			e.wants = append(e.wants, want{m.demand, missed})
			missing = missing || missed > 0
		}
	}
	if !missing {
		return list
	}
	e.known = map[condition]answer{}
	for _, w := range e.wants {
		if w.missed == 0 {
			continue
		}
		d := &e.market.Demands[w.demand]
		key := condition{d.MaxUnitPrice, d.worth(), e.pin(d)}
		a, known := e.known[key]
		if !known {
			a = e.why(k, d)
			e.known[key] = a
		}
		list = append(list, Unserved{Demand: d.ID, Quantity: w.missed, Reason: a.reason, Detail: a.detail})
	}
	return list
}

// why tests the reasons for one demand of a cell.
func (e *explainer) why(k int32, d *Demand) answer {
	lots := []int32{}
	for _, l := range e.lotsOf[e.cells[k].product] {
		if pin := e.pin(d); e.market.Lots[l].Available > 0 && (pin < 0 || pin == l) {
			lots = append(lots, l)
		}
	}
	if len(lots) == 0 {
		return answer{NoLot, Detail{Lot: d.Lot}}
	}
	lots, a := e.coming(k, lots)
	if a.reason != "" {
		return a
	}
	if lots, a = e.affordable(lots, d); a.reason != "" {
		return a
	}
	options, a := e.enough(k, lots, d)
	if a.reason != "" {
		return a
	}
	return e.blocked(k, options, d)
}

// coming keeps the lots whose supplier reaches the gate in a shared window.
func (e *explainer) coming(k int32, lots []int32) ([]int32, answer) {
	reached, shared := []int32{}, []int32{}
	g := e.cells[k].gate
	for _, l := range lots {
		s := e.lots[l].supplier
		if _, ok := e.reaches(s)[g]; !ok {
			continue
		}
		reached = append(reached, l)
		if _, ok := sharedWindow(e.market.Suppliers[s].Windows, e.market.Gates[g].Windows, nil); ok {
			shared = append(shared, l)
		}
	}
	switch {
	case len(reached) == 0:
		return nil, answer{NoReach, Detail{Lot: e.market.Lots[lots[0]].ID, Supplier: e.market.Lots[lots[0]].Supplier}}
	case len(shared) == 0:
		return nil, answer{NoWindow, Detail{Lot: e.market.Lots[reached[0]].ID, Supplier: e.market.Lots[reached[0]].Supplier}}
	}
	return shared, answer{}
}

func (e *explainer) reaches(s int32) map[int32]Reach {
	if e.reach[s] == nil {
		e.reach[s] = map[int32]Reach{}
		for _, r := range e.market.Suppliers[s].Reach {
			e.reach[s][int32(e.indexes.gates[r.Gate])] = r
		}
	}
	return e.reach[s]
}

// affordable keeps the lots whose best tier is within the cap.
func (e *explainer) affordable(lots []int32, d *Demand) ([]int32, answer) {
	fits := []int32{}
	near, nearPrice := int32(-1), int64(0)
	for _, l := range lots {
		best := e.lots[l].tiers[len(e.lots[l].tiers)-1].UnitPrice
		if best <= d.MaxUnitPrice {
			fits = append(fits, l)
		}
		if near < 0 || best < nearPrice {
			near, nearPrice = l, best
		}
	}
	if len(fits) == 0 {
		lot := &e.market.Lots[near]
		return nil, answer{Price, Detail{Lot: lot.ID, Supplier: lot.Supplier, Cap: d.MaxUnitPrice, UnitPrice: nearPrice, Short: nearPrice - d.MaxUnitPrice}}
	}
	return fits, answer{}
}

// option is a lot and the smallest quantity more of it that could serve the
// demand.
type option struct {
	lot        int32
	need       int64
	price      int64
	have, here int64 // units wanted here in all; units of the lot here already
}

// enough keeps the lots whose minimum, at a price within the cap, the gate wants.
func (e *explainer) enough(k int32, lots []int32, d *Demand) ([]option, answer) {
	options := []option{}
	var near option
	for _, l := range lots {
		o := e.option(k, l, d)
		if o.have >= o.here+o.need {
			options = append(options, o)
		}
		if near.need == 0 || o.here+o.need-o.have < near.here+near.need-near.have {
			near = o
		}
	}
	if len(options) == 0 {
		return nil, e.tooFew(near, near.have)
	}
	return options, answer{}
}

func (e *explainer) tooFew(o option, wanted int64) answer {
	lot := &e.market.Lots[o.lot]
	return answer{MinPerDrop, Detail{Lot: lot.ID, Supplier: lot.Supplier, Minimum: o.here + o.need, Wanted: wanted, Short: o.here + o.need - wanted}}
}

func (e *explainer) option(k, l int32, d *Demand) option {
	lot := &e.lots[l]
	o := option{lot: l, here: e.here(k, l)}
	total := lot.least
	for _, t := range lot.tiers {
		if t.UnitPrice <= d.MaxUnitPrice {
			total = max(total, ceilDiv(t.From, lot.pack)*lot.pack)
			break
		}
	}
	total = max(total, o.here+lot.pack)
	o.need, o.price = total-o.here, tierPrice(lot.tiers, total)
	for _, w := range e.wants {
		if other := &e.market.Demands[w.demand]; other.MaxUnitPrice >= o.price && (e.pin(other) < 0 || e.pin(other) == l) {
			o.have += other.Quantity
		}
	}
	return o
}

// here is how much of a lot the plan brings to a cell.
func (e *explainer) here(k, l int32) int64 {
	n := int64(0)
	for _, t := range e.filled[k].takes {
		if e.cells[k].lots[t.lot].lot == l {
			n += t.n
		}
	}
	return n
}

// blocked tells which of stock, units still unserved, room, trips or cost is in
// the way of the option that comes furthest.
func (e *explainer) blocked(k int32, options []option, d *Demand) answer {
	var best answer
	rank := map[Reason]int{Stock: 1, MinPerDrop: 2, GateFull: 3, Trips: 4, TripCost: 5}
	for _, o := range options {
		a := e.obstacle(k, o, d)
		if best.reason == "" || rank[a.reason] > rank[best.reason] || (a.reason == best.reason && a.detail.Short < best.detail.Short) {
			best = a
		}
	}
	if best.reason == Stock {
		best.detail.Available, best.detail.Wanted = 0, 0
		for _, o := range options {
			best.detail.Available += e.market.Lots[o.lot].Available
		}
		best.detail.Wanted = e.wantedInReach(options)
	}
	return best
}

// wantedInReach is the units wanted that any of the lots could serve.
func (e *explainer) wantedInReach(options []option) int64 {
	cells := map[int32]bool{}
	total := int64(0)
	for _, o := range options {
		for _, k := range e.cellsOf[o.lot] {
			if !cells[k] {
				cells[k] = true
				total += int64(e.cells[k].wanted)
			}
		}
	}
	return total
}

func (e *explainer) obstacle(k int32, o option, d *Demand) answer {
	lot, c := &e.market.Lots[o.lot], &e.cells[k]
	det := Detail{Lot: lot.ID, Supplier: lot.Supplier}
	if left := e.stock[o.lot]; left < o.need {
		det.Short = o.need - left
		return answer{Stock, det}
	}
	free, worth := e.unservedAt(o, d)
	if free < o.need {
		return e.tooFew(option{lot: o.lot, here: o.here, need: o.need}, o.here+free)
	}
	s := e.lots[o.lot].supplier
	reach := e.reaches(s)[c.gate]
	more := e.moreTrips(k, o)
	switch {
	case o.need*c.ml > e.gateRoom[c.gate]:
		det.Limit, det.Short = e.market.Gates[c.gate].MaxMillilitres, o.need*c.ml-e.gateRoom[c.gate]
		det.Used = det.Limit - e.gateRoom[c.gate]
		return answer{GateFull, det}
	case more > e.gateTrips[c.gate]:
		det.Limit, det.Short = e.market.Gates[c.gate].MaxTrips, more-e.gateTrips[c.gate]
		det.Used = det.Limit - e.gateTrips[c.gate]
		return answer{GateFull, det}
	case more > e.trips[s]:
		det.Limit, det.Short = e.market.Suppliers[s].MaxTrips, more-e.trips[s]
		det.Used = det.Limit - e.trips[s]
		return answer{Trips, det}
	}
	det.Cost = o.need*(o.price+reach.UnitCost) + more*reach.TripCost
	if e.visits[s] == 0 {
		det.Cost += e.suppliers[s].activation
	}
	det.Worth, det.Short = worth, det.Cost-worth
	return answer{TripCost, det}
}

// moreTrips is how many trips more an option needs.
func (e *explainer) moreTrips(k int32, o option) int64 {
	c := &e.cells[k]
	for _, cl := range c.lots {
		if cl.lot == o.lot {
			ld, sup := &e.load[cl.pair], &e.suppliers[e.pairs[cl.pair].supplier]
			t := terms{trips: ld.trips, grams: ld.grams, ml: ld.ml, tripG: sup.tripGrams, tripMl: sup.tripMl}
			return t.further(c, o.need)
		}
	}
	return unlimited
}

// unservedAt counts the unserved units here that an option could serve, and what
// the most worthy of them are worth.
func (e *explainer) unservedAt(o option, d *Demand) (free, worth int64) {
	type pile struct{ worth, n int64 }
	piles := []pile{}
	for _, w := range e.wants {
		other := &e.market.Demands[w.demand]
		if w.missed == 0 || other.MaxUnitPrice < o.price || (e.pin(other) >= 0 && e.pin(other) != o.lot) {
			continue
		}
		free += w.missed
		n := w.missed
		if e.got[w.demand] == 0 && !e.kept.firstServed(other) {
			piles = append(piles, pile{2 * other.worth(), 1})
			n--
		}
		piles = append(piles, pile{other.worth(), n})
	}
	slices.SortFunc(piles, func(a, b pile) int { return int(min(1, max(-1, b.worth-a.worth))) })
	left := o.need
	for _, p := range piles {
		n := min(left, p.n)
		worth += n * p.worth
		left -= n
	}
	return free, worth
}
