package routing

import "math"

// temperatures gives where the annealing begins and ends, in parts of the mean
// way between two stops. Measured at 1 to 5 seconds: windows and mixed fleets
// want it three times as hot as plain loads do (R112: 948.6 against 957.9,
// X110-HD: 1.9 against 3.8 % above the best known), and large plain ones suffer
// from it. Mixed fleets also want to end warmer: their vehicles change late.
func (m *model) temperatures() (hot, cold float64) {
	if m.mixed {
		return 1, 0.03
	}
	if m.timed {
		return 1, 0.01
	}
	return 0.35, 0.0035
}

// boldness is how much hotter a search begins that has more steps than 300 a stop:
// by the root of how many more, and four times at most. At the end it is as cold.
// Where windows alone keep trips apart it does not help: steps that are spent below
// the heat at which trips take shape are worth more there.
func (m *model) boldness(steps float64) float64 {
	if m.timed && !m.severalTrips {
		return 1
	}
	return min(max(math.Sqrt(steps/300), 1), 4)
}

// foresee gives how many steps a stop the budget allows, by a two-hundredth of it.
func (r *search) foresee() float64 {
	const look = 0.005
	start := r.share()
	hot, _ := r.temperatures()
	r.anneal(min(start+look, 1), hot, hot)
	return float64(r.steps) / max(r.share()-start, look) / float64(r.n)
}

// anneal searches until a share of the budget is used up, ever colder.
func (r *search) anneal(until, hot, cold float64) {
	mean, from := r.meanWay(), r.share()
	for share := from; share < until; share = r.share() {
		temperature := mean * hot * math.Pow(cold/hot, (share-from)/(until-from))
		for range stride {
			r.step(temperature)
		}
	}
}

// stride is how many steps are done between two looks at the budget.
const stride = 32

// share is how much of the budget is used up: 1 is the end.
func (r *search) share() float64 { return r.used(r.steps) }

func (r *search) step(temperature float64) {
	r.steps++
	cost := r.cost
	r.missed = append(r.missed[:0], r.absent...)
	r.out = r.ruin(r.out[:0])
	r.out = append(r.out, r.missed...)
	limit := cost + int64(math.Ceil(-temperature*math.Log(r.draw.Float64())))
	r.recreate(r.out, limit)
	if r.cost < limit {
		r.keep()
		r.remember()
		return
	}
	r.goBack(cost)
}

// meanWay is the mean distance between two stops of the solution.
func (r *search) meanWay() float64 {
	var total int64
	ways := 1
	for d := range r.days {
		total += r.price(d)
		ways += len(r.days[d].seq) + 1
	}
	return max(float64(total)/float64(ways), 1)
}
