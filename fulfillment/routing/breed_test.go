package routing

import (
	"context"
	"testing"
)

func TestWithTheStepsForItAPlanIsBred(t *testing.T) {
	p := made(4, 60)
	plan, err := Solve(context.Background(), p, Options{Seed: 1, Iterations: 40_000})
	if err != nil {
		t.Fatal(err)
	}
	if err := Check(p, &plan); err != nil {
		t.Error(err)
	}
	if plan.Travel != bred {
		t.Errorf("travel %d, want %d: the search has changed", plan.Travel, bred)
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

const bred int64 = 7903
