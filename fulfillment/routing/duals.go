package routing

import (
	"math"
	"slices"
)

// duals price stops, and vehicles of a kind, so that what columns cost beyond the prices
// of what they use bounds what any choice of them costs. Prices follow the subgradient
// of that bound (Held, Wolfe & Crowder 1974) with a part of the direction before: a stop
// that too few columns want gets dearer, one that several want cheaper.
type duals struct {
	*model
	columns []priced
	known   int64   // what something costs that is known
	bound   float64 // nothing costs less
	room    []int   // of a kind: vehicles
	prices  prices
	over    func() bool
}

// prices are of stops and of kinds of vehicles; the gate has none.
type prices struct{ stop, kind []float64 }

// priced is a column and how dear it is: what it costs beyond the prices.
type priced struct {
	column
	dear float64
}

const (
	priceSteps    = 200
	pricePatience = 10  // steps without a better bound until steps get shorter
	priceShorter  = 0.6 // by this
	priceInertia  = 0.7 // the part of the direction before
)

func newDuals(m *model, known int64, over func() bool) *duals {
	q := &duals{model: m, known: known, bound: math.Inf(-1), over: over, room: make([]int, m.kinds)}
	for d := range m.vehicles {
		q.room[m.vehicles[d].kind]++
	}
	q.prices = q.free()
	for u := 1; u < m.n; u++ {
		q.prices.stop[u] = float64(known) / float64(m.n)
	}
	return q
}

func (q *duals) free() prices { return prices{make([]float64, q.n), make([]float64, q.kinds)} }

func (p prices) copy(from prices) {
	copy(p.stop, from.stop)
	copy(p.kind, from.kind)
}

// price looks for the prices with the highest bound, and drops the columns that
// cannot be part of anything better than what is known.
func (q *duals) price() {
	best, lack, way := q.free(), q.free(), q.free()
	pace, worse := 1.0, 0
	for i := 0; i < priceSteps && !q.over(); i++ {
		bound := q.value(lack)
		if bound > q.bound {
			q.bound, worse = bound, 0
			best.copy(q.prices)
			q.drop()
		} else if worse++; worse == pricePatience {
			pace, worse = pace*priceShorter, 0
			q.prices.copy(best)
		}
		q.follow(lack, way, pace*(float64(q.known)-bound))
	}
	q.prices.copy(best)
	q.value(lack)
	for i := range q.columns {
		q.columns[i].dear = max(q.columns[i].dear, 0)
	}
	q.drop()
}

func (q *duals) drop() {
	q.columns = slices.DeleteFunc(q.columns, func(c priced) bool { return q.tooDear(c.dear) })
}

// tooDear tells that what is so dear cannot be part of anything better.
func (q *duals) tooDear(dear float64) bool { return dear >= float64(q.known)-q.bound }

// value gives the bound of these prices, and what each stop and kind lacks if
// everything is chosen that costs less than its prices.
func (q *duals) value(lack prices) float64 {
	bound := 0.0
	for u, price := range q.prices.stop {
		bound += price
		lack.stop[u] = 1
	}
	for k, price := range q.prices.kind {
		bound -= price * float64(q.room[k])
		lack.kind[k] = -float64(q.room[k])
	}
	for i := range q.columns {
		c := &q.columns[i]
		if c.dear = q.beyond(&c.column); c.dear >= 0 {
			continue
		}
		bound += c.dear
		for _, u := range c.seq {
			lack.stop[u]--
		}
		if c.kind != nobody {
			lack.kind[c.kind]++
		}
	}
	return bound
}

// beyond is what a column costs beyond the prices.
func (q *duals) beyond(c *column) float64 {
	dear := float64(c.cost)
	for _, u := range c.seq {
		dear -= q.prices.stop[u]
	}
	if c.kind != nobody {
		dear += q.prices.kind[c.kind]
	}
	return dear
}

// follow changes the prices by what is lacking, as far as the gap to what is known.
func (q *duals) follow(lack, way prices, gap float64) {
	norm := 1e-9
	for u := 1; u < q.n; u++ {
		way.stop[u] = lack.stop[u] + priceInertia*way.stop[u]
		norm += way.stop[u] * way.stop[u]
	}
	for k := range way.kind {
		way.kind[k] = lack.kind[k] + priceInertia*way.kind[k]
		if way.kind[k] > 0 || q.prices.kind[k] > 0 {
			norm += way.kind[k] * way.kind[k]
		}
	}
	step := max(gap, 1) / norm
	for u := 1; u < q.n; u++ {
		q.prices.stop[u] += step * way.stop[u]
	}
	for k := range way.kind {
		q.prices.kind[k] = max(q.prices.kind[k]+step*way.kind[k], 0)
	}
}
