package fulfillment

import (
	"context"
	"fmt"
	"slices"
	"time"

	"baimi/app/community"
	"baimi/app/db"
	"baimi/app/fault"
	"baimi/catalog"
	"baimi/fulfillment/matching"
	"baimi/orders"
)

// change is a market as it is now, the plan that stood, and what stays of it.
type change struct {
	problem matching.Market
	before  matching.Plan
	keep    []matching.Drop
}

// changed reads what has changed since a market was planned.
func (f *Fulfillment) changed(ctx context.Context, a *Allocation, deliveries map[string]*BulkDelivery) (change, error) {
	compounds, err := f.gatesOf(ctx, a)
	if err != nil {
		return change{}, err
	}
	rounds, err := f.roundsOf(ctx, a)
	if err != nil {
		return change{}, err
	}
	late, err := f.takeRounds(ctx, &a.Market, compounds)
	if err != nil {
		return change{}, err
	}
	known := func(g orders.GroupBuy) bool {
		return slices.ContainsFunc(rounds, func(o *orders.GroupBuy) bool { return o.ID == g.ID })
	}
	late = slices.DeleteFunc(late, known)
	for i := range late {
		rounds = append(rounds, &late[i])
	}
	if err := f.withoutCancelled(ctx, deliveries, rounds); err != nil {
		return change{}, err
	}
	offered, err := f.offered(ctx)
	if err != nil {
		return change{}, err
	}
	fresh, err := f.freshStock(ctx, a, offered)
	if err != nil {
		return change{}, err
	}
	c := a.stands(deliveries) // a cancelled round's goods stand no longer
	c.join(problemOf(compounds, late, fresh), rounds)
	c.makeGood(deliveries, rounds)
	c.avoid(deliveries)
	grab := a.Attempts < maxAttempts && a.Day >= f.now().In(shanghai).Format(time.DateOnly)
	return c, f.restock(ctx, &c, offered, deliveries, grab)
}

