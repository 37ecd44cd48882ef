package fulfillment

import (
	"context"
	"slices"

	"baimi/app/community"
	"baimi/app/db"
	"baimi/app/fault"
)

// Learned is what the couriers' hand-overs at a compound have shown; its id is
// the compound's. It keeps the newest 300 hand-overs, and 60 waits for each of at
// most 400 buildings' lifts.
type Learned struct {
	db.Doc
	Handovers []Seen     `json:"handovers"` // seconds at a door, beside those of each parcel
	Lifts     []LiftSeen `json:"lifts"`
}

// LiftSeen is how long couriers waited for one building's lifts.
type LiftSeen struct {
	Building string `json:"building"`
	Waits    []Seen `json:"waits"`
}

// Seen is one observation, and the run that it is from.
type Seen struct {
	Run     string `json:"run"`
	Seconds int64  `json:"seconds"`
}

const (
	mostHandovers  = 300
	mostWaits      = 60
	fewHandovers   = 20 // fewer prove nothing
	fewWaits       = 12
	longestLearned = 10 * 60   // seconds: what takes longer was a rest, or a talk
	longestGap     = 30 * 60   // seconds between two acts that belong together
	tellLearn      = "learned" // effect: what the run has shown is to be learned
)

// Learn adds what a run has shown, once.
func (l *Learned) Learn(run string, handovers []int64, waits map[string][]int64) {
	l.Handovers = learn(l.Handovers, run, handovers, mostHandovers)
	for building, seconds := range waits {
		i := slices.IndexFunc(l.Lifts, func(s LiftSeen) bool { return s.Building == building })
		if i < 0 {
			i = len(l.Lifts)
			l.Lifts = append(l.Lifts, LiftSeen{Building: building})
		}
		l.Lifts[i].Waits = learn(l.Lifts[i].Waits, run, seconds, mostWaits)
	}
	slices.SortFunc(l.Lifts, func(a, b LiftSeen) int { return community.Natural(a.Building, b.Building) })
}

func learn(seen []Seen, run string, seconds []int64, most int) []Seen {
	if slices.ContainsFunc(seen, func(s Seen) bool { return s.Run == run }) {
		return seen
	}
	for _, n := range seconds {
		seen = append(seen, Seen{run, min(max(n, 0), longestLearned)})
	}
	return slices.Clone(seen[max(len(seen)-most, 0):])
}

// Forget drops what was learned: of a building's lifts, or without one of the
// hand-overs. Learning starts anew.
func (l *Learned) Forget(building string) {
	if building == "" {
		l.Handovers = []Seen{}
		return
	}
	l.Lifts = slices.DeleteFunc(l.Lifts, func(s LiftSeen) bool { return s.Building == building })
}

// quantile is the smallest observation that q per cent of all do not exceed.
func quantile(seen []Seen, q int) int64 {
	all := make([]int64, len(seen))
	for i := range seen {
		all[i] = seen[i].Seconds
	}
	slices.Sort(all)
	return all[(len(all)*q+99)/100-1]
}

// Typical is what is planned with, and what is promised: 50 and 90 of 100
// hand-overs were as fast.
type Typical struct{ Plan, Promise int64 }

// typical gives a learned value, or the standard one where too little was seen.
func typical(seen []Seen, few int, standard int64) Typical {
	if len(seen) < few {
		return Typical{standard, standard}
	}
	return Typical{quantile(seen, 50), quantile(seen, 90)}
}

// observe reads a run that is back: the time between two acts, less what is known
// of it, is a hand-over where no lift was taken, and a wait for the lift where one
// was. Acts are stamped when they happened, not when the phone sent them.
func (w way) observe(r *Run) (handovers []int64, waits map[string][]int64) {
	waits = map[string][]int64{}
	done := slices.DeleteFunc(slices.Clone(r.Stops), func(s Stop) bool { return s.Handover == nil })
	slices.SortStableFunc(done, func(a, b Stop) int { return a.Handover.At.Compare(b.Handover.At) })
	here, clock := w.gate(), r.leftAt()
	for i := range done {
		s := &done[i]
		next, gap := w.of(s), int64(s.Handover.At.Sub(clock).Seconds())
		took := gap - r.Pace.takes(w.seconds(here, next)) - s.service(w.site)
		usual := gap > 0 && gap < longestGap && (s.Handover.Outcome == AtDoor || s.Handover.Outcome == Left)
		switch rides := w.rides(here, next); {
		case !usual || s.hot():
		case rides == 0 && here.inside(next):
			handovers = append(handovers, w.site.HandoverSeconds+took)
		case rides == 1 && next.floor > 1:
			waits[s.Building] = append(waits[s.Building], w.wait(next).Plan+took)
		}
		here, clock = next, s.Handover.At
	}
	return handovers, waits
}

