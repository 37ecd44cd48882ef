package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"baimi/app/people"
	"baimi/fulfillment"
	"baimi/fulfillment/routing"
	"baimi/orders"
)

func init() {
	few := routing.Options{Seed: 1, Iterations: 300}
	fulfillment.Effort, fulfillment.Quick, fulfillment.Rounds = few, few, []routing.Options{few}
}

// ordered is an evening with a closed round of two households for six trays
// each, and a lot that serves them.
type ordered struct {
	*evening
	first, second, courier *visitor
	round                  string
}

func newOrdered(t *testing.T) *ordered {
	e := newEvening(t)
	o := &ordered{
		evening: e, first: e.at("A001/1/1-101"), second: e.at("A001/1/1-602"),
		courier: e.signIn("bike@example.org", people.Grant{Role: people.Courier, Scope: "A001"}),
	}
	e.seller.post("/lots", lotOf("S1")).want(200)
	o.round = e.open(nil)
	takes := order(6, 0)
	takes["substitute"] = true
	o.first.post("/group-buys/"+o.round+"/join", takes).want(200)
	o.second.post("/group-buys/"+o.round+"/join", order(6, 0)).want(200)
	e.leader.post("/group-buys/"+o.round+"/close", nil).want(200)
	return o
}

func (o *ordered) market() string {
	o.Helper()
	return o.operator.post("/markets", map[string]any{"area": []string{"A001"}, "rule": "equal", "seconds": 1}).want(200).text("id")
}

// delivery runs a market and gives the one delivery that comes of it.
func (o *ordered) delivery() string {
	o.Helper()
	o.market()
	o.jobs()
	var list []fulfillment.DeliveryView
	o.seller.get("/deliveries?supplier=S1").want(200).into(&list)
	if len(list) != 1 || list[0].Lots[0].Quantity != 12 {
		o.Fatalf("deliveries: %+v", list)
	}
	return list[0].ID
}

func (o *ordered) lotOf(delivery string) string {
	var d fulfillment.DeliveryView
	o.coordinator.get("/deliveries/" + delivery).want(200).into(&d)
	return d.Lots[0].Lot
}

func (o *ordered) counted(delivery string, good int) reply {
	return o.coordinator.post("/deliveries/"+delivery+"/receipt", map[string]any{
		"counts": []map[string]any{{"lot": o.lotOf(delivery), "good": good, "damaged": 0}}, "unsaid": true,
	})
}

func (o *ordered) split(delivery string) []fulfillment.RunView {
	o.Helper()
	var split struct {
		Runs []fulfillment.RunView  `json:"runs"`
		Left []fulfillment.LeftStop `json:"left"`
	}
	o.coordinator.post("/runs", map[string]any{
		"compound": "A001", "deliveries": []string{delivery}, "teams": []map[string]any{{"kind": "cart", "count": 1, "millilitres": 0, "minutes": 0}},
	}).want(200).into(&split)
	if len(split.Runs) != 1 || len(split.Left) != 0 {
		o.Fatalf("%+v", split)
	}
	return split.Runs
}

