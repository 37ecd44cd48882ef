package community

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// add resolves a reading to doors and keeps it, unless it is loose and no door.
func (m *matcher) add(f match) {
	f.doubt, f.doors = m.resolve(&f)
	if f.strength <= named && (f.doubt == NoSuchDoor || f.doubt == NoSuchBuilding || f.doubt == NoRoom || f.doubt == FloorDisagrees) || f.strength == loose && f.foreign {
		return
	}
	if f.implied && f.bareUnit && f.doubt != Certain || m.home != "" && f.asFloor && f.floorFits(f.room) { // 3楼301 is of the group's own building
		return
	}
	if !f.implied && f.bareNumberPair() && m.compound.Form.PairIsUnit && m.unitOfHome(f.written) {
		return
	}
	for _, other := range m.out {
		if other.start == f.start && other.end == f.end && other.strength == f.strength && other.doubt == f.doubt && slices.Equal(other.doors, f.doors) {
			return
		}
	}
	m.out = append(m.out, &f)
}

func (f *match) bareNumberPair() bool {
	return f.strength == joined && f.unit == "" && f.lane == "" && !f.bareName && !f.roomMarked
}

// resolve looks the reading up among the compound's doors.
func (m *matcher) resolve(f *match) (Doubt, []Door) {
	if len(f.buildings) == 0 {
		return NoSuchBuilding, m.nearBuildings(f)
	}
	if f.room == "" && f.oneDoor() && !f.foreign && !m.mayBeDay(f) {
		return Certain, slices.Collect(f.buildings[0].Doors())
	}
	if f.room == "" {
		return NoRoom, nil
	}
	room, agrees := f.roomOnFloor()
	doors := f.doorsOf(room)
	switch {
	case len(doors) == 0:
		return NoSuchDoor, m.nearDoors(f, room)
	case !agrees:
		return FloorDisagrees, doors
	case f.foreign:
		return OtherPlace, doors
	case f.adjacent:
		return RunTogether, doors
	case f.more:
		return MoreNumbers, doors
	case f.asFloor && f.floorFits(room), f.apart, m.spacedBefore(f):
		return Ambiguous, doors
	case len(f.buildings) > 1 && len(doors) > 1:
		return LaneMissing, doors
	case len(doors) > 1:
		return UnitMissing, doors
	case f.bareName && m.endsName(f.start):
		return PersonOrPlace, doors
	}
	return Certain, doors
}

// roomOnFloor completes 3楼01室 to 301, and tells whether floor and room agree.
func (f *match) roomOnFloor() (room string, agrees bool) {
	if f.floor == "" {
		return f.room, true
	}
	if len(f.room) < 3 {
		return f.floor + strings.Repeat("0", 2-len(f.room)) + f.room, true
	}
	return f.room, strings.TrimSuffix(f.room, f.room[len(f.room)-2:]) == f.floor
}

// spacedBefore tells whether the building's one digit may be the last of several: 1 2 号楼 301.
func (m *matcher) spacedBefore(f *match) bool {
	digit := func(i int) bool { return m.class(i) == number && m.runes(i) == 1 }
	return !f.implied && digit(f.start) && m.is(f.start+1, " ") && m.is(f.start-1, " ") && digit(f.start-2) && len(m.numbers[m.tokens[f.start-2].value+f.written]) > 0
}

// floorFits tells whether 3楼 may be the floor of room 301 instead of a building.
func (f *match) floorFits(room string) bool {
	return len(room) > 2 && room[:len(room)-2] == f.written
}

// doorsOf lists the doors with this room in the reading's buildings and units.
func (f *match) doorsOf(room string) []Door {
	var doors []Door
	for _, b := range f.buildings {
		for u := 1; u <= b.Units; u++ {
			unit := strconv.Itoa(u)
			if (f.unit == "" || f.unit == unit) && b.Has(unit, room) {
				doors = append(doors, Door{b.No, unit, room})
			}
		}
	}
	return doors
}

// oneDoor tells whether the building is a house, whose number alone says the door.
func (f *match) oneDoor() bool {
	if len(f.buildings) != 1 {
		return false
	}
	b := f.buildings[0]
	return b.Units*(b.Floors*b.DoorsPerFloor+len(b.MoreRooms)) == 1
}

var dayBehind = regexp.MustCompile(`^\s*(?:[到送发开截起前后早晚和、]|左右|[上中下]午|(?:周|星期|礼拜)[一二三四五六日天]|\d+[点:：])`)

// mayBeDay tells whether a house's number may be a day or one of several: 4月12号, 12号到货, 11、12号.
func (m *matcher) mayBeDay(f *match) bool {
	before := m.left(f.start)
	if m.class(before) == number || m.is(before, "qx") && strings.Contains("月和到至", m.text(before)) {
		return true
	}
	return dayBehind.MatchString(m.behind(f.end - 1))
}

// madeOfLetters are goods that a letter tells apart, so that it begins no address: 维生素B1204, 套餐B301.
var madeOfLetters = regexp.MustCompile(`(?:维生素|维他命|套餐|组合|方案|规格|型号|款|vitamin)\s*$`)

// endsName tells whether the building's name may be the end of a person's: 李梅301,
// 小C1802. A letter behind two characters, 王小姐C1802, is none.
func (m *matcher) endsName(i int) bool {
	if m.afterHan(i) && strings.Contains("住在到送给是寄", m.text(i-1)) { // 住梅苑301
		return false
	}
	if m.letter(i) && madeOfLetters.MatchString(fold(m.source[:m.tokens[i].start])) {
		return true
	}
	return m.afterHan(i) && !(m.letter(i) && m.afterHan(i-1))
}

