package routing

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// ReadSolomon reads a VRPTW instance of Solomon (1987) or Gehring & Homberger.
func ReadSolomon(r io.Reader) (*Instance, error) {
	var rows [][]float64
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] < '0' || line[0] > '9' {
			continue
		}
		numbers, err := parseNumbers(line)
		if err != nil {
			return nil, invalid(fmt.Sprintf("line %d", n), "%v", err)
		}
		want := 7
		if len(rows) == 0 {
			want = 2
		}
		if len(numbers) != want {
			return nil, invalid(fmt.Sprintf("line %d", n), "%d numbers, want %d", len(numbers), want)
		}
		if want == 7 && numbers[5] < numbers[4] {
			return nil, invalid(fmt.Sprintf("line %d", n), "the window ends at %g, before it starts at %g", numbers[5], numbers[4])
		}
		rows = append(rows, numbers)
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(rows) < 2 {
		return nil, invalid("CUSTOMER", "there is no depot")
	}
	return solomon(rows[0], rows[1:])
}

func solomon(fleet []float64, rows [][]float64) (*Instance, error) {
	coords := make([][]float64, len(rows))
	for i, r := range rows {
		coords[i] = r[1:3]
	}
	in, err := instanceOf("VRPTW", coords, 1)
	if err != nil {
		return nil, err
	}
	m := in.model
	m.timed = true
	for i, r := range rows {
		m.load[i][0], m.ready[i], m.due[i] = int64(r[3]), int64(r[4]*10), int64(r[5]*10)
		if i > 0 {
			m.service[i] = int64(r[6] * 10)
		}
	}
	v := vehicle{unit: 1, start: m.ready[0], end: m.due[0], maxTrips: 1}
	v.cap[0] = int64(fleet[1])
	for range min(int(fleet[0]), m.n) {
		m.vehicles = append(m.vehicles, v)
	}
	in.tenth = true
	in.finish()
	return in, nil
}
