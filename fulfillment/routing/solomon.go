package routing

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strings"
)

// ReadSolomon reads a VRPTW instance of Solomon (1987) or Gehring & Homberger:
// vehicles and their capacity, then a line for the depot and for each customer with
// number, two coordinates, demand, window and service time.
func ReadSolomon(r io.Reader) (*Instance, error) {
	var rows []row
	lines, n := bufio.NewScanner(r), 0
	for lines.Scan() {
		n++
		line := strings.TrimSpace(lines.Text())
		if line == "" || !startsNumber(line) {
			continue
		}
		numbers, err := parseNumbers(line)
		if err != nil {
			return nil, invalid(fmt.Sprintf("line %d", n), "%v", err)
		}
		rows = append(rows, row{n, numbers})
		if err := checkSolomon(rows); err != nil {
			return nil, err
		}
	}
	if err := tooLong(lines, n+1); err != nil {
		return nil, err
	}
	if len(rows) < 2 {
		return nil, invalid("CUSTOMER", "there is no depot")
	}
	return solomon(rows[0].numbers, rows[1:])
}

// checkSolomon looks at the last line read.
func checkSolomon(rows []row) error {
	last := rows[len(rows)-1]
	v, want := last.numbers, 7
	if len(rows) == 1 {
		want = 2
	}
	if len(v) != want {
		return invalid(last.place(), "%d numbers, want %d", len(v), want)
	}
	if len(rows) == 1 && (v[0] < 1 || v[0] > mostVehicles || v[1] < 0) {
		return invalid(last.place(), "a number of vehicles and their capacity are wanted")
	}
	if len(rows) == 1 {
		return nil
	}
	if v[0] != float64(len(rows)-2) || len(rows) > mostNodes {
		return invalid(last.place(), "number %d is wanted, of %d at most", len(rows)-2, mostNodes)
	}
	if min(v[3], v[4], v[6]) < 0 {
		return invalid(last.place(), "a demand or a time is below 0")
	}
	if v[3] != math.Trunc(v[3]) {
		return invalid(last.place(), "a demand of %g is not a whole number", v[3])
	}
	if v[5] < v[4] {
		return invalid(last.place(), "the window ends at %g, before it starts at %g", v[5], v[4])
	}
	return nil
}

func solomon(fleet []float64, rows []row) (*Instance, error) {
	coords := make([][]float64, len(rows))
	for i, r := range rows {
		coords[i] = r.numbers[1:3]
	}
	in, unit, err := instanceOf("VRPTW", euclid(coords), len(rows), 1)
	if err != nil {
		return nil, err
	}
	m := in.model
	m.timed = true
	for i, r := range rows {
		m.ready[i], m.due[i] = int64(r.numbers[4]*float64(unit)), int64(r.numbers[5]*float64(unit))
		if i > 0 {
			m.load[i][0], m.service[i] = int64(r.numbers[3]), int64(r.numbers[6]*float64(unit))
		}
	}
	v := vehicle{unit: 1, start: m.ready[0], end: m.due[0], maxTrips: 1}
	v.cap[0] = int64(fleet[1])
	for range int(fleet[0]) {
		m.vehicles = append(m.vehicles, v)
	}
	in.finish()
	return in, nil
}
