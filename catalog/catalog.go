// Package catalog knows what can be bought: suppliers, products, and the lots
// of stock that suppliers post, with price tiers by volume.
//
// Documents: Supplier, Product, Lot. A lot is never oversold and its last unit
// is sellable: reserving is one atomic step on the lot, keyed by the delivery
// that takes it. The package refuses tiers out of order, a case larger than the
// stock, a best-before in the past, and reservations beyond what is left.
package catalog

import "baimi/app/db"

// Supplier sells. Where it is and how far it drives decide which gates it
// reaches; trip costs weigh plans and are charged to nobody.
type Supplier struct {
	db.Doc
	NameZh          string   `json:"name_zh"`
	NameEn          string   `json:"name_en"`
	Lon             int64    `json:"lon"`       // micro-degrees
	Lat             int64    `json:"lat"`       // micro-degrees
	RadiusMetres    int64    `json:"radius"`    // 0: any distance
	TripCost        int64    `json:"trip_cost"` // minor units a trip
	TripGrams       int64    `json:"trip_grams"`
	TripMillilitres int64    `json:"trip_millilitres"`
	MaxTrips        int64    `json:"max_trips"`       // a market; 0: no limit
	ActivationCost  int64    `json:"activation_cost"` // minor units a market
	Windows         []string `json:"windows"`         // am, pm, evening; empty: any
}

// Handling says what a product needs on its way.
type Handling string

const (
	Ordinary Handling = ""
	Fragile  Handling = "fragile"
	Chilled  Handling = "chilled"
	Frozen   Handling = "frozen"
	Hot      Handling = "hot"
	Medicine Handling = "medicine"
)

// Product is a thing sold in units (packs, trays, bags).
type Product struct {
	db.Doc
	NameZh      string   `json:"name_zh"`
	NameEn      string   `json:"name_en"`
	Unit        string   `json:"unit"` // the word for one: pack, tray, bag, case, bottle
	Grams       int64    `json:"grams"`
	Millilitres int64    `json:"millilitres"`
	CaseSize    int64    `json:"case_size"`
	Handling    Handling `json:"handling" enum:",fragile,chilled,frozen,hot,medicine"`
}
