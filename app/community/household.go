package community

import (
	"slices"

	"baimi/app/db"
	"baimi/app/fault"
)

// Need is why a household goes first when stock is short.
type Need string

const (
	Elderly Need = "elderly"
	Infant  Need = "infant"
	Illness Need = "illness"
)

// Household is who lives behind one door, bounded by 20 names and 12 accounts. Its ID is HouseholdID.
type Household struct {
	db.Doc
	Compound string `json:"compound"`
	Building string `json:"building"`
	Unit     string `json:"unit"`
	Room     string `json:"room"`

	Names        []string `json:"names"`                   // what its leader's chains call it, newest last: 小周
	Phone        string   `json:"phone,omitempty"`         // E.164
	Needs        []Need   `json:"needs,omitempty"`         // read by those only whom the compound trusts with it
	HandlingNote string   `json:"handling_note,omitempty"` // for the courier: knock loudly
	NoPhone      bool     `json:"no_phone,omitempty"`      // neighbours order for it
	Residents    []string `json:"residents,omitempty"`     // accounts that live here
	Waiting      []string `json:"waiting,omitempty"`       // accounts that say so and are not confirmed
}

// NewHousehold gives the household of a door; fault "no_such_door" where the compound has none.
func (c *Compound) NewHousehold(d Door) (*Household, error) {
	if !c.Has(d) {
		return nil, fault.New(fault.NotFound, "no_such_door", "The compound %s has no door %s.", c.ID, d).
			With("compound", c.ID).With("door", d.String())
	}
	return &Household{
		Doc:      db.Doc{ID: HouseholdID(c.ID, d)},
		Compound: c.ID, Building: d.Building, Unit: d.Unit, Room: d.Room, Names: []string{},
	}, nil
}

// Door is where the household lives.
func (h *Household) Door() Door { return Door{Building: h.Building, Unit: h.Unit, Room: h.Room} }

const maxNames = 20

// Learn keeps a name that a leader confirmed for this household. The newest stay.
func (h *Household) Learn(name string) {
	if name == "" {
		return
	}
	h.Names = append(slices.DeleteFunc(h.Names, func(n string) bool { return n == name }), name)
	h.Names = h.Names[max(0, len(h.Names)-maxNames):]
}

// Priority is the household's weight in a market, 0 to 4: illness before infants before the elderly.
func (h *Household) Priority() int64 {
	weight := map[Need]int64{Elderly: 2, Infant: 3, Illness: 4}
	var most int64
	for _, need := range h.Needs {
		most = max(most, weight[need])
	}
	return most
}
