package matching

import (
	"testing"
)

// reasonsOf explains a plan as it stands in a market that may have changed.
func reasonsOf(t *testing.T, m *Market, p *Plan) map[string]Unserved {
	t.Helper()
	mod, err := compile(m, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := newState(mod)
	s.takeUp(p)
	c := newChecker(m, mod.indexes)
	for i := range p.Drops {
		c.drop(&p.Drops[i])
	}
	told := map[string]Unserved{}
	for _, u := range s.explain(c.got) {
		told[u.Demand] = u
	}
	return told
}

// remove takes the cause of a reason out of the market, by its own numbers.
func remove(m *Market, u Unserved) {
	var demand *Demand
	for i := range m.Demands {
		if m.Demands[i].ID == u.Demand {
			demand = &m.Demands[i]
		}
	}
	lot, supplier, gate := &Lot{}, &Supplier{}, &Gate{}
	for i := range m.Lots {
		if m.Lots[i].ID == u.Detail.Lot {
			lot = &m.Lots[i]
		}
	}
	for i := range m.Suppliers {
		if m.Suppliers[i].ID == lot.Supplier {
			supplier = &m.Suppliers[i]
		}
	}
	for i := range m.Gates {
		if m.Gates[i].ID == demand.Gate {
			gate = &m.Gates[i]
		}
	}
	switch u.Reason {
	case NoLot:
		m.Lots = append(m.Lots, Lot{ID: "new", Supplier: m.Suppliers[0].ID, Product: demand.Product, Available: 1000, Tiers: []Tier{{1, 1}}})
		if demand.Lot != "" {
			demand.Lot = "new"
		}
	case NoReach:
		supplier.Reach = append(supplier.Reach, Reach{Gate: gate.ID})
	case NoWindow:
		supplier.Windows, gate.Windows = nil, nil
	case Price:
		demand.MaxUnitPrice += u.Detail.Short
	case MinPerDrop:
		more := *demand
		more.ID, more.Household, more.Quantity = "more", "more", u.Detail.Short
		m.Demands = append(m.Demands, more)
	case Stock:
		lot.Available += u.Detail.Short
	case GateFull:
		if u.Detail.Trips > 0 {
			gate.MaxTrips += u.Detail.Short
		} else {
			gate.MaxMillilitres += u.Detail.Short
		}
	case Trips:
		supplier.MaxTrips += u.Detail.Short
	case TripCost:
		for i := range supplier.Reach {
			supplier.Reach[i].TripCost, supplier.Reach[i].UnitCost = 0, 0
		}
		supplier.ActivationCost = 0
	}
}

func TestEveryReasonGoesAwayWithItsCause(t *testing.T) {
	seen := map[Reason]int{}
	for seed := range uint64(60) {
		z := size{gates: 5, suppliers: 5, products: 4, linesPerGate: 6, lotsPerSupplier: 2, reach: 3, stock: 0.8, limits: true}
		p := solve(t, generate(z, seed), Options{Iterations: 300})
		for _, u := range p.Unserved {
			seen[u.Reason]++
			m := generate(z, seed)
			if before := reasonsOf(t, m, &p)[u.Demand]; before != u {
				t.Fatalf("market %d: %+v is told as %+v when explained again", seed, u, before)
			}
			remove(m, u)
			after := reasonsOf(t, m, &p)[u.Demand]
			if after.Reason == u.Reason && after.Detail.Lot == u.Detail.Lot && (u.Reason != TripCost || after.Detail.Cost >= u.Detail.Cost) {
				t.Fatalf("market %d: %+v stays when its cause is gone: %+v", seed, u, after)
			}
			if u.Detail.Short < 0 || (u.Detail.Short == 0 && u.Reason != NoLot && u.Reason != NoReach && u.Reason != NoWindow) {
				t.Errorf("market %d: %+v would be served without a change", seed, u)
			}
		}
	}
	for _, r := range []Reason{NoLot, NoReach, NoWindow, Price, MinPerDrop, Stock, GateFull, Trips, TripCost} {
		if seen[r] == 0 {
			t.Errorf("no market has the reason %s", r)
		}
	}
	t.Log(seen)
}
