package fulfillment

import (
	"context"
	"fmt"
	"testing"

	"baimi/app/db"
	"baimi/app/fault"
)

// TestAllThatDeliveriesHaveToTellIsToldAtOnce has more deliveries than the store reads
// at a time, and in the midst of them one whose market is gone: all is told but that.
func TestAllThatDeliveriesHaveToTellIsToldAtOnce(t *testing.T) {
	ctx := context.Background()
	f, stop := town(t, t.TempDir())
	defer stop()
	closedRounds(t, f)
	var all []BulkDelivery
	for i := range 600 {
		d := BulkDelivery{
			Doc: db.Doc{ID: fmt.Sprintf("d%03d", i)}, Market: "gone", Supplier: "S1", Compound: "A001", State: Confirmed,
			Runs: []string{}, History: []Step{{At: dusk}}, Effects: []Effect{{tellOrdered, "S1"}},
		}
		switch {
		case i == 300:
			d.Effects = []Effect{{tellMarket, "gone"}, {tellGate, "A001"}, {tellSupplier, "S1"}}
		case i%3 == 0:
			d.Effects = append([]Effect{{tellSupplier, "S1"}}, d.Effects...)
		}
		all = append(all, d)
	}
	if err := f.Deliveries.InsertMany(ctx, all); err != nil {
		t.Fatal(err)
	}
	if err := f.Due(ctx, dusk); fault.KindOf(err) != fault.NotFound {
		t.Fatalf("the market is gone, and Due says %v", err)
	}
	for d, err := range f.Deliveries.Find(ctx, db.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		if left := len(d.Effects); left > 1 || left == 1 && d.Effects[0] != (Effect{tellMarket, "gone"}) {
			t.Errorf("%s has still to tell %v", d.ID, d.Effects)
		}
	}
}
