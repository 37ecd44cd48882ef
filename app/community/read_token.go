package community

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// class is what a token can be in an address.
type class byte

const (
	number     class = 'N' // 12, １２, 十二
	prefix     class = 'P' // of the compound's form: 紫龙路500号
	road       class = 'D' // another road: 某某路
	name       class = 'A' // a building's name: A, 梅苑
	namedRoom  class = 'M' // a room that is no number: G01
	lane       class = 'L' // 弄
	blockAfter class = 'B' // 号楼, 栋, 座
	hao        class = 'H' // 号: of a building or a room
	unitAfter  class = 'U' // 单元
	roomAfter  class = 'R' // 室
	floorAfter class = 'F' // 楼, 层
	laneFirst  class = 'l' // Lane
	blockFirst class = 'b' // Bldg
	unitFirst  class = 'u' // Unit
	roomFirst  class = 'r' // Rm
	dash       class = '-' // - / ~
	hash       class = '#'
	gap        class = ' ' // spaces, commas, brackets
	counts     class = 'q' // 份, 元: the number before it is no room
	counted    class = 'S' // 共, 尾号: the number behind it is no room
	beside     class = 'n' // 对门: not this door
	laneName   class = 'G' // 东区: a lane that has no number
	other      class = 'x'
)

// token is a piece of the text, in bytes.
type token struct {
	class      class
	start, end int
	value      string      // of a number: its digits without leading zeros; of a word: the word
	buildings  []*Building // of a name
}

// markers are the words of addresses in any compound; a compound's own are added from its form.
var markers = map[class]string{
	lane:       "弄 衖 nong long",
	blockAfter: "号楼 号栋 栋 幢 座 栋楼 幢楼 座楼 号房 号门 号门栋 门栋 #楼 haolou dong",
	hao:        "号 hao",
	unitAfter:  "单元 门洞 单 门 梯 danyuan",
	roomAfter:  "室 房 shi",
	floorAfter: "楼 层 floor level lvl fl f /f",
	laneFirst:  "lane ln phase 弄号",
	blockFirst: "building bldg. bldg bld block blk tower villa no. no nr 楼号 楼栋号 栋号 幢号 楼栋",
	unitFirst:  "unit entrance ent. ent entry 单元号",
	gap:        "第 别墅 底楼 顶楼 底层 顶层 in st nd rd th",
	other:      "门口 门外 门前 门卫 门岗 门厅 门禁 楼道 楼梯 号柜 号桌 号车 号线 号机",
	beside:     "对门 隔壁 楼上 楼下 旁边 对面 斜对面 旁 邻居 upstairs downstairs",
	counted:    "订单 单号 编号 尾号 验证码 号码 账号 卡号 微信号 工号 付 付了 已付 转 转了 已转 转账 红包 收款 共 共计 一共 ¥ $ 满 减 paid order",
	roomFirst:  "room rm. rm apartment apt. apt flat door 门牌 门牌号 房号 室号 房间号 房间",
	counts: "份 板 箱 斤 个 盒 袋 包 瓶 只 条 支 枚 元 块 套 件 桶 罐 提 组 盆 篮 克 升 点 月 日 年 时 分 折 岁 人 位 串 把 颗 根 排 打 扎 捆 捧 公斤 千克 % % " +
		"kg g ml l pcs pc packs pack boxes box trays tray bags bag bottles bottle cases case yuan rmb cny am pm",
}

// word is a word of the reader's vocabulary, folded.
type word struct {
	text      []rune
	class     class
	value     string
	buildings []*Building
}

// learnWords fills the vocabulary from the language and from the compound.
func (r *Reader) learnWords() {
	for class, list := range markers {
		for text := range strings.FieldsSeq(list) {
			r.learn(text, class)
		}
	}
	form := r.compound.Form
	for text, class := range map[string]class{
		form.LaneZh: lane, form.LaneEn: laneFirst,
		form.BuildingZh: blockAfter, form.UnitZh: unitAfter, form.RoomZh: roomAfter,
		form.BuildingEn: blockFirst, form.UnitEn: unitFirst, form.RoomEn: roomFirst,
	} {
		if text != "号" { // stays what it is everywhere: a building's or a room's
			r.learn(text, class)
		}
	}
	for _, text := range slices.Concat(form.Prefixes, r.compound.ownNames()) {
		r.learnPrefix(text)
	}
	for i := range r.compound.Buildings {
		r.learnBuilding(&r.compound.Buildings[i])
	}
	r.sortWords()
}

// sortWords puts the longest first, and the compound's own before the language's,
// and brings buildings of one name together.
func (r *Reader) sortWords() {
	own := func(w word) int { return strings.IndexByte("PAMG", byte(w.class)) }
	slices.SortStableFunc(r.words, func(a, b word) int {
		return cmp.Or(cmp.Compare(len(b.text), len(a.text)), cmp.Compare(own(b), own(a)), cmp.Compare(string(a.text), string(b.text)), cmp.Compare(a.class, b.class))
	})
	kept := r.words[:0]
	for _, w := range r.words {
		if n := len(kept); n > 0 && kept[n-1].class == w.class && string(kept[n-1].text) == string(w.text) {
			kept[n-1].addBuildings(w.buildings)
			continue
		}
		kept = append(kept, w)
	}
	for _, w := range kept {
		r.begins[w.text[0]] = append(r.begins[w.text[0]], w)
	}
}

