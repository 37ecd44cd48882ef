package fulfillment

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"baimi/app/community"
	"baimi/app/db"
	"baimi/app/people"
	"baimi/catalog"
	"baimi/orders"
)

var dusk = time.Date(2022, 4, 18, 12, 0, 0, 0, time.UTC)

// dying is a context that ends when it has been asked for the n-th time: a
// process that is gone at that moment, because every write is one step.
type dying struct {
	context.Context
	mu   sync.Mutex
	left int
	done chan struct{}
}

func dieAfter(n int) *dying {
	return &dying{Context: context.Background(), left: n, done: make(chan struct{})}
}

func (d *dying) Done() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.left--; d.left == 0 {
		close(d.done)
	}
	return d.done
}

func (d *dying) Err() error {
	select {
	case <-d.done:
		return context.Canceled
	default:
		return nil
	}
}

// town opens the package on the store of a directory.
func town(t testing.TB, dir string) (*Fulfillment, func()) {
	t.Helper()
	conn, err := db.Connect(context.Background(), "sqlite:"+dir)
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return dusk }
	p := people.Open(conn, people.LogChannel{}, now)
	homes := community.Open(conn, p, now)
	stock := catalog.Open(conn, now)
	f := Open(conn, orders.OpenOrders(conn, stock, homes, p, now), stock, homes, p, now)
	if err := conn.Ready(context.Background()); err != nil {
		t.Fatal(err)
	}
	return f, func() { _ = conn.Close() }
}

// closedRounds puts three closed rounds of two compounds and two lots, of
// which one is short, into the store.
func closedRounds(t *testing.T, f *Fulfillment) {
	t.Helper()
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	one := community.Building{No: "1", Floors: 6, Units: 1, DoorsPerFloor: 2}
	two := one
	two.No = "2"
	must(f.community.AddCompounds(ctx, []community.Compound{
		{Doc: db.Doc{ID: "A001"}, NameEn: "One", Currency: "CNY", Buildings: []community.Building{one, two}},
		{Doc: db.Doc{ID: "A002"}, NameEn: "Two", Currency: "CNY", Buildings: []community.Building{one}},
	}))
	must(f.catalog.Products.InsertMany(ctx, []catalog.Product{{Doc: db.Doc{ID: "egg"}, NameEn: "Eggs", Unit: "tray"}, {Doc: db.Doc{ID: "rice"}, NameEn: "Rice", Unit: "bag"}}))
	must(f.catalog.Suppliers.InsertMany(ctx, []catalog.Supplier{{Doc: db.Doc{ID: "S1"}, NameEn: "One"}, {Doc: db.Doc{ID: "S2"}, NameEn: "Two"}}))
	for _, l := range []catalog.Lot{{Doc: db.Doc{ID: "L1"}, Supplier: "S1", Product: "egg", Quantity: 7}, {Doc: db.Doc{ID: "L2"}, Supplier: "S2", Product: "rice", Quantity: 50}} {
		l.CaseSize, l.Currency, l.Tiers, l.State = 1, "CNY", []catalog.Tier{{From: 1, UnitPrice: 1000}}, catalog.Posted
		_, err := f.catalog.Lots.Insert(ctx, l)
		must(err)
	}
	for _, at := range []struct{ compound, building string }{{"A001", "1"}, {"A001", "2"}, {"A002", "1"}} {
		g := orders.GroupBuy{
			Doc: db.Doc{ID: at.compound + "-" + at.building}, Compound: at.compound, Building: at.building, Currency: "CNY", State: orders.Closed,
			Items: []orders.Item{{ID: "egg", Product: "egg", UnitCap: 2000}, {ID: "rice", Product: "rice", UnitCap: 2000}},
		}
		for _, room := range []string{"101", "201"} {
			g.Participants = append(g.Participants, orders.Participant{
				Household: fmt.Sprintf("%s/%s/1-%s", at.compound, at.building, room), Unit: "1", Room: room,
				Lines: []orders.Line{{Item: "egg", Quantity: 2}, {Item: "rice", Quantity: 3}},
			})
		}
		_, err := f.orders.GroupBuys.Insert(ctx, g)
		must(err)
	}
}

// TestACrashBetweenAnyTwoStepsOfAMarketIsResumed ends the process at each
// moment of a market run, starts it again on what is on disk, and adds up.
func TestACrashBetweenAnyTwoStepsOfAMarketIsResumed(t *testing.T) {
	ctx := context.Background()
	for n := 1; ; n += 1 + n/25 {
		dir := t.TempDir()
		f, stop := town(t, dir)
		closedRounds(t, f)
		if _, err := f.Begin(ctx, Market{Doc: db.Doc{ID: "m"}, Day: "2022-04-19", Rule: "equal", Seed: 7, Seconds: 1}); err != nil {
			t.Fatal(err)
		}
		crashed := f.Advance(dieAfter(n), "m")
		stop()
		f, stop = town(t, dir)
		if err := f.Due(ctx, dusk); err != nil {
			t.Fatalf("crash %d: %v", n, err)
		}
		addsUp(t, f, n)
		stop()
		if crashed == nil {
			t.Logf("%d moments to crash at", n-1)
			return
		}
		if !errors.Is(crashed, context.Canceled) {
			t.Fatalf("crash %d: %v", n, crashed)
		}
	}
}

