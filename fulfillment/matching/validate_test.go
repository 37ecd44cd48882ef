package matching

import (
	"errors"
	"testing"
)

func TestABadMarketIsRefusedWithASentenceThatNamesThePlace(t *testing.T) {
	good := func() *Market { return short(Equal, 2, 3) }
	for want, spoil := range map[string]func(m *Market){
		`demand "d1": quantity is negative (-3)`:                                                                    func(m *Market) { m.Demands[1].Quantity = -3 },
		`demand "d1": is at the unknown gate "x"`:                                                                   func(m *Market) { m.Demands[1].Gate = "x" },
		`demand "d1": asks for the unknown product "x"`:                                                             func(m *Market) { m.Demands[1].Product = "x" },
		`demand "d1": is pinned to the unknown lot "x"`:                                                             func(m *Market) { m.Demands[1].Lot = "x" },
		`demand "d0": is listed twice, in places 1 and 2`:                                                           func(m *Market) { m.Demands[1].ID = "d0" },
		`demand "d1": priority 5 is above 4`:                                                                        func(m *Market) { m.Demands[1].Priority = 5 },
		`demand "d1": max_unit_price overflows (4611686018427387904; at most 4503599627370496)`:                     func(m *Market) { m.Demands[1].MaxUnitPrice = 1 << 62 },
		`demand "d1": the amounts overflow: the market is worth, weighs or holds more than 4503599627370496 in all`: func(m *Market) { m.Demands[1].MaxUnitPrice = 1 << 51 },
		`demand "d1": quantity overflows: the market asks for more than 2147483647 units in all`:                    func(m *Market) { m.Demands[1].Quantity = 1 << 40 },
		`lot "l": tier 2 is out of order: it starts at 1, the one before at 1`:                                      func(m *Market) { m.Lots[0].Tiers = []Tier{{1, 5}, {1, 4}} },
		`lot "l": tier 2 is out of order: its price 6 is above the 5 of a smaller drop`:                             func(m *Market) { m.Lots[0].Tiers = []Tier{{1, 5}, {9, 6}} },
		`lot "l": has no price tier`:                                                                                func(m *Market) { m.Lots[0].Tiers = nil },
		`lot "l": available is negative (-1)`:                                                                       func(m *Market) { m.Lots[0].Available = -1 },
		`lot "l": is of the unknown supplier "x"`:                                                                   func(m *Market) { m.Lots[0].Supplier = "x" },
		`supplier "s": reaches the unknown gate "x"`:                                                                func(m *Market) { m.Suppliers[0].Reach[0].Gate = "x" },
		`gate 1: has no id`: func(m *Market) { m.Gates[0].ID = "" },
		`rule: "fair" is none of equal, proportional, lottery, first`: func(m *Market) { m.Rule = "fair" },
	} {
		m := good()
		spoil(m)
		var bad *Invalid
		if err := m.Validate(); !errors.As(err, &bad) || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if err := good().Validate(); err != nil {
		t.Errorf("a good market: %v", err)
	}
}

func TestALotThatNobodyCanHaveIsDoubted(t *testing.T) {
	m := short(Equal, 2)
	m.Lots[0].Case = 12
	if d := m.Doubts(); len(d) != 1 || d[0] != `lot "l": a case of 12 is larger than the stock of 7` {
		t.Errorf("doubts %q", d)
	}
}
