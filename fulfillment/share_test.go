package fulfillment

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"baimi/fulfillment/matching"
)

func TestShare(t *testing.T) {
	claims := []Claim{{Household: "a", Quantity: 4}, {Household: "b", Quantity: 4}, {Household: "c", Quantity: 2}}
	for _, row := range []struct {
		rule matching.Rule
		have int64
		want []int64
	}{
		{matching.Proportional, 5, []int64{2, 2, 1}},
		{matching.First, 5, []int64{4, 1, 0}},
		{matching.Equal, 6, []int64{2, 2, 2}},
		{matching.Equal, 10, []int64{4, 4, 2}},
		{matching.Lottery, 0, []int64{0, 0, 0}},
	} {
		if got := Share(row.rule, 7, row.have, claims); !slices.Equal(got, row.want) {
			t.Errorf("%s of %d: %v, want %v", row.rule, row.have, got, row.want)
		}
	}
	twice := []Claim{{Household: "a", Quantity: 4}, {Household: "a", Quantity: 4}, {Household: "b", Quantity: 4}}
	if got := Share(matching.Equal, 7, 6, twice); got[0]+got[1] != 3 || got[2] != 3 {
		t.Errorf("a household that asks twice has one share: %v", got)
	}
	rounds := []Claim{{Household: "a", Quantity: 4, Group: "g"}, {Household: "b", Quantity: 4, Group: "h", Rule: matching.First}, {Household: "c", Quantity: 4, Group: "h", Rule: matching.First}}
	if got := Share(matching.Equal, 7, 6, rounds); !slices.Equal(got, []int64{2, 4, 0}) {
		t.Errorf("a round shares by its own rule what the market's rule gives it: %v", got)
	}
	needy := []Claim{{Household: "a", Quantity: 4}, {Household: "b", Quantity: 4, Priority: 3}}
	if got := Share(matching.First, 7, 5, needy); !slices.Equal(got, []int64{1, 4}) {
		t.Errorf("a household with a need comes first: %v", got)
	}
}

func TestSharesAddUpWhateverIsShort(t *testing.T) {
	draw := rand.New(rand.NewPCG(3, 3))
	rules := []matching.Rule{matching.Equal, matching.Proportional, matching.Lottery, matching.First}
	groups := []string{"g0", "g1", "g2"}
	for range 2000 {
		var claims []Claim
		var asked int64
		for i := range draw.IntN(12) {
			claims = append(claims, Claim{Household: fmt.Sprint(i), Quantity: 1 + draw.Int64N(6), Priority: draw.Int64N(5), Group: groups[i%3], Rule: rules[i%3]})
			asked += claims[i].Quantity
		}
		rule, have, seed := rules[draw.IntN(4)], draw.Int64N(50), draw.Int64()
		got := Share(rule, seed, have, claims)
		var sum int64
		for i, n := range got {
			if sum += n; n < 0 || n > claims[i].Quantity {
				t.Fatalf("%s of %d: %v of %v", rule, have, got, claims)
			}
		}
		if sum != min(have, asked) || !slices.Equal(got, Share(rule, seed, have, claims)) {
			t.Fatalf("%s of %d: %v of %v", rule, have, got, claims)
		}
	}
}
