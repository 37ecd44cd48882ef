package people

import (
	"slices"

	"baimi/app/fault"
)

// Permission says who may call a route at all. Which documents the caller may
// then see or change is the documents' own rule.
type Permission struct {
	roles  []Role
	public bool
}

// Anyone may call the route, signed in or not.
var Anyone = Permission{public: true}

// SignedIn lets every account call the route.
var SignedIn = Permission{}

// Only lets the holders of any of these roles call the route.
func Only(roles ...Role) Permission { return Permission{roles: roles} }

// Names lists the permission for the contract and for tests: "anyone",
// "signed_in", or the roles.
func (p Permission) Names() []string {
	if p.public {
		return []string{"anyone"}
	}
	if len(p.roles) == 0 {
		return []string{"signed_in"}
	}
	names := make([]string, len(p.roles))
	for i, r := range p.roles {
		names[i] = string(r)
	}
	return names
}

// Check refuses an actor whom the permission does not let in.
func (p Permission) Check(a Actor) error {
	if p.public {
		return nil
	}
	if !a.SignedIn() {
		return fault.New(fault.Unauthenticated, "sign_in", "Please sign in first.")
	}
	if len(p.roles) == 0 || slices.ContainsFunc(p.roles, a.Has) {
		return nil
	}
	return fault.New(fault.Forbidden, "role_needed", "This is for people with another role.").With("roles", p.Names())
}
