package chain

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"baimi/app/community"
)

// SheetForm says how orders are laid out.
type SheetForm struct {
	PerBuilding bool   // one sheet for each building; otherwise one list
	Language    string // zh or en
}

var sheetWords = map[string][]string{
	"zh": {"楼栋", "单元", "房号", "姓名", "电话", "备注", "合计", "送达", "总表", "共%d户 %d份", "清单", "%d户", "户数"},
	"en": {"Building", "Unit", "Room", "Name", "Phone", "Note", "Total", "Done", "Totals", "%d households, %d units", "List", "%d doors", "Doors"},
}

// The places of sheetWords.
const (
	wordBuilding = iota
	wordUnit
	wordRoom
	wordName
	wordPhone
	wordNote
	wordTotal
	wordDone
	wordTotals
	wordCount
	wordList
	wordDoors
	wordDoorCount
)

// WriteSheet writes orders as a workbook for printing: by building, unit and room
// in natural order, a column for each item, a box to tick at the door, the sums of
// each building, and a sheet with the totals per building and item. Every text is
// written as text, never as a formula.
func WriteSheet(out io.Writer, heading string, orders []Order, c Context, form SheetForm) error {
	w := &sheetWriter{file: excelize.NewFile(), context: c, heading: heading, words: sheetWords["en"], zh: strings.HasPrefix(form.Language, "zh")}
	if w.zh {
		w.words = sheetWords["zh"]
	}
	defer w.file.Close()
	w.units = !c.Compound.Form.NeverUnits && slices.ContainsFunc(c.Compound.Buildings, func(b community.Building) bool { return b.Units > 1 })
	w.styles()
	sorted := slices.DeleteFunc(slices.Clone(orders), func(o Order) bool { return len(o.Wants) == 0 })
	slices.SortStableFunc(sorted, func(a, b Order) int { return a.Door.Compare(b.Door) })
	groups := byBuilding(sorted)
	w.totals(groups)
	if form.PerBuilding {
		for _, g := range groups {
			w.list(w.label(g[0].Door.Building), [][]Order{g})
		}
	} else {
		w.list(w.words[wordList], groups)
	}
	w.file.SetActiveSheet(0)
	if w.err != nil {
		return w.err
	}
	return w.file.Write(out)
}

func byBuilding(sorted []Order) (groups [][]Order) {
	for i, o := range sorted {
		if i == 0 || o.Door.Building != sorted[i-1].Door.Building {
			groups = append(groups, nil)
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], o)
	}
	return groups
}

// sheetWriter keeps the first error; what follows one is skipped.
type sheetWriter struct {
	file    *excelize.File
	context Context
	heading string
	words   []string
	zh      bool
	units   bool     // some building has several
	used    []string // names of sheets
	err     error

	title, head, cell, number, sum int // styles
}

func (w *sheetWriter) try(err error) {
	if w.err == nil {
		w.err = err
	}
}

