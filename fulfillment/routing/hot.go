package routing

import "context"

const (
	firstDelay = 60 // seconds that a hot stop's window is widened by at first
	delays     = 10 // and how often twice that is tried
)

// hurry serves the hot stops that windows leave out: the windows of those alone
// are widened, a little more each time, until they are served, so that lateness
// comes before travel. Each try has a quarter of the budget.
func (m *model) hurry(ctx context.Context, p *Problem, days [][]int32, o Options) [][]int32 {
	o.Budget, o.Iterations = o.Budget/4, o.Iterations/4
	for delay, i := int64(firstDelay), 0; i < delays && ctx.Err() == nil; delay, i = 2*delay, i+1 {
		late := m.coldStops(p, days)
		if len(late) == 0 {
			break
		}
		for _, u := range late {
			m.due[u] += delay
		}
		if next := solve(ctx, m, days, o); m.leftOut(next) < m.leftOut(days) {
			days = next
		}
	}
	return days
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
