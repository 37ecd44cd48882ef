package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"baimi/app/community"
	"baimi/app/db"
	"baimi/app/people"
	"baimi/fulfillment"
	"baimi/fulfillment/matching"
	"baimi/fulfillment/routing"
	"baimi/orders"
)

// EveningCmd plays a whole evening on a store: it closes every open round, runs
// one market, dispatches, counts, splits and hands over all of it, and then
// adds everything up from the documents.
type EveningCmd struct {
	Store   string        `env:"BAIMI_STORE" default:"sqlite:store" help:"Where the documents are."`
	Seconds int64         `default:"5" help:"How long the market searches for a better plan."`
	Rule    matching.Rule `default:"equal" enum:"equal,proportional,lottery,first" help:"How a shortage is shared out."`
	Short   int64         `default:"0" help:"Per cent of each drop's lots that do not arrive."`
	JSON    bool          `name:"json" help:"Print the summary as JSON."`
}

// Run plays the evening; it fails if anything does not add up.
func (c *EveningCmd) Run(ctx context.Context) error {
	if c.Short < 0 || c.Short > 100 {
		return wrongUse{fmt.Errorf("--short is a per cent, 0 to 100, not %d", c.Short)}
	}
	d, err := openDomains(ctx, Config{Store: c.Store}, time.Now, people.LogChannel{})
	if err != nil {
		return err
	}
	defer d.conn.Close()
	if err := d.unfinishedImport(ctx); err != nil {
		return wrongUse{err}
	}
	e := &wholeEvening{domains: d, EveningCmd: c, show: progress()}
	if err := e.play(ctx); err != nil {
		return err
	}
	sum, err := d.addUp(ctx)
	if err != nil {
		return err
	}
	if err := sum.print(os.Stdout, c.JSON); err != nil {
		return err
	}
	return sum.check()
}

type wholeEvening struct {
	*domains
	*EveningCmd
	show   io.Writer
	market string
}

// atOnce is how many documents of different compounds are worked on at a time,
// so that their writes share a commit.
const atOnce = 32

func (e *wholeEvening) play(ctx context.Context) error {
	for _, step := range []struct {
		what string
		do   func(context.Context) error
	}{
		{"closing the rounds", e.close},
		{"matching", e.match},
		{"receiving at the gates", e.receive},
		{"splitting and handing over", e.deliver},
	} {
		fmt.Fprintf(e.show, "\r%s …\x1b[K", step.what)
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
	}
	fmt.Fprint(e.show, "\r\x1b[K")
	return nil
}

func (e *wholeEvening) close(ctx context.Context) error {
	open, err := db.All(e.orders.GroupBuys.Find(ctx, db.Where("state", orders.Open)))
	if err != nil {
		return err
	}
	return each(ctx, open, func(g orders.GroupBuy) error {
		_, err := e.orders.Close(ctx, g.ID, people.CommandLine)
		return err
	})
}

func (e *wholeEvening) match(ctx context.Context) error {
	now := e.now()
	m, err := e.fulfillment.Begin(ctx, fulfillment.Market{
		Doc: db.Doc{ID: fmt.Sprintf("evening-%d", now.Unix())}, Day: now.AddDate(0, 0, 1).Format(time.DateOnly),
		Rule: e.Rule, Seed: 7, Seconds: e.Seconds, By: people.CommandLine,
	})
	if err != nil {
		return err
	}
	e.market = m.ID
	if err := e.fulfillment.Advance(ctx, m.ID); err != nil {
		return err
	}
	m, err = e.fulfillment.Markets.Get(ctx, m.ID)
	if err == nil && m.State != fulfillment.Settled {
		return fmt.Errorf("the market is %s: %s", m.State, m.History[len(m.History)-2].Note)
	}
	return err
}

func (e *wholeEvening) receive(ctx context.Context) error {
	deliveries, err := db.All(e.fulfillment.Deliveries.Find(ctx, db.Where("market", e.market)))
	if err != nil {
		return err
	}
	return each(ctx, deliveries, func(d fulfillment.BulkDelivery) error {
		r := fulfillment.GateReceipt{By: people.CommandLine}
		for _, l := range d.Lots {
			r.Counts = append(r.Counts, fulfillment.Count{Lot: l.Lot, Good: l.Quantity - l.Quantity*e.Short/100})
		}
		for _, step := range []func(*fulfillment.BulkDelivery, time.Time) error{
			func(d *fulfillment.BulkDelivery, now time.Time) error { return d.Confirm(people.CommandLine, now) },
			func(d *fulfillment.BulkDelivery, now time.Time) error { return d.Dispatch(people.CommandLine, now) },
			func(d *fulfillment.BulkDelivery, now time.Time) error {
				return d.Count(r, fulfillment.Substitutes{}, now)
			},
		} {
			if _, err := e.fulfillment.ChangeDelivery(ctx, d.ID, step); err != nil {
				return err
			}
		}
		return nil
	})
}

// teams are the volunteers of a large compound, for a whole day: some of the
// imported ones are kilometres across.
var teams = []fulfillment.Team{{Kind: "e-bike", Count: 40, Minutes: 720}, {Kind: "cart", Count: 2, Minutes: 720}}

func (e *wholeEvening) deliver(ctx context.Context) error {
	at := map[string][]string{} // gate → deliveries
	for d, err := range e.fulfillment.Deliveries.Find(ctx, db.Where("market", e.market)) {
		if err != nil {
			return err
		}
		gate := community.GateID(d.Compound, d.At)
		at[gate] = append(at[gate], d.ID)
	}
	return each(ctx, sortedKeys(at), func(gate string) error {
		runs, left, err := e.fulfillment.Split(ctx, e.market+"."+strings.ReplaceAll(gate, "/", "~"), gate, at[gate], teams, people.CommandLine, routing.Options{Seed: 1, Iterations: 5000})
		if err != nil {
			return err
		}
		if len(left) > 0 {
			return fmt.Errorf("%d doors of %s are left out: %s", len(left), gate, left[0].Reason)
		}
		for _, r := range runs {
			if err := e.handOver(ctx, r); err != nil {
				return err
			}
		}
		return nil
	})
}

