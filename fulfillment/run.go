package fulfillment

import (
	"slices"
	"time"

	"baimi/app/community"
	"baimi/app/db"
	"baimi/app/fault"
)

// RunState is where a courier's run stands.
//
//	drafted ─▶ offered ─▶ accepted ─▶ loaded ─▶ out ─▶ back
//	              │ ▲──────────┴─────────┘ (given back)
//	              └─▶ withdrawn (planned again, or emptied)
type RunState string

const (
	Drafted   RunState = "drafted" // written, while its deliveries are being told: nobody sees it
	Offered   RunState = "offered"
	Accepted  RunState = "accepted"
	Loaded    RunState = "loaded"
	Out       RunState = "out"
	Back      RunState = "back"
	Withdrawn RunState = "withdrawn" // its stops are in other runs or at the gate
)

// Outcome is how a stop's way ended.
type Outcome string

const (
	AtDoor    Outcome = "door"      // somebody took it
	Left      Outcome = "left"      // as agreed
	NoAnswer  Outcome = "no_answer" // comes back to the gate
	Refusal   Outcome = "refused"   // comes back to the gate
	Incident  Outcome = "incident"  // lost or damaged: a coordinator decides
	Collected Outcome = "collected" // at the gate, as a coordinator wrote down
	Failed    Outcome = "failed"    // a coordinator has decided that it will not come
	tryAgain  Outcome = "again"     // a coordinator has decided that another run tries
)

var outcomes = []Outcome{AtDoor, Left, NoAnswer, Refusal, Incident}

const (
	undoFor    = 15 * time.Minute // a courier may take a hand-over back
	doorsAfter = 2 * time.Hour    // a courier sees a door after the hand-over
	mostTries  = 3                // of a door where nobody answers; then a coordinator decides
	tellHanded = "handed"         // effect: the rounds and deliveries are to learn a stop's outcome
	tellMoved  = "moved"          // effect: the deliveries and other runs are to learn of Off
	tellBroken = "broken_off"     // effect: the coordinators are to learn that its courier cannot go on
	tellDraft  = "drafted"        // effect: the run is to be offered
)

// Run is one courier's trip from the gate: stops in order, bounded by 200 stops.
type Run struct {
	db.Doc
	Compound    string    `json:"compound"`
	Gate        string    `json:"gate,omitempty"` // where it begins and ends; empty: the compound's first
	From        *GateName `json:"from,omitempty"` // what that gate is called, where there are several
	Deliveries  []string  `json:"deliveries"`
	Kind        string    `json:"kind"`                // foot, cart, e-bike
	Plan        string    `json:"plan,omitempty"`      // which planning made it
	Slot        string    `json:"slot,omitempty"`      // which of the shift's helpers it was planned for: foot-2
	Trip        int64     `json:"trip,omitempty"`      // of that helper, from 1
	NoStairs    bool      `json:"no_stairs,omitempty"` // that helper cannot climb
	Pace        Pace      `json:"pace,omitempty"`      // of that helper, on the way
	Holds       int64     `json:"holds,omitempty"`     // millilitres that the helper carries at a time
	For         string    `json:"for,omitempty"`       // the account that it is proposed to; anybody may take it
	Courier     string    `json:"courier,omitempty"`
	State       RunState  `json:"state"`
	Stops       []Stop    `json:"stops"`
	Parcels     int64     `json:"parcels"` // units on board when all are loaded
	Grams       int64     `json:"grams"`
	Millilitres int64     `json:"millilitres"`
	Seconds     int64     `json:"seconds"` // planned, gate to gate
	Floors      int64     `json:"floors"`  // climbed, planned
	Locked      bool      `json:"locked"`  // by a coordinator: planning leaves it alone
	Loaded      int64     `json:"loaded"`  // units that the courier counted
	Off         []Off     `json:"off,omitempty"`
	Effects     []Effect  `json:"effects"`
	History     []Step    `json:"history"`
	Created     time.Time `json:"created"`
}

// GateName is what people call a gate.
type GateName struct {
	NameZh string `json:"name_zh"`
	NameEn string `json:"name_en"`
}

// gate is where the run begins, among all gates.
func (r *Run) gate() string { return community.GateID(r.Compound, r.Gate) }

