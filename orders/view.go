package orders

import (
	"slices"
	"strings"
	"time"

	"baimi/app/community"
	"baimi/app/people"
)

// Sight is what somebody may see of a round. A field that is not for them is
// absent from what they get.
//
//	           | terms, totals | building | own lines | doors, names, phones masked
//	link       | yes           | –        | –         | –
//	Neighbour  | yes           | yes      | yes       | –
//	Leads      | yes           | yes      | yes       | yes
type Sight int

const (
	Link      Sight = iota // whoever knows the link
	Neighbour              // lives in the building
	Leads                  // its leader, or the compound's coordinator
)

// Sees tells what an actor may see of the round. Draft rounds exist for those who lead only.
func (g *GroupBuy) Sees(a people.Actor) Sight {
	if a.Is(people.Leader, g.Scope) || a.Is(people.Coordinator, g.Compound) {
		return Leads
	}
	if g.State != Draft && len(g.homesOf(a)) > 0 {
		return Neighbour
	}
	return Link
}

// homesOf lists the actor's households in the round's building.
func (g *GroupBuy) homesOf(a people.Actor) []string {
	var homes []string
	for _, grant := range a.Grants {
		if grant.Role == people.Resident && strings.HasPrefix(grant.Scope, g.Scope+"/") {
			homes = append(homes, grant.Scope)
		}
	}
	return homes
}

// RoundTerms is what everybody sees who knows a round's link.
type RoundTerms struct {
	ID                string    `json:"id"`
	Title             string    `json:"title"`
	Note              string    `json:"note"`
	Currency          string    `json:"currency"`
	State             State     `json:"state" enum:"draft,open,closed,allocated,arriving,delivering,done,cancelled,failed"`
	Items             []Item    `json:"items"`
	Opens             time.Time `json:"opens"`
	Closes            time.Time `json:"closes"`
	LimitPerHousehold int64     `json:"limit_per_household"`
	SortingSpace      int64     `json:"sorting_space"`
	Minimum           int64     `json:"minimum"`
	OnFail            Outcome   `json:"on_fail,omitempty" enum:"refund,extend,pool,"`
	ExtendSeconds     int64     `json:"extend_seconds,omitempty"`
	Extended          bool      `json:"extended"`
	Rule              Rule      `json:"rule" enum:"equal,proportional,lottery,first"`
	Shared            *Sharing  `json:"shared,omitempty" doc:"How its market shares what is short between rounds; a lottery, there or in the round, serves the smallest SHA-256 of seed:household first."`
	CommissionBasis   int64     `json:"commission_basis" doc:"Hundredths of a per cent for the leader."`
	WaitList          bool      `json:"wait_list"`
	Progress          Progress  `json:"progress"`
}

// Round is a group buy as one person sees it.
type Round struct {
	RoundTerms
	Compound string `json:"compound"`
	Building string `json:"building"`
	Scope    string `json:"scope"`
	Campaign string `json:"campaign,omitempty"`
	Market   string `json:"market,omitempty"`
	Leftover bool   `json:"leftover" doc:"Whether it offers what another round left over, from the lobby."`
	Leads    bool   `json:"leads" doc:"Whether you lead this round."`
	Why      string `json:"why,omitempty" doc:"Why it was cancelled, in its leader's words."`
	Mine     []Mine `json:"mine" doc:"Your households' orders, and those that you have made for neighbours."`

	Participants []Order `json:"participants,omitempty" doc:"In natural order of their doors; for those who lead."`
	Waiting      []Order `json:"waiting,omitempty" doc:"In the order of asking; for those who lead."`
	History      []Event `json:"history,omitempty"`
	LeftOver     []Left  `json:"left_over,omitempty" doc:"What no door took and is not offered again yet; for those who lead."`
}

// Mine is a household's order as its own people see it.
type Mine struct {
	Household  string    `json:"household"`
	Name       string    `json:"name"`
	Note       string    `json:"note,omitempty"`
	Place      Place     `json:"place" enum:"in,waiting"`
	WaitsAt    int       `json:"waits_at,omitempty" doc:"Place in the waiting list, from 1."`
	Lines      []Line    `json:"lines"`
	Bags       Bags      `json:"bags"`
	Joined     time.Time `json:"joined"`
	Substitute bool      `json:"substitute"`
	Proxy      *Proxy    `json:"proxy,omitempty" doc:"Who ordered for the household, and how it agreed."`
	OrderedBy  string    `json:"ordered_by,omitempty" doc:"The name of who ordered for the household."`
}

// Order is a household's order as those see it who lead the round.
type Order struct {
	Household  string    `json:"household"`
	Unit       string    `json:"unit"`
	Room       string    `json:"room"`
	Name       string    `json:"name"`
	Phone      string    `json:"phone,omitempty" doc:"The middle is hidden; showing it is written down."`
	Note       string    `json:"note,omitempty"`
	Lines      []Line    `json:"lines"`
	Bags       Bags      `json:"bags"`
	Joined     time.Time `json:"joined"`
	Substitute bool      `json:"substitute"`
	Proxy      *Proxy    `json:"proxy,omitempty"`
	Account    string    `json:"account,omitempty"`
}

