package matching

import (
	"fmt"
	"reflect"
	"testing"
)

// neighbours is two buildings behind one gate that want eggs.
func neighbours(wanted ...int64) *Market {
	m := &Market{Products: []Product{{ID: "egg"}}, Gates: []Gate{{ID: "g"}},
		Suppliers: []Supplier{{ID: "s", Reach: []Reach{{Gate: "g"}}}},
		Lots: []Lot{{ID: "l", Supplier: "s", Product: "egg", Available: 100, Case: 2, MinPerDrop: 9,
			Tiers: []Tier{{1, 50}, {31, 40}}}}}
	for i, q := range wanted {
		m.Demands = append(m.Demands, Demand{ID: fmt.Sprint("d", i), Gate: "g", Group: fmt.Sprint("b", i), Household: "h", Product: "egg", Quantity: q, MaxUnitPrice: 60})
	}
	return m
}

func TestADropTellsHowFarTheNextPriceIs(t *testing.T) {
	m := neighbours(12, 13)
	p := solve(t, m, Options{Iterations: 10})
	want := []NextTier{{Gate: "g", Lot: "l", Quantity: 24, Short: 8, UnitPrice: 50, NextPrice: 40}}
	if got := NextTiers(m, &p); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	m.Lots[0].Available = 30
	if got := NextTiers(m, &p); len(got) != 0 {
		t.Errorf("a price that the stock cannot reach is advised: %+v", got)
	}
}

func TestGroupsThatReachAMinimumOnlyTogetherArePooled(t *testing.T) {
	want := []Pool{{Gate: "g", Lot: "l", Minimum: 10, UnitPrice: 50, Groups: []Share{{"b1", 6}, {"b0", 4}}}}
	if got := Pools(neighbours(4, 6)); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for _, wanted := range [][]int64{{4, 5}, {4, 10}, {12}} {
		if got := Pools(neighbours(wanted...)); len(got) != 0 {
			t.Errorf("%v: %+v", wanted, got)
		}
	}
}

func TestGroupsThatShareHouseholdsAreWorthMerging(t *testing.T) {
	m := neighbours(1, 1, 1, 1)
	m.Demands[3].Household = "other"
	want := []Merge{{Gate: "g", Groups: []string{"b0", "b1", "b2"}, FewerTrips: 2}}
	if got := Merges(m); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
