package matching

import (
	"cmp"
	"math"
	"slices"
)

// relaxer solves one cell at given prices with one rule left out: which units
// take the dearer lots is not decided, only how many accept each price. That is
// an upper bound on the cell, found in time linear in units and modes: every
// mode's cost is linear in its quantity, so the best smaller filling is a
// minimum over a sliding window.
type relaxer struct {
	modes  []bulk
	cost   []float64 // by units: the cheapest filling so far
	choice []int32   // by mode and units: the mode's quantity, 0 if unused
	next   []float64
	window []int32
	worth  []float64
	used   []int64 // by lot of the cell: the answer
	single bool    // one mode is the best filling
}

// bulk is a lot at one tier and number of trips: fixed plus unit × quantity.
type bulk struct {
	lot         int
	lo, hi      int64
	pack        int64
	price       int64
	trips       int64 // that it takes, where they carry nothing else
	unit, fixed float64
}

// offer is what a lot costs a cell at given prices: a unit beside its tier's
// price, its first use, and, where its trips carry nothing else, every trip.
type offer struct {
	unit, first, trip float64
	tripG, tripMl     int64 // what a trip carries; unlimited where trips are priced otherwise
}

// trips is how many trips q units need.
func (o *offer) trips(c *cell, q int64) int64 {
	return max(1, ceilDiv(q*c.grams, o.tripG), ceilDiv(q*c.ml, o.tripMl))
}

// carries is how many units so many trips hold.
func (o *offer) carries(c *cell, trips int64) int64 {
	n := unlimited
	for _, one := range [...]struct{ unit, trip int64 }{{c.grams, o.tripG}, {c.ml, o.tripMl}} {
		if one.unit > 0 && trips < unlimited/one.trip { // else more than a market weighs or holds
			n = min(n, trips*one.trip/one.unit)
		}
	}
	return n
}

// fineUnits is the size from which a cell is bounded by unit costs alone.
const fineUnits = 1 << 13

// relax returns an upper bound on the value of a cell; used tells the quantities
// that reach it, until the next call.
func (r *relaxer) relax(c *cell, lots []lot, all []bulk, offers []offer) float64 {
	r.used = slices.Grow(r.used[:0], len(c.lots))[:len(c.lots)]
	clear(r.used)
	n := int64(c.wanted)
	if n > fineUnits {
		return r.coarse(c, lots, offers)
	}
	r.price(c, all, offers)
	if r.single {
		return r.cheapest(c)
	}
	r.cost = slices.Grow(r.cost[:0], int(n+1))[:n+1]
	r.next = slices.Grow(r.next[:0], int(n+1))[:n+1]
	r.choice = slices.Grow(r.choice[:0], len(r.modes)*int(n+1))[:len(r.modes)*int(n+1)]
	clear(r.choice)
	for i := range r.cost {
		r.cost[i] = math.Inf(1)
	}
	r.cost[0] = 0
	best, bestMode, bestN := 0.0, -1, int64(0)
	reached, top := int64(0), int64(0)
	for m := range r.modes {
		md := &r.modes[m]
		if m == 0 || md.price != r.modes[m-1].price {
			top = r.accept(c, md.price)
		}
		reached = min(reached+md.hi, top)
		row := r.choice[m*int(n+1) : (m+1)*int(n+1)]
		r.slide(md, row, reached)
		for k := md.lo; k <= reached; k++ {
			if v := r.worth[k] - r.next[k]; v > best {
				best, bestMode, bestN = v, m, k
			}
			if r.next[k] < r.cost[k] {
				r.cost[k] = r.next[k]
			} else {
				row[k] = -row[k]
			}
		}
	}
	r.trace(int(n+1), bestMode, bestN)
	return best
}

// modes lists all modes of a cell's lots, dearest first, without their costs.
// carried tells what a trip carries of each lot.
func modes(c *cell, lots []lot, carried []offer) []bulk {
	n := int64(c.wanted)
	list := []bulk{}
	for i := range carried {
		l := &lots[c.lots[i].lot]
		most := min(l.stock, n)
		if l.least == 1 && l.pack == 1 && len(l.tiers) == 1 {
			most = n // the price of stock is limit enough, and such cells are quick to solve
		}
		for k := len(l.tiers) - 1; k >= 0 && most >= l.least; k-- {
			lo := max(l.least, ceilDiv(l.tiers[k].From, l.pack)*l.pack)
			if lo > most {
				continue
			}
			list = byTrips(list, c, bulk{lot: i, lo: lo, hi: most, pack: l.pack, price: l.tiers[k].UnitPrice}, &carried[i])
			most = lo - 1
		}
	}
	slices.SortStableFunc(list, func(a, b bulk) int { return cmp.Compare(b.price, a.price) })
	return slices.Clip(list)
}

// byTrips adds a mode, split by the number of trips it needs.
func byTrips(list []bulk, c *cell, b bulk, o *offer) []bulk {
	for lo := b.lo; lo <= b.hi; {
		part := b
		part.trips = o.trips(c, lo)
		part.lo, part.hi = lo, min(b.hi, o.carries(c, part.trips))
		list = append(list, part)
		lo = ceilDiv(part.hi+1, b.pack) * b.pack
	}
	return list
}

