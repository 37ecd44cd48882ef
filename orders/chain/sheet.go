package chain

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"baimi/app/community"
	"baimi/app/fault"
)

// Total is a sheet's row of sums.
const Total Kind = "total"

// Questions that only sheets raise.
const (
	AskRefunded = "refunded" // refunded, cancelled or not paid, by the sheet's own columns
	AskFormula  = "formula"  // a cell holds a formula, which is not worked out
)

// grid is a sheet's cells; formulas are texts that begin with =.
type grid [][]string

// ReadSheet reads an exported sheet, xlsx or csv, against the same questions as a
// chain. Rows of one order number are one entry; a total row is held against the
// rows above it. Faults: "sheet_unreadable", "sheet_old", "sheet_differs", "sheet_too_long", "sheet_columns"
// with the columns that are missing.
func ReadSheet(file string, data []byte, c Context) (*Review, error) {
	cells, err := open(file, data)
	if err != nil {
		return nil, err
	}
	if len(cells) > MaxLines {
		return nil, fault.New(fault.Invalid, "sheet_too_long", "This sheet has %d rows; at most %d are read at once.", len(cells), MaxLines).
			With("rows", len(cells)).With("limit", MaxLines)
	}
	t := &table{parser: newParser(c), cells: cells, file: file, review: &Review{Title: title(file), Lines: []TextLine{}, Entries: []Entry{}}}
	if err := t.findHeading(); err != nil {
		return nil, err
	}
	for i := range cells {
		t.row(i)
	}
	t.settle(t.review)
	t.finish()
	return t.review, nil
}

