package fulfillment

import (
	"cmp"
	"slices"

	"baimi/fulfillment/matching"
)

// Claim is what one household was to get of something that is now short.
type Claim struct {
	Household string
	Quantity  int64
	Priority  int64 // 1 to 4: served before the rule applies
	Group     string
	Rule      matching.Rule // by which the group shares what it gets; empty: as all do
}

// Share divides have units among the claims, in whole units and never more than
// a claim. Households with a need are served first, the greatest need before
// the others; the rule decides among equals. What a group gets it shares by its own rule.
func Share(rule matching.Rule, seed, have int64, claims []Claim) []int64 {
	got := shareAll(rule, seed, have, claims)
	done := map[string]bool{}
	for _, c := range claims {
		if own := c.Rule; own != "" && own != rule && !done[c.Group] {
			done[c.Group] = true
			shareAgain(own, seed, c.Group, claims, got)
		}
	}
	return got
}

func shareAgain(rule matching.Rule, seed int64, group string, claims []Claim, got []int64) {
	var at []int
	var of []Claim
	have := int64(0)
	for i, c := range claims {
		if c.Group == group {
			at, of, have = append(at, i), append(of, c), have+got[i]
		}
	}
	for k, n := range shareAll(rule, seed, have, of) {
		got[at[k]] = n
	}
}

func shareAll(rule matching.Rule, seed, have int64, claims []Claim) []int64 {
	got := make([]int64, len(claims))
	levels := []int64{}
	for _, c := range claims {
		if !slices.Contains(levels, c.Priority) {
			levels = append(levels, c.Priority)
		}
	}
	slices.SortFunc(levels, func(a, b int64) int { return cmp.Compare(b, a) })
	for _, level := range levels {
		var of []int
		for i, c := range claims {
			if c.Priority == level {
				of = append(of, i)
			}
		}
		have -= shareEqually(rule, seed, have, claims, of, got)
	}
	return got
}

func shareEqually(rule matching.Rule, seed, have int64, claims []Claim, of []int, got []int64) (given int64) {
	var asked int64
	for _, i := range of {
		asked += claims[i].Quantity
	}
	if asked <= have {
		for _, i := range of {
			got[i] = claims[i].Quantity
		}
		return asked
	}
	order := slices.Clone(of)
	if rule == matching.Equal || rule == matching.Lottery {
		order = drawn(seed, claims, of)
	}
	switch rule {
	case matching.Proportional:
		proportional(have, asked, claims, order, got)
	case matching.Lottery, matching.First:
		inTurn(have, claims, order, got)
	default:
		maxMin(have, claims, order, got)
	}
	return have
}

// drawn puts the claims in the order of their households in the seed's draw, which
// is the market's own.
func drawn(seed int64, claims []Claim, of []int) []int {
	order := slices.Clone(of)
	slices.SortStableFunc(order, func(a, b int) int {
		x, y := matching.Ticket(seed, claims[a].Household), matching.Ticket(seed, claims[b].Household)
		return slices.Compare(x[:], y[:])
	})
	return order
}

// inTurn fills one claim after another.
func inTurn(have int64, claims []Claim, order []int, got []int64) {
	for _, i := range order {
		got[i] = min(have, claims[i].Quantity)
		have -= got[i]
	}
}

// maxMin gives one unit to each household in turn, round after round, so that two
// who asked for as much differ by one unit at most.
func maxMin(have int64, claims []Claim, order []int, got []int64) {
	has := map[string]int64{}
	for round := int64(0); have > 0; round++ {
		for _, i := range order {
			if who := claims[i].Household; have > 0 && got[i] < claims[i].Quantity && has[who] <= round {
				got[i]++
				has[who]++
				have--
			}
		}
	}
}

// proportional gives each its share rounded down, and what is left to the
// largest remainders.
func proportional(have, asked int64, claims []Claim, order []int, got []int64) {
	left := have
	for _, i := range order {
		got[i] = have * claims[i].Quantity / asked
		left -= got[i]
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(have*claims[b].Quantity%asked, have*claims[a].Quantity%asked)
	})
	for _, i := range order[:left] {
		got[i]++
	}
}
