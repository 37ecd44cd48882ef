package fulfillment

import (
	"context"
	"fmt"
	"testing"
	"time"

	"baimi/app/community"
	"baimi/app/db"
	"baimi/catalog"
	"baimi/orders"
)

// BenchmarkPlanningAgain is what a coordinator waits for who plans the rest again:
// 200 doors of a usual compound, of which 40 are with couriers, 40 helpers, on
// SQLite with fsync. It includes the search (Quick) and everything written.
//
//	go test ./fulfillment -run '^$' -bench PlanningAgain -benchtime 10x
func BenchmarkPlanningAgain(b *testing.B) {
	ctx := context.Background()
	f, stop := town(b, b.TempDir())
	defer stop()
	usualDrop(b, f)
	teams := []Team{{Kind: "foot", Count: 30}, {Kind: "cart", Count: 10}}
	runs, left, err := f.Split(ctx, "s", "A001", []string{"d"}, teams, "co", quick)
	if err != nil || len(left) > 0 {
		b.Fatal(left, err)
	}
	for doors, i := 0, 0; doors < 40; i++ {
		doors += len(runs[i].Stops)
		if _, err := f.ChangeRun(ctx, runs[i].ID, func(r *Run, now time.Time) error { return r.Accept("c", now) }); err != nil {
			b.Fatal(err)
		}
	}
	effort, i := Quick, 0
	for b.Loop() {
		i++
		effort.Seed = int64(i)
		if _, left, err := f.Replan(ctx, fmt.Sprint("again", i), "A001", nil, "co", effort); err != nil || len(left) > 0 {
			b.Fatal(left, err)
		}
	}
}

// usualDrop puts a compound of 22 buildings and a drop for 200 doors into the store.
func usualDrop(b *testing.B, f *Fulfillment) {
	b.Helper()
	ctx := context.Background()
	c := community.Compound{Doc: db.Doc{ID: "A001"}, NameEn: "One", Currency: "CNY", Lon: 121_480_000, Lat: 31_230_000}
	d := BulkDelivery{
		Doc: db.Doc{ID: "d"}, Compound: "A001", Supplier: "S1", Day: "2022-04-18", State: Arrived, Runs: []string{}, Effects: []Effect{},
		Lots: []DropLot{{Lot: "L", Product: "rice", Quantity: 200}}, Receipt: &GateReceipt{At: dusk},
	}
	for i := range 22 {
		house := community.Building{
			No: fmt.Sprint(i + 1), Floors: 6, Units: 4, DoorsPerFloor: 2, Lon: c.Lon + int64(i%6-3)*480, Lat: c.Lat + int64(i/6)*430 - 600, Lift: i > 14,
		}
		c.Buildings = append(c.Buildings, house)
		if _, err := f.orders.GroupBuys.Insert(ctx, orders.GroupBuy{Doc: db.Doc{ID: "g" + house.No}, Compound: "A001", Building: house.No, State: orders.Delivering}); err != nil {
			b.Fatal(err)
		}
	}
	for k := range 200 {
		building := k % 22
		d.Parcels = append(d.Parcels, Parcel{
			GroupBuy: "g" + fmt.Sprint(building+1), Household: fmt.Sprintf("A001/%d/%d-%d0%d", building+1, 1+k/22%4, 1+k%6, 1+k/88%2),
			Item: "rice", Lot: "L", Quantity: 1, Received: 1,
		})
	}
	if err := f.community.AddCompounds(ctx, []community.Compound{c}); err != nil {
		b.Fatal(err)
	}
	if _, err := f.catalog.Products.Insert(ctx, catalog.Product{Doc: db.Doc{ID: "rice"}, Unit: "bag", Grams: 5000, Millilitres: 9000}); err != nil {
		b.Fatal(err)
	}
	if _, err := f.Deliveries.Insert(ctx, d); err != nil {
		b.Fatal(err)
	}
}
