package matching

import (
	"context"
	"math"
	"time"
)

// Options say how hard to search. The zero value searches for five seconds.
type Options struct {
	Seed       int64                // of the search; the same market, seed and Iterations on one thread give the same plan
	Budget     time.Duration        // stop with the best found; 0: five seconds, unless Iterations is set
	Iterations int                  // stop after so many moves; 0: no limit
	Threads    int                  // parts of the market that share nothing are searched side by side; 0: one
	Keep       []Drop               // drops under way: part of the plan as they are
	Start      *Plan                // improve this plan instead of starting from nothing
	Clock      func() time.Duration // what Budget is measured by; nil: time on the clock since the call
	Progress   func(Progress)       // told now and then
}

// Progress is how far a search has come.
type Progress struct {
	Value, Bound int64 // minor units
	Iterations   int
}

// Solve returns the best plan found. The error is an *Invalid market, or drops to
// keep that do not fit it; an ended context ends the search with the best found.
func Solve(ctx context.Context, m *Market, o Options) (Plan, error) {
	r := newRun(ctx, o)
	mod, err := compile(m, o.Keep)
	if err != nil {
		return Plan{}, err
	}
	r.spare = 3 * (r.Clock() - r.start) / 2 // accounting for the plan takes hardly longer
	if o.Threads > 1 && len(o.Keep) == 0 && o.Start == nil {
		if parts := mod.parts(); len(parts) > 1 {
			return r.sideBySide(mod, parts)
		}
	}
	s, p := newState(mod), newPrices(mod)
	if mod.plain() {
		r.locate(s, p)
		return s.finish(p), nil
	}
	if o.Start != nil {
		r.amend(s, p)
		return s.finish(p), nil
	}
	s.greedy(0)
	r.converge(p, s.value, priceRounds)
	s.heed(p)
	s = s.better(r, p)
	q := newSearch(s, o.Seed)
	r.improve(q, p.bound)
	q.polish(q.all())
	return s.finish(p), nil
}

// amend improves a given plan around what changed, and only where it gains.
func (r *run) amend(s *state, p *prices) {
	for _, price := range r.Start.Prices {
		if l, known := s.indexes.lots[price.Lot]; known {
			s.stockPrice[l] = float64(price.Price)
		}
	}
	concerned := s.resume(r.Start)
	copy(p.best, s.stockPrice)
	copy(p.now, s.stockPrice)
	p.project()
	r.converge(p, s.value, 2)
	q := newSearch(s, r.Seed)
	if len(concerned) > 0 {
		q.focus(concerned)
	}
	q.recallAfter(r, idleMoves+idleEach*(len(q.lots)+len(q.gates)))
	q.polish(concerned)
}

// A plan that is amended has been searched well elsewhere: so many moves that gain
// nothing, and so many more for each lot and gate around what changed, end the search.
const (
	idleMoves = 200
	idleEach  = 10
)

// recallAfter searches until so many moves have gained nothing.
func (q *search) recallAfter(r *run, idle int) {
	for left := idle; q.movable() && left > 0 && r.spent() < 1; left-- {
		best := q.best
		if q.step(); q.best > best {
			left = idle
		}
		r.moves++
	}
	q.recall()
}

// run is the time and the moves that a search has.
type run struct {
	Options
	ctx   context.Context
	start time.Duration
	spare time.Duration // to write the plan
	moves int
	told  time.Duration
	asked int // calls of spent
	pause int // calls between two looks at the clock
	last  time.Duration
	part  float64 // spent, at the last look
}

func newRun(ctx context.Context, o Options) *run {
	if o.Clock == nil {
		begun := time.Now()
		o.Clock = func() time.Duration { return time.Since(begun) }
	}
	if o.Budget == 0 && o.Iterations == 0 {
		o.Budget = 5 * time.Second
	}
	return &run{Options: o, ctx: ctx, start: o.Clock()}
}

// spent is the part of the budget that is gone, 1 when it is used up.
func (r *run) spent() float64 {
	part := 0.0
	if r.Iterations > 0 {
		part = float64(r.moves) / float64(r.Iterations)
	}
	if r.asked++; r.asked > r.pause {
		r.look()
	}
	return min(max(part, r.part), 1)
}

