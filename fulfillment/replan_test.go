package fulfillment

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"baimi/app/community"
	"baimi/app/db"
	"baimi/catalog"
	"baimi/fulfillment/routing"
	"baimi/orders"
)

var quick = routing.Options{Seed: 1, Iterations: 60}

// atTheGate puts a drop for 24 doors of four buildings into the store, counted.
func atTheGate(t *testing.T, f *Fulfillment) {
	t.Helper()
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	c := community.Compound{Doc: db.Doc{ID: "A001"}, NameEn: "One", Currency: "CNY", Lon: 121_480_000, Lat: 31_230_000}
	d := BulkDelivery{
		Doc: db.Doc{ID: "d"}, Compound: "A001", Supplier: "S1", Day: "2022-04-18", State: Arrived, Runs: []string{}, Effects: []Effect{},
		Lots: []DropLot{{Lot: "L", Product: "rice", Quantity: 24}}, Receipt: &GateReceipt{At: dusk},
	}
	for i := range 4 {
		b := community.Building{No: fmt.Sprint(i + 1), Floors: 6, Units: 1, DoorsPerFloor: 1, Lon: c.Lon + int64(i)*600, Lat: c.Lat + 400, Lift: i == 3}
		c.Buildings = append(c.Buildings, b)
		g := orders.GroupBuy{Doc: db.Doc{ID: "g" + b.No}, Compound: "A001", Building: b.No, Currency: "CNY", State: orders.Delivering}
		_, err := f.orders.GroupBuys.Insert(ctx, g)
		must(err)
		for floor := range 6 {
			d.Parcels = append(d.Parcels, Parcel{
				GroupBuy: g.ID, Household: fmt.Sprintf("A001/%s/1-%d01", b.No, floor+1), Item: "rice", Lot: "L", Quantity: 1, Received: 1,
			})
		}
	}
	must(f.community.AddCompounds(ctx, []community.Compound{c}))
	_, err := f.catalog.Products.Insert(ctx, catalog.Product{Doc: db.Doc{ID: "rice"}, NameEn: "Rice", Unit: "bag", Grams: 5000, Millilitres: 6000})
	must(err)
	_, err = f.Deliveries.Insert(ctx, d)
	must(err)
}

func splitIt(t *testing.T, f *Fulfillment) []Run {
	t.Helper()
	runs, left, err := f.Split(context.Background(), "s", "A001", []string{"d"}, []Team{{Kind: "foot", Count: 3}}, "co", quick)
	if err != nil || len(left) > 0 || len(runs) < 4 {
		t.Fatalf("%d runs, %d left, %v", len(runs), len(left), err)
	}
	onceEach(t, f, "after the split")
	return runs
}

// onceEach holds that every parcel is in the one run that its delivery names, or
// waits at the gate and is in none.
func onceEach(t *testing.T, f *Fulfillment, when string) (waiting int) {
	t.Helper()
	in := map[int][]string{}
	for r, err := range f.Runs.Find(context.Background(), db.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		if r.State == Drafted || len(r.Off) > 0 || len(r.Effects) > 0 || r.State == Offered && len(r.Stops) == 0 {
			t.Fatalf("%s: run %s is %s with %d stops, %d off and %d effects", when, r.ID, r.State, len(r.Stops), len(r.Off), len(r.Effects))
		}
		for _, s := range r.Stops {
			for _, p := range s.Parcels {
				if !s.Again && p.Delivery == "d" {
					in[p.Index] = append(in[p.Index], r.ID)
				}
			}
		}
	}
	d, err := f.Deliveries.Get(context.Background(), "d")
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range d.Parcels {
		if p.Run == "" {
			waiting++
		}
		if p.Run == "" && len(in[i]) > 0 || p.Run != "" && (len(in[i]) != 1 || in[i][0] != p.Run) {
			t.Fatalf("%s: the delivery has %s in %q, and it is in the runs %q", when, p.Household, p.Run, in[i])
		}
	}
	return waiting
}

