package orders

import (
	"context"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
	"baimi/app/people"
)

// Routes registers the package's operations.
func (o *Orders) Routes(r *people.Router) {
	h := handlers{o}
	leads := people.Only(people.Leader, people.Coordinator)
	people.Route(r, people.Anyone, "GET /g/{id}", "A round by its link: what it offers and how far it is, and nothing of anybody.", h.byLink)
	people.Stream(r, people.Anyone, "GET /g/{id}/progress", "How far a round is, live: event progress.", h.live)
	people.Route(r, people.SignedIn, "GET /group-buys", "The rounds of my buildings, newest first.", h.list)
	people.Route(r, people.SignedIn, "GET /me/orders", "The rounds that my households take part in, newest first.", h.myOrders)
	people.Route(r, people.SignedIn, "GET /group-buys/{id}", "One round, as far as it is for me.", h.get)
	people.Route(r, leads, "POST /group-buys", "Draft a round, or open it at once.", h.draft)
	people.Route(r, leads, "PUT /group-buys/{id}", "Change what a draft offers.", h.change)
	people.Route(r, leads, "POST /group-buys/{id}/open", "Open a draft.", h.open)
	people.Route(r, leads, "POST /group-buys/{id}/close", "Close a round before its time.", h.close)
	people.Route(r, leads, "POST /group-buys/{id}/cancel", "Cancel a round; nobody owes anything.", h.cancel)
	people.Route(r, people.SignedIn, "POST /group-buys/{id}/join", "Order for my own household; the lines take the place of the ones before.", h.join)
	people.Route(r, people.SignedIn, "DELETE /group-buys/{id}/join", "Leave a round with my own household.", h.leave)
	people.Route(r, people.SignedIn, "PUT /group-buys/{id}/orders", "Order for another household, or change or take back its order.", h.orderFor)
	people.Route(r, leads, "POST /group-buys/{id}/reveal", "Show a participant's phone number; written down.", h.reveal)
	people.Route(r, leads, "GET /group-buys/{id}/sheet", "Door sheet and totals, in natural order.", h.sheet)
	h.chainRoutes(r, leads)
	h.sheetRoutes(r, leads)
	people.Route(r, leads, "POST /arrivals", "Tell a range of buildings that their goods are here.", h.call)
	people.Route(r, leads, "POST /group-buys/{id}/leftovers", "Offer the building what no door took.", h.offerAgain)
	people.Route(r, leads, "PUT /group-buys/{id}/picked", "Write down who took leftovers from the lobby.", h.pick)
	people.Route(r, people.Only(people.Coordinator), "GET /helpers", "Who orders for other households in a compound, and for how many.", h.helpers)
	people.Route(r, people.Only(people.Coordinator), "POST /campaigns", "Open the same round for every building of a compound.", h.announce)
	people.Route(r, people.SignedIn, "GET /campaigns", "A compound's campaigns, newest first.", h.campaignsOf)
	people.Route(r, people.SignedIn, "GET /campaigns/{id}", "How far each building of a campaign is.", h.campaign)
	people.Route(r, people.Only(people.Coordinator), "POST /campaigns/{id}/cancel", "Cancel a campaign and its rounds.", h.recall)
}

type handlers struct{ *Orders }

type none struct{}

type byID struct {
	ID string `path:"id" maxLength:"64"`
}

func notFound() error {
	return fault.New(fault.NotFound, "not_found", "There is nothing here for you.")
}

type linkView struct{ Body *people.Written[RoundTerms] }

func (h handlers) byLink(ctx context.Context, in *byID) (*linkView, error) {
	terms, err := db.Derived(ctx, h.GroupBuys, in.ID, func(g *GroupBuy) (*people.Written[RoundTerms], error) {
		if g.State == Draft {
			return nil, notFound()
		}
		return people.Write(g.terms())
	})
	return &linkView{terms}, err
}

// published gives a round that its leader has shared.
func (h handlers) published(ctx context.Context, id string) (GroupBuy, error) {
	g, err := h.GroupBuys.Get(ctx, id)
	if err == nil && g.State == Draft {
		err = notFound()
	}
	return g, err
}

// pulse keeps quiet lines open, and finds out which clients have gone.
const pulse = 20 * time.Second

func (h handlers) live(ctx context.Context, in *byID) (func(context.Context, people.Send), error) {
	g, err := h.published(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, send people.Send) {
		ctx, leave := context.WithCancel(ctx)
		defer leave()
		news, beat := h.feeds.watch(ctx, &g), time.NewTicker(pulse)
		defer beat.Stop()
		for err := error(nil); err == nil; {
			select {
			case p := <-news:
				err = send("progress", p)
			case <-beat.C:
				err = send("", nil)
			case <-ctx.Done():
				return
			}
		}
	}, nil
}

type roundView struct{ Body Round }

func (h handlers) get(ctx context.Context, in *byID) (*roundView, error) {
	g, err := h.GroupBuys.Look(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return h.show(ctx, g)
}

// show gives the round as the actor may see it.
func (h handlers) show(ctx context.Context, g *GroupBuy) (*roundView, error) {
	r, ok := g.View(people.From(ctx))
	if !ok {
		return nil, notFound()
	}
	for i := range r.Mine {
		if p := r.Mine[i].Proxy; p != nil {
			var err error
			if r.Mine[i].OrderedBy, err = h.people.NameOf(ctx, p.By); err != nil {
				return nil, err
			}
		}
	}
	h.mask(ctx, r.Participants)
	h.mask(ctx, r.Waiting)
	return &roundView{r}, nil
}
