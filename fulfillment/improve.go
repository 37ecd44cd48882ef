package fulfillment

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"baimi/app/db"
	"baimi/fulfillment/routing"
)

// Rounds are how a plan is improved while nobody has accepted a run of it.
var Rounds = []routing.Options{{Seed: 2, Budget: time.Second}, {Seed: 3, Budget: 2 * time.Second}, {Seed: 4, Budget: 3 * time.Second}}

// Improve goes one round on with every plan of which nobody has accepted a run. It
// comes back for those that it had no time for.
func (f *Fulfillment) Improve(ctx context.Context, now time.Time) error {
	var all error
	for s, err := range f.Shifts.Find(ctx, db.Where("improving", true)) {
		if err != nil || f.now().Sub(now) > 30*time.Second {
			return errors.Join(all, err)
		}
		all = errors.Join(all, f.improve(ctx, s))
	}
	return all
}

func (f *Fulfillment) improve(ctx context.Context, s Shift) error {
	site, err := f.siteOf(ctx, s.ID)
	if err != nil {
		return err
	}
	p, err := f.gather(ctx, &site, &s, nil)
	if err != nil {
		return err
	}
	accepted := slices.ContainsFunc(p.busy, func(r Run) bool { return r.Plan == s.Plan })
	if accepted || s.Round >= len(Rounds) || len(p.stops) != s.Stops || s.over(p.now) {
		return f.settle(ctx, s.ID, s.Plan)
	}
	if err := p.solve(ctx, Rounds[s.Round]); err != nil {
		return err
	}
	plan := s.Plan
	if p.score.Better(s.Score) {
		plan = fmt.Sprintf("%s~%d", s.Plan, s.Round+1)
		if _, err := f.replace(ctx, p, plan, ""); err != nil {
			return err
		}
	}
	return f.keepShift(ctx, s.ID, func(now *Shift) {
		if now.Plan != s.Plan {
			return // planned again meanwhile
		}
		if plan != s.Plan {
			now.Planned(p, plan)
		}
		now.Round++
	})
}

// settle ends the improving of a plan.
func (f *Fulfillment) settle(ctx context.Context, gate, plan string) error {
	return f.keepShift(ctx, gate, func(s *Shift) {
		if plan == "" || s.Plan == plan {
			s.Improving = false
		}
	})
}
