package main

import (
	"context"

	"baimi/app/db"
	"baimi/catalog"
	"baimi/fulfillment"
	"baimi/orders"
)

func (d *domains) addRounds(ctx context.Context, s *Sums) error {
	for g, err := range d.orders.GroupBuys.Find(ctx, db.Query{}) {
		if err != nil {
			return err
		}
		s.Rounds++
		if g.State == orders.Done {
			s.Done++
		}
		for _, p := range g.Participants {
			for _, l := range p.Lines {
				it, ok := g.Item(l.Item)
				if !ok {
					continue
				}
				s.at(it.Product, "", g.Compound, func(t *Tally) { t.Ordered += l.Quantity })
				for _, part := range l.Served {
					if part.Instead != nil {
						continue
					}
					s.at(it.Product, part.Lot, g.Compound, func(t *Tally) {
						t.Allocated += part.Quantity
						t.Received += part.Received
						t.Handed += part.Handed
					})
				}
			}
		}
	}
	return nil
}

func (d *domains) addLots(ctx context.Context, s *Sums) error {
	for l, err := range d.catalog.Lots.Find(ctx, db.Query{}) {
		if err != nil {
			return err
		}
		s.at(l.Product, l.ID, "", func(t *Tally) { t.Reserved += l.Reserved() })
	}
	return nil
}

func (d *domains) addDeliveries(ctx context.Context, s *Sums) error {
	for b, err := range d.fulfillment.Deliveries.Find(ctx, db.Query{}) {
		if err != nil {
			return err
		}
		if b.State == fulfillment.Refused || b.State == fulfillment.Replaced {
			continue
		}
		product := map[string]string{}
		for _, l := range b.Lots {
			if l.Instead != "" {
				continue
			}
			product[l.Lot] = l.Product
			s.at(l.Product, l.Lot, b.Compound, func(t *Tally) { t.Planned += l.Quantity })
		}
		if b.Receipt == nil {
			continue
		}
		for _, c := range b.Receipt.Counts {
			s.at(product[c.Lot], c.Lot, b.Compound, func(t *Tally) { t.Counted += c.Good })
		}
	}
	return nil
}

func (d *domains) addRuns(ctx context.Context, s *Sums) error {
	lots := map[string]catalog.Lot{}
	for l, err := range d.catalog.Lots.Find(ctx, db.Query{}) {
		if err != nil {
			return err
		}
		lots[l.ID] = l
	}
	for r, err := range d.fulfillment.Runs.Find(ctx, db.Query{}) {
		if err != nil {
			return err
		}
		s.Runs++
		if r.Loaded == 0 {
			continue
		}
		for _, stop := range r.Stops {
			for _, p := range stop.Parcels {
				if lot, ours := lots[p.Lot]; ours {
					s.at(lot.Product, p.Lot, r.Compound, func(t *Tally) { t.Loaded += p.Quantity })
				}
			}
		}
	}
	return nil
}

func (d *domains) addMarkets(ctx context.Context, s *Sums) error {
	for _, state := range []fulfillment.MarketState{fulfillment.Settled, fulfillment.Revising, fulfillment.Rebooking} {
		for m, err := range d.fulfillment.Markets.Find(ctx, db.Where("state", state)) {
			if err != nil {
				return err
			}
			s.Value += m.Sums.Value
			s.Bound += m.Sums.Bound
		}
	}
	return nil
}
