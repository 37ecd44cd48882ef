package fulfillment

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"baimi/app/community"
	"baimi/app/db"
	"baimi/app/fault"
	"baimi/catalog"
	"baimi/fulfillment/matching"
	"baimi/orders"
)

// Begin starts a market. The same market begun twice is one.
func (f *Fulfillment) Begin(ctx context.Context, m Market) (Market, error) {
	m.State, m.Created = Collecting, f.now().UTC()
	m.History = []Step{{At: m.Created, Kind: string(Collecting), By: m.By}}
	if err := m.Validate(); err != nil {
		return m, err
	}
	stored, err := f.Markets.Insert(ctx, m)
	if fault.KindOf(err) == fault.Conflict {
		return f.Markets.Get(ctx, m.ID)
	}
	return stored, err
}

// Advance carries a market on from wherever it is until it has ended. A crash
// between any two steps is taken up by the next call.
func (f *Fulfillment) Advance(ctx context.Context, id string) error {
	a := &Allocation{}
	for {
		m, err := f.Markets.Look(ctx, id)
		if err != nil || m.Ended() {
			return err
		}
		if a.Rev != m.Rev { // else it is what the step before has made of it
			if a, err = f.Allocation(ctx, id); err != nil {
				return err
			}
		}
		if err := f.advance(ctx, a); err != nil {
			return fmt.Errorf("market %s while %s: %w", a.ID, a.State, err)
		}
	}
}

func (f *Fulfillment) advance(ctx context.Context, a *Allocation) error {
	switch a.State {
	case Collecting:
		return f.collect(ctx, a)
	case Solving:
		return f.solve(ctx, a)
	case Reserving:
		return f.carryOut(ctx, a)
	case Failing:
		return f.giveBack(ctx, a)
	case Revising:
		return f.revise(ctx, a)
	case Rebooking:
		return f.rebook(ctx, a)
	}
	return nil
}

// collect takes the closed rounds of the area and freezes them with the stock.
func (f *Fulfillment) collect(ctx context.Context, a *Allocation) error {
	if err := f.begin(ctx, a); err != nil {
		return err
	}
	compounds, err := f.area(ctx, a.Area)
	if err != nil {
		return err
	}
	rounds, err := f.takeRounds(ctx, &a.Market, compounds)
	if err != nil {
		return err
	}
	s, err := f.stock(ctx)
	if err != nil {
		return err
	}
	a.Problem = problemOf(compounds, rounds, s)
	if n := len(a.Problem.Demands); n > maxDemands {
		return f.fail(ctx, a, fault.New(fault.Invalid, "market_too_large", "The area has %d demands; one market holds %d. Please split the area.", n, maxDemands))
	}
	a.Problem.Rule, a.Problem.Seed = a.Rule, a.Seed
	return f.write(ctx, a, (*Market).Freeze)
}

// write keeps a draft, and has the market go on from it.
func (f *Fulfillment) write(ctx context.Context, a *Allocation, next func(*Market, Kept, time.Time)) error {
	k, err := f.keep(ctx, a)
	if err != nil {
		return err
	}
	now := f.now()
	_, err = f.Markets.Update(ctx, a.ID, func(m *Market) error { next(m, k, now); return nil })
	return err
}

func (f *Fulfillment) fail(ctx context.Context, a *Allocation, why error) error {
	now := f.now()
	_, err := f.Markets.Update(ctx, a.ID, func(m *Market) error { return m.Fail(why.Error(), now) })
	return err
}

// takeRounds takes the closed rounds of compounds that no market has, and gives
// those that this market has.
func (f *Fulfillment) takeRounds(ctx context.Context, m *Market, compounds []community.Compound) ([]orders.GroupBuy, error) {
	closed, err := f.closedRounds(ctx, m.Area, compounds)
	if err != nil {
		return nil, err
	}
	now, rounds := f.now(), closed[:0]
	for _, g := range closed {
		if g.Market == "" {
			taken, err := f.orders.GroupBuys.Update(ctx, g.ID, func(g *orders.GroupBuy) error { return g.Collect(m.ID, now) })
			if fault.Is(err, "round_taken") {
				continue
			}
			if err != nil {
				return nil, err
			}
			g = taken
		}
		if g.Market == m.ID {
			rounds = append(rounds, g)
		}
	}
	return rounds, nil
}

