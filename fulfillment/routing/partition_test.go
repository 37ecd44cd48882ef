package routing

import (
	"math/bits"
	"testing"
)

// drawn is a small problem of set partitioning: stops, two kinds of vehicles, and columns.
func drawn(seed int64) *partition {
	draw := newDraw(seed)
	m := newModel(8, 1)
	m.kinds, m.vehicles = 2, []vehicle{{kind: 0}, {kind: 0}, {kind: 1}}
	q := newPartition(m, 500, func() bool { return false })
	for range 40 {
		c := column{kind: draw.IntN(2), cost: 10 + draw.Int64N(60)}
		for u := int32(1); u < 8; u++ {
			if draw.IntN(3) == 0 {
				c.seq = append(c.seq, u)
			}
		}
		if len(c.seq) > 0 {
			q.columns = append(q.columns, priced{column: c})
		}
	}
	for u := int32(1); u < 8; u++ {
		q.columns = append(q.columns, priced{column: column{kind: nobody, cost: 90, seq: []int32{u}}})
	}
	return q
}

// cheapest tries every choice: by what is served and how many vehicles of each kind go.
func cheapest(q *partition) int64 {
	best := map[[3]int]int64{{0, 0, 0}: 0}
	for _, c := range q.columns {
		mask := 0
		for _, u := range c.seq {
			mask |= 1 << u
		}
		next := map[[3]int]int64{}
		for at, cost := range best {
			take := func(to [3]int, cost int64) {
				if was, ok := next[to]; !ok || cost < was {
					next[to] = cost
				}
			}
			take(at, cost)
			to := at
			if to[0] |= mask; c.kind != nobody {
				to[1+c.kind]++
			}
			if at[0]&mask == 0 && to[1] <= q.room[0] && to[2] <= q.room[1] {
				take(to, cost+c.cost)
			}
		}
		best = next
	}
	least := int64(forever)
	for at, cost := range best {
		if bits.OnesCount(uint(at[0])) == q.n-1 {
			least = min(least, cost)
		}
	}
	return least
}

func TestThePartitionOfSmallProblemsIsTheCheapest(t *testing.T) {
	for seed := range int64(100) {
		q := drawn(seed)
		want := cheapest(q)
		q.price()
		if q.bound > float64(want)+1e-6 {
			t.Errorf("seed %d: the bound %.1f is above the cheapest, %d", seed, q.bound, want)
		}
		q.index()
		q.search(0, 0)
		if q.known != want {
			t.Errorf("seed %d: %d, want %d", seed, q.known, want)
		}
		used := 0
		for d, seq := range q.days() {
			if used += len(seq); len(seq) > 0 && q.vehicles[d].kind == 1 && d != 2 {
				t.Errorf("seed %d: vehicle %d goes for another kind", seed, d)
			}
		}
		if q.room[0] != 2 || q.room[1] != 1 {
			t.Errorf("seed %d: the search has not given back its vehicles: %v", seed, q.room)
		}
	}
}
