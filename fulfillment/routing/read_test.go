package routing

import (
	"strings"
	"testing"
)

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
