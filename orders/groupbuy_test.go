package orders

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
)

var (
	six   = time.Date(2022, 4, 18, 18, 0, 0, 0, time.UTC)
	eight = six.Add(2 * time.Hour)
)

// evening is an open round for eggs in cases of 24 and greens one by one.
func evening(changes ...func(*GroupBuy)) *GroupBuy {
	g := &GroupBuy{
		Doc: db.Doc{ID: "g1"}, Compound: "A001", Building: "3", Scope: "A001/3", Leader: "lin", Title: "Eggs", Currency: "CNY",
		State: Open, Opens: six, Closes: eight, Rule: Equal,
		Items: []Item{{ID: "eggs", NameEn: "Eggs", UnitCap: 3500, CaseSize: 24}, {ID: "greens", NameEn: "Greens", UnitCap: 1200, CaseSize: 1}},
	}
	for _, change := range changes {
		change(g)
	}
	return g
}

func door(n int) string { return fmt.Sprintf("A001/3/1-%d", n) }

func (g *GroupBuy) order(n int, lines ...Line) (Place, error) {
	return g.Join(Wish{Household: door(n), Account: fmt.Sprint("a", n), Lines: lines}, six.Add(time.Duration(n)*time.Second))
}

func greens(n int64) Line          { return Line{Item: "greens", Quantity: n} }
func eggs(n, tolerance int64) Line { return Line{Item: "eggs", Quantity: n, Tolerance: tolerance} }

func TestJoin(t *testing.T) {
	for name, row := range map[string]struct {
		change func(*GroupBuy)
		before []Line // of household 1
		lines  []Line // of household 2
		code   string
		place  Place
	}{
		"the last place in the lobby is taken":      {func(g *GroupBuy) { g.SortingSpace = 5 }, []Line{greens(3)}, []Line{greens(2)}, "", In},
		"one more is not":                           {func(g *GroupBuy) { g.SortingSpace = 5 }, []Line{greens(3)}, []Line{greens(3)}, "sorting_space_full", Absent},
		"one more waits where there is a list":      {func(g *GroupBuy) { g.SortingSpace, g.WaitList = 5, true }, []Line{greens(3)}, []Line{greens(3)}, "", Waits},
		"an item may run out on its own":            {func(g *GroupBuy) { g.Items[1].Most = 4 }, []Line{greens(3)}, []Line{greens(2)}, "sold_out", Absent},
		"the household's limit is over all items":   {func(g *GroupBuy) { g.LimitPerHousehold = 3 }, nil, []Line{greens(2), eggs(2, 0)}, "limit_household", Absent},
		"and can be used up":                        {func(g *GroupBuy) { g.LimitPerHousehold = 3 }, nil, []Line{greens(1), eggs(2, 0)}, "", In},
		"an item may have its own limit":            {func(g *GroupBuy) { g.Items[0].Limit = 1 }, nil, []Line{eggs(2, 0)}, "limit_item", Absent},
		"who is over the limit does not wait":       {func(g *GroupBuy) { g.LimitPerHousehold, g.WaitList = 3, true }, nil, []Line{greens(4)}, "limit_household", Absent},
		"nothing of something unknown":              {nil, nil, []Line{{Item: "gold", Quantity: 1}}, "unknown_item", Absent},
		"one line an item":                          {nil, nil, []Line{greens(1), greens(1)}, "line_twice", Absent},
		"nothing below zero":                        {nil, nil, []Line{greens(-1)}, "quantity_invalid", Absent},
		"no extra where nothing is in cases":        {nil, nil, []Line{{Item: "greens", Quantity: 1, Tolerance: 1}}, "quantity_invalid", Absent},
		"a closed round takes nobody":               {func(g *GroupBuy) { g.State = Closed }, nil, []Line{greens(1)}, "round_closed", Absent},
		"nor one whose time is over":                {func(g *GroupBuy) { g.Closes = six.Add(2 * time.Second) }, nil, []Line{greens(1)}, "round_closed", Absent},
		"nor one that has not opened":               {func(g *GroupBuy) { g.Opens = six.Add(3 * time.Second) }, nil, []Line{greens(1)}, "round_not_open", Absent},
		"lines without a quantity are no order":     {nil, nil, []Line{greens(0)}, "", Absent},
		"another building's households have theirs": {func(g *GroupBuy) { g.Building = "33" }, nil, []Line{greens(1)}, "household_elsewhere", Absent},
	} {
		t.Run(name, func(t *testing.T) {
			g := evening()
			if row.before != nil {
				if row.change != nil {
					row.change(g)
				}
				if place, err := g.order(1, row.before...); err != nil || place != In {
					t.Fatal(place, err)
				}
			} else if row.change != nil {
				row.change(g)
			}
			place, err := g.order(2, row.lines...)
			if place != row.place || row.code == "" && err != nil || row.code != "" && !fault.Is(err, row.code) {
				t.Errorf("%s, %v; want %s, %q", place, err, row.place, row.code)
			}
		})
	}
}

