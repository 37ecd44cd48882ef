package routing

import "math/rand/v2"

// The parameters of SISR, as the paper has them.
const (
	averageRemoved = 10   // stops taken out at a time, on average
	longestString  = 10   // stops of one string
	splitChance    = 0.5  // to leave some stops of a string where they are
	splitDepth     = 0.01 // and to leave one more
)

// ruin takes strings of adjacent stops out of trips that lie near a random
// stop, and appends them to out. Each day is told to touch before it changes.
func (r *search) ruin(out []int32) []int32 {
	s := r.state
	if s.trips == 0 {
		return out
	}
	mean := float64(s.n-1-len(s.absent)) / float64(s.trips)
	longest := min(longestString, mean)
	most := 4*averageRemoved/(1+longest) - 1
	strings := int(r.draw.Float64()*most + 1)
	seed := int32(1 + r.draw.IntN(s.n-1))
	r.ruined = r.ruined[:0]
	if s.dayOf[seed] >= 0 {
		out = r.takeString(seed, longest, out)
	}
	for _, v := range s.near[seed] {
		if len(r.ruined) >= strings {
			break
		}
		if s.dayOf[v] >= 0 && !r.isRuined(v) {
			out = r.takeString(v, longest, out)
		}
	}
	r.close(out)
	return out
}

type tripID struct{ day, trip int32 }

func (r *search) isRuined(v int32) bool {
	id := tripID{r.state.dayOf[v], r.state.tripOf[v]}
	for _, t := range r.ruined {
		if t == id {
			return true
		}
	}
	return false
}

// takeString marks a string of v's trip that holds v.
func (r *search) takeString(v int32, longest float64, out []int32) []int32 {
	s := r.state
	id := tripID{s.dayOf[v], s.tripOf[v]}
	r.ruined = append(r.ruined, id)
	day := &s.days[id.day]
	tr := &day.trips[id.trip]
	from := tr.from
	for from < tr.to && s.fixed[day.seq[from]] {
		from++
	}
	size := tr.to - from
	if size == 0 || s.fixed[v] {
		return out
	}
	length := int(1 + r.draw.Float64()*min(float64(size), longest))
	length = min(length, size)
	keep := 0
	if length > 1 && length < size && r.draw.Float64() < splitChance {
		for keep = 1; length+keep < size && r.draw.Float64() < splitDepth; keep++ {
		}
		keep = min(keep, size-length)
	}
	span := length + keep
	first := max(from, s.position(v)-r.draw.IntN(span))
	first = min(first, tr.to-span)
	hole, holeEnd := -1, -1
	if keep > 0 {
		hole = first + 1 + r.draw.IntN(length)
		holeEnd = hole + keep
	}
	r.touch(int(id.day))
	for i := first; i < first+span; i++ {
		if i >= hole && i < holeEnd {
			continue
		}
		out = append(out, day.seq[i])
	}
	return out
}

// close takes the marked stops out of their days.
func (r *search) close(out []int32) {
	s := r.state
	for _, v := range out {
		s.cost += s.penalty[v]
		r.gone[v] = true
	}
	for i, id := range r.ruined {
		if r.dayRuinedBefore(i) {
			continue
		}
		d := int(id.day)
		r.buffer = r.buffer[:0]
		for _, v := range s.days[d].seq {
			if v == 0 || !r.gone[v] {
				r.buffer = append(r.buffer, v)
			}
		}
		s.set(d, r.buffer)
	}
	for _, v := range out {
		r.gone[v] = false
		s.dayOf[v] = -1
	}
}

func (r *search) dayRuinedBefore(i int) bool {
	for _, t := range r.ruined[:i] {
		if t.day == r.ruined[i].day {
			return true
		}
	}
	return false
}

// shuffle brings the stops into one of the orders in which they are put back.
func (r *search) shuffle(out []int32) {
	r.draw.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	by := r.sortings[r.draw.IntN(len(r.sortings))]
	if by == nil {
		return
	}
	for i := 1; i < len(out); i++ { // few: insertion sort
		for j := i; j > 0 && by(out[j]) < by(out[j-1]); j-- {
			out[j], out[j-1] = out[j-1], out[j]
		}
	}
}

// sortingsOf gives the orders of SISR with their weights: at random, by load, far from
// the gate first, near it first; with windows also by length, start and end.
func sortingsOf(m *model) []func(int32) int64 {
	load := func(v int32) int64 { return -m.load[v][0] }
	far := func(v int32) int64 { return -m.d(0, v) }
	near := func(v int32) int64 { return m.d(0, v) }
	all := []func(int32) int64{nil, nil, nil, nil, load, load, load, load, far, far, near}
	if !m.timed {
		return all
	}
	tight := func(v int32) int64 { return m.due[v] - m.ready[v] }
	early := func(v int32) int64 { return m.ready[v] + m.release[v] }
	late := func(v int32) int64 { return -m.due[v] }
	return append(all, tight, tight, early, early, late, late)
}

func newDraw(seed int64) *rand.Rand { return rand.New(rand.NewPCG(uint64(seed), 0x9e3779b97f4a7c15)) }
