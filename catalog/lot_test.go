package catalog

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"baimi/app/fault"
)

var noon = time.Date(2022, 4, 18, 12, 0, 0, 0, time.UTC)

func lot(n int64) *Lot { return &Lot{Quantity: n, CaseSize: 1, State: Posted} }

func TestReserve(t *testing.T) {
	tomorrow := noon.Add(24 * time.Hour)
	for name, row := range map[string]struct {
		before func(*Lot)
		key    string
		n      int64
		now    time.Time
		code   string
	}{
		"the last unit is sellable":             {func(l *Lot) { l.reserve("a", 9) }, "b", 1, noon, ""},
		"one more than there is is not":         {func(l *Lot) { l.reserve("a", 9) }, "b", 2, noon, "lot_short"},
		"nothing is no reservation":             {func(*Lot) {}, "b", 0, noon, "lot_short"},
		"the same twice counts once":            {func(l *Lot) { l.reserve("a", 9) }, "a", 9, noon, ""},
		"the same key for more is refused":      {func(l *Lot) { l.reserve("a", 1) }, "a", 2, noon, "reserved_otherwise"},
		"the same twice after withdrawal holds": {func(l *Lot) { l.reserve("a", 1); l.State = Withdrawn }, "a", 1, noon, ""},
		"a withdrawn lot gives no more":         {func(l *Lot) { l.State = Withdrawn }, "b", 1, noon, "lot_gone"},
		"nor does one at its best-before":       {func(l *Lot) { l.BestBefore = &tomorrow }, "b", 1, tomorrow, "lot_gone"},
		"a moment before it does":               {func(l *Lot) { l.BestBefore = &tomorrow }, "b", 1, tomorrow.Add(-1), ""},
		"an exhausted lot gives no more":        {func(l *Lot) { l.reserve("a", 10) }, "b", 1, noon, "lot_short"},
		"what was released can be reserved":     {func(l *Lot) { l.reserve("a", 10); l.Release("a") }, "b", 10, noon, ""},
	} {
		t.Run(name, func(t *testing.T) {
			l := lot(10)
			row.before(l)
			err := l.Reserve(row.key, row.n, row.now)
			if row.code == "" && err != nil || row.code != "" && !fault.Is(err, row.code) {
				t.Errorf("%v, want %q", err, row.code)
			}
		})
	}
}

func (l *Lot) reserve(key string, n int64) { _ = l.Reserve(key, n, noon) }

func TestALotIsNeverOversold(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		l := lot(r.Int64N(50) + 1)
		for range 100 {
			key := fmt.Sprint(r.IntN(12))
			if r.IntN(3) == 0 {
				l.Release(key)
			} else {
				l.reserve(key, r.Int64N(12))
			}
			if l.Reserved() > l.Quantity || (l.State == Exhausted) != (l.Reserved() == l.Quantity) {
				t.Fatalf("%d of %d reserved, %s", l.Reserved(), l.Quantity, l.State)
			}
		}
	}
}

func TestReach(t *testing.T) {
	s := Supplier{Lon: 121_480_000, Lat: 31_230_000, RadiusMetres: 5000}
	// 0.05° of longitude at this latitude are 4,754 m, 0.045° of latitude 5,004 m.
	if !s.Reaches(121_530_000, 31_230_000) || s.Reaches(121_480_000, 31_275_000) {
		t.Error("a radius of 5 km does not end at 5 km")
	}
	s.RadiusMetres = 0
	if !s.Reaches(0, 0) {
		t.Error("no radius is any distance")
	}
}

func TestPriceAt(t *testing.T) {
	l := Lot{Tiers: []Tier{{1, 2960}, {100, 2810}, {300, 2660}}}
	for n, want := range map[int64]int64{1: 2960, 99: 2960, 100: 2810, 299: 2810, 300: 2660, 9000: 2660} {
		if got := l.PriceAt(n); got != want {
			t.Errorf("%d units at %d, want %d", n, got, want)
		}
	}
}

