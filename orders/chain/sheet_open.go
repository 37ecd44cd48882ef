package chain

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
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
		return nil, unreadable("Sheets of the old kind (.xls) are not read. Please save it as .xlsx.")
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
		cells = append(cells, row[:min(len(row), maxColumns)])
	}
}

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
			return nil, unreadable("The sheets of this workbook have different columns. Please upload one sheet at a time.")
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
				cells[i][j] = "=" + strings.TrimPrefix(formula, "=")
			}
		}
	}
	return cells, nil
}
