package routing

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// vrp is a VRPLIB file taken apart.
type vrp struct {
	spec     map[string]string
	sections map[string][]row
}

type row struct {
	line    int
	numbers []float64
}

const (
	mostNodes    = 8_000
	mostVehicles = 100_000
	longestLine  = 1 << 28 // bytes; a matrix may stand on one
)

// keys are those that mean something here, and those that do not matter.
// sections are those that are read.
const (
	keys = " NAME COMMENT TYPE DIMENSION EDGE_WEIGHT_TYPE EDGE_WEIGHT_FORMAT NODE_COORD_TYPE DISPLAY_DATA_TYPE CAPACITY VEHICLES" +
		" SERVICE_TIME RELEASE_TIME VEHICLES_FIXED_COST VEHICLES_UNIT_DISTANCE_COST VEHICLES_MAX_RELOADS "
	sections = " NODE_COORD_SECTION EDGE_WEIGHT_SECTION DEMAND_SECTION DEPOT_SECTION TIME_WINDOW_SECTION SERVICE_TIME_SECTION" +
		" RELEASE_TIME_SECTION CAPACITY_SECTION VEHICLES_UNIT_DISTANCE_COST_SECTION VEHICLES_FIXED_COST_SECTION" +
		" VEHICLES_RELOAD_DEPOT_SECTION VEHICLES_DEPOT_SECTION VEHICLES_MAX_RELOADS_SECTION "
)

// ReadVRPLIB reads a .vrp file in PyVRP's dialect, with one depot. Rounding follows
// the field: CVRP to the nearest integer, VRPTW and MTVRPTWR truncated to a tenth,
// HFVRP exact. A key that limits routes and is not known is refused.
func ReadVRPLIB(r io.Reader) (*Instance, error) {
	f, err := parseVRP(r)
	if err != nil {
		return nil, err
	}
	n, way, err := f.ways()
	if err != nil {
		return nil, err
	}
	demands, err := f.table("DEMAND", n)
	if err != nil {
		return nil, err
	}
	if demands == nil {
		return nil, invalid("DEMAND_SECTION", "is missing")
	}
	if k := len(demands[0].numbers); k < 1 || k > maxLoads {
		return nil, invalid("DEMAND_SECTION", "%d load dimensions, 1 to %d are known", k, maxLoads)
	}
	in, unit, err := instanceOf(f.spec["TYPE"], way, n, len(demands[0].numbers))
	if err != nil {
		return nil, err
	}
	for i, d := range demands[1:] {
		if len(d.numbers) != in.model.k {
			return nil, invalid(d.place(), "%d demands, %d before", len(d.numbers), in.model.k)
		}
		for k, v := range d.numbers {
			if v != math.Trunc(v) {
				return nil, invalid(d.place(), "a demand of %g is not a whole number", v)
			}
			in.model.load[i+1][k] = int64(v)
		}
	}
	if err := firstErr(f.depots(), f.times(in, unit*in.scale)); err != nil {
		return nil, err
	}
	if err := f.fleet(in); err != nil {
		return nil, err
	}
	in.finish()
	return in, nil
}

func parseVRP(r io.Reader) (*vrp, error) {
	f := &vrp{spec: map[string]string{}, sections: map[string][]row{}}
	section, lines, n := "", bufio.NewScanner(r), 0
	lines.Buffer(nil, longestLine)
	for lines.Scan() {
		n++
		line, place := strings.TrimSpace(lines.Text()), fmt.Sprintf("line %d", n)
		if line == "EOF" {
			break
		}
		key, value, isSpec := strings.Cut(line, ":")
		if key = strings.TrimSpace(key); value == "" && strings.HasSuffix(key, "_SECTION") {
			line, isSpec = key, false
		}
		switch {
		case line == "":
		case isSpec && !startsNumber(line):
			if limits(key) && !strings.Contains(keys, " "+key+" ") {
				return nil, invalid(place, "the key %s is not known", key)
			}
			f.spec[key], section = strings.TrimSpace(value), ""
		case !startsNumber(line):
			if section = line; !strings.Contains(sections, " "+section+" ") || strings.Contains(section, " ") {
				return nil, invalid(place, "the section %s is not known", section)
			}
			if _, twice := f.sections[section]; twice {
				return nil, invalid(place, "the section %s stands twice", section)
			}
			f.sections[section] = nil
		case section == "":
			return nil, invalid(place, "%q stands outside of a section", line)
		default:
			numbers, err := parseNumbers(line)
			if err != nil {
				return nil, invalid(place, "%v", err)
			}
			f.sections[section] = append(f.sections[section], row{n, numbers})
		}
	}
	return f, tooLong(lines, n+1)
}

// tooLong names the line at which reading ended early.
func tooLong(lines *bufio.Scanner, n int) error {
	if err := lines.Err(); err != nil {
		return invalid(fmt.Sprintf("line %d", n), "it cannot be read: %v", err)
	}
	return nil
}

func startsNumber(line string) bool { return strings.IndexByte("0123456789+-.", line[0]) >= 0 }

// limits tells whether to pass over a key that is not known would change what a
// solution may be.
func limits(key string) bool { return strings.HasPrefix(key, "VEHICLES") || key == "DISTANCE" }

func (r row) place() string { return fmt.Sprintf("line %d", r.line) }

