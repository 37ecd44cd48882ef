package orders

import (
	"context"
	"sync"
	"testing"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
	"baimi/app/people"
)

// desk is the money side on a real store, with a clock and an inbox of its own.
type desk struct {
	*Cashier
	conn *db.Conn
	bank *bank
	mu   sync.Mutex
	at   time.Time
	told []people.Notice
}

func (d *desk) clock() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.at
}

func (d *desk) wait(t time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.at = d.at.Add(t)
}

// Tell is the inbox of everybody.
func (d *desk) Tell(_ context.Context, n people.Notice) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.told = append(d.told, n)
	return nil
}

// NameOf knows the leader's name.
func (d *desk) NameOf(_ context.Context, account string) (string, error) {
	return map[string]string{"lin": "林团长"}[account], nil
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	conn, err := db.Connect(t.Context(), "sqlite:"+t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	d := &desk{conn: conn, at: time.Date(2022, 4, 18, 9, 0, 0, 0, time.UTC)}
	groupBuys := db.Open[GroupBuy](conn, db.Spec{Name: "group_buys", Indexes: []db.Index{
		db.On("participants.household", "opens"), db.On("participants.proxy.payer", "opens"),
	}})
	d.bank = newBank(d.clock)
	d.Cashier = OpenCashier(conn, groupBuys, d.bank, d, d.clock)
	return d
}

const (
	elder     = "A001/3/1-604"
	neighbour = "A001/3/1-302"
)

// round is an open group buy of two households: eggs at 35.00 at most and
// greens at 12.00 at most, without commission.
func round() GroupBuy {
	return GroupBuy{
		Doc: db.Doc{ID: "g1"}, Compound: "A001", Building: "3", Scope: "A001/3", Leader: "lin", Title: "Eggs", Currency: "CNY",
		State: Open, Closes: time.Date(2022, 5, 18, 15, 0, 0, 0, time.UTC),
		Items: []Item{{ID: "eggs", UnitCap: 3500, CaseSize: 1}, {ID: "greens", UnitCap: 1200, CaseSize: 1}},
		Participants: []Participant{
			{Household: elder, Name: "周奶奶", Lines: []Line{{Item: "eggs", Quantity: 1}}, Proxy: &Proxy{By: "lin", Agreed: "phone", Payer: "daughter"}},
			{Household: neighbour, Account: "sam", Name: "Sam", Lines: []Line{{Item: "eggs", Quantity: 2, Tolerance: 1}, {Item: "greens", Quantity: 1}}},
		},
	}
}

func (d *desk) open(t *testing.T, g GroupBuy) {
	t.Helper()
	if _, err := d.groupBuys.Insert(t.Context(), g); err != nil {
		t.Fatal(err)
	}
}

// edit changes the group buy as its own rules would, and lets the payments follow.
func (d *desk) edit(t *testing.T, change func(*GroupBuy)) GroupBuy {
	t.Helper()
	g, err := d.groupBuys.Update(t.Context(), "g1", func(g *GroupBuy) error {
		change(g)
		g.MoneyChanged("")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Settle(t.Context(), "g1"); err != nil {
		t.Fatal(err)
	}
	return g
}

// allocate serves every line of the round in full at a price.
func allocate(g *GroupBuy, price int64) {
	g.State = Allocated
	for i := range g.Participants {
		for j := range g.Participants[i].Lines {
			l := &g.Participants[i].Lines[j]
			l.Served = []Served{{Delivery: "d1", Lot: "lot-" + l.Item, Supplier: "S01", Quantity: l.Quantity, UnitPrice: price}}
		}
	}
}

// count lets the gate count what was served, less some units of every line.
func count(g *GroupBuy, less int64) {
	g.State = Delivering
	for i := range g.Participants {
		for j := range g.Participants[i].Lines {
			for k := range g.Participants[i].Lines[j].Served {
				s := &g.Participants[i].Lines[j].Served[k]
				s.Counted, s.Received = true, max(s.Quantity-less, 0)
			}
		}
	}
}

func (d *desk) balance(t *testing.T, account string) int64 {
	t.Helper()
	sums, err := d.Ledger.balance(t.Context(), account)
	if err != nil {
		t.Fatal(err)
	}
	return sums["CNY"]
}

func (d *desk) wantBalances(t *testing.T, want map[string]int64) {
	t.Helper()
	for account, minor := range want {
		if got := d.balance(t, account); got != minor {
			t.Errorf("%s stands at %d, want %d", account, got, minor)
		}
	}
	if err := d.Ledger.verify(t.Context()); err != nil {
		t.Error(err)
	}
}

func wantFault(t *testing.T, err error, code string) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Errorf("got %v, want the fault %s", err, code)
	}
}
