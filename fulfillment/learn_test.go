package fulfillment

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"baimi/app/community"
)

// estate has stairs in building 1 and a lift in building 2, both at the gate.
func estate() *community.Compound {
	return &community.Compound{Buildings: []community.Building{
		{No: "1", Floors: 6, Units: 1, DoorsPerFloor: 4}, {No: "2", Floors: 18, Units: 1, DoorsPerFloor: 4, Lift: true},
	}}
}

func TestWhatARunShows(t *testing.T) {
	type act struct {
		door    string // building-room
		after   int64  // seconds since the act before
		outcome Outcome
		hot     bool
	}
	const stairs, handover, parcel = 13, 20, 6 // standard: a floor up, a stop, a parcel
	lift := int64(30 + 8 + 9*25/10)            // to floor 10
	for _, row := range []struct {
		what      string
		acts      []act
		handovers []int64
		waits     []int64
	}{
		{"from the gate into a house with stairs: the walk is not known well", []act{{"1-201", 99, AtDoor, false}}, nil, nil},
		{"next door on a floor: 6 s of corridor, 6 s a parcel", []act{{"1-201", 99, AtDoor, false}, {"1-202", 6 + parcel + 33, Left, false}}, []int64{33}, nil},
		{"a floor up: stairs and the doorstep", []act{{"1-201", 99, AtDoor, false}, {"1-301", stairs + 6 + parcel + 41, AtDoor, false}}, []int64{41}, nil},
		{"nobody answered: how long they waited says nothing", []act{{"1-201", 99, AtDoor, false}, {"1-202", 300, NoAnswer, false}}, nil, nil},
		{"a hot meal has its own time", []act{{"1-201", 99, AtDoor, false}, {"1-202", 60, AtDoor, true}}, nil, nil},
		{"a rest of an hour", []act{{"1-201", 99, AtDoor, false}, {"1-202", 3600, AtDoor, false}}, nil, nil},
		{"two acts at one moment: the phone's clock stood", []act{{"1-201", 99, AtDoor, false}, {"1-202", 0, AtDoor, false}}, nil, nil},
		{"up by lift: entry, the ride, the doorstep; 70 s more than usual are a wait", []act{{"2-1001", 15 + lift + 6 + handover + parcel + 70, AtDoor, false}}, nil, []int64{100}},
		{"the lift stood there", []act{{"2-1001", 15 + lift - 30 + 6 + handover + parcel, AtDoor, false}}, nil, []int64{0}},
		{"the next floor is climbed", []act{{"2-1001", 99, AtDoor, false}, {"2-1101", stairs + 6 + parcel + 25, AtDoor, false}}, []int64{25}, []int64{22}},
		{"down one lift and up stairs: no lift on the way up", []act{{"2-1001", 99, AtDoor, false}, {"1-201", 200, AtDoor, false}}, nil, []int64{22}},
	} {
		r := Run{State: Back, Created: dusk}
		clock := dusk
		for i, a := range row.acts {
			clock = clock.Add(time.Duration(a.after) * time.Second)
			p := Carried{Quantity: 1}
			if a.hot {
				p.Handling = "hot"
			}
			r.Stops = append(r.Stops, Stop{
				ID: fmt.Sprint(i), Building: a.door[:1], Unit: "1", Room: a.door[2:], Parcels: []Carried{p},
				Handover: &Handover{Outcome: a.outcome, At: clock, Synced: clock.Add(2 * time.Hour)},
			})
		}
		slices.Reverse(r.Stops) // walked in another order than planned
		handovers, waits := wayOf(estate(), "").observe(&r)
		if !slices.Equal(handovers, row.handovers) || !slices.Equal(waits["2"], row.waits) {
			t.Errorf("%s: %v and %v, want %v and %v", row.what, handovers, waits["2"], row.handovers, row.waits)
		}
	}
}

func TestWhatIsLearnedIsPlannedWith(t *testing.T) {
	l := Learned{}
	for i := range fewHandovers {
		if w := wayOf(estate(), "").with(&l); w.handover != (Typical{20, 20}) {
			t.Fatalf("%d hand-overs prove nothing yet: %v", i, w.handover)
		}
		l.Learn(fmt.Sprint(i), []int64{int64(31 + i)}, map[string][]int64{"2": {int64(40 + 2*i)}})
		l.Learn(fmt.Sprint(i), []int64{500}, map[string][]int64{"2": {500}}) // the same run again
	}
	w := wayOf(estate(), "").with(&l)
	if w.handover != (Typical{40, 48}) || w.waits["2"] != (Typical{58, 74}) {
		t.Fatalf("%v %v", w.handover, w.waits)
	}
	r := Run{Stops: []Stop{{Building: "2", Unit: "1", Room: "1001"}, {Building: "2", Unit: "1", Room: "1002"}}}
	standard := r
	standard.Stops = slices.Clone(r.Stops)
	wayOf(estate(), "").time(&standard)
	w.time(&r)
	if late := r.Stops[0].Arrives - standard.Stops[0].Arrives; late != 58-30 || r.Stops[0].By-r.Stops[0].Arrives != 74-58 {
		t.Fatalf("planned %d s later, promised %d s after that", late, r.Stops[0].By-r.Stops[0].Arrives)
	}
	if r.Stops[1].By-r.Stops[1].Arrives != 74-58+48-40 {
		t.Fatal("the hand-over's promise is not in the next one's")
	}
	l.Learn("one more", make([]int64, 2*mostHandovers), nil)
	if len(l.Handovers) != mostHandovers {
		t.Fatalf("%d are kept", len(l.Handovers))
	}
	l.Learn("asleep", []int64{-5, 100_000}, nil)
	if n := l.Handovers; n[len(n)-2].Seconds != 0 || n[len(n)-1].Seconds != longestLearned {
		t.Fatal(n[len(n)-2:])
	}
	l.Forget("2")
	l.Forget("")
	if w := wayOf(estate(), "").with(&l); w.handover != (Typical{20, 20}) || len(w.waits) > 0 {
		t.Fatalf("%+v", w)
	}
}

// TestARunThatIsBackIsLearnedFrom walks a whole run in the store.
func TestARunThatIsBackIsLearnedFrom(t *testing.T) {
	ctx := context.Background()
	f, stop := town(t, t.TempDir())
	defer stop()
	atTheGate(t, f)
	runs := splitIt(t, f)
	_, err := f.ChangeRun(ctx, runs[0].ID, func(r *Run, now time.Time) error {
		if err := r.Accept("c", now); err != nil {
			return err
		}
		if err := r.Load("c", r.Parcels, now); err != nil {
			return err
		}
		if err := r.Leave("c", now.Add(-time.Hour), now); err != nil {
			return err
		}
		for i, door := range r.doors() {
			at := now.Add(-time.Hour + time.Duration(i+1)*70*time.Second)
			if err := r.Hand("c", door, Handover{ID: door, Outcome: AtDoor, At: at}, now); err != nil {
				return err
			}
		}
		return r.Return("c", now)
	})
	if err != nil {
		t.Fatal(err)
	}
	l, err := f.Learned.Get(ctx, "A001")
	if err != nil || len(l.Handovers) == 0 || l.Handovers[0].Run != runs[0].ID || l.Handovers[0].Seconds > 70 {
		t.Fatalf("%+v %v", l, err)
	}
	onceEach(t, f, "when the run is back")
}
