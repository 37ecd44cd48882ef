package orders

import (
	"cmp"
	"slices"
	"time"

	"baimi/app/community"
	"baimi/app/fault"
)

// Wish is what a household asks for. Its lines take the place of the ones it
// had; without any it leaves.
type Wish struct {
	Household  string
	Account    string // who asks for the own household; empty where a neighbour does
	Name       string
	Phone      string
	Note       string
	Substitute bool
	Lines      []Line // item, quantity and tolerance
	Proxy      *Proxy
}

// Place says what became of a wish.
type Place string

const (
	In     Place = "in"
	Waits  Place = "waiting" // until somebody leaves
	Absent Place = "out"
)

// Join makes the lines of a household what it wishes, in one step: the state,
// the opening hours, the household's limit and the room left are checked here,
// where they are written. A household that finds no room waits in the round's
// list if it keeps one.
//
// It refuses with round_closed, round_not_open, household_elsewhere,
// unknown_item, line_twice, quantity_invalid, limit_item, limit_household,
// sold_out, sorting_space_full and round_full.
func (g *GroupBuy) Join(w Wish, now time.Time) (Place, error) {
	if err := g.joinable(w.Household, now); err != nil {
		return Absent, err
	}
	w.Lines = slices.DeleteFunc(slices.Clone(w.Lines), func(l Line) bool { return l.Quantity == 0 })
	if len(w.Lines) == 0 {
		return Absent, g.Leave(w.Household, now)
	}
	if err := g.within(w.Lines); err != nil {
		return Absent, err
	}
	if err := g.room(w.Household, w.Lines); err != nil {
		return g.queue(w, err, now)
	}
	g.take(w, now)
	g.Waiting = without(g.Waiting, w.Household)
	g.promote(now)
	g.schedule(now)
	return In, nil
}

func (g *GroupBuy) joinable(household string, now time.Time) error {
	if g.State != Open || !now.Before(g.Closes) {
		return fault.New(fault.Conflict, "round_closed", "This round is closed: it took orders until %s.", g.Closes.Format(time.RFC3339)).
			With("state", string(g.State)).With("closes", g.Closes)
	}
	if now.Before(g.Opens) {
		return fault.New(fault.Conflict, "round_not_open", "This round opens at %s.", g.Opens.Format(time.RFC3339)).With("opens", g.Opens)
	}
	if compound, door, err := community.ParseHouseholdID(household); err != nil || compound != g.Compound || door.Building != g.Building {
		return fault.New(fault.Invalid, "household_elsewhere", "This round is for building %s; %s is elsewhere.", g.Building, household).
			With("building", g.Building).With("household", household)
	}
	return nil
}

// within holds the lines against what the round offers and allows a household.
func (g *GroupBuy) within(lines []Line) error {
	var sum int64
	for i, l := range lines {
		it, ok := g.Item(l.Item)
		if !ok {
			return fault.New(fault.Invalid, "unknown_item", "This round has no item %q.", l.Item).With("item", l.Item)
		}
		if slices.ContainsFunc(lines[:i], func(m Line) bool { return m.Item == l.Item }) {
			return fault.New(fault.Invalid, "line_twice", "%s stands in the order twice.", it.NameEn).With("item", l.Item)
		}
		if l.Quantity < 1 || l.Quantity > maxUnits || l.Tolerance < 0 || l.Tolerance > max(it.CaseSize-1, 0) {
			return fault.New(fault.Invalid, "quantity_invalid", "The quantity must be above 0, and the extra less than a case of %d.", it.CaseSize).
				With("item", l.Item).With("case", it.CaseSize)
		}
		if it.Limit > 0 && l.Quantity > it.Limit {
			return fault.New(fault.Conflict, "limit_item", "A household can have %d of this, not %d.", it.Limit, l.Quantity).
				With("item", l.Item).With("limit", it.Limit).With("asked", l.Quantity)
		}
		sum += l.Quantity
	}
	if g.LimitPerHousehold > 0 && sum > g.LimitPerHousehold {
		return fault.New(fault.Conflict, "limit_household", "A household can have %d packs in this round, not %d.", g.LimitPerHousehold, sum).
			With("limit", g.LimitPerHousehold).With("asked", sum)
	}
	return nil
}

