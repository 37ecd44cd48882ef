package chain

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// menu finds items by name, by any part of a name that is told apart, and by code.
type menu struct {
	items []Item
	names map[string][]int // folded words and parts of names: the items that have them
	codes map[string]int   // folded codes, in letters
	most  int              // runes of the longest name
}

const maxPart = 12 // runes of a part of a name

func newMenu(items []Item) *menu {
	m := &menu{items: items, names: map[string][]int{}, codes: map[string]int{}}
	for i, item := range items {
		m.learn(item.NameZh, i)
		m.learn(item.NameEn, i)
		if item.Code != "" {
			m.codes[foldText(item.Code)] = i
		}
	}
	return m
}

// learn keeps a name, its words, and the parts of its Chinese words. Parts that
// count or measure (30枚) name nothing.
func (m *menu) learn(name string, item int) {
	name = strings.TrimSpace(foldText(name))
	if name == "" {
		return
	}
	m.put(name, item)
	words := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) })
	for _, word := range words {
		if !isHan(firstRune(word)) {
			if utf8.RuneCountInString(word) > 2 {
				m.put(word, item)
				m.put(strings.TrimSuffix(word, "s"), item)
			}
			continue
		}
		runes := []rune(word)
		for from := range runes {
			for to := from + 1; to <= min(len(runes), from+maxPart); to++ {
				m.put(string(runes[from:to]), item)
			}
		}
	}
}

func (m *menu) put(part string, item int) {
	if whole := []rune(part); part == "味" || counting.has(whole) || measures.has(whole) {
		return
	}
	if !slices.Contains(m.names[part], item) {
		m.names[part] = append(m.names[part], item)
	}
	m.most = max(m.most, utf8.RuneCountInString(part))
}

// mention is a place where items are named.
type mention struct {
	items  []int // several where the word fits several
	length int   // runes
	single bool  // one Chinese character, or a code: names an item only beside a number or alone
}

// at finds the longest mention at rune i.
func (m *menu) at(runes []rune, i int) (mention, bool) {
	if m.allCodes(runes, i) {
		return mention{[]int{m.codes[string(runes[i])]}, 1, false}, true
	}
	if i > 0 && isASCIILetter(runes[i-1]) && isASCIILetter(runes[i]) {
		return mention{}, false
	}
	for n := min(m.most, len(runes)-i); n > 0; n-- {
		word := string(runes[i : i+n])
		if items, ok := m.names[word]; ok && !cutsLetters(runes, i+n) {
			end := i + n
			if n > 1 {
				if past := after(runes, end, flavourWords); past == len(runes) || runes[past] != '道' { // no 味道
					end = past
				}
			}
			return mention{items, end - i, n == 1}, true
		}
	}
	return m.code(runes, i)
}

// allCodes tells whether the letter at rune i is in a word of codes only, each once: AB各1.
func (m *menu) allCodes(runes []rune, i int) bool {
	from, to := i, i
	for from > 0 && isASCIILetter(runes[from-1]) {
		from--
	}
	for to < len(runes) && isASCIILetter(runes[to]) {
		to++
	}
	for at := from; at < to; at++ {
		_, ok := m.codes[string(runes[at])]
		if !ok || slices.Contains(runes[from:at], runes[at]) {
			return false
		}
	}
	return to-from > 1
}

// flavourWords stand behind a name: 水果口味.
var flavourWords = words("口味 味")

// codeWords stand before or behind a code.
var codeWords = words("套餐 组合 餐 款 型")

// code finds a code such as A or e1, and #3 for the third item in the LINE style.
func (m *menu) code(runes []rune, i int) (mention, bool) {
	if runes[i] == '#' {
		return m.ordinal(runes, i)
	}
	if from := after(runes, i, codeWords); from > i && from < len(runes) { // 套餐A
		hit, ok := m.code(runes, from)
		hit.length += from - i
		return hit, ok
	}
	for n := min(4, len(runes)-i); n > 0; n-- {
		if item, ok := m.codes[string(runes[i:i+n])]; ok && !cutsLetters(runes, i+n) && !(isDigit(runes[i+n-1]) && i+n < len(runes) && isDigit(runes[i+n])) {
			end := after(runes, i+n, codeWords) // A套餐
			return mention{[]int{item}, end - i, end == i+n}, true
		}
	}
	return mention{}, false
}

