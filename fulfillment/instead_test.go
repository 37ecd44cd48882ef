package fulfillment

import (
	"testing"
	"time"

	"baimi/app/fault"
	"baimi/catalog"
	"baimi/fulfillment/matching"
)

var noon = time.Date(2022, 4, 18, 4, 0, 0, 0, time.UTC)

// dropOfGreens is a drop of ten packs of greens for three doors; the second
// would rather have its money back, the third has a need.
func dropOfGreens() (BulkDelivery, Substitutes) {
	d := BulkDelivery{State: Dispatched, Rule: matching.Equal, Lots: []DropLot{{Lot: "L1", Product: "greens", NameEn: "Greens", Quantity: 10, UnitPrice: 900}}}
	d.ID = "d1"
	for i, door := range []string{"1-101", "1-102", "1-103"} {
		d.Parcels = append(d.Parcels, Parcel{GroupBuy: "g1", Household: "A001/1/" + door, Item: "greens", Lot: "L1", Quantity: []int64{4, 4, 2}[i], Priority: []int64{0, 0, 2}[i]})
	}
	cabbage := catalog.Product{NameZh: "卷心菜", NameEn: "Cabbage", Unit: "pack"}
	cabbage.ID = "cabbage"
	return d, Substitutes{
		Goods: map[string]catalog.Product{"cabbage": cabbage},
		Takes: func(_, household string) bool { return household != "A001/1/1-102" },
	}
}

func count(good, instead int64) GateReceipt {
	c := Count{Lot: "L1", Good: good}
	if instead != 0 {
		c.Instead = &Replacement{Product: "cabbage", Quantity: instead}
	}
	return GateReceipt{By: "lin", Counts: []Count{c}}
}

// handed gives the units of a lot by household and what of the rest came instead.
func handed(d *BulkDelivery, lot string) map[string]int64 {
	got := map[string]int64{}
	for _, p := range d.Parcels {
		if p.Lot == lot {
			got[p.Household[len("A001/1/"):]] = p.Received
		}
	}
	return got
}

func TestWhatCameInsteadGoesToThoseWhoTakeIt(t *testing.T) {
	for name, row := range []struct {
		good, instead       int64
		zhou, chen, wu      int64 // of the greens
		cabbageZ, cabbageWu int64
	}{
		{10, 0, 4, 4, 2, 0, 0},
		{6, 0, 2, 2, 2, 0, 0},
		{6, 4, 2, 2, 2, 2, 0}, // two of the four are nobody's: chen takes his money back
		{0, 5, 0, 0, 0, 3, 2}, // the need comes first
	} {
		d, s := dropOfGreens()
		if err := d.Count(count(row.good, row.instead), s, noon); err != nil {
			t.Fatal(err)
		}
		greens, cabbage := handed(&d, "L1"), handed(&d, "L1/cabbage")
		if greens["1-101"] != row.zhou || greens["1-102"] != row.chen || greens["1-103"] != row.wu {
			t.Errorf("row %d: greens %v", name, greens)
		}
		if cabbage["1-101"] != row.cabbageZ || cabbage["1-102"] != 0 || cabbage["1-103"] != row.cabbageWu {
			t.Errorf("row %d: cabbage %v", name, cabbage)
		}
	}
}

func TestACorrectedCountTakesBackWhatCameInstead(t *testing.T) {
	d, s := dropOfGreens()
	for _, r := range []GateReceipt{count(6, 4), count(6, 2), count(10, 0)} {
		if err := d.Count(r, s, noon); err != nil {
			t.Fatal(err)
		}
	}
	if len(d.Lots) != 1 || len(d.Parcels) != 3 || len(d.instead("g1")) != 0 {
		t.Errorf("%+v %+v", d.Lots, d.Parcels)
	}
}

func TestCountsOfWhatCameInsteadAreChecked(t *testing.T) {
	for code, r := range map[string]GateReceipt{
		"instead_above_missing": count(7, 4),
		"instead_unknown":       {Counts: []Count{{Lot: "L1", Instead: &Replacement{Product: "greens", Quantity: 1}}}},
		"count_above_sent":      count(11, 0),
	} {
		d, s := dropOfGreens()
		if err := d.Count(r, s, noon); !fault.Is(err, code) {
			t.Errorf("%v, want %s", err, code)
		}
	}
}
