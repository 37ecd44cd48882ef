package fulfillment

import (
	"context"
	"testing"

	"baimi/app/db"
	"baimi/orders"
)

// TestPlanningAgainWritesOnlyWhatChanges lets a round come late that asks for rice at
// A001: nothing that goes to A002, and no egg, is written.
func TestPlanningAgainWritesOnlyWhatChanges(t *testing.T) {
	ctx := context.Background()
	f, stop := town(t, t.TempDir())
	defer stop()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	closedRounds(t, f)
	late, err := f.orders.GroupBuys.Get(ctx, "A001-2")
	must(err)
	must(f.orders.GroupBuys.Delete(ctx, late.ID))
	_, err = f.Begin(ctx, Market{Doc: db.Doc{ID: "m"}, Day: "2022-04-19", Rule: "equal", Seed: 7, Seconds: 1})
	must(err)
	must(f.Due(ctx, dusk)) // the suppliers are told
	revisions := func() map[string]int64 {
		all := map[string]int64{}
		for _, id := range []string{"m.S1.A001.any", "m.S1.A002.any", "m.S2.A001.any", "m.S2.A002.any"} {
			d, err := f.Deliveries.Get(ctx, id)
			must(err)
			all[id] = d.Rev
		}
		for _, id := range []string{"A001-1", "A002-1"} {
			g, err := f.orders.GroupBuys.Get(ctx, id)
			must(err)
			all[id] = g.Rev
		}
		l, err := f.catalog.Lots.Get(ctx, "L1")
		must(err)
		all["L1"] = l.Rev
		return all
	}
	must(f.Due(ctx, dusk))
	before := revisions()
	for i := range late.Participants {
		late.Participants[i].Lines = []orders.Line{{Item: "rice", Quantity: 3}}
	}
	_, err = f.orders.GroupBuys.Insert(ctx, late)
	must(err)
	must(f.Due(ctx, dusk))
	allocated, reserved := settledSums(t, f, 0)
	if allocated["L2"] != 18 || reserved["L2"] != 18 {
		t.Fatalf("%d rice allocated, %d reserved; want 18", allocated["L2"], reserved["L2"])
	}
	for id, is := range revisions() {
		if changes := id == "m.S2.A001.any"; changes != (is != before[id]) {
			t.Errorf("%s had the revision %d and has %d", id, before[id], is)
		}
	}
}
