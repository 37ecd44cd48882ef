package fulfillment

import (
	"context"
	"slices"

	"baimi/app/fault"
	"baimi/catalog"
	"baimi/orders"
)

// Replacement is what came in the place of what is missing of a lot: some would
// rather have vegetables than their money back.
type Replacement struct {
	Product  string `json:"product" maxLength:"64"`
	Quantity int64  `json:"quantity" minimum:"1" maximum:"1000000"`
}

// Substitutes is what a count has to know where something came in the place of
// what is missing: the goods by product, and which households take something like it.
type Substitutes struct {
	Goods map[string]catalog.Product
	Takes func(groupBuy, household string) bool
}

func (f *Fulfillment) substitutes(ctx context.Context, d *BulkDelivery, counts []Count) (Substitutes, error) {
	s := Substitutes{Goods: map[string]catalog.Product{}}
	for _, c := range counts {
		if c.Instead == nil {
			continue
		}
		p, err := f.catalog.Products.Get(ctx, c.Instead.Product)
		if err != nil {
			return s, err
		}
		s.Goods[p.ID] = p
	}
	if len(s.Goods) == 0 {
		return s, nil
	}
	rounds := map[string]*orders.GroupBuy{}
	for _, id := range d.groupBuys() {
		g, err := f.orders.GroupBuys.Get(ctx, id)
		if err != nil {
			return s, err
		}
		rounds[id] = &g
	}
	s.Takes = func(groupBuy, household string) bool { return rounds[groupBuy].Takes(household) }
	return s, nil
}

func (d *BulkDelivery) isInstead(lot string) bool {
	return slices.ContainsFunc(d.Lots, func(l DropLot) bool { return l.Lot == lot && l.Instead != "" })
}

// dropInstead takes out what an earlier count said to have come instead.
func (d *BulkDelivery) dropInstead() {
	d.Parcels = slices.DeleteFunc(d.Parcels, func(p Parcel) bool { return d.isInstead(p.Lot) })
	d.Lots = slices.DeleteFunc(d.Lots, func(l DropLot) bool { return l.Instead != "" })
}

// replace gives what came instead of a lot to the households that take it, by
// the market's rule and at the price of what is missing; the rest of it is nobody's.
func (d *BulkDelivery) replace(c Count, s Substitutes) error {
	short := d.Lots[slices.IndexFunc(d.Lots, func(l DropLot) bool { return l.Lot == c.Lot })]
	came, known := s.Goods[c.Instead.Product]
	if !known || came.ID == short.Product {
		return fault.New(fault.Invalid, "instead_unknown", "Please say what came in the place of %s.", short.NameEn).
			With("name_zh", short.NameZh).With("name_en", short.NameEn)
	}
	if missing := short.Quantity - c.Good; c.Instead.Quantity < 1 || c.Instead.Quantity > missing {
		return fault.New(fault.Invalid, "instead_above_missing", "%d are missing of %s, so %d cannot have come in their place.", missing, short.NameEn, c.Instead.Quantity).
			With("missing", missing).With("count", c.Instead.Quantity).With("name_zh", short.NameZh).With("name_en", short.NameEn)
	}
	lot := DropLot{
		Lot: short.Lot + "/" + came.ID, Instead: short.Lot, Product: came.ID, NameZh: came.NameZh, NameEn: came.NameEn,
		Unit: came.Unit, UnitPrice: short.UnitPrice,
	}
	var takers []Parcel
	var claims []Claim
	for _, p := range d.Parcels {
		if missing := p.Quantity - p.Received; p.Lot == c.Lot && missing > 0 && s.Takes(p.GroupBuy, p.Household) {
			takers = append(takers, Parcel{GroupBuy: p.GroupBuy, Household: p.Household, Item: p.Item, Lot: lot.Lot, Priority: p.Priority, Rule: p.Rule})
			claims = append(claims, Claim{Household: p.Household, Quantity: missing, Priority: p.Priority, Group: p.GroupBuy, Rule: p.Rule})
		}
	}
	for i, n := range Share(d.Rule, d.Seed, c.Instead.Quantity, claims) {
		if takers[i].Quantity, takers[i].Received = n, n; n > 0 {
			d.Parcels = append(d.Parcels, takers[i])
			lot.Quantity += n
		}
	}
	if lot.Quantity > 0 {
		d.Lots = append(d.Lots, lot)
	}
	return nil
}

// instead is what a round is told of goods that came in the place of others.
func (d *BulkDelivery) instead(groupBuy string) map[orders.Part]orders.Served {
	parts := map[orders.Part]orders.Served{}
	for _, l := range d.Lots {
		if l.Instead == "" {
			continue
		}
		for _, p := range d.Parcels {
			if p.GroupBuy == groupBuy && p.Lot == l.Lot {
				parts[orders.Part{Delivery: d.ID, Household: p.Household, Item: p.Item, Lot: l.Lot}] = orders.Served{
					Delivery: d.ID, Lot: l.Lot, Quantity: p.Quantity,
					Instead: &orders.Instead{Of: l.Instead, Product: l.Product, NameZh: l.NameZh, NameEn: l.NameEn},
				}
			}
		}
	}
	return parts
}
