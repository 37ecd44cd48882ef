package orders

import (
	"time"

	"baimi/app/fault"
)

// Award is what a market gives one line of a household, and why not more.
type Award struct {
	Household string
	Item      string
	Served    []Served // delivery, lot, supplier, quantity and unit price
	Reasons   []Reason
}

// Part names one served part of a line.
type Part struct {
	Delivery  string
	Household string
	Item      string
	Lot       string
}

// Collect gives a closed round to one market, which has it until it allocates
// or releases it. The same market may ask again.
func (g *GroupBuy) Collect(market string, now time.Time) error {
	if g.Market == market {
		return nil
	}
	if g.State != Closed || g.Market != "" {
		return fault.New(fault.Conflict, "round_taken", "The round is %s, and in the market %q.", g.State, g.Market).
			With("state", string(g.State)).With("market", g.Market)
	}
	g.Market = market
	g.note(now, "collected", "", market)
	return nil
}

// Return takes a round out of a market that came to nothing.
func (g *GroupBuy) Return(market string, now time.Time) {
	if g.State != Closed || g.Market != market {
		return
	}
	g.Market = ""
	g.note(now, "returned", "", market)
}

// Allocate writes down what the market that has the round gives each line. Done
// twice it counts once. A round that gets nothing has failed.
func (g *GroupBuy) Allocate(market string, awards []Award, now time.Time) error {
	if g.Market == market && g.State != Closed {
		return nil
	}
	if g.State != Closed || g.Market != market {
		return fault.New(fault.Conflict, "round_taken", "The round is %s, and in the market %q, not %q.", g.State, g.Market, market).
			With("state", string(g.State)).With("market", g.Market)
	}
	var units int64
	for _, a := range awards {
		n, err := g.award(a)
		if err != nil {
			return err
		}
		units += n
	}
	g.State = Allocated
	kind := "round_allocated"
	if units == 0 {
		g.State, kind = Failed, "round_unserved"
	}
	g.note(now, string(g.State), "", market)
	g.effect(kind, "", market, map[string]int64{"units": units, "ordered": g.ordered("").units})
	g.MoneyChanged("")
	g.schedule(now)
	return nil
}

func (g *GroupBuy) award(a Award) (int64, error) {
	l := g.line(a.Household, a.Item)
	it, ok := g.Item(a.Item)
	if l == nil || !ok {
		return 0, fault.New(fault.Conflict, "award_unknown", "%s has no line %q in this round.", a.Household, a.Item)
	}
	var units int64
	for _, s := range a.Served {
		if s.Quantity < 1 || s.UnitPrice < 0 || s.UnitPrice > l.Cap(it) {
			return 0, fault.New(fault.Conflict, "award_invalid", "%d units at %d cannot be given where the cap is %d.", s.Quantity, s.UnitPrice, l.Cap(it))
		}
		units += s.units()
	}
	if units > l.Quantity+l.Extra {
		return 0, fault.New(fault.Conflict, "award_invalid", "%d units cannot be given where %d are ordered.", units, l.Quantity+l.Extra)
	}
	l.Served, l.Reasons = append([]Served{}, a.Served...), append([]Reason{}, a.Reasons...)
	return units, nil
}

// Cap is the highest unit price that the line may cost: the household's own
// where it has named one, otherwise the item's.
func (l *Line) Cap(it *Item) int64 {
	if l.UnitCap > 0 {
		return min(l.UnitCap, it.UnitCap)
	}
	return it.UnitCap
}

func (g *GroupBuy) line(household, item string) *Line {
	p, ok := g.Participant(household)
	if !ok {
		return nil
	}
	for i := range p.Lines {
		if p.Lines[i].Item == item {
			return &p.Lines[i]
		}
	}
	return nil
}

// parts walks over all served parts of the round.
func (g *GroupBuy) parts(visit func(household string, s *Served)) {
	for i := range g.Participants {
		for j := range g.Participants[i].Lines {
			for k := range g.Participants[i].Lines[j].Served {
				visit(g.Participants[i].Household, &g.Participants[i].Lines[j].Served[k])
			}
		}
	}
}

// Dispatch says that a delivery is on its way.
func (g *GroupBuy) Dispatch(delivery string, now time.Time) error {
	switch g.State {
	case Allocated:
		g.State = Arriving
		g.note(now, "arriving", "", delivery)
	case Arriving, Delivering:
	case Cancelled:
		return nil // its market takes it out of the delivery
	default:
		return g.wrongState("on its way")
	}
	g.tell("on_the_way", delivery, now)
	return nil
}

