package fulfillment

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"baimi/app/db"
	"baimi/app/fault"
	"baimi/fulfillment/matching"
)

// Part is what a market holds of one gate: what is wanted there, what comes, and
// what does not and why. One part without a gate holds the rest: what is sold, by
// whom, and what the plan is worth. A part is written once and never changed: where
// a plan changes a gate, its draft has a part of its own for it, and the market then
// names that one. It is bounded by a gate's orders of one market.
type Part struct {
	db.Doc
	Market  string          `json:"market"`
	Draft   int64           `json:"draft"`
	Gate    string          `json:"gate"`
	Problem matching.Market `json:"problem"`
	Plan    matching.Plan   `json:"plan"`
}

// theRest stands for a gate in the name of the part that has none.
const theRest = "*"

func partID(market string, draft int64, gate string) string {
	return fmt.Sprintf("%s.%d.%s", market, draft, gate)
}

func (p *Part) same(o *Part) bool {
	return slices.Equal(p.Problem.Demands, o.Problem.Demands) && slices.EqualFunc(p.Plan.Unserved, o.Plan.Unserved, alike) &&
		slices.EqualFunc(p.Plan.Drops, o.Plan.Drops, func(a, b matching.Drop) bool { return same(&a, &b) && a.Supplier == b.Supplier && a.Window == b.Window })
}

// alike tells whether two say the same of what is missing. How many units others want
// in reach changes with each order in the city: it is told anew with what else changes.
func alike(a, b matching.Unserved) bool {
	a.Detail.Wanted = b.Detail.Wanted
	return a == b
}

// Allocation is a market with what it has frozen and who gets what: all its parts
// put together. What it holds is shared and only read.
type Allocation struct {
	Market
	Problem matching.Market `json:"problem"`
	Plan    matching.Plan   `json:"plan"`
}

// Kept is a draft whose parts are written, for the market to name them.
type Kept struct {
	Draft int64
	Parts map[string]int64
	Sums  Sums
}

// Sums are a market's totals.
type Sums struct {
	Value  int64 `json:"value"`  // of the plan, minor units
	Bound  int64 `json:"bound"`  // no plan is worth more
	Wanted int64 `json:"wanted"` // units
	Served int64 `json:"served"` // units
	Rounds int   `json:"rounds"`
}

// Allocation reads a market with its parts, or fault.NotFound "not_found".
func (f *Fulfillment) Allocation(ctx context.Context, id string) (*Allocation, error) {
	for {
		m, err := f.Markets.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		a, err := f.allocation(ctx, m)
		if fault.KindOf(err) != fault.NotFound {
			return a, err
		}
		now, gone := f.Markets.Look(ctx, id)
		if gone != nil || now.Rev == m.Rev {
			return nil, err
		} // else it has been planned again meanwhile, and its old parts are gone
	}
}

func (f *Fulfillment) allocation(ctx context.Context, m Market) (*Allocation, error) {
	a := &Allocation{Market: m}
	if m.Whole != nil {
		a.Problem, a.Plan = m.Whole.Problem, m.Whole.Plan
		return a, nil
	}
	draft, written := m.Parts[theRest]
	if !written {
		return a, nil
	}
	rest, err := f.parts.Look(ctx, partID(m.ID, draft, theRest))
	if err != nil {
		return nil, err
	}
	a.Problem, a.Plan = rest.Problem, rest.Plan
	parts, demands, drops, unserved := []*Part{}, 0, 0, 0
	for _, g := range rest.Problem.Gates {
		draft, written := m.Parts[g.ID]
		if !written {
			continue
		}
		p, err := f.parts.Look(ctx, partID(m.ID, draft, g.ID))
		if err != nil {
			return nil, err
		}
		parts = append(parts, p)
		demands, drops, unserved = demands+len(p.Problem.Demands), drops+len(p.Plan.Drops), unserved+len(p.Plan.Unserved)
	}
	a.Problem.Demands = make([]matching.Demand, 0, demands)
	a.Plan.Drops, a.Plan.Unserved = make([]matching.Drop, 0, drops), make([]matching.Unserved, 0, unserved)
	for _, p := range parts {
		a.Problem.Demands = append(a.Problem.Demands, p.Problem.Demands...)
		a.Plan.Drops = append(a.Plan.Drops, p.Plan.Drops...)
		a.Plan.Unserved = append(a.Plan.Unserved, p.Plan.Unserved...)
	}
	return a, nil
}

