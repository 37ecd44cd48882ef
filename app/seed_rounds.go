package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"baimi/app/community"
	"baimi/app/db"
	"baimi/app/people"
	"baimi/orders"
)

// demoRounds are open when the demo starts: one building's, its offers and the
// share of its doors, in per cent, that has joined.
var demoRounds = []struct {
	building, title string
	items           []orders.Item
	minimum         int64
	joined          int
}{
	{"3", "周三蔬菜鸡蛋团", []orders.Item{{Product: "veg-10", UnitCap: 5600}, {Product: "egg-30", UnitCap: 3400}}, 30, 40},
	{"3", "牛奶大米", []orders.Item{{Product: "milk-12", UnitCap: 6200}, {Product: "rice-5", UnitCap: 4500}}, 60, 25},
	{"5", "蔬菜包", []orders.Item{{Product: "veg-10", UnitCap: 5400}}, 0, 50},
	{"8", "鸡蛋和猪肉", []orders.Item{{Product: "egg-30", UnitCap: 3300}, {Product: "pork-2", UnitCap: 9600}}, 0, 30},
	{"15", "水果团", []orders.Item{{Product: "fruit-3", UnitCap: 6000}}, 20, 20},
}

// surnames are the hundred family names' first, for the demo's neighbours.
var surnames = []rune("王李张刘陈杨黄赵周吴徐孙马朱胡林郭何高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈")

// seedRounds opens the demo's rounds, each by its building's leader.
func (d *domains) seedRounds(ctx context.Context) error {
	site, err := d.community.Compound(ctx, demoCompound)
	if err != nil {
		return err
	}
	now := d.now().UTC()
	for i, r := range demoRounds {
		leader, err := d.people.Ensure(ctx, demoLeader(r.building), "zh-Hans")
		if err != nil {
			return err
		}
		if err := d.people.Grant(ctx, leader.ID, people.Grant{Role: people.Leader, Scope: demoCompound + "/" + r.building}); err != nil {
			return err
		}
		g, err := d.orders.Draft(ctx, orders.GroupBuy{
			Doc: db.Doc{ID: orders.Word(fmt.Sprint("demo round ", i))}, Compound: demoCompound, Building: r.building, Leader: leader.ID,
			Title: r.title, Opens: now, Closes: now.Add(20 * time.Hour).Truncate(time.Hour), Items: append([]orders.Item{}, r.items...),
			Minimum: r.minimum, OnFail: orders.Pool, Rule: orders.Equal, LimitPerHousehold: 6,
		})
		if err != nil {
			return err
		}
		if err := d.seedJoins(ctx, &site, g, r.joined); err != nil {
			return err
		}
	}
	return nil
}

// demoLeader is the contact of a building's leader: the demo's own for its building.
func demoLeader(building string) string {
	if building == "3" {
		return "leader@baimi.demo"
	}
	return "leader-" + building + "@baimi.demo"
}

// seedJoins opens the round and lets neighbours join it, in one change.
func (d *domains) seedJoins(ctx context.Context, site *community.Compound, g orders.GroupBuy, perCent int) error {
	building, _ := site.Building(g.Building)
	_, err := d.orders.Update(ctx, g.ID, func(g *orders.GroupBuy, now time.Time) error {
		if err := g.Publish(g.Leader, now); err != nil {
			return err
		}
		n := 0
		for door := range building.Doors() {
			n++
			if n*perCent%100 >= perCent || door.Room == "302" && door.Unit == "1" {
				continue // 302 is left to the demo's resident
			}
			floor, _ := strconv.Atoi(door.Room)
			_, err := g.Join(orders.Wish{
				Household: community.HouseholdID(site.ID, door), Name: string(surnames[(n*7+floor)%len(surnames)]) + "家",
				Lines: []orders.Line{{Item: g.Items[n%len(g.Items)].ID, Quantity: int64(1 + n%2)}},
			}, now)
			if err != nil {
				return err
			}
		}
		return nil
	})
	return err
}
