package fulfillment

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"baimi/app/community"
	"baimi/app/db"
	"baimi/app/fault"
	"baimi/catalog"
	"baimi/fulfillment/routing"
)

// Pace is how fast a courier is on the way, in a word that a coordinator can say.
type Pace string

// percent is how long a courier of that pace takes for the usual way's time.
func (p Pace) percent() int64 {
	switch p {
	case "slower":
		return 150
	case "faster":
		return 75
	}
	return 100
}

// Team is how many couriers of a kind help, and what each carries at a time.
type Team struct {
	Kind        string `json:"kind" enum:"foot,cart,e-bike"`
	Count       int64  `json:"count" minimum:"0" maximum:"100"`
	Millilitres int64  `json:"millilitres" minimum:"0" doc:"What one carries at a time; 0: the kind's usual load."`
	Minutes     int64  `json:"minutes" minimum:"0" maximum:"720" doc:"How long they help; 0: three hours."`
	NoStairs    bool   `json:"no_stairs,omitempty" doc:"They cannot climb."`
	Pace        Pace   `json:"pace,omitempty" enum:"slower,usual,faster," doc:"How fast they are on the way."`

	Who []string `json:"who,omitempty" maxItems:"100" doc:"Accounts of those who are known by name: runs are proposed to them, and what they carried in the last weeks counts."`
}

// who is the account of the k-th of the team, where it is known.
func (t Team) who(k int64) string {
	if k < int64(len(t.Who)) {
		return t.Who[k]
	}
	return ""
}

// Split divides arrived deliveries of one gate into runs, one door once even
// where several deliveries go there. What is offered at this gate and nobody has
// accepted is planned together with it. Without teams it is for those who help
// already. The same split asked for twice is one.
func (f *Fulfillment) Split(ctx context.Context, id, gate string, deliveries []string, teams []Team, by string, o routing.Options) ([]Run, []LeftStop, error) {
	site, err := f.siteOf(ctx, gate)
	if err != nil {
		return nil, nil, err
	}
	stops, err := f.stopsOf(ctx, gate, deliveries)
	if err != nil {
		return nil, nil, err
	}
	if len(stops) == 0 {
		runs, err := f.runsOf(ctx, deliveries)
		return runs, nil, err
	}
	shift, err := f.shift(ctx, gate, teams)
	if err != nil {
		return nil, nil, err
	}
	p, err := f.gather(ctx, &site, &shift, deliveries)
	if err != nil {
		return nil, nil, err
	}
	return f.plan(ctx, p, id, by, o)
}

// siteOf is the compound of a gate.
func (f *Fulfillment) siteOf(ctx context.Context, gate string) (community.Compound, error) {
	compound, _ := community.ParseGateID(gate)
	return f.community.Compound(ctx, compound)
}

func (f *Fulfillment) runsOf(ctx context.Context, deliveries []string) ([]Run, error) {
	var runs []Run
	for _, id := range deliveries {
		for r, err := range f.Runs.Find(ctx, db.Where("deliveries", id)) {
			if err != nil {
				return nil, err
			}
			if !slices.ContainsFunc(runs, func(o Run) bool { return o.ID == r.ID }) {
				runs = append(runs, r)
			}
		}
	}
	return runs, nil
}

// stopsOf gathers the parcels that wait at the gate, a stop a household.
func (f *Fulfillment) stopsOf(ctx context.Context, gate string, deliveries []string) ([]Stop, error) {
	stops := map[string]*Stop{}
	products := map[string]catalog.Product{}
	for _, id := range deliveries {
		d, err := f.Deliveries.Look(ctx, id)
		if err != nil {
			return nil, err
		}
		if compound, _ := community.ParseGateID(gate); d.Compound != compound {
			return nil, notFound()
		}
		if d.gate() != gate {
			return nil, fault.New(fault.Invalid, "gates_differ", "These deliveries are at different gates. Please split them gate by gate.")
		}
		if d.State != Arrived && d.State != Split {
			return nil, d.wrongState("split")
		}
		for i := range d.Parcels {
			if p := &d.Parcels[i]; p.waits() {
				c, err := f.carried(ctx, d, i, products)
				if err != nil {
					return nil, err
				}
				if stops[p.Household] == nil {
					if stops[p.Household], err = f.stop(ctx, p); err != nil {
						return nil, err
					}
				}
				s := stops[p.Household]
				s.Parcels = append(s.Parcels, c)
				s.Tries = max(s.Tries, p.Tries)
				if c.Handling == string(catalog.Hot) && d.Receipt != nil {
					s.hotBy(d.Receipt.At)
				}
			}
		}
	}
	return inOrder(stops), nil
}

// hotBy says until when the stop's hot meals are to be at the door.
func (s *Stop) hotBy(arrived time.Time) {
	if by := arrived.Add(hotFor); s.HotBy.IsZero() || by.Before(s.HotBy) {
		s.HotBy = by
	}
}

// inOrder puts the stops in natural order.
func inOrder(stops map[string]*Stop) []Stop {
	all := make([]Stop, 0, len(stops))
	for _, s := range stops {
		all = append(all, *s)
	}
	slices.SortFunc(all, func(a, b Stop) int { return a.door().Compare(b.door()) })
	return all
}

func (s *Stop) door() community.Door {
	return community.Door{Building: s.Building, Unit: s.Unit, Room: s.Room}
}

func (f *Fulfillment) carried(ctx context.Context, d *BulkDelivery, i int, products map[string]catalog.Product) (Carried, error) {
	p := &d.Parcels[i]
	k := slices.IndexFunc(d.Lots, func(l DropLot) bool { return l.Lot == p.Lot })
	of, known := products[d.Lots[k].Product]
	if !known {
		var err error
		if of, err = f.catalog.Products.Get(ctx, d.Lots[k].Product); err != nil {
			return Carried{}, err
		}
		products[of.ID] = of
	}
	return Carried{
		Delivery: d.ID, Index: i, GroupBuy: p.GroupBuy, Item: p.Item, Lot: p.Lot, NameZh: of.NameZh, NameEn: of.NameEn,
		Unit: of.Unit, Handling: string(of.Handling), Quantity: p.Received, Grams: of.Grams, Millilitres: of.Millilitres,
	}, nil
}

// stop describes a household's door as a courier may know it.
func (f *Fulfillment) stop(ctx context.Context, p *Parcel) (*Stop, error) {
	_, door, err := community.ParseHouseholdID(p.Household)
	if err != nil {
		return nil, err
	}
	home, err := f.community.Household(ctx, p.Household)
	if err != nil {
		return nil, err
	}
	name := ""
	g, err := f.orders.GroupBuys.Look(ctx, p.GroupBuy)
	if err != nil {
		return nil, err
	}
	if at, ok := g.Participant(p.Household); ok {
		name = polite(at.Name)
	}
	return &Stop{ID: p.Household, Building: door.Building, Unit: door.Unit, Room: door.Room, Label: label(door), Name: name, Note: home.HandlingNote}, nil
}

// label is what stands on a door's bag: 3-2-0501.
func label(d community.Door) string {
	room := d.Room
	if _, err := strconv.Atoi(room); err == nil {
		room = fmt.Sprintf("%04s", room)
	}
	return d.Building + "-" + d.Unit + "-" + room
}