// closedRounds asks once where the area is everything.
func (f *Fulfillment) closedRounds(ctx context.Context, area []string, compounds []community.Compound) ([]orders.GroupBuy, error) {
	if len(area) > 0 {
		var all []orders.GroupBuy
		for _, c := range compounds {
			some, err := db.All(f.orders.GroupBuys.Find(ctx, db.Where("compound", c.ID).And("state", orders.Closed)))
			if err != nil {
				return nil, err
			}
			all = append(all, some...)
		}
		return all, nil
	}
	within := map[string]bool{}
	for _, c := range compounds {
		within[c.ID] = true
	}
	all, err := db.All(f.orders.GroupBuys.Find(ctx, db.Where("state", orders.Closed)))
	all = slices.DeleteFunc(all, func(g orders.GroupBuy) bool { return !within[g.Compound] })
	slices.SortFunc(all, func(a, b orders.GroupBuy) int {
		return cmp.Or(cmp.Compare(a.Compound, b.Compound), cmp.Compare(a.ID, b.ID))
	})
	return all, err
}

func (f *Fulfillment) area(ctx context.Context, ids []string) ([]community.Compound, error) {
	all, err := f.community.Compounds(ctx)
	if err != nil || len(ids) == 0 {
		return all, err
	}
	return slices.DeleteFunc(all, func(c community.Compound) bool { return !slices.Contains(ids, c.ID) }), nil
}

func (f *Fulfillment) stock(ctx context.Context) (stock, error) {
	products, err := db.All(f.catalog.Products.Find(ctx, db.Query{}))
	if err != nil {
		return stock{}, err
	}
	suppliers, err := db.All(f.catalog.Suppliers.Find(ctx, db.Query{}))
	if err != nil {
		return stock{}, err
	}
	lots, err := f.offered(ctx)
	return stock{products, suppliers, lots}, err
}

func (f *Fulfillment) offered(ctx context.Context) ([]catalog.Lot, error) {
	lots, err := f.catalog.Offered(ctx, "")
	slices.SortFunc(lots, func(a, b catalog.Lot) int { return community.Natural(a.ID, b.ID) })
	return lots, err
}

// solve finds the plan and has the checker, which shares no code with the
// solver, agree to it.
func (f *Fulfillment) solve(ctx context.Context, a *Allocation) error {
	plan, err := matching.Solve(ctx, &a.Problem, matching.Options{
		Seed: a.Seed, Budget: time.Duration(a.Seconds) * time.Second, Threads: 1,
		Progress: func(p matching.Progress) { f.feeds.tell(a.ID, p) },
	})
	if err != nil {
		return f.fail(ctx, a, err)
	}
	if err := a.take(plan); err != nil {
		return f.fail(ctx, a, err) // which gives the rounds back, for another market
	}
	if err := f.begin(ctx, a); err != nil {
		return err
	}
	return f.write(ctx, a, (*Market).Decide)
}

// carryOut reserves the stock, writes the deliveries and tells the rounds.
func (f *Fulfillment) carryOut(ctx context.Context, a *Allocation) error {
	if err := f.reserve(ctx, a); err != nil {
		if code := fault.As(err); code == nil || code.Kind != fault.Conflict || code.Code == "busy" {
			return err
		}
		return f.retry(ctx, a, err)
	}
	deliveries, err := f.planned(ctx, a, a.drops())
	if err != nil {
		return err
	}
	if err := f.Deliveries.InsertMissing(ctx, slices.Collect(maps.Values(deliveries))); err != nil {
		return err
	}
	now := f.now()
	awards := a.awards(func(string) bool { return true })
	err = each(ctx, slices.Sorted(maps.Keys(awards)), func(ctx context.Context, groupBuy *string) error {
		_, err := f.orders.GroupBuys.Alter(ctx, *groupBuy, func(g *orders.GroupBuy) error {
			if g.State == orders.Cancelled || g.State == orders.Failed {
				return nil
			}
			g.Shared = a.sharing()
			return g.Allocate(a.ID, awards[*groupBuy], now)
		})
		return err
	})
	if err != nil {
		return err
	}
	return f.end(ctx, a)
}

// end settles what has been carried out.
func (f *Fulfillment) end(ctx context.Context, a *Allocation) error {
	if err := f.forget(ctx, a.Old); err != nil {
		return err
	}
	now := f.now()
	_, err := f.Markets.Update(ctx, a.ID, func(m *Market) error { return m.Settle(now) })
	return err
}