// TestFromAnEmptyStoreToAParcelAtTheDoor is the whole way of an order over
// HTTP, with the process gone in the middle of the market.
func TestFromAnEmptyStoreToAParcelAtTheDoor(t *testing.T) {
	o := newOrdered(t)
	market := o.market()
	o.stop()
	o.start()
	o.jobs()
	if m := o.operator.get("/markets/" + market).want(200); m.text("state") != "settled" || m.number("served") != 12 {
		t.Fatal(string(m.raw))
	}
	var list []fulfillment.DeliveryView
	o.seller.get("/deliveries?supplier=S1").want(200).into(&list)
	delivery := list[0].ID
	o.seller.post("/deliveries/"+delivery+"/confirm", nil).want(200)
	o.seller.post("/deliveries/"+delivery+"/dispatch", nil).want(200)
	o.jobs()
	if g, _ := o.orders.GroupBuys.Get(context.Background(), o.round); g.State != orders.Arriving {
		t.Fatalf("the round is %s", g.State)
	}

	o.counted(delivery, 13).refused(422, "count_above_sent")
	o.counted(delivery, 11).want(200)
	run := o.split(delivery)[0]

	offered := o.courier.get("/runs?compound=A001").want(200)
	if strings.Contains(string(offered.raw), `1-602`) || strings.Contains(string(offered.raw), `"602"`) || !strings.Contains(string(offered.raw), `"building":"1"`) {
		t.Fatalf("before accepting a courier sees buildings only: %s", offered.raw)
	}
	path := "/runs/" + run.ID
	o.courier.post(path+"/accept", nil).want(200)
	other := o.signIn("walk@example.org", people.Grant{Role: people.Courier, Scope: "A001"})
	other.post(path+"/accept", nil).refused(409, "run_taken")
	other.get(path).refused(404, "not_found")
	o.courier.post(path+"/load", map[string]any{"count": 12}).refused(422, "load_count")
	o.courier.post(path+"/load", map[string]any{"count": 11}).want(200)
	left := o.clock.now()
	o.clock.pass(30 * time.Minute) // the phone had no network
	o.courier.post(path+"/leave", map[string]any{"at": left}).want(200)

	o.courier.get(path).want(200).into(&run)
	if len(run.Stops) != 2 {
		t.Fatalf("%+v", run)
	}
	hand := func(id, stop, outcome string, at time.Time) reply {
		return o.courier.post(path+"/handovers", map[string]any{"handovers": []map[string]any{{"id": id, "stop": stop, "outcome": outcome, "at": at}}})
	}
	act := left.Add(5 * time.Minute)
	hand("phone-0001", run.Stops[0].ID, "door", act).want(200)
	hand("phone-0001", run.Stops[0].ID, "door", act).want(200)
	if twice := hand("phone-0002", run.Stops[0].ID, "door", act).want(200); !strings.Contains(string(twice.raw), "already_handed_over") {
		t.Fatal(string(twice.raw))
	}
	o.courier.post(path+"/return", nil).refused(409, "stops_open")
	hand("phone-0003", run.Stops[1].ID, "no_answer", act).want(200)
	o.courier.post(path+"/return", nil).want(200)
	o.jobs()
	if g, _ := o.orders.GroupBuys.Get(context.Background(), o.round); g.State != orders.Delivering {
		t.Fatalf("with a parcel back at the gate the round is %s", g.State)
	}
	o.coordinator.post(path+"/decide", map[string]any{"stop": run.Stops[1].ID, "outcome": "collected", "why": "came down"}).want(200)
	o.jobs()

	r, err := o.fulfillment.Runs.Get(context.Background(), run.ID)
	if err != nil || !r.Stops[0].Handover.At.Equal(act) || !r.Stops[0].Handover.Synced.After(act) {
		t.Fatalf("the time of the act is not kept: %+v %v", r.Stops[0].Handover, err)
	}
	g, err := o.orders.GroupBuys.Get(context.Background(), o.round)
	if err != nil || g.State != orders.Done {
		t.Fatalf("the round is %s %v", g.State, err)
	}
	var handed int64
	for _, p := range g.Participants {
		for _, l := range p.Lines {
			for _, s := range l.Served {
				handed += s.Handed
			}
		}
	}
	if handed != 11 {
		t.Fatalf("%d handed over", handed)
	}
	sums, err := o.addUp(context.Background())
	if err != nil || sums.check() != nil {
		t.Fatal(err, sums.check())
	}
}

