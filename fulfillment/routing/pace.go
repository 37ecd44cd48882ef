package routing

// paces gives each kind of courier the cost of a unit of Duration and how long
// each way takes. A cost is in seconds where all keep one pace, and otherwise in
// parts of a second that are small enough for each pace.
func (p *Problem) paces(duration []int32) (unit []int64, time [][]int32) {
	kept := map[int64][]int32{}
	common := int64(0)
	for kind := range p.Couriers {
		pace := p.Couriers[kind].pace()
		if kept[pace] == nil {
			kept[pace] = atPace(duration, pace)
		}
		unit, time, common = append(unit, pace), append(time, kept[pace]), divisor(common, pace)
	}
	for kind := range unit {
		unit[kind] /= common
	}
	return unit, time
}

func (c *Courier) pace() int64 {
	if c.Pace == 0 {
		return 100
	}
	return c.Pace
}

func atPace(duration []int32, pace int64) []int32 {
	if pace == 100 {
		return duration
	}
	slower := make([]int32, len(duration))
	for i, t := range duration {
		slower[i] = int32((int64(t)*pace + 99) / 100)
	}
	return slower
}

// divisor is the greatest common one (Euclid).
func divisor(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
