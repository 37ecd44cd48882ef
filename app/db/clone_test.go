package db

import (
	"reflect"
	"testing"
	"time"
)

type inner struct {
	Words []string
	Next  *inner
}

type outer struct {
	Doc
	Inners []inner
	ByName map[string][]int
	Any    any
	Pair   [2][]int
	At     time.Time
	Empty  []int
	None   []int
}

func TestACloneSharesNothingThatCanBeChanged(t *testing.T) {
	made := func() outer {
		return outer{
			Inners: []inner{{Words: []string{"a"}, Next: &inner{Words: []string{"b"}}}},
			ByName: map[string][]int{"x": {1}}, Any: []string{"c"}, Pair: [2][]int{{1}, {2}},
			At: time.Date(2022, 4, 1, 0, 0, 0, 0, time.UTC), Empty: make([]int, 0, 4),
		}
	}
	original := made()
	copied := clone(original)
	if !reflect.DeepEqual(copied, original) {
		t.Fatalf("the clone %+v is not %+v", copied, original)
	}
	copied.Inners[0].Words[0], copied.Inners[0].Next.Words[0] = "z", "z"
	copied.ByName["x"][0], copied.ByName["y"] = 9, nil
	copied.Any.([]string)[0] = "z"
	copied.Pair[0][0] = 9
	if !reflect.DeepEqual(original, made()) {
		t.Errorf("a change of the clone reached the original: %+v", original)
	}
	if x, y := append(copied.Empty, 1), append(original.Empty, 2); x[0] == y[0] {
		t.Error("the empty slices share their room")
	}
}
