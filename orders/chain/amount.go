package chain

import "strings"

// amount is a number of things in the text.
type amount struct {
	start, end int
	n          int64
	unit       string
	plus       bool // +1
	half       bool // 半箱, 1.5份
	total      bool // 共3份
	each       bool // 各1份
	bare       bool // in Chinese numerals without a counting word
	unclear    bool // 王五十份: fifty, or ten of 王五
	of         int  // 三种各1: how many items it is of; 0: as many as are named, or on offer
}

// amountAt reads an amount that begins at rune i: 2, x2, +1, 两份, 半箱, 各1份.
func (p *parser) amountAt(runes []rune, i int) (amount, bool) {
	if a, ok := p.ofKinds(runes, i); ok {
		return a, true
	}
	if all := after(runes, i, everything); all > i && len(p.menu.items) > 1 && !p.countedAt(runes, all) {
		return amount{start: i, end: all, n: 1, each: true}, true
	}
	a := amount{start: i}
	at := a.sign(runes, i)
	n, end, half, chinese, ok := numberAt(runes, at)
	if !ok || i > 0 && at == i && isDigit(runes[i]) && (isDigit(runes[i-1]) || runes[i-1] == '.') {
		return a, false
	}
	a.n, a.half = n, half
	a.unit, a.end = p.unitAt(runes, end)
	if a.end < len(runes) && runes[a.end] == '半' && (a.unit != "" || a.end == end) {
		a.half, a.end = true, a.end+1
		if a.unit == "" {
			a.unit, a.end = p.unitAt(runes, a.end)
		}
	}
	a.behind(runes)
	if chinese && a.unit == "" && at == i && !a.each && !standsAlone(runes, i, end) {
		hit, item := p.itemAt(runes, skipSpaces(runes, end))
		if !item || hit.single && isASCIILetter(runes[i]) { // a b c are codes
			return a, false
		}
		a.bare = true
	}
	if chinese && at == i && i > 0 && !isASCIILetter(runes[i]) {
		before := smallNumbers[runes[i-1]]
		a.unclear = isHan(runes[i-1]) && runes[i] != '十' && end-i > 1 || before > 0 && before+1 == smallNumbers[runes[i]] // 两三板
	}
	return a, !measured(runes, end, a.unit)
}

// behind reads what stands behind a number: 2 x milk, one of each.
func (a *amount) behind(runes []rune) {
	at := skipSpaces(runes, a.end)
	if end := after(runes, at, eachBehind); end > at && !cutsLetters(runes, end) {
		a.end, a.each = end, true
	} else if at < len(runes) && (runes[at] == 'x' || runes[at] == '*') && at+1 < len(runes) && !isDigit(runes[at+1]) && !cutsLetters(runes, at+1) {
		a.end = at + 1
	}
}

// ofKinds reads an amount of so many kinds, or of all: 三种各1, 两样都要, 全部各2.
func (p *parser) ofKinds(runes []rune, i int) (amount, bool) {
	end, of := after(runes, i, allKinds), 0
	if n, to, half, _, ok := numberAt(runes, i); ok && !half && to < len(runes) && strings.ContainsRune("样种款", runes[to]) {
		end, of = to+1, int(n)
	}
	next := skipSpaces(runes, end)
	if end == i || next >= len(runes) {
		return amount{}, false
	}
	a, ok := p.amountAt(runes, next)
	a.start, a.of = i, of
	return a, ok && a.each
}

// sign reads what stands before a number and gives the number's place: x, +, 各, 共.
func (a *amount) sign(runes []rune, i int) (at int) {
	at = i
	switch r := runes[i]; {
	case after(runes, i, totals) > i:
		at, a.total = after(runes, i, totals), true
	case after(runes, i, eaches) > i:
		at, a.each = after(runes, i, eaches), true
	case r == '*' || r == 'x' && (i == 0 || !isASCIILetter(runes[i-1])):
		at = i + 1
	case r == '+':
		at, a.plus = i+1, true
	}
	if at > i {
		at = skipSpaces(runes, at)
	}
	return at
}

// standsAlone tells whether a number in words without a counting word is an amount: 我要俩, three, 半.
func standsAlone(runes []rune, i, end int) bool {
	ends := end >= len(runes) || !isWordRune(runes[end])
	switch {
	case isASCIILetter(runes[i]):
		return ends && end-i > 2 // a and an need what they count
	case strings.ContainsRune("俩仨半", runes[i]):
		return ends
	}
	return ends && i > 0 && endsWith(runes[:i], wanting)
}

// countedAt tells whether a number of things begins here.
func (p *parser) countedAt(runes []rune, i int) bool {
	_, _, _, _, ok := numberAt(runes, skipSpaces(runes, after(runes, skipSpaces(runes, i), wanting)))
	return ok
}

func (p *parser) itemAt(runes []rune, i int) (mention, bool) {
	if i >= len(runes) {
		return mention{}, false
	}
	return p.menu.at(runes, i)
}

// unitAt reads a counting word, after a space at most.
func (p *parser) unitAt(runes []rune, i int) (string, int) {
	for _, at := range []int{i, skipSpaces(runes, i)} {
		if word := p.units.longest(runes, at); word != nil {
			return string(word), at + len(word)
		}
	}
	return "", i
}

// measured tells whether the number is one of 5点, 12号, 58元 and not of goods.
func measured(runes []rune, end int, unit string) bool {
	if word := measures.longest(runes, end); word != nil && len(string(word)) >= len(unit) && string(word) != unit {
		return true
	}
	return end+1 < len(runes) && runes[end] == ':' && isDigit(runes[end+1])
}

// skipMeasure skips numbers that count no goods: 22:14, 58元, 18点, and long ones.
func skipMeasure(runes []rune, i int) int {
	end := i
	for end < len(runes) && (isDigit(runes[end]) || end > i && strings.ContainsRune(".:/-", runes[end]) && end+1 < len(runes) && isDigit(runes[end+1])) {
		end++
	}
	return end
}

func skipSpaces(runes []rune, i int) int {
	for i < len(runes) && (runes[i] == ' ' || runes[i] == '\t' || runes[i] == '　') {
		i++
	}
	return i
}
