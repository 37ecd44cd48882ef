package fulfillment

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
	"baimi/catalog"
	"baimi/fulfillment/matching"
	"baimi/orders"
)

// amendBudget is how long a market searches when it plans again.
const amendBudget = 60 * time.Millisecond

// Reopen lets a settled market take in what has changed; one that is busy does so
// as soon as it is settled.
func (m *Market) Reopen(why string, now time.Time) {
	switch m.State {
	case Settled:
		m.Attempts, m.Again = 0, false
		m.step(now, Revising, why)
	case Collecting, Solving:
	default:
		m.Again = true
	}
}

// Revision is the draft of a market that plans again, and what it changes.
type Revision struct {
	Kept
	Changes []string // deliveries
	Former  []string // deliveries that it does without
	Retell  []string // rounds
}

// Revise keeps a changed plan. A plan that was given up has not told the rounds that
// it changed: they stay.
func (m *Market) Revise(r Revision, now time.Time) {
	if m.State != Revising || m.Draft != r.Draft {
		return
	}
	m.name(r.Kept)
	m.Changes, m.Former = r.Changes, r.Former
	m.Retell = slices.Concat(m.Retell, r.Retell)
	slices.Sort(m.Retell)
	m.Retell = slices.Compact(m.Retell)
	m.step(now, Rebooking, "")
}

// retell lists the rounds that get something else, or for another reason, than before.
func (a *Allocation) retell(before *Allocation) []string {
	told := map[string]bool{}
	tell := func(demand string) {
		groupBuy, _, _ := strings.Cut(demand, " ")
		told[groupBuy] = true
	}
	for _, of := range [][2]*Allocation{{before, a}, {a, before}} {
		drops, unserved := of[1].drops(), make(map[string]*matching.Unserved, len(of[1].Plan.Unserved))
		for id, d := range of[0].drops() {
			if same(d, drops[id]) {
				continue
			}
			for _, s := range d.Served {
				tell(s.Demand)
			}
		}
		for i := range of[1].Plan.Unserved {
			unserved[of[1].Plan.Unserved[i].Demand] = &of[1].Plan.Unserved[i]
		}
		for _, u := range of[0].Plan.Unserved {
			if other := unserved[u.Demand]; other == nil || !alike(*other, u) {
				tell(u.Demand)
			}
		}
	}
	return slices.Sorted(maps.Keys(told))
}

// same tells whether two drops bring the same in as many trips; nil is no drop.
func same(a, b *matching.Drop) bool {
	return a != nil && b != nil && a.Trips == b.Trips && slices.Equal(a.Lots, b.Lots) && slices.Equal(a.Served, b.Served)
}

// Revisit plans again because stock that was planned with is gone.
func (m *Market) Revisit(why string, now time.Time) {
	if m.State == Rebooking {
		m.Attempts++
		m.step(now, Revising, why)
	}
}

// Reopen lets a market take in that something has changed: a round, a lot, a delivery.
func (f *Fulfillment) Reopen(ctx context.Context, market, why string) error {
	now := f.now()
	_, err := f.Markets.Update(ctx, market, func(m *Market) error { m.Reopen(why, now); return nil })
	return err
}

// recall has markets plan again whose deliveries were to bring a lot that its
// supplier has withdrawn since, and not confirmed.
func (f *Fulfillment) recall(ctx context.Context) error {
	for l, err := range f.catalog.Lots.Find(ctx, db.Where("recalled", true)) {
		if err != nil {
			return err
		}
		known, err := f.reopenFor(ctx, &l)
		if err != nil {
			return err
		}
		if !known {
			continue // a market is still writing its deliveries: the next time
		}
		if _, err := f.catalog.Lots.Update(ctx, l.ID, func(l *catalog.Lot) error { l.Recalled = false; return nil }); err != nil {
			return err
		}
	}
	return nil
}

// reopenFor reopens the markets of a lot's deliveries; known is false where one is
// not written yet.
func (f *Fulfillment) reopenFor(ctx context.Context, l *catalog.Lot) (known bool, err error) {
	for _, r := range l.Reservations {
		d, err := f.Deliveries.Get(ctx, r.Key)
		if fault.KindOf(err) == fault.NotFound {
			return false, nil
		}
		if err == nil && d.State == Planned {
			err = f.Reopen(ctx, d.Market, l.ID)
		}
		if err != nil {
			return false, err
		}
	}
	return true, nil
}

// takeLate has a market plan again for a round that closed after it, while a
// delivery to the same gate is not confirmed.
func (f *Fulfillment) takeLate(ctx context.Context, now time.Time) error {
	today := now.In(shanghai).Format(time.DateOnly)
	for g, err := range f.orders.GroupBuys.Find(ctx, db.Where("state", orders.Closed)) {
		if err != nil {
			return err
		}
		if g.Market != "" {
			continue
		}
		for d, err := range f.Deliveries.Find(ctx, db.Where("compound", g.Compound).From("day", today)) {
			if err != nil {
				return err
			}
			if d.State == Planned {
				if err := f.Reopen(ctx, d.Market, g.ID); err != nil {
					return err
				}
				break
			}
		}
	}
	return nil
}

