package fulfillment

import (
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
	for {
		m, err := f.Markets.Get(ctx, id)
		if err != nil || m.Ended() {
			return err
		}
		switch m.State {
		case Collecting:
			err = f.collect(ctx, &m)
		case Solving:
			err = f.solve(ctx, &m)
		case Reserving:
			err = f.carryOut(ctx, &m)
		case Failing:
			err = f.giveBack(ctx, &m)
		case Revising:
			err = f.revise(ctx, &m)
		case Rebooking:
			err = f.rebook(ctx, &m)
		}
		if err != nil {
			return fmt.Errorf("market %s while %s: %w", m.ID, m.State, err)
		}
	}
}

// collect takes the closed rounds of the area and freezes them with the stock.
func (f *Fulfillment) collect(ctx context.Context, m *Market) error {
	compounds, err := f.area(ctx, m.Area)
	if err != nil {
		return err
	}
	groupBuys, err := f.takeRounds(ctx, m.ID, compounds)
	if err != nil {
		return err
	}
	s, err := f.stock(ctx)
	if err != nil {
		return err
	}
	problem, now := problemOf(compounds, groupBuys, s), f.now()
	_, err = f.Markets.Update(ctx, m.ID, func(m *Market) error {
		if err := m.Freeze(problem, now); err != nil {
			return m.Fail(err.Error(), now)
		}
		return nil
	})
	return err
}

// takeRounds takes the closed rounds of compounds that no market has, and gives all
// that this market has.
func (f *Fulfillment) takeRounds(ctx context.Context, market string, compounds []community.Compound) ([]orders.GroupBuy, error) {
	now := f.now()
	for _, c := range compounds {
		for g, err := range f.orders.GroupBuys.Find(ctx, db.Where("compound", c.ID).And("state", orders.Closed)) {
			if err != nil {
				return nil, err
			}
			if g.Market != "" {
				continue
			}
			_, err := f.orders.GroupBuys.Update(ctx, g.ID, func(g *orders.GroupBuy) error { return g.Collect(market, now) })
			if err != nil && !fault.Is(err, "round_taken") {
				return nil, err
			}
		}
	}
	return db.All(f.orders.GroupBuys.Find(ctx, db.Where("market", market)))
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
	lots, err := f.catalog.Offered(ctx, "")
	slices.SortFunc(lots, func(a, b catalog.Lot) int { return community.Natural(a.ID, b.ID) })
	return stock{products, suppliers, lots}, err
}

// solve finds the plan and has the checker, which shares no code with the
// solver, agree to it.
func (f *Fulfillment) solve(ctx context.Context, m *Market) error {
	plan, err := matching.Solve(ctx, &m.Problem, matching.Options{
		Seed: m.Seed, Budget: time.Duration(m.Seconds) * time.Second, Threads: 1,
		Progress: func(p matching.Progress) { f.feeds.tell(m.ID, p) },
	})
	now := f.now()
	_, updateErr := f.Markets.Update(ctx, m.ID, func(m *Market) error {
		if err != nil {
			return m.Fail(err.Error(), now)
		}
		return m.Decide(plan, now)
	})
	return updateErr
}

// carryOut reserves the stock, writes the deliveries and tells the rounds.
func (f *Fulfillment) carryOut(ctx context.Context, m *Market) error {
	if err := f.reserve(ctx, m); err != nil {
		if code := fault.As(err); code == nil || code.Kind != fault.Conflict || code.Code == "busy" {
			return err
		}
		return f.retry(ctx, m, err)
	}
	if err := f.deliver(ctx, m); err != nil {
		return err
	}
	now := f.now()
	awards := awardsOf(&m.Plan, &m.Problem, m.ID)
	err := each(ctx, slices.Sorted(maps.Keys(awards)), func(ctx context.Context, groupBuy *string) error {
		_, err := f.orders.GroupBuys.Update(ctx, *groupBuy, func(g *orders.GroupBuy) error {
			if g.State == orders.Cancelled || g.State == orders.Failed {
				return nil
			}
			g.Shared = m.sharing()
			return g.Allocate(m.ID, awards[*groupBuy], now)
		})
		return err
	})
	if err != nil {
		return err
	}
	_, err = f.Markets.Update(ctx, m.ID, func(m *Market) error { return m.Settle(now) })
	return err
}

