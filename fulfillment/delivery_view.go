package fulfillment

import (
	"slices"
	"time"

	"baimi/app/community"
	"baimi/app/people"
)

// DeliveryView is a bulk delivery as its supplier and its compound see it: what
// and how much for each building, and nothing of any resident.
type DeliveryView struct {
	ID        string          `json:"id"`
	Market    string          `json:"market"`
	Supplier  string          `json:"supplier"`
	Compound  string          `json:"compound"`
	Gate      string          `json:"gate" doc:"Where it arrives; empty: at the compound's first gate."`
	Window    string          `json:"window"`
	Day       string          `json:"day"`
	Trips     int64           `json:"trips"`
	Currency  string          `json:"currency"`
	State     DeliveryState   `json:"state"`
	Lots      []DropLot       `json:"lots"`
	Buildings []BuildingTotal `json:"buildings" doc:"In natural order: the packing sheet."`
	Receipt   *GateReceipt    `json:"receipt,omitempty"`
	Runs      []string        `json:"runs,omitempty" doc:"For the compound only."`
	Open      int             `json:"open" doc:"Parcels without an outcome."`
	History   []Step          `json:"history"`
}

// BuildingTotal is what a building gets of each lot.
type BuildingTotal struct {
	Building string     `json:"building"`
	Doors    int        `json:"doors"`
	Lots     []LotTotal `json:"lots"`
}

// LotTotal is units of one lot.
type LotTotal struct {
	Lot      string `json:"lot"`
	Quantity int64  `json:"quantity"`
	Received int64  `json:"received" doc:"After the gate's count; 0 before."`
}

// Sees tells whether the actor may see the delivery: its supplier, or the compound's coordinator.
func (d *BulkDelivery) Sees(a people.Actor) bool {
	return a.Is(people.Supplier, d.Supplier) || a.Is(people.Coordinator, d.Compound)
}

// View is the delivery for one of those who may see it.
func (d *BulkDelivery) View(a people.Actor) DeliveryView {
	v := DeliveryView{
		ID: d.ID, Market: d.Market, Supplier: d.Supplier, Compound: d.Compound, Gate: d.At, Window: d.Window, Day: d.Day, Trips: d.Trips,
		Currency: d.Currency, State: d.State, Lots: d.Lots, Receipt: d.Receipt, History: d.History, Buildings: d.buildings(),
	}
	for _, p := range d.Parcels {
		if p.Outcome == "" && (d.Receipt == nil || p.Received > 0) {
			v.Open++
		}
	}
	if a.Is(people.Coordinator, d.Compound) {
		v.Runs = d.Runs
		return v
	}
	v.History = make([]Step, len(d.History))
	for i, s := range d.History {
		v.History[i] = Step{At: s.At, Kind: s.Kind}
	}
	if d.Receipt != nil {
		counted := *d.Receipt
		counted.By = ""
		v.Receipt = &counted
	}
	return v
}

// withoutPhoto is the delivery in a list.
func (v DeliveryView) withoutPhoto() DeliveryView {
	if v.Receipt != nil {
		counted := *v.Receipt
		counted.Photo = ""
		v.Receipt = &counted
	}
	return v
}

func (d *BulkDelivery) buildings() []BuildingTotal {
	totals := map[string]*BuildingTotal{}
	doors := map[string]bool{}
	for _, p := range d.Parcels {
		_, door, err := community.ParseHouseholdID(p.Household)
		if err != nil {
			continue
		}
		b := totals[door.Building]
		if b == nil {
			b = &BuildingTotal{Building: door.Building, Lots: []LotTotal{}}
			totals[door.Building] = b
		}
		if !doors[p.Household] {
			doors[p.Household] = true
			b.Doors++
		}
		i := slices.IndexFunc(b.Lots, func(l LotTotal) bool { return l.Lot == p.Lot })
		if i < 0 {
			i = len(b.Lots)
			b.Lots = append(b.Lots, LotTotal{Lot: p.Lot})
		}
		b.Lots[i].Quantity += p.Quantity
		b.Lots[i].Received += p.Received
	}
	all := make([]BuildingTotal, 0, len(totals))
	for _, b := range totals {
		slices.SortFunc(b.Lots, func(x, y LotTotal) int { return community.Natural(x.Lot, y.Lot) })
		all = append(all, *b)
	}
	slices.SortFunc(all, func(a, b BuildingTotal) int { return community.Natural(a.Building, b.Building) })
	return all
}

