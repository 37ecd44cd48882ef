package community

import (
	_ "embed"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// simplifiedPairs has each traditional character with its simplified one behind it: the pairs of
// Unicode's Unihan (kSimplifiedVariant) whose first is in Big5 and whose second is in GB 2312.
//
//go:embed simplified.txt
var simplifiedPairs string

var simplified = pairs(simplifiedPairs)

func pairs(list string) map[rune]rune {
	all, runes := map[rune]rune{}, []rune(strings.Join(strings.Fields(list), ""))
	for i := 0; i+1 < len(runes); i += 2 {
		all[runes[i]] = runes[i+1]
	}
	return all
}

// Simplify gives the simplified character of a traditional one, and any other as it is.
func Simplify(c rune) rune {
	if s, ok := simplified[c]; ok {
		return s
	}
	return c
}

// Fold brings the ways to write one character together: capitals, full-width forms and
// traditional characters. Texts are compared folded and shown as they were written.
func Fold(c rune) rune {
	if c < utf8.RuneSelf {
		return unicode.ToLower(c)
	}
	if s, ok := simplified[c]; ok {
		return s
	}
	if folded := width.LookupRune(c).Folded(); folded != 0 {
		c = folded
	}
	return unicode.ToLower(c)
}

// fold folds a name: Ａ１ and a1 are one.
func fold(s string) string { return strings.TrimSpace(strings.Map(Fold, s)) }
