package people

import "slices"

// Role is what a person may do within a scope.
type Role string

// Residents need no grant: belonging to a household is enough. Every other
// role is granted by an invitation and covers exactly its scope.
const (
	Resident    Role = "resident"    // scope: a household id, A001/3/1-604
	Leader      Role = "leader"      // scope: a building, A001/3
	Coordinator Role = "coordinator" // scope: a compound, A001
	Courier     Role = "courier"     // scope: a compound, A001
	Supplier    Role = "supplier"    // scope: a supplier, S01
	Operator    Role = "operator"    // scope: the deployment, the empty string
)

// Grant is one role and what it covers.
type Grant struct {
	Role  Role   `json:"role" enum:"resident,leader,coordinator,courier,supplier,operator"`
	Scope string `json:"scope"`
}

// Actor is who asks: an account with its grants, or nobody.
type Actor struct {
	Account string  `json:"account"`
	Session string  `json:"-"`
	Name    string  `json:"name"`
	Grants  []Grant `json:"grants"`
}

// SignedIn tells whether the actor has an account.
func (a Actor) SignedIn() bool { return a.Account != "" }

// Is tells whether the actor holds the role for exactly this scope.
func (a Actor) Is(role Role, scope string) bool {
	return slices.Contains(a.Grants, Grant{role, scope})
}

// Has tells whether the actor holds the role anywhere.
func (a Actor) Has(role Role) bool {
	return slices.ContainsFunc(a.Grants, func(g Grant) bool { return g.Role == role })
}

// Scopes lists what the actor's grants of one role cover, in the order they were given.
func (a Actor) Scopes(role Role) []string {
	scopes := []string{}
	for _, g := range a.Grants {
		if g.Role == role {
			scopes = append(scopes, g.Scope)
		}
	}
	return scopes
}
