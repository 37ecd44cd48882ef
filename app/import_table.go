package main

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"baimi/app/community"
	"baimi/app/fault"
)

// headers gives each column its Chinese name; its English name is the column itself.
var headers = map[string]string{
	"compound": "小区", "name_zh": "中文名", "name_en": "英文名", "lon": "经度", "lat": "纬度",
	"building": "楼栋", "floors": "楼层", "units": "单元数", "doors_per_floor": "每层户数", "lift": "电梯", "gate": "门",
	"product": "商品", "unit": "单位", "grams": "克", "millilitres": "毫升", "case_size": "箱规", "handling": "储运",
	"supplier": "供应商", "radius_km": "半径公里", "trip_cost": "每趟费用", "trip_grams": "每趟克数", "trip_millilitres": "每趟毫升",
	"available": "库存", "min_per_drop": "起送量", "unit_price": "单价", "tiers": "阶梯价",
	"currency": "货币", "timezone": "时区", "prefixes": "地址前缀", "never_units": "不分单元", "pair_is_unit": "两段是单元",
	"lane_zh": "弄的叫法", "lane_en": "弄的英文", "building_zh": "楼的叫法", "building_en": "楼的英文",
	"unit_zh": "单元的叫法", "unit_en": "单元的英文", "room_zh": "室的叫法", "room_en": "室的英文",
	"lane": "弄", "aliases": "别名", "more_rooms": "其他房号",
	"windows": "时段", "area": "可送小区", "best_before": "最佳食用期限", "chilled": "冷藏", "note": "说明",
	"room": "室", "quantity": "数量", "max_unit_price": "最高单价", "priority": "优先",
}

// headerOf gives the Chinese name that a file's column goes by: an order's unit is its door's, a product's what it is counted in.
func headerOf(file, column string) string {
	if file == "orders.csv" && column == "unit" {
		return "单元"
	}
	return headers[column]
}

// otherHeaders are columns whose Chinese name depends on the file.
var otherHeaders = map[string]string{"单元": "unit", "房号": "room", "楼号": "building", "每层门数": "doors_per_floor", "优先级": "priority",
	"小区编号": "compound", "大门": "gate", "收货门": "gate", "商品编号": "product", "供应商编号": "supplier", "名称": "name_zh", "总楼层": "floors", "层数": "floors", "有无电梯": "lift",
	"服务半径": "radius_km", "弄号": "lane", "期": "lane", "币种": "currency", "送货时段": "windows", "保质期": "best_before", "备注": "note", "重量": "grams", "体积": "millilitres", "室号": "room", "房间": "room", "房间号": "room", "最高价": "max_unit_price", "限价": "max_unit_price",
	"特殊需求": "priority", "库存数量": "available", "每箱数量": "case_size", "起订量": "min_per_drop"}

// Finding is one thing that is wrong with the files.
type Finding struct {
	File   string
	Line   int    // 0: the file itself
	Column string // "": the line itself
	Reason string // English; the pages' reader gets it in the own language, see language.go
}

func (f Finding) place() string {
	place := f.File
	if f.Line > 0 {
		place += fmt.Sprintf(": line %d", f.Line)
	}
	if f.Column != "" {
		place += ": column " + f.Column
	}
	return place
}

// findings collects what is wrong with the files, and keeps twenty.
type findings struct {
	list  []Finding
	total int
}

const mostFindings = 20

func (f *findings) add(one Finding) {
	if f.total++; f.total <= mostFindings {
		f.list = append(f.list, one)
	}
}

// err is everything found, each with its place, or nil.
func (f *findings) err() error {
	if f.total == 0 {
		return nil
	}
	lines := make([]string, 0, len(f.list)+1)
	for _, one := range f.list {
		lines = append(lines, one.place()+": "+one.Reason)
	}
	if more := f.total - len(f.list); more > 0 {
		lines = append(lines, fmt.Sprintf("… and %d more", more))
	}
	err := fault.New(fault.Invalid, "import_invalid", "Nothing was imported; please correct:\n%s", strings.Join(lines, "\n")).With("count", f.total)
	for _, one := range f.list {
		err = err.At(one.place(), one.Reason)
	}
	return err
}

// row is one line of a table; its readers say by file, line and column what is wrong.
type row struct {
	table  *table
	line   int
	values []string
}

type table struct {
	file    string
	columns map[string]int
	width   int
	found   *findings
}

