package chain

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

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
	for i := range w.rows {
		r := &w.rows[i]
		r.head = headLine.MatchString(r.said) || titleRow.MatchString(r.bare) && w.itemOf(r.bare) >= 0
	}
	w.inTurn()
	all := blocks(w.rows)
	for i, b := range all {
		if b.title != "" && repeated(all[i+1:], b.title) {
			for j := b.from; j < b.to; j++ {
				w.rows[j].kind = Replaced
			}
			continue
		}
		w.menus(w.rows, b)
		w.review.Title, w.posting = b.title, i
		if w.sold = -1; b.title != "" && !w.offered(b) {
			w.sold = w.itemOf(b.title)
		}
		w.block(b)
	}
	w.finish()
	return w.review, nil
}

// offered tells whether the row that stands as the title is the first of a menu.
func (w *walker) offered(b block) bool {
	return slices.ContainsFunc(w.rows[b.from:b.to], func(r row) bool { return r.kind == Menu && strings.TrimSpace(r.text) == b.title })
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
	speaker *Entry // who sent the lines that follow, as the sender's line was read
	said    bool   // the speaker has said something
	speaks  int    // row of the sender's line
	summing bool   // the lines that follow are the leader's sums
	of      []int  // entry of each row, from 1
	posting int    // which block
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
		case r.head && !w.orders(r):
			w.close()
			r.kind = Header
		case exampleRow.MatchString(string([]rune(r.said)[r.lead:])):
			w.close()
			r.kind = Example
		case r.kind == Menu:
			w.close()
			w.menu.learnCodes(r.text)
		case r.number > 0:
			w.close()
			w.silent()
			w.summing = false
			if w.open = []int{i}; utf8.RuneCountInString(r.text) == r.lead {
				w.open, r.kind = nil, Blank // the number after the last entry
			}
		default:
			w.plain(i, i < first)
		}
		w.noteDeadline(r)
	}
	w.close()
	w.said = w.said || b.to < len(w.rows) // what its sender said is the next posting
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
	if w.rows[b.from].head {
		return min(b.from+2, b.to)
	}
	return b.from
}

func (w *walker) noteDeadline(r *row) {
	if r.kind == Header || r.kind == Menu {
		if found := deadline.FindString(r.said); found != "" {
			w.review.Deadline = strings.TrimSpace(found)
		}
	}
}

// repeats tells whether a labelled row says again what the open entry says already, and so begins another.
func (w *walker) repeats(r *row) bool {
	label := detailRow.FindStringSubmatch(r.said)
	return label != nil && slices.ContainsFunc(w.open, func(i int) bool {
		return strings.Contains(foldText(w.rows[i].said), foldText(label[1])+":")
	})
}

// plain classifies a row without a number.
func (w *walker) plain(i int, before bool) {
	r := &w.rows[i]
	if len(w.open) > 0 && !w.repeats(r) && (detailRow.MatchString(r.said) || w.continues(r)) {
		w.open = append(w.open, i)
		return
	}
	w.close()
	e := w.entry(r.text, 0)
	if w.aside(r, e) {
		return
	}
	switch {
	case before && (e.Address == nil || e.Address.Door == nil) && !w.asksFor(e):
		r.kind = Header
		if offers := w.offers(r, e); offers && strings.TrimSpace(r.text) != w.review.Title && !deadline.MatchString(r.said) {
			r.kind = Menu
		}
	case w.menu.learnCodes(r.text) && e.Address == nil:
		r.kind = Menu
	case e.Address == nil && !w.knows(e) && toAll.MatchString(r.bare):
		r.kind = Chat
		w.said = true
	case e.Door == nil && len(e.Wants) == 0 && (deadline.MatchString(r.said) || boxedRow.MatchString(r.bare)):
		r.kind = Header
	case w.sends(i, e):
	case w.served(e) && (doneRow.MatchString(plain(e.without(PartAddress))) || doneRow.MatchString(plain(e.without(PartAddress, PartName)))):
		r.kind = Chat
		w.said = true
	case detailRow.MatchString(r.said): // more of it follows
		w.open = []int{i}
		w.said = true
	case plausible(e, w.context.Known):
		w.open = []int{i}
		w.said = true
		w.close()
	case chatRow.MatchString(r.bare):
		r.kind = Chat
		w.said = true
	default:
		w.open = []int{i}
		w.close()
	}
}

// served tells whether the row's door or name has ordered, here or before.
func (w *walker) served(e Entry) bool {
	return e.Door != nil && w.context.Ordered[*e.Door] || slices.ContainsFunc(w.review.Entries, func(o Entry) bool {
		return o.sameAs(&e) && len(o.Wants) > 0 || e.Door == nil && e.Address == nil && e.Name != "" && o.Name == e.Name && len(o.Wants) > 0
	})
}

// asksFor tells whether a row in front of the numbered ones is somebody's wish: 李四要1份.
func (w *walker) asksFor(e Entry) bool {
	says := e.names(PartVerb) && e.Name != "" && utf8.RuneCountInString(e.Name) <= 4 && !e.names(PartPrice)
	return len(e.Wants) > 0 && (w.knows(e) || says)
}