func (w *sheetWriter) styles() {
	border := []excelize.Border{{Type: "left", Color: "999999", Style: 1}, {Type: "right", Color: "999999", Style: 1}, {Type: "top", Color: "999999", Style: 1}, {Type: "bottom", Color: "999999", Style: 1}}
	style := func(s excelize.Style) int {
		id, err := w.file.NewStyle(&s)
		w.try(err)
		return id
	}
	text := "@"
	grey := excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"EEEEEE"}}
	w.title = style(excelize.Style{Font: &excelize.Font{Family: "Calibri", Bold: true, Size: 14}})
	w.head = style(excelize.Style{Border: border, Font: &excelize.Font{Family: "Calibri", Size: 11, Bold: true}, Fill: grey, Alignment: &excelize.Alignment{WrapText: true, Vertical: "center", Horizontal: "center"}})
	w.cell = style(excelize.Style{Border: border, CustomNumFmt: &text, Alignment: &excelize.Alignment{WrapText: true, Vertical: "center"}})
	w.number = style(excelize.Style{Border: border, Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center"}})
	w.sum = style(excelize.Style{Border: border, Font: &excelize.Font{Family: "Calibri", Size: 11, Bold: true}, Fill: grey, Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center"}})
}

func (w *sheetWriter) label(building string) string {
	language := "en"
	if w.zh {
		language = "zh"
	}
	return w.context.Compound.BuildingLabel(building, language)
}

// sheet adds a sheet for printing on A4 under a name of its own.
func (w *sheetWriter) sheet(name string) string {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]'`, r) {
			return '-'
		}
		return r
	}, name)
	runes := []rune(name)
	name = string(runes[:min(len(runes), 24)])
	for n := 2; slices.Contains(w.used, strings.ToLower(name)); n++ {
		name = fmt.Sprintf("%s (%d)", string(runes[:min(len(runes), 24)]), n)
	}
	if len(w.used) == 0 {
		w.try(w.file.SetSheetName("Sheet1", name))
	} else {
		_, err := w.file.NewSheet(name)
		w.try(err)
	}
	w.used = append(w.used, strings.ToLower(name))
	size, orientation, width, height, fit := 9, "portrait", 1, 0, true
	w.try(w.file.SetPageLayout(name, &excelize.PageLayoutOptions{Size: &size, Orientation: &orientation, FitToWidth: &width, FitToHeight: &height}))
	w.try(w.file.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &fit}))
	return name
}

func (w *sheetWriter) set(sheet string, column, row int, value any, style int) {
	at, err := excelize.CoordinatesToCellName(column, row)
	w.try(err)
	if text, ok := value.(string); ok {
		w.try(w.file.SetCellStr(sheet, at, text))
	} else if value != nil {
		w.try(w.file.SetCellValue(sheet, at, value))
	}
	w.try(w.file.SetCellStyle(sheet, at, at, style))
}

func (w *sheetWriter) width(sheet string, column int, width float64) {
	name, err := excelize.ColumnNumberToName(column)
	w.try(err)
	w.try(w.file.SetColWidth(sheet, name, name, width))
}

// repeat prints the rows up to this one on every page, and keeps them in sight.
func (w *sheetWriter) repeat(sheet string, row int) {
	w.try(w.file.SetPanes(sheet, &excelize.Panes{Freeze: true, YSplit: row, TopLeftCell: fmt.Sprintf("A%d", row+1), ActivePane: "bottomLeft"}))
	quoted := "'" + strings.ReplaceAll(sheet, "'", "''") + "'"
	w.try(w.file.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: fmt.Sprintf("%s!$1:$%d", quoted, row), Scope: sheet}))
}

func (w *sheetWriter) itemName(item Item) string {
	if w.zh {
		return cmp.Or(item.NameZh, item.NameEn)
	}
	return cmp.Or(item.NameEn, item.NameZh)
}

func (o *Order) quantity(item string) int64 {
	var n int64
	for _, want := range o.Wants {
		if want.Item == item {
			n += want.Quantity
		}
	}
	return n
}

// list writes the doors of some buildings, each building with its sums.
func (w *sheetWriter) list(name string, groups [][]Order) {
	sheet := w.sheet(name)
	heads, widths := []string{w.words[wordBuilding]}, []float64{18}
	if w.units {
		heads, widths = append(heads, w.words[wordUnit]), append(widths, 6)
	}
	heads, widths = append(heads, w.words[wordRoom], w.words[wordName], w.words[wordPhone]), append(widths, 8, 12, 15)
	for _, item := range w.context.Items {
		heads, widths = append(heads, w.itemName(item)), append(widths, 9)
	}
	heads, widths = append(heads, w.words[wordTotal], w.words[wordDone], w.words[wordNote]), append(widths, 7, 7, 24)
	if len(groups) == 1 {
		w.set(sheet, 1, 1, fmt.Sprintf("%s · %s · "+w.words[wordCount], w.heading, w.label(groups[0][0].Door.Building), len(groups[0]), units(groups[0])), w.title)
	} else {
		w.set(sheet, 1, 1, w.heading, w.title)
	}
	for i, head := range heads {
		w.set(sheet, i+1, 2, head, w.head)
		w.width(sheet, i+1, widths[i])
	}
	row := 3
	for _, group := range groups {
		row = w.group(sheet, row, group)
	}
	w.repeat(sheet, 2)
}

