package orders

// totals are what the round's households ordered.
type totals struct {
	units      int64
	households int
	items      []int64 // in the order of the round's items
}

// ordered adds up all households but one; "" leaves none out.
func (g *GroupBuy) ordered(but string) totals {
	t := totals{items: make([]int64, len(g.Items))}
	for i := range g.Participants {
		p := &g.Participants[i]
		if p.Household == but {
			continue
		}
		t.households++
		for at, j := 0, 0; j < len(p.Lines); j++ {
			l := &p.Lines[j]
			t.units += l.Quantity + l.Extra
			if at = g.itemAfter(l.Item, at); at >= 0 {
				t.items[at] += l.Quantity + l.Extra
			}
		}
	}
	return t
}

// itemAfter finds an item's place, looking first where the line before it left off: most orders are in the items' order.
func (g *GroupBuy) itemAfter(id string, at int) int {
	for i := range g.Items {
		if k := (max(at, 0) + i) % len(g.Items); g.Items[k].ID == id {
			return k
		}
	}
	return -1
}

// Progress is how far the round is, and tells nothing of anybody.
type Progress struct {
	ID         string         `json:"id"`
	Rev        int64          `json:"rev"`
	State      State          `json:"state"`
	Units      int64          `json:"units" doc:"Ordered so far."`
	Households int            `json:"households"`
	Waiting    int            `json:"waiting" doc:"Households on the waiting list."`
	ToGo       int64          `json:"to_go" doc:"Units still missing for the minimum; 0 when it is reached."`
	Left       int64          `json:"left" doc:"Room left for sorting; -1 where there is no limit."`
	Items      []ItemProgress `json:"items"`
}

// ItemProgress is one item's part of it.
type ItemProgress struct {
	Item  string `json:"item"`
	Units int64  `json:"units"`
	ToGo  int64  `json:"to_go" doc:"Units still missing to fill the last case, after what households would take extra."`
	Left  int64  `json:"left" doc:"Units left; -1 where there is no limit."`
}

// Progress adds the round up.
func (g *GroupBuy) Progress() Progress {
	t := g.ordered("")
	p := Progress{
		ID: g.ID, Rev: g.Rev, State: g.State, Units: t.units, Households: t.households, Waiting: len(g.Waiting),
		ToGo: max(g.Minimum-t.units, 0), Left: left(g.SortingSpace, t.units), Items: make([]ItemProgress, len(g.Items)),
	}
	extra := g.willing()
	for i, it := range g.Items {
		n := t.items[i]
		p.Items[i] = ItemProgress{Item: it.ID, Units: n, ToGo: max(missing(n, it.CaseSize)-extra[i], 0), Left: left(it.Most, n)}
	}
	return p
}

func left(limit, taken int64) int64 {
	if limit == 0 {
		return -1
	}
	return max(limit-taken, 0)
}

// missing counts the units that fill the last case of n units.
func missing(n, size int64) int64 {
	if size <= 1 {
		return 0
	}
	return (size - n%size) % size
}

// willing adds up the extra units of each item that households would take.
func (g *GroupBuy) willing() []int64 {
	sum := make([]int64, len(g.Items))
	for i := range g.Participants {
		p := &g.Participants[i]
		for at, j := 0, 0; j < len(p.Lines); j++ {
			if at = g.itemAfter(p.Lines[j].Item, at); at >= 0 && p.Lines[j].Tolerance > 0 {
				sum[at] += g.allowance(p, &p.Lines[j])
			}
		}
	}
	return sum
}

// allowance is how much more of a line its household takes within its limits.
func (g *GroupBuy) allowance(p *Participant, l *Line) int64 {
	n := l.Tolerance - l.Extra
	if it, ok := g.Item(l.Item); ok && it.Limit > 0 {
		n = min(n, it.Limit-l.Quantity-l.Extra)
	}
	if g.LimitPerHousehold > 0 {
		var has int64
		for _, m := range p.Lines {
			has += m.Quantity + m.Extra
		}
		n = min(n, g.LimitPerHousehold-has)
	}
	return max(n, 0)
}
