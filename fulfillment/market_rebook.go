package fulfillment

import (
	"context"
	"maps"
	"slices"
	"time"

	"baimi/app/fault"
	"baimi/catalog"
	"baimi/orders"
)

// mayChange tells whether the plan that is being carried out changes the delivery.
func (m *Market) mayChange(d *BulkDelivery) bool {
	return d.State == Replanning || d.open() && slices.Contains(m.Changes, d.ID)
}

// rebook carries a changed plan out: lots, deliveries, rounds, in this order.
func (f *Fulfillment) rebook(ctx context.Context, a *Allocation) error {
	deliveries, err := f.deliveriesOf(ctx, a)
	if err != nil {
		return err
	}
	now, want := f.now(), a.bookings(deliveries)
	err = each(ctx, slices.Sorted(maps.Keys(want)), func(ctx context.Context, lot *string) error {
		_, err := f.catalog.Lots.Alter(ctx, *lot, func(l *catalog.Lot) error {
			if err := a.knows(l); err != nil {
				return err
			}
			return l.Rebook(want[*lot], now)
		})
		return err
	})
	if fault.Is(err, "lot_short") || fault.Is(err, "lot_changed") {
		why := err.Error()
		_, err = f.Markets.Update(ctx, a.ID, func(m *Market) error { m.Revisit(why, now); return nil })
		return err
	}
	if err != nil {
		return err
	}
	if err := f.redeliver(ctx, a, deliveries); err != nil {
		return err
	}
	if err := f.reaward(ctx, a, deliveries); err != nil {
		return err
	}
	return f.end(ctx, a)
}

// bookings are what each lot is to hold for each delivery that the market may change.
func (a *Allocation) bookings(deliveries map[string]*BulkDelivery) map[string]map[string]int64 {
	want := map[string]map[string]int64{}
	set := func(lot, key string, n int64) {
		if want[lot] == nil {
			want[lot] = map[string]int64{}
		}
		want[lot][key] = n
	}
	for _, d := range deliveries {
		if a.mayChange(d) {
			for _, l := range d.Lots {
				set(l.Lot, d.ID, 0)
			}
		}
	}
	for id, drop := range a.drops() {
		if d := deliveries[id]; d == nil || a.mayChange(d) {
			for _, l := range drop.Lots {
				set(l.Lot, id, l.Quantity)
			}
		}
	}
	return want
}

// redeliver brings the deliveries in line with the plan. Their suppliers are told by Due.
func (f *Fulfillment) redeliver(ctx context.Context, a *Allocation, deliveries map[string]*BulkDelivery) error {
	drops, change := a.drops(), []string{}
	for id, d := range deliveries {
		if a.mayChange(d) && (drops[id] != nil || d.State == Replanning) {
			change = append(change, id)
		} else {
			delete(drops, id)
		}
	}
	planned, err := f.planned(ctx, a, drops)
	if err != nil {
		return err
	}
	fresh, now := []BulkDelivery{}, f.now()
	for id, d := range planned {
		if deliveries[id] == nil {
			fresh = append(fresh, d)
		}
	}
	if err := f.Deliveries.InsertMissing(ctx, fresh); err != nil {
		return err
	}
	return each(ctx, change, func(ctx context.Context, id *string) error {
		next, goes := planned[*id]
		_, err := f.Deliveries.Alter(ctx, *id, func(d *BulkDelivery) error { d.Replan(&next, goes, now); return nil })
		return err
	})
}

// Replan makes the delivery what its market plans now; one that the plan does
// without is replaced. Its supplier is told of a change.
func (d *BulkDelivery) Replan(next *BulkDelivery, goes bool, now time.Time) {
	was := d.State
	switch {
	case !goes && was == Replanning:
		d.step(Replaced, "", "", now)
	case goes && was == Replanning && d.Trips == next.Trips && slices.Equal(d.Lots, next.Lots) && slices.Equal(d.Parcels, next.Parcels):
		d.State = Planned
		return
	case goes && (was == Replanning || was == Replaced || was == Refused):
		d.Trips, d.Lots, d.Parcels = next.Trips, next.Lots, next.Parcels
		d.step(Planned, "", "replanned", now)
	default:
		return
	}
	d.Effects = append(d.Effects, Effect{tellSupplier, d.Supplier})
}

// reaward tells the rounds for which something changes what they get now. What a
// supplier refused and nobody else brings has that for its reason.
func (f *Fulfillment) reaward(ctx context.Context, a *Allocation, deliveries map[string]*BulkDelivery) error {
	refused := map[string]int64{}
	for _, d := range deliveries {
		if d.State == Refused {
			for _, p := range d.Parcels {
				refused[demandID(p.GroupBuy, p.Household, p.Item)] += p.Quantity
			}
		}
	}
	now, all := f.now(), a.awards(func(groupBuy string) bool { _, told := slices.BinarySearch(a.Retell, groupBuy); return told })
	return each(ctx, slices.Sorted(maps.Keys(all)), func(ctx context.Context, groupBuy *string) error {
		awards := all[*groupBuy]
		for i := range awards {
			w := &awards[i]
			w.Reasons = withRefused(w.Reasons, refused[demandID(*groupBuy, w.Household, w.Item)])
		}
		_, err := f.orders.GroupBuys.Alter(ctx, *groupBuy, func(g *orders.GroupBuy) error {
			g.Shared = a.sharing()
			return g.Amend(a.ID, awards, now)
		})
		return err
	})
}

// withRefused says of up to so many missing units that their supplier refused.
func withRefused(reasons []orders.Reason, refused int64) []orders.Reason {
	out := []orders.Reason{}
	for _, r := range reasons {
		if n := min(refused, r.Quantity); n > 0 {
			out = append(out, orders.Reason{Code: "refused", Quantity: n, Numbers: map[string]int64{}})
			refused, r.Quantity = refused-n, r.Quantity-n
		}
		if r.Quantity > 0 {
			out = append(out, r)
		}
	}
	return out
}
