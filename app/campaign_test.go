package main

import (
	"strings"
	"testing"
	"time"

	"baimi/app/people"
	"baimi/orders"
)

func (e *evening) campaign(share string, most int) map[string]any {
	return map[string]any{
		"compound": "A001", "share": share, "title": "全小区鸡蛋", "opens": e.clock.now().Add(time.Hour), "closes": e.clock.now().Add(3 * time.Hour),
		"limit_per_household": 2, "items": []map[string]any{{"product": "egg-30", "unit_cap": 3850, "most": most}},
	}
}

func TestACampaignGivesEachBuildingTheSamePart(t *testing.T) {
	e := newEvening(t)
	first, second := e.at("A001/1/1-301"), e.at("A001/2/1-101")
	outside := e.signIn("out@example.org", people.Grant{Role: people.Coordinator, Scope: "B001"})

	e.leader.post("/campaigns", e.campaign("equal", 7)).refused(403, "role_needed")
	outside.post("/campaigns", e.campaign("equal", 7)).refused(404, "not_found")
	e.coordinator.post("/campaigns", e.campaign("equal", 1)).refused(422, "share_too_small")
	e.coordinator.post("/campaigns", e.campaign("equal", 0)).refused(422, "share_of_what")
	e.coordinator.post("/campaigns", e.campaign("fastest", 7)).refused(422, "invalid_input")
	body := e.campaign("equal", 7)
	body["buildings"] = []string{"9"}
	e.coordinator.post("/campaigns", body).refused(422, "building_unknown")

	var c orders.CampaignView
	id := e.coordinator.do("POST", "/campaigns", e.campaign("equal", 7), "k1").want(200).into(&c).text("id")
	if again := e.coordinator.do("POST", "/campaigns", e.campaign("equal", 7), "k1").want(200).text("id"); again != id {
		t.Errorf("one request made two campaigns: %s, %s", id, again)
	}
	if len(c.Buildings) != 2 || c.Buildings[0].Left+c.Buildings[1].Left != 7 || c.Buildings[0].Left-c.Buildings[1].Left > 1 || c.Buildings[1].Left-c.Buildings[0].Left > 1 {
		t.Fatalf("7 packs for two buildings are shared as %+v", c.Buildings)
	}
	one, two := c.Buildings[0].GroupBuy, c.Buildings[1].GroupBuy
	first.post("/group-buys/"+one+"/join", order(1, 0)).refused(409, "round_not_open")
	e.clock.pass(time.Hour)
	first.post("/group-buys/"+one+"/join", order(2, 0)).want(200)
	second.post("/group-buys/"+two+"/join", order(1, 0)).want(200)
	second.post("/group-buys/"+one+"/join", order(1, 0)).refused(422, "household_needed")

	// A neighbour sees how far every building is, and the round of the own one only.
	c = orders.CampaignView{}
	first.get("/campaigns/" + id).want(200).into(&c)
	if c.Units != 3 || c.Takers != 2 || c.Buildings[0].GroupBuy != one || c.Buildings[1].GroupBuy != "" {
		t.Errorf("%+v", c)
	}
	for _, v := range []*visitor{outside, e.stranger, e.seller} {
		v.get("/campaigns/"+id).refused(404, "not_found")
		v.get("/campaigns?compound=A001").refused(404, "not_found")
	}
	if list := string(second.get("/campaigns?compound=A001").want(200).raw); !strings.Contains(list, id) {
		t.Error(list)
	}
	// Each building has its own leader, where it has one.
	if leads := e.leader.get("/group-buys/" + one).want(200); !strings.Contains(string(leads.raw), `"leads":true`) {
		t.Error(string(leads.raw))
	}
	e.leader.get("/group-buys/"+two).refused(404, "not_found")

	e.leader.post("/campaigns/"+id+"/cancel", map[string]any{}).refused(403, "role_needed")
	outside.post("/campaigns/"+id+"/cancel", map[string]any{}).refused(404, "not_found")
	for range 2 {
		e.coordinator.post("/campaigns/"+id+"/cancel", map[string]any{"reason": "rain"}).want(200).into(&c)
		if c.State != orders.CampaignCancelled || c.Buildings[0].State != orders.Cancelled || c.Buildings[1].State != orders.Cancelled {
			t.Errorf("%+v", c)
		}
	}
}

func TestACampaignByLotAsksEverybody(t *testing.T) {
	e := newEvening(t)
	e.coordinator.post("/campaigns", e.campaign("lottery", 1)).refused(422, "share_by_lot")
	body := e.campaign("lottery", 0)
	delete(body, "opens")
	var c orders.CampaignView
	e.coordinator.post("/campaigns", body).want(200).into(&c)
	for i, home := range []string{"A001/1/1-301", "A001/2/1-101"} {
		v := e.at(home)
		v.post("/group-buys/"+c.Buildings[i].GroupBuy+"/join", order(2, 0)).want(200)
		if rule := v.get("/group-buys/" + c.Buildings[i].GroupBuy).want(200).text("rule"); rule != "lottery" {
			t.Error(rule)
		}
	}
}
