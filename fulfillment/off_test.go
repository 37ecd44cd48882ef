package fulfillment

import (
	"testing"

	"baimi/app/fault"
)

// loadedRun has three bags on board, loaded last stop first.
func loadedRun(t *testing.T) Run {
	t.Helper()
	r := Run{State: Offered}
	for i, id := range []string{"a", "b", "c"} {
		r.Stops = append(r.Stops, Stop{ID: id, Label: id, Parcels: []Carried{{Delivery: "d", Index: i, Quantity: 2}}})
	}
	r.count()
	if err := r.Accept("me", dusk); err != nil {
		t.Fatal(err)
	}
	if err := r.Load("me", 6, dusk); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestABagThatIsTakenOffLeavesTheOthersTheirNumbers(t *testing.T) {
	r := loadedRun(t)
	if err := r.Take("b", "", "co", dusk); err != nil {
		t.Fatal(err)
	}
	if r.bag(0) != 3 || r.bag(1) != 1 || r.Parcels != 4 || r.Loaded != 4 || len(r.Off) != 1 || r.Off[0].Stop.Bag != 0 {
		t.Fatalf("bags %d and %d, %d of %d on board, off: %+v", r.bag(0), r.bag(1), r.Loaded, r.Parcels, r.Off)
	}
	if err := r.GiveBack("me", "", dusk); err != nil || r.bag(0) != 2 {
		t.Fatalf("for the next courier they are numbered anew: %d %v", r.bag(0), err)
	}
}

func TestWhatMayLeaveARun(t *testing.T) {
	for _, row := range []struct {
		what  string
		do    func(r *Run) error
		code  string
		state RunState
		off   int
	}{
		{"a loaded bag may be taken off", func(r *Run) error { return r.Take("a", "other", "co", dusk) }, "", Loaded, 1},
		{"a stop that is not there", func(r *Run) error { return r.Take("x", "other", "co", dusk) }, "stop_unknown", Loaded, 0},
		{"on the way nothing is taken off", func(r *Run) error { _ = r.Leave("me", dusk, dusk); return r.Take("a", "", "co", dusk) }, "run_state", Out, 0},
		{"on the way it may be broken off", func(r *Run) error { _ = r.Leave("me", dusk, dusk); return r.BreakOff("me", "ill", dusk) }, "", Back, 3},
		{"at the gate it is given back instead", func(r *Run) error { return r.BreakOff("me", "ill", dusk) }, "run_state", Loaded, 0},
		{"an accepted run is not withdrawn", func(r *Run) error { return r.Withdraw("co", dusk) }, "run_state", Loaded, 0},
		{"an offered run is", func(r *Run) error { _ = r.GiveBack("me", "", dusk); return r.Withdraw("co", dusk) }, "", Withdrawn, 3},
		{"a locked one is not", func(r *Run) error { r.Locked = true; _ = r.GiveBack("me", "", dusk); return r.Withdraw("co", dusk) }, "run_state", Offered, 0},
		{"the last stop takes the run with it", func(r *Run) error {
			_, _ = r.Take("a", "", "co", dusk), r.Take("b", "", "co", dusk)
			return r.Take("c", "", "co", dusk)
		}, "", Withdrawn, 3},
	} {
		r := loadedRun(t)
		err := row.do(&r)
		if row.code == "" && err != nil || row.code != "" && !fault.Is(err, row.code) || r.State != row.state || len(r.Off) != row.off {
			t.Errorf("%s: %v, the run is %s with %d off", row.what, err, r.State, len(r.Off))
		}
	}
}
