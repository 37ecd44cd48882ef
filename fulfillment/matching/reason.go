package matching

import (
	"cmp"
	"slices"
)

// explain gives every demand that misses something a reason. Reasons are tested
// against the market and the plan in the order of the constants: the first one
// that holds for every lot is told, with the lot that comes nearest.
func (s *state) explain(got []int64) []Unserved {
	e := &explainer{state: s, got: got, lotsOf: make([][]int32, len(s.market.Products)), counted: make([]int32, len(s.cells))}
	for i := range s.lots {
		e.lotsOf[s.lots[i].product] = append(e.lotsOf[s.lots[i].product], int32(i))
	}
	for k := range s.cells {
		e.cell(int32(k))
	}
	slices.SortFunc(e.told, func(a, b told) int { return cmp.Compare(a.demand, b.demand) })
	list := make([]Unserved, len(e.told))
	for i, t := range e.told {
		d := &s.market.Demands[t.demand]
		list[i] = Unserved{Demand: d.ID, Quantity: d.Quantity - got[t.demand], Reason: t.reason, Detail: t.detail}
	}
	return list
}

type explainer struct {
	*state
	got     []int64
	lotsOf  [][]int32 // by product
	wants   []want    // of the cell at hand
	near    []cellLot // lots that can come to it
	known   map[condition]*answer
	told    []told
	counted []int32 // by cell: the last count of wantedInReach that it was part of
	counts  int32
}

