package chain

import (
	"regexp"
	"slices"
	"strings"

	"baimi/app/fault"
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

// who are the columns that say whose a row is: merged cells are of all their rows.
var who = []column{colNumber, colName, colPerson, colPhone, colAddress, colLane, colBuilding, colUnit, colRoom, colNote}

// headings are the words of the exports of 快团团 and 群接龙, and of sheets that leaders keep.
var headings = map[column]string{
	colNumber: orderNumbers + " 序号 编号 no", colName: "收货人 收件人 姓名 昵称 名字 称呼 联系人 客户 客户姓名 住户 业主 收件人姓名 收货人姓名 收货姓名 name recipient customer",
	colPerson:  "下单人 接龙人 购买人 微信昵称 微信名 群昵称 用户昵称 团员昵称 下单人昵称",
	colPhone:   "联系电话 联系方式 联系手机 手机 手机号 手机号码 电话 电话号码 收货电话 收货人电话 收件人电话 收货人手机 收件人手机 phone phonenumber tel mobile contact",
	colAddress: "详细地址 收货地址 收件地址 送货地址 配送地址 收件人地址 收货人地址 地址 住址 家庭住址 门牌地址 door 楼号房号 楼栋房号 楼号室号 楼栋室号 楼栋门牌 address",
	colLane:    "弄号 弄", colBuilding: "楼号 楼栋 楼栋号 楼幢 栋 栋号 幢 幢号 号楼 楼 座 building buildingno bldg block tower", colUnit: "单元 单元号 unit entrance",
	colRoom: "房号 房间 房间号 室 室号 门牌 门牌号 room roomno rm apt apartment flat",
	colItem: "商品 商品名 商品名称 品名 产品 货品 团品 购买商品 商品信息 商品详情 商品明细 item product goods", colSpec: "规格 商品规格 spec",
	colQuantity: "数量 订购数量 订购份数 订货数量 份数 总份数 购买数量 购买份数 商品数量 商品总数 总数 总数量 件数 quantity qty",
	colNote:     "团员备注 备注 订单备注 客户备注 买家留言 买家备注 留言 note notes remark remarks comment", colAmount: "订单金额 订单总金额 实付金额",
	colRefund: "退款金额 已退款 退款", colStatus: "支付状态 付款状态 订单状态 退款状态 状态 status",
}

// orderNumbers head the numbers of orders; 序号 only counts rows.
const orderNumbers = "跟团号 接龙号 订单号 订单编号 order orderno ordernumber"

var (
	inBrackets = regexp.MustCompile(`[(（【\[].*?[)）】\]]`)
	ofMoney    = regexp.MustCompile(`金额|单价|价格|货款|小计|合计|amount|price|cost`)
)

// headWord is a heading as it is looked up: *数量（份） is 数量.
func headWord(cell string) string {
	word := inBrackets.ReplaceAllString(foldText(cell), "")
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\r\n　*:.、/+-_&#", r) {
			return -1
		}
		return r
	}, word)
}

// findHeading takes the row among the first ten that has the most known words.
func (t *table) findHeading() error {
	t.heading, t.columns = headingOf(t.cells)
	t.byOrder = map[string]int{}
	t.findProducts()
	t.listedInstead()
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
		word := headWord(cell)
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

// findProducts finds columns that are headed by an item's name, with quantities below. Where an
// item has several, those with its money are none.
func (t *table) findProducts() {
	t.products = map[int]int{}
	if t.has(colItem) || len(t.cells) == 0 {
		return
	}
	of := map[int][]int{}
	for at, cell := range t.cells[t.heading] {
		used := false
		for _, other := range t.columns {
			used = used || other == at
		}
		if item := t.itemOf(cell); item >= 0 && !used {
			of[item] = append(of[item], at)
		}
	}
	for item, columns := range of {
		for _, at := range columns {
			if len(columns) == 1 || !ofMoney.MatchString(foldText(t.cells[t.heading][at])) {
				t.products[at] = item
			}
		}
	}
}

// listedInstead takes the column of quantities for that of goods, where it alone says what is wanted: 蔬菜包*1;鸡蛋*2.
func (t *table) listedInstead() {
	if at, ok := t.columns[colQuantity]; ok && !t.has(colItem) && len(t.products) == 0 {
		lists := func(row []string) bool {
			if at >= len(row) {
				return false
			}
			e := t.parser.entry(row[at], 0)
			return e.names(PartItem)
		}
		if slices.ContainsFunc(t.cells[t.heading+1:], lists) {
			t.columns[colItem] = at
			delete(t.columns, colQuantity)
		}
	}
}

// numbersOrders tells whether the sheet numbers orders and not only rows.
func (t *table) numbersOrders() bool {
	at, ok := t.columns[colNumber]
	return ok && slices.Contains(strings.Fields(orderNumbers), headWord(t.cells[t.heading][at]))
}
