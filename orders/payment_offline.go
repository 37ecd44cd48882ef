package orders

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
	"baimi/app/people"
)

// collects tells whether the actor may take money for the round.
func (g *GroupBuy) collects(a people.Actor) bool {
	return a.SignedIn() && (a.Account == g.Leader || a.Is(people.Leader, g.Scope) || a.Is(people.Coordinator, g.Compound))
}

// pays tells whether the actor is of the household, or ordered or pays for it.
func (g *GroupBuy) pays(a people.Actor, household string) bool {
	if !a.SignedIn() {
		return false
	}
	if a.Is(people.Resident, household) {
		return true
	}
	return slices.ContainsFunc(g.Participants, func(p Participant) bool {
		return p.Household == household && (p.Account == a.Account || p.Proxy != nil && (p.Proxy.Payer == a.Account || p.Proxy.By == a.Account))
	})
}

// payment gives a household's money in a round against what the group buy says
// now, whether or not it has paid anything or the payment has followed already.
func (c *Cashier) payment(ctx context.Context, g *GroupBuy, household string) (Payment, error) {
	p, err := c.payments.Get(ctx, PaymentID(g.ID, household))
	if fault.KindOf(err) == fault.NotFound {
		p, err = newPayment(g, household), nil
	}
	if err != nil {
		return p, err
	}
	p.Bill, err = g.Owes(household)
	return p, err
}

// View gives a household's money in a round, whether or not it has paid anything.
func (c *Cashier) View(ctx context.Context, g *GroupBuy, household string) (PaymentView, error) {
	p, err := c.payment(ctx, g, household)
	return viewOf(g, p), err
}

// viewNow shows a payment against what the group buy says now.
func (c *Cashier) viewNow(g *GroupBuy, p Payment) (_ PaymentView, err error) {
	p.Bill, err = g.Owes(p.Household)
	return viewOf(g, p), err
}

// Views gives every household of the round, and those that left but have paid,
// in the order of joining.
func (c *Cashier) Views(ctx context.Context, g *GroupBuy) ([]PaymentView, error) {
	known := map[string]Payment{}
	for p, err := range c.payments.Find(ctx, db.Where("group_buy", g.ID)) {
		if err != nil {
			return nil, err
		}
		known[p.Household] = p
	}
	views := []PaymentView{}
	for _, who := range g.Participants {
		p, paid := known[who.Household]
		if !paid {
			p = newPayment(g, who.Household)
		}
		delete(known, who.Household)
		v, err := c.viewNow(g, p)
		if err != nil {
			return nil, err
		}
		views = append(views, v)
	}
	for _, household := range slices.Sorted(maps.Keys(known)) {
		v, err := c.viewNow(g, known[household])
		if err != nil {
			return nil, err
		}
		views = append(views, v)
	}
	return views, nil
}

// MyPayment is a household's money in a round, for whoever pays it.
type MyPayment struct {
	GroupBuy string    `json:"group_buy"`
	Title    string    `json:"title"`
	State    State     `json:"state" enum:"draft,open,closed,allocated,arriving,delivering,done,cancelled,failed"`
	Closes   time.Time `json:"closes"`
	PaymentView
}

// paymentsListed bounds the rounds of one household in a list.
const paymentsListed = 50