// revise takes in what has changed and plans again. Deliveries that are confirmed or
// further stay as they are; those that the new plan changes wait until it is carried
// out. Where one of them was confirmed or refused meanwhile, all is read once more.
func (f *Fulfillment) revise(ctx context.Context, a *Allocation) error {
	if err := f.begin(ctx, a); err != nil {
		return err
	}
	deliveries, err := f.deliveriesOf(ctx, a)
	if err != nil {
		return err
	}
	change, err := f.changed(ctx, a, deliveries)
	if err != nil {
		return err
	}
	plan, err := matching.Amend(ctx, &change.problem, change.before, change.keep, matching.Options{Seed: a.Seed, Budget: amendBudget})
	if err != nil {
		return err
	}
	next := &Allocation{Market: a.Market, Problem: change.problem}
	if err := next.take(plan); err != nil {
		return err
	}
	return f.keepRevision(ctx, a, next, deliveries)
}

// keepRevision makes next of the allocation, if nothing comes between.
func (f *Fulfillment) keepRevision(ctx context.Context, a, next *Allocation, deliveries map[string]*BulkDelivery) (err error) {
	r := Revision{Changes: next.changes(a, deliveries), Retell: next.retell(a), Former: next.former(deliveries)}
	if held, err := f.hold(ctx, r.Changes, deliveries); err != nil || !held {
		return err
	}
	if r.Kept, err = f.keep(ctx, next); err != nil {
		return err
	}
	now := f.now()
	m, err := f.Markets.Update(ctx, a.ID, func(m *Market) error { m.Revise(r, now); return nil })
	if err == nil && m.Parts[theRest] == next.Draft {
		*a, a.Market = *next, m
	}
	return err
}

// deliveriesOf reads the deliveries of a market, by their ids. They are only read.
func (f *Fulfillment) deliveriesOf(ctx context.Context, a *Allocation) (map[string]*BulkDelivery, error) {
	all := map[string]*BulkDelivery{}
	if a.Whole != nil {
		for d, err := range f.Deliveries.Find(ctx, db.Where("market", a.ID)) {
			if err != nil {
				return nil, err
			}
			all[d.ID] = &d
		}
		return all, nil
	}
	for _, id := range slices.AppendSeq(slices.Clone(a.Former), maps.Keys(a.drops())) {
		d, err := f.Deliveries.Look(ctx, id)
		switch {
		case err == nil:
			all[id] = d
		case fault.KindOf(err) != fault.NotFound: // else it is not written yet
			return nil, err
		}
	}
	return all, nil
}

// changes lists the deliveries that the plan changes, by their ids, and those that
// were held or are no longer going already.
func (a *Allocation) changes(from *Allocation, deliveries map[string]*BulkDelivery) []string {
	before, after := from.drops(), a.drops()
	ids := []string{}
	for id, d := range deliveries {
		if d.open() && !(d.State == Planned && same(before[id], after[id])) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// former lists the deliveries that the plan does without.
func (a *Allocation) former(deliveries map[string]*BulkDelivery) []string {
	ids, drops := []string{}, a.drops()
	for id := range deliveries {
		if drops[id] == nil {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// drops are those of the plan by the id of their delivery.
func (a *Allocation) drops() map[string]*matching.Drop {
	all := make(map[string]*matching.Drop, len(a.Plan.Drops))
	for i := range a.Plan.Drops {
		all[deliveryID(a.ID, &a.Plan.Drops[i])] = &a.Plan.Drops[i]
	}
	return all
}

// hold keeps suppliers from confirming what is being planned again; held is false
// where one has confirmed or refused it since it was read.
func (f *Fulfillment) hold(ctx context.Context, ids []string, deliveries map[string]*BulkDelivery) (held bool, err error) {
	var late atomic.Bool
	err = each(ctx, ids, func(ctx context.Context, id *string) error {
		d, err := f.Deliveries.Update(ctx, *id, func(d *BulkDelivery) error { d.Hold(); return nil })
		if was := deliveries[*id].State; d.State != Replanning && d.State != was {
			late.Store(true)
		}
		return err
	})
	return !late.Load(), err
}

// Hold lets the market plan the delivery again.
func (d *BulkDelivery) Hold() {
	if d.State == Planned {
		d.State = Replanning
	}
}

// open tells whether a market that plans again may change the delivery.
func (d *BulkDelivery) open() bool {
	return d.State == Planned || d.State == Replanning || d.State == Replaced || d.State == Refused
}
