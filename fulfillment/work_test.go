package fulfillment

import (
	"context"
	"testing"
	"time"

	"baimi/app/db"
	"baimi/app/people"
)

// TestWhoHasCarriedLessIsAskedFirst gives one of two volunteers a hard month, and
// plans a drop of one long and one short run for both.
func TestWhoHasCarriedLessIsAskedFirst(t *testing.T) {
	ctx := context.Background()
	f, stop := town(t, t.TempDir())
	defer stop()
	atTheGate(t, f)
	var who []string
	for _, name := range []string{"10 Li", "2 Bo"} {
		a, err := f.people.Ensure(ctx, name[:1]+"@example.org", "en")
		if err != nil {
			t.Fatal(err)
		}
		if err := f.people.Rename(ctx, a.ID, name, ""); err != nil {
			t.Fatal(err)
		}
		if err := f.people.Grant(ctx, a.ID, people.Grant{Role: people.Courier, Scope: "A001"}); err != nil {
			t.Fatal(err)
		}
		who = append(who, a.ID)
	}
	for i, busy := range who {
		for _, r := range []Run{
			{Doc: db.Doc{ID: "now" + busy}, State: Back, Courier: busy, Seconds: 600 * int64(1+20*i), Floors: 7, Grams: 9000, Created: dusk.Add(-24 * time.Hour)},
			{Doc: db.Doc{ID: "old" + busy}, State: Back, Courier: busy, Seconds: 50_000, Created: dusk.Add(-29 * 24 * time.Hour)},
			{Doc: db.Doc{ID: "off" + busy}, State: Withdrawn, Courier: busy, Seconds: 50_000, Created: dusk.Add(-time.Hour)},
		} {
			r.Compound, r.Deliveries, r.Stops, r.Effects = "A001", []string{}, []Stop{}, []Effect{}
			if _, err := f.Runs.Insert(ctx, r); err != nil {
				t.Fatal(err)
			}
		}
	}
	all, err := f.Volunteers(ctx, "A001")
	if err != nil || len(all) != 2 || all[0].Name != "2 Bo" || all[0].Seconds != 600*21 || all[0].Floors != 7 || all[1].Seconds != 600 || all[1].Runs != 1 {
		t.Fatalf("by name, of four weeks: %+v %v", all, err)
	}
	for _, order := range [][]string{{who[0], who[1]}, {who[1], who[0]}} {
		teams := []Team{{Kind: "cart", Count: 2, Millilitres: 80_000, Who: order}}
		runs, left, err := f.Replan(ctx, "s"+order[0], "A001", teams, "co", quick)
		if len(runs) == 0 {
			runs, left, err = f.Split(ctx, "s"+order[0], "A001", []string{"d"}, teams, "co", quick)
		}
		if err != nil || len(left) > 0 {
			t.Fatal(left, err)
		}
		seconds := map[string]int64{}
		for _, r := range runs {
			seconds[r.For] += r.Seconds
		}
		if seconds[who[0]] <= seconds[who[1]] {
			t.Fatalf("who has carried less is to get more of it: %v", seconds)
		}
	}
}
