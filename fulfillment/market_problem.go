package fulfillment

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"baimi/app/community"
	"baimi/app/fault"
	"baimi/catalog"
	"baimi/fulfillment/matching"
	"baimi/orders"
)

// stock is what is on offer when a market reads it.
type stock struct {
	products  []catalog.Product
	suppliers []catalog.Supplier
	lots      []catalog.Lot
}

// demandID names a household's line: round, household and item. Rounds and
// items hold no space, so that it can be taken apart again.
func demandID(groupBuy, household, item string) string {
	return groupBuy + " " + household + " " + item
}

// splitDemand takes a demand's id apart.
func splitDemand(id string) (groupBuy, household, item string) {
	parts := strings.SplitN(id, " ", 3)
	return parts[0], parts[1], parts[2]
}

// problemOf writes closed rounds and posted stock as one matching problem.
func problemOf(compounds []community.Compound, groupBuys []orders.GroupBuy, s stock) matching.Market {
	p := matching.Market{Products: []matching.Product{}, Gates: []matching.Gate{}, Suppliers: []matching.Supplier{}, Lots: []matching.Lot{}, Demands: []matching.Demand{}}
	for _, product := range s.products {
		p.Products = append(p.Products, matching.Product{ID: product.ID, Grams: product.Grams, Millilitres: product.Millilitres})
	}
	at := map[string]*community.Compound{}
	for i := range compounds {
		at[compounds[i].ID] = &compounds[i]
		p.Gates = append(p.Gates, gatesOf(&compounds[i])...)
	}
	for i := range groupBuys {
		p.Demands = append(p.Demands, demandsOf(&groupBuys[i], at[groupBuys[i].Compound])...)
	}
	for _, seller := range sellersOf(s) {
		p.Suppliers = append(p.Suppliers, seller.supplier(compounds))
		for _, l := range seller.lots {
			p.Lots = append(p.Lots, lotOf(l, seller.id))
		}
	}
	return p
}

func demandsOf(g *orders.GroupBuy, at *community.Compound) []matching.Demand {
	var demands []matching.Demand
	gate := g.Compound
	if at != nil {
		gate = community.GateID(g.Compound, at.GateOf(g.Building))
	}
	for i := range g.Participants {
		at := &g.Participants[i]
		for _, l := range at.Lines {
			it, ok := g.Item(l.Item)
			if !ok || l.Quantity+l.Extra == 0 {
				continue
			}
			demands = append(demands, matching.Demand{
				ID: demandID(g.ID, at.Household, l.Item), Gate: gate, Group: g.ID, Household: at.Household,
				Product: it.Product, Quantity: l.Quantity + l.Extra, MaxUnitPrice: l.Cap(it), Priority: at.Priority, Lot: it.Lot, Rule: matching.Rule(g.Rule),
			})
		}
	}
	return demands
}

func gatesOf(c *community.Compound) []matching.Gate {
	var all []matching.Gate
	for _, name := range c.AllGates() {
		g := c.Gate(name)
		all = append(all, matching.Gate{ID: community.GateID(c.ID, name), Windows: g.Windows, MaxMillilitres: g.MaxMillilitres, MaxTrips: g.MaxTrips})
	}
	return all
}

// seller is a supplier's lots that may go to the same compounds in the same
// windows; the matcher knows areas and windows of suppliers only.
type seller struct {
	id      string // supplier, or supplier#2 where its lots differ
	from    *catalog.Supplier
	area    []string
	windows []string
	lots    []*catalog.Lot
}

func sellersOf(s stock) []*seller {
	from := map[string]*catalog.Supplier{}
	for i := range s.suppliers {
		from[s.suppliers[i].ID] = &s.suppliers[i]
	}
	var all []*seller
	for i := range s.lots {
		l := &s.lots[i]
		if from[l.Supplier] == nil || l.Available() <= 0 {
			continue
		}
		windows, meet := shared(from[l.Supplier].Windows, l.Windows)
		if !meet {
			continue
		}
		same := func(o *seller) bool {
			return o.from.ID == l.Supplier && slices.Equal(o.area, l.Area) && slices.Equal(o.windows, windows)
		}
		k := slices.IndexFunc(all, same)
		if k < 0 {
			k = len(all)
			all = append(all, &seller{id: sellerID(all, l.Supplier), from: from[l.Supplier], area: l.Area, windows: windows})
		}
		all[k].lots = append(all[k].lots, l)
	}
	return all
}

func sellerID(all []*seller, supplier string) string {
	n := 1
	for _, o := range all {
		if o.from.ID == supplier {
			n++
		}
	}
	if n == 1 {
		return supplier
	}
	return fmt.Sprintf("%s#%d", supplier, n)
}

// supplierID is the supplier behind a seller.
func supplierID(seller string) string {
	id, _, _ := strings.Cut(seller, "#")
	return id
}

