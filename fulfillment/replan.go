package fulfillment

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"baimi/app/community"
	"baimi/app/db"
	"baimi/fulfillment/routing"
)

// planning is what can be planned at a gate now, and what comes of it.
type planning struct {
	site    *community.Compound
	gate    string // of the site
	way     way
	shift   *Shift
	now     time.Time
	stops   []Stop
	from    map[string]string // of a stop: the offered run that it is in; none: it waits at the gate
	sources []Run             // offered and not locked: their stops are planned again
	busy    []Run             // locked, accepted or under way: they stay, and so long their helpers are away
	worked  map[string]int64  // by account: seconds of the last four weeks

	runs  []Run // with the stops of whole trips
	score Score
	left  []Leftover
}

// gather finds what waits at a shift's gate and what is offered there. Where that is
// more than can be planned at once, it is these deliveries alone.
func (f *Fulfillment) gather(ctx context.Context, site *community.Compound, shift *Shift, deliveries []string) (*planning, error) {
	_, gate := community.ParseGateID(shift.ID)
	w, err := f.way(ctx, site, gate)
	if err != nil {
		return nil, err
	}
	p := &planning{site: site, gate: gate, way: w, shift: shift, now: f.now(), from: map[string]string{}}
	for r, err := range f.Runs.Find(ctx, db.Where("compound", site.ID).From("created", p.now.Add(-24*time.Hour))) {
		switch {
		case err != nil:
			return nil, err
		case r.Gate != gate:
		case r.State == Offered && !r.Locked:
			p.sources = append(p.sources, r)
		case r.State != Drafted && r.State != Back && r.State != Withdrawn:
			p.busy = append(p.busy, r)
		}
	}
	all, err := f.waitingAt(ctx, shift.ID, deliveries)
	if err != nil {
		return nil, err
	}
	if p.worked, err = f.worked(ctx, site.ID, shift.Teams); err != nil {
		return nil, err
	}
	if p.stops, err = f.stopsOf(ctx, shift.ID, all); err != nil {
		return nil, err
	}
	offered := 0
	for i := range p.sources {
		offered += len(p.sources[i].Stops)
	}
	if len(p.stops)+offered > maxStops && len(deliveries) > 0 {
		p.sources = nil
		p.stops, err = f.stopsOf(ctx, shift.ID, deliveries)
		return p, err
	}
	p.unload()
	return p, nil
}

// waitingAt adds the gate's other deliveries of which something still waits.
func (f *Fulfillment) waitingAt(ctx context.Context, gate string, deliveries []string) ([]string, error) {
	all := slices.Clone(deliveries)
	compound, _ := community.ParseGateID(gate)
	for d, err := range f.Deliveries.Find(ctx, db.Where("compound", compound).Desc("day").Limit(100)) {
		if err != nil {
			return nil, err
		}
		if d.State == Split && d.gate() == gate && !slices.Contains(all, d.ID) && slices.ContainsFunc(d.Parcels, Parcel.waits) {
			all = append(all, d.ID)
		}
	}
	return all, nil
}

// unload takes the stops out of the offered runs, a door once.
func (p *planning) unload() {
	at := map[string]int{}
	for i := range p.stops {
		at[p.stops[i].ID] = i
	}
	for _, r := range p.sources {
		for _, s := range r.Stops {
			if i, waits := at[s.ID]; waits {
				p.stops[i].merge(s.Parcels)
			} else {
				p.stops = append(p.stops, s)
			}
			p.from[s.ID] = r.ID
		}
	}
	slices.SortFunc(p.stops, func(a, b Stop) int { return a.door().Compare(b.door()) })
}

// plan plans, and puts the plan in the place of what was offered. A run that
// somebody accepts meanwhile stays as it is.
func (f *Fulfillment) plan(ctx context.Context, p *planning, id, by string, o routing.Options) ([]Run, []LeftStop, error) {
	if err := p.solve(ctx, o); err != nil {
		return nil, nil, err
	}
	runs, err := f.replace(ctx, p, id, by)
	if err != nil {
		return nil, nil, err
	}
	err = f.keepShift(ctx, p.shift.ID, func(s *Shift) {
		s.Planned(p, id)
		s.Round = 0
	})
	return runs, p.leftStops(), err
}

