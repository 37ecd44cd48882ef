package routing

// pool remembers the days of good solutions: of those with the same stops on the same
// kind of vehicle the cheapest. There is room for so many; a new one takes the place
// that its stops lead to, whoever is there.
type pool struct {
	*model
	marks   []uint64 // of a node, and behind them of a kind of vehicle, drawn once
	columns []column
}

// column is a day in the words of set partitioning.
type column struct {
	key  uint64 // of its stops and its kind
	kind int    // of vehicle; nobody's for a stop that is left out
	cost int64
	seq  []int32
}

const (
	nobody   = -1
	poolSize = 1 << 14
	poolNear = 50 // a solution is good that costs less than this part of the best more than the best
)

func newPool(m *model) *pool {
	p := &pool{model: m, marks: make([]uint64, m.n+m.kinds), columns: make([]column, poolSize)}
	draw := newDraw(0)
	for i := range p.marks {
		p.marks[i] = draw.Uint64()
	}
	return p
}

// add takes a day in.
func (p *pool) add(d int, seq []int32, cost int64) {
	if len(seq) == 0 {
		return
	}
	kind := p.vehicles[d].kind
	key := p.marks[p.n+kind]
	for _, u := range seq {
		key ^= p.marks[u]
	}
	c := &p.columns[key%poolSize]
	if c.key != key || c.cost > cost {
		c.key, c.kind, c.cost, c.seq = key, kind, cost, append(c.seq[:0], seq...)
	}
}

// mix gives the days of the cheapest solution that the pool's columns make up, as far as
// it finds it; nil if that does not cost less than what is known.
func (p *pool) mix(known int64, over func() bool) [][]int32 {
	q := newPartition(p.model, known, over)
	for _, c := range p.columns {
		if len(c.seq) > 0 {
			q.columns = append(q.columns, priced{column: c})
		}
	}
	for u := int32(1); u < int32(p.n); u++ {
		q.columns = append(q.columns, priced{column: column{kind: nobody, cost: p.penalty[u], seq: []int32{u}}})
	}
	if q.price(); over() {
		return nil
	}
	q.index()
	q.search(0, 0)
	return q.days()
}
