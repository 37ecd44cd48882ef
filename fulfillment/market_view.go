package fulfillment

import (
	"slices"
	"time"

	"baimi/app/community"
	"baimi/app/fault"
	"baimi/fulfillment/matching"
)

// MarketView is a market without any household: what flows from whom to which
// gate, what the plan is worth and could be worth at most, and how much is not
// served for which reason.
type MarketView struct {
	ID       string          `json:"id"`
	Area     []string        `json:"area"`
	Day      string          `json:"day"`
	Rule     matching.Rule   `json:"rule"`
	Seed     int64           `json:"seed" doc:"Of the sharing rule: the lottery serves households by the SHA-256 of seed:household, the smallest first."`
	Seconds  int64           `json:"seconds"`
	State    MarketState     `json:"state"`
	Value    int64           `json:"value"`
	Bound    int64           `json:"bound" doc:"No plan of this market is worth more."`
	Gap      int64           `json:"gap" doc:"Hundredths of a per cent of the bound."`
	Wanted   int64           `json:"wanted" doc:"Units."`
	Served   int64           `json:"served" doc:"Units."`
	Rounds   int             `json:"rounds"`
	Flows    []Flow          `json:"flows,omitempty"`
	Unserved []UnservedTotal `json:"unserved,omitempty"`
	Lots     []LotUse        `json:"lots,omitempty"`
	Created  time.Time       `json:"created"`
	History  []Step          `json:"history"`
}

// Flow is one drop.
type Flow struct {
	Supplier string `json:"supplier"`
	Gate     string `json:"gate"`
	Window   string `json:"window"`
	Trips    int64  `json:"trips"`
	Units    int64  `json:"units"`
}

// UnservedTotal is what a gate does not get of a product, for one reason.
type UnservedTotal struct {
	Gate    string           `json:"gate"`
	Product string           `json:"product"`
	Reason  matching.Reason  `json:"reason"`
	Units   int64            `json:"units"`
	Demands int64            `json:"demands"`
	Numbers map[string]int64 `json:"numbers" doc:"Of the demand that comes nearest."`
}

// LotUse is how much of a lot the plan takes, and what one unit more would be worth.
type LotUse struct {
	Lot       string `json:"lot"`
	Supplier  string `json:"supplier"`
	Product   string `json:"product"`
	Available int64  `json:"available"`
	Used      int64  `json:"used"`
	Price     int64  `json:"price" doc:"What one unit more would be worth, above its own price; 0: it is not scarce."`
}

// Sum is what a market's view says of it in all.
func (m *Market) Sum() MarketView {
	return MarketView{
		ID: m.ID, Area: m.Area, Day: m.Day, Rule: m.Rule, Seed: m.Seed, Seconds: m.Seconds, State: m.State,
		Value: m.Sums.Value, Bound: m.Sums.Bound, Gap: (&matching.Plan{Value: m.Sums.Value, Bound: m.Sums.Bound}).Gap(),
		Wanted: m.Sums.Wanted, Served: m.Sums.Served, Rounds: m.Sums.Rounds, Created: m.Created, History: m.History,
	}
}

// View adds what flows where, what is left and why.
func (a *Allocation) View() MarketView {
	v := a.Sum()
	v.Flows, v.Lots, v.Unserved = []Flow{}, a.lotUse(), a.unserved()
	for _, d := range a.Plan.Drops {
		f := Flow{Supplier: supplierID(d.Supplier), Gate: d.Gate, Window: d.Window, Trips: d.Trips}
		for _, l := range d.Lots {
			f.Units += l.Quantity
		}
		v.Flows = append(v.Flows, f)
	}
	return v
}

func (a *Allocation) lotUse() []LotUse {
	used, price := map[string]int64{}, map[string]int64{}
	for _, d := range a.Plan.Drops {
		for _, l := range d.Lots {
			used[l.Lot] += l.Quantity
		}
	}
	for _, p := range a.Plan.Prices {
		price[p.Lot] = p.Price
	}
	all := []LotUse{}
	for _, l := range a.Problem.Lots {
		all = append(all, LotUse{l.ID, supplierID(l.Supplier), l.Product, l.Available, used[l.ID], price[l.ID]})
	}
	return all
}

func (a *Allocation) unserved() []UnservedTotal {
	type key struct {
		gate, product string
		reason        matching.Reason
	}
	demands := map[string]*matching.Demand{}
	for i := range a.Problem.Demands {
		demands[a.Problem.Demands[i].ID] = &a.Problem.Demands[i]
	}
	totals := map[key]*UnservedTotal{}
	for _, u := range a.Plan.Unserved {
		d := demands[u.Demand]
		k := key{d.Gate, d.Product, u.Reason}
		if totals[k] == nil {
			totals[k] = &UnservedTotal{Gate: d.Gate, Product: d.Product, Reason: u.Reason, Numbers: numbersOf(u.Detail)}
		}
		totals[k].Units += u.Quantity
		totals[k].Demands++
		if n := numbersOf(u.Detail); n["short"] > 0 && n["short"] < totals[k].Numbers["short"] {
			totals[k].Numbers = n
		}
	}
	all := []UnservedTotal{}
	for _, t := range totals {
		all = append(all, *t)
	}
	slices.SortFunc(all, func(a, b UnservedTotal) int {
		return community.Natural(a.Gate+" "+a.Product+" "+string(a.Reason), b.Gate+" "+b.Product+" "+string(b.Reason))
	})
	return all
}

// WhatIf changes a market's frozen problem before it is solved again.
type WhatIf struct {
	Rule       matching.Rule    `json:"rule,omitempty" enum:"equal,proportional,lottery,first" doc:"Another rule, between the rounds and in each."`
	Seed       int64            `json:"seed,omitempty"`
	Available  map[string]int64 `json:"available,omitempty" doc:"Other stock: units by lot; 0 takes the lot away."`
	Priorities map[string]int64 `json:"priorities,omitempty" doc:"Another priority, 0 to 4, by gate."`
}

// apply gives the changed problem and leaves the frozen one as it is.
func (w WhatIf) apply(p matching.Market) (matching.Market, error) {
	own := w.Rule == "" || w.Rule == p.Rule
	if !own {
		p.Rule = w.Rule
	}
	if w.Seed != 0 {
		p.Seed = w.Seed
	}
	lots := p.Lots
	p.Lots, p.Demands = []matching.Lot{}, slices.Clone(p.Demands)
	known := map[string]bool{}
	for _, l := range lots {
		known[l.ID] = true
		if n, changed := w.Available[l.ID]; changed {
			l.Available = n
		}
		if l.Available > 0 {
			p.Lots = append(p.Lots, l)
		}
	}
	for lot := range w.Available {
		if !known[lot] {
			return p, fault.New(fault.Invalid, "lot_unknown", "There is no lot %q in this market.", lot).With("lot", lot)
		}
	}
	for i := range p.Demands {
		if n, changed := w.Priorities[p.Demands[i].Gate]; changed {
			p.Demands[i].Priority = n
		}
		if !own {
			p.Demands[i].Rule = ""
		}
	}
	return p, p.Validate()
}
