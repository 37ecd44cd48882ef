package chain

import (
	"slices"

	"baimi/app/community"
)

// Order is what one household wants in the end.
type Order struct {
	Door    community.Door `json:"door"`
	Name    string         `json:"name,omitempty"`
	Phone   string         `json:"phone,omitempty"`
	Note    string         `json:"note,omitempty"`
	Wants   []Want         `json:"wants"`
	Entries []int          `json:"entries,omitempty"` // of the review, from 1
}

// Orders gives what the settled entries ask for, household by household in the
// order of the text. Entries with open questions are left out; households that
// cancelled everything remain, with no wants.
func (r *Review) Orders() []Order { return r.OrdersOn(nil) }

// OrdersOn is Orders where households have ordered before: one whose first entry
// is a change (再加1份, 不要了) changes that; every other one says anew what it wants.
func (r *Review) OrdersOn(before map[community.Door][]Want) []Order {
	orders, place := []Order{}, map[community.Door]int{}
	for i, e := range r.Entries {
		if len(e.Questions) > 0 || e.Door == nil || e.Action == Ignore {
			continue
		}
		at, ok := place[*e.Door]
		if !ok {
			orders = append(orders, Order{Door: *e.Door, Wants: []Want{}})
			at = len(orders) - 1
			place[*e.Door] = at
			if e.Kind == Changed {
				orders[at].Wants = append(orders[at].Wants, before[*e.Door]...)
			}
		}
		orders[at].take(e, i+1)
	}
	return orders
}

// take adds one entry to the household's order.
func (o *Order) take(e Entry, number int) {
	o.Entries = append(o.Entries, number)
	if o.Name == "" {
		o.Name = e.Name
	}
	if e.Phone != "" {
		o.Phone = e.Phone
	}
	if e.Note != "" {
		o.Note = e.Note
	}
	named := func(w Want) bool { return slices.ContainsFunc(e.Wants, func(x Want) bool { return x.Item == w.Item }) }
	switch {
	case e.Action == Cancel && len(e.Wants) == 0:
		o.Wants = []Want{}
	case e.Action == Cancel:
		o.Wants = slices.DeleteFunc(o.Wants, named)
	case e.Action == Replace:
		o.Wants = slices.Clone(e.Wants)
	case e.Action == Set:
		o.Wants = append(slices.DeleteFunc(o.Wants, named), e.Wants...)
	default:
		o.Wants = merge(append(o.Wants, e.Wants...))
	}
}

func sameWants(a, b []Want) bool {
	if len(a) != len(b) {
		return false
	}
	for _, w := range a {
		if !slices.Contains(b, w) {
			return false
		}
	}
	return true
}
