package matching

import (
	"fmt"
	"slices"
	"testing"
)

// short is a market where 7 units meet demands of equal worth.
func short(rule Rule, quantities ...int64) *Market {
	m := &Market{Rule: rule, Seed: 7, Products: []Product{{ID: "egg"}}, Gates: []Gate{{ID: "g"}},
		Suppliers: []Supplier{{ID: "s", Reach: []Reach{{Gate: "g"}}}},
		Lots:      []Lot{{ID: "l", Supplier: "s", Product: "egg", Available: 7, Tiers: []Tier{{1, 10}}}}}
	for i, q := range quantities {
		m.Demands = append(m.Demands, Demand{ID: fmt.Sprint("d", i), Household: fmt.Sprint("h", i), Gate: "g", Product: "egg", Quantity: q, MaxUnitPrice: 100})
	}
	return m
}

func received(m *Market, p Plan) []int64 {
	got := make([]int64, len(m.Demands))
	for _, d := range p.Drops {
		for _, s := range d.Served {
			got[slices.IndexFunc(m.Demands, func(d Demand) bool { return d.ID == s.Demand })] += s.Quantity
		}
	}
	return got
}

func TestScarceUnitsAreSharedByTheRule(t *testing.T) {
	for _, c := range []struct {
		rule  Rule
		asked []int64
		want  []int64 // nil: sorted is checked instead
	}{
		{Equal, []int64{5, 5, 1}, []int64{3, 3, 1}},
		{Equal, []int64{2, 9}, []int64{2, 5}},
		{First, []int64{5, 5, 5}, []int64{5, 1, 1}},        // everybody's first unit counts twice
		{Proportional, []int64{9, 3, 1}, []int64{4, 2, 1}}, // 4 after the first units, by 9:3:1 of what is asked
		{"", []int64{3, 3, 3, 3}, nil},
	} {
		t.Run(fmt.Sprint(c.rule, c.asked), func(t *testing.T) {
			m := short(c.rule, c.asked...)
			got := received(m, solve(t, m, Options{Iterations: 10}))
			if c.want == nil {
				slices.Sort(got)
				c.want = []int64{1, 2, 2, 2}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("shared %v, want %v", got, c.want)
			}
		})
	}
}

// TestAGroupSharesItsOwnWay: of seven units the rule gives each of two groups what it
// would have without rules of their own, and each shares that in its own way.
func TestAGroupSharesItsOwnWay(t *testing.T) {
	m := short(Equal, 4, 4, 4, 4)
	for i := range m.Demands {
		m.Demands[i].Group = fmt.Sprint("g", i/2)
	}
	groups := func(got []int64) [2]int64 { return [2]int64{got[0] + got[1], got[2] + got[3]} }
	before := received(m, solve(t, m, Options{Iterations: 10}))
	m.Demands[2].Rule, m.Demands[3].Rule = First, First
	got := received(m, solve(t, m, Options{Iterations: 10}))
	if groups(got) != groups(before) || got[2] != min(4, groups(got)[1]-1) || got[0]-got[1] > 1 || got[1]-got[0] > 1 {
		t.Errorf("%v, before %v", got, before)
	}
}

// TestTheFloorComesBeforeEveryRule: among demands of equal worth a household with a
// priority has a unit before the rule gives anybody else one, and worth stays.
func TestTheFloorComesBeforeEveryRule(t *testing.T) {
	for _, rule := range []Rule{Equal, Proportional, Lottery, First} {
		for seed := range int64(10) {
			m := short(rule, 9, 9, 2, 9)
			m.Seed, m.Lots[0].Available = seed, 2
			m.Demands[2].Priority, m.Demands[2].MaxUnitPrice = 1, 50
			if got := received(m, solve(t, m, Options{Iterations: 10})); got[2] != 1 {
				t.Errorf("%s, seed %d: 2 units went to %v, none to the priority", rule, seed, got)
			}
		}
		for seed := range uint64(6) {
			m := generate(size{gates: 5, suppliers: 4, products: 3, linesPerGate: 20, lotsPerSupplier: 2, reach: 4, stock: 0.4}, seed)
			for i := range m.Demands {
				m.Demands[i].MaxUnitPrice = 60_000 / (1 + m.Demands[i].Priority)
			}
			m.Rule = rule
			got := received(m, solve(t, m, Options{Iterations: 100}))
			for i, a := range m.Demands {
				for j, b := range m.Demands {
					if a.Gate == b.Gate && a.Product == b.Product && a.Priority > b.Priority && got[i] == 0 && got[j] > 0 {
						t.Errorf("%s, market %d: %+v has nothing and %+v has %d", rule, seed, a, b, got[j])
					}
				}
			}
		}
	}
}

