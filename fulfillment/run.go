package fulfillment

import (
	"time"

	"baimi/app/db"
)

// RunState is where a courier's run stands.
//
//	offered ─▶ accepted ─▶ loaded ─▶ out ─▶ back
//	   ▲──────────┘ (given back)
type RunState string

const (
	Offered  RunState = "offered"
	Accepted RunState = "accepted"
	Loaded   RunState = "loaded"
	Out      RunState = "out"
	Back     RunState = "back"
)

// Outcome is how a parcel's way ended.
type Outcome string

const (
	AtDoor   Outcome = "door"
	Left     Outcome = "left" // as agreed
	NoAnswer Outcome = "no_answer"
	Refusal  Outcome = "refused"
	Incident Outcome = "incident"
)

// Run is one courier's trip from the gate: stops in order, bounded by 200 stops.
type Run struct {
	db.Doc
	Compound    string    `json:"compound"`
	Deliveries  []string  `json:"deliveries"`
	Kind        string    `json:"kind"` // foot, cart, e-bike
	Courier     string    `json:"courier,omitempty"`
	State       RunState  `json:"state"`
	Stops       []Stop    `json:"stops"`
	Grams       int64     `json:"grams"`
	Millilitres int64     `json:"millilitres"`
	Seconds     int64     `json:"seconds"` // planned, gate to gate
	Locked      bool      `json:"locked"`
	History     []Step    `json:"history"`
	LoadedCount int64     `json:"loaded_count"`
	Created     time.Time `json:"created"`
}

// Stop is one door.
type Stop struct {
	ID        string     `json:"id"`
	Household string     `json:"household"`
	Building  string     `json:"building"`
	Unit      string     `json:"unit"`
	Room      string     `json:"room"`
	Label     string     `json:"label"` // building-unit-seq, on the bag
	Arrives   int64      `json:"arrives"`
	Parcels   []string   `json:"parcels"` // delivery:parcel
	Handover  *Handover  `json:"handover,omitempty"`
	Undone    []Handover `json:"undone,omitempty"`
}

// Handover is who took it, how, and when it happened, which is not when the
// phone found the network again.
type Handover struct {
	ID      string    `json:"id"` // chosen by the courier's phone; the same twice counts once
	Outcome Outcome   `json:"outcome"`
	At      time.Time `json:"at"`
	Synced  time.Time `json:"synced"`
	By      string    `json:"by"`
	Note    string    `json:"note,omitempty"`
	Photo   string    `json:"photo,omitempty"`
}
