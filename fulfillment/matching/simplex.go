package matching

import "slices"

// project brings shares back to sums: a pair's shares to the price of its trip,
// a supplier's activation shares to its activation cost.
func (p *prices) project() {
	var parts []*float64
	for i := range p.pairs {
		if !p.joint[i] {
			continue
		}
		parts = parts[:0]
		for _, e := range p.entry[i] {
			parts = append(parts, &p.now[p.at.share+int(e)])
		}
		parts = append(parts, &p.now[p.at.grams+i], &p.now[p.at.millilitres+i])
		ontoSimplex(parts, p.tripPrice(int32(i)))
	}
	for s := range p.suppliers {
		if p.suppliers[s].activation == 0 {
			continue
		}
		parts = parts[:0]
		for _, i := range p.suppliers[s].pairs {
			if len(p.entry[i]) > 0 {
				parts = append(parts, &p.now[p.at.activation+int(i)])
			}
		}
		ontoSimplex(parts, max(0, float64(p.suppliers[s].activation)-p.stockValue(s)))
	}
}

// ontoSimplex moves values to the nearest ones that are not negative and add up
// to a total.
func ontoSimplex(values []*float64, total float64) {
	if len(values) == 0 {
		return
	}
	sorted := make([]float64, len(values))
	for i, v := range values {
		sorted[i] = *v
	}
	slices.Sort(sorted)
	sum, shift := 0.0, 0.0
	for i := len(sorted) - 1; i >= 0; i-- {
		sum += sorted[i]
		if s := (sum - total) / float64(len(sorted)-i); sorted[i] > s {
			shift = s
		}
	}
	for _, v := range values {
		*v = max(0, *v-shift)
	}
}
