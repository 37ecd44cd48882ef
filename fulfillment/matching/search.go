package matching

import (
	"math"
	"math/rand/v2"
	"slices"
)

// search improves a state by large neighbourhood search: it empties some cells
// around a scarce lot or a gate, refills them one by one almost exactly, and
// keeps the result by simulated annealing (Schrimpf et al. 2000, doi
// 10.1006/jcph.1999.6413).
type search struct {
	*state
	rng       *rand.Rand
	lots      []int32 // that more than one cell can use
	gates     []int32 // with trips or room that several cells share
	suppliers []int32 // with an activation cost or a limit on trips
	joint     []bool  // by pair: several cells can use its trips
	saved     []saved // a stack: moves within moves
	heat      float64 // minor units that a move may lose
	best      float64
	kept      []filling // the best plan found, by cell
	dirty     []int32   // cells that may differ from it
	isNew     []bool
	set       []int32 // the cells of the move at hand
	inSet     []bool
}

// saved is a cell before a move.
type saved struct {
	cell  int32
	takes []take
}

func newSearch(s *state, seed int64) *search {
	r := &search{state: s, rng: rand.New(rand.NewPCG(uint64(seed), 0x6d61746368)), joint: make([]bool, len(s.pairs)),
		kept: make([]filling, len(s.cells)), isNew: make([]bool, len(s.cells)), inSet: make([]bool, len(s.cells)), best: math.Inf(-1)}
	for l := range s.model.lots {
		if len(s.cellsOf[l]) > 1 {
			r.lots = append(r.lots, int32(l))
		}
	}
	for p := range s.pairs {
		r.joint[p] = len(s.pairCells[p]) > 1
	}
	for g := range s.model.gates {
		if r.shared(&s.model.gates[g]) {
			r.gates = append(r.gates, int32(g))
		}
	}
	for i := range s.model.suppliers {
		if sup := &s.model.suppliers[i]; (sup.activation > 0 || sup.trips < unlimited/2) && len(sup.pairs) > 0 {
			r.suppliers = append(r.suppliers, int32(i))
		}
	}
	for k := range s.cells {
		r.touch(int32(k))
	}
	r.remember()
	return r
}

// shared says whether the cells of a gate share trips or room.
func (r *search) shared(g *gate) bool {
	return len(g.cells) > 1 && len(g.pairs) > 0 && (g.trips < unlimited/2 || g.millilitres < unlimited/2 ||
		slices.ContainsFunc(g.pairs, func(p int32) bool { return r.joint[p] }))
}

// focus limits the search to the lots and gates of some cells.
func (r *search) focus(cells []int32) {
	r.lots, r.gates = r.lots[:0], r.gates[:0]
	for _, k := range cells {
		joint := false
		for _, cl := range r.cells[k].lots {
			if len(r.cellsOf[cl.lot]) > 1 {
				r.lots = append(r.lots, cl.lot)
			}
			joint = joint || r.joint[cl.pair]
		}
		if joint {
			r.gates = append(r.gates, r.cells[k].gate)
		}
	}
}

// all lists every cell.
func (r *search) all() []int32 {
	cells := make([]int32, len(r.cells))
	for k := range cells {
		cells[k] = int32(k)
	}
	return cells
}

// touch notes that a cell may differ from the best plan found.
func (r *search) touch(k int32) {
	if !r.isNew[k] {
		r.isNew[k] = true
		r.dirty = append(r.dirty, k)
	}
}

// remember keeps the plan if it is the best one.
func (r *search) remember() {
	if r.value <= r.best {
		return
	}
	r.best = r.value
	for _, k := range r.dirty {
		r.kept[k].takes = append(r.kept[k].takes[:0], r.filled[k].takes...)
		r.isNew[k] = false
	}
	r.dirty = r.dirty[:0]
}

// recall returns to the best plan found.
func (r *search) recall() {
	for _, k := range r.dirty {
		r.empty(k)
	}
	for _, k := range r.dirty {
		r.put(k, r.kept[k].takes)
		r.isNew[k] = false
	}
	r.dirty = r.dirty[:0]
}

