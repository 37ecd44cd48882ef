package fulfillment

import (
	"context"
	"slices"

	"baimi/app/community"
	"baimi/app/db"
	"baimi/app/people"
	"baimi/fulfillment/matching"
	"baimi/orders"
)

// Advice is what a leader could do before a market runs, as the matcher sees
// the compound's orders and the stock of the moment.
type Advice struct {
	NextPrices []NextPrice `json:"next_prices" doc:"What the gate is not far from, the nearest first."`
	Pools      []Pooled    `json:"pools" doc:"What buildings reach together and none alone."`
	Merges     []Merged    `json:"merges" doc:"Rounds that go to the same doors."`
}

// NextPrice is a price that a few units more at the gate would reach.
type NextPrice struct {
	Product   string `json:"product"`
	NameZh    string `json:"name_zh"`
	NameEn    string `json:"name_en"`
	Unit      string `json:"unit"`
	Short     int64  `json:"short" doc:"Units more that it takes."`
	UnitPrice int64  `json:"unit_price" doc:"Now, in minor units."`
	NextPrice int64  `json:"next_price" doc:"Then, for every unit."`
}

// Pooled is a supplier's minimum that this building and its neighbours reach together.
type Pooled struct {
	Product   string   `json:"product"`
	NameZh    string   `json:"name_zh"`
	NameEn    string   `json:"name_en"`
	Unit      string   `json:"unit"`
	Minimum   int64    `json:"minimum"`
	Wanted    int64    `json:"wanted" doc:"By all of them."`
	Buildings []string `json:"buildings" doc:"The neighbours, in natural order."`
}

// Merged is rounds that share households with this one.
type Merged struct {
	Rounds     []string `json:"rounds" doc:"The titles of the others."`
	FewerTrips int64    `json:"fewer_trips" doc:"Ways to a door that are saved by carrying them together."`
}

// adviceMoves is how long the matcher looks for a plan; a compound's evening is solved in fewer.
const adviceMoves = 300

// Advise looks at a round that no market has yet, beside what the rest of its
// compound orders.
func (f *Fulfillment) Advise(ctx context.Context, g *orders.GroupBuy) (Advice, error) {
	a := Advice{NextPrices: []NextPrice{}, Pools: []Pooled{}, Merges: []Merged{}}
	if g.Market != "" || g.State != orders.Open && g.State != orders.Closed {
		return a, nil
	}
	at, err := f.community.Compound(ctx, g.Compound)
	if err != nil {
		return a, err
	}
	rounds, err := f.roundsToCome(ctx, at.ID)
	if err != nil {
		return a, err
	}
	s, err := f.stock(ctx)
	if err != nil {
		return a, err
	}
	problem := problemOf([]community.Compound{at}, rounds, s)
	plan, err := matching.Solve(ctx, &problem, matching.Options{Seed: 1, Iterations: adviceMoves})
	if err != nil {
		return a, err
	}
	ad := adviser{g: g, gate: community.GateID(at.ID, at.GateOf(g.Building)), rounds: rounds, lots: map[string]string{}}
	for _, l := range problem.Lots {
		ad.lots[l.ID] = l.Product
	}
	for _, n := range matching.NextTiers(&problem, &plan) {
		ad.nextPrice(&a, n)
	}
	for _, p := range matching.Pools(&problem) {
		ad.pool(&a, p)
	}
	for _, m := range matching.Merges(&problem) {
		ad.merge(&a, m)
	}
	return a, nil
}

// roundsToCome are the compound's rounds that the next market may match.
func (f *Fulfillment) roundsToCome(ctx context.Context, compound string) ([]orders.GroupBuy, error) {
	var rounds []orders.GroupBuy
	for _, state := range []orders.State{orders.Open, orders.Closed} {
		some, err := db.All(f.orders.GroupBuys.Find(ctx, db.Where("compound", compound).And("state", state)))
		if err != nil {
			return nil, err
		}
		rounds = append(rounds, some...)
	}
	return slices.DeleteFunc(rounds, func(g orders.GroupBuy) bool { return g.Market != "" || g.Leftover != nil }), nil
}

// adviser says what the matcher found in the words of one round.
type adviser struct {
	g      *orders.GroupBuy
	gate   string // where its goods arrive
	rounds []orders.GroupBuy
	lots   map[string]string // the product of each lot
}

// item is the round's item that a lot could serve.
func (ad *adviser) item(lot string) (*orders.Item, bool) {
	i := slices.IndexFunc(ad.g.Items, func(it orders.Item) bool {
		return it.Product == ad.lots[lot] && (it.Lot == "" || it.Lot == lot)
	})
	if i < 0 {
		return nil, false
	}
	return &ad.g.Items[i], true
}

func (ad *adviser) nextPrice(a *Advice, n matching.NextTier) {
	if it, ours := ad.item(n.Lot); ours && n.Gate == ad.gate {
		a.NextPrices = append(a.NextPrices, NextPrice{it.Product, it.NameZh, it.NameEn, it.Unit, n.Short, n.UnitPrice, n.NextPrice})
	}
}

func (ad *adviser) pool(a *Advice, p matching.Pool) {
	it, ours := ad.item(p.Lot)
	if !ours || !slices.ContainsFunc(p.Groups, func(s matching.Share) bool { return s.Group == ad.g.ID }) {
		return
	}
	known := slices.ContainsFunc(a.Pools, func(o Pooled) bool { return o.Product == it.Product })
	of := Pooled{Product: it.Product, NameZh: it.NameZh, NameEn: it.NameEn, Unit: it.Unit, Minimum: p.Minimum, Buildings: []string{}}
	for _, s := range p.Groups {
		of.Wanted += s.Wanted
		if b := ad.round(s.Group).Building; b != ad.g.Building && !slices.Contains(of.Buildings, b) {
			of.Buildings = append(of.Buildings, b)
		}
	}
	if known || len(of.Buildings) == 0 {
		return
	}
	slices.SortFunc(of.Buildings, community.Natural)
	a.Pools = append(a.Pools, of)
}

func (ad *adviser) merge(a *Advice, m matching.Merge) {
	if !slices.Contains(m.Groups, ad.g.ID) {
		return
	}
	of := Merged{Rounds: []string{}, FewerTrips: m.FewerTrips}
	for _, id := range m.Groups {
		if id != ad.g.ID {
			of.Rounds = append(of.Rounds, ad.round(id).Title)
		}
	}
	a.Merges = append(a.Merges, of)
}

func (ad *adviser) round(id string) *orders.GroupBuy {
	return &ad.rounds[slices.IndexFunc(ad.rounds, func(g orders.GroupBuy) bool { return g.ID == id })]
}

type adviceView struct{ Body Advice }

func (h handlers) advice(ctx context.Context, in *byID) (*adviceView, error) {
	g, err := h.orders.GroupBuys.Get(ctx, in.ID)
	if err == nil && g.Sees(people.From(ctx)) != orders.Leads {
		err = notFound()
	}
	if err != nil {
		return nil, err
	}
	a, err := h.Advise(ctx, &g)
	return &adviceView{a}, err
}
