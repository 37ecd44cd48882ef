package catalog

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"baimi/app/fault"
	"baimi/app/money"
)

// MaxReservations bounds a lot.
const MaxReservations = 5000

// MaxQuantity bounds every number of units: a city's day is far below it.
const MaxQuantity = 10_000_000

// Windows are the parts of a day in which goods may come.
var Windows = []string{"am", "pm", "evening"}

// Validate refuses a lot that could not be sold as it says, naming each wrong field.
func (l *Lot) Validate(now time.Time) error {
	err := fault.New(fault.Invalid, "lot_invalid", "The lot cannot be posted like this.")
	if l.Quantity < 1 || l.Quantity > MaxQuantity {
		err = err.At("body.quantity", fmt.Sprintf("1 to %d units", MaxQuantity))
	}
	if l.CaseSize < 1 || l.CaseSize > l.Quantity {
		err = err.At("body.case_size", "at least 1, and at most the quantity")
	}
	if l.MinPerDrop < 0 || l.MinPerDrop > l.Quantity {
		err = err.At("body.min_per_drop", "not below 0, and at most the quantity")
	}
	if !money.Known(l.Currency) {
		err = err.At("body.currency", "a currency as ISO 4217 writes it, such as CNY")
	}
	if l.BestBefore != nil && !now.Before(*l.BestBefore) {
		err = err.At("body.best_before", "in the future")
	}
	if unknown := unknownWindow(l.Windows); unknown != "" {
		err = err.At("body.windows", "am, pm or evening, not "+unknown)
	}
	err = checkTiers(err, l.Tiers)
	if len(err.Fields) > 0 {
		return err
	}
	return nil
}

func unknownWindow(windows []string) string {
	for _, w := range windows {
		if !slices.Contains(Windows, w) {
			return fmt.Sprintf("%q", w)
		}
	}
	return ""
}

// checkTiers holds that the first price is from 1 on, that quantities rise and
// that prices never do: more units never cost more each.
func checkTiers(err *fault.Error, tiers []Tier) *fault.Error {
	if len(tiers) == 0 || len(tiers) > 20 {
		return err.At("body.tiers", "1 to 20 prices")
	}
	if tiers[0].From != 1 {
		err = err.At("body.tiers[0].from", "the first price is from 1 on")
	}
	for i, t := range tiers {
		if t.UnitPrice < 0 || t.UnitPrice > maxPrice {
			err = err.At(fmt.Sprintf("body.tiers[%d].unit_price", i), fmt.Sprintf("0 to %d", maxPrice))
		}
		if i > 0 && t.From <= tiers[i-1].From {
			err = err.At(fmt.Sprintf("body.tiers[%d].from", i), "above the one before")
		}
		if i > 0 && t.UnitPrice > tiers[i-1].UnitPrice {
			err = err.At(fmt.Sprintf("body.tiers[%d].unit_price", i), "not above the one before")
		}
	}
	return err
}

// maxPrice is 100 million of the currency's main unit, in minor units.
const maxPrice = 10_000_000_000

// PriceAt gives the unit price of a drop of n units.
func (l *Lot) PriceAt(n int64) int64 {
	price := l.Tiers[0].UnitPrice
	for _, t := range l.Tiers {
		if n >= t.From {
			price = t.UnitPrice
		}
	}
	return price
}

// Reserved counts the units that deliveries take.
func (l *Lot) Reserved() int64 {
	var n int64
	for _, r := range l.Reservations {
		n += r.Quantity
	}
	return n
}

// Available counts the units that can still be reserved.
func (l *Lot) Available() int64 {
	if l.State != Posted {
		return 0
	}
	return l.Quantity - l.Reserved()
}

// Reserve takes n units for the delivery that key names. Doing it again under
// the same key counts once; with another quantity it is refused.
func (l *Lot) Reserve(key string, n int64, now time.Time) error {
	if i := l.reservation(key); i >= 0 {
		if l.Reservations[i].Quantity == n {
			return nil
		}
		return fault.New(fault.Conflict, "reserved_otherwise", "%s has reserved %d units, not %d.", key, l.Reservations[i].Quantity, n)
	}
	if err := l.Expire(now); err != nil || l.State == Withdrawn {
		return fault.New(fault.Conflict, "lot_gone", "The lot %s is not on offer any more: it is %s.", l.ID, l.State).With("lot", l.ID).With("state", string(l.State))
	}
	if n < 1 || n > l.Available() {
		return fault.New(fault.Conflict, "lot_short", "The lot has %d units left, not %d.", l.Available(), n).
			With("left", l.Available()).With("asked", n).With("lot", l.ID)
	}
	if len(l.Reservations) >= MaxReservations {
		return fault.New(fault.Conflict, "lot_crowded", "The lot is promised to %d deliveries already; please post the rest as another lot.", MaxReservations).With("limit", MaxReservations)
	}
	l.Reservations = append(l.Reservations, Reservation{Key: key, Quantity: n, At: now.UTC()})
	l.settle()
	return nil
}

