package fulfillment

import (
	"slices"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
	"baimi/fulfillment/matching"
	"baimi/orders"
)

// MarketState is where a matching run stands.
//
//	collecting ─▶ solving ─▶ reserving ─▶ settled
//	     ▲           └───────────┤
//	     └── stock has changed ──┤
//	                             └─▶ failed ─▶ released
//
//	settled ─▶ revising ─▶ rebooking ─▶ settled      something has changed since
type MarketState string

const (
	Collecting MarketState = "collecting" // takes the closed rounds of its area
	Solving    MarketState = "solving"    // what was read is frozen in Problem
	Reserving  MarketState = "reserving"  // Plan is carried out step by step
	Settled    MarketState = "settled"
	Revising   MarketState = "revising"  // takes in what has changed
	Rebooking  MarketState = "rebooking" // the changed Plan is carried out step by step
	Failing    MarketState = "failed"    // gives back what it holds
	Released   MarketState = "released"
)

const (
	maxDemands  = 50_000
	maxAttempts = 3
	longestWait = 10 * time.Minute // from one failure of a step to the next try
)

// Market is one matching run over an area. It freezes what it read, keeps the
// solver's plan, both in parts, and carries it out; each step may be done twice. It
// is bounded by 50,000 demands: a larger area is split.
type Market struct {
	db.Doc
	Area     []string         `json:"area"` // compounds; empty: all
	Day      string           `json:"day"`  // of delivery, local: 2022-04-19
	Rule     matching.Rule    `json:"rule"`
	Seed     int64            `json:"seed"` // of the sharing rule: anyone can replay it
	Seconds  int64            `json:"seconds"`
	By       string           `json:"by"`
	State    MarketState      `json:"state"`
	Attempts int              `json:"attempts"`
	Failures int              `json:"failures,omitempty"` // of the step at hand, one after another
	Wait     time.Time        `json:"wait,omitzero"`      // after a failure: until then the step is not tried again
	Sums     Sums             `json:"sums"`
	Draft    int64            `json:"draft"`             // the newest one that was begun
	Parts    map[string]int64 `json:"parts,omitempty"`   // by gate, and for theRest: the draft whose part holds
	Old      []string         `json:"old,omitempty"`     // parts that hold no more, until it is settled
	Whole    *Part            `json:"whole,omitempty"`   // all there is, as an older version of the program has written it
	Former   []string         `json:"former,omitempty"`  // deliveries that the plan does without
	Again    bool             `json:"again,omitempty"`   // something changed while it was busy
	Changes  []string         `json:"changes,omitempty"` // while rebooking: the deliveries that the plan changes
	Retell   []string         `json:"retell,omitempty"`  // until settled again: the rounds for which a plan changes something
	Created  time.Time        `json:"created"`
	History  []Step           `json:"history"`
}

// Validate refuses a market that could not run.
func (m *Market) Validate() error {
	rules := []matching.Rule{matching.Equal, matching.Proportional, matching.Lottery, matching.First}
	if !slices.Contains(rules, m.Rule) {
		return fault.New(fault.Invalid, "rule_unknown", "Please choose equal, proportional, lottery or first.").At("body.rule", "unknown")
	}
	if m.Seconds < 1 || m.Seconds > 120 {
		return fault.New(fault.Invalid, "seconds_out_of_range", "A market may search for 1 to 120 seconds.").At("body.seconds", "1 to 120")
	}
	if _, err := time.Parse(time.DateOnly, m.Day); err != nil {
		return fault.New(fault.Invalid, "day_unknown", "Please name the day of delivery as 2022-04-19.").At("body.day", "not a date")
	}
	return nil
}

// sharing is what its rounds are told of how it shares.
func (m *Market) sharing() *orders.Sharing {
	return &orders.Sharing{Rule: orders.Rule(m.Rule), Seed: m.Seed}
}

func (m *Market) step(now time.Time, state MarketState, note string) {
	m.State, m.Failures, m.Wait = state, 0, time.Time{}
	m.History = append(m.History, Step{At: now.UTC(), Kind: string(state), Note: note})
}

// Postpone waits after a failed step before it is tried again, each time twice as long.
func (m *Market) Postpone(now time.Time) {
	m.Failures++
	m.Wait = now.UTC().Add(min(time.Second<<min(m.Failures, 20), longestWait))
}

// Freeze keeps what was read.
func (m *Market) Freeze(k Kept, now time.Time) {
	if m.State == Collecting && m.Draft == k.Draft {
		m.name(k)
		m.step(now, Solving, "")
	}
}

// Decide keeps the plan.
func (m *Market) Decide(k Kept, now time.Time) {
	if m.State == Solving && m.Draft == k.Draft {
		m.name(k)
		m.step(now, Reserving, "")
	}
}

// take makes a plan the allocation's, once it has been checked against what was read.
func (a *Allocation) take(p matching.Plan) error {
	if err := matching.Check(&a.Problem, &p); err != nil {
		return err
	}
	for i := range p.Drops {
		p.Drops[i].Served = together(p.Drops[i].Served)
	}
	a.Plan = p
	return nil
}

// together makes one parcel of what a demand gets of one lot.
func together(served []matching.Served) []matching.Served {
	type key struct{ demand, lot string }
	at := make(map[key]int, len(served))
	all := served[:0:0]
	for _, s := range served {
		k := key{s.Demand, s.Lot}
		if i, seen := at[k]; seen {
			all[i].Quantity += s.Quantity
			continue
		}
		at[k] = len(all)
		all = append(all, s)
	}
	return all
}

// Settle ends a market whose plan is carried out.
func (m *Market) Settle(now time.Time) error {
	if m.State != Reserving && m.State != Rebooking {
		return nil
	}
	m.Changes, m.Retell, m.Old = nil, nil, nil
	m.step(now, Settled, "")
	if m.Again {
		m.Reopen("", now)
	}
	return nil
}

// Retry reads the stock again, because some that was planned with is gone; the
// third time it gives up.
func (m *Market) Retry(why string, now time.Time) error {
	if m.State != Reserving {
		return nil
	}
	m.Attempts++
	if m.Attempts >= maxAttempts {
		m.step(now, Failing, why)
		return nil
	}
	m.Parts, m.Old, m.Whole, m.Sums = nil, nil, nil, Sums{} // the next draft deletes what it finds
	m.step(now, Collecting, why)
	return nil
}

// Fail gives up a market that has promised nothing yet.
func (m *Market) Fail(why string, now time.Time) error {
	if m.State == Collecting || m.State == Solving {
		m.step(now, Failing, why)
	}
	return nil
}

// Release ends a market that has given everything back.
func (m *Market) Release(now time.Time) error {
	if m.State == Failing {
		m.Old = nil
		m.step(now, Released, "")
	}
	return nil
}

// Ended tells whether there is nothing left to do.
func (m *Market) Ended() bool { return m.State == Settled || m.State == Released }
