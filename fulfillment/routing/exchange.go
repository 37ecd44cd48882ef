package routing

// exchangeVehicles lets two single-trip days change vehicles where that is
// cheaper and both loads fit: string removals alone keep a trip on its vehicle.
func (r *search) exchangeVehicles() {
	for i := 0; i < len(r.saved); i++ {
		a := r.saved[i].day
		for b := range r.days {
			if b != a && r.single(a) && r.single(b) && r.gain(a, b) > 0 {
				r.swap(a, b)
			}
		}
	}
}

// single tells whether the day has one trip at most, and none under way.
func (r *search) single(d int) bool {
	return len(r.days[d].trips) <= 1 && len(r.vehicles[d].begun) == 0
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
	if gain <= 0 || !r.holds(b, da) || !r.holds(a, db) || r.timed && (va.start != vb.start || va.end != vb.end || va.loading != vb.loading) {
		return 0
	}
	return gain
}

// holds tells whether a vehicle carries the one trip of a day.
func (r *search) holds(vehicle int, of *day) bool {
	return len(of.trips) == 0 || r.can(vehicle, of.seq)
}

func (r *search) swap(a, b int) {
	r.touch(a)
	r.touch(b)
	first := append(r.buffer[:0], r.days[a].seq...)
	r.buffer = first
	r.set(a, r.days[b].seq)
	r.set(b, first)
}
