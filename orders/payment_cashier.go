package orders

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

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
	tell      func(context.Context, people.Notice) error
	now       func() time.Time
}

// OpenCashier prepares the money side on a store. Tell puts a notice into an
// account's inbox.
func OpenCashier(conn *db.Conn, groupBuys *db.Collection[GroupBuy], tell func(context.Context, people.Notice) error, now func() time.Time) *Cashier {
	return &Cashier{
		Ledger: OpenLedger(conn, now), groupBuys: groupBuys,
		payments: db.Open[Payment](conn, db.Spec{Name: "payments", Indexes: []db.Index{
			db.On("group_buy", "household"), db.On("household"), db.On("wake"),
		}}),
		tell: tell, now: now,
	}
}

// Settle makes every payment of the group buy follow what it says now, and then
// takes out the effects that asked for it. It may be called at any time and
// does nothing where all agrees.
func (c *Cashier) Settle(ctx context.Context, groupBuy string) error {
	g, err := c.groupBuys.Get(ctx, groupBuy)
	if err != nil {
		return err
	}
	households, err := c.concerned(ctx, &g)
	if err != nil {
		return err
	}
	if err := inParallel(households, func(h string) error { return c.follow(ctx, &g, h) }); err != nil {
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
	if b.Stage == Promised || b.Stage == Nothing {
		_, err = c.payments.Get(ctx, PaymentID(g.ID, household))
		if fault.KindOf(err) == fault.NotFound {
			return nil
		}
	} else {
		err = c.ensure(ctx, g, household)
	}
	if err != nil {
		return err
	}
	_, err = c.change(ctx, PaymentID(g.ID, household), func(p *Payment, now time.Time) error {
		p.SetBill(b, now)
		return nil
	})
	return err
}

// ensure makes the payment where there is none yet.
func (c *Cashier) ensure(ctx context.Context, g *GroupBuy, household string) error {
	_, err := c.payments.Get(ctx, PaymentID(g.ID, household))
	if fault.KindOf(err) != fault.NotFound {
		return err
	}
	_, err = c.payments.Insert(ctx, newPayment(g, household))
	if fault.Is(err, "duplicate") {
		return nil
	}
	return err
}

// change updates a payment by a rule, and then does what it has caused.
func (c *Cashier) change(ctx context.Context, id string, rule func(*Payment, time.Time) error) (Payment, error) {
	now := c.now()
	p, err := c.payments.Update(ctx, id, func(p *Payment) error {
		if err := rule(p, now); err != nil {
			return err
		}
		p.schedule(now)
		return nil
	})
	if err != nil {
		return p, err
	}
	return c.drain(ctx, p)
}

// drain does what a payment has caused, one step after another.
func (c *Cashier) drain(ctx context.Context, p Payment) (Payment, error) {
	for {
		next, more, err := c.step(ctx, p)
		if err != nil || !more {
			return next, err
		}
		p = next
	}
}

// step does the next thing that a payment has caused: each is idempotent, and
// recorded as done only afterwards, so that a crash in between repeats it
// without effect.
func (c *Cashier) step(ctx context.Context, p Payment) (Payment, bool, error) {
	if len(p.Outbox) == 0 {
		return p, false, nil
	}
	done := slices.Clone(p.Outbox)
	for _, e := range done {
		if err := c.Ledger.Post(ctx, e); err != nil {
			return p, false, err
		}
	}
	now := c.now()
	next, err := c.payments.Update(ctx, p.ID, func(p *Payment) error {
		for _, e := range done {
			p.posted(e.ID)
		}
		p.schedule(now)
		return nil
	})
	return next, err == nil, err
}

// Work does what is due on payments, and gives how many it looked at. One that
// cannot be served is left for the next time and does not stop the others.
func (c *Cashier) Work(ctx context.Context) (int, error) {
	due, err := db.All(c.payments.Find(ctx, db.Query{}.UpTo("wake", c.now()).Limit(500)))
	if err != nil {
		return 0, err
	}
	var failed error
	for _, p := range due {
		if _, err := c.drain(ctx, p); err != nil {
			failed = err
		}
	}
	return len(due), failed
}

// inParallel does the work for each household, eight at a time, and gives the
// first error after all have been tried.
func inParallel(households []string, work func(string) error) error {
	var (
		wait  sync.WaitGroup
		once  sync.Once
		first error
		slots = make(chan struct{}, 8)
	)
	for _, h := range households {
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			if err := work(h); err != nil {
				once.Do(func() { first = err })
			}
		})
	}
	wait.Wait()
	return first
}
