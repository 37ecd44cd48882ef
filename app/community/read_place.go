package community

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// buildingEnds are what names of buildings end with: 香樟苑, 听雨轩.
const buildingEnds = `苑阁轩居园楼座院庭坊邸墅`

// region is what may stand before a road: 上海市浦东新区.
const region = `(?:\p{Han}{2,3}省)?(?:\p{Han}{2,3}市|上海|北京|天津|重庆)?(?:\p{Han}{1,3}新区|\p{Han}{2,3}[区县])?(?:\p{Han}{2,4}镇)?`

var (
	ownStreet = regexp.MustCompile(`^` + region + `(\p{Han}{1,6}[路街道巷])\s*(?:(\d+)\s*([弄号]))?`)
	ownLane   = regexp.MustCompile(`^(\d+)弄`)
	regionEnd = regexp.MustCompile(region + `\s*$`)
	lettered  = regexp.MustCompile(`^(\d+)([甲乙丙丁戊a-zA-Z])$`)
	block     = regexp.MustCompile(`^([a-zA-Z])(\d+)$`)
	ending    = regexp.MustCompile(`^(\p{Han}{2,})[` + buildingEnds + `]$`)
	bracketed = regexp.MustCompile(`[（(].*?[）)]`)
)

// learnPrefix takes what may stand before a building apart: the road, and the numbers
// on it that are the compound's; another number there is another place.
func (r *Reader) learnPrefix(text string) {
	text = fold(text)
	if m := ownStreet.FindStringSubmatch(text); m != nil {
		r.learn(m[1], road)
		r.placed = true
		if m[3] == "号" {
			r.streets[plainNumber(m[2])] = true
		} else if m[3] == "弄" {
			r.ownLane(m[2], false)
		}
		text = strings.TrimSpace(text[len(m[0]):])
	}
	if m := ownLane.FindStringSubmatch(text); m != nil {
		r.ownLane(m[1], false)
		text = text[len(m[0]):]
	}
	r.learn(text, prefix)
}

// ownLane notes a lane of the compound, and whether its buildings are told apart by it.
func (r *Reader) ownLane(no string, tells bool) {
	key := laneKey(no)
	r.lanes[key] = r.lanes[key] || tells
	r.placed = true
}

func (r *Reader) learnLane(no string) {
	if no == "" {
		return
	}
	r.ownLane(no, true)
	if plainNumber(laneKey(no)) == "" {
		names := []string{no + cmp.Or(r.compound.Form.LaneZh, "弄")}
		if utf8.RuneCountInString(no) > 1 { // 香樟3号 for 香樟苑3号
			names = append(names, no)
		}
		for _, name := range names {
			r.learn(name, laneName)
			r.words[len(r.words)-1].value = laneKey(no)
		}
	}
}

// laneKey brings the ways to write a lane together: 2, 02 and 二.
func laneKey(no string) string {
	folded := fold(no)
	if runes := []rune(folded); len(runes) > 0 && isChineseNumeral(runes[0]) {
		if digits, taken := chineseNumber(runes); taken == len(runes) {
			return digits
		}
	}
	return cmp.Or(plainNumber(folded), folded)
}

// ownNames are the compound's names, which may stand before any address.
func (c *Compound) ownNames() (names []string) {
	for _, n := range []string{c.NameZh, c.NameEn} {
		names = append(names, n, bracketed.ReplaceAllString(n, ""))
	}
	return names
}

// spellings are other ways to write a building's name: 1号楼甲 for 1甲, A-1 for A1, 香樟 for 香樟苑.
func spellings(name string) (other []string) {
	if m := lettered.FindStringSubmatch(name); m != nil {
		for _, word := range strings.Fields("号楼 号 栋 幢") {
			other = append(other, m[1]+word+m[2])
		}
	}
	if m := block.FindStringSubmatch(name); m != nil {
		other = append(other, m[1]+"-"+m[2])
	}
	if m := ending.FindStringSubmatch(name); m != nil {
		other = append(other, m[1])
	}
	return other
}

