package community

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// strength says how plainly a text is an address.
type strength int

const (
	loose  strength = iota // 12 301, or a room alone in a building's own group
	named                  // A301
	joined                 // 12-301
	marked                 // 12号楼301
)

// match is one way to read some tokens as an address.
type match struct {
	start, end int // tokens
	lane       string
	buildings  []*Building
	written    string // the building's number as it was written, where it has one
	implied    bool   // the building is the group's own
	bareName   bool   // a building's name without a word for building
	asFloor    bool   // 12楼: a building only where nothing speaks for a floor
	unit       string
	bareUnit   bool
	floor      string
	room       string
	roomMarked bool
	placed     bool // the compound's name, a road or a lane stands before the building
	foreign    bool // another road or lane was named
	adjacent   bool // building and room are not apart: 十二三零一
	apart      bool // only gaps are between unit and room: 12 2 301
	more       bool // another number is joined to the end
	strength   strength

	doubt Doubt
	doors []Door
}

func (m *match) overlaps(o *match) bool { return m.start < o.end && o.start < m.end }

// within tells whether m is a part of o that says less: the 2-301 of 12#2-301.
func (m *match) within(o *match) bool {
	return m.start >= o.start && m.end <= o.end && m.end-m.start < o.end-o.start
}

// rank puts the plainest reading first, then one that is a door.
func (m *match) rank() [2]int {
	sure := 0
	if len(m.doors) > 0 && m.doubt != NoSuchDoor && m.doubt != NoSuchBuilding {
		sure = 1
	}
	return [2]int{int(m.strength), sure}
}

func (m *match) buildingNo() string {
	if len(m.buildings) == 1 {
		return m.buildings[0].No
	}
	return ""
}

// matcher finds every reading of the tokens.
type matcher struct {
	*Reader
	source string
	tokens []token
	out    []*match
}

// match gives all readings, the best first. Loose readings count only as a door that is there.
func (m *matcher) match() []*match {
	for i := range m.tokens {
		if !m.is(i, "NPDAGlburM#") || m.joinedLeft(i) {
			continue
		}
		m.head(i, match{start: i})
		m.backwards(i)
	}
	m.runTogether()
	m.dropParts()
	slices.SortStableFunc(m.out, func(a, b *match) int {
		x, y := a.rank(), b.rank()
		return cmp.Or(cmp.Compare(y[0], x[0]), cmp.Compare(y[1], x[1]), cmp.Compare(b.end-b.start, a.end-a.start))
	})
	return m.out
}

func (m *matcher) class(i int) class {
	if i < 0 || i >= len(m.tokens) {
		return 0
	}
	return m.tokens[i].class
}

func (m *matcher) is(i int, classes string) bool {
	c := m.class(i)
	return c != 0 && strings.IndexByte(classes, byte(c)) >= 0
}

func (m *matcher) skip(i int, classes string) int {
	for m.is(i, classes) {
		i++
	}
	return i
}

// dropParts leaves out what is a part of a plain address, the 2-301 of 丹桂2-301, pairs
// that are no building and room where one of the two is a door, 1204-2, and the floor before 三楼12-301.
func (m *matcher) dropParts() {
	all := slices.Clone(m.out)
	m.out = slices.DeleteFunc(m.out, func(f *match) bool {
		return slices.ContainsFunc(all, func(o *match) bool {
			part := f.within(o) && o.strength >= named
			noPair := f.doubt == NoSuchBuilding && f.strength == joined && (o.strength >= named && f.overlaps(o) || o.implied && o.start == f.start)
			floor := f.asFloor && f.rank()[1] == 0 && f.overlaps(o) && o.strength >= joined
			return (part || noPair || floor) && o.rank()[1] > 0
		})
	})
}

// left is the token before i that is no gap.
func (m *matcher) left(i int) int {
	for i--; m.is(i, " "); i-- {
	}
	return i
}

// joinedLeft tells whether a number belongs to what stands left of it: the 2 of
// 1-2-301, the 7 of 830弄 7号, the 500 of 紫龙路500号, the 12 of 4月12号; or counts something: 尾号1204.
func (m *matcher) joinedLeft(i int) bool {
	if m.class(i) != number {
		return false
	}
	left := m.left(i)
	handed := m.class(left) == counted && m.text(left) == "转" && (m.is(i+1, "-#BH") || m.class(m.skip(i+1, " ")) == unitAfter) // 转12-302, but 转302
	day := m.class(left) == counts && m.text(left) == "月" && m.class(i+1) == hao
	return day || m.is(left, "DGS") && !handed || m.is(left, "L") && m.class(left-1) == number || m.is(i-1, "N") || m.is(i-1, "-") && m.class(i-2) == number
}

