package matching

// Rule decides among demands of equal worth when a drop cannot fill them all, once
// each household with a priority among them has a unit. It never costs worth. The
// market's rule says what each group gets, and a group may share that by its own.
type Rule string

// The four rules of sharing.
const (
	Equal        Rule = "equal"        // max-min over households, ties by the seed
	Proportional Rule = "proportional" // by quantity asked, largest remainder
	Lottery      Rule = "lottery"      // households in an order drawn from the seed
	First        Rule = "first"        // the order of the demands in the market
)

// MaxPriority is the highest priority a demand can have; 0 is the ordinary one.
const MaxPriority = 4

// Market is one matching problem: all closed demand and all posted stock of an
// area at a moment. All amounts are integers in minor currency units, grams,
// millilitres and units. 0 in a Max… or Trip… field means no limit.
type Market struct {
	Rule      Rule       `json:"rule"` // empty: equal
	Seed      int64      `json:"seed"` // of the sharing rule, so that anyone can replay it
	Products  []Product  `json:"products"`
	Gates     []Gate     `json:"gates"`
	Suppliers []Supplier `json:"suppliers"`
	Lots      []Lot      `json:"lots"`
	Demands   []Demand   `json:"demands"`
	unknown   []string   // fields of its file that are none of a market's
}

// Product is a thing that lots hold and demands ask for, by the unit.
type Product struct {
	ID          string `json:"id"`
	Grams       int64  `json:"grams,omitempty"`       // a unit's weight
	Millilitres int64  `json:"millilitres,omitempty"` // a unit's volume
}

// Gate is where drops arrive.
type Gate struct {
	ID             string   `json:"id"`
	Windows        []string `json:"windows,omitempty"`         // when it receives; empty: any time
	MaxMillilitres int64    `json:"max_millilitres,omitempty"` // what it can hold in all
	MaxTrips       int64    `json:"max_trips,omitempty"`       // trips it can receive in all
}

// Supplier sends trips to the gates it reaches.
type Supplier struct {
	ID              string   `json:"id"`
	ActivationCost  int64    `json:"activation_cost,omitempty"` // once, if the supplier is used at all
	MaxTrips        int64    `json:"max_trips,omitempty"`
	TripGrams       int64    `json:"trip_grams,omitempty"`       // what one trip carries
	TripMillilitres int64    `json:"trip_millilitres,omitempty"` // what one trip carries
	Windows         []string `json:"windows,omitempty"`          // when it delivers; empty: any time
	Reach           []Reach  `json:"reach"`
}

// Reach is one gate that a supplier can serve and what that costs the plan.
// Nobody is charged these costs: prices are delivered prices.
type Reach struct {
	Gate     string `json:"gate"`
	TripCost int64  `json:"trip_cost,omitempty"`
	UnitCost int64  `json:"unit_cost,omitempty"`
}

// Lot is a supplier's posted stock of one product.
type Lot struct {
	ID         string `json:"id"`
	Supplier   string `json:"supplier"`
	Product    string `json:"product"`
	Available  int64  `json:"available"`
	Case       int64  `json:"case,omitempty"`         // a drop takes whole cases; 0 and 1: any number
	MinPerDrop int64  `json:"min_per_drop,omitempty"` // the smallest quantity of this lot in one drop
	Tiers      []Tier `json:"tiers"`                  // ascending in From, falling or level in UnitPrice
}

// Tier is a price that every unit of a drop has from a quantity on (all-units
// discount).
type Tier struct {
	From      int64 `json:"from"`
	UnitPrice int64 `json:"unit_price"`
}

// Demand is what one household asks of one product at one gate.
type Demand struct {
	ID           string `json:"id"`
	Gate         string `json:"gate"`
	Group        string `json:"group,omitempty"`
	Household    string `json:"household,omitempty"` // empty: the demand stands for itself
	Product      string `json:"product"`
	Quantity     int64  `json:"quantity"`
	MaxUnitPrice int64  `json:"max_unit_price"`
	Priority     int64  `json:"priority,omitempty"` // 0 to MaxPriority: multiplies the worth, and above 0 has a unit before equals do
	Lot          string `json:"lot,omitempty"`      // pins the demand to one lot
	Rule         Rule   `json:"rule,omitempty"`     // by which its group shares what the group gets; empty: the market's
}

// worth is what one unit served is worth to the market.
func (d *Demand) worth() int64 { return d.MaxUnitPrice * (1 + d.Priority) }

// member names the household, or the demand itself where it has none.
func (d *Demand) member() string {
	if d.Household == "" {
		return d.ID
	}
	return d.Household
}

// price is the unit price of a drop of q units, and false under the first tier.
func (l *Lot) price(q int64) (int64, bool) {
	for i := len(l.Tiers) - 1; i >= 0; i-- {
		if q >= l.Tiers[i].From {
			return l.Tiers[i].UnitPrice, true
		}
	}
	return 0, false
}
