package fulfillment

import (
	"context"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"baimi/app/community"
	"baimi/app/db"
	"baimi/app/fault"
	"baimi/catalog"
	"baimi/fulfillment/matching"
	"baimi/orders"
)

// amendBudget is how long a market searches when it plans again.
const amendBudget = 80 * time.Millisecond

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

// Revise keeps what has changed, the plan for it, and which deliveries that changes.
func (m *Market) Revise(problem matching.Market, plan matching.Plan, changes []string, now time.Time) error {
	if m.State != Revising {
		return nil
	}
	if err := matching.Check(&problem, &plan); err != nil {
		return err
	}
	before := m.Plan
	m.Problem, m.Changes = problem, changes
	m.keep(plan)
	m.retell(&before)
	m.step(now, Rebooking, "")
	return nil
}

// retell adds the rounds that get something else, or for another reason, than before.
// A plan that was given up has not told the rounds that it changed: they stay.
func (m *Market) retell(before *matching.Plan) {
	told := slices.Clone(m.Retell)
	tell := func(demand string) {
		groupBuy, _, _ := splitDemand(demand)
		told = append(told, groupBuy)
	}
	for _, plans := range [][2]*matching.Plan{{before, &m.Plan}, {&m.Plan, before}} {
		drops, unserved := m.drops(plans[1]), map[matching.Unserved]bool{}
		for id, d := range m.drops(plans[0]) {
			if same(d, drops[id]) {
				continue
			}
			for _, s := range d.Served {
				tell(s.Demand)
			}
		}
		for _, u := range plans[1].Unserved {
			unserved[u] = true
		}
		for _, u := range plans[0].Unserved {
			if !unserved[u] {
				tell(u.Demand)
			}
		}
	}
	slices.Sort(told)
	m.Retell = slices.Compact(told)
}

