package routing

import "slices"

// daysOf gives a plan's stops in the order of each vehicle's day; what the problem
// does not know, couriers and stops alike, is left out.
func (m *model) daysOf(p *Problem, plan *Plan) [][]int32 {
	node, vehicle := map[string]int32{}, map[string]int{}
	for i := range p.Stops {
		node[p.Stops[i].ID] = int32(i + 1)
	}
	for d, name := range courierNames(p) {
		vehicle[name] = d
	}
	days := make([][]int32, len(m.vehicles))
	for _, run := range plan.Runs {
		d, known := vehicle[run.Courier]
		if !known {
			continue
		}
		for _, t := range run.Trips {
			for _, v := range t.Stops {
				if u := node[v.ID]; u != 0 {
					days[d] = append(days[d], u)
				}
			}
			days[d] = append(days[d], 0)
		}
	}
	return days
}

// follow brings the search to the days of an earlier plan: stop after stop, as far
// as loads, stairs, windows and shifts allow it now, behind what is under way.
func (r *search) follow(days [][]int32) {
	for d, seq := range days {
		now := slices.Clone(r.days[d].seq)
		if seq = appendTidy(nil, seq); len(now) > 0 {
			now, seq = append(now, 0), seq[len(upToGate(seq)):]
		}
		for _, u := range seq {
			next := append(now, u)
			if u == 0 || r.dayOf[u] < 0 && r.aboard[u] == 0 && r.walk(d, appendTidy(nil, next)) {
				now = next
			}
		}
		r.occupy(d, now)
	}
	r.findAbsent()
}

// occupy gives an idle stretch of a day its stops.
func (r *search) occupy(d int, seq []int32) {
	for _, u := range seq {
		if u != 0 && r.dayOf[u] < 0 {
			r.cost -= r.penalty[u]
		}
	}
	r.set(d, seq)
}

func empty(days [][]int32) bool {
	return !slices.ContainsFunc(days, func(seq []int32) bool { return len(seq) > 0 })
}