// Stop is one door.
type Stop struct {
	ID       string     `json:"id"` // household
	Building string     `json:"building"`
	Unit     string     `json:"unit"`
	Room     string     `json:"room"`
	Label    string     `json:"label"`         // building-unit-room, on the bag
	Bag      int        `json:"bag,omitempty"` // its number once it is loaded: the last stop is 1, at the bottom
	Name     string     `json:"name"`          // surname and honorific
	Note     string     `json:"note"`          // handling note
	Arrives  int64      `json:"arrives"`       // planned, seconds after leaving the gate
	By       int64      `json:"by"`            // promised: nine of ten times not later, seconds after leaving the gate
	Parcels  []Carried  `json:"parcels"`
	Handover *Handover  `json:"handover,omitempty"`
	Undone   []Handover `json:"undone,omitempty"` // taken back, 20 at most
	HotBy    time.Time  `json:"hot_by,omitzero"`  // of a hot meal: to be at the door by then
	Tries    int64      `json:"tries,omitempty"`  // how often nobody answered, in earlier runs
	Again    bool       `json:"again,omitempty"`  // it is tried again in another run: this one tells of it no more
}

// Carried is one parcel on board.
type Carried struct {
	Delivery string `json:"delivery"`
	Index    int    `json:"index"` // of the parcel in its delivery
	GroupBuy string `json:"group_buy"`
	Item     string `json:"item"`
	Lot      string `json:"lot"`
	NameZh   string `json:"name_zh"`
	NameEn   string `json:"name_en"`
	Unit     string `json:"unit"`
	Handling string `json:"handling"`
	Quantity int64  `json:"quantity"`

	Grams       int64 `json:"grams"`       // a unit
	Millilitres int64 `json:"millilitres"` // a unit
}

// Handover is who took it, how, and when it happened, which is not when the
// phone found the network again.
type Handover struct {
	ID      string    `json:"id"` // chosen by the courier's phone; the same twice counts once
	Outcome Outcome   `json:"outcome"`
	At      time.Time `json:"at"`     // of the act, by the courier's phone
	Synced  time.Time `json:"synced"` // when it reached us
	By      string    `json:"by"`
	Note    string    `json:"note,omitempty"`
	Photo   string    `json:"photo,omitempty"` // a data: URL, 300 KB at most
}

func (r *Run) step(state RunState, by, note string, now time.Time) {
	r.State = state
	r.History = append(r.History, Step{At: now.UTC(), Kind: string(state), By: by, Note: note})
}

func (r *Run) wrongState(done string) error {
	return fault.New(fault.Conflict, "run_state", "The run is %s, so it cannot be %s.", r.State, done).
		With("state", string(r.State)).With("done", done)
}

func (r *Run) of(courier string) error {
	if r.Courier != courier {
		return notFound()
	}
	return nil
}

// Accept gives an offered run to the courier who asks first.
func (r *Run) Accept(courier string, now time.Time) error {
	if r.State != Offered {
		if r.Courier == courier {
			return nil
		}
		return fault.New(fault.Conflict, "run_taken", "Somebody has taken this run already. Please choose another one.")
	}
	r.Courier = courier
	r.step(Accepted, courier, "", now)
	return nil
}

// GiveBack offers the run again: the courier drops out before the first door.
func (r *Run) GiveBack(by, why string, now time.Time) error {
	if r.State != Accepted && r.State != Loaded {
		return r.wrongState("given back")
	}
	r.Courier, r.Loaded = "", 0
	for i := range r.Stops {
		r.Stops[i].Bag = 0
	}
	r.step(Offered, by, why, now)
	return nil
}

// Load writes down how many units the courier counted on board.
func (r *Run) Load(courier string, count int64, now time.Time) error {
	if err := r.of(courier); err != nil {
		return err
	}
	if r.State != Accepted && r.State != Loaded {
		return r.wrongState("loaded")
	}
	if count != r.Parcels {
		return fault.New(fault.Invalid, "load_count", "You counted %d, but the run has %d. Please count again, or tell the coordinator.", count, r.Parcels).
			With("count", count).With("planned", r.Parcels)
	}
	r.Loaded = count
	for i := range r.Stops {
		r.Stops[i].Bag = r.bag(i)
	}
	if r.State == Accepted {
		r.step(Loaded, courier, "", now)
	}
	return nil
}

// bag is the place of a stop's bag in the order of loading: the last stop goes
// in first. Once loaded it stays, so that what is printed on the bag is true.
func (r *Run) bag(i int) int {
	if r.Stops[i].Bag > 0 {
		return r.Stops[i].Bag
	}
	return len(r.Stops) - i
}

// Leave says that the courier has left the gate.
func (r *Run) Leave(courier string, at, now time.Time) error {
	if err := r.of(courier); err != nil {
		return err
	}
	if r.State == Out {
		return nil
	}
	if r.State != Loaded {
		return r.wrongState("on its way")
	}
	r.State = Out
	r.History = append(r.History, Step{At: notAfter(at, now).UTC(), Kind: string(Out), By: courier})
	return nil
}

