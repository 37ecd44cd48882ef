package matching

import (
	"cmp"
	"crypto/sha256"
	"slices"
	"strconv"
)

// part is units of a lot of a cell for one demand.
type part struct {
	lot    int32 // position in the cell
	demand int32
	n      int64
}

// sharer divides what a cell gets among its demands. It only moves units between
// demands of equal worth that accept the same prices, so it never costs worth.
// Among these a floor comes first: one unit of the product for every household with
// a priority that has none yet, the highest priority first, then by the draw. What is
// left is shared by the market's rule, and what a group gets of it by the group's own.
type sharer struct {
	*model
	parts []part
	got   []int64            // by household and product
	ticks map[int32][32]byte // by demand: its household's place in the draw
}

// claim is what one demand can get of the units that are being divided.
type claim struct {
	demand      int32
	room, award int64
}

func newSharer(m *model) *sharer {
	s := &sharer{model: m, got: make([]int64, m.indexes.claims), ticks: map[int32][32]byte{}}
	for i, n := range m.kept.got {
		s.got[m.indexes.claim[i]] += n
	}
	return s
}

// divide returns who gets what in a cell; good until the next call.
func (s *sharer) divide(k int32, takes []take) []part {
	s.parts = s.parts[:0]
	if len(takes) == 0 {
		return s.parts
	}
	c := &s.cells[k]
	dearest := s.dearest(c, takes)
	done := make([]bool, len(c.classes))
	for i := range c.classes {
		if done[i] {
			continue
		}
		in := []int32{}
		for j := i; j < len(c.classes); j++ {
			a, b := &c.classes[i], &c.classes[j]
			if j == i || (!done[j] && a.worth == b.worth && a.pin == b.pin && min(a.cap, b.cap) >= dearest) {
				in, done[j] = append(in, int32(j)), true
			}
		}
		s.group(c, in, takes)
	}
	return s.parts
}

// dearest is the highest price that anybody in the cell pays.
func (s *sharer) dearest(c *cell, takes []take) int64 {
	given := make([]int64, len(c.lots))
	for _, t := range takes {
		given[t.lot] += t.n
	}
	dearest := int64(0)
	for i, q := range given {
		if q > 0 {
			dearest = max(dearest, tierPrice(s.lots[c.lots[i].lot].tiers, q))
		}
	}
	return dearest
}

// group divides the units of some classes among all their demands.
func (s *sharer) group(c *cell, classes []int32, takes []take) {
	mine := []take{}
	n := int64(0)
	for _, t := range takes {
		if slices.Contains(classes, t.class) {
			mine = append(mine, t)
			n += t.n
		}
	}
	if n == 0 {
		return
	}
	claims := []claim{}
	for _, i := range classes {
		for _, m := range c.classes[i].members {
			claims = append(claims, claim{demand: m.demand, room: int64(m.units)})
		}
	}
	s.award(s.market.Rule, claims, n)
	s.regroup(claims)
	for _, a := range claims {
		for a.award > 0 {
			t := &mine[0]
			u := min(a.award, t.n)
			s.parts = append(s.parts, part{t.lot, a.demand, u})
			s.got[s.indexes.claim[a.demand]] += u
			a.award -= u
			if t.n -= u; t.n == 0 {
				mine = mine[1:]
			}
		}
	}
}

// regroup shares once more, by its own rule, what each group has got that has one.
func (s *sharer) regroup(claims []claim) {
	type group struct {
		id   string
		rule Rule
	}
	of := func(c claim) group {
		d := &s.market.Demands[c.demand]
		return group{d.Group, d.Rule}
	}
	own := func(c claim) bool { return of(c).rule != "" && of(c).rule != s.market.Rule }
	if !slices.ContainsFunc(claims, own) {
		return
	}
	slices.SortStableFunc(claims, func(a, b claim) int {
		return cmp.Or(cmp.Compare(of(a).id, of(b).id), cmp.Compare(of(a).rule, of(b).rule), cmp.Compare(a.demand, b.demand))
	})
	for from, to := 0, 0; from < len(claims); from = to {
		n := int64(0)
		for ; to < len(claims) && of(claims[to]) == of(claims[from]); to++ {
			n += claims[to].award
		}
		if !own(claims[from]) {
			continue
		}
		for i := range claims[from:to] {
			claims[from+i].award = 0
		}
		s.award(of(claims[from]).rule, claims[from:to], n)
	}
}

// award decides who gets how much of n units.
func (s *sharer) award(rule Rule, claims []claim, n int64) {
	room := int64(0)
	for _, c := range claims {
		room += c.room
	}
	if n >= room {
		for i := range claims {
			claims[i].award = claims[i].room
		}
		return
	}
	n -= s.floor(claims, n)
	switch rule {
	case First:
		s.inOrder(claims, n, func(a, b claim) int { return cmp.Compare(a.demand, b.demand) })
	case Lottery:
		s.inOrder(claims, n, s.drawn)
	case Proportional:
		s.proportional(claims, n)
	default:
		s.level(claims, n)
	}
}

