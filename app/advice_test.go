package main

import (
	"reflect"
	"testing"

	"baimi/app/people"
	"baimi/fulfillment"
)

// TestLeadersAreAdvised has two buildings want eggs of which a supplier brings ten
// trays at least, at a lower price from twenty on.
func TestLeadersAreAdvised(t *testing.T) {
	e := newEvening(t)
	lot := lotOf("S1")
	lot["case_size"], lot["min_per_drop"] = 1, 10
	lot["tiers"] = []map[string]any{{"from": 1, "unit_price": 2960}, {"from": 20, "unit_price": 2810}}
	e.seller.post("/lots", lot).want(200)
	away := e.signIn("l2@example.org", people.Grant{Role: people.Leader, Scope: "A001/2"})
	round := e.open(nil)
	theirs := away.post("/group-buys", e.eggRound(map[string]any{"building": "A001/2", "title": "二号楼"})).want(200).text("id")
	here, there := e.at("A001/1/1-301"), e.at("A001/2/1-101")
	here.post("/group-buys/"+round+"/join", order(6, 0)).want(200)
	advice := func(v *visitor, id string) (a fulfillment.Advice) {
		t.Helper()
		v.get("/group-buys/" + id + "/advice").want(200).into(&a)
		return a
	}
	if a := advice(e.leader, round); len(a.Pools)+len(a.NextPrices)+len(a.Merges) != 0 {
		t.Errorf("six trays alone: %+v", a)
	}

	there.post("/group-buys/"+theirs+"/join", order(5, 0)).want(200)
	a := advice(e.leader, round)
	if len(a.Pools) != 1 || a.Pools[0].Minimum != 10 || a.Pools[0].Wanted != 11 || !reflect.DeepEqual(a.Pools[0].Buildings, []string{"2"}) {
		t.Errorf("pooled: %+v", a.Pools)
	}
	if len(a.NextPrices) != 1 || a.NextPrices[0].Short != 9 || a.NextPrices[0].NextPrice != 2810 {
		t.Errorf("the next price: %+v", a.NextPrices)
	}

	second := e.open(map[string]any{"title": "再来一次"})
	here.post("/group-buys/"+second+"/join", order(1, 0)).want(200)
	if a := advice(e.leader, round); len(a.Merges) != 1 || a.Merges[0].FewerTrips != 1 || a.Merges[0].Rounds[0] != "再来一次" {
		t.Errorf("merged: %+v", a.Merges)
	}

	away.get("/group-buys/"+round+"/advice").refused(404, "not_found")
	here.get("/group-buys/"+round+"/advice").refused(403, "role_needed")
	e.leader.post("/group-buys/"+round+"/close", nil).want(200)
	e.operator.post("/markets", map[string]any{"area": []string{"A001"}, "rule": "equal", "seconds": 1}).want(200)
	e.jobs()
	if a := advice(e.leader, round); len(a.Pools)+len(a.NextPrices)+len(a.Merges) != 0 {
		t.Errorf("a market has it, and advice comes too late: %+v", a)
	}
}