// Return says that the courier is back at the gate; every stop has its outcome.
func (r *Run) Return(courier string, now time.Time) error {
	if err := r.of(courier); err != nil {
		return err
	}
	if r.State == Back {
		return nil
	}
	if r.State != Out {
		return r.wrongState("back")
	}
	if n := r.Open(); n > 0 {
		return fault.New(fault.Conflict, "stops_open", "%d doors have no outcome yet.", n).With("open", n)
	}
	r.step(Back, courier, "", now)
	r.Effects = append(r.Effects, Effect{Kind: tellLearn})
	return nil
}

// Open counts the stops without an outcome.
func (r *Run) Open() int {
	n := 0
	for i := range r.Stops {
		if r.Stops[i].Handover == nil {
			n++
		}
	}
	return n
}

func (r *Run) stop(id string) (*Stop, error) {
	for i := range r.Stops {
		if r.Stops[i].ID == id {
			return &r.Stops[i], nil
		}
	}
	return nil, fault.New(fault.NotFound, "stop_unknown", "This run has no stop %s.", id).With("stop", id)
}

// notAfter keeps a phone's clock from telling of the future.
func notAfter(at, now time.Time) time.Time {
	if at.IsZero() || at.After(now) {
		return now
	}
	return at
}

// Hand writes down how a stop ended. The same hand-over sent twice counts once;
// a second one for the same stop is refused.
func (r *Run) Hand(courier, stop string, h Handover, now time.Time) error {
	if err := r.of(courier); err != nil {
		return err
	}
	s, err := r.stop(stop)
	if err != nil {
		return err
	}
	if s.Handover != nil && s.Handover.ID == h.ID || slices.ContainsFunc(s.Undone, func(u Handover) bool { return u.ID == h.ID }) {
		return nil
	}
	if s.Handover != nil {
		return fault.New(fault.Conflict, "already_handed_over", "%s has been handed over already.", s.Label).With("label", s.Label)
	}
	if r.State != Out {
		return r.wrongState("handed over")
	}
	if !slices.Contains(outcomes, h.Outcome) {
		return fault.New(fault.Invalid, "outcome_unknown", "Please say how it ended: door, left, no_answer, refused or incident.").At("body.outcome", "unknown")
	}
	h.At, h.Synced, h.By = notAfter(h.At, now).UTC(), now.UTC(), courier
	s.Handover = &h
	r.Effects = append(r.Effects, Effect{tellHanded, stop})
	return nil
}

// Undo takes a hand-over back: its courier for a while, a coordinator any time.
func (r *Run) Undo(by string, coordinator bool, stop string, now time.Time) error {
	s, err := r.stop(stop)
	if err != nil {
		return err
	}
	if s.Handover == nil {
		return nil
	}
	if s.Again {
		return s.tryingAgain()
	}
	if !coordinator && (r.Courier != by || now.After(s.Handover.Synced.Add(undoFor))) {
		return fault.New(fault.Conflict, "undo_too_late", "This can be taken back for 15 minutes only. Please ask the coordinator.").With("minutes", int(undoFor.Minutes()))
	}
	s.Undone = append(s.Undone, *s.Handover)
	s.Undone = s.Undone[max(0, len(s.Undone)-20):]
	s.Handover = nil
	r.Effects = append(r.Effects, Effect{tellHanded, stop})
	if r.State == Back {
		r.step(Out, by, "reopened", now)
	}
	return nil
}

// Decide is a coordinator's word on a stop that came back or had an incident:
// collected at the gate, or failed.
func (r *Run) Decide(by, stop string, outcome Outcome, why string, now time.Time) error {
	s, err := r.stop(stop)
	if err != nil {
		return err
	}
	if outcome != Collected && outcome != Failed {
		return fault.New(fault.Invalid, "outcome_unknown", "Please decide: collected at the gate, or failed.").At("body.outcome", "collected or failed")
	}
	if s.Again {
		return s.tryingAgain()
	}
	if s.Handover == nil || s.Handover.Outcome == AtDoor || s.Handover.Outcome == Left {
		return fault.New(fault.Conflict, "nothing_to_decide", "Only what came back or had an incident is to be decided.")
	}
	s.Handover.Outcome = outcome
	r.Effects = append(r.Effects, Effect{tellHanded, stop})
	r.History = append(r.History, Step{At: now.UTC(), Kind: string(outcome), By: by, Note: why})
	return nil
}

// settled gives the outcome that a round learns: empty while the parcel may
// still come. What came back waits at the gate for another try.
func (s *Stop) settled() (outcome string, handed bool) {
	if s.Handover == nil {
		return "", false
	}
	switch s.Handover.Outcome {
	case AtDoor, Left, Collected:
		return string(s.Handover.Outcome), true
	case Failed, Refusal:
		return string(s.Handover.Outcome), false
	}
	return "", false
}

// Told takes an effect out that has been done.
func (r *Run) Told(e Effect) {
	if i := slices.Index(r.Effects, e); i >= 0 {
		r.Effects = slices.Delete(r.Effects, i, i+1)
	}
}
