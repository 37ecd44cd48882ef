package chain

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"baimi/app/community"
)

// parser holds what one text is read with.
type parser struct {
	context Context
	reader  *community.Reader
	menu    *menu
	units   vocabulary // counting words, and the items' own
}

func newParser(c Context) *parser {
	p := &parser{context: c, reader: c.Compound.Reader(c.Building), menu: newMenu(c.Items), units: slices.Clone(counting)}
	for _, item := range c.Items {
		p.units = append(p.units, words(foldText(strings.Join(item.Units, " ")))...)
	}
	return p
}

var (
	phoneText = regexp.MustCompile(`(?:\+?86[- ]?)?\b1[3-9]\d[- ]?\d{4}[- ]?\d{4}\b|\b0\d{2,3}-\d{7,8}\b`)
	timeText  = regexp.MustCompile(`^\s*(?:\d{4}[-/]\d{1,2}[-/]\d{1,2}\s+)?\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?:\s|$)`)
	clockText = regexp.MustCompile(`(?:^|[^\d:：])(\d{1,2}[:：][0-5]\d(?:[:：][0-5]\d)?)(?:$|[^\d\-－:：])`)
	labelText = regexp.MustCompile(`(?mi)(?:^|[ ，,；;])\s*(收件人|收货人|收件地址|收货地址|详细地址|联系电话|联系人|手机号?|电话|地址|姓名|房号|数量|份数|商品|规格|备注|留言|name|phone|tel|mobile|address|addr|note|remark|qty|quantity)\s*[:：]`)
	noteText  = regexp.MustCompile(`(?mi)(?:备注|留言|note|remark)\s*[:：](.*)$`)
	moneyText = regexp.MustCompile(`(?i)[¥￥]\s*\d+(?:\.\d+)?|\d+(?:\.\d+)?\s*(?:元|块钱?|rmb|yuan)(?:/\S{1,3})?|(?:已付|已转|转账|红包|付了|转了|paid)\s*\d+(?:\.\d+)?`)
	quitText  = regexp.MustCompile(`(?i)不要了|不用了|不接了|不订了|不买了|不参加了|退出|取消|退团|退单|撤单|\bcancel(?:led)?\b|\bdrop out\b|不要\s*$`)
	swapText  = regexp.MustCompile(`(?i)改成|改为|改到|改要|换成|换为|\bchange to\b|\bmake it\b|改`)
	moreText  = regexp.MustCompile(`(?i)再加|追加|再来|再要|加订|多要|又要|还要|\badd\b|\bplus\b`)
)

// entry reads one entry of the chain. Lead is how many runes of it are its number.
func (p *parser) entry(text string, lead int) Entry {
	d := newDraft(text)
	e := Entry{Text: text, Action: Add, Questions: []Ask{}, Wants: []Want{}}
	d.claim(0, lead, PartNumber)
	p.fixed(d, &e)
	from := p.verbs(d, &e)
	p.address(d, &e)
	p.wantVerbs(d)
	var asks []Ask
	e.Wants, asks, e.plus = p.wants(d, from)
	e.Questions = append(e.Questions, asks...)
	p.names(d, &e)
	e.Parts = d.parts()
	return e
}

// fixed claims what has a form of its own: a time, phones, money, labels and notes.
func (p *parser) fixed(d *draft, e *Entry) {
	all := func(re *regexp.Regexp, group int, kind PartKind) (found []string) {
		left := d.left()
		for _, m := range re.FindAllStringSubmatchIndex(left, -1) {
			start, end := m[2*group], m[2*group+1]
			d.claimBytes(left, start, end, kind)
			found = append(found, strings.Join(strings.Fields(left[start:end]), " "))
		}
		return found
	}
	all(timeText, 0, PartTime)
	all(clockText, 1, PartTime)
	if phones := all(phoneText, 0, PartPhone); len(phones) > 0 {
		e.Phone = strings.ReplaceAll(phones[0], " ", "")
	}
	e.Note = strings.Join(all(noteText, 1, PartNote), "，")
	all(labelText, 1, PartLabel)
	all(moneyText, 0, PartPrice)
}

// verbs claims the words that change an order and gives where the wants begin.
func (p *parser) verbs(d *draft, e *Entry) (from int) {
	for _, verb := range []struct {
		re     *regexp.Regexp
		hints  string // without any of these it is not there
		action Action
	}{{quitText, "不退取撤cd", Cancel}, {swapText, "改换cm", Set}, {moreText, "再追加多又还ap", Add}} {
		if !strings.ContainsAny(string(d.folded), verb.hints) {
			continue
		}
		left := d.left()
		m := verb.re.FindStringIndex(left)
		if m == nil {
			continue
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
	names := func(b bit) bool { return b.mention != nil && !b.mention.single }
	bits := p.bits(d, 0)
	behind := slices.ContainsFunc(bits, func(b bit) bool { return b.start >= end && names(b) })
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

func (p *parser) address(d *draft, e *Entry) {
	left := d.left()
	reading := p.reader.Read(left)
	if reading.Doubt == community.NoAddress {
		return
	}
	from, to := d.claimBytes(left, reading.Start, reading.End, PartAddress)
	reading.Text = string(d.text[from:to])
	e.Address = &reading
	if reading.Doubt == community.TwoAddresses {
		left = d.left()
		if other := p.reader.Read(left); other.Doubt != community.NoAddress {
			d.claimBytes(left, other.Start, other.End, PartAddress)
		}
	}
	if reading.Door != nil {
		e.Door, e.DoorFrom = reading.Door, "address"
	}
}

// wantVerbs claims 要, 来, 订 in front of an amount or an item.
func (p *parser) wantVerbs(d *draft) {
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
		if amount || item && !hit.single {
			d.claim(i, end, PartVerb)
		}
	}
}

var remark = regexp.MustCompile(`^(?:放|请|麻烦|送|不要|不放|要|谢|门口|备注|电话|晚上|下午|上午|中午|自取|多|少|尽量|帮|代|别|加急|敲门|已|微信|支付宝|现金|给|家里|有|没|和|的|号|楼|室|栋|单元|老人|小孩|leave|please|no |pls|thanks|thank)|(?:谢谢|一下|门口|拜托)$`)

const maxName = 16 // runes

// names takes the first words that are left for the name, and the others for the note.
func (p *parser) names(d *draft, e *Entry) {
	var notes []string
	for _, run := range d.runs() {
		text := strings.TrimSpace(string(d.text[run[0]:run[1]]))
		isName := e.Name == "" && hasLetter(text) && utf8.RuneCountInString(text) <= maxName && !remark.MatchString(foldText(text)) && !onlyDigits(text)
		if isName {
			e.Name = text
			d.claim(run[0], run[1], PartName)
			continue
		}
		if text != "" && text != e.Name {
			notes = append(notes, text)
		}
		d.claim(run[0], run[1], PartNote)
	}
	if e.Note != "" {
		notes = append(notes, e.Note)
	}
	e.Note = strings.Join(notes, "，")
}

func onlyDigits(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsDigit(r) })
}
