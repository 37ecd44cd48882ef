package matching

import (
	"errors"
	"fmt"
	"slices"
)

// Check says whether the plan keeps every rule of the market and is worth what
// it tells: nil, or the broken rules (20 at most), one sentence each. It shares
// nothing with the search, so that a mistake there is found here before a plan
// is carried out.
func Check(m *Market, p *Plan) error {
	c, err := audit(m, p)
	if err != nil {
		return err
	}
	value := c.worth() - c.spent
	if value != p.Value {
		c.say("the plan tells a value of %d and is worth %d", p.Value, value)
	}
	if p.Bound < value {
		c.say("the bound %d is under the value %d", p.Bound, value)
	}
	return errors.Join(c.broken...)
}

func audit(m *Market, p *Plan) (*checker, error) {
	x, err := m.index()
	if err != nil {
		return nil, err
	}
	c := newChecker(m, x)
	for i := range p.Drops {
		c.drop(&p.Drops[i])
	}
	c.limits()
	c.unserved(p.Unserved)
	return c, nil
}

type checker struct {
	market *Market
	indexes
	seen                                               map[[3]string]bool
	lotUsed, got, supplierTrips, gateTrips, gateVolume []int64
	spent                                              int64
	broken                                             []error
}

func newChecker(m *Market, x indexes) *checker {
	return &checker{market: m, indexes: x, seen: map[[3]string]bool{},
		lotUsed: make([]int64, len(m.Lots)), got: make([]int64, len(m.Demands)),
		supplierTrips: make([]int64, len(m.Suppliers)),
		gateTrips:     make([]int64, len(m.Gates)), gateVolume: make([]int64, len(m.Gates))}
}

func (c *checker) say(format string, args ...any) {
	if len(c.broken) < 20 {
		c.broken = append(c.broken, fmt.Errorf(format, args...))
	}
}

// drop checks one drop by itself and adds it to the totals.
func (c *checker) drop(d *Drop) {
	where := fmt.Sprintf("the drop of %s at %s", d.Supplier, d.Gate)
	s, knownSupplier := c.suppliers[d.Supplier]
	g, knownGate := c.gates[d.Gate]
	if !knownSupplier || !knownGate {
		c.say("%s: unknown supplier or gate", where)
		return
	}
	reach := c.market.Suppliers[s].Reach
	at := slices.IndexFunc(reach, func(r Reach) bool { return r.Gate == d.Gate })
	if at < 0 {
		c.say("%s: out of reach", where)
		return
	}
	r := reach[at]
	if key := [3]string{d.Supplier, d.Gate, d.Window}; c.seen[key] {
		c.say("%s: listed twice for the window %q", where, d.Window)
	} else {
		c.seen[key] = true
	}
	if !c.windowShared(s, g, d.Window) {
		c.say("%s: the window %q is not shared", where, d.Window)
	}
	if d.Trips < 1 {
		c.say("%s: no trip", where)
	}
	c.supplierTrips[s] += d.Trips
	c.gateTrips[g] += d.Trips
	c.spent += d.Trips * r.TripCost
	c.load(where, d, s, g, r)
}

func (c *checker) windowShared(s, g int, window string) bool {
	sup, gate := c.market.Suppliers[s].Windows, c.market.Gates[g].Windows
	if len(sup) == 0 && len(gate) == 0 {
		return true
	}
	return (len(sup) == 0 || slices.Contains(sup, window)) && (len(gate) == 0 || slices.Contains(gate, window))
}

// load checks what a drop carries: who gets it, at which price, in which trips.
func (c *checker) load(where string, d *Drop, s, g int, r Reach) {
	given := map[int]int64{}
	var grams, millilitres int64
	for _, served := range d.Served {
		lot, demand, ok := c.served(where, served, s, g)
		if !ok {
			continue
		}
		given[lot] += served.Quantity
		c.got[demand] += served.Quantity
		p := &c.market.Products[c.products[c.market.Lots[lot].Product]]
		grams += served.Quantity * p.Grams
		millilitres += served.Quantity * p.Millilitres
	}
	sup := &c.market.Suppliers[s]
	if sup.TripGrams > 0 && grams > d.Trips*sup.TripGrams {
		c.say("%s: %d grams in %d trips of %d", where, grams, d.Trips, sup.TripGrams)
	}
	if sup.TripMillilitres > 0 && millilitres > d.Trips*sup.TripMillilitres {
		c.say("%s: %d millilitres in %d trips of %d", where, millilitres, d.Trips, sup.TripMillilitres)
	}
	c.gateVolume[g] += millilitres
	c.priced(where, d, given, r)
}

