package routing

import (
	"slices"
	"testing"
)

func TestTheNearestAreTheFirstOfAll(t *testing.T) {
	for seed := range uint64(10) {
		m := modelOf(made(seed, 90))
		for _, u := range []int32{1, 50, 90} {
			all := m.nearest(u, m.n)
			if len(all) != 89 || slices.Contains(all, u) || slices.Contains(all, 0) {
				t.Fatalf("%d has the neighbours %v", u, all)
			}
			if !slices.IsSortedFunc(all, func(a, b int32) int {
				return int(min(m.remote(u, a), m.remote(a, u)) - min(m.remote(u, b), m.remote(b, u)))
			}) {
				t.Errorf("the neighbours of %d are not sorted: %v", u, all)
			}
			for _, count := range []int{1, 7, 30, 89} {
				if few := m.nearest(u, count); !slices.Equal(few, all[:count]) {
					t.Errorf("the nearest %d of %d are %v, want %v", count, u, few, all[:count])
				}
			}
		}
	}
}
