package routing

import (
	"cmp"
	"slices"
)

// partition picks, of the columns, those that serve every stop once and cost least (set
// partitioning). Only columns that the bound of their prices allows in something better
// than what is known are left; a search in depth takes the stop that fewest of them
// serve, and the least dear of these first. It looks at so many.
type partition struct {
	*duals
	with   [][]int32 // of a stop: its columns, the least dear first
	served []bool
	chosen []int32
	picked []int32 // what is better than what was known
	looks  int
}

const mostLooks = 5000

func newPartition(m *model, known int64, over func() bool) *partition {
	return &partition{duals: newDuals(m, known, over), with: make([][]int32, m.n), served: make([]bool, m.n)}
}

// index tells for each stop which columns serve it.
func (q *partition) index() {
	for i := range q.columns {
		for _, u := range q.columns[i].seq {
			if u != 0 {
				q.with[u] = append(q.with[u], int32(i))
			}
		}
	}
	for _, with := range q.with {
		slices.SortFunc(with, func(a, b int32) int { return cmp.Compare(q.columns[a].dear, q.columns[b].dear) })
	}
}

// search serves what is not served yet; cost is what the chosen columns cost, and dear
// how dear they are together.
func (q *partition) search(cost int64, dear float64) {
	u := q.hardest(dear)
	if u == 0 {
		if cost < q.known {
			q.known, q.picked = cost, slices.Clone(q.chosen)
		}
		return
	}
	for _, i := range q.with[u] {
		c := &q.columns[i]
		if q.tooDear(dear + c.dear) {
			return
		}
		if !q.fits(c) {
			continue
		}
		if q.tired() {
			return
		}
		q.choose(c, true)
		q.chosen = append(q.chosen, i)
		q.search(cost+c.cost, dear+c.dear)
		q.chosen = q.chosen[:len(q.chosen)-1]
		q.choose(c, false)
	}
}

// tired tells that there has been enough searching.
func (q *partition) tired() bool {
	if q.looks++; q.looks%16 == 0 && q.over() {
		q.looks = mostLooks
	}
	return q.looks >= mostLooks
}

// hardest is the stop that fewest columns can still serve; 0 if every stop is served.
func (q *partition) hardest(dear float64) int32 {
	var hardest int32
	least := len(q.columns) + 1
	for u := int32(1); u < int32(q.n) && least > 1; u++ {
		if q.served[u] {
			continue
		}
		if fit := q.choices(u, dear, least); fit < least {
			hardest, least = u, fit
		}
	}
	return hardest
}

// choices is how many columns can still serve a stop, counted up to so many.
func (q *partition) choices(u int32, dear float64, most int) int {
	fit := 0
	for _, i := range q.with[u] {
		if fit == most || q.tooDear(dear+q.columns[i].dear) {
			break
		}
		if q.fits(&q.columns[i]) {
			fit++
		}
	}
	return fit
}

func (q *partition) fits(c *priced) bool {
	if c.kind != nobody && q.room[c.kind] == 0 {
		return false
	}
	return !slices.ContainsFunc(c.seq, func(u int32) bool { return q.served[u] })
}

// choose takes a column in, or out again.
func (q *partition) choose(c *priced, in bool) {
	if c.kind != nobody && in {
		q.room[c.kind]--
	} else if c.kind != nobody {
		q.room[c.kind]++
	}
	for _, u := range c.seq {
		q.served[u] = in && u != 0
	}
}

// days gives each picked column a vehicle of its kind; nil if nothing is picked.
func (q *partition) days() [][]int32 {
	if q.picked == nil {
		return nil
	}
	days := make([][]int32, len(q.vehicles))
	for _, i := range q.picked {
		c := &q.columns[i]
		for d := range days {
			if days[d] == nil && q.vehicles[d].kind == c.kind {
				days[d] = c.seq
				break
			}
		}
	}
	return days
}
