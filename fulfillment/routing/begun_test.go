package routing

import (
	"context"
	"testing"
)

// TestAPlanIsPlannedAgainWithWhatIsUnderWayFixed lets the first trips of a plan
// leave, and plans the rest again with another stop.
func TestAPlanIsPlannedAgainWithWhatIsUnderWayFixed(t *testing.T) {
	for seed := range uint64(30) {
		p := made(seed, 30)
		plan, err := Solve(context.Background(), p, Options{Iterations: 300})
		if err != nil {
			t.Fatal(err)
		}
		for i, run := range plan.Runs {
			b := Begun{Courier: run.Courier, Fixed: 1 + i%len(run.Trips[0].Stops)}
			for _, v := range run.Trips[0].Stops {
				b.Stops = append(b.Stops, v.ID)
			}
			p.Begun = append(p.Begun, b)
		}
		again, err := Improve(context.Background(), p, &plan, Options{Seed: 9, Iterations: 300})
		if err != nil {
			t.Fatal(err)
		}
		if err := Check(p, &again); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
		if p.better(&plan, &again) {
			t.Errorf("seed %d: %v, before %v", seed, p.score(&again), p.score(&plan))
		}
	}
}

func TestWhatIsUnderWayStaysAndTheCheckerSeesIt(t *testing.T) {
	p := made(4, 24)
	p.Begun = []Begun{{Courier: "foot-1", Stops: []string{"s3", "s9", "s7"}, Fixed: 2}}
	for _, id := range []int{3, 9, 7} {
		p.Stops[id].Window, p.Stops[id].Climb, p.Stops[id].Load = [2]int64{0, 7000}, false, []int64{5, 5}
	}
	p.Stops[3].Window[1] = 1 // missed already: it is fixed, so it is still visited
	solved := func() Plan {
		plan, err := Solve(context.Background(), p, Options{Iterations: 500})
		if err != nil {
			t.Fatal(err)
		}
		return plan
	}
	plan := solved()
	if err := Check(p, &plan); err != nil {
		t.Fatal(err)
	}
	first := plan.Runs[0].Trips[0].Stops
	if plan.Runs[0].Courier != "foot-1" || len(first) != 3 || first[0].ID != "s3" || first[1].ID != "s9" || first[2].ID != "s7" {
		t.Errorf("the trip under way became %v", first)
	}
	plan.Runs[0].Trips[0].Stops[0], plan.Runs[0].Trips[0].Stops[1] = first[1], first[0]
	if Check(p, &plan) == nil {
		t.Error("a fixed stop lost its place, and nobody saw it")
	}
	plan = solved()
	tr := plan.Runs[0].Trips
	tr[0].Stops = append(tr[0].Stops, plan.Runs[1].Trips[0].Stops[0])
	if Check(p, &plan) == nil {
		t.Error("a trip under way took a bag from the gate, and nobody saw it")
	}
}

func TestTripsUnderWayThatCannotBeAreNamed(t *testing.T) {
	for place, b := range map[string]Begun{
		"begun[0].courier":  {Courier: "plane-1", Stops: []string{"s1"}, Fixed: 1},
		"begun[0].fixed":    {Courier: "foot-1", Stops: []string{"s1"}},
		"begun[0].stops[1]": {Courier: "foot-1", Stops: []string{"s1", "s1"}, Fixed: 1},
	} {
		p := made(4, 10)
		p.Begun = []Begun{b}
		_, err := Solve(context.Background(), p, Options{Iterations: 1})
		if wrong, ok := err.(*Invalid); !ok || wrong.Place != place {
			t.Errorf("%s: %v", place, err)
		}
	}
	p := made(4, 10)
	p.Couriers[0].Shift[1] = 91
	p.Begun = []Begun{{Courier: "foot-1", Stops: []string{"s1"}, Fixed: 1}}
	if _, err := Solve(context.Background(), p, Options{Iterations: 1}); err == nil {
		t.Error("a trip under way outlasts the shift, and nobody said so")
	}
}