// clear empties cells and notes what they had; undo goes back to the mark.
func (r *search) clear(cells []int32) (mark int) {
	mark = len(r.saved)
	for _, k := range cells {
		r.push(k)
	}
	return mark
}

func (r *search) push(k int32) {
	if len(r.saved) < cap(r.saved) {
		r.saved = r.saved[:len(r.saved)+1]
	} else {
		r.saved = append(r.saved, saved{})
	}
	s := &r.saved[len(r.saved)-1]
	s.cell, s.takes = k, append(s.takes[:0], r.filled[k].takes...)
	r.empty(k)
}

func (r *search) undo(mark int) {
	for i := len(r.saved) - 1; i >= mark; i-- {
		r.empty(r.saved[i].cell)
	}
	for i := len(r.saved) - 1; i >= mark; i-- {
		r.empty(r.saved[i].cell)
		r.put(r.saved[i].cell, r.saved[i].takes)
	}
	r.saved = r.saved[:mark]
}

// fillAll fills empty cells in the order given; now and then one gets less than it
// could, for the sake of others.
func (r *search) fillAll(cells []int32, weight float64) {
	for _, k := range cells {
		most := unlimited
		if weight > 0 && r.rng.IntN(16) == 0 {
			most = r.rng.Int64N(int64(r.cells[k].wanted) + 1)
		}
		r.refill(k, weight, most)
	}
}

// settle keeps the plan as it is if the move did not lose more than the heat
// allows, and else undoes it.
func (r *search) settle(mark int, before float64) bool {
	loss := before - r.value
	if loss > 0 && (r.heat == 0 || loss > -r.heat*math.Log(1-r.rng.Float64())) {
		r.undo(mark)
		return false
	}
	for _, s := range r.saved[mark:] {
		r.touch(s.cell)
	}
	r.saved = r.saved[:mark]
	return loss < 0
}

// moveLot empties some cells that one lot can serve and refills them.
func (r *search) moveLot() {
	l := r.lots[r.rng.IntN(len(r.lots))]
	around := r.cellsOf[l]
	n := min(2+int(r.rng.ExpFloat64()*2), len(around), 12)
	r.set = r.set[:0]
	for range 3 * n {
		if k := around[r.rng.IntN(len(around))]; !r.inSet[k] {
			r.inSet[k] = true
			if r.set = append(r.set, k); len(r.set) == n {
				break
			}
		}
	}
	for _, k := range r.set {
		r.inSet[k] = false
	}
	before := r.value
	mark := r.clear(r.set)
	r.fillAll(r.set, r.rng.Float64()*1.2)
	r.settle(mark, before)
}

// movable says whether there is anything to search.
func (r *search) movable() bool { return len(r.lots)+len(r.gates)+len(r.suppliers) > 0 }

// typicalLoss is a loss that a hot search accepts easily: two trips, or,
// where trips are free, a hundredth of what a cell gains.
func (r *search) typicalLoss() float64 {
	trips := 0.0
	for i := range r.pairs {
		trips += float64(r.pairs[i].tripCost)
	}
	if trips > 0 {
		return 2 * trips / float64(len(r.pairs))
	}
	return 0.01 * max(r.value, 0) / float64(max(len(r.cells), 1))
}

// step makes one move.
func (r *search) step() {
	switch {
	case len(r.suppliers) > 0 && r.rng.IntN(20*len(r.suppliers)+len(r.cells)) < 20*len(r.suppliers) && r.rng.IntN(8) == 0:
		r.moveSupplier(r.suppliers[r.rng.IntN(len(r.suppliers))])
	case len(r.gates) > 0 && (len(r.lots) == 0 || r.rng.IntN(3) > 0):
		r.moveGate(r.gates[r.rng.IntN(len(r.gates))])
	case len(r.lots) > 0:
		r.moveLot()
	default:
		r.moveSupplier(r.suppliers[r.rng.IntN(len(r.suppliers))])
	}
	r.remember()
}
