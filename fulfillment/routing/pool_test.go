package routing

import (
	"slices"
	"testing"
)

func TestThePoolKeepsTheCheapestOfEqualStops(t *testing.T) {
	p := newPool(modelOf(roomy(5)))
	for _, c := range []struct {
		seq  []int32
		cost int64
	}{{[]int32{1, 2}, 9}, {[]int32{2, 1}, 7}, {[]int32{1, 2}, 8}, {[]int32{3}, 4}, {nil, 0}} {
		p.add(0, c.seq, c.cost)
	}
	var got []int64
	for _, c := range p.columns {
		if len(c.seq) > 0 {
			got = append(got, c.cost)
		}
	}
	if slices.Sort(got); !slices.Equal(got, []int64{4, 7}) {
		t.Errorf("the pool has days at %v, want 4 and 7", got)
	}
}

func TestWhatIsGoodInTwoSolutionsMeetsInTheirMixture(t *testing.T) {
	m := modelOf(threeCouriers())
	p := newPool(m)
	for _, day := range []struct {
		seq  []int32
		cost int64
	}{
		{[]int32{1, 2}, 10}, {[]int32{3, 4}, 30}, {[]int32{5, 6}, 30}, // good at the start
		{[]int32{1, 3}, 40}, {[]int32{2, 4}, 40}, // of no use
		{[]int32{3, 5}, 12}, {[]int32{4, 6}, 13}, {[]int32{1}, 20}, {[]int32{2}, 20}, // good at the end, with four days
	} {
		p.add(0, day.seq, day.cost)
	}
	never := func() bool { return false }
	days := p.mix(70, never)
	slices.SortFunc(days, func(a, b []int32) int { return slices.Compare(a, b) })
	if want := [][]int32{{1, 2}, {3, 5}, {4, 6}}; !slices.EqualFunc(days, want, slices.Equal[[]int32]) {
		t.Errorf("days %v, want %v", days, want)
	}
	if days := p.mix(35, never); days != nil {
		t.Errorf("days %v cost no less than what is known", days)
	}
	if days := p.mix(70, func() bool { return true }); days != nil {
		t.Errorf("days %v were found when time was over", days)
	}
}

// threeCouriers can go one trip each.
func threeCouriers() *Problem {
	p := roomy(6)
	p.Couriers[0].Count, p.Couriers[0].MaxTrips = 3, 1
	return p
}
