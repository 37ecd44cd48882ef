package routing

import "slices"

// guest is a trip of another solution.
type guest struct {
	day   int
	stops []int32
}

// cross takes over up to half of another solution's trips, those around a random stop
// (after the selective route exchange of Nagata & Bräysy 2009, doi 10.1002/net.20333).
// Each takes the place of the trip with which it shares most stops, on a vehicle of its
// kind; stops that lose their place by it are put back where they cost least.
func (r *search) cross(days [][]int32) {
	for _, t := range r.guests(days) {
		r.takeOver(t)
	}
	r.findAbsent()
	r.out = append(r.out[:0], r.absent...)
	r.recreate(r.out, forever)
	r.keep()
}

// guests draws a stop, and gives the trips of these days that lie nearest to it.
// Trips that are under way stay where they are.
func (r *search) guests(days [][]int32) []guest {
	all, of := []guest{}, make([]int, r.n) // of a stop: its trip, from 1
	for d, seq := range days {
		for len(seq) > 0 && len(r.vehicles[d].begun) == 0 {
			t := guest{d, upToGate(seq)}
			seq = seq[min(len(t.stops)+1, len(seq)):]
			all = append(all, t)
			for _, u := range t.stops {
				of[u] = len(all)
			}
		}
	}
	wanted := 1 + r.draw.IntN(max(len(all)/2, 1))
	first := int32(1 + r.draw.IntN(r.n-1))
	var chosen []guest
	for _, u := range append([]int32{first}, r.nearest(first, r.n)...) {
		if of[u] == 0 || len(chosen) == wanted {
			continue
		}
		t := all[of[u]-1]
		chosen = append(chosen, t)
		for _, v := range t.stops {
			of[v] = 0
		}
	}
	return chosen
}

// takeOver puts a guest in the place of the trip that is most like it, if that
// vehicle's day allows it.
func (r *search) takeOver(t guest) {
	d, i := r.host(t)
	if d < 0 {
		return
	}
	day := &r.days[d]
	own := day.trips[i]
	seq := append(without(day.seq[:own.from], t.stops), t.stops...)
	seq = appendTidy(nil, append(seq, without(day.seq[own.to:], t.stops)...))
	if !r.walk(d, seq) {
		return
	}
	r.takeOut(append(slices.Clone(t.stops), day.seq[own.from:own.to]...))
	r.occupy(d, seq)
}

// host is the trip that shares most stops with the guest; day -1 if none shares any.
func (r *search) host(t guest) (day, trip int) {
	shared, most := map[tripID]int{}, 0
	day = -1
	for _, u := range t.stops {
		d := r.dayOf[u]
		if d < 0 || len(r.vehicles[d].begun) > 0 || r.vehicles[d].kind != r.vehicles[t.day].kind {
			continue
		}
		id := tripID{d, r.tripOf[u]}
		if shared[id]++; shared[id] > most {
			most, day, trip = shared[id], int(id.day), int(id.trip)
		}
	}
	return day, trip
}

// takeOut leaves out these stops, some of which may be left out already.
func (r *search) takeOut(stops []int32) {
	r.ruined, r.out = r.ruined[:0], r.out[:0]
	for _, u := range stops {
		if d := r.dayOf[u]; d >= 0 && !slices.Contains(r.out, u) {
			r.touch(int(d))
			r.out, r.ruined = append(r.out, u), append(r.ruined, tripID{d, r.tripOf[u]})
		}
	}
	r.close(r.out)
}

// without gives a copy of a day's stops but for these.
func without(seq, stops []int32) []int32 {
	return slices.DeleteFunc(slices.Clone(seq), func(u int32) bool { return u != 0 && slices.Contains(stops, u) })
}
