package fulfillment

import (
	"context"
	"testing"
	"time"

	"baimi/app/db"
	"baimi/orders"
)

// TestACrashBetweenAnyTwoStepsOfACancellationIsResumed cancels an allocated round of
// which one delivery is confirmed, ends the process at each moment, and adds up:
// the others have what it gave up, and nobody brings anything for it.
func TestACrashBetweenAnyTwoStepsOfACancellationIsResumed(t *testing.T) {
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	jobs := func(ctx context.Context, f *Fulfillment) error {
		settle := func(ctx context.Context, _ string) error { return ctx.Err() }
		if err := f.orders.Due(ctx, dusk, settle, f.Reopen); err != nil {
			return err
		}
		return f.Due(ctx, dusk)
	}
	for n := 1; ; n += 1 + n/12 {
		dir := t.TempDir()
		f, stop := town(t, dir)
		closedRounds(t, f)
		_, err := f.Begin(ctx, Market{Doc: db.Doc{ID: "m"}, Day: "2022-04-19", Rule: "equal", Seed: 7, Seconds: 1})
		must(err)
		must(f.Advance(ctx, "m"))
		_, err = f.ChangeDelivery(ctx, "m.S1.A001.any", func(d *BulkDelivery, now time.Time) error { return d.Confirm("", now) })
		must(err)
		_, err = f.orders.Update(ctx, "A001-2", func(g *orders.GroupBuy, now time.Time) error { return g.Cancel("lin", "all moved out", now) })
		must(err)
		crashed := jobs(dieAfter(n), f)
		stop()
		f, stop = town(t, dir)
		must(jobs(ctx, f))
		must(jobs(ctx, f))
		cancelledAddsUp(t, f, n)
		stop()
		if crashed == nil {
			t.Logf("%d moments to crash at", n-1)
			return
		}
	}
}

// cancelledAddsUp: A001-1 keeps what is confirmed, A002 has all 4 eggs that it asked
// for, and both have their 6 rice.
func cancelledAddsUp(t *testing.T, f *Fulfillment, n int) {
	t.Helper()
	ctx := context.Background()
	allocated, reserved := settledSums(t, f, n)
	planned := map[string]int64{}
	for g := range f.orders.GroupBuys.Find(ctx, db.Query{}) {
		if len(g.Effects) > 0 && g.Effects[0].Kind == "recall" {
			t.Fatalf("crash %d: the market does not know of %s", n, g.ID)
		}
	}
	for d := range f.Deliveries.Find(ctx, db.Query{}) {
		for _, p := range d.Parcels {
			if p.GroupBuy == "A001-2" || d.State == Refused || d.State == Replaced {
				t.Fatalf("crash %d: %s still brings %+v", n, d.ID, p)
			}
			planned[p.Lot] += p.Quantity
		}
		for _, l := range d.Lots {
			planned[l.Lot+" in all"] += l.Quantity
		}
	}
	confirmed, err := f.Deliveries.Get(ctx, "m.S1.A001.any")
	if err != nil || confirmed.State != Confirmed || confirmed.History[len(confirmed.History)-1].Kind != tellSmaller {
		t.Fatalf("crash %d: what is confirmed is %s %v %v", n, confirmed.State, confirmed.History, err)
	}
	eggs := confirmed.Lots[0].Quantity + 4
	for of, is := range map[string]map[string]int64{"allocated": allocated, "reserved": reserved, "planned": planned} {
		if is["L1"] != eggs || is["L2"] != 12 {
			t.Fatalf("crash %d: %s %v; want %d eggs and 12 rice", n, of, is, eggs)
		}
	}
	if planned["L1 in all"] != eggs || planned["L2 in all"] != 12 {
		t.Fatalf("crash %d: packed as %v", n, planned)
	}
}
