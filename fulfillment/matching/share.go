package matching

// part is units of a lot of a cell for one demand.
type part struct {
	lot    int32 // position in the cell
	demand int32
	n      int64
}

// sharer divides what a cell gets among its demands by the market's rule. It
// only moves units between demands of equal worth, so it never costs worth.
type sharer struct {
	*model
	parts []part
	got   []int64 // by demand
}

func newSharer(m *model) *sharer {
	return &sharer{model: m, got: append([]int64{}, m.kept.got...)}
}

// divide returns who gets what in a cell; good until the next call.
func (s *sharer) divide(k int32, takes []take) []part {
	s.parts = s.parts[:0]
	left := map[int32][]member{}
	for _, t := range takes {
		c := &s.cells[k].classes[t.class]
		members, started := left[t.class]
		if !started {
			members = append(members, c.members...)
		}
		for n := t.n; n > 0; {
			m := &members[0]
			u := min(n, int64(m.units))
			s.parts = append(s.parts, part{t.lot, m.demand, u})
			s.got[m.demand] += u
			n -= u
			if m.units -= int32(u); m.units == 0 {
				members = members[1:]
			}
		}
		left[t.class] = members
	}
	return s.parts
}
