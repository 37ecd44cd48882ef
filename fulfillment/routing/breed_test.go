package routing

import (
	"context"
	"testing"
)

func TestWithTheStepsForItAPlanIsBred(t *testing.T) {
	oneTripEach := made(4, 40)
	oneTripEach.Couriers = oneTripEach.Couriers[:1]
	oneTripEach.Couriers[0].Count, oneTripEach.Couriers[0].MaxTrips = 20, 1
	for _, row := range []struct {
		name    string
		problem *Problem
		steps   int
		travel  int64
	}{
		{"several trips", made(4, 60), 40_000, 8129},
		{"one trip each, mixed from several annealings", oneTripEach, 2_400, 9993},
	} {
		plan, err := Solve(context.Background(), row.problem, Options{Seed: 1, Iterations: row.steps})
		if err != nil {
			t.Fatal(err)
		}
		if err := Check(row.problem, &plan); err != nil {
			t.Error(row.name, err)
		}
		if plan.Travel != row.travel {
			t.Errorf("%s: travel %d, want %d: the search has changed", row.name, plan.Travel, row.travel)
		}
	}
}

func TestAnEndedSearchStillHasItsStart(t *testing.T) {
	ctx, end := context.WithCancel(context.Background())
	end()
	p := made(7, 40)
	plan, err := Solve(ctx, p, Options{Seed: 3, Iterations: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	if err := Check(p, &plan); err != nil || len(plan.Runs) == 0 {
		t.Error(plan, err)
	}
}
