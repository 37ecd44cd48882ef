package orders

import (
	"context"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"baimi/app/db"
	"baimi/app/fault"
	"baimi/app/people"
)

// EffectMoney is the kind of the effect by which a group buy asks that its
// households' payments follow what it says now.
const EffectMoney = "money"

// MoneyChanged asks, inside the update that changes what the household owes,
// that its payment follows; the household "" is everybody in the round. Asking
// twice in one revision asks once.
func (g *GroupBuy) MoneyChanged(household string) {
	id := EffectMoney + ":" + household + ":" + strconv.FormatInt(g.Rev, 10)
	if !slices.ContainsFunc(g.Effects, func(e Effect) bool { return e.ID == id }) {
		g.Effects = append(g.Effects, Effect{ID: id, Kind: EffectMoney, Household: household})
	}
}

// Cashier makes payments follow the group buys and writes the ledger.
type Cashier struct {
	Ledger    *Ledger
	groupBuys *db.Collection[GroupBuy]
	payments  *db.Collection[Payment]
	events    *db.Collection[ProviderEvent]
	wallets   *db.Collection[Wallet]
	payees    *db.Collection[Payee]
	payouts   *db.Collection[Payout]
	claims    *db.Collection[Claim]
	photos    *db.Collection[ClaimPhoto]
	provider  Provider // nil: this deployment takes cash and transfers only
	people    Contacts
	now       func() time.Time

	seenParked  bool // what waits for the provider's keys was asked for; only Work reads and writes it
	saidWaiting bool // that it waits; only Work reads and writes it
}

// Contacts is what the cashier needs of people: their inboxes and their names.
type Contacts interface {
	Tell(ctx context.Context, n people.Notice) error
	NameOf(ctx context.Context, account string) (string, error)
}

// OpenCashier prepares the money side on a store. Provider is nil where the
// deployment takes cash and transfers only.
func OpenCashier(conn *db.Conn, groupBuys *db.Collection[GroupBuy], provider Provider, contacts Contacts, now func() time.Time) *Cashier {
	claims, photos := openClaims(conn)
	c := &Cashier{
		claims: claims, photos: photos,
		Ledger: OpenLedger(conn, now), groupBuys: groupBuys,
		payments: db.Open[Payment](conn, db.Spec{Name: "payments", Indexes: []db.Index{
			db.On("group_buy", "household"), db.On("household"), db.On("wake"), db.On("parked"), db.On("intents.id"),
		}}),
		events:   db.Open[ProviderEvent](conn, db.Spec{Name: "provider_events", Indexes: []db.Index{db.On("wake")}}),
		payees:   db.Open[Payee](conn, db.Spec{Name: "payees"}),
		payouts:  db.Open[Payout](conn, db.Spec{Name: "round_payouts", Indexes: []db.Index{db.On("group_buy"), db.On("payee", "created"), db.On("wake"), db.On("parked")}}),
		wallets:  db.Open[Wallet](conn, db.Spec{Name: "wallets"}),
		provider: provider, people: contacts, now: now,
	}
	db.Outbox(c.payments, c.Ledger.book, func(p *Payment) []Entry { return p.takeOutbox(provider != nil) })
	return c
}

// Settle makes every payment of the group buy follow what it says now, and then
// takes out the effects that asked for it. It may be called at any time and
// does nothing where all agrees.
func (c *Cashier) Settle(ctx context.Context, groupBuy string) error {
	g, err := c.groupBuys.Look(ctx, groupBuy)
	if err != nil {
		return err
	}
	households, err := c.concerned(ctx, g)
	if err != nil {
		return err
	}
	if err := inParallel(households, func(h string) error { return c.follow(ctx, g, h) }); err != nil {
		return err
	}
	_, err = c.groupBuys.Update(ctx, g.ID, func(now *GroupBuy) error {
		now.Effects = slices.DeleteFunc(now.Effects, func(e Effect) bool {
			return e.Kind == EffectMoney && slices.ContainsFunc(g.Effects, func(done Effect) bool { return done.ID == e.ID })
		})
		return nil
	})
	return err
}

