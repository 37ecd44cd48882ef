package matching

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// scanner reads JSON as it comes and looks at each byte once: with a million
// lines, reading is most of what a quick plan takes. Its first mistake ends it.
type scanner struct {
	from    io.Reader
	buf     []byte // what is read and not used: buf[at:]
	at      int
	word    []byte // a word that crosses the end of the buffer
	recent  [1 << 12]string
	problem error    // nil until something is wrong
	place   []string // where, from the inside out
	names   []string // of the fields of the objects that are open
	unknown []string // fields that nothing reads
}

// record is a JSON object: field gives the address of the value of a name, nil if
// it has none such.
type record interface{ field(name string) any }

func newScanner(r io.Reader) *scanner { return &scanner{from: r, buf: make([]byte, 0, 1<<16)} }

// fail keeps the first problem.
func (s *scanner) fail(format string, args ...any) {
	if s.problem == nil {
		s.problem = fmt.Errorf(format, args...)
	}
}

// within adds a place to the problem, if there is one, and tells whether there is.
func (s *scanner) within(format string, args ...any) bool {
	if s.problem != nil {
		s.place = append(s.place, fmt.Sprintf(format, args...))
	}
	return s.problem != nil
}

// err is the problem and its place.
func (s *scanner) err() error {
	if s.problem == nil || len(s.place) == 0 {
		return s.problem
	}
	slices.Reverse(s.place)
	return fmt.Errorf("%s: %w", strings.Join(s.place, ", "), s.problem)
}

// more reads on when the buffer is used up.
func (s *scanner) more() bool {
	for s.problem == nil {
		n, err := s.from.Read(s.buf[:cap(s.buf)])
		s.buf, s.at = s.buf[:n], 0
		if n > 0 {
			return true
		}
		switch {
		case errors.Is(err, io.EOF):
			return false
		case err != nil:
			s.fail("%w", err)
		}
	}
	return false
}

// peek is the next byte that is not white space, 0 at the end.
func (s *scanner) peek() byte {
	for {
		for ; s.at < len(s.buf); s.at++ {
			if c := s.buf[s.at]; c != ' ' && c != '\n' && c != '\t' && c != '\r' {
				return c
			}
		}
		if !s.more() {
			return 0
		}
	}
}

// next says whether the next byte is c, and steps over it.
func (s *scanner) next(c byte) bool {
	if s.peek() != c {
		return false
	}
	s.at++
	return true
}

func (s *scanner) expect(c byte) {
	if s.next(c) {
		return
	}
	if got := s.peek(); got == 0 {
		s.fail("the file ends where %q should be", c)
	} else {
		s.fail("%q where %q should be", got, c)
	}
}

// value reads into whatever the address is of.
func (s *scanner) value(into any) {
	if s.peek() == 'n' {
		s.null(into)
		return
	}
	switch v := into.(type) {
	case *string:
		*v = s.text()
	case *Rule:
		*v = Rule(s.text())
	case *int64:
		*v = s.whole()
	case *[]string:
		list(s, v)
	case *[]Product:
		list(s, v)
	case *[]Gate:
		list(s, v)
	case *[]Supplier:
		list(s, v)
	case *[]Reach:
		list(s, v)
	case *[]Lot:
		list(s, v)
	case *[]Tier:
		list(s, v)
	case *[]Demand:
		list(s, v)
	case record:
		s.object(v)
	default:
		s.skip()
	}
}

// null leaves what it stands for as it is. A number cannot be left open: whether
// none or no limit is meant, only its writer knows.
func (s *scanner) null(into any) {
	w := s.plain()
	if _, number := into.(*int64); string(w) != "null" || number {
		s.fail("%s is no value", w)
	}
}