// tell asks for a notice to each household that a delivery brings something.
func (g *GroupBuy) tell(kind, delivery string, now time.Time) {
	units := map[string]int64{}
	g.parts(func(household string, s *Served) {
		if s.Delivery == delivery {
			units[household] += s.units()
		}
	})
	for i := range g.Participants {
		if n := units[g.Participants[i].Household]; n > 0 {
			g.effect(kind, g.Participants[i].Household, delivery, map[string]int64{"units": n})
		}
	}
	g.schedule(now)
}

// Receive writes down what each part of a delivery is after the gate's count
// and the shortfall's share. Counting again overwrites, as long as the parcel
// has no outcome at a door. A part that came to nothing has its outcome: short.
func (g *GroupBuy) Receive(delivery string, received map[Part]int64, now time.Time) error {
	switch g.State {
	case Allocated, Arriving, Delivering, Done:
	case Cancelled:
		return nil
	default:
		return g.wrongState("received")
	}
	for part, n := range received {
		s := g.part(part)
		if s == nil || part.Delivery != delivery {
			return partUnknown(part)
		}
		if n < 0 || n > s.Quantity {
			return fault.New(fault.Conflict, "count_above_sent", "%d units cannot have arrived where %d were sent.", n, s.Quantity).
				With("count", n).With("sent", s.Quantity)
		}
		if s.Counted && s.Received == n || s.Outcome != "" && s.Outcome != outcomeShort {
			continue
		}
		s.Counted, s.Received, s.Outcome = true, n, ""
		if n == 0 {
			s.Outcome = outcomeShort
		}
		g.tellShort(part, s)
		g.MoneyChanged(part.Household)
	}
	if g.State != Delivering {
		g.State = Delivering
		g.note(now, "delivering", "", delivery)
	}
	g.tell("arrived", delivery, now)
	g.finish(now)
	return nil
}

// tellShort tells a household what is missing of a part, and how much of that
// came as something like it.
func (g *GroupBuy) tellShort(part Part, s *Served) {
	missing, instead := s.Quantity-s.Received, g.insteadOf(part)
	cause := part.Delivery + "/" + part.Item + "/" + part.Lot
	if instead > 0 {
		g.effect("substituted", part.Household, cause, map[string]int64{"units": instead, "missing": missing})
	}
	if missing > instead {
		g.effect("short", part.Household, cause, map[string]int64{"missing": missing - instead, "units": s.Quantity})
	}
}

// outcomeShort is a part of which nothing was in the delivery.
const outcomeShort = "short"

func (g *GroupBuy) part(p Part) *Served {
	l := g.line(p.Household, p.Item)
	if l == nil {
		return nil
	}
	for i := range l.Served {
		if l.Served[i].Delivery == p.Delivery && l.Served[i].Lot == p.Lot {
			return &l.Served[i]
		}
	}
	return nil
}

func partUnknown(p Part) error {
	return fault.New(fault.NotFound, "parcel_unknown", "%s gets nothing of %s from %s.", p.Household, p.Item, p.Delivery).With("household", p.Household)
}

// Hand writes down how a parcel's way ended and how many units changed hands.
// An empty outcome opens it again. The round is done when every parcel has one.
func (g *GroupBuy) Hand(part Part, handed int64, outcome string, now time.Time) error {
	if g.State == Cancelled {
		return nil
	}
	s := g.part(part)
	if s == nil {
		return partUnknown(part)
	}
	if g.State != Delivering && g.State != Done {
		return g.wrongState("handed over")
	}
	if handed < 0 || handed > s.Received || outcome == "" && handed > 0 {
		return fault.New(fault.Conflict, "handed_above_received", "%d units cannot be handed over where %d arrived.", handed, s.Received).
			With("handed", handed).With("received", s.Received)
	}
	if s.Outcome == outcome && s.Handed == handed {
		return nil
	}
	s.Handed, s.Outcome = handed, outcome
	g.MoneyChanged(part.Household)
	g.finish(now)
	return nil
}

// finish tells a round whose parcels all have an outcome from one that waits for some.
func (g *GroupBuy) finish(now time.Time) {
	open := false
	g.parts(func(_ string, s *Served) { open = open || s.Outcome == "" })
	switch {
	case !open && g.State != Done:
		g.State = Done
		g.note(now, "done", "", "")
		g.effect("round_done", "", "", nil)
		g.MoneyChanged("")
	case open && g.State == Done:
		g.State = Delivering
		g.note(now, "reopened", "", "")
		g.MoneyChanged("")
	}
	g.schedule(now)
}
