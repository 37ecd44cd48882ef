package community

import "strconv"

var chineseDigits = map[rune]int{
	'零': 0, '〇': 0, '一': 1, '二': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9,
	'壹': 1, '贰': 2, '叁': 3, '肆': 4, '伍': 5, '陆': 6, '柒': 7, '捌': 8, '玖': 9,
}

var (
	chineseTens = map[rune]int{'十': 10, '拾': 10, '百': 100, '千': 1000}
	wholeTens   = map[rune]int{'廿': 20, '卄': 20, '卅': 30}
)

// isChineseNumeral tells whether a rune can be part of a number. 两 counts things
// and is no digit of an address, so it is not here.
func isChineseNumeral(r rune) bool {
	_, digit := chineseDigits[r]
	_, ten := chineseTens[r]
	return digit || ten || wholeTens[r] > 0
}

// chineseNumber reads one number at the start of a run of numerals and says how many
// runes it took. 三零一 is written digit by digit, 十二, 廿三 and 三百零一 by size; a run
// such as 十二三零一 is two numbers, of which this is the first.
func chineseNumber(run []rune) (digits string, taken int) {
	bySize := false
	for _, r := range run {
		if _, digit := chineseDigits[r]; !digit {
			bySize = true
			break
		}
	}
	if !bySize {
		for _, r := range run {
			digits += strconv.Itoa(chineseDigits[r])
		}
		return digits, len(run)
	}
	n, taken := numberBySize(run)
	return strconv.Itoa(n), taken
}

// numberBySize reads 十二, 二十, 廿三, 一百零二, 一千五百 and stops where the next
// numeral cannot belong to the same number.
func numberBySize(run []rune) (n, taken int) {
	last := 10000 // the smallest size so far
	for taken < len(run) {
		r := run[taken]
		switch size := chineseTens[r]; {
		case wholeTens[r] > 0:
			if last <= 10 {
				return n, taken
			}
			n, last, taken = n+wholeTens[r], 10, taken+1
		case size > 0:
			if size >= last {
				return n, taken
			}
			n, last, taken = n+size, size, taken+1
		case chineseDigits[r] == 0 && last <= 10:
			return n, taken
		case chineseDigits[r] == 0:
			taken++
		case taken+1 < len(run) && chineseTens[run[taken+1]] > 0:
			size := chineseTens[run[taken+1]]
			if size >= last {
				return n, taken
			}
			n, last, taken = n+chineseDigits[r]*size, size, taken+2
		default:
			if last == 1 {
				return n, taken
			}
			if last > 10 && chineseDigits[run[taken-1]] == 0 && chineseTens[run[taken-1]] > 0 { // 一千五 is 1500
				return n + chineseDigits[r]*last/10, taken + 1
			}
			return n + chineseDigits[r], taken + 1
		}
	}
	return n, taken
}

// circled gives the number in ① to ㊿, ⑴ to ⒇ and Ⅰ to Ⅻ, folded; 0 for any other rune.
func circled(r rune) int {
	for _, row := range [][3]rune{{'①', '⑳', 1}, {'㉑', '㉟', 21}, {'㊱', '㊿', 36}, {'⑴', '⒇', 1}, {'ⅰ', 'ⅻ', 1}} {
		if r >= row[0] && r <= row[1] {
			return int(r - row[0] + row[2])
		}
	}
	return 0
}
