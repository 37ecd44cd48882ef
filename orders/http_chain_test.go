package orders

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"

	"baimi/app/community"
	"baimi/app/db"
	"baimi/app/people"
	"baimi/catalog"
	"baimi/orders/chain"
)

// street is a building's open round with its routes on a real server.
type street struct {
	site
	orders *Orders
}

func newStreet(t *testing.T) street {
	t.Helper()
	d := newDesk(t)
	who := people.Open(d.conn, people.LogChannel{}, d.clock)
	homes := community.Open(d.conn, who, d.clock)
	s := street{site{desk: d}, OpenOrders(d.conn, catalog.Open(d.conn, d.clock), homes, who, d.clock)}
	estate := community.Compound{Doc: db.Doc{ID: "A001"}, NameZh: "梅园", Currency: "CNY"}
	for n := range 12 {
		estate.Buildings = append(estate.Buildings, community.Building{No: fmt.Sprint(n + 1), Floors: 6, Units: 1, DoorsPerFloor: 4})
	}
	if err := homes.AddCompounds(t.Context(), []community.Compound{estate}); err != nil {
		t.Fatal(err)
	}
	for _, g := range []GroupBuy{s.round("g1", "3"), s.round("g2", "4")} {
		if _, err := s.orders.GroupBuys.Insert(t.Context(), g); err != nil {
			t.Fatal(err)
		}
	}
	app := fiber.New(fiber.Config{Immutable: true, DisableStartupMessage: true})
	config := huma.DefaultConfig("test", "0")
	config.CreateHooks = nil
	s.orders.Routes(&people.Router{API: humafiber.New(app, config), Life: t.Context(), Actor: func(_ context.Context, token string) (people.Actor, error) {
		return actors[token], nil
	}})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go app.Listener(listener)
	t.Cleanup(func() { app.Shutdown() })
	s.base = "http://" + listener.Addr().String() + "/api"
	return s
}

func (s street) round(id, building string) GroupBuy {
	now := s.clock()
	return GroupBuy{
		Doc: db.Doc{ID: id}, Compound: "A001", Building: building, Scope: "A001/" + building, Leader: "lin", Title: "鸡蛋和青菜", Currency: "CNY",
		State: Open, Opens: now.Add(-time.Hour), Closes: now.Add(time.Hour), Rule: Equal, LimitPerHousehold: 9,
		Items: []Item{
			{ID: "eggs", NameZh: "鸡蛋", NameEn: "Eggs", Unit: "tray", UnitCap: 3500, CaseSize: 2},
			{ID: "greens", NameZh: "青菜", NameEn: "Greens", Unit: "pack", UnitCap: 1200, CaseSize: 1},
		},
		Participants: []Participant{{Household: "A001/" + building + "/1-302", Unit: "1", Room: "302", Account: "sam", Name: "Sam", Lines: []Line{{Item: "eggs", Quantity: 2, Tolerance: 1}}}},
	}
}

