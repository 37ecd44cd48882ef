package fulfillment

import (
	"slices"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
	"baimi/app/people"
)

// Off is a stop that has left a run while those concerned do not know yet. It
// is written with the run that it leaves, so that a hand-over and a move of the
// same stop cannot both happen, and a crash loses nothing.
type Off struct {
	Stop Stop   `json:"stop"`
	To   string `json:"to,omitempty"` // the run that it joins; empty: it waits at the gate
}

// leave writes down which stops go, to where.
func (r *Run) leave(to string, gone []Stop) {
	for _, s := range gone {
		s.Bag, s.Arrives, s.By, s.Handover, s.Undone = 0, 0, 0, nil, nil
		r.Off = append(r.Off, Off{s, to})
	}
	if len(gone) > 0 {
		r.Effects = append(r.Effects, Effect{Kind: tellMoved})
	}
}

// without takes the stops that leave off the run.
func (r *Run) without(gone func(*Stop) bool) []Stop {
	var off []Stop
	r.Stops = slices.DeleteFunc(r.Stops, func(s Stop) bool {
		if gone(&s) {
			off = append(off, s)
			return true
		}
		return false
	})
	r.count()
	if r.State == Loaded {
		r.Loaded = r.Parcels
	}
	return off
}

// changeable refuses what cannot be done to a run that has left the gate.
func (r *Run) changeable() error {
	if r.State != Offered && r.State != Accepted && r.State != Loaded {
		return r.wrongState("changed")
	}
	return nil
}

// Take lets a stop go to another run or, without one, wait at the gate. A run
// that has no stop left is withdrawn.
func (r *Run) Take(stop, to, by string, now time.Time) error {
	s, err := r.stop(stop)
	if err != nil {
		return err
	}
	if err := r.changeable(); err != nil {
		return err
	}
	r.History = append(r.History, Step{At: now.UTC(), Kind: "stop_taken", By: by, Note: s.Label})
	r.leave(to, r.without(func(s *Stop) bool { return s.ID == stop }))
	if len(r.Stops) == 0 {
		r.step(Withdrawn, by, "", now)
	}
	return nil
}

// Withdraw takes an offered run back, so that its stops can be planned again. A
// locked run, and one that somebody has accepted, are left alone.
func (r *Run) Withdraw(by string, now time.Time) error {
	if r.State != Offered || r.Locked {
		return r.wrongState("withdrawn")
	}
	r.leave("", r.without(func(*Stop) bool { return true }))
	r.step(Withdrawn, by, "", now)
	return nil
}

// BreakOff ends a run that its courier cannot go on with: what is handed over
// stays, the other stops wait at the gate.
func (r *Run) BreakOff(by, why string, now time.Time) error {
	if r.State != Out {
		return r.wrongState("broken off")
	}
	r.leave("", r.without(func(s *Stop) bool { return s.Handover == nil }))
	r.History = append(r.History, Step{At: now.UTC(), Kind: tellBroken, By: by, Note: why})
	r.Effects = append(r.Effects, Effect{Kind: tellBroken})
	r.State = Back
	return nil
}

// brokenOff tells the coordinators why.
func (r *Run) brokenOff(now time.Time) people.Notice {
	n := people.Notice{Doc: db.Doc{ID: "broken-off:" + r.ID}, Kind: "run_broken_off", Params: map[string]string{}, Link: "/gate/runs/" + r.ID, At: now}
	for _, s := range r.History {
		if s.Kind == tellBroken {
			n.Params["why"] = s.Note
		}
	}
	return n
}

