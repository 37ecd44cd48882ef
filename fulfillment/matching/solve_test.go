package matching

import (
	"context"
	"fmt"
	"testing"
)

func solve(t *testing.T, m *Market, o Options) Plan {
	t.Helper()
	p, err := Solve(context.Background(), m, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := Check(m, &p); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestTinyMarketsAreSolvedToTheOptimumAndBounded(t *testing.T) {
	bad := 0
	for seed := range uint64(300) {
		m := tiny(seed)
		want := exact(m)
		p := solve(t, m, Options{Iterations: 400})
		if p.Bound < want {
			t.Fatalf("market %d: the bound %d is under the optimum %d", seed, p.Bound, want)
		}
		if p.Value > want {
			t.Fatalf("market %d: the plan's %d is above the optimum %d", seed, p.Value, want)
		}
		if p.Value < want {
			bad++
			t.Errorf("market %d: %d of %d", seed, p.Value, want)
		}
	}
	fmt.Println(bad)
}