// readTable calls each for every row of a file, which must have these columns and may have more.
func readTable(file string, body []byte, columns, more []string, found *findings, each func(row)) {
	text, err := decoded(body)
	if err != nil {
		found.add(Finding{File: file, Reason: err.Error()})
		return
	}
	reader := csv.NewReader(bytes.NewReader(text))
	reader.ReuseRecord, reader.FieldsPerRecord = true, -1
	reader.Comma = separator(text)
	head, err := reader.Read()
	if err != nil {
		found.add(Finding{file, 1, "", "there is no header line"})
		return
	}
	t := &table{file: file, columns: columnsOf(head), width: len(head), found: found}
	if !t.complete(head, columns, more) {
		return
	}
	for {
		values, err := reader.Read()
		if err == io.EOF {
			return
		}
		if wrong, ok := errors.AsType[*csv.ParseError](err); ok {
			found.add(Finding{file, wrong.Line, "", wrong.Err.Error() + "; what follows was not read"})
			return
		}
		line, _ := reader.FieldPos(0)
		if err != nil {
			found.add(Finding{file, line, "", err.Error()})
			return
		}
		t.read(line, values, each)
	}
}

// complete tells whether each column that is needed is there, and each that is known once.
func (t *table) complete(head, columns, more []string) bool {
	before := t.found.total
	for _, c := range more {
		if n := countOf(head, c); n > 1 {
			t.found.add(Finding{t.file, 1, "", fmt.Sprintf("the column %s (%s) is there %d times", c, headerOf(t.file, c), n)})
		}
	}
	for _, c := range columns {
		switch n := countOf(head, c); {
		case n == 0:
			t.found.add(Finding{t.file, 1, "", fmt.Sprintf("the column %s (%s) is missing", c, headerOf(t.file, c))})
		case n > 1:
			t.found.add(Finding{t.file, 1, "", fmt.Sprintf("the column %s (%s) is there %d times", c, headerOf(t.file, c), n)})
		}
	}
	return t.found.total == before
}

// read hands a row on, unless it is blank or of another width.
func (t *table) read(line int, values []string, each func(row)) {
	filled := len(values)
	for filled > 0 && strings.TrimSpace(values[filled-1]) == "" {
		filled--
	}
	if filled == 0 {
		return
	}
	if filled > t.width || len(values) < t.width {
		t.found.add(Finding{t.file, line, "", fmt.Sprintf("wrong number of fields: %d, where the header has %d", len(values), t.width)})
		return
	}
	each(row{t, line, values})
}

// decoded gives a file's text in UTF-8: from UTF-8 or UTF-16 with their marks,
// from UTF-8 without one, or from the GB 18030 that Excel writes in China.
func decoded(body []byte) ([]byte, error) {
	text, _, err := transform.Bytes(unicode.BOMOverride(encoding.Nop.NewDecoder()), body)
	if err == nil && !utf8.Valid(text) {
		text, err = simplifiedchinese.GB18030.NewDecoder().Bytes(body)
	}
	if err != nil || bytes.ContainsAny(text, "\x00\uFFFD") {
		return nil, errors.New("is no text in UTF-8 or GB 18030: please save it as CSV UTF-8")
	}
	return text, nil
}

// separator is what most parts the header: a comma, a semicolon or a tab.
func separator(text []byte) rune {
	head, _, _ := bytes.Cut(text, []byte("\n"))
	best := ','
	for _, c := range ";\t" {
		if bytes.Count(head, []byte(string(c))) > bytes.Count(head, []byte(string(best))) {
			best = c
		}
	}
	return best
}

func columnsOf(head []string) map[string]int {
	columns := map[string]int{}
	for i, h := range head {
		columns[columnOf(h)] = i
	}
	return columns
}

// columnOf gives a header's column, whichever language it is in.
func columnOf(header string) string {
	name := strings.ToLower(strings.TrimSpace(header))
	for column, zh := range headers {
		if name == zh {
			return column
		}
	}
	if column, ok := otherHeaders[name]; ok {
		return column
	}
	return strings.ReplaceAll(name, " ", "_")
}

func countOf(head []string, column string) int {
	n := 0
	for _, h := range head {
		if columnOf(h) == column {
			n++
		}
	}
	return n
}

func (r row) wrong(column, format string, args ...any) {
	r.table.found.add(Finding{r.table.file, r.line, column, fmt.Sprintf(format, args...)})
}

