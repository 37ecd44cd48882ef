package routing

import (
	"context"
	"fmt"
	"slices"
)

// Solve returns the best plan found. The error is an *Invalid problem; an ended
// context ends the search with the best found.
func Solve(ctx context.Context, p *Problem, o Options) (Plan, error) {
	return Improve(ctx, p, &Plan{}, o)
}

// Improve returns the best plan found from an earlier one on, of this problem or of
// what the problem was before stops came, couriers left or trips began: what the
// problem does not know is passed over, what can no longer be done is planned anew.
// Where the earlier plan can be carried out as it is, the new one is no worse.
func Improve(ctx context.Context, p *Problem, from *Plan, o Options) (Plan, error) {
	clock := newStopwatch(o).spare(len(p.Stops), toShare)
	if err := p.Validate(); err != nil {
		return Plan{}, err
	}
	m := modelOf(p)
	if err := m.begunInShift(p); err != nil {
		return Plan{}, err
	}
	if len(m.vehicles) == 0 { // nobody to search for
		return p.plan(m, nil), nil
	}
	days := m.planDays(ctx, p, m.daysOf(p, from), clock)
	m.share(p, days, clock)
	plan := p.plan(m, days)
	if len(from.Runs) > 0 && p.better(from, &plan) && Check(p, from) == nil {
		return *from, nil
	}
	return plan, nil
}

// better tells whether plan a leaves less out than b, or is less late with hot
// stops, or travels less.
func (p *Problem) better(a, b *Plan) bool {
	return slices.Compare(p.score(a), p.score(b)) < 0
}

func (p *Problem) score(plan *Plan) []int64 {
	var left, late int64
	at := map[string]*Stop{}
	for i := range p.Stops {
		at[p.Stops[i].ID] = &p.Stops[i]
	}
	for _, u := range plan.Unserved {
		if s := at[u.ID]; s != nil {
			left += 1 + s.Priority
		}
	}
	for _, run := range plan.Runs {
		for _, t := range run.Trips {
			for _, v := range t.Stops {
				if s := at[v.ID]; s != nil && s.Hot {
					late += max(v.Arrives-s.Window[1], 0)
				}
			}
		}
	}
	return []int64{left, late, plan.Travel}
}

// plan writes days out with their times.
func (p *Problem) plan(m *model, days [][]int32) Plan {
	plan := Plan{Runs: []Run{}, Unserved: []Unserved{}}
	served := make([]bool, m.n)
	names := courierNames(p)
	for d, seq := range days {
		if len(seq) == 0 {
			continue
		}
		run := Run{Courier: names[d], Trips: []Trip{}}
		clock := m.vehicles[d].start
		for len(seq) > 0 {
			stops := upToGate(seq)
			seq = seq[min(len(stops)+1, len(seq)):]
			var travel int64
			trip := p.trip(m, d, clock, stops, &travel)
			plan.Travel += travel
			clock = trip.Back
			run.Trips = append(run.Trips, trip)
			for _, v := range stops {
				served[v] = true
			}
		}
		plan.Runs = append(plan.Runs, run)
	}
	for i := range p.Stops {
		if !served[i+1] {
			plan.Unserved = append(plan.Unserved, Unserved{p.Stops[i].ID, m.reason(int32(i + 1))})
		}
	}
	return plan
}

// courierNames gives each vehicle its courier's name: kind-number.
func courierNames(p *Problem) []string {
	var names []string
	for _, c := range p.Couriers {
		for k := range min(c.Count, len(p.Stops)+1) {
			names = append(names, fmt.Sprintf("%s-%d", c.Kind, k+1))
		}
	}
	return names
}

func upToGate(seq []int32) []int32 {
	for i, v := range seq {
		if v == 0 {
			return seq[:i]
		}
	}
	return seq
}

func (p *Problem) trip(m *model, d int, clock int64, stops []int32, travel *int64) Trip {
	for _, v := range stops {
		clock = max(clock, m.release[v])
	}
	clock += m.vehicles[d].loading
	trip := Trip{Leaves: clock, Stops: []Visit{}}
	prev := int32(0)
	for _, v := range stops {
		*travel += m.t(d, prev, v)
		clock = max(clock+m.t(d, prev, v), m.ready[v])
		trip.Stops = append(trip.Stops, Visit{p.Stops[v-1].ID, clock})
		clock += m.service[v]
		prev = v
	}
	*travel += m.t(d, prev, 0)
	trip.Back = clock + m.t(d, prev, 0)
	return trip
}

// reason says why no courier serves the stop: each reason is what still stands
// in the way of every courier whom the reasons before it would let go.
func (m *model) reason(u int32) Reason {
	if len(m.vehicles) == 0 {
		return NoCourier
	}
	why := Climb
	for d := range m.vehicles {
		v := &m.vehicles[d]
		if m.aboard[u] != 0 && !slices.Contains(v.begun, u) {
			continue
		}
		switch {
		case v.noStairs && m.climb[u]:
		case !m.carriesAlone(v, u):
			why = later(why, Capacity)
		case max(v.start, m.release[u])+v.loading+m.t(d, 0, u) > m.due[u]:
			why = later(why, Window)
		default:
			return m.crowded(u)
		}
	}
	return why
}

func (m *model) carriesAlone(v *vehicle, u int32) bool {
	for k := range m.k {
		if m.load[u][k] > v.cap[k] {
			return false
		}
	}
	return true
}

// crowded is the reason of a stop that somebody could serve, were the others
// not there: room, where there may be one trip only, and time otherwise.
func (m *model) crowded(u int32) Reason {
	for d := range m.vehicles {
		v := &m.vehicles[d]
		back := max(max(v.start, m.release[u])+v.loading+m.t(d, 0, u), m.ready[u]) + m.service[u] + m.t(d, u, 0)
		if v.maxTrips < m.n && back <= v.end {
			return Capacity
		}
	}
	return Shift
}

func later(a, b Reason) Reason {
	order := map[Reason]int{NoCourier: 0, Climb: 1, Capacity: 2, Window: 3, Shift: 4}
	if order[b] > order[a] {
		return b
	}
	return a
}