// want is a demand of the cell at hand: what it asks beside what is kept, and
// what it misses of that.
type want struct {
	demand        int32
	asked, missed int64
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

type told struct {
	demand int32
	*answer
}

func (e *explainer) cell(k int32) {
	e.wants = e.wants[:0]
	missing := false
	for _, i := range e.cells[k].demands {
		w := want{demand: i, asked: e.market.Demands[i].Quantity - e.kept.got[i], missed: e.market.Demands[i].Quantity - e.got[i]}
		e.wants = append(e.wants, w)
		missing = missing || w.missed > 0
	}
	if !missing {
		return
	}
	e.approach(k)
	e.known = map[condition]*answer{}
	for _, w := range e.wants {
		if w.missed == 0 {
			continue
		}
		d := &e.market.Demands[w.demand]
		key := condition{d.MaxUnitPrice, d.worth(), e.pin(d)}
		if e.known[key] == nil {
			a := e.why(k, d)
			e.known[key] = &a
		}
		e.told = append(e.told, told{w.demand, e.known[key]})
	}
}

// approach lists the lots of a cell's product whose suppliers come to its gate.
func (e *explainer) approach(k int32) {
	e.near = e.near[:0]
	c := &e.cells[k]
	for _, p := range e.gates[c.gate].pairs {
		for _, l := range e.suppliers[e.pairs[p].supplier].lots {
			if e.lots[l].product == c.product && e.market.Lots[l].Available > 0 {
				e.near = append(e.near, cellLot{l, p})
			}
		}
	}
}

// why tests the reasons for one demand of a cell.
func (e *explainer) why(k int32, d *Demand) answer {
	lots, pin := e.near, e.pin(d)
	if pin >= 0 {
		lots = nil
		if i := slices.IndexFunc(e.near, func(cl cellLot) bool { return cl.lot == pin }); i >= 0 {
			lots = e.near[i : i+1]
		}
	}
	if len(lots) == 0 {
		return e.absent(&e.cells[k], pin)
	}
	lots, a := e.affordable(lots, d)
	if a.reason != "" {
		return a
	}
	options, a := e.enough(k, lots, d)
	if a.reason != "" {
		return a
	}
	return e.blocked(k, options, d)
}

// absent tells why no lot can come: none is posted, none is in reach, or those
// in reach share no free window with the gate.
func (e *explainer) absent(c *cell, pin int32) answer {
	a := answer{reason: NoLot}
	if pin >= 0 {
		a.detail.Lot = e.market.Lots[pin].ID
	}
	for _, l := range e.lotsOf[c.product] {
		lot := &e.market.Lots[l]
		if lot.Available == 0 || (pin >= 0 && pin != l) {
			continue
		}
		if slices.Contains(e.gates[c.gate].shut, e.lots[l].supplier) {
			return answer{NoWindow, Detail{Lot: lot.ID, Supplier: lot.Supplier}}
		}
		if a.reason == NoLot {
			a = answer{NoReach, Detail{Lot: lot.ID, Supplier: lot.Supplier}}
		}
	}
	return a
}

// affordable keeps the lots whose best tier is within the cap.
func (e *explainer) affordable(lots []cellLot, d *Demand) ([]cellLot, answer) {
	fits := []cellLot{}
	near, nearPrice := int32(-1), int64(0)
	for _, cl := range lots {
		best := e.lots[cl.lot].tiers[len(e.lots[cl.lot].tiers)-1].UnitPrice
		if best <= d.MaxUnitPrice {
			fits = append(fits, cl)
		}
		if near < 0 || best < nearPrice {
			near, nearPrice = cl.lot, best
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
	cellLot
	need       int64
	price      int64
	have, here int64 // units wanted here in all; units of the lot here already
}

// enough keeps the lots whose minimum, at a price within the cap, the gate wants.
func (e *explainer) enough(k int32, lots []cellLot, d *Demand) ([]option, answer) {
	options := []option{}
	var near option
	for _, cl := range lots {
		o := e.option(k, cl, d)
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

func (e *explainer) option(k int32, cl cellLot, d *Demand) option {
	lot := &e.lots[cl.lot]
	o := option{cellLot: cl, here: e.here(k, cl.lot)}
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
		if other := &e.market.Demands[w.demand]; other.MaxUnitPrice >= o.price && (e.pin(other) < 0 || e.pin(other) == cl.lot) {
			o.have += w.asked
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
	e.counts++
	total := int64(0)
	for _, o := range options {
		for _, k := range e.cellsOf[o.lot] {
			if e.counted[k] != e.counts {
				e.counted[k] = e.counts
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
		return e.tooFew(o, o.here+free)
	}
	s := e.lots[o.lot].supplier
	pair := &e.pairs[o.pair]
	more := e.moreTrips(c, o)
	switch {
	case o.need*c.ml > e.gateRoom[c.gate]:
		det.Limit, det.Short = e.market.Gates[c.gate].MaxMillilitres, o.need*c.ml-e.gateRoom[c.gate]
		det.Used = det.Limit - e.gateRoom[c.gate]
		return answer{GateFull, det}
	case more > e.gateTrips[c.gate]:
		det.Limit, det.Short = e.market.Gates[c.gate].MaxTrips, more-e.gateTrips[c.gate]
		det.Used, det.Trips = det.Limit-e.gateTrips[c.gate], more
		return answer{GateFull, det}
	case more > e.trips[s]:
		det.Limit, det.Short = e.market.Suppliers[s].MaxTrips, more-e.trips[s]
		det.Used, det.Trips = det.Limit-e.trips[s], more
		return answer{Trips, det}
	}
	cost := float64(o.need)*float64(o.price+pair.unitCost) + float64(more)*float64(pair.tripCost)
	if e.visits[s] == 0 {
		cost += float64(e.suppliers[s].activation)
	}
	det.Cost = int64(min(cost, float64(unlimited)))
	det.Worth, det.Short = worth, det.Cost-worth
	return answer{TripCost, det}
}

// moreTrips is how many trips more an option needs.
func (e *explainer) moreTrips(c *cell, o option) int64 {
	ld, sup := &e.load[o.pair], &e.suppliers[e.pairs[o.pair].supplier]
	t := terms{trips: ld.trips, grams: ld.grams, ml: ld.ml, tripG: sup.tripGrams, tripMl: sup.tripMl}
	return t.further(c, o.need)
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
		if e.got[w.demand] == 0 && !e.kept.firstServed(e.indexes.claim[w.demand]) {
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
