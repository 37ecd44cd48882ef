package matching

import (
	"cmp"
	"slices"
)

// model is a market in numbers: positions for ids, and one cell for each gate
// and product that is wanted there. What was kept (drops that are already under
// way) is taken off stock, trips and room before.
type model struct {
	market    *Market
	indexes   indexes
	lots      []lot
	suppliers []supplier
	gates     []gate
	pairs     []pair
	cells     []cell
	cellsOf   [][]int32 // by lot: the cells that it can serve
	pairCells [][]int32 // by pair: the cells that it can serve
	slack     float64   // added to a bound: see wants
	kept      kept
}

type lot struct {
	supplier, product int32
	stock             int64 // units left to give
	pack              int64 // whole cases of so many
	least             int64 // the smallest quantity in a drop: minimum, first tier, whole cases
	tiers             []Tier
}

type supplier struct {
	activation        int64
	trips             int64 // left; unlimited where there is no limit
	tripGrams, tripMl int64 // unlimited where there is no limit
	lots              []int32
	pairs             []int32
}

type gate struct {
	millilitres, trips int64 // left
	pairs              []int32
	shut               []int32 // suppliers that reach it without a window that both have
	cells              []int32
}

// pair is a supplier and a gate that it reaches in a window both have. A second
// drop in another window never pays: prices fall with quantity, so the two
// together cost no more in one.
type pair struct {
	supplier, gate     int32
	window             string
	tripCost, unitCost int64
}

// cell is one product at one gate: who wants it, and the lots that can come.
type cell struct {
	gate, product int32
	grams, ml     int64 // of a unit
	wanted        int32 // units in all
	demands       []int32
	classes       []class
	lots          []cellLot
	twins         bool // two of the lots come in the same trips
}

// class is units of equal worth and equal conditions, the most worthy first.
type class struct {
	worth   float64
	cap     int64
	pin     int32 // the only lot that may serve it, or -1
	count   int32
	first   bool // first units of their households
	members []member
}

type member struct {
	demand int32
	units  int32
}

type cellLot struct{ lot, pair int32 }

const unlimited = int64(1) << 60

func limit(n int64) int64 {
	if n == 0 {
		return unlimited
	}
	return n
}

// compile numbers a valid market, less what is kept.
func compile(m *Market, keep []Drop) (*model, error) {
	x, err := m.index()
	if err != nil {
		return nil, err
	}
	mod := &model{market: m, indexes: x}
	if mod.kept, err = takeKept(m, x, keep); err != nil {
		return nil, err
	}
	mod.addLots()
	mod.addPairs()
	mod.addCells()
	return mod, nil
}

func (mod *model) addLots() {
	m := mod.market
	mod.suppliers = make([]supplier, len(m.Suppliers))
	for i := range m.Suppliers {
		s := &m.Suppliers[i]
		mod.suppliers[i] = supplier{activation: s.ActivationCost, trips: limit(s.MaxTrips) - mod.kept.supplierTrips[i],
			tripGrams: limit(s.TripGrams), tripMl: limit(s.TripMillilitres)}
		if mod.kept.supplierTrips[i] > 0 {
			mod.suppliers[i].activation = 0
		}
	}
	mod.lots = make([]lot, len(m.Lots))
	for i := range m.Lots {
		l := &m.Lots[i]
		pack := max(l.Case, 1)
		least := (max(l.MinPerDrop, l.Tiers[0].From, 1) + pack - 1) / pack * pack
		s := mod.indexes.suppliers[l.Supplier]
		mod.lots[i] = lot{supplier: int32(s), product: int32(mod.indexes.products[l.Product]),
			stock: l.Available - mod.kept.lotUsed[i], pack: pack, least: least, tiers: l.Tiers}
		mod.suppliers[s].lots = append(mod.suppliers[s].lots, int32(i))
	}
}

func (mod *model) addPairs() {
	m := mod.market
	mod.gates = make([]gate, len(m.Gates))
	for i := range m.Gates {
		g := &m.Gates[i]
		mod.gates[i] = gate{millilitres: limit(g.MaxMillilitres) - mod.kept.gateVolume[i], trips: limit(g.MaxTrips) - mod.kept.gateTrips[i]}
	}
	for s := range m.Suppliers {
		for _, r := range m.Suppliers[s].Reach {
			g := mod.indexes.gates[r.Gate]
			window, shared := sharedWindow(m.Suppliers[s].Windows, m.Gates[g].Windows, mod.kept.windows[[2]int{s, g}])
			if !shared {
				mod.gates[g].shut = append(mod.gates[g].shut, int32(s))
				continue
			}
			id := int32(len(mod.pairs))
			mod.pairs = append(mod.pairs, pair{supplier: int32(s), gate: int32(g), window: window, tripCost: r.TripCost, unitCost: r.UnitCost})
			mod.suppliers[s].pairs = append(mod.suppliers[s].pairs, id)
			mod.gates[g].pairs = append(mod.gates[g].pairs, id)
		}
	}
}

// sharedWindow is the first window that both have and no kept drop uses.
func sharedWindow(supplier, gate, taken []string) (string, bool) {
	if len(supplier) == 0 && len(gate) == 0 {
		return "", len(taken) == 0
	}
	if len(supplier) == 0 {
		supplier = gate
	}
	for _, w := range supplier {
		if (len(gate) == 0 || slices.Contains(gate, w)) && !slices.Contains(taken, w) {
			return w, true
		}
	}
	return "", false
}

