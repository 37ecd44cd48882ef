package matching

import (
	"cmp"
	"math"
	"slices"
)

// terms are the conditions on which a lot can come to a cell at this moment of
// the search: what is left, and what a unit, a trip and the first use cost.
type terms struct {
	most     int64   // units at most
	unit     float64 // beside the tier's price: unit cost, and the price of scarce stock
	trip     float64 // for each further trip
	open     float64 // once, if any
	trips    int64   // trips that come anyway
	grams    int64   // already on these trips
	ml       int64
	tripG    int64
	tripMl   int64
	moreTrip int64 // further trips at most
}

// further is how many trips more the lot needs to bring q units of the cell.
func (t *terms) further(c *cell, q int64) int64 {
	need := max(ceilDiv(t.grams+q*c.grams, t.tripG), ceilDiv(t.ml+q*c.ml, t.tripMl), 1)
	return max(need-t.trips, 0)
}

// fixed is what q units cost in trips and activation, if the trips are left.
func (t *terms) fixed(c *cell, q, visits int64) float64 {
	more := t.further(c, q)
	if more > min(t.moreTrip, visits) {
		return math.Inf(1)
	}
	return float64(more)*t.trip + t.open
}

func ceilDiv(a, b int64) int64 { return (a + b - 1) / b }

// take is units of one class served by one lot of the cell.
type take struct {
	lot, class int32 // positions in the cell
	n          int64
}

// mode is a lot at one of its tiers.
type mode struct {
	lot    int
	lo, hi int64 // quantities of this tier
	price  int64
}

// label is a partial filling of a cell: the best one known of its size.
type label struct {
	value float64
	last  node  // last step
	node  int32 // its place once it is booked; -1 at the root, unbooked before
	n     int64
	trips int64  // further trips to the gate
	used  uint64 // lots, as bits
	lane  int    // 1 if pinned units went first somewhere
}

// node is one step of a filling: q units of a mode, on top of parent.
type node struct {
	parent int32
	mode   int32
	q      int64
	pinned bool // pinned units first
}

// unbooked marks a label that nothing was put on top of yet.
const unbooked = -2

const maxLabels = 256 // beyond so many units, labels of similar size compete

// filler fills one cell: a label-setting dynamic programme over the lots at
// their tiers, dearest first. The dearest lot takes the most worthy units that
// accept its price, then the next one: for quantities given that is the best
// division, because who accepts a price accepts every lower one. Where a lot
// has units pinned to it, taking those first is tried too, on labels of its own.
type filler struct {
	cell   *cell
	lots   []lot
	on     []terms // by lot of the cell
	most   int64   // units at most
	visits int64   // further trips that the gate can receive
	width  int64   // of a label's bucket, in units
	lane   int     // labels where pinned units went first begin here
	pins   bool    // some units are pinned
	modes  []mode
	labels []label
	counts []int64 // by label and class: units taken
	nodes  []node
	from   []int64 // counts of the label that is being extended
	takes  []take
}

// fill returns the best filling found with at most so many units and further
// trips, and its value at the given terms. The takes are only good until the next
// call.
func (f *filler) fill(c *cell, lots []lot, on []terms, most, visits int64) ([]take, float64) {
	f.cell, f.lots, f.on, f.visits = c, lots, on, visits
	f.takes = f.takes[:0]
	f.most = min(int64(c.wanted), most)
	f.choose()
	if len(f.modes) == 0 {
		return f.takes, 0
	}
	f.start()
	for m := range f.modes {
		bit := uint64(1) << uint(f.modes[m].lot&63)
		for b := len(f.labels) - 1; b >= 0; b-- {
			if f.labels[b].value >= 0 && f.labels[b].used&bit == 0 {
				f.extend(m, b)
			}
		}
	}
	best := 0
	for b := range f.labels {
		if f.labels[b].value > f.labels[best].value {
			best = b
		}
	}
	value := f.labels[best].value
	f.book(best)
	f.replay(f.labels[best].node, true)
	return f.takes, value
}

// choose lists the modes that can bring anything, dearest first.
func (f *filler) choose() {
	f.modes = f.modes[:0]
	for i := range f.on {
		l := &f.lots[f.cell.lots[i].lot]
		most := min(f.on[i].most, f.most)
		for k := len(l.tiers) - 1; k >= 0 && most >= l.least; k-- {
			lo := max(l.least, ceilDiv(l.tiers[k].From, l.pack)*l.pack)
			if lo <= most {
				f.modes = append(f.modes, mode{lot: i, lo: lo, hi: most, price: l.tiers[k].UnitPrice})
				most = lo - 1
			}
		}
	}
	slices.SortStableFunc(f.modes, func(a, b mode) int { return cmp.Compare(b.price, a.price) })
}

// start leaves one label: nothing taken.
func (f *filler) start() {
	f.width = f.most/maxLabels + 1
	labels, classes := int(f.most/f.width)+1, len(f.cell.classes)
	f.lane = labels
	if f.pins = slices.ContainsFunc(f.cell.classes, func(c class) bool { return c.pin >= 0 }); f.pins {
		labels *= 2
	}
	f.labels = slices.Grow(f.labels[:0], labels)[:labels]
	f.counts = slices.Grow(f.counts[:0], labels*classes)[:labels*classes]
	for i := range f.labels {
		f.labels[i] = label{value: math.Inf(-1)}
	}
	f.labels[0] = label{node: -1}
	clear(f.counts[:classes])
	f.nodes = f.nodes[:0]
}

