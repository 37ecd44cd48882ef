package chain

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"baimi/app/community"
)

// row is a line of the input while it is being classified.
type row struct {
	text   string
	said   string // in simplified characters, which take as many bytes
	bare   string // trimmed as well
	number int    // it begins with, as an entry or a menu line does; 0: none
	lead   int    // runes of the number
	head   bool   // a posting begins here
	kind   Kind   // decided; empty: not yet
}

// dayText is the day before a time of day: 4月12日, 昨天, 2022/4/12.
const dayText = `(?:(?:\d{4}[-/.年])?\d{1,2}[-/.月]\d{1,2}[日号]?\s*|今天\s*|昨天\s*|前天\s*|(?:周|星期)[一二三四五六日天]\s*)?`

var (
	numbered   = regexp.MustCompile(`^\s*[*•●○✓✔√☑✅❌✗✘]?\s*(\d{1,4})\s*([.、):,]|\s)\s*`)
	enclosed   = regexp.MustCompile(`^\s*(?:[(\[【](\d{1,3})[)\]】]|(?:跟团号|团号|序号)\s*[:.]?\s*(\d{1,4})[:.、]?|第\s*(\d{1,4})[:.、\s])\s*`)
	keycaps    = regexp.MustCompile(`^\s*(?:\d\x{FE0F}?\x{20E3})+\s*`)
	inWords    = regexp.MustCompile(`^\s*([一二三四五六七八九十廿]{1,4})\s*[.、):]\s*`)
	headLine   = regexp.MustCompile(`(?i)^[\s\p{Pd}=*~·—─━＝]*接龙[\s\p{Pd}=*~·—─━＝]+$|^\s*(?:#\s*接龙|#\s*group\s*note|#\s*solitaire|接龙\s*$|接龙[:：])`)
	nextNumber = regexp.MustCompile(`[^\d.．:：/-](\d{1,4})\s*[.、)）．:：]`)
	titleRow   = regexp.MustCompile(`^[^\s:：]{1,14}接龙\s*[:：]?$`)
	toAll      = regexp.MustCompile(`^(?:@所有人|大家|各位|家人们|邻居们|亲们)|还差\s*[\d一二两三四五六七八九十]|成团|抓紧|收款码|付款码|二维码|群公告|^(?:满|起送|起订)\s*\d|\d\s*\p{Han}{0,2}起(?:送|订|团)|(?:接龙|接單|接单|团购)(?:已经?)?(?:截止|结束|关闭)`)
	exampleRow = regexp.MustCompile(`(?i)^\s*(?:例|示例|样例|样板|模板|范例|比|(?:接龙|下单|报名|填写)?格式|e\.g\.|example|format)(?:如|子)?\s*(?:[:：.、]|\s)|^\s*如[:：]`)
	deadline   = regexp.MustCompile(`(?i)[^\s（）()，,]*\d{1,2}[:：点]\d{0,2}\s*(?:截止|截团|截单|截(?:[\s，,。！!]|$))|(?:截止|截团|deadline)\S*\s*\d{1,2}[:：点]\d{0,2}`)
	chatRow    = regexp.MustCompile(`(?i)^(?:@\S+\s*)?(?:收到|谢谢|感谢|好的?|好滴|辛苦|ok(?:ay)?|嗯|行|可以|已付|已转|付了|转了|知道了|明白|大家|各位|团长|请问|有没有|什么时候|几点|多少钱|早上好|早安|晚安|哈+$|thanks?|thank you|received|got it|noted)|[?？吗呢嘛]\s*$|^[\p{S}\p{P}\s]+$`)
	systemRow  = regexp.MustCompile(`(?i)撤回了一条消息|加入了?群聊|退出了?群聊|移出了?群聊|拍了拍|以下(?:为|是)新消息|^\s*(?:[^\s:：]{1,16}[:：]\s*)?[\[【](?:图片|语音|视频|链接|文件|小程序|表情|动画表情|位置|红包|转账|聊天记录|photo|sticker|voice|video|link)[\]】]|^\s*https?://\S+\s*$|\b(?:left|joined) the (?:group|chat)\b|recalled a message|^\s*「[^」]*[:：][^」]*」\s*$`)
	columnRow  = regexp.MustCompile(`(?i)^\s*(?:(?:序号|编号|楼号|楼栋|楼幢|栋号|房号|门牌号?|室号|房间号?|单元|姓名|名字|昵称|称呼|(?:联系|手机|收货)?(?:电话|手机)号?码?|(?:收货|详细)?地址|数量|份数|商品|品名|规格|金额|备注|留言|name|phone|address|room|building|unit|qty|quantity|note|remark)[\s,，、|/+:：]*){2,}$`)
	summaryRow = regexp.MustCompile(`^\s*(?:统计|汇总|小计|合计|总计|共计|总共|一共|共|目前|截至|截止目前)`)
	sender     = regexp.MustCompile(`^\s*(\S.{0,15}?)\s+` + dayText + `(?:上午|下午|早上|晚上|凌晨|中午)?\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?:\s*[AaPp][Mm])?\s*$|^\s*([^\s:：]{1,16}(?: \S{1,8})?)[:：]\s*$`)
)

