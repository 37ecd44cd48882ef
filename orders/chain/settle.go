package chain

import (
	"slices"
	"strings"

	"baimi/app/community"
)

// settle finds each entry's door, and asks what is still open.
func (p *parser) settle(r *Review) {
	here := namesHere(r.Entries)
	for i := range r.Entries {
		e := &r.Entries[i]
		if e.Action != Ignore {
			e.sameAsAbove(r.Entries[:i])
			p.findDoor(e, here)
			p.askContent(e)
			p.askEarlier(r.Entries, i)
		}
		e.Kind = e.kind()
		if e.Address != nil && e.Address.Doubt == community.Certain {
			e.Address = nil // it is the door
		}
	}
}

// sameAsAbove takes over what the entry above orders, where this one says so and nothing else.
func (e *Entry) sameAsAbove(above []Entry) {
	says := likeAbove.MatchString(plain(e.Text)) && len(e.Wants)+len(e.Questions) == 0 && (e.Name != "" || e.Address != nil)
	if n := len(above) - 1; says && n >= 0 && above[n].Action == Add {
		e.Wants = slices.Clone(above[n].Wants)
	}
}

// namesHere gives the doors that this text itself says of a name, where it says one.
func namesHere(entries []Entry) map[string]community.Door {
	here, twice := map[string]community.Door{}, map[string]bool{}
	for _, e := range entries {
		if e.Name == "" || e.Door == nil {
			continue
		}
		if d, ok := here[e.Name]; ok && d != *e.Door {
			twice[e.Name] = true
		}
		here[e.Name] = *e.Door
	}
	for name := range twice {
		delete(here, name)
	}
	return here
}

// findDoor takes the door that a name is known by, where the text gives none or
// leaves it open among several of which it is one. A name with two doors is asked about.
func (p *parser) findDoor(e *Entry, here map[string]community.Door) {
	var doors []community.Door
	if known, ok := p.context.Known[e.Name]; ok && e.loose && known != *e.Door && p.context.Compound.Has(known) {
		doors, e.Door = []community.Door{*e.Door, known}, nil // 张三 2 102: door 2-102, or two for 102 yuan
	} else if e.Door == nil && e.Name != "" {
		if d, ok := here[e.Name]; ok && agrees(e.Address, d) {
			doors, e.DoorFrom = append(doors, d), "chain"
		}
		if d, ok := p.context.Known[e.Name]; ok && agrees(e.Address, d) && p.context.Compound.Has(d) && !slices.Contains(doors, d) {
			doors, e.DoorFrom = append(doors, d), "known"
		}
	}
	if len(doors) == 1 {
		e.Door = &doors[0]
	}
	if e.Door == nil {
		e.DoorFrom = ""
	}
	switch {
	case len(doors) > 1:
		e.ask(Ask{Code: string(community.Ambiguous), Doors: doors, Text: e.Name})
	case e.Door == nil && e.Address == nil:
		e.ask(Ask{Code: string(community.NoAddress)})
	case e.Door == nil:
		e.ask(Ask{Code: string(e.Address.Doubt), Doors: e.Address.Candidates, Text: e.Address.Text})
	case p.context.Building != "" && e.Door.Building != p.context.Building:
		e.ask(Ask{Code: AskNotBuilding, Doors: []community.Door{*e.Door}})
	}
}

func agrees(a *community.Reading, d community.Door) bool {
	return a == nil || a.Doubt != community.TwoAddresses && slices.Contains(a.Candidates, d) || a.Doubt == community.NoRoom && a.Building == d.Building
}

func (e *Entry) ask(a Ask) { e.Questions = append(e.Questions, a) }

// askContent asks about an entry that says too little.
func (p *parser) askContent(e *Entry) {
	asksAddress := func(a Ask) bool { return isAddress(a.Code) }
	other := slices.ContainsFunc(e.Questions, func(a Ask) bool { return !asksAddress(a) && a.Code != AskNotBuilding })
	switch {
	case e.withdrawn():
		e.Questions = slices.DeleteFunc(e.Questions, func(a Ask) bool { return !asksAddress(a) && a.Code != AskNotBuilding })
		e.Wants = []Want{}
	case e.Action == Cancel && e.mixed():
		e.Questions, e.Wants = []Ask{{Code: AskCancelWhat, Text: e.Text}}, []Want{}
	case e.Action == Cancel && (len(e.Wants) > 0 && !e.names(PartItem) || slices.ContainsFunc(e.Questions, func(a Ask) bool { return a.Code == AskWhichItem }) || e.Name == "" && e.Address == nil):
		e.Questions = []Ask{{Code: AskCancelWhat}}
		e.Wants = []Want{}
	case e.Action == Cancel || other || len(e.Wants) > 0:
	case e.Name == "" && e.Address == nil || e.Door == nil && e.Address == nil && e.Number == 0 && !e.names(PartTime):
		e.Questions = []Ask{{Code: AskUnclear}}
	default:
		e.ask(Ask{Code: AskQuantity})
	}
	if e.Action == Add && len(e.Wants) == 1 && apiece.MatchString(plain(e.Text)) && !e.listed && (e.Address == nil || e.Address.Doubt != community.TwoAddresses) { // 12-301 我和302各1份
		e.ask(Ask{Code: AskPairing, Text: e.Text})
	}
	if e.Action == Add && len(e.Wants) > 0 && e.Door != nil && forAnother.MatchString(plain(e.without(PartAddress, PartPhone, PartPrice, PartQuantity))) {
		e.ask(Ask{Code: string(community.NextDoor), Doors: []community.Door{*e.Door}, Text: e.Note})
	}
	if e.Action == Add && len(e.Wants) > 0 && asking.MatchString(plain(e.Text)) {
		e.ask(Ask{Code: AskIsOrder, Text: e.Text})
	}
}