func TestWhoWaitsComesInInOrder(t *testing.T) {
	g := evening(func(g *GroupBuy) { g.SortingSpace, g.WaitList = 4, true })
	for n, want := range map[int]int64{1: 4} {
		g.order(n, greens(want))
	}
	for _, n := range []int64{3, 1, 2} { // households 2, 3, 4
		if place, err := g.order(int(5-n), greens(n)); place != Waits || err != nil {
			t.Fatal(place, err)
		}
	}
	if g.WaitsAt(door(2)) != 1 || g.WaitsAt(door(4)) != 2 || g.WaitsAt(door(3)) != 3 {
		t.Fatalf("%+v", g.Waiting)
	}
	// Household 1 halves its order: 2 are free. Household 2 waits for 3 and cannot
	// come in, household 4 can with 1, and then 3 with 2 cannot.
	if place, err := g.order(1, greens(2)); place != In || err != nil {
		t.Fatal(place, err)
	}
	if _, in := g.Participant(door(4)); !in || len(g.Waiting) != 2 || g.ordered("").units != 3 {
		t.Fatalf("%+v waits", g.Waiting)
	}
	if err := g.Leave(door(2), six.Add(time.Minute)); err != nil || len(g.Waiting) != 1 {
		t.Error(err, g.Waiting)
	}
}

func TestClose(t *testing.T) {
	for name, row := range map[string]struct {
		units, minimum int64
		onFail         Outcome
		extended       bool
		want           State
		closes         time.Time
		told           string
	}{
		"nobody came":                    {0, 0, "", false, Failed, eight, "round_failed"},
		"the minimum is reached exactly": {5, 5, Refund, false, Closed, eight, "round_closed"},
		"one is missing":                 {4, 5, Refund, false, Failed, eight, "round_failed"},
		"one is missing, pooled":         {4, 5, Pool, false, Closed, eight, "round_pooled"},
		"one is missing, extended":       {4, 5, Extend, false, Open, eight.Add(10 * time.Minute), "round_extended"},
		"but once only":                  {4, 5, Extend, true, Failed, eight, "round_failed"},
		"reached in the extension":       {5, 5, Extend, true, Closed, eight, "round_closed"},
		"no minimum":                     {1, 0, "", false, Closed, eight, "round_closed"},
	} {
		t.Run(name, func(t *testing.T) {
			g := evening(func(g *GroupBuy) {
				g.Minimum, g.OnFail, g.ExtendSeconds, g.Extended = row.minimum, row.onFail, 600, row.extended
			})
			if row.units > 0 {
				g.order(1, greens(row.units))
			}
			if err := g.Close(nil, eight.Add(-1)); !fault.Is(err, "round_not_due") {
				t.Fatal("closed before its time:", err)
			}
			if err := g.Close(map[string]int64{door(1): 4}, eight); err != nil || g.State != row.want || !g.Closes.Equal(row.closes) {
				t.Errorf("%s until %s, %v; want %s until %s", g.State, g.Closes, err, row.want, row.closes)
			}
			if !slices.ContainsFunc(g.Effects, func(e Effect) bool { return e.Kind == row.told }) {
				t.Errorf("nobody is told of %s: %v", row.told, g.Effects)
			}
			if g.State == Closed && g.Participants[0].Priority != 4 {
				t.Error("the household's needs are forgotten")
			}
			if g.Wake == nil || g.Wake.After(eight.Add(10*time.Minute)) {
				t.Errorf("nobody would look at it: %v", g.Wake)
			}
		})
	}
}

func TestClosingByHand(t *testing.T) {
	g := evening(func(g *GroupBuy) { g.Minimum, g.OnFail = 5, Refund })
	g.order(1, greens(4))
	if err := g.CloseByHand("lin", nil, six); !fault.Is(err, "minimum_missing") || g.State != Open {
		t.Error(err)
	}
	g.order(1, greens(5))
	for range 2 {
		if err := g.CloseByHand("lin", nil, six.Add(time.Hour)); err != nil || g.State != Closed {
			t.Error(err)
		}
	}
	if err := evening(func(g *GroupBuy) { g.State = Delivering }).CloseByHand("lin", nil, six); !fault.Is(err, "round_state") {
		t.Error(err)
	}
}

