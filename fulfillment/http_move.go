package fulfillment

import (
	"context"
	"slices"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
	"baimi/app/people"
)

type moveRequest struct {
	ID   string `path:"id" maxLength:"200"`
	Body struct {
		Stop string `json:"stop" maxLength:"200"`
		To   string `json:"to" maxLength:"200" doc:"A run from the same gate that has not been loaded; empty: the stop waits at the gate."`

		Knowingly bool `json:"knowingly,omitempty" doc:"Though it is more than the other run was planned for."`
	}
}

// move lets the stop leave its run before it joins the other one: of a move and
// a hand-over at the same moment only one happens.
func (h handlers) move(ctx context.Context, in *moveRequest) (*runList, error) {
	me := people.From(ctx)
	from, err := h.Runs.Get(ctx, in.ID)
	if err == nil && (!me.Is(people.Coordinator, from.Compound) || in.ID == in.Body.To) {
		err = notFound()
	}
	if err != nil {
		return nil, err
	}
	if err := h.joinable(ctx, &from, in.Body.To); err != nil {
		return nil, err
	}
	over, err := h.tooMuch(ctx, &from, in.Body.Stop, in.Body.To)
	if err != nil {
		return nil, err
	}
	if err := over.refused(); err != nil && !in.Body.Knowingly {
		return nil, err
	}
	if from, err = h.send(ctx, in.ID, in.Body.Stop, in.Body.To, me.Account); err != nil {
		return nil, err
	}
	if err := h.settle(ctx, from.gate(), ""); err != nil || in.Body.To == "" {
		return h.views(ctx, []Run{from}), err
	}
	to, err := h.Runs.Update(ctx, in.Body.To, func(r *Run) error { over.record(r, me.Account, h.now()); return nil })
	if err == nil && !slices.Contains(to.doors(), in.Body.Stop) {
		err = fault.New(fault.Conflict, "left_at_gate", "The other run has left meanwhile. The stop waits at the gate.")
	}
	return h.views(ctx, []Run{from, to}), err
}

// send lets a stop go to another run, or to the gate.
func (h handlers) send(ctx context.Context, run, stop, to, by string) (Run, error) {
	r, err := h.ChangeRun(ctx, run, func(r *Run, now time.Time) error { return r.Take(stop, to, by, now) })
	if err != nil {
		return r, err
	}
	return h.timed(ctx, r)
}

// timed brings a run's times in line with its stops.
func (h handlers) timed(ctx context.Context, r Run) (Run, error) {
	w, err := h.wayFor(ctx, &r)
	if err != nil {
		return r, err
	}
	return h.Runs.Update(ctx, r.ID, func(r *Run) error { w.time(r); return nil })
}

// joinable refuses a run that takes no stop of this one.
func (h handlers) joinable(ctx context.Context, from *Run, id string) error {
	if id == "" {
		return nil
	}
	to, err := h.Runs.Look(ctx, id)
	if err != nil {
		return err
	}
	if to.gate() != from.gate() {
		return notFound()
	}
	if to.State != Offered && to.State != Accepted {
		return to.wrongState("changed")
	}
	return nil
}

// tooMuch is what a stop would be too much for in another run.
func (h handlers) tooMuch(ctx context.Context, from *Run, stop, id string) (Over, error) {
	if id == "" {
		return Over{}, nil
	}
	s, err := from.stop(stop)
	if err != nil {
		return Over{}, err
	}
	to, err := h.Runs.Get(ctx, id)
	if err != nil {
		return Over{}, err
	}
	w, err := h.wayFor(ctx, &to)
	if err != nil {
		return Over{}, err
	}
	over := w.tooMuch(&to, *s, h.now())
	over.Shift, err = h.beyondShift(ctx, &to, over.longer)
	return over, err
}

// beyondShift is how much longer than its helper's shift everything would take that
// the helper is to carry, in seconds, with a run that takes so much longer.
func (h handlers) beyondShift(ctx context.Context, to *Run, longer int64) (int64, error) {
	s, err := h.Shifts.Get(ctx, to.gate())
	if err != nil {
		return 0, unlessGone(err)
	}
	now := h.now()
	p := planning{shift: &s, now: now}
	for r, err := range h.Runs.Find(ctx, db.Where("compound", to.Compound).From("created", now.Add(-24*time.Hour))) {
		if err != nil {
			return 0, err
		}
		if r.Gate == to.Gate && r.State != Drafted && r.State != Back && r.State != Withdrawn {
			p.busy = append(p.busy, r)
		}
	}
	for _, helper := range p.helpers() {
		if helper.slot == to.Slot {
			return max(helper.free+longer-(helper.team.seconds()-s.passed(now)), 0), nil
		}
	}
	return 0, nil
}
