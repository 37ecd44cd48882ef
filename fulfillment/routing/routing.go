// Package routing plans the last hundred metres: one drop at the gate, couriers
// on foot, with carts and on e-bikes, doors with windows, and a second trip
// where one is not enough. In the field's words it is a multi-trip vehicle
// routing problem with a mixed fleet, time windows, release dates and several
// load dimensions (MTVRPTW-R); CVRP, VRPTW and HFVRP are special cases, and the
// package is measured on their benchmarks.
//
// Read a Problem (the door problem as JSON), or with ReadVRPLIB and ReadSolomon
// an Instance of the literature; both become one model. Solve searches it by
// slack induction by string removals (SISR: Christiaens & Vanden Berghe,
// Transportation Science 54(2) 2020, doi 10.1287/trsc.2019.0914): strings of
// adjacent stops are taken out of neighbouring trips and put back greedily with
// blinks, under simulated annealing. Where there is time for it, several annealings
// give a small elite, whose trips are crossed and annealed again (breed.go); where windows
// alone keep trips apart, the best mixture of the trips of all is picked by set
// partitioning (pool.go, duals.go, partition.go), and a large problem is searched region
// by region in the end (region.go). An insertion is valued in constant time by
// concatenating time segments (Vidal et al. 2013): a segment knows its duration,
// its earliest end and its latest start, a day of several trips knows how much
// later each trip may end. A place that is too small or too early is not given up:
// the trip may change to another vehicle, and what two couriers do afterwards may
// change hands, which travels no further. Single trips start from the savings of
// Clarke & Wright (1964).
//
// Order of the objective: stops left out, weighted by priority; then how late hot
// stops are; then travel; then
// fairness, the sum of the squares of what each courier has worked and will. Each
// kind of courier goes at its own pace. Trips that are under way keep their bags and
// their next stop (Begun), and Improve starts from an earlier plan. Every stop left
// out has its reason. Same input, seed and iterations: the same plan. Check
// validates a plan and shares no code with the search.
//
// The package refuses matrices of the wrong size, negative times and loads, and
// windows that end before they start, each with the place. A file's stop without a
// window may be visited at any time, and its courier without a shift is there all the time, and one where no count is written.
package routing

import "fmt"

// Invalid says what is wrong with an input, and where.
type Invalid struct{ Place, Why string }

func (e *Invalid) Error() string { return e.Place + ": " + e.Why }

func invalid(place, format string, args ...any) error {
	return &Invalid{place, fmt.Sprintf(format, args...)}
}

// Problem is one drop's last hundred metres. Times are whole seconds from any
// common zero; node 0 of Duration is the gate, node i the i-th stop.
type Problem struct {
	Loads    []string  `json:"loads"` // names of the load dimensions, 4 at most
	Stops    []Stop    `json:"stops"`
	Couriers []Courier `json:"couriers"`
	Duration [][]int64 `json:"duration"` // seconds, (n+1)×(n+1), need not be symmetric
	Begun    []Begun   `json:"begun,omitempty"`
}

// Span is from when to when, in seconds.
type Span [2]int64

// Stop is one door.
type Stop struct {
	ID       string  `json:"id"`
	Load     []int64 `json:"load"`             // in the units of Loads
	Service  int64   `json:"service"`          // seconds at the door
	Window   Span    `json:"window"`           // earliest and latest start of service; where the file is silent, at any time
	Release  int64   `json:"release"`          // earliest start of loading a trip that carries it
	Priority int64   `json:"priority"`         // 0 and up: what it weighs to leave it out
	Climb    bool    `json:"climb,omitempty"`  // can only be reached by stairs
	Hot      bool    `json:"hot,omitempty"`    // where nobody can keep its window, it is late rather than left out
	Effort   int64   `json:"effort,omitempty"` // what floors and weight add to a courier's work, in seconds
}

// Courier is a kind of courier and how many there are.
type Courier struct {
	Kind     string  `json:"kind"`
	Count    int     `json:"count"`
	Capacity []int64 `json:"capacity"`  // a trip, in the units of Loads
	Shift    Span    `json:"shift"`     // from the first loading to being back; where the file is silent, as long as it takes
	Loading  int64   `json:"loading"`   // seconds at the gate before every trip
	MaxTrips int     `json:"max_trips"` // 0: no limit
	NoStairs bool    `json:"no_stairs,omitempty"`
	Pace     int64   `json:"pace,omitempty"`   // per cent of Duration that each way takes, rounded up to a second; 0: 100
	Worked   []int64 `json:"worked,omitempty"` // seconds of the weeks before, of each of the count; none: nobody has
}

// Begun is a trip that is under way: what is done is no part of the problem, the
// bags of its other stops are on board. It is its courier's first trip, visits the
// fixed stops first and in this order, and takes nothing from the gate. The
// release of its first stop says when it began to load.
type Begun struct {
	Courier string   `json:"courier"` // kind-number
	Stops   []string `json:"stops"`
	Fixed   int      `json:"fixed"` // 1 and up: the stop that the courier is on the way to keeps its place
}

// Plan is who goes when with what.
type Plan struct {
	Travel   int64      `json:"travel"` // seconds on the way, at each courier's pace
	Runs     []Run      `json:"runs"`
	Unserved []Unserved `json:"unserved"`
}

// Run is one courier's shift.
type Run struct {
	Courier string `json:"courier"` // kind-number, from 1
	Trips   []Trip `json:"trips"`
}

// Trip is one way from the gate and back.
type Trip struct {
	Leaves int64   `json:"leaves"` // the gate, loaded
	Stops  []Visit `json:"stops"`
	Back   int64   `json:"back"`
}

// Visit is when service at a stop starts.
type Visit struct {
	ID      string `json:"id"`
	Arrives int64  `json:"arrives"`
}

// Unserved is a stop that is left out.
type Unserved struct {
	ID     string `json:"id"`
	Reason Reason `json:"reason"`
}

// Reason says why a stop is left out.
type Reason string

// The reasons, in the order in which they are tried.
const (
	NoCourier Reason = "no_courier" // nobody is there
	Climb     Reason = "climb"      // nobody who is there may climb
	Capacity  Reason = "capacity"   // heavier or larger than anybody carries, or no room is left
	Window    Reason = "window"     // its window cannot be reached from the gate in time
	Shift     Reason = "shift"      // no shift has the time that is left
)
