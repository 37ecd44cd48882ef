package chain

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"baimi/app/fault"
)

const (
	maxUnzipped = 64 << 20 // bytes of a workbook, unpacked
	maxColumns  = 100
)

// open reads the cells of a workbook's orders, or of a csv file in UTF-8, UTF-16 or GB 18030.
func open(file string, data []byte) (grid, error) {
	if bytes.HasPrefix(data, []byte("PK")) {
		return openWorkbook(data)
	}
	if bytes.HasPrefix(data, []byte{0xd0, 0xcf, 0x11, 0xe0}) {
		return nil, fault.New(fault.Invalid, "sheet_old", "Sheets of the old kind (.xls) are not read. Please save it as .xlsx and upload that.")
	}
	return openCSV(data)
}

func unreadable(reason string) error {
	return fault.New(fault.Invalid, "sheet_unreadable", "%s", reason)
}

func openCSV(data []byte) (grid, error) {
	if bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}) {
		data, _ = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(data)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !utf8.Valid(data) {
		decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
		if err != nil {
			return nil, unreadable("The file is neither a workbook nor a table of text.")
		}
		data = decoded
	}
	if bytes.IndexByte(data, 0) >= 0 {
		return nil, unreadable("The file is neither a workbook nor a table of text.")
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	head, _, _ := bytes.Cut(data, []byte("\n"))
	for _, mark := range "\t;" {
		if bytes.Count(head, []byte(string(mark))) > bytes.Count(head, []byte(string(r.Comma))) {
			r.Comma = mark
		}
	}
	var cells grid
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return cells, nil
		}
		if err != nil {
			return nil, unreadable("The file is no table: " + err.Error() + ".")
		}
		if len(cells) >= MaxLines {
			row = nil // counted only
		}
		for i := range row {
			row[i] = constant(row[i])
		}
		cells = append(cells, row[:min(len(row), maxColumns)])
	}
}

var constantText = regexp.MustCompile(`^="([^"]*)"$|^'(\d.*)$`)

// constant gives the text of a cell that was kept from becoming a number: ="0138", '0138.
func constant(cell string) string { return constantText.ReplaceAllString(cell, "$1$2") }

// openWorkbook reads the sheets that have a heading, one below the other, or the first
// one where none has.
func openWorkbook(data []byte) (grid, error) {
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{RawCellValue: true, UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: maxUnzipped})
	if err != nil {
		return nil, unreadable("The workbook cannot be opened. If it has a password, please take it off.")
	}
	defer f.Close()
	var first, orders grid
	var heading []string
	for i, sheet := range f.GetSheetList() {
		cells, err := openSheet(f, sheet)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			first = cells
		}
		switch at, words := headingOf(cells); {
		case len(words) < leastHeadings:
		case heading == nil:
			heading, orders = cells[at], cells
		case slices.Equal(heading, cells[at]):
			orders = append(orders, cells[at:]...)
		default:
			return nil, fault.New(fault.Invalid, "sheet_differs", "The sheets of this workbook have different columns. Please upload one sheet at a time.")
		}
	}
	if heading == nil {
		return first, nil
	}
	return orders, nil
}

// leastHeadings is how many known words make a row the heading of a further sheet.
const leastHeadings = 3

// openSheet reads one sheet. Formulas are not worked out: they are texts.
func openSheet(f *excelize.File, sheet string) (grid, error) {
	rows, err := f.Rows(sheet)
	if err != nil {
		return nil, unreadable("The workbook has no sheet that can be read.")
	}
	defer rows.Close()
	var cells grid
	for rows.Next() {
		if len(cells) >= MaxLines { // counted only
			cells = append(cells, nil)
			continue
		}
		row, err := rows.Columns()
		if err != nil {
			return nil, unreadable("A sheet of the workbook cannot be read.")
		}
		cells = append(cells, row[:min(len(row), maxColumns)])
	}
	for i := range cells {
		for j := range cells[i] {
			at, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err != nil {
				continue
			}
			if formula, _ := f.GetCellFormula(sheet, at); formula != "" {
				cells[i][j] = constant("=" + strings.TrimPrefix(formula, "="))
			}
		}
	}
	heading, columns := headingOf(cells)
	for _, c := range who {
		if j, ok := columns[c]; ok {
			for i := heading + 1; i < len(cells); i++ {
				if j < len(cells[i]) {
					cells[i][j] = dated(f, sheet, i, j, cells[i][j])
				}
			}
			cells.fill(f, sheet, j)
		}
	}
	return cells, nil
}

// fill writes what merged cells of column j say into all of their rows.
func (g grid) fill(f *excelize.File, sheet string, j int) {
	merged, _ := f.GetMergeCells(sheet)
	for _, m := range merged {
		column, first, err := excelize.CellNameToCoordinates(m.GetStartAxis())
		_, last, wrong := excelize.CellNameToCoordinates(m.GetEndAxis())
		if err != nil || wrong != nil || column != j+1 {
			continue
		}
		for i := first; i < min(last, len(g)); i++ { // the row behind the first, from 0
			for len(g[i]) <= j {
				g[i] = append(g[i], "")
			}
			g[i][j] = g[first-1][j]
		}
	}
}

const monthAndYear = 17 // mmm-yy, Excel's number of the format

// dated writes a cell that is a day as a day, for its number is no door. What became a month, as
// 12-1901 does when it is typed, is written as it was.
func dated(f *excelize.File, sheet string, i, j int, cell string) string {
	day, err := strconv.ParseFloat(cell, 64)
	at, wrong := excelize.CoordinatesToCellName(j+1, i+1)
	if err != nil || wrong != nil {
		return cell
	}
	number, _ := f.GetCellStyle(sheet, at)
	style, err := f.GetStyle(number)
	if err != nil {
		return cell
	}
	custom := style.CustomNumFmt != nil && strings.ContainsAny(*style.CustomNumFmt, "yd")
	date, err := excelize.ExcelDateToTime(day, false)
	switch n := style.NumFmt; {
	case err != nil:
	case n == monthAndYear:
		return fmt.Sprintf("%d-%d", date.Month(), date.Year())
	case n >= 14 && n <= 22, n >= 27 && n <= 36, n >= 50 && n <= 58, custom:
		return date.Format(time.DateOnly)
	}
	return cell
}