func addsUp(t *testing.T, f *Fulfillment, n int) {
	t.Helper()
	ctx := context.Background()
	m, err := f.Markets.Get(ctx, "m")
	if err != nil || m.State != Settled {
		t.Fatalf("crash %d: the market is %s %v", n, m.State, err)
	}
	var allocated, reserved, planned int64
	for g, err := range f.orders.GroupBuys.Find(ctx, db.Query{}) {
		if err != nil || g.State != orders.Allocated {
			t.Fatalf("crash %d: a round is %s %v", n, g.State, err)
		}
		for _, p := range g.Participants {
			for _, l := range p.Lines {
				for _, s := range l.Served {
					allocated += s.Quantity
				}
			}
		}
	}
	for l := range f.catalog.Lots.Find(ctx, db.Query{}) {
		reserved += l.Reserved()
	}
	for d := range f.Deliveries.Find(ctx, db.Query{}) {
		for _, l := range d.Lots {
			planned += l.Quantity
		}
	}
	if allocated != 25 || reserved != 25 || planned != 25 {
		t.Fatalf("crash %d: %d allocated, %d reserved, %d planned; want 7 eggs and 18 rice", n, allocated, reserved, planned)
	}
}

func TestALotThatIsWithdrawnMeanwhileIsPlannedWithout(t *testing.T) {
	ctx := context.Background()
	f, stop := town(t, t.TempDir())
	defer stop()
	closedRounds(t, f)
	if _, err := f.Begin(ctx, Market{Doc: db.Doc{ID: "m"}, Day: "2022-04-19", Rule: "equal", Seconds: 1}); err != nil {
		t.Fatal(err)
	}
	a, err := f.Allocation(ctx, "m")
	for err == nil && (a.State == Collecting || a.State == Solving) {
		if err = f.advance(ctx, a); err == nil {
			a, err = f.Allocation(ctx, "m")
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.catalog.Lots.Update(ctx, "L1", func(l *catalog.Lot) error { return l.Withdraw() })
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Advance(ctx, "m"); err != nil {
		t.Fatal(err)
	}
	m, _ := f.Markets.Get(ctx, "m")
	if m.State != Settled || m.Attempts != 1 || m.Sums.Served != 18 {
		t.Fatalf("a lot that is withdrawn is planned without: %s, %d attempts, %d served", m.State, m.Attempts, m.Sums.Served)
	}
}

// TestACrashBetweenAnyTwoStepsOfPlanningAgainIsResumed withdraws a lot and lets a
// round come late after the market has settled, with one delivery confirmed; then
// it ends the process at each moment of planning again.
func TestACrashBetweenAnyTwoStepsOfPlanningAgainIsResumed(t *testing.T) {
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for n := 1; ; n += 1 + n/12 {
		dir := t.TempDir()
		f, stop := town(t, dir)
		closedRounds(t, f)
		late := lateRound(t, f)
		_, err := f.Begin(ctx, Market{Doc: db.Doc{ID: "m"}, Day: "2022-04-19", Rule: "equal", Seed: 7, Seconds: 1})
		must(err)
		must(f.Advance(ctx, "m"))
		_, err = f.ChangeDelivery(ctx, "m.S1.A001.any", func(d *BulkDelivery, now time.Time) error { return d.Confirm("", now) })
		must(err)
		_, err = f.catalog.Lots.Update(ctx, "L1", func(l *catalog.Lot) error { return l.Withdraw() })
		must(err)
		_, err = f.orders.GroupBuys.Insert(ctx, late)
		must(err)
		crashed := f.Due(dieAfter(n), dusk)
		stop()
		f, stop = town(t, dir)
		must(f.Due(ctx, dusk))
		amendedAddsUp(t, f, n)
		stop()
		if crashed == nil {
			t.Logf("%d moments to crash at", n-1)
			return
		}
	}
}

// amendedAddsUp: A001 keeps its confirmed 4 eggs, A002 loses its 3, and all 18
// rice are given, those of the late round too.
func amendedAddsUp(t *testing.T, f *Fulfillment, n int) {
	t.Helper()
	ctx := context.Background()
	allocated, reserved := settledSums(t, f, n)
	planned := map[string]int64{}
	for d := range f.Deliveries.Find(ctx, db.Query{}) {
		if d.State != Planned && d.State != Confirmed && d.State != Replaced {
			t.Fatalf("crash %d: %s is %s", n, d.ID, d.State)
		}
		for _, l := range d.Lots {
			if d.State != Replaced {
				planned[l.Lot] += l.Quantity
			}
		}
	}
	confirmed, err := f.Deliveries.Get(ctx, "m.S1.A001.any")
	if err != nil || confirmed.State != Confirmed {
		t.Fatalf("crash %d: what is confirmed is %s %v", n, confirmed.State, err)
	}
	eggs := confirmed.Lots[0].Quantity
	for of, is := range map[string]map[string]int64{"allocated": allocated, "reserved": reserved, "planned": planned} {
		if is["L1"] != eggs || is["L2"] != 18 {
			t.Fatalf("crash %d: %s %v; want %d eggs and 18 rice", n, of, is, eggs)
		}
	}
}

// settledSums adds up, by lot, what the rounds are given of a settled market and what the lots keep for it.
func settledSums(t *testing.T, f *Fulfillment, n int) (allocated, reserved map[string]int64) {
	t.Helper()
	ctx := context.Background()
	if m, err := f.Markets.Get(ctx, "m"); err != nil || m.State != Settled {
		t.Fatalf("crash %d: the market is %s %v", n, m.State, err)
	}
	allocated, reserved = map[string]int64{}, map[string]int64{}
	for g := range f.orders.GroupBuys.Find(ctx, db.Query{}) {
		for _, p := range g.Participants {
			for _, l := range p.Lines {
				for _, s := range l.Served {
					allocated[s.Lot] += s.Quantity
				}
			}
		}
	}
	for l := range f.catalog.Lots.Find(ctx, db.Query{}) {
		reserved[l.ID] = l.Reserved()
	}
	return allocated, reserved
}
