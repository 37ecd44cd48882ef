package matching

import (
	"cmp"
	"math"
	"slices"
)

// promises tells quickly what a change of the open suppliers can be worth at most.
// With a price on every unit of stock each customer takes its cheapest open lot,
// whatever that leaves to the others: a Lagrangian bound of the transportation
// problem (Cornuejols, Sridharan and Thizy 1991). Only what promises more than the
// best set known has to be solved exactly.
type promises struct {
	*locator
	dear   [][][]float64 // by product, lot and customer: the cost of all its units with the price of stock
	rent   []float64     // by supplier: its activation less what its stock fetches
	low    [][]float64   // by product and customer: the least dear among the open lots
	second [][]float64   // the same without the supplier of low
	owner  [][]int32     // the supplier of low, or -1: not served
	base   float64       // the promise of the open set
}

// change is a supplier to open and one to close, -1 for none.
type change struct {
	in, out int32
	most    float64 // that it promises
}

func newPromises(l *locator, p *prices) *promises {
	b := &promises{locator: l, rent: make([]float64, len(l.suppliers))}
	for i := range l.suppliers {
		b.rent[i] = float64(l.suppliers[i].activation)
	}
	for prod, t := range l.products {
		dear := make([][]float64, len(l.lotsOf[prod]))
		for i, lot := range l.lotsOf[prod] {
			price := p.best[p.at.stock+int(lot)]
			b.rent[l.lots[lot].supplier] -= price * float64(l.lots[lot].stock)
			dear[i] = make([]float64, len(t.units))
			for j, n := range t.units {
				dear[i][j] = (t.cost[i][j] + price) * float64(n)
			}
		}
		n := len(t.units)
		b.dear, b.owner = append(b.dear, dear), append(b.owner, make([]int32, n))
		b.low, b.second = append(b.low, make([]float64, n)), append(b.second, make([]float64, n))
	}
	return b
}

// stand takes the open set as the one that changes start from.
func (b *promises) stand() {
	b.base = 0
	for s, open := range b.open {
		if open {
			b.base -= b.rent[s]
		}
	}
	for p := range b.dear {
		low, second, owner := b.low[p], b.second[p], b.owner[p]
		for j := range low {
			low[j], second[j], owner[j] = 0, 0, -1
		}
		for i, row := range b.dear[p] {
			s := b.lots[b.lotsOf[p][i]].supplier
			if !b.open[s] {
				continue
			}
			for j, v := range row {
				switch {
				case v >= second[j]:
				case owner[j] == s:
					low[j] = min(low[j], v)
				case v < low[j]:
					low[j], second[j], owner[j] = v, low[j], s
				default:
					second[j] = v
				}
			}
		}
		for _, v := range low {
			b.base -= v
		}
	}
}

// of is the most that a change can be worth.
func (b *promises) of(c change) float64 {
	most := b.base
	if c.in >= 0 {
		most -= b.rent[c.in]
	}
	if c.out >= 0 {
		most += b.rent[c.out]
	}
	for p := range b.dear {
		opened := slices.IndexFunc(b.lotsOf[p], func(l int32) bool { return b.lots[l].supplier == c.in })
		closed := c.out >= 0 && slices.ContainsFunc(b.lotsOf[p], func(l int32) bool { return b.lots[l].supplier == c.out })
		switch {
		case opened >= 0:
			most += b.gain(p, opened, c)
		case closed:
			most += b.loss(p, c.out)
		}
	}
	return most
}

// gain is what the customers of a product gain by a change that opens a lot, and
// perhaps further ones of its supplier.
func (b *promises) gain(p, lot int, c change) (sum float64) {
	low, second, owner := b.low[p], b.second[p], b.owner[p]
	rows := b.dear[p][lot : lot+1]
	for i := lot + 1; i < len(b.dear[p]); i++ {
		if b.lots[b.lotsOf[p][i]].supplier == c.in {
			rows = append(slices.Clip(rows), b.dear[p][i])
		}
	}
	for j, v := range low {
		now := v
		if owner[j] == c.out && c.out >= 0 {
			now = second[j]
		}
		for _, row := range rows {
			now = min(now, row[j])
		}
		sum += v - now
	}
	return sum
}

// loss is what the customers of a product gain by closing a supplier: 0 or less.
func (b *promises) loss(p int, out int32) (sum float64) {
	for j, s := range b.owner[p] {
		if s == out {
			sum += b.low[p][j] - b.second[p][j]
		}
	}
	return sum
}

// changes lists what promises more than a value, the most promising first. To
// close a supplier beside opening one saves its rent at most.
func (b *promises) changes(value float64) (list []change) {
	b.stand()
	value += 1e-9 * math.Abs(value)
	offer := func(in, out int32) float64 {
		c := change{in: in, out: out}
		if c.most = b.of(c); c.most > value {
			list = append(list, c)
		}
		return c.most
	}
	for _, s := range b.choice {
		if b.open[s] {
			offer(-1, s)
			continue
		}
		alone := offer(s, -1)
		for _, out := range b.choice {
			if b.open[out] && alone+b.rent[out] > value {
				offer(s, out)
			}
		}
	}
	slices.SortStableFunc(list, func(x, y change) int { return cmp.Compare(y.most, x.most) })
	return list
}
