package fulfillment

import (
	"context"
	"slices"
	"testing"

	"baimi/app/community"
	"baimi/app/db"
	"baimi/app/fault"
)

// northGate opens a second gate far behind the buildings, where a drop for the
// last two of them stands.
func northGate(t *testing.T, f *Fulfillment) {
	t.Helper()
	ctx := context.Background()
	_, err := f.community.Change(ctx, "A001", func(c *community.Compound) error {
		c.Gates = []community.Gate{{ID: "south", NameEn: "South", Lon: c.Lon, Lat: c.Lat}, {ID: "north", NameEn: "North", Lon: c.Lon + 1800, Lat: c.Lat + 800}}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	d := BulkDelivery{
		Doc: db.Doc{ID: "n"}, Compound: "A001", Gate: "north", At: "north", Supplier: "S1", Day: "2022-04-18", State: Arrived, Runs: []string{}, Effects: []Effect{},
		Lots: []DropLot{{Lot: "L", Product: "rice", Quantity: 2}}, Receipt: &GateReceipt{At: dusk},
		Parcels: []Parcel{
			{GroupBuy: "g3", Household: "A001/3/1-101", Item: "rice", Lot: "L", Quantity: 1, Received: 1},
			{GroupBuy: "g4", Household: "A001/4/1-101", Item: "rice", Lot: "L", Quantity: 1, Received: 1},
		},
	}
	if _, err := f.Deliveries.Insert(ctx, d); err != nil {
		t.Fatal(err)
	}
}

func TestEachGateHasItsOwnRuns(t *testing.T) {
	ctx := context.Background()
	f, stop := town(t, t.TempDir())
	defer stop()
	atTheGate(t, f)
	northGate(t, f)
	foot := []Team{{Kind: "foot", Count: 1}}
	if _, _, err := f.Split(ctx, "x", "A001", []string{"d", "n"}, foot, "co", quick); !fault.Is(err, "gates_differ") {
		t.Fatal("deliveries at two gates are split together:", err)
	}
	south := splitIt(t, f)
	north, left, err := f.Split(ctx, "n", "A001/north", []string{"n"}, foot, "co", quick)
	if err != nil || len(left) > 0 || len(north) != 1 || north[0].Gate != "north" || north[0].From.NameEn != "North" || south[0].Gate != "" {
		t.Fatalf("%+v %v %v", north, left, err)
	}
	site, _ := f.community.Compound(ctx, "A001")
	fromSouth := north[0]
	wayOf(&site, "").time(&fromSouth)
	if north[0].Seconds >= fromSouth.Seconds {
		t.Errorf("the last buildings are %d s from their gate, and %d s from the other", north[0].Seconds, fromSouth.Seconds)
	}
	again, _, err := f.Replan(ctx, "again", "A001/north", []Team{{Kind: "cart", Count: 1}}, "co", quick)
	if err != nil || len(again) != 1 || len(again[0].Stops) != 2 || again[0].Kind != "cart" {
		t.Fatalf("%+v %v", again, err)
	}
	for _, r := range south {
		if now, err := f.Runs.Get(ctx, r.ID); err != nil || now.State != Offered || !slices.Equal(now.doors(), r.doors()) {
			t.Errorf("planning at one gate changes a run of the other: %s %v", now.State, err)
		}
	}
	if s, err := f.Shifts.Get(ctx, "A001"); err != nil || s.Teams[0].Kind != "foot" {
		t.Errorf("who helps at one gate helps at the other: %+v %v", s.Teams, err)
	}
	if err := f.SetLift(ctx, "lift", "A001", "4", true, "co"); err != nil {
		t.Fatal(err)
	}
	onceEach(t, f, "after a lift broke, for all gates")
}

// TestAMarketBringsGoodsToTheGateOfEachBuilding runs a market over a compound of two
// gates, whose second one closes before the market plans again.
func TestAMarketBringsGoodsToTheGateOfEachBuilding(t *testing.T) {
	ctx := context.Background()
	f, stop := town(t, t.TempDir())
	defer stop()
	closedRounds(t, f)
	_, err := f.community.Change(ctx, "A001", func(c *community.Compound) error {
		c.Gates = []community.Gate{{ID: "south", NameEn: "South"}, {ID: "north", NameEn: "North", MaxTrips: 1}}
		c.Buildings[1].Gate = "north"
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Begin(ctx, Market{Doc: db.Doc{ID: "m"}, Day: "2022-04-19", Rule: "equal", Seed: 7, Seconds: 1}); err != nil {
		t.Fatal(err)
	}
	if err := f.Advance(ctx, "m"); err != nil {
		t.Fatal(err)
	}
	at := func() map[string][]string {
		goods := map[string][]string{}
		for d, err := range f.Deliveries.Find(ctx, db.Where("market", "m")) {
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range d.buildings() {
				if gate := d.gate(); !slices.Contains(goods[gate], b.Building) {
					goods[gate] = append(goods[gate], b.Building)
				}
			}
		}
		return goods
	}
	if got := at(); len(got) != 3 || !slices.Equal(got["A001"], []string{"1"}) || !slices.Equal(got["A001/north"], []string{"2"}) || !slices.Equal(got["A002"], []string{"1"}) {
		t.Fatalf("%v", got)
	}
	if m, _ := f.Allocation(ctx, "m"); len(m.Plan.Drops) != 5 { // one trip to the north gate, so one supplier
		t.Errorf("%d drops, but the north gate takes one trip", len(m.Plan.Drops))
	}
	if _, err := f.community.Change(ctx, "A001", func(c *community.Compound) error { c.Gates = c.Gates[:1]; return nil }); err != nil {
		t.Fatal(err)
	}
	if err := f.Reopen(ctx, "m", "late"); err != nil {
		t.Fatal(err)
	}
	if err := f.Advance(ctx, "m"); err != nil {
		t.Fatal("a market whose gate has closed:", err)
	}
}

func TestADeliveryIsRedirectedUntilItsRunsArePlanned(t *testing.T) {
	for state, told := range map[DeliveryState]int{Planned: 1, Confirmed: 1, Dispatched: 1, Arrived: 0} {
		d := BulkDelivery{State: state, Supplier: "S1"}
		if state == Arrived {
			d.Receipt = &GateReceipt{}
		}
		for range 2 {
			if err := d.Redirect("north", "co", dusk); err != nil || d.At != "north" || d.Gate != "" || len(d.Effects) != told {
				t.Errorf("%s: %+v %v", state, d, err)
			}
		}
	}
	for _, state := range []DeliveryState{Split, Delivered, Refused, Replaced} {
		d := BulkDelivery{State: state}
		if err := d.Redirect("north", "co", dusk); !fault.Is(err, "delivery_state") {
			t.Errorf("%s: %v", state, err)
		}
	}
}
