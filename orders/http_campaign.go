package orders

import (
	"context"
	"strings"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
	"baimi/app/people"
)

type newCampaign struct {
	Body struct {
		Compound  string   `json:"compound" maxLength:"64"`
		Buildings []string `json:"buildings,omitempty" maxItems:"400" doc:"All where it is left out."`
		Share     Share    `json:"share" enum:"equal,lottery" doc:"equal: each building gets the same part of every item's most; lottery: everybody may ask, and lots are drawn."`
		NewRound
	}
}

// CampaignView is a campaign's one progress page: totals of each building, nothing of anybody.
type CampaignView struct {
	ID        string           `json:"id"`
	Compound  string           `json:"compound"`
	Title     string           `json:"title"`
	Share     Share            `json:"share" enum:"equal,lottery"`
	State     CampaignState    `json:"state" enum:"announced,running,cancelled"`
	Opens     time.Time        `json:"opens"`
	Closes    time.Time        `json:"closes"`
	Items     []Item           `json:"items"`
	Units     int64            `json:"units"`
	Takers    int              `json:"households"`
	Buildings []CampaignResult `json:"buildings"`
}

// CampaignResult is one building's part of it.
type CampaignResult struct {
	Building   string `json:"building"`
	GroupBuy   string `json:"group_buy,omitempty" doc:"For those who may see the building's round."`
	State      State  `json:"state" enum:"draft,open,closed,allocated,arriving,delivering,done,cancelled,failed"`
	Units      int64  `json:"units"`
	Households int    `json:"households"`
	ToGo       int64  `json:"to_go"`
	Left       int64  `json:"left" doc:"Units left of the building's part; -1 where lots are drawn."`
}

type campaignView struct{ Body CampaignView }

func (h handlers) announce(ctx context.Context, in *newCampaign) (*campaignView, error) {
	me := people.From(ctx)
	if !me.Is(people.Coordinator, in.Body.Compound) {
		return nil, notFound()
	}
	c := Campaign{Doc: db.Doc{ID: Word(people.NewID(ctx))}, Compound: in.Body.Compound, By: me.Account, Share: in.Body.Share}
	in.Body.set(&c.Terms, h.now())
	c.Title = c.Terms.Title
	c, err := h.Announce(ctx, c, in.Body.Buildings)
	if err != nil {
		return nil, err
	}
	return h.campaignAs(ctx, me, &c)
}

// within tells whether the actor lives in a compound or works for it.
func within(a people.Actor, compound string) bool {
	for _, g := range a.Grants {
		inside := g.Scope == compound || strings.HasPrefix(g.Scope, compound+"/")
		if inside && (g.Role == people.Resident || g.Role == people.Leader || g.Role == people.Coordinator) {
			return true
		}
	}
	return false
}

func (h handlers) campaign(ctx context.Context, in *byID) (*campaignView, error) {
	c, err := h.campaigns.Get(ctx, in.ID)
	if err == nil && !within(people.From(ctx), c.Compound) {
		err = notFound()
	}
	if err != nil {
		return nil, err
	}
	return h.campaignAs(ctx, people.From(ctx), &c)
}

func (h handlers) campaignAs(ctx context.Context, me people.Actor, c *Campaign) (*campaignView, error) {
	v := CampaignView{
		ID: c.ID, Compound: c.Compound, Title: c.Title, Share: c.Share, State: c.State,
		Opens: c.Terms.Opens, Closes: c.Terms.Closes, Items: c.Terms.Items, Buildings: make([]CampaignResult, len(c.Rounds)),
	}
	for i, of := range c.Rounds {
		r := &v.Buildings[i]
		*r = CampaignResult{Building: of.Building, State: Draft, Left: -1}
		g, err := h.GroupBuys.Look(ctx, of.GroupBuy)
		if fault.KindOf(err) == fault.NotFound {
			continue // it is not made yet
		}
		if err != nil {
			return nil, err
		}
		r.fill(g)
		if g.Sees(me) != Link {
			r.GroupBuy = g.ID
		}
		v.Units += r.Units
		v.Takers += r.Households
	}
	return &campaignView{v}, nil
}

func (r *CampaignResult) fill(g *GroupBuy) {
	p := g.Progress()
	r.State, r.Units, r.Households, r.ToGo = g.State, p.Units, p.Households, p.ToGo
	for _, it := range p.Items {
		if it.Left >= 0 {
			r.Left = max(r.Left, 0) + it.Left
		}
	}
}

// CampaignSummary is a campaign in a list.
type CampaignSummary struct {
	ID        string        `json:"id"`
	Title     string        `json:"title"`
	State     CampaignState `json:"state" enum:"announced,running,cancelled"`
	Opens     time.Time     `json:"opens"`
	Closes    time.Time     `json:"closes"`
	Buildings int           `json:"buildings"`
}

type campaignList struct{ Body []CampaignSummary }

type compoundQuery struct {
	Compound string `query:"compound" maxLength:"64"`
}

func (h handlers) campaignsOf(ctx context.Context, in *compoundQuery) (*campaignList, error) {
	if !within(people.From(ctx), in.Compound) {
		return nil, notFound()
	}
	out := &campaignList{Body: []CampaignSummary{}}
	for c, err := range h.campaigns.Find(ctx, db.Where("compound", in.Compound).Desc("terms.opens").Limit(listed)) {
		if err != nil {
			return nil, err
		}
		out.Body = append(out.Body, CampaignSummary{c.ID, c.Title, c.State, c.Terms.Opens, c.Terms.Closes, len(c.Rounds)})
	}
	return out, nil
}

func (h handlers) recall(ctx context.Context, in *cancelRound) (*campaignView, error) {
	me := people.From(ctx)
	c, err := h.campaigns.Get(ctx, in.ID)
	if err == nil && !me.Is(people.Coordinator, c.Compound) {
		err = notFound()
	}
	if err != nil {
		return nil, err
	}
	if c, err = h.Recall(ctx, in.ID, me.Account, in.Body.Reason); err != nil {
		return nil, err
	}
	return h.campaignAs(ctx, me, &c)
}
