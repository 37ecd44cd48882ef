package routing

import (
	"math/rand/v2"
	"slices"
)

// place is where a node can be put: into trip of day before seq[pos], or as a
// trip of its own.
type place struct {
	cost int64 // more
	day  int
	pos  int
	own  bool // a trip of its own: pos is the trip it comes before
}

const blink = 0.01 // the chance to overlook a place

// insert puts the node where it costs least; false if there is no place.
func (s *state) insert(u int32, draw *rand.Rand, touch func(day int)) bool {
	best := place{cost: forever}
	for _, v := range s.near[u][:min(len(s.near[u]), neighbours)] {
		if s.dayOf[v] >= 0 && draw.Float64() >= blink {
			s.beside(u, v, &best)
		}
	}
	s.ownTrip(u, draw, &best)
	if best.cost == forever {
		s.anywhere(u, &best)
	}
	if best.cost == forever {
		return false
	}
	touch(best.day)
	s.put(u, best)
	return true
}

// beside tries the places before and behind v.
func (s *state) beside(u, v int32, best *place) {
	d := int(s.dayOf[v])
	day := &s.days[d]
	tr, pos := &day.trips[s.tripOf[v]], int(s.posOf[v])
	if s.aboard[u] != s.aboard[v] || !s.carries(d, u, &tr.load) {
		return
	}
	prev, next := int32(0), int32(0)
	if pos > tr.from {
		prev = day.seq[pos-1]
	}
	if pos+1 < tr.to {
		next = day.seq[pos+1]
	}
	unit := s.vehicles[d].unit
	if c := unit * (s.d(prev, u) + s.d(u, v) - s.d(prev, v)); c < best.cost && !s.fixed[v] && s.inTime(d, tr, u, prev, v) {
		*best = place{cost: c, day: d, pos: pos}
	}
	if c := unit * (s.d(v, u) + s.d(u, next) - s.d(v, next)); c < best.cost && !s.fixed[next] && s.inTime(d, tr, u, v, next) {
		*best = place{cost: c, day: d, pos: pos + 1}
	}
}

// inTime tells whether u can be served between a and b of a trip, and the rest
// of the day still be done.
func (s *state) inTime(d int, tr *trip, u, a, b int32) bool {
	if !s.timed {
		return true
	}
	clock := max(tr.before, tr.release, s.release[u]) + s.vehicles[d].loading
	if a != 0 {
		if clock > s.pre[a].latest {
			return false
		}
		clock = max(clock+s.pre[a].long, s.pre[a].earliest)
	}
	clock += s.t(a, u)
	if clock > s.due[u] {
		return false
	}
	clock = max(clock, s.ready[u]) + s.service[u] + s.t(u, b)
	if b != 0 {
		if clock > s.suf[b].latest {
			return false
		}
		clock = max(clock+s.suf[b].long, s.suf[b].earliest)
	}
	return clock <= tr.latest
}

// ownTrip tries a trip for u alone: before, between and behind the trips of
// each day, and once for each kind of vehicle that is still at the gate. Among
// equals chance decides, so that large vehicles are found as often as small.
func (s *state) ownTrip(u int32, draw *rand.Rand, best *place) {
	if s.aboard[u] != 0 {
		return
	}
	idle := -1
	way := s.d(0, u) + s.d(u, 0)
	var empty [maxLoads]int64
	ties := 0
	for d := range s.days {
		v, day := &s.vehicles[d], &s.days[d]
		cost := v.unit * way
		if len(day.trips) == 0 {
			if v.kind == idle {
				continue
			}
			idle = v.kind
			cost += v.fixed
		}
		if cost > best.cost || len(day.trips) >= v.maxTrips || !s.carries(d, u, &empty) {
			continue
		}
		if ties++; cost < best.cost {
			ties = 1
		}
		if cost == best.cost && (!best.own || draw.IntN(ties) > 0) {
			continue
		}
		if gap := s.gap(d, u, draw); gap >= 0 {
			*best = place{cost: cost, day: d, pos: gap, own: true}
		}
	}
}

// gap finds a trip of the day before which, or behind all of which, u has a
// trip of its own, beginning the search anywhere; -1 if there is none.
func (s *state) gap(d int, u int32, draw *rand.Rand) int {
	n := len(s.days[d].trips) + 1
	first := draw.IntN(n)
	for i := range n {
		if g := (first + i) % n; s.fitsGap(d, g, u) {
			return g
		}
	}
	return -1
}

func (s *state) fitsGap(d, gap int, u int32) bool {
	if !s.timed {
		return true
	}
	day, v := &s.days[d], &s.vehicles[d]
	if gap == 0 && len(v.begun) > 0 {
		return false
	}
	clock, latest := v.start, v.end
	if gap > 0 {
		clock = day.trips[gap-1].end
	}
	if gap < len(day.trips) {
		latest = day.trips[gap].begin
	}
	clock = max(clock, s.release[u]) + v.loading + s.t(0, u)
	return clock <= s.due[u] && max(clock, s.ready[u])+s.service[u]+s.t(u, 0) <= latest
}

// anywhere tries every place of every trip.
func (s *state) anywhere(u int32, best *place) {
	for d := range s.days {
		for _, v := range s.days[d].seq {
			if v != 0 {
				s.beside(u, v, best)
			}
		}
	}
}

// put carries an insertion out.
func (s *state) put(u int32, at place) {
	day := &s.days[at.day]
	s.cost -= s.price(at.day) + s.penalty[u]
	switch {
	case !at.own:
		day.seq = slices.Insert(day.seq, at.pos, u)
	case at.pos < len(day.trips):
		day.seq = slices.Insert(day.seq, day.trips[at.pos].from, u, 0)
	case len(day.seq) > 0:
		day.seq = append(day.seq, 0, u)
	default:
		day.seq = append(day.seq, u)
	}
	s.measure(at.day)
	s.cost += s.price(at.day)
}