// shared gives the windows that both have; an empty list stands for all.
func shared(a, b []string) (windows []string, meet bool) {
	if len(a) == 0 || len(b) == 0 {
		return append(append([]string{}, a...), b...), true
	}
	for _, w := range a {
		if slices.Contains(b, w) {
			windows = append(windows, w)
		}
	}
	return windows, len(windows) > 0
}

func lotOf(l *catalog.Lot, seller string) matching.Lot {
	out := matching.Lot{ID: l.ID, Supplier: seller, Product: l.Product, Available: l.Available(), Case: l.CaseSize, MinPerDrop: l.MinPerDrop}
	for _, t := range l.Tiers {
		out.Tiers = append(out.Tiers, matching.Tier{From: t.From, UnitPrice: t.UnitPrice})
	}
	return out
}

// knows refuses a lot that its supplier has corrected since the market read it:
// nobody is promised a price that does not hold any more.
func (a *Allocation) knows(l *catalog.Lot) error {
	i := slices.IndexFunc(a.Problem.Lots, func(read matching.Lot) bool { return read.ID == l.ID })
	if i < 0 {
		return nil
	}
	read, now := &a.Problem.Lots[i], lotOf(l, "")
	if read.Case != now.Case || read.MinPerDrop != now.MinPerDrop || !slices.Equal(read.Tiers, now.Tiers) {
		return fault.New(fault.Conflict, "lot_changed", "The lot %s has been corrected since the market read it.", l.ID).With("lot", l.ID)
	}
	return nil
}

// supplier weighs each trip by its distance: a third of the trip's cost is
// paid for going out at all, the rest grows with the way, up to the radius.
func (o *seller) supplier(compounds []community.Compound) matching.Supplier {
	s := o.from
	out := matching.Supplier{
		ID: o.id, ActivationCost: s.ActivationCost, MaxTrips: s.MaxTrips, TripGrams: s.TripGrams, TripMillilitres: s.TripMillilitres,
		Windows: o.windows, Reach: []matching.Reach{},
	}
	for i := range compounds {
		c := &compounds[i]
		if s.Reaches(c.Lon, c.Lat) && (len(o.area) == 0 || slices.Contains(o.area, c.ID)) {
			for _, gate := range c.AllGates() {
				out.Reach = append(out.Reach, matching.Reach{Gate: community.GateID(c.ID, gate), TripCost: tripCost(s, c)})
			}
		}
	}
	return out
}

func tripCost(s *catalog.Supplier, c *community.Compound) int64 {
	if s.RadiusMetres == 0 {
		return s.TripCost
	}
	share := float64(s.Distance(c.Lon, c.Lat)) / float64(s.RadiusMetres)
	return int64(math.Round(float64(s.TripCost) * (1 + 2*share) / 3))
}

// awards gives each round that is told what the plan serves its households and why not more.
func (a *Allocation) awards(told func(groupBuy string) bool) map[string][]orders.Award {
	award := map[string]*orders.Award{} // by demand
	for i := range a.Problem.Demands {
		if d := &a.Problem.Demands[i]; told(d.Group) {
			_, household, item := splitDemand(d.ID)
			award[d.ID] = &orders.Award{Household: household, Item: item}
		}
	}
	for i := range a.Plan.Drops {
		drop := &a.Plan.Drops[i]
		id, price := deliveryID(a.ID, drop), map[string]int64{}
		for _, l := range drop.Lots {
			price[l.Lot] = l.UnitPrice
		}
		for _, s := range drop.Served {
			if w := award[s.Demand]; w != nil {
				w.Served = append(w.Served, orders.Served{Delivery: id, Lot: s.Lot, Supplier: supplierID(drop.Supplier), Quantity: s.Quantity, UnitPrice: price[s.Lot]})
			}
		}
	}
	for _, u := range a.Plan.Unserved {
		if w := award[u.Demand]; w != nil {
			w.Reasons = append(w.Reasons, orders.Reason{Code: string(u.Reason), Quantity: u.Quantity, Numbers: numbersOf(u.Detail)})
		}
	}
	awards := map[string][]orders.Award{}
	for i := range a.Problem.Demands {
		if d := &a.Problem.Demands[i]; award[d.ID] != nil {
			awards[d.Group] = append(awards[d.Group], *award[d.ID])
		}
	}
	return awards
}

// numbersOf keeps the numbers of a reason that say something.
func numbersOf(d matching.Detail) map[string]int64 {
	numbers := map[string]int64{
		"short": d.Short, "cap": d.Cap, "unit_price": d.UnitPrice, "minimum": d.Minimum, "wanted": d.Wanted,
		"available": d.Available, "cost": d.Cost, "worth": d.Worth, "limit": d.Limit, "used": d.Used, "trips": d.Trips,
	}
	for k, v := range numbers {
		if v == 0 {
			delete(numbers, k)
		}
	}
	return numbers
}

// deliveryID names the bulk delivery that a drop becomes, so that it can stand in an address.
func deliveryID(market string, d *matching.Drop) string {
	return strings.Join([]string{market, d.Supplier, strings.ReplaceAll(d.Gate, "/", "~"), cmp.Or(d.Window, "any")}, ".")
}
