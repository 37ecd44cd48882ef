package orders

import (
	"context"
	"slices"

	"baimi/app/community"
	"baimi/app/db"
	"baimi/app/fault"
	"baimi/app/people"
)

// Wanted is one line of an order.
type Wanted struct {
	Item      string `json:"item" maxLength:"130"`
	Quantity  int64  `json:"quantity" minimum:"0" maximum:"1000000"`
	Tolerance int64  `json:"tolerance,omitempty" minimum:"0" maximum:"1000000" doc:"Units more that the household would take to fill a case."`
}

func linesOf(wanted []Wanted) []Line {
	lines := make([]Line, len(wanted))
	for i, w := range wanted {
		lines[i] = Line{Item: w.Item, Quantity: w.Quantity, Tolerance: w.Tolerance}
	}
	return lines
}

type joinRound struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		Household  string   `json:"household,omitempty" maxLength:"200" doc:"One of mine; may be left out where I have one in the building."`
		Lines      []Wanted `json:"lines" maxItems:"100"`
		Note       string   `json:"note,omitempty" maxLength:"200"`
		Substitute bool     `json:"substitute,omitempty" doc:"Rather something like it than the money back."`
	}
}

// Joined is what became of an order.
type Joined struct {
	Place   Place `json:"place" enum:"in,waiting,out"`
	WaitsAt int   `json:"waits_at,omitempty" doc:"Place in the waiting list, from 1."`
	Rev     int64 `json:"rev" doc:"Of the round with this order in it."`
}

type joinedView struct{ Body Joined }

func (h handlers) join(ctx context.Context, in *joinRound) (*joinedView, error) {
	me := people.From(ctx)
	return h.wish(ctx, in.ID, func(g *GroupBuy) (Wish, error) {
		home, err := g.ownHome(me, in.Body.Household)
		return Wish{
			Household: home, Account: me.Account, Name: me.Name, Note: in.Body.Note,
			Substitute: in.Body.Substitute, Lines: linesOf(in.Body.Lines),
		}, err
	})
}

type leaveRound struct {
	ID        string `path:"id" maxLength:"64"`
	Household string `query:"household" maxLength:"200" doc:"One of mine; may be left out where I have one in the building."`
}

func (h handlers) leave(ctx context.Context, in *leaveRound) (*joinedView, error) {
	me := people.From(ctx)
	return h.wish(ctx, in.ID, func(g *GroupBuy) (Wish, error) {
		home, err := g.ownHome(me, in.Household)
		return Wish{Household: home}, err
	})
}

// wish carries out what a household wishes of a round.
func (h handlers) wish(ctx context.Context, id string, of func(*GroupBuy) (Wish, error)) (*joinedView, error) {
	out, now := &joinedView{}, h.now()
	rev, err := h.GroupBuys.Alter(ctx, id, func(g *GroupBuy) error {
		w, err := of(g)
		if err != nil {
			return err
		}
		out.Body.Place, err = g.Join(w, now)
		out.Body.WaitsAt = g.WaitsAt(w.Household)
		return err
	})
	out.Body.Rev = rev
	return out, err
}

// ownHome finds the actor's household that an order is for.
func (g *GroupBuy) ownHome(a people.Actor, named string) (string, error) {
	if g.State == Draft {
		return "", notFound()
	}
	if named != "" {
		if !a.Is(people.Resident, named) {
			return "", fault.New(fault.Forbidden, "household_not_yours", "You can order for a household once it is known that you live there.").With("household", named)
		}
		return named, nil
	}
	homes := g.homesOf(a)
	if len(homes) != 1 {
		return "", fault.New(fault.Invalid, "household_needed", "Please say first behind which door of building %s you live. If you have, your leader still has to confirm it.", g.Building).
			With("building", g.Building).With("homes", len(homes))
	}
	return homes[0], nil
}

type orderForHousehold struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		Household  string   `json:"household" maxLength:"200" doc:"compound/building/unit-room"`
		Lines      []Wanted `json:"lines" maxItems:"100" doc:"None takes the order back."`
		Name       string   `json:"name,omitempty" maxLength:"60"`
		Phone      string   `json:"phone,omitempty" maxLength:"20"`
		Note       string   `json:"note,omitempty" maxLength:"200"`
		Substitute bool     `json:"substitute,omitempty"`
		Agreed     string   `json:"agreed" enum:"phone,in_person,standing,chat" doc:"How the household agreed."`
		Payer      string   `json:"payer,omitempty" enum:"household,me" doc:"Who pays."`
	}
}

