package routing

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

func TestReadingVRPLIBNamesWhatIsWrong(t *testing.T) {
	for _, row := range []struct{ old, new, want string }{
		{"CAPACITY : 10", "CAPACITY : ten", `CAPACITY: "ten"`},
		{"CAPACITY : 10", "CAPACITY : -1", `CAPACITY: "-1"`},
		{"CAPACITY : 10\n", "", "CAPACITY: is missing"},
		{"TYPE : CVRP", "TYPE : TSP", `TYPE: "TSP"`},
		{"TYPE : CVRP\n", "", `TYPE: ""`},
		{"EUC_2D", "GEO", "EDGE_WEIGHT_TYPE"},
		{"EUC_2D", "EXPLICIT", "EDGE_WEIGHT_FORMAT"},
		{"EUC_2D", "EXPLICIT\nEDGE_WEIGHT_FORMAT : LOWER_ROW\nEDGE_WEIGHT_SECTION\n1 2 3", "EDGE_WEIGHT_SECTION: 3 numbers for 5 nodes, 10"},
		{"EUC_2D", "EXPLICIT\nEDGE_WEIGHT_FORMAT : LOWER_ROW\nEDGE_WEIGHT_SECTION\n1 2 -3", "line 7: -3"},
		{"3 11 0", "3 eleven 0", "line 9"},
		{"3 11 0", "2 11 0", "line 9: number 3"},
		{"3 11 0", "3 11", "line 9: two coordinates"},
		{"3 11 0", "3 1e11 0", "NODE_COORD_SECTION: a way of 1"},
		{"3 11 0\n", "", "NODE_COORD_SECTION: 4 lines, 5"},
		{"DEMAND_SECTION", "WISH_SECTION", "line 12: the section WISH_SECTION is not known"},
		{"DEMAND_SECTION", "NODE_COORD_SECTION", "line 12: the section NODE_COORD_SECTION stands twice"},
		{"CAPACITY : 10", "CAPACITY : 10\nVEHICLES_MAX_DURATION : 9", "line 6: the key VEHICLES_MAX_DURATION"},
		{"CAPACITY : 10", "CAPACITY : 10\nDISTANCE : 9", "line 6: the key DISTANCE"},
		{"CAPACITY : 10", "CAPACITY : 10\nVEHICLES : 0", "VEHICLES"},
		{"CAPACITY : 10", "VEHICLES : 2\nCAPACITY_SECTION\n1 10", "CAPACITY_SECTION: 1 lines, 2"},
		{"CAPACITY : 10", "CAPACITY : 10\nVEHICLES : 1\nVEHICLES_RELOAD_DEPOT_SECTION\n1 4", "VEHICLES_DEPOT_SECTION: vehicle 1"},
		{"CAPACITY : 10", "CAPACITY : 10\n7 7", "line 6"},
		{"DIMENSION : 5", "DIMENSION : 6", "NODE_COORD_SECTION: 5 lines, 6"},
		{"DIMENSION : 5", "DIMENSION : 99999999", "DIMENSION"},
		{"DIMENSION : 5\n", "", "DIMENSION"},
		{"5 5\nDEPOT", "DEPOT", "DEMAND_SECTION: 4 lines, 5"},
		{"5 5\nDEPOT", "5 5 5\nDEPOT", "line 17: 2 demands, 1 before"},
		{"2 5\n", "2 -5\n", "line 14: -5"},
		{"2 5\n", "2 5.5\n", "line 14: a demand of 5.5"},
		{"1\n-1", "-1", "DEPOT_SECTION: there is no depot"},
		{"1\n-1", "2\n-1", "DEPOT_SECTION: the depot is node 2"},
		{"1\n-1", "1\n2\n-1", "DEPOT_SECTION: there are 2 depots"},
		{"DEPOT_SECTION", "SERVICE_TIME_SECTION\n1 0\n2 1\n3 1\n4 1\n5 -1\nDEPOT_SECTION", "line 23: -1"},
		{"DEPOT_SECTION", "TIME_WINDOW_SECTION\n1 0 9\n2 5 4\n3 0 9\n4 0 9\n5 0 9\nDEPOT_SECTION", "line 20: the window ends at 4, before it starts at 5"},
		{"DEPOT_SECTION", "TIME_WINDOW_SECTION\n1 0 9\n2 5\n3 0 9\n4 0 9\n5 0 9\nDEPOT_SECTION", "line 20: the start and the end"},
	} {
		text := strings.Replace(tiny, row.old, row.new, 1)
		if text == tiny {
			t.Fatalf("%s changes nothing", row.new)
		}
		_, err := ReadVRPLIB(strings.NewReader(text))
		if err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v", row.new, err)
		}
	}
}