// building reads the building in each way it can be written.
func (m *matcher) building(i int, f match) {
	if m.home != "" && f.lane == "" {
		own := f
		b, ok := m.compound.Building(m.home)
		own.buildings, own.implied, own.written = []*Building{b}, true, m.home
		if ok {
			m.unitOf(i, own)
		}
	}
	if m.class(i) == blockFirst {
		f.strength = marked
		at := m.skip(i+1, " #b") // Building No. 12
		if m.is(at, "NA") {
			f = m.at(at, f)
			m.unitOf(m.skip(at+1, " -#"), f)
			m.laneBehind(at+1, f)
			m.noRoom(at+1, f)
		}
		return
	}
	if !m.is(i, "NA") {
		return
	}
	f = m.at(i, f)
	after := m.skip(i+1, " ")
	if m.is(after, "BH") || m.spokenFloor(after) || m.class(after) == hash && m.is(after+1, "BF") || m.class(i) == name && m.class(after) == blockFirst || m.flat && m.class(after) == unitAfter && m.text(after) == "门" && !m.is(m.left(i), "BH") {
		after = m.skip(after, "#")
		f.strength, f.asFloor = marked, m.class(after) == floorAfter
		if f.asFloor && m.is(i-1, "BHU") {
			return
		}
		m.unitOf(m.skip(after+1, " -#"), f)
		m.noRoom(after+1, f)
		return
	}
	m.bareBuilding(i, f)
}

// spokenFloor tells whether the token is the 楼 that people say for a floor and for a
// building; 12F and 12层 are floors.
func (m *matcher) spokenFloor(i int) bool {
	return m.class(i) == floorAfter && m.text(i) == "楼"
}

// bareBuilding reads a building that no word marks: 12-301, 12#301, A301, 12 301.
func (m *matcher) bareBuilding(i int, f match) {
	next := m.skip(i+1, " -#")
	between := m.tokens[i+1 : next]
	has := func(c class) bool { return slices.ContainsFunc(between, func(t token) bool { return t.class == c }) }
	switch {
	case has(dash) || has(hash):
		f.strength = joined
	case m.class(i) == name:
		f.strength = named
		if m.runes(i) > 2 || m.saysBuilding(i) { // 听雨轩
			f.strength = marked
		}
	case len(between) == 0 && m.class(next) != roomFirst && m.class(next) != unitFirst:
		f.adjacent = true
	}
	f.bareName = m.class(i) == name && m.runes(i) <= 2
	m.unitOf(next, f)
	if f.strength == marked || m.class(m.skip(i+1, " ")) == hash && f.oneDoor() {
		m.noRoom(next, f)
	}
}

func (m *matcher) runes(i int) int { return utf8.RuneCountInString(m.text(i)) }

// at puts the building that token i names into f.
func (m *matcher) at(i int, f match) match {
	t := m.tokens[i]
	f.written = t.value
	candidates := t.buildings
	if t.class == number {
		candidates = m.numbers[t.value]
	}
	f.buildings = nil
	for _, b := range candidates {
		if f.lane == "" || f.foreign || laneKey(b.lane()) == f.lane {
			f.buildings = append(f.buildings, b)
		}
	}
	return f
}

// unitOf reads the unit, where there is one.
func (m *matcher) unitOf(i int, f match) {
	m.floorOf(i, f)
	switch after := m.skip(i+1, " "); {
	case m.class(i) == number && m.class(after) == unitAfter:
		f.unit = m.tokens[i].value
		f.strength = max(f.strength, joined)
		m.floorOf(m.skip(after+1, " -#"), f)
	case (m.class(i) == unitFirst || m.class(i) == unitAfter && m.text(i) == "单元") && m.class(m.skip(i+1, " #")) == number: // 单元：2
		at := m.skip(i+1, " #")
		f.unit = m.tokens[at].value
		f.strength = max(f.strength, joined)
		m.floorOf(m.skip(at+1, " -#"), f)
	case m.class(i) == number && m.is(after, "-#"):
		m.floorFirst(i, f)
		f.unit, f.bareUnit = m.tokens[i].value, true
		if f.implied {
			f.strength = joined
		}
		m.floorOf(m.skip(after, " -#"), f)
	case m.class(i) == number && m.class(after) == number && i+1 < after && !f.implied:
		f.unit, f.apart = m.tokens[i].value, true
		m.roomOf(after, f)
	}
}

