package routing

import "slices"

// day is one courier's shift: stops in order, with a 0 between two trips.
type day struct {
	seq   []int32
	trips []trip
	dist  int64
}

// trip is a part of a day from gate to gate.
type trip struct {
	from, to int   // of seq, to is behind the last stop
	dist     int64 // of its ways
	load     [maxLoads]int64
	release  int64 // latest of its stops
	before   int64 // earliest start of loading: the end of the trip before
	end      int64 // earliest
	begin    int64 // latest start of loading that leaves the rest of the day possible
	latest   int64 // latest end that does
}

// state is a solution with what makes a change cheap to value.
type state struct {
	*model
	days   []day
	dayOf  []int32   // of a node; -1: left out
	tripOf []int32   // within its day
	posOf  []int32   // within its trip
	links  []link    // of a node
	pre    []segment // from leaving the gate to the end of service at the node
	suf    []segment // from arriving at the node to being back at the gate
	trips  int       // of all days
	busy   []int32   // days with trips, in no order
	idle   [][]int32 // of a kind of vehicle: days without
	place  []int32   // of a day: where it stands in busy or idle
	choice []int32   // the days that differ

	turn    int        // counts the stops that are put in
	asked   []int      // of a day: in which turn its changes were found
	answers [][]change // of a day
	cost    int64
	absent  []int32 // left out
	later   tails   // what makes way for the best place, where something has to
	aside   []int32 // a day that is changing
	was     []int32 // a day as it was before it is set
	open    int     // places to look at before one is overlooked
}

// link is what stands before and behind a node in its trip, 0 the gate, and the ways
// from there and to there.
type link struct{ prev, next, from, to int32 }

// segment is a stretch of a trip: begun at t it ends at max(t+long, earliest),
// and it must not begin after latest.
type segment struct{ long, earliest, latest int64 }

func newState(m *model) *state {
	s := &state{
		model: m, days: make([]day, len(m.vehicles)), dayOf: make([]int32, m.n), open: 1 / blink, tripOf: make([]int32, m.n),
		posOf: make([]int32, m.n), place: make([]int32, len(m.vehicles)), idle: make([][]int32, m.kinds), asked: make([]int, len(m.vehicles)), answers: make([][]change, len(m.vehicles)), links: make([]link, m.n), pre: make([]segment, m.n), suf: make([]segment, m.n),
	}
	for i := range s.dayOf {
		s.dayOf[i] = -1
	}
	for d := range m.vehicles {
		s.enter(d)
	}
	s.choose()
	for i := 1; i < m.n; i++ {
		s.absent = append(s.absent, int32(i))
		s.cost += m.penalty[i]
	}
	return s
}

// price is what a day costs.
func (s *state) price(d int) int64 {
	if len(s.days[d].seq) == 0 {
		return 0
	}
	return s.vehicles[d].fixed + s.vehicles[d].unit*s.days[d].dist
}

// set puts a new sequence into a day and values anew which of its trips are other
// than they were. Empty trips vanish. What is set must leave no stop in two days.
func (s *state) set(d int, seq []int32) {
	day := &s.days[d]
	s.cost -= s.price(d)
	s.was = append(s.was[:0], day.seq...)
	day.seq = appendTidy(day.seq[:0], seq)
	s.measure(d)
	s.cost += s.price(d)
}

// appendTidy leaves out zeros that separate nothing.
func appendTidy(to, seq []int32) []int32 {
	for _, v := range seq {
		if v != 0 || len(to) > 0 && to[len(to)-1] != 0 {
			to = append(to, v)
		}
	}
	if len(to) > 0 && to[len(to)-1] == 0 {
		to = to[:len(to)-1]
	}
	return to
}

// measure values the day's trips and the segments of its stops, but for trips that
// have the place and the stops that they had.
func (s *state) measure(d int) {
	day := &s.days[d]
	were := len(day.trips)
	n := 0
	for from := 0; from < len(day.seq); n++ {
		to := from
		for to < len(day.seq) && day.seq[to] != 0 {
			to++
		}
		if n == len(day.trips) {
			day.trips = append(day.trips, trip{})
		}
		tr := &day.trips[n]
		same := n < were && slices.Equal(s.was[tr.from:tr.to], day.seq[from:to])
		tr.from, tr.to = from, to
		if !same {
			s.measureTrip(d, n)
		}
		from = to + 1
	}
	day.trips, day.dist = day.trips[:n], 0
	for i := range day.trips {
		day.dist += day.trips[i].dist
	}
	if s.trips += n - were; (were == 0) != (n == 0) {
		s.leave(d, were > 0)
		s.enter(d)
		s.choose()
	}
	if s.timed {
		s.schedule(d)
	}
}

// enter puts a day among those that are busy, or idle.
func (s *state) enter(d int) {
	list := s.list(d, len(s.days[d].trips) > 0)
	s.place[d] = int32(len(*list))
	*list = append(*list, int32(d))
}

// leave takes a day from where it stood.
func (s *state) leave(d int, busy bool) {
	list := s.list(d, busy)
	last := (*list)[len(*list)-1]
	(*list)[s.place[d]], s.place[last] = last, s.place[d]
	*list = (*list)[:len(*list)-1]
}

