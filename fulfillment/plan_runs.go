package fulfillment

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"baimi/app/community"
	"baimi/app/fault"
	"baimi/catalog"
	"baimi/fulfillment/routing"
)

const (
	loading  = 90               // seconds at the gate before a trip
	maxStops = 2_000            // of one split: larger ones are split delivery by delivery
	hotFor   = 25 * time.Minute // in which hot meals are to be at the door, from the gate's count
	hotLeast = 5 * 60           // seconds that are always planned for a hot meal's way
	helpFor  = 3 * 3_600        // seconds that couriers help where nothing else is said
)

// LeftStop is a stop that no courier could be given, and why. Its parcels stay
// at the gate and can be split again.
type LeftStop struct {
	Stop   StopView       `json:"stop"`
	Reason routing.Reason `json:"reason"`
}

// solve divides the stops into runs: one for every trip of every helper.
func (p *planning) solve(ctx context.Context, o routing.Options) error {
	if len(p.stops) > maxStops {
		return fault.New(fault.Invalid, "too_many_stops", "There are %d doors at once; please split the deliveries one by one, %d doors at most.", len(p.stops), maxStops).
			With("stops", len(p.stops)).With("limit", maxStops)
	}
	if !slices.ContainsFunc(p.shift.Teams, func(t Team) bool { return t.Count > 0 }) {
		return nobody()
	}
	if len(p.stops) == 0 {
		return nil
	}
	problem, helpers := p.problem()
	plan, err := routing.Improve(ctx, problem, p.earlier(helpers), o)
	if err == nil {
		err = routing.Check(problem, &plan)
	}
	if err != nil {
		return fmt.Errorf("planning the runs of %s: %w", p.site.ID, err)
	}
	p.take(problem, &plan, helpers)
	return nil
}

// helper is one of a shift: where several of a kind are free at the same time,
// the solver has them as one kind of courier.
type helper struct {
	slot string // foot-2
	who  string // the account, where it is known
	team *Team
	trip int64 // of the last run that they have
	free int64 // from when, in seconds from now
}

// helpers are those who are still there, with the runs that they have.
func (p *planning) helpers() []helper {
	var all []helper
	number := map[string]int64{}
	for i := range p.shift.Teams {
		t := &p.shift.Teams[i]
		for k := range t.Count {
			number[t.Kind]++
			h := helper{slot: fmt.Sprintf("%s-%d", t.Kind, number[t.Kind]), team: t, who: t.who(k)}
			for _, r := range p.busy {
				if r.Slot == h.slot {
					h.trip = max(h.trip, r.Trip)
					h.free += r.remaining(p.now)
				}
			}
			all = append(all, h)
		}
	}
	return all
}

// remaining is how long the run will still take, as planned, in seconds.
func (r *Run) remaining(now time.Time) int64 {
	if r.State != Out {
		return loading + r.Seconds
	}
	left := r.Seconds - int64(now.Sub(r.leftAt()).Seconds())
	return max(left, 60*int64(r.Open()))
}

func (r *Run) leftAt() time.Time {
	for _, s := range slices.Backward(r.History) {
		if s.Kind == string(Out) {
			return s.At
		}
	}
	return r.Created
}

// problem writes the door problem of what is to be planned. Zero is now.
func (p *planning) problem() (*routing.Problem, map[string]helper) {
	w := p.way
	problem := &routing.Problem{Loads: []string{"millilitres"}}
	of, passed, end := map[string]helper{}, p.shift.passed(p.now), int64(0)
	for _, h := range p.helpers() {
		until := h.team.seconds() - passed
		if until <= h.free {
			continue
		}
		end = max(end, until)
		c := routing.Courier{Capacity: []int64{h.team.load()}, Loading: loading, Shift: [2]int64{h.free, until}, NoStairs: h.team.NoStairs, Pace: h.team.Pace.percent()}
		i := slices.IndexFunc(problem.Couriers, func(o routing.Courier) bool {
			return o.Capacity[0] == c.Capacity[0] && o.Shift == c.Shift && o.NoStairs == c.NoStairs && o.Pace == c.Pace && of[o.Kind+"-1"].team.Kind == h.team.Kind
		})
		if i < 0 {
			i = len(problem.Couriers)
			c.Kind = fmt.Sprint(i)
			problem.Couriers = append(problem.Couriers, c)
		}
		problem.Couriers[i].Count++
		problem.Couriers[i].Worked = append(problem.Couriers[i].Worked, p.worked[h.who])
		of[fmt.Sprintf("%d-%d", i, problem.Couriers[i].Count)] = h
	}
	places := []place{w.gate()}
	for i := range p.stops {
		at := w.of(&p.stops[i])
		places = append(places, at)
		problem.Stops = append(problem.Stops, p.stops[i].problem(w, at, p.now, end))
	}
	problem.Duration = w.matrix(places)
	return problem, of
}