func TestReadingVRPLIBTakesTheDialect(t *testing.T) {
	const explicit = "EXPLICIT\nEDGE_WEIGHT_FORMAT : "
	for _, row := range []struct {
		name, old, new string
		cost           float64
	}{
		{"plain", "", "", 44},
		{"lines end as on Windows", "\n", "\r\n", 44},
		{"no depot is told", "DEPOT_SECTION\n1\n-1\n", "", 44},
		{"lower rows", "EUC_2D", explicit + "LOWER_ROW\nEDGE_WEIGHT_SECTION\n7\n7 2\n7 9 9\n7 9 9 2", 32},
		{"upper rows", "EUC_2D", explicit + "UPPER_ROW\nEDGE_WEIGHT_SECTION\n7 7 7 7\n2 9 9 9 9\n2", 32},
		{"upper rows with themselves", "EUC_2D", explicit + "UPPER_DIAG_ROW\nEDGE_WEIGHT_SECTION\n0 7 7 7 7 0 2 9 9 0 9 9 0 2 0", 32},
		{"columns are the rows of the other half", "EUC_2D", explicit + "LOWER_COL\nEDGE_WEIGHT_SECTION\n7 7 7 7\n2 9 9 9 9\n2", 32},
		{"a section with a colon", "DEMAND_SECTION", "DEMAND_SECTION :", 44},
		{"what stands behind the end does not count", "-1\n", "-1\nEOF\n9 9 9\nNO_SECTION\n", 44},
		{"lower rows with themselves", "EUC_2D", explicit + "LOWER_DIAG_ROW\nEDGE_WEIGHT_SECTION\n0 7 0 7 2 0 7 9 9 0 7 9 9 2 0", 32},
		{"a full matrix that is not symmetric", "EUC_2D", explicit + "FULL_MATRIX\nEDGE_WEIGHT_SECTION\n0 7 7 7 7\n5 0 2 9 9\n5 9 0 9 9\n5 9 9 0 2\n5 9 9 9 0", 28},
		{"a cost for each vehicle", "CAPACITY : 10", "CAPACITY : 10\nVEHICLES : 2\nVEHICLES_FIXED_COST : 100", 244},
		{"one vehicle comes back once", "CAPACITY : 10", "CAPACITY : 10\nVEHICLES : 1\nVEHICLES_MAX_RELOADS : 1\nVEHICLES_RELOAD_DEPOT_SECTION\n1 1\n", 44},
		{"dear and cheap", "CAPACITY : 10", "CAPACITY : 10\nVEHICLES : 3\nVEHICLES_UNIT_DISTANCE_COST_SECTION\n1 3\n2 1\n3 2\n", 66},
		{"more vehicles than anybody needs", "CAPACITY : 10", "CAPACITY : 10\nVEHICLES : 90000", 44},
	} {
		in, err := ReadVRPLIB(strings.NewReader(strings.ReplaceAll(tiny, row.old, row.new)))
		if row.old == "" {
			in, err = ReadVRPLIB(strings.NewReader(tiny))
		}
		if err != nil {
			t.Errorf("%s: %v", row.name, err)
			continue
		}
		s := in.Solve(context.Background(), Options{Iterations: 200})
		if s.Cost != row.cost || s.Unmet != 0 {
			t.Errorf("%s: cost %g, want %g; %d left out", row.name, s.Cost, row.cost, s.Unmet)
		}
	}
}