func TestPlanningAgainLeavesAcceptedAndLockedRunsAlone(t *testing.T) {
	ctx := context.Background()
	f, stop := town(t, t.TempDir())
	defer stop()
	atTheGate(t, f)
	runs := splitIt(t, f)
	accepted, err := f.ChangeRun(ctx, runs[0].ID, func(r *Run, now time.Time) error { return r.Accept("c", now) })
	if err != nil {
		t.Fatal(err)
	}
	locked, err := f.ChangeRun(ctx, runs[1].ID, func(r *Run, _ time.Time) error { r.Locked = true; return nil })
	if err != nil {
		t.Fatal(err)
	}
	// A helper fewer, and less on each trip: the others are planned quite anew.
	again, left, err := f.Replan(ctx, "again", "A001", []Team{{Kind: "foot", Count: 2, Millilitres: 13_000}}, "co", quick)
	if err != nil || len(left) > 0 {
		t.Fatal(left, err)
	}
	for _, r := range again {
		if len(r.Stops) > 2 || r.ID == accepted.ID || r.ID == locked.ID {
			t.Fatalf("%s: %d stops", r.ID, len(r.Stops))
		}
	}
	for _, was := range []Run{accepted, locked} {
		if is, err := f.Runs.Get(ctx, was.ID); err != nil || is.Rev != was.Rev {
			t.Fatalf("%s was to be left alone: %+v %v", was.ID, is, err)
		}
	}
	if n := onceEach(t, f, "planned again"); n > 0 {
		t.Fatalf("%d parcels wait", n)
	}
}

// TestACrashBetweenAnyTwoStepsOfPlanningAgainLosesNothing ends the process at each
// moment, starts it again on what is on disk, and looks for every parcel.
func TestACrashBetweenAnyTwoStepsOfPlanningAgainLosesNothing(t *testing.T) {
	ctx := context.Background()
	for n := 1; ; n += 1 + n/10 {
		dir := t.TempDir()
		f, stop := town(t, dir)
		atTheGate(t, f)
		splitIt(t, f)
		_, _, crashed := f.Replan(dieAfter(n), "again", "A001", []Team{{Kind: "cart", Count: 2}}, "co", quick)
		stop()
		f, stop = town(t, dir)
		if err := f.Due(ctx, dusk.Add(2*time.Minute)); err != nil {
			t.Fatalf("crash %d: %v", n, err)
		}
		onceEach(t, f, fmt.Sprintf("crash %d", n))
		if _, _, err := f.Replan(ctx, "last", "A001", []Team{{Kind: "cart", Count: 2}}, "co", quick); err != nil {
			t.Fatalf("crash %d: %v", n, err)
		}
		if waiting := onceEach(t, f, fmt.Sprintf("crash %d, planned again", n)); waiting > 0 {
			t.Fatalf("crash %d: %d parcels wait", n, waiting)
		}
		stop()
		if crashed == nil {
			t.Logf("%d moments to crash at", n-1)
			return
		}
	}
}

// TestAParcelIsInOneRunWhateverHappensAtOnce lets couriers take and walk runs while
// coordinators plan again, move and lock.
func TestAParcelIsInOneRunWhateverHappensAtOnce(t *testing.T) {
	ctx := context.Background()
	f, stop := town(t, t.TempDir())
	defer stop()
	atTheGate(t, f)
	runs := splitIt(t, f)
	var all sync.WaitGroup
	for i := range runs {
		all.Go(func() { walk(ctx, f, runs[i].ID, fmt.Sprint("courier", i)) })
	}
	for i := range 3 {
		all.Go(func() {
			_, _, _ = f.Replan(ctx, fmt.Sprint("plan", i), "A001", []Team{{Kind: "foot", Count: int64(2 + i)}}, "co", quick)
		})
	}
	h := handlers{f}
	for i, r := range runs {
		for _, s := range r.Stops {
			all.Go(func() { _, _ = h.send(ctx, r.ID, s.ID, runs[(i+1)%len(runs)].ID, "co") })
		}
	}
	all.Wait()
	if err := f.Due(ctx, dusk.Add(2*time.Minute)); err != nil {
		t.Fatal(err)
	}
	onceEach(t, f, "at last")
	d, _ := f.Deliveries.Get(ctx, "d")
	for r := range f.Runs.Find(ctx, db.Query{}) {
		for _, s := range r.Stops {
			if want, _ := s.settled(); d.Parcels[s.Parcels[0].Index].Outcome != want {
				t.Fatalf("%s is %q in the run and %q in the delivery", s.ID, want, d.Parcels[s.Parcels[0].Index].Outcome)
			}
		}
	}
}

