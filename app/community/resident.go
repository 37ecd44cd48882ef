package community

import (
	"slices"

	"baimi/app/fault"
)

const maxResidents = 12

// Ask takes an account into the household, or lets it wait for a word of
// somebody who knows. The first to ask is taken in, unless the household is
// known by another number or is one that neighbours order for.
//
// known phone | residents | asks with | becomes
// -           | none      | any       | resident, unless NoPhone
// X           | none      | X         | resident
// X           | none      | Y         | waiting
// any         | some      | any       | waiting
func (h *Household) Ask(account, contact string) error {
	if slices.Contains(h.Residents, account) || slices.Contains(h.Waiting, account) {
		return nil
	}
	if len(h.Residents)+len(h.Waiting) >= maxResidents {
		return fault.New(fault.Conflict, "household_full", "%d people are named for this door already. Please ask your leader.", maxResidents).With("limit", maxResidents)
	}
	known := h.Phone == contact || h.Phone == "" && !h.NoPhone
	if len(h.Residents) == 0 && known {
		h.Residents = append(h.Residents, account)
		return nil
	}
	h.Waiting = append(h.Waiting, account)
	return nil
}

// Confirm takes a waiting account in.
func (h *Household) Confirm(account string) error {
	if slices.Contains(h.Residents, account) {
		return nil
	}
	if !slices.Contains(h.Waiting, account) {
		return fault.New(fault.NotFound, "not_found", "Nobody of that account waits for this door.")
	}
	h.Waiting = slices.DeleteFunc(h.Waiting, func(a string) bool { return a == account })
	h.Residents = append(h.Residents, account)
	return nil
}

// Leave lets an account go, or turns one away that waits.
func (h *Household) Leave(account string) {
	gone := func(a string) bool { return a == account }
	h.Residents = slices.DeleteFunc(h.Residents, gone)
	h.Waiting = slices.DeleteFunc(h.Waiting, gone)
}
