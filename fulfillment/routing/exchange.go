package routing

// exchangeVehicles lets two single-trip days change vehicles where that is
// cheaper and both loads fit: string removals alone keep a trip on its vehicle.
func (r *search) exchangeVehicles() {
	for i := 0; i < len(r.saved); i++ {
		a := r.saved[i].day
		for b := range r.days {
			if b != a && r.single(a) && r.single(b) && r.gain(a, b) > 0 {
				r.touch(a)
				r.touch(b)
				r.swap(a, b)
			}
		}
	}
}

// besideIn tries the places before and behind v where the trip is full, in a
// vehicle at the gate that takes the whole trip over.
func (s *state) besideIn(u, v int32, best *place) {
	d := int(s.dayOf[v])
	if !s.single(d) {
		return
	}
	day := &s.days[d]
	tr, pos, now := &day.trips[0], int(s.posOf[v]), s.price(d)
	prev, next := s.prev[v], s.next[v]
	before := day.dist + s.d(prev, u) + s.d(u, v) - int64(s.leg[v])
	behind := day.dist + s.d(v, u) + s.d(u, next) - int64(s.legTo(v, next))
	for w := range s.days {
		with := &s.vehicles[w]
		if with.kind == s.vehicles[d].kind || !s.carries(w, u, &tr.load) || !s.single(w) || !s.alike(d, w) || with.noStairs && !s.vehicles[d].noStairs {
			continue
		}
		now := now
		if len(s.days[w].trips) > 0 {
			if !s.fits(d, &s.days[w].trips[0]) || s.vehicles[d].noStairs && !with.noStairs {
				continue
			}
			now += s.price(w) - s.vehicles[d].fixed - s.vehicles[d].unit*s.days[w].dist
		}
		if cost := with.fixed + with.unit*before - now; cost < best.cost && s.inTime(d, tr, u, prev, v) {
			*best = place{cost: cost, day: d, pos: pos, with: w + 1}
		}
		if cost := with.fixed + with.unit*behind - now; cost < best.cost && s.inTime(d, tr, u, v, next) {
			*best = place{cost: cost, day: d, pos: pos + 1, with: w + 1}
		}
	}
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
