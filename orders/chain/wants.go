package chain

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"baimi/app/community"
)

// bit is an amount or a mention, in the order of the text.
type bit struct {
	start, end int
	amount     *amount
	mention    *mention
}

// wants finds what the door wants from rune from on, claims it, and asks about what cannot be paired.
func (p *parser) wants(d *draft, from int, door *community.Door) (wants []Want, asks []Ask, plus bool) {
	bits := p.withoutPrice(d, namesNumbers(d, p.bits(d, from)), door)
	for _, b := range bits {
		switch {
		case b.mention != nil:
			d.claim(b.start, b.end, PartItem)
		default:
			d.claim(b.start, b.end, PartQuantity)
			plus = plus || b.amount.plus
		}
	}
	if at := slices.IndexFunc(bits, func(b bit) bool { return b.either(d) }); at >= 0 {
		return nil, []Ask{{Code: AskPairing, Text: span(d, bits)}}, false
	}
	bits, total := takeTotal(d, bits)
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
	if total != nil && len(asks) == 0 && sum(wants) != total.n && !total.money(sum(wants)) {
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
	if mentions > 0 && len(bits) > 2 && bits[0].nicknames(d) && mentions*2 == len(bits)-1 && alternates(bits[1:]) { // 小周88 鸡蛋1板
		return bits[1:]
	}
	if mentions > 0 || plain != 1 {
		return bits
	}
	behind := func(b bit) bool { return slices.ContainsFunc(bits, func(o bit) bool { return o.end == b.start }) } // 1板1
	return slices.DeleteFunc(slices.Clone(bits), func(b bit) bool {
		return b.amount.unit == "" && isDigit(d.folded[b.start]) && b.start > 0 && unicode.IsLetter(d.folded[b.start-1]) && !behind(b)
	})
}

// nicknames tells whether the number is more than people order, and stands at the end of
// the entry's first word, which begins as nicknames do: 小周88, Amy0825; or makes one itself: 小7.
func (b bit) nicknames(d *draft) bool {
	word := strings.TrimSpace(string(d.folded[:b.start]))
	many := b.amount != nil && b.amount.unit == "" && (b.amount.n > manyBare || d.folded[b.start] == '0' || word == "小" || word == "阿")
	if !many || !isDigit(d.folded[b.start]) || b.end < len(d.folded) && isWordRune(d.folded[b.end]) {
		return false
	}
	return nickname.MatchString(word) && !unicode.IsSpace(d.folded[b.start-1])
}

var nickname = regexp.MustCompile(`^(?:[a-z]{2,12}|[小老阿]\p{Han}{0,2})$`)

// withoutPrice leaves out a number behind everything that is wanted, where it is more than people
// order and no room of any building: 大米1油1 141.
func (p *parser) withoutPrice(d *draft, bits []bit, door *community.Door) []bit {
	last := len(bits) - 1
	if last < 1 || bits[last].amount == nil || !isDigit(d.folded[bits[last].start]) || door == nil {
		return bits
	}
	a := *bits[last].amount
	mentions, amounts, _ := count(bits[:last])
	paired := mentions == amounts && alternates(bits[:last]) || mentions == 0 && amounts == 1 && bits[0].amount.unit != ""
	room := func(b community.Building) bool {
		return p.context.Compound.Has(community.Door{Building: b.No, Unit: door.Unit, Room: strconv.FormatInt(a.n, 10)})
	}
	if a.unit != "" || a.n <= manyBare || a.n >= 1000 || !paired || slices.ContainsFunc(p.context.Compound.Buildings, room) || strings.TrimSpace(string(d.folded[a.end:])) != "" {
		return bits
	}
	d.claim(a.start, a.end, PartPrice)
	return bits[:last]
}

// money tells whether a sum without a counting word is far more than what is wanted: 共166.
func (a *amount) money(wanted int64) bool {
	return a.unit == "" && a.n > manyBare && a.n > 5*wanted
}

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

// either tells whether the item is one of two between which the text does not choose: 鸡蛋或牛奶.
func (b bit) either(d *draft) bool {
	before := strings.TrimRight(string(d.whole[:b.start]), " ")
	return b.mention != nil && (strings.HasSuffix(before, "或") || strings.HasSuffix(before, "或者") || strings.HasSuffix(before, " or"))
}

func endsWith(runes []rune, v vocabulary) bool {
	return slices.ContainsFunc(v, func(w []rune) bool { return len(runes) >= len(w) && slices.Equal(runes[len(runes)-len(w):], w) })
}

// brackets tells whether a bracket opens right before the bit.
func (b bit) brackets(d *draft) bool {
	return b.start > 0 && strings.ContainsRune("(（:：", d.text[b.start-1])
}

// takeTotal takes the sum out of the amounts, where there are others: 共3份, or 3份（原味2水果1）.
func takeTotal(d *draft, bits []bit) ([]bit, *amount) {
	amounts, at := 0, -1
	for i, b := range bits {
		if b.amount != nil {
			amounts++
			if b.amount.total {
				at = i
			}
		}
	}
	if at < 0 && amounts == len(bits)-amounts+1 && amounts > 1 && bits[0].amount != nil && bits[1].brackets(d) {
		at = 0
	}
	if at < 0 || amounts < 2 {
		return bits, nil
	}
	total := bits[at].amount
	return slices.Delete(slices.Clone(bits), at, at+1), total
}

// bits finds amounts and mentions. A single character or a code names an item
// only beside an amount, or where it stands alone; so does a word without one.
func (p *parser) bits(d *draft, from int) []bit {
	var bits []bit
	for i := from; i < len(d.folded); {
		hit, named := p.menu.at(d.folded, i)
		a, ok := p.amountAt(d.folded, i)
		if ok && named && (a.begins(hit) || d.folded[i] == 'a' && !unicode.IsSpace(d.folded[i+1])) { // 五花 is no five of 花, and A套餐 no 套 of it
			ok = false
		}
		if !ok && !named && len(bits) > 0 {
			a, ok = bits[len(bits)-1].numeral(d.folded, i)
		}
		if item, size := p.menu.sizes[string(d.folded[i:max(a.end, i)])]; ok && size {
			hit, named, ok = mention{items: []int{item}, length: a.end - i}, true, false
		}
		switch end := skipMeasure(d.folded, i); {
		case ok && !endsName(d.folded, bits, a):
			bits = append(bits, bit{start: a.start, end: a.end, amount: &a})
			i = a.end
		case named:
			bits = p.mentioned(bits, d.folded, i, hit)
			i = pictured(d.folded, i+hit.length)
			bits[len(bits)-1].end = i
		case end > i:
			i = end
		default:
			i++
		}
	}
	bits = p.withoutSpecs(d, bits)
	all := slices.Clone(bits)
	return slices.DeleteFunc(bits, func(b bit) bool { return b.mention != nil && !counts(d.folded, all, b) })
}

// pictured skips the pictures that people put behind goods: 可乐🥤2箱.
func pictured(runes []rune, i int) int {
	for i < len(runes) && runes[i] >= 0x1f000 {
		i++
	}
	return i
}

// mentioned adds the mention at rune i, which may say more of the one before it.
func (p *parser) mentioned(bits []bit, runes []rune, i int, hit mention) []bit {
	start, last := i, len(bits)-1
	if last >= 0 && blank(runes[bits[last].end:i]) && bits[last].mention.both(hit) {
		bits[last].end = i + hit.length
		return bits
	}
	if last >= 0 && bits[last].end == i && bits[last].qualifies(hit, runes) {
		bits, last = bits[:last], last-1
	}
	if last < 0 || bits[last].end < i {
		start = p.qualify(runes, i, &hit)
	}
	return append(bits, bit{start: start, end: i + hit.length, mention: &hit})
}

// qualifies tells whether the bit only says more of the item that follows: the 鲜 of 鲜奶.
func (b bit) qualifies(next mention, runes []rune) bool {
	return b.mention != nil && b.mention.single && slices.Equal(b.mention.items, next.items) && qualities.has(runes[b.start:b.end])
}

// qualify takes what says more of an item with it, 鲜奶 where 鲜牛奶 is sold; what is none of
// several items is asked: 奶油吐司. It gives the place where the mention begins.
func (p *parser) qualify(runes []rune, i int, hit *mention) int {
	_, counted := p.amountAt(runes, min(i+hit.length, len(runes)-1))
	from := i
	for _, q := range qualities {
		at := i - len(q)
		if at >= 0 && at < from && slices.Equal(runes[at:i], q) && (at == 0 || !isWordRune(runes[at-1])) {
			from = at
		}
	}
	if from == i || hit.length < 2 && !counted {
		return i
	}
	hit.items, hit.single = slices.DeleteFunc(slices.Clone(hit.items), func(n int) bool {
		item := p.menu.items[n]
		return len(p.menu.items) > 1 && !strings.Contains(foldText(item.NameZh+" "+item.NameEn), string(runes[from:i]))
	}), false
	return from
}

// numeral reads a number in words that stands alone behind an item: C两份 A 三.
func (b bit) numeral(runes []rune, i int) (amount, bool) {
	if b.mention == nil || b.end > i || !blank(runes[b.end:i]) {
		return amount{}, false
	}
	n, end, half, chinese, ok := numberAt(runes, i)
	return amount{start: i, end: end, n: n, half: half}, ok && chinese && isHan(runes[i]) && (end == len(runes) || !isWordRune(runes[end]))
}

// both narrows a mention to the items of another one that follows: 原味酸奶 where
// 酸奶原味 is sold. It tells whether there are any.
func (m *mention) both(next mention) bool {
	if m == nil {
		return false
	}
	var some []int
	for _, i := range m.items {
		if slices.Contains(next.items, i) {
			some = append(some, i)
		}
	}
	narrower := len(some) > 0 && len(some) < max(len(m.items), len(next.items)) // 奶奶 is no twice 奶
	if narrower {
		m.items, m.single = some, false
	}
	return narrower
}

// begins tells whether the amount is a numeral that an item's name begins with.
func (a amount) begins(hit mention) bool {
	return a.bare && !a.each && !a.total && hit.length > a.end-a.start
}

// withoutSpecs claims the sizes of the items that are named, the 10kg of 10kg大米2袋.
func (p *parser) withoutSpecs(d *draft, bits []bit) []bit {
	mentioned := map[int]bool{0: len(p.menu.items) == 1}
	for _, b := range bits {
		if b.mention != nil && len(b.mention.items) == 1 {
			mentioned[b.mention.items[0]] = true
		}
	}
	return slices.DeleteFunc(bits, func(b bit) bool {
		if b.amount == nil || b.amount.unit == "" || !isDigit(d.folded[b.start]) {
			return false
		}
		for i, named := range mentioned {
			if named && p.menu.items[i].sizedAs(string(d.folded[b.start:b.end])) {
				d.claim(b.start, b.end, PartItem)
				return true
			}
		}
		return false
	})
}

// endsName tells whether a bare Chinese numeral is the end of a name: 孙八水果1.
func endsName(runes []rune, bits []bit, a amount) bool {
	follows := len(bits) > 0 && bits[len(bits)-1].end == a.start
	return a.bare && !follows && a.start > 0 && isHan(runes[a.start-1])
}

// counts tells whether a mention names an item here: not the 小米 of a person called 小米粒.
func counts(runes []rune, bits []bit, b bit) bool {
	joined := func(o, b bit) bool { // 鸡蛋和牛奶
		return o.mention != nil && o.end+1 == b.start && strings.ContainsRune("和与跟及或", runes[o.end]) && !o.mention.single && !b.mention.single
	}
	touches := slices.ContainsFunc(bits, func(o bit) bool {
		return joined(o, b) || o.mention != nil && joined(b, o) || (o.end == b.start || o.start == b.end) && (o.amount != nil || !b.mention.single)
	})
	free := func(i int) bool { return i < 0 || i >= len(runes) || !isWordRune(runes[i]) || runes[i] == '-' }
	if touches || listed(bits, b) && (free(b.start-1) || slices.ContainsFunc(bits, func(o bit) bool { return o.mention != nil && o.end == b.start })) {
		return true
	}
	if free(b.start-1) && free(b.end) {
		return true
	}
	gapThenAmount := slices.ContainsFunc(bits, func(o bit) bool {
		return o.amount != nil && (o.start >= b.end && blank(runes[b.end:o.start]) || b.start >= o.end && blank(runes[o.end:b.start]))
	})
	return gapThenAmount && b.mention.length > 1
}

// listed tells whether mentions without a gap lead from here to an amount of each: 米油面各1.
func listed(bits []bit, b bit) bool {
	next := slices.IndexFunc(bits, func(o bit) bool { return o.start == b.end })
	switch {
	case next < 0:
		return false
	case bits[next].amount != nil:
		return bits[next].amount.each
	}
	return listed(bits, bits[next])
}

func blank(runes []rune) bool {
	return !slices.ContainsFunc(runes, func(r rune) bool { return !unicode.IsSpace(r) && !strings.ContainsRune(":=的", r) })
}