func (s *Stop) problem(w way, at place, now time.Time, end int64) routing.Stop {
	stop := routing.Stop{
		ID: s.ID, Load: []int64{s.millilitres()}, Service: s.service(w.site), Window: [2]int64{0, end}, Climb: at.climbs(),
	}
	if at.climbs() {
		stop.Effort = effort(0, at.floor-1, 0)
	}
	stop.Effort += effort(0, 0, s.grams())
	if s.hot() {
		stop.Hot, stop.Priority = true, 1
		stop.Window[1] = min(end, max(s.hotLeft(now), hotLeast))
	}
	return stop
}

// hotLeft is how long a hot meal may still take to its door, in seconds.
func (s *Stop) hotLeft(now time.Time) int64 {
	if s.HotBy.IsZero() {
		return int64(hotFor.Seconds())
	}
	return int64(s.HotBy.Sub(now).Seconds())
}

// take writes the plan out as runs, and how good it is.
func (p *planning) take(problem *routing.Problem, plan *routing.Plan, helpers map[string]helper) {
	at, w := map[string]int{}, p.way
	for i := range p.stops {
		at[p.stops[i].ID] = i
	}
	p.runs, p.left, p.score = nil, []Leftover{}, Score{Travel: plan.Travel}
	for _, of := range plan.Runs {
		h := helpers[of.Courier]
		for _, t := range of.Trips {
			h.trip++
			r := Run{Kind: h.team.Kind, Slot: h.slot, Trip: h.trip, NoStairs: h.team.NoStairs, Pace: h.team.Pace, Holds: h.team.load(), For: h.who}
			for _, v := range t.Stops {
				r.Stops = append(r.Stops, p.stops[at[v.ID]])
				if s := &problem.Stops[at[v.ID]]; s.Hot {
					p.score.Late += max(v.Arrives-s.Window[1], 0)
				}
			}
			r.count()
			w.time(&r)
			p.runs = append(p.runs, r)
		}
	}
	for _, u := range plan.Unserved {
		p.left = append(p.left, Leftover{u.ID, u.Reason})
		p.score.LeftOut += 1 + int(problem.Stops[at[u.ID]].Priority)
	}
}

// earlier is the plan of what is offered, from which the new one starts: couriers
// have seen it, and it is good. Trips of who has gone are whose who has the fewest.
func (p *planning) earlier(helpers map[string]helper) *routing.Plan {
	names := slices.SortedFunc(maps.Keys(helpers), community.Natural)
	if len(names) == 0 {
		return &routing.Plan{}
	}
	trips, courier := map[string][]routing.Trip{}, map[string]string{}
	for _, name := range names {
		courier[helpers[name].slot] = name
	}
	fewest := func(a, b string) int { return cmp.Compare(len(trips[a]), len(trips[b])) }
	for _, r := range slices.SortedFunc(slices.Values(p.sources), func(a, b Run) int { return cmp.Compare(a.Trip, b.Trip) }) {
		trip := routing.Trip{}
		for _, id := range r.doors() {
			trip.Stops = append(trip.Stops, routing.Visit{ID: id})
		}
		name, here := courier[r.Slot]
		if !here {
			name = slices.MinFunc(names, fewest)
		}
		trips[name] = append(trips[name], trip)
	}
	plan := routing.Plan{}
	for _, name := range names {
		if len(trips[name]) > 0 {
			plan.Runs = append(plan.Runs, routing.Run{Courier: name, Trips: trips[name]})
		}
	}
	return &plan
}

// leftStops are the stops that no helper could be given.
func (p *planning) leftStops() []LeftStop {
	var left []LeftStop
	for i := range p.stops {
		for _, l := range p.left {
			if l.Stop == p.stops[i].ID {
				left = append(left, LeftStop{p.stops[i].view(0, true), l.Reason})
			}
		}
	}
	return left
}

// usual is what a courier of a kind carries at a time, in millilitres: two bags,
// a hand cart, the box and the footboard of an e-bike.
var usual = map[string]int64{"foot": 40_000, "cart": 150_000, "e-bike": 90_000}

func (t Team) load() int64 {
	if t.Millilitres > 0 {
		return t.Millilitres
	}
	return usual[t.Kind]
}

func (t Team) seconds() int64 {
	if t.Minutes > 0 {
		return t.Minutes * 60
	}
	return helpFor
}

func (s *Stop) millilitres() int64 {
	var n int64
	for _, p := range s.Parcels {
		n += p.Quantity * p.Millilitres
	}
	return n
}

func (s *Stop) grams() int64 {
	var n int64
	for _, p := range s.Parcels {
		n += p.Quantity * p.Grams
	}
	return n
}

func (s *Stop) hot() bool {
	return slices.ContainsFunc(s.Parcels, func(p Carried) bool { return p.Handling == string(catalog.Hot) })
}

// service is how long the hand-over takes, in seconds.
func (s *Stop) service(site community.Site) int64 {
	seconds := site.HandoverSeconds
	for _, p := range s.Parcels {
		seconds += p.Quantity * site.ParcelSeconds
	}
	if s.hot() {
		return max(seconds, site.HotSeconds)
	}
	return seconds
}

// Effort is how hard a split is planned while the coordinator waits, and Quick how
// hard it is planned again.
var (
	Effort = routing.Options{Seed: 1, Budget: time.Second}
	Quick  = routing.Options{Seed: 1, Budget: 80 * time.Millisecond}
)
