package fulfillment

import (
	"context"
	"fmt"
	"slices"

	"baimi/catalog"
	"baimi/fulfillment/matching"
	"baimi/orders"
)

// join adds what has come since: orders of late rounds, products and lots.
// Orders of rounds that are over are left out.
func (c *change) join(now matching.Market, groupBuys []orders.GroupBuy) {
	p := &c.problem
	p.Products, p.Suppliers, p.Lots = slices.Clone(p.Products), slices.Clone(p.Suppliers), slices.Clone(p.Lots)
	for _, product := range now.Products {
		if !slices.ContainsFunc(p.Products, func(o matching.Product) bool { return o.ID == product.ID }) {
			p.Products = append(p.Products, product)
		}
	}
	sellers := map[string]string{}
	for _, l := range now.Lots {
		if slices.ContainsFunc(p.Lots, func(o matching.Lot) bool { return o.ID == l.ID }) {
			continue
		}
		if sellers[l.Supplier] == "" {
			i := slices.IndexFunc(now.Suppliers, func(s matching.Supplier) bool { return s.ID == l.Supplier })
			sellers[l.Supplier] = sellerIn(p, now.Suppliers[i])
		}
		l.Supplier = sellers[l.Supplier]
		p.Lots = append(p.Lots, l)
	}
	alive := map[string]bool{}
	for i := range groupBuys {
		g := &groupBuys[i]
		alive[g.ID] = g.State == orders.Closed || g.Amendable()
	}
	known := map[string]bool{}
	p.Demands = slices.DeleteFunc(slices.Clone(p.Demands), func(d matching.Demand) bool {
		known[d.ID] = true
		return !alive[d.Group]
	})
	for _, d := range now.Demands {
		if alive[d.Group] && !known[d.ID] {
			p.Demands = append(p.Demands, d)
		}
	}
}

// sellerIn gives the id of the problem's own seller that goes where and when this
// one goes, adding it if there is none.
func sellerIn(p *matching.Market, s matching.Supplier) string {
	same := func(a, b matching.Reach) bool { return a.Gate == b.Gate }
	n := 1
	for _, o := range p.Suppliers {
		if supplierID(o.ID) != supplierID(s.ID) {
			continue
		}
		if slices.Equal(o.Windows, s.Windows) && slices.EqualFunc(o.Reach, s.Reach, same) {
			return o.ID
		}
		n++
	}
	if n > 1 {
		s.ID = fmt.Sprintf("%s#%d", supplierID(s.ID), n)
	}
	p.Suppliers = append(p.Suppliers, s)
	return s.ID
}

// avoid does not ask a supplier again who has refused to come to a gate.
func (c *change) avoid(deliveries map[string]BulkDelivery) {
	for _, d := range deliveries {
		if d.State != Refused {
			continue
		}
		for i := range c.problem.Suppliers {
			s := &c.problem.Suppliers[i]
			kept := slices.ContainsFunc(c.keep, func(k matching.Drop) bool { return k.Supplier == s.ID && k.Gate == d.Compound })
			if supplierID(s.ID) == d.Supplier && !kept {
				s.Reach = slices.DeleteFunc(slices.Clone(s.Reach), func(r matching.Reach) bool { return r.Gate == d.Compound })
			}
		}
	}
}

// restock says what each lot can give now: what frozen deliveries have of it and,
// unless it is withdrawn, what the others hold and, with grab, what is free.
func (f *Fulfillment) restock(ctx context.Context, p *matching.Market, deliveries map[string]BulkDelivery, grab bool) error {
	for i := range p.Lots {
		l, err := f.catalog.Lots.Get(ctx, p.Lots[i].ID)
		if err != nil {
			return err
		}
		frozen, held := bookedBy(&l, deliveries)
		p.Lots[i].Available = frozen
		if l.State != catalog.Withdrawn {
			p.Lots[i].Available += held
			if grab && l.Expire(f.now()) == nil {
				p.Lots[i].Available += l.Quantity - l.Reserved()
			}
		}
	}
	return nil
}

// bookedBy counts the units that a market's deliveries hold of a lot.
func bookedBy(l *catalog.Lot, deliveries map[string]BulkDelivery) (frozen, open int64) {
	for _, r := range l.Reservations {
		d, ours := deliveries[r.Key]
		switch {
		case ours && d.open():
			open += r.Quantity
		case ours:
			frozen += r.Quantity
		}
	}
	return frozen, open
}
