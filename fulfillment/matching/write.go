package matching

import (
	"cmp"
	"slices"
)

// plan writes a state out as drops, with the units of each class divided among
// its demands by the market's rule.
func (s *state) plan() Plan {
	drops := make([]Drop, 0, len(s.kept.drops)+64)
	drops = append(drops, s.kept.drops...)
	at := make(map[int32]int, 64)
	share := newSharer(s.model)
	for g := range s.gates {
		for _, k := range s.gates[g].cells {
			for _, part := range share.divide(k, s.filled[k].takes) {
				cl := s.cells[k].lots[part.lot]
				d, open := at[cl.pair]
				if !open {
					d = len(drops)
					at[cl.pair] = d
					drops = append(drops, s.drop(cl.pair))
				}
				drops[d].add(s.market, cl.lot, part.demand, part.n)
			}
		}
	}
	for i := len(s.kept.drops); i < len(drops); i++ {
		drops[i].price(s.market, s.indexes)
	}
	return Plan{Drops: drops}
}

func (s *state) drop(p int32) Drop {
	pr := &s.pairs[p]
	return Drop{Supplier: s.market.Suppliers[pr.supplier].ID, Gate: s.market.Gates[pr.gate].ID, Window: pr.window, Trips: s.load[p].trips}
}

func (d *Drop) add(m *Market, lot, demand int32, n int64) {
	id := m.Lots[lot].ID
	if last := len(d.Served) - 1; last >= 0 && d.Served[last].Demand == m.Demands[demand].ID && d.Served[last].Lot == id {
		d.Served[last].Quantity += n
	} else {
		d.Served = append(d.Served, Served{Demand: m.Demands[demand].ID, Lot: id, Quantity: n})
	}
	for i := range d.Lots {
		if d.Lots[i].Lot == id {
			d.Lots[i].Quantity += n
			return
		}
	}
	d.Lots = append(d.Lots, DropLot{Lot: id, Quantity: n})
}

func (d *Drop) price(m *Market, x indexes) {
	for i := range d.Lots {
		d.Lots[i].UnitPrice = tierPrice(m.Lots[x.lots[d.Lots[i].Lot]].Tiers, d.Lots[i].Quantity)
	}
	slices.SortFunc(d.Lots, func(a, b DropLot) int { return cmp.Compare(a.Lot, b.Lot) })
}
