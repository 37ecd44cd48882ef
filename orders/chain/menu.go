package chain

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"baimi/app/community"
)

// menu finds items by name, by any part of a name that is told apart, and by code.
type menu struct {
	items []Item
	names map[string][]int // folded words and parts of names: the items that have them; of a whole name, its own
	codes map[string]int   // folded codes, in letters
	sizes map[string]int   // folded sizes that tell items apart, 60枚 beside 30枚: the item
	most  int              // runes of the longest name
}

const maxPart = 12 // runes of a part of a name

func newMenu(items []Item) *menu {
	m := &menu{items: items, names: map[string][]int{}, codes: map[string]int{}, sizes: sizes(items)}
	for i, item := range items {
		m.learn(item.NameZh, i)
		m.learn(item.NameEn, i)
		if item.Code != "" {
			m.codes[foldText(item.Code)] = i
		}
	}
	m.wholeNames()
	m.codesOfNames()
	return m
}

// lettered are names that are a letter and a word for a kind of thing: A套餐, 套餐B, Set C.
var lettered = regexp.MustCompile(`^(?:([a-z])(?:套餐|组合|餐|款|型|包|套)|(?:套餐|组合|款|型|set |box |pack )([a-z]))$`)

// codesOfNames takes the letters for codes where all that is sold is told apart by them.
func (m *menu) codesOfNames() {
	codes := map[string]int{}
	for i, item := range m.items {
		for _, name := range []string{item.NameZh, item.NameEn} {
			if f := lettered.FindStringSubmatch(strings.TrimSpace(foldText(name))); f != nil {
				codes[f[1]+f[2]] = i
			}
		}
	}
	if len(codes) == len(m.items) && len(codes) > 1 {
		maps.Copy(m.codes, codes)
	}
}

var sizeText = regexp.MustCompile(`(\d+(?:\.\d+)?)\s*([a-z]+|\p{Han})`)

// sizes finds the sizes that are one item's only, where another item has another size of that kind.
func sizes(items []Item) map[string]int {
	of, kinds := map[string]int{}, map[string]map[string]bool{}
	for i, item := range items {
		for _, m := range sizeText.FindAllStringSubmatch(foldText(item.NameZh+" "+item.NameEn), -1) {
			if other, twice := of[m[1]+m[2]]; twice && other != i {
				i = -1
			}
			of[m[1]+m[2]] = i
			if kinds[m[2]] == nil {
				kinds[m[2]] = map[string]bool{}
			}
			kinds[m[2]][m[1]] = true
		}
	}
	maps.DeleteFunc(of, func(size string, item int) bool {
		m := sizeText.FindStringSubmatch(size)
		return item < 0 || len(kinds[m[2]]) < 2
	})
	return of
}

// wholeNames gives a word that is one item's whole name to that item alone: 吐司 beside 全麦吐司.
func (m *menu) wholeNames() {
	whole := map[string][]int{}
	for i, item := range m.items {
		for _, name := range []string{item.NameZh, item.NameEn} {
			if name = strings.TrimSpace(foldText(name)); name != "" && !slices.Contains(whole[name], i) {
				whole[name] = append(whole[name], i)
			}
		}
	}
	for name, of := range whole {
		if _, learned := m.names[name]; learned {
			m.names[name] = of
		}
	}
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
		if hit, ok := m.at([]rune(strings.TrimSpace(foldText(line))), 0); ok && len(hit.items) == 1 && hit.length > 1 && moneyText.MatchString(line) { // A套餐 99元
			continue
		}
		if hit, ok := m.at([]rune(f[2]+f[3]), 0); !ok || len(hit.items) != 1 {
			return false
		}
		found = append(found, []string{"", "", f[1], "", f[2] + f[3]})
	}
	return m.takeCodes(found) || len(found) == 0
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

// foldText brings the ways to write a character together, rune by rune.
func foldText(text string) string { return strings.Map(foldRune, text) }

func foldRune(r rune) rune {
	switch r {
	case '×', '✖', '✕', '╳':
		return '*'
	case '。':
		return '.'
	}
	return community.Fold(r)
}

// plain is a text in simplified characters, which take as many bytes.
func plain(text string) string { return strings.Map(community.Simplify, text) }

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
