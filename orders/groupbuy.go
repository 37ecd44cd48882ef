package orders

import (
	"time"

	"baimi/app/db"
)

// State is where a group buy stands.
//
//	draft ─▶ open ─▶ closed ─▶ allocated ─▶ arriving ─▶ delivering ─▶ done
//	  └───────┴───────┴───────────┴────────────┴─▶ cancelled | failed
type State string

const (
	Draft      State = "draft"
	Open       State = "open"
	Closed     State = "closed"
	Allocated  State = "allocated"
	Arriving   State = "arriving"
	Delivering State = "delivering"
	Done       State = "done"
	Cancelled  State = "cancelled"
	Failed     State = "failed"
)

// Sharing is the rule of a market with the seed of its draw.
type Sharing struct {
	Rule Rule  `json:"rule"`
	Seed int64 `json:"seed"`
}

// Rule is how a shortage is shared out: see matching.
type Rule string

const (
	Equal        Rule = "equal"
	Proportional Rule = "proportional"
	Lottery      Rule = "lottery"
	First        Rule = "first"
)

// Outcome is what happens when the minimum is not reached at closing time.
type Outcome string

const (
	Refund Outcome = "refund" // cancel and release everybody
	Extend Outcome = "extend" // once, by ExtendSeconds; then refund
	Pool   Outcome = "pool"   // let the market combine it with the neighbours' orders
)

// GroupBuy is one building's joint order, bounded by 1,000 households (those
// that wait included) and 100 items. Its id is the word in the link that the
// leader shares: who knows it may see the totals, and nothing of anybody.
type GroupBuy struct {
	db.Doc
	Campaign string `json:"campaign,omitempty"`
	Compound string `json:"compound"`
	Building string `json:"building"` // number within the compound
	Scope    string `json:"scope"`    // compound/building, as in a leader's grant
	Leader   string `json:"leader"`   // account
	Title    string `json:"title"`
	Note     string `json:"note"`
	Currency string `json:"currency"`
	State    State  `json:"state"`
	Items    []Item `json:"items"`

	Opens  time.Time `json:"opens"`
	Closes time.Time `json:"closes"`

	LimitPerHousehold int64   `json:"limit_per_household"` // units over all items; 0: none
	SortingSpace      int64   `json:"sorting_space"`       // units that the lobby holds; 0: no limit
	Minimum           int64   `json:"minimum"`             // units that tip the round; 0: none
	OnFail            Outcome `json:"on_fail"`
	ExtendSeconds     int64   `json:"extend_seconds"`
	Extended          bool    `json:"extended"`
	Rule              Rule    `json:"rule"`
	CommissionBasis   int64   `json:"commission_basis"` // hundredths of a per cent; 0 by default

	Participants []Participant `json:"participants"`
	WaitList     bool          `json:"wait_list"`          // who finds no room may wait for somebody to leave
	Waiting      []Participant `json:"waiting"`            // in the order of asking
	Leftover     *Leftover     `json:"leftover,omitempty"` // its goods are another round's, and stand in the lobby
	Again        []Again       `json:"again,omitempty"`    // what of its own goods was offered again; 100 at most
	Market       string        `json:"market,omitempty"`   // the market run that has collected or allocated it
	Shared       *Sharing      `json:"shared,omitempty"`   // how that market shares what is short between rounds
	Wake         *time.Time    `json:"wake,omitempty"`     // when a job has to look at it next
	History      []Event       `json:"history"`            // what happened, newest last, 200 at most
	Effects      []Effect      `json:"effects"`            // what is still to be done elsewhere because of it
}

// Item is one thing the round offers.
type Item struct {
	ID       string `json:"id"` // within the round
	Product  string `json:"product"`
	NameZh   string `json:"name_zh"`
	NameEn   string `json:"name_en"`
	Unit     string `json:"unit"`
	Lot      string `json:"lot,omitempty"`   // pinned to this lot; empty: any lot of the product
	UnitCap  int64  `json:"unit_cap"`        // highest unit price, minor units
	CaseSize int64  `json:"case_size"`       // fill whole cases of this many; 1: none
	Limit    int64  `json:"limit,omitempty"` // units a household; 0: none
	Most     int64  `json:"most,omitempty"`  // units that the round takes of it; 0: no limit
}

