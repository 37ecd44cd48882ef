package chain

import (
	"fmt"
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

// column is what a sheet says in one of its columns.
type column string

const (
	colNumber   column = "number"
	colName     column = "name"
	colPerson   column = "person" // who ordered, where the recipient has a column too
	colPhone    column = "phone"
	colAddress  column = "address"
	colLane     column = "lane"
	colBuilding column = "building"
	colUnit     column = "unit"
	colRoom     column = "room"
	colItem     column = "item"
	colSpec     column = "spec"
	colQuantity column = "quantity"
	colNote     column = "note"
	colAmount   column = "amount"
	colRefund   column = "refund"
	colStatus   column = "status"
)

// headings are the words of the exports of 快团团 and 群接龙, and of sheets that leaders keep.
var headings = map[column]string{
	colNumber: "跟团号 接龙号 订单号 订单编号 序号 no. order", colName: "收货人 收件人 姓名 昵称 名字 收件人姓名 收货人姓名 name recipient", colPerson: "下单人 接龙人 微信昵称 用户昵称 团员昵称 下单人昵称",
	colPhone: "联系电话 手机 手机号 电话 收货人电话 收件人电话 收货人手机 收件人手机 phone tel mobile", colAddress: "详细地址 收货地址 收件地址 收件人地址 收货人地址 地址 address",
	colLane: "弄号 弄", colBuilding: "楼号 楼栋 楼栋号 栋 楼 building bldg", colUnit: "单元 单元号 unit", colRoom: "房号 房间号 室号 门牌 门牌号 room",
	colItem: "商品 商品名称 品名 产品 商品信息 商品详情 商品明细 item product", colSpec: "规格 商品规格 spec", colQuantity: "数量 订购数量 份数 购买数量 商品数量 商品总数 件数 quantity qty",
	colNote: "团员备注 备注 买家留言 留言 note remark", colAmount: "订单金额 订单总金额 实付金额", colRefund: "退款金额 已退款", colStatus: "支付状态 订单状态 状态",
}

// grid is a sheet's cells; formulas are texts that begin with =.
type grid [][]string

// ReadSheet reads an exported sheet, xlsx or csv, against the same questions as a
// chain. Rows of one order number are one entry; a total row is held against the
// rows above it. Faults: "sheet_unreadable", "sheet_too_long", "sheet_columns"
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
}

// findHeading takes the row among the first ten that has the most known words.
func (t *table) findHeading() error {
	t.heading, t.columns = headingOf(t.cells)
	t.byOrder = map[string]int{}
	t.findProducts()
	var missing []string
	if !t.has(colAddress, colRoom, colName, colPerson, colNote) {
		missing = append(missing, "详细地址 / 楼号+房号 / 收货人")
	}
	if !t.has(colQuantity, colItem) && len(t.products) == 0 {
		missing = append(missing, "数量")
	}
	if len(t.menu.items) > 1 && !t.has(colItem) && len(t.products) == 0 && t.itemOf(title(t.file)) < 0 {
		missing = append(missing, "商品")
	}
	if len(missing) == 0 {
		return nil
	}
	return fault.New(fault.Invalid, "sheet_columns", "The sheet lacks these columns: %s.", strings.Join(missing, ", ")).
		With("missing", missing).With("found", t.found())
}

func headingOf(cells grid) (at int, columns map[column]int) {
	columns = map[column]int{}
	for i := range min(10, len(cells)) {
		if found := known(cells[i]); len(found) > len(columns) {
			at, columns = i, found
		}
	}
	return at, columns
}

func known(row []string) map[column]int {
	found := map[column]int{}
	for i, cell := range row {
		word := strings.Join(strings.Fields(foldText(cell)), "")
		for col, list := range headings {
			if _, twice := found[col]; !twice && slices.Contains(strings.Fields(list), word) {
				found[col] = i
			}
		}
	}
	return found
}

func (t *table) has(any ...column) bool {
	return slices.ContainsFunc(any, func(c column) bool { _, ok := t.columns[c]; return ok })
}

// found lists the headings that were understood.
func (t *table) found() []string {
	out := []string{}
	for _, at := range t.columns {
		out = append(out, t.cells[t.heading][at])
	}
	slices.Sort(out)
	return out
}

// findProducts finds columns that are headed by an item's name, with quantities below.
func (t *table) findProducts() {
	t.products = map[int]int{}
	if t.has(colItem) || len(t.cells) == 0 {
		return
	}
	for at, cell := range t.cells[t.heading] {
		used := false
		for _, other := range t.columns {
			used = used || other == at
		}
		if item := t.itemOf(cell); item >= 0 && !used {
			t.products[at] = item
		}
	}
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
	return strings.TrimSpace(t.cells[row][at])
}

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
	for _, cell := range t.cells[i] {
		if word := strings.TrimSpace(cell); slices.Contains(strings.Fields("合计 总计 总数 小计 共计 Total total"), strings.TrimRight(word, ":：")) {
			return true
		}
	}
	n, err := quantity(t.cell(i, colQuantity))
	return !t.names(i) && t.cell(i, colItem) == "" && err == "" && n == t.sum && i == len(t.cells)-1
}

// names tells whether a row says whose it is.
func (t *table) names(i int) bool {
	return slices.ContainsFunc([]column{colName, colPerson, colPhone, colAddress, colRoom, colNumber}, func(c column) bool { return t.cell(i, c) != "" })
}

// checkTotal asks where the sheet's own sum is another than that of its rows.
func (t *table) checkTotal(i int, text string) {
	n, problem := quantity(t.cell(i, colQuantity))
	if !t.has(colQuantity) || t.cell(i, colQuantity) == "" || problem != "" || n == t.sum {
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
	e.Phone, e.Note = t.cell(i, colPhone), t.cell(i, colNote)
	t.door(i, &e)
	t.goods(i, &e)
	t.doubts(i, &e)
	if above := t.of[max(i-1, 0)]; above > 0 && !t.names(i) && t.cell(i, colItem) != "" { // cells merged over an order's products
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
	for _, text := range []string{t.placeText(i), t.cell(i, colAddress), t.cell(i, colNote), t.cell(i, colPerson)} {
		if text == "" {
			continue
		}
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