// withdrawn tells whether an entry of the list takes all of itself back: 3. 12-303 小郑 1板 不要了.
func (e *Entry) withdrawn() bool {
	if e.Number == 0 || e.Action != Cancel || e.mixed() {
		return false
	}
	verb := len(e.Parts) - 1
	for ; verb >= 0 && e.Parts[verb].Kind != PartVerb; verb-- {
	}
	led := func(p Part) bool { return p.Kind == PartNumber || strings.TrimSpace(p.Text) == "" }
	crossed := verb >= 0 && !slices.ContainsFunc(e.Parts[:verb], func(p Part) bool { return !led(p) }) // ❌3. 12-303 1板
	return crossed || verb > 0 && !slices.ContainsFunc(e.Parts[verb:], func(p Part) bool { return p.Kind == PartQuantity || p.Kind == PartItem })
}

// mixed tells whether only some of several items have an amount: 鸡蛋2 牛奶不要了.
func (e *Entry) mixed() bool {
	items, amounts := e.count(PartItem), e.count(PartQuantity)
	return items > 1 && amounts > 0 && amounts < items
}

// names tells whether the entry's text has a part of this kind.
func (e *Entry) names(kind PartKind) bool { return e.count(kind) > 0 }

// without is the text without its parts of these kinds.
func (e *Entry) without(kinds ...PartKind) string {
	var text strings.Builder
	for _, p := range e.Parts {
		if !slices.Contains(kinds, p.Kind) {
			text.WriteString(p.Text)
		}
	}
	return text.String()
}

func (e *Entry) count(kind PartKind) (n int) {
	for _, p := range e.Parts {
		if p.Kind == kind {
			n++
		}
	}
	return n
}

// askEarlier asks whether a second entry of a household or name tops up or repeats.
func (p *parser) askEarlier(all []Entry, i int) {
	e := &all[i]
	earlier := -1
	for j := range i {
		apart := all[j].of != e.of && !shareItem(all[j].Wants, e.Wants) // of another product's chain
		if all[j].sameAs(e) && all[j].Action != Cancel && !apart {
			earlier = j
		}
	}
	changes := e.again || e.plus && e.Number == 0
	switch {
	case earlier >= 0 && e.withdrawn() && (e.names(PartItem) || e.names(PartQuantity)):
		e.ask(Ask{Code: AskCancelWhat, Entry: earlier + 1, Text: e.Text})
	case earlier >= 0 && !changes:
		e.ask(Ask{Code: AskAgain, Entry: earlier + 1})
	case e.Action == Set && p.replaces(all, earlier, e):
		e.ask(Ask{Code: AskSwap, Text: e.Text})
	case earlier < 0 && e.Action != Add && len(e.Questions) == 0 && !e.withdrawn() && e.Door != nil && !p.context.Ordered[*e.Door]:
		e.ask(Ask{Code: AskNothingYet})
	}
	if e.Action == Add && earlier < 0 && (e.Door == nil || !p.context.Ordered[*e.Door]) {
		e.again, e.plus = false, false // nothing to add to: an order
	}
}

// replaces tells whether a change names other goods than were ordered, and so may take their
// place: 王姐改鸡蛋, who had milk.
func (p *parser) replaces(all []Entry, earlier int, e *Entry) bool {
	named := len(p.menu.items) > 1 && e.names(PartItem) && !e.names(PartQuantity)
	return named && len(e.Questions) == 0 && (earlier < 0 || !shareItem(all[earlier].Wants, e.Wants))
}

// sameAs tells whether two entries are one household's, or one name's where no door is known.
func (e *Entry) sameAs(o *Entry) bool {
	if e.Door != nil && o.Door != nil {
		return *e.Door == *o.Door
	}
	return e.Name != "" && e.Name == o.Name && e.Door == nil && o.Door == nil
}

func (e *Entry) kind() Kind {
	switch {
	case len(e.Questions) > 0:
		return Question
	case e.Action == Set || e.Action == Replace || e.Action == Cancel || e.again || e.plus:
		return Changed
	}
	return Wanted
}

var addressCodes = []community.Doubt{
	community.NoAddress, community.NoRoom, community.NoSuchBuilding, community.NoSuchDoor, community.UnitMissing, community.LaneMissing, community.Ambiguous,
	community.TwoAddresses, community.RunTogether, community.OtherPlace, community.PersonOrPlace, community.MoreNumbers, community.FloorDisagrees, community.NextDoor,
}

func isAddress(code string) bool { return slices.Contains(addressCodes, community.Doubt(code)) }
