package orders

import (
	"context"
	"log/slog"
	"slices"

	"baimi/app/db"
	"baimi/app/fault"
	"baimi/app/money"
	"baimi/app/people"
)

// claimRoutes registers claims after delivery and changes of price.
func claimRoutes(r *people.Router, h moneyHandlers) {
	deciders := people.Only(people.Leader, people.Coordinator)
	people.Route(r, deciders, "POST /group-buys/{id}/prices", "Change what delivered goods cost, never above the cap.", h.reprice)
	people.Route(r, people.SignedIn, "POST /group-buys/{id}/claims", "Say what was wrong with a delivered line.", h.file)
	people.Route(r, people.SignedIn, "GET /group-buys/{id}/claims", "The round's claims: a member sees the own household's.", h.claimsOf)
	people.Route(r, people.Only(people.Coordinator), "GET /claims", "The claims of a compound that are not decided, the most urgent first.", h.openClaims)
	people.Route(r, people.SignedIn, "GET /claims/{id}/photo", "A claim's photo.", h.photo)
	people.Route(r, people.SignedIn, "POST /claims/{id}/withdraw", "Take a claim back.", h.withdraw)
	people.Route(r, deciders, "POST /claims/{id}/decision", "Grant a claim, in whole or in part, or refuse it.", h.decide)
}

func (h moneyHandlers) reprice(ctx context.Context, in *struct {
	ID   string `path:"id"`
	Key  string `header:"Idempotency-Key"`
	Body struct {
		Item      string        `json:"item" minLength:"1"`
		Household string        `json:"household,omitempty" doc:"Left out: everybody who was delivered some."`
		UnitPrice *money.Amount `json:"unit_price,omitempty"`
		Total     *money.Amount `json:"total,omitempty" doc:"What the household's line costs by weight, instead of a unit price."`
		Reason    string        `json:"reason" minLength:"1" maxLength:"200"`
	}
}) (*billView, error) {
	a := Adjustment{ID: people.NewID(ctx), Kind: NewUnitPrice, Reason: in.Body.Reason, By: people.From(ctx).Account, At: h.now().UTC()}
	amount := in.Body.UnitPrice
	if in.Body.Total != nil {
		a.Kind, amount = Weighed, in.Body.Total
	}
	if amount == nil || in.Body.UnitPrice != nil && in.Body.Total != nil || a.Kind == Weighed && in.Body.Household == "" {
		return nil, fault.New(fault.Invalid, "price_invalid", "Give a unit price, or the total of one household.").At("body", "unit_price or household and total")
	}
	a.Minor = amount.Minor
	if _, err := h.collectedIn(ctx, in.ID, amount); err != nil {
		return nil, err
	}
	g, err := h.groupBuys.Update(ctx, in.ID, func(g *GroupBuy) error { return g.Reprice(in.Body.Household, in.Body.Item, a) })
	if err != nil {
		return nil, err
	}
	if err := h.Settle(ctx, in.ID); err != nil { // the round keeps the effect that asks for it
		slog.Error("a price is changed, and the payments follow later", "group_buy", in.ID, "error", err)
	}
	b, err := g.Owes(in.Body.Household)
	return &billView{b}, err
}

type claimView struct{ Body Claim }

func (h moneyHandlers) file(ctx context.Context, in *struct {
	ID   string `path:"id"`
	Key  string `header:"Idempotency-Key"`
	Body struct {
		Household string `json:"household" minLength:"1" maxLength:"100"`
		Item      string `json:"item" minLength:"1" maxLength:"200"`
		Kind      string `json:"kind" enum:"damaged,missing,wrong,quality"`
		Quantity  int64  `json:"quantity" minimum:"1"`
		Text      string `json:"text" minLength:"1" maxLength:"1000"`
		Photo     []byte `json:"photo,omitempty" doc:"A JPEG, PNG or WebP of at most 1 MiB, in base64."`
	}
}) (*claimView, error) {
	g, err := h.readable(ctx, in.ID, in.Body.Household)
	if err != nil {
		return nil, err
	}
	cl, err := h.File(ctx, g, Claim{
		Doc: db.Doc{ID: people.NewID(ctx)}, Household: in.Body.Household, Item: in.Body.Item, Kind: in.Body.Kind,
		Quantity: in.Body.Quantity, Text: in.Body.Text, By: people.From(ctx).Account,
	}, in.Body.Photo)
	return &claimView{cl}, err
}

