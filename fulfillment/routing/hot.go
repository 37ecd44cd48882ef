package routing

import "context"

const (
	firstDelay = 60 // seconds that a hot stop's window is widened by at first
	delays     = 10 // and how often twice that is tried
)

// planDays gives the best days found. Where stops are hot, a tenth of the budget
// tells which of them nobody can serve in time, and those become as late as they
// must before the rest is searched, so that lateness comes before travel.
func (m *model) planDays(ctx context.Context, p *Problem, from [][]int32, clock *stopwatch) [][]int32 {
	if !p.anyHot() {
		return solve(ctx, m, from, clock)
	}
	scouted := m.hurry(ctx, p, solve(ctx, m, from, clock.stage(0.1)), clock)
	m.settle(p, scouted)
	days := solve(ctx, m, from, clock.stage(1))
	if m.leftOut(scouted) < m.leftOut(days) {
		return scouted
	}
	return days
}

func (p *Problem) anyHot() bool {
	for i := range p.Stops {
		if p.Stops[i].Hot {
			return true
		}
	}
	return false
}

// hurry serves the hot stops that windows leave out: the windows of those alone
// are widened, a little more each time, until they are served.
func (m *model) hurry(ctx context.Context, p *Problem, days [][]int32, clock *stopwatch) [][]int32 {
	for delay, i := int64(firstDelay), 0; i < delays && ctx.Err() == nil; delay, i = 2*delay, i+1 {
		late := m.coldStops(p, days)
		if len(late) == 0 {
			break
		}
		for _, u := range late {
			m.due[u] += delay
		}
		if next := solve(ctx, m, days, clock.stage(0.02)); m.leftOut(next) < m.leftOut(days) {
			days = next
		}
	}
	return days
}

// settle lets each hot stop be as late as it is in these days, and no later.
func (m *model) settle(p *Problem, days [][]int32) {
	arrives := map[string]int64{}
	for _, run := range p.plan(m, days).Runs {
		for _, t := range run.Trips {
			for _, v := range t.Stops {
				arrives[v.ID] = v.Arrives
			}
		}
	}
	for i := range p.Stops {
		if s := &p.Stops[i]; s.Hot && !m.fixed[i+1] {
			m.due[i+1] = max(s.Window[1], arrives[s.ID])
		}
	}
}

// coldStops are the hot stops that are left out for want of time.
func (m *model) coldStops(p *Problem, days [][]int32) []int32 {
	var cold []int32
	served := m.served(days)
	for i := range p.Stops {
		u := int32(i + 1)
		if why := m.reason(u); p.Stops[i].Hot && !served[u] && (why == Window || why == Shift) {
			cold = append(cold, u)
		}
	}
	return cold
}

func (m *model) served(days [][]int32) []bool {
	served := make([]bool, m.n)
	for _, seq := range days {
		for _, u := range seq {
			served[u] = true
		}
	}
	return served
}

// leftOut is what the stops that are left out weigh.
func (m *model) leftOut(days [][]int32) int64 {
	var sum int64
	for u, ok := range m.served(days) {
		if u > 0 && !ok {
			sum += m.penalty[u]
		}
	}
	return sum
}
