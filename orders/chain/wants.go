package chain

import (
	"slices"
	"strings"
	"unicode"
)

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
}

// bit is an amount or a mention, in the order of the text.
type bit struct {
	start, end int
	amount     *amount
	mention    *mention
}

// wants finds what is wanted from rune from on, claims it, and asks about what cannot be paired.
func (p *parser) wants(d *draft, from int) (wants []Want, asks []Ask, plus bool) {
	bits := namesNumbers(d, p.bits(d, from))
	for _, b := range bits {
		switch {
		case b.mention != nil:
			d.claim(b.start, b.end, PartItem)
		default:
			d.claim(b.start, b.end, PartQuantity)
			plus = plus || b.amount.plus
		}
	}
	bits, total := takeTotal(bits)
	if at := slices.IndexFunc(bits, func(b bit) bool { return b.refused(d) }); at >= 0 {
		return nil, []Ask{{Code: AskPairing, Text: span(d, bits)}}, false
	}
	for _, segment := range segments(d, bits) {
		w, a := p.pair(segment, d)
		wants, asks = append(wants, w...), append(asks, a...)
	}
	if mentions, amounts, _ := count(bits); mentions == 0 && amounts > 1 && len(asks) == 0 { // 1板，2板
		return nil, []Ask{{Code: AskPairing, Text: span(d, bits)}}, plus
	}
	wants = merge(wants)
	if total != nil && len(asks) == 0 && sum(wants) != total.n {
		asks = append(asks, Ask{Code: AskTotalDiffers, Text: string(d.text[total.start:total.end])})
	}
	return wants, asks, plus
}

// namesNumbers leaves out bare digits at the end of a word, where one other amount
// is plainly one: the 88 of 小周88 2板.
func namesNumbers(d *draft, bits []bit) []bit {
	mentions, _, _ := count(bits)
	plain := 0
	for _, b := range bits {
		if b.amount != nil && (b.amount.unit != "" || !isDigit(d.folded[b.start])) {
			plain++
		}
	}
	if mentions > 0 || plain != 1 {
		return bits
	}
	return slices.DeleteFunc(bits, func(b bit) bool {
		return b.amount.unit == "" && isDigit(d.folded[b.start]) && b.start > 0 && unicode.IsLetter(d.folded[b.start-1])
	})
}

var (
	refusing = words("不要 不 没有 没 别 除了 除去 除 without no")
	lessWord = words("减 减少 减去 少要 少")
)

// refused tells whether an item is named in order not to have it, 不要鸡蛋, or an amount is to be taken away, -1.
func (b bit) refused(d *draft) bool {
	before := b.start
	for before > 0 && unicode.IsSpace(d.text[before-1]) {
		before--
	}
	if b.mention != nil {
		return endsWith(d.whole[:before], refusing)
	}
	minus := b.start > 1 && strings.ContainsRune("-－−", d.text[b.start-1]) && unicode.IsSpace(d.text[b.start-2])
	return minus || endsWith(d.whole[:before], lessWord)
}

func endsWith(runes []rune, v vocabulary) bool {
	return slices.ContainsFunc(v, func(w []rune) bool { return len(runes) >= len(w) && slices.Equal(runes[len(runes)-len(w):], w) })
}

// takeTotal takes 共3份 out of the amounts, where there are others.
func takeTotal(bits []bit) ([]bit, *amount) {
	amounts, at := 0, -1
	for i, b := range bits {
		if b.amount != nil {
			amounts++
			if b.amount.total {
				at = i
			}
		}
	}
	if at < 0 || amounts < 2 && len(bits) == amounts {
		return bits, nil
	}
	total := bits[at].amount
	if amounts < 2 {
		return bits, nil
	}
	return slices.Delete(slices.Clone(bits), at, at+1), total
}