// concerned lists the households whose payments may have to change: those that
// the effects name or, for an effect without a household, everybody who takes
// part and everybody who has a payment.
func (c *Cashier) concerned(ctx context.Context, g *GroupBuy) ([]string, error) {
	var some []string
	all := true
	for _, e := range g.Effects {
		if e.Kind == EffectMoney {
			some, all = append(some, e.Household), e.Household == ""
			if all {
				break
			}
		}
	}
	if !all {
		return some, nil
	}
	var households []string
	if g.stage() != Promised {
		for _, p := range g.Participants {
			households = append(households, p.Household)
		}
	}
	for p, err := range c.payments.Find(ctx, db.Where("group_buy", g.ID)) {
		if err != nil {
			return nil, err
		}
		households = append(households, p.Household)
	}
	slices.Sort(households)
	return slices.Compact(households), nil
}

// follow brings one household's payment to its bill; one that does not exist is
// made only where there is something to owe.
func (c *Cashier) follow(ctx context.Context, g *GroupBuy, household string) error {
	b, err := g.Owes(household)
	if err != nil {
		return err
	}
	bill := func(p *Payment, now time.Time) error {
		p.SetBill(b, now)
		return nil
	}
	var p Payment
	if b.Stage == Promised || b.Stage == Nothing {
		p, err = c.update(ctx, PaymentID(g.ID, household), bill)
	} else {
		p, err = c.upsert(ctx, g, household, bill)
	}
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	if err == nil {
		c.carryOn(ctx, p)
	}
	return err
}

// change updates a payment by a rule, and then does what it has caused; an error
// may also be the provider's, after the rule was recorded.
func (c *Cashier) change(ctx context.Context, id string, rule func(*Payment, time.Time) error) (Payment, error) {
	p, err := c.update(ctx, id, rule)
	if err != nil {
		return p, err
	}
	return c.drain(ctx, p)
}

// upsert is update for a household whose payment may not be there yet: the rule then makes it, in one write.
func (c *Cashier) upsert(ctx context.Context, g *GroupBuy, household string, rule func(*Payment, time.Time) error) (Payment, error) {
	id := PaymentID(g.ID, household)
	if _, err := c.payments.Look(ctx, id); fault.KindOf(err) != fault.NotFound {
		return c.update(ctx, id, rule)
	}
	p := newPayment(g, household)
	err := c.apply(&p, c.now(), rule)
	if err == nil {
		p, err = c.payments.Insert(ctx, p)
	}
	if fault.Is(err, "duplicate") {
		return c.update(ctx, id, rule)
	}
	return p, err
}

// record applies a rule to a payment that follows its bill, and looks at the round
// once more: what changed it just before the payment was there has not found it.
func (c *Cashier) record(ctx context.Context, g *GroupBuy, household string, rule func(*Payment, time.Time) error) (Payment, error) {
	b, err := g.Owes(household)
	if err != nil {
		return Payment{}, err
	}
	p, err := c.upsert(ctx, g, household, func(p *Payment, now time.Time) error {
		p.SetBill(b, now)
		return rule(p, now)
	})
	if err != nil {
		return p, err
	}
	since, err := c.groupBuys.Look(ctx, g.ID)
	if err != nil || since.Rev == b.Rev {
		return p, err
	}
	again, err := since.Owes(household)
	if err != nil || again.Stage == b.Stage && slices.Equal(again.Lines, b.Lines) {
		return p, err
	}
	return c.update(ctx, p.ID, func(p *Payment, now time.Time) error {
		p.SetBill(again, now)
		return nil
	})
}

// carryOn does what a recorded change has caused. What the provider does not do
// now is written down and done by Work, so that it is no error of the change.
func (c *Cashier) carryOn(ctx context.Context, p Payment) Payment {
	next, err := c.drain(ctx, p)
	if err != nil {
		slog.Warn("a payment is recorded, and what follows from it is left for later", "payment", p.GroupBuy, "error", err)
	}
	if next.ID == "" { // it could not be read again
		return p
	}
	return next
}

// inParallel does the work for each of all, some at a time, and gives the first
// error after all have been tried.
func inParallel[T any](all []T, work func(T) error) error {
	var group errgroup.Group
	group.SetLimit(16)
	for _, one := range all {
		group.Go(func() error { return work(one) })
	}
	return group.Wait()
}
