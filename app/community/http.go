package community

import (
	"cmp"
	"context"
	"slices"

	"baimi/app/db"
	"baimi/app/fault"
	"baimi/app/people"
)

// Routes registers the package's operations.
func (c *Community) Routes(r *people.Router) {
	h := handlers{c}
	staff := people.Only(people.Leader, people.Coordinator)
	people.Route(r, people.SignedIn, "GET /compounds", "The compounds, by name.", h.list)
	people.Route(r, people.SignedIn, "GET /compounds/{id}", "One compound with its buildings and gates.", h.get)
	people.Route(r, people.Only(people.Operator), "POST /compounds", "Add a compound.", h.create)
	people.Route(r, people.Only(people.Operator, people.Coordinator), "PUT /compounds/{id}", "Change a compound's names, address form, site, gates and buildings.", h.change)
	people.Route(r, people.SignedIn, "POST /compounds/{id}/read", "Read an address as a door of the compound.", h.read)
	people.Route(r, people.SignedIn, "GET /me/households", "The households that I belong to.", h.mine)
	people.Route(r, people.SignedIn, "POST /me/households", "Say behind which door I live.", h.claim)
	people.Route(r, people.SignedIn, "POST /me/households/leave", "I do not live there any more.", h.leave)
	people.Route(r, staff, "GET /households", "A building's households, as a leader or coordinator sees them.", h.households)
	people.Route(r, staff, "PUT /households", "Note a household's phone and handling note.", h.note)
	people.Route(r, people.Only(people.Coordinator), "PUT /households/needs", "Note a household's needs; written down.", h.needs)
	people.Route(r, staff, "POST /households/reveal", "Show a hidden phone number or needs; written down.", h.reveal)
	people.Route(r, staff, "POST /households/confirm", "Confirm that an account lives behind a door.", h.confirm)
	people.Route(r, staff, "POST /households/release", "Turn away an account that does not live there.", h.release)
}

type handlers struct{ *Community }

type none struct{}

type byID struct {
	ID string `path:"id" maxLength:"64"`
}

// CompoundName is a compound in a list.
type CompoundName struct {
	ID     string `json:"id"`
	NameZh string `json:"name_zh"`
	NameEn string `json:"name_en"`
	Gates  []Gate `json:"gates"`
	Demo   bool   `json:"demo"`

	Currency   string `json:"currency"`
	BuildingZh string `json:"building_zh,omitempty" doc:"How its buildings are called: 栋; see the compound's form."`
	BuildingEn string `json:"building_en,omitempty"`
}

type compoundNames struct{ Body []CompoundName }

func (h handlers) list(ctx context.Context, _ *none) (*compoundNames, error) {
	out := &compoundNames{Body: []CompoundName{}}
	all, err := h.Compounds(ctx)
	for _, c := range all {
		out.Body = append(out.Body, CompoundName{c.ID, c.NameZh, c.NameEn, c.Gates, c.Demo, c.Currency, c.Form.BuildingZh, c.Form.BuildingEn})
	}
	return out, err
}

type compoundView struct{ Body Compound }

func (h handlers) get(ctx context.Context, in *byID) (*compoundView, error) {
	c, err := h.Compound(ctx, in.ID)
	return &compoundView{c}, err
}

type compoundRequest struct{ Body Compound }

func (h handlers) create(ctx context.Context, in *compoundRequest) (*compoundView, error) {
	c := in.Body
	c.ID = cmp.Or(c.ID, people.NewID(ctx))
	if err := c.Validate(); err != nil {
		return nil, err
	}
	c, err := h.compounds.Insert(ctx, c)
	return &compoundView{c}, err
}

type compoundChange struct {
	ID   string `path:"id" maxLength:"64"`
	Body Compound
}

func (h handlers) change(ctx context.Context, in *compoundChange) (*compoundView, error) {
	me := people.From(ctx)
	if !me.Has(people.Operator) && !me.Is(people.Coordinator, in.ID) {
		return nil, notFound()
	}
	c, err := h.Change(ctx, in.ID, func(c *Compound) error {
		next := in.Body
		next.Doc, next.Demo = c.Doc, c.Demo
		*c = next
		return c.Validate()
	})
	return &compoundView{c}, err
}

func notFound() error {
	return fault.New(fault.NotFound, "not_found", "There is nothing here for you.")
}

type readRequest struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		Text string `json:"text" maxLength:"300"`
	}
}

type readingView struct{ Body Reading }