// extend tries every quantity of a mode on top of a label. A label of negative
// value is never extended: what comes on top would be worth more without it.
func (f *filler) extend(m, b int) {
	md, from := f.modes[m], f.labels[b]
	room := min(md.hi, f.most-from.n)
	if room < md.lo {
		return
	}
	f.book(b)
	from = f.labels[b]
	t := f.after(md.lot, from.node)
	f.sweep(m, from, &t, room, false)
	if f.pinnedTo(md) {
		f.sweep(m, from, &t, room, true)
	}
}

// after is the terms of a lot once the steps up to a node are made: where another
// lot of the cell comes in the same trips, those are paid and partly full.
func (f *filler) after(lot int, node int32) terms {
	t := f.on[lot]
	if !f.cell.twins {
		return t
	}
	units := int64(0)
	for ; node >= 0; node = f.nodes[node].parent {
		if o := f.modes[f.nodes[node].mode].lot; f.cell.lots[o].pair == f.cell.lots[lot].pair {
			units += f.nodes[node].q
		}
	}
	if units > 0 {
		more := t.further(f.cell, units)
		t.trips, t.moreTrip, t.open = t.trips+more, t.moreTrip-more, 0
		t.grams, t.ml = t.grams+units*f.cell.grams, t.ml+units*f.cell.ml
	}
	return t
}

func (f *filler) pinnedTo(m mode) bool {
	id := f.cell.lots[m.lot].lot
	return f.pins && slices.ContainsFunc(f.cell.classes, func(c class) bool { return c.pin == id && c.cap >= m.price })
}

// sweep walks the free units that accept the mode, and offers each quantity.
func (f *filler) sweep(m int, from label, t *terms, room int64, pinned bool) {
	md := &f.modes[m]
	pack := f.lots[f.cell.lots[md.lot].lot].pack
	step := max(f.width/pack, 1) * pack
	cost := float64(md.price) + t.unit
	visits := f.visits - from.trips
	fixed, steady := t.fixed(f.cell, md.lo, visits), t.further(f.cell, md.lo) == t.further(f.cell, room)
	lane := 0
	if pinned || from.lane > 0 {
		lane = f.lane
	}
	q, worth := int64(0), from.value
	for k := range f.units(md, pinned) {
		cl := &f.cell.classes[k]
		end := min(q+int64(cl.count)-f.from[k], room)
		for at := ceilDiv(max(q+1, md.lo), pack) * pack; at <= end; at = next(at, step, end, pack) {
			if !steady {
				fixed = t.fixed(f.cell, at, visits)
			}
			value := worth + float64(at-q)*cl.worth - float64(at)*cost - fixed
			if b := lane + int((from.n+at)/f.width); value > f.labels[b].value {
				f.settle(m, from, at, b, value, pinned)
			}
		}
		worth += float64(end-q) * cl.worth
		if q = end; q == room {
			return
		}
	}
}

// next is the quantity to try next: a step on, but never past the last whole case
// before the end of a class.
func next(at, step, end, pack int64) int64 {
	if last := end / pack * pack; at < last && at+step > last {
		return last
	}
	return at + step
}

// units are the classes with free units that accept a mode, in the order taken.
func (f *filler) units(m *mode, pinned bool) func(func(int) bool) {
	id := f.cell.lots[m.lot].lot
	return func(yield func(int) bool) {
		for pass := 0; pass < 2; pass++ {
			for k := range f.cell.classes {
				c := &f.cell.classes[k]
				if int64(c.count) <= f.from[k] || c.cap < m.price || (c.pin >= 0 && c.pin != id) {
					continue
				}
				if pinned && (pass == 0) != (c.pin == id) {
					continue
				}
				if !yield(k) {
					return
				}
			}
			if !pinned {
				return
			}
		}
	}
}

// settle records a better filling of its size.
func (f *filler) settle(m int, from label, q int64, b int, value float64, pinned bool) {
	f.labels[b] = label{value: value, node: unbooked, n: from.n + q, lane: from.lane, used: from.used | 1<<uint(f.modes[m].lot&63),
		trips: from.trips, last: node{parent: from.node, mode: int32(m), q: q, pinned: pinned}}
	if pinned {
		f.labels[b].lane = 1
	}
}

// book keeps a label's last step for what comes on top, and counts its trips and
// the units that it has taken.
func (f *filler) book(b int) {
	l := &f.labels[b]
	classes := len(f.cell.classes)
	counts := f.counts[b*classes : (b+1)*classes]
	if l.node == unbooked {
		f.nodes = append(f.nodes, l.last)
		l.node = int32(len(f.nodes) - 1)
		t := f.after(f.modes[l.last.mode].lot, l.last.parent)
		l.trips += t.further(f.cell, l.last.q)
		f.from = f.from[:0]
		f.replay(l.node, false)
		copy(counts, f.from)
	}
	f.from = append(f.from[:0], counts...)
}

// replay repeats the steps that lead to a node, and writes their takes if asked.
func (f *filler) replay(at int32, write bool) {
	if at < 0 {
		f.from = slices.Grow(f.from[:0], len(f.cell.classes))[:len(f.cell.classes)]
		clear(f.from)
		return
	}
	step := f.nodes[at]
	f.replay(step.parent, write)
	m := &f.modes[step.mode]
	q := step.q
	for k := range f.units(m, step.pinned) {
		n := min(int64(f.cell.classes[k].count)-f.from[k], q)
		if write {
			f.takes = append(f.takes, take{lot: int32(m.lot), class: int32(k), n: n})
		}
		f.from[k] += n
		if q -= n; q == 0 {
			return
		}
	}
}
