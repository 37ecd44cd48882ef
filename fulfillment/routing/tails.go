package routing

// tails is an exchange of what two days do after a moment: the trips of day a
// from trip p on and those of day b from trip q on change hands.
type tails struct{ a, p, b, q int }

// withTails looks for days whose later trips can change hands so that u is in
// time between x and y of trip i of day d, where it is not as the days stand. That
// travels no further. A trip that would end too late gets other trips behind it, a
// trip that would begin too late gets other trips before it.
func (s *state) withTails(d, i int, u, x, y int32) (tails, bool) {
	day, v := &s.days[d], &s.vehicles[d]
	tr := &day.trips[i]
	end, ok := s.ends(d, tr, tr.before, u, x, y)
	p := i
	if ok {
		p = i + 1
	} else if _, ok = s.ends(d, tr, v.start, u, x, y); !ok {
		return tails{}, false
	}
	for b := range s.days {
		if b == d || s.vehicles[b].kind != v.kind || len(s.vehicles[b].begun)+len(v.begun) > 0 {
			continue
		}
		other := &s.days[b]
		for q := range len(other.trips) + 1 {
			if p+len(other.trips)-q > v.maxTrips || q+len(day.trips)-p > v.maxTrips {
				continue
			}
			if p == i {
				if end, ok = s.ends(d, tr, s.free(b, q), u, x, y); !ok || end > tr.latest || s.free(d, p) > s.begins(b, q) {
					continue
				}
			} else if end > s.begins(b, q) || s.free(b, q) > s.begins(d, p) {
				continue
			}
			return tails{d, p, b, q}, true
		}
	}
	return tails{}, false
}

// free is when a day's courier can begin to load trip i.
func (s *state) free(d, i int) int64 {
	if i == 0 {
		return s.vehicles[d].start
	}
	return s.days[d].trips[i-1].end
}

// begins is when trip i of a day must begin to load at the latest; behind the
// last trip it is the end of the shift.
func (s *state) begins(d, i int) int64 {
	if i == len(s.days[d].trips) {
		return s.vehicles[d].end
	}
	return s.days[d].trips[i].begin
}

// exchangeTails carries an exchange out.
func (s *state) exchangeTails(t tails) {
	headA, tailA := s.split(t.a, t.p)
	headB, tailB := s.split(t.b, t.q)
	s.aside = append(append(append(s.aside[:0], headA...), 0), tailB...)
	cut := len(s.aside)
	s.aside = append(append(append(s.aside, headB...), 0), tailA...)
	s.set(t.a, s.aside[:cut])
	s.set(t.b, s.aside[cut:])
}

// split gives a day's stops before trip i, and from it on.
func (s *state) split(d, i int) (head, tail []int32) {
	day := &s.days[d]
	if i == len(day.trips) {
		return day.seq, nil
	}
	return day.seq[:day.trips[i].from], day.seq[day.trips[i].from:]
}
