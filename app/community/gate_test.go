package community

import (
	"testing"

	"baimi/app/fault"
)

func TestABuildingHasItsGate(t *testing.T) {
	c := Compound{
		NameZh: "梅园", Currency: "CNY", Timezone: "Asia/Shanghai", Lon: 121_480_000, Lat: 31_230_000,
		Gates: []Gate{{ID: "south", NameEn: "South", Lon: 121_480_000, Lat: 31_229_000}, {ID: "north", NameEn: "North", Lon: 121_480_000, Lat: 31_234_000}},
	}
	for _, b := range []Building{
		{No: "1", Lat: 31_230_000}, {No: "2", Lat: 31_233_000},
		{No: "3", Lat: 31_233_000, Gate: "south"}, // though it is nearer to the other
		{No: "4", Lat: 31_230_000, Gate: "north"},
	} {
		b.Lon, b.Floors, b.Units, b.DoorsPerFloor = 121_480_000, 6, 1, 2
		c.Buildings = append(c.Buildings, b)
	}
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	for building, want := range map[string]string{"1": "", "2": "north", "3": "", "4": "north", "99": ""} {
		if got := c.GateOf(building); got != want {
			t.Errorf("building %s: %q, want %q", building, got, want)
		}
	}
	for name, want := range map[string]string{"": "A1", "south": "A1", "north": "A1/north"} {
		gate, err := c.NamedGate(name)
		if err != nil || GateID("A1", gate) != want {
			t.Errorf("%q is %s %v, want %s", name, GateID("A1", gate), err, want)
		}
	}
	if _, err := c.NamedGate("west"); !fault.Is(err, "gate_unknown") {
		t.Error(err)
	}
	c.Gates = c.Gates[:1]
	if c.GateOf("2") != "" || c.Gate("north").ID != "south" {
		t.Error("a gate that is closed is the first one")
	}
	if err := c.Validate(); err == nil || len(fault.As(err).Fields) != 1 || fault.As(err).Fields[0].Path != "buildings[3].gate" {
		t.Error("a building names a gate that is not there:", err)
	}
	c.Gates = []Gate{{ID: "a/b", NameEn: "A"}, {ID: "x", Windows: []string{"noon"}}, {ID: "x", NameZh: "X"}}
	if f := fault.As(c.Validate()); f == nil || len(f.Fields) != 6 {
		t.Error("an id with a slash, a window, a name, an id twice, and two buildings' gates:", f.Fields)
	}
}
