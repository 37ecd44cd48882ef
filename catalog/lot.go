package catalog

import (
	"time"

	"baimi/app/db"
)

// LotState is where a lot stands.
//
//	posted ─▶ exhausted      every unit is reserved or gone
//	       ─▶ withdrawn      by its supplier; what it has confirmed stays promised
//	       ─▶ expired        its best-before has passed
type LotState string

const (
	Posted    LotState = "posted"
	Exhausted LotState = "exhausted"
	Withdrawn LotState = "withdrawn"
	Expired   LotState = "expired"
)

// Tier is the unit price, in minor units of the lot's currency, from a quantity
// per drop on; the price holds for every unit of the drop.
type Tier struct {
	From      int64 `json:"from" minimum:"1"`
	UnitPrice int64 `json:"unit_price" minimum:"0"`
}

// Reservation is what one delivery takes from the lot. Its key makes the step
// idempotent: a reservation made twice counts once.
type Reservation struct {
	Key      string    `json:"key"` // the delivery's id
	Quantity int64     `json:"quantity"`
	At       time.Time `json:"at"`
}

// Lot is a supplier's stock of one product. It is bounded by the deliveries
// that draw on it while it is posted: at most 5,000 reservations.
type Lot struct {
	db.Doc
	Supplier     string        `json:"supplier"`
	Product      string        `json:"product"`
	Quantity     int64         `json:"quantity"`     // units posted
	CaseSize     int64         `json:"case_size"`    // units a case; sold in whole cases
	MinPerDrop   int64         `json:"min_per_drop"` // units, at one gate in one window
	Currency     string        `json:"currency"`
	Tiers        []Tier        `json:"tiers"`
	Windows      []string      `json:"windows"`               // am, pm, evening; empty: any
	Area         []string      `json:"area"`                  // compounds; empty: all within the supplier's radius
	BestBefore   *time.Time    `json:"best_before,omitempty"` // empty: keeps
	Chilled      bool          `json:"chilled"`
	Note         string        `json:"note,omitempty"` // for those who buy: what is in the pack
	State        LotState      `json:"state"`
	PostedAt     time.Time     `json:"posted_at"`
	Reservations []Reservation `json:"reservations"`
	Recalled     bool          `json:"recalled,omitempty"` // withdrawn, and markets are still to plan without it
}

// LotTerms is what a supplier says about a lot, and may correct later.
type LotTerms struct {
	Quantity   int64      `json:"quantity"`
	CaseSize   int64      `json:"case_size" doc:"Units a case; 1 where units are sold one by one."`
	MinPerDrop int64      `json:"min_per_drop,omitempty" doc:"Units at one gate in one window."`
	Tiers      []Tier     `json:"tiers" maxItems:"20"`
	Windows    []string   `json:"windows,omitempty" doc:"am, pm, evening; empty is any."`
	Area       []string   `json:"area,omitempty" maxItems:"500" doc:"Compounds; empty is all within the supplier's radius."`
	BestBefore *time.Time `json:"best_before,omitempty"`
	Chilled    bool       `json:"chilled,omitempty"`
	Note       string     `json:"note,omitempty" maxLength:"200" doc:"For those who buy, such as what is in a pack."`
}

func (t LotTerms) set(l *Lot) {
	l.Quantity, l.CaseSize, l.MinPerDrop, l.Tiers = t.Quantity, t.CaseSize, t.MinPerDrop, t.Tiers
	l.Windows, l.Area = append([]string{}, t.Windows...), append([]string{}, t.Area...)
	l.BestBefore, l.Chilled, l.Note = t.BestBefore, t.Chilled, t.Note
}
