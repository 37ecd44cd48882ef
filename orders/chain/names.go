package chain

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	remark = regexp.MustCompile(`^(?:放|请|麻烦|送|不要|不放|要|谢|门口|备注|电话|晚上|下午|上午|中午|自取|多|少|尽量|帮|代|替|别|加急|敲门|已|微信|支付宝|现金|给|家里|有|没|和|的|号|楼|室|栋|单元|老人|小孩|\d+[人口楼月]|leave|please|no |pls|thanks|thank|paid|same as|all of)|(?:谢谢|一下|门口|拜托|同上|一样|左手边?|右手边?|左边|右边|东边|西边)$`)
	// opening and closing are what people say before and behind a name.
	opening = regexp.MustCompile(`(?i)^(?:团长|群主|您好|你好|大家好|hello\b|hi\b|我是|我们?住在?|住在?|我们?家|我们|我想|我也|我|也|再|还|可以|能不能|麻烦您?|请问|辛苦了?|地址是?|电话是?|手机号?|姓名|名字|房号|送货到|送到|送至|收货|收件人?|跟团号|帮我|帮忙|所有人|的|i'd like|i would like|i want|i'll take|i need|and\b|of\b|with\b|for\b)\s*`)
	closing = regexp.MustCompile(`(?i)\s*(?:我想|我也|我|也|想|谢谢|我们|\bwants?|\bwould like|\borders?|\bneeds?|\bsame as above|\band|\bof)$`)
)

const maxName = 16 // runes

// names takes the first words that are left for the name, and the others for the note.
func (p *parser) names(d *draft, e *Entry) {
	var notes []string
	for _, run := range d.runs() {
		from, to := bare(d, run)
		text := strings.TrimSpace(string(d.text[from:to]))
		isName := e.Name == "" && hasLetter(text) && utf8.RuneCountInString(text) <= maxName && !remark.MatchString(foldText(text)) && !onlyDigits(text)
		if isName {
			e.Name = joinSingles(text)
			d.claim(from, to, PartName)
		}
		if whole := strings.TrimSpace(string(d.text[run[0]:run[1]])); !isName && hasMeaning(whole) && whole != e.Name {
			notes = append(notes, whole)
		}
		d.claim(run[0], run[1], PartNote)
	}
	if e.Note != "" {
		notes = append(notes, e.Note)
	}
	e.Note = strings.Join(notes, "，")
}

// bare leaves out of a run what is said around a name: 团长你好我是小周.
func bare(d *draft, run [2]int) (from, to int) {
	text := string(d.text[run[0]:run[1]])
	start := len(text) - len(strings.TrimLeft(text, "-_·—'"))
	for {
		m := opening.FindStringIndex(text[start:])
		if m == nil || m[1] == 0 {
			break
		}
		start += m[1]
	}
	end := len(strings.TrimRight(text, "-_·—'"))
	if m := closing.FindStringIndex(text[start:max(start, end)]); m != nil {
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
