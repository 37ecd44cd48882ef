package matching

import "math"

// transport is the exact division of plain lots (any quantity, one price, no
// trips to pay) among the units of one product: a transportation problem. Every
// customer starts at its cheapest lot; what a lot has too much is pushed along
// shortest paths of shifted customers to lots with room (successive shortest
// paths, Ahuja, Magnanti and Orlin 1993). The last lot stands for "not served".
type transport struct {
	units  []int64     // by customer: a class of a cell
	cost   [][]float64 // by lot and customer: minor units a unit less worth; +Inf: cannot
	stock  []int64     // by lot
	flows  [][]flow    // by customer
	at     [][]int32   // by lot: customers that may have flow of it
	load   []int64
	shift  [][]shift // by lots: the cheapest customer to move from one to the other
	stale  []bool
	dist   []float64
	back   []int32
	active []int32 // lots in use, "not served" among them
}

type flow struct {
	lot int32
	n   int64
}

type shift struct {
	cost     float64
	customer int32
}

func newTransport(units []int64, cost [][]float64, stock []int64) *transport {
	n := len(stock)
	t := &transport{units: units, cost: cost, stock: stock, flows: make([][]flow, len(units)), at: make([][]int32, n), load: make([]int64, n),
		shift: make([][]shift, n), stale: make([]bool, n), dist: make([]float64, n), back: make([]int32, n)}
	for i := range t.shift {
		t.shift[i] = make([]shift, n)
	}
	return t
}

// solve divides the stock of the open lots and returns the cost: less than 0 by
// what the plan gains. Lots that are not open have nothing.
func (t *transport) solve(open func(lot int) bool) float64 {
	t.active = t.active[:0]
	for i := range t.stock {
		t.at[i], t.load[i], t.stale[i] = t.at[i][:0], 0, true
		if i == len(t.stock)-1 || open(i) {
			t.active = append(t.active, int32(i))
		}
	}
	for j, n := range t.units {
		best := t.active[len(t.active)-1]
		for _, i := range t.active {
			if t.cost[i][j] < t.cost[best][j] {
				best = i
			}
		}
		t.flows[j] = append(t.flows[j][:0], flow{best, n})
		t.at[best] = append(t.at[best], int32(j))
		t.load[best] += n
	}
	for _, i := range t.active {
		for t.load[i] > t.stock[i] {
			t.relieve(i)
		}
	}
	return t.total()
}

func (t *transport) total() float64 {
	sum := 0.0
	for j := range t.flows {
		for _, f := range t.flows[j] {
			sum += float64(f.n) * t.cost[f.lot][j]
		}
	}
	return sum
}

// relieve pushes some of a lot's excess along the cheapest path.
func (t *transport) relieve(from int32) {
	to := t.path(from)
	n := min(t.load[from]-t.stock[from], t.stock[to]-t.load[to])
	for i := to; i != from; i = t.back[i] {
		n = min(n, t.flow(t.shift[t.back[i]][i].customer, t.back[i]))
	}
	for i := to; i != from; i = t.back[i] {
		h := t.back[i]
		j := t.shift[h][i].customer
		t.add(j, h, -n)
		t.add(j, i, n)
		t.stale[h], t.stale[i] = true, true
	}
}

// path finds the cheapest way from a lot to one with room (Bellman-Ford: there
// are few lots, and shifts may gain once others have moved).
func (t *transport) path(from int32) int32 {
	for _, i := range t.active {
		t.dist[i] = math.Inf(1)
		if t.stale[i] {
			t.refresh(i)
		}
	}
	t.dist[from] = 0
	for changed, round := true, 0; changed && round <= len(t.active); round++ {
		changed = false
		for _, i := range t.active {
			if math.IsInf(t.dist[i], 1) {
				continue
			}
			for _, k := range t.active {
				if d := t.dist[i] + t.shift[i][k].cost; d < t.dist[k]-1e-6 && k != from {
					t.dist[k], t.back[k], changed = d, i, true
				}
			}
		}
	}
	best := t.active[len(t.active)-1]
	for _, i := range t.active {
		if i != from && t.load[i] < t.stock[i] && t.dist[i] < t.dist[best] {
			best = i
		}
	}
	return best
}

// refresh finds the cheapest customer to shift from a lot to each other one.
func (t *transport) refresh(i int32) {
	t.stale[i] = false
	row := t.shift[i]
	for _, k := range t.active {
		row[k] = shift{cost: math.Inf(1), customer: -1}
	}
	left := t.at[i][:0]
	for _, j := range t.at[i] {
		if t.flow(j, i) == 0 {
			continue
		}
		left = append(left, j)
		for _, k := range t.active {
			if c := t.cost[k][j] - t.cost[i][j]; c < row[k].cost && k != i {
				row[k] = shift{c, j}
			}
		}
	}
	t.at[i] = left
}

func (t *transport) flow(j, i int32) int64 {
	for _, f := range t.flows[j] {
		if f.lot == i {
			return f.n
		}
	}
	return 0
}

func (t *transport) add(j, i int32, n int64) {
	t.load[i] += n
	for k := range t.flows[j] {
		if f := &t.flows[j][k]; f.lot == i {
			if f.n += n; f.n == 0 {
				t.flows[j][k] = t.flows[j][len(t.flows[j])-1]
				t.flows[j] = t.flows[j][:len(t.flows[j])-1]
			}
			return
		}
	}
	t.flows[j] = append(t.flows[j], flow{i, n})
	t.at[i] = append(t.at[i], j)
}
