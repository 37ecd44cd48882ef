package chain

import (
	"slices"
	"strings"
)

// counting are the words that follow a number of things.
var counting = words("份 板 箱 公斤 千克 斤 个 個 盒 袋 包 瓶 只 条 支 枚 套 件 桶 罐 提 组 盆 篮 串 把 颗 根 排 打 扎 捆 捧 单 克 升 盘 " +
	"dozen kg g ml l pcs pc packs pack boxes box trays tray bags bag bottles bottle cases case sets set")

// generic are counting words that fit whatever is sold.
var generic = strings.Fields("份 个 個 件 套 单 pcs pc")

// measures follow numbers that count no goods: times, dates, money, floors.
var measures = words("点 时 分钟 小时 分 月 日 号 號 楼 层 栋 幢 室 单元 岁 人 年 % 天 am pm 元 块 rmb yuan 圆")

// totals stand before a sum: 共3份.
var totals = words("一共 总共 合计 总计 共计 共")

// eaches stand before an amount of everything that is named, or on offer: 各1; everything needs no amount.
var (
	eaches     = words("各来 各要 各 每样 每种 每款 各种 各样 都要 都来 都 样样 一样")
	everything = words("全部都要 全都要 每样都要 全要 全部 全套 都要 all")
)

// wanting are verbs before an amount or an item that change nothing.
var wanting = words("想要 需要 我要 要 来 订 定 买 拿 报 接 加")

// UnitWords gives the words of chains for a product's unit (pack, tray, bag, case, bottle, box); the first is written back.
func UnitWords(unit string) []string {
	words := map[string]string{
		"pack": "份 包 pack packs", "tray": "板 盘 tray trays", "bag": "袋 包 bag bags", "case": "箱 case cases", "bottle": "瓶 bottle bottles", "box": "盒 箱 box boxes",
	}
	if known, ok := words[unit]; ok {
		return strings.Fields(known)
	}
	if unit == "" {
		return []string{"份"}
	}
	return []string{unit}
}

// manyPieces is from how many on 个 counts the eggs and not the trays.
const manyPieces = 10

// fits tells whether so many of an item can be counted by this word.
func (item *Item) fits(n int64, word string) bool {
	pieces := (word == "个" || word == "個") && n >= manyPieces && len(item.Units) > 0 && !slices.Contains(item.Units, word)
	return !pieces && item.counts(word)
}

func (item *Item) counts(word string) bool {
	return word == "" || len(item.Units) == 0 || slices.Contains(generic, word) || slices.Contains(item.Units, word)
}
