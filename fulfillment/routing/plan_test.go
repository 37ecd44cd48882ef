package routing

import (
	"context"
	"fmt"
	"slices"
	"testing"
)

func TestWhyAStopIsLeftOut(t *testing.T) {
	near := func(n int) [][]int64 {
		rows := make([][]int64, n)
		for i := range rows {
			rows[i] = slices.Repeat([]int64{10}, n)
			rows[i][i] = 0
		}
		return rows
	}
	stop := Stop{ID: "a", Load: []int64{10}, Window: [2]int64{0, 1000}}
	who := Courier{Kind: "foot", Count: 1, Capacity: []int64{20}, Shift: [2]int64{0, 1000}, Loading: 5}
	for _, row := range []struct {
		why    Reason
		change func(*Problem)
	}{
		{NoCourier, func(p *Problem) { p.Couriers = nil }},
		{Climb, func(p *Problem) { p.Couriers[0].NoStairs, p.Stops[0].Climb = true, true }},
		{Capacity, func(p *Problem) { p.Stops[0].Load[0] = 21 }},
		{Window, func(p *Problem) { p.Stops[0].Window[1] = 14 }},
		{Shift, func(p *Problem) { p.Couriers[0].Shift[1] = 24 }},
	} {
		p := &Problem{Loads: []string{"litres"}, Stops: []Stop{stop}, Couriers: []Courier{who}, Duration: near(2)}
		p.Stops[0].Load = []int64{10}
		plan, err := Solve(context.Background(), p, Options{Iterations: 10})
		if err != nil || len(plan.Unserved) != 0 {
			t.Fatalf("the plain problem: %v %v", plan, err)
		}
		row.change(p)
		plan, err = Solve(context.Background(), p, Options{Iterations: 10})
		if err != nil || len(plan.Unserved) != 1 || plan.Unserved[0].Reason != row.why {
			t.Errorf("%v %v, want %s", plan, err, row.why)
		}
	}
}

func TestPriorityDecidesWhoIsLeftOut(t *testing.T) {
	p := made(1, 12)
	for i := range p.Stops {
		p.Stops[i].Load, p.Stops[i].Window, p.Stops[i].Climb, p.Stops[i].Priority = []int64{40, 0}, [2]int64{0, 9999}, false, int64(i%2)*5
	}
	p.Couriers = []Courier{{Kind: "foot", Count: 6, Capacity: []int64{40, 1}, Shift: [2]int64{0, 9999}, MaxTrips: 1}}
	plan, err := Solve(context.Background(), p, Options{Iterations: 3000})
	if err != nil || len(plan.Unserved) != 6 {
		t.Fatal(plan.Unserved, err)
	}
	for _, u := range plan.Unserved {
		var i int
		fmt.Sscanf(u.ID, "s%d", &i)
		if i%2 == 1 {
			t.Errorf("%s has priority and is left out", u.ID)
		}
	}
}