// text gives a column's value without the spaces around it; "" where the file has no such column.
func (r row) text(column string) string {
	if at, there := r.table.columns[column]; there {
		return strings.TrimSpace(r.values[at])
	}
	return ""
}

// or gives a column's value, or the usual one where there is none.
func (r row) or(column, usual string) string { return cmp.Or(strings.Clone(r.text(column)), usual) }

// list gives the values of a column that are parted by semicolons.
func (r row) list(column string) []string {
	var all []string
	for _, one := range strings.FieldsFunc(r.text(column), func(c rune) bool { return strings.ContainsRune(";；、|", c) }) {
		if one = strings.TrimSpace(one); one != "" {
			all = append(all, strings.Clone(one))
		}
	}
	return all
}

// moment gives a date, at whose end in Shanghai it is, or a date and time; nil where there is none.
func (r row) moment(column string) *time.Time {
	text := r.text(column)
	if text == "" {
		return nil
	}
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02T15:04", "2006/1/2 15:04"} {
		if at, err := time.ParseInLocation(layout, text, shanghai); err == nil {
			at = at.UTC()
			return &at
		}
	}
	for _, layout := range []string{time.DateOnly, "2006/1/2", "2006年1月2日"} {
		if at, err := time.ParseInLocation(layout, text, shanghai); err == nil {
			at = at.AddDate(0, 0, 1).UTC()
			return &at
		}
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return &at
	}
	r.wrong(column, "%q is no date such as 2022-04-20", text)
	return nil
}

// shanghai is the clock of dates without a zone.
var shanghai = time.FixedZone("Asia/Shanghai", 8*3600)

// name gives a value that must not be empty.
func (r row) name(column string) string {
	v := r.text(column)
	if v == "" {
		r.wrong(column, "is empty")
	}
	if strings.ContainsAny(v, "/\x00") {
		r.wrong(column, "%q must not hold a slash", v)
	}
	return strings.Clone(v)
}

// whole gives a whole number from low on.
func (r row) whole(column string, low int64) int64 {
	v := r.text(column)
	n, err := strconv.ParseInt(strings.Map(community.Fold, v), 10, 64)
	switch {
	case err != nil:
		r.wrong(column, "%q is not a whole number", v)
	case n < low:
		r.wrong(column, "%d is below %d", n, low)
	case n > 1<<40:
		r.wrong(column, "%d is too large", n)
	}
	return n
}

// between gives a whole number from 1 to high.
func (r row) between(column string, high int64) int {
	n := r.whole(column, 1)
	if n > high {
		r.wrong(column, "%d is above %d", n, high)
	}
	return int(n)
}

// metres gives a column of kilometres, which may have a fraction, in metres.
func (r row) metres(column string) int64 {
	v, err := strconv.ParseFloat(r.text(column), 64)
	if err != nil || !(v >= 0 && v <= 20_000) {
		r.wrong(column, "%q is not a number of kilometres", r.text(column))
		return 0
	}
	return int64(math.Round(v * 1000))
}

// degrees gives micro-degrees.
func (r row) degrees(column string, limit float64) int64 {
	v, err := strconv.ParseFloat(r.text(column), 64)
	if err != nil || !(math.Abs(v) <= limit) {
		r.wrong(column, "%q is not a number of degrees up to %g", r.text(column), limit)
		return 0
	}
	return int64(math.Round(v * 1e6))
}

// yes gives a yes or no.
func (r row) yes(column string) bool {
	switch strings.ToLower(r.text(column)) {
	case "yes", "true", "1", "有", "是":
		return true
	case "no", "false", "0", "", "无", "否":
		return false
	}
	r.wrong(column, "%q is neither yes nor no", r.text(column))
	return false
}

// valid hands a document's own refusal to the columns that it is about, where
// the row itself was readable.
func (r row) valid(before int, err error, standard string, columns map[string]string) {
	if err == nil || r.table.found.total > before {
		return
	}
	f := fault.As(err)
	if f == nil || len(f.Fields) == 0 {
		r.wrong(standard, "%v", err)
		return
	}
	for _, field := range f.Fields {
		path, _, _ := strings.Cut(strings.TrimPrefix(field.Path, "body."), "[")
		if column := columns[path]; column != "" {
			path = column
		}
		if _, there := r.table.columns[path]; !there {
			path = standard
		}
		r.wrong(path, "%s", field.Message)
	}
}