// walk takes a run, if it is still there, and hands over what it has on board.
func walk(ctx context.Context, f *Fulfillment, id, courier string) {
	for _, step := range []func(*Run, time.Time) error{
		func(r *Run, now time.Time) error { return r.Accept(courier, now) },
		func(r *Run, now time.Time) error { return r.Load(courier, r.Parcels, now) },
		func(r *Run, now time.Time) error { return r.Leave(courier, now, now) },
		func(r *Run, now time.Time) error {
			for _, door := range r.doors() {
				if err := r.Hand(courier, door, Handover{ID: door, Outcome: AtDoor, At: now}, now); err != nil {
					return err
				}
			}
			return nil
		},
	} {
		if _, err := f.ChangeRun(ctx, id, step); err != nil {
			return
		}
	}
}

// TestOneBadDocumentDoesNotKeepTheOthersWaiting leaves a delivery whose round is gone.
func TestOneBadDocumentDoesNotKeepTheOthersWaiting(t *testing.T) {
	ctx := context.Background()
	f, stop := town(t, t.TempDir())
	defer stop()
	atTheGate(t, f)
	for _, d := range []BulkDelivery{
		{Doc: db.Doc{ID: "a"}, Effects: []Effect{{tellDispatched, "gone"}}},
		{Doc: db.Doc{ID: "b"}, Effects: []Effect{{tellDispatched, "g1"}}},
	} {
		d.Compound, d.Day, d.State, d.Runs = "A001", "2022-04-18", Dispatched, []string{}
		if _, err := f.Deliveries.Insert(ctx, d); err != nil {
			t.Fatal(err)
		}
	}
	err := f.Due(ctx, dusk)
	if err == nil || !strings.Contains(err.Error(), "delivery a") {
		t.Fatalf("the error names the document: %v", err)
	}
	if b, err := f.Deliveries.Get(ctx, "b"); err != nil || len(b.Effects) > 0 {
		t.Fatalf("%+v %v", b.Effects, err)
	}
}

// TestARunTellsAllThatItCan has handed over two doors, of which one's delivery is gone, and
// its courier cannot go on: the other's outcome and the coordinator's notice come through.
func TestARunTellsAllThatItCan(t *testing.T) {
	ctx := context.Background()
	f, stop := town(t, t.TempDir())
	defer stop()
	atTheGate(t, f)
	r := splitIt(t, f)[0]
	_, err := f.Runs.Update(ctx, r.ID, func(r *Run) error {
		lost := r.Stops[0]
		lost.ID, lost.Parcels = "A001/1/1-999", []Carried{{Delivery: "gone"}}
		r.Stops = append([]Stop{lost}, r.Stops[0])
		r.State, r.Courier = Out, "c"
		for i := range r.Stops {
			if err := r.Hand("c", r.Stops[i].ID, Handover{ID: r.Stops[i].ID, Outcome: AtDoor}, dusk); err != nil {
				return err
			}
		}
		return r.BreakOff("c", "flat tyre", dusk)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Due(ctx, dusk); err == nil || !strings.Contains(err.Error(), "run "+r.ID) {
		t.Fatalf("the error names the run: %v", err)
	}
	left, err := f.Runs.Get(ctx, r.ID)
	if err != nil || !slices.Equal(left.Effects, []Effect{{tellHanded, "A001/1/1-999"}}) {
		t.Errorf("still to tell: %v %v", left.Effects, err)
	}
	d, _ := f.Deliveries.Get(ctx, "d")
	if p := r.Stops[0].Parcels[0]; d.Parcels[p.Index].Outcome != string(AtDoor) {
		t.Error("the other door's outcome has not come through")
	}
}

// TestARunThatStaysHasItsPlaceInTheNewPlan plans again what is as good as it was.
func TestARunThatStaysHasItsPlaceInTheNewPlan(t *testing.T) {
	ctx := context.Background()
	f, stop := town(t, t.TempDir())
	defer stop()
	atTheGate(t, f)
	before := splitIt(t, f)
	_, err := f.Runs.Update(ctx, before[0].ID, func(r *Run) error { r.Slot, r.Trip = "foot-9", 9; return nil })
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := f.Replan(ctx, "again", "A001", nil, "co", quick)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, r := range again {
		place := fmt.Sprint(r.Slot, " ", r.Trip)
		if seen[place] || r.Slot == "foot-9" || r.Plan != "again" {
			t.Fatalf("%s is planned as %s by %s", r.ID, place, r.Plan)
		}
		seen[place] = true
	}
	if !slices.ContainsFunc(again, func(r Run) bool { return r.ID == before[0].ID }) {
		t.Fatal("a run that the new plan has too was replaced")
	}
	if s, err := f.Shifts.Get(ctx, "A001"); err != nil || !s.Improving {
		t.Fatalf("%+v %v", s, err)
	}
}
