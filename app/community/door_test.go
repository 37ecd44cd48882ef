package community

import (
	"slices"
	"testing"

	"baimi/app/fault"
)

func TestNatural(t *testing.T) {
	got := []string{"10号楼", "A10", "2号楼", "1号楼", "A2", "02", "2", "梅", "12", "兰"}
	slices.SortFunc(got, Natural)
	want := []string{"1号楼", "2", "02", "2号楼", "10号楼", "12", "A2", "A10", "兰", "梅"}
	if !slices.Equal(got, want) {
		t.Errorf("sorted %v, want %v", got, want)
	}
	for _, a := range got {
		for _, b := range got {
			if Natural(a, b) != -Natural(b, a) || (Natural(a, b) == 0) != (a == b) {
				t.Errorf("no total order between %q and %q", a, b)
			}
		}
	}
}

func TestDoorsFollowFromFloors(t *testing.T) {
	c := &Compound{Buildings: []Building{{No: "12", Floors: 12, Units: 2, DoorsPerFloor: 4, MoreRooms: []string{"1500"}}}}
	c.ID = "A001"
	if n := len(slices.Collect(c.Buildings[0].Doors())); n != 2*(12*4+1) {
		t.Errorf("%d doors", n)
	}
	for door := range c.Buildings[0].Doors() {
		if !c.Has(door) {
			t.Errorf("%s is a door that the building does not have", door)
		}
	}
	for _, none := range []Door{{"12", "3", "301"}, {"12", "1", "1301"}, {"12", "1", "305"}, {"12", "1", "300"}, {"12", "1", "0301"}, {"12", "01", "301"}, {"2", "1", "301"}} {
		if c.Has(none) {
			t.Errorf("%s should be no door", none)
		}
	}
	if floor := (Door{"12", "1", "1203"}).Floor(); floor != 12 {
		t.Errorf("1203 is on floor %d", floor)
	}
}

func TestHouseholdIDs(t *testing.T) {
	d := Door{"3", "1", "604"}
	id := HouseholdID("A001", d)
	if id != "A001/3/1-604" {
		t.Fatal(id)
	}
	compound, back, err := ParseHouseholdID(id)
	if err != nil || compound != "A001" || back != d {
		t.Errorf("%q %v %v", compound, back, err)
	}
	for _, bad := range []string{"", "A001", "A001/3", "A001/3/604", "A001//1-604", "A001/3/1-", "A/1/2/3-4"} {
		if _, _, err := ParseHouseholdID(bad); !fault.Is(err, "household_id") {
			t.Errorf("%q was taken: %v", bad, err)
		}
	}
}

func TestLabels(t *testing.T) {
	plain := &Compound{Buildings: []Building{{No: "12", Floors: 6, Units: 2, DoorsPerFloor: 4}}}
	lanes := &Compound{
		Form:      AddressForm{BuildingZh: "号", BuildingEn: "No.", NeverUnits: true},
		Buildings: []Building{{No: "828-7", Lane: "828", Floors: 6, Units: 1, DoorsPerFloor: 4}},
	}
	for _, row := range []struct {
		compound       *Compound
		door           Door
		language, want string
	}{
		{plain, Door{"12", "2", "301"}, "zh-Hans", "12号楼 2单元 301室"},
		{plain, Door{"12", "2", "301"}, "en", "Bldg 12 Unit 2 Rm 301"},
		{lanes, Door{"828-7", "1", "402"}, "zh", "828弄7号 402室"},
		{lanes, Door{"828-7", "1", "402"}, "en", "Lane 828 No. 7 Rm 402"},
	} {
		if got := row.compound.Label(row.door, row.language); got != row.want {
			t.Errorf("%q, want %q", got, row.want)
		}
	}
}

func TestValidateNamesTheBuildingsThatClash(t *testing.T) {
	building := func(no string, aliases ...string) Building {
		return Building{No: no, Aliases: aliases, Floors: 6, Units: 1, DoorsPerFloor: 2}
	}
	good := Compound{NameZh: "梅园", Currency: "CNY", Timezone: "Asia/Shanghai", Gates: []Gate{{ID: "gate"}}, Buildings: []Building{building("1", "1"), building("A", "Ａ", "梅苑")}}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	for name, bad := range map[string]Compound{
		"alias of another": {NameZh: "x", Buildings: []Building{building("1"), building("2", "１")}},
		"same number":      {NameZh: "x", Buildings: []Building{building("1"), building("1")}},
		"no floors":        {NameZh: "x", Buildings: []Building{{No: "1"}}},
		"no name":          {},
		"no gate":          {NameZh: "x", Currency: "CNY", Timezone: "Asia/Shanghai"},
		"no time zone":     {NameZh: "x", Currency: "CNY", Timezone: "Shanghai", Gates: []Gate{{ID: "gate"}}},
		"too many":         {NameZh: "x", Buildings: make([]Building, 401)},
	} {
		if err := bad.Validate(); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s was accepted: %v", name, err)
		}
	}
}

func TestHouseholdsLearnNames(t *testing.T) {
	c := &Compound{Buildings: []Building{{No: "1", Floors: 6, Units: 1, DoorsPerFloor: 2}}}
	h, err := c.NewHousehold(Door{"1", "1", "101"})
	if err != nil {
		t.Fatal(err)
	}
	for range 30 {
		h.Learn("小周")
	}
	h.Learn("Zhou")
	h.Learn("小周")
	if !slices.Equal(h.Names, []string{"Zhou", "小周"}) {
		t.Errorf("names %v", h.Names)
	}
	if _, err := c.NewHousehold(Door{"1", "1", "103"}); !fault.Is(err, "no_such_door") {
		t.Errorf("a door that is not there: %v", err)
	}
}