// look reads the clock, and sets the pause so that it is read about every
// millisecond: reading processor time is slow.
func (r *run) look() {
	now := r.Clock()
	if now-r.last < time.Millisecond {
		r.pause = min(2*r.pause+1, 1<<16)
	} else {
		r.pause /= 4
	}
	r.asked, r.last = 0, now
	if r.Budget > 0 {
		r.part = float64(now-r.start) / float64(max(r.Budget-r.spare, 1))
	}
	if r.ctx.Err() != nil {
		r.part = 1
	}
}

func (r *run) tell(value, bound float64) {
	if r.Progress == nil {
		return
	}
	if now := r.Clock(); now-r.told >= 200*time.Millisecond {
		r.told = now
		r.Progress(Progress{Value: int64(value), Bound: int64(bound), Iterations: r.moves})
	}
}

// Rounds of prices: enough for six digits on the public markets; a third of the
// budget at most, but some in any case, because a plan without them is poor.
const (
	priceRounds      = 400
	leastPriceRounds = 10
	priceShare       = 0.35
)

func (r *run) converge(p *prices, value float64, rounds int) {
	for n := range rounds {
		p.step(value)
		r.tell(value, p.bound)
		if n+1 >= leastPriceRounds && (r.spent() > priceShare || p.settled()) {
			return
		}
	}
}

// greedy fills every cell in turn, at a weight on the price of stock.
func (s *state) greedy(weight float64) {
	for k := range s.cells {
		s.refill(int32(k), weight, unlimited)
	}
}

// better starts anew at the converged prices and returns the better start.
func (s *state) better(r *run, p *prices) *state {
	begun := r.Clock()
	other := newState(s.model)
	other.heed(p)
	other.greedy(1)
	r.spare += r.Clock() - begun
	if other.value < s.value {
		return s
	}
	return other
}

// improve searches until the budget is spent, cooling down.
func (r *run) improve(s *search, bound float64) {
	hot, from := s.typicalLoss(), r.spent()
	for s.movable() {
		if r.moves%16 == 0 {
			spent := r.spent()
			if spent >= 1 {
				break
			}
			done := (spent - from) / (1 - from)
			s.heat = hot * s.patience(float64(r.moves)/max(done, 1e-3)) * math.Pow(0.01, done)
			r.tell(s.best, bound)
		}
		s.step()
		r.moves++
	}
	s.recall()
}

// locate solves a plain market: exactly, if no supplier needs activation.
func (r *run) locate(s *state, p *prices) {
	l := newLocator(s)
	r.converge(p, l.everything(), priceRounds)
	l.search(r, p)
	l.carryOut()
	if len(l.choice) == 0 {
		p.bound = min(p.bound, l.value+float64(s.model.kept.value)+s.slack)
	}
}

// patience lowers the heat of a search that has few moves for each cell: it has
// no time to win back what it would lose.
func (s *search) patience(moves float64) float64 {
	return min(1, moves/float64(len(s.cells)+len(s.gates)+1)/15)
}

// polish refills every cell at the true costs and keeps what gains, so that no
// demand stays unserved that one more filling of its cell would serve.
func (s *search) polish(cells []int32) {
	s.heat = 0
	for i := range cells {
		before := s.value
		mark := s.clear(cells[i : i+1])
		s.fillAll(cells[i:i+1], 0)
		s.settle(mark, before)
	}
}

// finish writes the plan out and values it independently of the search.
func (s *state) finish(prices *prices) Plan {
	p := s.plan()
	p.Bound = int64(math.Floor(prices.bound*(1+1e-12) + 1e-6))
	for l := range s.lots {
		if price := int64(math.Round(prices.best[prices.at.stock+l])); price > 0 {
			p.Prices = append(p.Prices, LotPrice{Lot: s.market.Lots[l].ID, Price: price})
		}
	}
	s.account(&p)
	return p
}

// account values a plan independently of the search, and explains what it leaves.
func (s *state) account(p *Plan) {
	c := newChecker(s.market, s.indexes)
	for i := range p.Drops {
		c.drop(&p.Drops[i])
	}
	c.limits()
	p.Value = c.worth() - c.spent
	p.Bound = max(p.Value, p.Bound)
	p.Unserved = s.explain(c.got)
}
