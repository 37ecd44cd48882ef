package fulfillment

import (
	"context"
	"slices"
	"testing"
	"time"

	"baimi/app/db"
	"baimi/catalog"
	"baimi/fulfillment/matching"
)

// marketOfOld is a market as versions of the program wrote it that kept all of it in one document.
type marketOfOld struct {
	db.Doc
	Day     string          `json:"day"`
	Rule    matching.Rule   `json:"rule"`
	Seed    int64           `json:"seed"`
	Seconds int64           `json:"seconds"`
	State   MarketState     `json:"state"`
	Problem matching.Market `json:"problem"`
	Plan    matching.Plan   `json:"plan"`
	Created time.Time       `json:"created"`
	History []Step          `json:"history"`
}

// copyAll puts the documents of one collection into another.
func copyAll[T any](t *testing.T, from, to *db.Collection[T]) {
	t.Helper()
	all, err := db.All(from.Find(context.Background(), db.Query{}))
	if err == nil {
		err = to.InsertMissing(context.Background(), all)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestAMarketOfAnOlderVersionIsShownAndPlannedAgain has a settled market in the shape
// that it once had; then one of its deliveries is refused, and all is read from its parts.
func TestAMarketOfAnOlderVersionIsShownAndPlannedAgain(t *testing.T) {
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	source, stop := town(t, t.TempDir())
	defer stop()
	closedRounds(t, source)
	_, err := source.Begin(ctx, Market{Doc: db.Doc{ID: "m"}, Day: "2022-04-19", Rule: "equal", Seed: 7, Seconds: 1})
	must(err)
	must(source.Advance(ctx, "m"))
	a, err := source.Allocation(ctx, "m")
	must(err)

	dir := t.TempDir()
	conn, err := db.Connect(ctx, "sqlite:"+dir)
	must(err)
	_, err = db.Open[marketOfOld](conn, db.Spec{Name: "markets", Indexes: []db.Index{db.On("state", "created"), db.On("created")}}).
		Insert(ctx, marketOfOld{Doc: db.Doc{ID: "m"}, Day: a.Day, Rule: a.Rule, Seed: a.Seed, Seconds: a.Seconds, State: a.State, Problem: a.Problem, Plan: a.Plan, Created: a.Created, History: a.History})
	must(err)
	must(conn.Close())

	f, stop := town(t, dir)
	defer stop()
	closedRounds(t, f)
	for g := range source.orders.GroupBuys.Find(ctx, db.Query{}) {
		must(f.orders.GroupBuys.Delete(ctx, g.ID))
	}
	for _, id := range []string{"L1", "L2"} {
		must(f.catalog.Lots.Delete(ctx, id))
	}
	copyAll(t, source.orders.GroupBuys, f.orders.GroupBuys)
	copyAll(t, source.catalog.Lots, f.catalog.Lots)
	copyAll(t, source.Deliveries, f.Deliveries)
	old, err := f.Allocation(ctx, "m")
	must(err)
	if old.Sums != a.Sums || !slices.Equal(old.View().Flows, a.View().Flows) || len(a.View().Flows) == 0 {
		t.Fatalf("it is shown as %+v, and was %+v", old.View(), a.View())
	}
	_, err = f.ChangeDelivery(ctx, "m.S1.A002.any", func(d *BulkDelivery, now time.Time) error { return d.Refuse("s", "flat tyre", now) })
	must(err)
	must(f.Advance(ctx, "m"))
	if m, err := f.Markets.Get(ctx, "m"); err != nil || m.Whole != nil || !slices.Equal(m.Former, []string{"m.S1.A002.any"}) {
		t.Fatalf("%+v: %v", m, err)
	}
	allocated, reserved := settledSums(t, f, 0)
	eggs, err := f.Deliveries.Get(ctx, "m.S1.A001.any")
	if err != nil || eggs.Lots[0].Quantity != 7 || allocated["L1"] != 7 || reserved["L1"] != 7 || allocated["L2"] != 18 {
		t.Errorf("%d eggs to A001, allocated %v, reserved %v: %v", eggs.Lots[0].Quantity, allocated, reserved, err)
	}
}

// TestAMarketKeepsOnlyThePartsThatHold plans again where one gate changes: that gate
// has a new part, the other one keeps its own, and nothing else is left in the store,
// also of a draft that was broken off.
func TestAMarketKeepsOnlyThePartsThatHold(t *testing.T) {
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	f, stop := town(t, t.TempDir())
	defer stop()
	closedRounds(t, f)
	late := lateRound(t, f)
	for i := range late.Participants {
		late.Participants[i].Lines = late.Participants[i].Lines[1:] // rice, of which there is enough for all
	}
	_, err := f.Begin(ctx, Market{Doc: db.Doc{ID: "m"}, Day: "2022-04-19", Rule: "equal", Seed: 7, Seconds: 1})
	must(err)
	must(f.Advance(ctx, "m"))
	parts := func() []string {
		var ids []string
		for p, err := range f.parts.Find(ctx, db.Where("market", "m")) {
			must(err)
			ids = append(ids, p.ID)
		}
		return ids
	}
	if got := parts(); !slices.Equal(got, []string{"m.2.*", "m.2.A001", "m.2.A002"}) {
		t.Fatalf("a settled market has the parts %q", got)
	}
	_, err = f.orders.GroupBuys.Insert(ctx, late)
	must(err)
	must(f.Reopen(ctx, "m", late.ID))
	a, err := f.Allocation(ctx, "m")
	must(err)
	must(f.begin(ctx, a))
	a.Plan.Unserved = nil
	_, err = f.keep(ctx, a) // and no more of the third draft
	must(err)
	if got := parts(); len(got) < 5 {
		t.Fatalf("the third draft has written nothing: %q", got)
	}
	must(f.Advance(ctx, "m"))
	if got := parts(); !slices.Equal(got, []string{"m.2.A002", "m.4.*", "m.4.A001"}) {
		t.Errorf("after planning again there are the parts %q", got)
	}
	_, err = f.catalog.Lots.Update(ctx, "L1", func(l *catalog.Lot) error { return l.Withdraw() })
	must(err)
	must(f.Due(ctx, dusk))
	if got := parts(); !slices.Equal(got, []string{"m.5.*", "m.5.A001", "m.5.A002"}) {
		t.Errorf("without its eggs it has the parts %q", got)
	}
}