// rides counts the lifts on the way from one place to another.
func (w way) rides(a, b place) int {
	if a.inside(b) {
		return w.lifted(a, b.floor-a.floor)
	}
	n := 0
	if a.building != nil {
		n += w.lifted(a, 1-a.floor)
	}
	if b.building != nil {
		n += w.lifted(b, b.floor-1)
	}
	return n
}

// learn takes a run's observations into what the compound has learned.
func (f *Fulfillment) learn(ctx context.Context, r *Run) error {
	w, err := f.wayFor(ctx, r)
	if err != nil {
		return err
	}
	handovers, waits := w.observe(r)
	return f.keepLearned(ctx, r.Compound, func(l *Learned) { l.Learn(r.ID, handovers, waits) })
}

func (f *Fulfillment) keepLearned(ctx context.Context, compound string, change func(*Learned)) error {
	return upsert(ctx, f.Learned, compound, Learned{Doc: db.Doc{ID: compound}, Handovers: []Seen{}, Lifts: []LiftSeen{}}, change)
}

// way is that from one of the compound's gates, with what has been learned there.
func (f *Fulfillment) way(ctx context.Context, site *community.Compound, gate string) (way, error) {
	l, err := f.Learned.Get(ctx, site.ID)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return way{}, err
	}
	return wayOf(site, gate).with(&l), nil
}

// wayFor is the way of a run.
func (f *Fulfillment) wayFor(ctx context.Context, r *Run) (way, error) {
	site, err := f.community.Compound(ctx, r.Compound)
	if err != nil {
		return way{}, err
	}
	return f.way(ctx, &site, r.Gate)
}

// with plans with what has been learned.
func (w way) with(l *Learned) way {
	w.handover = typical(l.Handovers, fewHandovers, w.site.HandoverSeconds)
	w.site.HandoverSeconds = w.handover.Plan
	w.waits = map[string]Typical{}
	for _, s := range l.Lifts {
		w.waits[s.Building] = typical(s.Waits, fewWaits, w.site.LiftWaitSeconds)
	}
	return w
}

// promised is the way as slow as it is one time in ten, at each door and each lift.
func (w way) promised() way {
	w.site.HandoverSeconds = w.handover.Promise
	slow := map[string]Typical{}
	for building, t := range w.waits {
		slow[building] = Typical{t.Promise, t.Promise}
	}
	w.waits = slow
	return w
}

// LearnedView is what is planned with at a compound, and what it rests on.
type LearnedView struct {
	Handover LearnedValue   `json:"handover"`
	Lifts    []LearnedValue `json:"lifts" doc:"Of the buildings whose lifts couriers have waited for."`
}

// LearnedValue is one time, in seconds.
type LearnedValue struct {
	Building string `json:"building,omitempty"`
	Seen     int    `json:"seen" doc:"Observations."`
	Needed   int    `json:"needed" doc:"With fewer, the standard is planned with."`
	Standard int64  `json:"standard" doc:"What the compound has set, or the design value."`
	Plan     int64  `json:"plan" doc:"What is planned with: the median of what was seen."`
	Promise  int64  `json:"promise" doc:"What is promised with: nine of ten were as fast."`
}

func (l *Learned) view(site community.Site) LearnedView {
	value := func(building string, seen []Seen, few int, standard int64) LearnedValue {
		t := typical(seen, few, standard)
		return LearnedValue{building, len(seen), few, standard, t.Plan, t.Promise}
	}
	v := LearnedView{Handover: value("", l.Handovers, fewHandovers, site.HandoverSeconds), Lifts: []LearnedValue{}}
	for _, s := range l.Lifts {
		v.Lifts = append(v.Lifts, value(s.Building, s.Waits, fewWaits, site.LiftWaitSeconds))
	}
	return v
}
