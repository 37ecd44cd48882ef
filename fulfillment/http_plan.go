package fulfillment

import (
	"context"
	"time"

	"baimi/app/community"
	"baimi/app/db"
	"baimi/app/fault"
	"baimi/app/people"
	"baimi/fulfillment/routing"
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
	first, err := h.seen(ctx, in.Body.Deliveries[0])
	if err != nil {
		return nil, err
	}
	runs, left, err := h.Split(ctx, people.NewID(ctx), community.GateID(in.Body.Compound, first.At), in.Body.Deliveries, in.Body.Teams, me.Account, Effort)
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
			out.Body = append(out.Body, runs[i].View(me, now).withoutPhotos())
		}
	}
	return out
}

type planRequest struct {
	Body struct {
		Compound string `json:"compound" maxLength:"64"`
		Gate     string `json:"gate,omitempty" maxLength:"64" doc:"One of the compound's gates; empty: its first."`
		Teams    []Team `json:"teams,omitempty" maxItems:"20" doc:"Who helps from now on; none: those who helped before."`
	}
}

func (h handlers) replan(ctx context.Context, in *planRequest) (*splitView, error) {
	me := people.From(ctx)
	gate, err := h.gateHere(ctx, in.Body.Compound, in.Body.Gate)
	if err != nil {
		return nil, err
	}
	runs, left, err := h.Replan(ctx, people.NewID(ctx), gate, in.Body.Teams, me.Account, Quick)
	if err != nil {
		return nil, err
	}
	out := &splitView{}
	out.Body.Runs, out.Body.Left = h.views(ctx, runs).Body, append([]LeftStop{}, left...)
	return out, nil
}

// gateHere is a gate of a compound that the asker coordinates.
func (h handlers) gateHere(ctx context.Context, compound, gate string) (string, error) {
	if !people.From(ctx).Is(people.Coordinator, compound) {
		return "", notFound()
	}
	site, err := h.community.Compound(ctx, compound)
	if err != nil {
		return "", err
	}
	name, err := site.NamedGate(gate)
	return community.GateID(compound, name), err
}

type learnedView struct{ Body LearnedView }

func (h handlers) learned(ctx context.Context, in *byID) (*learnedView, error) {
	if !people.From(ctx).Is(people.Coordinator, in.ID) {
		return nil, notFound()
	}
	site, err := h.community.Compound(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	l, err := h.Learned.Get(ctx, in.ID)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return nil, err
	}
	return &learnedView{l.view(site.Site.WithDefaults())}, nil
}

type forgetRequest struct {
	ID       string `path:"id" maxLength:"64"`
	Building string `query:"building" maxLength:"64" doc:"Whose lifts; empty: the hand-overs."`
}

func (h handlers) forget(ctx context.Context, in *forgetRequest) (*learnedView, error) {
	if !people.From(ctx).Is(people.Coordinator, in.ID) {
		return nil, notFound()
	}
	if err := h.keepLearned(ctx, in.ID, func(l *Learned) { l.Forget(in.Building) }); err != nil {
		return nil, err
	}
	return h.learned(ctx, &byID{ID: in.ID})
}

type volunteersView struct{ Body []Work }

func (h handlers) volunteers(ctx context.Context, in *byID) (*volunteersView, error) {
	if !people.From(ctx).Is(people.Coordinator, in.ID) {
		return nil, notFound()
	}
	all, err := h.Volunteers(ctx, in.ID)
	return &volunteersView{all}, err
}

type proposeRequest struct {
	ID   string `path:"id" maxLength:"200"`
	Body struct {
		Account string `json:"account" maxLength:"64" doc:"One of the compound's couriers; empty: nobody in particular."`
	}
}

func (h handlers) proposeTo(ctx context.Context, in *proposeRequest) (*runView, error) {
	r, err := h.Runs.Look(ctx, in.ID)
	if err == nil && !people.From(ctx).Is(people.Coordinator, r.Compound) {
		err = notFound()
	}
	if err != nil {
		return nil, err
	}
	if err := h.propose(ctx, r.ID, r.Compound, in.Body.Account); err != nil {
		return nil, err
	}
	return h.run(ctx, &byID{ID: in.ID})
}

type liftRequest struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		Building string `json:"building" maxLength:"64"`
		Broken   bool   `json:"broken"`
	}
}

func (h handlers) lift(ctx context.Context, in *liftRequest) (*none, error) {
	me := people.From(ctx)
	if !me.Is(people.Coordinator, in.ID) {
		return nil, notFound()
	}
	return nil, h.SetLift(ctx, people.NewID(ctx), in.ID, in.Body.Building, in.Body.Broken, me.Account)
}

// ShiftView is who helps at a gate, and what waits there.
type ShiftView struct {
	Since     time.Time  `json:"since"`
	Teams     []Team     `json:"teams"`
	Over      bool       `json:"over" doc:"Nobody helps right now."`
	Improving bool       `json:"improving" doc:"The newest plan is still being improved."`
	Waiting   []LeftStop `json:"waiting" doc:"Doors whose parcels are at the gate and in no run."`
}

type shiftView struct{ Body ShiftView }

type shiftQuery struct {
	ID   string `path:"id" maxLength:"64" doc:"The compound."`
	Gate string `query:"gate" maxLength:"64" doc:"One of its gates; empty: its first."`
}

func (h handlers) shiftOf(ctx context.Context, in *shiftQuery) (*shiftView, error) {
	gate, err := h.gateHere(ctx, in.ID, in.Gate)
	if err != nil {
		return nil, err
	}
	s, err := h.Shifts.Get(ctx, gate)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return nil, err
	}
	out := &shiftView{ShiftView{Since: s.Since, Teams: append([]Team{}, s.Teams...), Over: s.over(h.now()), Improving: s.Improving, Waiting: []LeftStop{}}}
	at, err := h.waitingAt(ctx, gate, nil)
	if err != nil {
		return nil, err
	}
	stops, err := h.stopsOf(ctx, gate, at)
	for i := range stops {
		out.Body.Waiting = append(out.Body.Waiting, LeftStop{stops[i].view(0, true), s.why(stops[i].ID)})
	}
	return out, err
}

// why says why a stop was left out by the newest plan; empty where it came later.
func (s *Shift) why(stop string) routing.Reason {
	for _, l := range s.Left {
		if l.Stop == stop {
			return l.Reason
		}
	}
	return ""
}

// breakOff ends a run whose courier cannot go on, and plans again what comes back.
func (h handlers) breakOff(ctx context.Context, in *whyRequest) (*runView, error) {
	me := people.From(ctx)
	v, err := h.on(ctx, in.ID, func(r *Run, by string, now time.Time) error {
		if r.Courier != by && !me.Is(people.Coordinator, r.Compound) {
			return notFound()
		}
		return r.BreakOff(by, in.Body.Why, now)
	})
	if err != nil {
		return nil, err
	}
	if _, err := h.timed(ctx, Run{Doc: db.Doc{ID: in.ID}, Compound: v.Body.Compound, Gate: v.Body.Gate}); err != nil {
		return nil, err
	}
	_, _, err = h.Replan(ctx, people.NewID(ctx), community.GateID(v.Body.Compound, v.Body.Gate), nil, me.Account, Quick)
	return v, unlessNobody(err)
}
