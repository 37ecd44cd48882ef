package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"baimi/app/people"
	"baimi/orders"
)

// evening is a compound with two buildings, a product, a supplier, and the
// people who run its first building.
type evening struct {
	*town
	operator, coordinator, leader, seller, stranger *visitor
}

func newEvening(t *testing.T) *evening {
	w := newTown(t)
	w.settle("A001", 2)
	e := &evening{
		town:        w,
		operator:    w.signIn("op@example.org", people.Grant{Role: people.Operator}),
		coordinator: w.signIn("co@example.org", people.Grant{Role: people.Coordinator, Scope: "A001"}),
		leader:      w.signIn("le@example.org", people.Grant{Role: people.Leader, Scope: "A001/1"}),
		seller:      w.signIn("su@example.org", people.Grant{Role: people.Supplier, Scope: "S1"}),
		stranger:    w.signIn("st@example.org"),
	}
	e.operator.post("/products", eggs()).want(200)
	e.operator.post("/suppliers", farm("S1", 121_480_000)).want(200)
	return e
}

// at signs somebody in who lives behind a door.
func (e *evening) at(household string) *visitor {
	e.Helper()
	v := e.signIn(strings.NewReplacer("/", "-").Replace(household) + "@example.org")
	claim(v, household).want(200)
	return v
}

// eggRound is a round for eggs at 38.50 at most, open for two hours.
func (e *evening) eggRound(changes map[string]any) map[string]any {
	round := map[string]any{
		"building": "A001/1", "title": "鸡蛋", "open": true, "closes": e.clock.now().Add(2 * time.Hour),
		"items": []map[string]any{{"product": "egg-30", "unit_cap": 3850}},
	}
	for k, v := range changes {
		round[k] = v
	}
	return round
}

func (e *evening) open(changes map[string]any) string {
	e.Helper()
	return e.leader.post("/group-buys", e.eggRound(changes)).want(200).text("id")
}

func order(quantity, tolerance int) map[string]any {
	return map[string]any{"lines": []map[string]any{{"item": "egg-30", "quantity": quantity, "tolerance": tolerance}}}
}

func (e *evening) jobs() {
	e.Helper()
	for _, j := range e.domains.jobs() {
		if err := j.do(context.Background(), e.clock.now()); err != nil {
			e.Fatal(j.name, err)
		}
	}
}

