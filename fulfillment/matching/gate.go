package matching

// moveGate changes which suppliers come to a gate: it opens one more, closes
// one, or deals the whole gate anew, and lets every product that is concerned
// find its place again.
func (r *search) moveGate(g int32) {
	pairs := r.model.gates[g].pairs
	before := r.value
	mark := len(r.saved)
	p := pairs[r.rng.IntN(len(pairs))]
	switch kind := r.rng.IntN(10); {
	case kind == 0:
		r.deal(g)
	case r.load[p].trips > 0:
		r.close(p)
	default:
		r.open(p)
	}
	r.settle(mark, before)
}

// close sends a supplier away from a gate and refills what it brought.
func (r *search) close(p int32) {
	r.set = r.set[:0]
	for _, k := range r.pairCells[p] {
		if r.uses(k, p) {
			r.set = append(r.set, k)
		}
	}
	r.tripWeight[p] = -1
	r.clear(r.set)
	r.shuffle(r.set)
	r.fillAll(r.set, r.rng.Float64()*1.2)
	r.tripWeight[p] = 1
}

// open lets a supplier come to a gate as if its first trip cost nothing, then
// closes whoever is no longer worth a trip.
func (r *search) open(p int32) {
	r.set = append(r.set[:0], r.pairCells[p]...)
	r.tripWeight[p] = 0
	r.clear(r.set)
	r.shuffle(r.set)
	r.fillAll(r.set, r.rng.Float64()*1.2)
	r.tripWeight[p] = 1
	r.prune(r.pairs[p].gate, p)
}

// deal empties a gate and fills it with random discounts on trips.
func (r *search) deal(g int32) {
	r.set = append(r.set[:0], r.model.gates[g].cells...)
	for _, p := range r.model.gates[g].pairs {
		r.tripWeight[p] = r.rng.Float64()
		if r.rng.IntN(4) == 0 {
			r.tripWeight[p] = -1
		}
	}
	r.clear(r.set)
	r.shuffle(r.set)
	r.fillAll(r.set, r.rng.Float64()*1.2)
	for _, p := range r.model.gates[g].pairs {
		r.tripWeight[p] = 1
	}
	r.prune(g, -1)
}

// moveSupplier sends a supplier home, or brings one in at a discount, at several
// gates at once: what pays for an activation, or what scarce trips are best for,
// shows only together.
func (r *search) moveSupplier(s int32) {
	pairs := r.model.suppliers[s].pairs
	before := r.value
	mark := len(r.saved)
	weight := -1.0
	if r.visits[s] == 0 || (r.rng.IntN(2) == 0 && r.model.suppliers[s].trips < unlimited/2) {
		weight = r.rng.Float64() / 2
	}
	r.set = r.set[:0]
	for _, i := range r.rng.Perm(len(pairs)) {
		p := pairs[i]
		r.tripWeight[p] = weight
		for _, k := range r.pairCells[p] {
			if weight >= 0 || r.uses(k, p) {
				r.set = append(r.set, k)
			}
		}
		if weight >= 0 && len(r.set) > 30 {
			break
		}
	}
	r.clear(r.set)
	r.shuffle(r.set)
	r.fillAll(r.set, r.rng.Float64()*1.2)
	for _, p := range pairs {
		r.tripWeight[p] = 1
	}
	r.settle(mark, before)
}

// prune closes every pair of a gate, other than one, that is worth less than it
// costs.
func (r *search) prune(g, but int32) {
	heat := r.heat
	r.heat = 0
	for _, p := range r.model.gates[g].pairs {
		if p == but || r.load[p].trips == 0 || r.contribution(p) > 2*float64(r.pairs[p].tripCost) {
			continue
		}
		before := r.value
		mark := len(r.saved)
		r.close(p)
		if r.value < before {
			r.undo(mark)
		}
	}
	r.heat = heat
}

// contribution is what the cells gain from a pair, more or less.
func (r *search) contribution(p int32) float64 {
	sum := 0.0
	for _, k := range r.pairCells[p] {
		c := &r.cells[k]
		for _, t := range r.filled[k].takes {
			if cl := c.lots[t.lot]; cl.pair == p {
				sum += float64(t.n) * (c.classes[t.class].worth - float64(r.model.lots[cl.lot].tiers[0].UnitPrice) - r.stockPrice[cl.lot])
			}
		}
	}
	return sum
}

// uses says whether a cell gets anything from a pair.
func (r *search) uses(k, p int32) bool {
	for _, t := range r.filled[k].takes {
		if r.cells[k].lots[t.lot].pair == p {
			return true
		}
	}
	return false
}

func (r *search) shuffle(cells []int32) {
	r.rng.Shuffle(len(cells), func(i, j int) { cells[i], cells[j] = cells[j], cells[i] })
}
