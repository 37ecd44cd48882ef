package routing

import (
	"testing"
)

func TestRuinTakesStringsOfNeighbouringTrips(t *testing.T) {
	m := modelOf(made(3, 40))
	r := newSearch(m, 1)
	r.construct(nil)
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
		r.recreate(r.out, forever)
		r.keep()
	}
}
