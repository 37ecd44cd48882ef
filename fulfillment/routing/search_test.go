package routing

import (
	"context"
	"fmt"
	"testing"
)

func TestTheSameSeedGivesTheSamePlanAtThisCost(t *testing.T) {
	p := made(7, 40)
	a, _ := Solve(context.Background(), p, Options{Seed: 3, Iterations: 3000})
	b, _ := Solve(context.Background(), p, Options{Seed: 3, Iterations: 3000})
	if fmt.Sprint(a) != fmt.Sprint(b) {
		t.Error("two plans differ")
	}
	if want := pinned; a.Travel != want {
		t.Errorf("travel %d, want %d: the search has changed", a.Travel, want)
	}
}

// TestTheStateAgreesWithItself changes a solution at random and holds what the
// operators keep up to date against what measuring anew says.
func TestTheStateAgreesWithItself(t *testing.T) {
	m := modelOf(made(11, 35))
	r := newSearch(m, 1)
	r.construct(nil)
	r.keep()
	for i := range 300 {
		r.step(20)
		fresh := newState(m)
		for d := range r.days {
			fresh.set(d, r.days[d].seq)
			for _, v := range r.days[d].seq {
				if v != 0 {
					fresh.cost -= m.penalty[v]
				}
			}
		}
		if fresh.cost != r.cost {
			t.Fatalf("step %d: cost %d, measured %d", i, r.cost, fresh.cost)
		}
	}
}

func BenchmarkStep(b *testing.B) {
	r := newSearch(modelOf(made(2, 200)), 1)
	r.construct(nil)
	r.keep()
	b.ReportAllocs()
	for b.Loop() {
		r.step(20)
	}
}

const pinned int64 = 9697
