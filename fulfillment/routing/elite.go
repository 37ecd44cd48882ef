package routing

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

// solution is what a search can go back to.
type solution struct {
	days [][]int32
	cost int64
}

// elite is a few solutions, the best first, no two at one cost: equals have nothing to
// give each other.
type elite []solution

// admit takes a solution in, if there is room or a worse one to give way: its parent,
// which it resembles, before the worst.
func (e *elite) admit(s solution, parent int64) {
	all := *e
	if slices.ContainsFunc(all, func(o solution) bool { return o.cost == s.cost }) {
		return
	}
	out := len(all) - 1
	if i := slices.IndexFunc(all, func(o solution) bool { return o.cost == parent }); i >= 0 && s.cost < parent {
		out = i
	}
	if len(all) < parents {
		*e = append(all, s)
	} else if s.cost < all[out].cost {
		all[out] = s
	}
	slices.SortFunc(*e, func(a, b solution) int { return cmp.Compare(a.cost, b.cost) })
}

// pair draws a good one, the better of two, and another.
func (e elite) pair(draw *rand.Rand) (a, b solution) {
	i := min(draw.IntN(len(e)), draw.IntN(len(e)))
	j := (i + 1 + draw.IntN(max(len(e)-1, 1))) % len(e)
	return e[i], e[j]
}

// found is a copy of the best solution of this annealing.
func (r *search) found() solution {
	s := solution{make([][]int32, len(r.best)), r.bestCost}
	for d, seq := range r.best {
		s.days[d] = slices.Clone(seq)
	}
	return s
}

// become goes to a solution, from which the best is sought anew.
func (r *search) become(s solution) {
	for u := range r.dayOf {
		r.dayOf[u] = -1
	}
	for d := range r.days {
		r.touch(d)
		r.set(d, nil) // all of it is measured, since nothing has a place
		r.set(d, s.days[d])
	}
	r.keep()
	r.findAbsent()
	r.recount()
	r.seekAnew()
}

// recount sums up what the solution costs.
func (r *search) recount() {
	r.cost = 0
	for d := range r.days {
		r.cost += r.price(d)
	}
	for _, u := range r.absent {
		r.cost += r.penalty[u]
	}
}

// seekAnew forgets the best solution for the present one.
func (r *search) seekAnew() {
	r.bestCost = forever
	r.remember()
}