// rows splits the text and finds the numbers that lines begin with.
func rows(text string) []row {
	var out []row
	last, spaced := 0, true
	all := strings.Split(strings.ToValidUTF8(text, "?"), "\n")
	for i, line := range all {
		key := clean(keycaps.FindString(line))
		line = clean(line)
		r := newRow(line)
		if key != "" {
			r.number, _ = strconv.Atoi(strings.TrimSpace(key))
			r.lead = utf8.RuneCountInString(key)
		} else if headLine.MatchString(r.said) {
			last, spaced = 0, true
		} else {
			r.findNumber(last, spaced)
			if r.number >= 100 && r.number > last+3 && !goesOn(all[i+1:], r.number) { // 301、302各1
				r.number, r.lead = 0, 0
			}
		}
		if r.number > 0 {
			last = r.number
		}
		out = append(out, r)
	}
	return out
}

func newRow(text string) row {
	said := plain(text)
	return row{text: text, said: said, bare: strings.TrimSpace(said)}
}

// spacedNumber is a number with nothing but a space between it and another one.
var spacedNumber = regexp.MustCompile(`^\s*(\d{1,4})\s+(?:\d|[a-z]\d|[零一二三四五六七八九十廿]+(?:单元|号|栋|幢|座))`)

// inTurn takes numbers with nothing behind but a space for the entries' own, where they follow
// each other from line to line and what stands behind is a door by itself: 1 12-301, 2 7-1402.
func (w *walker) inTurn() {
	last := 0
	for i := range w.rows {
		r := &w.rows[i]
		if r.bare == "" {
			continue
		}
		n, rest := r.spacedNumber()
		follows := 0
		if i+1 < len(w.rows) {
			follows, _ = w.rows[i+1].spacedNumber()
		}
		if r.number == 0 && n > 0 && n == last+1 && (last > 0 || follows == n+1) {
			if read := w.reader.Read(rest); read.Start == 0 && !read.Loose && (read.Door != nil || last > 0 && read.Doubt != community.NoAddress) {
				r.number, r.lead = n, utf8.RuneCountInString(r.text)-utf8.RuneCountInString(rest)
			}
		}
		last = r.number
	}
}

// spacedNumber is the number with nothing but a space behind that the row begins with, and the rest.
func (r row) spacedNumber() (n int, rest string) {
	text := foldText(r.text)
	m := spacedNumber.FindStringSubmatchIndex(text)
	if m == nil {
		return r.number, ""
	}
	n, _ = strconv.Atoi(text[m[2]:m[3]])
	return n, strings.TrimLeft(text[m[3]:], " \t\u00a0\u3000")
}

// goesOn tells whether the next line that is numbered has the next number.
func goesOn(lines []string, number int) bool {
	for _, line := range lines[:min(len(lines), 4)] {
		if m := numbered.FindStringSubmatch(foldText(line)); m != nil {
			return m[1] == strconv.Itoa(number+1)
		}
	}
	return false
}

// clean leaves out what cannot be seen.
func clean(line string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("\u200b\u200c\u200d\ufeff\r\u2060\ufe0f\u20e3", r) {
			return -1
		}
		return r
	}, line)
}

// findNumber takes a leading number for the entry's own. After a dot and before
// another digit it is one only in its turn, for 4.18 is a date and 3.12-301 is
// entry 3; with nothing but a space behind, only in its turn as well.
func (r *row) findNumber(last int, spaced bool) {
	if n, size := circled(r.bare); n > 0 {
		r.number, r.lead = n, utf8.RuneCountInString(r.text)-utf8.RuneCountInString(r.bare)+size
		return
	}
	text := foldText(r.text)
	if r.wordy(text) {
		return
	}
	m := numbered.FindStringSubmatchIndex(text)
	if m == nil || m[1] == len(text) && !strings.Contains(".、)", text[m[4]:m[5]]) {
		return
	}
	n, _ := strconv.Atoi(text[m[2]:m[3]])
	mark, rest := text[m[4]:m[5]], text[m[1]:]
	first := firstRune(rest)
	turn := n == last+1 || n > last && n <= last+3 && last > 0
	switch {
	case n == 0:
		return
	case strings.TrimSpace(mark) == "" && (!(turn && spaced) || !unicode.IsLetter(first) || startsWithUnit(rest)):
		return
	case strings.Contains(".:,", mark) && isDigit(first) && m[1] == m[5] && !turn:
		return
	}
	r.number, r.lead = n, utf8.RuneCountInString(text[:m[1]])
}

