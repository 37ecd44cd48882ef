package people

import (
	"context"
	"slices"
	"strings"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
)

const invitationLife = 14 * 24 * time.Hour

// CommandLine stands in for an account where the program's own command line acts.
const CommandLine = "command-line"

// Invitation gives its first taker a role, once.
//
//	open ─▶ taken ─▶ given
//	  └───────┴─▶ withdrawn | expired
type Invitation struct {
	db.Doc              // the id is the secret in the link
	Role      Role      `json:"role"`
	Scope     string    `json:"scope"`
	By        string    `json:"by"`
	Created   time.Time `json:"created"`
	Expires   time.Time `json:"expires"`
	TakenBy   string    `json:"taken_by,omitempty"`
	Given     bool      `json:"given,omitempty"` // its taker has the role, and does not get it from here again
	Withdrawn bool      `json:"withdrawn"`
}

// Take uses the invitation up; the same account may take it twice.
func (i *Invitation) Take(account string, now time.Time) error {
	if i.Given && i.TakenBy == account {
		return nil
	}
	if !i.openTo(account, now) {
		return invitationUsed()
	}
	i.TakenBy = account
	return nil
}

func invitationUsed() error {
	return fault.New(fault.Conflict, "invitation_used", "This invitation has been used or is too old. Please ask for a new one.")
}

// openTo tells whether an account may still take it; "" is one that is not known yet.
func (i *Invitation) openTo(account string, now time.Time) bool {
	return (i.TakenBy == "" || i.TakenBy == account) && !i.Withdrawn && now.Before(i.Expires)
}

// MayGive tells whether the actor may hand out a role for a scope: operators
// every role, coordinators the leaders and couriers of their compound, leaders
// a deputy for their building, suppliers a colleague.
func (a Actor) MayGive(g Grant) bool {
	if a.Has(Operator) {
		return g.Role != Resident
	}
	compound, _, _ := strings.Cut(g.Scope, "/")
	switch g.Role {
	case Leader:
		return a.Is(Leader, g.Scope) || a.Is(Coordinator, compound)
	case Courier:
		return a.Is(Coordinator, g.Scope)
	case Coordinator, Supplier:
		return a.Is(g.Role, g.Scope)
	}
	return false
}

// Known tells whether g names a role that can be given, with a scope of its shape.
func (g Grant) Known() error {
	parts := strings.Count(g.Scope, "/")
	ok := map[Role]bool{
		Leader: parts == 1, Courier: g.Scope != "" && parts == 0, Coordinator: g.Scope != "" && parts == 0,
		Supplier: g.Scope != "" && parts == 0, Operator: g.Scope == "",
	}
	if _, known := ok[g.Role]; !known {
		return fault.New(fault.Invalid, "role_unknown", "There is no role %q to invite for: choose leader, courier, coordinator, supplier or operator.", string(g.Role)).With("role", string(g.Role)).At("role", "unknown role")
	}
	if !ok[g.Role] {
		return fault.New(fault.Invalid, "scope_unknown", "%q is not what a %s covers.", g.Scope, string(g.Role)).With("scope", g.Scope).At("scope", "of another shape")
	}
	return nil
}

// Invite makes an invitation for a role.
func (p *People) Invite(ctx context.Context, by Actor, g Grant) (Invitation, error) {
	if err := g.Known(); err != nil {
		return Invitation{}, err
	}
	if !by.MayGive(g) {
		return Invitation{}, fault.New(fault.Forbidden, "invitation_not_yours", "You cannot give this role.")
	}
	now := p.now()
	return p.invitations.Insert(ctx, Invitation{
		Doc: db.Doc{ID: secret(12)}, Role: g.Role, Scope: g.Scope, By: by.Account, Created: now, Expires: now.Add(invitationLife),
	})
}

// Accept gives the invitation's role to the account. A crash between the steps
// is mended by accepting again; a role that was taken away since is not given again.
func (p *People) Accept(ctx context.Context, id, account string) (Grant, error) {
	now := p.now()
	i, err := p.invitations.Update(ctx, id, func(i *Invitation) error { return i.Take(account, now) })
	if err != nil {
		return Grant{}, err
	}
	g := Grant{i.Role, i.Scope}
	if i.Given {
		a, err := p.accounts.Look(ctx, account)
		if err == nil && !slices.Contains(a.Grants, g) {
			err = invitationUsed()
		}
		return g, err
	}
	if err := p.Grant(ctx, account, g); err != nil {
		return g, err
	}
	_, err = p.invitations.Update(ctx, id, func(i *Invitation) error { i.Given = true; return nil })
	return g, err
}
