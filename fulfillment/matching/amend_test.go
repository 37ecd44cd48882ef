package matching

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"
)

// evening is a market of some 10,000 orders.
func evening() *Market {
	return generate(size{gates: 200, suppliers: 60, products: 20, linesPerGate: 50, lotsPerSupplier: 4, reach: 60, stock: 0.9}, 11)
}

func TestKeptDropsStayAsTheyAre(t *testing.T) {
	m := generate(size{gates: 20, suppliers: 10, products: 6, linesPerGate: 12, lotsPerSupplier: 3, reach: 12, stock: 0.9, limits: true}, 2)
	before := solve(t, m, Options{Iterations: 500})
	keep := before.Drops[:len(before.Drops)/2]
	m.Demands = append(m.Demands, Demand{ID: "late", Gate: "g1", Product: "p1", Quantity: 3, MaxUnitPrice: 99999})
	for i := range m.Lots {
		if !slices.ContainsFunc(keep, func(d Drop) bool { return d.Supplier == m.Lots[i].Supplier }) {
			m.Lots[i].Available /= 2
		}
	}
	after, err := Amend(context.Background(), m, before, keep, Options{Iterations: 200})
	if err != nil {
		t.Fatal(err)
	}
	if err := Check(m, &after); err != nil {
		t.Fatal(err)
	}
	want, _ := json.Marshal(keep)
	got, _ := json.Marshal(after.Drops[:len(keep)])
	if string(want) != string(got) {
		t.Errorf("kept drops changed:\n%s\n%s", want, got)
	}
}

func TestAWindowThatADropUnderWayHasTakenIsTheReason(t *testing.T) {
	m := short(Equal, 3)
	keep := []Drop{{Supplier: "s", Gate: "g", Trips: 1, Lots: []DropLot{{"l", 1, 10}}, Served: []Served{{"d0", "l", 1}}}}
	p := solve(t, m, Options{Iterations: 10, Keep: keep})
	if len(p.Unserved) != 1 || p.Unserved[0].Quantity != 2 || p.Unserved[0].Reason != NoWindow {
		t.Errorf("unserved %+v", p.Unserved)
	}
}

func TestDropsThatDoNotFitAreNotKept(t *testing.T) {
	m := short(Equal, 3, 3)
	p := solve(t, m, Options{Iterations: 10})
	m.Lots[0].Available = 2
	if _, err := Solve(context.Background(), m, Options{Keep: p.Drops}); err == nil || err.Error() != "the drops to keep do not fit the market: the lot l gives 6 of 2" {
		t.Errorf("got %v", err)
	}
}

func TestOneChangeAmongTenThousandOrdersLeavesTheOthersAlone(t *testing.T) {
	m := evening()
	before := solve(t, m, Options{Iterations: 3000})
	keep := before.Drops[10:40]
	lot := slices.IndexFunc(m.Lots, func(l Lot) bool {
		in := func(d Drop) bool { return slices.ContainsFunc(d.Lots, func(x DropLot) bool { return x.Lot == l.ID }) }
		return slices.ContainsFunc(before.Drops, in) && !slices.ContainsFunc(keep, in)
	})
	for name, change := range map[string]func(){
		"an order more": func() {
			m.Demands = append(m.Demands, Demand{ID: "late", Gate: "g7", Household: "late", Product: m.Lots[lot].Product, Quantity: 2, MaxUnitPrice: 20_000})
		},
		"a lot less": func() { m.Lots[lot].Available = 0 },
	} {
		change()
		begun := time.Now()
		after, err := Amend(context.Background(), m, before, keep, Options{Budget: 80 * time.Millisecond, Iterations: 50})
		spent := time.Since(begun)
		if err != nil {
			t.Fatal(err)
		}
		if err := Check(m, &after); err != nil {
			t.Fatal(err)
		}
		if after.Value < before.Value*95/100 {
			t.Errorf("%s: the value fell from %d to %d", name, before.Value, after.Value)
		}
		t.Logf("%s: %v, %d drops of %d as before", name, spent, same(before, after), len(before.Drops))
		if n := same(before, after); n < len(before.Drops)*9/10 {
			t.Errorf("%s: only %d of %d drops are as before", name, n, len(before.Drops))
		}
	}
}

// same counts drops that are equal in two plans.
func same(a, b Plan) (n int) {
	seen := map[string]bool{}
	for i := range a.Drops {
		text, _ := json.Marshal(a.Drops[i])
		seen[string(text)] = true
	}
	for i := range b.Drops {
		if text, _ := json.Marshal(b.Drops[i]); seen[string(text)] {
			n++
		}
	}
	return n
}

// TestALotThatIsGoneIsReplacedByADearerOne takes the only lot of a plan away.
func TestALotThatIsGoneIsReplacedByADearerOne(t *testing.T) {
	m := short(Equal, 3, 3)
	m.Suppliers[0].Reach[0].TripCost = 1
	m.Lots = append(m.Lots, m.Lots[0])
	m.Lots[1].ID, m.Lots[1].Tiers = "dear", []Tier{{1, m.Lots[0].Tiers[0].UnitPrice + 1}}
	before := solve(t, m, Options{Iterations: 10})
	m.Lots[0].Available = 0
	after, err := Amend(context.Background(), m, before, nil, Options{Iterations: 10})
	if err != nil {
		t.Fatal(err)
	}
	if len(before.Unserved) != 0 || len(after.Unserved) != 0 || after.Drops[0].Lots[0].Lot != "dear" {
		t.Errorf("before %+v, after %+v", before, after)
	}
}
