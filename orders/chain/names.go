package chain

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	remark = regexp.MustCompile(`^(?:放|请|麻烦|送|不要|不放|要|谢|门口|备注|电话|晚上|下午|上午|中午|自取|多|少|尽量|帮|代|替|别|加急|敲门|已|微信|支付宝|现金|给|家里|有|没|和|的|号|楼|室|栋|单元|老人|小孩|\d+[人口楼月]|leave|please|no |pls|thanks|thank|paid|same as|all of)|(?:谢谢|一下|门口|拜托|同上|一样|左手边?|右手边?|左边|右边|东边|西边|吗|嘛|呢)$|^(?:不|没|无)|[不没]$`)
	// opening and closing are what people say before and behind a name.
	opening = regexp.MustCompile(`(?i)^(?:团长好?|群主好?|业主|住户|户主|先|收到|好的|各位(?:邻居)?|(?:can|could|may) (?:i|we) (?:get|have)|count me in(?: for)?|put me down(?: for)?|all\b|您好|你好|大家好|hello\b|hi\b|我是|我们?住在?|住在?|我们?家|我们|我想|我也|我|也|再|还|可以|能不能|麻烦您?|请问|辛苦了?|地址是?|电话是?|手机号?|姓名|名字|房号|送货到|送到|送至|收货|收件人?|跟团号|帮我|帮忙|所有人|的|i'd like|i would like|i want|i'll take|i need|and\b|of\b|with\b|for\b)\s*`)
	closing = regexp.MustCompile(`(?i)\s*(?:已经?|我想|我也|我|也|想|谢谢|我们|拼|合买|减少?|少要|大?约|大概|\bhere|\bwants?|\bwould like|\borders?|\bneeds?|\bsame as above|\band|\bof)$`)
)

// filler is what is left of what people say around an order, and names nobody.
var filler = regexp.MustCompile(`^(?:me too|各位(?:邻居|好)?|大家|邻居们|比如我?家?|例如|目前|跟上|要的|算了|更正|不对|加到|各带|拼|合买|就|除了|不含|none for me|not this time|all|more|boxe?s?|好|好的|收到|是|还是|还|加|再|算|算我|家|退|到|送到|或|也|都|全|全部|共|合计|总计|其中|每家|每户|各家|各|[一二两三四五六七八九十]|那个|这个|的|了|吧|哦|啊|呢|谢+|口人|[0-9一二两三四五六七八九十几多]*[样种款家口人]+|x|ok|yes|and|or|for|to|plus|please|pls|per|each|of|of each|unit|apt|apartment|flat|room|rm|bldg|building|block|tower|no)$`)

// joining is what only joins other words.
var joining = regexp.MustCompile(`^(?:和|与|跟|及|以及|都|也|各|and)$`)

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