// RunView is a run as a courier or the coordinator sees it.
type RunView struct {
	ID          string     `json:"id"`
	Compound    string     `json:"compound"`
	Gate        string     `json:"gate" doc:"Where it begins and ends; empty: at the compound's first gate."`
	From        *GateName  `json:"from,omitempty" doc:"What that gate is called, where there are several."`
	Deliveries  []string   `json:"deliveries"`
	Kind        string     `json:"kind"`
	Mine        bool       `json:"mine"`
	Courier     string     `json:"courier,omitempty" doc:"For the coordinator only."`
	For         string     `json:"for,omitempty" doc:"For the coordinator only: whom it is proposed to."`
	ForMe       bool       `json:"for_me,omitempty" doc:"It is proposed to me; anybody may take it."`
	State       RunState   `json:"state"`
	Slot        string     `json:"slot,omitempty" doc:"Which of the shift's helpers it was planned for."`
	Trip        int64      `json:"trip,omitempty" doc:"Of that helper, from 1."`
	Stops       []StopView `json:"stops"`
	Parcels     int64      `json:"parcels"`
	Loaded      int64      `json:"loaded"`
	Grams       int64      `json:"grams"`
	Millilitres int64      `json:"millilitres"`
	Seconds     int64      `json:"seconds"`
	Floors      int64      `json:"floors"`
	Holds       int64      `json:"holds,omitempty" doc:"Millilitres that its helper carries at a time."`
	NoStairs    bool       `json:"no_stairs,omitempty" doc:"It was planned for a helper who takes none."`
	Pace        Pace       `json:"pace,omitempty" doc:"Of the helper that it was planned for."`
	Locked      bool       `json:"locked"`
	History     []Step     `json:"history,omitempty" doc:"For the coordinator only."`
	Created     time.Time  `json:"created"`
}

// StopView is a stop with what its reader may know of the door.
type StopView struct {
	Seq      int           `json:"seq"`
	Building string        `json:"building"`
	ID       string        `json:"id,omitempty"`
	Unit     string        `json:"unit,omitempty"`
	Room     string        `json:"room,omitempty"`
	Label    string        `json:"label,omitempty" doc:"On the bag: building, unit and room."`
	Floor    int           `json:"floor,omitempty"`
	Bag      int           `json:"bag,omitempty" doc:"In the order of loading: 1 goes in first and is the last stop's."`
	Name     string        `json:"name,omitempty"`
	Note     string        `json:"note,omitempty"`
	Arrives  int64         `json:"arrives" doc:"Planned, in seconds after leaving the gate."`
	By       int64         `json:"by" doc:"Promised: nine of ten times not later."`
	Parcels  []CarriedView `json:"parcels"`
	Handover *Handover     `json:"handover,omitempty"`
	Tries    int64         `json:"tries,omitempty" doc:"How often nobody answered, in earlier runs."`
	Again    bool          `json:"again,omitempty" doc:"It is tried again in another run."`
}

// CarriedView is a parcel on board.
type CarriedView struct {
	NameZh   string `json:"name_zh"`
	NameEn   string `json:"name_en"`
	Unit     string `json:"unit"`
	Handling string `json:"handling"`
	Quantity int64  `json:"quantity"`
}

// Sees tells whether the actor may see the run: the coordinator, its courier,
// and while it is offered every courier of the compound.
func (r *Run) Sees(a people.Actor) bool {
	return a.Is(people.Coordinator, r.Compound) || a.SignedIn() && r.Courier == a.Account ||
		r.State == Offered && a.Is(people.Courier, r.Compound)
}

// View is the run for one of those who may see it. A courier sees a door from
// accepting the run until two hours after the hand-over.
func (r *Run) View(a people.Actor, now time.Time) RunView {
	coordinator, mine := a.Is(people.Coordinator, r.Compound), r.Courier != "" && r.Courier == a.Account
	v := RunView{
		ID: r.ID, Compound: r.Compound, Gate: r.Gate, From: r.From, Deliveries: r.Deliveries, Kind: r.Kind, Mine: mine, State: r.State, Stops: []StopView{},
		Parcels: r.Parcels, Loaded: r.Loaded, Grams: r.Grams, Millilitres: r.Millilitres, Seconds: r.Seconds, Floors: r.Floors,
		ForMe: r.For != "" && r.For == a.Account, Locked: r.Locked, Slot: r.Slot, Trip: r.Trip, Created: r.Created,
		Holds: r.Holds, NoStairs: r.NoStairs, Pace: r.Pace,
	}
	if coordinator {
		v.Courier, v.For, v.History = r.Courier, r.For, r.History
	}
	for i := range r.Stops {
		s := &r.Stops[i]
		known := coordinator || mine && (s.Handover == nil || now.Before(s.Handover.Synced.Add(doorsAfter)))
		stop := s.view(i+1, known)
		if known {
			stop.Bag = r.bag(i)
		}
		v.Stops = append(v.Stops, stop)
	}
	return v
}

// withoutPhotos is the run in a list.
func (v RunView) withoutPhotos() RunView {
	for i := range v.Stops {
		if h := v.Stops[i].Handover; h != nil {
			told := *h
			told.Photo = ""
			v.Stops[i].Handover = &told
		}
	}
	return v
}

func (s *Stop) view(seq int, known bool) StopView {
	v := StopView{Seq: seq, Building: s.Building, Arrives: s.Arrives, By: s.By, Parcels: []CarriedView{}}
	for _, p := range s.Parcels {
		v.Parcels = append(v.Parcels, CarriedView{p.NameZh, p.NameEn, p.Unit, p.Handling, p.Quantity})
	}
	if known {
		v.ID, v.Unit, v.Room, v.Label, v.Name, v.Note, v.Handover = s.ID, s.Unit, s.Room, s.Label, s.Name, s.Note, s.Handover
		v.Floor, v.Tries, v.Again = s.door().Floor(), s.Tries, s.Again
	}
	return v
}