func (h handlers) read(ctx context.Context, in *readRequest) (*readingView, error) {
	c, err := h.Compound(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &readingView{c.Read(in.Body.Text)}, nil
}

// Home is a household as its own people see it.
type Home struct {
	Household string `json:"household"`
	Compound  string `json:"compound"`
	Building  string `json:"building"`
	Unit      string `json:"unit"`
	Room      string `json:"room"`
	LabelZh   string `json:"label_zh"`
	LabelEn   string `json:"label_en"`
	Confirmed bool   `json:"confirmed" doc:"False while somebody who knows has still to say yes."`
}

func (h handlers) home(ctx context.Context, of Household, account string) (Home, error) {
	c, err := h.Compound(ctx, of.Compound)
	return Home{
		of.ID, of.Compound, of.Building, of.Unit, of.Room, c.Label(of.Door(), "zh"), c.Label(of.Door(), "en"),
		slices.Contains(of.Residents, account),
	}, err
}

type homeList struct{ Body []Home }

func (h handlers) mine(ctx context.Context, _ *none) (*homeList, error) {
	me := people.From(ctx).Account
	out := &homeList{Body: []Home{}}
	for _, field := range []string{"residents", "waiting"} {
		for of, err := range h.Community.households.Find(ctx, db.Where(field, me)) {
			if err != nil {
				return nil, err
			}
			home, err := h.home(ctx, of, me)
			if err != nil {
				return nil, err
			}
			out.Body = append(out.Body, home)
		}
	}
	return out, nil
}

type householdRequest struct {
	Body struct {
		Household string `json:"household" maxLength:"200" doc:"compound/building/unit-room, A001/3/1-604"`
	}
}

type homeView struct{ Body Home }

func (h handlers) claim(ctx context.Context, in *householdRequest) (*homeView, error) {
	me := people.From(ctx).Account
	of, err := h.Claim(ctx, in.Body.Household, me)
	if fault.Is(err, "no_such_door") {
		return nil, h.nearest(ctx, in.Body.Household, fault.As(err))
	}
	if err != nil {
		return nil, err
	}
	home, err := h.home(ctx, of, me)
	return &homeView{home}, err
}

// nearest names the doors that come closest to one that is not there.
func (h handlers) nearest(ctx context.Context, household string, f *fault.Error) error {
	id, door, err := ParseHouseholdID(household)
	if err != nil {
		return err
	}
	c, err := h.Compound(ctx, id)
	if err != nil {
		return err
	}
	candidates := []string{}
	for _, d := range c.Read(c.BuildingLabel(door.Building, "zh") + door.Unit + "单元" + door.Room + "室").Candidates {
		candidates = append(candidates, HouseholdID(id, d))
	}
	return f.With("candidates", candidates)
}

func (h handlers) leave(ctx context.Context, in *householdRequest) (*none, error) {
	return nil, h.Release(ctx, in.Body.Household, people.From(ctx).Account)
}

// Covers tells whether the actor leads the household's building or coordinates its compound.
func Covers(a people.Actor, compound, building string) bool {
	return a.Is(people.Coordinator, compound) || building != "" && a.Is(people.Leader, compound+"/"+building)
}

func (h handlers) covered(ctx context.Context, household string) (Household, error) {
	of, err := h.Household(ctx, household)
	if err != nil {
		return of, err
	}
	if !Covers(people.From(ctx), of.Compound, of.Building) {
		return of, notFound()
	}
	return of, nil
}

// Neighbour is a household as its leader or coordinator sees it.
type Neighbour struct {
	Household    string   `json:"household"`
	Building     string   `json:"building"`
	Unit         string   `json:"unit"`
	Room         string   `json:"room"`
	Names        []string `json:"names"`
	Phone        string   `json:"phone,omitempty" doc:"The middle is hidden; showing it is written down."`
	HasNeeds     bool     `json:"has_needs,omitempty" doc:"For the coordinator only."`
	HandlingNote string   `json:"handling_note,omitempty" doc:"For the coordinator only."`
	NoPhone      bool     `json:"no_phone"`
	Waiting      []string `json:"waiting"`
}

func neighbourOf(h Household, a people.Actor) Neighbour {
	n := Neighbour{
		Household: h.ID, Building: h.Building, Unit: h.Unit, Room: h.Room, Names: h.Names,
		NoPhone: h.NoPhone, Waiting: append([]string{}, h.Waiting...),
	}
	if h.Phone != "" {
		n.Phone = people.Mask(h.Phone)
	}
	if a.Is(people.Coordinator, h.Compound) {
		n.HasNeeds, n.HandlingNote = len(h.Needs) > 0, h.HandlingNote
	}
	return n
}

type householdsQuery struct {
	Compound string `query:"compound" maxLength:"64"`
	Building string `query:"building" maxLength:"64" doc:"Empty: the whole compound, for its coordinator."`
}

type neighbourList struct{ Body []Neighbour }

func (h handlers) households(ctx context.Context, in *householdsQuery) (*neighbourList, error) {
	me := people.From(ctx)
	if !Covers(me, in.Compound, in.Building) {
		return nil, notFound()
	}
	all, err := h.Households(ctx, in.Compound, in.Building)
	slices.SortFunc(all, func(a, b Household) int { return a.Door().Compare(b.Door()) })
	out := &neighbourList{Body: []Neighbour{}}
	for _, of := range all {
		out.Body = append(out.Body, neighbourOf(of, me))
	}
	return out, err
}

type noteRequest struct {
	Body struct {
		Household    string  `json:"household" maxLength:"200"`
		Name         string  `json:"name,omitempty" maxLength:"60" doc:"One more name that the household goes by."`
		Phone        string  `json:"phone,omitempty" maxLength:"40" doc:"Empty: as it was."`
		HandlingNote *string `json:"handling_note,omitempty" maxLength:"200" doc:"For the courier: knock loudly. Left out: as it was."`
		NoPhone      bool    `json:"no_phone" doc:"Neighbours order for it."`
	}
}

type neighbourView struct{ Body Neighbour }

func (h handlers) note(ctx context.Context, in *noteRequest) (*neighbourView, error) {
	if _, err := h.covered(ctx, in.Body.Household); err != nil {
		return nil, err
	}
	phone := ""
	if in.Body.Phone != "" {
		var err error
		if phone, err = people.Contact(in.Body.Phone); err != nil {
			return nil, err
		}
	}
	of, err := h.UpdateHousehold(ctx, in.Body.Household, func(of *Household) error {
		of.Learn(in.Body.Name)
		of.Phone = cmp.Or(phone, of.Phone)
		if note := in.Body.HandlingNote; note != nil {
			of.HandlingNote = *note
		}
		of.NoPhone = in.Body.NoPhone
		return nil
	})
	return &neighbourView{neighbourOf(of, people.From(ctx))}, err
}

type needsRequest struct {
	Body struct {
		Household string   `json:"household" maxLength:"200"`
		Needs     []string `json:"needs" maxItems:"3" enum:"elderly,infant,illness"`
	}
}

func (h handlers) needs(ctx context.Context, in *needsRequest) (*neighbourView, error) {
	if _, err := h.covered(ctx, in.Body.Household); err != nil {
		return nil, err
	}
	of, err := h.UpdateHousehold(ctx, in.Body.Household, func(of *Household) error {
		of.Needs = of.Needs[:0]
		for _, n := range in.Body.Needs {
			of.Needs = append(of.Needs, Need(n))
		}
		return nil
	})
	return &neighbourView{neighbourOf(of, people.From(ctx))}, err
}

type revealRequest struct {
	Body struct {
		Household string `json:"household" maxLength:"200"`
		Field     string `json:"field" enum:"phone,needs"`
	}
}

type revealed struct {
	Body struct {
		Phone string `json:"phone,omitempty"`
		Needs []Need `json:"needs,omitempty"`
	}
}

func (h handlers) reveal(ctx context.Context, in *revealRequest) (*revealed, error) {
	of, err := h.covered(ctx, in.Body.Household)
	if err != nil {
		return nil, err
	}
	me := people.From(ctx)
	if in.Body.Field == "needs" && !me.Is(people.Coordinator, of.Compound) {
		return nil, notFound()
	}
	err = h.people.Record(ctx, people.Reveal{Scope: of.Compound, By: me.Account, Field: in.Body.Field, Of: of.ID, At: h.now()})
	if err != nil {
		return nil, err
	}
	out := &revealed{}
	if in.Body.Field == "phone" {
		out.Body.Phone = of.Phone
		return out, nil
	}
	out.Body.Needs = of.Needs
	return out, nil
}

type accountRequest struct {
	Body struct {
		Household string `json:"household" maxLength:"200"`
		Account   string `json:"account" maxLength:"64"`
	}
}

func (h handlers) confirm(ctx context.Context, in *accountRequest) (*neighbourView, error) {
	if _, err := h.covered(ctx, in.Body.Household); err != nil {
		return nil, err
	}
	of, err := h.Confirm(ctx, in.Body.Household, in.Body.Account)
	return &neighbourView{neighbourOf(of, people.From(ctx))}, err
}

func (h handlers) release(ctx context.Context, in *accountRequest) (*none, error) {
	if _, err := h.covered(ctx, in.Body.Household); err != nil {
		return nil, err
	}
	return nil, h.Release(ctx, in.Body.Household, in.Body.Account)
}
