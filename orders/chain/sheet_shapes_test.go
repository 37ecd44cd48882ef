package chain

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// TestExportsOfManyShapes reads sheets as 快团团, 群接龙 and leaders write them; rows are set apart by |.
func TestExportsOfManyShapes(t *testing.T) {
	for name, s := range map[string]struct {
		place, items, rows string
		want               []string
	}{
		"columns in another order, with marks": {"towers", "market",
			"数量（份）,商品名称,*房号,*楼号,联系方式,收货人（必填）|2,鸡蛋,301,12,13800000000,周|1,牛奶,502,8,13900000000,吴",
			[]string{"header", "order 12/1-301 周 egg=2 ☎13800000000", "order 8/1-502 吴 milk=1 ☎13900000000"}},
		"two paid orders of one household are no duplicate": {"towers", "market",
			"跟团号,下单人,收货人,联系电话,详细地址,商品,数量,订单状态|3,a,周,13800000000,12-301,鸡蛋,2,已支付|17,a,周,13800000000,12-301,鸡蛋,1,已支付",
			[]string{"header", "order 12/1-301 周 egg=2 ☎13800000000", "change 12/1-301 周 egg=1 ☎13800000000"}},
		"a list kept by hand asks about the same household twice": {"towers", "market",
			"序号,姓名,地址,商品,数量|1,周,12-301,鸡蛋,2|2,周,12-301,鸡蛋,1",
			[]string{"header", "order 12/1-301 周 egg=2", "question 12/1-301 周 egg=1 ?again"}},
		"money columns of a product are no quantities": {"towers", "market",
			"姓名,楼号,房号,鸡蛋数量,鸡蛋金额,牛奶,合计|周,12,301,2,76,,76|吴,8,502,,,1,65|合计,,,2,76,1,141",
			[]string{"header", "order 12/1-301 周 egg=2", "order 8/1-502 吴 milk=1", "total"}},
		"two columns of one product ask": {"towers", "market",
			"姓名,楼号,房号,鸡蛋,鸡蛋2|周,12,301,2,1",
			[]string{"header", "question 12/1-301 周 ?pairing"}},
		"texts written as formulas, and an apostrophe": {"towers", "market",
			`姓名,电话,楼号,房号,商品,数量|周,"=""13800000000""","=""12""","=""301""",鸡蛋,2|吴,'13900000000,8,502,牛奶,1`,
			[]string{"header", "order 12/1-301 周 egg=2 ☎13800000000", "order 8/1-502 吴 milk=1 ☎13900000000"}},
		"what was ordered stands in the column of quantities": {"towers", "market",
			"收货人,联系电话,订单总金额,支付状态,收货地址,订购数量|周,13800000000,60,已支付,12-301,鸡蛋*1|吴,13900000000,96,已支付,8-502,鸡蛋*2;牛奶*1|总计,,156,,,4",
			[]string{"header", "order 12/1-301 周 egg=1 ☎13800000000", "order 8/1-502 吴 egg=2 milk=1 ☎13900000000", "total"}},
		"a door by its English word": {"towers", "market",
			"Door,Item,Qty,Note|12-301,Eggs,2,|Bldg 8 Rm 502,Milk,1,no ice",
			[]string{"header", "order 12/1-301 egg=2", "order 8/1-502 milk=1 「no ice」"}},
		"rows of a sheet that says nobody's are not one order": {"towers", "market",
			"Where,Item,Qty,Note|12-301,Eggs,2,|8-502,Milk,1,x",
			[]string{"header", "question egg=2 ?no_address", "question milk=1 「x」 ?no_address"}},
		"numbers with a point": {"towers", "market",
			"姓名,电话,楼号,房号,商品,数量|周,13800000000.0,12.0,301.0,鸡蛋,2.0",
			[]string{"header", "order 12/1-301 周 egg=2 ☎13800000000"}},
		"telephones that a program made powers of": {"towers", "market",
			"姓名,电话,楼号,房号,商品,数量|周,1.38E+10,12,301,鸡蛋,2",
			[]string{"header", "order 12/1-301 周 egg=2"}},
		"words with the numbers": {"units", "market",
			"楼栋,单元,室号,称呼,品名,份数|12栋,2单元,301室,周,鸡蛋,2份|8号楼,1,502,吴,牛奶,一箱",
			[]string{"header", "order 12/2-301 周 egg=2", "order 8/1-502 吴 milk=1"}},
		"the room's column says it all": {"units", "market",
			"楼号,房号,姓名,商品,数量|12,12-2-301,周,鸡蛋,2|8,1-502,吴,牛奶,1|9,9栋1单元301,郑,牛奶,1|3,301,王,牛奶,1",
			[]string{"header", "order 12/2-301 周 egg=2", "order 8/1-502 吴 milk=1", "order 9/1-301 郑 milk=1", "question 王 milk=1 ?unit_missing"}},
		"building and room in one column of their own": {"towers", "market",
			"楼号房号,姓名,商品,数量|12-301,周,鸡蛋,2|8号楼502,吴,牛奶,1",
			[]string{"header", "order 12/1-301 周 egg=2", "order 8/1-502 吴 milk=1"}},
		"refunds as money is written, closed orders": {"towers", "market",
			"跟团号,收货人,详细地址,商品,数量,退款金额,订单状态|1,周,12-301,鸡蛋,2,¥76.00,已支付|2,吴,8-502,牛奶,1,0.00,交易关闭|3,郑,9-1201,牛奶,1,-,待付款|4,王,10-304,牛奶,1,0,已完成|5,李,11-301,牛奶,1,\"1,065.00\",已支付",
			[]string{"header", "question 12/1-301 周 egg=2 ?refunded", "question 8/1-502 吴 milk=1 ?refunded", "question 9/1-1201 郑 milk=1 ?refunded", "order 10/1-304 王 milk=1", "question 11/1-301 李 milk=1 ?refunded"}},
		"goods under each other in a cell": {"towers", "market",
			"收货人,收货地址,商品信息|周,12-301,\"鸡蛋 x2\n牛奶 x1\"|吴,8-502,【鸡蛋】*1；【大米】*2|郑,9-1201,鸡蛋（2）牛奶（1）",
			[]string{"header", "order 12/1-301 周 egg=2 milk=1", "order 8/1-502 吴 egg=1 rice=2", "order 9/1-1201 郑 egg=2 milk=1"}},
		"sums in many words": {"towers", "market",
			"收货人,收货地址,商品,数量|周,12-301,鸡蛋,2|小计,,,2|吴,8-502,牛奶,1|总计：3份,,,3",
			[]string{"header", "order 12/1-301 周 egg=2", "total", "order 8/1-502 吴 milk=1", "total"}},
		"a sum in a remark is no row of sums": {"towers", "market",
			"姓名,地址,商品,数量,备注|周,12-301,鸡蛋,2,合计76元|吴,,牛奶,1,合计65|5,合计,,3,",
			[]string{"header", "order 12/1-301 周 egg=2 「合计76元」", "question 吴 milk=1 「合计65」 ?no_address", "total"}},
		"English headings": {"towers", "market",
			"Order No,Name,Mobile,Bldg,Apt,Item,Qty,Remarks|1,Tom,13800000000,12,301,Eggs,2,leave at door",
			[]string{"header", "order 12/1-301 Tom egg=2 ☎13800000000 「leave at door」"}},
		"traditional headings": {"towers", "market",
			"姓名,電話,樓號,房號,商品,數量,備註|陳,13800000000,12,301,雞蛋,2,放門口",
			[]string{"header", "order 12/1-301 陳 egg=2 ☎13800000000 「放門口」"}},
		"a title, a date and an empty row above": {"towers", "eggs",
			"周四鸡蛋团,,,|2022-04-21,,,|,,,|姓名,楼号,房号,数量|周,12,301,2",
			[]string{"header", "header", "blank", "header", "order 12/1-301 周 egg=2"}},
		"no quantity of nobody": {"towers", "eggs",
			"姓名,楼号,房号,数量|周,12,301,|,,,2",
			[]string{"header", "question 12/1-301 周 ?quantity_missing", "question egg=2 ?no_address"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := Context{Compound: compounds[s.place], Items: offers[s.items]}
			rows := strings.ReplaceAll(s.rows, "|", "\r\n")
			expect(t, sheet(t, "x.csv", []byte(rows), c), s.want...)
			expect(t, sheet(t, "x.csv", gb18030(t, rows), c), s.want...)
		})
	}
}

