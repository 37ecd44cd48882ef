package chain

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"baimi/app/community"
)

// parser holds what one text is read with.
type parser struct {
	context Context
	reader  *community.Reader
	menu    *menu
	units   vocabulary // counting words, and the items' own
	sold    int        // the one item that the posting's title names, or -1
}

func newParser(c Context) *parser {
	p := &parser{context: c, reader: c.Compound.Reader(c.Building), menu: newMenu(c.Items), units: slices.Clone(counting), sold: -1}
	for _, item := range c.Items {
		p.units = append(p.units, words(foldText(strings.Join(item.Units, " ")))...)
	}
	return p
}

var (
	phoneText = regexp.MustCompile(`(?:\+?86[- ]?)?\b1[3-9]\d[- ]?\d{4}[- ]?\d{4}\b|\b0\d{2,3}-\d{7,8}\b`)
	timeText  = regexp.MustCompile(`^\s*(?:\d{4}[-/]\d{1,2}[-/]\d{1,2}\s+|\d{1,2}-\d{1,2}\s+)?\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?:\s*[AaPp][Mm]\b)?(?:\s|$)`)
	dateText  = regexp.MustCompile(`(?:\d{4}年)?\d{1,2}月\d{1,2}[日号]|^\s*\d{1,2}/\d{1,2}\s`)
	linkText  = regexp.MustCompile(`https?://\S+`)
	struck    = regexp.MustCompile(`~~[^~]+~~`)
	struckEnd = regexp.MustCompile(`~~`)
	clockText = regexp.MustCompile(`(?:^|[^\d:：])(\d{1,2}[:：][0-5]\d(?:[:：][0-5]\d)?)(?:$|[^\d\-－:：])`)
	sumText   = regexp.MustCompile(`\d\s*[^\s\d=]{0,2}\s*(=\s*\d+(?:\.\d+)?)\s*$`)
	specText  = regexp.MustCompile(`(?i)\d+(?:\.\d+)?\s*(?:公斤|斤|kg|g|克|ml|l|升|毫升|枚|个|只|片|包|袋|瓶|盒|支|粒)装`)
)

// entry reads one entry of the chain. Lead is how many runes of it are its number.
func (p *parser) entry(text string, lead int) Entry {
	d := newDraft(text)
	e := Entry{Text: text, Action: Add, Questions: []Ask{}, Wants: []Want{}}
	p.crossed(d, &e, lead)
	d.claim(0, lead, PartNumber)
	p.fixed(d, &e)
	p.address(d, &e)
	from := p.verbs(d, &e)
	p.wantVerbs(d, &e)
	var asks []Ask
	e.Wants, asks, e.plus = p.wants(d, from, e.Door)
	e.Questions = append(e.Questions, asks...)
	e.correct(d, lead)
	p.names(d, &e)
	e.Parts = d.parts()
	return e
}

// crossed takes ❌3. for an entry that is taken back.
func (p *parser) crossed(d *draft, e *Entry, lead int) {
	for i, r := range d.text[:lead] {
		if strings.ContainsRune("❌✗✘", r) {
			d.claim(i, i+1, PartVerb)
			e.Action, e.again = Cancel, true
		}
	}
}

// fixed claims what has a form of its own: a time, phones, money, labels and notes.
func (p *parser) fixed(d *draft, e *Entry) {
	all := func(re *regexp.Regexp, group int, kind PartKind) (found []string) {
		left := d.left()
		for _, m := range re.FindAllStringSubmatchIndex(left, -1) {
			start, end := m[2*group], m[2*group+1]
			from, to := d.claimBytes(left, start, end, kind)
			found = append(found, strings.Join(strings.Fields(string(d.text[from:to])), " "))
		}
		return found
	}
	if struck.MatchString(d.left()) {
		all(struckEnd, 0, PartVerb)
		e.Action, e.again = Cancel, true
	}
	all(linkText, 0, PartNote)
	all(mentionText, 1, PartNote)
	all(timeText, 0, PartTime)
	all(dateText, 0, PartTime)
	all(clockText, 1, PartTime)
	if phones := all(phoneText, 0, PartPhone); len(phones) > 0 {
		e.Phone = strings.ReplaceAll(phones[0], " ", "")
	}
	e.Note = strings.Join(append(all(noteText, 1, PartNote), slices.Concat(all(unlessText, 0, PartNote), all(apartText, 1, PartNote))...), "，")
	all(specText, 0, PartItem)
	all(labelText, 1, PartLabel)
	all(reckoned, 1, PartPrice)
	all(moneyText, 0, PartPrice)
	all(sumText, 1, PartPrice)
	all(othersText, 0, PartNote)
}

