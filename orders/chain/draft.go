package chain

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// draft is an entry's text while its parts are being found. A part that is
// claimed is blanked out, so that nothing is read twice.
type draft struct {
	text   []rune
	said   []rune // in simplified characters; claimed runes are spaces
	folded []rune // claimed runes are spaces
	whole  []rune // folded, with what is claimed
	taken  []bool
	claims []claim
}

type claim struct {
	start, end int // runes
	kind       PartKind
}

func newDraft(text string) *draft {
	runes := []rune(text)
	said, folded := []rune(plain(text)), make([]rune, len(runes))
	for i, r := range runes {
		folded[i] = foldRune(r)
	}
	for i := 1; i+1 < len(folded); i++ { // Ax2
		if folded[i] == 'x' && isDigit(folded[i+1]) && isASCIILetter(folded[i-1]) && (i < 2 || !isASCIILetter(folded[i-2])) {
			folded[i] = '*'
		}
	}
	return &draft{text: runes, said: said, folded: folded, whole: slices.Clone(folded), taken: make([]bool, len(runes))}
}

// claim takes what is free of a stretch.
func (d *draft) claim(start, end int, kind PartKind) {
	for i := start; i < end; i++ {
		if d.taken[i] {
			continue
		}
		d.taken[i] = true
		d.said[i] = ' '
		if d.folded[i] != '\n' {
			d.folded[i] = ' '
		}
		if n := len(d.claims); n > 0 && i > start && d.claims[n-1].end == i && d.claims[n-1].kind == kind {
			d.claims[n-1].end++
			continue
		}
		d.claims = append(d.claims, claim{i, i + 1, kind})
	}
}

// claimBytes claims a span given in bytes of d.left().
func (d *draft) claimBytes(left string, start, end int, kind PartKind) (from, to int) {
	from = utf8.RuneCountInString(left[:start])
	to = from + utf8.RuneCountInString(left[start:end])
	d.claim(from, to, kind)
	return from, to
}

// left is the text in simplified characters, with the claimed parts blanked out.
func (d *draft) left() string { return string(d.said) }

// parts cuts the text at the claims.
func (d *draft) parts() []Part {
	slices.SortFunc(d.claims, func(a, b claim) int { return a.start - b.start })
	parts := []Part{}
	at := 0
	for _, c := range d.claims {
		if c.start > at {
			parts = append(parts, Part{PartOther, string(d.text[at:c.start])})
		}
		parts = append(parts, Part{c.kind, string(d.text[c.start:c.end])})
		at = c.end
	}
	if at < len(d.text) {
		parts = append(parts, Part{PartOther, string(d.text[at:])})
	}
	return parts
}

// runs gives the unclaimed stretches of letters, without punctuation.
func (d *draft) runs() [][2]int {
	var runs [][2]int
	for i := 0; i < len(d.folded); {
		if !isWordRune(d.folded[i]) {
			i++
			continue
		}
		end := i
		for end < len(d.folded) && (isWordRune(d.folded[end]) || d.innerSpace(end)) {
			end++
		}
		runs = append(runs, [2]int{i, end})
		i = end
	}
	return runs
}

// innerSpace tells whether a space stands or dot inside a name: Mary Ann, Mr.Lin, 小 周.
func (d *draft) innerSpace(i int) bool {
	if !strings.ContainsRune(" 　.", d.text[i]) || d.taken[i] || i == 0 || i+1 >= len(d.folded) {
		return false
	}
	if i+2 < len(d.text) && d.taken[i+2] && isHan(d.text[i+2]) { // 丁 草鸡蛋
		return false
	}
	return d.title(i) || d.title(i-1) || isASCIILetter(d.folded[i-1]) && isASCIILetter(d.folded[i+1]) || d.text[i] != '.' && d.single(i-1) && d.single(i+1)
}

// title tells whether a dot and a space at rune i stand between letters: Mr. Lin.
func (d *draft) title(i int) bool {
	return i > 0 && i+2 < len(d.text) && string(d.text[i:i+2]) == ". " && isASCIILetter(d.folded[i-1]) && isASCIILetter(d.folded[i+2])
}

// timeBefore is where the time begins that ends at rune i, or i: 4月22日送, 18:00前.
func (d *draft) timeBefore(i int) int {
	for _, c := range d.claims {
		if c.kind == PartTime && c.end == i {
			return c.start
		}
	}
	return i
}

// single tells whether a Chinese character stands alone, as in 小 周.
func (d *draft) single(i int) bool {
	free := func(i int) bool { return i < 0 || i >= len(d.folded) || !isWordRune(d.folded[i]) }
	return isHan(d.folded[i]) && free(i-1) && free(i+1)
}

// loneLetter tells whether a letter that is by itself stands before rune i, unclaimed.
func (d *draft) loneLetter(i int) bool {
	letter := func(at int) bool { return at >= 0 && at < len(d.folded) && isASCIILetter(d.folded[at]) }
	for at := range i {
		if letter(at) && !letter(at-1) && !letter(at+1) {
			return true
		}
	}
	return false
}

// verbAt is where the first verb stands, or the end.
func (d *draft) verbAt() int {
	at := len(d.text)
	for _, c := range d.claims {
		if c.kind == PartVerb {
			at = min(at, c.start)
		}
	}
	return at
}

func isWordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsSymbol(r) && r > 0x2000 || unicode.IsMark(r) || r == '\'' || r == '_' || r == '-' || r == '·'
}

func hasLetter(s string) bool { return strings.ContainsFunc(s, unicode.IsLetter) }