// TryAgain lets a stop where nobody answered wait at the gate for another run.
// What happened stays with this one.
func (r *Run) TryAgain(by, stop, why string, now time.Time) error {
	s, err := r.stop(stop)
	if err != nil || s.Again {
		return err
	}
	switch {
	case s.Handover == nil || s.Handover.Outcome != NoAnswer:
		return fault.New(fault.Conflict, "nothing_to_decide", "Only a door where nobody answered is tried again.")
	case r.State != Back:
		return fault.New(fault.Conflict, "still_on_board", "The courier has it with them until they are back at the gate.")
	case s.Tries+1 >= mostTries:
		return fault.New(fault.Conflict, "tries_used", "Nobody answered %d times. Please decide: collected at the gate, or failed.", mostTries).With("tries", mostTries)
	}
	s.Again = true
	next := *s
	next.Again = false
	next.Tries++
	r.leave("", []Stop{next})
	r.History = append(r.History, Step{At: now.UTC(), Kind: "try_again", By: by, Note: why})
	return nil
}

func (s *Stop) tryingAgain() error {
	return fault.New(fault.Conflict, "tried_again", "%s is being tried again in another run. Please look there.", s.Label).With("label", s.Label)
}

// Add puts a stop into the run, where its building's other stops are.
func (r *Run) Add(s Stop, by string, now time.Time) error {
	i := slices.IndexFunc(r.Stops, func(o Stop) bool { return o.ID == s.ID })
	if i >= 0 && r.Stops[i].has(s.Parcels) {
		return nil
	}
	if r.State != Offered && r.State != Accepted {
		return r.wrongState("changed")
	}
	if i >= 0 {
		r.Stops[i].merge(s.Parcels)
		r.count()
		return nil
	}
	at := len(r.Stops)
	for i := range r.Stops {
		if r.Stops[i].Building == s.Building {
			at = i + 1
		}
	}
	r.Stops = slices.Insert(r.Stops, at, s)
	r.count()
	r.History = append(r.History, Step{At: now.UTC(), Kind: "stop_added", By: by, Note: s.Label})
	return nil
}

func (s *Stop) has(parcels []Carried) bool {
	return !slices.ContainsFunc(parcels, func(p Carried) bool { return !slices.ContainsFunc(s.Parcels, p.same) })
}

// merge adds parcels of the same door, each once.
func (s *Stop) merge(parcels []Carried) {
	for _, p := range parcels {
		if !slices.ContainsFunc(s.Parcels, p.same) {
			s.Parcels = append(s.Parcels, p)
		}
	}
}

// keep leaves only these parcels in the run, and the stops that have some.
func (r *Run) keep(stays func(Carried) bool) {
	for i := range r.Stops {
		r.Stops[i].Parcels = slices.DeleteFunc(r.Stops[i].Parcels, func(p Carried) bool { return !stays(p) })
	}
	r.without(func(s *Stop) bool { return len(s.Parcels) == 0 })
}

// goesTo tells whether the parcel has left for the other run.
func (r *Run) goesTo(run string, p Carried) bool {
	return slices.ContainsFunc(r.Off, func(o Off) bool { return o.To == run && slices.ContainsFunc(o.Stop.Parcels, p.same) })
}

func (p Carried) same(o Carried) bool { return p.Delivery == o.Delivery && p.Index == o.Index }

// joined forgets what has left, once everybody knows.
func (r *Run) joined(off []Off) {
	r.Off = slices.DeleteFunc(r.Off, func(o Off) bool {
		return slices.ContainsFunc(off, func(done Off) bool {
			return done.Stop.ID == o.Stop.ID && done.To == o.To && done.Stop.Tries == o.Stop.Tries
		})
	})
}

// count brings the run's load in line with its stops.
func (r *Run) count() {
	r.Parcels, r.Grams, r.Millilitres, r.Deliveries = 0, 0, 0, []string{}
	for i := range r.Stops {
		for _, p := range r.Stops[i].Parcels {
			r.Parcels += p.Quantity
			r.Grams += p.Quantity * p.Grams
			r.Millilitres += p.Quantity * p.Millilitres
			if !slices.Contains(r.Deliveries, p.Delivery) {
				r.Deliveries = append(r.Deliveries, p.Delivery)
			}
		}
	}
}