func TestMergedCellsAreOfAllTheirRows(t *testing.T) {
	f, out := excelize.NewFile(), bytes.Buffer{}
	rowsOf(t, f, "Sheet1", "楼号,房号,姓名,商品,数量", "12,301,周,鸡蛋,1", ",,,牛奶,1", ",302,吴,鸡蛋,2", "8,502,郑,鸡蛋,1")
	for _, cells := range [][2]string{{"A2", "A4"}, {"B2", "B3"}, {"C2", "C3"}} {
		if err := f.MergeCell("Sheet1", cells[0], cells[1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	r := sheet(t, "x.xlsx", out.Bytes(), context("towers", "market"))
	if got, want := wanted(r.Orders()), "12/1-301 egg=1 milk=1; 12/1-302 egg=2; 8/1-502 egg=1"; r.Open() > 0 || got != want {
		t.Errorf("%d open, %q, want %q", r.Open(), got, want)
	}
}

// TestDoorsThatAProgramTookForMonths: 12-1901 typed into a sheet is December 1901.
func TestDoorsThatAProgramTookForMonths(t *testing.T) {
	f, out := excelize.NewFile(), bytes.Buffer{}
	rowsOf(t, f, "Sheet1", "地址,姓名,数量", ",周,1", ",吴,1")
	month, _ := f.NewStyle(&excelize.Style{NumFmt: 17})
	day, _ := f.NewStyle(&excelize.Style{NumFmt: 14})
	for cell, style := range map[string]int{"A2": month, "A3": day} {
		_ = f.SetCellValue("Sheet1", cell, 701) // 1 December 1901
		_ = f.SetCellStyle("Sheet1", cell, cell, style)
	}
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	c := context("towers", "eggs")
	tower := *c.Compound
	tower.Buildings = numberedBuildings(33, 1, "")
	for i := range tower.Buildings {
		tower.Buildings[i].Floors = 30
	}
	c.Compound = &tower
	expect(t, sheet(t, "x.xlsx", out.Bytes(), c), "header", "order 12/1-1901 周 egg=1", "question 吴 egg=1 ?no_such_building")
}
