package routing

import (
	"math"
	"slices"
)

// forever is later than any time and dearer than any trip, with room to add.
const forever = math.MaxInt64 / 8

// model is what the search knows: node 0 is the gate.
type model struct {
	n            int     // nodes
	k            int     // load dimensions
	dist         []int32 // n×n, what travel costs
	toward       []int32 // n×n, dist with rows for where a way leads to; dist itself where that is the same
	timed        bool    // windows, shifts or releases matter
	load         [][maxLoads]int64
	ready        []int64
	due          []int64
	service      []int64
	release      []int64
	climb        []bool
	penalty      []int64 // of leaving a node out
	vehicles     []vehicle
	near         [][]int32 // each node's nearest neighbours, those that it knows
	mixed        bool      // vehicles differ in cost or capacity
	unlike       bool      // in cost
	kinds        int       // of vehicles
	cheapest     int64     // cost of a unit of distance
	severalTrips bool      // a day may have
	pressed      bool      // several trips, and stops with windows of their own
	aboard       []int32   // of a node: the trip under way that has it on board, from 1; 0: it is at the gate
	fixed        []bool    // of a node: it keeps its place in the trip under way
}

// vehicle is one courier.
type vehicle struct {
	kind     int // equal vehicles have one kind
	cap      [maxLoads]int64
	fixed    int64
	unit     int64   // cost of a unit of distance
	time     []int32 // n×n, how long a way takes; dist itself where they are one
	start    int64
	end      int64
	loading  int64
	maxTrips int
	noStairs bool
	begun    []int32 // the stops of the trip that is under way
}

const (
	neighbours = 48  // beside which a stop is put
	known      = 128 // that a node has in all
)

func (m *model) d(i, j int32) int64 { return int64(m.dist[int(i)*m.n+int(j)]) }

// t is how long the day's vehicle takes from i to j.
func (m *model) t(d int, i, j int32) int64 { return int64(m.vehicles[d].time[int(i)*m.n+int(j)]) }

// prepare fills in what follows from the rest, and gives the most that one way
// costs.
func (m *model) prepare() int64 {
	m.toward = transposed(m.dist, m.n)
	m.near = make([][]int32, m.n)
	for i := int32(1); i < int32(m.n); i++ {
		m.near[i] = m.nearest(i, known)
	}
	unit := int64(1)
	m.cheapest = forever
	for d := range m.vehicles {
		v := &m.vehicles[d]
		m.kinds = max(m.kinds, v.kind+1)
		if v.time == nil {
			v.time = m.dist
		}
		unit, m.cheapest = max(unit, v.unit), min(m.cheapest, v.unit)
		m.severalTrips = m.severalTrips || v.maxTrips > 1 || len(v.begun) > 0
		m.unlike = m.unlike || v.unit != m.vehicles[0].unit || v.fixed != m.vehicles[0].fixed
		m.mixed = m.mixed || m.unlike || v.cap != m.vehicles[0].cap
	}
	m.pressed = m.severalTrips && m.hasWindows()
	return unit * (int64(slices.Max(m.dist)) + 1)
}

// hasWindows tells that some stop cannot be served at any time of the shifts.
func (m *model) hasWindows() bool {
	start, end := int64(forever), int64(0)
	for i := range m.vehicles {
		start, end = min(start, m.vehicles[i].start), max(end, m.vehicles[i].end)
	}
	for u := 1; u < m.n; u++ {
		if m.ready[u] > start || m.due[u] < end {
			return m.timed
		}
	}
	return false
}

// nearest are so many of a node's neighbours, sorted by travel and by the wait that
// their windows force.
func (m *model) nearest(i int32, count int) []int32 {
	all := make([]uint64, 0, 2*count) // how far in the upper half, and the node in the lower
	beyond := uint64(math.MaxUint64)
	for j := int32(1); j < int32(m.n); j++ {
		far := min(m.remote(i, j), m.remote(j, i), math.MaxInt32)
		x := uint64(far)<<32 | uint64(j)
		if j == i || x >= beyond {
			continue
		}
		if all = append(all, x); len(all) == cap(all) {
			slices.Sort(all)
			all = all[:count]
			beyond = all[count-1]
		}
	}
	slices.Sort(all)
	near := make([]int32, min(len(all), count))
	for k := range near {
		near[k] = int32(all[k])
	}
	return near
}

// transposed gives the matrix with rows and columns exchanged, and the matrix
// itself where that changes nothing.
func transposed(a []int32, n int) []int32 {
	t := make([]int32, len(a))
	for i := range n {
		for j := range n {
			t[j*n+i] = a[i*n+j]
		}
	}
	if slices.Equal(a, t) {
		return a
	}
	return t
}

// remote is how ill it suits to go from i to j: the way, and what of the wait
// or the lateness cannot be avoided (Vidal et al. 2013, with small weights).
func (m *model) remote(i, j int32) int64 {
	far := m.d(i, j)
	if !m.timed {
		return far
	}
	wait := m.ready[j] - far - m.service[i] - m.due[i]
	late := m.ready[i] + m.service[i] + far - m.due[j]
	return far + max(wait, 0)/5 + max(late, 0)
}

// modelOf brings a door problem into the search's form.
func modelOf(p *Problem) *model {
	n := len(p.Stops) + 1
	m := newModel(n, len(p.Loads))
	m.timed = true
	for i, row := range p.Duration {
		for j, t := range row {
			m.dist[i*n+j] = int32(t)
		}
	}
	for i := range p.Stops {
		s := &p.Stops[i]
		copy(m.load[i+1][:], s.Load)
		m.ready[i+1], m.due[i+1], m.service[i+1], m.release[i+1] = s.Window[0], s.Window[1], s.Service, s.Release
		m.climb[i+1] = s.Climb
	}
	unit, time := p.paces(m.dist)
	for kind := range p.Couriers {
		c := &p.Couriers[kind]
		v := vehicle{kind: kind, unit: unit[kind], time: time[kind], start: c.Shift[0], end: c.Shift[1], loading: c.Loading, maxTrips: c.MaxTrips, noStairs: c.NoStairs}
		copy(v.cap[:], c.Capacity)
		if v.maxTrips == 0 {
			v.maxTrips = n
		}
		for range min(c.Count, n) {
			m.vehicles = append(m.vehicles, v)
		}
	}
	m.begin(p)
	dear := min(4*m.prepare()*int64(n), forever/int64(10_000*n))
	for i := range p.Stops {
		m.penalty[i+1] = (1 + p.Stops[i].Priority) * dear
	}
	return m
}

func newModel(n, k int) *model {
	m := &model{n: n, k: k, dist: make([]int32, n*n), load: make([][maxLoads]int64, n), climb: make([]bool, n), aboard: make([]int32, n), fixed: make([]bool, n)}
	for _, a := range []*[]int64{&m.ready, &m.due, &m.service, &m.release, &m.penalty} {
		*a = make([]int64, n)
	}
	for i := range m.due {
		m.due[i] = forever
	}
	return m
}

// carries tells whether the day's vehicle takes u beside what a trip has on board.
func (m *model) carries(d int, u int32, on *[maxLoads]int64) bool {
	v := &m.vehicles[d]
	for k := range m.k {
		if on[k]+m.load[u][k] > v.cap[k] {
			return false
		}
	}
	return !v.noStairs || !m.climb[u]
}

// can tells whether a vehicle takes the whole trip.
func (m *model) can(d int, trip []int32) bool {
	var on [maxLoads]int64
	for _, u := range trip {
		if !m.carries(d, u, &on) {
			return false
		}
		for k := range m.k {
			on[k] += m.load[u][k]
		}
	}
	return true
}
