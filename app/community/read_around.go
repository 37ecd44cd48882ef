package community

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// lookAround turns a reading into a question where what stands beside it speaks of
// another door: 12-301/302, 12-301B, 12-301对门, 二期12号301, G座301.
func (m *matcher) lookAround(f *match, reading *Reading) {
	certain := reading.Doubt == Certain || reading.Doubt == MoreNumbers && len(f.doors) == 1
	second, plainly := m.moreRooms(f)
	var apart []Door
	if certain {
		apart = m.otherUnit(f)
	}
	switch {
	case len(apart) > 0: // 12栋1单元301 2单元302
		reading.Doubt, reading.Building, reading.Candidates = TwoAddresses, "", append(reading.Candidates, apart...)
	case len(second) > 0:
		reading.Doubt, reading.Building, reading.Several = TwoAddresses, "", certain && plainly
		reading.Candidates = append(reading.Candidates, second...)
	case reading.Doubt != Certain:
	case m.otherBuilding(f.start):
		reading.Doubt, reading.Building = Ambiguous, ""
	case !f.placed && m.strangePlace(f.start), m.elsewhere(f):
		reading.Doubt = OtherPlace
	case m.saysBeside(f):
		reading.Doubt = NextDoor
	case m.otherFloor(f):
		reading.Doubt = FloorDisagrees
	case m.letterBehind(f):
		reading.Doubt = MoreNumbers
	}
}

// narrow takes the doors of the unit or lane that is said behind the address: 12栋301（2单元）, 3号楼301（二期）.
func (m *matcher) narrow(f *match, reading *Reading) {
	i := m.skip(f.end, " -")
	unit, end := m.said(i, unitAfter, unitFirst)
	if reading.Doubt == LaneMissing {
		f.lane, end = m.said(i, lane, laneFirst)
	}
	kept := slices.DeleteFunc(slices.Clone(f.doors), func(d Door) bool {
		b, _ := m.compound.Building(d.Building)
		return unit != "" && d.Unit != unit || f.lane != "" && laneKey(b.lane()) != f.lane
	})
	if end == i || len(kept) == 0 || m.class(m.skip(end, " -")) == number && m.runes(m.skip(end, " -")) > 2 {
		return
	}
	f.end, f.doors = end, kept
	reading.Candidates, reading.Doubt, reading.Building = slices.Clone(kept), UnitMissing, kept[0].Building
	if len(kept) == 1 {
		reading.Doubt = Certain
	}
}

// said reads the number of a unit or lane, 2单元 or Unit 2, and gives i as its end where there is none.
func (m *matcher) said(i int, behind, before class) (no string, end int) {
	after, digits := m.skip(i+1, " "), m.skip(i+1, " #")
	switch {
	case m.class(i) == number && m.class(after) == behind:
		return m.tokens[i].value, after + 1
	case m.class(i) == before && m.class(digits) == number && m.runes(digits) < 3:
		return m.tokens[digits].value, digits + 1
	case m.class(i) == laneName && behind == lane && !m.partOfName(i):
		return m.tokens[i].value, i + 1
	}
	return "", i
}

// otherFloor tells whether another floor than the room's is said behind it: 402（5楼）.
func (m *matcher) otherFloor(f *match) bool {
	i := f.end
	if !m.is(i, "-") && !m.is(i, " ") || m.is(i, " ") && !strings.Contains("(（[【", m.source[m.tokens[i].start:m.tokens[i].end]) || !m.is(i+1, "N") || m.class(m.skip(i+2, " ")) != floorAfter {
		return false
	}
	return len(f.doors) == 1 && strconv.Itoa(f.doors[0].Floor()) != m.tokens[i+1].value
}

// saysBeside tells whether a neighbour is what follows: 12-301对门, 12-301的邻居.
func (m *matcher) saysBeside(f *match) bool {
	if nextTo.MatchString(m.source[:m.tokens[f.start].start]) {
		return true
	}
	i := m.skip(f.end, " ")
	if m.class(i) == other && m.text(i) == "的" {
		i = m.skip(i+1, " ")
	}
	return m.class(i) == beside || nextDoor.MatchString(m.behind(f.end-1))
}

var (
	nextTo   = regexp.MustCompile(`(?i)(?:next (?:door )?to|opposite|across from|above|below)\s*$`)
	nextDoor = regexp.MustCompile(`^\W*(?:next[ -]?door|opposite)`)
)

// moreRooms gives the doors of other rooms that are written behind, 12-301、302、303, and
// tells whether they are a list and no range.
func (m *matcher) moreRooms(f *match) (doors []Door, list bool) {
	for list = true; list; {
		i := m.anotherRoom(f.end)
		if i < 0 {
			return doors, list
		}
		of := match{buildings: f.buildings, unit: f.unit}
		here := slices.DeleteFunc(of.doorsOf(m.tokens[i].value), func(d Door) bool { return slices.Contains(f.doors, d) })
		if len(here) == 0 {
			return doors, list
		}
		doors = append(doors, here...)
		between := m.source[m.tokens[f.end-1].end:m.tokens[i].start]
		f.end = m.roomEnd(i)
		list = len(here) == 1 && isList(between)
	}
	return doors, list
}

