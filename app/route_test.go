package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"baimi/fulfillment/routing"
)

func TestRouteLeavesOutWhatNobodyCanCarryAndTellsWrongUse(t *testing.T) {
	const doors = `{"loads":["litres"],"stops":[{"id":"a","load":[1],"window":[0,99]},{"id":"b","load":[9],"window":[0,99]}],
		"couriers":[{"kind":"foot","count":1,"capacity":[5],"shift":[0,99]}],"duration":[[0,1,1],[1,0,1],[1,1,0]]}`
	const market = `{"products":[],"gates":[],"suppliers":[],"lots":[],"demands":[]}`
	const tour = "NAME : t\nTYPE : CVRP\nDIMENSION : 2\nEDGE_WEIGHT_TYPE : EUC_2D\nCAPACITY : 9\nNODE_COORD_SECTION\n1 0 0\n2 3 4\nDEMAND_SECTION\n1 0\n2 5\nDEPOT_SECTION\n1\n-1\nEOF\n"
	dir := t.TempDir()
	out := filepath.Join(dir, "plan")
	for _, c := range []struct {
		name, file, text string
		code             int
	}{
		{"doors are planned", "doors.json", doors, 0},
		{"a tour is planned", "tour.vrp", tour, 0},
		{"a market is no door problem", "market.json", market, 2},
		{"a matrix of the wrong size", "matrix.json", strings.Replace(doors, "[0,1,1]", "[0,1]", 1), 2},
		{"a negative time", "time.json", strings.Replace(doors, "[0,1,1]", "[0,1,-1]", 1), 2},
		{"a window that ends before it starts", "window.json", strings.Replace(doors, "[0,99]", "[9,2]", 1), 2},
		{"an unknown section", "section.vrp", strings.Replace(tour, "DEPOT_SECTION", "HOME_SECTION", 1), 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := filepath.Join(dir, c.file)
			if err := os.WriteFile(in, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if code := run([]string{"route", "--in", in, "--out", out + c.file, "--iterations", "9"}); code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
		})
	}
	text, err := os.ReadFile(out + "doors.json")
	if err != nil {
		t.Fatal(err)
	}
	var plan routing.Plan
	if err := json.Unmarshal(text, &plan); err != nil || len(plan.Unserved) != 1 || plan.Unserved[0].ID != "b" || plan.Unserved[0].Reason != "capacity" {
		t.Errorf("%s %v", text, err)
	}
}
