package matching

import (
	"fmt"
	"math"
)

// maxAmount bounds what a market can be worth in all, so that no sum overflows
// and sums in floating point stay exact.
const maxAmount = 1 << 52

// maxUnits bounds what a market can ask for in all, in units.
const maxUnits = 1<<31 - 1

// Invalid is a market that cannot be solved: one sentence that names the place.
type Invalid struct{ Place, Problem string }

func (e *Invalid) Error() string { return e.Place + ": " + e.Problem }

func invalid(kind string, index int, id, format string, args ...any) error {
	place := fmt.Sprintf("%s %d", kind, index+1)
	if id != "" {
		place = fmt.Sprintf("%s %q", kind, id)
	}
	return &Invalid{Place: place, Problem: fmt.Sprintf(format, args...)}
}

// names maps ids to positions and refuses empty ids and duplicates.
func names[T any](kind string, list []T, id func(*T) string) (map[string]int, error) {
	index := make(map[string]int, len(list))
	for i := range list {
		name := id(&list[i])
		if name == "" {
			return nil, invalid(kind, i, "", "has no id")
		}
		if first, twice := index[name]; twice {
			return nil, invalid(kind, i, name, "is listed twice, in places %d and %d", first+1, i+1)
		}
		index[name] = i
	}
	return index, nil
}

// indexes are the positions of a market's parts by id.
type indexes struct {
	products, gates, suppliers, lots, demands map[string]int
	claim                                     []int32 // by demand: the same for all that one household asks of one product
	claims                                    int
}

// Validate returns an *Invalid that names the first place where the market
// cannot be right, or nil.
func (m *Market) Validate() error {
	_, err := m.index()
	return err
}

const noRule = "%q is none of equal, proportional, lottery, first"

func (r Rule) known() bool {
	return r == "" || r == Equal || r == Proportional || r == Lottery || r == First
}

func (m *Market) index() (x indexes, err error) {
	if !m.Rule.known() {
		return x, &Invalid{"rule", fmt.Sprintf(noRule, m.Rule)}
	}
	if x.products, err = names("product", m.Products, func(p *Product) string { return p.ID }); err != nil {
		return x, err
	}
	if x.gates, err = names("gate", m.Gates, func(g *Gate) string { return g.ID }); err != nil {
		return x, err
	}
	if x.suppliers, err = names("supplier", m.Suppliers, func(s *Supplier) string { return s.ID }); err != nil {
		return x, err
	}
	if x.lots, err = names("lot", m.Lots, func(l *Lot) string { return l.ID }); err != nil {
		return x, err
	}
	if x.demands, err = names("demand", m.Demands, func(d *Demand) string { return d.ID }); err != nil {
		return x, err
	}
	for _, check := range []func(indexes) error{m.checkPlaces, m.checkSuppliers, m.checkLots, m.checkDemands} {
		if err := check(x); err != nil {
			return x, err
		}
	}
	x.addClaims(m)
	return x, nil
}

// addClaims numbers what each household asks of each product.
func (x *indexes) addClaims(m *Market) {
	x.claim = make([]int32, len(m.Demands))
	households, known := make(map[string]uint64, len(m.Demands)), make(map[uint64]int32, len(m.Demands))
	for i := range m.Demands {
		d := &m.Demands[i]
		h, met := households[d.member()]
		if !met {
			h = uint64(len(households))
			households[d.member()] = h
		}
		key := h<<32 | uint64(x.products[d.Product])
		c, met := known[key]
		if !met {
			c = int32(len(known))
			known[key] = c
		}
		x.claim[i] = c
	}
	x.claims = len(known)
}

type amount struct {
	name  string
	value int64
}

// badAmount names the first amount that is negative or too large to add up.
func badAmount(amounts ...amount) string {
	for _, a := range amounts {
		if a.value < 0 {
			return fmt.Sprintf("%s is negative (%d)", a.name, a.value)
		}
		if a.value > maxAmount {
			return fmt.Sprintf("%s overflows (%d; at most %d)", a.name, a.value, int64(maxAmount))
		}
	}
	return ""
}

func (m *Market) checkPlaces(indexes) error {
	for i := range m.Products {
		p := &m.Products[i]
		if bad := badAmount(amount{"grams", p.Grams}, amount{"millilitres", p.Millilitres}); bad != "" {
			return invalid("product", i, p.ID, "%s", bad)
		}
	}
	for i := range m.Gates {
		g := &m.Gates[i]
		if bad := badAmount(amount{"max_millilitres", g.MaxMillilitres}, amount{"max_trips", g.MaxTrips}); bad != "" {
			return invalid("gate", i, g.ID, "%s", bad)
		}
	}
	return nil
}

func (m *Market) checkSuppliers(x indexes) error {
	for i := range m.Suppliers {
		s := &m.Suppliers[i]
		if bad := badAmount(amount{"activation_cost", s.ActivationCost}, amount{"max_trips", s.MaxTrips},
			amount{"trip_grams", s.TripGrams}, amount{"trip_millilitres", s.TripMillilitres}); bad != "" {
			return invalid("supplier", i, s.ID, "%s", bad)
		}
		seen := make(map[string]bool, len(s.Reach))
		for _, r := range s.Reach {
			if _, known := x.gates[r.Gate]; !known {
				return invalid("supplier", i, s.ID, "reaches the unknown gate %q", r.Gate)
			}
			if seen[r.Gate] {
				return invalid("supplier", i, s.ID, "reaches the gate %q twice", r.Gate)
			}
			seen[r.Gate] = true
			if bad := badAmount(amount{"trip_cost", r.TripCost}, amount{"unit_cost", r.UnitCost}); bad != "" {
				return invalid("supplier", i, s.ID, "%s to the gate %q", bad, r.Gate)
			}
		}
	}
	return nil
}