// floor gives a unit to each household with a priority and none yet, and returns
// how many it gave.
func (s *sharer) floor(claims []claim, n int64) (given int64) {
	priority := func(c claim) int64 { return s.market.Demands[c.demand].Priority }
	if !slices.ContainsFunc(claims, func(c claim) bool { return priority(c) > 0 }) {
		return 0
	}
	slices.SortStableFunc(claims, func(a, b claim) int { return cmp.Or(cmp.Compare(priority(b), priority(a)), s.drawn(a, b)) })
	served := map[int32]bool{}
	for i := range claims {
		c := &claims[i]
		who := s.indexes.claim[c.demand]
		if given < n && priority(*c) > 0 && s.got[who] == 0 && !served[who] {
			c.award++
			given++
			served[who] = true
		}
	}
	return given
}

// inOrder gives each claim all it can before the next.
func (s *sharer) inOrder(claims []claim, n int64, order func(a, b claim) int) {
	slices.SortStableFunc(claims, order)
	for i := range claims {
		more := min(n, claims[i].room-claims[i].award)
		claims[i].award += more
		n -= more
	}
}

// home is what one household asks of the product, in one demand or several.
type home struct {
	claims    []claim
	has, room int64
}

// homes puts the claims of each household together, in the order of the draw.
func (s *sharer) homes(claims []claim) []home {
	slices.SortStableFunc(claims, s.drawn)
	var all []home
	for from, to := 0, 0; from < len(claims); from = to {
		who := s.indexes.claim[claims[from].demand]
		h := home{has: s.got[who]}
		for ; to < len(claims) && s.indexes.claim[claims[to].demand] == who; to++ {
			h.has += claims[to].award
			h.room += claims[to].room - claims[to].award
		}
		h.claims = claims[from:to]
		all = append(all, h)
	}
	return all
}

// give hands a household's units to its claims, one after the other.
func (h *home) give(n int64) {
	h.has, h.room = h.has+n, h.room-n
	for i := range h.claims {
		c := &h.claims[i]
		more := min(n, c.room-c.award)
		c.award, n = c.award+more, n-more
	}
}

// level raises whichever household has least, unit by unit; the draw decides
// between equals.
func (s *sharer) level(claims []claim, n int64) {
	homes := s.homes(claims)
	upTo := func(h home, level int64) int64 { return min(h.room, max(0, level-h.has)) }
	filled := func(level int64) (sum int64) {
		for _, h := range homes {
			sum += upTo(h, level)
		}
		return sum
	}
	lo, hi := int64(0), int64(1)
	for filled(hi) < n {
		lo, hi = hi, 2*hi
	}
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; filled(mid) <= n {
			lo = mid
		} else {
			hi = mid
		}
	}
	for i := range homes {
		more := upTo(homes[i], lo)
		homes[i].give(more)
		n -= more
	}
	for i := range homes {
		if h := &homes[i]; n > 0 && h.room > 0 && h.has <= lo {
			h.give(1)
			n--
		}
	}
}

// proportional gives each claim its part of n by the quantity asked, rounded down,
// and the rest to the largest remainders.
func (s *sharer) proportional(claims []claim, n int64) {
	asked := func(c claim) int64 { return s.market.Demands[c.demand].Quantity }
	for n > 0 {
		total, given := int64(0), int64(0)
		for _, c := range claims {
			if c.award < c.room {
				total += asked(c)
			}
		}
		remainder := make(map[int32]int64, len(claims))
		for i := range claims {
			if c := &claims[i]; c.award < c.room {
				exact := n * asked(*c)
				u := min(exact/total, c.room-c.award)
				remainder[c.demand] = exact % total
				c.award += u
				given += u
			}
		}
		if n -= given; given > 0 && n >= int64(len(claims)) {
			continue
		}
		slices.SortStableFunc(claims, func(a, b claim) int {
			return cmp.Or(cmp.Compare(remainder[b.demand], remainder[a.demand]), s.drawn(a, b))
		})
		for i := range claims {
			if n > 0 && claims[i].award < claims[i].room {
				claims[i].award++
				n--
			}
		}
	}
}

// drawn orders claims by the market's draw.
func (s *sharer) drawn(a, b claim) int {
	x, y := s.tick(a.demand), s.tick(b.demand)
	return cmp.Or(slices.Compare(x[:], y[:]), cmp.Compare(a.demand, b.demand))
}

func (s *sharer) tick(demand int32) [32]byte {
	t, known := s.ticks[demand]
	if !known {
		t = Ticket(s.market.Seed, s.market.Demands[demand].member())
		s.ticks[demand] = t
	}
	return t
}

// Ticket is a household's place in the draw of a seed: the SHA-256 of
// "seed:household", smallest first, so that anyone can replay a lottery.
func Ticket(seed int64, household string) [32]byte {
	return sha256.Sum256([]byte(strconv.FormatInt(seed, 10) + ":" + household))
}
