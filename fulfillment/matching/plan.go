package matching

// Plan is a set of drops, what it is worth, an upper bound on what any plan can
// be worth, and a checked reason for everything that is not served.
type Plan struct {
	Value    int64      `json:"value"` // minor units
	Bound    int64      `json:"bound"` // no plan of this market is worth more
	Drops    []Drop     `json:"drops"`
	Unserved []Unserved `json:"unserved"`
	Prices   []LotPrice `json:"prices,omitempty"` // of lots that are scarce tonight
}

// Gap is how far the plan can be from the best one, in hundredths of a per cent
// of the bound.
func (p *Plan) Gap() int64 {
	if p.Bound <= 0 || p.Value >= p.Bound {
		return 0
	}
	return int64(float64(p.Bound-p.Value) / float64(p.Bound) * 10000)
}

// Drop is what one supplier brings to one gate in one window.
type Drop struct {
	Supplier string    `json:"supplier"`
	Gate     string    `json:"gate"`
	Window   string    `json:"window,omitempty"`
	Trips    int64     `json:"trips"`
	Lots     []DropLot `json:"lots"`
	Served   []Served  `json:"served"`
}

// DropLot is a drop's quantity of one lot and the price that it reaches.
type DropLot struct {
	Lot       string `json:"lot"`
	Quantity  int64  `json:"quantity"`
	UnitPrice int64  `json:"unit_price"`
}

// Served is what a demand gets of one lot in one drop.
type Served struct {
	Demand   string `json:"demand"`
	Lot      string `json:"lot"`
	Quantity int64  `json:"quantity"`
}

// LotPrice is what one more unit of a scarce lot would be worth to the market,
// above its own price: the shadow price of its stock.
type LotPrice struct {
	Lot   string `json:"lot"`
	Price int64  `json:"price"` // minor units a unit
}

// Reason says why a demand did not get all it asked for. The reasons stand in
// the order in which they are tried, so the last ones say that a lot came near.
type Reason string

// The reasons, and what Detail holds for each.
const (
	NoLot      Reason = "no_lot"       // nobody posted the product (or the pinned lot)
	NoReach    Reason = "no_reach"     // no supplier of it reaches the gate
	NoWindow   Reason = "window"       // those who do share no window with the gate that no drop under way has taken
	Price      Reason = "price"        // the best tier in reach is above the cap: UnitPrice, Cap, Short
	MinPerDrop Reason = "min_per_drop" // the gate wants too little: Minimum, Wanted, Short
	Stock      Reason = "stock"        // the lots in reach are given away: Available, Wanted, Short
	GateFull   Reason = "gate_full"    // the gate's room or trips: Limit, Used, Short
	Trips      Reason = "trips"        // the supplier's trips: Limit, Used, Short
	TripCost   Reason = "trip_cost"    // serving it would cost more than it is worth: Cost, Worth, Short
)

// Unserved is the part of a demand that is not served, and why.
type Unserved struct {
	Demand   string `json:"demand"`
	Quantity int64  `json:"quantity"`
	Reason   Reason `json:"reason"`
	Detail   Detail `json:"detail"`
}

// Detail holds the numbers behind a reason; a field that does not belong to the
// reason is 0. Short is the smallest change that would serve the demand: units
// more at the gate (min_per_drop), units more in stock (stock), minor units a
// unit more for the cap (price), minor units in all (trip_cost), millilitres or
// trips more (gate_full), trips more (trips).
type Detail struct {
	Lot       string `json:"lot,omitempty"` // the lot that comes nearest
	Supplier  string `json:"supplier,omitempty"`
	Short     int64  `json:"short,omitempty"`
	Cap       int64  `json:"cap,omitempty"`        // the demand's highest price a unit
	UnitPrice int64  `json:"unit_price,omitempty"` // the lot's best price a unit
	Minimum   int64  `json:"minimum,omitempty"`    // units that the drop needs at least
	Wanted    int64  `json:"wanted,omitempty"`     // units wanted that the lots could serve: at the gate, or for stock in reach of them
	Available int64  `json:"available,omitempty"`  // units posted in reach
	Cost      int64  `json:"cost,omitempty"`       // minor units: price, trips and activation of serving it
	Worth     int64  `json:"worth,omitempty"`      // minor units: what serving it is worth
	Limit     int64  `json:"limit,omitempty"`      // the gate's millilitres or trips, the supplier's trips
	Used      int64  `json:"used,omitempty"`       // how much of Limit the plan uses
	Trips     int64  `json:"trips,omitempty"`      // trips more that serving it takes, where trips are what is full
}
