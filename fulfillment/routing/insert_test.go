package routing

import "testing"

func TestWhereWindowsPressAStopIsPutFarFromItsNeighbours(t *testing.T) {
	for _, row := range []struct {
		latest int64
		served bool
	}{{9_000, true}, {10_000, false}} {
		const full = 26 // of a trip; two of them are all that the stop has for neighbours
		p := &Problem{Loads: []string{"bags"}, Couriers: []Courier{{Kind: "foot", Count: 2, Capacity: []int64{full}, Shift: [2]int64{0, 10_000}, MaxTrips: 2}}}
		at := []int64{0}
		for i := range 2*full + 3 {
			at = append(at, 10)
			if i >= 2*full && i < 2*full+2 {
				at[len(at)-1] = 1000
			}
			p.Stops = append(p.Stops, Stop{ID: string(rune('A' + i)), Load: []int64{1}, Window: [2]int64{0, row.latest}})
		}
		for i := range at {
			p.Duration = append(p.Duration, nil)
			for j := range at {
				p.Duration[i] = append(p.Duration[i], max(at[i]-at[j], at[j]-at[i]))
			}
		}
		r := newSearch(modelOf(p), 1)
		var near []int32
		for u := int32(1); u <= 2*full; u++ {
			if u == full+1 {
				near = append(near, 0)
			}
			near = append(near, u)
		}
		r.set(0, near)
		r.set(1, []int32{2*full + 1, 0, 2*full + 2})
		last := int32(2*full + 3)
		if served := r.insert(last, r.penalty[last]-1, r.draw, r.touch); served != row.served {
			t.Errorf("windows to %d: put back %v", row.latest, served)
		}
	}
}
