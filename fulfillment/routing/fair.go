package routing

// share divides the work fairly without changing what is travelled: whole trips
// change hands between couriers of one pace, and change places, while that lowers the
// sum of the squares of what each has worked in the weeks before and will today.
// That measure is convex and monotone (Matl, Hartl & Vidal, Transportation Science
// 52(2) 2018): it never pays to make anybody's work longer. It ends with the budget.
func (m *model) share(p *Problem, days [][]int32, clock *stopwatch) {
	f := newSharing(m, p, days)
	for improved := true; improved && clock.elapsed() < 1; {
		improved = false
		for a := range f.days {
			for b := range f.days {
				if a != b && clock.elapsed() < 1 && f.vehicles[a].unit == f.vehicles[b].unit && f.betweenDays(a, b) {
					improved = true
				}
			}
		}
	}
	for d, trips := range f.days {
		days[d] = join(trips)
	}
}

type sharing struct {
	*model
	days   [][][]int32 // trips of each day
	worked []float64   // before today
	effort []int64     // of a node, beside the time
}

func newSharing(m *model, p *Problem, days [][]int32) *sharing {
	f := &sharing{model: m, effort: make([]int64, m.n)}
	for i := range p.Stops {
		f.effort[i+1] = p.Stops[i].Effort
	}
	for _, seq := range days {
		var trips [][]int32
		for len(seq) > 0 {
			t := upToGate(seq)
			trips, seq = append(trips, t), seq[min(len(t)+1, len(seq)):]
		}
		f.days = append(f.days, trips)
	}
	for _, c := range p.Couriers {
		for k := range min(c.Count, m.n) {
			before := 0.0
			if len(c.Worked) > 0 {
				before = float64(c.Worked[k])
			}
			f.worked = append(f.worked, before)
		}
	}
	return f
}

// betweenDays gives one trip of a to b, or exchanges one of a for one of b.
func (f *sharing) betweenDays(a, b int) bool {
	before := f.burden(a, f.days[a]) + f.burden(b, f.days[b])
	for i := f.kept(a); i < len(f.days[a]); i++ {
		without := remove(f.days[a], i)
		for at := f.kept(b); at <= len(f.days[b]); at++ {
			if f.change(a, b, without, insert(f.days[b], at, f.days[a][i]), before) {
				return true
			}
			if at == len(f.days[b]) {
				continue
			}
			other := insert(remove(f.days[b], at), at, f.days[a][i])
			if f.change(a, b, insert(without, i, f.days[b][at]), other, before) {
				return true
			}
		}
	}
	return false
}

// kept is how many trips at the start of a day are under way.
func (f *sharing) kept(d int) int { return min(len(f.vehicles[d].begun), 1) }

func (f *sharing) change(a, b int, ofA, ofB [][]int32, before float64) bool {
	after := f.burden(a, ofA)
	if after >= before {
		return false
	}
	if after += f.burden(b, ofB); after >= before {
		return false
	}
	f.days[a], f.days[b] = ofA, ofB
	return true
}

// burden is the square of what the courier has worked with these trips; no
// courier bears trips that loads, stairs, windows or the shift forbid.
func (f *sharing) burden(d int, trips [][]int32) float64 {
	const unbearable = 1e300
	v := &f.vehicles[d]
	if len(trips) > v.maxTrips {
		return unbearable
	}
	clock, work := v.start, f.worked[d]
	for _, stops := range trips {
		end, ok := f.walkTrip(d, stops, clock)
		if !ok {
			return unbearable
		}
		for _, u := range stops {
			clock = max(clock, f.release[u])
			work += float64(f.effort[u])
		}
		work += float64(end - clock)
		clock = end
	}
	if clock > v.end {
		return unbearable
	}
	return work * work
}

func remove(trips [][]int32, i int) [][]int32 {
	return append(append([][]int32{}, trips[:i]...), trips[i+1:]...)
}

func insert(trips [][]int32, i int, t []int32) [][]int32 {
	return append(append(append([][]int32{}, trips[:i]...), t), trips[i:]...)
}

func join(trips [][]int32) []int32 {
	var seq []int32
	for i, t := range trips {
		if i > 0 {
			seq = append(seq, 0)
		}
		seq = append(seq, t...)
	}
	return seq
}