// wordy takes (10), 【11】, 跟团号12 and 十三、 for the entry's number.
func (r *row) wordy(text string) bool {
	if m := enclosed.FindStringSubmatch(text); m != nil {
		r.number, _ = strconv.Atoi(m[1] + m[2] + m[3])
		r.lead = utf8.RuneCountInString(m[0])
		return r.number > 0
	}
	m := inWords.FindStringSubmatch(text)
	if m == nil {
		return false
	}
	runes := []rune(m[1])
	n, end, _, _, ok := chineseAt(runes, 0)
	if !ok || end < len(runes) {
		return false
	}
	r.number, r.lead = int(n), utf8.RuneCountInString(m[0])
	return true
}

// startsWithUnit tells whether the number before counts things: 2 份.
func startsWithUnit(rest string) bool {
	return counting.longest([]rune(rest), 0) != nil
}

// circled reads ① to ㉟, ⑴ to ⒇ and 🔟.
func circled(s string) (n, size int) {
	r := firstRune(s)
	switch {
	case r >= '①' && r <= '⑳':
		return int(r-'①') + 1, 1
	case r >= '⑴' && r <= '⒇':
		return int(r-'⑴') + 1, 1
	case r >= '㉑' && r <= '㉟':
		return int(r-'㉑') + 21, 1
	case r == '🔟':
		return 10, 1
	}
	return 0, 0
}

// block is one posting of a chain: from a header to the next.
type block struct {
	from, to int // rows
	title    string
}

func blocks(all []row) []block {
	out := []block{{from: 0}}
	for i := range all {
		if all[i].head && i > 0 {
			out[len(out)-1].to = i
			out = append(out, block{from: i})
		}
	}
	out[len(out)-1].to = len(all)
	for i := range out {
		out[i].title = titleOf(all[out[i].from:out[i].to])
	}
	return out
}

// titleOf is what stands behind #接龙, or in the next line.
func titleOf(rows []row) string {
	if len(rows) == 0 || !rows[0].head {
		return ""
	}
	rest := strings.TrimSpace(rows[0].text[len(headLine.FindString(rows[0].said)):]) // all of 鸡蛋接龙
	for _, r := range rows[1:] {
		if rest != "" || r.number > 0 {
			break
		}
		rest = strings.TrimSpace(r.text)
	}
	return rest
}

// menus marks the numbered rows that say what is on offer: those before an
// example, those before the numbers begin again, and those that name nobody.
func (p *parser) menus(all []row, b block) {
	var run []int
	runs := [][]int{}
	flush := func() {
		if len(run) > 0 {
			runs = append(runs, run)
		}
		run = nil
	}
	example := -1
	for i := b.from; i < b.to; i++ {
		if exampleRow.MatchString(all[i].said) && example < 0 {
			example = i
		}
		if all[i].number == 0 {
			continue
		}
		if all[i].number == 1 {
			flush()
		}
		run = append(run, i)
	}
	flush()
	p.bareMenu(all[b.from:b.to])
	for k, run := range runs {
		before := example > run[len(run)-1] || k+1 < len(runs)
		if before && !p.hasDoor(all, run) || p.onlyOffers(all, run) {
			for _, i := range run {
				all[i].kind = Menu
			}
		}
	}
}

// bareMenu marks the lines that are a menu together: A鸡蛋38, and below it B牛奶.
func (p *parser) bareMenu(all []row) {
	var lines []string
	var at []int
	flush := func() {
		if len(at) > 1 && p.menu.learnLines(lines) {
			for _, i := range at {
				all[i].kind = Menu
			}
		}
		lines, at = nil, nil
	}
	for i, r := range all {
		if r.number == 0 && menuLine.MatchString(foldText(r.bare)) && p.entry(r.text, 0).Address == nil {
			lines, at = append(lines, r.text), append(at, i)
		} else {
			flush()
		}
	}
	flush()
}

// hasDoor tells whether any of the rows names a door, or a name that is known.
func (p *parser) hasDoor(all []row, run []int) bool {
	for _, i := range run {
		e := p.entry(all[i].text, all[i].lead)
		if _, known := p.context.Known[e.Name]; known || e.Address != nil && e.Address.Door != nil {
			return true
		}
	}
	return false
}

// onlyOffers tells whether every row is an item with a measure or a price, and nobody's.
// One row without a price may be somebody's: 1 milk please.
func (p *parser) onlyOffers(all []row, run []int) bool {
	for _, i := range run {
		e := p.entry(all[i].text, all[i].lead)
		if len(run) == 1 && !e.names(PartPrice) {
			return false
		}
		named := false
		for _, part := range e.Parts {
			named = named || part.Kind == PartItem
		}
		if !named || e.Name != "" || e.Address != nil {
			return false
		}
	}
	return true
}

// plausible tells whether a line without a number is somebody's order or change.
func plausible(e Entry, known map[string]community.Door) bool {
	_, isKnown := known[e.Name]
	does := len(e.Wants) > 0 || e.Action != Add || len(e.Questions) > 0
	switch {
	case e.Address != nil && e.Address.Door != nil:
		return true
	case e.Address != nil || isKnown:
		return does || e.Name != ""
	}
	return does && (e.Name == "" || utf8.RuneCountInString(e.Name) <= 8)
}
