package routing

// exchangeVehicles lets two single-trip days change vehicles where that is
// cheaper and both loads fit: string removals alone keep a trip on its vehicle.
func (r *search) exchangeVehicles() {
	for i := 0; i < len(r.saved); i++ {
		a := r.saved[i].day
		for _, b := range r.choice {
			if b := int(b); b != a && r.single(a) && r.single(b) && r.gain(a, b) > 0 {
				r.touch(a)
				r.touch(b)
				r.swap(a, b)
			}
		}
	}
}

// change is what it costs to exchange a trip's vehicle, beside the way that the
// new one goes with it.
type change struct {
	cost, unit int64
	with       int
}

// besideIn tries the places before and behind v where the trip is full, in a
// vehicle that takes the whole trip over.
func (s *state) besideIn(u, v int32, best *place) {
	d := int(s.dayOf[v])
	if !s.single(d) {
		return
	}
	day := &s.days[d]
	tr, pos := &day.trips[0], s.position(v)
	l := s.links[v]
	before := day.dist + s.d(l.prev, u) + s.d(u, v) - int64(l.from)
	behind := day.dist + s.d(v, u) + s.d(u, l.next) - int64(l.to)
	for _, c := range s.changes(d, u) {
		if cost := c.cost + c.unit*before; cost < best.cost && s.inTime(d, tr, u, l.prev, v) {
			*best = place{cost: cost, day: d, pos: pos, with: c.with + 1}
		}
		if cost := c.cost + c.unit*behind; cost < best.cost && s.inTime(d, tr, u, v, l.next) {
			*best = place{cost: cost, day: d, pos: pos + 1, with: c.with + 1}
		}
	}
}

// changes are the cheapest vehicles of each kind that could take over a trip with u
// on board. They are found once for each u, however many places a trip has.
func (s *state) changes(d int, u int32) []change {
	if s.asked[d] == s.turn {
		return s.answers[d]
	}
	s.asked[d] = s.turn
	found := s.answers[d][:0]
	for _, w := range s.choice {
		cost, ok := s.takesOver(int(w), d, u)
		if !ok {
			continue
		}
		kind := s.vehicles[w].kind
		i := 0
		for i < len(found) && s.vehicles[found[i].with].kind != kind {
			i++
		}
		if i == len(found) {
			found = append(found, change{cost: forever})
		}
		if cost < found[i].cost {
			found[i] = change{cost, s.vehicles[w].unit, int(w)}
		}
	}
	s.answers[d] = found
	return found
}

// takesOver tells whether day w's vehicle can exchange its trip, if it has one,
// for that of d with u on board, and what that costs beside w's new way.
func (s *state) takesOver(w, d int, u int32) (int64, bool) {
	with, from, trips := &s.vehicles[w], &s.vehicles[d], s.days[w].trips
	if with.kind == from.kind || !s.carries(w, u, &s.days[d].trips[0].load) || !s.alike(d, w) || with.noStairs && !from.noStairs {
		return 0, false
	}
	cost := with.fixed - s.price(d)
	if len(trips) == 0 {
		return cost, true
	}
	if !s.single(w) || !s.fits(d, &trips[0]) || from.noStairs && !with.noStairs {
		return 0, false
	}
	return cost - s.price(w) + from.fixed + from.unit*s.days[w].dist, true
}

// fits tells whether a vehicle has room for a trip.
func (m *model) fits(d int, tr *trip) bool {
	for k := range m.k {
		if tr.load[k] > m.vehicles[d].cap[k] {
			return false
		}
	}
	return true
}

// alike tells whether two vehicles have the same hours.
func (m *model) alike(a, b int) bool {
	va, vb := &m.vehicles[a], &m.vehicles[b]
	return !m.timed || va.start == vb.start && va.end == vb.end && va.loading == vb.loading && &va.time[0] == &vb.time[0]
}

// single tells whether the day has one trip at most, and none under way.
func (s *state) single(d int) bool {
	return len(s.days[d].trips) <= 1 && len(s.vehicles[d].begun) == 0
}

// gain is what exchanging the vehicles of two days saves; nothing if they cannot.
func (r *search) gain(a, b int) int64 {
	va, vb, da, db := &r.vehicles[a], &r.vehicles[b], &r.days[a], &r.days[b]
	gain := r.price(a) + r.price(b)
	if len(da.trips) > 0 {
		gain -= vb.fixed + vb.unit*da.dist
	}
	if len(db.trips) > 0 {
		gain -= va.fixed + va.unit*db.dist
	}
	if gain <= 0 || !r.holds(b, da) || !r.holds(a, db) || !r.alike(a, b) {
		return 0
	}
	return gain
}

// holds tells whether a vehicle carries the one trip of a day.
func (r *search) holds(vehicle int, of *day) bool {
	return len(of.trips) == 0 || r.can(vehicle, of.seq)
}

// swap lets two days change vehicles.
func (s *state) swap(a, b int) {
	s.aside = append(s.aside[:0], s.days[a].seq...)
	s.set(a, s.days[b].seq)
	s.set(b, s.aside)
}
