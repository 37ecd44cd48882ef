package routing

import (
	"context"
	"testing"
)

func TestTheCheckerSeesWhatIsWrong(t *testing.T) {
	p := made(5, 30)
	good, err := Solve(context.Background(), p, Options{Iterations: 200})
	if err != nil || len(good.Runs) == 0 {
		t.Fatal(err)
	}
	again := func() Plan {
		plan, _ := Solve(context.Background(), p, Options{Iterations: 200})
		return plan
	}
	for name, spoil := range map[string]func(*Plan){
		"a stop twice":      func(q *Plan) { tr := &q.Runs[0].Trips[0]; tr.Stops = append(tr.Stops, tr.Stops[0]) },
		"a stop forgotten":  func(q *Plan) { tr := &q.Runs[0].Trips[0]; tr.Stops = tr.Stops[1:] },
		"an unknown stop":   func(q *Plan) { q.Runs[0].Trips[0].Stops[0].ID = "nowhere" },
		"leaves unloaded":   func(q *Plan) { q.Runs[0].Trips[0].Leaves = 0 },
		"told too early":    func(q *Plan) { q.Runs[0].Trips[0].Stops[0].Arrives-- },
		"travel told wrong": func(q *Plan) { q.Travel++ },
		"no such courier":   func(q *Plan) { q.Runs[0].Courier = "plane-1" },
		"left out too":      func(q *Plan) { q.Unserved = append(q.Unserved, Unserved{q.Runs[0].Trips[0].Stops[0].ID, Shift}) },
	} {
		plan := again()
		spoil(&plan)
		if Check(p, &plan) == nil {
			t.Errorf("%s: not seen", name)
		}
	}
}