// passing is what may stand between a door and another room of its building: 12-301和302, 12-301给302, 12-301（放302）.
var passing = regexp.MustCompile(`^[^\p{L}\p{N}¥$]{0,3}(?:和|或者?|与|跟|及|到|至|转|给|帮|代|替|送到?|放到?|改到?|换到?|不?是|原|去|and|or|for|to)?[^\p{L}\p{N}¥$]{0,3}$`)

// anotherRoom gives the token of a room behind the token before i, or -1.
func (m *matcher) anotherRoom(end int) int {
	i := end
	for i < len(m.tokens) && i < end+6 && m.class(i) != number {
		i++
	}
	if m.class(i) != number || i == end && !m.is(end-1, "RH") || m.runes(i) < 3 || m.is(i+1, "qBHUF") || m.is(m.skip(i+1, " "), "#-") {
		return -1
	}
	if !passing.MatchString(fold(m.source[m.tokens[end-1].end:m.tokens[i].start])) {
		return -1
	}
	return i
}

var unitBehind = regexp.MustCompile(`^[\s,，、;；和与及/&+]*(\d)单元[\s-]*(\d{3,4})`)

// otherUnit gives the door of the same building that is written behind with its own unit.
func (m *matcher) otherUnit(f *match) []Door {
	behind := unitBehind.FindStringSubmatch(m.behind(f.end - 1))
	if behind == nil {
		return nil
	}
	of := match{buildings: f.buildings, unit: behind[1]}
	return of.doorsOf(behind[2])
}

var apart = regexp.MustCompile(`[-~—–到至或转给帮代替送放改换不原去→>]|\b(?:or|for|to)\b`)

// isList tells whether the text between two rooms lists them, and stands for no range, choice or errand.
func isList(between string) bool { return !apart.MatchString(fold(between)) }

// otherBuilding tells whether another building stands right before: A座B座301, A/B301, 梅、兰301, Block G 301.
func (m *matcher) otherBuilding(start int) bool {
	i := start - 1
	if m.is(i, " x") && m.text(i) != "" && strings.Contains("、,和与或&+", m.text(i)) && (m.class(i-1) == blockAfter || m.class(i-1) == name && !m.afterHan(i-1)) {
		return true
	}
	for m.is(i, " -") {
		i--
	}
	return m.class(i) == blockAfter || m.is(start-1, "-A") && m.class(i) == name || m.letter(i) && m.class(m.left(i)) == blockFirst
}

// strangePlace tells whether the address is continued to the left by what the compound does
// not have: a phase, an area, another estate, a block's letter, a word alone as in 东12号楼.
func (m *matcher) strangePlace(start int) bool {
	if m.is(start-1, "xq") && m.letter(start-1) || m.class(start) == name && m.class(start-1) == number {
		return true
	}
	if m.class(start-1) == other && strings.Contains("东南西北新老旧副前后甲乙丙丁念", m.text(start-1)) && !m.afterHan(start-1) {
		return true
	}
	return m.is(start-1, "xL") && strings.Contains("期区區村苑园轩阁座坊邸墅", m.text(start-1))
}

// letter tells whether the token is a Latin letter that stands alone.
func (m *matcher) letter(i int) bool {
	latin := func(i int) bool {
		if !m.is(i, "xqA") {
			return false
		}
		r, size := utf8.DecodeRuneInString(m.text(i))
		return size == len(m.text(i)) && unicode.Is(unicode.Latin, r)
	}
	return latin(i) && !latin(i-1) && !latin(i+1)
}

// letterBehind tells whether the room goes on with one letter: 301B. An x multiplies.
func (m *matcher) letterBehind(f *match) bool {
	if !m.is(f.end-1, "NM") || !m.is(f.end, "xqA") {
		return false
	}
	text := m.text(f.end)
	return strings.Contains("甲乙丙丁戊", text) || m.letter(f.end) && !strings.EqualFold(text, "x")
}

// text is a token as it is compared, and behind what follows one.
func (m *matcher) text(i int) string   { return fold(m.source[m.tokens[i].start:m.tokens[i].end]) }
func (m *matcher) behind(i int) string { return fold(m.source[m.tokens[i].end:]) }

// beginning is where the address begins in the text, with the region before its road.
func (m *matcher) beginning(f *match) int {
	start := m.tokens[f.start].start
	if label := m.left(f.start); m.is(label, "bur") { // Apt B301
		return m.tokens[label].start
	}
	if !f.placed {
		return start
	}
	return regionEnd.FindStringIndex(m.source[:start])[0]
}

// besides tells whether a second address is as plainly written as the first.
func (m *match) besides(best *match) bool {
	sure := m.doubt == Certain || m.doubt == UnitMissing || m.doubt == LaneMissing
	plain := m.strength >= named && best.strength >= named || m.implied && best.implied || m.implied && best.strength >= joined && (m.strength >= joined || m.end <= best.start && best.doubt == Certain)
	return sure && plain && !slices.Equal(m.doors, best.doors)
}
