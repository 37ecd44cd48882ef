package routing

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// Options say how hard to search.
type Options struct {
	Seed       int64
	Budget     time.Duration // stop with the best found; 0: one second, unless Iterations is set
	Iterations int           // stop after so many ruins; 0: no limit
	Threads    int           // searches with seeds of their own, side by side; 0: one
	CPU        bool          // the budget is the process's CPU time from its start on, for measuring on a busy machine
	Progress   func(cost int64, left time.Duration)
}

// search is simulated annealing over ruins and recreations.
type search struct {
	*state
	used     func(steps int) float64 // the share of the budget that is used up
	steps    int
	draw     *rand.Rand
	sortings []func(int32) int64

	saved   []savedDay // the days as they were before this iteration
	isSaved []bool
	ruined  []tripID
	gone    []bool
	buffer  []int32
	out     []int32
	missed  []int32 // left out before this iteration

	elite    elite
	pool     *pool     // nil where nothing is combined
	best     [][]int32 // of this annealing
	stale    []int     // days that have changed since
	isStale  []bool
	bestCost int64
}

type savedDay struct {
	day int
	seq []int32
}

func newSearch(m *model, seed int64) *search {
	r := &search{
		state: newState(m), draw: newDraw(seed), sortings: sortingsOf(m),
		isSaved: make([]bool, len(m.vehicles)), isStale: make([]bool, len(m.vehicles)), gone: make([]bool, m.n), best: make([][]int32, len(m.vehicles)), bestCost: forever,
	}
	for d := range m.vehicles {
		r.stale, r.isStale[d] = append(r.stale, d), true
	}
	return r
}

// touch keeps a day as it is, to go back to.
func (r *search) touch(d int) {
	if r.isSaved[d] {
		return
	}
	r.isSaved[d] = true
	if len(r.saved) < cap(r.saved) {
		r.saved = r.saved[:len(r.saved)+1]
	} else {
		r.saved = append(r.saved, savedDay{})
	}
	last := &r.saved[len(r.saved)-1]
	last.day, last.seq = d, append(last.seq[:0], r.days[d].seq...)
}

// keep makes the changes of this iteration the solution.
func (r *search) keep() {
	good := r.pool != nil && r.cost < r.bestCost+r.bestCost/poolNear
	for i := range r.saved {
		d := r.saved[i].day
		r.isSaved[d] = false
		if good {
			r.pool.add(d, r.days[d].seq, r.price(d))
		}
		if !r.isStale[d] {
			r.isStale[d] = true
			r.stale = append(r.stale, d)
		}
	}
	r.saved = r.saved[:0]
}

// goBack undoes the changes of this iteration.
func (r *search) goBack(cost int64) {
	for i := range r.saved {
		r.set(r.saved[i].day, r.saved[i].seq)
		r.isSaved[r.saved[i].day] = false
	}
	r.saved = r.saved[:0]
	r.absent = append(r.absent[:0], r.missed...)
	for _, v := range r.absent {
		r.dayOf[v] = -1
	}
	r.cost = cost
}

// recreate puts stops back, greedily with blinks; those without a place are left out.
// It gives up where that comes to no less than a limit: another stop never makes a way
// shorter. Where vehicles differ in cost it may, for a cheaper one takes over.
func (r *search) recreate(out []int32, limit int64) {
	if r.unlike {
		limit = forever
	}
	r.shuffle(out)
	r.absent = r.absent[:0]
	cost := r.cost // of those that are back, or left out
	for _, u := range out {
		cost -= r.penalty[u]
	}
	for _, u := range out {
		if cost >= limit {
			return
		}
		before := r.cost
		if !r.insert(u, limit-cost, r.draw, r.touch) {
			r.absent = append(r.absent, u)
		}
		cost += r.penalty[u] + r.cost - before
	}
	if r.unlike {
		r.exchangeVehicles()
	}
}

// remember keeps the best solution seen.
func (r *search) remember() {
	if r.cost >= r.bestCost {
		return
	}
	r.bestCost = r.cost
	for _, d := range r.stale {
		r.best[d], r.isStale[d] = append(r.best[d][:0], r.days[d].seq...), false
	}
	r.stale = r.stale[:0]
}

// solve gives the best days found, from earlier ones on where there are any.
func solve(ctx context.Context, m *model, from [][]int32, clock *stopwatch) [][]int32 {
	o := clock.o
	threads := max(o.Threads, 1)
	found := make([]*search, threads)
	var all sync.WaitGroup
	for i := range found {
		all.Go(func() { found[i] = solveOnce(ctx, m, from, clock, o.Seed+int64(i), i == 0) })
	}
	all.Wait()
	best := slices.MinFunc(found, func(a, b *search) int {
		if a.bestCost != b.bestCost {
			return int(min(max(a.bestCost-b.bestCost, -1), 1))
		}
		return 0
	})
	return best.best
}

func solveOnce(ctx context.Context, m *model, from [][]int32, clock *stopwatch, seed int64, tells bool) *search {
	r := newSearch(m, seed)
	r.construct(from)
	r.keep()
	r.remember()
	if m.n <= 2 || len(m.vehicles) == 0 {
		return r
	}
	stage := clock.stage(1)
	r.used = func(steps int) float64 {
		if ctx.Err() != nil {
			return 1
		}
		if tells && clock.o.Progress != nil && steps%4096 == 0 {
			clock.o.Progress(r.bestSoFar(), clock.left())
		}
		return stage.used(steps)
	}
	r.breed(!empty(from))
	return r
}

// construct starts from earlier days, or from the savings where every trip stands for itself, and
// puts what is left where it costs least.
func (r *search) construct(from [][]int32) {
	r.resume()
	if !empty(from) {
		r.follow(from)
	} else if !r.severalTrips {
		r.savings()
	}
	r.out = append(r.out[:0], r.absent...)
	slices.SortStableFunc(r.out, func(a, b int32) int {
		if r.timed {
			return int(min(max(r.due[a]-r.due[b], -1), 1))
		}
		return int(min(max(r.d(0, b)-r.d(0, a), -1), 1))
	})
	r.absent = r.absent[:0]
	for _, u := range r.out {
		if !r.insert(u, forever, r.draw, r.touch) {
			r.absent = append(r.absent, u)
		}
	}
}
