package routing

import (
	"strings"
	"testing"
)

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
