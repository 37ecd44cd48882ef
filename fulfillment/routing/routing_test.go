package routing

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

// made generates a door problem: stops on a plane with windows, releases, two
// load dimensions and two kinds of couriers, some of whom cannot climb.
func made(seed uint64, n int) *Problem {
	draw := rand.New(rand.NewPCG(seed, 1))
	p := &Problem{Loads: []string{"litres", "grams"}}
	x, y := make([]int64, n+1), make([]int64, n+1)
	for i := range n + 1 {
		x[i], y[i] = draw.Int64N(400), draw.Int64N(400)
	}
	for i := range n + 1 {
		row := make([]int64, n+1)
		for j := range n + 1 {
			if i != j {
				row[j] = max(x[i]-x[j], x[j]-x[i]) + max(y[i]-y[j], y[j]-y[i]) + draw.Int64N(20)
			}
		}
		p.Duration = append(p.Duration, row)
	}
	for i := range n {
		from := draw.Int64N(3000)
		p.Stops = append(p.Stops, Stop{
			ID: fmt.Sprint("s", i), Load: []int64{1 + draw.Int64N(30), draw.Int64N(5000)}, Service: draw.Int64N(60),
			Window: [2]int64{from, from + 600 + draw.Int64N(9000)}, Release: draw.Int64N(1200), Priority: draw.Int64N(3), Climb: draw.IntN(4) == 0,
		})
	}
	p.Couriers = []Courier{
		{Kind: "foot", Count: 1 + draw.IntN(4), Capacity: []int64{40, 9000}, Shift: [2]int64{0, 7200}, Loading: 90},
		{Kind: "e-bike", Count: draw.IntN(3), Capacity: []int64{90, 40_000}, Shift: [2]int64{600, 5400}, Loading: 60, MaxTrips: 2, NoStairs: true},
	}
	p.Couriers[1].Pace = 60 + draw.Int64N(90)
	return p
}

func TestEveryPlanOfMadeProblemsCanBeWalked(t *testing.T) {
	for seed := range uint64(60) {
		p := made(seed, int(seed%45))
		plan, err := Solve(context.Background(), p, Options{Seed: int64(seed), Iterations: 400})
		if err != nil {
			t.Fatal(err)
		}
		if err := Check(p, &plan); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
}

func TestPublicInstancesKeepTheirCost(t *testing.T) {
	const bench = "../../../shared/bench/routing/"
	if _, err := os.Stat(bench); err != nil {
		t.Skip("the public instances are not beside this checkout (../shared/bench/routing): skipped")
	}
	for _, row := range []struct {
		file string
		most float64 // one per cent or so above what 2,000 steps give
	}{
		{"cvrp/X-n101-k25.vrp", 28_600}, {"vrptw/C101.txt", 828}, {"mtvrptwr/C203R0.25.vrp", 17_500}, {"hfvrp/X110-HD.vrp", 1_760_000},
	} {
		f, err := os.Open(bench + row.file)
		if err != nil {
			t.Fatal(err)
		}
		read := ReadVRPLIB
		if strings.HasSuffix(row.file, ".txt") {
			read = ReadSolomon
		}
		in, err := read(f)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		s := in.Solve(context.Background(), Options{Seed: 1, Iterations: 2000})
		if s.Unmet != 0 || s.Cost > row.most {
			t.Errorf("%s: cost %.1f, %d left out; want at most %.0f", row.file, s.Cost, s.Unmet, row.most)
		}
	}
}