// replace is a sequence that may be broken off anywhere: offered runs are taken
// back, the new ones are written as drafts, the deliveries are told, and the
// drafts are offered with what the deliveries let them have. What a crash leaves
// waits at the gate, or is offered by Due.
func (f *Fulfillment) replace(ctx context.Context, p *planning, id, by string) ([]Run, error) {
	keep := p.unchanged()
	gone := map[string]bool{}
	for _, r := range p.sources {
		_, kept := keep[r.ID]
		gone[r.ID] = !kept
	}
	withdrawn, err := f.withdraw(ctx, p, gone, by)
	if err != nil {
		return nil, err
	}
	drafts, on := p.drafts(id, by, withdrawn), boardings{}
	if err := f.Runs.InsertMissing(ctx, drafts); err != nil {
		return nil, err
	}
	for i := range drafts {
		for k := range drafts[i].Stops {
			s := &drafts[i].Stops[k]
			on.add("", drafts[i].ID, s)
			if from := p.from[s.ID]; from != "" {
				on.add(from, drafts[i].ID, s)
			}
		}
	}
	for _, r := range p.sources {
		for k := range r.Stops {
			if !gone[r.ID] {
				on.add("", r.ID, &r.Stops[k])
			}
		}
	}
	if _, err := f.board(ctx, on); err != nil {
		return nil, err
	}
	offered, err := f.offer(ctx, p.way, drafts)
	if err != nil {
		return nil, err
	}
	for i := range withdrawn {
		if err := f.drainRun(ctx, withdrawn[i]); err != nil {
			return nil, err
		}
	}
	kept, err := f.keepOffered(ctx, keep, id)
	offered = append(offered, kept...)
	slices.SortFunc(offered, func(a, b Run) int { return cmp.Or(community.Natural(a.Slot, b.Slot), cmp.Compare(a.Trip, b.Trip)) })
	return offered, err
}

// withdraw takes back what is offered; a run that has been accepted, locked or
// changed meanwhile is none of the plan's any more.
func (f *Fulfillment) withdraw(ctx context.Context, p *planning, gone map[string]bool, by string) ([]Run, error) {
	taken := slices.DeleteFunc(slices.Clone(p.sources), func(r Run) bool { return !gone[r.ID] })
	err := each(ctx, taken, func(ctx context.Context, r *Run) error {
		doors := r.doors()
		now, err := f.Runs.Update(ctx, r.ID, func(now *Run) error {
			if !slices.Equal(now.doors(), doors) {
				return now.wrongState("withdrawn")
			}
			return now.Withdraw(by, p.now)
		})
		if err != nil {
			now = Run{}
		}
		*r = now
		return unlessGone(err)
	})
	return slices.DeleteFunc(taken, func(r Run) bool { return r.ID == "" }), err
}

// offer lets couriers see drafts, with the stops that the deliveries let them have.
func (f *Fulfillment) offer(ctx context.Context, w way, drafts []Run) ([]Run, error) {
	told := map[string]BulkDelivery{}
	for i := range drafts {
		for _, id := range drafts[i].Deliveries {
			if _, known := told[id]; !known {
				d, err := f.Deliveries.Get(ctx, id)
				if err != nil {
					return nil, err
				}
				told[id] = d
			}
		}
	}
	offered := slices.Clone(drafts)
	err := each(ctx, offered, func(ctx context.Context, r *Run) (err error) {
		*r, err = f.Runs.Update(ctx, r.ID, func(r *Run) error {
			mine := func(p Carried) bool { return told[p.Delivery].Parcels[p.Index].Run == r.ID }
			r.offer(mine, f.now())
			w.time(r)
			return nil
		})
		return err
	})
	return slices.DeleteFunc(offered, func(r Run) bool { return r.State != Offered }), err
}

// offer ends a draft: offered with what is its own, or withdrawn without.
func (r *Run) offer(mine func(Carried) bool, now time.Time) {
	if r.State != Drafted {
		return
	}
	r.keep(mine)
	r.State = Offered
	if len(r.Stops) == 0 {
		r.step(Withdrawn, "", "", now)
	}
	r.Told(Effect{Kind: tellDraft})
}

// offerDrafts ends what was broken off: drafts that are a minute old.
func (f *Fulfillment) offerDrafts(ctx context.Context, now time.Time) error {
	var all error
	for r, err := range f.Runs.Find(ctx, db.Where("effects.kind", tellDraft)) {
		if err != nil {
			return err
		}
		if r.State == Drafted && r.Created.Add(time.Minute).After(now) {
			continue
		}
		all = errors.Join(all, f.offerDraft(ctx, r))
	}
	return all
}

