package fulfillment

import (
	"slices"
	"time"

	"baimi/app/community"
	"baimi/app/db"
	"baimi/app/fault"
	"baimi/fulfillment/matching"
)

// DeliveryState is where a bulk delivery stands.
//
//	planned ─▶ confirmed ─▶ dispatched ─▶ arrived ─▶ split ─▶ done
//	   │└─────────┴─────────────┴─▶ refused      its market plans again without it
//	   └◀─▶ replanning ─▶ replaced               its market plans again, with or without it
type DeliveryState string

const (
	Planned    DeliveryState = "planned"
	Confirmed  DeliveryState = "confirmed"
	Dispatched DeliveryState = "dispatched"
	Arrived    DeliveryState = "arrived"
	Split      DeliveryState = "split"
	Delivered  DeliveryState = "done"
	Refused    DeliveryState = "refused"
	Replanning DeliveryState = "replanning"
	Replaced   DeliveryState = "replaced"
)

// BulkDelivery is what one supplier brings to one gate in one window: a drop. Gates
// are named as their compound names them, its first one by an empty name.
// It is bounded by the gate's orders of one market: at most 20,000 parcels.
type BulkDelivery struct {
	db.Doc
	Market   string        `json:"market"`
	Supplier string        `json:"supplier"`
	Compound string        `json:"compound"`
	Gate     string        `json:"gate,omitempty"` // where it was planned to arrive
	At       string        `json:"at,omitempty"`   // where it arrives: there, or where a coordinator has said
	Window   string        `json:"window"`         // am, pm, evening; empty: any
	Day      string        `json:"day"`            // 2022-04-18, local
	Trips    int64         `json:"trips"`
	Currency string        `json:"currency"`
	Rule     matching.Rule `json:"rule"` // by which a shortfall is shared
	Seed     int64         `json:"seed"`
	State    DeliveryState `json:"state"`
	Lots     []DropLot     `json:"lots"`
	Parcels  []Parcel      `json:"parcels"`
	Receipt  *GateReceipt  `json:"receipt,omitempty"`
	Runs     []string      `json:"runs"`
	Effects  []Effect      `json:"effects"` // what others are still to be told
	History  []Step        `json:"history"`
}

// DropLot is one lot's part of the drop.
type DropLot struct {
	Lot       string `json:"lot"`
	Product   string `json:"product"`
	NameZh    string `json:"name_zh"`
	NameEn    string `json:"name_en"`
	Unit      string `json:"unit"`
	Quantity  int64  `json:"quantity"`
	UnitPrice int64  `json:"unit_price"`
	Instead   string `json:"instead,omitempty"` // the lot that was short, where this came in its place
}

// Parcel is what one household gets of one lot in this delivery.
type Parcel struct {
	GroupBuy  string        `json:"group_buy"`
	Household string        `json:"household"`
	Item      string        `json:"item"`
	Lot       string        `json:"lot"`
	Priority  int64         `json:"priority"`
	Rule      matching.Rule `json:"rule,omitempty"`  // by which its round shares; empty: the market's
	Quantity  int64         `json:"quantity"`        // allocated
	Received  int64         `json:"received"`        // after the count and the shortfall's share
	Run       string        `json:"run,omitempty"`   // empty: it waits at the gate
	Tries     int64         `json:"tries,omitempty"` // how often nobody answered, in earlier runs
	Outcome   string        `json:"outcome"`         // at the door; empty while it is on its way
}

// Step is one line of a document's history.
type Step struct {
	At   time.Time `json:"at"`
	Kind string    `json:"kind"`
	By   string    `json:"by,omitempty"`
	Note string    `json:"note,omitempty"`
}

// Effect is what a round, a lot or a delivery is still to be told because of
// this document. Telling twice is harmless.
type Effect struct {
	Kind string `json:"kind"`
	Of   string `json:"of"` // the round, lot, market or supplier
}

// The kinds of effects of a delivery.
const (
	tellDispatched = "dispatched"
	tellReceived   = "received"
	tellReleased   = "released"   // to a lot: what the delivery does not take of it any more is given back
	tellMarket     = "plan"       // to the market: it plans again
	tellOrdered    = "ordered"    // to the supplier: there is a delivery to confirm
	tellComing     = "coming"     // to the compound's coordinators: it is on its way
	tellSupplier   = "replanned"  // to the supplier: look at the delivery again
	tellSmaller    = "smaller"    // to the supplier: bring less
	tellUnsaid     = "unsaid"     // to the supplier: say when a delivery leaves
	tellGate       = "gate"       // to the compound's coordinators: it will not come
	tellRedirected = "redirected" // to the supplier: bring it to another gate
)

