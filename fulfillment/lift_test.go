package fulfillment

import (
	"context"
	"fmt"
	"testing"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
	"baimi/catalog"
)

// TestABrokenLift sends what a courier who cannot climb has for that building
// back to the gate, and to a helper who can.
func TestABrokenLift(t *testing.T) {
	ctx := context.Background()
	f, stop := town(t, t.TempDir())
	defer stop()
	atTheGate(t, f)
	teams := []Team{{Kind: "cart", Count: 1, NoStairs: true}, {Kind: "foot", Count: 1, Millilitres: 12_000}}
	if _, left, err := f.Split(ctx, "s", "A001", []string{"d"}, teams, "co", quick); err != nil || len(left) > 0 {
		t.Fatal(left, err)
	}
	const door = "A001/4/1-301"
	d, _ := f.Deliveries.Get(ctx, "d")
	id := ""
	for _, p := range d.Parcels {
		if p.Household == door {
			id = p.Run
		}
	}
	walk(ctx, f, id, "c") // all of it is handed over
	cart, err := f.ChangeRun(ctx, id, func(r *Run, now time.Time) error { return r.Undo("co", true, door, now) })
	if err != nil || !cart.NoStairs || cart.Open() != 1 {
		t.Fatalf("the cart was to have the building with the lift: %+v %v", cart, err)
	}
	if err := f.SetLift(ctx, "lift", "A001", "3", true, "co"); !fault.Is(err, "no_lift") {
		t.Fatal(err)
	}
	if err := f.SetLift(ctx, "lift", "A001", "4", true, "co"); err != nil {
		t.Fatal(err)
	}
	cart, _ = f.Runs.Get(ctx, id)
	d, _ = f.Deliveries.Get(ctx, "d")
	for _, p := range d.Parcels {
		if p.Household != door {
			continue
		}
		on, err := f.Runs.Get(ctx, p.Run)
		if err != nil || on.NoStairs || on.State != Offered || cart.Open() > 0 {
			t.Fatalf("%+v is in %+v %v; the cart has %d open", p, on, err, cart.Open())
		}
	}
	onceEach(t, f, "after the lift broke")
}

// TestACourierOnTheWayKeepsTheNextDoor changes the order of what comes after it.
func TestACourierOnTheWayKeepsTheNextDoor(t *testing.T) {
	f, stop := town(t, t.TempDir())
	defer stop()
	atTheGate(t, f)
	site, _ := f.community.Compound(context.Background(), "A001")
	r := Run{State: Out}
	for _, door := range []struct{ building, room string }{{"1", "101"}, {"4", "101"}, {"1", "201"}, {"4", "201"}, {"1", "301"}} {
		r.Stops = append(r.Stops, Stop{ID: door.building + door.room, Building: door.building, Unit: "1", Room: door.room})
	}
	r.Stops[0].Handover = &Handover{Outcome: AtDoor}
	w := wayOf(&site, "")
	order, err := w.order(context.Background(), &r, dusk)
	if err != nil {
		t.Fatal(err)
	}
	r.Reorder(order)
	if got := fmt.Sprint(r.doors()); got != "[1101 4101 4201 1301 1201]" && got != "[1101 4101 4201 1201 1301]" {
		t.Fatal(got)
	}
	r.Reorder([]string{"4101", "1201"})
	if r.Open() != 4 {
		t.Fatal("an order that is too old took doors out")
	}
}

// TestALateHotMealGoesFirst plans a hot drop into what is offered: its doors come
// first, and a run that has been accepted stays as it was.
func TestALateHotMealGoesFirst(t *testing.T) {
	ctx := context.Background()
	f, stop := town(t, t.TempDir())
	defer stop()
	atTheGate(t, f)
	runs := splitIt(t, f)
	accepted, err := f.ChangeRun(ctx, runs[0].ID, func(r *Run, now time.Time) error { return r.Accept("c", now) })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.catalog.Products.Insert(ctx, catalog.Product{Doc: db.Doc{ID: "soup"}, NameEn: "Soup", Unit: "box", Millilitres: 2000, Handling: catalog.Hot}); err != nil {
		t.Fatal(err)
	}
	hot := BulkDelivery{
		Doc: db.Doc{ID: "hot"}, Compound: "A001", Day: "2022-04-18", State: Arrived, Runs: []string{}, Effects: []Effect{},
		Lots: []DropLot{{Lot: "S", Product: "soup", Quantity: 2}}, Receipt: &GateReceipt{At: dusk.Add(-20 * time.Minute)},
	}
	for _, door := range []string{"A001/2/1-601", "A001/3/1-101"} {
		hot.Parcels = append(hot.Parcels, Parcel{GroupBuy: "g2", Household: door, Item: "soup", Lot: "S", Quantity: 1, Received: 1})
	}
	if _, err := f.Deliveries.Insert(ctx, hot); err != nil {
		t.Fatal(err)
	}
	again, left, err := f.Split(ctx, "hot", "A001", []string{"hot"}, []Team{{Kind: "foot", Count: 3}}, "co", quick)
	if err != nil || len(left) > 0 {
		t.Fatal(left, err)
	}
	found := 0
	for _, r := range again {
		for _, s := range r.Stops {
			if !s.hot() {
				continue
			}
			found++
			if r.Trip > 1 || r.Slot == accepted.Slot || loading+s.Arrives > 5*60 {
				t.Fatalf("%s is on trip %d of %s, after %d s", s.ID, r.Trip, r.Slot, s.Arrives)
			}
		}
	}
	still, _ := f.Runs.Get(ctx, accepted.ID)
	for _, s := range still.Stops {
		if s.hot() {
			found++ // in the run of that household, which had been accepted before
		}
	}
	if found != 2 || still.Rev != accepted.Rev {
		t.Fatalf("%d hot doors; the accepted run is at revision %d, was %d", found, still.Rev, accepted.Rev)
	}
	onceEach(t, f, "after the hot meals")
}