// reserve takes each drop's units from their lots, under the delivery's key.
func (f *Fulfillment) reserve(ctx context.Context, m *Market) error {
	now := f.now()
	return each(ctx, m.Plan.Drops, func(ctx context.Context, drop *matching.Drop) error {
		for _, l := range drop.Lots {
			_, err := f.catalog.Lots.Update(ctx, l.Lot, func(of *catalog.Lot) error {
				if err := m.knows(of); err != nil {
					return err
				}
				return of.Reserve(deliveryID(m.ID, drop), l.Quantity, now)
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// retry gives the units back and lets the market read the stock again.
func (f *Fulfillment) retry(ctx context.Context, m *Market, why error) error {
	if err := f.unreserve(ctx, m); err != nil {
		return err
	}
	now := f.now()
	_, err := f.Markets.Update(ctx, m.ID, func(m *Market) error { return m.Retry(why.Error(), now) })
	return err
}

func (f *Fulfillment) unreserve(ctx context.Context, m *Market) error {
	for i := range m.Plan.Drops {
		drop := &m.Plan.Drops[i]
		for _, l := range drop.Lots {
			_, err := f.catalog.Lots.Update(ctx, l.Lot, func(of *catalog.Lot) error {
				of.Release(deliveryID(m.ID, drop))
				return nil
			})
			if err != nil && fault.KindOf(err) != fault.NotFound {
				return err
			}
		}
	}
	return nil
}

// deliver writes the plan's bulk deliveries.
func (f *Fulfillment) deliver(ctx context.Context, m *Market) error {
	of, err := f.goodsOf(ctx, m)
	if err != nil {
		return err
	}
	now := f.now()
	deliveries := make([]BulkDelivery, 0, len(m.Plan.Drops))
	for i := range m.Plan.Drops {
		deliveries = append(deliveries, deliveryOf(m, &m.Plan.Drops[i], of, now))
	}
	return f.Deliveries.InsertMissing(ctx, deliveries)
}

// goods is what deliveries say of a market beyond its plan.
type goods struct {
	lots     map[string]DropLot
	currency map[string]string           // by gate
	asked    map[string]*matching.Demand // by its id
}

func (f *Fulfillment) goodsOf(ctx context.Context, m *Market) (*goods, error) {
	of := &goods{lots: map[string]DropLot{}, currency: map[string]string{}, asked: map[string]*matching.Demand{}}
	for _, l := range m.Problem.Lots {
		p, err := f.catalog.Products.Get(ctx, l.Product)
		if err != nil {
			return nil, err
		}
		of.lots[l.ID] = DropLot{Lot: l.ID, Product: p.ID, NameZh: p.NameZh, NameEn: p.NameEn, Unit: p.Unit}
	}
	for _, g := range m.Problem.Gates {
		c, err := f.siteOf(ctx, g.ID)
		if err != nil {
			return nil, err
		}
		of.currency[g.ID] = c.Currency
	}
	for i := range m.Problem.Demands {
		d := &m.Problem.Demands[i]
		of.asked[d.ID] = d
	}
	return of, nil
}

// giveBack releases the stock and the rounds of a market that came to nothing.
func (f *Fulfillment) giveBack(ctx context.Context, m *Market) error {
	if err := f.unreserve(ctx, m); err != nil {
		return err
	}
	now := f.now()
	for g, err := range f.orders.GroupBuys.Find(ctx, db.Where("market", m.ID)) {
		if err != nil {
			return err
		}
		_, err := f.orders.GroupBuys.Update(ctx, g.ID, func(g *orders.GroupBuy) error { g.Return(m.ID, now); return nil })
		if err != nil {
			return err
		}
	}
	_, err := f.Markets.Update(ctx, m.ID, func(m *Market) error { return m.Release(now) })
	return err
}
