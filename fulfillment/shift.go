package fulfillment

import (
	"context"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
	"baimi/fulfillment/routing"
)

// Shift is who helps at a gate, and how the newest plan of their runs stands; its
// id is the gate's. It is bounded by 20 teams and 2,000 stops.
type Shift struct {
	db.Doc
	Since     time.Time  `json:"since"` // when the teams began to help
	Teams     []Team     `json:"teams"`
	Plan      string     `json:"plan"`      // the newest plan
	Stops     int        `json:"stops"`     // that it planned
	Score     Score      `json:"score"`     // how good it is
	Round     int        `json:"round"`     // of improving it
	Improving bool       `json:"improving"` // nobody has accepted a run of it yet
	Left      []Leftover `json:"left"`      // what no helper could be given
}

// Leftover is a household whose stop was left at the gate, and why.
type Leftover struct {
	Stop   string         `json:"stop"`
	Reason routing.Reason `json:"reason"`
}

// Score says how good a plan is, what matters most first.
type Score struct {
	LeftOut int   `json:"left_out"` // stops, weighted by priority
	Late    int64 `json:"late"`     // seconds, of hot stops
	Travel  int64 `json:"travel"`   // seconds
}

// Better tells whether s beats the other one.
func (s Score) Better(than Score) bool {
	if s.LeftOut != than.LeftOut {
		return s.LeftOut < than.LeftOut
	}
	if s.Late != than.Late {
		return s.Late < than.Late
	}
	return s.Travel < than.Travel
}

// Planned writes down the newest plan; rounds of improving it may follow.
func (s *Shift) Planned(p *planning, plan string) {
	s.Since, s.Teams = p.shift.Since, p.shift.Teams
	s.Plan, s.Stops, s.Score, s.Left = plan, len(p.stops), p.score, p.left
	s.Improving = len(p.stops) > len(p.left)
}

// passed is how long the teams have been helping, in seconds.
func (s *Shift) passed(now time.Time) int64 { return max(int64(now.Sub(s.Since).Seconds()), 0) }

// over tells whether nobody is there any more.
func (s *Shift) over(now time.Time) bool {
	for _, t := range s.Teams {
		if t.Count > 0 && t.seconds() > s.passed(now) {
			return false
		}
	}
	return true
}

// shift gives who helps at the gate now; teams that are named take the place of
// those who were there.
func (f *Fulfillment) shift(ctx context.Context, gate string, teams []Team) (Shift, error) {
	now := f.now()
	if len(teams) > 0 {
		return Shift{Doc: db.Doc{ID: gate}, Since: now.UTC(), Teams: teams}, nil
	}
	s, err := f.Shifts.Get(ctx, gate)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return s, err
	}
	if len(s.Teams) == 0 {
		return s, nobody()
	}
	if s.over(now) {
		return s, fault.New(fault.Invalid, "shift_over", "Please say who helps now: those who helped before have gone.").At("body.teams", "nobody")
	}
	return s, nil
}

func nobody() error {
	return fault.New(fault.Invalid, "no_couriers", "Please say how many couriers help, and how.").At("body.teams", "nobody")
}

// unlessNobody leaves it at the gate where nobody helps right now.
func unlessNobody(err error) error {
	if fault.Is(err, "no_couriers") || fault.Is(err, "shift_over") {
		return nil
	}
	return err
}

// keepShift stores what a change makes of the gate's shift.
func (f *Fulfillment) keepShift(ctx context.Context, gate string, change func(*Shift)) error {
	return upsert(ctx, f.Shifts, gate, Shift{Doc: db.Doc{ID: gate}, Teams: []Team{}, Left: []Leftover{}}, change)
}
