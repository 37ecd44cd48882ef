package orders

import "slices"

// Takes tells whether a household would rather have something like what is
// missing than its money back.
func (g *GroupBuy) Takes(household string) bool {
	p, ok := g.Participant(household)
	return ok && p.Substitute
}

// Replace writes down what a delivery brings in the place of goods that are
// short, each as a part of the line it is for. Counting again replaces it again;
// what has an outcome at a door stays. A unit never costs more than the unit
// that it stands for.
func (g *GroupBuy) Replace(delivery string, parts map[Part]Served) error {
	for i := range g.Participants {
		for j := range g.Participants[i].Lines {
			l := &g.Participants[i].Lines[j]
			before := len(l.Served)
			l.Served = slices.DeleteFunc(l.Served, func(s Served) bool {
				next, again := parts[Part{delivery, g.Participants[i].Household, l.Item, s.Lot}]
				return s.Delivery == delivery && s.Instead != nil && s.Outcome == "" && !(again && next.Quantity == s.Quantity)
			})
			if len(l.Served) < before {
				g.MoneyChanged(g.Participants[i].Household)
			}
		}
	}
	for part, s := range parts {
		if g.part(part) != nil {
			continue
		}
		of := g.part(Part{delivery, part.Household, part.Item, s.Instead.Of})
		if of == nil {
			return partUnknown(part)
		}
		s.Supplier, s.UnitPrice = of.Supplier, of.UnitPrice
		l := g.line(part.Household, part.Item)
		l.Served = append(l.Served, s)
	}
	return nil
}

// insteadOf counts the units that came in the place of a part.
func (g *GroupBuy) insteadOf(p Part) (units int64) {
	for _, s := range g.line(p.Household, p.Item).Served {
		if s.Delivery == p.Delivery && s.Instead != nil && s.Instead.Of == p.Lot {
			units += s.Quantity
		}
	}
	return units
}

// nameOf gives what the goods of an item's lot are called: the item's name,
// unless the lot came in its place.
func (g *GroupBuy) nameOf(it *Item, lot string) (zh, en string) {
	zh, en = it.NameZh, it.NameEn
	g.parts(func(_ string, s *Served) {
		if s.Lot == lot && s.Instead != nil {
			zh, en = s.Instead.NameZh, s.Instead.NameEn
		}
	})
	return zh, en
}