// PaymentsOf lists what an actor's households and those that it pays for pay,
// newest round first.
func (c *Cashier) PaymentsOf(ctx context.Context, a people.Actor) ([]MyPayment, error) {
	queries := []db.Query{db.Where("participants.proxy.payer", a.Account)}
	for _, home := range a.Scopes(people.Resident) {
		queries = append(queries, db.Where("participants.household", home))
	}
	rounds := map[string]GroupBuy{}
	for _, q := range queries {
		for g, err := range c.groupBuys.Find(ctx, q.Desc("opens").Limit(paymentsListed)) {
			if err != nil {
				return nil, err
			}
			rounds[g.ID] = g
		}
	}
	list, err := []MyPayment{}, error(nil)
	for _, g := range rounds {
		for _, p := range g.Participants {
			if !a.Is(people.Resident, p.Household) && (p.Proxy == nil || p.Proxy.Payer != a.Account) {
				continue
			}
			var v PaymentView
			if v, err = c.View(ctx, &g, p.Household); err != nil {
				return nil, err
			}
			list = append(list, MyPayment{GroupBuy: g.ID, Title: g.Title, State: g.State, Closes: g.Closes, PaymentView: v})
		}
	}
	for _, home := range a.Scopes(people.Resident) {
		if list, err = c.stillThere(ctx, home, list); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(list, func(a, b MyPayment) int {
		return cmp.Or(b.Closes.Compare(a.Closes), cmp.Compare(a.GroupBuy, b.GroupBuy), cmp.Compare(a.Household, b.Household))
	})
	return list, nil
}

// stillThere adds the rounds that a household has left while money of it is there.
func (c *Cashier) stillThere(ctx context.Context, home string, list []MyPayment) ([]MyPayment, error) {
	for p, err := range c.payments.Find(ctx, db.Where("household", home)) {
		if err != nil {
			return nil, err
		}
		if p.Bill.Reason != "left" || p.Paid() == 0 && p.HeldNow() == 0 {
			continue
		}
		g, err := c.groupBuys.Look(ctx, p.GroupBuy)
		if err != nil {
			return nil, err
		}
		list = append(list, MyPayment{GroupBuy: g.ID, Title: g.Title, State: g.State, Closes: g.Closes, PaymentView: viewOf(g, p)})
	}
	return list, nil
}

// Receive records money from a household; all means what is outstanding.
func (c *Cashier) Receive(ctx context.Context, g *GroupBuy, household string, r PaymentReceipt, all bool) (PaymentView, error) {
	if _, in := g.Participant(household); !in {
		return PaymentView{}, fault.New(fault.NotFound, "household_unknown", "This household is not in the round.")
	}
	return c.pass(ctx, g, household, func(p *Payment) error {
		next := r
		if all && !p.has(r.ID) {
			if next.Minor = p.Outstanding(); next.Minor == 0 {
				return fault.New(fault.Conflict, "nothing_outstanding", "This household has paid all that is outstanding.")
			}
		}
		return p.Receive(next)
	})
}

// GiveBack records money handed back to a household.
func (c *Cashier) GiveBack(ctx context.Context, g *GroupBuy, household string, r PaymentReceipt) (PaymentView, error) {
	return c.pass(ctx, g, household, func(p *Payment) error { return p.GiveBack(r) })
}

// Undo takes a receipt back.
func (c *Cashier) Undo(ctx context.Context, g *GroupBuy, household, receipt string, u Undone) (PaymentView, error) {
	return c.pass(ctx, g, household, func(p *Payment) error { return p.Undo(receipt, u) })
}

// pass applies a rule about money by hand to a payment that has first followed its
// bill. What it makes the provider do is no part of the answer: the view says what is left.
func (c *Cashier) pass(ctx context.Context, g *GroupBuy, household string, rule func(*Payment) error) (PaymentView, error) {
	p, err := c.record(ctx, g, household, func(p *Payment, _ time.Time) error { return rule(p) })
	if err != nil {
		return PaymentView{}, err
	}
	return c.viewNow(g, c.carryOn(ctx, p))
}

// reminderPause is how long a household is left in peace after a reminder.
const reminderPause = 12 * time.Hour

// Remind tells every household with something outstanding, or whoever pays for
// it. Those without an account are named, because somebody has to knock.
func (c *Cashier) Remind(ctx context.Context, g *GroupBuy) (told, recent, byHand []string, err error) {
	told, recent, byHand = []string{}, []string{}, []string{}
	views, err := c.Views(ctx, g)
	if err != nil {
		return
	}
	now := c.now().UTC()
	for _, v := range views {
		who, in := g.Participant(v.Household)
		switch {
		case !in || v.Outstanding == 0:
		case v.Reminded != nil && now.Sub(*v.Reminded) < reminderPause:
			recent = append(recent, v.Household)
		case who.payer() == "":
			byHand = append(byHand, v.Household)
		default:
			if err = c.remind(ctx, g, who, v, now); err != nil {
				return
			}
			told = append(told, v.Household)
		}
	}
	return
}

// payer is the account that pays for the household; empty: nobody has one.
func (p *Participant) payer() string {
	if p.Proxy != nil && p.Proxy.Payer != "" {
		return p.Proxy.Payer
	}
	return p.Account
}

func (c *Cashier) remind(ctx context.Context, g *GroupBuy, who *Participant, v PaymentView, now time.Time) error {
	n := people.Notice{
		Doc: db.Doc{ID: PaymentID(g.ID, who.Household) + ":reminder:" + now.Format(time.RFC3339)}, Account: who.payer(), Kind: "payment_due",
		Params: map[string]string{"title": g.Title, "minor": decimal(v.Outstanding), "currency": g.Currency, "household": who.Household},
		Link:   "/payments", At: now,
	}
	if err := c.people.Tell(ctx, n); err != nil {
		return err
	}
	_, err := c.upsert(ctx, g, who.Household, func(p *Payment, _ time.Time) error {
		p.Reminded = &now
		return nil
	})
	return err
}
