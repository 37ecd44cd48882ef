package routing

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// Instance is a benchmark of the literature in the search's form.
type Instance struct {
	model *model
	exact func(i, j int32) float64 // distance in the instance's own units
	scale int64                    // units of the model's distance in one of the instance's cost
	tenth bool                     // the cost is written in whole units, though counted in tenths
}

// Solution is an instance's routes as a .sol file has them, with their cost.
type Solution struct {
	Routes [][]int32 // a 0 is a return to the gate within a day
	Cost   float64
	Unmet  int
}

// Solve searches the instance.
func (in *Instance) Solve(ctx context.Context, o Options) Solution {
	days := solve(ctx, in.model, nil, o)
	var s Solution
	served := 0
	for d, seq := range days {
		if len(seq) == 0 {
			continue
		}
		s.Routes = append(s.Routes, seq)
		s.Cost += in.cost(d, seq)
		for _, v := range seq {
			if v != 0 {
				served++
			}
		}
	}
	s.Unmet = in.model.n - 1 - served
	if in.tenth {
		s.Cost /= 10
	}
	return s
}

func (in *Instance) cost(d int, seq []int32) float64 {
	v := &in.model.vehicles[d]
	var way float64
	prev := int32(0)
	for _, u := range seq {
		way += in.exact(prev, u)
		prev = u
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

// vrp is a VRPLIB file taken apart.
type vrp struct {
	spec     map[string]string
	sections map[string][][]float64
}

// ReadVRPLIB reads a .vrp file in PyVRP's dialect. Rounding follows the field:
// CVRP to the nearest integer, VRPTW and MTVRPTWR truncated to a tenth, HFVRP exact.
func ReadVRPLIB(r io.Reader) (*Instance, error) {
	f, err := parseVRP(r)
	if err != nil {
		return nil, err
	}
	kind := f.spec["TYPE"]
	coords, ok := f.sections["NODE_COORD_SECTION"]
	if !ok || len(coords) < 1 {
		return nil, invalid("NODE_COORD_SECTION", "is missing")
	}
	if n, err := strconv.Atoi(f.spec["DIMENSION"]); err == nil && n != len(coords) {
		return nil, invalid("DIMENSION", "%d, but there are %d coordinates", n, len(coords))
	}
	if w := f.spec["EDGE_WEIGHT_TYPE"]; w != "" && w != "EUC_2D" {
		return nil, invalid("EDGE_WEIGHT_TYPE", "%s is not known: EUC_2D", w)
	}
	demands, ok := f.sections["DEMAND_SECTION"]
	if !ok || len(demands) != len(coords) {
		return nil, invalid("DEMAND_SECTION", "needs a line for each of the %d nodes", len(coords))
	}
	if k := len(demands[0]); k < 1 || k > maxLoads {
		return nil, invalid("DEMAND_SECTION", "%d load dimensions, 1 to %d are known", k, maxLoads)
	}
	in, err := instanceOf(kind, coords, len(demands[0]))
	if err != nil {
		return nil, err
	}
	for i, d := range demands {
		for k, v := range d {
			if v < 0 || k >= in.model.k {
				return nil, invalid("DEMAND_SECTION", "line %d is not a demand", i+1)
			}
			in.model.load[i][k] = int64(v)
		}
	}
	if err := f.times(in, kind); err != nil {
		return nil, err
	}
	if err := f.fleet(in); err != nil {
		return nil, err
	}
	in.finish()
	return in, nil
}

// instanceOf sets up distances by the kind's rounding.
func instanceOf(kind string, coords [][]float64, loads int) (*Instance, error) {
	n := len(coords)
	in := &Instance{model: newModel(n, loads), scale: 1}
	euclid := func(i, j int32) float64 {
		return math.Hypot(coords[i][0]-coords[j][0], coords[i][1]-coords[j][1])
	}
	switch kind {
	case "CVRP":
		in.exact = func(i, j int32) float64 { return math.Floor(euclid(i, j) + 0.5) }
	case "VRPTW", "MTVRPTWR":
		in.exact = func(i, j int32) float64 { return math.Floor(10*euclid(i, j) + 1e-9) }
	case "HFVRP":
		in.exact, in.scale = euclid, 10_000
	default:
		return nil, invalid("TYPE", "%q is not known: CVRP, HFVRP, VRPTW or MTVRPTWR", kind)
	}
	for i := range n {
		if len(coords[i]) != 2 {
			return nil, invalid("NODE_COORD_SECTION", "line %d has no two coordinates", i+1)
		}
		for j := range n {
			in.model.dist[i*n+j] = int32(math.Round(in.exact(int32(i), int32(j)) * float64(in.scale)))
		}
	}
	return in, nil
}

// times reads windows, service times and releases.
func (f *vrp) times(in *Instance, kind string) error {
	m, unit := in.model, int64(1)
	if kind == "VRPTW" || kind == "MTVRPTWR" {
		unit = 10
	}
	unit *= in.scale
	column := func(name string, set func(i int, v []float64)) error {
		lines, ok := f.sections[name]
		if !ok {
			return nil
		}
		if len(lines) != m.n {
			return invalid(name, "needs a line for each of the %d nodes", m.n)
		}
		m.timed = true
		for i, v := range lines {
			set(i, v)
		}
		return nil
	}
	if text := f.spec["SERVICE_TIME"]; text != "" {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || v < 0 {
			return invalid("SERVICE_TIME", "%q is not a time", text)
		}
		for i := 1; i < m.n; i++ {
			m.service[i] = int64(v) * unit
		}
	}
	var wrong error
	return firstErr(
		column("SERVICE_TIME_SECTION", func(i int, v []float64) {
			if i > 0 {
				m.service[i] = int64(v[0]) * unit
			}
		}),
		column("TIME_WINDOW_SECTION", func(i int, v []float64) {
			if len(v) != 2 || v[1] < v[0] || v[0] < 0 {
				wrong = firstErr(wrong, invalid("TIME_WINDOW_SECTION", "line %d is not a window", i+1))
				return
			}
			m.ready[i], m.due[i] = int64(v[0])*unit, int64(v[1])*unit
		}),
		wrong,
		column("RELEASE_TIME_SECTION", func(i int, v []float64) { m.release[i] = int64(v[0]) * unit }),
	)
}

func firstErr(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// fleet reads the vehicles.
func (f *vrp) fleet(in *Instance) error {
	m := in.model
	count := m.n
	if text := f.spec["VEHICLES"]; text != "" {
		k, err := strconv.Atoi(text)
		if err != nil || k < 1 || k > 100_000 {
			return invalid("VEHICLES", "%q is not a number of vehicles", text)
		}
		count = k
	}
	for _, name := range []string{"CAPACITY_SECTION", "VEHICLES_UNIT_DISTANCE_COST_SECTION", "VEHICLES_FIXED_COST_SECTION", "VEHICLES_RELOAD_DEPOT_SECTION"} {
		if lines, ok := f.sections[name]; ok && len(lines) != count {
			return invalid(name, "needs a line for each of the %d vehicles", count)
		}
	}
	common, err := strconv.ParseInt(f.spec["CAPACITY"], 10, 64)
	caps, mixed := f.sections["CAPACITY_SECTION"]
	if !mixed && (err != nil || common < 0) {
		return invalid("CAPACITY", "%q is not a load", f.spec["CAPACITY"])
	}
	for i := range count {
		v := vehicle{unit: 1, end: m.due[0], start: m.ready[0], maxTrips: 1}
		v.cap[0] = common
		if mixed {
			for k, c := range caps[i] {
				if k < maxLoads {
					v.cap[k] = int64(c)
				}
			}
		}
		if unit, ok := f.sections["VEHICLES_UNIT_DISTANCE_COST_SECTION"]; ok {
			v.unit = int64(unit[i][0])
		}
		if fixed, ok := f.sections["VEHICLES_FIXED_COST_SECTION"]; ok {
			v.fixed = int64(fixed[i][0]) * in.scale
		}
		if _, ok := f.sections["VEHICLES_RELOAD_DEPOT_SECTION"]; ok {
			v.maxTrips = m.n
		}
		m.vehicles = append(m.vehicles, v)
	}
	return nil
}

// finish numbers the kinds of vehicles and prices what is left out.
func (in *Instance) finish() {
	m := in.model
	for i := range m.vehicles {
		v := &m.vehicles[i]
		v.kind = i
		for k := range i {
			if o := m.vehicles[k]; o.cap == v.cap && o.fixed == v.fixed && o.unit == v.unit {
				v.kind = k
				break
			}
		}
	}
	most := m.prepare()
	for i := 1; i < m.n; i++ {
		m.penalty[i] = 40 * most
	}
}

func parseVRP(r io.Reader) (*vrp, error) {
	f := &vrp{spec: map[string]string{}, sections: map[string][][]float64{}}
	known := " NODE_COORD_SECTION DEMAND_SECTION DEPOT_SECTION TIME_WINDOW_SECTION SERVICE_TIME_SECTION RELEASE_TIME_SECTION CAPACITY_SECTION VEHICLES_UNIT_DISTANCE_COST_SECTION VEHICLES_FIXED_COST_SECTION VEHICLES_RELOAD_DEPOT_SECTION "
	section, lines := "", bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		key, value, isSpec := strings.Cut(line, ":")
		switch {
		case line == "" || line == "EOF":
		case isSpec && !(line[0] >= '0' && line[0] <= '9'):
			f.spec[strings.TrimSpace(key)] = strings.TrimSpace(value)
		case line[0] >= 'A' && line[0] <= 'Z':
			if section = line; !strings.Contains(known, " "+section+" ") {
				return nil, invalid(fmt.Sprintf("line %d", n), "the section %s is not known", section)
			}
			f.sections[section] = nil
		case section == "":
			return nil, invalid(fmt.Sprintf("line %d", n), "%q stands outside of a section", line)
		default:
			numbers, err := parseNumbers(line)
			if err != nil {
				return nil, invalid(fmt.Sprintf("line %d", n), "%v", err)
			}
			f.sections[section] = append(f.sections[section], numbers[1:])
		}
	}
	return f, lines.Err()
}

func parseNumbers(line string) ([]float64, error) {
	var numbers []float64
	for _, word := range strings.Fields(line) {
		v, err := strconv.ParseFloat(word, 64)
		if err != nil || math.Abs(v) > 1e12 || v != v {
			return nil, fmt.Errorf("%q is not a number", word)
		}
		numbers = append(numbers, v)
	}
	return numbers, nil
}
