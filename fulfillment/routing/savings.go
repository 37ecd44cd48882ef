package routing

import (
	"cmp"
	"slices"
)

// savings builds single trips as Clarke & Wright (1964): a trip for each stop,
// then the two trips are joined whose joint saves most of the way, as long as
// load and windows allow it to the quickest of all shifts. Only joints between
// neighbours are looked at. Trips that no vehicle is left for are dissolved.
func (r *search) savings() {
	type joint struct {
		a, b int32
		gain int64
	}
	var joints []joint
	for i := int32(1); i < int32(r.n); i++ {
		for _, j := range r.near[i][:min(len(r.near[i]), 100)] {
			if g := r.d(i, 0) + r.d(0, j) - r.d(i, j); g > 0 {
				joints = append(joints, joint{i, j, g})
			}
		}
	}
	slices.SortStableFunc(joints, func(a, b joint) int { return cmp.Compare(b.gain, a.gain) })
	j := newJoiner(r.model)
	for _, x := range joints {
		j.join(x.a, x.b)
	}
	r.adopt(j.trips())
}

// joiner holds trips as chains that are joined end to head.
type joiner struct {
	*model
	chain []int32 // of a node
	of    [][]int32
	load  [][maxLoads]int64
	most  [maxLoads]int64
	quick int // the vehicle that is quickest
}

func newJoiner(m *model) *joiner {
	j := &joiner{model: m, chain: make([]int32, m.n), of: make([][]int32, m.n), load: slices.Clone(m.load)}
	for i := range j.of {
		j.chain[i], j.of[i] = int32(i), []int32{int32(i)}
	}
	for d, v := range m.vehicles {
		if v.unit < m.vehicles[j.quick].unit {
			j.quick = d
		}
		for k := range m.k {
			j.most[k] = max(j.most[k], v.cap[k])
		}
	}
	return j
}

func (j *joiner) join(a, b int32) {
	x, y := j.chain[a], j.chain[b]
	if x == y || j.of[x][len(j.of[x])-1] != a || j.of[y][0] != b {
		return
	}
	for k := range j.k {
		if j.load[x][k]+j.load[y][k] > j.most[k] {
			return
		}
	}
	if !j.inTime(j.of[x], j.of[y]) {
		return
	}
	for k := range j.k {
		j.load[x][k] += j.load[y][k]
	}
	for _, v := range j.of[y] {
		j.chain[v] = x
	}
	j.of[x], j.of[y] = append(j.of[x], j.of[y]...), nil
}

func (j *joiner) inTime(x, y []int32) bool {
	if !j.timed {
		return true
	}
	clock, end := int64(forever), int64(0)
	for _, v := range j.vehicles {
		clock, end = min(clock, v.start+v.loading), max(end, v.end)
	}
	prev := int32(0)
	for _, part := range [][]int32{x, y} {
		for _, v := range part {
			clock = max(clock, j.release[v]) + j.t(j.quick, prev, v)
			if clock > j.due[v] {
				return false
			}
			clock, prev = max(clock, j.ready[v])+j.service[v], v
		}
	}
	return clock+j.t(j.quick, prev, 0) <= end
}

func (j *joiner) trips() [][]int32 {
	var all [][]int32
	for _, t := range j.of[1:] {
		if len(t) > 0 {
			all = append(all, t)
		}
	}
	slices.SortStableFunc(all, func(a, b []int32) int {
		return cmp.Compare(j.load[j.chain[b[0]]][0], j.load[j.chain[a[0]]][0])
	})
	return all
}

// adopt gives each trip the cheapest vehicle that can do it, the fullest first.
func (r *search) adopt(trips [][]int32) {
	for _, t := range trips {
		best, price := -1, int64(forever)
		for d := range r.days {
			v := &r.vehicles[d]
			if len(r.days[d].seq) == 0 && v.fixed+v.unit < price && r.walk(d, t) {
				best, price = d, v.fixed+v.unit
			}
		}
		if best < 0 {
			continue
		}
		r.set(best, t)
		for _, u := range t {
			r.cost -= r.penalty[u]
		}
	}
	r.absent = slices.DeleteFunc(r.absent, func(v int32) bool { return r.dayOf[v] >= 0 })
}