// must sends a request that has to succeed, and reads its answer.
func must[T any](t *testing.T, s site, as, route string, body any) T {
	t.Helper()
	raw := []byte{}
	if body != nil {
		raw, _ = json.Marshal(body)
	}
	status, code, answer := s.ask(t, as, route, string(raw))
	if status != 200 {
		t.Fatalf("%s: %d %s %s", route, status, code, answer)
	}
	var out T
	if err := json.Unmarshal(answer, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func (s street) ordered(t *testing.T) string {
	t.Helper()
	g, err := s.orders.GroupBuys.Get(t.Context(), "g1")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, p := range g.Participants {
		text := p.Room
		for _, l := range p.Lines {
			text += fmt.Sprintf(" %s=%d", l.Item, l.Quantity)
		}
		out = append(out, text)
	}
	return strings.Join(out, "; ")
}

type text struct {
	Text string `json:"text"`
}

func TestAPastedChainBecomesOrdersOnceItIsConfirmed(t *testing.T) {
	s := newStreet(t)
	const before = "302 eggs=2"
	i := must[ImportView](t, s.site, "lin", "POST /group-buys/g1/chain", text{"#接龙\n1. 301 小周 鸡蛋1\n2. 3号楼302 鸡蛋3\n3. 小吴 青菜2\n4. 401 老王 鸡蛋20"})
	if i.Open != 1 || len(i.Changes) != 3 || s.ordered(t) != before {
		t.Fatalf("%d open, changes %+v, ordered %q", i.Open, i.Changes, s.ordered(t))
	}
	path := "/group-buys/g1/imports/" + i.ID
	if status, code, _ := s.ask(t, "lin", "POST "+path+"/confirm", "{}"); status != 409 || code != "questions_open" {
		t.Errorf("confirmed with open questions: %d %s", status, code)
	}
	after := must[Answered](t, s.site, "lin", "POST "+path+"/answers", map[string]any{"answers": []map[string]any{{"entry": 3, "door": community.Door{Building: "3", Unit: "1", Room: "304"}}}})
	if after.Open != 0 || after.Changes != 4 || len(after.Entries) != 1 || after.Entries[0].At != 3 || after.Entries[0].Entry.Kind != chain.Wanted {
		t.Fatalf("an answer gives back what it touched: %+v", after)
	}
	for range 2 { // the second time changes nothing
		i = must[ImportView](t, s.site, "lin", "POST "+path+"/confirm", map[string]any{})
	}
	if got := s.ordered(t); got != "302 eggs=3; 301 eggs=1; 304 greens=2" {
		t.Errorf("ordered %q", got)
	}
	if last := i.Changes[len(i.Changes)-1]; i.State != ImportConfirmed || last.Refused != "limit_household" || last.Params["limit"] != 9.0 {
		t.Errorf("%s, the order above the limit is refused by name: %+v", i.State, last)
	}
	g, _ := s.orders.GroupBuys.Get(t.Context(), "g1")
	if p, _ := g.Participant("A001/3/1-302"); p.Account != "sam" || p.Lines[0].Tolerance != 1 || p.Proxy != nil {
		t.Errorf("what the chain does not say stays: %+v", p)
	}

	again := must[ImportView](t, s.site, "lin", "POST /group-buys/g1/chain", text{"#接龙\n1. 301 小周 鸡蛋1\n2. 小吴 青菜3"})
	if again.Open != 0 || len(again.Changes) != 1 || again.Changes[0].Before[0].Quantity != 2 || len(again.Missing) != 1 || again.Missing[0].Household != "A001/3/1-302" {
		t.Errorf("the name was learned and the chain is a diff: %+v", again)
	}

	i = must[ImportView](t, s.site, "lin", "POST "+path+"/undo", nil)
	if got := s.ordered(t); got != before || i.State != ImportUndone {
		t.Errorf("undone: %q %s", got, i.State)
	}
}

func TestUndoLeavesWhatAHouseholdChangedMeanwhile(t *testing.T) {
	s := newStreet(t)
	i := must[ImportView](t, s.site, "lin", "POST /group-buys/g1/chain", text{"1. 301 小周 鸡蛋1\n2. 304 小吴 鸡蛋1"})
	path := "/group-buys/g1/imports/" + i.ID
	must[ImportView](t, s.site, "lin", "POST "+path+"/confirm", map[string]any{})
	must[Joined](t, s.site, "lin", "PUT /group-buys/g1/orders", map[string]any{"household": "A001/3/1-304", "agreed": "phone", "lines": []Wanted{{Item: "greens", Quantity: 1}}})
	i = must[ImportView](t, s.site, "lin", "POST "+path+"/undo", nil)
	if got := s.ordered(t); got != "302 eggs=2; 304 greens=1" || i.Changes[1].Refused != "changed_meanwhile" {
		t.Errorf("%q %+v", got, i.Changes)
	}
}

func TestTopUpsChangeWhatWasOrdered(t *testing.T) {
	s := newStreet(t)
	i := must[ImportView](t, s.site, "lin", "POST /group-buys/g1/chain", text{"302再加鸡蛋1\n"})
	if len(i.Changes) != 1 || i.Changes[0].After[0].Quantity != 3 {
		t.Fatalf("%+v %+v", i.Changes, i.Review.Entries)
	}
	must[ImportView](t, s.site, "lin", "POST /group-buys/g1/imports/"+i.ID+"/confirm", map[string]any{})
	if got := s.ordered(t); got != "302 eggs=3" {
		t.Errorf("%q", got)
	}
}

func TestThePostedChainReadsAsTheSameOrders(t *testing.T) {
	s := newStreet(t)
	posted := must[text](t, s.site, "lin", "GET /group-buys/g1/chain", nil)
	i := must[ImportView](t, s.site, "lin", "POST /group-buys/g1/chain", posted)
	if i.Open != 0 || len(i.Changes) != 0 || !strings.Contains(posted.Text, "3号楼302室 Sam 鸡蛋 2板") {
		t.Errorf("%q: %+v", posted.Text, i)
	}
}

func TestChainsAreForWhoLeadsTheRound(t *testing.T) {
	s := newStreet(t)
	i := must[ImportView](t, s.site, "lin", "POST /group-buys/g1/chain", text{"1. 301 小周 鸡蛋1"})
	const body = `{"text":"1. 301 小周 鸡蛋1"}`
	path := "/group-buys/g1/imports/" + i.ID
	s.run(t, []scenario{
		{"nobody pastes", "", "POST /group-buys/g1/chain", body, 401, "sign_in"},
		{"a resident does not", "sam", "POST /group-buys/g1/chain", body, 403, "role_needed"},
		{"another leader finds no round", "chen", "POST /group-buys/g1/chain", body, 404, "not_found"},
		{"the committee may", "committee", "POST /group-buys/g1/chain", body, 200, ""},
		{"an empty text is refused", "lin", "POST /group-buys/g1/chain", `{"text":""}`, 422, "invalid_input"},
		{"40,000 lines are refused", "lin", "POST /group-buys/g1/chain", `{"text":"` + strings.Repeat(`1. 301 小周 鸡蛋1板，放门口\n`, 40000) + `"}`, 422, "chain_too_long"},
		{"another leader finds no chain", "chen", "GET /group-buys/g1/chain", "", 404, "not_found"},
		{"another leader finds no import", "chen", "GET " + path, "", 404, "not_found"},
		{"nor through the own round", "chen", "GET /group-buys/g2/imports/" + i.ID, "", 404, "not_found"},
		{"nor confirms it", "chen", "POST " + path + "/confirm", "{}", 404, "not_found"},
		{"nor answers it", "chen", "POST " + path + "/answers", `{"answers":[]}`, 404, "not_found"},
		{"nor lists it", "chen", "GET /group-buys/g1/imports", "", 404, "not_found"},
		{"a door that is none is refused", "lin", "POST " + path + "/answers", `{"answers":[{"entry":1,"door":{"building":"3","unit":"1","room":"909"}}]}`, 422, "no_such_door"},
		{"what was not confirmed is not undone", "lin", "POST " + path + "/undo", "", 409, "import_not_confirmed"},
		{"the leader lists it", "lin", "GET /group-buys/g1/imports", "", 200, ""},
	})
	s.wait(2 * time.Hour)
	s.run(t, []scenario{{"a closed round takes no import", "lin", "POST " + path + "/confirm", "{}", 409, "round_closed"}})
}