func TestReadingSolomonNamesTheLineThatIsWrong(t *testing.T) {
	for _, row := range []struct{ text, want string }{
		{"", "CUSTOMER"},
		{"2 10", "CUSTOMER: there is no depot"},
		{"0 10", "line 1"},
		{"2 10\n0 0 0 0 0 100 0\n1 5 5 1 9 8 0", "line 3: the window ends at 8, before it starts at 9"},
		{"2 10\n0 0 0 0 0 100 0\n1 5 5 -1 9 10 0", "line 3: a demand or a time is below 0"},
		{"2 10\n0 0 0 0 0 100 0\n0 5 5 1 9 10 0", "line 3: number 1 is wanted"},
		{"2 10\n0 0 0 0 0 100", "line 2: 6 numbers"},
		{"2 10\n0 0 0 0 0 100 0\n1 5 5 1.5 9 10 0", "line 3: a demand of 1.5"},
		{"2 10\n0 0 0 0 0 100 0\n" + strings.Repeat("7", 1<<17), "line 3: it cannot be read"},
		{"2 10\n0 0 0 0 0 1e300 0", "line 2"},
	} {
		if _, err := ReadSolomon(strings.NewReader(row.text)); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%q: %v", row.text, err)
		}
	}
}

func TestReadingDoorsNamesTheKeyThatIsWrong(t *testing.T) {
	const good = `{"loads":["l"],"stops":[{"id":"a","load":[1],"window":[0,9]}],"couriers":[{"kind":"foot","count":1,"capacity":[5],"shift":[0,9]}],"duration":[[0,1],[1,0]]}`
	if _, err := Read(strings.NewReader(good)); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ old, new, want string }{
		{`[0,9]}],"c`, `[5,1]}],"c`, "stops[0].window: it ends at 1, before it starts at 5"},
		{`[0,9]}],"c`, `[-5,1]}],"c`, "stops[0]: "},
		{`[0,9]}],"c`, `[0,9223372036854775807]}],"c`, "stops[0]: "},
		{`"window":[0,9]`, `"window":[0,9,12]`, "stops.window: an array of 3"},
		{`"window":[0,9]`, `"window":[0]`, "stops.window: an array of 1"},
		{`"window":[0,9]`, `"window":["0",9]`, "stops.window: string"},
		{`"shift":[0,9]`, `"shift":[]`, "couriers.shift: an array of 0"},
		{`"load":[1]`, `"load":[1,2]`, "stops[0].load: 2 numbers for 1"},
		{`"load":[1]`, `"load":[-1]`, "stops[0].load: -1"},
		{`"load":[1]`, `"load":[1.5]`, "stops.load"},
		{`"load":[1]`, `"load":[1],"service":-1`, "stops[0].service: -1"},
		{`"load":[1]`, `"load":[1],"release":-1`, "stops[0]: "},
		{`"load":[1]`, `"load":[1],"priority":5000`, "stops[0].priority"},
		{`"id":"a"`, `"id":""`, "stops[0].id"},
		{`}],"couriers"`, `},{"id":"a","load":[1],"window":[0,9]}],"couriers"`, "duration: 2 rows for 2 stops"},
		{`[[0,1],[1,0]]`, `[[0,1],[1]]`, "duration[1]: 1 numbers"},
		{`[[0,1],[1,0]]`, `[[0,-1],[1,0]]`, "duration[0][1]: -1"},
		{`[[0,1],[1,0]]`, `[[0,99999999999],[1,0]]`, "duration[0][1]: 99999999999"},
		{`[[0,1],[1,0]]`, `[["x"]]`, "duration"},
		{`"capacity":[5]`, `"capacity":[]`, "couriers[0].capacity"},
		{`"shift":[0,9]`, `"shift":[9,0]`, "couriers[0].shift"},
		{`"shift":[0,9]`, `"shift":[0,9],"loading":-3`, "couriers[0]"},
		{`"count":1`, `"count":-1`, "couriers[0]"},
		{`}],"duration"`, `},{"kind":"foot","count":1,"capacity":[5],"shift":[0,9]}],"duration"`, `couriers[1].kind: "foot" stands twice`},
		{`}],"duration":[[0,1],[1,0]]}`, ``, "the file breaks off"},
		{`}],"duration"`, `}]"duration"`, "byte "},
		{`[1,0]]}`, `[1,0]]} {}`, "something stands after the door problem"},
		{`"stops"`, `"customers"`, "this is not a door problem: it has no stops"},
		{good, ``, "the end: the file breaks off"},
		{good, `[]`, "this is not a door problem: it is array"},
		{`"duration"`, `"matrix"`, "no duration from each to each"},
	} {
		text := strings.Replace(good, row.old, row.new, 1)
		if _, err := Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v", row.new, err)
		}
	}
}