// reserve takes each drop's units from their lots, under the delivery's key.
func (f *Fulfillment) reserve(ctx context.Context, a *Allocation) error {
	now := f.now()
	return each(ctx, a.Plan.Drops, func(ctx context.Context, drop *matching.Drop) error {
		for _, l := range drop.Lots {
			_, err := f.catalog.Lots.Alter(ctx, l.Lot, func(of *catalog.Lot) error {
				if err := a.knows(of); err != nil {
					return err
				}
				return of.Reserve(deliveryID(a.ID, drop), l.Quantity, now)
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// retry gives the units back and lets the market read the stock again.
func (f *Fulfillment) retry(ctx context.Context, a *Allocation, why error) error {
	if err := f.unreserve(ctx, a); err != nil {
		return err
	}
	now := f.now()
	_, err := f.Markets.Update(ctx, a.ID, func(m *Market) error { return m.Retry(why.Error(), now) })
	return err
}

func (f *Fulfillment) unreserve(ctx context.Context, a *Allocation) error {
	for i := range a.Plan.Drops {
		drop := &a.Plan.Drops[i]
		for _, l := range drop.Lots {
			_, err := f.catalog.Lots.Update(ctx, l.Lot, func(of *catalog.Lot) error {
				of.Release(deliveryID(a.ID, drop))
				return nil
			})
			if err != nil && fault.KindOf(err) != fault.NotFound {
				return err
			}
		}
	}
	return nil
}

// planned are the deliveries that drops become, by their ids.
func (f *Fulfillment) planned(ctx context.Context, a *Allocation, drops map[string]*matching.Drop) (map[string]BulkDelivery, error) {
	of, err := f.goodsOf(ctx, a, drops)
	if err != nil {
		return nil, err
	}
	now, deliveries := f.now(), make(map[string]BulkDelivery, len(drops))
	for id, drop := range drops {
		deliveries[id] = deliveryOf(a, drop, of, now)
	}
	return deliveries, nil
}

// goods is what the deliveries of some drops say beyond the plan.
type goods struct {
	lots     map[string]DropLot
	currency map[string]string           // by gate
	asked    map[string]*matching.Demand // by its id
}

func (f *Fulfillment) goodsOf(ctx context.Context, a *Allocation, drops map[string]*matching.Drop) (*goods, error) {
	of := &goods{lots: map[string]DropLot{}, currency: map[string]string{}, asked: map[string]*matching.Demand{}}
	for _, d := range drops {
		of.currency[d.Gate] = ""
		for _, l := range d.Lots {
			of.lots[l.Lot] = DropLot{}
		}
		for _, s := range d.Served {
			of.asked[s.Demand] = nil
		}
	}
	for _, l := range a.Problem.Lots {
		if _, carried := of.lots[l.ID]; !carried {
			continue
		}
		p, err := f.catalog.Products.Look(ctx, l.Product)
		if err != nil {
			return nil, err
		}
		of.lots[l.ID] = DropLot{Lot: l.ID, Product: p.ID, NameZh: p.NameZh, NameEn: p.NameEn, Unit: p.Unit}
	}
	for gate := range of.currency {
		c, err := f.siteOf(ctx, gate)
		if err != nil {
			return nil, err
		}
		of.currency[gate] = c.Currency
	}
	for i := range a.Problem.Demands {
		d := &a.Problem.Demands[i]
		if _, served := of.asked[d.ID]; served {
			of.asked[d.ID] = d
		}
	}
	return of, nil
}

// giveBack releases the stock and the rounds of a market that came to nothing, and
// deletes what it has frozen.
func (f *Fulfillment) giveBack(ctx context.Context, a *Allocation) error {
	if err := f.unreserve(ctx, a); err != nil {
		return err
	}
	now := f.now()
	for g, err := range f.orders.GroupBuys.Find(ctx, db.Where("market", a.ID)) {
		if err != nil {
			return err
		}
		_, err := f.orders.GroupBuys.Update(ctx, g.ID, func(g *orders.GroupBuy) error { g.Return(a.ID, now); return nil })
		if err != nil {
			return err
		}
	}
	m, err := f.Markets.Update(ctx, a.ID, func(m *Market) error { m.name(Kept{}); return nil })
	if err != nil {
		return err
	}
	if err := f.forget(ctx, m.Old); err != nil {
		return err
	}
	_, err = f.Markets.Update(ctx, a.ID, func(m *Market) error { return m.Release(now) })
	return err
}
