package orders

import (
	"slices"
	"time"

	"baimi/app/community"
	"baimi/app/db"
	"baimi/app/fault"
	"baimi/orders/chain"
)

// ImportState is where an import stands. ImportConfirming and undoing are resumed by
// asking again after a crash.
//
//	review ─▶ confirming ─▶ confirmed ─▶ undoing ─▶ undone
type ImportState string

const (
	ImportInReview   ImportState = "review"
	ImportConfirming ImportState = "confirming"
	ImportConfirmed  ImportState = "confirmed"
	ImportUndoing    ImportState = "undoing"
	ImportUndone     ImportState = "undone"
)

// Import is a pasted chain or a sheet on its way into a round, bounded by 5,000
// lines. Nothing of it is in the round until it is confirmed, and what it
// changed can be taken back whole.
type Import struct {
	db.Doc
	GroupBuy string       `json:"group_buy"`
	By       string       `json:"by"` // account
	At       time.Time    `json:"at"`
	Source   string       `json:"source"` // chain, sheet
	File     string       `json:"file,omitempty"`
	State    ImportState  `json:"state"`
	Review   chain.Review `json:"review"`
	Earlier  []ImportStep `json:"earlier"` // what the chain confirmed before had of households
	Steps    []ImportStep `json:"steps"`   // frozen when it is confirmed
}

// ImportStep is what an import changes of one household's order.
type ImportStep struct {
	Household string         `json:"household"`
	Name      string         `json:"name,omitempty"`
	Phone     string         `json:"phone,omitempty"`
	Note      string         `json:"note,omitempty"`
	Before    []Wanted       `json:"before"`
	After     []Wanted       `json:"after"`
	Place     Place          `json:"place,omitempty" enum:",in,waiting,out"`
	Refused   string         `json:"refused,omitempty" doc:"Why it was left as it is: the code of a fault."`
	Message   string         `json:"message,omitempty"`
	Params    map[string]any `json:"params,omitempty"`
}

// wants gives what each household of the round has ordered or waits for.
func (g *GroupBuy) wants() map[community.Door][]chain.Want {
	all := map[community.Door][]chain.Want{}
	for _, p := range slices.Concat(g.Participants, g.Waiting) {
		door := community.Door{Building: g.Building, Unit: p.Unit, Room: p.Room}
		for _, l := range p.Lines {
			all[door] = append(all[door], chain.Want{Item: l.Item, Quantity: l.Quantity})
		}
	}
	return all
}

// Plan says what confirming would change in the round, household by household.
func (i *Import) Plan(g *GroupBuy) []ImportStep {
	steps := []ImportStep{}
	before := g.wants()
	for _, o := range i.Review.OrdersOn(before) {
		s := ImportStep{
			Household: community.HouseholdID(g.Compound, o.Door), Name: o.Name, Phone: o.Phone, Note: o.Note,
			Before: wantedOf(before[o.Door]), After: wantedOf(o.Wants),
		}
		if !sameWanted(s.Before, s.After) {
			steps = append(steps, s)
		}
	}
	return steps
}

// Missing lists households that the chain confirmed before had, and that this one does not name.
func (i *Import) Missing(g *GroupBuy) []ImportStep {
	missing := []ImportStep{}
	before := g.wants()
	named := i.Review.Orders()
	for _, s := range i.Earlier {
		_, door, err := community.ParseHouseholdID(s.Household)
		here := slices.ContainsFunc(named, func(o chain.Order) bool { return o.Door == door })
		if err == nil && !here && len(before[door]) > 0 {
			missing = append(missing, ImportStep{Household: s.Household, Name: s.Name, Before: wantedOf(before[door]), After: []Wanted{}})
		}
	}
	return missing
}

func wantedOf(wants []chain.Want) []Wanted {
	out := make([]Wanted, len(wants))
	for i, w := range wants {
		out[i] = Wanted{Item: w.Item, Quantity: w.Quantity}
	}
	return out
}

// sameWanted compares items and quantities in any order.
func sameWanted(a, b []Wanted) bool {
	has := func(all []Wanted, w Wanted) bool {
		return slices.ContainsFunc(all, func(o Wanted) bool { return o.Item == w.Item && o.Quantity == w.Quantity })
	}
	for _, w := range a {
		if !has(b, w) {
			return false
		}
	}
	return len(a) == len(b)
}