func (s *state) list(d int, busy bool) *[]int32 {
	if busy {
		return &s.busy
	}
	return &s.idle[s.vehicles[d].kind]
}

// choose gathers the days that differ: the busy ones, and one idle day of each kind.
func (s *state) choose() {
	s.choice = append(s.choice[:0], s.busy...)
	for _, days := range s.idle {
		if len(days) > 0 {
			s.choice = append(s.choice, days[len(days)-1])
		}
	}
}

// measureTrip values one trip from end to end.
func (s *state) measureTrip(d, i int) {
	day := &s.days[d]
	tr := &day.trips[i]
	*tr = trip{from: tr.from, to: tr.to}
	prev := int32(0)
	for at, v := range day.seq[tr.from:tr.to] {
		s.dayOf[v], s.tripOf[v], s.posOf[v] = int32(d), int32(i), int32(at)
		s.link(prev, v)
		tr.dist += int64(s.links[v].from)
		for k := range s.k {
			tr.load[k] += s.load[v][k]
		}
		tr.release = max(tr.release, s.release[v])
		prev = v
	}
	s.links[prev].next, s.links[prev].to = 0, s.toward[prev]
	tr.dist += int64(s.toward[prev])
	if s.timed {
		stops := day.seq[tr.from:tr.to]
		s.lead(d, stops, 0)
		s.trail(d, stops, len(stops)-1)
	}
}

// link says that b follows a.
func (s *state) link(a, b int32) {
	way := s.dist[int(a)*s.n+int(b)]
	s.links[a].next, s.links[a].to = b, way
	s.links[b].prev, s.links[b].from = a, way
}

// lead concatenates the segments of a trip's stops from the gate on, those before
// a stop having been done.
func (s *state) lead(d int, stops []int32, from int) {
	time, n := s.vehicles[d].time, s.n
	prev, before := int32(0), segment{0, -forever, forever}
	if from > 0 {
		prev = stops[from-1]
		before = s.pre[prev]
	}
	for _, v := range stops[from:] {
		way := int64(time[int(prev)*n+int(v)])
		before = segment{
			before.long + way + s.service[v],
			max(before.earliest+way, s.ready[v]) + s.service[v],
			min(before.latest, s.due[v]-before.long-way),
		}
		s.pre[v], prev = before, v
	}
}

// trail concatenates them backwards to the gate, those behind a stop having been done.
func (s *state) trail(d int, stops []int32, from int) {
	time, n := s.vehicles[d].time, s.n
	next, after := int32(0), segment{0, -forever, forever}
	if from < len(stops)-1 {
		next = stops[from+1]
		after = s.suf[next]
	}
	for i := from; i >= 0; i-- {
		v := stops[i]
		way := s.service[v] + int64(time[int(v)*n+int(next)])
		after = segment{way + after.long, max(s.ready[v]+way+after.long, after.earliest), min(s.due[v], after.latest-way)}
		s.suf[v], next = after, v
	}
}

// widen puts a stop into a trip, before its at-th.
func (s *state) widen(d, i, at int, u int32) {
	day := &s.days[d]
	tr := &day.trips[i]
	day.seq = slices.Insert(day.seq, tr.from+at, u)
	tr.to++
	for k := i + 1; k < len(day.trips); k++ {
		day.trips[k].from++
		day.trips[k].to++
	}
	stops := day.seq[tr.from:tr.to]
	s.dayOf[u], s.tripOf[u] = int32(d), int32(i)
	for k := at; k < len(stops); k++ {
		s.posOf[stops[k]] = int32(k)
	}
	prev, next := int32(0), int32(0)
	if at > 0 {
		prev = stops[at-1]
	}
	if at < len(stops)-1 {
		next = stops[at+1]
	}
	more := s.d(prev, u) + s.d(u, next) - s.d(prev, next)
	tr.dist, day.dist = tr.dist+more, day.dist+more
	s.link(prev, u)
	s.link(u, next)
	for k := range s.k {
		tr.load[k] += s.load[u][k]
	}
	tr.release = max(tr.release, s.release[u])
	if s.timed {
		s.lead(d, stops, at)
		s.trail(d, stops, at)
		s.schedule(d)
	}
}

// schedule says when each trip can end at the earliest and must at the latest.
func (s *state) schedule(d int) {
	day, v := &s.days[d], &s.vehicles[d]
	clock := v.start
	for i := range day.trips {
		tr := &day.trips[i]
		first := day.seq[tr.from]
		tr.before = clock
		arrive := max(clock, tr.release) + v.loading + s.t(d, 0, first)
		clock = max(arrive+s.suf[first].long, s.suf[first].earliest)
		tr.end = clock
	}
	latest := v.end
	for i := len(day.trips) - 1; i >= 0; i-- {
		tr := &day.trips[i]
		first := day.seq[tr.from]
		tr.latest = latest
		tr.begin = min(s.suf[first].latest, latest-s.suf[first].long) - s.t(d, 0, first) - v.loading
		latest = tr.begin
	}
}
