package fulfillment

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"baimi/app/community"
	"baimi/app/fault"
	"baimi/catalog"
	"baimi/fulfillment/routing"
)

const (
	loading  = 90        // seconds at the gate before a trip
	maxStops = 2_000     // of one split: larger ones are split delivery by delivery
	hotFor   = 25 * 60   // seconds in which hot meals are to be at the door
	helpFor  = 3 * 3_600 // seconds that couriers help where nothing else is said
)

// LeftStop is a stop that no courier could be given, and why. Its parcels stay
// at the gate and can be split again.
type LeftStop struct {
	Stop   StopView       `json:"stop"`
	Reason routing.Reason `json:"reason"`
}

// planRuns divides the stops into runs: one for every trip of every courier.
// Hot meals go first; where that leaves a door out, it goes without the haste.
func planRuns(ctx context.Context, site *community.Compound, stops []Stop, teams []Team, o routing.Options) ([]Run, []LeftStop, error) {
	if len(stops) > maxStops {
		return nil, nil, fault.New(fault.Invalid, "too_many_stops", "There are %d doors at once; please split the deliveries one by one, %d doors at most.", len(stops), maxStops).
			With("stops", len(stops)).With("limit", maxStops)
	}
	p, err := runsProblem(site, stops, teams)
	if err != nil {
		return nil, nil, err
	}
	plan, err := routing.Solve(ctx, p, o)
	if err == nil && len(plan.Unserved) > 0 && unhurried(p) {
		plan, err = routing.Solve(ctx, p, o)
	}
	if err == nil {
		err = routing.Check(p, &plan)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("planning the runs of %s: %w", site.ID, err)
	}
	runs, left := runsOfPlan(site, stops, &plan)
	return runs, left, nil
}

// runsProblem writes the door problem of a compound.
func runsProblem(site *community.Compound, stops []Stop, teams []Team) (*routing.Problem, error) {
	w := wayOf(site)
	p := &routing.Problem{Loads: []string{"millilitres"}}
	end := int64(0)
	for _, t := range teams {
		if t.Count == 0 {
			continue
		}
		c := routing.Courier{Kind: t.Kind, Count: int(t.Count), Capacity: []int64{t.load()}, Loading: loading, Shift: [2]int64{0, t.seconds()}, NoStairs: t.NoStairs}
		p.Couriers = append(p.Couriers, c)
		end = max(end, c.Shift[1])
	}
	if len(p.Couriers) == 0 {
		return nil, fault.New(fault.Invalid, "no_couriers", "Please say how many couriers help, and how.").At("body.teams", "nobody")
	}
	places := []place{w.gate()}
	for i := range stops {
		at := w.of(&stops[i])
		places = append(places, at)
		s := routing.Stop{
			ID: stops[i].ID, Load: []int64{stops[i].millilitres()}, Service: stops[i].service(w.site), Window: [2]int64{0, end},
			Climb: at.building != nil && !at.building.Lift && at.floor > 1,
		}
		if stops[i].hot() {
			s.Window[1], s.Priority = min(end, hotFor), 1
		}
		p.Stops = append(p.Stops, s)
	}
	for _, a := range places {
		row := make([]int64, 0, len(places))
		for _, b := range places {
			row = append(row, w.seconds(a, b))
		}
		p.Duration = append(p.Duration, row)
	}
	return p, nil
}

// unhurried gives hot stops the whole shift; false if there were none.
func unhurried(p *routing.Problem) bool {
	end := int64(0)
	for _, c := range p.Couriers {
		end = max(end, c.Shift[1])
	}
	changed := false
	for i := range p.Stops {
		changed = changed || p.Stops[i].Window[1] != end
		p.Stops[i].Window[1] = end
	}
	return changed
}

func runsOfPlan(site *community.Compound, stops []Stop, plan *routing.Plan) ([]Run, []LeftStop) {
	at := map[string]Stop{}
	for _, s := range stops {
		at[s.ID] = s
	}
	w := wayOf(site)
	var runs []Run
	for _, of := range plan.Runs {
		kind := of.Courier[:strings.LastIndexByte(of.Courier, '-')]
		for _, t := range of.Trips {
			r := Run{Kind: kind}
			for _, v := range t.Stops {
				r.Stops = append(r.Stops, at[v.ID])
			}
			w.time(&r)
			runs = append(runs, r)
		}
	}
	var left []LeftStop
	for _, u := range plan.Unserved {
		s := at[u.ID]
		left = append(left, LeftStop{s.view(0, true), u.Reason})
	}
	return runs, left
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

// Effort is how hard a split is planned while the coordinator waits.
var Effort = routing.Options{Seed: 1, Budget: time.Second}