// verbs claims the words that change an order and gives where the wants begin.
func (p *parser) verbs(d *draft, e *Entry) (from int) {
	for _, verb := range []struct {
		re     *regexp.Regexp
		hints  string // without any of these it is not there
		action Action
	}{{quitText, "不退取撤划去放作删算❌✗✘cdn", Cancel}, {swapText, "改换更变调减降加→➡>cm", Set}, {moreText, "再追增加多又还ap", Add}} {
		if !strings.ContainsAny(string(d.folded), verb.hints) {
			continue
		}
		left := d.left()
		m := verb.re.FindStringIndex(left)
		if m == nil {
			continue
		}
		if first, size := utf8.DecodeRuneInString(left[m[0]:]); first == '加' && verb.action == Add || first == '退' && !strings.ContainsAny(left[m[0]:m[1]], "出团单订掉了款") { // what stands behind is what it is about
			m[1] = m[0] + size
		}
		_, end := d.claimBytes(left, m[0], m[1], PartVerb)
		e.Action, e.again = verb.action, true
		if verb.action == Set {
			return p.before(d, e, end)
		}
		return 0
	}
	return 0
}

// before looks at what stands in front of 改成: an amount is what was ordered so
// far; an item is what changes, or, with another one behind, a swap, which is asked.
func (p *parser) before(d *draft, e *Entry, end int) (from int) {
	bits := p.bits(d, 0)
	names := func(b bit) bool {
		counted := slices.ContainsFunc(bits, func(o bit) bool { return o.amount != nil && (o.start == b.end || o.end == b.start) })
		return b.mention != nil && (!b.mention.single || counted) // the 油 of 油1桶, not of a person called so
	}
	follows := func(what func(bit) bool) bool {
		return slices.ContainsFunc(bits, func(b bit) bool { return b.start >= end && what(b) })
	}
	if !follows(func(bit) bool { return true }) {
		return 0 // 原味1水果2（改）
	}
	behind := follows(names)
	from = end
	for _, b := range bits {
		switch {
		case b.start >= end:
		case b.mention == nil:
			d.claim(b.start, b.end, PartQuantity)
		case names(b) && behind:
			d.claim(b.start, b.end, PartItem)
			e.Questions = append(e.Questions, Ask{Code: AskSwap, Text: string(d.text)})
		case names(b):
			from = 0
		}
	}
	return from
}

// correct takes an entry that changes its own amount, 1板 改2板, for what it says in the end.
func (e *Entry) correct(d *draft, lead int) {
	earlier := slices.ContainsFunc(d.claims, func(c claim) bool { return c.kind == PartQuantity && c.start < d.verbAt() })
	if lead > 0 && e.Action == Set && earlier {
		e.Action, e.again = Add, false
	}
}

func (p *parser) address(d *draft, e *Entry) {
	left := d.left()
	reading := p.reader.Read(left)
	if reading.Doubt == community.NoAddress {
		return
	}
	from, to := d.claimBytes(left, reading.Start, reading.End, PartAddress)
	reading.Text = string(d.text[from:to])
	e.Address = &reading
	for reading.Doubt == community.TwoAddresses {
		left = d.left()
		other := p.reader.Read(left)
		if other.Doubt == community.NoAddress {
			break
		}
		d.claimBytes(left, other.Start, other.End, PartAddress)
	}
	if reading.Door != nil {
		e.Door, e.DoorFrom, e.loose = reading.Door, "address", reading.Loose
	}
}

// wantVerbs claims 要, 来, 订 in front of an amount or an item; 加 adds to what was ordered.
func (p *parser) wantVerbs(d *draft, e *Entry) {
	for i := range d.folded {
		end := after(d.folded, i, wanting)
		if end == i || end >= len(d.folded) {
			continue
		}
		next := skipSpaces(d.folded, end)
		if next >= len(d.folded) {
			continue
		}
		_, amount := p.amountAt(d.folded, next)
		hit, item := p.menu.at(d.folded, next)
		if amount || item && (!hit.single || isASCIILetter(d.folded[next])) {
			e.again = e.again || d.folded[i] == '加'
			d.claim(i, end, PartVerb)
		}
	}
}
