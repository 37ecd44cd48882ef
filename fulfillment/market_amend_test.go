package fulfillment

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"baimi/app/db"
	"baimi/fulfillment/matching"
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
	late := lateRound(t, f)
	_, err := f.Begin(ctx, Market{Doc: db.Doc{ID: "m"}, Day: "2022-04-19", Rule: "equal", Seed: 7, Seconds: 1})
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

// TestPlanningAgainHoldsOnlyWhatItChanges: nothing has changed, so no delivery is written;
// then one is refused, and some of the others are left alone.
func TestPlanningAgainHoldsOnlyWhatItChanges(t *testing.T) {
	ctx := context.Background()
	f, stop := town(t, t.TempDir())
	defer stop()
	closedRounds(t, f)
	if _, err := f.Begin(ctx, Market{Doc: db.Doc{ID: "m"}, Day: "2022-04-19", Rule: "equal", Seed: 7, Seconds: 1}); err != nil {
		t.Fatal(err)
	}
	written := func() map[string]int64 {
		if err := f.Advance(ctx, "m"); err != nil {
			t.Fatal(err)
		}
		revs := map[string]int64{}
		for d, err := range f.Deliveries.Find(ctx, db.Where("market", "m")) {
			if err != nil || d.State == Replanning {
				t.Fatal(d.State, err)
			}
			revs[d.ID] = d.Rev
		}
		return revs
	}
	before := written()
	if err := f.Reopen(ctx, "m", "nothing"); err != nil {
		t.Fatal(err)
	}
	if after := written(); !maps.Equal(before, after) || len(before) < 2 {
		t.Errorf("deliveries were written though nothing changed: %v, then %v", before, after)
	}
	refused := slices.Sorted(maps.Keys(before))[0]
	if _, err := f.ChangeDelivery(ctx, refused, func(d *BulkDelivery, now time.Time) error { return d.Refuse("s", "flat tyre", now) }); err != nil {
		t.Fatal(err)
	}
	if err := f.Reopen(ctx, "m", refused); err != nil {
		t.Fatal(err)
	}
	same := 0
	for id, rev := range written() {
		if rev == before[id] {
			same++
		}
	}
	if d, err := f.Deliveries.Get(ctx, refused); err != nil || d.State != Refused || same == 0 {
		t.Errorf("%s, and %d of %d deliveries were left alone: %v", d.State, same, len(before), err)
	}
}

// lateRound takes a closed round out of the store, to come late.
func lateRound(t *testing.T, f *Fulfillment) orders.GroupBuy {
	t.Helper()
	late, err := f.orders.GroupBuys.Get(context.Background(), "A001-2")
	if err == nil {
		err = f.orders.GroupBuys.Delete(context.Background(), late.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	return late
}

// TestARoundIsToldAgainWhatChangesForIt: how many others want something is none of it.
func TestARoundIsToldAgainWhatChangesForIt(t *testing.T) {
	was := matching.Unserved{Demand: "r h i", Quantity: 2, Reason: matching.Stock, Detail: matching.Detail{Lot: "l", Short: 1, Available: 7, Wanted: 12}}
	plan := func(u matching.Unserved) *Allocation {
		return &Allocation{Plan: matching.Plan{Unserved: []matching.Unserved{u}}}
	}
	for name, c := range map[string]struct {
		change func(*matching.Unserved)
		told   bool
	}{
		"nothing":                 {func(*matching.Unserved) {}, false},
		"more is wanted by all":   {func(u *matching.Unserved) { u.Detail.Wanted++ }, false},
		"less is posted":          {func(u *matching.Unserved) { u.Detail.Available-- }, true},
		"less is missing":         {func(u *matching.Unserved) { u.Quantity-- }, true},
		"another reason":          {func(u *matching.Unserved) { u.Reason = matching.Trips }, true},
		"it is another household": {func(u *matching.Unserved) { u.Demand = "r other i" }, true},
	} {
		now := was
		c.change(&now)
		if got := plan(now).retell(plan(was)); (len(got) == 1 && got[0] == "r") != c.told {
			t.Errorf("%s: %q are told again", name, got)
		}
	}
}
