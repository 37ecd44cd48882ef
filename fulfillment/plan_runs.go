package fulfillment

import (
	"context"

	"baimi/app/community"
	"baimi/app/fault"
)

// planRuns divides the stops into runs, each within what one courier carries
// at a time. Stops come in natural order, so that a run stays in its buildings.
func planRuns(_ context.Context, site *community.Compound, stops []Stop, teams []Team, _ string) ([]Run, error) {
	trips := tripsOf(teams)
	if len(trips) == 0 {
		return nil, fault.New(fault.Invalid, "no_couriers", "Please say how many couriers help, and how.").At("body.teams", "nobody")
	}
	way := wayOf(site)
	var runs []Run
	for len(stops) > 0 {
		team := trips[len(runs)%len(trips)]
		n := fits(stops, team.Millilitres)
		r := Run{Kind: team.Kind, Stops: stops[:n:n]}
		way.time(&r)
		runs = append(runs, r)
		stops = stops[n:]
	}
	return runs, nil
}

// tripsOf gives one team of one for each courier, with the kind's usual load.
func tripsOf(teams []Team) []Team {
	var all []Team
	for _, t := range teams {
		if t.Millilitres == 0 {
			t.Millilitres = usual[t.Kind]
		}
		for range t.Count {
			all = append(all, t)
		}
	}
	return all
}

// fits counts the stops that go on board together; one always does.
func fits(stops []Stop, millilitres int64) int {
	var load int64
	for i := range stops {
		load += stops[i].millilitres()
		if i > 0 && load > millilitres {
			return i
		}
	}
	return len(stops)
}

func (s *Stop) millilitres() int64 {
	var n int64
	for _, p := range s.Parcels {
		n += p.Quantity * p.Millilitres
	}
	return n
}

// service is how long the hand-over takes, in seconds.
func (s *Stop) service(site community.Site) int64 {
	seconds := site.HandoverSeconds
	for _, p := range s.Parcels {
		seconds += p.Quantity * site.ParcelSeconds
		if p.Handling == "hot" {
			seconds = max(seconds, site.HotSeconds)
		}
	}
	return seconds
}
