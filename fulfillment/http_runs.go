package fulfillment

import (
	"context"
	"time"

	"baimi/app/community"
	"baimi/app/db"
	"baimi/app/fault"
	"baimi/app/people"
)

type runsQuery struct {
	Compound string `query:"compound" maxLength:"64"`
	Mine     bool   `query:"mine"`
}

const mostRuns = 300 // in a list, the newest

func (h handlers) runs(ctx context.Context, in *runsQuery) (*runList, error) {
	q := db.Where("compound", in.Compound)
	if in.Mine {
		q = db.Where("courier", people.From(ctx).Account)
	}
	var runs []Run
	for r, err := range h.Runs.Find(ctx, q.Desc("created")) {
		if err != nil {
			return nil, err
		}
		if r.State == Drafted || r.State == Withdrawn {
			continue
		}
		if runs = append(runs, r); len(runs) == mostRuns {
			break
		}
	}
	return h.views(ctx, runs), nil
}

type runView struct{ Body RunView }

func (h handlers) run(ctx context.Context, in *byID) (*runView, error) {
	r, err := h.Runs.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	me := people.From(ctx)
	if !r.Sees(me) {
		return nil, notFound()
	}
	return &runView{r.View(me, h.now())}, nil
}

func (h handlers) on(ctx context.Context, id string, change func(r *Run, by string, now time.Time) error) (*runView, error) {
	me := people.From(ctx)
	r, err := h.ChangeRun(ctx, id, func(r *Run, now time.Time) error {
		if !r.Sees(me) {
			if r.State == Withdrawn && me.Is(people.Courier, r.Compound) {
				return fault.New(fault.Conflict, "run_replaced", "This run has been planned again. Please look at the list.")
			}
			if r.State != Offered && me.Is(people.Courier, r.Compound) {
				return fault.New(fault.Conflict, "run_taken", "Somebody has taken this run already. Please choose another one.")
			}
			return notFound()
		}
		return change(r, me.Account, now)
	})
	if err != nil {
		return nil, err
	}
	return &runView{r.View(me, h.now())}, nil
}

func (h handlers) accept(ctx context.Context, in *byID) (*runView, error) {
	return h.on(ctx, in.ID, (*Run).Accept)
}

func (h handlers) giveBack(ctx context.Context, in *whyRequest) (*runView, error) {
	me := people.From(ctx)
	return h.on(ctx, in.ID, func(r *Run, by string, now time.Time) error {
		if r.Courier != by && !me.Is(people.Coordinator, r.Compound) {
			return notFound()
		}
		return r.GiveBack(by, in.Body.Why, now)
	})
}

type loadRequest struct {
	ID   string `path:"id" maxLength:"200"`
	Body struct {
		Count int64 `json:"count" minimum:"0" doc:"Units on board."`
	}
}

func (h handlers) load(ctx context.Context, in *loadRequest) (*runView, error) {
	return h.on(ctx, in.ID, func(r *Run, by string, now time.Time) error { return r.Load(by, in.Body.Count, now) })
}

type leaveRequest struct {
	ID   string `path:"id" maxLength:"200"`
	Body struct {
		At time.Time `json:"at" doc:"When, by the courier's phone."`
	}
}

func (h handlers) leave(ctx context.Context, in *leaveRequest) (*runView, error) {
	return h.on(ctx, in.ID, func(r *Run, by string, now time.Time) error { return r.Leave(by, in.Body.At, now) })
}

func (h handlers) back(ctx context.Context, in *byID) (*runView, error) {
	return h.on(ctx, in.ID, (*Run).Return)
}

// HandoverRequest is one stop's end, as the courier's phone wrote it down.
type HandoverRequest struct {
	ID      string    `json:"id" minLength:"8" maxLength:"64" doc:"Chosen by the phone; the same twice counts once."`
	Stop    string    `json:"stop" maxLength:"200"`
	Outcome Outcome   `json:"outcome" enum:"door,left,no_answer,refused,incident"`
	At      time.Time `json:"at" doc:"When it happened, not when it was sent."`
	Note    string    `json:"note,omitempty" maxLength:"300"`
	Photo   string    `json:"photo,omitempty" maxLength:"400000" doc:"A data: URL, 300 KB at most."`
}

