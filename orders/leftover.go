package orders

import (
	"context"
	"slices"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
)

// Again is goods of a done round that nobody took at their door and that were
// offered to the building in another round.
type Again struct {
	Item     string `json:"item"`
	Lot      string `json:"lot"`
	Quantity int64  `json:"quantity"`
	Round    string `json:"round"`
}

// Leftover is where the goods of a round come from that sells what another left over.
type Leftover struct {
	Round    string `json:"round"`
	Lot      string `json:"lot"`
	Supplier string `json:"supplier"`
}

// untaken are the outcomes after which goods stand in the lobby.
var untaken = []string{"refused", "no_answer", "incident"}

// LeftOver counts the units of an item's lot that arrived, that no door took,
// and that have not been offered again; supplier is who brought them.
func (g *GroupBuy) LeftOver(item, lot string) (units int64, supplier string) {
	for _, p := range g.Participants {
		for _, l := range p.Lines {
			for _, s := range l.Served {
				if l.Item == item && s.Lot == lot && slices.Contains(untaken, s.Outcome) {
					units += s.Received - s.Handed
					supplier = s.Supplier
				}
			}
		}
	}
	for _, a := range g.Again {
		if a.Item == item && a.Lot == lot {
			units -= a.Quantity
		}
	}
	return units, supplier
}

// Left is what no door took of a lot, and is not offered again yet.
type Left struct {
	Item      string `json:"item"`
	Lot       string `json:"lot"`
	Units     int64  `json:"units"`
	NameZh    string `json:"name_zh"`
	NameEn    string `json:"name_en"`
	UnitPrice int64  `json:"unit_price" doc:"What a unit cost in this round, in minor units."`
}

// leftOver lists what may be offered to the building, in the order of the doors it was for.
func (g *GroupBuy) leftOver() []Left {
	var all []Left
	for _, p := range g.Participants {
		for _, l := range p.Lines {
			for _, s := range l.Served {
				known := slices.ContainsFunc(all, func(m Left) bool { return m.Item == l.Item && m.Lot == s.Lot })
				if units, _ := g.LeftOver(l.Item, s.Lot); units > 0 && !known {
					it, _ := g.Item(l.Item)
					zh, en := g.nameOf(it, s.Lot)
					all = append(all, Left{l.Item, s.Lot, units, zh, en, s.UnitPrice})
				}
			}
		}
	}
	return all
}

// OfferAgain sets units aside for a round that offers them to the building. The
// same round asking again changes nothing.
func (g *GroupBuy) OfferAgain(a Again, now time.Time) error {
	if slices.ContainsFunc(g.Again, func(b Again) bool { return b.Round == a.Round }) {
		return nil
	}
	left, _ := g.LeftOver(a.Item, a.Lot)
	if a.Quantity < 1 || a.Quantity > left {
		return fault.New(fault.Conflict, "leftover_short", "%d units are left over, not %d.", left, a.Quantity).With("left", left).With("asked", a.Quantity)
	}
	if len(g.Again) >= 100 {
		return fault.New(fault.Conflict, "leftover_often", "Leftovers of this round were offered 100 times already.")
	}
	g.Again = append(g.Again, a)
	g.note(now, "offered_again", "", a.Round)
	return nil
}

// serveLeftover gives every line its goods, which stand in the lobby already.
func (g *GroupBuy) serveLeftover(now time.Time) {
	from := g.Leftover
	for i := range g.Participants {
		for j := range g.Participants[i].Lines {
			l := &g.Participants[i].Lines[j]
			it, _ := g.Item(l.Item)
			l.Served = []Served{{
				Delivery: leftoverDelivery(from.Round), Lot: from.Lot, Supplier: from.Supplier,
				Quantity: l.Quantity, UnitPrice: it.UnitCap, Counted: true, Received: l.Quantity,
			}}
		}
	}
	g.State = Delivering
	g.note(now, "delivering", "", leftoverDelivery(from.Round))
	g.MoneyChanged("")
}

func leftoverDelivery(round string) string { return "leftover:" + round }

// Pick writes down that a household took its leftovers from the lobby, or that
// it did not come. Only rounds of leftovers are handed over so; couriers hand
// over the others.
func (g *GroupBuy) Pick(household, outcome string, now time.Time) error {
	if g.Leftover == nil {
		return fault.New(fault.Conflict, "round_by_courier", "This round is handed over by couriers, run by run.")
	}
	p, ok := g.Participant(household)
	if !ok {
		return fault.New(fault.NotFound, "household_unknown", "%s is not in this round.", household).With("household", household)
	}
	for _, l := range p.Lines {
		handed := int64(0)
		if outcome == "door" {
			handed = l.Quantity
		}
		part := Part{leftoverDelivery(g.Leftover.Round), household, l.Item, g.Leftover.Lot}
		if err := g.Hand(part, handed, outcome, now); err != nil {
			return err
		}
	}
	return nil
}

// OfferLeftovers opens a round for what a done one left over: first the units
// are set aside there, then the round is made, so that a crash in between sells
// nothing twice and is mended by asking again.
func (o *Orders) OfferLeftovers(ctx context.Context, from, by string, a Again, price int64, closes time.Time) (GroupBuy, error) {
	source, err := o.Update(ctx, from, func(g *GroupBuy, now time.Time) error { return g.OfferAgain(a, now) })
	if err != nil {
		return source, err
	}
	it, ok := source.Item(a.Item)
	if !ok {
		return source, fault.New(fault.Invalid, "unknown_item", "This round has no item %q.", a.Item).With("item", a.Item)
	}
	_, supplier := source.LeftOver(a.Item, a.Lot)
	offer := *it
	offer.NameZh, offer.NameEn = source.nameOf(it, a.Lot)
	offer.Lot, offer.UnitCap, offer.CaseSize, offer.Limit, offer.Most = "", price, 1, 0, a.Quantity
	_, err = o.Draft(ctx, GroupBuy{
		Doc: db.Doc{ID: a.Round}, Compound: source.Compound, Building: source.Building, Leader: by, Currency: source.Currency,
		Title: source.Title, Items: []Item{offer}, Opens: o.now().UTC(), Closes: closes.UTC(), Rule: First, WaitList: true,
		Leftover: &Leftover{Round: source.ID, Lot: a.Lot, Supplier: supplier},
	})
	if err != nil {
		return source, err
	}
	return o.Update(ctx, a.Round, func(g *GroupBuy, now time.Time) error { return g.Publish(by, now) })
}
