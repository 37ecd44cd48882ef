package matching

import (
	"math"
)

// prices are the multipliers of a Lagrangian relaxation: a price on every unit
// of stock, on scarce trips and room, and, where several lots share a trip, a
// share of the trip's cost on each of them and on each gram and millilitre. With
// them the market falls apart into cells, and the cells' values plus what the
// stock fetches bound every plan. They converge by the volume algorithm
// (Barahona and Anbil 2000, doi 10.1007/s101070050002).
type prices struct {
	*model
	at     layout
	now    []float64 // multipliers in use
	best   []float64 // multipliers of the best bound
	over   []float64 // use beyond what there is, at now
	mean   []float64 // the same, averaged over the rounds: the primal side
	scale  []float64 // what a large price is, by multiplier
	bound  float64
	factor float64
	worse  int
	relax  relaxer
	offers []offer
	modes  [][]bulk // by cell
	first  []int32  // by cell: position of its first lot among all cell lots
	joint  []bool   // by pair: more than one cell can use its trips
	entry  [][]int32
	owner  []int32 // cell, by cell lot
	rounds int
	inUse  []float64 // by supplier: how far this round activates it
	active []float64 // the same, averaged
}

// layout is where each kind of multiplier begins.
type layout struct {
	stock, supplierTrips, gateTrips, gateRoom int // by lot, supplier, gate, gate
	share                                     int // by cell lot
	grams, millilitres                        int // by pair
	activation                                int // by pair
	end                                       int
}

func newPrices(m *model) *prices {
	p := &prices{model: m, modes: make([][]bulk, len(m.cells)), first: make([]int32, len(m.cells)+1), joint: make([]bool, len(m.pairs)), entry: make([][]int32, len(m.pairs))}
	n := int32(0)
	for k := range m.cells {
		p.first[k] = n
		for i, cl := range m.cells[k].lots {
			p.entry[cl.pair] = append(p.entry[cl.pair], n+int32(i))
			p.owner = append(p.owner, int32(k))
		}
		n += int32(len(m.cells[k].lots))
	}
	p.first[len(m.cells)] = n
	for i := range p.entry {
		p.joint[i] = len(p.entry[i]) > 1
	}
	a := &p.at
	a.supplierTrips = len(m.lots)
	a.gateTrips = a.supplierTrips + len(m.suppliers)
	a.gateRoom = a.gateTrips + len(m.gates)
	a.share = a.gateRoom + len(m.gates)
	a.grams = a.share + int(n)
	a.millilitres = a.grams + len(m.pairs)
	a.activation = a.millilitres + len(m.pairs)
	a.end = a.activation + len(m.pairs)
	p.now, p.over, p.mean, p.scale = make([]float64, a.end), make([]float64, a.end), make([]float64, a.end), make([]float64, a.end)
	p.inUse, p.active = make([]float64, len(m.suppliers)), make([]float64, len(m.suppliers))
	p.bound, p.factor = math.Inf(1), 0.05
	p.begin()
	return p
}

// begin shares every trip and activation evenly and sets the scales.
func (p *prices) begin() {
	unit := p.typicalPrice()
	for l := range p.lots {
		p.scale[p.at.stock+l] = unit
	}
	trip := 0.0
	for i := range p.pairs {
		pr := &p.pairs[i]
		cost := float64(pr.tripCost)
		trip = max(trip, cost)
		n := float64(len(p.entry[i]))
		for _, e := range p.entry[i] {
			p.now[p.at.share+int(e)] = cost / n
			p.scale[p.at.share+int(e)] = cost / 2
		}
		p.scale[p.at.grams+i], p.scale[p.at.millilitres+i] = cost/2, cost/2
		if a := float64(p.suppliers[pr.supplier].activation); a > 0 {
			p.now[p.at.activation+i] = a / float64(len(p.suppliers[pr.supplier].pairs))
			p.scale[p.at.activation+i] = a / math.Sqrt(float64(len(p.suppliers[pr.supplier].pairs)))
		}
	}
	for s := range p.suppliers {
		if p.suppliers[s].trips < unlimited/2 {
			p.scale[p.at.supplierTrips+s] = trip
		}
	}
	for g := range p.gates {
		if p.gates[g].trips < unlimited/2 {
			p.scale[p.at.gateTrips+g] = trip
		}
		if p.gates[g].millilitres < unlimited/2 {
			p.scale[p.at.gateRoom+g] = unit / 1000
		}
	}
	p.best = append([]float64{}, p.now...)
}