// same tells whether two drops bring the same in as many trips; nil is no drop.
func same(a, b *matching.Drop) bool {
	return a != nil && b != nil && a.Trips == b.Trips && slices.Equal(a.Lots, b.Lots) && slices.Equal(together(a.Served), together(b.Served))
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
func (f *Fulfillment) revise(ctx context.Context, m *Market) error {
	list, err := db.All(f.Deliveries.Find(ctx, db.Where("market", m.ID)))
	if err != nil {
		return err
	}
	deliveries := map[string]BulkDelivery{}
	for _, d := range list {
		deliveries[d.ID] = d
	}
	change, err := f.changed(ctx, m, deliveries)
	if err != nil {
		return err
	}
	plan, err := matching.Amend(ctx, &change.problem, change.before, change.keep, matching.Options{Seed: m.Seed, Budget: amendBudget})
	if err != nil {
		return err
	}
	now, changes := f.now(), m.changes(&plan, deliveries)
	if held, err := f.hold(ctx, changes, deliveries); err != nil || !held {
		return err
	}
	_, err = f.Markets.Update(ctx, m.ID, func(m *Market) error { return m.Revise(change.problem, plan, changes, now) })
	return err
}

// changes lists the deliveries that a plan changes, by their ids, and those that were
// held or are no longer going already.
func (m *Market) changes(plan *matching.Plan, deliveries map[string]BulkDelivery) []string {
	before, after := m.drops(&m.Plan), m.drops(plan)
	ids := []string{}
	for id, d := range deliveries {
		if d.open() && !(d.State == Planned && same(before[id], after[id])) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// drops are those of a plan by the id of their delivery.
func (m *Market) drops(p *matching.Plan) map[string]*matching.Drop {
	all := map[string]*matching.Drop{}
	for i := range p.Drops {
		all[deliveryID(m.ID, &p.Drops[i])] = &p.Drops[i]
	}
	return all
}

// hold keeps suppliers from confirming what is being planned again; held is false
// where one has confirmed or refused it since it was read.
func (f *Fulfillment) hold(ctx context.Context, ids []string, deliveries map[string]BulkDelivery) (held bool, err error) {
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

// mayChange tells whether the plan that is being carried out changes the delivery.
func (m *Market) mayChange(d *BulkDelivery) bool {
	return d.State == Replanning || d.open() && slices.Contains(m.Changes, d.ID)
}

// rebook carries a changed plan out: lots, deliveries, rounds, in this order.
func (f *Fulfillment) rebook(ctx context.Context, m *Market) error {
	deliveries, err := db.All(f.Deliveries.Find(ctx, db.Where("market", m.ID)))
	if err != nil {
		return err
	}
	now, want := f.now(), bookings(m, deliveries)
	err = each(ctx, slices.Sorted(maps.Keys(want)), func(ctx context.Context, lot *string) error {
		_, err := f.catalog.Lots.Update(ctx, *lot, func(l *catalog.Lot) error {
			if err := m.knows(l); err != nil {
				return err
			}
			return l.Rebook(want[*lot], now)
		})
		return err
	})
	if fault.Is(err, "lot_short") || fault.Is(err, "lot_changed") {
		why := err.Error()
		_, err = f.Markets.Update(ctx, m.ID, func(m *Market) error { m.Revisit(why, now); return nil })
		return err
	}
	if err != nil {
		return err
	}
	if err := f.redeliver(ctx, m, deliveries); err != nil {
		return err
	}
	if err := f.reaward(ctx, m, deliveries); err != nil {
		return err
	}
	_, err = f.Markets.Update(ctx, m.ID, func(m *Market) error { return m.Settle(now) })
	return err
}

// bookings are what each lot is to hold for each delivery that the market may change.
func bookings(m *Market, deliveries []BulkDelivery) map[string]map[string]int64 {
	want := map[string]map[string]int64{}
	set := func(lot, key string, n int64) {
		if want[lot] == nil {
			want[lot] = map[string]int64{}
		}
		want[lot][key] = n
	}
	for i := range deliveries {
		if d := &deliveries[i]; m.mayChange(d) {
			for _, l := range d.Lots {
				set(l.Lot, d.ID, 0)
			}
		}
	}
	for i := range m.Plan.Drops {
		id := deliveryID(m.ID, &m.Plan.Drops[i])
		if slices.ContainsFunc(deliveries, func(d BulkDelivery) bool { return d.ID == id && !m.mayChange(&d) }) {
			continue
		}
		for _, l := range m.Plan.Drops[i].Lots {
			set(l.Lot, id, l.Quantity)
		}
	}
	return want
}

// redeliver brings the deliveries in line with the plan.
func (f *Fulfillment) redeliver(ctx context.Context, m *Market, deliveries []BulkDelivery) error {
	of, err := f.goodsOf(ctx, m)
	if err != nil {
		return err
	}
	now := f.now()
	planned := map[string]BulkDelivery{}
	fresh := []BulkDelivery{}
	for i := range m.Plan.Drops {
		d := deliveryOf(m, &m.Plan.Drops[i], of, now)
		planned[d.ID] = d
		if !slices.ContainsFunc(deliveries, func(o BulkDelivery) bool { return o.ID == d.ID }) {
			fresh = append(fresh, d)
		}
	}
	if err := f.Deliveries.InsertMissing(ctx, fresh); err != nil {
		return err
	}
	return each(ctx, deliveries, func(ctx context.Context, d *BulkDelivery) error {
		next, goes := planned[d.ID]
		if !m.mayChange(d) || !goes && d.State != Replanning {
			return nil
		}
		_, err := f.ChangeDelivery(ctx, d.ID, func(d *BulkDelivery, now time.Time) error { d.Replan(&next, goes, now); return nil })
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
func (f *Fulfillment) reaward(ctx context.Context, m *Market, deliveries []BulkDelivery) error {
	refused := map[string]int64{}
	for i := range deliveries {
		if d := &deliveries[i]; d.State == Refused {
			for _, p := range d.Parcels {
				refused[demandID(p.GroupBuy, p.Household, p.Item)] += p.Quantity
			}
		}
	}
	now, all := f.now(), awardsOf(&m.Plan, &m.Problem, m.ID)
	over := func(groupBuy string) bool { return all[groupBuy] == nil }
	return each(ctx, slices.DeleteFunc(slices.Clone(m.Retell), over), func(ctx context.Context, groupBuy *string) error {
		awards := all[*groupBuy]
		for i := range awards {
			a := &awards[i]
			a.Reasons = withRefused(a.Reasons, refused[demandID(*groupBuy, a.Household, a.Item)])
		}
		_, err := f.orders.GroupBuys.Update(ctx, *groupBuy, func(g *orders.GroupBuy) error {
			g.Shared = m.sharing()
			return g.Amend(m.ID, awards, now)
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

// change is a market as it is now, the plan that stood, and what stays of it.
type change struct {
	problem matching.Market
	before  matching.Plan
	keep    []matching.Drop
}

// changed reads what has changed since a market was planned.
func (f *Fulfillment) changed(ctx context.Context, m *Market, deliveries map[string]BulkDelivery) (change, error) {
	compounds, err := f.area(ctx, m.Area)
	if err != nil {
		return change{}, err
	}
	compounds = slices.DeleteFunc(compounds, func(at community.Compound) bool {
		return !slices.ContainsFunc(m.Problem.Gates, func(g matching.Gate) bool { return g.ID == at.ID })
	})
	groupBuys, err := f.takeRounds(ctx, m.ID, compounds)
	if err != nil {
		return change{}, err
	}
	if err := f.withoutCancelled(ctx, deliveries, groupBuys); err != nil {
		return change{}, err
	}
	s, err := f.stock(ctx)
	if err != nil {
		return change{}, err
	}
	c := m.stands(deliveries)
	c.join(problemOf(compounds, groupBuys, s), groupBuys)
	c.makeGood(deliveries, groupBuys)
	c.avoid(deliveries)
	grab := m.Attempts < maxAttempts && m.Day >= f.now().In(shanghai).Format(time.DateOnly)
	return c, f.restock(ctx, &c, deliveries, grab)
}

// stands is the market as it was planned, with the drops that stand as they are.
func (m *Market) stands(deliveries map[string]BulkDelivery) change {
	c := change{problem: m.Problem, before: m.Plan}
	c.before.Drops = nil
	for i := range m.Plan.Drops {
		d, written := deliveries[deliveryID(m.ID, &m.Plan.Drops[i])]
		if written && d.State != Refused {
			c.before.Drops = append(c.before.Drops, m.Plan.Drops[i])
		}
		if written && !d.open() {
			c.keep = append(c.keep, m.Plan.Drops[i])
		}
	}
	return c
}
