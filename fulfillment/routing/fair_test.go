package routing

import (
	"context"
	"slices"
	"testing"
)

// alone is a door problem of equal doors that each need a trip of their own.
func alone(doors, couriers int, worked ...int64) *Problem {
	p := &Problem{Loads: []string{"litres"}}
	for i := range doors {
		p.Stops = append(p.Stops, Stop{ID: string(rune('a' + i)), Load: []int64{10}, Service: 20, Window: [2]int64{0, 9000}})
	}
	for i := range doors + 1 {
		row := slices.Repeat([]int64{40}, doors+1)
		row[i] = 0
		p.Duration = append(p.Duration, row)
	}
	p.Couriers = []Courier{{Kind: "foot", Count: couriers, Capacity: []int64{10}, Shift: [2]int64{0, 9000}, Worked: worked}}
	return p
}

func TestWorkIsSharedFairly(t *testing.T) {
	trip := int64(40 + 20 + 40)
	for _, row := range []struct {
		name  string
		p     *Problem
		trips map[string]int
	}{
		{"nobody has worked", alone(9, 3), map[string]int{"foot-1": 3, "foot-2": 3, "foot-3": 3}},
		{"one has worked", alone(9, 3, 0, 3*trip, 0), map[string]int{"foot-1": 4, "foot-2": 1, "foot-3": 4}},
		{"one has worked for all", alone(4, 2, 10*trip, 0), map[string]int{"foot-2": 4}},
	} {
		plan, err := Solve(context.Background(), row.p, Options{Iterations: 200})
		if err != nil {
			t.Fatal(err)
		}
		if err := Check(row.p, &plan); err != nil {
			t.Error(err)
		}
		for _, r := range plan.Runs {
			if len(r.Trips) != row.trips[r.Courier] {
				t.Errorf("%s: %s makes %d trips, want %d", row.name, r.Courier, len(r.Trips), row.trips[r.Courier])
			}
		}
	}
}

func TestEffortCountsAsWork(t *testing.T) {
	p := alone(3, 2)
	p.Stops[1].Effort = 300 // as much as three trips
	plan, err := Solve(context.Background(), p, Options{Iterations: 200})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range plan.Runs {
		heavy := slices.ContainsFunc(r.Trips, func(tr Trip) bool { return tr.Stops[0].ID == "b" })
		if heavy != (len(r.Trips) == 1) {
			t.Errorf("%s makes %d trips, the heavy one: %v", r.Courier, len(r.Trips), heavy)
		}
	}
}

// TestSharingChangesNoTravel holds that fairness comes after travel.
func TestSharingChangesNoTravel(t *testing.T) {
	for seed := range uint64(30) {
		p := made(seed, 40)
		m := modelOf(p)
		days := solve(context.Background(), m, nil, newStopwatch(Options{Iterations: 300}))
		before := p.plan(m, days)
		unfair := squares(newSharing(m, p, days))
		m.share(p, days, newStopwatch(Options{Iterations: 1}))
		after := p.plan(m, days)
		if err := Check(p, &after); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
		if after.Travel != before.Travel || len(after.Unserved) != len(before.Unserved) {
			t.Errorf("seed %d: travel %d became %d", seed, before.Travel, after.Travel)
		}
		if fair := squares(newSharing(m, p, days)); fair > unfair {
			t.Errorf("seed %d: the squares grew from %g to %g", seed, unfair, fair)
		}
	}
}

func squares(f *sharing) float64 {
	var sum float64
	for d := range f.days {
		sum += f.burden(d, f.days[d])
	}
	return sum
}
