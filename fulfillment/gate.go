package fulfillment

import (
	"slices"
	"time"

	"baimi/app/community"
	"baimi/app/fault"
	"baimi/orders"
)

// GateReceipt is what the gate counted.
type GateReceipt struct {
	By     string    `json:"by,omitempty" doc:"For the coordinator only."`
	At     time.Time `json:"at"`
	Counts []Count   `json:"counts"`
	Unsaid bool      `json:"unsaid,omitempty" doc:"It was here though its supplier had not said that it left."`
	Photo  string    `json:"photo,omitempty" maxLength:"400000" doc:"A data: URL, 300 KB at most."`
	Note   string    `json:"note,omitempty" maxLength:"500"`
}

// Count is one lot's count at the gate: Good units can be handed on.
type Count struct {
	Lot     string `json:"lot"`
	Good    int64  `json:"good" minimum:"0"`
	Damaged int64  `json:"damaged" minimum:"0"`

	Instead *Replacement `json:"instead,omitempty" doc:"What came in the place of what is missing, for the households that take something like it."`
}

// gate is where the delivery arrives, among all gates.
func (d *BulkDelivery) gate() string { return community.GateID(d.Compound, d.At) }

// Redirect lets the delivery arrive at another gate of its compound, until runs are
// planned from where it is.
func (d *BulkDelivery) Redirect(gate, by string, now time.Time) error {
	switch d.State {
	case Planned, Confirmed, Dispatched, Arrived, Replanning:
	default:
		return d.wrongState("received at another gate")
	}
	if d.At == gate {
		return nil
	}
	d.At = gate
	d.History = append(d.History, Step{At: now.UTC(), Kind: tellRedirected, By: by, Note: gate})
	if d.Receipt == nil {
		d.Effects = append(d.Effects, Effect{tellRedirected, d.Supplier})
	}
	return nil
}

// Count writes down what arrived, lot by lot, and shares a shortfall out, and
// then what came in the place of it; what is still short is planned again for those
// who would rather have something like it. It may be corrected until the drop is
// split. A supplier may forget to say that it has left: then whoever counts says
// that this is the delivery, and the supplier is told.
func (d *BulkDelivery) Count(r GateReceipt, s Substitutes, now time.Time) error {
	if err := d.countable(r.Unsaid); err != nil {
		return err
	}
	d.dropInstead()
	for _, c := range r.Counts {
		if err := d.checkCount(c); err != nil {
			return err
		}
	}
	for _, l := range d.Lots {
		if !slices.ContainsFunc(r.Counts, func(c Count) bool { return c.Lot == l.Lot }) {
			return fault.New(fault.Invalid, "count_missing", "Please count %s too; write 0 if none came.", l.NameEn).
				With("lot", l.Lot).With("name_zh", l.NameZh).With("name_en", l.NameEn)
		}
	}
	r.At, r.Unsaid = now.UTC(), d.unsaid()
	d.Receipt = &r
	for _, c := range r.Counts {
		d.share(c.Lot, c.Good)
		if c.Instead != nil {
			if err := d.replace(c, s); err != nil {
				return err
			}
		}
	}
	d.step(Arrived, r.By, "", now)
	d.tellRounds(tellReceived)
	if r.Unsaid {
		d.Effects = append(d.Effects, Effect{tellUnsaid, d.Supplier})
	}
	if slices.ContainsFunc(d.Parcels, func(p Parcel) bool { return p.missing() > 0 }) {
		d.Effects = append(d.Effects, Effect{tellMarket, d.Market})
	}
	return nil
}

func (d *BulkDelivery) countable(unsaid bool) error {
	switch {
	case d.State == Dispatched, d.State == Arrived, unsaid && (d.State == Planned || d.State == Confirmed):
		return nil
	case d.State == Planned, d.State == Confirmed:
		return fault.New(fault.Conflict, "not_dispatched", "Its supplier has not said that this delivery has left. Please look whether it is the right one, and say that it is here.")
	}
	return d.wrongState("counted")
}

// unsaid tells whether the delivery is at the gate without its supplier's word.
func (d *BulkDelivery) unsaid() bool {
	return d.State == Planned || d.State == Confirmed || d.State == Arrived && d.Receipt.Unsaid
}

// missing is what a parcel lacks after the count.
func (p Parcel) missing() int64 { return p.Quantity - p.Received }

func (d *BulkDelivery) checkCount(c Count) error {
	i := slices.IndexFunc(d.Lots, func(l DropLot) bool { return l.Lot == c.Lot })
	if i < 0 {
		return fault.New(fault.Invalid, "count_unknown", "There is no lot %q in this delivery.", c.Lot).With("lot", c.Lot)
	}
	l := d.Lots[i]
	if c.Good < 0 || c.Damaged < 0 || c.Good+c.Damaged > l.Quantity {
		return fault.New(fault.Invalid, "count_above_sent", "%d of %s were counted, but %d were sent. Please count again.", c.Good+c.Damaged, l.NameEn, l.Quantity).
			With("count", c.Good+c.Damaged).With("sent", l.Quantity).With("name_zh", l.NameZh).With("name_en", l.NameEn)
	}
	return nil
}

// share gives the good units of a lot to its parcels: to rounds by the market's rule,
// in a round by its own, households with needs first.
func (d *BulkDelivery) share(lot string, good int64) {
	var of []int
	var claims []Claim
	for i := range d.Parcels {
		if p := &d.Parcels[i]; p.Lot == lot {
			of = append(of, i)
			claims = append(claims, Claim{Household: p.Household, Quantity: p.Quantity, Priority: p.Priority, Group: p.GroupBuy, Rule: p.Rule})
		}
	}
	for k, n := range Share(d.Rule, d.Seed, good, claims) {
		d.Parcels[of[k]].Received = n
	}
}

// received is what a round is told after the count.
func (d *BulkDelivery) received(groupBuy string) map[orders.Part]int64 {
	parts := map[orders.Part]int64{}
	for _, p := range d.Parcels {
		if p.GroupBuy == groupBuy {
			parts[orders.Part{Delivery: d.ID, Household: p.Household, Item: p.Item, Lot: p.Lot}] = p.Received
		}
	}
	return parts
}
