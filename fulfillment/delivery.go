package fulfillment

import (
	"time"

	"baimi/app/db"
)

// DeliveryState is where a bulk delivery stands.
//
//	planned ─▶ confirmed ─▶ dispatched ─▶ arrived ─▶ split ─▶ done
//	   └──────────┴─────────────┴─▶ refused
type DeliveryState string

const (
	Planned    DeliveryState = "planned"
	Confirmed  DeliveryState = "confirmed"
	Dispatched DeliveryState = "dispatched"
	Arrived    DeliveryState = "arrived"
	Split      DeliveryState = "split"
	Delivered  DeliveryState = "done"
	Refused    DeliveryState = "refused"
)

// BulkDelivery is what one supplier brings to one gate in one window: a drop.
// It is bounded by the gate's orders of one market: at most 20,000 parcels.
type BulkDelivery struct {
	db.Doc
	Market   string        `json:"market"`
	Supplier string        `json:"supplier"`
	Compound string        `json:"compound"`
	Window   string        `json:"window"`
	Day      string        `json:"day"` // 2022-04-18, local
	Trips    int64         `json:"trips"`
	Currency string        `json:"currency"`
	State    DeliveryState `json:"state"`
	Lots     []DropLot     `json:"lots"`
	Parcels  []Parcel      `json:"parcels"`
	Receipt  *Receipt      `json:"receipt,omitempty"`
	Runs     []string      `json:"runs"`
	History  []Step        `json:"history"`
}

// DropLot is one lot's part of the drop.
type DropLot struct {
	Lot       string `json:"lot"`
	Product   string `json:"product"`
	Quantity  int64  `json:"quantity"`
	UnitPrice int64  `json:"unit_price"`
}

// Parcel is what one household gets of one lot in this delivery.
type Parcel struct {
	ID        string `json:"id"` // within the delivery
	GroupBuy  string `json:"group_buy"`
	Household string `json:"household"`
	Item      string `json:"item"`
	Product   string `json:"product"`
	Lot       string `json:"lot"`
	Quantity  int64  `json:"quantity"` // allocated
	Received  int64  `json:"received"` // after the count and the shortfall's share
	Run       string `json:"run,omitempty"`
	Outcome   string `json:"outcome"`
}

// Receipt is what the gate counted.
type Receipt struct {
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Counts []Count   `json:"counts"`
	Photo  string    `json:"photo,omitempty"`
	Note   string    `json:"note,omitempty"`
}

// Count is one lot's count at the gate: Good units can be handed on.
type Count struct {
	Lot     string `json:"lot"`
	Good    int64  `json:"good"`
	Damaged int64  `json:"damaged"`
}

// Step is one line of the delivery's history.
type Step struct {
	At   time.Time `json:"at"`
	Kind string    `json:"kind"`
	By   string    `json:"by,omitempty"`
	Note string    `json:"note,omitempty"`
}