// addCells gathers the demands by gate and product, then the lots that can come.
func (mod *model) addCells() {
	m := mod.market
	at := map[uint64]int32{}
	for i := range m.Demands {
		d := &m.Demands[i]
		g, p := int32(mod.indexes.gates[d.Gate]), int32(mod.indexes.products[d.Product])
		key := place(g, p)
		k, known := at[key]
		if !known {
			k = int32(len(mod.cells))
			at[key] = k
			mod.cells = append(mod.cells, cell{gate: g, product: p, grams: m.Products[p].Grams, ml: m.Products[p].Millilitres})
			mod.gates[g].cells = append(mod.gates[g].cells, k)
		}
		mod.cells[k].demands = append(mod.cells[k].demands, int32(i))
	}
	mod.wants()
	mod.cellsOf = make([][]int32, len(mod.lots))
	mod.pairCells = make([][]int32, len(mod.pairs))
	for p := range mod.pairs {
		pr := &mod.pairs[p]
		for _, l := range mod.suppliers[pr.supplier].lots {
			k, wanted := at[place(pr.gate, mod.lots[l].product)]
			if !wanted || !mod.canServe(&mod.cells[k], l) {
				continue
			}
			mod.cells[k].lots = append(mod.cells[k].lots, cellLot{l, int32(p)})
			mod.cellsOf[l] = append(mod.cellsOf[l], k)
			if slices.Contains(mod.pairCells[p], k) {
				mod.cells[k].twins = true
				continue
			}
			mod.pairCells[p] = append(mod.pairCells[p], k)
		}
	}
}

// place is a gate and a product in one number, for maps.
func place(gate, product int32) uint64 { return uint64(gate)<<32 | uint64(product) }

// canServe says whether a lot could ever bring anything to a cell.
func (mod *model) canServe(c *cell, l int32) bool {
	lot := &mod.lots[l]
	best := lot.tiers[len(lot.tiers)-1].UnitPrice
	eligible := int64(0)
	for i := range c.classes {
		if cl := &c.classes[i]; cl.cap >= best && (cl.pin < 0 || cl.pin == l) {
			eligible += int64(cl.count)
		}
	}
	return min(eligible, lot.stock) >= lot.least
}

// wants splits the demands of each cell into classes. A household's first unit
// of a product counts twice; where it has several demands for one product, the
// most worthy one that a lot can come to carries the bonus, and the slack of a bound
// covers the rest.
func (mod *model) wants() {
	claim, best := mod.indexes.claim, make([]int32, mod.indexes.claims)
	for i := range best {
		best[i] = -1
	}
	for i := range mod.market.Demands {
		d, b := &mod.market.Demands[i], best[claim[i]]
		switch {
		case d.Quantity == 0:
		case b < 0:
			best[claim[i]] = int32(i)
		case mod.sooner(d, &mod.market.Demands[b]):
			mod.slack += mod.bonus(&mod.market.Demands[b])
			best[claim[i]] = int32(i)
		default:
			mod.slack += mod.bonus(d)
		}
	}
	for k := range mod.cells {
		for _, i := range mod.cells[k].demands {
			d := &mod.market.Demands[i]
			first := best[claim[i]] == i && !mod.kept.firstServed(claim[i])
			mod.cells[k].want(i, d.worth(), d.MaxUnitPrice, mod.pin(d), int32(d.Quantity-mod.kept.got[i]), first)
		}
		slices.SortStableFunc(mod.cells[k].classes, func(a, b class) int {
			return cmp.Or(cmp.Compare(b.worth, a.worth), cmp.Compare(b2i(b.first), b2i(a.first)), cmp.Compare(a.cap, b.cap))
		})
	}
}

// sooner says whether a demand rather than another of its household carries the
// bonus of a first unit.
func (mod *model) sooner(d, other *Demand) bool {
	if comes := mod.bonus(d) > 0; comes != (mod.bonus(other) > 0) {
		return comes
	}
	return d.worth() > other.worth()
}

// bonus is what a demand's first unit can count once more: nothing where no lot can
// come to it.
func (mod *model) bonus(d *Demand) float64 {
	pin, product := mod.pin(d), int32(mod.indexes.products[d.Product])
	for _, p := range mod.gates[mod.indexes.gates[d.Gate]].pairs {
		for _, l := range mod.suppliers[mod.pairs[p].supplier].lots {
			lot := &mod.lots[l]
			if lot.product == product && lot.stock > 0 && lot.tiers[len(lot.tiers)-1].UnitPrice <= d.MaxUnitPrice && (pin < 0 || pin == l) {
				return float64(d.worth())
			}
		}
	}
	return 0
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (mod *model) pin(d *Demand) int32 {
	if d.Lot == "" {
		return -1
	}
	return int32(mod.indexes.lots[d.Lot])
}

// want adds a demand's units: the first one of a household, then the others.
func (c *cell) want(demand int32, worth, cap int64, pin, units int32, first bool) {
	if units <= 0 {
		return
	}
	c.wanted += units
	if first {
		c.add(float64(2*worth), cap, pin, true, member{demand, 1})
		units--
	}
	if units > 0 {
		c.add(float64(worth), cap, pin, false, member{demand, units})
	}
}

func (c *cell) add(worth float64, cap int64, pin int32, first bool, m member) {
	for i := range c.classes {
		if cl := &c.classes[i]; cl.worth == worth && cl.cap == cap && cl.pin == pin && cl.first == first {
			cl.count += m.units
			cl.members = append(cl.members, m)
			return
		}
	}
	c.classes = append(c.classes, class{worth: worth, cap: cap, pin: pin, count: m.units, first: first, members: []member{m}})
}