func (w *word) addBuildings(more []*Building) {
	for _, b := range more {
		if !slices.Contains(w.buildings, b) {
			w.buildings = append(w.buildings, b)
		}
	}
}

func (r *Reader) learn(text string, class class, buildings ...*Building) {
	if folded := fold(text); folded != "" {
		r.words = append(r.words, word{[]rune(folded), class, text, buildings})
	}
}

func (r *Reader) learnBuilding(b *Building) {
	r.learnLane(b.lane())
	for _, text := range append([]string{b.local()}, b.Aliases...) {
		if digits := plainNumber(fold(text)); digits != "" {
			r.numbers[digits] = append(r.numbers[digits], b)
			continue
		}
		r.learn(text, name, b)
		for _, other := range spellings(text) {
			r.learn(other, name, b)
		}
	}
	for _, room := range b.MoreRooms {
		if plainNumber(room) == "" {
			r.learn(room, namedRoom)
		}
	}
}

// plainNumber gives a number's digits without leading zeros, and nothing for anything else.
func plainNumber(text string) string {
	if text == "" || digits(text) != len(text) {
		return ""
	}
	return cmp.Or(strings.TrimLeft(text, "0"), "0")
}

// phone finds telephone numbers, which are never addresses.
var phone = regexp.MustCompile(`(?:\+?86[- ]?)?\b1[3-9]\d[- ]?\d{4}[- ]?\d{4}\b|\b0\d{2,3}-\d{7,8}\b`)

// scanner walks over the folded runes of a text.
type scanner struct {
	reader *Reader
	runes  []rune // folded
	at     []int  // where each rune begins in the text, and its length at the end
	phones [][]int
	out    []token
}

// tokens takes a text apart. Only its first 2,000 runes are looked at.
func (r *Reader) tokens(text string) []token {
	s := &scanner{reader: r, phones: phone.FindAllStringIndex(text, -1)}
	for i, c := range text {
		if len(s.runes) == maxTextForRead {
			text = text[:i]
			break
		}
		s.runes = append(s.runes, Fold(c))
		s.at = append(s.at, i)
	}
	s.at = append(s.at, len(text))
	for i := 0; i < len(s.runes); {
		i = s.next(i)
	}
	return s.out
}

// next reads the token at rune i and gives the place of the one after it.
func (s *scanner) next(i int) int {
	for _, span := range s.phones {
		if s.at[i] >= span[0] && s.at[i] < span[1] {
			return s.emit(token{class: other}, i, i+1)
		}
	}
	if s.joins(i) {
		return s.emit(token{class: dash}, i, i+1)
	}
	if w, end, ok := s.find(i); ok {
		return s.emit(token{class: w.class, value: w.value, buildings: w.buildings}, i, end)
	}
	c := s.runes[i]
	switch {
	case c >= '0' && c <= '9':
		return s.digits(i)
	case isChineseNumeral(c):
		return s.numerals(i)
	case circled(c) > 0:
		return s.emit(token{class: number, value: strconv.Itoa(circled(c))}, i, i+1)
	case strings.ContainsRune("-–—―‐\u2011−﹣~_/∕⁄\\·•|", c):
		return s.emit(token{class: dash}, i, i+1)
	case c == '#' || c == '♯':
		return s.emit(token{class: hash}, i, i+1)
	case c == ':' && s.betweenDigits(i):
		return s.emit(token{class: other}, i, i+1)
	case unicode.IsSpace(c) || unicode.Is(unicode.So, c) || strings.ContainsRune("\ufe0f\u2060\u200b\u200c\u200d\u200e\u200f\ufeff.,;:、。，；()[]【】「」<>《》…“”‘’\"'", c):
		return s.emit(token{class: gap}, i, i+1)
	case c == '路' || c == '街' || c == '巷':
		return s.emit(token{class: road}, i, i+1)
	}
	return s.emit(token{class: other}, i, i+1)
}

func (s *scanner) emit(t token, from, to int) int {
	t.start, t.end = s.at[from], s.at[to]
	s.out = append(s.out, t)
	return to
}

// word finds the longest word of the vocabulary at rune i. A word in letters does
// not begin or end inside another one, and digits do not continue it.
func (s *scanner) find(i int) (found word, end int, ok bool) {
	for _, w := range s.reader.begins[s.runes[i]] {
		end = s.spells(i, w.text)
		if end == i || splits(s.runes, i) && !s.lettered(i, w) || splits(s.runes, end) && !s.lettered(end, w) {
			continue
		}
		behindDigit := i > 0 && isDigit(s.runes[i-1])
		if w.class == name && w.value == "F" && behindDigit {
			continue // 12F is a floor, also where a block is called F
		}
		between := i > 1 && s.runes[i-1] == ' ' && s.digit(i-2) && end+1 < len(s.runes) && s.runes[end] == ' ' && s.digit(end+1) && w.class != roomAfter
		if strings.IndexByte("LBHUR", byte(w.class)) >= 0 && w.text[0] < utf8.RuneSelf && !behindDigit && !between {
			continue // 12hao 301 and 12 hao 301, but not a person called Hao
		}
		return w, end, true
	}
	return word{}, i, false
}

