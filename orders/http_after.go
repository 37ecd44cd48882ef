package orders

import (
	"cmp"
	"context"
	"slices"
	"time"

	"baimi/app/community"
	"baimi/app/db"
	"baimi/app/people"
)

// Bags says where a household's goods are: "is my bag here?"
type Bags struct {
	Expected int64 `json:"expected" doc:"Units still on their way."`
	Here     int64 `json:"here" doc:"Units at the gate or on a courier's run."`
	Handed   int64 `json:"handed" doc:"Units handed over."`
	Missing  int64 `json:"missing" doc:"Units that did not arrive, or were not handed over; they are not charged."`
}

func bagsOf(lines []Line) (b Bags) {
	for _, l := range lines {
		for _, s := range l.Served {
			if s.Instead != nil {
				b.Missing -= s.Quantity
			}
			switch {
			case !s.Counted:
				b.Expected += s.Quantity
			case s.Outcome == "":
				b.Here += s.Received
				b.Missing += s.Quantity - s.Received
			default:
				b.Handed += s.Handed
				b.Missing += s.Quantity - s.Handed
			}
		}
	}
	return b
}

// Call tells the round's households whose goods are at the gate that they are
// here. Each call has its own cause, and tells once.
func (g *GroupBuy) Call(cause string, now time.Time) int {
	called := 0
	if g.State != Delivering {
		return 0
	}
	for _, p := range g.Participants {
		if here := bagsOf(p.Lines).Here; here > 0 {
			g.effect("goods_here", p.Household, cause, map[string]int64{"units": here})
			called++
		}
	}
	g.schedule(now)
	return called
}

type callBuildings struct {
	Body struct {
		Compound string `json:"compound" maxLength:"64"`
		From     string `json:"from" maxLength:"40" doc:"First building, in natural order."`
		To       string `json:"to" maxLength:"40" doc:"Last building."`
	}
}

type called struct {
	Body struct {
		Households int `json:"households" doc:"That were told."`
	}
}

// call tells a range of buildings that their goods are here: those that the
// actor leads or coordinates.
func (h handlers) call(ctx context.Context, in *callBuildings) (*called, error) {
	me, cause := people.From(ctx), people.NewID(ctx)
	if !within(me, in.Body.Compound) {
		return nil, notFound()
	}
	out := &called{}
	for g, err := range h.GroupBuys.Find(ctx, db.Where("compound", in.Body.Compound).And("state", Delivering)) {
		if err != nil {
			return nil, err
		}
		inRange := community.Natural(in.Body.From, g.Building) <= 0 && community.Natural(g.Building, in.Body.To) <= 0
		if !inRange || g.Sees(me) != Leads {
			continue
		}
		told := 0
		if _, err := h.Update(ctx, g.ID, func(g *GroupBuy, now time.Time) error { told = g.Call(cause, now); return nil }); err != nil {
			return nil, err
		}
		out.Body.Households += told
	}
	return out, nil
}

type offerLeftovers struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		Item      string    `json:"item" maxLength:"130"`
		Lot       string    `json:"lot" maxLength:"64"`
		Quantity  int64     `json:"quantity"`
		UnitPrice int64     `json:"unit_price" minimum:"1"`
		Closes    time.Time `json:"closes"`
	}
}

func (h handlers) offerAgain(ctx context.Context, in *offerLeftovers) (*roundView, error) {
	if _, err := h.led(ctx, in.ID); err != nil {
		return nil, err
	}
	a := Again{Item: in.Body.Item, Lot: in.Body.Lot, Quantity: in.Body.Quantity, Round: Word(people.NewID(ctx))}
	g, err := h.OfferLeftovers(ctx, in.ID, people.From(ctx).Account, a, in.Body.UnitPrice, in.Body.Closes)
	if err != nil {
		return nil, err
	}
	return h.show(ctx, &g)
}

type pickUp struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		Household string `json:"household" maxLength:"200"`
		Outcome   string `json:"outcome,omitempty" enum:"door,no_answer,refused," doc:"Empty takes it back."`
	}
}

func (h handlers) pick(ctx context.Context, in *pickUp) (*roundView, error) {
	return h.lead(ctx, in.ID, func(g *GroupBuy, now time.Time) error {
		return g.Pick(in.Body.Household, in.Body.Outcome, now)
	})
}

// Helper is somebody who orders for other households.
type Helper struct {
	Account    string   `json:"account"`
	Name       string   `json:"name"`
	Households []string `json:"households"`
	Many       bool     `json:"many" doc:"More than ten: worth a look."`
}

// manyHouseholds is how many one neighbour may order for before the coordinator should look.
const manyHouseholds = 10

type helperList struct{ Body []Helper }

// helpers lists who ordered for whom in the last thirty days, the busiest first.
func (h handlers) helpers(ctx context.Context, in *compoundQuery) (*helperList, error) {
	if !people.From(ctx).Is(people.Coordinator, in.Compound) {
		return nil, notFound()
	}
	served := map[string][]string{}
	since := h.now().Add(-30 * 24 * time.Hour)
	for g, err := range h.GroupBuys.Find(ctx, db.Where("compound", in.Compound).From("opens", since)) {
		if err != nil {
			return nil, err
		}
		for _, p := range g.Participants {
			if p.Proxy != nil {
				served[p.Proxy.By] = append(served[p.Proxy.By], p.Household)
			}
		}
	}
	out := &helperList{Body: []Helper{}}
	for account, households := range served {
		slices.SortFunc(households, community.Natural)
		households = slices.Compact(households)
		name, err := h.people.NameOf(ctx, account)
		if err != nil {
			return nil, err
		}
		out.Body = append(out.Body, Helper{account, name, households, len(households) > manyHouseholds})
	}
	slices.SortFunc(out.Body, func(a, b Helper) int {
		return cmp.Or(len(b.Households)-len(a.Households), cmp.Compare(a.Account, b.Account))
	})
	return out, nil
}