func (f *Fulfillment) offerDraft(ctx context.Context, r Run) error {
	w, err := f.wayFor(ctx, &r)
	if err != nil {
		return err
	}
	on := boardings{}
	for i := range r.Stops {
		on.add("", r.ID, &r.Stops[i])
	}
	if _, err := f.board(ctx, on); err != nil {
		return err
	}
	_, err = f.offer(ctx, w, []Run{r})
	return err
}

// unchanged are the offered runs that the plan has too, and as what.
func (p *planning) unchanged() map[string]Run {
	same := map[string]Run{}
	for _, r := range p.sources {
		i := slices.IndexFunc(p.runs, func(n Run) bool {
			return n.Kind == r.Kind && n.NoStairs == r.NoStairs && n.Pace == r.Pace && n.Parcels == r.Parcels && slices.Equal(n.doors(), r.doors())
		})
		if i >= 0 {
			same[r.ID] = p.runs[i]
			p.runs = slices.Delete(p.runs, i, i+1)
		}
	}
	return same
}

// keepOffered gives offered runs the place that they have in a new plan.
func (f *Fulfillment) keepOffered(ctx context.Context, keep map[string]Run, plan string) ([]Run, error) {
	var mu sync.Mutex
	var kept []Run
	err := each(ctx, slices.Collect(maps.Keys(keep)), func(ctx context.Context, id *string) error {
		as := keep[*id]
		r, err := f.Runs.Update(ctx, *id, func(r *Run) error { return r.plannedAs(&as, plan) })
		if err == nil {
			mu.Lock()
			defer mu.Unlock()
			kept = append(kept, r)
		}
		return unlessGone(err)
	})
	return kept, err
}

// plannedAs gives an offered run its place in a new plan that has the same stops.
func (r *Run) plannedAs(n *Run, plan string) error {
	if r.State != Offered {
		return r.wrongState("changed")
	}
	r.Slot, r.Trip, r.Holds, r.Plan, r.For = n.Slot, n.Trip, n.Holds, plan, cmp.Or(n.For, r.For)
	return nil
}

func (r *Run) doors() []string {
	ids := make([]string, len(r.Stops))
	for i := range r.Stops {
		ids[i] = r.Stops[i].ID
	}
	return ids
}

// drafts are the plan's runs without the stops of runs that could not be taken back.
func (p *planning) drafts(id, by string, withdrawn []Run) []Run {
	drafts, from := []Run{}, p.gateName()
	for i, r := range p.runs {
		r.ID, r.Compound, r.Gate, r.Plan, r.Created, r.State = fmt.Sprintf("%s.%d", id, i+1), p.site.ID, p.gate, id, p.now.UTC(), Drafted
		r.From, r.Effects, r.History = from, []Effect{{Kind: tellDraft}}, []Step{{At: r.Created, Kind: string(Offered), By: by}}
		r.Stops = slices.DeleteFunc(slices.Clone(r.Stops), func(s Stop) bool {
			from := p.from[s.ID]
			return from != "" && !slices.ContainsFunc(withdrawn, func(w Run) bool { return w.ID == from })
		})
		if r.count(); len(r.Stops) > 0 {
			drafts = append(drafts, r)
		}
	}
	return drafts
}

// gateName is what the runs' gate is called; nil where it is the only one.
func (p *planning) gateName() *GateName {
	if len(p.site.Gates) < 2 {
		return nil
	}
	g := p.site.Gate(p.gate)
	return &GateName{g.NameZh, g.NameEn}
}

// Replan plans again what is offered and not locked, and what waits at the gate.
// Runs that somebody has accepted, and locked ones, stay as they are.
func (f *Fulfillment) Replan(ctx context.Context, id, gate string, teams []Team, by string, o routing.Options) ([]Run, []LeftStop, error) {
	site, err := f.siteOf(ctx, gate)
	if err != nil {
		return nil, nil, err
	}
	shift, err := f.shift(ctx, gate, teams)
	if err != nil {
		return nil, nil, err
	}
	p, err := f.gather(ctx, &site, &shift, nil)
	if err != nil {
		return nil, nil, err
	}
	return f.plan(ctx, p, id, by, o)
}