// head reads what stands before the building: the compound's name, a road, a lane.
func (m *matcher) head(i int, f match) {
	at := m.skip(i, "P ")
	f.placed = m.class(i) == prefix
	if m.class(at) != road {
		if m.ownNumber(at) {
			at = m.skip(m.skip(at+1, " ")+1, " -P")
		}
		m.place(at, f)
		return
	}
	f.placed = true
	f.foreign = m.placed && m.tokens[at].value == ""
	for n := 0; n < 4 && f.foreign && m.afterHan(f.start); n++ { // 银杏路 is one name
		f.start--
	}
	at = m.skip(at+1, " ")
	after := m.skip(at+1, " ")
	if m.class(at) == number && m.class(after) == hao {
		known := len(m.streets) > 0
		g := f
		g.foreign = f.foreign || known && !m.streets[m.tokens[at].value]
		m.place(m.skip(after+1, " -P"), g)
		f.foreign = f.foreign || known || len(m.lanes) > 0 // 紫龙路12号 is no building of 紫龙路500号
	}
	if m.ownNumber(at) {
		return
	}
	m.place(m.skip(at, "P "), f)
}

// ownNumber tells whether the compound's number on its road begins here, which is no building's: 500号.
func (m *matcher) ownNumber(i int) bool {
	return m.class(i) == number && m.class(m.skip(i+1, " ")) == hao && m.streets[m.tokens[i].value] && len(m.numbers[m.tokens[i].value]) == 0
}

// place reads what follows the road: a lane, or a building at once.
func (m *matcher) place(i int, f match) {
	i = m.skip(i, "#")
	m.building(i, f)
	m.laneOf(i, f)
}

// laneOf reads 828弄, 东区, Lane 828, and 828- where the compound has that lane.
func (m *matcher) laneOf(i int, f match) {
	at, next := i, -1
	switch {
	case m.class(i) == laneName && !m.partOfName(i):
		next = i + 1
	case m.class(i) == laneFirst:
		at = m.skip(i+1, " #")
		next = at + 1
	case m.class(i) == number && m.class(m.skip(i+1, " ")) == lane:
		next = m.skip(i+1, " ") + 1
	case m.class(i) == number && m.is(i+1, "-") && m.ours(m.tokens[i].value):
		next = i + 2
	}
	if next < 0 || !m.is(at, "NG") {
		return
	}
	f.placed = true
	f.inLane(m.Reader, m.tokens[at].value)
	next = m.skip(next, " -P")
	m.building(next, f)
	if f.lane == "" { // 608弄3支弄5号: a lane of the lane tells the buildings apart
		m.laneOf(next, f)
	}
}

// partOfName tells whether a lane's bare name is the end of another word: 小桂花3-1-201.
func (m *matcher) partOfName(i int) bool { return m.text(i) == m.tokens[i].value && m.afterHan(i) }

// inLane puts the reading into a lane, which may be another compound's.
func (f *match) inLane(r *Reader, no string) {
	f.foreign = f.foreign || !r.ours(no)
	if r.lanes[no] || f.foreign {
		f.lane = no
	}
	f.buildings = slices.DeleteFunc(f.buildings, func(b *Building) bool { return !f.foreign && f.lane != "" && laneKey(b.lane()) != f.lane })
}

func (r *Reader) ours(lane string) bool {
	_, ok := r.lanes[lane]
	return ok
}

// elsewhere tells whether a lane that is not the compound's is named anywhere beside the reading.
func (m *matcher) elsewhere(f *match) bool {
	if at := strings.Index(m.source, "支弄"); at >= 0 && (at < m.tokens[f.start].start || at >= m.tokens[f.end-1].end) {
		return true
	}
	for i := range m.tokens {
		inside := i >= f.start && i < f.end
		if !inside && m.class(i) == number && m.class(i+1) == lane && !m.ours(m.tokens[i].value) {
			return true
		}
		if !inside && m.class(i) == laneName && f.lane != m.tokens[i].value && !m.partOfName(i) {
			return true
		}
	}
	return false
}

// unitOfHome tells whether the home building has a unit of this number.
func (m *matcher) unitOfHome(n string) bool {
	b, ok := m.compound.Building(m.home)
	u, err := strconv.Atoi(n)
	return ok && err == nil && u >= 1 && u <= b.Units
}
