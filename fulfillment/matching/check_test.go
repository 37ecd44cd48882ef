package matching

import (
	"encoding/json"
	"strings"
	"testing"
)

// checkable is a market and its best plan: six of seven eggs, in one trip.
func checkable(t *testing.T) (*Market, Plan) {
	t.Helper()
	m := short(Equal, 3, 3)
	m.Lots[0].MinPerDrop, m.Lots[0].Case = 2, 2
	m.Suppliers[0].MaxTrips, m.Suppliers[0].TripGrams, m.Suppliers[0].Windows = 1, 60, []string{"am"}
	m.Products[0].Grams, m.Products[0].Millilitres = 10, 5
	m.Gates[0].MaxTrips, m.Gates[0].MaxMillilitres, m.Gates[0].Windows = 1, 30, []string{"am", "pm"}
	p := solve(t, m, Options{Iterations: 20})
	if len(p.Drops) != 1 || p.Drops[0].Lots[0].Quantity != 6 {
		t.Fatalf("%+v", p)
	}
	return m, p
}

// TestTheCheckerFindsEveryBrokenRule tightens one rule at a time under a plan
// that kept it, or changes what the plan tells.
func TestTheCheckerFindsEveryBrokenRule(t *testing.T) {
	for want, spoil := range map[string]func(m *Market, p *Plan){
		"the lot l gives 6 of 5":              func(m *Market, p *Plan) { m.Lots[0].Available = 5 },
		"under its minimum of 8":              func(m *Market, p *Plan) { m.Lots[0].MinPerDrop = 8 },
		"not whole cases of 4":                func(m *Market, p *Plan) { m.Lots[0].Case = 4 },
		"above its cap of 9":                  func(m *Market, p *Plan) { m.Demands[0].MaxUnitPrice = 9 },
		"tells 6 of l at 10 and gives 6 at 8": func(m *Market, p *Plan) { m.Lots[0].Tiers = append(m.Lots[0].Tiers, Tier{6, 8}) },
		"60 grams in 1 trips of 59":           func(m *Market, p *Plan) { m.Suppliers[0].TripGrams = 59 },
		"30 millilitres in 1 trips of 29":     func(m *Market, p *Plan) { m.Suppliers[0].TripMillilitres = 29 },
		"receives 30 millilitres of 29":       func(m *Market, p *Plan) { m.Gates[0].MaxMillilitres = 29 },
		"makes 2 trips of 1":                  func(m *Market, p *Plan) { p.Drops[0].Trips = 2 },
		`the window "am" is not shared`:       func(m *Market, p *Plan) { m.Gates[0].Windows = []string{"pm"} },
		"out of reach":                        func(m *Market, p *Plan) { m.Suppliers[0].Reach = nil },
		"the demand d0 is pinned to other": func(m *Market, p *Plan) {
			m.Demands[0].Lot = "other"
			m.Lots = append(m.Lots, Lot{ID: "other", Supplier: "s", Product: "egg", Tiers: []Tier{{1, 1}}})
		},
		"the demand d0 gets 3 of 2":                   func(m *Market, p *Plan) { m.Demands[0].Quantity = 2 },
		"the demand d0 misses 1 and the plan tells 0": func(m *Market, p *Plan) { m.Demands[0].Quantity = 4 },
		"listed twice for the window":                 func(m *Market, p *Plan) { p.Drops = append(p.Drops, p.Drops[0]) },
		"the plan tells a value of 1":                 func(m *Market, p *Plan) { p.Value = 1 },
		"is under the value":                          func(m *Market, p *Plan) { p.Bound = p.Value - 1 },
	} {
		m, p := checkable(t)
		text, _ := json.Marshal(p)
		p = Plan{}
		_ = json.Unmarshal(text, &p)
		spoil(m, &p)
		if err := Check(m, &p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
