package matching

import "fmt"

// kept is what drops that are already under way have used of a market.
type kept struct {
	drops                                              []Drop
	lotUsed, got, supplierTrips, gateTrips, gateVolume []int64
	windows                                            map[[2]int][]string // by supplier and gate
	served                                             map[int32]bool      // by claim
	value                                              int64               // of the kept drops by themselves
}

// takeKept adds up the drops to keep; they must be feasible by themselves.
func takeKept(m *Market, x indexes, drops []Drop) (kept, error) {
	c := newChecker(m, x)
	for i := range drops {
		c.drop(&drops[i])
	}
	c.limits()
	if len(c.broken) > 0 {
		return kept{}, fmt.Errorf("the drops to keep do not fit the market: %w", c.broken[0])
	}
	k := kept{drops: drops, lotUsed: c.lotUsed, got: c.got, supplierTrips: c.supplierTrips, gateTrips: c.gateTrips,
		gateVolume: c.gateVolume, windows: map[[2]int][]string{}, served: map[int32]bool{}, value: c.worth() - c.spent}
	for i := range drops {
		d := &drops[i]
		pair := [2]int{x.suppliers[d.Supplier], x.gates[d.Gate]}
		k.windows[pair] = append(k.windows[pair], d.Window)
	}
	for i, got := range k.got {
		if got > 0 {
			k.served[x.claim[i]] = true
		}
	}
	return k, nil
}

// firstServed says whether a kept drop brings a household a product.
func (k *kept) firstServed(claim int32) bool { return len(k.served) > 0 && k.served[claim] }
