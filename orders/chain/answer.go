package chain

import (
	"slices"

	"baimi/app/community"
	"baimi/app/fault"
)

// Answer is what the leader says about one entry. Fields that are left out change nothing.
type Answer struct {
	Entry  int              `json:"entry" minimum:"1"` // from 1
	Door   *community.Door  `json:"door,omitempty"`
	Doors  []community.Door `json:"doors,omitempty" maxItems:"20" doc:"Instead of one door: the line is an order of each of these."`
	Wants  []Want           `json:"wants,omitempty"` // instead of what was read
	Action Action           `json:"action,omitempty" enum:",add,set,replace,cancel,ignore" doc:"Of the same name twice: add tops up, replace takes it instead, ignore is a duplicate."`
}

// Answer settles questions of one entry. A door also answers for the other
// entries of the same name that have none. It gives the entries that it touched, from
// 1. Faults: "no_such_entry", "no_such_door", "no_such_item", "quantity".
func (r *Review) Answer(a Answer, c Context) (touched []int, err error) {
	if a.Entry < 1 || a.Entry > len(r.Entries) {
		return nil, fault.New(fault.NotFound, "no_such_entry", "The review has no entry %d.", a.Entry).With("entry", a.Entry)
	}
	if err := a.check(c); err != nil {
		return nil, err
	}
	e := &r.Entries[a.Entry-1]
	if a.Wants != nil {
		e.Wants = merge(a.Wants)
		e.answered(func(q Ask) bool {
			return !isAddress(q.Code) && q.Code != AskAgain && q.Code != AskNotBuilding && q.Code != AskNothingYet
		})
	}
	if a.Action != "" {
		e.Action = a.Action
		e.answered(func(q Ask) bool {
			return q.Code == AskAgain || q.Code == AskNothingYet || q.Code == AskIsOrder || a.Action == Ignore || a.Action == Cancel && !isAddress(q.Code)
		})
	}
	touched = []int{a.Entry}
	switch {
	case a.Door != nil:
		touched = r.answerDoor(a.Entry-1, *a.Door)
	case len(a.Doors) > 0:
		touched = r.answerDoors(a.Entry-1, a.Doors, a.Wants != nil)
	}
	r.Entries[a.Entry-1].askRest()
	r.reclass()
	return touched, nil
}

// askRest asks what an answered entry still lacks, for a line that was not
// understood asked only that.
func (e *Entry) askRest() {
	asked := func(is func(string) bool) bool {
		return slices.ContainsFunc(e.Questions, func(q Ask) bool { return is(q.Code) })
	}
	if e.Action == Ignore || asked(func(code string) bool { return code == AskUnclear || code == AskCancelWhat }) {
		return
	}
	if e.Door == nil && !asked(isAddress) {
		e.ask(Ask{Code: string(community.NoAddress)})
	}
	goods := asked(func(code string) bool { return !isAddress(code) && code != AskAgain && code != AskNotBuilding })
	if e.Action != Cancel && len(e.Wants) == 0 && !goods {
		e.ask(Ask{Code: AskQuantity})
	}
}

func (a Answer) check(c Context) error {
	doors := a.Doors
	if a.Door != nil {
		doors = []community.Door{*a.Door}
	}
	for _, d := range doors {
		if !c.Compound.Has(d) {
			return fault.New(fault.Invalid, "no_such_door", "The compound has no door %s.", d).With("door", d.String())
		}
	}
	for _, w := range a.Wants {
		if !slices.ContainsFunc(c.Items, func(i Item) bool { return i.ID == w.Item }) {
			return fault.New(fault.Invalid, "no_such_item", "The round has no item %q.", w.Item).With("item", w.Item)
		}
		if w.Quantity < 1 || w.Quantity > MaxQuantity {
			return fault.New(fault.Invalid, "quantity", "A quantity is 1 to %d.", MaxQuantity).With("limit", MaxQuantity)
		}
	}
	return nil
}