func (m *Market) checkLots(x indexes) error {
	for i := range m.Lots {
		l := &m.Lots[i]
		if _, known := x.suppliers[l.Supplier]; !known {
			return invalid("lot", i, l.ID, "is of the unknown supplier %q", l.Supplier)
		}
		if _, known := x.products[l.Product]; !known {
			return invalid("lot", i, l.ID, "is of the unknown product %q", l.Product)
		}
		if bad := badAmount(amount{"available", l.Available}, amount{"case", l.Case}, amount{"min_per_drop", l.MinPerDrop}); bad != "" {
			return invalid("lot", i, l.ID, "%s", bad)
		}
		if err := l.checkTiers(i); err != nil {
			return err
		}
	}
	return nil
}

// Doubts names what can be right and yet hardly be meant: a field of the file that
// nothing reads, and a lot whose smallest drop is larger than its stock, so that
// nobody can have any. Such lots remain when most of a stock is given away, so
// they are told and not refused.
func (m *Market) Doubts() []string {
	var doubts []string
	for _, name := range m.unknown {
		doubts = append(doubts, fmt.Sprintf("the field %q is none of a market's and is not read", name))
	}
	for i := range m.Lots {
		l := &m.Lots[i]
		switch {
		case l.Available == 0:
		case l.Case > l.Available:
			doubts = append(doubts, invalid("lot", i, l.ID, "a case of %d is larger than the stock of %d", l.Case, l.Available).Error())
		case l.MinPerDrop > l.Available:
			doubts = append(doubts, invalid("lot", i, l.ID, "its minimum of %d in a drop is larger than the stock of %d", l.MinPerDrop, l.Available).Error())
		}
	}
	return doubts
}

func (l *Lot) checkTiers(i int) error {
	if len(l.Tiers) == 0 {
		return invalid("lot", i, l.ID, "has no price tier")
	}
	for k, t := range l.Tiers {
		if bad := badAmount(amount{"from", t.From}, amount{"unit_price", t.UnitPrice}); bad != "" {
			return invalid("lot", i, l.ID, "tier %d: %s", k+1, bad)
		}
		if k == 0 {
			continue
		}
		if before := l.Tiers[k-1]; t.From <= before.From {
			return invalid("lot", i, l.ID, "tier %d is out of order: it starts at %d, the one before at %d", k+1, t.From, before.From)
		} else if t.UnitPrice > before.UnitPrice {
			return invalid("lot", i, l.ID, "tier %d is out of order: its price %d is above the %d of a smaller drop", k+1, t.UnitPrice, before.UnitPrice)
		}
	}
	return nil
}

func (m *Market) checkDemands(x indexes) error {
	total, units := 0.0, int64(0)
	for i := range m.Demands {
		d := &m.Demands[i]
		if _, known := x.gates[d.Gate]; !known {
			return invalid("demand", i, d.ID, "is at the unknown gate %q", d.Gate)
		}
		if _, known := x.products[d.Product]; !known {
			return invalid("demand", i, d.ID, "asks for the unknown product %q", d.Product)
		}
		if bad := badAmount(amount{"quantity", d.Quantity}, amount{"max_unit_price", d.MaxUnitPrice}, amount{"priority", d.Priority}); bad != "" {
			return invalid("demand", i, d.ID, "%s", bad)
		}
		if units += d.Quantity; d.Quantity > maxUnits || units > maxUnits {
			return invalid("demand", i, d.ID, "quantity overflows: the market asks for more than %d units in all", maxUnits)
		}
		if !d.Rule.known() {
			return invalid("demand", i, d.ID, noRule, d.Rule)
		}
		if d.Priority > MaxPriority {
			return invalid("demand", i, d.ID, "priority %d is above %d", d.Priority, MaxPriority)
		}
		if d.Lot != "" {
			lot, known := x.lots[d.Lot]
			if !known {
				return invalid("demand", i, d.ID, "is pinned to the unknown lot %q", d.Lot)
			}
			if m.Lots[lot].Product != d.Product {
				return invalid("demand", i, d.ID, "asks for %q and is pinned to the lot %q of %q", d.Product, d.Lot, m.Lots[lot].Product)
			}
		}
		total += float64(d.worth()) * float64(d.Quantity+1)
		p := &m.Products[x.products[d.Product]]
		bulk := float64(d.Quantity) * float64(max(p.Grams, p.Millilitres))
		if total > maxAmount || bulk > maxAmount || float64(d.MaxUnitPrice)*float64(1+d.Priority) > math.MaxInt64/4 {
			return invalid("demand", i, d.ID, "the amounts overflow: the market is worth, weighs or holds more than %d in all", int64(maxAmount))
		}
	}
	return nil
}