// table gives a section with a line for each of n things, numbered from 1, without
// the numbers; or a key's value for all of them. It is nil where there is neither.
func (f *vrp) table(name string, n int) ([]row, error) {
	rows, ok := f.sections[name+"_SECTION"]
	if !ok {
		return f.same(name, n)
	}
	if len(rows) != n {
		return nil, invalid(name+"_SECTION", "%d lines, %d are wanted", len(rows), n)
	}
	table := make([]row, n)
	for i, r := range rows {
		if r.numbers[0] != float64(i+1) || len(r.numbers) < 2 {
			return nil, invalid(r.place(), "number %d of %s_SECTION and its values are wanted", i+1, name)
		}
		for _, v := range r.numbers[1:] {
			if v < 0 && name != "NODE_COORD" {
				return nil, invalid(r.place(), "%g is below 0", v)
			}
		}
		table[i] = row{r.line, r.numbers[1:]}
	}
	return table, nil
}

func (f *vrp) same(name string, n int) ([]row, error) {
	text, ok := f.spec[name]
	if !ok {
		return nil, nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !(v >= 0 && v < 1e12) {
		return nil, invalid(name, "%q is not a number from 0 on", text)
	}
	table := make([]row, n)
	for i := range table {
		table[i].numbers = []float64{v}
	}
	return table, nil
}

// ways gives the number of nodes and the way between two, not rounded.
func (f *vrp) ways() (int, func(i, j int) float64, error) {
	n, err := strconv.Atoi(f.spec["DIMENSION"])
	if err != nil || n < 1 || n > mostNodes {
		return 0, nil, invalid("DIMENSION", "%q is not a number of nodes from 1 to %d", f.spec["DIMENSION"], mostNodes)
	}
	switch kind := f.spec["EDGE_WEIGHT_TYPE"]; kind {
	case "", "EUC_2D":
		coords, err := f.coords(n)
		return n, euclid(coords), err
	case "EXPLICIT":
		way, err := f.explicit(n)
		return n, way, err
	default:
		return 0, nil, invalid("EDGE_WEIGHT_TYPE", "%s is not known: EUC_2D or EXPLICIT", kind)
	}
}

func (f *vrp) coords(n int) ([][]float64, error) {
	rows, err := f.table("NODE_COORD", n)
	if err != nil {
		return nil, err
	}
	if rows == nil {
		return nil, invalid("NODE_COORD_SECTION", "is missing")
	}
	coords := make([][]float64, n)
	for i, r := range rows {
		if coords[i] = r.numbers; len(coords[i]) != 2 {
			return nil, invalid(r.place(), "two coordinates are wanted")
		}
	}
	return coords, nil
}

// explicit reads a matrix of weights; its numbers may break into lines anywhere.
func (f *vrp) explicit(n int) (func(i, j int) float64, error) {
	var all []float64
	for _, r := range f.sections["EDGE_WEIGHT_SECTION"] {
		for _, v := range r.numbers {
			if v < 0 {
				return nil, invalid(r.place(), "%g is below 0", v)
			}
		}
		all = append(all, r.numbers...)
	}
	var at func(i, j int) int
	size := n * n
	switch format := f.spec["EDGE_WEIGHT_FORMAT"]; format {
	case "FULL_MATRIX":
		at = func(i, j int) int { return i*n + j }
	case "LOWER_ROW", "UPPER_COL":
		at, size = func(i, j int) int { return max(i, j)*(max(i, j)-1)/2 + min(i, j) }, n*(n-1)/2
	case "LOWER_DIAG_ROW", "UPPER_DIAG_COL":
		at, size = func(i, j int) int { return max(i, j)*(max(i, j)+1)/2 + min(i, j) }, n*(n+1)/2
	case "UPPER_DIAG_ROW", "LOWER_DIAG_COL":
		at, size = func(i, j int) int { i, j = min(i, j), max(i, j); return i*n - i*(i+1)/2 + j }, n*(n+1)/2
	case "UPPER_ROW", "LOWER_COL":
		at, size = func(i, j int) int { i, j = min(i, j), max(i, j); return i*n - i*(i+1)/2 + j - i - 1 }, n*(n-1)/2
	default:
		return nil, invalid("EDGE_WEIGHT_FORMAT", "%q is not known: FULL_MATRIX, or LOWER or UPPER with _ROW, _COL, _DIAG_ROW or _DIAG_COL", format)
	}
	if len(all) != size {
		return nil, invalid("EDGE_WEIGHT_SECTION", "%d numbers for %d nodes, %d are wanted", len(all), n, size)
	}
	return func(i, j int) float64 {
		if i == j {
			return 0
		}
		return all[at(i, j)]
	}, nil
}

// depots holds that there is one, and that it is the first node.
func (f *vrp) depots() error {
	var depots []float64
	for _, r := range f.sections["DEPOT_SECTION"] {
		for _, v := range r.numbers {
			if v >= 0 {
				depots = append(depots, v)
			}
		}
	}
	_, told := f.sections["DEPOT_SECTION"]
	switch {
	case told && len(depots) == 0:
		return invalid("DEPOT_SECTION", "there is no depot")
	case len(depots) > 1:
		return invalid("DEPOT_SECTION", "there are %d depots, and one gate is known", len(depots))
	case told && depots[0] != 1:
		return invalid("DEPOT_SECTION", "the depot is node %g, and has to be node 1", depots[0])
	}
	return nil
}

func firstErr(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
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
