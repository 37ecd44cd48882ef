package orders

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"baimi/app/community"
	"baimi/app/db"
	"baimi/app/people"
	"baimi/catalog"
)

// block is the package on a real store, with a compound of three buildings, a
// product and a clock.
type block struct {
	*Orders
	at time.Time
}

func newBlock(t *testing.T) *block {
	t.Helper()
	conn, err := db.Connect(t.Context(), "sqlite:"+t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	b := &block{at: six}
	now := func() time.Time { return b.at }
	p := people.Open(conn, people.LogChannel{}, now)
	homes, goods := community.Open(conn, p, now), catalog.Open(conn, now)
	b.Orders = OpenOrders(conn, goods, homes, p, now)
	estate := community.Compound{Doc: db.Doc{ID: "A001"}, NameZh: "梅园", Currency: "CNY"}
	for _, no := range []string{"1", "2", "10"} {
		estate.Buildings = append(estate.Buildings, community.Building{No: no, Floors: 6, Units: 1, DoorsPerFloor: 9})
	}
	if err := homes.AddCompounds(t.Context(), []community.Compound{estate}); err != nil {
		t.Fatal(err)
	}
	if _, err := goods.Products.Insert(t.Context(), catalog.Product{Doc: db.Doc{ID: "greens"}, NameEn: "Greens", Unit: "pack", CaseSize: 1}); err != nil {
		t.Fatal(err)
	}
	return b
}

// TestACampaignGoesOnAfterACrash leaves a campaign half-way, at every step.
func TestACampaignGoesOnAfterACrash(t *testing.T) {
	for made := range 4 {
		b := newBlock(t)
		c := Campaign{
			Doc: db.Doc{ID: "c1"}, Compound: "A001", Title: "Greens", By: "zhou", Share: PerBuilding, State: CampaignAnnounced, Wake: &six,
			Terms: GroupBuy{
				Title: "Greens", Currency: "CNY", Opens: six, Closes: eight, Rule: Equal,
				Items: []Item{{ID: "greens", Product: "greens", UnitCap: 1200, CaseSize: 1, Most: 7}},
			},
		}
		for _, no := range []string{"1", "2", "10"} {
			c.Rounds = append(c.Rounds, CampaignRound{Building: no, GroupBuy: Word("c1/" + no), Leader: "zhou"})
		}
		if _, err := b.campaigns.Insert(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		for n := range made { // the last of them drafted, and not opened
			if _, err := b.Draft(t.Context(), c.round(n)); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 {
			if err := b.Due(t.Context(), six, nil, nil); err != nil {
				t.Fatal(err)
			}
		}
		var units int64
		for _, r := range c.Rounds {
			g, err := b.GroupBuys.Get(t.Context(), r.GroupBuy)
			if err != nil || g.State != Open || g.Building != r.Building {
				t.Fatalf("after %d rounds: %s is %s, %v", made, r.Building, g.State, err)
			}
			units += g.Items[0].Most
		}
		if units != 7 {
			t.Errorf("7 packs are shared out as %d", units)
		}
		if c, _ = b.campaigns.Get(t.Context(), "c1"); c.State != CampaignRunning || c.Wake != nil {
			t.Errorf("the campaign is %s, looked at next %v", c.State, c.Wake)
		}
	}
}

// TestWhatIsDueIsDoneAgainUntilItHoldsAndThenNoMore lets the money side fail first.
func TestWhatIsDueIsDoneAgainUntilItHoldsAndThenNoMore(t *testing.T) {
	b := newBlock(t)
	g := evening(func(g *GroupBuy) { g.Building, g.Scope = "1", "A001/1" })
	if _, err := g.Join(Wish{Household: "A001/1/1-101", Account: "ann", Lines: []Line{greens(1)}}, six); err != nil {
		t.Fatal(err)
	}
	g.schedule(six)
	if _, err := b.GroupBuys.Insert(t.Context(), *g); err != nil {
		t.Fatal(err)
	}
	settled := 0
	settle := func(ctx context.Context, id string) error {
		if settled++; settled == 1 {
			return errors.New("the bank is closed")
		}
		_, err := b.GroupBuys.Update(ctx, id, func(g *GroupBuy) error { // as the cashier does
			kept := g.Effects[:0]
			for _, e := range g.Effects {
				if e.Kind != EffectMoney {
					kept = append(kept, e)
				}
			}
			g.Effects = kept
			return nil
		})
		return err
	}
	steps := []struct {
		at      time.Time
		state   State
		effects bool
		settled int
	}{
		{eight.Add(-time.Second), Open, false, 0}, // nothing is due yet
		{eight, Closed, true, 1},                  // closed, told, and not settled
		{eight.Add(time.Second), Closed, true, 1}, // which waits, and keeps no other round waiting
		{eight.Add(nextTime), Closed, false, 2},
		{eight.Add(2 * nextTime), Closed, false, 2},
	}
	for i, s := range steps {
		b.at = s.at
		if err := b.Due(t.Context(), s.at, settle, nil); err != nil {
			t.Fatal(err)
		}
		now, err := b.GroupBuys.Get(t.Context(), g.ID)
		if err != nil || now.State != s.state || (len(now.Effects) > 0) != s.effects || settled != s.settled {
			t.Errorf("step %d: %v, %s, effects %v, settled %d times", i, err, now.State, now.Effects, settled)
		}
	}
}

// TestARoundWhoseMarketIsGonePaysBack: what a cancelled round cannot tell its market
// does not keep the money.
func TestARoundWhoseMarketIsGonePaysBack(t *testing.T) {
	b := newBlock(t)
	g := evening(func(g *GroupBuy) { g.Building, g.Scope, g.State, g.Market = "1", "A001/1", Allocated, "gone" })
	if err := g.Cancel("zhou", "rain", six); err != nil {
		t.Fatal(err)
	}
	if _, err := b.GroupBuys.Insert(t.Context(), *g); err != nil {
		t.Fatal(err)
	}
	settled := false
	settle := func(context.Context, string) error { settled = true; return nil }
	recall := func(context.Context, string, string) error { return errors.New("there is no such market") }
	if err := b.Due(t.Context(), six, settle, recall); err != nil {
		t.Fatal(err)
	}
	now, err := b.GroupBuys.Get(t.Context(), g.ID)
	if err != nil || !settled || !slices.ContainsFunc(now.Effects, func(e Effect) bool { return e.Kind == effectRecall }) || slices.ContainsFunc(now.Effects, Effect.notice) {
		t.Errorf("settled: %v; still to do: %v %v", settled, now.Effects, err)
	}
}

// TestACampaignThatCannotGoOnKeepsNobodyWaiting has one whose goods are gone before one
// that can be opened, and before a round that is to close.
func TestACampaignThatCannotGoOnKeepsNobodyWaiting(t *testing.T) {
	b := newBlock(t)
	g := evening(func(g *GroupBuy) { g.Building, g.Scope = "1", "A001/1" })
	g.schedule(six)
	if _, err := b.GroupBuys.Insert(t.Context(), *g); err != nil {
		t.Fatal(err)
	}
	for id, product := range map[string]string{"c1": "gone", "c2": "greens"} {
		_, err := b.campaigns.Insert(t.Context(), Campaign{
			Doc: db.Doc{ID: id}, Compound: "A001", By: "zhou", Share: ByLot, State: CampaignAnnounced, Wake: &six,
			Terms: GroupBuy{
				Title: "Greens", Currency: "CNY", Opens: six, Closes: eight.Add(time.Hour), Rule: Equal,
				Items: []Item{{ID: "greens", Product: product, UnitCap: 1200, CaseSize: 1}},
			},
			Rounds: []CampaignRound{{Building: "2", GroupBuy: Word(id), Leader: "zhou"}},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	b.at = eight
	settle := func(context.Context, string) error { return nil }
	if err := b.Due(t.Context(), eight, settle, nil); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]State{g.ID: Failed, Word("c2"): Open} {
		if r, err := b.GroupBuys.Get(t.Context(), id); err != nil || r.State != want {
			t.Errorf("the round %s is %q, not %s: %v", id, r.State, want, err)
		}
	}
	if c, err := b.campaigns.Get(t.Context(), "c1"); err != nil || c.Wake == nil || !c.Wake.After(eight) {
		t.Errorf("it is tried again at %v: %v", c.Wake, err)
	}
}

// TestACampaignIsCalledOffAfterACrash has one that is cancelled while its rounds are not yet,
// and one of them is being matched at first.
func TestACampaignIsCalledOffAfterACrash(t *testing.T) {
	b := newBlock(t)
	c := Campaign{
		Doc: db.Doc{ID: "c1"}, Compound: "A001", State: CampaignCancelled, Wake: &six, Recalled: &Event{At: six, By: "zhou", Text: "rain"},
		Rounds: []CampaignRound{{Building: "1", GroupBuy: "g1"}, {Building: "2", GroupBuy: "g2"}, {Building: "10", GroupBuy: "unmade"}},
	}
	if _, err := b.campaigns.Insert(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"g1", "g2"} {
		g := evening(func(g *GroupBuy) { g.ID = id })
		if id == "g1" {
			g.State, g.Market = Closed, "m"
		}
		if _, err := b.GroupBuys.Insert(t.Context(), *g); err != nil {
			t.Fatal(err)
		}
	}
	at := six
	states := func() string {
		b.at = at
		if err := b.Due(t.Context(), at, func(context.Context, string) error { return nil }, nil); err != nil {
			t.Fatal(err)
		}
		one, _ := b.GroupBuys.Get(t.Context(), "g1")
		two, _ := b.GroupBuys.Get(t.Context(), "g2")
		return string(one.State + " " + two.State)
	}
	if got := states(); got != "closed cancelled" {
		t.Errorf("while one is being matched: %s", got)
	}
	_, err := b.GroupBuys.Update(t.Context(), "g1", func(g *GroupBuy) error { g.Return("m", at); return nil })
	if at = at.Add(nextTime); err != nil || states() != "cancelled cancelled" {
		t.Errorf("thereafter: %s %v", states(), err)
	}
	if c, _ := b.campaigns.Get(t.Context(), "c1"); c.Wake != nil {
		t.Errorf("it is looked at again at %v", c.Wake)
	}
}

func TestWhoeverOrderedForANeighbourIsToldOfTheGoodsAndNotOfTheOrder(t *testing.T) {
	g := evening()
	g.Participants = []Participant{{Household: door(1), Proxy: &Proxy{By: "lin", Payer: "daughter"}}}
	homes := map[string][]string{door(1): {"granny"}}
	for kind, want := range map[string]string{orderedForYou: "granny", "goods_here": "daughter granny lin"} {
		readers := g.readers(Effect{Kind: kind, Household: door(1)}, homes)
		if got := strings.Join(slices.Sorted(maps.Keys(readers)), " "); got != want {
			t.Errorf("%s is told to %s, not to %s", kind, got, want)
		}
	}
	if all := g.readers(Effect{Kind: "round_done"}, homes); all["lin"] != "" || all["daughter"] != door(1) {
		t.Errorf("the leader is told of the round and not of one door in it: %v", all)
	}
}
