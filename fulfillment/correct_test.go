package fulfillment

import (
	"context"
	"testing"

	"baimi/app/db"
	"baimi/catalog"
)

// TestALotCorrectedDuringTheSearchIsReadAgain has a supplier lower a price and
// another raise one while a market looks for a plan: nobody is promised what does
// not hold any more.
func TestALotCorrectedDuringTheSearchIsReadAgain(t *testing.T) {
	ctx := context.Background()
	f, stop := town(t, t.TempDir())
	defer stop()
	closedRounds(t, f)
	_, err := f.Begin(ctx, Market{Doc: db.Doc{ID: "m"}, Day: "2022-04-19", Rule: "equal", Seed: 7, Seconds: 1})
	for _, step := range []func(context.Context, *Allocation) error{f.collect, f.solve} {
		var a *Allocation
		if err == nil {
			a, err = f.Allocation(ctx, "m")
		}
		if err == nil {
			err = step(ctx, a)
		}
	}
	if m, _ := f.Markets.Get(ctx, "m"); err != nil || m.State != Reserving {
		t.Fatal(m.State, err)
	}
	for id, price := range map[string]int64{"L1": 900, "L2": 1100} {
		lot, err := f.catalog.Lots.Get(ctx, id)
		if err == nil {
			_, err = f.catalog.Correct(ctx, lot, catalog.LotTerms{Quantity: lot.Quantity, CaseSize: 1, Tiers: []catalog.Tier{{From: 1, UnitPrice: price}}})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Advance(ctx, "m"); err != nil {
		t.Fatal(err)
	}
	m, err := f.Allocation(ctx, "m")
	if err != nil || m.State != Settled || m.Attempts != 1 {
		t.Fatalf("%s after %d attempts: %v", m.State, m.Attempts, err)
	}
	for _, drop := range m.Plan.Drops {
		for _, l := range drop.Lots {
			if want := map[string]int64{"L1": 900, "L2": 1100}[l.Lot]; l.UnitPrice != want {
				t.Errorf("%s is promised at %d, not at %d", l.Lot, l.UnitPrice, want)
			}
		}
	}
}
