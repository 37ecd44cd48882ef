package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"baimi/orders"
)

// arrived is a round of three households whose eggs, two each, are at the gate.
func (e *evening) arrived() (id string, buyers []*visitor) {
	e.Helper()
	id = e.open(nil)
	for n, home := range []string{"A001/1/1-301", "A001/1/1-302", "A001/1/1-303"} {
		buyers = append(buyers, e.at(home))
		buyers[n].post("/group-buys/"+id+"/join", order(2, 0)).want(200)
	}
	e.leader.post("/group-buys/"+id+"/close", nil).want(200)
	_, err := e.orders.Update(context.Background(), id, func(g *orders.GroupBuy, now time.Time) error {
		if err := g.Collect("m1", now); err != nil {
			return err
		}
		var awards []orders.Award
		counts := map[orders.Part]int64{}
		for _, p := range g.Participants {
			awards = append(awards, orders.Award{Household: p.Household, Item: "egg-30", Served: []orders.Served{
				{Delivery: "d1", Lot: "L1", Supplier: "S1", Quantity: 2, UnitPrice: 3000},
			}})
			counts[eggsOf(p.Household)] = 2
		}
		if err := g.Allocate("m1", awards, now); err != nil {
			return err
		}
		return g.Receive("d1", counts, now)
	})
	if err != nil {
		e.Fatal(err)
	}
	return id, buyers
}

func eggsOf(household string) orders.Part {
	return orders.Part{Delivery: "d1", Household: household, Item: "egg-30", Lot: "L1"}
}

func (e *evening) hand(id, household string, n int64, outcome string) {
	e.Helper()
	_, err := e.orders.Update(context.Background(), id, func(g *orders.GroupBuy, now time.Time) error {
		return g.Hand(eggsOf(household), n, outcome, now)
	})
	if err != nil {
		e.Fatal(err)
	}
}

func TestArrivalsAreCalledByBuilding(t *testing.T) {
	e := newEvening(t)
	id, buyers := e.arrived()
	e.hand(id, "A001/1/1-301", 2, "door")
	call := func(v *visitor, from, to string) reply {
		return v.post("/arrivals", map[string]any{"compound": "A001", "from": from, "to": to})
	}
	call(buyers[0], "1", "2").refused(403, "role_needed")
	e.seller.post("/arrivals", map[string]any{"compound": "A001", "from": "1", "to": "2"}).refused(403, "role_needed")
	if n := call(e.coordinator, "2", "10").want(200).number("households"); n != 0 {
		t.Errorf("%d households of other buildings were told", n)
	}
	if n := call(e.leader, "1", "10").want(200).number("households"); n != 2 {
		t.Errorf("%d households were told, want the two whose bags are here", n)
	}
	e.jobs()
	told := func(v *visitor) bool {
		return strings.Contains(string(v.get("/me/notices").want(200).raw), "goods_here")
	}
	if told(buyers[0]) || !told(buyers[1]) || !told(buyers[2]) {
		t.Error("told:", told(buyers[0]), told(buyers[1]), told(buyers[2]))
	}
	var r orders.Round
	buyers[1].get("/group-buys/" + id).want(200).into(&r)
	if r.Mine[0].Bags != (orders.Bags{Here: 2}) {
		t.Errorf("is my bag here? %+v", r.Mine[0].Bags)
	}
}

func TestLeftoversAreOfferedToTheBuilding(t *testing.T) {
	e := newEvening(t)
	id, buyers := e.arrived()
	e.hand(id, "A001/1/1-301", 2, "door")
	e.hand(id, "A001/1/1-302", 0, "refused")
	e.hand(id, "A001/1/1-303", 1, "refused")
	offer := func(n int) map[string]any {
		return map[string]any{"item": "egg-30", "lot": "L1", "quantity": n, "unit_price": 2500, "closes": e.clock.now().Add(time.Hour)}
	}
	path := "/group-buys/" + id + "/leftovers"
	e.seller.post(path, offer(3)).refused(403, "role_needed")
	left := func(v *visitor) []orders.Left {
		var r orders.Round
		v.get("/group-buys/" + id).want(200).into(&r)
		return r.LeftOver
	}
	if l := left(e.leader); len(l) != 1 || l[0].Units != 3 || l[0].Lot != "L1" || l[0].UnitPrice == 0 {
		t.Errorf("left over: %+v", l)
	}
	if l := left(buyers[0]); l != nil {
		t.Errorf("a resident sees what is left over: %+v", l)
	}
	e.leader.post(path, offer(4)).refused(409, "leftover_short")
	again := e.leader.do("POST", path, offer(3), "k").want(200).text("id")
	if twice := e.leader.do("POST", path, offer(3), "k").want(200).text("id"); twice != again {
		t.Errorf("one request made two rounds: %s, %s", again, twice)
	}
	e.leader.post(path, offer(1)).refused(409, "leftover_short")
	if l := left(e.leader); l != nil {
		t.Errorf("what is offered again is still left over: %+v", l)
	}

	join := "/group-buys/" + again + "/join"
	buyers[0].post(join, order(2, 0)).want(200)
	buyers[1].post(join, order(1, 0)).want(200)
	if place := buyers[2].post(join, order(1, 0)).want(200).text("place"); place != "waiting" {
		t.Errorf("the fourth of three is %s", place)
	}
	e.clock.pass(time.Hour)
	e.jobs()
	picked := func(home, outcome string) reply {
		return e.leader.put("/group-buys/"+again+"/picked", map[string]any{"household": home, "outcome": outcome})
	}
	picked("A001/1/1-303", "door").refused(404, "household_unknown")
	picked("A001/1/1-301", "door").want(200)
	if state := picked("A001/1/1-302", "no_answer").want(200).text("state"); state != "done" {
		t.Errorf("every bag has an outcome, and the round is %s", state)
	}
	e.leader.put("/group-buys/"+id+"/picked", map[string]any{"household": "A001/1/1-301", "outcome": "door"}).refused(409, "round_by_courier")
	e.jobs()
	if bill := buyers[0].get("/group-buys/" + again + "/bill?household=A001/1/1-301").want(200); bill.number("bill.due") != 5000 {
		t.Errorf("two at 25.00 make %s", bill.raw)
	}
}

func TestWhoOrdersForManyIsShownToTheCoordinator(t *testing.T) {
	e := newEvening(t)
	id := e.open(nil)
	for n := range 11 {
		body := order(1, 0)
		body["household"], body["agreed"] = fmt.Sprintf("A001/1/%d-%d01", n/6+1, n%6+1), "standing"
		e.leader.put("/group-buys/"+id+"/orders", body).want(200)
	}
	e.leader.get("/helpers?compound=A001").refused(403, "role_needed")
	e.coordinator.get("/helpers?compound=B001").refused(404, "not_found")
	var helpers []orders.Helper
	e.coordinator.get("/helpers?compound=A001").want(200).into(&helpers)
	if len(helpers) != 1 || helpers[0].Account != e.leader.Account || len(helpers[0].Households) != 11 || !helpers[0].Many {
		t.Errorf("%+v", helpers)
	}
}