// Participant is one household in the round.
type Participant struct {
	Household  string    `json:"household"` // A001/3/1-604
	Unit       string    `json:"unit"`
	Room       string    `json:"room"`
	Account    string    `json:"account,omitempty"` // who joined or pays; empty for a household without a phone
	Name       string    `json:"name"`
	Phone      string    `json:"phone,omitempty"`
	Note       string    `json:"note,omitempty"`
	Lines      []Line    `json:"lines"`
	Joined     time.Time `json:"joined"`
	Priority   int64     `json:"priority"` // 0 to 4, from the household's needs
	Substitute bool      `json:"substitute"`
	Proxy      *Proxy    `json:"proxy,omitempty"`
}

// Proxy is who ordered for a household and how it agreed.
type Proxy struct {
	By     string `json:"by"`     // account
	Agreed string `json:"agreed"` // phone, in_person, standing
	Payer  string `json:"payer"`  // account; empty: the household
}

// Line is product × quantity of one household, and what became of it.
type Line struct {
	Item      string   `json:"item"`
	Quantity  int64    `json:"quantity"`
	UnitCap   int64    `json:"unit_cap,omitempty"` // the household's own, below the item's; 0: the item's
	Tolerance int64    `json:"tolerance"`          // extra units accepted to fill a case
	Extra     int64    `json:"extra"`              // of them taken when the round closed
	Served    []Served `json:"served"`
	Reasons   []Reason `json:"reasons"` // why some of it was not served

	Adjustments []Adjustment `json:"adjustments,omitempty"` // what changed its price after delivery, 20 at most
}

// Served is the part of a line that one delivery brings.
type Served struct {
	Delivery  string `json:"delivery"`
	Lot       string `json:"lot"`
	Supplier  string `json:"supplier"` // who is owed for it
	Quantity  int64  `json:"quantity"` // allocated
	UnitPrice int64  `json:"unit_price"`
	Counted   bool   `json:"counted"`  // the gate has counted its delivery, so Received holds
	Received  int64  `json:"received"` // after the gate's count and the shortfall's share
	Handed    int64  `json:"handed"`   // over at the door
	Outcome   string `json:"outcome"`  // of its parcel: empty until it has one

	Instead *Instead `json:"instead,omitempty"` // it came in the place of another part, for a household that would rather have something like it
}

// Instead is the goods of a part that came in the place of another lot's.
type Instead struct {
	Of      string `json:"of"` // the lot that was short
	Product string `json:"product"`
	NameZh  string `json:"name_zh"`
	NameEn  string `json:"name_en"`
}

// Reason says why Quantity units were not served, in the matcher's code with its numbers.
type Reason struct {
	Code     string           `json:"code"`
	Quantity int64            `json:"quantity"`
	Numbers  map[string]int64 `json:"numbers"`
}

// Event is one line of the round's history.
type Event struct {
	At   time.Time `json:"at"`
	Kind string    `json:"kind"`
	By   string    `json:"by,omitempty"`
	Text string    `json:"text,omitempty"`
}

// Effect is something to be done outside this document because of it; a job
// does it and then removes it. Its ID makes doing it twice harmless. Kind
// EffectMoney is the cashier's and effectRecall the market's; every other kind is
// a notice, to one account, one household, or with neither to everybody in the round.
type Effect struct {
	ID        string           `json:"id"`
	Kind      string           `json:"kind"`
	Household string           `json:"household,omitempty"`
	Account   string           `json:"account,omitempty"`
	Numbers   map[string]int64 `json:"numbers,omitempty"`
}

// orderedForYou tells a household what somebody else has ordered for it.
const orderedForYou = "ordered_for_you"

// effectRecall asks the round's market to plan again without it.
const effectRecall = "recall"

func (e Effect) notice() bool { return e.Kind != EffectMoney && e.Kind != effectRecall }