// lettered tells whether rune i is the letter of a block that its word runs into: BldgB 301.
func (s *scanner) lettered(i int, w word) bool {
	return (w.class == name && len(w.text) == 1 && len(s.out) > 0 && s.out[len(s.out)-1].class == blockFirst || w.class == blockFirst && len(w.text) > 2) && !splits(s.runes, i+1)
}

// spells gives the end of a word that begins at rune i, and i where it does not. A
// single space may stand between its Chinese characters: 12 号 楼.
func (s *scanner) spells(i int, text []rune) (end int) {
	end = i
	for at, c := range text {
		if at > 0 && unicode.Is(unicode.Han, c) && end+1 < len(s.runes) && s.runes[end] == ' ' && s.runes[end+1] == c {
			end++
		}
		if end >= len(s.runes) || s.runes[end] != c {
			return i
		}
		end++
	}
	return end
}

// splits tells whether a cut before rune i goes through a word in letters or through a number.
func splits(runes []rune, i int) bool {
	if i == 0 || i >= len(runes) {
		return false
	}
	a, b := runes[i-1], runes[i]
	letters := a >= 'a' && a <= 'z' && b >= 'a' && b <= 'z'
	return letters || a >= '0' && a <= '9' && b >= '0' && b <= '9'
}

func isDigit(c rune) bool { return c >= '0' && c <= '9' }

func (s *scanner) digit(i int) bool { return i >= 0 && i < len(s.runes) && isDigit(s.runes[i]) }

func (s *scanner) betweenDigits(i int) bool { return s.digit(i-1) && s.digit(i+1) }

// joins tells whether a character that is no dash stands for one here: 12之301, 12号的301,
// 十二杠三零一, 12一301, 12@301, and 12:301, which is no time of day.
func (s *scanner) joins(i int) bool {
	switch s.runes[i] {
	case '之', '的', '杠':
		follows := i+1 < len(s.runes) && (isDigit(s.runes[i+1]) || isChineseNumeral(s.runes[i+1]))
		return follows && len(s.out) > 0 && strings.IndexByte("NHBUALG", byte(s.out[len(s.out)-1].class)) >= 0
	case '一', '丨', 'ー', '@':
		return s.betweenDigits(i)
	case ':':
		return s.betweenDigits(i) && s.digit(i+2) && s.digit(i+3)
	}
	return false
}

// digits reads a number. Digits on keycaps are digits, an O or 零 between digits is a nought,
// and 号楼 3 0 1 is one number that was spaced.
func (s *scanner) digits(i int) int {
	end := i
	var value []rune
	for ; end < len(s.runes); end++ {
		switch c := s.runes[end]; {
		case isDigit(c):
			value = append(value, c)
		case strings.ContainsRune("o零〇○", c) && s.betweenDigits(end):
			value = append(value, '0')
		case c != '\ufe0f' && c != '\u20e3':
			if spaced := s.spaced(i, end); spaced > end {
				value, end = []rune(strings.ReplaceAll(string(s.runes[i:spaced]), " ", "")), spaced
			}
			return s.emit(token{class: number, value: plainNumber(string(value))}, i, end)
		}
	}
	return s.emit(token{class: number, value: plainNumber(string(value))}, i, end)
}

// spaced gives the end of a room whose digits stand apart, as pictures are read by
// machines, where a word or a dash says that a room stands here; and end where they do not.
func (s *scanner) spaced(i, end int) int {
	to := end
	for end == i+1 && to+1 < len(s.runes) && s.runes[to] == ' ' && s.digit(to+1) && !s.digit(to+2) {
		to += 2
	}
	last := len(s.out) - 1
	for last >= 0 && s.out[last].class == gap {
		last--
	}
	led := last >= 0 && strings.IndexByte("BHUF", byte(s.out[last].class)) >= 0
	if to-i < 5 || !led {
		return end
	}
	return to
}

// numerals reads a run of Chinese numerals, in which 0 and O may stand for 零. The
// last one counts things where a counting word follows a room: 三零一一份 is room 301, one.
func (s *scanner) numerals(i int) int {
	var run []rune
	for end := i; end < len(s.runes); end++ {
		c := s.runes[end]
		if strings.ContainsRune("0o○", c) && len(run) > 0 && end+1 < len(s.runes) && isChineseNumeral(s.runes[end+1]) {
			c = '零'
		}
		if !isChineseNumeral(c) {
			break
		}
		run = append(run, c)
	}
	if end := i + len(run); len(run) > 3 && end < len(s.runes) {
		if w, _, ok := s.find(end); ok && w.class == counts {
			run = run[:len(run)-1]
		}
	}
	value, taken := chineseNumber(run)
	return s.emit(token{class: number, value: plainNumber(value)}, i, i+max(taken, 1))
}
