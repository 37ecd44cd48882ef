package orders

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"testing"

	"baimi/app/fault"
	"baimi/app/people"
)

// matched is a closed round of two households in market m1: 3 greens for the
// first, 2 for the second.
func matched(t *testing.T) *GroupBuy {
	t.Helper()
	g := evening()
	g.order(1, greens(3))
	g.order(2, greens(2))
	if err := g.Close(nil, eight); err != nil {
		t.Fatal(err)
	}
	if err := g.Collect("m1", eight); err != nil {
		t.Fatal(err)
	}
	return g
}

func award(n int, units int64) Award {
	return Award{Household: door(n), Item: "greens", Served: []Served{{Delivery: "d1", Lot: "L1", Supplier: "S1", Quantity: units, UnitPrice: 1100}}}
}

func greensOf(n int) Part {
	return Part{Delivery: "d1", Household: door(n), Item: "greens", Lot: "L1"}
}

func TestOneMarketHasARoundAtATime(t *testing.T) {
	g := matched(t)
	if err := g.Collect("m2", eight); !fault.Is(err, "round_taken") {
		t.Error("two markets have it:", err)
	}
	if err := g.Allocate("m2", nil, eight); !fault.Is(err, "round_taken") {
		t.Error("another market allocates it:", err)
	}
	if err := g.Cancel("lin", "", eight); !fault.Is(err, "round_matching") {
		t.Error("cancelled while it is matched:", err)
	}
	g.Return("m2", eight)
	if err := g.Collect("m1", eight); err != nil || g.Market != "m1" {
		t.Error("another market gave it back:", err)
	}
	g.Return("m1", eight)
	if err := g.Collect("m2", eight); err != nil {
		t.Error("it was not given back:", err)
	}
}

func TestAllocate(t *testing.T) {
	for name, row := range map[string]struct {
		awards []Award
		code   string
		want   State
	}{
		"some is enough":                  {[]Award{award(1, 1)}, "", Allocated},
		"nothing is a failure":            {nil, "", Failed},
		"more than was ordered":           {[]Award{award(2, 3)}, "award_invalid", Closed},
		"somebody who did not order":      {[]Award{award(3, 1)}, "award_unknown", Closed},
		"above the price cap":             {[]Award{{Household: door(1), Item: "greens", Served: []Served{{Quantity: 1, UnitPrice: 1201}}}}, "award_invalid", Closed},
		"a part of nothing":               {[]Award{{Household: door(1), Item: "greens", Served: []Served{{Quantity: 0}}}}, "award_invalid", Closed},
		"two parts more than was ordered": {[]Award{{Household: door(1), Item: "greens", Served: []Served{{Quantity: 2}, {Quantity: 2}}}}, "award_invalid", Closed},
	} {
		t.Run(name, func(t *testing.T) {
			g := matched(t)
			err := g.Allocate("m1", row.awards, eight)
			if row.code == "" && err != nil || row.code != "" && !fault.Is(err, row.code) {
				t.Errorf("%v, want %q", err, row.code)
			}
			if err == nil && g.State != row.want {
				t.Errorf("%s, want %s", g.State, row.want)
			}
		})
	}
}

func TestFromTheGateToTheDoor(t *testing.T) {
	g := matched(t)
	effects := func() (kinds string) {
		for _, e := range g.Effects {
			if e.Kind != EffectMoney {
				kinds += e.Kind + " "
			}
		}
		g.Effects = nil
		return strings.TrimSpace(kinds)
	}
	step := func(name string, err error, state State, told string) {
		t.Helper()
		if got := effects(); err != nil || g.State != state || got != told {
			t.Fatalf("%s: %v, %s, told %q; want %s, %q", name, err, g.State, got, state, told)
		}
	}
	effects()
	awards := []Award{award(1, 3), award(2, 2)}
	step("allocated", g.Allocate("m1", awards, eight), Allocated, "round_allocated")
	step("allocated again", g.Allocate("m1", nil, eight), Allocated, "")
	step("dispatched", g.Dispatch("d1", eight), Arriving, "on_the_way on_the_way")

	counted := map[Part]int64{greensOf(1): 2, greensOf(2): 0}
	if err := g.Receive("d1", map[Part]int64{greensOf(1): 4}, eight); !fault.Is(err, "count_above_sent") {
		t.Fatal(err)
	}
	if err := g.Receive("d1", map[Part]int64{greensOf(3): 1}, eight); !fault.Is(err, "parcel_unknown") {
		t.Fatal(err)
	}
	if err := g.Hand(greensOf(1), 1, "door", eight); !fault.Is(err, "round_state") {
		t.Fatal("handed over before it came:", err)
	}
	if err := g.Receive("d1", counted, eight); err != nil || g.State != Delivering {
		t.Fatal(err, g.State)
	}
	if told := effects(); strings.Count(told, "short") != 2 || strings.Count(told, "arrived") != 1 {
		t.Errorf("told %q", told)
	}
	if s := g.Participants[1].Lines[0].Served[0]; !s.Counted || s.Outcome != "short" {
		t.Errorf("nothing came for household 2, and its parcel is %+v", s)
	}
	if err := g.Hand(greensOf(1), 3, "door", eight); !fault.Is(err, "handed_above_received") {
		t.Fatal("more handed over than came:", err)
	}
	step("handed over", g.Hand(greensOf(1), 2, "door", eight), Done, "round_done")
	step("handed over again", g.Hand(greensOf(1), 2, "door", eight), Done, "")
	step("undone", g.Hand(greensOf(1), 0, "", eight), Delivering, "")
	if err := g.Cancel("lin", "", eight); !fault.Is(err, "round_state") {
		t.Error("cancelled at the door:", err)
	}
	step("refused", g.Hand(greensOf(1), 0, "refused", eight), Done, "round_done")
}