func (e *Entry) answered(what func(Ask) bool) { e.Questions = slices.DeleteFunc(e.Questions, what) }

// answerDoor sets a door, and asks about entries that turn out to be of one
// household. It gives the entries that it touched, from 1.
func (r *Review) answerDoor(at int, door community.Door) (touched []int) {
	name := r.Entries[at].Name
	for i := range r.Entries {
		e := &r.Entries[i]
		same := name != "" && e.Name == name && e.Door == nil && e.Address == nil
		if i != at && !same {
			continue
		}
		before := e.Door
		touched = append(touched, i+1)
		e.Door, e.DoorFrom = &door, "chain"
		if i == at {
			e.DoorFrom = "answer"
		}
		e.answered(func(q Ask) bool { return isAddress(q.Code) || q.Code == AskNotBuilding || q.Code == AskUnclear })
		if before == nil || *before != door {
			touched = append(touched, r.askAgainAt(i)...)
		}
	}
	return touched
}

// askAgainAt asks of the later of two entries, if they add to one household.
func (r *Review) askAgainAt(i int) (touched []int) {
	for j := range r.Entries {
		first, second := min(i, j), max(i, j)
		e := &r.Entries[second]
		asked := slices.ContainsFunc(e.Questions, func(q Ask) bool { return q.Code == AskAgain })
		if i != j && !asked && r.Entries[first].sameAs(e) && e.Action == Add && r.Entries[first].Action == Add && !e.again && !e.plus {
			e.ask(Ask{Code: AskAgain, Entry: first + 1})
			touched = append(touched, second+1)
		}
	}
	return touched
}

// reclass brings the kinds of entries and lines up to their questions.
func (r *Review) reclass() {
	for i := range r.Entries {
		r.Entries[i].Kind = r.Entries[i].kind()
	}
	open := map[int]bool{}
	for _, e := range r.Entries {
		open[e.Line] = open[e.Line] || e.Kind == Question
	}
	for i := range r.Lines {
		n := r.Lines[i].Entry
		if n == 0 {
			continue
		}
		if r.Lines[i].Kind = r.Entries[n-1].Kind; open[r.Entries[n-1].Line] { // of one of its doors
			r.Lines[i].Kind = Question
		}
	}
}

// Inherit takes over the answers of an earlier review for entries whose text is
// the same, so that a re-pasted chain asks only about what is new.
func (r *Review) Inherit(earlier *Review) {
	byText := map[string][]int{}
	for i, e := range earlier.Entries {
		byText[e.unnumbered()] = append(byText[e.unnumbered()], i)
	}
	for i := range r.Entries {
		e := &r.Entries[i]
		same := byText[e.unnumbered()]
		if len(e.Questions) == 0 || len(same) == 0 {
			continue
		}
		line := earlier.Entries[same[0]].Line
		for n, at := range same { // one line of several doors has several
			old := earlier.Entries[at]
			if len(old.Questions) > 0 || old.Line != line {
				byText[e.unnumbered()] = same[max(n, 1):]
				break
			}
			byText[e.unnumbered()] = same[n+1:]
			next := *e
			next.Door, next.DoorFrom, next.Wants, next.Action, next.Questions = old.Door, old.DoorFrom, old.Wants, old.Action, []Ask{}
			if n == 0 {
				*e = next
			} else {
				r.Entries = append(r.Entries, next)
			}
		}
	}
	r.reclass()
}

// unnumbered is the entry's text without the number in front.
func (e *Entry) unnumbered() string {
	if len(e.Parts) > 0 && e.Parts[0].Kind == PartNumber {
		return e.Text[len(e.Parts[0].Text):]
	}
	return e.Text
}

// Open counts the entries that still have questions.
func (r *Review) Open() int {
	n := 0
	for _, e := range r.Entries {
		if len(e.Questions) > 0 {
			n++
		}
	}
	return n
}