func TestDeliveriesAreChangedByThoseConcerned(t *testing.T) {
	o := newOrdered(t)
	delivery := o.delivery()
	path := "/deliveries/" + delivery
	other := o.signIn("s2@example.org", people.Grant{Role: people.Supplier, Scope: "S2"})
	away := o.signIn("c2@example.org", people.Grant{Role: people.Coordinator, Scope: "A002"})

	o.town.stranger().get(path).refused(401, "sign_in")
	o.first.get(path).refused(403, "role_needed")
	other.get(path).refused(404, "not_found")
	other.post(path+"/confirm", nil).refused(404, "not_found")
	away.post(path+"/receipt", map[string]any{"counts": []any{}}).refused(404, "not_found")
	other.get("/deliveries?supplier=S1").refused(404, "not_found")
	away.get("/deliveries?compound=A001").refused(404, "not_found")
	o.coordinator.post(path+"/confirm", nil).refused(403, "role_needed")
	if sheet := o.seller.get(path).want(200); strings.Contains(string(sheet.raw), "602") || !strings.Contains(string(sheet.raw), `"building":"1","doors":2`) {
		t.Fatalf("a packing sheet has buildings and no doors: %s", sheet.raw)
	}
	o.coordinator.post(path+"/receipt", map[string]any{"counts": []any{}, "unsaid": true}).refused(422, "count_missing")
	o.coordinator.post("/runs", map[string]any{"compound": "A001", "deliveries": []string{delivery}, "teams": []any{}}).refused(409, "delivery_state")
	o.seller.post(path+"/refuse", map[string]any{"why": "the van broke down"}).want(200)
	o.jobs()
	g, err := o.orders.GroupBuys.Get(context.Background(), o.round)
	if err != nil || g.State != orders.Failed || g.Participants[0].Lines[0].Reasons[0].Code != "refused" {
		t.Fatalf("%+v %v", g, err)
	}
	for l, err := range o.catalog.Lots.Find(context.Background(), everything) {
		if err != nil || l.Reserved() != 0 {
			t.Fatalf("%d units are still reserved: %v", l.Reserved(), err)
		}
	}
	o.seller.post(path+"/confirm", nil).refused(409, "delivery_state")
}

func TestRunsAreGivenBackMovedAndUndone(t *testing.T) {
	o := newOrdered(t)
	delivery := o.delivery()
	o.counted(delivery, 12).want(200)
	o.counted(delivery, 10).want(200)
	o.counted(delivery, 12).want(200)
	o.coordinator.post("/runs", map[string]any{"compound": "A001", "deliveries": []string{delivery}, "teams": []any{}}).refused(422, "no_couriers")
	run := o.split(delivery)[0]
	path := "/runs/" + run.ID
	if again := o.split(delivery); again[0].ID != run.ID {
		t.Fatal("a second split made other runs")
	}
	o.first.get(path).refused(403, "role_needed")
	o.courier.post(path+"/load", map[string]any{"count": 12}).refused(404, "not_found")
	o.courier.post(path+"/accept", nil).want(200)
	o.courier.post(path+"/give-back", map[string]any{"why": "a flat tyre"}).want(200)
	o.courier.post(path+"/accept", nil).want(200)
	o.courier.post(path+"/load", map[string]any{"count": 12}).want(200)
	o.courier.post(path+"/leave", map[string]any{"at": o.clock.now()}).want(200)
	o.courier.get(path).want(200).into(&run)
	stop := map[string]any{"stop": run.Stops[0].ID}
	hand := map[string]any{"handovers": []map[string]any{{"id": "phone-0001", "stop": run.Stops[0].ID, "outcome": "door", "at": o.clock.now()}}}
	o.courier.post(path+"/handovers", hand).want(200)
	o.courier.post(path+"/undo", stop).want(200)
	hand["handovers"].([]map[string]any)[0]["id"] = "phone-0002"
	o.courier.post(path+"/handovers", hand).want(200)
	o.clock.pass(16 * time.Minute)
	o.courier.post(path+"/undo", stop).refused(409, "undo_too_late")
	o.coordinator.post(path+"/undo", stop).want(200)
	o.coordinator.post(path+"/decide", map[string]any{"stop": run.Stops[0].ID, "outcome": "failed", "why": ""}).refused(409, "nothing_to_decide")
	hand["handovers"].([]map[string]any)[0]["id"] = "phone-0003"
	o.courier.post(path+"/handovers", hand).want(200)
	o.clock.pass(3 * time.Hour)
	if late := o.courier.get(path).want(200); strings.Contains(string(late.raw), run.Stops[0].ID) {
		t.Fatalf("a door is shown three hours after the hand-over: %s", late.raw)
	}
	o.coordinator.post(path+"/move", map[string]any{"stop": run.Stops[1].ID, "to": "nowhere"}).refused(404, "not_found")
}