func (m *menu) ordinal(runes []rune, i int) (mention, bool) {
	n, end := 0, i+1
	for end < len(runes) && isDigit(runes[end]) && end < i+4 {
		n = n*10 + int(runes[end]-'0')
		end++
	}
	if n < 1 || end < len(runes) && !unicode.IsSpace(runes[end]) && runes[end] != '#' && runes[end] != ',' {
		return mention{}, false
	}
	if n > len(m.items) {
		return mention{nil, end - i, true}, true // of no item: asked
	}
	return mention{[]int{n - 1}, end - i, true}, true
}

// codeLine is one or more of A：猪肉, B. 牛肉 35元.
var codeLine = regexp.MustCompile(`(?:^|[\s,;、])(?:([a-z]\d?)\s*[:.、)=]\s*|([a-z]\d|[①-⑳])\s*[:.、)=]?\s*|([a-z]))(\p{Han}[^\s,;:]*|[a-z]{3}[^\s,;:]*)`)

// learnCodes reads a line of the chain's own menu, and tells whether it was one.
func (m *menu) learnCodes(line string) bool {
	return m.takeCodes(codeLine.FindAllStringSubmatch(foldText(line), -1))
}

// menuLine is a line that begins with a code and a name: A鸡蛋38, A 鸡蛋, B: milk.
var menuLine = regexp.MustCompile(`^\s*([a-z]\d?)(?:[\s:.、)=]*(\p{Han}[^\s,;:]*)|[\s:.、)=]+([a-z]{3}[^\s,;:]*))`)

// learnLines reads several lines that are a menu only together: A鸡蛋, and below it B牛奶.
func (m *menu) learnLines(lines []string) bool {
	var found [][]string
	for _, line := range lines {
		f := menuLine.FindStringSubmatch(foldText(line))
		if hit, ok := m.at([]rune(f[2]+f[3]), 0); !ok || len(hit.items) != 1 {
			return false
		}
		found = append(found, []string{"", "", f[1], "", f[2] + f[3]})
	}
	return m.takeCodes(found)
}

func (m *menu) takeCodes(found [][]string) bool {
	learned, menus := false, 0
	for _, f := range found {
		if isHan(firstRune(f[4])) || f[3] == "" {
			menus++
		}
		if f[3] != "" && len(found) < 2 { // A鸡蛋 B牛奶 is a menu, a鸡蛋 alone may be none
			continue
		}
		runes := []rune(f[4])
		if hit, ok := m.at(runes, 0); ok && len(hit.items) == 1 && (hit.length > 1 || hit.length == len(runes)) {
			m.codes[f[1]+f[2]+f[3]] = hit.items[0]
			learned = true
		}
	}
	return learned || menus > 1
}

// foldText brings full-width forms and capitals together, rune by rune.
func foldText(text string) string {
	return strings.Map(foldRune, text)
}

func foldRune(r rune) rune {
	if r < utf8.RuneSelf {
		return unicode.ToLower(r)
	}
	if simple, ok := simplified[r]; ok {
		return simple
	}
	switch r {
	case '×', '✖', '✕', '╳':
		return '*'
	case '。':
		return '.'
	}
	if folded := width.LookupRune(r).Folded(); folded != 0 {
		r = folded
	}
	return unicode.ToLower(r)
}

// simplified are the traditional characters of goods and counting words.
var simplified = pairs("龍龙棟栋號号樓楼單单雞鸡鴨鸭鵝鹅豬猪魚鱼蝦虾貝贝麵面飯饭餃饺餅饼饅馒麥麦綠绿紅红黃黄蘿萝蔔卜蔥葱薑姜鮮鲜凍冻乾干醬酱鹽盐蘋苹漿浆餛馄飩饨兩两個个條条隻只雙双盤盘組组籃篮顆颗塊块雜杂種种樣样買买訂订來来還还幫帮給给")

func pairs(list string) map[rune]rune {
	runes, all := []rune(list), map[rune]rune{}
	for i := 0; i+1 < len(runes); i += 2 {
		all[runes[i]] = runes[i+1]
	}
	return all
}

func isHan(r rune) bool         { return unicode.Is(unicode.Han, r) }
func isDigit(r rune) bool       { return r >= '0' && r <= '9' }
func isASCIILetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

func cutsLetters(runes []rune, i int) bool {
	return i < len(runes) && isASCIILetter(runes[i-1]) && isASCIILetter(runes[i])
}