func TestJoining(t *testing.T) {
	e := newEvening(t)
	id := e.open(map[string]any{"limit_per_household": 4, "sorting_space": 10})
	zhou, li := e.at("A001/1/1-301"), e.at("A001/1/2-402")
	join := "/group-buys/" + id + "/join"

	t.Run("anonymous", func(t *testing.T) { e.town.stranger().post(join, order(1, 0)).refused(401, "sign_in") })
	t.Run("somebody without a door in the building", func(t *testing.T) {
		e.stranger.post(join, order(1, 0)).refused(422, "household_needed")
		away := e.at("A001/2/1-101")
		away.post(join, order(1, 0)).refused(422, "household_needed")
		body := order(1, 0)
		body["household"] = "A001/2/1-101"
		away.post(join, body).refused(422, "household_elsewhere")
	})
	t.Run("for a door that is not mine", func(t *testing.T) {
		body := order(1, 0)
		body["household"] = "A001/1/2-402"
		zhou.post(join, body).refused(403, "household_not_yours")
	})
	t.Run("more than the household's limit", func(t *testing.T) {
		r := zhou.post(join, order(5, 0)).refused(409, "limit_household")
		if r.number("params.limit") != 4 || r.number("params.asked") != 5 {
			t.Error(string(r.raw))
		}
	})
	t.Run("something the round has not", func(t *testing.T) {
		zhou.post(join, map[string]any{"lines": []map[string]any{{"item": "gold", "quantity": 1}}}).refused(422, "unknown_item")
	})
	t.Run("the lines take the place of the ones before", func(t *testing.T) {
		zhou.post(join, order(4, 0)).want(200)
		zhou.post(join, order(3, 1)).want(200)
		if n := e.town.stranger().get("/g/" + id).want(200).number("progress.units"); n != 3 {
			t.Errorf("%d units", n)
		}
	})
	t.Run("two people of one household are one household", func(t *testing.T) {
		son := e.signIn("son@example.org")
		claim(son, "A001/1/1-301").want(200)
		son.post(join, order(1, 0)).refused(422, "household_needed")
		e.leader.post("/households/confirm", map[string]any{"household": "A001/1/1-301", "account": son.Account}).want(200)
		son.post(join, order(2, 0)).want(200)
		var r orders.Round
		zhou.get("/group-buys/" + id).want(200).into(&r)
		if r.Progress.Units != 2 || r.Progress.Households != 1 || r.Mine[0].Lines[0].Quantity != 2 {
			t.Errorf("%+v", r)
		}
	})
	t.Run("no order leaves the round", func(t *testing.T) {
		zhou.post(join, order(0, 0)).want(200)
		zhou.delete(join).want(200)
		if n := zhou.get("/g/" + id).number("progress.households"); n != 0 {
			t.Errorf("%d households", n)
		}
	})
	t.Run("no room in the lobby", func(t *testing.T) {
		zhou.post(join, order(4, 0)).want(200)
		li.post(join, order(4, 0)).want(200)
		r := e.at("A001/1/2-501").post(join, order(3, 0)).refused(409, "sorting_space_full")
		if r.number("params.left") != 2 {
			t.Error(string(r.raw))
		}
	})
	t.Run("after the closing time, whether the job has come by or not", func(t *testing.T) {
		e.clock.pass(2 * time.Hour)
		li.post(join, order(1, 0)).refused(409, "round_closed")
		li.delete(join).refused(409, "round_closed")
		e.jobs()
		li.post(join, order(1, 0)).refused(409, "round_closed")
		if state := li.get("/group-buys/" + id).text("state"); state != "closed" {
			t.Errorf("the round is %s", state)
		}
	})
}

func TestARoundIsOpenedByItsLeader(t *testing.T) {
	e := newEvening(t)
	elsewhere := e.signIn("el@example.org", people.Grant{Role: people.Leader, Scope: "A001/2"})
	neighbour := e.at("A001/1/1-301")
	body := e.eggRound(map[string]any{"open": false})

	e.town.stranger().post("/group-buys", body).refused(401, "sign_in")
	neighbour.post("/group-buys", body).refused(403, "role_needed")
	elsewhere.post("/group-buys", body).refused(404, "not_found")
	e.leader.post("/group-buys", e.eggRound(map[string]any{"building": "A001/9"})).refused(404, "not_found")
	e.coordinator.post("/group-buys", e.eggRound(map[string]any{"building": "A001/9"})).refused(422, "building_unknown")
	e.leader.post("/group-buys", e.eggRound(map[string]any{"title": " "})).refused(422, "round_invalid")
	e.leader.post("/group-buys", e.eggRound(map[string]any{"items": []map[string]any{{"product": "gold", "unit_cap": 1}}})).refused(422, "product_unknown")
	e.leader.post("/group-buys", e.eggRound(map[string]any{"items": []map[string]any{{"product": "egg-30", "lot": "none"}}})).refused(422, "lot_unknown")
	e.leader.post("/group-buys", e.eggRound(map[string]any{"minimum": 3})).refused(422, "round_invalid")
	e.leader.post("/group-buys", e.eggRound(map[string]any{"closes": e.clock.now()})).refused(422, "round_invalid")

	id := e.leader.do("POST", "/group-buys", body, "evening-1").want(200).text("id")
	if again := e.leader.do("POST", "/group-buys", body, "evening-1").want(200).text("id"); again != id {
		t.Errorf("one request made two rounds: %s, %s", id, again)
	}
	one := "/group-buys/" + id
	e.town.stranger().get("/g/"+id).refused(404, "not_found")
	neighbour.get(one).refused(404, "not_found")
	neighbour.post(one+"/join", order(1, 0)).refused(404, "not_found")
	elsewhere.post(one+"/open", nil).refused(404, "not_found")
	delete(body, "building")
	delete(body, "open")
	body["title"] = "土鸡蛋"
	elsewhere.put(one, body).refused(404, "not_found")
	e.leader.put(one, body).want(200)
	e.leader.post(one+"/open", nil).want(200)
	e.leader.post(one+"/open", nil).want(200)
	e.leader.put(one, body).refused(409, "round_not_draft")
	if title := e.town.stranger().get("/g/" + id).want(200).text("title"); title != "土鸡蛋" {
		t.Error(title)
	}
	elsewhere.post(one+"/close", nil).refused(404, "not_found")
	e.leader.post(one+"/close", nil).refused(409, "minimum_missing")
	neighbour.post(one+"/join", order(1, 0)).want(200)
	elsewhere.post(one+"/cancel", map[string]any{}).refused(404, "not_found")
	e.leader.post(one+"/close", nil).want(200)
	e.leader.post(one+"/cancel", map[string]any{"reason": "lorry broke down"}).want(200)
	e.jobs()
	if notices := string(neighbour.get("/me/notices").want(200).raw); !strings.Contains(notices, "round_cancelled") || !strings.Contains(notices, "round_closed") {
		t.Errorf("the neighbour was told %s", notices)
	}
}