func TestMarketsAreTheOperators(t *testing.T) {
	o := newOrdered(t)
	o.coordinator.get("/markets").refused(403, "role_needed")
	o.operator.post("/markets", map[string]any{"area": []string{"XX"}, "rule": "equal"}).refused(422, "compound_unknown")
	o.operator.put("/market-schedules/evening", map[string]any{"area": []string{"XX"}, "minutes": 60, "rule": "equal", "seconds": 1, "next": o.clock.now().Add(time.Minute)}).refused(422, "compound_unknown")
	o.operator.post("/markets", map[string]any{"area": []string{"A001"}, "rule": "richest"}).refused(422, "invalid_input")
	o.operator.post("/markets", map[string]any{"area": []string{"A001"}, "rule": "equal", "day": "soon"}).refused(422, "day_unknown")
	market := o.market()
	o.operator.post("/markets/"+market+"/what-if", map[string]any{"rule": "lottery"}).refused(409, "market_unsolved")
	o.jobs()
	var both struct {
		Plan   fulfillment.MarketView `json:"plan"`
		WhatIf fulfillment.MarketView `json:"what_if"`
	}
	lot := ""
	for l := range o.catalog.Lots.Find(context.Background(), everything) {
		lot = l.ID
	}
	o.operator.post("/markets/"+market+"/what-if", map[string]any{"available": map[string]int64{lot: 0}}).want(200).into(&both)
	if both.Plan.Served != 12 || both.WhatIf.Served != 0 || both.WhatIf.Unserved[0].Reason != "no_lot" {
		t.Fatalf("%+v", both)
	}
	o.operator.post("/markets/"+market+"/what-if", map[string]any{"available": map[string]int64{"x": 1}}).refused(422, "lot_unknown")

	o.operator.put("/market-schedules/evening", map[string]any{"area": []string{}, "minutes": 60, "rule": "equal", "seconds": 1, "next": o.clock.now().Add(time.Minute)}).want(200)
	o.clock.pass(2 * time.Hour)
	o.jobs()
	var all []fulfillment.MarketView
	o.operator.get("/markets").want(200).into(&all)
	if len(all) != 2 || all[0].State != fulfillment.Settled {
		t.Fatalf("%+v", all)
	}
	o.operator.delete("/market-schedules/evening").want(200)
}

func TestSomethingLikeItComesToTheDoor(t *testing.T) {
	o := newOrdered(t)
	greens := eggs()
	greens["id"], greens["name_zh"], greens["name_en"] = "duck-egg", "鸭蛋", "Duck eggs"
	o.operator.post("/products", greens).want(200)
	delivery := o.delivery()
	lot := o.lotOf(delivery)
	receipt := func(instead map[string]any) reply {
		return o.coordinator.post("/deliveries/"+delivery+"/receipt", map[string]any{"counts": []map[string]any{{"lot": lot, "good": 6, "damaged": 0, "instead": instead}}, "unsaid": true})
	}
	receipt(map[string]any{"product": "nothing", "quantity": 1}).refused(404, "not_found")
	receipt(map[string]any{"product": "duck-egg", "quantity": 7}).refused(422, "instead_above_missing")
	receipt(map[string]any{"product": "duck-egg", "quantity": 6}).want(200)
	o.jobs() // the market plans again, and what came instead stays
	run := o.split(delivery)[0]
	path := "/runs/" + run.ID
	o.courier.post(path+"/accept", nil).want(200)
	o.courier.post(path+"/load", map[string]any{"count": 9}).want(200)
	o.courier.post(path+"/leave", map[string]any{"at": o.clock.now()}).want(200)
	o.courier.get(path).want(200).into(&run)
	for _, s := range run.Stops {
		o.courier.post(path+"/handovers", map[string]any{"handovers": []map[string]any{{"id": "phone-" + s.Room, "stop": s.ID, "outcome": "door", "at": o.clock.now()}}}).want(200)
	}
	o.jobs()
	var first, second orders.Round
	o.first.get("/group-buys/" + o.round).want(200).into(&first)
	o.second.get("/group-buys/" + o.round).want(200).into(&second)
	if b := first.Mine[0].Bags; b.Handed != 6 || b.Missing != 0 {
		t.Errorf("who takes something like it has three trays and three boxes: %+v", b)
	}
	if b := second.Mine[0].Bags; b.Handed != 3 || b.Missing != 3 {
		t.Errorf("who does not has three trays: %+v", b)
	}
	if first.State != orders.Done {
		t.Errorf("the round is %s", first.State)
	}
}