func TestRebookChangesAllDeliveriesOrNone(t *testing.T) {
	now := time.Date(2022, 4, 18, 12, 0, 0, 0, time.UTC)
	lot := func() *Lot {
		return &Lot{Quantity: 10, State: Exhausted, Reservations: []Reservation{{Key: "a", Quantity: 6}, {Key: "b", Quantity: 4}}}
	}
	for name, row := range map[string]struct {
		want     map[string]int64
		state    LotState
		refused  bool
		reserved int64
	}{
		"units go from one to another":   {map[string]int64{"a": 2, "c": 4}, Exhausted, false, 10},
		"what is not needed is on offer": {map[string]int64{"a": 0}, Posted, false, 4},
		"more than there is":             {map[string]int64{"a": 7}, Exhausted, true, 10},
	} {
		t.Run(name, func(t *testing.T) {
			l := lot()
			if err := l.Rebook(row.want, now); (err != nil) != row.refused || l.State != row.state || l.Reserved() != row.reserved {
				t.Errorf("%v: %s, %d reserved", err, l.State, l.Reserved())
			}
		})
	}
	gone := lot()
	gone.State = Withdrawn
	if err := gone.Rebook(map[string]int64{"a": 2, "b": 4}, now); err != nil || gone.Reserved() != 6 || gone.State != Withdrawn {
		t.Errorf("a withdrawn lot gives less: %v, %d", err, gone.Reserved())
	}
	if err := gone.Rebook(map[string]int64{"b": 5}, now); err == nil {
		t.Error("a withdrawn lot gives more than before")
	}
}

func TestCorrect(t *testing.T) {
	tomorrow, before := noon.Add(24*time.Hour), noon.Add(-time.Hour)
	terms := LotTerms{Quantity: 10, CaseSize: 2, Tiers: []Tier{{1, 900}}}
	for name, row := range map[string]struct {
		reserved int64
		lot      func(*Lot)
		change   func(*LotTerms)
		code     string
		state    LotState
	}{
		"fewer, down to what is reserved":      {4, nil, func(c *LotTerms) { c.Quantity = 4 }, "", Exhausted},
		"one fewer than is reserved":           {4, nil, func(c *LotTerms) { c.Quantity = 3 }, "lot_below_reserved", Posted},
		"more, where all was reserved":         {10, nil, func(c *LotTerms) { c.Quantity = 12 }, "", Posted},
		"another price, of what nobody has":    {0, nil, func(c *LotTerms) { c.Tiers = []Tier{{1, 800}} }, "", Posted},
		"another price, of what is reserved":   {2, nil, func(c *LotTerms) { c.Tiers = []Tier{{1, 800}} }, "lot_promised", Posted},
		"one more price step is another price": {2, nil, func(c *LotTerms) { c.Tiers = append(c.Tiers, Tier{5, 800}) }, "lot_promised", Posted},
		"other cases, of what is reserved":     {2, nil, func(c *LotTerms) { c.CaseSize = 1 }, "lot_promised", Posted},
		"another minimum, of what is reserved": {2, nil, func(c *LotTerms) { c.MinPerDrop = 4 }, "lot_promised", Posted},
		"windows, area, date and note": {2, nil, func(c *LotTerms) {
			c.Windows, c.Area, c.BestBefore, c.Note = []string{"am"}, []string{"A"}, &tomorrow, "brown"
		}, "", Posted},
		"a window that no day has":               {0, nil, func(c *LotTerms) { c.Windows = []string{"night"} }, "lot_invalid", Posted},
		"a best-before that has passed":          {0, nil, func(c *LotTerms) { c.BestBefore = &before }, "lot_invalid", Posted},
		"a price that rises":                     {0, nil, func(c *LotTerms) { c.Tiers = append(c.Tiers, Tier{5, 901}) }, "lot_invalid", Posted},
		"what is withdrawn":                      {0, func(l *Lot) { l.State = Withdrawn }, func(*LotTerms) {}, "lot_gone", Withdrawn},
		"what is past its best-before":           {0, func(l *Lot) { l.BestBefore = &before }, func(c *LotTerms) { c.BestBefore = &tomorrow }, "lot_gone", Expired},
		"the same again, where all was reserved": {10, nil, func(*LotTerms) {}, "", Exhausted},
	} {
		t.Run(name, func(t *testing.T) {
			l, c := lot(10), terms
			l.Currency = "CNY"
			terms.set(l)
			if row.reserved > 0 {
				l.reserve("a", row.reserved)
			}
			if row.lot != nil {
				row.lot(l)
			}
			was := *l
			row.change(&c)
			err := l.Correct(c, noon)
			if row.code == "" && err != nil || row.code != "" && !fault.Is(err, row.code) || l.State != row.state || l.Reserved() != row.reserved {
				t.Fatalf("%v, want %q; %s with %d reserved", err, row.code, l.State, l.Reserved())
			}
			if refused := row.code != ""; refused && (l.Quantity != was.Quantity || !l.SellsLike(&was)) || !refused && (l.Quantity != c.Quantity || l.Note != c.Note) {
				t.Fatalf("%+v", l)
			}
		})
	}
}
