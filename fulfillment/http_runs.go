package fulfillment

import (
	"context"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
	"baimi/app/people"
)

type splitRequest struct {
	Body struct {
		Compound   string   `json:"compound" maxLength:"64"`
		Deliveries []string `json:"deliveries" minItems:"1" maxItems:"50"`
		Teams      []Team   `json:"teams" maxItems:"20"`
	}
}

type runList struct{ Body []RunView }

type splitView struct {
	Body struct {
		Runs []RunView  `json:"runs"`
		Left []LeftStop `json:"left" doc:"What no courier could be given; it stays at the gate."`
	}
}

func (h handlers) split(ctx context.Context, in *splitRequest) (*splitView, error) {
	me := people.From(ctx)
	if !me.Is(people.Coordinator, in.Body.Compound) {
		return nil, notFound()
	}
	runs, left, err := h.Split(ctx, people.NewID(ctx), in.Body.Compound, in.Body.Deliveries, in.Body.Teams, me.Account, Effort)
	if err != nil {
		return nil, err
	}
	out := &splitView{}
	out.Body.Runs, out.Body.Left = h.views(ctx, runs).Body, append([]LeftStop{}, left...)
	return out, nil
}

func (h handlers) views(ctx context.Context, runs []Run) *runList {
	me, now := people.From(ctx), h.now()
	out := &runList{Body: []RunView{}}
	for i := range runs {
		if runs[i].Sees(me) {
			out.Body = append(out.Body, runs[i].View(me, now))
		}
	}
	return out
}

type runsQuery struct {
	Compound string `query:"compound" maxLength:"64"`
	Mine     bool   `query:"mine"`
}

func (h handlers) runs(ctx context.Context, in *runsQuery) (*runList, error) {
	q := db.Where("compound", in.Compound)
	if in.Mine {
		q = db.Where("courier", people.From(ctx).Account)
	}
	runs, err := db.All(h.Runs.Find(ctx, q.Desc("created").Limit(300)))
	if err != nil {
		return nil, err
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
		Outcome Outcome `json:"outcome" enum:"collected,failed"`
		Why     string  `json:"why" maxLength:"300"`
	}
}

func (h handlers) decide(ctx context.Context, in *decideRequest) (*runView, error) {
	me := people.From(ctx)
	return h.on(ctx, in.ID, func(r *Run, by string, now time.Time) error {
		if !me.Is(people.Coordinator, r.Compound) {
			return notFound()
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
	return h.on(ctx, in.ID, func(r *Run, _ string, _ time.Time) error {
		if !me.Is(people.Coordinator, r.Compound) {
			return notFound()
		}
		r.Locked = in.Body.Locked
		return nil
	})
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

type moveRequest struct {
	ID   string `path:"id" maxLength:"200"`
	Body struct {
		Stop string `json:"stop" maxLength:"200"`
		To   string `json:"to" maxLength:"200" doc:"A run of the same compound that has not been loaded."`
	}
}

// move puts the stop into the other run before it leaves this one, so that a
// crash on the way leaves it in both, and moving again mends that.
func (h handlers) move(ctx context.Context, in *moveRequest) (*runList, error) {
	me, now := people.From(ctx), h.now()
	from, err := h.Runs.Get(ctx, in.ID)
	if err != nil || !me.Is(people.Coordinator, from.Compound) || in.ID == in.Body.To {
		return nil, notFound()
	}
	stop, err := from.Take(in.Body.Stop, me.Account, now)
	if err != nil {
		return nil, err
	}
	site, err := h.community.Compound(ctx, from.Compound)
	if err != nil {
		return nil, err
	}
	to, err := h.Runs.Update(ctx, in.Body.To, func(r *Run) error {
		if r.Compound != from.Compound {
			return notFound()
		}
		if err := r.Add(stop, me.Account, now); err != nil {
			return err
		}
		wayOf(&site).time(r)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := h.board(ctx, []Run{onlyStop(to, stop)}, in.ID); err != nil {
		return nil, err
	}
	from, err = h.Runs.Update(ctx, in.ID, func(r *Run) error {
		if _, err := r.Take(in.Body.Stop, me.Account, now); err != nil {
			return err
		}
		wayOf(&site).time(r)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return h.views(ctx, []Run{from, to}), nil
}

// onlyStop is the run with nothing but the stop.
func onlyStop(r Run, s Stop) Run {
	r.Stops = []Stop{s}
	return r
}