// split takes an allocation apart, by gate.
func (a *Allocation) split() map[string]*Part {
	rest := &Part{Problem: a.Problem, Plan: a.Plan}
	rest.Problem.Demands, rest.Plan.Drops, rest.Plan.Unserved = nil, nil, nil
	parts, gateOf, wanted := map[string]*Part{theRest: rest}, make(map[string]string, len(a.Plan.Unserved)), map[string]int{}
	for i := range a.Problem.Demands {
		wanted[a.Problem.Demands[i].Gate]++
	}
	at := func(gate string) *Part {
		if parts[gate] == nil {
			parts[gate] = &Part{Problem: matching.Market{Demands: make([]matching.Demand, 0, wanted[gate])}}
		}
		return parts[gate]
	}
	for _, u := range a.Plan.Unserved {
		gateOf[u.Demand] = ""
	}
	for _, d := range a.Problem.Demands {
		p := at(d.Gate)
		p.Problem.Demands = append(p.Problem.Demands, d)
		if _, missing := gateOf[d.ID]; missing {
			gateOf[d.ID] = d.Gate
		}
	}
	for _, d := range a.Plan.Drops {
		p := at(d.Gate)
		p.Plan.Drops = append(p.Plan.Drops, d)
	}
	for _, u := range a.Plan.Unserved {
		p := at(gateOf[u.Demand])
		p.Plan.Unserved = append(p.Plan.Unserved, u)
	}
	return parts
}

func (a *Allocation) sums() Sums {
	s, rounds := Sums{Value: a.Plan.Value, Bound: a.Plan.Bound}, map[string]bool{}
	for i := range a.Problem.Demands {
		s.Wanted += a.Problem.Demands[i].Quantity
		rounds[a.Problem.Demands[i].Group] = true
	}
	for i := range a.Plan.Drops {
		for _, l := range a.Plan.Drops[i].Lots {
			s.Served += l.Quantity
		}
	}
	s.Rounds = len(rounds)
	return s
}

// begin gives a market the number of its next draft; what changes from here on is
// not in it. What a draft has left that was broken off is deleted.
func (f *Fulfillment) begin(ctx context.Context, a *Allocation) error {
	m, err := f.Markets.Update(ctx, a.ID, func(m *Market) error { m.Again = false; m.Draft++; return nil })
	if err != nil {
		return err
	}
	a.Market = m
	if m.Draft-1 == m.Parts[theRest] {
		return nil
	}
	left := []string{}
	for p, err := range f.parts.Find(ctx, db.Where("market", m.ID)) {
		if err != nil {
			return err
		}
		if named, kept := m.Parts[p.Gate]; p.Draft < m.Draft && !(kept && named == p.Draft) {
			left = append(left, p.ID)
		}
	}
	return f.forget(ctx, left)
}

// keep writes the parts of a draft that differ from those of the market.
func (f *Fulfillment) keep(ctx context.Context, a *Allocation) (Kept, error) {
	k, fresh, parts := Kept{Draft: a.Draft, Parts: map[string]int64{}, Sums: a.sums()}, []Part{}, a.split()
	for _, gate := range slices.Sorted(maps.Keys(parts)) {
		p := parts[gate]
		if draft, written := a.Parts[gate]; written && gate != theRest {
			was, err := f.parts.Look(ctx, partID(a.ID, draft, gate))
			if err != nil {
				return k, err
			}
			if p.same(was) {
				k.Parts[gate] = draft
				continue
			}
		}
		p.ID, p.Market, p.Draft, p.Gate = partID(a.ID, a.Draft, gate), a.ID, a.Draft, gate
		k.Parts[gate] = a.Draft
		fresh = append(fresh, *p)
	}
	return k, each(ctx, fresh, func(ctx context.Context, p *Part) error {
		_, err := f.parts.Insert(ctx, *p)
		return err
	})
}

// name has the market name the parts of a draft; those in whose place they are can
// be deleted once it is carried out.
func (m *Market) name(k Kept) {
	for gate, draft := range m.Parts {
		if k.Parts[gate] != draft {
			m.Old = append(m.Old, partID(m.ID, draft, gate))
		}
	}
	slices.Sort(m.Old)
	m.Parts, m.Sums, m.Whole = k.Parts, k.Sums, nil
}

func (f *Fulfillment) forget(ctx context.Context, parts []string) error {
	return each(ctx, parts, func(ctx context.Context, id *string) error {
		err := f.parts.Delete(ctx, *id)
		if fault.KindOf(err) == fault.NotFound {
			return nil
		}
		return err
	})
}

// carryMarket puts what a market held in itself into one part that it still holds.
func carryMarket(_ int, object map[string]any) error {
	whole := map[string]any{"problem": object["problem"], "plan": object["plan"]}
	text, err := json.Marshal(whole)
	if err != nil {
		return err
	}
	var a Allocation
	if err := json.Unmarshal(text, &a); err != nil {
		return err
	}
	delete(object, "problem")
	delete(object, "plan")
	object["whole"], object["sums"] = whole, a.sums()
	return nil
}