// delivery of a drop, as planned.
func deliveryOf(a *Allocation, drop *matching.Drop, of *goods, now time.Time) BulkDelivery {
	compound, gate := community.ParseGateID(drop.Gate)
	d := BulkDelivery{
		Doc: db.Doc{ID: deliveryID(a.ID, drop)}, Market: a.ID, Supplier: supplierID(drop.Supplier), Compound: compound, Gate: gate, At: gate,
		Window: drop.Window, Day: a.Day, Trips: drop.Trips, Currency: of.currency[drop.Gate], Rule: a.Rule, Seed: a.Seed, State: Planned,
		Runs: []string{}, History: []Step{{At: now.UTC(), Kind: string(Planned)}},
	}
	d.Effects = []Effect{{tellOrdered, d.Supplier}}
	for _, l := range drop.Lots {
		lot := of.lots[l.Lot]
		lot.Quantity, lot.UnitPrice = l.Quantity, l.UnitPrice
		d.Lots = append(d.Lots, lot)
	}
	for _, s := range drop.Served {
		groupBuy, household, item := splitDemand(s.Demand)
		d.Parcels = append(d.Parcels, Parcel{
			GroupBuy: groupBuy, Household: household, Item: item, Lot: s.Lot, Quantity: s.Quantity, Priority: of.asked[s.Demand].Priority, Rule: of.asked[s.Demand].Rule,
		})
	}
	return d
}