func (s *scanner) object(into record) {
	s.expect('{')
	open := len(s.names)
	defer func() { s.names = s.names[:open] }()
	for first := true; s.problem == nil && !s.next('}'); first = false {
		if !first {
			s.expect(',')
		}
		name := s.text()
		if slices.Contains(s.names[open:], name) {
			s.fail("%q is said twice", name)
		}
		s.names = append(s.names, name)
		if s.expect(':'); s.problem != nil {
			return
		}
		at := into.field(name)
		if at == nil && !slices.Contains(s.unknown, name) && len(s.unknown) < 20 {
			s.unknown = append(s.unknown, name)
		}
		if s.value(at); s.within("%s", name) {
			return
		}
	}
}

func list[T any](s *scanner, into *[]T) {
	s.expect('[')
	if *into == nil {
		*into = []T{}
	}
	for first := true; s.problem == nil && !s.next(']'); first = false {
		if !first {
			s.expect(',')
		}
		if s.problem != nil {
			return
		}
		if len(*into) == cap(*into) {
			*into = slices.Grow(*into, max(len(*into), 8))
		}
		var none T
		*into = append(*into, none)
		if s.value(&(*into)[len(*into)-1]); s.within("number %d", len(*into)) {
			return
		}
	}
}

// skip steps over a value of any kind.
func (s *scanner) skip() {
	depth := 0
	for s.problem == nil {
		switch c := s.peek(); c {
		case '{', '[':
			depth++
			s.at++
		case '}', ']':
			depth--
			s.at++
		case ',', ':':
			s.at++
		case '"':
			s.text()
		default:
			s.plain()
		}
		if depth <= 0 {
			return
		}
	}
}

// whole reads an integer.
func (s *scanner) whole() int64 {
	w := s.plain()
	n, err := strconv.ParseInt(string(w), 10, 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		s.fail("%s is too large a number", w)
	case err != nil || w[0] == '+':
		s.fail("%s is not a whole number", w)
	}
	return n
}

// plain reads a number or a literal: up to the next mark.
func (s *scanner) plain() []byte {
	c := s.peek()
	w := s.until(func(c byte) bool {
		return c <= ' ' || c == ',' || c == ']' || c == '}' || c == ':' || c == '"' || c == '[' || c == '{'
	})
	if len(w) > 0 {
		return w
	}
	if c == 0 {
		s.fail("the file ends where a value should be")
	} else {
		s.fail("%q where a value should be", c)
	}
	return []byte("?")
}

// until reads up to a byte, good until the next call.
func (s *scanner) until(end func(c byte) bool) []byte {
	s.word = s.word[:0]
	for {
		if i := slices.IndexFunc(s.buf[s.at:], end); i >= 0 {
			w := s.buf[s.at : s.at+i]
			s.at += i
			if len(s.word) == 0 {
				return w
			}
			s.word = append(s.word, w...)
			return s.word
		}
		s.word = append(s.word, s.buf[s.at:]...)
		if s.at = len(s.buf); !s.more() {
			return s.word
		}
	}
}

// text reads a string.
func (s *scanner) text() string {
	if s.peek() != '"' {
		s.expect('"')
		return ""
	}
	s.at++
	strange, escaped := false, false
	w := s.until(func(c byte) bool {
		if escaped {
			escaped = false
			return false
		}
		strange = strange || c == '\\' || c < ' '
		escaped = c == '\\'
		return c == '"'
	})
	if s.at == len(s.buf) {
		s.fail("the file ends within a text")
		return ""
	}
	s.at++
	if !utf8.Valid(w) {
		s.fail("the text %.40q is not UTF-8", w)
		return ""
	}
	if !strange {
		return s.again(w)
	}
	var t string
	if err := json.Unmarshal(slices.Concat([]byte{'"'}, w, []byte{'"'}), &t); err != nil {
		s.fail("a text that is none: %w", err)
	}
	return t
}

// again is the word as a string, the same one if it was read a moment ago: ids of
// gates and products come again and again.
func (s *scanner) again(w []byte) string {
	h := uint32(2166136261) // FNV-1a
	for _, c := range w {
		h = (h ^ uint32(c)) * 16777619
	}
	known := &s.recent[h%uint32(len(s.recent))]
	if !bytes.Equal([]byte(*known), w) {
		*known = string(w)
	}
	return *known
}