func TestCasesAreFilledFairly(t *testing.T) {
	extras := func(g *GroupBuy) (all []int64) {
		for _, p := range g.Participants {
			for _, l := range p.Lines {
				all = append(all, l.Extra)
			}
		}
		return all
	}
	for name, row := range map[string]struct {
		change func(*GroupBuy)
		lines  [][]Line
		toGo   int64
		want   string
	}{
		"24 to a case, 21 wanted, three take one each": {nil, [][]Line{{eggs(7, 2)}, {eggs(7, 2)}, {eggs(7, 2)}}, 0, "[1 1 1]"},
		"who takes less leaves more to the others":     {nil, [][]Line{{eggs(6, 1)}, {eggs(6, 9)}, {eggs(6, 9)}}, 0, "[1 3 2]"},
		"too few would take extra: nobody does":        {nil, [][]Line{{eggs(7, 1)}, {eggs(7, 1)}, {eggs(7, 0)}}, 1, "[0 0 0]"},
		"a full case needs nobody":                     {nil, [][]Line{{eggs(12, 5)}, {eggs(12, 5)}}, 0, "[0 0]"},
		"nobody is led over a limit":                   {func(g *GroupBuy) { g.LimitPerHousehold = 8 }, [][]Line{{eggs(7, 9)}, {eggs(7, 9)}, {eggs(8, 9)}}, 0, "[1 1 0]"},
		"and a limit may make the case impossible":     {func(g *GroupBuy) { g.LimitPerHousehold = 7 }, [][]Line{{eggs(7, 9)}, {eggs(7, 9)}, {eggs(7, 9)}}, 3, "[0 0 0]"},
		"the lobby holds no extra":                     {func(g *GroupBuy) { g.SortingSpace = 22 }, [][]Line{{eggs(7, 9)}, {eggs(7, 9)}, {eggs(7, 9)}}, 0, "[0 0 0]"},
		"extra cost is equal over all items":           {func(g *GroupBuy) { g.Items[1].CaseSize, g.Items[1].UnitCap = 2, 3500 }, [][]Line{{eggs(12, 1), {Item: "greens", Quantity: 1, Tolerance: 1}}, {eggs(11, 0), {Item: "greens", Quantity: 2, Tolerance: 1}}}, 0, "[1 0 0 1]"},
	} {
		t.Run(name, func(t *testing.T) {
			g := evening()
			if row.change != nil {
				row.change(g)
			}
			for i, lines := range row.lines {
				if _, err := g.order(i+1, lines...); err != nil {
					t.Fatal(err)
				}
			}
			if toGo := g.Progress().Items[0].ToGo; toGo != row.toGo {
				t.Errorf("%d to go, want %d", toGo, row.toGo)
			}
			if err := g.Close(nil, eight); err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprint(extras(g)); got != row.want {
				t.Errorf("extra %s, want %s", got, row.want)
			}
		})
	}
}

// TestJoinsKeepEveryLimit plays random evenings.
func TestJoinsKeepEveryLimit(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 7))
		g := evening(func(g *GroupBuy) {
			g.SortingSpace, g.LimitPerHousehold, g.WaitList = r.Int64N(60), r.Int64N(12), r.IntN(2) == 0
			g.Items[0].CaseSize, g.Items[0].Limit, g.Items[1].Most = 1+r.Int64N(6), r.Int64N(9), r.Int64N(30)
		})
		for step := range 120 {
			n := r.IntN(20)
			if r.IntN(5) == 0 {
				if err := g.Leave(door(n), six.Add(time.Duration(step))); err != nil {
					t.Fatal(err)
				}
			} else {
				g.order(n, greens(r.Int64N(6)), eggs(r.Int64N(6), r.Int64N(3)))
			}
			holds(t, g, seed)
		}
		if err := g.Close(nil, eight); err != nil {
			t.Fatal(err)
		}
		holds(t, g, seed)
	}
}

// holds fails the test where the round is over one of its limits, or its totals
// are not the sum of its lines.
func holds(t *testing.T, g *GroupBuy, seed uint64) {
	t.Helper()
	seen, items, sum := map[string]bool{}, map[string]int64{}, int64(0)
	for _, p := range append(append([]Participant{}, g.Participants...), g.Waiting...) {
		if seen[p.Household] {
			t.Fatalf("seed %d: %s is in the round twice", seed, p.Household)
		}
		seen[p.Household] = true
	}
	for _, p := range g.Participants {
		var own int64
		for _, l := range p.Lines {
			n := l.Quantity + l.Extra
			if it, _ := g.Item(l.Item); it.Limit > 0 && n > it.Limit || l.Extra > l.Tolerance {
				t.Fatalf("seed %d: %s has %+v", seed, p.Household, l)
			}
			items[l.Item] += n
			own += n
		}
		if own == 0 || g.LimitPerHousehold > 0 && own > g.LimitPerHousehold {
			t.Fatalf("seed %d: %s has %d units of %d", seed, p.Household, own, g.LimitPerHousehold)
		}
		sum += own
	}
	if g.SortingSpace > 0 && sum > g.SortingSpace || g.Items[1].Most > 0 && items["greens"] > g.Items[1].Most {
		t.Fatalf("seed %d: %d units where %d find room", seed, sum, g.SortingSpace)
	}
	p := g.Progress()
	if p.Units != sum || p.Households != len(g.Participants) || p.Items[0].Units != items["eggs"] || p.Items[1].Units != items["greens"] {
		t.Fatalf("seed %d: totals %+v, sum %d %v", seed, p, sum, items)
	}
}
