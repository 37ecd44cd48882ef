package orders

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"baimi/app/fault"
	"baimi/app/money"
	"baimi/app/people"
)

// Bounds of a round.
const (
	MaxHouseholds = 1000
	MaxItems      = 100
	maxUnits      = 1_000_000           // of one line, limit or threshold
	maxOpen       = 31 * 24 * time.Hour // from opening to closing
	maxExtension  = 7 * 24 * time.Hour
	maxCommission = 2000 // hundredths of a per cent: a fifth
	maxHistory    = 200
)

// Check refuses terms that a round could not keep, naming each wrong field.
func (g *GroupBuy) Check(now time.Time) error {
	err := fault.New(fault.Invalid, "round_invalid", "The round cannot open like this.")
	if strings.TrimSpace(g.Title) == "" {
		err = err.At("body.title", "a title, such as what is bought")
	}
	if !money.Known(g.Currency) {
		err = err.At("body.currency", "a currency as ISO 4217 writes it, such as CNY")
	}
	if !g.Closes.After(now) || !g.Closes.After(g.Opens) || g.Closes.Sub(g.Opens) > maxOpen {
		err = err.At("body.closes", "in the future, after the opening, and within 31 days of it")
	}
	if g.CommissionBasis < 0 || g.CommissionBasis > maxCommission {
		err = err.At("body.commission_basis", "0 to 2000 hundredths of a per cent")
	}
	for path, n := range map[string]int64{"limit_per_household": g.LimitPerHousehold, "sorting_space": g.SortingSpace, "minimum": g.Minimum} {
		if n < 0 || n > maxUnits {
			err = err.At("body."+path, fmt.Sprintf("0 to %d units", maxUnits))
		}
	}
	if g.SortingSpace > 0 && g.Minimum > g.SortingSpace {
		err = err.At("body.minimum", "not above the sorting space")
	}
	if !slices.Contains([]Rule{Equal, Proportional, Lottery, First}, g.Rule) {
		err = err.At("body.rule", "equal, proportional, lottery or first")
	}
	err = g.checkItems(g.checkOutcome(err))
	if len(err.Fields) > 0 {
		return err
	}
	return nil
}

// checkOutcome holds that a round with a minimum says what happens below it.
func (g *GroupBuy) checkOutcome(err *fault.Error) *fault.Error {
	if g.Minimum > 0 && !slices.Contains([]Outcome{Refund, Extend, Pool}, g.OnFail) {
		err = err.At("body.on_fail", "refund, extend or pool")
	}
	most := int64(maxExtension / time.Second)
	if g.OnFail == Extend && (g.ExtendSeconds < 60 || g.ExtendSeconds > most) {
		err = err.At("body.extend_seconds", "a minute to seven days")
	}
	return err
}

func (g *GroupBuy) checkItems(err *fault.Error) *fault.Error {
	if len(g.Items) == 0 || len(g.Items) > MaxItems {
		return err.At("body.items", fmt.Sprintf("1 to %d items", MaxItems))
	}
	seen := map[string]bool{}
	for i, it := range g.Items {
		at := fmt.Sprintf("body.items[%d].", i)
		if it.ID == "" || seen[it.ID] {
			err = err.At(at+"id", "its own name within the round")
		}
		seen[it.ID] = true
		if it.UnitCap < 1 || it.UnitCap > 10_000_000_000 {
			err = err.At(at+"unit_cap", "the highest unit price, above 0")
		}
		if it.CaseSize < 1 || it.CaseSize > 10_000 {
			err = err.At(at+"case_size", "1 to 10,000")
		}
		if min(it.Limit, it.Most) < 0 || max(it.Limit, it.Most) > maxUnits {
			err = err.At(at+"limit", fmt.Sprintf("0 to %d units", maxUnits))
		}
	}
	return err
}

// Item finds an item of the round.
func (g *GroupBuy) Item(id string) (*Item, bool) {
	i := g.itemAfter(id, 0)
	if i < 0 {
		return nil, false
	}
	return &g.Items[i], true
}

// Participant finds a household of the round.
func (g *GroupBuy) Participant(household string) (*Participant, bool) {
	i := at(g.Participants, household)
	if i < 0 {
		return nil, false
	}
	return &g.Participants[i], true
}