func (d *BulkDelivery) groupBuys() []string {
	var ids []string
	for i := range d.Parcels {
		if id := d.Parcels[i].GroupBuy; !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

func (d *BulkDelivery) step(state DeliveryState, by, note string, now time.Time) {
	d.State = state
	d.History = append(d.History, Step{At: now.UTC(), Kind: string(state), By: by, Note: note})
}

func (d *BulkDelivery) tellRounds(kind string) {
	for _, id := range d.groupBuys() {
		d.Effects = append(d.Effects, Effect{kind, id})
	}
}

func (d *BulkDelivery) tellLots() {
	for _, l := range d.Lots {
		d.Effects = append(d.Effects, Effect{tellReleased, l.Lot})
	}
}

// takes is what the delivery takes of a lot.
func (d *BulkDelivery) takes(lot string) (n int64) {
	for _, l := range d.Lots {
		if l.Lot == lot && d.State != Refused && d.State != Replaced {
			n += l.Quantity
		}
	}
	return n
}

// Without leaves the parcels of rounds that are cancelled out of a delivery that
// stays as it is otherwise. What is at the gate already stays there.
func (d *BulkDelivery) Without(cancelled func(groupBuy string) bool, now time.Time) {
	gone := func(p Parcel) bool { return p.Run == "" && p.Outcome == "" && cancelled(p.GroupBuy) }
	if !slices.ContainsFunc(d.Parcels, gone) {
		return
	}
	if d.Receipt != nil {
		for i := range d.Parcels {
			if gone(d.Parcels[i]) {
				d.Parcels[i].Outcome = string(Failed)
			}
		}
		return
	}
	d.tellLots()
	d.Parcels = slices.DeleteFunc(d.Parcels, gone)
	for i := range d.Lots {
		d.Lots[i].Quantity = 0
		for _, p := range d.Parcels {
			if p.Lot == d.Lots[i].Lot {
				d.Lots[i].Quantity += p.Quantity
			}
		}
	}
	d.Lots = slices.DeleteFunc(d.Lots, func(l DropLot) bool { return l.Quantity == 0 })
	if len(d.Lots) == 0 {
		d.step(Replaced, "", "cancelled", now)
		d.Effects = append(d.Effects, Effect{tellSupplier, d.Supplier})
		return
	}
	d.History = append(d.History, Step{At: now.UTC(), Kind: tellSmaller})
	d.Effects = append(d.Effects, Effect{tellSmaller, d.Supplier})
}

// Told takes an effect out that has been done.
func (d *BulkDelivery) Told(e Effect) {
	if i := slices.Index(d.Effects, e); i >= 0 {
		d.Effects = slices.Delete(d.Effects, i, i+1)
	}
}

func (d *BulkDelivery) wrongState(done string) error {
	return fault.New(fault.Conflict, "delivery_state", "The delivery is %s, so it cannot be %s.", d.State, done).
		With("state", string(d.State)).With("done", done)
}

// Confirm is the supplier's word that it will come.
func (d *BulkDelivery) Confirm(by string, now time.Time) error {
	if d.State == Confirmed {
		return nil
	}
	if d.State != Planned {
		return d.wrongState("confirmed")
	}
	d.step(Confirmed, by, "", now)
	return nil
}

// Refuse says that the delivery will not come, or is turned away at the gate.
// Nobody owes anything for it, its lots have their units back, and its market plans
// again for those who were to get something. Both sides are told.
func (d *BulkDelivery) Refuse(by, why string, now time.Time) error {
	switch d.State {
	case Refused:
		return nil
	case Planned, Confirmed, Dispatched:
	default:
		return d.wrongState("refused")
	}
	d.step(Refused, by, why, now)
	d.tellLots()
	d.Effects = append(d.Effects, Effect{tellMarket, d.Market}, Effect{tellSupplier, d.Supplier}, Effect{tellGate, d.Compound})
	return nil
}

// Dispatch says that the delivery is on its way.
func (d *BulkDelivery) Dispatch(by string, now time.Time) error {
	switch d.State {
	case Dispatched:
		return nil
	case Planned, Confirmed:
	default:
		return d.wrongState("dispatched")
	}
	d.step(Dispatched, by, "", now)
	d.tellRounds(tellDispatched)
	d.Effects = append(d.Effects, Effect{tellComing, d.Compound})
	return nil
}

// Boarding is parcels that change from one run, or the gate, to another; an
// empty run is the gate.
type Boarding struct {
	From, To string
	Parcels  []int
	Tries    int64 // how often nobody answered before
}

// Board says which run carries which parcels. It is the last word on that:
// parcels that are not where they are said to come from stay where they are.
// The first run makes the drop split.
func (d *BulkDelivery) Board(all []Boarding, now time.Time) error {
	if d.State != Arrived && d.State != Split && d.State != Delivered {
		return d.wrongState("split")
	}
	for _, b := range all {
		for _, i := range b.Parcels {
			if d.waitsIn(i, b.From) {
				d.Parcels[i].Run, d.Parcels[i].Tries = b.To, b.Tries
			}
		}
	}
	d.listRuns(all)
	if d.State == Arrived && len(d.Runs) > 0 {
		d.step(Split, "", "", now)
	}
	return nil
}

// waits tells whether the parcel is at the gate and in no run.
func (p Parcel) waits() bool { return p.Received > 0 && p.Run == "" && p.Outcome == "" }

func (d *BulkDelivery) waitsIn(parcel int, run string) bool {
	return parcel >= 0 && parcel < len(d.Parcels) && d.Parcels[parcel].Run == run && d.Parcels[parcel].Outcome == ""
}

// listRuns brings the list of runs in line with the parcels.
func (d *BulkDelivery) listRuns(joined []Boarding) {
	carry := map[string]bool{}
	for i := range d.Parcels {
		carry[d.Parcels[i].Run] = true
	}
	carry[""] = false
	d.Runs = slices.DeleteFunc(d.Runs, func(run string) bool {
		listed := carry[run]
		carry[run] = false
		return !listed
	})
	for _, b := range joined {
		if carry[b.To] {
			d.Runs = append(d.Runs, b.To)
			carry[b.To] = false
		}
	}
}

// Hand writes down how a parcel's way ended, as the run that carries it says; an
// empty outcome opens it again.
func (d *BulkDelivery) Hand(run string, parcel int, outcome string, now time.Time) error {
	if parcel < 0 || parcel >= len(d.Parcels) || d.Parcels[parcel].Run != run {
		return fault.New(fault.Conflict, "parcel_elsewhere", "This parcel is not in the run.")
	}
	d.Parcels[parcel].Outcome = outcome
	open := slices.ContainsFunc(d.Parcels, func(p Parcel) bool { return p.Received > 0 && p.Outcome == "" })
	switch {
	case !open && d.State == Split:
		d.step(Delivered, "", "", now)
	case open && d.State == Delivered:
		d.step(Split, "", "reopened", now)
	}
	return nil
}
