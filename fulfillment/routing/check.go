package routing

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Check walks through a plan as the couriers would and says what they could not
// do. It knows nothing of the search: only the problem and the plan.
func Check(p *Problem, plan *Plan) error {
	c := checker{problem: p, node: map[string]int{}, visits: map[string]int{}, shifts: map[string]bool{}}
	for i := range p.Stops {
		c.node[p.Stops[i].ID] = i + 1
	}
	for i := range plan.Runs {
		c.run(&plan.Runs[i])
	}
	for i := range p.Begun {
		c.begun(&p.Begun[i], plan)
	}
	c.everyone(plan)
	if c.travel != plan.Travel {
		c.say("travel is told as %d and is %d", plan.Travel, c.travel)
	}
	return errors.Join(c.broken...)
}

type checker struct {
	problem *Problem
	node    map[string]int
	visits  map[string]int
	shifts  map[string]bool
	travel  int64
	broken  []error
}

func (c *checker) say(format string, args ...any) {
	if len(c.broken) < 20 {
		c.broken = append(c.broken, fmt.Errorf(format, args...))
	}
}

func (c *checker) courier(name string) *Courier {
	at := strings.LastIndexByte(name, '-')
	if at < 0 {
		return nil
	}
	number, err := strconv.Atoi(name[at+1:])
	for i := range c.problem.Couriers {
		k := &c.problem.Couriers[i]
		if err == nil && k.Kind == name[:at] && number >= 1 && number <= k.Count {
			return k
		}
	}
	return nil
}

func (c *checker) run(r *Run) {
	who := c.courier(r.Courier)
	if who == nil || c.shifts[r.Courier] {
		c.say("there is no courier %s, or one with two runs", r.Courier)
		return
	}
	c.shifts[r.Courier] = true
	if who.MaxTrips > 0 && len(r.Trips) > who.MaxTrips {
		c.say("%s makes %d trips of %d", r.Courier, len(r.Trips), who.MaxTrips)
	}
	clock := who.Shift[0]
	for i := range r.Trips {
		clock = c.trip(r.Courier, who, &r.Trips[i], clock)
	}
	if clock > who.Shift[1] {
		c.say("%s is back at %d, after the shift's end at %d", r.Courier, clock, who.Shift[1])
	}
}

func (c *checker) trip(name string, who *Courier, t *Trip, clock int64) int64 {
	if len(t.Stops) == 0 {
		c.say("%s makes an empty trip", name)
		return clock
	}
	board := make([]int64, len(c.problem.Loads))
	for _, v := range t.Stops {
		i := c.node[v.ID]
		if i == 0 {
			c.say("there is no stop %s", v.ID)
			return clock
		}
		s := &c.problem.Stops[i-1]
		clock = max(clock, s.Release)
		for k, l := range s.Load {
			board[k] += l
		}
		if who.NoStairs && s.Climb {
			c.say("%s cannot climb to %s", name, v.ID)
		}
	}
	for k, l := range board {
		if l > who.Capacity[k] {
			c.say("%s carries %d %s, and can carry %d", name, l, c.problem.Loads[k], who.Capacity[k])
		}
	}
	if clock += who.Loading; t.Leaves < clock {
		c.say("%s leaves at %d, and has loaded only at %d", name, t.Leaves, clock)
	}
	return c.walk(name, who, t, max(clock, t.Leaves))
}

func (c *checker) walk(name string, who *Courier, t *Trip, clock int64) int64 {
	here := 0
	for _, v := range t.Stops {
		there := c.node[v.ID]
		s := &c.problem.Stops[there-1]
		way := c.way(who, here, there)
		c.travel += way
		clock = max(clock+way, s.Window[0])
		if clock > s.Window[1] && !s.Hot && !c.fixed(v.ID) {
			c.say("%s is at %s at %d, after its window's end at %d", name, v.ID, clock, s.Window[1])
		}
		if v.Arrives != clock {
			c.say("%s is said to be at %s at %d, and is at %d", name, v.ID, v.Arrives, clock)
		}
		c.visits[v.ID]++
		clock += s.Service
		here = there
	}
	home := c.way(who, here, 0)
	c.travel += home
	clock += home
	if t.Back != clock {
		c.say("%s is said to be back at %d, and is at %d", name, t.Back, clock)
	}
	return clock
}

// way is how many seconds the courier takes at their own pace, rounded up.
func (c *checker) way(who *Courier, from, to int) int64 {
	percent := who.Pace
	if percent == 0 {
		percent = 100
	}
	seconds := c.problem.Duration[from][to] * percent
	if seconds%100 > 0 {
		seconds += 100
	}
	return seconds / 100
}

// everyone holds that each stop is visited once, or left out with a reason.
func (c *checker) everyone(plan *Plan) {
	out := map[string]bool{}
	for _, u := range plan.Unserved {
		if u.Reason == "" || out[u.ID] {
			c.say("%s is left out without a reason, or twice", u.ID)
		}
		out[u.ID] = true
	}
	for id := range c.node {
		if n := c.visits[id]; n > 1 || (n == 0) != out[id] {
			c.say("%s is visited %d times, and left out: %v", id, n, out[id])
		}
	}
}

// begun holds that a trip under way keeps its fixed stops, and that its bags
// neither leave it nor get company.
func (c *checker) begun(b *Begun, plan *Plan) {
	for i := range plan.Runs {
		for k, t := range plan.Runs[i].Trips {
			for at, v := range t.Stops {
				mine := plan.Runs[i].Courier == b.Courier && k == 0
				if slices.Contains(b.Stops, v.ID) != mine {
					c.say("%s is on board of %s, or is not", v.ID, b.Courier)
				}
				if mine && at < b.Fixed && v.ID != b.Stops[at] {
					c.say("%s visits %s and not %s", b.Courier, v.ID, b.Stops[at])
				}
			}
		}
	}
}

func (c *checker) fixed(id string) bool {
	for _, b := range c.problem.Begun {
		if slices.Contains(b.Stops[:b.Fixed], id) {
			return true
		}
	}
	return false
}
