package chain

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"baimi/app/community"
	"baimi/app/fault"
)

// workbook makes an xlsx file; a cell that begins with = is a formula.
func workbook(t testing.TB, rows ...[]string) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, row := range rows {
		for j, cell := range row {
			at, _ := excelize.CoordinatesToCellName(j+1, i+1)
			err := f.SetCellStr("Sheet1", at, cell)
			if strings.HasPrefix(cell, "=") {
				f.SetCellStr("Sheet1", at, "7")
				err = f.SetCellFormula("Sheet1", at, cell[1:])
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func split(lines ...string) (rows [][]string) {
	for _, l := range lines {
		rows = append(rows, strings.Split(l, ","))
	}
	return rows
}

const (
	kttHead = "下单人,团员备注,团长备注,跟团号,商品,规格,数量,商品金额,运费,优惠,订单金额,退款金额,物流方式,服务小区,收货人,联系电话,详细地址,团长,房号,楼号,弄号"
	qjlHead = "收货人,联系电话,订单总金额,支付状态,收货地址,订购数量"
)

func sheet(t *testing.T, file string, data []byte, c Context) *Review {
	t.Helper()
	r, err := ReadSheet(file, data, c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func outcomes(r *Review) (all []string) {
	for i := range r.Lines {
		all = append(all, outcome(r, i))
	}
	return all
}

func expect(t *testing.T, r *Review, want ...string) {
	t.Helper()
	got := outcomes(r)
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("row %d:\n\tis   %q\n\twant %q", i+1, got, want)
		}
	}
}

func TestASheetOfKuaituantuanBecomesOrders(t *testing.T) {
	data := workbook(t, split(kttHead,
		"周,放门口,,1,鸡蛋,30枚,2,70,0,0,70,0,,幸福里,小周,13800000000,上海市紫龙路828弄12号301室,林,301,12,828",
		"周,,,1,大米,5kg,1,40,0,0,40,0,,幸福里,小周,13800000000,上海市紫龙路828弄12号301室,林,301,12,828",
		"吴,,,2,牛奶,,1,60,0,0,60,60,,幸福里,小吴,13900000000,,林,302,12,828",
		"郑,,,3,猪肉,,1,60,0,0,60,0,,幸福里,小郑,13900000001,12号303,林,,,",
		"王,,,4,鸡蛋,,1.5,60,0,0,60,0,,幸福里,小王,13900000002,12号304,林,,,",
		"李,12号401,,5,鸡蛋,,1,60,0,0,60,0,,幸福里,小李,13900000003,,林,,,",
		"赵,,,6,鸡蛋,,1,60,0,0,60,0,,幸福里,小赵,13900000004,12号402,林,502,12,828",
		"钱,,,7,鸡蛋,,=1+6,60,0,0,60,0,,幸福里,小钱,13900000005,12号404,林,,,")...)
	expect(t, sheet(t, "团.xlsx", data, context("lanes", "market")),
		"header",
		"order 828-12/1-301 小周 egg=2 rice=1 ☎13800000000 「放门口」",
		"order ↑",
		"question 828-12/1-302 小吴 milk=1 ☎13900000000 ?refunded",
		"question 828-12/1-303 小郑 ☎13900000001 ?which_item",
		"question 828-12/1-304 小王 ☎13900000002 ?half",
		"order 828-12/1-401 小李 egg=1 ☎13900000003 「12号401」",
		"question 小赵 egg=1 ☎13900000004 ?ambiguous",
		"question 828-12/1-404 小钱 ☎13900000005 ?formula",
	)
}

func TestASheetOfQunjielongHasItsTotalChecked(t *testing.T) {
	rows := []string{qjlHead, "小周,13800000000,70,已支付,12-301,2", "小吴,13900000000,35,未支付,12号楼302室,1", "合计,,105,,,3"}
	for name, data := range map[string][]byte{
		"a.xlsx": workbook(t, split(rows...)...),
		"b.csv":  []byte("\ufeff" + strings.Join(rows, "\r\n")),
		"c.csv":  gb18030(t, strings.Join(rows, "\n")),
		"d.csv":  []byte(strings.ReplaceAll(strings.Join(rows, "\n"), ",", "\t")),
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, sheet(t, name, data, context("lanes", "eggs")),
				"header", "order 828-12/1-301 小周 egg=2 ☎13800000000", "question 828-12/1-302 小吴 egg=1 ☎13900000000 ?refunded", "total")
		})
	}
	rows[3] = ",,,,,4"
	expect(t, sheet(t, "鸡蛋.csv", []byte(strings.Join(rows, "\n")+"\n合计,,105,,,4"), context("lanes", "market")),
		"header", "order 828-12/1-301 小周 egg=2 ☎13800000000", "question 828-12/1-302 小吴 egg=1 ☎13900000000 ?refunded",
		"question egg=4 ?no_address", "question ignore ?total_differs")
}