// handOver plays one courier's run: accepted, loaded, out, door by door, back.
func (e *wholeEvening) handOver(ctx context.Context, r fulfillment.Run) error {
	const courier = people.CommandLine
	_, err := e.fulfillment.ChangeRun(ctx, r.ID, func(r *fulfillment.Run, now time.Time) error {
		if err := r.Accept(courier, now); err != nil {
			return err
		}
		if err := r.Load(courier, r.Parcels, now); err != nil {
			return err
		}
		if err := r.Leave(courier, now, now); err != nil {
			return err
		}
		for i := range r.Stops {
			h := fulfillment.Handover{ID: r.Stops[i].ID, Outcome: fulfillment.AtDoor, At: now}
			if err := r.Hand(courier, r.Stops[i].ID, h, now); err != nil {
				return err
			}
		}
		return r.Return(courier, now)
	})
	return err
}

// each does the work for all, some at a time.
func each[T any](ctx context.Context, all []T, do func(T) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for _, one := range all {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return do(one)
		})
	}
	return group.Wait()
}

// Tally is one row of the sums, in units.
type Tally struct {
	Of        string `json:"of"`
	Ordered   int64  `json:"ordered"`
	Allocated int64  `json:"allocated"` // as the rounds say
	Reserved  int64  `json:"reserved"`  // as the lots say
	Planned   int64  `json:"planned"`   // as the deliveries say
	Counted   int64  `json:"counted"`   // as the gates say
	Received  int64  `json:"received"`  // as the rounds say
	Loaded    int64  `json:"loaded"`    // as the runs say
	Handed    int64  `json:"handed"`    // as the rounds say
}

// Sums are the evening's tallies, by product, lot and compound.
type Sums struct {
	Products  []*Tally `json:"products"`
	Lots      []*Tally `json:"lots"`
	Compounds []*Tally `json:"compounds"`
	Value     int64    `json:"value"`
	Bound     int64    `json:"bound"`
	Runs      int      `json:"runs"`
	Done      int      `json:"rounds_done"`
	Rounds    int      `json:"rounds"`

	byProduct, byLot, byCompound map[string]*Tally
}

func (s *Sums) at(product, lot, compound string, add func(*Tally)) {
	for _, to := range []struct {
		tallies map[string]*Tally
		of      string
	}{{s.byProduct, product}, {s.byLot, lot}, {s.byCompound, compound}} {
		if to.of == "" {
			continue
		}
		if to.tallies[to.of] == nil {
			to.tallies[to.of] = &Tally{Of: to.of}
		}
		add(to.tallies[to.of])
	}
}

// addUp reads every document once more and adds up what each says.
func (d *domains) addUp(ctx context.Context) (*Sums, error) {
	s := &Sums{byProduct: map[string]*Tally{}, byLot: map[string]*Tally{}, byCompound: map[string]*Tally{}}
	for _, part := range []func(context.Context, *Sums) error{d.addRounds, d.addLots, d.addDeliveries, d.addRuns, d.addMarkets} {
		if err := part(ctx, s); err != nil {
			return nil, err
		}
	}
	s.Products, s.Lots, s.Compounds = inOrder(s.byProduct), inOrder(s.byLot), inOrder(s.byCompound)
	return s, nil
}

func inOrder(tallies map[string]*Tally) []*Tally {
	all := make([]*Tally, 0, len(tallies))
	for _, t := range tallies {
		all = append(all, t)
	}
	slices.SortFunc(all, func(a, b *Tally) int { return community.Natural(a.Of, b.Of) })
	return all
}

func (s *Sums) print(w io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(s)
	}
	fmt.Fprintf(w, "%-12s %9s %9s %9s %9s %9s\n", "product", "ordered", "allocated", "received", "loaded", "handed")
	total := Tally{Of: "all"}
	for _, t := range s.Products {
		fmt.Fprintf(w, "%-12s %9d %9d %9d %9d %9d\n", t.Of, t.Ordered, t.Allocated, t.Received, t.Loaded, t.Handed)
		total.Ordered += t.Ordered
		total.Allocated += t.Allocated
		total.Received += t.Received
		total.Loaded += t.Loaded
		total.Handed += t.Handed
	}
	_, err := fmt.Fprintf(w, "%-12s %9d %9d %9d %9d %9d\n%d lots, %d compounds, %d of %d rounds done, %d runs; the plan is worth %d, at most %d\n",
		total.Of, total.Ordered, total.Allocated, total.Received, total.Loaded, total.Handed,
		len(s.Lots), len(s.Compounds), s.Done, s.Rounds, s.Runs, s.Value, s.Bound)
	return err
}

// check says the first sums that differ where they must agree.
func (s *Sums) check() error {
	for _, kind := range [][]*Tally{s.Products, s.Lots, s.Compounds} {
		for _, t := range kind {
			reserved := t.Reserved
			if s.byCompound[t.Of] == t {
				reserved = t.Planned // lots are not of a compound
			}
			if t.Allocated != reserved || t.Allocated != t.Planned || t.Counted != t.Received || t.Received != t.Loaded || t.Loaded != t.Handed {
				return fmt.Errorf("%s does not add up: %+v", t.Of, *t)
			}
		}
	}
	return nil
}
