package community

import (
	"regexp"
	"slices"
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
	case m.class(m.skip(f.end, " ")) == beside:
		reading.Doubt = NextDoor
	case m.letterBehind(f):
		reading.Doubt = MoreNumbers
	}
}

// moreRooms gives the doors of other rooms that are written behind, 12-301、302、303, and
// tells whether they are a list. A list is a part of the address, a range is not.
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
		if list = len(here) == 1 && !isRange(between); list {
			f.end = i + 1
			if after := m.skip(f.end, " "); m.class(after) == roomAfter {
				f.end = after + 1
			}
		}
	}
	return doors, list
}

// anotherRoom gives the token of a room behind the token before i, or -1.
func (m *matcher) anotherRoom(end int) int {
	i := m.skip(end, " -")
	if m.class(i) == other && strings.Contains("和或与跟及到至&+", m.text(i)) {
		i = m.skip(i+1, " ")
	}
	if i == end || m.class(i) != number || len(m.tokens[i].value) < 3 || m.is(i+1, "qBHUF") || m.is(m.skip(i+1, " "), "#-") {
		return -1
	}
	return i
}

var unitBehind = regexp.MustCompile(`^[\s,，、;；和与及/&+]*(\d)单元[\s-]*(\d{3,4})`)

// otherUnit gives the door of the same building that is written behind with its own unit.
func (m *matcher) otherUnit(f *match) []Door {
	behind := unitBehind.FindStringSubmatch(m.source[m.tokens[f.end-1].end:])
	if behind == nil {
		return nil
	}
	of := match{buildings: f.buildings, unit: behind[1]}
	return of.doorsOf(behind[2])
}

// isRange tells whether the text between two rooms stands for those between them, or for a choice.
func isRange(between string) bool { return strings.ContainsAny(between, "-~～—–－到至或") }

// otherBuilding tells whether another building stands right before: A座B座301, A/B301, Block G 301.
func (m *matcher) otherBuilding(start int) bool {
	i := start - 1
	for m.is(i, " -") {
		i--
	}
	return m.class(i) == blockAfter || m.is(start-1, "-A") && m.class(i) == name || m.letter(i) && m.class(m.left(i)) == blockFirst
}

// strangePlace tells whether the address is continued to the left by what the compound does
// not have: a phase, an area, another estate, a block's letter, a word alone as in 东12号楼.
func (m *matcher) strangePlace(start int) bool {
	if m.is(start-1, "xq") && m.letter(start-1) {
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

func (m *matcher) text(i int) string { return m.source[m.tokens[i].start:m.tokens[i].end] }

// beginning is where the address begins in the text, with the region before its road.
func (m *matcher) beginning(f *match) int {
	start := m.tokens[f.start].start
	if !f.placed {
		return start
	}
	return regionEnd.FindStringIndex(m.source[:start])[0]
}

// besides tells whether a second address is as plainly written as the first.
func (m *match) besides(best *match) bool {
	sure := m.doubt == Certain || m.doubt == UnitMissing || m.doubt == LaneMissing
	plain := m.strength >= named && best.strength >= named || m.implied && best.implied || m.implied && best.strength >= joined && m.strength >= joined
	return sure && plain && !slices.Equal(m.doors, best.doors)
}
