package db

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// timeKey is RFC 3339 of fixed width, so that instants sort as text.
const timeKey = "2006-01-02T15:04:05.000000000Z"

var timeType = reflect.TypeFor[time.Time]()

// index is a declared Index with its paths found in the Go type.
type index struct {
	Index
	name   string
	number int // among the collection's indexes
	paths  []path
}

// entry is one document's place in one index.
type entry struct {
	index   *index
	key     []byte
	partial bool // it lacks one of the fields, which exempts it from a unique index
}

// path is the way from a struct to one of its JSON fields.
type path struct {
	steps []step
	leaf  reflect.Type
	multi bool // it passes through an array
}

type step struct {
	field     []int
	omitEmpty bool
}

// declare finds what the Spec names in the Go type.
func (t *table) declare(goType reflect.Type) error {
	if _, ok := reflect.New(goType).Interface().(document); !ok {
		return fmt.Errorf("%s does not embed db.Doc", goType)
	}
	if t.spec.Name == "" || t.spec.Name == metaName || strings.ContainsAny(t.spec.Name, "\"/$\x00") {
		return fmt.Errorf("%q cannot be its name", t.spec.Name)
	}
	for _, decl := range t.spec.Indexes {
		ix, err := newIndex(goType, decl)
		if err != nil {
			return err
		}
		ix.number = len(t.indexes)
		t.indexes = append(t.indexes, ix)
	}
	return nil
}

func newIndex(t reflect.Type, decl Index) (*index, error) {
	ix := &index{Index: decl, name: strings.Join(decl.Fields, "+")}
	if decl.Unique {
		ix.name = "unique:" + ix.name
	}
	if len(decl.Fields) == 0 {
		return nil, fmt.Errorf("an index needs a field")
	}
	for i, field := range decl.Fields {
		p, err := newPath(t, field)
		if err != nil {
			return nil, err
		}
		if p.multi && i > 0 {
			return nil, fmt.Errorf("the array field %q must be the first of its index", field)
		}
		ix.paths = append(ix.paths, p)
	}
	return ix, nil
}

func newPath(t reflect.Type, dotted string) (path, error) {
	var p path
	for _, name := range strings.Split(dotted, ".") {
		t = p.enter(t)
		if t.Kind() != reflect.Struct {
			return p, fmt.Errorf("the path %q leads into %s, which has no fields", dotted, t)
		}
		f, ok := jsonField(t, name)
		if !ok {
			return p, fmt.Errorf("%s has no JSON field %q (path %q)", t, name, dotted)
		}
		_, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		p.steps = append(p.steps, step{f.Index, strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero")})
		t = f.Type
	}
	p.leaf = p.enter(t)
	if p.leaf == timeType || ordered(p.leaf.Kind()) {
		return p, nil
	}
	return p, fmt.Errorf("the path %q leads to %s, which has no order", dotted, p.leaf)
}

// enter takes pointers and arrays off a type.
func (p *path) enter(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		p.multi = p.multi || t.Kind() == reflect.Slice
		t = t.Elem()
	}
	return t
}

func ordered(k reflect.Kind) bool {
	return k == reflect.String || k == reflect.Bool || k >= reflect.Int && k <= reflect.Uint64
}

func jsonField(t reflect.Type, name string) (reflect.StructField, bool) {
	for _, f := range reflect.VisibleFields(t) {
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.IsExported() && (tag == name || tag == "" && !f.Anonymous && f.Name == name) {
			return f, true
		}
	}
	return reflect.StructField{}, false
}

// values gives what a document holds at the path: one value, or one for each element.
func (p path) values(v reflect.Value) []any {
	return p.walk(v, 0, nil)
}

func (p path) walk(v reflect.Value, depth int, out []any) []any {
	switch {
	case v.Kind() == reflect.Pointer && v.IsNil():
		return append(out, nil)
	case v.Kind() == reflect.Pointer:
		return p.walk(v.Elem(), depth, out)
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			out = p.walk(v.Index(i), depth, out)
		}
		return out
	case depth == len(p.steps):
		return append(out, canonical(v))
	}
	s := p.steps[depth]
	f, err := v.FieldByIndexErr(s.field)
	if err != nil || s.omitEmpty && f.IsZero() {
		return append(out, nil)
	}
	return p.walk(f, depth+1, out)
}

// canonical turns an indexable value into nil, bool, int64 or string.
func canonical(v reflect.Value) any {
	if v.Type() == timeType {
		return v.Interface().(time.Time).UTC().Format(timeKey)
	}
	switch {
	case v.Kind() == reflect.String:
		return v.String()
	case v.Kind() == reflect.Bool:
		return v.Bool()
	case v.CanInt():
		return v.Int()
	case v.CanUint():
		return int64(v.Uint())
	}
	return nil
}

// keyRoom is about the length of a key.
const keyRoom = 48

// entries gives the document's places in all indexes, each place once, in order.
// It has none in an index whose first field it lacks: no query looks for it there.
func (t *table) entries(doc reflect.Value) []entry {
	out := make([]entry, 0, len(t.indexes))
	keys, rest := make([]byte, 0, keyRoom*len(t.indexes)), []byte(nil) // the keys lie one behind another
	for _, ix := range t.indexes {
		partial := false
		rest = rest[:0]
		for _, p := range ix.paths[1:] {
			value := p.values(doc)[0]
			rest, partial = appendKey(rest, value), partial || value == nil
		}
		start := len(out)
		firsts := ix.paths[0].values(doc)
		for i, first := range firsts {
			if first == nil || i > 0 && first == firsts[i-1] {
				continue
			}
			from := len(keys)
			keys = append(appendKey(keys, first), rest...)
			out = append(out, entry{ix, keys[from:len(keys):len(keys)], partial})
		}
		slices.SortFunc(out[start:], entry.compare)
	}
	return slices.CompactFunc(out, func(a, b entry) bool { return a.compare(b) == 0 })
}

func (e entry) compare(other entry) int {
	return cmp.Or(cmp.Compare(e.index.number, other.index.number), bytes.Compare(e.key, other.key))
}

// without gives the entries of a that b lacks.
func without(a, b []entry) []entry {
	var out []entry
	for _, e := range a {
		for len(b) > 0 && b[0].compare(e) < 0 {
			b = b[1:]
		}
		if len(b) == 0 || b[0].compare(e) > 0 {
			out = append(out, e)
		}
	}
	return out
}

// Tags of encoded keys; null sorts before numbers, then text, then booleans, as in MongoDB.
const (
	tagNull = 1 + iota
	tagInt
	tagText
	tagBool
	tagEnd = 0xff
)

// appendKey adds a canonical value so that the bytes of keys sort like their values.
func appendKey(key []byte, value any) []byte {
	switch v := value.(type) {
	case int64:
		return binary.BigEndian.AppendUint64(append(key, tagInt), uint64(v)^1<<63)
	case string:
		key = append(key, tagText)
		for i := range len(v) {
			if key = append(key, v[i]); v[i] == 0 {
				key = append(key, 0xff)
			}
		}
		return append(key, 0, 0)
	case bool:
		if v {
			return append(key, tagBool, 1)
		}
		return append(key, tagBool, 0)
	}
	return append(key, tagNull)
}
