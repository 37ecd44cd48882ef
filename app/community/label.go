package community

import (
	"cmp"
	"strings"
)

// Label says a door in plain words: 12号楼 2单元 301室 in Chinese, Bldg 12 Unit 2 Rm 301 in
// every other language, in the words of the compound's own form. The unit is
// left out where the building has one, or the compound never names it.
func (c *Compound) Label(d Door, language string) string {
	zh := strings.HasPrefix(language, "zh")
	parts := []string{c.BuildingLabel(d.Building, language)}
	if b, ok := c.Building(d.Building); !c.Form.NeverUnits && (!ok || b.Units > 1) {
		parts = append(parts, say(zh, d.Unit, cmp.Or(c.Form.UnitZh, "单元"), cmp.Or(c.Form.UnitEn, "Unit")))
	}
	parts = append(parts, say(zh, d.Room, cmp.Or(c.Form.RoomZh, "室"), cmp.Or(c.Form.RoomEn, "Rm")))
	return strings.Join(parts, " ")
}

// BuildingLabel says a building in plain words: 12号楼, Bldg 12, and 828弄7号 where
// the compound has several lanes.
func (c *Compound) BuildingLabel(no, language string) string {
	zh := strings.HasPrefix(language, "zh")
	b, ok := c.Building(no)
	lane := ""
	if ok && b.Lane != "" {
		lane = say(zh, b.Lane, cmp.Or(c.Form.LaneZh, "弄"), cmp.Or(c.Form.LaneEn, "Lane"))
		no = b.local()
	}
	label := say(zh, no, cmp.Or(c.Form.BuildingZh, "号楼"), cmp.Or(c.Form.BuildingEn, "Bldg"))
	if zh || lane == "" {
		return lane + label
	}
	return lane + " " + label
}

func say(zh bool, value, after, before string) string {
	if zh {
		return value + after
	}
	return before + " " + value
}