// afterHan tells whether a Chinese character stands right before the token.
func (m *matcher) afterHan(i int) bool {
	return m.class(i-1) == other && m.tokens[i-1].end-m.tokens[i-1].start >= 3
}

// backwards reads addresses that begin with the room: Rm 301, Unit 2, Bldg 12 and
// 301室，12号楼; without a word for the room only where one says building: 301, Building 12.
func (m *matcher) backwards(i int) {
	at := m.skip(i, "#")
	if m.is(at, "ru") {
		at = m.skip(at+1, " #")
	}
	f := match{start: i, roomMarked: m.is(i, "ru"), strength: joined}
	if m.class(i) == unitFirst && m.class(at) == number && m.is(at+1, "-") && m.class(at+2) == number { // Unit 2-301, Bldg 12
		f.unit, at = m.tokens[at].value, at+2
	}
	after := m.skip(at+1, " ")
	f.roomMarked = f.roomMarked || m.class(after) == roomAfter
	if m.class(at) != number || !f.roomMarked && len(m.tokens[at].value) < 3 {
		return
	}
	f.room = m.tokens[at].value
	if m.is(i-1, "U") && m.class(i-2) == number { // 2单元301，12栋
		f.unit, f.start = m.tokens[i-2].value, i-2
	}
	if f.roomMarked {
		f.strength = marked
	}
	if m.class(after) == roomAfter {
		after = m.skip(after+1, " -")
	}
	after = m.skip(after, " -")
	if u := m.skip(after+1, " #"); m.class(after) == unitFirst && m.class(u) == number {
		f.unit, after = m.tokens[u].value, m.skip(u+1, " -")
	} else if m.class(after) == number && m.class(u) == unitAfter {
		f.unit, after = m.tokens[after].value, m.skip(u+1, " -")
	}
	m.buildingLast(after, f)
}

func (m *matcher) buildingLast(i int, f match) {
	if b := m.skip(i+1, " #"); m.class(i) == blockFirst && m.is(b, "NA") {
		f = m.at(b, f)
		f.end = b + 1
		m.laneLast(f)
		return
	}
	after := m.skip(i+1, " ")
	switch {
	case m.is(i, "NA") && (m.class(after) == blockAfter || f.roomMarked && m.class(after) == hao):
		f = m.at(i, f)
		f.end = after + 1
		m.laneLast(f)
	case m.class(i) == name && (m.runes(i) > 2 || m.saysBuilding(i)):
		f = m.at(i, f)
		f.end = i + 1
		m.laneLast(f)
	}
}

// saysBuilding tells whether a name ends as names of buildings do, 梅苑, and could not be a person's.
func (m *matcher) saysBuilding(i int) bool {
	last, _ := utf8.DecodeLastRuneInString(m.text(i))
	return m.runes(i) > 1 && strings.ContainsRune(buildingEnds, last)
}

// laneLast reads the lane behind: Rm 301, No. 12, Lane 828.
func (m *matcher) laneLast(f match) {
	at := m.skip(f.end, " -")
	if no := m.skip(at+1, " #"); m.class(at) == laneFirst && m.class(no) == number {
		f.end = no + 1
		f.inLane(m.Reader, m.tokens[no].value)
	}
	m.add(f)
}

// runTogether reads 12301 as a question, where nothing else is an address.
func (m *matcher) runTogether() {
	if len(m.out) > 0 {
		return
	}
	for i, t := range m.tokens {
		if t.class != number || len(t.value) < 4 || len(t.value) > 7 || m.is(i+1, "q") || m.is(i-1, "-#") {
			continue
		}
		var doors []Door
		for cut := 1; cut <= len(t.value)-3; cut++ {
			f := match{buildings: m.numbers[t.value[:cut]]}
			doors = append(doors, f.doorsOf(t.value[cut:])...)
			if f.unit = t.value[cut : cut+1]; cut <= len(t.value)-4 { // 122301
				doors = append(doors, f.doorsOf(t.value[cut+1:])...)
			}
		}
		if len(doors) > 0 {
			m.out = append(m.out, &match{start: i, end: i + 1, doubt: RunTogether, doors: doors})
		}
	}
}

// nearDoors lists the doors of the reading's buildings whose room is written alike.
func (m *matcher) nearDoors(f *match, room string) []Door {
	type near struct {
		door     Door
		distance int
	}
	var all []near
	for _, b := range f.buildings {
		for d := range b.Doors() {
			n := distance(room, d.Room)
			if f.unit != "" && f.unit != d.Unit {
				n++
			}
			if n <= 2 && n < max(len(room), 2) {
				all = append(all, near{d, n})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b near) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), a.door.Compare(b.door))
	})
	var doors []Door
	for _, n := range all[:min(len(all), maxCandidates)] {
		doors = append(doors, n.door)
	}
	return doors
}

// nearBuildings lists the room in buildings whose number is written alike, or is that of another lane.
func (m *matcher) nearBuildings(f *match) []Door {
	room, _ := f.roomOnFloor()
	var doors []Door
	for i := range m.compound.Buildings {
		b := &m.compound.Buildings[i]
		if f.written != "" && distance(f.written, b.local()) <= 1 {
			alone := match{buildings: []*Building{b}, unit: f.unit}
			doors = append(doors, alone.doorsOf(room)...)
		}
	}
	if swapped := (match{buildings: m.numbers[f.room]}); len(doors) == 0 { // 301-12
		doors = swapped.doorsOf(f.written)
	}
	slices.SortStableFunc(doors, Door.Compare)
	return doors[:min(len(doors), maxCandidates)]
}

// distance counts the digits that were changed, left out, added or swapped with
// their neighbour (Damerau 1964, restricted).
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			best := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				best = min(best, rows[i-2][j-2]+1)
			}
			rows[i][j] = best
		}
	}
	return rows[len(a)][len(b)]
}