// typicalPrice is a tenth of what a unit costs on average, trip aside.
func (p *prices) typicalPrice() float64 {
	sum, n := 0.0, 1.0
	for k := range p.cells {
		for _, cl := range p.cells[k].lots {
			sum += float64(tierPrice(p.lots[cl.lot].tiers, 1) + p.pairs[cl.pair].unitCost)
			n++
		}
	}
	return max(sum/n/10, 1)
}

// round solves every cell at the prices in use and returns the bound they prove.
func (p *prices) round() float64 {
	clear(p.over)
	p.rounds++
	total := float64(p.kept.value) + p.slack
	for g := range p.gates {
		total += p.limited(p.at.gateTrips+g, p.gates[g].trips)
		total += p.limited(p.at.gateRoom+g, p.gates[g].millilitres)
	}
	for k := range p.cells {
		if len(p.cells[k].lots) > 0 {
			total += p.cell(int32(k))
		}
	}
	for s := range p.suppliers {
		total += p.supplier(s)
	}
	return total
}

// supplier is what a supplier's stock and trips fetch at the prices in use, less
// what activating it costs. One that is not activated has neither, so that the
// price of its stock counts towards its activation.
func (p *prices) supplier(s int) float64 {
	sup := &p.suppliers[s]
	fetch := p.stockValue(s)
	inUse := 1.0
	if sup.activation > 0 {
		fetch -= float64(sup.activation)
		shares, used := 0.0, 0.0
		for _, i := range sup.pairs {
			a := p.now[p.at.activation+int(i)]
			shares += a
			used += a * p.over[p.at.activation+int(i)]
		}
		fetch += shares
		if inUse = 0; fetch > 1e-6*float64(sup.activation) {
			inUse = 1
		} else if shares > 0 {
			inUse = used / shares
		}
		for _, i := range sup.pairs {
			p.over[p.at.activation+int(i)] -= inUse
		}
	}
	p.inUse[s] = inUse
	for _, l := range sup.lots {
		p.over[p.at.stock+int(l)] -= inUse * float64(p.lots[l].stock)
	}
	if sup.trips < unlimited/2 {
		p.over[p.at.supplierTrips+s] -= inUse * float64(sup.trips)
	}
	return max(0, fetch)
}

// usage is how far the averaged relaxation activates a supplier, 0 to 1.
func (p *prices) usage(s int32) float64 { return p.active[s] }

// stockValue is what a supplier's stock and trips are worth at the prices in use.
func (p *prices) stockValue(s int) float64 {
	sum := 0.0
	for _, l := range p.suppliers[s].lots {
		sum += p.now[p.at.stock+int(l)] * float64(p.lots[l].stock)
	}
	if p.suppliers[s].trips < unlimited/2 {
		sum += p.now[p.at.supplierTrips+s] * float64(p.suppliers[s].trips)
	}
	return sum
}

// limited is what a limit fetches at its price, if there is one.
func (p *prices) limited(at int, left int64) float64 {
	if left >= unlimited/2 {
		return 0
	}
	p.over[at] -= float64(left)
	return p.now[at] * float64(left)
}

// cell relaxes one cell and books what it uses.
func (p *prices) cell(k int32) float64 {
	c := &p.cells[k]
	p.offers = p.offers[:0]
	for i, cl := range c.lots {
		p.offers = append(p.offers, p.offer(c, cl, int(p.first[k])+i))
	}
	if p.modes[k] == nil {
		p.modes[k] = modes(c, p.lots, p.offers)
	}
	value := p.relax.relax(c, p.lots, p.modes[k], p.offers)
	for i, q := range p.relax.used {
		if q > 0 {
			p.book(c, c.lots[i], int(p.first[k])+i, q, &p.offers[i])
		}
	}
	return value
}

// tripPrice is what one trip of a pair costs with the prices of scarce trips.
func (p *prices) tripPrice(pair int32) float64 {
	pr := &p.pairs[pair]
	return float64(pr.tripCost) + p.now[p.at.supplierTrips+int(pr.supplier)] + p.now[p.at.gateTrips+int(pr.gate)]
}

