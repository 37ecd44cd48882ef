package main

import (
	"context"
	"fmt"
	"strconv"

	"baimi/app/community"
	"baimi/app/db"
	"baimi/app/fault"
	"baimi/app/people"
)

const demoCompound = "M001"

// demoPeople are the demo's accounts, one a role. Their codes are fixed, and
// work only where the store was seeded as a demo.
var demoPeople = []struct {
	DemoSignIn
	name  string
	grant people.Grant
}{
	{DemoSignIn{people.Resident, "resident@baimi.demo", "100001"}, "陈小雨", people.Grant{Role: people.Resident, Scope: demoCompound + "/3/1-302"}},
	{DemoSignIn{people.Leader, "leader@baimi.demo", "100002"}, "王海燕", people.Grant{Role: people.Leader, Scope: demoCompound + "/3"}},
	{DemoSignIn{people.Supplier, "supplier@baimi.demo", "100003"}, "李国强", people.Grant{Role: people.Supplier, Scope: "S-GREEN"}},
	{DemoSignIn{people.Coordinator, "coordinator@baimi.demo", "100004"}, "周敏", people.Grant{Role: people.Coordinator, Scope: demoCompound}},
	{DemoSignIn{people.Courier, "courier@baimi.demo", "100005"}, "张伟", people.Grant{Role: people.Courier, Scope: demoCompound}},
	{DemoSignIn{people.Operator, "operator@baimi.demo", "100006"}, "Sam Wu", people.Grant{Role: people.Operator}},
}

func demoSignIns() []DemoSignIn {
	out := make([]DemoSignIn, len(demoPeople))
	for i, p := range demoPeople {
		out[i] = p.DemoSignIn
	}
	return out
}

// seedDemo fills an empty store with a demo compound, once. The deployment's
// own document is written last, so that a crash in between starts it again;
// every step may be done twice.
func (d *domains) seedDemo(ctx context.Context) error {
	if !d.config.wantsDemo() {
		return nil
	}
	compounds, err := d.community.Compounds(ctx)
	if err != nil || len(compounds) > 0 && !compounds[0].Demo {
		return err
	}
	if _, err := d.deployments.Get(ctx, deploymentID); fault.KindOf(err) != fault.NotFound {
		return err
	}
	for _, step := range []func(context.Context) error{d.seedCompound, d.seedStock, d.seedPeople, d.seedRounds} {
		if err := step(ctx); err != nil && fault.KindOf(err) != fault.Conflict {
			return fmt.Errorf("seeding the demo: %w", err)
		}
	}
	_, err = d.deployments.Insert(ctx, Deployment{Doc: db.Doc{ID: deploymentID}, Demo: true})
	return err
}

// seedCompound makes one usual compound: 22 buildings, 1,650 doors.
func (d *domains) seedCompound(ctx context.Context) error {
	const lon, lat = 121_480_000, 31_230_000 // Shanghai, micro-degrees
	c := community.Compound{
		Doc: db.Doc{ID: demoCompound}, NameZh: "梅园小区（演示）", NameEn: "Plum Garden (demo)", Currency: "CNY", Timezone: "Asia/Shanghai",
		Lon: lon, Lat: lat, Demo: true,
		Form:  community.AddressForm{PairIsUnit: true},
		Gates: []community.Gate{{ID: "south", NameZh: "南门", NameEn: "South gate", Lon: lon, Lat: lat - 1100}},
	}
	for i := range 22 {
		b := community.Building{
			No: strconv.Itoa(i + 1), Lon: lon + int64(i%6-3)*480, Lat: lat + int64(i/6)*430 - 600,
			Floors: 6, Units: 4, DoorsPerFloor: 2,
		}
		switch {
		case i >= 20:
			b.Floors, b.Units, b.DoorsPerFloor, b.Lift = 15, 1, 11, true
		case i >= 14:
			b.Floors, b.Units, b.DoorsPerFloor, b.Lift = 18, 1, 6, true
		}
		c.Buildings = append(c.Buildings, b)
	}
	return d.community.AddCompounds(ctx, []community.Compound{c})
}

func (d *domains) seedPeople(ctx context.Context) error {
	for _, p := range demoPeople {
		account, err := d.people.Ensure(ctx, p.Contact, "zh-Hans")
		if err != nil {
			return err
		}
		if err := d.people.Rename(ctx, account.ID, p.name, ""); err != nil {
			return err
		}
		if p.grant.Role == people.Resident {
			_, err = d.community.Claim(ctx, p.grant.Scope, account.ID)
		} else {
			err = d.people.Grant(ctx, account.ID, p.grant)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
