package chain

import (
	"regexp"
	"strings"
	"unicode"

	"baimi/app/fault"
)

// Replaced is a line of an earlier posting of the same chain, read again below.
const Replaced Kind = "replaced"

// Parse reads a chain. Every line is in the review; fault "chain_too_long" where
// there are more than 5,000 lines or a million bytes.
func Parse(text string, c Context) (*Review, error) {
	if lines := strings.Count(text, "\n") + 1; lines > MaxLines || len(text) > MaxBytes {
		return nil, fault.New(fault.Invalid, "chain_too_long", "This text has %d lines and %d bytes; at most %d lines and %d bytes are read at once. Please paste it in parts.", lines, len(text), MaxLines, MaxBytes).
			With("lines", lines).With("limit", MaxLines).With("bytes", len(text)).With("byte_limit", MaxBytes)
	}
	w := &walker{parser: newParser(c), rows: rows(text), review: &Review{Lines: []TextLine{}, Entries: []Entry{}}}
	all := blocks(w.rows)
	for i, b := range all {
		if b.title != "" && repeated(all[i+1:], b.title) {
			for j := b.from; j < b.to; j++ {
				w.rows[j].kind = Replaced
			}
			continue
		}
		w.review.Title = b.title
		w.menus(w.rows, b)
		w.block(b)
	}
	w.finish()
	return w.review, nil
}

func repeated(later []block, title string) bool {
	for _, b := range later {
		if b.title == title {
			return true
		}
	}
	return false
}

// walker goes through the rows and makes entries of them.
type walker struct {
	*parser
	rows    []row
	review  *Review
	open    []int  // rows of the entry that is being collected
	speaker string // who sent the lines that follow
	said    bool   // the speaker has said something
	speaks  int    // row of the sender's line
	of      []int  // entry of each row, from 1
}

// block classifies the rows of one posting.
func (w *walker) block(b block) {
	first := w.firstEntry(b)
	for i := b.from; i < b.to; i++ {
		r := &w.rows[i]
		switch {
		case r.bare == "":
			w.close()
			r.kind = Blank
		case headLine.MatchString(r.text):
			w.close()
			r.kind = Header
		case exampleRow.MatchString(r.text):
			w.close()
			r.kind = Example
		case r.kind == Menu:
			w.close()
			w.menu.learnCodes(r.text)
		case r.number > 0:
			w.close()
			w.speaker = ""
			w.open = []int{i}
		default:
			w.plain(i, i < first)
		}
		w.noteDeadline(r)
	}
	w.close()
	w.silent()
}

// firstEntry is the first row that is a numbered entry, or a door's; before it there are titles and menus.
func (w *walker) firstEntry(b block) int {
	for i := b.from; i < b.to; i++ {
		r := w.rows[i]
		if r.number > 0 && r.kind == "" {
			return i
		}
	}
	if headLine.MatchString(w.rows[b.from].text) {
		return min(b.from+2, b.to)
	}
	return b.from
}

func (w *walker) noteDeadline(r *row) {
	if r.kind == Header || r.kind == Menu {
		if found := deadline.FindString(r.text); found != "" {
			w.review.Deadline = strings.TrimSpace(found)
		}
	}
}

var detailRow = regexp.MustCompile(`(?i)^\s*(?:收件人|收货人|收件地址|收货地址|详细地址|联系电话|联系人|手机号?|电话|地址|姓名|房号|备注|留言|name|phone|tel|mobile|address|addr|note|remark)\s*[:：]`)

// plain classifies a row without a number.
func (w *walker) plain(i int, before bool) {
	r := &w.rows[i]
	if len(w.open) > 0 && (detailRow.MatchString(r.text) || w.continues(r)) {
		w.open = append(w.open, i)
		return
	}
	w.close()
	e := w.entry(r.text, 0)
	switch {
	case before && (e.Address == nil || e.Address.Door == nil):
		r.kind = Header
		if r.bare != w.review.Title && !deadline.MatchString(r.text) && w.offers(r, e) {
			r.kind = Menu
		}
	case w.menu.learnCodes(r.text) && e.Address == nil:
		r.kind = Menu
	case w.sends(i, e):
	case plausible(e, w.context.Known):
		w.open = []int{i}
		w.said = true
		if !detailRow.MatchString(r.text) { // more of it follows a labelled line
			w.close()
		}
	case chatRow.MatchString(r.bare):
		r.kind = Chat
		w.said = true
	case deadline.MatchString(r.text):
		r.kind = Header
	default:
		w.open = []int{i}
		w.close()
	}
}

