package fulfillment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"baimi/app/community"
	"baimi/app/db"
	"baimi/app/fault"
	"baimi/app/people"
	"baimi/catalog"
	"baimi/orders"
)

// Fulfillment is the package opened on a store.
type Fulfillment struct {
	Markets    *db.Collection[Market]
	Schedules  *db.Collection[Schedule]
	Deliveries *db.Collection[BulkDelivery]
	Runs       *db.Collection[Run]
	Shifts     *db.Collection[Shift]
	Learned    *db.Collection[Learned]

	parts     *db.Collection[Part]
	orders    *orders.Orders
	catalog   *catalog.Catalog
	community *community.Community
	people    *people.People
	now       func() time.Time
	feeds     *progressFeeds
}

// Open prepares the package on a store.
func Open(conn *db.Conn, o *orders.Orders, c *catalog.Catalog, homes *community.Community, p *people.People, now func() time.Time) *Fulfillment {
	return &Fulfillment{
		Markets:   db.Open[Market](conn, db.Spec{Name: "markets", Version: 1, Migrate: carryMarket, Indexes: []db.Index{db.On("state", "created"), db.On("created")}}),
		parts:     db.Open[Part](conn, db.Spec{Name: "market_parts", Indexes: []db.Index{db.On("market")}}),
		Schedules: db.Open[Schedule](conn, db.Spec{Name: "market_schedules", Indexes: []db.Index{db.On("next")}}),
		Deliveries: db.Open[BulkDelivery](conn, db.Spec{Name: "deliveries", Indexes: []db.Index{
			db.On("supplier", "day"), db.On("compound", "day"), db.On("market"), db.On("effects.kind"),
		}}),
		Runs: db.Open[Run](conn, db.Spec{Name: "runs", Indexes: []db.Index{
			db.On("compound", "created"), db.On("courier", "created"), db.On("deliveries"), db.On("effects.kind"),
		}}),
		Shifts:  db.Open[Shift](conn, db.Spec{Name: "shifts", Indexes: []db.Index{db.On("improving")}}),
		Learned: db.Open[Learned](conn, db.Spec{Name: "learned"}),
		orders:  o, catalog: c, community: homes, people: p, now: now, feeds: newProgressFeeds(),
	}
}

// Due does what is due: scheduled markets, what deliveries have still to tell,
// markets that were interrupted (with what the deliveries have given back in
// stock), and what runs have still to tell. What fails does not keep the others waiting.
func (f *Fulfillment) Due(ctx context.Context, now time.Time) error {
	all := errors.Join(f.runSchedules(ctx, now), f.recall(ctx), f.takeLate(ctx, now))
	for _, kind := range []string{tellDispatched, tellReceived, tellReleased, tellMarket, tellOrdered, tellComing, tellSupplier, tellSmaller, tellUnsaid, tellGate, tellRedirected} {
		for d, err := range f.Deliveries.Find(ctx, db.Where("effects.kind", kind)) {
			if err != nil {
				return errors.Join(all, err)
			}
			all = errors.Join(all, of(f.drainDelivery(ctx, d), "delivery", d.ID))
		}
	}
	for _, state := range []MarketState{Collecting, Solving, Reserving, Failing, Revising, Rebooking} {
		for m, err := range f.Markets.Find(ctx, db.Where("state", state)) {
			if err != nil {
				return errors.Join(all, err)
			}
			if now.Before(m.Wait) {
				continue
			}
			if err := f.Advance(ctx, m.ID); err != nil {
				all = errors.Join(all, err, f.postpone(ctx, m.ID))
			}
		}
	}
	for _, kind := range []string{tellMoved, tellHanded, tellBroken, tellLearn} {
		for r, err := range f.Runs.Find(ctx, db.Where("effects.kind", kind)) {
			if err != nil {
				return errors.Join(all, err)
			}
			all = errors.Join(all, of(f.drainRun(ctx, r), "run", r.ID))
		}
	}
	return errors.Join(all, f.offerDrafts(ctx, now))
}

// postpone keeps a market that cannot go on from being tried at every beat.
func (f *Fulfillment) postpone(ctx context.Context, market string) error {
	if ctx.Err() != nil {
		return nil // it was broken off, and goes on at once
	}
	now := f.now()
	_, err := f.Markets.Alter(ctx, market, func(m *Market) error { m.Postpone(now); return nil })
	return err
}

