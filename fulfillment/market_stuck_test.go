package fulfillment

import (
	"context"
	"testing"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
	"baimi/catalog"
)

// TestAMarketThatCannotGoOnIsTriedAtGrowingIntervals takes away a lot that the plan of a
// settled market knows, so that planning again fails, and puts it back.
func TestAMarketThatCannotGoOnIsTriedAtGrowingIntervals(t *testing.T) {
	ctx := context.Background()
	f, stop := town(t, t.TempDir())
	defer stop()
	now := dusk
	f.now = func() time.Time { return now }
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	closedRounds(t, f)
	_, err := f.Begin(ctx, Market{Doc: db.Doc{ID: "m"}, Day: "2022-04-19", Rule: "equal", Seed: 7, Seconds: 1})
	must(err)
	must(f.Due(ctx, now))
	lot, err := f.catalog.Lots.Get(ctx, "L1")
	must(err)
	must(f.catalog.Lots.Delete(ctx, "L1"))
	must(f.Reopen(ctx, "m", "L1"))
	tries := 0
	for range 600 { // beats
		before, err := f.Markets.Get(ctx, "m")
		must(err)
		if err := f.Due(ctx, now); err != nil && fault.KindOf(err) != fault.NotFound {
			t.Fatal(err)
		}
		after, err := f.Markets.Get(ctx, "m")
		must(err)
		if after.State != Revising {
			t.Fatalf("the market is %s", after.State)
		}
		if after.Draft > before.Draft {
			tries++
		}
		now = now.Add(time.Second)
	}
	if tries != 9 {
		t.Errorf("it was tried %d times in ten minutes, not after 0, 2, 6, 14, … 510 seconds", tries)
	}
	_, err = f.catalog.Lots.Insert(ctx, catalog.Lot{
		Doc: db.Doc{ID: lot.ID}, Supplier: lot.Supplier, Product: lot.Product, Quantity: lot.Quantity, CaseSize: lot.CaseSize,
		Currency: lot.Currency, Tiers: lot.Tiers, State: lot.State, Reservations: lot.Reservations,
	})
	must(err)
	now = now.Add(longestWait)
	must(f.Due(ctx, now))
	if m, err := f.Markets.Get(ctx, "m"); err != nil || m.State != Settled || m.Failures > 0 {
		t.Fatalf("%s after %d failures: %v", m.State, m.Failures, err)
	}
}

// TestAMarketThatCameToNothingLeavesNothing has a market fail after it has frozen what
// it read; also a crash between any two steps of that leaves none of it in the store.
func TestAMarketThatCameToNothingLeavesNothing(t *testing.T) {
	ctx := context.Background()
	for n := 1; ; n++ {
		dir := t.TempDir()
		f, stop := town(t, dir)
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatalf("crash %d: %v", n, err)
			}
		}
		closedRounds(t, f)
		_, err := f.Begin(ctx, Market{Doc: db.Doc{ID: "m"}, Day: "2022-04-19", Rule: "equal", Seed: 7, Seconds: 1})
		must(err)
		a, err := f.Allocation(ctx, "m")
		must(err)
		must(f.collect(ctx, a))
		must(f.fail(ctx, a, fault.New(fault.Invalid, "market_unsolvable", "It cannot be solved.")))
		crashed := f.Advance(dieAfter(n), "m")
		stop()
		f, stop = town(t, dir)
		must(f.Due(ctx, dusk))
		m, err := f.Markets.Get(ctx, "m")
		must(err)
		left, err := db.All(f.parts.Find(ctx, db.Where("market", "m")))
		must(err)
		if m.State != Released || len(left) > 0 || len(m.Parts)+len(m.Old) > 0 {
			t.Fatalf("crash %d: the market is %s and has %d parts", n, m.State, len(left))
		}
		for g, err := range f.orders.GroupBuys.Find(ctx, db.Query{}) {
			must(err)
			if g.Market != "" {
				t.Fatalf("crash %d: the round %s has not been given back", n, g.ID)
			}
		}
		stop()
		if crashed == nil {
			t.Logf("%d moments to crash at", n-1)
			return
		}
	}
}