// Release gives a reservation back; one that is not there is no error, so that
// releasing twice releases once.
func (l *Lot) Release(key string) { l.Lower(key, 0) }

// Lower gives a reservation back but for n units; it never takes more.
func (l *Lot) Lower(key string, n int64) {
	i := l.reservation(key)
	switch {
	case i >= 0 && n <= 0:
		l.Reservations = slices.Delete(l.Reservations, i, i+1)
	case i >= 0:
		l.Reservations[i].Quantity = min(l.Reservations[i].Quantity, n)
	}
	l.settle()
}

func (l *Lot) reservation(key string) int {
	return slices.IndexFunc(l.Reservations, func(r Reservation) bool { return r.Key == key })
}

// settle tells a lot with nothing left from one that has.
func (l *Lot) settle() {
	switch left := l.Quantity - l.Reserved(); {
	case l.State == Posted && left == 0:
		l.State = Exhausted
	case l.State == Exhausted && left > 0:
		l.State = Posted
	}
}

// Rebook sets what deliveries take of the lot, by key, all at once; 0 gives a
// reservation back. A lot that is off offer can only give less than before.
func (l *Lot) Rebook(want map[string]int64, now time.Time) error {
	before := l.Reserved()
	next := slices.Clone(l.Reservations)
	for _, key := range slices.Sorted(maps.Keys(want)) {
		n := want[key]
		i := slices.IndexFunc(next, func(r Reservation) bool { return r.Key == key })
		switch {
		case i < 0 && n > 0:
			next = append(next, Reservation{Key: key, Quantity: n, At: now.UTC()})
		case i >= 0 && next[i].Quantity != n:
			next[i].Quantity = n
		}
	}
	next = slices.DeleteFunc(next, func(r Reservation) bool { return r.Quantity == 0 })
	after := (&Lot{Reservations: next}).Reserved()
	if gone := l.State == Withdrawn || l.Expire(now) != nil; gone && after > before || after > l.Quantity || len(next) > MaxReservations {
		return fault.New(fault.Conflict, "lot_short", "The lot has %d units left, not %d.", l.Available(), after-before).
			With("left", l.Available()).With("asked", after-before).With("lot", l.ID)
	}
	l.Reservations = next
	l.settle()
	return nil
}

// Correct changes what the lot says. What deliveries have reserved was promised
// in its cases, from its minimum and at its prices, so those stay until nothing
// is reserved, and it never has fewer units than are. New windows and a new area
// count for what is planned from now on.
func (l *Lot) Correct(t LotTerms, now time.Time) error {
	if err := l.Expire(now); err != nil || l.State == Withdrawn {
		return fault.New(fault.Conflict, "lot_gone", "The lot %s is not on offer any more: it is %s.", l.ID, l.State).With("lot", l.ID).With("state", string(l.State))
	}
	next := *l
	t.set(&next)
	if err := next.Validate(now); err != nil {
		return err
	}
	if reserved := l.Reserved(); next.Quantity < reserved {
		return fault.New(fault.Conflict, "lot_below_reserved", "Deliveries have reserved %d units: the lot cannot have fewer.", reserved).
			With("reserved", reserved).At("body.quantity", fmt.Sprintf("at least %d, which are reserved", reserved))
	}
	if len(l.Reservations) > 0 && !next.SellsLike(l) {
		return fault.New(fault.Conflict, "lot_promised", "Deliveries have reserved units at these prices: prices, cases and the minimum stay as they are. Lower the quantity to what is reserved and post the rest as another lot.")
	}
	*l = next
	l.settle()
	return nil
}

// SellsLike tells whether both lots sell in the same cases, from the same
// minimum and at the same prices.
func (l *Lot) SellsLike(o *Lot) bool {
	return l.CaseSize == o.CaseSize && l.MinPerDrop == o.MinPerDrop && slices.Equal(l.Tiers, o.Tiers)
}

// Withdraw takes the lot off offer. What its supplier has confirmed stays
// promised; the other deliveries are planned again without it.
func (l *Lot) Withdraw() error {
	if l.State == Withdrawn {
		return nil
	}
	if l.State == Expired {
		return fault.New(fault.Conflict, "lot_gone", "The lot is past its best-before already.").With("lot", l.ID).With("state", string(l.State))
	}
	l.State, l.Recalled = Withdrawn, len(l.Reservations) > 0
	return nil
}

// Expire marks a lot whose best-before has passed; fault "lot_gone" where it has.
func (l *Lot) Expire(now time.Time) error {
	if l.BestBefore == nil || now.Before(*l.BestBefore) || l.State == Withdrawn {
		return nil
	}
	l.State = Expired
	return fault.New(fault.Conflict, "lot_gone", "The lot is past its best-before.").With("lot", l.ID).With("state", string(l.State))
}
