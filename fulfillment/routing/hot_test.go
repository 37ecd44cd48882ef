package routing

import (
	"context"
	"testing"
)

func TestAHotStopIsLateRatherThanLeftOut(t *testing.T) {
	p := alone(4, 1) // a courier who needs 100 seconds a door
	for i := range p.Stops {
		p.Stops[i].Window[1] = 150
	}
	plan, err := Solve(context.Background(), p, Options{Iterations: 400})
	if err != nil || len(plan.Unserved) != 2 {
		t.Fatalf("not hot: %v %v", plan.Unserved, err)
	}
	p.Stops[1].Hot, p.Stops[2].Hot = true, true
	p.Stops[1].Priority, p.Stops[2].Priority = 1, 1
	for _, s := range []int{0, 3} {
		p.Stops[s].Window[1] = 9000
	}
	p.Stops[2].Window[1] = 30
	plan, err = Solve(context.Background(), p, Options{Iterations: 400})
	if err != nil || len(plan.Unserved) != 0 {
		t.Fatalf("hot: %v %v", plan.Unserved, err)
	}
	if err := Check(p, &plan); err != nil {
		t.Error(err)
	}
	for i, id := range []string{"c", "b"} {
		if got := plan.Runs[0].Trips[i].Stops[0]; got.ID != id {
			t.Errorf("trip %d goes to %s, want %s", i+1, got.ID, id)
		}
	}
}