// of names the document that an error is about.
func of(err error, kind, id string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %s: %w", kind, id, err)
}

// ChangeDelivery changes a delivery and tells those concerned. What could not
// be told now is told by Due.
func (f *Fulfillment) ChangeDelivery(ctx context.Context, id string, change func(*BulkDelivery, time.Time) error) (BulkDelivery, error) {
	now := f.now()
	d, err := f.Deliveries.Update(ctx, id, func(d *BulkDelivery) error { return change(d, now) })
	if err != nil {
		return d, err
	}
	return d, f.drainDelivery(ctx, d)
}

// drainDelivery tells all that it can; what fails is told another time.
func (f *Fulfillment) drainDelivery(ctx context.Context, d BulkDelivery) error {
	var failed error
	told := []Effect{}
	for _, e := range d.Effects {
		if err := f.tell(ctx, &d, e); err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		told = append(told, e)
	}
	if len(told) == 0 {
		return failed
	}
	_, err := f.Deliveries.Alter(ctx, d.ID, func(now *BulkDelivery) error {
		for _, e := range told {
			now.Told(e)
		}
		return nil
	})
	return errors.Join(failed, err)
}

func (f *Fulfillment) tell(ctx context.Context, d *BulkDelivery, e Effect) error {
	now := f.now()
	switch e.Kind {
	case tellReleased:
		d, err := f.Deliveries.Get(ctx, d.ID) // its market may have planned it again meanwhile
		if err != nil {
			return err
		}
		_, err = f.catalog.Lots.Update(ctx, e.Of, func(l *catalog.Lot) error { l.Lower(d.ID, d.takes(e.Of)); return nil })
		return err
	case tellMarket:
		return f.Reopen(ctx, e.Of, d.ID)
	case tellSupplier:
		return f.people.TellHolders(ctx, people.Grant{Role: people.Supplier, Scope: e.Of}, d.notice(string(d.State), now))
	case tellComing:
		return f.people.TellHolders(ctx, people.Grant{Role: people.Coordinator, Scope: e.Of}, d.notice(e.Kind, now))
	case tellOrdered, tellSmaller, tellUnsaid, tellRedirected:
		return f.people.TellHolders(ctx, people.Grant{Role: people.Supplier, Scope: e.Of}, d.notice(e.Kind, now))
	case tellGate:
		return f.people.TellHolders(ctx, people.Grant{Role: people.Coordinator, Scope: e.Of}, d.notice(string(Refused), now))
	}
	_, err := f.orders.GroupBuys.Update(ctx, e.Of, func(g *orders.GroupBuy) error {
		if e.Kind == tellDispatched {
			return g.Dispatch(d.ID, now)
		}
		if err := g.Replace(d.ID, d.instead(e.Of)); err != nil {
			return err
		}
		return g.Receive(d.ID, d.received(e.Of), now)
	})
	return err
}

const atOnce = 64

// each does something to many documents, some at a time, so that their writes share
// a commit. All have ended when it returns, with the first error of any.
func each[T any](ctx context.Context, all []T, do func(context.Context, *T) error) error {
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i := range all {
		group.Go(func() error { return do(within, &all[i]) })
	}
	return group.Wait()
}

// upsert changes a document that may not be there yet; it begins as the empty one.
func upsert[T any](ctx context.Context, c *db.Collection[T], id string, empty T, change func(*T)) error {
	set := func(doc *T) error { change(doc); return nil }
	_, err := c.Alter(ctx, id, set)
	if fault.KindOf(err) != fault.NotFound {
		return err
	}
	if err := c.InsertMissing(ctx, []T{empty}); err != nil {
		return err
	}
	_, err = c.Alter(ctx, id, set)
	return err
}

// notice tells its supplier or its gate what has become of the delivery.
func (d *BulkDelivery) notice(what string, now time.Time) people.Notice {
	return people.Notice{
		Doc: db.Doc{ID: fmt.Sprintf("%s:%s:%d", what, d.ID, len(d.History))}, Kind: "delivery_" + what,
		Params: map[string]string{"day": d.Day, "why": d.History[len(d.History)-1].Note}, Link: "/deliveries/" + d.ID, At: now,
	}
}

func notFound() error {
	return fault.New(fault.NotFound, "not_found", "There is nothing here for you.")
}