func gb18030(t *testing.T, text string) []byte {
	out, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAColumnForEachProduct(t *testing.T) {
	data := workbook(t, split("周四团购", "姓名,楼号,房号,鸡蛋,牛奶（箱）,大米", "小周,12,301,2,,1", "小吴,12,302,,1,", "小郑,12,303,,,")...)
	expect(t, sheet(t, "x.xlsx", data, context("lanes", "market")),
		"header", "header", "order 828-12/1-301 小周 egg=2 rice=1", "order 828-12/1-302 小吴 milk=1", "question 828-12/1-303 小郑 ?quantity_missing")
}

func TestGoodsListedInOneCell(t *testing.T) {
	data := workbook(t, split("收货人,收货地址,商品", "小周,12-301,鸡蛋x2；牛奶x1", "小吴,12-302,大米 1袋")...)
	expect(t, sheet(t, "x.xlsx", data, context("lanes", "market")),
		"header", "order 828-12/1-301 小周 egg=2 milk=1", "order 828-12/1-302 小吴 rice=1")
}

func TestSheetsThatCannotBeReadSayWhy(t *testing.T) {
	c := context("lanes", "market")
	for name, row := range map[string]struct {
		data []byte
		code string
	}{
		"no quantity":  {[]byte("收货人,收货地址\n小周,12-301"), "sheet_columns"},
		"no household": {[]byte("商品,数量\n鸡蛋,2"), "sheet_columns"},
		"no product":   {[]byte("收货人,收货地址,数量\n小周,12-301,2"), "sheet_columns"},
		"empty":        {nil, "sheet_columns"},
		"old workbook": {[]byte{0xd0, 0xcf, 0x11, 0xe0, 1}, "sheet_old"},
		"broken":       {[]byte("PK\x03\x04 and no more"), "sheet_unreadable"},
		"picture":      {[]byte("\x89PNG\x00\x00\x00"), "sheet_unreadable"},
		"too long":     {[]byte("收货人,收货地址,商品,数量\n" + strings.Repeat("小周,12-301,鸡蛋,1\n", 40000)), "sheet_too_long"},
	} {
		if _, err := ReadSheet("x", row.data, c); !fault.Is(err, row.code) {
			t.Errorf("%s: %v, want %s", name, err, row.code)
		}
	}
	_, err := ReadSheet("x", []byte("收货人,收货地址,商品,数量\n"+strings.Repeat("小周,12-301,鸡蛋,1\n", 40000)), c)
	if f := fault.As(err); f.Params["rows"] != 40001 || f.Params["limit"] != MaxLines {
		t.Errorf("how many rows there are: %+v", f)
	}
	_, err = ReadSheet("x", []byte("收货人,收货地址,规格\n"), c)
	if f := fault.As(err); fmt.Sprint(f.Params["missing"]) != "[数量 商品]" || fmt.Sprint(f.Params["found"]) != "[收货人 收货地址 规格]" {
		t.Errorf("%+v", f)
	}
}

func FuzzReadSheet(f *testing.F) {
	f.Add([]byte(kttHead+"\n周,放门口,,1,鸡蛋,30枚,2,70,0,0,70,0,,幸福里,小周,138,12号301室,林,301,12,828"), 0)
	f.Add([]byte(qjlHead+"\n小周,13800000000,70,已支付,12-301,2\n合计,,105,,,3"), 1)
	f.Fuzz(func(t *testing.T, data []byte, which int) {
		if bytes.HasPrefix(data, []byte("PK")) {
			return
		}
		c := context("lanes", []string{"market", "eggs"}[which&1])
		r, err := ReadSheet("x.csv", data, c)
		if err != nil {
			if fault.As(err) == nil {
				t.Fatal(err)
			}
			return
		}
		for _, l := range r.Lines {
			if l.Kind == "" || (l.Kind == Wanted || l.Kind == Changed || l.Kind == Question) != (l.Entry > 0) {
				t.Fatalf("%q: %+v", data, l)
			}
		}
	})
}

func someOrders() []Order {
	door := func(b, r string) community.Door { return community.Door{Building: b, Unit: "1", Room: r} }
	return []Order{
		{Door: door("828-10", "201"), Name: "王五", Wants: []Want{{"egg", 1}}},
		{Door: door("828-2", "1001"), Name: "Mary Ann", Phone: "138****0000", Note: "放门口", Wants: []Want{{"egg", 2}, {"rice", 1}}},
		{Door: door("828-2", "302"), Name: "=1+1", Wants: []Want{{"milk", 3}}},
		{Door: door("828-12", "101"), Wants: []Want{}},
	}
}

func TestSheetsAreInNaturalOrderWithSums(t *testing.T) {
	for _, form := range []SheetForm{{Language: "zh"}, {Language: "en", PerBuilding: true}, {Language: "zh", PerBuilding: true}} {
		var out bytes.Buffer
		if err := WriteSheet(&out, "周四菜场", someOrders(), context("lanes", "market"), form); err != nil {
			t.Fatal(err)
		}
		if dir := os.Getenv("BAIMI_SHEETS"); dir != "" { // to be looked at
			os.WriteFile(fmt.Sprintf("%s/sheet-%s-%v.xlsx", dir, form.Language, form.PerBuilding), out.Bytes(), 0o644)
		}
		f, err := excelize.OpenReader(&out)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		var rooms, all []string
		for _, name := range f.GetSheetList()[1:] {
			rows, err := f.GetRows(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range rows[2:] {
				if len(row) > 8 && row[8] == "☐" {
					rooms = append(rooms, row[0]+" "+row[1]+" "+row[7])
				}
				all = append(all, strings.Join(row, "|"))
			}
		}
		want := []string{"828弄2号 302 3", "828弄2号 1001 3", "828弄10号 201 1"}
		if form.Language == "en" {
			want = []string{"Lane 828 Bldg 2 302 3", "Lane 828 Bldg 2 1001 3", "Lane 828 Bldg 10 201 1"}
		}
		if !slices.Equal(rooms, want) {
			t.Errorf("%v: rooms %q", form, rooms)
		}
		if list := f.GetSheetList(); form.PerBuilding != (len(list) == 3) {
			t.Errorf("%v: sheets %q", form, list)
		}
		if !slices.ContainsFunc(all, func(s string) bool { return strings.Contains(s, "|=1+1|") }) {
			t.Errorf("a name that looks like a formula is a text: %q", all)
		}
		totals, _ := f.GetRows(f.GetSheetName(0))
		if last := totals[len(totals)-1]; strings.Join(last[1:], " ") != "3 3 1 7 3" {
			t.Errorf("totals %q", totals)
		}
	}
}

// rowsOf writes rows into a sheet of a workbook.
func rowsOf(t *testing.T, f *excelize.File, sheet string, rows ...string) {
	t.Helper()
	for i, row := range rows {
		cells := strings.Split(row, ",")
		if err := f.SetSheetRow(sheet, fmt.Sprintf("A%d", i+1), &cells); err != nil {
			t.Fatal(err)
		}
	}
}

func TestProductsBelowMergedCellsAndOnFurtherSheetsAreOfTheirOrders(t *testing.T) {
	const heading = "跟团号,下单人,详细地址,商品,数量"
	utf16 := []byte{0xff, 0xfe}
	for _, r := range "收货人\t收货地址\t商品\t数量\n小周\t12号301\t鸡蛋\t2\n" {
		utf16 = append(utf16, byte(r), byte(r>>8))
	}
	for name, s := range map[string]struct {
		fill func(*excelize.File)
		text []byte
		want string
	}{
		"merged cells": {fill: func(f *excelize.File) {
			rowsOf(t, f, "Sheet1", heading, "1,小周,12号301,鸡蛋,1", ",,,牛奶,1")
		}, want: "828-12/1-301 egg=1 milk=1"},
		"a cover before the orders": {fill: func(f *excelize.File) {
			_, _ = f.NewSheet("订单")
			rowsOf(t, f, "Sheet1", "说明")
			rowsOf(t, f, "订单", heading, "1,小周,12号301,鸡蛋,2")
		}, want: "828-12/1-301 egg=2"},
		"orders on two sheets": {fill: func(f *excelize.File) {
			_, _ = f.NewSheet("第二天")
			rowsOf(t, f, "Sheet1", heading, "1,小周,12号301,鸡蛋,2")
			rowsOf(t, f, "第二天", heading, "2,小吴,12号302,牛奶,1")
		}, want: "828-12/1-301 egg=2; 828-12/1-302 milk=1"},
		"semicolons": {text: []byte("\ufeff收货人;收货地址;商品;数量\n小周;12号301;鸡蛋;2\n"), want: "828-12/1-301 egg=2"},
		"UTF-16":     {text: utf16, want: "828-12/1-301 egg=2"},
	} {
		if s.fill != nil {
			f, out := excelize.NewFile(), bytes.Buffer{}
			s.fill(f)
			if err := f.Write(&out); err != nil {
				t.Fatal(err)
			}
			s.text = out.Bytes()
		}
		r, err := ReadSheet("团.csv", s.text, context("lanes", "market"))
		if err != nil || r.Open() > 0 || wanted(r.Orders()) != s.want {
			t.Errorf("%s: %v %q, want %q", name, err, wanted(r.Orders()), s.want)
		}
	}
}

func TestSheetsOfDifferentColumnsAreUploadedOneByOne(t *testing.T) {
	f, out := excelize.NewFile(), bytes.Buffer{}
	_, _ = f.NewSheet("另一张")
	rowsOf(t, f, "Sheet1", "跟团号,下单人,详细地址,商品,数量", "1,小周,12号301,鸡蛋,1")
	rowsOf(t, f, "另一张", "下单人,楼号,房号,商品,数量", "小吴,12,302,牛奶,1")
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadSheet("团.xlsx", out.Bytes(), context("lanes", "market")); !fault.Is(err, "sheet_differs") {
		t.Errorf("%v", err)
	}
}

func TestSheetsSayHowManyInTheirOwnWays(t *testing.T) {
	for name, s := range map[string]struct {
		rows string
		want []string
	}{
		"in words, and none":                 {"姓名,楼号,房号,鸡蛋,牛奶|郑,9,1201,0,壹|吴,8,502,-,两箱", []string{"header", "order 9/1-1201 郑 milk=1", "order 8/1-502 吴 milk=2"}},
		"listed beside their number":         {"订单编号,用户昵称,收件人姓名,收件人电话,收件人地址,商品信息,商品总数|1,a,周,13800001111,12号楼301,鸡蛋*2;牛奶*1,3", []string{"header", "order 12/1-301 周 egg=2 milk=1 ☎13800001111"}},
		"listed beside another number: asks": {"姓名,地址,商品,数量|周,12号楼301,鸡蛋*2;牛奶*1,4", []string{"header", "question 12/1-301 周 ?which_item"}},
		"not at all: asks":                   {"姓名,地址,商品|周,12-301,鸡蛋", []string{"header", "question 12/1-301 周 ?quantity_missing"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := Context{Compound: compounds["towers"], Items: offers["market"]}
			expect(t, sheet(t, "x.csv", []byte(strings.ReplaceAll(s.rows, "|", "\n")), c), s.want...)
		})
	}
}

func TestGoodsThatTheRoundDoesNotOfferAreAskedByTheirName(t *testing.T) {
	c := Context{Compound: compounds["towers"], Items: offers["market"]}
	r := sheet(t, "x.csv", []byte("姓名,地址,商品,数量\n周,12-301,西瓜,2"), c)
	if q := r.Entries[0].Questions; len(q) != 1 || q[0].Code != AskWhichItem || q[0].Text != "西瓜 2" {
		t.Errorf("asked: %+v", q)
	}
}
