package routing

import (
	"context"
	"slices"
	"testing"
)

func TestAnEarlierPlanIsNeverMadeWorse(t *testing.T) {
	for seed := range uint64(30) {
		p := made(seed, 40)
		for i := range p.Stops {
			p.Stops[i].Hot = i%9 == 0
		}
		before, err := Solve(context.Background(), p, Options{Iterations: 600})
		if err != nil {
			t.Fatal(err)
		}
		for _, steps := range []int{1, 300} {
			after, err := Improve(context.Background(), p, &before, Options{Seed: 5, Iterations: steps})
			if err != nil {
				t.Fatal(err)
			}
			if err := Check(p, &after); err != nil {
				t.Errorf("seed %d: %v", seed, err)
			}
			if p.better(&before, &after) {
				t.Errorf("seed %d: %v became %v", seed, p.score(&before), p.score(&after))
			}
		}
	}
}

// TestAnEarlierPlanIsFollowedAsFarAsItCanBe takes a courier and a stop away and
// brings another stop: what the others do stays.
func TestAnEarlierPlanIsFollowedAsFarAsItCanBe(t *testing.T) {
	p := made(6, 40)
	p.Couriers[0].Count = 4
	before, err := Solve(context.Background(), p, Options{Iterations: 3000})
	if err != nil {
		t.Fatal(err)
	}
	gone := p.Stops[7].ID
	p.Stops[7].ID = "new"
	p.Couriers[0].Count = 3
	m := modelOf(p)
	r := newSearch(m, 1)
	r.resume()
	r.follow(m.daysOf(p, &before))
	for d, name := range courierNames(p) {
		var want, got []string
		for _, run := range before.Runs {
			for _, trip := range run.Trips {
				for _, v := range trip.Stops {
					if run.Courier == name && v.ID != gone {
						want = append(want, v.ID)
					}
				}
			}
		}
		for _, u := range r.days[d].seq {
			if u != 0 {
				got = append(got, p.Stops[u-1].ID)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s goes to %v, and went to %v", name, got, want)
		}
	}
	if !slices.Contains(r.absent, 8) {
		t.Error("the new stop is in nobody's day")
	}
}