// orders tells whether the first entry stands behind the header in one row: #接龙 12-301 小周 1份.
func (w *walker) orders(r *row) bool {
	lead := utf8.RuneCountInString(headLine.FindString(r.said))
	e := w.entry(r.text, lead)
	if lead == 0 || e.Door == nil || len(e.Wants) == 0 {
		return false
	}
	r.number, r.lead = 1, lead
	return true
}

func (w *walker) knows(e Entry) bool {
	_, known := w.context.Known[e.Name]
	return known
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
		return len(joined.Questions) == 0 && (len(joined.Wants) == 0 || e.names(PartItem) && !shareItem(joined.Wants, e.Wants))
	}
	if named := e.Name != "" && e.Address == nil && e.Action == Add && len(e.Wants) > 0 && len(e.Questions) == 0; named { // 2. 12-302 and 小吴 2板 below
		joined := w.entryOf(w.open)
		return joined.Address != nil && joined.Name == "" && len(joined.Wants)+len(joined.Questions) == 0
	}
	if len(e.Wants) > 0 || e.Action != Add || len(e.Questions) > 0 || chatRow.MatchString(r.bare) {
		return false
	}
	if e.Address != nil && e.Address.Door != nil {
		joined := w.entryOf(w.open)
		return joined.Address == nil
	}
	return e.Phone != "" || indented || remark.MatchString(r.bare)
}

func shareItem(a, b []Want) bool {
	return slices.ContainsFunc(a, func(w Want) bool { return slices.ContainsFunc(b, func(o Want) bool { return o.Item == w.Item }) })
}

// aside sets aside what the chat program writes, quotations, and the leader's own sums.
func (w *walker) aside(r *row, e Entry) bool {
	anybody := e.Name != "" || e.Address != nil
	switch {
	case systemRow.MatchString(r.said):
		r.kind = Chat
		w.said = true
	case columnRow.MatchString(r.said):
		r.kind = Header
	case summaryRow.MatchString(r.bare) && e.Address == nil && e.Action == Add:
		w.summing = true
		r.kind = Total
	case w.summing && !anybody && len(e.Wants) > 0:
		r.kind = Total
	default:
		w.summing = false
		return false
	}
	return true
}

// accountText stands behind a sender's name in exports: 周敏(12345678).
var accountText = regexp.MustCompile(`\s*[(<（][\w.@+-]{5,}[)>）]\s*$`)

// sends takes 22:14 王五, 王五 昨天 22:14 or 12-301小周: for the sender of the rows below.
func (w *walker) sends(i int, e Entry) bool {
	r := &w.rows[i]
	from := e
	if account := accountText.FindStringIndex(r.text); account != nil && timeText.MatchString(r.said) {
		from = w.entry(r.text[:account[0]], 0)
	}
	if stamp := timeText.FindString(r.said); officer.MatchString(r.said[len(stamp):]) {
		w.silent()
		r.kind = Chat
		return true
	}
	if m := sender.FindStringSubmatchIndex(r.said); m != nil {
		name := r.text[max(m[2], m[4]):max(m[3], m[5])]
		from = w.entry(name[len(office.FindString(name)):], 0)
	} else if !timeText.MatchString(r.said) {
		return false
	}
	if from.Name == "" && from.Door == nil || len(from.Wants)+len(from.Questions) > 0 || from.Action != Add || from.Note != "" {
		return false
	}
	w.silent()
	r.kind = Chat
	w.speaker, w.said, w.speaks = &from, false, i
	return true
}

// silent asks about a sender who said nothing: 22:14 王五 alone may be an order.
func (w *walker) silent() {
	if w.speaker != nil && !w.said {
		name := w.speaker.Name
		w.speaker = nil
		w.open = []int{w.speaks}
		w.rows[w.speaks].kind = ""
		w.close()
		e := &w.review.Entries[len(w.review.Entries)-1]
		e.Name = name
	}
	w.speaker = nil
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
	first := len(w.review.Entries) + 1
	for _, e := range w.pieces() {
		e.Line, e.of = w.open[0]+1, w.posting
		if e.Name == "" && w.speaker != nil {
			w.spoken(&e)
		}
		w.review.Entries = append(w.review.Entries, e)
	}
	for len(w.of) < len(w.rows) {
		w.of = append(w.of, 0)
	}
	for _, i := range w.open {
		w.of[i] = first
	}
	w.open = nil
}

// spoken is an entry that its sender says without a name. An address that is not
// the sender's may be a neighbour's, so that its name is not the sender's.
func (w *walker) spoken(e *Entry) {
	known, ok := w.context.Known[w.speaker.Name]
	switch {
	case e.Address == nil:
		e.Name, e.Door, e.DoorFrom = w.speaker.Name, w.speaker.Door, w.speaker.DoorFrom
	case w.speaker.Door == nil && (!ok || e.Door != nil && *e.Door == known):
		e.Name = w.speaker.Name
	}
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
