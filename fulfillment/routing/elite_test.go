package routing

import (
	"slices"
	"testing"
)

func TestTheEliteKeepsWhatIsBetterAndDiffers(t *testing.T) {
	full := func() elite { return elite{{cost: 10}, {cost: 20}, {cost: 40}} }
	for name, row := range map[string]struct {
		all          elite
		cost, parent int64
		want         []int64
	}{
		"there is room":                 {elite{{cost: 10}}, 50, 10, []int64{10, 50}},
		"its equal is there":            {elite{{cost: 10}}, 10, 10, []int64{10}},
		"a parent gives way":            {full(), 15, 20, []int64{10, 15, 40}},
		"a better parent does not":      {full(), 25, 20, []int64{10, 20, 25}},
		"one that is worse than all":    {full(), 50, 20, []int64{10, 20, 40}},
		"the parent has left meanwhile": {full(), 5, 25, []int64{5, 10, 20}},
	} {
		row.all.admit(solution{cost: row.cost}, row.parent)
		var got []int64
		for _, s := range row.all {
			got = append(got, s.cost)
		}
		if !slices.Equal(got, row.want) {
			t.Errorf("%s: %v, want %v", name, got, row.want)
		}
	}
}

func TestTwoThatHaveAChildDiffer(t *testing.T) {
	draw := newDraw(1)
	for range 100 {
		if a, b := (elite{{cost: 1}, {cost: 2}, {cost: 3}}).pair(draw); a.cost == b.cost {
			t.Fatal("one solution is both parents")
		}
	}
	if a, b := (elite{{cost: 1}}).pair(draw); a.cost != 1 || b.cost != 1 {
		t.Error("where there is one only, it is both")
	}
}
