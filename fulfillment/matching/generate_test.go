package matching

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// size is how large a generated market is.
type size struct {
	gates, suppliers, products, linesPerGate, lotsPerSupplier int
	reach                                                     int     // gates that a supplier reaches, the nearest first
	stock                                                     float64 // posted units for each unit wanted
	free                                                      bool    // no minimums, cases, tiers, trip or activation costs
	limits                                                    bool    // windows, trips, room, activation, pins
}

// generate draws a market like a city's evening: gates and suppliers on a map,
// list prices around a product's price, caps around what people would pay.
func generate(z size, seed uint64) *Market {
	r := rand.New(rand.NewPCG(seed, 99))
	m := &Market{Rule: []Rule{Equal, Proportional, Lottery, First}[r.IntN(4)], Seed: int64(seed)}
	price := make([]int64, z.products)
	for p := range z.products {
		price[p] = 500 + r.Int64N(6000)
		m.Products = append(m.Products, Product{ID: fmt.Sprint("p", p), Grams: 200 + r.Int64N(5000), Millilitres: 1000 + r.Int64N(12000)})
	}
	spots := make([][2]float64, z.gates)
	for g := range z.gates {
		spots[g] = [2]float64{r.Float64(), r.Float64()}
		m.Gates = append(m.Gates, gateOf(r, z, g))
		generateDemands(r, z, m, g, price)
	}
	wanted := make([]int64, z.products)
	for _, d := range m.Demands {
		var p int
		fmt.Sscanf(d.Product, "p%d", &p)
		wanted[p] += d.Quantity
	}
	order := newNearest(spots)
	for s := range z.suppliers {
		m.Suppliers = append(m.Suppliers, supplierOf(r, z, s, order))
		generateLots(r, z, m, s, price, wanted)
	}
	if z.limits && len(m.Lots) > 0 {
		for i := range m.Demands {
			if l := m.Lots[r.IntN(len(m.Lots))]; r.IntN(10) == 0 {
				m.Demands[i].Product, m.Demands[i].Lot = l.Product, l.ID
			}
		}
	}
	return m
}

func gateOf(r *rand.Rand, z size, g int) Gate {
	gate := Gate{ID: fmt.Sprint("g", g), Windows: []string{"am", "pm"}[:1+r.IntN(2)]}
	if z.limits && r.IntN(3) == 0 {
		gate.MaxMillilitres, gate.MaxTrips = 50_000+r.Int64N(200_000), r.Int64N(4)
	}
	return gate
}

func generateDemands(r *rand.Rand, z size, m *Market, g int, price []int64) {
	liked := r.Perm(z.products)[:1+r.IntN(min(z.products, 8))]
	for i := range z.linesPerGate {
		p := liked[r.IntN(len(liked))]
		d := Demand{ID: fmt.Sprintf("g%d/%d", g, i), Gate: fmt.Sprint("g", g), Group: fmt.Sprintf("g%d/%d", g, i%5), Household: fmt.Sprintf("h%d/%d", g, i),
			Product: fmt.Sprint("p", p), Quantity: 1 + int64(r.ExpFloat64()*0.7), MaxUnitPrice: price[p] * (90 + 5*r.Int64N(10)) / 100}
		if r.IntN(8) == 0 {
			d.Priority = 1 + r.Int64N(MaxPriority)
		}
		m.Demands = append(m.Demands, d)
	}
}

func supplierOf(r *rand.Rand, z size, s int, order *nearest) Supplier {
	sup := Supplier{ID: fmt.Sprint("s", s), Windows: [][]string{{"am"}, {"pm"}, {"am", "pm"}, nil}[r.IntN(4)], TripGrams: 300_000 + r.Int64N(1_000_000), TripMillilitres: 2_000_000}
	if z.free {
		sup.Windows, sup.TripGrams, sup.TripMillilitres = nil, 0, 0
	}
	if z.limits && r.IntN(3) == 0 {
		sup.ActivationCost, sup.MaxTrips, sup.TripGrams = r.Int64N(10_000), 1+r.Int64N(4), 8_000+r.Int64N(20_000)
	}
	base := 2000 + r.Int64N(8000)
	for i, g := range order.around([2]float64{r.Float64(), r.Float64()}, z.reach) {
		reach := Reach{Gate: fmt.Sprint("g", g), TripCost: base + int64(i)*base/int64(z.reach)}
		if z.free {
			reach.TripCost = 0
		}
		if r.IntN(3) == 0 {
			reach.UnitCost = r.Int64N(100)
		}
		sup.Reach = append(sup.Reach, reach)
	}
	return sup
}

func generateLots(r *rand.Rand, z size, m *Market, s int, price, wanted []int64) {
	n := min(max(1, z.lotsPerSupplier/2+r.IntN(z.lotsPerSupplier+1)), z.products)
	for _, p := range r.Perm(z.products)[:n] {
		list := price[p] * (70 + r.Int64N(40)) / 100
		share := z.stock * float64(wanted[p]) * float64(z.products) / float64(z.suppliers*z.lotsPerSupplier)
		l := Lot{ID: fmt.Sprintf("s%d/p%d", s, p), Supplier: fmt.Sprint("s", s), Product: fmt.Sprint("p", p),
			Available: 1 + int64(share*(0.5+r.Float64())), Tiers: []Tier{{1, list}}}
		if !z.free {
			l.Case = []int64{1, 1, 1, 4, 6}[r.IntN(5)]
			l.MinPerDrop = []int64{1, 1, 3, 5, 10}[r.IntN(5)]
			l.Tiers = append(l.Tiers, Tier{10 + r.Int64N(30), list * 94 / 100}, Tier{100, list * 88 / 100})
		}
		m.Lots = append(m.Lots, l)
	}
}

// nearest finds the gates around a point on a grid.
type nearest struct {
	spots [][2]float64
	cells map[[2]int][]int
	n     int
}

func newNearest(spots [][2]float64) *nearest {
	o := &nearest{spots: spots, cells: map[[2]int][]int{}, n: 1}
	for o.n*o.n*4 < len(spots) {
		o.n++
	}
	for g, s := range spots {
		key := [2]int{int(s[0] * float64(o.n)), int(s[1] * float64(o.n))}
		o.cells[key] = append(o.cells[key], g)
	}
	return o
}

func (o *nearest) around(at [2]float64, count int) []int {
	x, y := int(at[0]*float64(o.n)), int(at[1]*float64(o.n))
	found := []int{}
	for ring := 0; ring <= 2*o.n && len(found) < min(2*count, len(o.spots)); ring++ {
		for dx := -ring; dx <= ring; dx++ {
			for dy := -ring; dy <= ring; dy++ {
				if max(dx, -dx, dy, -dy) == ring {
					found = append(found, o.cells[[2]int{x + dx, y + dy}]...)
				}
			}
		}
	}
	far := func(g int) float64 {
		a, b := o.spots[g][0]-at[0], o.spots[g][1]-at[1]
		return a*a + b*b
	}
	slices.SortFunc(found, func(a, b int) int {
		switch {
		case far(a) < far(b):
			return -1
		case far(a) > far(b):
			return 1
		}
		return a - b
	})
	return found[:min(count, len(found))]
}