// Confirm freezes what will be changed. It refuses with import_done and questions_open.
func (i *Import) Confirm(g *GroupBuy, takeOutMissing bool) error {
	switch {
	case i.State == ImportConfirming || i.State == ImportConfirmed:
		return nil
	case i.State != ImportInReview:
		return fault.New(fault.Conflict, "import_done", "This import was taken back already.").With("state", string(i.State))
	case i.Review.Open() > 0:
		return fault.New(fault.Conflict, "questions_open", "%d entries still have questions. Please answer them, or leave the entries out.", i.Review.Open()).
			With("open", i.Review.Open())
	}
	i.Steps = i.Plan(g)
	if takeOutMissing {
		i.Steps = append(i.Steps, i.Missing(g)...)
	}
	i.State = ImportConfirming
	return nil
}

// Undo prepares to take a confirmed import back. It refuses with import_not_confirmed.
func (i *Import) Undo() error {
	switch i.State {
	case ImportUndoing, ImportUndone:
		return nil
	case ImportConfirmed:
		i.State = ImportUndoing
		return nil
	}
	return fault.New(fault.Conflict, "import_not_confirmed", "Only a confirmed import can be taken back.").With("state", string(i.State))
}

// reversed are the steps that take the import back: those that were made, the other way round.
func (i *Import) reversed() []ImportStep {
	var back []ImportStep
	for _, s := range i.Steps {
		if s.Refused == "" {
			s.Before, s.After = s.After, s.Before
			back = append(back, s)
		}
	}
	return back
}

// takesOrders refuses with round_closed and round_not_open.
func (g *GroupBuy) takesOrders(now time.Time) error {
	err := g.joinable(g.Scope+"/1-101", now) // any door of the building
	if fault.Is(err, "household_elsewhere") {
		return nil
	}
	return err
}

// Carry makes the steps in the round and gives what became of each. A step that
// was made stays made; one whose household has changed its order meanwhile is
// left, and so is one that the round refuses. A round that takes no orders
// refuses as a whole.
func (g *GroupBuy) Carry(steps []ImportStep, by string, now time.Time) ([]ImportStep, error) {
	if err := g.takesOrders(now); err != nil {
		return nil, err
	}
	out := slices.Clone(steps)
	for n := range out {
		s := &out[n]
		s.Place, s.Refused, s.Message, s.Params = Absent, "", "", nil
		err := g.step(s, by, now)
		if f := fault.As(err); f != nil {
			s.Refused, s.Message, s.Params = f.Code, f.Message, f.Params
		} else if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (g *GroupBuy) step(s *ImportStep, by string, now time.Time) error {
	var had Participant
	all := slices.Concat(g.Participants, g.Waiting)
	if at := at(all, s.Household); at >= 0 {
		had = all[at]
		s.Place = In
		if at >= len(g.Participants) {
			s.Place = Waits
		}
	}
	current := make([]Wanted, len(had.Lines))
	for n, l := range had.Lines {
		current[n] = Wanted{Item: l.Item, Quantity: l.Quantity}
	}
	switch {
	case sameWanted(current, s.After):
		return nil
	case !sameWanted(current, s.Before):
		return fault.New(fault.Conflict, "changed_meanwhile", "The household has changed its order meanwhile; it was left as it is.").With("household", s.Household)
	}
	place, err := g.Join(s.wish(had, by), now)
	if err == nil {
		s.Place = place
	}
	return err
}

// wish is the step as the household's wish; what it does not say stays.
func (s *ImportStep) wish(had Participant, by string) Wish {
	w := Wish{
		Household: s.Household, Name: s.Name, Phone: s.Phone, Note: s.Note, Account: had.Account, Substitute: had.Substitute,
		Proxy: had.Proxy, Lines: linesOf(s.After),
	}
	for n := range w.Lines {
		if at := slices.IndexFunc(had.Lines, func(l Line) bool { return l.Item == w.Lines[n].Item }); at >= 0 {
			w.Lines[n].Tolerance = had.Lines[at].Tolerance
		}
	}
	if had.Household != "" && had.Name != "" {
		w.Name = had.Name
	}
	if w.Phone == "" {
		w.Phone = had.Phone
	}
	if w.Note == "" {
		w.Note = had.Note
	}
	if had.Household == "" {
		w.Proxy = &Proxy{By: by, Agreed: "chat"}
	}
	return w
}
