package matching

import (
	"cmp"
	"slices"
)

// NextTier is a drop that is not far from a better price: "7 more and the gate
// reaches the next price".
type NextTier struct {
	Gate      string `json:"gate"`
	Lot       string `json:"lot"`
	Quantity  int64  `json:"quantity"`   // units in the drop
	Short     int64  `json:"short"`      // units more that the next price needs
	UnitPrice int64  `json:"unit_price"` // now, minor units
	NextPrice int64  `json:"next_price"` // then, minor units
}

// NextTiers lists the drops of a plan whose next price is within reach of the
// stock that is left, the fewest missing units first.
func NextTiers(m *Market, p *Plan) []NextTier {
	lots := make(map[string]*Lot, len(m.Lots))
	left := make(map[string]int64, len(m.Lots))
	for i := range m.Lots {
		lots[m.Lots[i].ID] = &m.Lots[i]
		left[m.Lots[i].ID] = m.Lots[i].Available
	}
	for _, d := range p.Drops {
		for _, l := range d.Lots {
			left[l.Lot] -= l.Quantity
		}
	}
	list := []NextTier{}
	for _, d := range p.Drops {
		for _, l := range d.Lots {
			short, price, any := lots[l.Lot].next(l.Quantity)
			if any && price < l.UnitPrice && short <= left[l.Lot] {
				list = append(list, NextTier{Gate: d.Gate, Lot: l.Lot, Quantity: l.Quantity, Short: short, UnitPrice: l.UnitPrice, NextPrice: price})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b NextTier) int { return cmp.Compare(a.Short, b.Short) })
	return list
}

// next is how many units more than q, in whole cases, reach the next tier, and
// its price.
func (l *Lot) next(q int64) (short, price int64, any bool) {
	pack := max(l.Case, 1)
	for _, t := range l.Tiers {
		if t.From > q {
			return ceilDiv(t.From, pack)*pack - q, t.UnitPrice, true
		}
	}
	return 0, 0, false
}

// Pool is groups at one gate of which none reaches a lot's minimum alone and all
// together do: "your neighbours want eggs too: pooled, both are served".
type Pool struct {
	Gate      string  `json:"gate"`
	Lot       string  `json:"lot"`
	Minimum   int64   `json:"minimum"` // units
	UnitPrice int64   `json:"unit_price"`
	Groups    []Share `json:"groups"`
}

// Share is what one group of a pool wants at the lot's price.
type Share struct {
	Group  string `json:"group"`
	Wanted int64  `json:"wanted"` // units
}

// Pools lists the pools of a market, by gate and lot.
func Pools(m *Market) []Pool {
	list := []Pool{}
	reach := reachable(m)
	at := demandsAt(m)
	for i := range m.Lots {
		l := &m.Lots[i]
		pack := max(l.Case, 1)
		minimum := ceilDiv(max(l.MinPerDrop, l.Tiers[0].From, pack), pack) * pack
		price, _ := l.price(minimum)
		for _, gate := range reach[l.Supplier] {
			groups, total := shares(at[[2]string{gate, l.Product}], l, price)
			alone := slices.ContainsFunc(groups, func(s Share) bool { return s.Wanted >= minimum })
			if len(groups) > 1 && total >= minimum && !alone && l.Available >= minimum {
				list = append(list, Pool{Gate: gate, Lot: l.ID, Minimum: minimum, UnitPrice: price, Groups: groups})
			}
		}
	}
	return list
}

// shares adds up what each group wants of a lot at a price, the largest first.
func shares(demands []*Demand, l *Lot, price int64) (groups []Share, total int64) {
	for _, d := range demands {
		if d.Group == "" || d.MaxUnitPrice < price || (d.Lot != "" && d.Lot != l.ID) {
			continue
		}
		i := slices.IndexFunc(groups, func(s Share) bool { return s.Group == d.Group })
		if i < 0 {
			i = len(groups)
			groups = append(groups, Share{Group: d.Group})
		}
		groups[i].Wanted += d.Quantity
		total += d.Quantity
	}
	slices.SortStableFunc(groups, func(a, b Share) int { return cmp.Compare(b.Wanted, a.Wanted) })
	return groups, total
}

// reachable lists the gates of each supplier with which it shares a window.
func reachable(m *Market) map[string][]string {
	windows := make(map[string][]string, len(m.Gates))
	for _, g := range m.Gates {
		windows[g.ID] = g.Windows
	}
	reach := make(map[string][]string, len(m.Suppliers))
	for i := range m.Suppliers {
		s := &m.Suppliers[i]
		for _, r := range s.Reach {
			if _, shared := sharedWindow(s.Windows, windows[r.Gate], nil); shared {
				reach[s.ID] = append(reach[s.ID], r.Gate)
			}
		}
	}
	return reach
}

func demandsAt(m *Market) map[[2]string][]*Demand {
	at := map[[2]string][]*Demand{}
	for i := range m.Demands {
		d := &m.Demands[i]
		at[[2]string{d.Gate, d.Product}] = append(at[[2]string{d.Gate, d.Product}], d)
	}
	return at
}

// Merge is groups of one gate that share households: carried to the doors
// together they take fewer trips.
type Merge struct {
	Gate       string   `json:"gate"`
	Groups     []string `json:"groups"`
	FewerTrips int64    `json:"fewer_trips"` // door trips saved
}

// Merges lists, by gate, the groups worth merging, those that save most first.
func Merges(m *Market) []Merge {
	doors := map[string]map[string][]string{} // gate, household, groups
	gates := []string{}
	for i := range m.Demands {
		d := &m.Demands[i]
		if d.Group == "" || d.Household == "" {
			continue
		}
		if doors[d.Gate] == nil {
			doors[d.Gate] = map[string][]string{}
			gates = append(gates, d.Gate)
		}
		if groups := doors[d.Gate][d.Household]; !slices.Contains(groups, d.Group) {
			doors[d.Gate][d.Household] = append(groups, d.Group)
		}
	}
	list := []Merge{}
	for _, gate := range gates {
		list = append(list, mergesAt(gate, doors[gate])...)
	}
	slices.SortStableFunc(list, func(a, b Merge) int { return cmp.Compare(b.FewerTrips, a.FewerTrips) })
	return list
}

// mergesAt joins the groups that are linked by households in common.
func mergesAt(gate string, doors map[string][]string) []Merge {
	parent := map[string]string{}
	var root func(g string) string
	root = func(g string) string {
		if p, known := parent[g]; known && p != g {
			return root(p)
		}
		return g
	}
	for _, groups := range doors {
		for _, g := range groups[1:] {
			if a, b := root(groups[0]), root(g); a != b {
				parent[max(a, b)] = min(a, b)
			}
		}
	}
	merges := map[string]*Merge{}
	for _, groups := range doors {
		if len(groups) == 1 {
			continue
		}
		r := root(groups[0])
		if merges[r] == nil {
			merges[r] = &Merge{Gate: gate}
		}
		merges[r].FewerTrips += int64(len(groups) - 1)
		merges[r].Groups = append(merges[r].Groups, groups...)
	}
	list := []Merge{}
	for _, m := range merges {
		slices.Sort(m.Groups)
		m.Groups = slices.Compact(m.Groups)
		list = append(list, *m)
	}
	slices.SortFunc(list, func(a, b Merge) int { return cmp.Compare(a.Groups[0], b.Groups[0]) })
	return list
}