func TestARoundThatOpensLater(t *testing.T) {
	e := newEvening(t)
	id := e.open(map[string]any{"opens": e.clock.now().Add(time.Hour)})
	neighbour := e.at("A001/1/1-301")
	neighbour.post("/group-buys/"+id+"/join", order(1, 0)).refused(409, "round_not_open")
	e.clock.pass(time.Hour)
	neighbour.post("/group-buys/"+id+"/join", order(1, 0)).want(200)
}

func TestWhoSeesWhatOfARound(t *testing.T) {
	e := newEvening(t)
	zhou, li := e.at("A001/1/1-301"), e.at("A001/1/2-402")
	away := e.at("A001/2/1-101")
	id := e.open(nil)
	body := order(2, 0)
	body["note"] = "canary-note"
	zhou.put("/me", map[string]any{"name": "canary-name"}).want(200)
	zhou.post("/group-buys/"+id+"/join", body).want(200)

	all := []string{"canary-note", "canary-name", "1-301", "a001-1-1-301"}
	absent := func(who string, r reply, words ...string) {
		t.Helper()
		for _, word := range words {
			if strings.Contains(string(r.raw), word) {
				t.Errorf("%s sees %s: %s", who, word, r.raw)
			}
		}
	}
	absent("whoever has the link", e.town.stranger().get("/g/"+id).want(200), append(all, `"building"`, "A001")...)
	absent("a neighbour", li.get("/group-buys/"+id).want(200), append(all, "participants", "history")...)
	for name, v := range map[string]*visitor{"another building": away, "the supplier": e.seller, "a stranger": e.stranger, "an operator": e.operator} {
		absent(name, v.get("/group-buys/"+id).refused(404, "not_found"), append(all, "A001")...)
		absent(name, v.get("/group-buys").want(200), id)
	}
	for name, v := range map[string]*visitor{"the leader": e.leader, "the coordinator": e.coordinator} {
		r := v.get("/group-buys/" + id).want(200)
		for _, word := range []string{"canary-note", "canary-name", "1-301", "a***@example.org"} {
			if !strings.Contains(string(r.raw), word) {
				t.Errorf("%s does not see %s: %s", name, word, r.raw)
			}
		}
		absent(name, r, "a001-1-1-301@", "priority")
	}
	if own := string(zhou.get("/group-buys/" + id).want(200).raw); !strings.Contains(own, "canary-note") {
		t.Errorf("one's own order is not shown: %s", own)
	}
	li.post("/group-buys/"+id+"/reveal", map[string]any{"household": "A001/1/1-301"}).refused(403, "role_needed")
	e.leader.post("/group-buys/"+id+"/reveal", map[string]any{"household": "A001/1/2-402"}).refused(404, "not_found")
	if got := e.leader.post("/group-buys/"+id+"/reveal", map[string]any{"household": "A001/1/1-301"}).want(200).text("contact"); got != "a001-1-1-301@example.org" {
		t.Errorf("revealed %q", got)
	}
	if log := string(e.coordinator.get("/reveals?scope=A001").want(200).raw); !strings.Contains(log, "A001/1/1-301") {
		t.Errorf("the look was not written down: %s", log)
	}
	e.stranger.get("/group-buys/"+id+"/sheet").refused(403, "role_needed")
	if sheet := string(e.leader.get("/group-buys/" + id + "/sheet").want(200).raw); !strings.Contains(sheet, "301室") {
		t.Errorf("the sheet names no door: %s", sheet)
	}
}