func TestWhatAFileLeavesOutSetsNoLimit(t *testing.T) {
	p, err := Read(strings.NewReader(`{"loads":["l"],"stops":[{"id":"a","load":[1]},{"id":"b","load":[1],"window":[0,0]}],"couriers":[{"kind":"foot","capacity":[1]}],"duration":[[0,500,1],[500,0,1],[1,1,0]]}`))
	if err != nil {
		t.Fatal(err)
	}
	plan, err := Solve(context.Background(), p, Options{Iterations: 20})
	if err != nil || Check(p, &plan) != nil || len(plan.Runs) != 1 || plan.Travel != 1000 {
		t.Errorf("one courier is there as long as it takes: %+v, %v", plan, err)
	}
	if len(plan.Unserved) != 1 || plan.Unserved[0] != (Unserved{"b", Window}) {
		t.Errorf("a window of [0,0] is one, and nobody is there so soon: %+v", plan.Unserved)
	}
}

func TestNobodyThereLeavesEveryStopOut(t *testing.T) {
	for _, couriers := range []string{`[]`, `[{"kind":"foot","count":0,"capacity":[]}]`} {
		p, err := Read(strings.NewReader(`{"loads":[],"stops":[{"id":"a","load":[]},{"id":"b","load":[]}],"couriers":` + couriers + `,"duration":[[0,5,5],[5,0,1],[5,1,0]]}`))
		if err != nil {
			t.Fatal(err)
		}
		plan, err := Solve(context.Background(), p, Options{Iterations: 20})
		if err != nil || Check(p, &plan) != nil || len(plan.Unserved) != 2 || plan.Unserved[0].Reason != NoCourier {
			t.Errorf("%s: %+v, %v", couriers, plan, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"loads":["l"],"stops":[{"id":"a","load":[1],"window":[0,9],"hot":true},{"id":"b","load":[9],"window":[0,9],"climb":true}],"couriers":[{"kind":"foot","count":1,"capacity":[5],"shift":[0,9],"pace":70,"no_stairs":true}],"duration":[[0,1,2],[1,0,3],[2,1,0]],"begun":[{"courier":"foot-1","stops":["a"],"fixed":1}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := Read(bytes.NewReader(text))
		if err != nil || len(p.Stops) > 50 {
			return
		}
		plan, err := Solve(context.Background(), p, Options{Iterations: 5})
		if err != nil {
			return
		}
		if err := Check(p, &plan); err != nil {
			t.Errorf("%v\n%s", err, text)
		}
	})
}

func FuzzReadVRPLIB(f *testing.F) {
	f.Add([]byte(tiny))
	f.Add([]byte(fleet))
	f.Fuzz(func(t *testing.T, text []byte) {
		if in, err := ReadVRPLIB(bytes.NewReader(text)); err == nil && in.model.n < 50 && len(in.model.vehicles) < 50 {
			in.Solve(context.Background(), Options{Iterations: 5})
		}
	})
}

func FuzzReadSolomon(f *testing.F) {
	f.Add([]byte("2 10\n0 0 0 0 0 100 0\n1 5 5 1 9 18 1\n2 5 6 1 9 18 1"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if in, err := ReadSolomon(bytes.NewReader(text)); err == nil && in.model.n < 50 {
			in.Solve(context.Background(), Options{Iterations: 5})
		}
	})
}
