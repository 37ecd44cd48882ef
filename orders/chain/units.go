package chain

import (
	"slices"
	"strings"
	"unicode/utf8"
)

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
