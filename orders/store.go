package orders

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"strings"
	"time"

	"baimi/app/community"
	"baimi/app/db"
	"baimi/app/fault"
	"baimi/app/people"
	"baimi/catalog"
)

// Orders is the package opened on a store.
type Orders struct {
	GroupBuys *db.Collection[GroupBuy]
	Imports   *db.Collection[Import]

	campaigns *db.Collection[Campaign]

	catalog   *catalog.Catalog
	community *community.Community
	people    *people.People
	now       func() time.Time
	feeds     *feeds
}

// OpenOrders prepares the package on a store.
func OpenOrders(conn *db.Conn, c *catalog.Catalog, homes *community.Community, p *people.People, now func() time.Time) *Orders {
	o := &Orders{
		GroupBuys: db.Open[GroupBuy](conn, db.Spec{Name: "group_buys", Indexes: []db.Index{
			db.On("scope", "opens"), db.On("compound", "opens"), db.On("compound", "state"), db.On("state", "closes"),
			db.On("participants.household", "opens"), db.On("participants.proxy.payer", "opens"), db.On("campaign"), db.On("market"), db.On("wake"),
		}}),
		Imports: db.Open[Import](conn, db.Spec{Name: "order_imports", Indexes: []db.Index{db.On("group_buy", "at")}}),
		campaigns: db.Open[Campaign](conn, db.Spec{Name: "campaigns", Indexes: []db.Index{
			db.On("compound", "terms.opens"), db.On("wake"),
		}}),
		catalog: c, community: homes, people: p, now: now,
	}
	o.feeds = newFeeds(o.GroupBuys)
	return o
}

// Word makes the short word of a round's link from a longer id: ten letters and
// digits that nobody guesses and nobody misreads.
func Word(id string) string {
	sum := sha256.Sum256([]byte(id))
	letters := base32.NewEncoding("abcdefghjkmnpqrstuvwxyz023456789")
	return letters.EncodeToString(sum[:])[:10]
}

// Draft stores a new round; the same twice is stored once. The names of its
// items come from the catalog, and a pinned lot must be of the item's product.
func (o *Orders) Draft(ctx context.Context, g GroupBuy) (GroupBuy, error) {
	if err := o.place(ctx, &g); err != nil {
		return g, err
	}
	if err := o.describe(ctx, &g); err != nil {
		return g, err
	}
	now := o.now()
	g.State, g.Participants, g.Waiting, g.Effects = Draft, []Participant{}, []Participant{}, []Effect{}
	g.History = []Event{}
	if err := g.Check(now); err != nil {
		return g, err
	}
	g.note(now, "drafted", g.Leader, "")
	stored, err := o.GroupBuys.Insert(ctx, g)
	if fault.KindOf(err) == fault.Conflict {
		return o.GroupBuys.Get(ctx, g.ID)
	}
	return stored, err
}

// place finds the round's building, and fills in what follows from its compound.
func (o *Orders) place(ctx context.Context, g *GroupBuy) error {
	estate, err := o.community.Compound(ctx, g.Compound)
	if err != nil {
		return err
	}
	if _, ok := estate.Building(g.Building); !ok {
		return fault.New(fault.Invalid, "building_unknown", "The compound has no building %q.", g.Building).With("building", g.Building).At("body.building", "unknown")
	}
	g.Scope = g.Compound + "/" + g.Building
	if g.Currency == "" {
		g.Currency = estate.Currency
	}
	return nil
}

// describe fills in the items' names and cases from the catalog.
func (o *Orders) describe(ctx context.Context, g *GroupBuy) error {
	for i := range g.Items {
		it := &g.Items[i]
		p, err := o.catalog.Products.Get(ctx, it.Product)
		if fault.KindOf(err) == fault.NotFound {
			return fault.New(fault.Invalid, "product_unknown", "There is no product %q.", it.Product).With("product", it.Product)
		}
		if err != nil {
			return err
		}
		it.NameZh, it.NameEn, it.Unit = p.NameZh, p.NameEn, p.Unit
		if it.CaseSize == 0 {
			it.CaseSize = p.CaseSize
		}
		if it.ID == "" {
			it.ID = strings.Trim(it.Product+"-"+it.Lot, "-")
		}
		if err := o.pin(ctx, it); err != nil {
			return err
		}
	}
	return nil
}

// pin holds an item that wants one certain lot against that lot.
func (o *Orders) pin(ctx context.Context, it *Item) error {
	if it.Lot == "" {
		return nil
	}
	lot, err := o.catalog.Lots.Get(ctx, it.Lot)
	if fault.KindOf(err) == fault.NotFound || err == nil && lot.Product != it.Product {
		return fault.New(fault.Invalid, "lot_unknown", "There is no lot %q of %s.", it.Lot, it.Product).With("lot", it.Lot).With("product", it.Product)
	}
	if err != nil {
		return err
	}
	if it.UnitCap == 0 {
		it.UnitCap = lot.Tiers[0].UnitPrice
	}
	return nil
}

// Update changes a round; what the change has caused is seen to by Due.
func (o *Orders) Update(ctx context.Context, id string, change func(*GroupBuy, time.Time) error) (GroupBuy, error) {
	now := o.now()
	return o.GroupBuys.Update(ctx, id, func(g *GroupBuy) error { return change(g, now) })
}

// Close ends the ordering of a round, by hand or because its time has come.
func (o *Orders) Close(ctx context.Context, id, by string) (GroupBuy, error) {
	g, err := o.GroupBuys.Get(ctx, id)
	if err != nil {
		return g, err
	}
	priorities, err := o.priorities(ctx, &g)
	if err != nil {
		return g, err
	}
	return o.Update(ctx, id, func(g *GroupBuy, now time.Time) error {
		if by == "" {
			return g.Close(priorities, now)
		}
		return g.CloseByHand(by, priorities, now)
	})
}

// priorities gives the households of a round's building that go first.
func (o *Orders) priorities(ctx context.Context, g *GroupBuy) (map[string]int64, error) {
	households, err := o.community.Households(ctx, g.Compound, g.Building)
	if err != nil {
		return nil, err
	}
	first := map[string]int64{}
	for _, h := range households {
		if p := h.Priority(); p > 0 {
			first[h.ID] = p
		}
	}
	return first, nil
}
