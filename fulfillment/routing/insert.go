package routing

import (
	"math"
	"math/rand/v2"
	"slices"
)

// place is where a node can be put: into trip of day before seq[pos], or as a
// trip of its own.
type place struct {
	cost int64 // more
	day  int
	pos  int
	own  bool  // a trip of its own: pos is the trip it comes before
	with int   // another day that this takes a change of, from 1; 0: none
	node int32 // where later trips change hands first: pos is 0 before this node, 1 behind it
}

const (
	nowhere = -1   // a place's day
	blink   = 0.01 // the chance to overlook a place
)

// insert puts the node where it costs least; false if no place costs less than a limit.
// It looks beyond the neighbours where the limit allows the node to be left out, and where
// windows press several trips: the one trip that has the time may be far away.
func (s *state) insert(u int32, limit int64, draw *rand.Rand, touch func(day int)) bool {
	best := place{cost: limit, day: nowhere}
	s.turn++
	from, to := s.dist[int(u)*s.n:][:s.n], s.toward[int(u)*s.n:][:s.n]
	for _, v := range s.near[u][:min(len(s.near[u]), neighbours)] {
		l := &s.links[v]
		least := min(to[l.prev]+from[v]-l.from, to[v]+from[l.next]-l.to)
		if s.cheapest*int64(least) < best.cost && s.dayOf[v] >= 0 && !s.blinks(draw) {
			s.beside(u, v, &best)
		}
	}
	s.ownTrip(u, draw, &best)
	if best.day == nowhere && (s.pressed || limit >= s.penalty[u]) {
		s.anywhere(u, &best)
	}
	if best.day == nowhere {
		return false
	}
	touch(best.day)
	if best.with > 0 {
		touch(best.with - 1)
		s.makeWay(&best)
	}
	s.put(u, best)
	return true
}

// makeWay changes two days as the place has it, and says where the place is then.
func (s *state) makeWay(at *place) {
	if at.node == 0 {
		s.swap(at.day, at.with-1)
		at.day = at.with - 1
		return
	}
	s.exchangeTails(s.later)
	at.day, at.pos = int(s.dayOf[at.node]), s.position(at.node)+at.pos
}

// blinks overlooks one place in a hundred: how many come before the next one is
// drawn at once, since a draw for each place costs more than to value it.
func (s *state) blinks(draw *rand.Rand) bool {
	if s.open > 0 {
		s.open--
		return false
	}
	s.open = int(math.Log(1-draw.Float64()) / math.Log(1-blink))
	return true
}

// beside tries the places before and behind v. What they cost is read from the
// rows of u alone, so that most are dismissed before the trip is looked at.
func (s *state) beside(u, v int32, best *place) {
	from, to := s.dist[int(u)*s.n:][:s.n], s.toward[int(u)*s.n:][:s.n]
	l, d := s.links[v], int(s.dayOf[v])
	prev, next, unit := l.prev, l.next, s.vehicles[d].unit
	before := unit * int64(to[prev]+from[v]-l.from)
	behind := unit * int64(to[v]+from[next]-l.to)
	if before >= best.cost && behind >= best.cost {
		return
	}
	day := &s.days[d]
	tr := &day.trips[s.tripOf[v]]
	pos := tr.from + int(s.posOf[v])
	if s.aboard[u] != s.aboard[v] {
		return
	}
	if !s.carries(d, u, &tr.load) {
		if s.mixed && !s.severalTrips {
			s.besideIn(u, v, best)
		}
		return
	}
	if before < best.cost && !s.fixed[v] {
		if s.inTime(d, tr, u, prev, v) {
			*best = place{cost: before, day: d, pos: pos}
		} else if s.severalTrips {
			s.besideThen(u, v, prev, v, before, best)
		}
	}
	if behind < best.cost && !s.fixed[next] {
		if s.inTime(d, tr, u, v, next) {
			*best = place{cost: behind, day: d, pos: pos + 1}
		} else if s.severalTrips {
			s.besideThen(u, v, v, next, behind, best)
		}
	}
}

// besideThen takes a place between x and y of v's trip if an exchange of later
// trips makes it possible.
func (s *state) besideThen(u, v, x, y int32, cost int64, best *place) {
	if t, ok := s.withTails(int(s.dayOf[v]), int(s.tripOf[v]), u, x, y); ok {
		*best = place{cost: cost, day: t.a, with: t.b + 1, node: v, pos: 1}
		s.later = t
		if y == v {
			best.pos = 0
		}
	}
}

// inTime tells whether u can be served between a and b of a trip, and the rest
// of the day still be done.
func (s *state) inTime(d int, tr *trip, u, a, b int32) bool {
	if !s.timed {
		return true
	}
	end, ok := s.ends(d, tr, tr.before, u, a, b)
	return ok && end <= tr.latest
}

// ends tells when a trip ends that serves u between a and b, if its courier is
// free at a moment; false if a window does not allow it.
func (s *state) ends(d int, tr *trip, free int64, u, a, b int32) (int64, bool) {
	clock := max(free, tr.release, s.release[u]) + s.vehicles[d].loading
	if a != 0 {
		if clock > s.pre[a].latest {
			return 0, false
		}
		clock = max(clock+s.pre[a].long, s.pre[a].earliest)
	}
	clock += s.t(d, a, u)
	if clock > s.due[u] {
		return 0, false
	}
	clock = max(clock, s.ready[u]) + s.service[u] + s.t(d, u, b)
	if b != 0 {
		if clock > s.suf[b].latest {
			return 0, false
		}
		clock = max(clock+s.suf[b].long, s.suf[b].earliest)
	}
	return clock, true
}

// ownTrip tries a trip for u alone: before, between and behind the trips of
// each day, and once for each kind of vehicle that is still at the gate. Among
// equals chance decides, so that large vehicles are found as often as small.
func (s *state) ownTrip(u int32, draw *rand.Rand, best *place) {
	if s.aboard[u] != 0 {
		return
	}
	way := s.d(0, u) + s.d(u, 0)
	if s.cheapest*way > best.cost {
		return
	}
	var empty [maxLoads]int64
	ties := 0
	for _, d := range s.choice {
		d := int(d)
		v, day := &s.vehicles[d], &s.days[d]
		cost := v.unit * way
		if len(day.trips) == 0 {
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
	clock = max(clock, s.release[u]) + v.loading + s.t(d, 0, u)
	return clock <= s.due[u] && max(clock, s.ready[u])+s.service[u]+s.t(d, u, 0) <= latest
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
	s.cost -= s.penalty[u]
	if at.own {
		s.aside = append(s.aside[:0], day.seq...)
		from := len(day.seq)
		if at.pos < len(day.trips) {
			from = day.trips[at.pos].from
		}
		s.aside = slices.Insert(s.aside, from, 0, u, 0)
		s.set(at.day, s.aside)
		return
	}
	s.cost -= s.price(at.day)
	beside := at.pos
	if at.pos == len(day.seq) || day.seq[at.pos] == 0 {
		beside--
	}
	i := int(s.tripOf[day.seq[beside]])
	s.widen(at.day, i, at.pos-day.trips[i].from, u)
	s.cost += s.price(at.day)
}

// position is where a stop stands in its day.
func (s *state) position(v int32) int {
	return s.days[s.dayOf[v]].trips[s.tripOf[v]].from + int(s.posOf[v])
}