type handRequest struct {
	ID   string `path:"id" maxLength:"200"`
	Body struct {
		Handovers []HandoverRequest `json:"handovers" minItems:"1" maxItems:"200"`
	}
}

// RefusedHandover is one of several hand-overs that could not be written down.
type RefusedHandover struct {
	ID     string         `json:"id"`
	Code   string         `json:"code"`
	Detail string         `json:"detail"`
	Params map[string]any `json:"params,omitempty"`
}

type handedView struct {
	Body struct {
		Run     RunView           `json:"run"`
		Refused []RefusedHandover `json:"refused" doc:"Those that could not be written down; the others were."`
	}
}

// hand takes each hand-over for itself, so that one that is refused does not
// keep the others from the store.
func (h handlers) hand(ctx context.Context, in *handRequest) (*handedView, error) {
	out := &handedView{}
	run, err := h.on(ctx, in.ID, func(r *Run, by string, now time.Time) error {
		out.Body.Refused = []RefusedHandover{}
		if err := r.of(by); err != nil {
			return err
		}
		for _, n := range in.Body.Handovers {
			err := r.Hand(by, n.Stop, Handover{ID: n.ID, Outcome: n.Outcome, At: n.At, Note: n.Note, Photo: n.Photo}, now)
			if f := fault.As(err); f != nil {
				out.Body.Refused = append(out.Body.Refused, RefusedHandover{n.ID, f.Code, f.Message, f.Params})
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	out.Body.Run = run.Body
	return out, nil
}

type stopRequest struct {
	ID   string `path:"id" maxLength:"200"`
	Body struct {
		Stop string `json:"stop" maxLength:"200"`
	}
}

func (h handlers) undo(ctx context.Context, in *stopRequest) (*runView, error) {
	me := people.From(ctx)
	return h.on(ctx, in.ID, func(r *Run, by string, now time.Time) error {
		return r.Undo(by, me.Is(people.Coordinator, r.Compound), in.Body.Stop, now)
	})
}

type decideRequest struct {
	ID   string `path:"id" maxLength:"200"`
	Body struct {
		Stop    string  `json:"stop" maxLength:"200"`
		Outcome Outcome `json:"outcome" enum:"collected,failed,again" doc:"again: another run tries a door where nobody answered."`
		Why     string  `json:"why" maxLength:"300"`
	}
}

func (h handlers) decide(ctx context.Context, in *decideRequest) (*runView, error) {
	me := people.From(ctx)
	return h.on(ctx, in.ID, func(r *Run, by string, now time.Time) error {
		if !me.Is(people.Coordinator, r.Compound) {
			return notFound()
		}
		if in.Body.Outcome == tryAgain {
			return r.TryAgain(by, in.Body.Stop, in.Body.Why, now)
		}
		return r.Decide(by, in.Body.Stop, in.Body.Outcome, in.Body.Why, now)
	})
}

type lockRequest struct {
	ID   string `path:"id" maxLength:"200"`
	Body struct {
		Locked bool `json:"locked"`
	}
}

func (h handlers) lock(ctx context.Context, in *lockRequest) (*runView, error) {
	me := people.From(ctx)
	v, err := h.on(ctx, in.ID, func(r *Run, _ string, _ time.Time) error {
		if !me.Is(people.Coordinator, r.Compound) {
			return notFound()
		}
		r.Locked = in.Body.Locked
		return nil
	})
	if err != nil {
		return nil, err
	}
	return v, h.settle(ctx, community.GateID(v.Body.Compound, v.Body.Gate), "")
}

type revealedPhone struct {
	Body struct {
		Phone string `json:"phone"`
	}
}

func (h handlers) reveal(ctx context.Context, in *stopRequest) (*revealedPhone, error) {
	me := people.From(ctx)
	r, err := h.Runs.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	s, err := r.stop(in.Body.Stop)
	if r.Courier != me.Account || err != nil || s.Handover != nil && h.now().After(s.Handover.Synced.Add(doorsAfter)) {
		return nil, notFound()
	}
	home, err := h.community.Household(ctx, s.ID)
	if err != nil {
		return nil, err
	}
	if err := h.people.Record(ctx, people.Reveal{Scope: r.Compound, By: me.Account, Field: "phone", Of: s.ID, At: h.now()}); err != nil {
		return nil, err
	}
	out := &revealedPhone{}
	out.Body.Phone = home.Phone
	return out, nil
}