// gatesOf reads the compounds that a market has planned for.
func (f *Fulfillment) gatesOf(ctx context.Context, a *Allocation) ([]community.Compound, error) {
	var all []community.Compound
	known := map[string]bool{}
	for _, g := range a.Problem.Gates {
		id, _ := community.ParseGateID(g.ID)
		if known[id] {
			continue
		}
		known[id] = true
		c, err := f.community.Compound(ctx, id)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// roundsOf reads the rounds whose orders a market has. They are only read.
func (f *Fulfillment) roundsOf(ctx context.Context, a *Allocation) ([]*orders.GroupBuy, error) {
	var all []*orders.GroupBuy
	known := map[string]bool{}
	for i := range a.Problem.Demands {
		id := a.Problem.Demands[i].Group
		if known[id] {
			continue
		}
		known[id] = true
		g, err := f.orders.GroupBuys.Look(ctx, id)
		if err != nil {
			return nil, err
		}
		all = append(all, g)
	}
	return all, nil
}

// freshStock is what is on offer that a market has not planned with.
func (f *Fulfillment) freshStock(ctx context.Context, a *Allocation, offered []catalog.Lot) (s stock, err error) {
	known := map[string]bool{}
	for i := range a.Problem.Lots {
		known[a.Problem.Lots[i].ID] = true
	}
	if s.products, err = db.All(f.catalog.Products.Find(ctx, db.Query{})); err != nil {
		return s, err
	}
	from := map[string]bool{}
	for _, l := range offered {
		if known[l.ID] {
			continue
		}
		s.lots = append(s.lots, l)
		if from[l.Supplier] {
			continue
		}
		from[l.Supplier] = true
		supplier, err := f.catalog.Suppliers.Get(ctx, l.Supplier)
		switch {
		case err == nil:
			s.suppliers = append(s.suppliers, supplier)
		case fault.KindOf(err) != fault.NotFound:
			return s, err
		}
	}
	return s, nil
}

// stands is the market as it was planned, with the drops that stand as they are.
func (a *Allocation) stands(deliveries map[string]*BulkDelivery) change {
	c := change{problem: a.Problem, before: a.Plan}
	c.before.Drops = nil
	for i := range a.Plan.Drops {
		d := deliveries[deliveryID(a.ID, &a.Plan.Drops[i])]
		if d != nil && d.State != Refused {
			c.before.Drops = append(c.before.Drops, a.Plan.Drops[i])
		}
		if d != nil && !d.open() {
			c.keep = append(c.keep, a.Plan.Drops[i])
		}
	}
	return c
}

// join adds what has come since: the orders of late rounds, products and lots.
// Orders of rounds that are over are left out, but for what frozen drops were to
// bring them: those drops stand in the plan as their suppliers confirmed them.
func (c *change) join(now matching.Market, groupBuys []*orders.GroupBuy) {
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
	for _, g := range groupBuys {
		alive[g.ID] = g.State == orders.Closed || g.Amendable()
	}
	frozen, was := c.frozen(), p.Demands
	p.Demands = make([]matching.Demand, 0, len(was)+len(now.Demands))
	for _, d := range was {
		if !alive[d.Group] {
			d.Quantity = frozen[d.ID]
		}
		if d.Quantity > 0 {
			p.Demands = append(p.Demands, d)
		}
	}
	p.Demands = append(p.Demands, now.Demands...)
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
func (c *change) makeGood(deliveries map[string]*BulkDelivery, groupBuys []*orders.GroupBuy) {
	ordered, short := map[string]int64{}, shortOf(deliveries)
	for _, g := range groupBuys {
		if len(short) == 0 || !g.Amendable() {
			continue
		}
		for _, d := range demandsOf(g, nil) {
			if at, _ := g.Participant(d.Household); at.Substitute && short[d.ID] > 0 {
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
func shortOf(deliveries map[string]*BulkDelivery) map[string]int64 {
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
func (f *Fulfillment) withoutCancelled(ctx context.Context, deliveries map[string]*BulkDelivery, groupBuys []*orders.GroupBuy) error {
	gone := map[string]bool{}
	for _, g := range groupBuys {
		if g.State == orders.Cancelled {
			gone[g.ID] = true
		}
	}
	cancelled := func(id string) bool { return gone[id] }
	for id, d := range deliveries {
		if len(gone) == 0 || d.open() || !slices.ContainsFunc(d.groupBuys(), cancelled) {
			continue
		}
		now, err := f.ChangeDelivery(ctx, id, func(d *BulkDelivery, now time.Time) error { d.Without(cancelled, now); return nil })
		if err != nil {
			return err
		}
		deliveries[id] = &now
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
func (c *change) avoid(deliveries map[string]*BulkDelivery) {
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
func (f *Fulfillment) restock(ctx context.Context, c *change, offered []catalog.Lot, deliveries map[string]*BulkDelivery, grab bool) error {
	lots, frozen := map[string]*catalog.Lot{}, c.frozenUnits()
	for i := range offered {
		lots[offered[i].ID] = &offered[i]
	}
	for i := range c.problem.Lots {
		is := &c.problem.Lots[i]
		l := lots[is.ID]
		if l == nil {
			var err error
			if l, err = f.catalog.Lots.Look(ctx, is.ID); err != nil {
				return err
			}
		}
		if frozen[l.ID] == 0 {
			*is = lotOf(l, is.Supplier) // its supplier may have corrected what nobody has reserved
		}
		is.Available = frozen[l.ID]
		if l.State != catalog.Withdrawn {
			is.Available += heldBy(l, deliveries)
			if still := *l; grab && still.Expire(f.now()) == nil {
				is.Available += l.Quantity - l.Reserved()
			}
		}
	}
	return nil
}

// frozenUnits is what the drops that stay bring, by lot.
func (c *change) frozenUnits() map[string]int64 {
	units := map[string]int64{}
	for i := range c.keep {
		for _, l := range c.keep[i].Lots {
			units[l.Lot] += l.Quantity
		}
	}
	return units
}

// heldBy counts the units of a lot that the deliveries hold which may be changed.
func heldBy(l *catalog.Lot, deliveries map[string]*BulkDelivery) (units int64) {
	for _, r := range l.Reservations {
		if d, ours := deliveries[r.Key]; ours && d.open() {
			units += r.Quantity
		}
	}
	return units
}