func title(file string) string {
	name := file[strings.LastIndexAny(file, `/\`)+1:]
	if dot := strings.LastIndexByte(name, '.'); dot > 0 {
		name = name[:dot]
	}
	return name
}

// table is a sheet while it is being read.
type table struct {
	*parser
	cells    grid
	file     string
	heading  int
	columns  map[column]int
	products map[int]int // columns that are headed by an item: the item
	byOrder  map[string]int
	review   *Review
	of       []int // entry of each row, from 1
	sum      int64
	part     int64 // since the last sum
}

// itemOf gives the one item that a cell names, or -1.
func (p *parser) itemOf(text string) int {
	runes := []rune(foldText(text))
	found := map[int]bool{}
	for i := 0; i < len(runes); {
		hit, ok := p.menu.at(runes, i)
		if !ok || runes[i] == '#' || hit.length < 2 && len(runes) > 1 {
			i++
			continue
		}
		if len(hit.items) == 1 {
			found[hit.items[0]] = true
		}
		i += hit.length
	}
	for item := range found {
		if len(found) == 1 {
			return item
		}
	}
	return -1
}

func (t *table) cell(row int, c column) string {
	at, ok := t.columns[c]
	if !ok || at >= len(t.cells[row]) {
		return ""
	}
	return wholeNumber.ReplaceAllString(strings.TrimSpace(t.cells[row][at]), "$1")
}

// wholeNumber is a number that a program gave a point: 301.0.
var wholeNumber = regexp.MustCompile(`^(\d+)\.0+$`)

// sumCell begins a row of sums.
var sumCell = regexp.MustCompile(`(?i)^(?:合计|总计|总数|小计|共计|汇总|sub ?total|total|sum)\s*[:：]?\s*[\d.,]*\s*\S?$`)

// row reads one row of the sheet.
func (t *table) row(i int) {
	text := strings.Join(slices.DeleteFunc(slices.Clone(t.cells[i]), func(s string) bool { return strings.TrimSpace(s) == "" }), " | ")
	line := TextLine{Text: text}
	t.of = append(t.of, 0)
	switch {
	case text == "":
		line.Kind = Blank
	case i <= t.heading || slices.Equal(t.cells[i], t.cells[t.heading]): // of the next sheet
		line.Kind = Header
	case t.isTotal(i):
		line.Kind = Total
		t.checkTotal(i, text)
	default:
		t.entry(i, text)
	}
	t.review.Lines = append(t.review.Lines, line)
}

func (t *table) isTotal(i int) bool {
	sums := func(cell string) bool { return sumCell.MatchString(plain(strings.TrimSpace(cell))) }
	first := slices.IndexFunc(t.cells[i], func(cell string) bool { return strings.TrimSpace(cell) != "" })
	ofNobody := !sums(t.cell(i, colNote)) && !slices.ContainsFunc([]column{colPhone, colAddress, colRoom}, func(c column) bool { return t.cell(i, c) != "" && !sums(t.cell(i, c)) })
	if sums(t.cells[i][first]) || ofNobody && slices.ContainsFunc(t.cells[i], sums) {
		return true
	}
	n, err := quantity(t.cell(i, colQuantity))
	return !t.names(i) && t.cell(i, colItem) == "" && err == "" && n == t.sum && i == len(t.cells)-1
}

// owners are the columns that tell one household's rows from the next one's.
var owners = []column{colName, colPerson, colPhone, colAddress, colRoom, colNumber}

// names tells whether a row says whose it is.
func (t *table) names(i int) bool {
	return slices.ContainsFunc(owners, func(c column) bool { return t.cell(i, c) != "" })
}

// checkTotal asks where the sheet's own sum is another than that of its rows.
func (t *table) checkTotal(i int, text string) {
	n, problem := quantity(t.cell(i, colQuantity))
	part := t.part
	t.part = 0
	if !t.has(colQuantity) || t.cell(i, colQuantity) == "" || problem != "" || n == t.sum || n == part {
		return
	}
	t.review.Entries = append(t.review.Entries, Entry{
		Line: i + 1, Text: text, Parts: []Part{{PartOther, text}}, Action: Ignore, Wants: []Want{},
		Questions: []Ask{{Code: AskTotalDiffers, Text: fmt.Sprintf("%d ≠ %d", n, t.sum)}},
	})
	t.of[i] = len(t.review.Entries)
}

// entry reads a row's order, or adds it to the order of the same number.
func (t *table) entry(i int, text string) {
	e := Entry{Line: i + 1, Text: text, Parts: []Part{{PartOther, text}}, Action: Add, Wants: []Want{}, Questions: []Ask{}}
	e.Number, _ = strconv.Atoi(t.cell(i, colNumber))
	e.Name = t.cell(i, colName)
	if e.Name == "" {
		e.Name = t.cell(i, colPerson)
	}
	if phone := t.cell(i, colPhone); !strings.Contains(phone, "E+") { // 1.38E+10 has lost its digits
		e.Phone = phone
	}
	e.Note = t.cell(i, colNote)
	t.door(i, &e)
	t.goods(i, &e)
	t.doubts(i, &e)
	if above := t.of[max(i-1, 0)]; above > 0 && t.has(owners...) && !t.names(i) && t.cell(i, colItem) != "" { // cells merged over an order's products
		t.review.Entries[above-1].join(e)
		t.of[i] = above
		return
	}
	order := t.cell(i, colNumber)
	if at, same := t.byOrder[order]; same && t.continues(&t.review.Entries[at], &e, order) {
		t.review.Entries[at].join(e)
		t.of[i] = at + 1
		return
	}
	e.again = order != "" && t.numbersOrders() // of its own number: no duplicate
	t.review.Entries = append(t.review.Entries, e)
	t.of[i] = len(t.review.Entries)
	t.byOrder[order] = len(t.review.Entries) - 1
}

// continues tells whether a row is the next product of an order: by its number,
// or without numbers by the row above being the same household with another product.
func (t *table) continues(a, b *Entry, order string) bool {
	if !sameHousehold(a, b) {
		return false
	}
	twice := slices.ContainsFunc(b.Wants, func(w Want) bool {
		return slices.ContainsFunc(a.Wants, func(o Want) bool { return o.Item == w.Item })
	})
	return order != "" || t.has(colItem) && b.Door != nil && len(b.Wants) > 0 && !twice
}

func sameHousehold(a, b *Entry) bool {
	return a.Name == b.Name && (a.Door == nil) == (b.Door == nil) && (a.Door == nil || *a.Door == *b.Door)
}

// join adds another row of the same order.
func (e *Entry) join(row Entry) {
	e.Text += "\n" + row.Text
	e.Parts = []Part{{PartOther, e.Text}}
	e.Wants = merge(append(e.Wants, row.Wants...))
	e.Questions = append(e.Questions, row.Questions...)
	if e.Note == "" {
		e.Note = row.Note
	}
}

// door reads the row's door: from the columns of building and room, the address, or the note.
func (t *table) door(i int, e *Entry) {
	var readings []community.Reading
	if place := t.place(i); place.Doubt != community.NoAddress {
		readings = append(readings, place)
	}
	for _, text := range []string{t.cell(i, colAddress), t.cell(i, colNote), t.cell(i, colPerson)} {
		if r := t.reader.Read(text); r.Doubt != community.NoAddress {
			readings = append(readings, r)
		}
	}
	for n := range readings {
		r := readings[n]
		switch {
		case e.Address == nil || r.Door != nil && e.Door == nil && agrees(e.Address, *r.Door):
			e.Address, e.Door = &readings[n], r.Door
		case r.Door != nil && e.Door != nil && *r.Door != *e.Door && n < 2:
			both := []community.Door{*e.Door, *r.Door}
			e.Door, e.Address = nil, &community.Reading{Doubt: community.Ambiguous, Candidates: both, Text: r.Text}
		}
	}
	if e.Door != nil {
		e.DoorFrom = "address"
	}
}

// place reads the columns of lane, building, unit and room together, or the room's alone where it
// says the building as well: 12 | 12-301.
func (t *table) place(i int) community.Reading {
	together := t.reader.Read(t.placeText(i))
	if alone := t.reader.Read(t.cell(i, colRoom)); together.Door == nil && alone.Door != nil {
		column := t.reader.Read(t.cell(i, colLane) + " " + t.cell(i, colBuilding) + "号楼")
		if no := column.Building; no == "" || no == alone.Door.Building {
			return alone
		}
	}
	return together
}

// placeText writes the columns of lane, building, unit and room as one address.
func (t *table) placeText(i int) string {
	room := t.cell(i, colRoom)
	if room == "" {
		return ""
	}
	var b strings.Builder
	for _, part := range []struct {
		col  column
		word string
	}{{colLane, "弄"}, {colBuilding, "号楼"}, {colUnit, "单元"}, {colRoom, "室"}} {
		text := t.cell(i, part.col)
		b.WriteString(text)
		if text != "" && onlyDigits(text) {
			b.WriteString(part.word)
		}
		b.WriteString(" ")
	}
	return strings.TrimSpace(b.String())
}

// finish writes down what became of each row.
func (t *table) finish() {
	for i := range t.review.Lines {
		if n := t.of[i]; n > 0 {
			t.review.Lines[i].Entry, t.review.Lines[i].Kind = n, t.review.Entries[n-1].Kind
		}
	}
}
