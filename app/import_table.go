package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"baimi/app/fault"
)

// headers gives each column its Chinese name; its English name is the column itself.
var headers = map[string]string{
	"compound": "小区", "name_zh": "中文名", "name_en": "英文名", "lon": "经度", "lat": "纬度",
	"building": "楼栋", "floors": "楼层", "units": "单元数", "doors_per_floor": "每层户数", "lift": "电梯",
	"product": "商品", "unit": "单位", "grams": "克", "millilitres": "毫升", "case_size": "箱规", "handling": "储运",
	"supplier": "供应商", "radius_km": "半径公里", "trip_cost": "每趟费用", "trip_grams": "每趟克数", "trip_millilitres": "每趟毫升",
	"available": "库存", "min_per_drop": "起送量", "unit_price": "单价", "tiers": "阶梯价",
	"room": "室", "quantity": "数量", "max_unit_price": "最高单价", "priority": "优先",
}

// otherHeaders are columns whose Chinese name depends on the file.
var otherHeaders = map[string]string{"单元": "unit", "房号": "room", "楼号": "building", "每层门数": "doors_per_floor", "优先级": "priority"}

// findings collects what is wrong with the files, twenty at most.
type findings struct {
	list  []string
	total int
}

const mostFindings = 20

func (f *findings) add(format string, args ...any) {
	if f.total++; f.total <= mostFindings {
		f.list = append(f.list, fmt.Sprintf(format, args...))
	}
}

// err is everything found, a line each, or nil.
func (f *findings) err() error {
	if f.total == 0 {
		return nil
	}
	more := ""
	if f.total > mostFindings {
		more = fmt.Sprintf("\n… and %d more", f.total-mostFindings)
	}
	return fmt.Errorf("nothing was imported; please correct:\n%s%s", strings.Join(f.list, "\n"), more)
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
	found   *findings
}

// readTable calls each for every row of DIR/file, which must have these columns.
func readTable(dir, file string, columns []string, found *findings, each func(row)) {
	f, err := os.Open(filepath.Join(dir, file))
	if err != nil {
		found.add("%s: cannot be read: %v", file, errors.Unwrap(err))
		return
	}
	defer f.Close()
	reader := csv.NewReader(transform.NewReader(f, unicode.BOMOverride(unicode.UTF8.NewDecoder())))
	reader.ReuseRecord = true
	head, err := reader.Read()
	if err != nil {
		found.add("%s: line 1: there is no header line", file)
		return
	}
	t := &table{file: file, columns: columnsOf(head), found: found}
	missing := slices.DeleteFunc(slices.Clone(columns), func(c string) bool { _, ok := t.columns[c]; return ok })
	for _, c := range missing {
		found.add("%s: line 1: the column %s (%s) is missing", file, c, headers[c])
	}
	if len(missing) > 0 {
		return
	}
	for {
		values, err := reader.Read()
		if err == io.EOF {
			return
		}
		line, _ := reader.FieldPos(0)
		if wrong, ok := errors.AsType[*csv.ParseError](err); ok {
			found.add("%s: line %d: %v", file, wrong.Line, wrong.Err)
			if errors.Is(err, csv.ErrFieldCount) {
				continue
			}
			return
		}
		if err != nil {
			found.add("%s: line %d: %v", file, line, err)
			return
		}
		each(row{t, line, values})
	}
}

func columnsOf(head []string) map[string]int {
	columns := map[string]int{}
	for i, h := range head {
		name := strings.ToLower(strings.TrimSpace(h))
		for column, zh := range headers {
			if name == zh {
				name = column
			}
		}
		if column, ok := otherHeaders[name]; ok {
			name = column
		}
		columns[name] = i
	}
	return columns
}

func (r row) wrong(column, format string, args ...any) {
	r.table.found.add("%s: line %d: column %s: %s", r.table.file, r.line, column, fmt.Sprintf(format, args...))
}

// text gives a column's value without the spaces around it.
func (r row) text(column string) string {
	return strings.TrimSpace(r.values[r.table.columns[column]])
}

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
	n, err := strconv.ParseInt(v, 10, 64)
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

// degrees gives micro-degrees.
func (r row) degrees(column string, limit float64) int64 {
	v, err := strconv.ParseFloat(r.text(column), 64)
	if err != nil || math.Abs(v) > limit {
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

// withFields says a fault with the fields that it names.
func withFields(err error) string {
	f := fault.As(err)
	if f == nil || len(f.Fields) == 0 {
		return err.Error()
	}
	words := make([]string, len(f.Fields))
	for i, field := range f.Fields {
		words[i] = strings.TrimPrefix(field.Path, "body.") + ": " + field.Message
	}
	return strings.Join(words, "; ")
}