func TestOrderingForANeighbourWithoutAPhone(t *testing.T) {
	e := newEvening(t)
	zhou, away := e.at("A001/1/1-301"), e.at("A001/2/1-101")
	id := e.open(nil)
	path, elder := "/group-buys/"+id+"/orders", "A001/1/1-604"
	forElder := func(n int) map[string]any {
		body := order(n, 0)
		body["household"], body["agreed"], body["payer"], body["name"] = elder, "phone", "me", "周奶奶"
		return body
	}
	zhou.put(path, forElder(1)).refused(403, "order_for_refused")
	e.leader.put("/households", map[string]any{"household": elder, "phone": "", "name": "周奶奶", "handling_note": "", "no_phone": true}).want(200)
	away.put(path, forElder(1)).refused(404, "not_found")
	bad := forElder(1)
	bad["agreed"] = "no"
	zhou.put(path, bad).refused(422, "invalid_input")
	bad = forElder(1)
	bad["household"] = "A001/1/1-999"
	zhou.put(path, bad).refused(404, "no_such_door")
	zhou.put(path, forElder(1)).want(200)
	var made orders.Round
	zhou.get("/group-buys/" + id).want(200).into(&made)
	if len(made.Mine) != 1 || made.Mine[0].Household != elder {
		t.Errorf("a neighbour sees what she has ordered for others: %+v", made.Mine)
	}
	var slip orders.Receipt
	e.leader.get("/group-buys/" + id + "/receipt?household=" + elder).want(200).into(&slip)
	if slip.Agreed != "phone" || slip.Payer != "neighbour" {
		t.Errorf("the printed slip says who ordered, how it was agreed, and who pays: %+v", slip)
	}
	e.at("A001/1/2-402").put(path, forElder(2)).refused(403, "order_for_refused")
	e.leader.put(path, forElder(2)).want(200)
	zhou.put(path, forElder(1)).refused(403, "order_for_refused")

	e.leader.put("/me", map[string]any{"name": "林团长", "language": "zh-Hans"}).want(200)
	// On its own first sign-in, confirmed by the leader, the household sees it all.
	granny := e.signIn("granny@example.org")
	claim(granny, elder).want(200)
	granny.get("/group-buys/"+id).refused(404, "not_found")
	e.leader.post("/households/confirm", map[string]any{"household": elder, "account": granny.Account}).want(200)
	var r orders.Round
	granny.get("/group-buys/" + id).want(200).into(&r)
	if len(r.Mine) != 1 || r.Mine[0].Proxy == nil || r.Mine[0].Proxy.Agreed != "phone" || r.Mine[0].OrderedBy != "林团长" || r.Mine[0].Lines[0].Quantity != 2 {
		t.Errorf("granny sees %+v", r.Mine)
	}
	var list []orders.RoundSummary
	granny.get("/me/orders").want(200).into(&list)
	if len(list) != 1 || list[0].ID != id {
		t.Errorf("her orders: %+v", list)
	}
}

