package chain

import "strconv"

// numberAt reads digits, a fraction, or Chinese numerals.
func numberAt(runes []rune, i int) (n int64, end int, half, chinese, ok bool) {
	end = i
	for end < len(runes) && isDigit(runes[end]) {
		end++
	}
	if end > i {
		if end-i > 6 {
			return 0, i, false, false, false
		}
		n, _ = strconv.ParseInt(string(runes[i:end]), 10, 64)
		if end+1 < len(runes) && runes[end] == '.' && isDigit(runes[end+1]) {
			end++
			for end < len(runes) && isDigit(runes[end]) {
				half = half || runes[end] != '0'
				end++
			}
			return n, end, half, false, true
		}
		if end+1 < len(runes) && runes[end] == '/' && isDigit(runes[end+1]) {
			return fractionAt(runes, i, end)
		}
		return n, end, false, false, true
	}
	if n, end, half := englishAt(runes, i); end > i {
		return n, end, half, true, true
	}
	return chineseAt(runes, i)
}

// fractionAt reads 1/2, which is a part of one; 4/12 is a date.
func fractionAt(runes []rune, i, slash int) (n int64, end int, half, chinese, ok bool) {
	part := slash == i+1 && runes[i] < runes[slash+1] && runes[slash+1] <= '4'
	if !part || slash+2 < len(runes) && isDigit(runes[slash+2]) {
		return 0, i, false, false, false
	}
	return 0, slash + 2, true, false, true
}

var englishNumbers = map[string]int64{"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "half": 0, "dozen": 0, "couple": 2, "few": 0, "several": 0}

// englishAt reads one to ten, a, a couple, and half; few and several are no number: 0.
func englishAt(runes []rune, i int) (n int64, end int, half bool) {
	if i >= len(runes) || i > 0 && isASCIILetter(runes[i-1]) {
		return 0, i, false
	}
	for end = i; end < len(runes) && isASCIILetter(runes[end]); end++ {
	}
	word := string(runes[i:end])
	n, ok := englishNumbers[word]
	if !ok {
		return 0, i, false
	}
	if of := skipSpaces(runes, end); word == "a" && of < len(runes) { // a couple, a few
		if many, to, _ := englishAt(runes, of); to > of && many != 1 {
			return many, to, false
		}
	}
	if next := skipSpaces(runes, end); word == "half" && next+1 < len(runes) && runes[next] == 'a' && !isASCIILetter(runes[next+1]) {
		end = next + 1
	}
	return n, end, word == "half"
}

var smallNumbers = map[rune]int64{'零': 0, '〇': 0, '一': 1, '二': 2, '两': 2, '俩': 2, '三': 3, '仨': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9, '壹': 1, '贰': 2, '叁': 3}

// chineseAt reads 零 to 九十九, 两, 俩 and 半.
func chineseAt(runes []rune, i int) (n int64, end int, half, chinese, ok bool) {
	if i >= len(runes) {
		return 0, i, false, false, false
	}
	if runes[i] == '半' {
		return 0, i + 1, true, true, true
	}
	end = i
	if v, found := smallNumbers[runes[end]]; found {
		n, end = v, end+1
	}
	if end < len(runes) && runes[end] == '十' {
		n, end = max(n, 1)*10, end+1
		if end < len(runes) && smallNumbers[runes[end]] > 0 {
			n, end = n+smallNumbers[runes[end]], end+1
		}
	}
	return n, end, false, true, end > i
}