// Terms shows what is for everybody who knows the link.
func (g *GroupBuy) terms() RoundTerms {
	return RoundTerms{
		ID: g.ID, Title: g.Title, Note: g.Note, Currency: g.Currency, State: g.State, Items: g.Items, Opens: g.Opens, Closes: g.Closes,
		LimitPerHousehold: g.LimitPerHousehold, SortingSpace: g.SortingSpace, Minimum: g.Minimum, OnFail: g.OnFail,
		ExtendSeconds: g.ExtendSeconds, Extended: g.Extended, Rule: g.Rule, Shared: g.Shared, CommissionBasis: g.CommissionBasis,
		WaitList: g.WaitList, Progress: g.Progress(),
	}
}

// View shows the round as an actor may see it; false where it does not exist for them.
func (g *GroupBuy) View(a people.Actor) (Round, bool) {
	sight := g.Sees(a)
	if sight == Link {
		return Round{}, false
	}
	r := Round{
		RoundTerms: g.terms(), Compound: g.Compound, Building: g.Building, Scope: g.Scope, Campaign: g.Campaign,
		Market: g.Market, Leftover: g.Leftover != nil, Leads: sight == Leads, Mine: g.mine(g.homesOf(a)),
	}
	if g.State == Cancelled {
		r.Why = g.cancelledBecause()
	}
	if sight == Neighbour {
		r.Mine = append(r.Mine, g.mine(g.orderedBy(a))...)
	}
	if sight == Leads {
		r.Participants, r.Waiting, r.History = ordersOf(g.Participants), ordersOf(g.Waiting), g.History
		slices.SortFunc(r.Participants, byDoor)
		r.LeftOver = g.leftOver()
	}
	return r, true
}

func (g *GroupBuy) cancelledBecause() string {
	for _, e := range slices.Backward(g.History) {
		if e.Kind == string(Cancelled) {
			return e.Text
		}
	}
	return ""
}

// orderedBy lists the households for which the actor, who does not live there, has ordered.
func (g *GroupBuy) orderedBy(a people.Actor) (others []string) {
	homes := g.homesOf(a)
	for _, p := range slices.Concat(g.Participants, g.Waiting) {
		if p.Proxy != nil && p.Proxy.By == a.Account && !slices.Contains(homes, p.Household) {
			others = append(others, p.Household)
		}
	}
	return others
}

func (g *GroupBuy) mine(homes []string) []Mine {
	mine := []Mine{}
	for _, h := range homes {
		if p, ok := g.Participant(h); ok {
			mine = append(mine, p.mine(In, 0))
		} else if n := g.WaitsAt(h); n > 0 {
			mine = append(mine, g.Waiting[n-1].mine(Waits, n))
		}
	}
	return mine
}

func (p *Participant) mine(place Place, waitsAt int) Mine {
	return Mine{
		Household: p.Household, Name: p.Name, Note: p.Note, Place: place, WaitsAt: waitsAt, Lines: p.Lines, Bags: bagsOf(p.Lines),
		Joined: p.Joined, Substitute: p.Substitute, Proxy: p.Proxy,
	}
}

func ordersOf(ps []Participant) []Order {
	all := make([]Order, len(ps))
	for i, p := range ps {
		all[i] = Order{
			Household: p.Household, Unit: p.Unit, Room: p.Room, Name: p.Name, Phone: p.Phone, Note: p.Note,
			Lines: p.Lines, Bags: bagsOf(p.Lines), Joined: p.Joined, Substitute: p.Substitute, Proxy: p.Proxy, Account: p.Account,
		}
	}
	return all
}

func byDoor(a, b Order) int {
	return community.Door{Unit: a.Unit, Room: a.Room}.Compare(community.Door{Unit: b.Unit, Room: b.Room})
}

// RoundSummary is a round in a list.
type RoundSummary struct {
	ID         string    `json:"id"`
	Title      string    `json:"title"`
	State      State     `json:"state" enum:"draft,open,closed,allocated,arriving,delivering,done,cancelled,failed"`
	Compound   string    `json:"compound"`
	Building   string    `json:"building"`
	Campaign   string    `json:"campaign,omitempty"`
	Opens      time.Time `json:"opens"`
	Closes     time.Time `json:"closes"`
	Units      int64     `json:"units"`
	Households int       `json:"households"`
	ToGo       int64     `json:"to_go"`
	Leads      bool      `json:"leads"`
	Joined     bool      `json:"joined" doc:"Whether one of your households takes part or waits."`
}

func (g *GroupBuy) summary(a people.Actor) RoundSummary {
	t := g.ordered("")
	return RoundSummary{
		ID: g.ID, Title: g.Title, State: g.State, Compound: g.Compound, Building: g.Building, Campaign: g.Campaign,
		Opens: g.Opens, Closes: g.Closes, Units: t.units, Households: t.households, ToGo: max(g.Minimum-t.units, 0),
		Leads: g.Sees(a) == Leads, Joined: len(g.mine(g.homesOf(a))) > 0,
	}
}
