package fulfillment

import (
	"fmt"
	"time"

	"baimi/app/fault"
)

// Over is by how much a run is more than it was planned for once a stop joins it.
// A coordinator may know better: the helper takes a second bag, or a neighbour
// helps on the stairs.
type Over struct {
	Volume int64 // millilitres beyond what its helper carries at a time
	Floors int64 // by stairs, where its helper takes none
	Late   int64 // seconds that a hot meal comes after its time
	Shift  int64 // seconds beyond the helper's shift

	longer int64 // seconds that the run takes more
}

// tooMuch is by how much a stop is too much for a run that leaves now.
func (w way) tooMuch(to *Run, s Stop, now time.Time) Over {
	after := *to
	after.Stops = append([]Stop{}, to.Stops...)
	if err := after.Add(s, "", now); err != nil {
		return Over{}
	}
	w.time(&after)
	over := Over{longer: after.Seconds - to.Seconds}
	if to.Holds > 0 {
		over.Volume = max(after.Millilitres-to.Holds, 0)
	}
	if at := w.of(&s); to.NoStairs && at.climbs() {
		over.Floors = at.floor - 1
	}
	for i := range after.Stops {
		over.Late = max(over.Late, after.Stops[i].late(now))
	}
	for i := range to.Stops {
		if to.Stops[i].late(now) == over.Late {
			over.Late = 0 // it is late as it is
		}
	}
	return over
}

// late is how long after its time a hot meal comes to the door, in seconds.
func (s *Stop) late(now time.Time) int64 {
	if s.HotBy.IsZero() {
		return 0
	}
	arrives := now.Add(time.Duration(loading+s.Arrives) * time.Second)
	return max(int64(arrives.Sub(s.HotBy).Seconds()), 0)
}

// refused asks whether the stop is to join all the same; nil where it is not too much.
func (o Over) refused() error {
	if o.Volume+o.Floors+o.Late+o.Shift == 0 {
		return nil
	}
	return fault.New(fault.Conflict, "run_overloaded", "This is more than the run was planned for: %s. Please choose another run, or say that you know.", o).
		With("volume", o.Volume).With("floors", o.Floors).With("late", o.Late).With("shift", o.Shift)
}

// record writes down that a stop joined knowingly.
func (o Over) record(r *Run, by string, now time.Time) {
	if o.refused() != nil {
		r.History = append(r.History, Step{At: now.UTC(), Kind: "overloaded", By: by, Note: o.String()})
	}
}

func (o Over) String() string {
	return fmt.Sprintf("%d ml more than fit, %d floors of stairs, %d s late with a hot meal, %d s beyond the shift", o.Volume, o.Floors, o.Late, o.Shift)
}
