package chain

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// counting are the words that follow a number of things.
var counting = words("份 板 箱 公斤 千克 斤 个 盒 袋 包 瓶 只 条 支 枚 套 件 桶 罐 提 组 盆 篮 串 把 颗 根 排 打 扎 捆 捧 单 克 升 盘 " +
	"dozen kg g ml l pcs pc packs pack boxes box trays tray bags bag bottles bottle cases case sets set")

// generic are counting words that fit whatever is sold.
var generic = strings.Fields("份 个 件 套 单 pcs pc")

// measures follow numbers that count no goods: times, dates, money, floors.
var measures = words("点 时 分钟 小时 分 月 日 号 楼 层 栋 幢 室 单元 岁 人 口 个人 年 % 天 am pm 元 块 rmb yuan 圆")

// totals stand before a sum: 共3份.
var totals = words("一共 总共 合计 总计 共计 共")

// eaches stand before an amount of everything that is named, or on offer: 各1; everything needs no amount.
var (
	eaches     = words("各来 各要 各 每样 每种 每款 各种 各样 都要 都来 都 样样 一样")
	everything = words("全部都要 全都要 每样都要 全要 全部 全套 都要 all")
)

// eachBehind stand behind such an amount, and allKinds before it.
var (
	eachBehind = vocabulary{[]rune("of each"), []rune("each")}
	allKinds   = words("全部 全 所有")
)

// wanting are verbs before an amount or an item that change nothing.
var wanting = words("想要 需要 我要 要 来 订 定 买 拿 报 接 加 选")

// qualities stand before goods and make other goods of them.
var qualities = words("草 土 鲜 纯 大 小 老 嫩 甜 咸 辣 红 黑 青 紫 糙 糯 冰鲜 新鲜 冷冻 有机 散养 可生食 无菌 脱脂 低脂 全脂 无糖 低糖 原味 奶油 巧克力 草莓 蓝莓 抹茶 芝士 全麦 黑麦 大号 中号 小号 大份 小份 散装 袋装 盒装 进口 国产 东北 五常")

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
	pieces := word == "个" && n >= manyPieces && len(item.Units) > 0 && !slices.Contains(item.Units, word)
	return !pieces && item.counts(word)
}

// sizedAs tells whether the item's name says this size: 10kg of 大米 10kg.
func (item *Item) sizedAs(size string) bool {
	for _, name := range []string{item.NameZh, item.NameEn} {
		name = foldText(name)
		if at := strings.Index(name, size); at >= 0 && (at == 0 || !isDigit(rune(name[at-1])) && name[at-1] != '.') {
			return true
		}
	}
	return false
}

// namedBy tells whether the item's name ends with the word, as 蔬菜包 and Veggie box do. 鸡蛋30枚 does not.
func (item *Item) namedBy(word string) bool {
	for _, name := range []string{item.NameZh, item.NameEn} {
		front, ok := strings.CutSuffix(foldText(name), word)
		if !ok { // 2 boxes of what is called Veggie box
			front, ok = strings.CutSuffix(foldText(name), strings.TrimSuffix(strings.TrimSuffix(word, "s"), "e"))
		}
		if ok && front != "" {
			last, _ := utf8.DecodeLastRuneInString(strings.TrimSpace(front))
			_, numeral := smallNumbers[last]
			return !isDigit(last) && !numeral && last != '十' && last != '半'
		}
	}
	return false
}

func (item *Item) counts(word string) bool {
	own := slices.ContainsFunc(item.Units, func(u string) bool { return foldText(u) == word })
	return word == "" || item.namedBy(word) || len(item.Units) == 0 || slices.Contains(generic, word) || own
}

// vocabulary is a list of words, for looking them up in a text.
type vocabulary [][]rune

func words(list string) (v vocabulary) {
	for word := range strings.FieldsSeq(list) {
		v = append(v, []rune(word))
	}
	return v
}

// after gives the place behind the first of these words that begins at rune i, and i where none does.
func after(runes []rune, i int, v vocabulary) int {
	for _, w := range v {
		if i+len(w) <= len(runes) && runes[i] == w[0] && slices.Equal(runes[i:i+len(w)], w) {
			return i + len(w)
		}
	}
	return i
}

// longest gives the longest of these words that begins at rune i.
func (v vocabulary) longest(runes []rune, i int) (word []rune) {
	for _, w := range v {
		if len(w) > len(word) && i+len(w) <= len(runes) && runes[i] == w[0] && slices.Equal(runes[i:i+len(w)], w) && !cutsLetters(runes, i+len(w)) {
			word = w
		}
	}
	return word
}

func (v vocabulary) has(word []rune) bool {
	return slices.ContainsFunc(v, func(w []rune) bool { return slices.Equal(w, word) })
}
