package routing

import "fmt"

const (
	maxLoads = 4
	longest  = 50_000_000 // seconds of one way, more than a year
	latest   = 1 << 40    // seconds of a moment, more than thirty thousand years
)

// Validate names the first key that cannot be right.
func (p *Problem) Validate() error {
	if len(p.Loads) > maxLoads {
		return invalid("loads", "%d load dimensions, %d at most", len(p.Loads), maxLoads)
	}
	if len(p.Stops) >= mostNodes {
		return invalid("stops", "%d stops, %d at most", len(p.Stops), mostNodes-1)
	}
	if len(p.Duration) != len(p.Stops)+1 {
		return invalid("duration", "%d rows for %d stops and the gate", len(p.Duration), len(p.Stops))
	}
	for i, row := range p.Duration {
		if len(row) != len(p.Duration) {
			return invalid(fmt.Sprintf("duration[%d]", i), "%d numbers, want %d", len(row), len(p.Duration))
		}
		for j, t := range row {
			if t < 0 || t > longest {
				return invalid(fmt.Sprintf("duration[%d][%d]", i, j), "%d is not a number of seconds from 0 to %d", t, longest)
			}
		}
	}
	seen := map[string]bool{}
	for i := range p.Stops {
		s := &p.Stops[i]
		place := fmt.Sprintf("stops[%d]", i)
		if s.ID == "" || seen[s.ID] {
			return invalid(place+".id", "%q is empty or stands twice", s.ID)
		}
		seen[s.ID] = true
		if err := s.validate(place, len(p.Loads)); err != nil {
			return err
		}
	}
	kinds := map[string]bool{}
	for i := range p.Couriers {
		if kind := p.Couriers[i].Kind; kinds[kind] {
			return invalid(fmt.Sprintf("couriers[%d].kind", i), "%q stands twice", kind)
		}
		kinds[p.Couriers[i].Kind] = true
		if err := p.Couriers[i].validate(fmt.Sprintf("couriers[%d]", i), len(p.Loads)); err != nil {
			return err
		}
	}
	return p.validateBegun(seen)
}

// validateBegun holds that each trip under way has a courier and stops of its own.
func (p *Problem) validateBegun(free map[string]bool) error {
	idle := map[string]bool{}
	for _, name := range courierNames(p) {
		idle[name] = true
	}
	for i, b := range p.Begun {
		place := fmt.Sprintf("begun[%d]", i)
		if !idle[b.Courier] {
			return invalid(place+".courier", "there is no courier %q, or two trips of one", b.Courier)
		}
		idle[b.Courier] = false
		if b.Fixed < 1 || b.Fixed > len(b.Stops) {
			return invalid(place+".fixed", "%d of %d stops", b.Fixed, len(b.Stops))
		}
		for k, id := range b.Stops {
			if !free[id] {
				return invalid(fmt.Sprintf("%s.stops[%d]", place, k), "there is no stop %q, or it is on board twice", id)
			}
			free[id] = false
		}
	}
	return nil
}

func (s *Stop) validate(place string, loads int) error {
	if len(s.Load) != loads {
		return invalid(place+".load", "%d numbers for %d load dimensions", len(s.Load), loads)
	}
	for _, l := range s.Load {
		if l < 0 || l > 1<<40 {
			return invalid(place+".load", "%d is not a load", l)
		}
	}
	if s.Service < 0 || s.Service > 1<<31 {
		return invalid(place+".service", "%d is not a number of seconds", s.Service)
	}
	if s.Release < 0 || s.Window[0] < 0 || max(s.Release, s.Window[1]) > latest {
		return invalid(place, "release and window are numbers of seconds from 0 to %d", int64(latest))
	}
	if s.Window[1] < s.Window[0] {
		return invalid(place+".window", "it ends at %d, before it starts at %d", s.Window[1], s.Window[0])
	}
	if s.Priority < 0 || s.Priority > 1000 {
		return invalid(place+".priority", "%d is not between 0 and 1000", s.Priority)
	}
	if s.Effort < 0 || s.Effort > 1<<31 {
		return invalid(place+".effort", "%d is not a number of seconds", s.Effort)
	}
	return nil
}

func (c *Courier) validate(place string, loads int) error {
	if len(c.Capacity) != loads {
		return invalid(place+".capacity", "%d numbers for %d load dimensions", len(c.Capacity), loads)
	}
	for _, l := range c.Capacity {
		if l < 0 {
			return invalid(place+".capacity", "%d is below 0", l)
		}
	}
	if c.Kind == "" || c.Count < 0 || c.Count > 10_000 {
		return invalid(place, "a courier needs a kind and a count of 0 to 10000")
	}
	if c.Shift[0] < 0 || c.Shift[1] > latest {
		return invalid(place+".shift", "it is not between 0 and %d", int64(latest))
	}
	if c.Shift[1] < c.Shift[0] {
		return invalid(place+".shift", "it ends at %d, before it starts at %d", c.Shift[1], c.Shift[0])
	}
	if len(c.Worked) > 0 && len(c.Worked) != c.Count {
		return invalid(place+".worked", "%d numbers for %d couriers", len(c.Worked), c.Count)
	}
	for k, w := range c.Worked {
		if w < 0 || w > 1<<31 {
			return invalid(fmt.Sprintf("%s.worked[%d]", place, k), "%d is not a number of seconds", w)
		}
	}
	if c.Loading < 0 || c.Loading > longest || c.MaxTrips < 0 {
		return invalid(place, "loading and max_trips are 0 or more")
	}
	if c.Pace != 0 && (c.Pace < 10 || c.Pace > 1000) {
		return invalid(place+".pace", "%d is not between 10 and 1000 per cent", c.Pace)
	}
	return nil
}
