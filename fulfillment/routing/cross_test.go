package routing

import (
	"context"
	"slices"
	"testing"
)

func TestAGuestTakesThePlaceOfTheTripThatIsMostLikeIt(t *testing.T) {
	for name, row := range map[string]struct {
		mine, guest []int32
		want        []int32 // who then goes with the guest's vehicle
		left        []int32
	}{
		"the trip that shares most gives way":      {[]int32{1, 2, 3, 0, 4, 5, 6}, []int32{2, 3, 4}, []int32{2, 3, 4, 0, 5, 6}, []int32{1}},
		"a trip whose stops are all taken is gone": {[]int32{1, 2, 3, 0, 4}, []int32{4, 1, 2}, []int32{4, 1, 2}, []int32{3}},
		"a guest who shares nothing stays away":    {[]int32{1, 2, 0, 3}, []int32{5, 6}, []int32{1, 2, 0, 3}, nil},
		"a guest for whom there is no time":        {[]int32{1, 2, 0, 3}, []int32{1, 3, 7}, []int32{1, 2, 0, 3}, nil},
	} {
		p := roomy(7)
		p.Stops[6].Window[1] = 1
		r := newSearch(modelOf(p), 1)
		r.become(solution{days: [][]int32{row.mine}})
		r.takeOver(guest{0, row.guest})
		if !slices.Equal(r.days[0].seq, row.want) {
			t.Errorf("%s: %v, want %v", name, r.days[0].seq, row.want)
		}
		for _, u := range row.left {
			if r.dayOf[u] >= 0 {
				t.Errorf("%s: %d has a place", name, u)
			}
		}
	}
}

// roomy has one courier with time and room for everything.
func roomy(stops int) *Problem {
	p := made(3, stops)
	p.Couriers = p.Couriers[:1]
	p.Couriers[0] = Courier{Kind: "foot", Count: 1, Capacity: slices.Repeat([]int64{9999}, len(p.Loads)), Shift: [2]int64{0, 99999}}
	for i := range p.Stops {
		p.Stops[i].Window, p.Stops[i].Release = [2]int64{0, 99999}, 0
	}
	return p
}

func TestAChildIsASolution(t *testing.T) {
	p := made(9, 45)
	m := modelOf(p)
	solved := func(seed int64) [][]int32 {
		return solve(context.Background(), m, nil, newStopwatch(Options{Seed: seed, Iterations: 300}))
	}
	a, b := solved(1), solved(2)
	r := newSearch(m, 3)
	changed := 0
	for range 100 {
		r.become(solution{days: a})
		before := r.cost
		r.cross(b)
		if r.cost != before {
			changed++
		}
		fresh := newState(m)
		for d := range r.days {
			if !m.walk(d, r.days[d].seq) {
				t.Fatalf("day %d cannot be done: %v", d, r.days[d].seq)
			}
			fresh.set(d, r.days[d].seq)
		}
		for u := int32(1); u < int32(m.n); u++ {
			if fresh.dayOf[u] >= 0 {
				fresh.cost -= m.penalty[u]
			}
		}
		if fresh.cost != r.cost {
			t.Fatalf("cost %d, measured %d", r.cost, fresh.cost)
		}
	}
	if changed < 50 {
		t.Errorf("%d children of 100 differ from their parent", changed)
	}
}
