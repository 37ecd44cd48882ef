package community

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"baimi/app/fault"
)

// MaxGates bounds a compound's gates.
const MaxGates = 20

// Gate is where bulk deliveries arrive. The first of a compound is its usual one: an
// empty name stands for it in documents, so that a compound of one gate need not speak of gates.
type Gate struct {
	ID             string   `json:"id"` // within the compound
	NameZh         string   `json:"name_zh"`
	NameEn         string   `json:"name_en"`
	Lon            int64    `json:"lon"`                       // micro-degrees
	Lat            int64    `json:"lat"`                       // micro-degrees
	Windows        []string `json:"windows,omitempty"`         // am, pm, evening; empty: any
	MaxMillilitres int64    `json:"max_millilitres,omitempty"` // a window; 0: no limit
	MaxTrips       int64    `json:"max_trips,omitempty"`       // suppliers' trips a window; 0: no limit
}

// GateID names a gate in the whole deployment: A001 is the compound's first one, A001/north another.
func GateID(compound, gate string) string {
	if gate == "" {
		return compound
	}
	return compound + "/" + gate
}

// ParseGateID takes a gate's id apart.
func ParseGateID(id string) (compound, gate string) {
	compound, gate, _ = strings.Cut(id, "/")
	return compound, gate
}

// AllGates gives each gate as documents name it: the first by an empty name.
func (c *Compound) AllGates() []string {
	all := []string{""}
	for _, g := range c.Gates[min(len(c.Gates), 1):] {
		all = append(all, g.ID)
	}
	return all
}

// Gate gives what a gate is; a gate that is no more is the first one, and a compound
// that lists none has one where it lies itself.
func (c *Compound) Gate(name string) Gate {
	if i := slices.IndexFunc(c.Gates, func(g Gate) bool { return g.ID == name }); i >= 0 {
		return c.Gates[i]
	}
	if len(c.Gates) > 0 {
		return c.Gates[0]
	}
	return Gate{Lon: c.Lon, Lat: c.Lat}
}

// NamedGate gives a gate as documents name it; fault "gate_unknown" where there is none of the name.
func (c *Compound) NamedGate(name string) (string, error) {
	i := slices.IndexFunc(c.Gates, func(g Gate) bool { return g.ID == name })
	switch {
	case name == "" || i == 0:
		return "", nil
	case i < 0:
		return "", fault.New(fault.Invalid, "gate_unknown", "There is no gate %q here.", name).With("gate", name).At("body.gate", "unknown")
	}
	return name, nil
}

// GateOf is the gate where a building's goods arrive: the one that it names, or else the nearest.
func (c *Compound) GateOf(building string) string {
	b, ok := c.Building(building)
	if !ok {
		return ""
	}
	if name, err := c.NamedGate(b.Gate); b.Gate != "" && err == nil {
		return name
	}
	return slices.MinFunc(c.AllGates(), func(x, y string) int { return cmp.Compare(c.beeline(b, c.Gate(x)), c.beeline(b, c.Gate(y))) })
}

// beeline is how far a building is from a gate, in micro-degrees of latitude.
func (c *Compound) beeline(b *Building, g Gate) float64 {
	squeeze := math.Cos(float64(g.Lat) / 1e6 * math.Pi / 180)
	return math.Hypot(float64(b.Lon-g.Lon)*squeeze, float64(b.Lat-g.Lat))
}

// checkGates refuses gates that could not be told apart, and buildings whose gate is none of them.
func (c *Compound) checkGates(err *fault.Error) *fault.Error {
	if len(c.Gates) == 0 || len(c.Gates) > MaxGates {
		err = err.At("gates", fmt.Sprintf("1 to %d gates", MaxGates))
	}
	taken := map[string]bool{"": true}
	for i, g := range c.Gates {
		path := fmt.Sprintf("gates[%d]", i)
		if strings.ContainsAny(g.ID, "/ ") || len(g.ID) > 64 || taken[g.ID] {
			err = err.At(path+".id", "1 to 64 letters and digits, each gate its own")
		}
		if len(c.Gates) > 1 && g.NameZh == "" && g.NameEn == "" {
			err = err.At(path+".name_zh", "The gate needs a name.")
		}
		if g.MaxMillilitres < 0 || g.MaxTrips < 0 {
			err = err.At(path, "no number below 0")
		}
		for _, w := range g.Windows {
			if !slices.Contains([]string{"am", "pm", "evening"}, w) {
				err = err.At(path+".windows", "am, pm or evening, not "+w)
			}
		}
		taken[g.ID] = true
	}
	for i := range c.Buildings {
		if g := c.Buildings[i].Gate; !taken[g] {
			err = err.At(fmt.Sprintf("buildings[%d].gate", i), fmt.Sprintf("There is no gate %q.", g))
		}
	}
	return err
}
