package fulfillment

import (
	"context"
	"fmt"
	"slices"
	"time"

	"baimi/app/community"
	"baimi/catalog"
	"baimi/fulfillment/matching"
	"baimi/orders"
)

// join adds what has come since: orders of late rounds, products and lots.
// Orders of rounds that are over are left out, but for what frozen drops were to
// bring them: those drops stand in the plan as their suppliers confirmed them.
func (c *change) join(now matching.Market, groupBuys []orders.GroupBuy) {
	p := &c.problem
	now = within(now, p.Gates)
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
	frozen, was, known := c.frozen(), p.Demands, map[string]bool{}
	p.Demands = []matching.Demand{}
	for _, d := range was {
		known[d.ID] = true
		if !alive[d.Group] {
			d.Quantity = frozen[d.ID]
		}
		if d.Quantity > 0 {
			p.Demands = append(p.Demands, d)
		}
	}
	for _, d := range now.Demands {
		if alive[d.Group] && !known[d.ID] {
			p.Demands = append(p.Demands, d)
		}
	}
}

// within leaves out gates that a compound has had opened since the market was
// planned: what is late there goes to its first gate.
func within(now matching.Market, gates []matching.Gate) matching.Market {
	known := func(gate string) bool {
		return slices.ContainsFunc(gates, func(g matching.Gate) bool { return g.ID == gate })
	}
	for i := range now.Demands {
		if d := &now.Demands[i]; !known(d.Gate) {
			d.Gate, _ = community.ParseGateID(d.Gate)
		}
	}
	for i := range now.Suppliers {
		s := &now.Suppliers[i]
		s.Reach = slices.DeleteFunc(s.Reach, func(r matching.Reach) bool { return !known(r.Gate) })
	}
	return now
}

// frozen is what the drops that stay bring, by demand.
func (c *change) frozen() map[string]int64 {
	units := map[string]int64{}
	for i := range c.keep {
		for _, s := range c.keep[i].Served {
			units[s.Demand] += s.Quantity
		}
	}
	return units
}

// makeGood asks again for what was short at the gate, where the household would
// rather have something like it than its money: any lot of the product will do.
func (c *change) makeGood(deliveries map[string]BulkDelivery, groupBuys []orders.GroupBuy) {
	ordered, short := map[string]int64{}, shortOf(deliveries)
	for i := range groupBuys {
		for _, d := range demandsOf(&groupBuys[i], nil) {
			at, _ := groupBuys[i].Participant(d.Household)
			if at.Substitute && groupBuys[i].Amendable() && short[d.ID] > 0 {
				ordered[d.ID] = d.Quantity
			}
		}
	}
	for i := range c.problem.Demands {
		if d := &c.problem.Demands[i]; ordered[d.ID] > 0 {
			d.Quantity, d.Lot = ordered[d.ID]+short[d.ID], ""
		}
	}
}

// shortOf is what the gates' counts lack and what did not come as something else,
// by demand.
func shortOf(deliveries map[string]BulkDelivery) map[string]int64 {
	short := map[string]int64{}
	for _, d := range deliveries {
		if d.Receipt == nil {
			continue
		}
		for _, p := range d.Parcels {
			short[demandID(p.GroupBuy, p.Household, p.Item)] += p.missing()
			if d.isInstead(p.Lot) {
				short[demandID(p.GroupBuy, p.Household, p.Item)] -= p.Received
			}
		}
	}
	return short
}

// withoutCancelled leaves cancelled rounds out of the deliveries that stay.
func (f *Fulfillment) withoutCancelled(ctx context.Context, deliveries map[string]BulkDelivery, groupBuys []orders.GroupBuy) error {
	cancelled := func(id string) bool {
		return slices.ContainsFunc(groupBuys, func(g orders.GroupBuy) bool { return g.ID == id && g.State == orders.Cancelled })
	}
	for id, d := range deliveries {
		if d.open() || !slices.ContainsFunc(d.groupBuys(), cancelled) {
			continue
		}
		now, err := f.ChangeDelivery(ctx, id, func(d *BulkDelivery, now time.Time) error { d.Without(cancelled, now); return nil })
		if err != nil {
			return err
		}
		deliveries[id] = now
	}
	return nil
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
			gate := community.GateID(d.Compound, d.Gate)
			kept := slices.ContainsFunc(c.keep, func(k matching.Drop) bool { return k.Supplier == s.ID && k.Gate == gate })
			if supplierID(s.ID) == d.Supplier && !kept {
				s.Reach = slices.DeleteFunc(slices.Clone(s.Reach), func(r matching.Reach) bool { return r.Gate == gate })
			}
		}
	}
}

// restock says what each lot can give now, and how: what the drops that stay have
// of it and, unless it is withdrawn, what the others hold and, with grab, what is free.
func (f *Fulfillment) restock(ctx context.Context, c *change, deliveries map[string]BulkDelivery, grab bool) error {
	p := &c.problem
	for i := range p.Lots {
		l, err := f.catalog.Lots.Get(ctx, p.Lots[i].ID)
		if err != nil {
			return err
		}
		if p.Lots[i].Available = c.frozenOf(l.ID); p.Lots[i].Available == 0 {
			p.Lots[i] = lotOf(&l, p.Lots[i].Supplier) // its supplier may have corrected what nobody has reserved
			p.Lots[i].Available = 0
		}
		if l.State != catalog.Withdrawn {
			p.Lots[i].Available += heldBy(&l, deliveries)
			if grab && l.Expire(f.now()) == nil {
				p.Lots[i].Available += l.Quantity - l.Reserved()
			}
		}
	}
	return nil
}

// frozenOf is what the drops that stay bring of a lot.
func (c *change) frozenOf(lot string) (units int64) {
	for i := range c.keep {
		for _, l := range c.keep[i].Lots {
			if l.Lot == lot {
				units += l.Quantity
			}
		}
	}
	return units
}

// heldBy counts the units of a lot that the deliveries hold which may be changed.
func heldBy(l *catalog.Lot, deliveries map[string]BulkDelivery) (units int64) {
	for _, r := range l.Reservations {
		if d, ours := deliveries[r.Key]; ours && d.open() {
			units += r.Quantity
		}
	}
	return units
}