type claimList struct{ Body []Claim }

func (h moneyHandlers) claimsOf(ctx context.Context, in *groupBuyID) (*claimList, error) {
	g, err := h.groupBuys.Look(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	a := people.From(ctx)
	all, err := db.All(h.claims.Find(ctx, db.Where("group_buy", g.ID).Order("at")))
	if err != nil {
		return nil, err
	}
	out := &claimList{[]Claim{}}
	for _, cl := range all {
		if g.collects(a) || g.pays(a, cl.Household) {
			out.Body = append(out.Body, cl)
		}
	}
	return out, nil
}

func (h moneyHandlers) openClaims(ctx context.Context, in *struct {
	Compound string `query:"compound" required:"true"`
}) (*claimList, error) {
	if !people.From(ctx).Is(people.Coordinator, in.Compound) {
		return nil, fault.New(fault.NotFound, "not_found", "There is no such compound of yours.")
	}
	all, err := db.All(h.claims.Find(ctx, db.Where("compound", in.Compound).And("state", ClaimOpen).Order("deadline").Limit(500)))
	return &claimList{append([]Claim{}, all...)}, err
}

// claim gives a claim with its round to whoever may see it.
func (h moneyHandlers) claim(ctx context.Context, id string) (Claim, *GroupBuy, error) {
	cl, err := h.claims.Get(ctx, id)
	if err != nil {
		return cl, nil, err
	}
	g, err := h.readable(ctx, cl.GroupBuy, cl.Household)
	return cl, g, err
}

type photoFile struct {
	Type  string `header:"Content-Type"`
	Cache string `header:"Cache-Control"`
	Body  []byte
}

func (h moneyHandlers) photo(ctx context.Context, in *claimID) (*photoFile, error) {
	if _, _, err := h.claim(ctx, in.ID); err != nil {
		return nil, err
	}
	p, err := h.photos.Get(ctx, in.ID)
	return &photoFile{p.Type, "private, max-age=3600", p.Bytes}, err
}

type claimID struct {
	ID string `path:"id" maxLength:"100"`
}

func (h moneyHandlers) withdraw(ctx context.Context, in *claimID) (*claimView, error) {
	cl, _, err := h.claim(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if cl.By != people.From(ctx).Account {
		return nil, fault.New(fault.Forbidden, "not_your_claim", "Only who made the claim takes it back.")
	}
	cl, err = h.WithdrawClaim(ctx, in.ID)
	return &claimView{cl}, err
}

func (h moneyHandlers) decide(ctx context.Context, in *struct {
	ID   string `path:"id" maxLength:"100"`
	Body struct {
		Granted money.Amount `json:"granted" doc:"Zero refuses the claim."`
		Bearer  string       `json:"bearer,omitempty" enum:"supplier,leader,deployment" doc:"Who bears it; the supplier unless said otherwise."`
		Reason  string       `json:"reason" minLength:"1" maxLength:"200"`
	}
}) (*claimView, error) {
	cl, g, err := h.claim(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if _, err := h.collectedIn(ctx, g.ID, &in.Body.Granted); err != nil {
		return nil, err
	}
	a := people.From(ctx)
	if err := g.decides(a, cl, in.Body.Bearer); err != nil {
		return nil, err
	}
	if in.Body.Granted.Minor < 0 {
		return nil, fault.New(fault.Invalid, "amount_invalid", "The amount must not be below zero.").At("body.granted.minor", "zero or more")
	}
	cl, err = h.DecideClaim(ctx, in.ID, Decision{
		By: a.Account, At: h.now().UTC(), Minor: in.Body.Granted.Minor, Bearer: in.Body.Bearer, Reason: in.Body.Reason,
	})
	return &claimView{cl}, err
}

// decides refuses who may not decide a claim: a leader about the own household,
// or at the deployment's expense.
func (g *GroupBuy) decides(a people.Actor, cl Claim, bearer string) error {
	if a.Is(people.Coordinator, g.Compound) {
		return nil
	}
	own := a.Is(people.Resident, cl.Household) || slices.ContainsFunc(g.Participants, func(p Participant) bool {
		return p.Household == cl.Household && p.Account == a.Account
	})
	if own {
		return fault.New(fault.Forbidden, "own_claim", "A coordinator decides the claims of your own household.")
	}
	if bearer == "deployment" {
		return fault.New(fault.Forbidden, "bearer_coordinator", "Only a coordinator lets the deployment bear a claim.")
	}
	return nil
}
