package matching

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// bytesPerByte is the memory that solving takes for each byte of a market in
// JSON, measured on generated markets of 10,000 to 1,000,000 lines.
const bytesPerByte = 9

// TooLarge is a market that would not fit in memory.
type TooLarge struct{ Need, Have int64 } // bytes

func (e *TooLarge) Error() string {
	return fmt.Sprintf("the market is too large: solving it needs about %d MiB of memory and %d MiB are free", e.Need>>20, e.Have>>20)
}

// Read decodes a market from JSON, one part after the other. Where memory (bytes
// free) is above 0, a market that would not fit is refused with *TooLarge before
// it is read whole: a file by its size, anything else as soon as it is seen.
func Read(r io.Reader, memory int64) (*Market, error) {
	if f, ok := r.(*os.File); ok && memory > 0 {
		if info, err := f.Stat(); err == nil && info.Size() > memory/bytesPerByte {
			return nil, &TooLarge{Need: info.Size() * bytesPerByte, Have: memory}
		}
	}
	if memory > 0 {
		r = &meter{Reader: r, left: memory / bytesPerByte, memory: memory}
	}
	m, s := &Market{}, newScanner(r)
	if s.object(m); s.peek() != 0 {
		s.fail("%q after the market's end", s.peek())
	}
	if s.problem == nil && m.Demands == nil {
		s.fail("it has no demands")
	}
	if err := s.err(); err != nil {
		var large *TooLarge
		if errors.As(err, &large) {
			return nil, large
		}
		return nil, fmt.Errorf("not a market in JSON: %w", err)
	}
	m.unknown = s.unknown
	return m, nil
}

// meter refuses to read more than fits.
type meter struct {
	io.Reader
	left, memory int64
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.Reader.Read(p)
	if m.left -= int64(n); m.left < 0 {
		return 0, &TooLarge{Need: m.memory + bytesPerByte, Have: m.memory}
	}
	return n, err
}

func (m *Market) field(name string) any {
	switch name {
	case "rule":
		return &m.Rule
	case "seed":
		return &m.Seed
	case "products":
		return &m.Products
	case "gates":
		return &m.Gates
	case "suppliers":
		return &m.Suppliers
	case "lots":
		return &m.Lots
	case "demands":
		return &m.Demands
	}
	return nil
}

func (p *Product) field(name string) any {
	switch name {
	case "id":
		return &p.ID
	case "grams":
		return &p.Grams
	case "millilitres":
		return &p.Millilitres
	}
	return nil
}

func (g *Gate) field(name string) any {
	switch name {
	case "id":
		return &g.ID
	case "windows":
		return &g.Windows
	case "max_millilitres":
		return &g.MaxMillilitres
	case "max_trips":
		return &g.MaxTrips
	}
	return nil
}

func (s *Supplier) field(name string) any {
	switch name {
	case "id":
		return &s.ID
	case "activation_cost":
		return &s.ActivationCost
	case "max_trips":
		return &s.MaxTrips
	case "trip_grams":
		return &s.TripGrams
	case "trip_millilitres":
		return &s.TripMillilitres
	case "windows":
		return &s.Windows
	case "reach":
		return &s.Reach
	}
	return nil
}

func (r *Reach) field(name string) any {
	switch name {
	case "gate":
		return &r.Gate
	case "trip_cost":
		return &r.TripCost
	case "unit_cost":
		return &r.UnitCost
	}
	return nil
}

func (l *Lot) field(name string) any {
	switch name {
	case "id":
		return &l.ID
	case "supplier":
		return &l.Supplier
	case "product":
		return &l.Product
	case "available":
		return &l.Available
	case "case":
		return &l.Case
	case "min_per_drop":
		return &l.MinPerDrop
	case "tiers":
		return &l.Tiers
	}
	return nil
}

func (t *Tier) field(name string) any {
	switch name {
	case "from":
		return &t.From
	case "unit_price":
		return &t.UnitPrice
	}
	return nil
}

func (d *Demand) field(name string) any {
	switch name {
	case "id":
		return &d.ID
	case "gate":
		return &d.Gate
	case "group":
		return &d.Group
	case "household":
		return &d.Household
	case "product":
		return &d.Product
	case "quantity":
		return &d.Quantity
	case "max_unit_price":
		return &d.MaxUnitPrice
	case "priority":
		return &d.Priority
	case "lot":
		return &d.Lot
	case "rule":
		return &d.Rule
	}
	return nil
}
