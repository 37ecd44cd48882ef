package routing

import "math"

// The measures of breeding, found as benchmark.md tells.
const (
	parents    = 3    // at most
	parenthood = 0.7  // the share of the budget that parents have
	childSteps = 150  // a stop, of the annealing of a child
	cooled     = 0.35 // where that begins, between hot and cold
)

// parentSteps is how many steps a stop there must be for each parent. The larger the
// problem is, the more an annealing needs; one with loads alone gains least by a child,
// and one with windows and one trip nothing.
func (m *model) parentSteps() float64 {
	if m.timed && !m.severalTrips && !m.mixed {
		return math.Inf(1)
	}
	steps := 40 * math.Sqrt(float64(m.n))
	if !m.timed && !m.mixed {
		return 3 * steps
	}
	return steps
}

// breed is a memetic search (as Vidal 2022, doi 10.1016/j.cor.2021.105643, with short
// annealings for its local search). Annealings from one start give parents, an earlier
// plan stays what it is and is one of them; then two at a time have a child, which is
// annealed from the middle of the heat on. One annealing ends in one valley: what is
// good in several meets in a child. Where there are not the steps for two parents, one
// annealing has the whole budget.
func (r *search) breed(warm bool) {
	start, steps := r.found(), r.foresee()
	hot, cold := r.temperatures()
	middle := math.Pow(hot, 1-cooled) * math.Pow(cold, cooled)
	count := min(max(int(steps/r.parentSteps()), 1), parents)
	share := parenthood
	if count == 1 {
		share = 1
	}
	for i := range count {
		heat := hot * r.boldness(steps)
		if warm && i == 0 {
			heat = middle
		}
		r.become(start)
		r.anneal(share*float64(i+1)/float64(count), heat, cold)
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

// bestSoFar is what the best solution costs.
func (r *search) bestSoFar() int64 {
	if len(r.elite) == 0 {
		return r.bestCost
	}
	return min(r.bestCost, r.elite[0].cost)
}
