package routing

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"strconv"
)

// Instance is a benchmark of the literature in the search's form.
type Instance struct {
	model *model
	exact func(i, j int) float64 // distance in the instance's own units
	scale int64                  // units of the model's distance in one of the instance's cost
	tenth bool                   // the cost is written in whole units, though counted in tenths
}

// Solution is an instance's routes as a .sol file has them, with their cost.
type Solution struct {
	Routes [][]int32 // a 0 is a return to the gate within a day
	Cost   float64
	Unmet  int // stops that no route visits
}

// Solve searches the instance.
func (in *Instance) Solve(ctx context.Context, o Options) Solution {
	s := Solution{Unmet: in.model.n - 1}
	clock := newStopwatch(o).spare(in.model.n, toWrite)
	for d, seq := range solve(ctx, in.model, nil, clock) {
		if len(seq) == 0 {
			continue
		}
		s.Routes = append(s.Routes, seq)
		s.Cost += in.cost(d, seq)
		for _, v := range seq {
			if v != 0 {
				s.Unmet--
			}
		}
	}
	if in.tenth {
		s.Cost /= 10
	}
	return s
}

func (in *Instance) cost(d int, seq []int32) float64 {
	v := &in.model.vehicles[d]
	var way float64
	prev := 0
	for _, u := range seq {
		way += in.exact(prev, int(u))
		prev = int(u)
	}
	return float64(v.fixed)/float64(in.scale) + float64(v.unit)*(way+in.exact(prev, 0))
}

// Write writes the routes in the field's form.
func (s *Solution) Write(w io.Writer) error {
	b := bufio.NewWriter(w)
	for i, r := range s.Routes {
		fmt.Fprintf(b, "Route #%d:", i+1)
		for _, v := range r {
			fmt.Fprintf(b, " %d", v)
		}
		fmt.Fprintln(b)
	}
	fmt.Fprintf(b, "Cost %s\n", strconv.FormatFloat(math.Round(s.Cost*1e6)/1e6, 'f', -1, 64))
	return b.Flush()
}

// instanceOf sets up distances by the kind's rounding: to the nearest integer,
// truncated to a tenth, or exact. tenths is what one unit of time is then.
func instanceOf(kind string, way func(i, j int) float64, n, loads int) (in *Instance, tenths int64, err error) {
	in, tenths = &Instance{model: newModel(n, loads), scale: 1, tenth: kind == "VRPTW"}, 1
	switch kind {
	case "CVRP":
		in.exact = func(i, j int) float64 { return math.Floor(way(i, j) + 0.5) }
	case "VRPTW", "MTVRPTWR":
		in.exact, tenths = func(i, j int) float64 { return math.Floor(10*way(i, j) + 1e-9) }, 10
	case "HFVRP":
		in.exact, in.scale = way, 10_000
	default:
		return nil, 0, invalid("TYPE", "%q is not known: CVRP, HFVRP, VRPTW or MTVRPTWR", kind)
	}
	return in, tenths, in.measure()
}

// measure writes the matrix, as finely as its numbers have room for.
func (in *Instance) measure() error {
	const most = 1 << 29 // three such ways are added in 32 bits
	n, far := in.model.n, 0.0
	for i := range n {
		for j := range n {
			far = max(far, in.exact(i, j))
		}
	}
	for in.scale > 1 && far*float64(in.scale) > most {
		in.scale /= 10
	}
	if far > most {
		return invalid("NODE_COORD_SECTION", "a way of %.0f is too far: %d at most", far, most)
	}
	for i := range n {
		for j := range n {
			in.model.dist[i*n+j] = int32(math.Round(in.exact(i, j) * float64(in.scale)))
		}
	}
	return nil
}

// finish numbers the kinds of vehicles, keeps no more of a kind than there are
// stops, and prices what is left out.
func (in *Instance) finish() {
	m := in.model
	kinds, count := map[[maxLoads + 3]int64]int{}, []int{}
	fleet := m.vehicles[:0]
	for _, v := range m.vehicles {
		like := [maxLoads + 3]int64{v.fixed, v.unit, int64(v.maxTrips)}
		copy(like[3:], v.cap[:])
		k, known := kinds[like]
		if !known {
			k = len(kinds)
			kinds[like], count = k, append(count, 0)
		}
		if count[k]++; count[k] < m.n {
			v.kind = k
			fleet = append(fleet, v)
		}
	}
	m.vehicles = fleet
	most := m.prepare()
	for i := 1; i < m.n; i++ {
		m.penalty[i] = 40 * most
	}
}

func euclid(coords [][]float64) func(i, j int) float64 {
	return func(i, j int) float64 {
		x, y := coords[i][0]-coords[j][0], coords[i][1]-coords[j][1]
		return math.Sqrt(x*x + y*y)
	}
}
