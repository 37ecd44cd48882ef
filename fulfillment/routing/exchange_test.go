package routing

import (
	"strings"
	"testing"
)

// fleet has two stops in the east and one in the west, and vehicles for 5 and 10.
const fleet = `NAME : fleet
TYPE : HFVRP
DIMENSION : 4
VEHICLES : 2
EDGE_WEIGHT_TYPE : EUC_2D
NODE_COORD_SECTION
1 0 0
2 100 0
3 101 0
4 -100 0
CAPACITY_SECTION
1 5
2 10
DEMAND_SECTION
1 0
2 5
3 5
4 5
DEPOT_SECTION
1
-1
EOF
`

func TestAFullTripChangesItsVehicleForOneMoreStop(t *testing.T) {
	for name, row := range map[string]struct{ small, large []int32 }{
		"the larger vehicle is at the gate":   {[]int32{1}, nil},
		"the larger vehicle has a small trip": {[]int32{1}, []int32{3}},
	} {
		in, err := ReadVRPLIB(strings.NewReader(fleet))
		if err != nil {
			t.Fatal(err)
		}
		r := newSearch(in.model, 1)
		r.set(0, row.small)
		r.set(1, row.large)
		if !r.insert(2, forever, r.draw, r.touch) {
			t.Fatalf("%s: no place", name)
		}
		if r.dayOf[1] != 1 || r.dayOf[2] != 1 || len(row.large) > 0 && r.dayOf[3] != 0 {
			t.Errorf("%s: the vehicles carry %v and %v", name, r.days[0].seq, r.days[1].seq)
		}
	}
}

func TestTripsChangeVehiclesWhereThatIsCheaper(t *testing.T) {
	in, err := ReadVRPLIB(strings.NewReader(fleet))
	if err != nil {
		t.Fatal(err)
	}
	r := newSearch(in.model, 1)
	r.vehicles[1].unit *= 3
	r.touch(1)
	r.set(1, []int32{1})
	r.exchangeVehicles()
	if r.dayOf[1] != 0 {
		t.Error("a small trip stays in the dear vehicle")
	}
}
