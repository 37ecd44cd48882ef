package routing

import "math"

// The measures of breeding, found as benchmark.md tells.
const (
	parents    = 3    // that the elite has room for
	childSteps = 150  // a stop, of the annealing of a child
	cooled     = 0.35 // where that begins, between hot and cold
)

// parenthood is how many parents there are, if there are so many steps a stop, and the
// share of the budget that they have. The larger the problem is, the more an annealing
// needs; one with loads alone gains least by a child. Where windows alone keep trips
// apart, many short annealings give the trips from which the best mixture is picked.
func (m *model) parenthood(steps float64) (count int, share float64) {
	n, most := float64(m.n), parents
	need, share := 40*math.Sqrt(n), 0.7
	switch {
	case m.hasRegions(steps):
		return min(max(int(steps/(n*n*n/2500)), 1), 8), 0.5
	case m.windowed():
		need, most, share = n*n*n/5000, 8, 0.96
	case !m.timed && !m.mixed:
		need *= 3
	}
	if count = min(int(steps/need), most); count <= 1 {
		return 1, 1
	}
	return count, share
}

// windowed tells that equal vehicles make one trip each, and windows matter.
func (m *model) windowed() bool { return m.timed && !m.severalTrips && !m.mixed }

// breed is a memetic search (as Vidal 2022, doi 10.1016/j.cor.2021.105643, with short
// annealings for its local search). Annealings from one start give parents, an earlier
// plan stays what it is and is one of them; then two at a time have a child, which is
// annealed from the middle of the heat on. One annealing ends in one valley: what is
// good in several meets in a child. Where there are not the steps for two parents, one
// annealing has the whole budget. A large problem with windows is searched by regions
// in the end.
func (r *search) breed(warm bool) {
	start, steps := r.found(), r.foresee()
	hot, cold := r.temperatures()
	middle := math.Pow(hot, 1-cooled) * math.Pow(cold, cooled)
	count, share := r.parenthood(steps)
	if count > 1 && r.windowed() {
		r.pool = newPool(r.model)
	}
	for i := range count {
		heat := hot * r.boldness(steps)
		if warm && i == 0 {
			heat = middle
		}
		r.become(start)
		r.anneal(share*float64(i+1)/float64(count), heat, cold)
		r.elite.admit(r.found(), forever)
		r.combine()
	}
	r.pool = nil
	if r.hasRegions(steps) {
		r.become(r.elite[0])
		r.searchRegions(steps)
		r.elite.admit(r.found(), forever)
	}
	for now := r.share(); now < 1; now = r.share() {
		a, b := r.elite.pair(r.draw)
		r.become(a)
		r.cross(b.days)
		r.seekAnew()
		r.anneal(min(now+childSteps/steps, 1), middle, cold)
		r.elite.admit(r.found(), a.cost)
	}
	r.become(r.elite[0])
}

// combine admits the best mixture of the pool to the elite, if it is better than all.
func (r *search) combine() {
	if r.pool == nil {
		return
	}
	days := r.pool.mix(r.elite[0].cost, func() bool { return r.share() >= 1 })
	if days != nil {
		r.become(solution{days: days})
		r.elite.admit(r.found(), forever)
	}
}

// bestSoFar is what the best solution costs.
func (r *search) bestSoFar() int64 {
	if len(r.elite) == 0 {
		return r.bestCost
	}
	return min(r.bestCost, r.elite[0].cost)
}
