package routing

import (
	"math"
	"strconv"
)

// times reads windows, service times and releases, in the model's unit.
func (f *vrp) times(in *Instance, unit int64) error {
	m := in.model
	units := func(v float64) int64 { return int64(math.Floor(v*float64(unit) + 1e-6)) }
	for name, to := range map[string][]int64{"SERVICE_TIME": m.service, "RELEASE_TIME": m.release} {
		rows, err := f.table(name, m.n)
		if err != nil {
			return err
		}
		for i := range rows {
			if i > 0 && rows[i].numbers[0] > 0 {
				to[i], m.timed = units(rows[i].numbers[0]), true
			}
		}
	}
	windows, err := f.table("TIME_WINDOW", m.n)
	if err != nil {
		return err
	}
	for i, w := range windows {
		if len(w.numbers) != 2 {
			return invalid(w.place(), "the start and the end of a window are wanted")
		}
		if w.numbers[1] < w.numbers[0] {
			return invalid(w.place(), "the window ends at %g, before it starts at %g", w.numbers[1], w.numbers[0])
		}
		m.ready[i], m.due[i], m.timed = units(w.numbers[0]), units(w.numbers[1]), true
	}
	return nil
}

// fleet reads the vehicles; without a number there are as many as nodes.
func (f *vrp) fleet(in *Instance) error {
	m := in.model
	count := m.n
	if text, told := f.spec["VEHICLES"]; told {
		k, err := strconv.Atoi(text)
		if err != nil || k < 1 || k > mostVehicles {
			return invalid("VEHICLES", "%q is not a number of vehicles from 1 to %d", text, mostVehicles)
		}
		count = k
	}
	tables := map[string][]row{}
	for _, name := range []string{"CAPACITY", "VEHICLES_UNIT_DISTANCE_COST", "VEHICLES_FIXED_COST", "VEHICLES_RELOAD_DEPOT", "VEHICLES_DEPOT", "VEHICLES_MAX_RELOADS"} {
		rows, err := f.table(name, count)
		if err != nil {
			return err
		}
		tables[name] = rows
	}
	if tables["CAPACITY"] == nil {
		return invalid("CAPACITY", "is missing")
	}
	for i := range count {
		v := vehicle{unit: 1, end: m.due[0], start: m.ready[0], maxTrips: 1}
		if err := v.read(tables, i, in); err != nil {
			return err
		}
		m.vehicles = append(m.vehicles, v)
	}
	return nil
}

// read takes vehicle i from the tables.
func (v *vehicle) read(tables map[string][]row, i int, in *Instance) error {
	value := func(name string, otherwise float64) float64 {
		if tables[name] == nil {
			return otherwise
		}
		return tables[name][i].numbers[0]
	}
	loads := tables["CAPACITY"][i]
	if len(loads.numbers) != in.model.k {
		return invalid("CAPACITY", "%d numbers for %d load dimensions", len(loads.numbers), in.model.k)
	}
	for k, l := range loads.numbers {
		v.cap[k] = int64(l)
	}
	if value("VEHICLES_DEPOT", 1) != 1 || value("VEHICLES_RELOAD_DEPOT", 1) != 1 {
		return invalid("VEHICLES_DEPOT_SECTION", "vehicle %d has a depot that is not node 1: one gate is known", i+1)
	}
	unit, fixed := value("VEHICLES_UNIT_DISTANCE_COST", 1), value("VEHICLES_FIXED_COST", 0)
	if unit != math.Trunc(unit) || max(unit, fixed) > 1e9 {
		return invalid("VEHICLES_UNIT_DISTANCE_COST", "vehicle %d: a whole number is wanted, and costs up to 1e9", i+1)
	}
	v.unit, v.fixed = int64(unit), int64(math.Round(fixed*float64(in.scale)))
	if tables["VEHICLES_RELOAD_DEPOT"] != nil {
		v.maxTrips = int(min(value("VEHICLES_MAX_RELOADS", float64(in.model.n))+1, float64(in.model.n)))
	}
	return nil
}
