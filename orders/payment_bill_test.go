package orders

import (
	"testing"
)

func TestOwes(t *testing.T) {
	commission := func(g *GroupBuy) { g.CommissionBasis = 500 } // 5 %
	line := func(g *GroupBuy, n int) *Line { return &g.Participants[1].Lines[n] }
	rows := []struct {
		name      string
		household string
		change    func(*GroupBuy)
		stage     Stage
		most, due int64
	}{
		{"an open round promises the caps of quantity and tolerance", neighbour, func(*GroupBuy) {}, Promised, 3*3500 + 1200, 0},
		{"and no extra that a limit forbids", neighbour, func(g *GroupBuy) { g.LimitPerHousehold = 3 }, Promised, 2*3500 + 1200, 0},
		{"the commission is part of the most", neighbour, commission, Promised, 11700 + 585, 0},
		{"a closed round promises only the extra units that were taken", neighbour, func(g *GroupBuy) { g.State = Closed }, Promised, 2*3500 + 1200, 0},
		{"a failed round owes nothing", neighbour, func(g *GroupBuy) { allocate(g, 1000); g.State = Failed }, Nothing, 0, 0},
		{"a cancelled round owes nothing", neighbour, func(g *GroupBuy) { allocate(g, 1000); g.State = Cancelled }, Nothing, 0, 0},
		{"a household that left owes nothing", "A001/3/9-999", func(g *GroupBuy) { allocate(g, 1000) }, Nothing, 0, 0},
		{"allocation owes what is served at its price", neighbour, func(g *GroupBuy) { allocate(g, 1000) }, Owed, 8200, 3000},
		{"a price above the cap is billed at the cap", neighbour, func(g *GroupBuy) { allocate(g, 5000) }, Owed, 8200, 8200},
		{"the commission follows what is owed", neighbour, func(g *GroupBuy) { commission(g); allocate(g, 1000) }, Owed, 8610, 3150},
		{"short delivery is not owed", neighbour, func(g *GroupBuy) { allocate(g, 1000); count(g, 1) }, Owed, 8200, 1000},
		{"a lost parcel is owed as far as it was handed over", neighbour, func(g *GroupBuy) {
			allocate(g, 1000)
			count(g, 0)
			line(g, 0).Served[0].Outcome, line(g, 0).Served[0].Handed = "incident", 1
		}, Owed, 8200, 2000},
		{"a parcel that nobody took in is owed while the round goes on", neighbour, func(g *GroupBuy) {
			allocate(g, 1000)
			count(g, 0)
			line(g, 0).Served[0].Outcome = "no_answer"
		}, Owed, 8200, 3000},
		{"and not any more once it is done", neighbour, func(g *GroupBuy) {
			allocate(g, 1000)
			count(g, 0)
			line(g, 0).Served[0].Outcome = "no_answer"
			g.State = Done
		}, Settled, 8200, 1000},
		{"what no gate ever counted is not owed in the end", neighbour, func(g *GroupBuy) { allocate(g, 1000); g.State = Done }, Settled, 8200, 0},
		{"a new unit price holds for every unit received", neighbour, func(g *GroupBuy) {
			allocate(g, 1000)
			count(g, 0)
			line(g, 0).Adjustments = []Adjustment{{ID: "a", Kind: NewUnitPrice, Minor: 900}}
		}, Owed, 8200, 1800 + 1000},
		{"the last weight counts", neighbour, func(g *GroupBuy) {
			allocate(g, 1000)
			count(g, 0)
			line(g, 0).Adjustments = []Adjustment{{ID: "a", Kind: Weighed, Minor: 1500}, {ID: "b", Kind: Weighed, Minor: 1600}}
		}, Owed, 8200, 1600 + 1000},
		{"a price after delivery never goes above the cap", neighbour, func(g *GroupBuy) {
			allocate(g, 1000)
			count(g, 0)
			line(g, 0).Adjustments = []Adjustment{{ID: "a", Kind: NewUnitPrice, Minor: 9999}}
		}, Owed, 8200, 7000 + 1000},
		{"claims add up and never pay more than the goods cost", neighbour, func(g *GroupBuy) {
			allocate(g, 1000)
			count(g, 0)
			line(g, 0).Adjustments = []Adjustment{{ID: "a", Kind: ClaimGranted, Minor: 1500}, {ID: "b", Kind: ClaimGranted, Minor: 1500}}
		}, Owed, 8200, 1000},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			g := round()
			row.change(&g)
			b, err := g.Owes(row.household)
			if err != nil {
				t.Fatal(err)
			}
			if b.Stage != row.stage || b.Most != row.most || b.Due != row.due {
				t.Errorf("got %s, at most %d, due %d, want %s, %d, %d", b.Stage, b.Most, b.Due, row.stage, row.most, row.due)
			}
			var sum int64
			for _, l := range b.owed() {
				sum += l.Minor
			}
			if sum != b.Due {
				t.Errorf("the lines sum to %d, not to %d", sum, b.Due)
			}
		})
	}
}

func TestOwesRefusesWhatCannotBeCounted(t *testing.T) {
	g := round()
	g.Items[0].UnitCap = 1 << 60
	_, err := g.Owes(neighbour)
	wantFault(t, err, "amount_too_large")
}

func TestQuoteRefusesWhatIsNotOffered(t *testing.T) {
	g := round()
	_, err := g.Quote([]Line{{Item: "fish", Quantity: 1}})
	wantFault(t, err, "line_unknown")
}