// price sets the costs of a cell's modes and leaves out what cannot pay.
func (r *relaxer) price(c *cell, all []bulk, offers []offer) {
	r.modes = r.modes[:0]
	n := int64(c.wanted)
	r.single = true
	dearest := int64(0)
	for i := range all {
		m, o := all[i], &offers[all[i].lot]
		m.unit = float64(m.price) + o.unit
		if m.unit >= c.classes[0].worth {
			continue
		}
		m.fixed = o.first + float64(m.trips)*o.trip
		r.modes = append(r.modes, m)
		r.single = r.single && m.lo == 1 && m.pack == 1 && m.hi >= n
		dearest = max(dearest, m.price)
	}
	r.single = r.single && !slices.ContainsFunc(c.classes, func(cl class) bool { return cl.cap < dearest })
	if !r.single {
		r.dominate(n)
	}
}

// cheapest fills a cell that any one mode can serve whole, unit by unit and
// whatever the caps: costs are concave, so one mode is the best filling.
func (r *relaxer) cheapest(c *cell) float64 {
	best, bestMode, bestN := 0.0, -1, int64(0)
	for i := range r.modes {
		m := &r.modes[i]
		value, n := -m.fixed, int64(0)
		for k := range c.classes {
			cl := &c.classes[k]
			if cl.worth <= m.unit {
				break
			}
			value += float64(cl.count) * (cl.worth - m.unit)
			n += int64(cl.count)
		}
		if value > best {
			best, bestMode, bestN = value, i, n
		}
	}
	if bestMode >= 0 {
		r.used[r.modes[bestMode].lot] = bestN
	}
	return best
}

// coarse bounds a large cell: every class at the cheapest unit cost it accepts.
func (r *relaxer) coarse(c *cell, lots []lot, offers []offer) float64 {
	value := 0.0
	for k := range c.classes {
		cl := &c.classes[k]
		best, gain := -1, 0.0
		for i := range offers {
			tiers := lots[c.lots[i].lot].tiers
			price := tiers[len(tiers)-1].UnitPrice
			if g := cl.worth - float64(price) - offers[i].unit; price <= cl.cap && g > gain {
				best, gain = i, g
			}
		}
		if best >= 0 {
			r.used[best] += int64(cl.count)
			value += gain * float64(cl.count)
		}
	}
	return value
}

// dominate drops the modes that another one, large enough for the whole cell,
// can replace at no higher cost.
func (r *relaxer) dominate(n int64) {
	if int64(len(r.modes))*n < 2000 {
		return // solving it costs no more
	}
	left := r.modes[:0]
	for i := range r.modes {
		m := &r.modes[i]
		if !slices.ContainsFunc(r.modes, func(o bulk) bool {
			return o.hi >= n && o.unit <= m.unit && o.fixed <= m.fixed && o.lo <= m.lo && o.price <= m.price && m.pack%o.pack == 0 &&
				(o.unit < m.unit || o.fixed < m.fixed || o.lot > m.lot)
		}) {
			left = append(left, *m)
		}
	}
	r.modes = left
}

// accept sets worth to what the best units that accept a price are worth, and
// returns how many there are.
func (r *relaxer) accept(c *cell, price int64) int64 {
	r.worth = append(r.worth[:0], 0)
	sum := 0.0
	for i := range c.classes {
		cl := &c.classes[i]
		if cl.cap < price {
			continue
		}
		for range cl.count {
			sum += cl.worth
			r.worth = append(r.worth, sum)
		}
	}
	return int64(len(r.worth) - 1)
}

// slide sets next to the cheapest filling that ends with this mode, and row to
// the quantity of the mode in it.
func (r *relaxer) slide(m *bulk, row []int32, reached int64) {
	for k := m.lo; k <= reached; k++ {
		r.next[k], row[k] = math.Inf(1), 0
	}
	for residue := range m.pack {
		r.window = r.window[:0]
		head := 0
		for k := m.lo + residue; k <= reached; k += m.pack {
			enter := k - m.lo
			key := r.cost[enter] - m.unit*float64(enter)
			for len(r.window) > head && r.cost[r.window[len(r.window)-1]]-m.unit*float64(r.window[len(r.window)-1]) >= key {
				r.window = r.window[:len(r.window)-1]
			}
			r.window = append(r.window, int32(enter))
			for int64(r.window[head]) < k-m.hi {
				head++
			}
			from := int64(r.window[head])
			r.next[k], row[k] = r.cost[from]+m.fixed+m.unit*float64(k-from), int32(k-from)
		}
	}
}

// trace walks back through the choices from the best end.
func (r *relaxer) trace(stride, mode int, n int64) {
	for m := mode; m >= 0 && n > 0; m-- {
		md := &r.modes[m]
		if n < md.lo {
			continue
		}
		q := r.choice[m*stride+int(n)]
		if m == mode && q < 0 {
			q = -q
		}
		if q > 0 {
			r.used[md.lot] += int64(q)
			n -= int64(q)
		}
	}
}
