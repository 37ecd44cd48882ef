package chain

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const maxName = 16 // runes

// names takes the first words that are left for the name, and the others for the note.
func (p *parser) names(d *draft, e *Entry) {
	var notes []string
	for _, run := range d.runs() {
		from, to := bare(d, run)
		text := strings.TrimSpace(string(d.text[from:to]))
		isName := e.Name == "" && hasLetter(text) && !p.namesGoods(d, from, to) && utf8.RuneCountInString(text) <= maxName && !remark.MatchString(foldText(text)) && !filler.MatchString(foldText(text)) && !onlyDigits(text)
		if isName {
			e.Name = joinSingles(text)
			d.claim(from, to, PartName)
			p.askCode(d, e, from, to)
		}
		if whole := strings.Trim(string(d.text[d.timeBefore(run[0]):run[1]]), " -_—"); !isName && hasMeaning(text) && whole != e.Name && !joining.MatchString(whole) {
			notes = append(notes, whole)
		}
		d.claim(run[0], run[1], PartNote)
	}
	if e.Note != "" {
		notes = append(notes, e.Note)
	}
	e.Note = strings.Join(notes, "，")
}

// askCode asks where a letter before a number may be the code of an item that is not known by it: C2.
func (p *parser) askCode(d *draft, e *Entry, from, to int) {
	counted := slices.ContainsFunc(d.claims, func(c claim) bool { return c.kind == PartQuantity && c.start == to })
	if to-from == 1 && isASCIILetter(d.whole[from]) && counted && len(p.menu.items) > 1 && len(e.Questions) == 0 {
		e.Wants, e.Questions = []Want{}, append(e.Questions, Ask{Code: AskWhichItem, Items: p.itemIDs(nil), Text: string(d.text[from:to])})
	}
}

// namesGoods tells whether a word right before an amount has an item's name in it: 五花肉2斤 where 猪五花 is sold.
func (p *parser) namesGoods(d *draft, from, to int) bool {
	if _, known := p.context.Known[string(d.text[from:to])]; known || !slices.ContainsFunc(d.claims, func(c claim) bool { return c.kind == PartQuantity && c.start == to }) {
		return false
	}
	for i := from; i < to; i++ {
		if hit, ok := p.menu.at(d.whole, i); ok && hit.length > 1 && i+hit.length <= to {
			return true
		}
	}
	return false
}

// bare leaves out of a run what is said around a name: 团长你好我是小周.
func bare(d *draft, run [2]int) (from, to int) {
	text := string(d.text[run[0]:run[1]])
	said := plain(text)
	start := len(text) - len(strings.TrimLeft(text, "-_·—'"))
	for {
		m := opening.FindStringIndex(said[start:])
		if m == nil || m[1] == 0 {
			break
		}
		start += m[1]
	}
	end := len(strings.TrimRight(text, "-_·—'"))
	if m := closing.FindStringIndex(said[start:max(start, end)]); m != nil {
		end = start + m[0]
	}
	from = run[0] + utf8.RuneCountInString(text[:start])
	return from, max(from, run[0]+utf8.RuneCountInString(text[:max(start, end)]))
}

// joinSingles writes 小 周 as the name that it is.
func joinSingles(name string) string {
	fields := strings.Fields(name)
	for _, f := range fields {
		if r := []rune(f); len(r) != 1 || !isHan(r[0]) {
			return name
		}
	}
	return strings.Join(fields, "")
}

// hasMeaning tells a remark from dashes and the like.
func hasMeaning(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsSymbol(r) })
}

func onlyDigits(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsDigit(r) })
}
