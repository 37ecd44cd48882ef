package routing

// begin brings the trips that are under way into the model. A fixed stop is
// reached when it is reached: its window does not end.
func (m *model) begin(p *Problem) {
	node, vehicle := map[string]int32{}, map[string]int{}
	for i := range p.Stops {
		node[p.Stops[i].ID] = int32(i + 1)
	}
	for d, name := range courierNames(p) {
		vehicle[name] = d
	}
	for i, b := range p.Begun {
		v := &m.vehicles[vehicle[b.Courier]]
		for k, id := range b.Stops {
			u := node[id]
			v.begun = append(v.begun, u)
			m.aboard[u] = int32(i + 1)
			if k < b.Fixed {
				m.fixed[u], m.due[u] = true, forever
			}
		}
	}
}

// resume puts the trips that are under way into their days: as they stand where
// windows and shift allow it, and the fixed stops alone where they do not.
func (r *search) resume() {
	for d := range r.vehicles {
		begun := r.vehicles[d].begun
		if len(begun) == 0 {
			continue
		}
		if !r.walk(d, begun) {
			begun = r.fixedOf(begun)
		}
		r.occupy(d, begun)
	}
	r.findAbsent()
}

func (r *search) fixedOf(begun []int32) []int32 {
	n := 0
	for n < len(begun) && r.fixed[begun[n]] {
		n++
	}
	return begun[:n]
}

func (r *search) findAbsent() {
	r.absent = r.absent[:0]
	for u := int32(1); u < int32(r.n); u++ {
		if r.dayOf[u] < 0 {
			r.absent = append(r.absent, u)
		}
	}
}

// begunInShift refuses a trip under way whose fixed stops outlast the shift.
func (m *model) begunInShift(p *Problem) error {
	names := courierNames(p)
	for d := range m.vehicles {
		v := &m.vehicles[d]
		if len(v.begun) == 0 {
			continue
		}
		clock, prev := v.start, int32(0)
		for _, u := range v.begun {
			clock = max(clock, m.release[u])
		}
		clock += v.loading
		for _, u := range v.begun {
			if m.fixed[u] {
				clock = max(clock+m.t(d, prev, u), m.ready[u]) + m.service[u]
				prev = u
			}
		}
		if clock+m.t(d, prev, 0) > v.end {
			return invalid("begun", "%s is back at %d, after the shift's end at %d", names[d], clock+m.t(d, prev, 0), v.end)
		}
	}
	return nil
}