func TestWhoMayCancelARound(t *testing.T) {
	leader := people.Actor{Account: "lin", Grants: []people.Grant{{Role: people.Leader, Scope: "A001/3"}}}
	coordinator := people.Actor{Account: "wu", Grants: []people.Grant{{Role: people.Coordinator, Scope: "A001"}}}
	for name, row := range map[string]struct {
		by    people.Actor
		after func(*GroupBuy) error
		code  string
	}{
		"the leader while nothing is on its way":   {leader, func(*GroupBuy) error { return nil }, ""},
		"not the leader once something is":         {leader, func(g *GroupBuy) error { return g.Dispatch("d1", eight) }, "round_on_its_way"},
		"the coordinator while it is on its way":   {coordinator, func(g *GroupBuy) error { return g.Dispatch("d1", eight) }, ""},
		"nobody once something of it was received": {coordinator, func(g *GroupBuy) error { return g.Receive("d1", map[Part]int64{greensOf(1): 3}, eight) }, "round_state"},
	} {
		t.Run(name, func(t *testing.T) {
			g := matched(t)
			g.Compound = "A001"
			err := cmp.Or(g.Allocate("m1", []Award{award(1, 3), award(2, 2)}, eight), row.after(g), g.MayCancel(row.by))
			if err == nil {
				err = g.Cancel(row.by.Account, "the lobby is closed", eight)
			}
			if row.code != "" {
				if !fault.Is(err, row.code) {
					t.Fatalf("%v, not %s", err, row.code)
				}
				return
			}
			recalls := slices.ContainsFunc(g.Effects, func(e Effect) bool { return e.Kind == effectRecall })
			if err != nil || g.State != Cancelled || len(g.Participants[0].Lines[0].Served) > 0 || !recalls {
				t.Fatalf("%v: %s %+v %+v", err, g.State, g.Participants[0].Lines, g.Effects)
			}
			late := cmp.Or(g.Dispatch("d1", eight), g.Receive("d1", map[Part]int64{greensOf(1): 3}, eight), g.Hand(greensOf(1), 3, "door", eight))
			if late != nil || g.State != Cancelled {
				t.Fatal("a cancelled round hears of its deliveries:", late, g.State)
			}
		})
	}
}

func TestGoodsInThePlaceOfOthers(t *testing.T) {
	g := matched(t)
	if err := g.Allocate("m1", []Award{award(1, 3), award(2, 2)}, eight); err != nil {
		t.Fatal(err)
	}
	was := Part{"d1", door(1), "greens", greensOf(1).Lot}
	now := was
	now.Lot += "/cabbage"
	replace := func(n int64) {
		t.Helper()
		parts, counted := map[Part]Served{}, map[Part]int64{was: 1, greensOf(2): 2}
		if n > 0 {
			parts[now] = Served{Delivery: "d1", Lot: now.Lot, Quantity: n, Instead: &Instead{Of: was.Lot, Product: "cabbage", NameZh: "卷心菜", NameEn: "Cabbage"}}
			counted[now] = n
		}
		g.Effects = nil
		if err := errors.Join(g.Replace("d1", parts), g.Receive("d1", counted, eight)); err != nil {
			t.Fatal(err)
		}
	}
	due := func() int64 {
		b, err := g.Owes(door(1))
		if err != nil {
			t.Fatal(err)
		}
		return b.Due
	}
	replace(0)
	short := due()
	replace(2)
	if got := g.Participants[0].Lines[0].Served; len(got) != 2 || got[1].UnitPrice != got[0].UnitPrice || due() != 3*short {
		t.Errorf("two came instead, at the price of the others: %+v, due %d after %d", got, due(), short)
	}
	if b := bagsOf(g.Participants[0].Lines); b.Here != 3 || b.Missing != 0 {
		t.Errorf("nothing is missing: %+v", b)
	}
	replace(1)
	if b := bagsOf(g.Participants[0].Lines); b.Here != 2 || b.Missing != 1 || due() != 2*short {
		t.Errorf("one is missing: %+v, due %d", b, due())
	}
	if err := errors.Join(g.Hand(was, 1, "door", eight), g.Hand(greensOf(2), 2, "door", eight)); err != nil || g.State != Delivering {
		t.Fatalf("the round is done without what came instead: %s %v", g.State, err)
	}
	if err := g.Hand(now, 1, "door", eight); err != nil || g.State != Done {
		t.Fatalf("%s %v", g.State, err)
	}
	replace(1)
	if s := g.Participants[0].Lines[0].Served; len(s) != 2 || s[1].Outcome != "door" || s[1].Handed != 1 {
		t.Errorf("told again, what was handed over is %+v", s)
	}
}
