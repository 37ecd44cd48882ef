package fulfillment

import (
	"math"

	"baimi/app/community"
)

// way knows how long it takes from one of a compound's gates and from door to door: the same
// floor is a corridor; the same unit the quicker of stairs and lift; otherwise
// down, across the ground, in, and up. Up is not down, so the times are not
// symmetric. Stairs: Shah et al., CMAJ 2011;183:E1353.
type way struct {
	site     community.Site
	at       *community.Compound
	from     community.Gate     // where runs begin and end
	handover Typical            // seconds a stop
	waits    map[string]Typical // for a building's lifts, where they have been learned
}

func wayOf(c *community.Compound, gate string) way {
	site := c.Site.WithDefaults()
	return way{site: site, at: c, from: c.Gate(gate), handover: Typical{site.HandoverSeconds, site.HandoverSeconds}}
}

// place is a door's building and floor; the gate has no building.
type place struct {
	building *community.Building
	unit     string
	floor    int64
	door     int64
}

func (w way) gate() place { return place{} }

func (w way) of(s *Stop) place {
	b, ok := w.at.Building(s.Building)
	if !ok {
		return place{}
	}
	d := s.door()
	n := int64(0)
	for _, digit := range d.Room {
		n = (n*10 + int64(digit-'0')) % 100
	}
	return place{b, s.Unit, int64(d.Floor()), n}
}

// seconds from one place to another.
func (w way) seconds(a, b place) int64 {
	if a.inside(b) {
		if a.floor == b.floor {
			return w.site.DoorstepSeconds * abs(a.door-b.door)
		}
		return w.climb(a, b.floor-a.floor) + w.site.DoorstepSeconds
	}
	total := w.walk(a, b)
	if a.building != nil {
		total += w.climb(a, 1-a.floor)
	}
	if b.building != nil {
		total += w.site.EntrySeconds + w.climb(b, b.floor-1) + w.site.DoorstepSeconds
	}
	return total
}

// inside tells whether one gets there without leaving the building's unit.
func (a place) inside(b place) bool {
	return a.building != nil && a.building == b.building && a.unit == b.unit
}

// climb is the quicker of stairs and, where one runs, the lift.
func (w way) climb(p place, floors int64) int64 {
	if w.lifted(p, floors) > 0 {
		return w.lift(p, floors)
	}
	return w.stairs(floors)
}

func (w way) stairs(floors int64) int64 {
	if floors < 0 {
		return -floors * w.site.DownSeconds
	}
	return floors * w.site.UpSeconds
}

func (w way) lift(p place, floors int64) int64 {
	return w.wait(p).Plan + w.site.LiftDoorSeconds + abs(floors)*w.site.LiftFloorTenths/10
}

// lifted is 1 where the lift is taken, and 0 where the stairs are.
func (w way) lifted(p place, floors int64) int {
	if floors != 0 && p.building.LiftRuns() && w.lift(p, floors) < w.stairs(floors) {
		return 1
	}
	return 0
}

// wait is how long the building's lifts keep one waiting.
func (w way) wait(p place) Typical {
	if t, learned := w.waits[p.building.No]; learned {
		return t
	}
	return Typical{w.site.LiftWaitSeconds, w.site.LiftWaitSeconds}
}

// matrix is the seconds from each place to each.
func (w way) matrix(places []place) [][]int64 {
	rows := make([][]int64, len(places))
	for i, a := range places {
		rows[i] = make([]int64, len(places))
		for j, b := range places {
			rows[i][j] = w.seconds(a, b)
		}
	}
	return rows
}

// climbs tells whether the door can only be reached by stairs.
func (p place) climbs() bool { return p.building != nil && !p.building.LiftRuns() && p.floor > 1 }

// across is the longest way within a compound, in millimetres: what coordinates
// make longer is an error of the map, and no reason to leave a door out.
const across = 3_000_000

// walk is the way on the ground, as the crow flies and a quarter more.
func (w way) walk(a, b place) int64 {
	lon1, lat1 := w.ground(a)
	lon2, lat2 := w.ground(b)
	const millimetresPerMicroDegree = 111.195
	squeeze := math.Cos(float64(w.at.Lat) / 1e6 * math.Pi / 180)
	x, y := float64(lon1-lon2)*squeeze, float64(lat1-lat2)
	return int64(min(math.Hypot(x, y)*millimetresPerMicroDegree*1.25, across) / float64(w.site.WalkMillimetres))
}

func (w way) ground(p place) (lon, lat int64) {
	if p.building != nil {
		return p.building.Lon, p.building.Lat
	}
	return w.from.Lon, w.from.Lat
}

// time writes down when the run reaches each stop, and what it takes in all.
func (w way) time(r *Run) {
	slow, promise := w.promised(), int64(0)
	here, clock := w.gate(), int64(0)
	r.Floors = 0
	for i := range r.Stops {
		s := &r.Stops[i]
		next := w.of(s)
		clock += r.Pace.takes(w.seconds(here, next))
		promise += r.Pace.takes(slow.seconds(here, next))
		s.Arrives, s.By = clock, promise
		clock += s.service(w.site)
		promise += s.service(slow.site)
		if next.building != nil && !next.building.LiftRuns() {
			from := int64(1)
			if here.building == next.building && here.unit == next.unit {
				from = here.floor
			}
			r.Floors += max(next.floor-from, 0)
		}
		here = next
	}
	r.Seconds = clock + r.Pace.takes(w.seconds(here, w.gate()))
}

// takes is how long a way takes that usually takes so many seconds.
func (p Pace) takes(seconds int64) int64 { return (seconds*p.percent() + 99) / 100 }

func abs(n int64) int64 { return max(n, -n) }