// offers tells whether a row before the first entry is a menu: prices, codes or items.
func (w *walker) offers(r *row, e Entry) bool {
	if w.menu.learnCodes(r.text) {
		return true
	}
	items, prices := 0, 0
	for _, part := range e.Parts {
		switch part.Kind {
		case PartItem:
			items++
		case PartPrice:
			prices++
		}
	}
	return items > 0 && prices > 0 || prices > 1
}

// continues tells whether a row adds to the open entry: a phone, an address or
// goods that were missing, or an indented remark.
func (w *walker) continues(r *row) bool {
	e := w.entry(r.text, 0)
	indented := unicode.IsSpace(firstRune(r.text))
	if len(e.Wants) > 0 && e.Name == "" && e.Address == nil && e.Action == Add && len(e.Questions) == 0 {
		joined := w.entryOf(w.open)
		return len(joined.Wants) == 0 && len(joined.Questions) == 0
	}
	if len(e.Wants) > 0 || e.Action != Add || len(e.Questions) > 0 || chatRow.MatchString(r.bare) {
		return false
	}
	if e.Address != nil && e.Address.Door != nil {
		joined := w.entryOf(w.open)
		return joined.Address == nil
	}
	return e.Phone != "" || indented
}

// sends takes 22:14 王五 or 王五 22:14 for the sender of the rows below.
func (w *walker) sends(i int, e Entry) bool {
	r := &w.rows[i]
	only := e.Name != "" && len(e.Wants) == 0 && e.Action == Add && e.Address == nil && len(e.Questions) == 0 && e.Note == ""
	stamped := timeText.MatchString(r.text) || sender.MatchString(r.text)
	if !only || !stamped {
		return false
	}
	w.silent()
	r.kind = Chat
	w.speaker, w.said, w.speaks = e.Name, false, i
	return true
}

// silent asks about a sender who said nothing: 22:14 王五 alone may be an order.
func (w *walker) silent() {
	if w.speaker != "" && !w.said {
		name := w.speaker
		w.speaker = ""
		w.open = []int{w.speaks}
		w.rows[w.speaks].kind = ""
		w.close()
		e := &w.review.Entries[len(w.review.Entries)-1]
		e.Name = name
	}
	w.speaker = ""
}

func (w *walker) entryOf(rows []int) Entry {
	var text []string
	for _, i := range rows {
		text = append(text, w.rows[i].text)
	}
	return w.entry(strings.Join(text, "\n"), w.rows[rows[0]].lead)
}

// close finishes the entry that is being collected.
func (w *walker) close() {
	if len(w.open) == 0 {
		return
	}
	e := w.entryOf(w.open)
	e.Line, e.Number = w.open[0]+1, w.rows[w.open[0]].number
	if e.Name == "" && e.Address == nil && w.speaker != "" {
		e.Name = w.speaker
	}
	w.review.Entries = append(w.review.Entries, e)
	for len(w.of) < len(w.rows) {
		w.of = append(w.of, 0)
	}
	for _, i := range w.open {
		w.of[i] = len(w.review.Entries)
	}
	w.open = nil
}

// finish settles the entries and writes down what became of each line.
func (w *walker) finish() {
	w.settle(w.review)
	for i, r := range w.rows {
		line := TextLine{Text: r.text, Kind: r.kind}
		if i < len(w.of) && w.of[i] > 0 {
			line.Entry = w.of[i]
			line.Kind = w.review.Entries[line.Entry-1].Kind
		}
		w.review.Lines = append(w.review.Lines, line)
	}
}
