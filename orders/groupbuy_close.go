package orders

import (
	"cmp"
	"slices"
	"time"

	"baimi/app/fault"
)

// Due tells whether the round's closing time has come.
func (g *GroupBuy) Due(now time.Time) bool { return g.State == Open && !now.Before(g.Closes) }

// Close ends the ordering when its time has come. Below the minimum the outcome
// that the round opened with happens by itself:
//
//	units       | on_fail | extended | becomes
//	none        | any     | any      | failed
//	below       | pool    | any      | closed
//	below       | extend  | no       | open until extend_seconds later
//	below       | extend  | yes      | failed
//	below       | refund  | any      | failed
//	at least it | any     | any      | closed
//
// Priorities are those of the households with needs, which go first when stock
// is short.
func (g *GroupBuy) Close(priorities map[string]int64, now time.Time) error {
	if !g.Due(now) {
		return fault.New(fault.Conflict, "round_not_due", "The round is %s, until %s.", g.State, g.Closes.Format(time.RFC3339)).
			With("state", string(g.State)).With("closes", g.Closes)
	}
	units := g.ordered("").units
	below := units < g.Minimum
	switch {
	case units == 0, below && g.OnFail == Refund, below && g.OnFail == Extend && g.Extended:
		g.fail(now)
	case below && g.OnFail == Extend:
		g.extend(now)
	default:
		g.closeUp("", priorities, now)
	}
	g.schedule(now)
	return nil
}

// CloseByHand ends the ordering early. Below the minimum of a round that is not
// pooled it is refused: the leader may wait, or cancel.
func (g *GroupBuy) CloseByHand(by string, priorities map[string]int64, now time.Time) error {
	if g.State == Closed {
		return nil
	}
	if g.State != Open {
		return g.wrongState("closed")
	}
	units := g.ordered("").units
	if least := max(g.Minimum, 1); units < least && (g.OnFail != Pool || units == 0) {
		return fault.New(fault.Conflict, "minimum_missing", "%d of %d packs are ordered. Wait for more, or cancel the round.", units, least).
			With("units", units).With("minimum", least).With("to_go", least-units)
	}
	g.Closes = now.UTC()
	g.closeUp(by, priorities, now)
	g.schedule(now)
	return nil
}

func (g *GroupBuy) fail(now time.Time) {
	g.State = Failed
	g.note(now, "failed", "", "")
	g.effect("round_failed", "", "", map[string]int64{"units": g.ordered("").units, "minimum": g.Minimum})
	g.turnAway()
	g.MoneyChanged("")
}

func (g *GroupBuy) extend(now time.Time) {
	g.Extended = true
	g.Closes = now.UTC().Add(time.Duration(g.ExtendSeconds) * time.Second)
	g.note(now, "extended", "", "")
	units := g.ordered("").units
	g.effect("round_extended", "", "", map[string]int64{"units": units, "minimum": g.Minimum, "to_go": g.Minimum - units})
}

func (g *GroupBuy) closeUp(by string, priorities map[string]int64, now time.Time) {
	g.turnAway()
	g.fillCases()
	for i := range g.Participants {
		g.Participants[i].Priority = priorities[g.Participants[i].Household]
	}
	g.State = Closed
	g.note(now, "closed", by, "")
	if g.Leftover != nil {
		g.serveLeftover(now)
	}
	g.tellClosed()
	g.MoneyChanged("")
}

// tellClosed says too when the minimum was missed and the neighbours' rounds are to make up for it.
func (g *GroupBuy) tellClosed() {
	units := g.ordered("").units
	if units < g.Minimum {
		g.effect("round_pooled", "", "", map[string]int64{"units": units, "minimum": g.Minimum, "to_go": g.Minimum - units})
		return
	}
	g.effect("round_closed", "", "", map[string]int64{"units": units})
}

// turnAway tells those who still wait that there is no room for them.
func (g *GroupBuy) turnAway() {
	for _, p := range g.Waiting {
		g.effect("wait_in_vain", p.Household, "", nil)
	}
}

// fillCases fills each item's last case from what households would take extra,
// unit by unit to whoever has paid least extra so far (at the price cap), first
// come first where that is equal. A case that cannot be filled costs nobody
// anything.
func (g *GroupBuy) fillCases() {
	t := g.ordered("")
	cost := map[string]int64{}
	for i, it := range g.Items {
		n := missing(t.items[i], it.CaseSize)
		fits := (g.SortingSpace == 0 || t.units+n <= g.SortingSpace) && (it.Most == 0 || t.items[i]+n <= it.Most)
		if n == 0 || !fits || n > g.willing()[i] {
			continue
		}
		for range n {
			g.oneMore(it, cost)
		}
		t.units += n
	}
}

// oneMore gives one extra unit of an item to the household with the least extra cost.
func (g *GroupBuy) oneMore(it Item, cost map[string]int64) {
	var line *Line
	var who *Participant
	for i := range g.Participants {
		p := &g.Participants[i]
		j := slices.IndexFunc(p.Lines, func(l Line) bool { return l.Item == it.ID })
		if j < 0 || p.Lines[j].Tolerance == 0 || g.allowance(p, &p.Lines[j]) == 0 {
			continue
		}
		if who == nil || cmp.Or(cmp.Compare(cost[p.Household], cost[who.Household]), p.Joined.Compare(who.Joined)) < 0 {
			who, line = p, &p.Lines[j]
		}
	}
	line.Extra++
	cost[who.Household] += it.UnitCap
}
