package routing

import (
	"slices"
	"testing"
)

// TestLaterTripsChangeHandsOnlyWhereAllAreInTime takes each stop out and
// tries it beside all others, until an exchange makes a place, and carries it out.
func TestLaterTripsChangeHandsOnlyWhereAllAreInTime(t *testing.T) {
	tried := 0
	for seed := range uint64(40) {
		p := made(seed, 40)
		p.Couriers[0].Count, p.Couriers[1].Count = 4, 2
		m := modelOf(p)
		r := newSearch(m, 1)
		r.construct(nil)
		for u := int32(1); u < int32(m.n); u++ {
			if d := r.dayOf[u]; d >= 0 {
				r.set(int(d), slices.DeleteFunc(slices.Clone(r.days[d].seq), func(w int32) bool { return w == u }))
				r.dayOf[u] = -1
			}
			for v := int32(1); v < int32(m.n); v++ {
				if r.dayOf[v] < 0 {
					continue
				}
				d, i := int(r.dayOf[v]), int(r.tripOf[v])
				how, ok := r.withTails(d, i, u, r.links[v].prev, v)
				if !ok || r.inTime(d, &r.days[d].trips[i], u, r.links[v].prev, v) || !r.carries(d, u, &r.days[d].trips[i].load) {
					continue
				}
				tried++
				before := r.days[how.a].dist + r.days[how.b].dist
				r.exchangeTails(how)
				if after := r.days[how.a].dist + r.days[how.b].dist; after != before {
					t.Fatalf("seed %d: the exchange travels %d, not %d", seed, after, before)
				}
				r.put(u, place{day: int(r.dayOf[v]), pos: r.position(v)})
				for _, d := range []int{how.a, how.b} {
					if !r.onTimeAll(d) {
						t.Fatalf("seed %d: day %d is late after %v", seed, d, how)
					}
				}
				break
			}
			r = newSearch(m, 1)
			r.construct(nil)
		}
	}
	if tried < 20 {
		t.Errorf("only %d exchanges were tried", tried)
	}
}

// onTimeAll walks through a day.
func (s *state) onTimeAll(d int) bool {
	v, clock := &s.vehicles[d], s.vehicles[d].start
	for _, tr := range s.days[d].trips {
		clock = max(clock, tr.release) + v.loading
		prev := int32(0)
		for _, u := range s.days[d].seq[tr.from:tr.to] {
			if clock += s.t(d, prev, u); clock > s.due[u] {
				return false
			}
			clock, prev = max(clock, s.ready[u])+s.service[u], u
		}
		clock += s.t(d, prev, 0)
	}
	return clock <= v.end && len(s.days[d].trips) <= v.maxTrips
}
