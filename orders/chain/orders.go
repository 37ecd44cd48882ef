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

// Change is how one household's order differs between two postings.
type Change struct {
	Kind   string         `json:"kind" enum:"new,changed,gone"`
	Door   community.Door `json:"door"`
	Name   string         `json:"name,omitempty"`
	Before []Want         `json:"before"`
	After  []Want         `json:"after"`
}

// Diff says what the next review changes in the orders of the previous one, by
// household in the order of the text. What stayed the same is left out, and so
// is what still has questions.
func Diff(previous, next *Review) []Change { return DiffOrders(previous.Orders(), next.Orders()) }

// DiffOrders is Diff on orders, wherever they come from.
func DiffOrders(previous, next []Order) []Change {
	changes := []Change{}
	before, after := byDoor(previous), byDoor(next)
	for _, o := range next {
		if had := before[o.Door]; !sameWants(had.Wants, o.Wants) {
			changes = append(changes, change(o.Door, o.Name, append([]Want{}, had.Wants...), o.Wants))
		}
	}
	for _, o := range previous {
		if _, named := after[o.Door]; !named && len(o.Wants) > 0 {
			changes = append(changes, change(o.Door, o.Name, o.Wants, []Want{}))
		}
	}
	return changes
}

func byDoor(orders []Order) map[community.Door]Order {
	all := map[community.Door]Order{}
	for _, o := range orders {
		all[o.Door] = o
	}
	return all
}

func change(d community.Door, name string, before, after []Want) Change {
	c := Change{Kind: "changed", Door: d, Name: name, Before: before, After: after}
	switch {
	case len(before) == 0:
		c.Kind = "new"
	case len(after) == 0:
		c.Kind = "gone"
	}
	return c
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
