package routing

import (
	"context"
	"fmt"
	"slices"
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
	for i := range 600 {
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
		for d := range r.days {
			if !slices.Equal(fresh.days[d].trips, r.days[d].trips) || fresh.days[d].dist != r.days[d].dist {
				t.Fatalf("step %d, day %d: trips %v, measured %v", i, d, r.days[d].trips, fresh.days[d].trips)
			}
		}
		for u := range fresh.dayOf {
			if fresh.dayOf[u] != r.dayOf[u] || r.dayOf[u] >= 0 && (fresh.tripOf[u] != r.tripOf[u] || fresh.posOf[u] != r.posOf[u] ||
				fresh.links[u] != r.links[u] || fresh.pre[u] != r.pre[u] || fresh.suf[u] != r.suf[u]) {
				t.Fatalf("step %d: stop %d is kept otherwise than measured", i, u)
			}
		}
	}
}

func TestStopsArePutBackOnlyBelowALimit(t *testing.T) {
	r := newSearch(modelOf(roomy(20)), 1)
	r.construct(nil)
	r.keep()
	cost := r.cost
	for range 100 {
		r.missed = r.missed[:0]
		out := r.ruin(nil)
		taken := r.cost
		for _, u := range out {
			taken -= r.penalty[u]
		}
		limit := taken + r.draw.Int64N(2*(cost-taken)+2)
		r.recreate(out, limit)
		if whole := !slices.Contains(r.dayOf[1:], -1); whole && r.cost >= limit {
			t.Fatalf("everything was put back at %d, the limit is %d", r.cost, limit)
		}
		r.goBack(cost)
	}
	out := r.ruin(nil)
	if r.recreate(out, forever); len(r.absent) > 0 {
		t.Errorf("%d are left out without a limit", len(r.absent))
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

const pinned int64 = 9694
