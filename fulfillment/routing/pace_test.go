package routing

import (
	"context"
	"strings"
	"testing"
)

func TestCouriersKeepTheirPace(t *testing.T) {
	for _, row := range []struct {
		name   string
		pace   []int64
		runs   map[string]int // trips of each
		travel int64
	}{
		{"no pace is the pace of Duration", []int64{0, 100}, map[string]int{"a-1": 2, "b-1": 2}, 4 * 80},
		{"the quick one does all that time allows", []int64{50, 100}, map[string]int{"a-1": 3, "b-1": 1}, 3*40 + 80},
		{"all slow", []int64{150, 150}, map[string]int{"a-1": 2, "b-1": 2}, 4 * 120},
		{"rounded up to a second", []int64{101, 200}, map[string]int{"a-1": 2, "b-1": 2}, 2*82 + 2*160},
	} {
		p := alone(4, 1) // 40 seconds there, 20 at the door, 40 back
		p.Couriers = append(p.Couriers, p.Couriers[0])
		for i := range p.Couriers {
			p.Couriers[i].Kind, p.Couriers[i].Pace, p.Couriers[i].Shift[1] = string(rune('a'+i)), row.pace[i], 360
		}
		if row.pace[0] != row.pace[1] {
			p.Couriers[0].Shift[1] = 204
		}
		plan, err := Solve(context.Background(), p, Options{Iterations: 300})
		if err == nil {
			err = Check(p, &plan)
		}
		if err != nil || plan.Travel != row.travel {
			t.Errorf("%s: travel %d, want %d (%v)", row.name, plan.Travel, row.travel, err)
		}
		for _, r := range plan.Runs {
			if len(r.Trips) != row.runs[r.Courier] {
				t.Errorf("%s: %s makes %d trips", row.name, r.Courier, len(r.Trips))
			}
		}
	}
}

func TestAPaceThatNobodyKeepsIsRefused(t *testing.T) {
	const text = `{"loads":[],"stops":[],"duration":[[0]],"couriers":[{"kind":"foot","count":1,"capacity":[],"pace":%}]}`
	for pace, want := range map[string]string{"5": "couriers[0].pace", "1001": "couriers[0].pace", "-1": "couriers[0].pace", `"slow"`: "couriers.pace"} {
		if _, err := Read(strings.NewReader(strings.Replace(text, "%", pace, 1))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", pace, err)
		}
	}
}
