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
	nextNumber = regexp.MustCompile(`[^\d.．:：/-](\d{1,4})\s*[.、)）．:：]`)
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