func (h handlers) orderFor(ctx context.Context, in *orderForHousehold) (*joinedView, error) {
	me, b := people.From(ctx), in.Body
	home, err := h.community.Household(ctx, b.Household)
	if err != nil {
		return nil, err
	}
	proxy := &Proxy{By: me.Account, Agreed: b.Agreed}
	if b.Payer == "me" {
		proxy.Payer = me.Account
	}
	if b.Name == "" && len(home.Names) > 0 {
		b.Name = home.Names[len(home.Names)-1]
	}
	return h.wish(ctx, in.ID, func(g *GroupBuy) (Wish, error) {
		return Wish{
			Household: home.ID, Name: b.Name, Phone: b.Phone, Note: b.Note,
			Substitute: b.Substitute, Lines: linesOf(b.Lines), Proxy: proxy,
		}, g.mayOrderFor(me, &home)
	})
}

// mayOrderFor lets those who lead order for every household of the building,
// and a neighbour for one without a phone, whose order nobody else has made.
func (g *GroupBuy) mayOrderFor(a people.Actor, home *community.Household) error {
	switch g.Sees(a) {
	case Leads:
		return nil
	case Link:
		return notFound()
	}
	p, in := g.Participant(home.ID)
	taken := in && (p.Proxy == nil || p.Proxy.By != a.Account)
	if !home.NoPhone || taken {
		return fault.New(fault.Forbidden, "order_for_refused", "You can order for a neighbour without a phone; for others, please ask your leader.").With("household", home.ID)
	}
	return nil
}

type roundList struct{ Body []RoundSummary }

type listQuery struct {
	Scope string `query:"scope" maxLength:"120" doc:"A building A001/3, or a compound A001 for its coordinator; empty is all of mine."`
}

// listed bounds each building's part of a list.
const listed = 30

func (h handlers) list(ctx context.Context, in *listQuery) (*roundList, error) {
	me := people.From(ctx)
	out := &roundList{Body: []RoundSummary{}}
	for _, q := range roundsOf(me, in.Scope) {
		for g, err := range h.GroupBuys.Find(ctx, q) {
			if err != nil {
				return nil, err
			}
			if g.Sees(me) != Link {
				out.Body = append(out.Body, g.summary(me))
			}
		}
	}
	return out.sorted(), nil
}

func (l *roundList) sorted() *roundList {
	slices.SortStableFunc(l.Body, func(a, b RoundSummary) int { return b.Opens.Compare(a.Opens) })
	l.Body = slices.CompactFunc(l.Body, func(a, b RoundSummary) bool { return a.ID == b.ID })
	return l
}

// roundsOf says where to look for the rounds that an actor may see.
func roundsOf(a people.Actor, scope string) []db.Query {
	var queries []db.Query
	for _, s := range buildings(a) {
		if scope == "" || s == scope {
			queries = append(queries, db.Where("scope", s).Desc("opens").Limit(listed))
		}
	}
	for _, c := range a.Scopes(people.Coordinator) {
		if scope == "" || c == scope {
			queries = append(queries, db.Where("compound", c).Desc("opens").Limit(10*listed))
		}
	}
	return queries
}

// buildings lists the buildings that an actor lives in or leads.
func buildings(a people.Actor) []string {
	all := a.Scopes(people.Leader)
	for _, home := range a.Scopes(people.Resident) {
		if compound, door, err := community.ParseHouseholdID(home); err == nil {
			all = append(all, compound+"/"+door.Building)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (h handlers) myOrders(ctx context.Context, _ *none) (*roundList, error) {
	me := people.From(ctx)
	out := &roundList{Body: []RoundSummary{}}
	for _, home := range me.Scopes(people.Resident) {
		for g, err := range h.GroupBuys.Find(ctx, db.Where("participants.household", home).Desc("opens").Limit(listed)) {
			if err != nil {
				return nil, err
			}
			out.Body = append(out.Body, g.summary(me))
		}
	}
	return out.sorted(), nil
}
