package orders

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"

	"baimi/app/db"
	"baimi/app/fault"
	"baimi/app/people"
)

func init() {
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		return fault.Refused(status, message, errs...)
	}
	huma.NewErrorWithContext = func(_ huma.Context, status int, message string, errs ...error) huma.StatusError {
		return fault.Refused(status, message, errs...)
	}
}

// desk is the money side on a real store, with a clock and an inbox of its own.
type desk struct {
	*Cashier
	conn *db.Conn
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

func (d *desk) inbox(_ context.Context, n people.Notice) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.told = append(d.told, n)
	return nil
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	conn, err := db.Connect(t.Context(), "sqlite:"+t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	d := &desk{conn: conn, at: time.Date(2022, 4, 18, 9, 0, 0, 0, time.UTC)}
	groupBuys := db.Open[GroupBuy](conn, db.Spec{Name: "group_buys"})
	d.Cashier = OpenCashier(conn, groupBuys, d.inbox, d.clock)
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
		State: Open,
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
	sums, err := d.Ledger.Balance(t.Context(), account)
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
	if _, err := d.Ledger.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

func wantFault(t *testing.T, err error, code string) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Errorf("got %v, want the fault %s", err, code)
	}
}

// site is the routes on a real HTTP server; the session token is the actor.
type site struct {
	*desk
	base string
}

var actors = map[string]people.Actor{
	"lin":       {Account: "lin", Grants: []people.Grant{{Role: people.Leader, Scope: "A001/3"}}},
	"chen":      {Account: "chen", Grants: []people.Grant{{Role: people.Leader, Scope: "A001/4"}}},
	"committee": {Account: "committee", Grants: []people.Grant{{Role: people.Coordinator, Scope: "A001"}}},
	"sam":       {Account: "sam", Grants: []people.Grant{{Role: people.Resident, Scope: neighbour}}},
	"daughter":  {Account: "daughter"},
	"stranger":  {Account: "stranger", Grants: []people.Grant{{Role: people.Resident, Scope: "A001/9/1-101"}}},
	"farm":      {Account: "farm", Grants: []people.Grant{{Role: people.Supplier, Scope: "S01"}}},
	"otherfarm": {Account: "otherfarm", Grants: []people.Grant{{Role: people.Supplier, Scope: "S02"}}},
	"operator":  {Account: "operator", Grants: []people.Grant{{Role: people.Operator}}},
	"":          {},
}

func newSite(t *testing.T, d *desk) site {
	t.Helper()
	app := fiber.New(fiber.Config{Immutable: true, DisableStartupMessage: true})
	config := huma.DefaultConfig("test", "0")
	config.CreateHooks = nil
	r := &people.Router{API: humafiber.New(app, config), Actor: func(_ context.Context, token string) (people.Actor, error) {
		return actors[token], nil
	}}
	MoneyRoutes(r, d.Cashier)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go app.Listener(listener)
	t.Cleanup(func() { app.Shutdown() })
	return site{d, "http://" + listener.Addr().String() + "/api"}
}

// ask sends a request as somebody and gives the status, the problem's code and the body.
func (s site) ask(t *testing.T, as, route, body string, key ...string) (int, string, []byte) {
	t.Helper()
	method, path, _ := strings.Cut(route, " ")
	r, err := http.NewRequestWithContext(t.Context(), method, s.base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if as != "" {
		r.Header.Set("Authorization", "Bearer "+as)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if len(key) > 0 {
		r.Header.Set("Idempotency-Key", key[0])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	var problem struct{ Code string }
	if bytes.Contains([]byte(answer.Header.Get("Content-Type")), []byte("problem")) {
		_ = json.Unmarshal(raw, &problem)
	}
	return answer.StatusCode, problem.Code, raw
}

// scenario is one request and what must come of it.
type scenario struct {
	name, as, route, body string
	status                int
	code                  string
}

func (s site) run(t *testing.T, rows []scenario) {
	t.Helper()
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			status, code, body := s.ask(t, row.as, row.route, row.body)
			if status != row.status || code != row.code {
				t.Errorf("got %d %q, want %d %q: %s", status, code, row.status, row.code, body)
			}
		})
	}
}
