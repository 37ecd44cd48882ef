package routing

import (
	"slices"
	"testing"
)

// oneTripEach is a made problem whose couriers are alike and go once.
func oneTripEach(stops int) *model {
	p := made(5, stops)
	p.Couriers = p.Couriers[:1]
	p.Couriers[0].Count, p.Couriers[0].MaxTrips = stops, 1
	for i := range p.Stops {
		p.Stops[i].Climb = false
	}
	return modelOf(p)
}

func TestARegionLeavesTheRestAsItIs(t *testing.T) {
	r := newSearch(oneTripEach(150), 1)
	r.used = func(steps int) float64 { return float64(steps) / 4000 }
	r.construct(nil)
	r.keep()
	r.remember()
	before := r.cost
	g := r.around(7)
	if len(g.nodes) <= regionStops || len(g.nodes) > r.n-10 || !slices.Contains(g.nodes, 7) {
		t.Fatalf("a region of %d nodes of %d", len(g.nodes), r.n)
	}
	was := make([][]int32, len(r.days))
	for d := range r.days {
		was[d] = slices.Clone(r.days[d].seq)
	}
	r.searchRegion(g, 1)
	if r.cost >= before || r.bestCost != r.cost {
		t.Errorf("cost %d, best %d, before %d", r.cost, r.bestCost, before)
	}
	visits, cost := make([]int, r.n), r.cost
	for d := range r.days {
		if !slices.Contains(g.days, d) && !slices.Equal(r.days[d].seq, was[d]) {
			t.Errorf("day %d is not of the region, and has changed", d)
		}
		if !r.walk(d, r.days[d].seq) {
			t.Errorf("day %d cannot be walked: %v", d, r.days[d].seq)
		}
		for _, u := range r.days[d].seq {
			visits[u]++
		}
	}
	for u := 1; u < r.n; u++ {
		if left := slices.Contains(r.absent, int32(u)); visits[u] > 1 || (visits[u] == 0) != left {
			t.Errorf("stop %d is visited %d times, left out: %v", u, visits[u], left)
		}
	}
	if r.recount(); r.cost != cost {
		t.Errorf("cost %d, counted anew %d", cost, r.cost)
	}
}
