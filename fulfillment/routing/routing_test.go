package routing

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
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

func TestTheCheckerSeesWhatIsWrong(t *testing.T) {
	p := made(5, 30)
	good, err := Solve(context.Background(), p, Options{Iterations: 200})
	if err != nil || len(good.Runs) == 0 {
		t.Fatal(err)
	}
	again := func() Plan {
		plan, _ := Solve(context.Background(), p, Options{Iterations: 200})
		return plan
	}
	for name, spoil := range map[string]func(*Plan){
		"a stop twice":      func(q *Plan) { tr := &q.Runs[0].Trips[0]; tr.Stops = append(tr.Stops, tr.Stops[0]) },
		"a stop forgotten":  func(q *Plan) { tr := &q.Runs[0].Trips[0]; tr.Stops = tr.Stops[1:] },
		"an unknown stop":   func(q *Plan) { q.Runs[0].Trips[0].Stops[0].ID = "nowhere" },
		"leaves unloaded":   func(q *Plan) { q.Runs[0].Trips[0].Leaves = 0 },
		"told too early":    func(q *Plan) { q.Runs[0].Trips[0].Stops[0].Arrives-- },
		"travel told wrong": func(q *Plan) { q.Travel++ },
		"no such courier":   func(q *Plan) { q.Runs[0].Courier = "plane-1" },
		"left out too":      func(q *Plan) { q.Unserved = append(q.Unserved, Unserved{q.Runs[0].Trips[0].Stops[0].ID, Shift}) },
	} {
		plan := again()
		spoil(&plan)
		if Check(p, &plan) == nil {
			t.Errorf("%s: not seen", name)
		}
	}
}

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

// TestTheStateAgreesWithItself changes a solution at random and holds what the
// operators keep up to date against what measuring anew says.
func TestTheStateAgreesWithItself(t *testing.T) {
	m := modelOf(made(11, 35))
	r := newSearch(m, 1)
	r.construct()
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

func TestRuinTakesStringsOfNeighbouringTrips(t *testing.T) {
	m := modelOf(made(3, 40))
	r := newSearch(m, 1)
	r.construct()
	r.keep()
	for range 200 {
		before := len(r.absent)
		out := r.ruin(nil)
		seen := map[int32]bool{}
		for _, v := range out {
			if seen[v] || r.dayOf[v] >= 0 {
				t.Fatalf("%d was taken out twice, or is still there", v)
			}
			seen[v] = true
		}
		if len(out) == 0 && before < m.n-1 {
			t.Fatal("nothing was taken out")
		}
		r.out = append(out, r.absent...)
		r.recreate(r.out)
		r.keep()
	}
}

func TestSavingsJoinsWhatLiesTogether(t *testing.T) {
	in, err := ReadVRPLIB(strings.NewReader(tiny))
	if err != nil {
		t.Fatal(err)
	}
	r := newSearch(in.model, 1)
	r.savings()
	trips := 0
	for d := range r.days {
		if len(r.days[d].seq) > 0 {
			trips++
		}
	}
	if trips != 2 || len(r.absent) != 0 {
		t.Errorf("%d trips, %d left out", trips, len(r.absent))
	}
}

const tiny = `NAME : tiny
TYPE : CVRP
DIMENSION : 5
EDGE_WEIGHT_TYPE : EUC_2D
CAPACITY : 10
NODE_COORD_SECTION
1 0 0
2 10 0
3 11 0
4 -10 0
5 -11 0
DEMAND_SECTION
1 0
2 5
3 5
4 5
5 5
DEPOT_SECTION
1
-1
EOF
`

func TestReadingNamesTheLineThatIsWrong(t *testing.T) {
	for _, row := range []struct{ old, new, want string }{
		{"CAPACITY : 10", "CAPACITY : ten", "CAPACITY"},
		{"TYPE : CVRP", "TYPE : TSP", "TYPE"},
		{"3 11 0", "3 eleven 0", "line 9"},
		{"DEMAND_SECTION", "WISH_SECTION", "line 12: the section WISH_SECTION is not known"},
		{"DIMENSION : 5", "DIMENSION : 6", "DIMENSION"},
		{"5 5\nDEPOT", "DEPOT", "DEMAND_SECTION"},
		{"2 5\n", "2 -5\n", "DEMAND_SECTION"},
	} {
		_, err := ReadVRPLIB(strings.NewReader(strings.Replace(tiny, row.old, row.new, 1)))
		if err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v", row.new, err)
		}
	}
	for _, row := range []struct{ text, want string }{
		{"", "CUSTOMER"},
		{"2 10\n0 0 0 0 0 100 0\n1 5 5 1 9 8 0", "line 3: the window ends at 8, before it starts at 9"},
		{"2 10\n0 0 0 0 0 100", "line 2: 6 numbers"},
	} {
		if _, err := ReadSolomon(strings.NewReader(row.text)); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%q: %v", row.text, err)
		}
	}
	for _, row := range []struct{ text, want string }{
		{`{"loads":["l"],"stops":[{"id":"a","load":[1],"window":[5,1]}],"duration":[[0,1],[1,0]]}`, "stops[0].window"},
		{`{"loads":["l"],"stops":[{"id":"a","load":[1,2],"window":[0,1]}],"duration":[[0,1],[1,0]]}`, "stops[0].load"},
		{`{"stops":[],"duration":[[0,1]]}`, "duration[0]"},
		{`{"stops":[],"duration":[[-1]]}`, "duration[0][0]"},
		{`{"stops":[],"duration":[["x"]]}`, "duration"},
		{`{"stops":`, "door problem"},
	} {
		if _, err := Read(strings.NewReader(row.text)); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v", row.text, err)
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

func BenchmarkStep(b *testing.B) {
	r := newSearch(modelOf(made(2, 200)), 1)
	r.construct()
	r.keep()
	b.ReportAllocs()
	for b.Loop() {
		r.step(20)
	}
}

const pinned int64 = 9694
