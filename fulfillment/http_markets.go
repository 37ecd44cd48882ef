package fulfillment

import (
	"context"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
	"baimi/app/people"
	"baimi/fulfillment/matching"
)

type marketRequest struct {
	Body struct {
		Area    []string      `json:"area" maxItems:"500" doc:"Compounds; empty: all."`
		Day     string        `json:"day,omitempty" doc:"Of delivery, 2022-04-19; empty: tomorrow."`
		Rule    matching.Rule `json:"rule" enum:"equal,proportional,lottery,first"`
		Seed    int64         `json:"seed,omitempty" doc:"Of the sharing rule; 0: chosen by the clock and published."`
		Seconds int64         `json:"seconds,omitempty" minimum:"0" maximum:"120" doc:"How long to search; 0: five."`
	}
}

type marketView struct{ Body MarketView }

// begin starts a market; the job carries it on, and its page shows how far it is.
func (h handlers) begin(ctx context.Context, in *marketRequest) (*marketView, error) {
	now := h.now()
	m := Market{Doc: db.Doc{ID: people.NewID(ctx)}, Area: in.Body.Area, Day: in.Body.Day, Rule: in.Body.Rule, Seed: in.Body.Seed, Seconds: in.Body.Seconds, By: people.From(ctx).Account}
	if m.Day == "" {
		m.Day = now.In(shanghai).AddDate(0, 0, 1).Format(time.DateOnly)
	}
	if m.Seed == 0 {
		m.Seed = now.Unix()
	}
	if m.Seconds == 0 {
		m.Seconds = 5
	}
	if err := h.community.Exist(ctx, m.Area...); err != nil {
		return nil, err
	}
	m, err := h.Begin(ctx, m)
	if err != nil {
		return nil, err
	}
	return &marketView{m.Sum()}, nil
}

type marketList struct{ Body []MarketView }

func (h handlers) markets(ctx context.Context, _ *none) (*marketList, error) {
	out := &marketList{Body: []MarketView{}}
	for m, err := range h.Markets.Find(ctx, db.Query{}.Desc("created").Limit(50)) {
		if err != nil {
			return nil, err
		}
		out.Body = append(out.Body, m.Sum())
	}
	return out, nil
}

func (h handlers) market(ctx context.Context, in *byID) (*marketView, error) {
	a, err := h.Allocation(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &marketView{a.View()}, nil
}

type whatIfRequest struct {
	ID   string `path:"id" maxLength:"200"`
	Body WhatIf
}

type comparison struct {
	Body struct {
		Plan   MarketView `json:"plan"`
		WhatIf MarketView `json:"what_if"`
	}
}

func (h handlers) whatIf(ctx context.Context, in *whatIfRequest) (*comparison, error) {
	a, err := h.Allocation(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if a.State != Settled && a.State != Reserving {
		return nil, fault.New(fault.Conflict, "market_unsolved", "This market has no plan to compare with yet.")
	}
	other := *a
	if other.Problem, err = in.Body.apply(a.Problem); err != nil {
		return nil, err
	}
	other.Rule, other.Seed = other.Problem.Rule, other.Problem.Seed
	other.Plan, err = matching.Solve(ctx, &other.Problem, matching.Options{Seed: a.Seed, Budget: time.Duration(min(a.Seconds, 10)) * time.Second, Threads: 1})
	if err != nil {
		return nil, fault.New(fault.Invalid, "what_if_invalid", "This cannot be solved: %v.", err)
	}
	other.Sums = other.sums()
	out := &comparison{}
	out.Body.Plan, out.Body.WhatIf = a.View(), other.View()
	return out, nil
}

func (h handlers) progress(ctx context.Context, in *byID) (func(context.Context, people.Send), error) {
	if _, err := h.Markets.Look(ctx, in.ID); err != nil {
		return nil, err
	}
	return func(ctx context.Context, send people.Send) { h.follow(ctx, in.ID, send) }, nil
}

// Search is how far the search for a plan is.
type Search struct {
	State MarketState `json:"state"`
	Value int64       `json:"value"`
	Bound int64       `json:"bound"`
	Steps int         `json:"steps"`
}

// follow tells each change of the market's state and the search's progress,
// until the market has ended.
func (h handlers) follow(ctx context.Context, id string, send people.Send) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	changed := h.Markets.Watch(ctx, id)
	searching, stop := h.feeds.watch(id)
	defer stop()
	still := time.NewTicker(20 * time.Second)
	defer still.Stop()
	for {
		m, err := h.Markets.Look(ctx, id)
		if err != nil || send("market", Search{m.State, m.Sums.Value, m.Sums.Bound, 0}) != nil || m.Ended() {
			return
		}
		for waiting := true; waiting; {
			select {
			case <-ctx.Done():
				return
			case <-changed:
				waiting = false
			case p := <-searching:
				err = send("search", Search{Solving, p.Value, p.Bound, p.Iterations})
			case <-still.C:
				err = send("", nil)
			}
			if err != nil {
				return
			}
		}
	}
}

type scheduleList struct{ Body []Schedule }

func (h handlers) schedules(ctx context.Context, _ *none) (*scheduleList, error) {
	all, err := db.All(h.Schedules.Find(ctx, db.Query{}))
	return &scheduleList{append([]Schedule{}, all...)}, err
}

type scheduleRequest struct {
	ID   string `path:"id" maxLength:"60"`
	Body struct {
		Area    []string      `json:"area" maxItems:"500"`
		Minutes int64         `json:"minutes" minimum:"5" maximum:"10080"`
		Rule    matching.Rule `json:"rule" enum:"equal,proportional,lottery,first"`
		Seconds int64         `json:"seconds" minimum:"1" maximum:"120"`
		Next    time.Time     `json:"next"`
	}
}

type scheduleView struct{ Body Schedule }

func (h handlers) schedule(ctx context.Context, in *scheduleRequest) (*scheduleView, error) {
	b := in.Body
	if err := h.community.Exist(ctx, b.Area...); err != nil {
		return nil, err
	}
	s := Schedule{Doc: db.Doc{ID: in.ID}, Area: b.Area, Minutes: b.Minutes, Rule: b.Rule, Seconds: b.Seconds, Next: b.Next.UTC(), By: people.From(ctx).Account}
	stored, err := h.Schedules.Insert(ctx, s)
	if fault.KindOf(err) == fault.Conflict {
		stored, err = h.Schedules.Update(ctx, in.ID, func(old *Schedule) error {
			s.Doc = old.Doc
			*old = s
			return nil
		})
	}
	return &scheduleView{stored}, err
}

func (h handlers) unschedule(ctx context.Context, in *byID) (*none, error) {
	return nil, h.Schedules.Delete(ctx, in.ID)
}
