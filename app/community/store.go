package community

import (
	"context"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
	"baimi/app/people"
)

// Community is the package opened on a store.
type Community struct {
	compounds  *db.Collection[Compound]
	households *db.Collection[Household]
	people     *people.People
	now        func() time.Time
}

// Open prepares the package on a store.
func Open(conn *db.Conn, p *people.People, now func() time.Time) *Community {
	return &Community{
		compounds: db.Open[Compound](conn, db.Spec{Name: "compounds"}),
		households: db.Open[Household](conn, db.Spec{Name: "households", Indexes: []db.Index{
			db.On("compound", "building"), db.On("residents"), db.On("waiting"),
		}}),
		people: p, now: now,
	}
}

// Compound gives one compound.
func (c *Community) Compound(ctx context.Context, id string) (Compound, error) {
	return c.compounds.Get(ctx, id)
}

// Exist refuses ids that are no compounds.
func (c *Community) Exist(ctx context.Context, ids ...string) error {
	for _, id := range ids {
		_, err := c.compounds.Look(ctx, id)
		if fault.KindOf(err) == fault.NotFound {
			return fault.New(fault.Invalid, "compound_unknown", "There is no compound %q.", id).With("compound", id).At("body.area", "unknown compound")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Compounds gives every compound, by id.
func (c *Community) Compounds(ctx context.Context) ([]Compound, error) {
	return db.All(c.compounds.Find(ctx, db.Query{}))
}

// Change changes a compound.
func (c *Community) Change(ctx context.Context, id string, change func(*Compound) error) (Compound, error) {
	return c.compounds.Update(ctx, id, change)
}

// SetLift writes down that a building's lift stands still, or works again.
func (c *Community) SetLift(ctx context.Context, compound, building string, broken bool) (Compound, error) {
	return c.Change(ctx, compound, func(c *Compound) error { return c.SetLift(building, broken) })
}

// AddCompounds stores the compounds that are not there yet.
func (c *Community) AddCompounds(ctx context.Context, compounds []Compound) error {
	return c.compounds.InsertMissing(ctx, compounds)
}

// AddHouseholds stores the households that are not there yet.
func (c *Community) AddHouseholds(ctx context.Context, households []Household) error {
	return c.households.InsertMissing(ctx, households)
}

// Household gives what is known of a household; a door that nobody has asked
// about yet has an empty one. Fault "no_such_door" where there is no such door.
func (c *Community) Household(ctx context.Context, id string) (Household, error) {
	h, err := c.households.Get(ctx, id)
	if fault.KindOf(err) != fault.NotFound {
		return h, err
	}
	compound, door, err := ParseHouseholdID(id)
	if err != nil {
		return Household{}, err
	}
	estate, err := c.compounds.Look(ctx, compound)
	if err != nil {
		return Household{}, err
	}
	fresh, err := estate.NewHousehold(door)
	if err != nil {
		return Household{}, err
	}
	return *fresh, nil
}

// Households gives what is stored of a building's households; an empty
// building asks for the whole compound.
func (c *Community) Households(ctx context.Context, compound, building string) ([]Household, error) {
	q := db.Where("compound", compound)
	if building != "" {
		q = q.And("building", building)
	}
	return db.All(c.households.Find(ctx, q))
}

// UpdateHousehold changes a household, storing it first where it is new.
func (c *Community) UpdateHousehold(ctx context.Context, id string, change func(*Household) error) (Household, error) {
	h, err := c.households.Update(ctx, id, change)
	if fault.KindOf(err) != fault.NotFound {
		return h, err
	}
	fresh, err := c.Household(ctx, id)
	if err != nil {
		return h, err
	}
	if _, err := c.households.Insert(ctx, fresh); err != nil && fault.KindOf(err) != fault.Conflict {
		return h, err
	}
	return c.households.Update(ctx, id, change)
}

// Claim says that an account lives behind a door. The grant follows the
// household: a crash between the two is mended by asking again.
func (c *Community) Claim(ctx context.Context, household, account string) (Household, error) {
	who, err := c.people.Account(ctx, account)
	if err != nil {
		return Household{}, err
	}
	h, err := c.UpdateHousehold(ctx, household, func(h *Household) error { return h.Ask(account, who.Contact()) })
	if err != nil {
		return h, err
	}
	for _, a := range h.Residents {
		if a == account {
			return h, c.people.Grant(ctx, account, people.Grant{Role: people.Resident, Scope: household})
		}
	}
	return h, c.people.TellHolders(ctx, people.Grant{Role: people.Leader, Scope: h.Compound + "/" + h.Building}, people.Notice{
		Doc: db.Doc{ID: "claim:" + household + ":" + account}, Kind: "household_claim",
		Params: map[string]string{"household": household}, Link: "/households?building=" + h.Building + "&compound=" + h.Compound, At: c.now(),
	})
}

// Confirm takes a waiting account into its household.
func (c *Community) Confirm(ctx context.Context, household, account string) (Household, error) {
	h, err := c.households.Update(ctx, household, func(h *Household) error { return h.Confirm(account) })
	if err != nil {
		return h, err
	}
	return h, c.people.Grant(ctx, account, people.Grant{Role: people.Resident, Scope: household})
}

// Release lets an account leave its household, or turns it away.
func (c *Community) Release(ctx context.Context, household, account string) error {
	_, err := c.households.Update(ctx, household, func(h *Household) error {
		h.Leave(account)
		return nil
	})
	if err != nil {
		return err
	}
	err = c.people.Revoke(ctx, account, people.Grant{Role: people.Resident, Scope: household})
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	return err
}
