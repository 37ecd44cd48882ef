package fulfillment

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"testing"
	"time"

	"baimi/app/community"
	"baimi/app/db"
	"baimi/catalog"
	"baimi/orders"
)

// BenchmarkPlanningAgain is what a coordinator waits for who plans the rest again:
// 200 doors of a usual compound, of which 20 are accepted, 20 loaded and 20 locked,
// 40 helpers, on SQLite with fsync. It includes the search (Quick) and everything written.
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
	for doors, i := 0, 0; doors < 60; i++ {
		_, err := f.ChangeRun(ctx, runs[i].ID, func(r *Run, now time.Time) error {
			if r.Locked = doors >= 40; r.Locked {
				return nil
			}
			if err := r.Accept("c", now); err != nil || doors < 20 {
				return err
			}
			return r.Load("c", r.Parcels, now)
		})
		if err != nil {
			b.Fatal(err)
		}
		doors += len(runs[i].Stops)
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

// BenchmarkAMarketPlansAgain is a market of 10,000 orders over 200 compounds that takes
// in an order more, or a lot less, with a tenth of its deliveries confirmed: all that is
// read, planned and written, on SQLite with fsync.
//
//	go test ./fulfillment -run '^$' -bench AMarketPlansAgain -benchtime 5x
func BenchmarkAMarketPlansAgain(b *testing.B) {
	ctx := context.Background()
	for name, change := range map[string]func(f *Fulfillment, i int) error{
		"an order more": func(f *Fulfillment, i int) error {
			late := cityRound(fmt.Sprintf("late%d", i), "C007", 40, 1)
			_, err := f.orders.GroupBuys.Insert(ctx, late)
			return errors.Join(err, f.Reopen(ctx, "m", late.ID))
		},
		"a lot less": func(f *Fulfillment, i int) error {
			_, err := f.catalog.Lots.Update(ctx, fmt.Sprint("L", i*4), func(l *catalog.Lot) error { return l.Withdraw() })
			return errors.Join(err, f.recall(ctx), f.Reopen(ctx, "m", "a lot"))
		},
	} {
		b.Run(name, func(b *testing.B) {
			f := settledCity(b)
			i, was, begun := 0, written(b, f), processor()
			for b.Loop() {
				i++
				if err := errors.Join(change(f, i), f.Advance(ctx, "m")); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64((processor()-begun).Milliseconds())/float64(i), "cpu-ms/op")
			b.ReportMetric(float64(written(b, f)-was)/float64(i), "written/op")
		})
	}
}

// processor is the processor time of this process.
func processor() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// settledCity is a city whose market has settled, and a tenth of its deliveries are confirmed.
func settledCity(b *testing.B) *Fulfillment {
	b.Helper()
	ctx := context.Background()
	f, stop := town(b, b.TempDir())
	b.Cleanup(stop)
	city(b, f)
	_, err := f.Begin(ctx, Market{Doc: db.Doc{ID: "m"}, Day: "2022-04-19", Rule: "equal", Seed: 7, Seconds: 1})
	if err := errors.Join(err, f.Advance(ctx, "m")); err != nil {
		b.Fatal(err)
	}
	all, err := db.All(f.Deliveries.Find(ctx, db.Where("market", "m")))
	for i := 0; i < len(all) && err == nil; i += 10 {
		_, err = f.ChangeDelivery(ctx, all[i].ID, func(d *BulkDelivery, now time.Time) error { return d.Confirm("s", now) })
	}
	if err != nil {
		b.Fatal(err)
	}
	return f
}

// written counts what has been written of deliveries, lots and rounds.
func written(b *testing.B, f *Fulfillment) (revisions int64) {
	b.Helper()
	ctx := context.Background()
	count := func(doc db.Doc, err error) {
		if err != nil {
			b.Fatal(err)
		}
		revisions += doc.Rev
	}
	for d, err := range f.Deliveries.Find(ctx, db.Query{}) {
		count(d.Doc, err)
	}
	for l, err := range f.catalog.Lots.Find(ctx, db.Query{}) {
		count(l.Doc, err)
	}
	for g, err := range f.orders.GroupBuys.Find(ctx, db.Query{}) {
		count(g.Doc, err)
	}
	return revisions
}

// cityRound is a round of a compound with so many households from a number on.
func cityRound(id, compound string, from, households int) orders.GroupBuy {
	g := orders.GroupBuy{Doc: db.Doc{ID: id}, Compound: compound, Building: "1", Currency: "CNY", State: orders.Closed}
	for k := range 4 {
		g.Items = append(g.Items, orders.Item{ID: fmt.Sprint("i", k), Product: fmt.Sprintf("p%d", (len(compound)+int(compound[3])+k)%20), UnitCap: 2000 + int64(from+k*300)})
	}
	for k := range households {
		at := from + k
		g.Participants = append(g.Participants, orders.Participant{
			Household: fmt.Sprintf("%s/1/1-%d%02d", compound, 1+at/10, 1+at%10), Unit: "1", Room: fmt.Sprintf("%d%02d", 1+at/10, 1+at%10),
			Lines: []orders.Line{{Item: g.Items[at%4].ID, Quantity: 1 + int64(at%3)}, {Item: g.Items[(at+1)%4].ID, Quantity: 1}},
		})
	}
	return g
}

// city puts 200 compounds with 25 households of two lines each and 60 suppliers of four lots into the store.
func city(b *testing.B, f *Fulfillment) {
	b.Helper()
	ctx := context.Background()
	var compounds []community.Compound
	var rounds []orders.GroupBuy
	for i := range 200 {
		id := fmt.Sprintf("C%03d", i)
		compounds = append(compounds, community.Compound{
			Doc: db.Doc{ID: id}, NameEn: id, Currency: "CNY", Lon: 121_480_000 + int64(i%20)*9_000, Lat: 31_230_000 + int64(i/20)*9_000,
			Buildings: []community.Building{{No: "1", Floors: 9, Units: 1, DoorsPerFloor: 10}},
		})
		rounds = append(rounds, cityRound("g"+id, id, 0, 25))
	}
	var products []catalog.Product
	for i := range 20 {
		products = append(products, catalog.Product{Doc: db.Doc{ID: fmt.Sprint("p", i)}, NameEn: "P", Unit: "pack", Grams: 1000, Millilitres: 1000})
	}
	var suppliers []catalog.Supplier
	for i := range 60 {
		suppliers = append(suppliers, catalog.Supplier{
			Doc: db.Doc{ID: fmt.Sprintf("S%02d", i)}, NameEn: "S", Lon: 121_480_000 + int64(i%10)*18_000, Lat: 31_230_000 + int64(i/10)*15_000,
			RadiusMetres: 6_000, TripCost: 9_000, TripGrams: 500_000, TripMillilitres: 900_000,
		})
	}
	for _, err := range []error{f.community.AddCompounds(ctx, compounds), f.catalog.Products.InsertMany(ctx, products), f.catalog.Suppliers.InsertMany(ctx, suppliers), f.orders.GroupBuys.InsertMany(ctx, rounds)} {
		if err != nil {
			b.Fatal(err)
		}
	}
	for i := range 240 {
		_, err := f.catalog.Lots.Insert(ctx, catalog.Lot{
			Doc: db.Doc{ID: fmt.Sprint("L", i)}, Supplier: suppliers[i/4].ID, Product: products[i*7%20].ID, Quantity: 60, CaseSize: 1, MinPerDrop: 2, Currency: "CNY",
			Tiers: []catalog.Tier{{From: 1, UnitPrice: 900}, {From: 20, UnitPrice: 800}}, State: catalog.Posted,
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
