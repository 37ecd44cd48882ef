package catalog

import (
	"context"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
)

// Catalog is the package opened on a store.
type Catalog struct {
	Suppliers *db.Collection[Supplier]
	Products  *db.Collection[Product]
	Lots      *db.Collection[Lot]
	now       func() time.Time
}

// Open prepares the package on a store.
func Open(conn *db.Conn, now func() time.Time) *Catalog {
	return &Catalog{
		Suppliers: db.Open[Supplier](conn, db.Spec{Name: "suppliers"}),
		Products:  db.Open[Product](conn, db.Spec{Name: "products"}),
		Lots: db.Open[Lot](conn, db.Spec{Name: "lots", Indexes: []db.Index{
			db.On("supplier", "posted_at"), db.On("state", "best_before"), db.On("state", "product"), db.On("recalled"),
		}}),
		now: now,
	}
}

// Post puts a lot on offer; the same lot posted twice is posted once.
func (c *Catalog) Post(ctx context.Context, l Lot) (Lot, error) {
	now := c.now().UTC()
	if err := l.Validate(now); err != nil {
		return l, err
	}
	product, err := c.Products.Get(ctx, l.Product)
	if fault.KindOf(err) == fault.NotFound {
		return l, fault.New(fault.Invalid, "product_unknown", "There is no product %q.", l.Product).With("product", l.Product).At("body.product", "unknown")
	}
	if err != nil {
		return l, err
	}
	l.Chilled = l.Chilled || product.Cold()
	l.State, l.PostedAt, l.Reservations = Posted, now, []Reservation{}
	return once(ctx, c.Lots, l.ID, l)
}

// Correct changes what a lot says; see Lot.Correct.
func (c *Catalog) Correct(ctx context.Context, l Lot, t LotTerms) (Lot, error) {
	product, err := c.Products.Get(ctx, l.Product)
	if err != nil {
		return l, err
	}
	t.Chilled = t.Chilled || product.Cold()
	now := c.now().UTC()
	return c.Lots.Update(ctx, l.ID, func(l *Lot) error { return l.Correct(t, now) })
}

// once inserts a document, or gives the one that the same request made before.
func once[T any](ctx context.Context, c *db.Collection[T], id string, doc T) (T, error) {
	stored, err := c.Insert(ctx, doc)
	if fault.KindOf(err) == fault.Conflict {
		return c.Get(ctx, id)
	}
	return stored, err
}

// Offered gives the posted lots, of one product or with "" of all.
func (c *Catalog) Offered(ctx context.Context, product string) ([]Lot, error) {
	q := db.Where("state", Posted)
	if product != "" {
		q = q.And("product", product)
	}
	now := c.now()
	var lots []Lot
	for l, err := range c.Lots.Find(ctx, q) {
		if err != nil {
			return nil, err
		}
		if l.Expire(now) == nil {
			lots = append(lots, l)
		}
	}
	return lots, nil
}

// InReach gives the posted lots that can come to a compound at a place in micro-degrees.
func (c *Catalog) InReach(ctx context.Context, compound string, lon, lat int64, product string) ([]Lot, error) {
	lots, err := c.Offered(ctx, product)
	if err != nil {
		return nil, err
	}
	reaches := map[string]bool{}
	for s, err := range c.Suppliers.Find(ctx, db.Query{}) {
		if err != nil {
			return nil, err
		}
		reaches[s.ID] = s.Reaches(lon, lat)
	}
	near := lots[:0]
	for _, l := range lots {
		if reaches[l.Supplier] && l.Serves(compound) {
			near = append(near, l)
		}
	}
	return near, nil
}

// Expire marks the lots whose best-before has passed.
func (c *Catalog) Expire(ctx context.Context, now time.Time) error {
	for l, err := range c.Lots.Find(ctx, db.Where("state", Posted).UpTo("best_before", now).Limit(500)) {
		if err != nil {
			return err
		}
		_, err := c.Lots.Update(ctx, l.ID, func(l *Lot) error {
			_ = l.Expire(now) // says that it has expired, which is what is wanted
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