func at(ps []Participant, household string) int {
	for i := range ps { // a function of the value would copy each
		if ps[i].Household == household {
			return i
		}
	}
	return -1
}

// Terms changes what a draft offers; what is open has been promised and stays.
func (g *GroupBuy) Terms(now time.Time, change func(*GroupBuy)) error {
	if g.State != Draft {
		return fault.New(fault.Conflict, "round_not_draft", "The round is %s already; what it offers stays as it was promised.", g.State).With("state", string(g.State))
	}
	change(g)
	return g.Check(now)
}

// Publish opens a draft: from its opening time on, households may join. Doing
// it again changes nothing.
func (g *GroupBuy) Publish(by string, now time.Time) error {
	if g.State == Open {
		return nil
	}
	if g.State != Draft {
		return g.wrongState("opened")
	}
	if g.Opens.Before(now) {
		g.Opens = now.UTC()
	}
	if err := g.Check(now); err != nil {
		return err
	}
	g.State = Open
	g.note(now, "opened", by, "")
	g.schedule(now)
	return nil
}

// MayCancel refuses what is not the actor's to decide: once a delivery is on its
// way, it is turned away at the gate, which is the coordinator's.
func (g *GroupBuy) MayCancel(a people.Actor) error {
	if g.State == Arriving && !a.Is(people.Coordinator, g.Compound) {
		return fault.New(fault.Conflict, "round_on_its_way", "A delivery is on its way already. Please ask the coordinator, who can still cancel the round.")
	}
	return nil
}

// Cancel ends the round before anything of it is at the gate. Everybody is told,
// and nobody owes anything. What was reserved for it is its market's again, which
// tells the suppliers. From the gate on a parcel may be refused at the door.
func (g *GroupBuy) Cancel(by, reason string, now time.Time) error {
	switch g.State {
	case Cancelled:
		return nil
	case Draft, Open, Closed, Allocated, Arriving:
	default:
		return g.wrongState("cancelled")
	}
	if g.State == Closed && g.Market != "" {
		return fault.New(fault.Conflict, "round_matching", "The round is being matched with the stock this moment; please try again in a minute.")
	}
	if g.Market != "" {
		g.Effects = append(g.Effects, Effect{ID: effectRecall, Kind: effectRecall})
	}
	for i := range g.Participants {
		for j := range g.Participants[i].Lines {
			g.Participants[i].Lines[j].Served, g.Participants[i].Lines[j].Reasons = []Served{}, []Reason{}
		}
	}
	g.State = Cancelled
	g.note(now, "cancelled", by, reason)
	g.effect("round_cancelled", "", "", nil)
	g.turnAway()
	g.MoneyChanged("")
	g.schedule(now)
	return nil
}

func (g *GroupBuy) wrongState(done string) error {
	return fault.New(fault.Conflict, "round_state", "A round that is %s cannot be %s.", g.State, done).With("state", string(g.State)).With("action", done)
}

// note writes a line of history; the newest stay.
func (g *GroupBuy) note(now time.Time, kind, by, text string) {
	g.History = append(g.History, Event{At: now.UTC(), Kind: kind, By: by, Text: text})
	g.History = g.History[max(0, len(g.History)-maxHistory):]
}

// effect asks for a notice: to one household, or with "" to everybody in the
// round. Its cause tells two of a kind apart; without one the revision does,
// which is new for each change and the same in a repeat of one.
func (g *GroupBuy) effect(kind, household, cause string, numbers map[string]int64) {
	if cause == "" {
		cause = strconv.FormatInt(g.Rev, 10)
	}
	id := strings.Join([]string{kind, household, cause}, ":")
	if slices.ContainsFunc(g.Effects, func(e Effect) bool { return e.ID == id }) {
		return
	}
	g.Effects = append(g.Effects, Effect{ID: id, Kind: kind, Household: household, Numbers: numbers})
}

// schedule says when a job has to look at the round: at once where an effect
// waits, at the closing time while it is open, and else never.
func (g *GroupBuy) schedule(now time.Time) {
	var next *time.Time
	switch {
	case len(g.Effects) > 0:
		next = new(now.UTC())
	case g.State == Open:
		next = new(g.Closes)
	}
	if next != nil && g.Wake != nil && g.Wake.Before(*next) && len(g.Effects) > 0 {
		return
	}
	g.Wake = next
}
