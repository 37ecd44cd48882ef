package routing

// walk tells whether the day's vehicle can do trips in this order, a 0 between two:
// loads, stairs, windows, shift and number of trips allow it.
func (m *model) walk(d int, seq []int32) bool {
	v := &m.vehicles[d]
	clock, trips := v.start, 0
	for len(seq) > 0 {
		stops := upToGate(seq)
		seq = seq[min(len(stops)+1, len(seq)):]
		end, ok := m.walkTrip(d, stops, clock)
		if trips++; !ok {
			return false
		}
		clock = end
	}
	return trips <= v.maxTrips && (!m.timed || clock <= v.end)
}

// walkTrip gives when the vehicle is back, if it can begin to load at a moment.
func (m *model) walkTrip(d int, stops []int32, clock int64) (int64, bool) {
	v := &m.vehicles[d]
	for _, u := range stops {
		clock = max(clock, m.release[u])
	}
	clock += v.loading
	var on [maxLoads]int64
	prev, ok := int32(0), true
	for _, u := range stops {
		ok = ok && m.carries(d, u, &on)
		for k := range m.k {
			on[k] += m.load[u][k]
		}
		if clock += m.t(d, prev, u); m.timed && clock > m.due[u] {
			ok = false
		}
		clock, prev = max(clock, m.ready[u])+m.service[u], u
	}
	return clock + m.t(d, prev, 0), ok
}