func units(group []Order) (n int64) {
	for _, o := range group {
		n += sum(o.Wants)
	}
	return n
}

// group writes one building's doors and its sums, and gives the row that is free.
func (w *sheetWriter) group(sheet string, row int, group []Order) int {
	label := w.label(group[0].Door.Building)
	for _, o := range group {
		at := 1
		for _, text := range w.who(label, o) {
			w.set(sheet, at, row, text, w.cell)
			at++
		}
		for _, item := range w.context.Items {
			var value any
			if n := o.quantity(item.ID); n > 0 {
				value = n
			}
			w.set(sheet, at, row, value, w.number)
			at++
		}
		w.set(sheet, at, row, sum(o.Wants), w.number)
		w.set(sheet, at+1, row, "☐", w.number)
		w.set(sheet, at+2, row, o.Note, w.cell)
		w.try(w.file.SetRowHeight(sheet, row, doorHeight*float64(max(1, noteLines(o.Note)))))
		row++
	}
	w.sums(sheet, row, label+" "+w.words[wordTotal], group, len(w.who(label, Order{})))
	return row + 1
}

// doorHeight leaves room to tick and to write, in points.
const doorHeight = 20

// noteLines says how many lines of its column a note fills: 24 letters or 12 Chinese characters each.
func noteLines(note string) int {
	n := 0
	for _, r := range note {
		n++
		if r > 0x2e80 {
			n++
		}
	}
	return (n + 21) / 22
}

// who gives the cells that say whose door it is; the unit only where there are several.
func (w *sheetWriter) who(label string, o Order) []string {
	if w.units {
		return []string{label, o.Door.Unit, o.Door.Room, o.Name, o.Phone}
	}
	return []string{label, o.Door.Room, o.Name, o.Phone}
}

// sums writes a row with the sum of each item after some columns that carry the label.
func (w *sheetWriter) sums(sheet string, row int, label string, group []Order, labels int) {
	for i := 1; i <= labels; i++ {
		w.set(sheet, i, row, nil, w.sum)
	}
	w.set(sheet, 1, row, label, w.sum)
	if labels > 1 {
		last, err := excelize.CoordinatesToCellName(labels, row)
		w.try(err)
		w.try(w.file.MergeCell(sheet, fmt.Sprintf("A%d", row), last))
	}
	w.try(w.file.SetRowHeight(sheet, row, doorHeight))
	for i, item := range w.context.Items {
		var n int64
		for _, o := range group {
			n += o.quantity(item.ID)
		}
		w.set(sheet, labels+1+i, row, n, w.sum)
	}
	w.set(sheet, labels+1+len(w.context.Items), row, units(group), w.sum)
	var doors any = int64(len(group))
	if labels > 1 {
		doors = fmt.Sprintf(w.words[wordDoors], len(group))
	}
	w.set(sheet, labels+2+len(w.context.Items), row, doors, w.sum)
}

// totals writes the sums of every building, and of all.
func (w *sheetWriter) totals(groups [][]Order) {
	sheet := w.sheet(w.words[wordTotals])
	w.set(sheet, 1, 1, w.heading, w.title)
	heads := []string{w.words[wordBuilding]}
	for _, item := range w.context.Items {
		heads = append(heads, w.itemName(item))
	}
	for i, head := range append(heads, w.words[wordTotal], w.words[wordDoorCount]) {
		w.set(sheet, i+1, 2, head, w.head)
		w.width(sheet, i+1, 12)
	}
	w.width(sheet, 1, 20) // Lane 828 Bldg 10
	var all []Order
	for i, g := range groups {
		w.sums(sheet, i+3, w.label(g[0].Door.Building), g, 1)
		all = append(all, g...)
	}
	w.sums(sheet, len(groups)+3, w.words[wordTotal], all, 1)
	w.repeat(sheet, 2)
}