// served checks one line of a drop by itself.
func (c *checker) served(where string, served Served, s, g int) (lot, demand int, ok bool) {
	lot, knownLot := c.lots[served.Lot]
	demand, knownDemand := c.demands[served.Demand]
	if !knownLot || !knownDemand || served.Quantity < 1 {
		c.say("%s: %d of the lot %q for the demand %q", where, served.Quantity, served.Lot, served.Demand)
		return 0, 0, false
	}
	l, want := &c.market.Lots[lot], &c.market.Demands[demand]
	switch {
	case c.gates[want.Gate] != g:
		c.say("%s: the demand %s is at %s", where, want.ID, want.Gate)
	case c.suppliers[l.Supplier] != s:
		c.say("%s: the lot %s is not its supplier's", where, l.ID)
	case l.Product != want.Product:
		c.say("%s: the demand %s wants %s", where, want.ID, want.Product)
	case want.Lot != "" && want.Lot != l.ID:
		c.say("%s: the demand %s is pinned to %s", where, want.ID, want.Lot)
	}
	return lot, demand, true
}

// priced checks minimums, cases and prices, lot by lot.
func (c *checker) priced(where string, d *Drop, given map[int]int64, r Reach) {
	told := map[int]DropLot{}
	for _, l := range d.Lots {
		told[c.lots[l.Lot]] = l
	}
	if len(told) != len(given) || len(told) != len(d.Lots) {
		c.say("%s: the lots told and the lots given differ", where)
	}
	for lot, q := range given {
		l := &c.market.Lots[lot]
		c.lotUsed[lot] += q
		price, priced := l.price(q)
		switch {
		case !priced:
			c.say("%s: %d of %s is under its first tier", where, q, l.ID)
		case q < l.MinPerDrop:
			c.say("%s: %d of %s is under its minimum of %d", where, q, l.ID, l.MinPerDrop)
		case l.Case > 1 && q%l.Case != 0:
			c.say("%s: %d of %s is not whole cases of %d", where, q, l.ID, l.Case)
		case told[lot].Quantity != q || told[lot].UnitPrice != price:
			c.say("%s: tells %d of %s at %d and gives %d at %d", where, told[lot].Quantity, l.ID, told[lot].UnitPrice, q, price)
		}
		c.spent += q * (price + r.UnitCost)
		for _, served := range d.Served {
			if served.Lot != l.ID {
				continue
			}
			if demand, known := c.demands[served.Demand]; known && c.market.Demands[demand].MaxUnitPrice < price {
				c.say("%s: the demand %s pays %d, above its cap of %d", where, served.Demand, price, c.market.Demands[demand].MaxUnitPrice)
			}
		}
	}
}

// limits checks what drops share: stock, quantities asked, trips and room.
func (c *checker) limits() {
	m := c.market
	for i := range m.Lots {
		if l := &m.Lots[i]; c.lotUsed[i] > l.Available {
			c.say("the lot %s gives %d of %d", l.ID, c.lotUsed[i], l.Available)
		}
	}
	for i := range m.Demands {
		if d := &m.Demands[i]; c.got[i] > d.Quantity {
			c.say("the demand %s gets %d of %d", d.ID, c.got[i], d.Quantity)
		}
	}
	for i := range m.Suppliers {
		s := &m.Suppliers[i]
		if s.MaxTrips > 0 && c.supplierTrips[i] > s.MaxTrips {
			c.say("the supplier %s makes %d trips of %d", s.ID, c.supplierTrips[i], s.MaxTrips)
		}
		if c.supplierTrips[i] > 0 {
			c.spent += s.ActivationCost
		}
	}
	for i := range m.Gates {
		g := &m.Gates[i]
		if g.MaxTrips > 0 && c.gateTrips[i] > g.MaxTrips {
			c.say("the gate %s receives %d trips of %d", g.ID, c.gateTrips[i], g.MaxTrips)
		}
		if g.MaxMillilitres > 0 && c.gateVolume[i] > g.MaxMillilitres {
			c.say("the gate %s receives %d millilitres of %d", g.ID, c.gateVolume[i], g.MaxMillilitres)
		}
	}
}

// unserved checks that what is missing is told, each with a reason.
func (c *checker) unserved(list []Unserved) {
	told := make([]int64, len(c.got))
	for _, u := range list {
		i, known := c.demands[u.Demand]
		if !known || u.Reason == "" || told[i] != 0 {
			c.say("unserved: %q is unknown, listed twice or has no reason", u.Demand)
			continue
		}
		told[i] = u.Quantity
	}
	for i, got := range c.got {
		if d := &c.market.Demands[i]; d.Quantity-got != told[i] {
			c.say("the demand %s misses %d and the plan tells %d", d.ID, d.Quantity-got, told[i])
		}
	}
}

// worth is what the served units are worth, a household's first unit of a
// product twice.
func (c *checker) worth() int64 {
	total := int64(0)
	first := make([]int64, c.claims)
	for i, got := range c.got {
		if got == 0 {
			continue
		}
		d := &c.market.Demands[i]
		total += d.worth() * got
		if w := d.worth(); w > first[c.claim[i]] {
			total += w - first[c.claim[i]]
			first[c.claim[i]] = w
		}
	}
	return total
}
