package routing

// region is some days and their stops, as a problem of its own.
type region struct {
	*model
	nodes []int32 // of a node here: what it is in the whole
	days  []int   // of a vehicle here: what it is in the whole
}

// The measures of regions, found as benchmark.md tells.
const (
	regionStops = 100  // of a region, or a trip more
	regionSteps = 2000 // a stop
)

// hasRegions tells that a problem is large enough to be searched by regions too, and
// that there are so many steps a stop that each gets its turn.
func (m *model) hasRegions(steps float64) bool {
	return m.windowed() && m.n > 2*regionStops && steps > 2*regionSteps
}

// searchRegions searches one region after another, until each stop has been in one and
// then anew. What is better there is better in the whole, while a search of the whole
// finds one region better and another worse.
func (r *search) searchRegions(steps float64) {
	slice := regionSteps * regionStops / (steps * float64(r.n))
	seen := make([]bool, r.n)
	for r.share() < 1 {
		clear(seen)
		for _, i := range r.draw.Perm(r.n - 1) {
			now := r.share()
			if seen[1+i] || now >= 1 {
				continue
			}
			g := r.around(int32(1 + i))
			for _, u := range g.nodes {
				seen[u] = true
			}
			r.searchRegion(g, min(now+slice, 1))
		}
	}
}

// around is the region of the days nearest to a stop and of the vehicles that are idle.
func (r *search) around(u int32) region {
	g := region{nodes: []int32{0}}
	taken := make([]bool, len(r.days))
	for _, v := range append([]int32{u}, r.nearest(u, r.n)...) {
		if len(g.nodes) > regionStops {
			break
		}
		if d := r.dayOf[v]; d < 0 {
			g.nodes = append(g.nodes, v)
		} else if !taken[d] {
			taken[d] = true
			g.days, g.nodes = append(g.days, int(d)), append(g.nodes, r.days[d].seq...)
		}
	}
	for d := range r.days {
		if len(r.days[d].seq) == 0 && len(g.days) < len(g.nodes) {
			g.days = append(g.days, d)
		}
	}
	g.model = r.part(g.nodes, g.days)
	return g
}

// searchRegion searches a region until a share of the budget is used up, and keeps what
// is better.
func (r *search) searchRegion(g region, until float64) {
	from, steps := r.share(), r.steps
	part := newSearch(g.model, r.draw.Int64())
	part.used = func(more int) float64 { return (r.used(steps+more) - from) / (until - from) }
	part.construct(g.inside(r.days))
	part.keep()
	part.remember()
	before := part.bestCost
	part.breed(true)
	if r.steps += part.steps; part.bestCost >= before {
		return
	}
	for _, d := range g.days {
		r.touch(d)
		r.set(d, nil)
	}
	for i, seq := range part.best {
		r.set(g.days[i], g.outside(seq))
	}
	r.keep()
	r.findAbsent()
	r.recount()
	r.remember()
}

// inside gives the region's days in its own numbers.
func (g *region) inside(days []day) [][]int32 {
	own := map[int32]int32{}
	for i, u := range g.nodes {
		own[u] = int32(i)
	}
	all := make([][]int32, len(g.days))
	for i, d := range g.days {
		for _, u := range days[d].seq {
			all[i] = append(all[i], own[u])
		}
	}
	return all
}

// outside gives stops of the region in the numbers of the whole.
func (g *region) outside(seq []int32) []int32 {
	whole := make([]int32, len(seq))
	for i, u := range seq {
		whole[i] = g.nodes[u]
	}
	return whole
}

// part is the problem of these nodes and vehicles alone, if each makes one trip at most.
func (m *model) part(nodes []int32, days []int) *model {
	p := newModel(len(nodes), m.k)
	p.timed, p.dist = m.timed, m.among(m.dist, nodes)
	for i, u := range nodes {
		p.load[i], p.climb[i], p.penalty[i] = m.load[u], m.climb[u], m.penalty[u]
		p.ready[i], p.due[i], p.service[i], p.release[i] = m.ready[u], m.due[u], m.service[u], m.release[u]
	}
	for _, d := range days {
		v := m.vehicles[d]
		if v.time = p.dist; &m.vehicles[d].time[0] != &m.dist[0] {
			v.time = m.among(m.vehicles[d].time, nodes)
		}
		p.vehicles = append(p.vehicles, v)
	}
	p.prepare()
	return p
}

// among is what a matrix has for the ways between these nodes.
func (m *model) among(matrix []int32, nodes []int32) []int32 {
	part := make([]int32, 0, len(nodes)*len(nodes))
	for _, u := range nodes {
		for _, v := range nodes {
			part = append(part, matrix[int(u)*m.n+int(v)])
		}
	}
	return part
}