// TestAHouseholdIsOneHoweverOftenItAsks: two demands of one household for one product
// are one share and one floor.
func TestAHouseholdIsOneHoweverOftenItAsks(t *testing.T) {
	m := short(Equal, 4, 4, 4)
	m.Demands[1].Household = "h0"
	if got := received(m, solve(t, m, Options{Iterations: 10})); min(got[0]+got[1], got[2]) != 3 {
		t.Errorf("7 units for two households, one of which asks twice: %v", got)
	}
	for _, rule := range []Rule{Equal, Proportional, Lottery, First} {
		m := short(rule, 4, 4, 4, 4)
		m.Lots[0].Available = 2
		for i := range m.Demands {
			m.Demands[i].MaxUnitPrice = 50
		}
		m.Demands[0].Priority, m.Demands[1].Priority, m.Demands[2].Priority = 1, 1, 1
		m.Demands[1].Household = "h0"
		if got := received(m, solve(t, m, Options{Iterations: 10})); got[0]+got[1] != 1 || got[2] != 1 {
			t.Errorf("%s: a unit for each household with a priority, of which one asks twice: %v", rule, got)
		}
	}
}

// TestATicketIsWhatAnybodyComputes: printf %s 7:A001/3/1-604 | sha256sum
func TestATicketIsWhatAnybodyComputes(t *testing.T) {
	if got := fmt.Sprintf("%x", Ticket(7, "A001/3/1-604")); got != "4b70612865f36ad348275d3214a5f81b0c38bb20568b3d37ea5fa35437a4d274" {
		t.Error(got)
	}
}

func TestALotteryCanBeReplayedFromItsSeed(t *testing.T) {
	m := short(Lottery, 3, 3, 3, 3)
	got := received(m, solve(t, m, Options{Iterations: 10}))
	order := []int{0, 1, 2, 3}
	slices.SortFunc(order, func(a, b int) int {
		x, y := Ticket(7, fmt.Sprint("h", a)), Ticket(7, fmt.Sprint("h", b))
		return slices.Compare(x[:], y[:])
	})
	want := make([]int64, 4)
	for place, i := range order {
		want[i] = []int64{3, 2, 1, 1}[place] // a first unit for each, then the draw
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, the replayed draw says %v", got, want)
	}
}

func TestEqualDemandsDifferByOneUnitAtMost(t *testing.T) {
	for seed := range uint64(30) {
		m := generate(size{gates: 6, suppliers: 4, products: 3, linesPerGate: 20, lotsPerSupplier: 2, reach: 5, stock: 0.6}, seed)
		m.Rule = Equal
		got := received(m, solve(t, m, Options{Iterations: 200}))
		type kind struct {
			gate, product string
			quantity, cap int64
			priority      int64
		}
		least, most := map[kind]int64{}, map[kind]int64{}
		for i, d := range m.Demands {
			k := kind{d.Gate, d.Product, d.Quantity, d.MaxUnitPrice, d.Priority}
			if lo, known := least[k]; !known || got[i] < lo {
				least[k] = got[i]
			}
			most[k] = max(most[k], got[i])
		}
		for k := range most {
			if most[k]-least[k] > 1 {
				t.Errorf("market %d: equal demands %v got %d and %d", seed, k, least[k], most[k])
			}
		}
	}
}