func TestProgressIsLive(t *testing.T) {
	e := newEvening(t)
	zhou := e.at("A001/1/1-301")
	id := e.open(map[string]any{"minimum": 5, "on_fail": "pool"})
	ctx, leave := context.WithCancel(context.Background())
	defer leave()
	request, _ := http.NewRequestWithContext(ctx, "GET", e.base+"/api/g/"+id+"/progress", nil)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	events := bufio.NewScanner(answer.Body)
	next := func() (p orders.Progress) {
		for events.Scan() {
			if data, ok := strings.CutPrefix(events.Text(), "data: "); ok {
				if err := json.Unmarshal([]byte(data), &p); err != nil {
					t.Fatal(err)
				}
				return p
			}
		}
		t.Fatal("the stream ended")
		return
	}
	if p := next(); p.ToGo != 5 {
		t.Errorf("at first: %+v", p)
	}
	zhou.post("/group-buys/"+id+"/join", order(2, 0)).want(200)
	for p := next(); p.ToGo != 3; p = next() {
		if p.Units > 2 {
			t.Fatalf("%+v", p)
		}
	}
}

// TestTwoHundredWatchers lets two hundred people look on while one joins.
func TestTwoHundredWatchers(t *testing.T) {
	e := newEvening(t)
	id := e.open(nil)
	ctx, leave := context.WithTimeout(context.Background(), 20*time.Second)
	defer leave()
	watching, saw := make(chan error), make(chan error)
	for range 200 {
		go func() {
			request, _ := http.NewRequestWithContext(ctx, "GET", e.base+"/api/g/"+id+"/progress", nil)
			answer, err := http.DefaultClient.Do(request)
			watching <- err
			if err != nil {
				return
			}
			defer answer.Body.Close()
			for events := bufio.NewScanner(answer.Body); events.Scan(); {
				if strings.Contains(events.Text(), `"units":2`) {
					saw <- nil
					return
				}
			}
			saw <- fmt.Errorf("the stream ended before the order was seen")
		}()
	}
	for range 200 {
		if err := <-watching; err != nil {
			t.Fatal(err)
		}
	}
	zhou := e.at("A001/1/1-301")
	before := cpu()
	zhou.post("/group-buys/"+id+"/join", order(2, 0)).want(200)
	for range 200 {
		if err := <-saw; err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("CPU to tell 200 watchers, both ends together: %s", cpu()-before)
}

// TestSixHundredBuyers lets 600 households ask at once for 60 packs.
func TestSixHundredBuyers(t *testing.T) {
	e := newEvening(t)
	const homes, each = 600, 20 // accounts with twenty homes each, so that few have to sign in
	buyers := make([]*visitor, homes/each)
	var all sync.WaitGroup
	for i := range buyers {
		all.Go(func() {
			lives := make([]people.Grant, each)
			for n := range lives {
				lives[n] = people.Grant{Role: people.Resident, Scope: fmt.Sprintf("A001/1/1-b%d", i*each+n)}
			}
			buyers[i] = e.signIn(fmt.Sprintf("b%d@example.org", i), lives...)
		})
	}
	all.Wait()
	id := e.open(map[string]any{"sorting_space": 60})
	results := make(chan string, homes)
	start := make(chan struct{})
	for n := range homes {
		go func() {
			<-start
			wish := order(1, 0)
			wish["household"] = fmt.Sprintf("A001/1/1-b%d", n)
			r := buyers[n/each].post("/group-buys/"+id+"/join", wish)
			if r.status == 200 {
				results <- "in"
			} else {
				results <- r.text("code")
			}
		}()
	}
	before := cpu()
	close(start)
	count := map[string]int{}
	for range homes {
		count[<-results]++
	}
	t.Logf("CPU a join, client and server together: %s", (cpu()-before)/homes)
	if count["in"] != 60 || count["sorting_space_full"] != 540 {
		t.Errorf("%v", count)
	}
	if n := e.leader.get("/g/" + id).number("progress.units"); n != 60 {
		t.Errorf("%d packs sold", n)
	}
}

// cpu is what this process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