// bits finds amounts and mentions. A single character or a code names an item
// only beside an amount, or where it stands alone; so does a word without one.
func (p *parser) bits(d *draft, from int) []bit {
	var bits []bit
	for i := from; i < len(d.folded); {
		if a, ok := p.amountAt(d.folded, i); ok && !endsName(d.folded, bits, a) {
			bits = append(bits, bit{start: a.start, end: a.end, amount: &a})
			i = a.end
			continue
		}
		if end := skipMeasure(d.folded, i); end > i {
			i = end
			continue
		}
		if hit, ok := p.menu.at(d.folded, i); ok {
			bits = append(bits, bit{start: i, end: i + hit.length, mention: &hit})
			i += hit.length
			continue
		}
		i++
	}
	return slices.DeleteFunc(bits, func(b bit) bool { return b.mention != nil && !counts(d.folded, bits, b) })
}

// endsName tells whether a bare Chinese numeral is the end of a name: 孙八水果1.
func endsName(runes []rune, bits []bit, a amount) bool {
	follows := len(bits) > 0 && bits[len(bits)-1].end == a.start
	return a.bare && !follows && a.start > 0 && isHan(runes[a.start-1])
}

// counts tells whether a mention names an item here: not the 小米 of a person called 小米粒.
func counts(runes []rune, bits []bit, b bit) bool {
	touches := slices.ContainsFunc(bits, func(o bit) bool {
		return (o.end == b.start || o.start == b.end) && (o.amount != nil || !b.mention.single)
	})
	if touches {
		return true
	}
	free := func(i int) bool { return i < 0 || i >= len(runes) || !isWordRune(runes[i]) || runes[i] == '-' }
	if free(b.start-1) && free(b.end) {
		return true
	}
	gapThenAmount := slices.ContainsFunc(bits, func(o bit) bool {
		return o.amount != nil && (o.start >= b.end && blank(runes[b.end:o.start]) || b.start >= o.end && blank(runes[o.end:b.start]))
	})
	return gapThenAmount && b.mention.length > 1
}

func blank(runes []rune) bool {
	return !slices.ContainsFunc(runes, func(r rune) bool { return !unicode.IsSpace(r) && !strings.ContainsRune(":=的", r) })
}

// amountAt reads an amount that begins at rune i: 2, x2, +1, 两份, 半箱, 各1份.
func (p *parser) amountAt(runes []rune, i int) (amount, bool) {
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
	if chinese && a.unit == "" && at == i && !standsAlone(runes, i, end) {
		hit, item := p.itemAt(runes, skipSpaces(runes, end))
		if !item || hit.single && isASCIILetter(runes[i]) { // a b c are codes
			return a, false
		}
		a.bare = true
	}
	a.unclear = chinese && !isASCIILetter(runes[i]) && at == i && i > 0 && isHan(runes[i-1]) && runes[i] != '十' && end-i > 1
	return a, !measured(runes, end, a.unit)
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

// vocabulary is a list of words, for looking them up in a text.
type vocabulary [][]rune

func words(list string) (v vocabulary) {
	for word := range strings.FieldsSeq(list) {
		v = append(v, []rune(word))
	}
	return v
}

// after gives the place behind the first of these words that begins at rune i, and i where none does.
func after(runes []rune, i int, v vocabulary) int {
	for _, w := range v {
		if i+len(w) <= len(runes) && runes[i] == w[0] && slices.Equal(runes[i:i+len(w)], w) {
			return i + len(w)
		}
	}
	return i
}

// longest gives the longest of these words that begins at rune i.
func (v vocabulary) longest(runes []rune, i int) (word []rune) {
	for _, w := range v {
		if len(w) > len(word) && i+len(w) <= len(runes) && runes[i] == w[0] && slices.Equal(runes[i:i+len(w)], w) && !cutsLetters(runes, i+len(w)) {
			word = w
		}
	}
	return word
}

func (v vocabulary) has(word []rune) bool {
	return slices.ContainsFunc(v, func(w []rune) bool { return slices.Equal(w, word) })
}