// room tells whether the lines fit, where the household's own lines make way for them.
func (g *GroupBuy) room(household string, lines []Line) error {
	t := g.ordered(household)
	var sum int64
	for _, l := range lines {
		i := g.itemAfter(l.Item, 0)
		it := &g.Items[i]
		if left := it.Most - t.items[i]; it.Most > 0 && l.Quantity > left {
			return fault.New(fault.Conflict, "sold_out", "Only %d of this are left, not %d.", max(left, 0), l.Quantity).
				With("item", l.Item).With("left", max(left, 0)).With("asked", l.Quantity)
		}
		sum += l.Quantity
	}
	if left := g.SortingSpace - t.units; g.SortingSpace > 0 && sum > left {
		return fault.New(fault.Conflict, "sorting_space_full", "The lobby holds %d packs; there is room for %d more, not %d.", g.SortingSpace, max(left, 0), sum).
			With("space", g.SortingSpace).With("left", max(left, 0)).With("asked", sum)
	}
	if t.households >= MaxHouseholds {
		return fault.New(fault.Conflict, "round_full", "This round has %d households already.", MaxHouseholds).With("limit", MaxHouseholds)
	}
	return nil
}

// queue lets a household without room wait, if it has no place yet and the round keeps a list.
func (g *GroupBuy) queue(w Wish, full error, now time.Time) (Place, error) {
	_, in := g.Participant(w.Household)
	if !g.WaitList || in || len(g.Participants)+len(g.Waiting) >= MaxHouseholds {
		return Absent, full
	}
	next := w.participant(now)
	if i := at(g.Waiting, w.Household); i >= 0 {
		next.Joined = g.Waiting[i].Joined
		g.Waiting[i] = next
		return Waits, nil
	}
	g.Waiting = append(g.Waiting, next)
	return Waits, nil
}

// take writes the household's lines; when it joined first stays.
func (g *GroupBuy) take(w Wish, now time.Time) {
	next := w.participant(now)
	p, ok := g.Participant(w.Household)
	if !ok {
		g.Participants = append(g.Participants, next)
	} else {
		next.Joined = p.Joined
		next.Account = cmp.Or(next.Account, p.Account)
		next.Name, next.Phone = cmp.Or(next.Name, p.Name), cmp.Or(next.Phone, p.Phone)
		*p = next
		g.MoneyChanged(w.Household)
	}
	if w.Proxy != nil {
		g.effect(orderedForYou, w.Household, "", nil)
	}
}

func (w Wish) participant(now time.Time) Participant {
	lines := make([]Line, len(w.Lines))
	for i, l := range w.Lines {
		lines[i] = Line{Item: l.Item, Quantity: l.Quantity, Tolerance: l.Tolerance, Served: []Served{}, Reasons: []Reason{}}
	}
	_, door, _ := community.ParseHouseholdID(w.Household) // checked by joinable
	return Participant{
		Household: w.Household, Unit: door.Unit, Room: door.Room, Account: w.Account, Name: w.Name, Phone: w.Phone, Note: w.Note,
		Lines: lines, Joined: now.UTC(), Substitute: w.Substitute, Proxy: w.Proxy,
	}
}

// Leave takes a household out while the round is open; one that is not in it is no error.
func (g *GroupBuy) Leave(household string, now time.Time) error {
	if err := g.joinable(household, now); err != nil {
		return err
	}
	if _, in := g.Participant(household); in {
		g.Participants = without(g.Participants, household)
		g.MoneyChanged(household)
	}
	g.Waiting = without(g.Waiting, household)
	g.promote(now)
	g.schedule(now)
	return nil
}

func without(ps []Participant, household string) []Participant {
	return slices.DeleteFunc(ps, func(p Participant) bool { return p.Household == household })
}

// promote takes in who waits and now fits, in the order of asking.
func (g *GroupBuy) promote(now time.Time) {
	g.Waiting = slices.DeleteFunc(g.Waiting, func(p Participant) bool {
		if g.room(p.Household, p.Lines) != nil {
			return false
		}
		g.Participants = append(g.Participants, p)
		g.effect("wait_over", p.Household, "", nil)
		return true
	})
}

// WaitsAt gives a household's place in the waiting list, from 1; 0: it does not wait.
func (g *GroupBuy) WaitsAt(household string) int { return at(g.Waiting, household) + 1 }
