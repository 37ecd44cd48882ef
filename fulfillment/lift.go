package fulfillment

import (
	"context"
	"fmt"
	"time"

	"baimi/app/community"
	"baimi/app/db"
	"baimi/app/people"
	"baimi/fulfillment/routing"
)

// SetLift writes down that a building's lift stands still, or works again, and
// plans again: couriers who cannot climb leave that building's doors to others,
// those who are out have their next door and an order that suits the stairs,
// and what nobody has accepted is planned anew.
func (f *Fulfillment) SetLift(ctx context.Context, id, compound, building string, broken bool, by string) error {
	site, err := f.community.SetLift(ctx, compound, building, broken)
	if err != nil {
		return err
	}
	for r, err := range f.Runs.Find(ctx, db.Where("compound", compound).From("created", f.now().Add(-24*time.Hour))) {
		if err != nil {
			return err
		}
		if r.Open() == 0 || r.State != Accepted && r.State != Loaded && r.State != Out {
			continue
		}
		if err := f.withoutLift(ctx, &site, r, by); err != nil {
			return err
		}
	}
	for i, gate := range site.AllGates() {
		_, _, err := f.Replan(ctx, fmt.Sprintf("%s-%d", id, i), community.GateID(compound, gate), nil, by, Quick)
		if err := unlessNobody(err); err != nil {
			return err
		}
	}
	return nil
}

// withoutLift suits a run that is under way to the lifts as they are.
func (f *Fulfillment) withoutLift(ctx context.Context, site *community.Compound, r Run, by string) error {
	w, err := f.way(ctx, site, r.Gate)
	if err != nil {
		return err
	}
	order, err := w.order(ctx, &r, f.now())
	if err != nil {
		return err
	}
	var spared []Stop
	now, err := f.ChangeRun(ctx, r.ID, func(now *Run, at time.Time) error {
		if now.NoStairs {
			spared = now.Spare(func(s *Stop) bool { return w.of(s).climbs() }, by, at)
		} else {
			now.Reorder(order)
		}
		w.time(now)
		return nil
	})
	if err != nil || len(spared) == 0 {
		return err
	}
	return f.people.Tell(ctx, people.Notice{
		Doc: db.Doc{ID: fmt.Sprintf("spared:%s:%d", now.ID, now.Rev)}, Account: now.Courier, Kind: "bring_back",
		Params: map[string]string{"building": spared[0].Building, "bags": fmt.Sprint(len(spared))}, Link: "/runs/" + now.ID, At: f.now(),
	})
}

// Spare lets the doors that its courier cannot reach any more go back to the gate.
func (r *Run) Spare(unreachable func(*Stop) bool, by string, now time.Time) []Stop {
	gone := r.without(func(s *Stop) bool { return s.Handover == nil && unreachable(s) })
	r.leave("", gone)
	for _, s := range gone {
		r.History = append(r.History, Step{At: now.UTC(), Kind: "stop_taken", By: by, Note: s.Label})
	}
	if len(r.Stops) == 0 && r.State != Out {
		r.step(Withdrawn, by, "", now)
	}
	return gone
}

// Reorder puts the doors that are open into another order, behind those that are
// done. An order of other doors than these is left unused.
func (r *Run) Reorder(doors []string) {
	var done, open []Stop
	for _, s := range r.Stops {
		if s.Handover != nil {
			done = append(done, s)
		}
	}
	for _, id := range doors {
		if s, err := r.stop(id); err == nil && s.Handover == nil {
			open = append(open, *s)
		}
	}
	if len(open) == r.Open() && len(open) == len(doors) {
		r.Stops = append(done, open...)
	}
}

// order is the best order of the doors that are open; the courier is on the way
// to the first one already.
func (w way) order(ctx context.Context, r *Run, now time.Time) ([]string, error) {
	const end = 12 * 3_600
	c := routing.Courier{Kind: "on", Count: 1, Capacity: []int64{r.Millilitres}, Loading: 0, Shift: [2]int64{0, end}, Pace: r.Pace.percent()}
	p := &routing.Problem{Loads: []string{"millilitres"}, Couriers: []routing.Courier{c}}
	places, begun := []place{w.gate()}, routing.Begun{Courier: "on-1", Fixed: 1}
	for i := range r.Stops {
		if s := &r.Stops[i]; s.Handover == nil {
			at := w.of(s)
			places = append(places, at)
			p.Stops = append(p.Stops, s.problem(w, at, now, end))
			begun.Stops = append(begun.Stops, s.ID)
		}
	}
	p.Duration, p.Begun = w.matrix(places), []routing.Begun{begun}
	plan, err := routing.Solve(ctx, p, routing.Options{Seed: 1, Iterations: 2_000})
	if err != nil {
		return nil, err
	}
	var doors []string
	for _, v := range plan.Runs[0].Trips[0].Stops {
		doors = append(doors, v.ID)
	}
	return doors, nil
}