func (p *prices) offer(c *cell, cl cellLot, e int) offer {
	pr := &p.pairs[cl.pair]
	sup := &p.suppliers[pr.supplier]
	o := offer{unit: float64(pr.unitCost) + p.now[p.at.stock+int(cl.lot)] + p.now[p.at.gateRoom+int(pr.gate)]*float64(c.ml), tripG: unlimited, tripMl: unlimited}
	if !p.joint[cl.pair] {
		o.first, o.trip = p.now[p.at.activation+int(cl.pair)], p.tripPrice(cl.pair)
		o.tripG, o.tripMl = sup.tripGrams, sup.tripMl
		return o
	}
	share := p.now[p.at.share+e]
	o.first = share
	o.first += p.now[p.at.activation+int(cl.pair)] * p.part(cl.pair, share)
	o.unit += p.now[p.at.grams+int(cl.pair)]*float64(c.grams)/float64(sup.tripGrams) +
		p.now[p.at.millilitres+int(cl.pair)]*float64(c.ml)/float64(sup.tripMl)
	return o
}

func (p *prices) book(c *cell, cl cellLot, e int, q int64, o *offer) {
	pr := &p.pairs[cl.pair]
	sup := &p.suppliers[pr.supplier]
	p.over[p.at.stock+int(cl.lot)] += float64(q)
	p.over[p.at.gateRoom+int(pr.gate)] += float64(q * c.ml)
	if !p.joint[cl.pair] {
		trips := float64(o.trips(c, q))
		p.over[p.at.supplierTrips+int(pr.supplier)] += trips
		p.over[p.at.gateTrips+int(pr.gate)] += trips
		p.over[p.at.activation+int(cl.pair)] = 1
		return
	}
	p.over[p.at.share+e] = 1
	p.over[p.at.grams+int(cl.pair)] += float64(q*c.grams) / float64(sup.tripGrams)
	p.over[p.at.millilitres+int(cl.pair)] += float64(q*c.ml) / float64(sup.tripMl)
	part := p.part(cl.pair, p.now[p.at.share+e])
	p.over[p.at.activation+int(cl.pair)] = min(1, p.over[p.at.activation+int(cl.pair)]+part)
	p.over[p.at.supplierTrips+int(pr.supplier)] += part
	p.over[p.at.gateTrips+int(pr.gate)] += part
}

// part is the fraction of a pair's first trip that a share of its cost stands for.
func (p *prices) part(pair int32, share float64) float64 {
	total := p.tripPrice(pair)
	if total == 0 {
		return 1 / float64(len(p.entry[pair]))
	}
	return min(1, share/total)
}

// step makes one round of the volume algorithm towards a target value.
func (p *prices) step(target float64) {
	bound := p.round()
	weight := 0.1
	if p.rounds < 60 {
		weight = 0.2 // the first rounds are quickly out of date
	}
	if p.rounds == 1 {
		weight = 1
	}
	for i, v := range p.over {
		p.mean[i] += weight * (v - p.mean[i])
	}
	for s, v := range p.inUse {
		p.active[s] += weight * (v - p.active[s])
	}
	if bound < p.bound-1e-9*math.Abs(p.bound) || math.IsInf(p.bound, 1) {
		if p.bound-bound > 1e-4*math.Abs(bound) {
			p.factor = min(p.factor*1.2, 2)
		}
		p.bound, p.worse = bound, 0
		copy(p.best, p.now)
	} else if p.worse++; p.worse >= 5 {
		p.factor, p.worse = max(p.factor*0.6, 1e-5), 0
	}
	p.walk(target)
}

// settled says whether further rounds would hardly lower the bound.
func (p *prices) settled() bool { return p.factor <= 1e-4 }

// walk sets the prices in use: from the best ones along the averaged excess.
func (p *prices) walk(target float64) {
	norm := 0.0
	for i, v := range p.mean {
		if (v < 0 && p.best[i] == 0 && i < p.at.share) || p.scale[i] == 0 {
			continue
		}
		norm += v * v * p.scale[i] * p.scale[i]
	}
	if norm == 0 {
		return
	}
	length := p.factor * max(p.bound-target, 1e-6*math.Abs(p.bound)) / norm
	for i, v := range p.mean {
		if p.scale[i] > 0 {
			p.now[i] = max(0, p.best[i]+length*v*p.scale[i]*p.scale[i])
		}
	}
	p.project()
}