// floorFirst reads #12-04, the fourth door of floor 12, where 12 is no unit.
func (m *matcher) floorFirst(i int, f match) {
	door := m.skip(i+1, " -")
	if u, _ := strconv.Atoi(m.tokens[i].value); m.padded(door) && !f.implied && !slices.ContainsFunc(f.buildings, func(b *Building) bool { return u <= b.Units }) {
		f.floor = m.tokens[i].value
		m.roomOf(door, f)
	}
}

// padded tells whether the token is a number of two digits, as the doors of a floor are written.
func (m *matcher) padded(i int) bool {
	return m.class(i) == number && m.runes(i) == 2
}

// floorOf reads a floor that is said besides the room.
func (m *matcher) floorOf(i int, f match) {
	m.roomOf(i, f)
	if after := m.skip(i+1, " "); m.class(i) == number && m.class(after) == floorAfter {
		f.floor = m.tokens[i].value
		if f.implied {
			f.strength = marked
		} else if f.strength == named {
			f.strength = joined
		}
		m.roomOf(m.skip(after+1, " -#"), f)
	} else if m.class(i) == number && f.unit != "" && m.is(i+1, "-") && m.padded(i+2) { // 2单元18-04
		f.floor = m.tokens[i].value
		m.roomOf(i+2, f)
	} else if m.class(i) == floorAfter && m.class(after) == number { // floor 3
		f.floor = m.tokens[after].value
		m.roomOf(m.skip(after+1, " -#"), f)
	}
}

// roomOf reads the room and is done. A number that counts something, or that
// belongs to another part of the address, is no room.
func (m *matcher) roomOf(i int, f match) {
	at := m.skip(i+1, " #b")                                                                                        // Room No. 301
	if m.class(i) == roomFirst || m.class(i) == unitFirst && m.class(at) == number && len(m.tokens[at].value) > 2 { // Unit 301
		i, f.roomMarked = at, true
	}
	end := m.roomEnd(i)
	if !m.is(i, "NM") || end == i+1 && m.is(i+1, "qULBF") || f.implied && !m.roomAlone(i, f) {
		return
	}
	f.room, f.end, f.roomMarked = m.tokens[i].value, end, f.roomMarked || end > i+1
	short := len(f.room) < 3 && !f.roomMarked && m.class(i) == number && (f.floor == "" || !m.padded(i))
	if short && (!m.is(i-1, "-") || f.floor != "") || f.bareUnit && f.implied && short {
		return
	}
	if f.implied && f.roomMarked {
		f.strength = max(f.strength, joined)
	}
	f.more = m.is(f.end, "-") && m.class(f.end+1) == number && !m.is(f.end+2, "qF")
	m.add(f)
}

// roomEnd is where a room ends that is number i: behind 301, 301 室, 301号 or 301号房.
func (m *matcher) roomEnd(i int) int {
	after := m.skip(i+1, " ")
	if m.is(after, "R") || m.is(i+1, "H") || m.class(i+1) == blockAfter && m.text(i+1) == "号房" {
		return after + 1
	}
	return i + 1
}

// roomAlone tells whether a number in a building's own group may be a room: not the
// 1204 of 1204.5, 尾号1204 or 3.1204, and a name such as B1 only where a word says so.
func (m *matcher) roomAlone(i int, f match) bool {
	decimal := func(dot, digit int) bool {
		return m.class(dot) == gap && m.text(dot) == "." && m.class(digit) == number
	}
	short := m.class(i) == namedRoom && m.runes(i) < 3 && !f.roomMarked
	return !decimal(i-1, i-2) && !decimal(i+1, i+2) && !m.is(m.left(i), "DGS") && !short
}

// laneBehind reads No. 7, Lane 828, Room 402.
func (m *matcher) laneBehind(i int, f match) {
	at := m.skip(i, " -")
	if no := m.skip(at+1, " #"); m.class(at) == laneFirst && m.class(no) == number {
		f.placed = true
		f.inLane(m.Reader, m.tokens[no].value)
		m.floorOf(m.skip(no+1, " -"), f)
	}
}

// noRoom notes a building that is named alone: 3栋王姐.
func (m *matcher) noRoom(end int, f match) {
	if f.asFloor || len(f.buildings) == 0 {
		return
	}
	_, behind := m.said(m.skip(end, " -"), unitAfter, unitFirst)
	if f.end = end; behind > m.skip(end, " -") { // 3栋1单元
		f.end = behind
	}
	m.add(f)
}
