package fulfillment

import (
	"slices"
	"strings"
	"unicode"
)

// honorifics are what neighbours call one another by, behind a Chinese surname or before another.
var honorifics = strings.Fields("奶奶 爷爷 婆婆 阿婆 阿公 阿姨 姨 叔叔 叔 伯伯 伯 大爷 大妈 大姐 大哥 姐 哥 先生 女士 太太 小姐 老师 医生 师傅 家 mr mrs ms miss dr auntie aunt uncle grandma grandpa granny")

var doubleSurnames = strings.Fields("欧阳 司马 上官 诸葛 夏侯 皇甫 尉迟 东方 慕容 令狐 司徒 司空 端木 公孙 轩辕 长孙 宇文")

// polite is as much of a name as a courier sees: the surname with the honorific
// that it came with, and otherwise that of its household.
func polite(name string) string {
	words := strings.Fields(name)
	if len(words) == 0 {
		return ""
	}
	if first := []rune(words[0])[0]; unicode.Is(unicode.Han, first) {
		return politeChinese([]rune(strings.Join(words, "")))
	}
	last := words[len(words)-1]
	if len(words) > 1 && slices.Contains(honorifics, strings.ToLower(strings.Trim(words[0], "."))) {
		return words[0] + " " + last
	}
	return last + " family"
}

func politeChinese(name []rune) string {
	if len(name) == 2 && strings.ContainsRune("老小阿", name[0]) {
		return string(name) // 老李, 小周: a surname with its honorific before it
	}
	n := 1
	if len(name) > 2 && slices.Contains(doubleSurnames, string(name[:2])) {
		n = 2
	}
	if slices.Contains(honorifics, string(name[n:])) {
		return string(name)
	}
	return string(name[:n]) + "家"
}
