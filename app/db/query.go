package db

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"baimi/app/fault"
)

// Query says which documents, in which order. The zero Query is all documents by id.
type Query struct {
	equal []term
	field string // the field of the range or order
	low   *bound
	high  *bound
	desc  bool
	limit int
	err   error
}

type term struct {
	field string
	value any
}

type bound struct {
	value     any
	inclusive bool
}

// Where asks for documents whose field is value; for an array field, for those with one such element.
func Where(field string, value any) Query { return Query{}.And(field, value) }

// And asks for one more field to be value.
func (q Query) And(field string, value any) Query {
	q.equal = append(slices.Clone(q.equal), term{field, q.canonical(value)})
	return q
}

// From asks for field ≥ value.
func (q Query) From(field string, value any) Query {
	q = q.on(field)
	q.low = &bound{q.canonical(value), true}
	return q
}

// Before asks for field < value.
func (q Query) Before(field string, value any) Query {
	q = q.on(field)
	q.high = &bound{q.canonical(value), false}
	return q
}

// UpTo asks for field ≤ value.
func (q Query) UpTo(field string, value any) Query {
	q = q.on(field)
	q.high = &bound{q.canonical(value), true}
	return q
}

// Order sorts by field, smallest first. A range is in this order without asking.
func (q Query) Order(field string) Query { return q.on(field) }

// Desc sorts by field, largest first.
func (q Query) Desc(field string) Query {
	q = q.on(field)
	q.desc = true
	return q
}

// Limit asks for at most n documents; 0 is all.
func (q Query) Limit(n int) Query {
	q.limit = n
	return q
}

func (q Query) on(field string) Query {
	if q.field != "" && q.field != field {
		q.err = fault.New(fault.Internal, "query_unindexed", "A query has one range or order, not one on %q and one on %q.", q.field, field)
	}
	q.field = field
	return q
}

func (q *Query) canonical(value any) any {
	v := reflect.ValueOf(value)
	for v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if !v.IsValid() || v.Type() != timeType && !ordered(v.Kind()) {
		q.err = fault.New(fault.Internal, "query_value", "A query cannot compare with %v (%T).", value, value)
		return nil
	}
	if at, ok := v.Interface().(time.Time); ok {
		return at.UTC().Format(timeKey)
	}
	return canonical(v)
}

// plan is a query with the index that answers it; index is nil for all documents by id.
type plan struct {
	Query
	index  *index
	prefix []any  // the values of the index's first fields
	after  *place // of a page that is not the first
}

// place is where a page ended.
type place struct {
	key []byte
	id  string
}

func (t *table) plan(q Query) (plan, error) {
	if t.broken != nil || q.err != nil {
		return plan{}, cmpErr(t.broken, q.err)
	}
	p := plan{Query: q}
	if len(q.equal) == 0 && q.field == "" {
		return p, nil
	}
	for _, ix := range t.indexes {
		if prefix, ok := ix.answers(q); ok {
			p.index, p.prefix = ix, prefix
			return p, nil
		}
	}
	return plan{}, fault.New(fault.Internal, "query_unindexed", "%s has no index for %s.", t.spec.Name, q)
}

func cmpErr(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// answers gives the values of the index's first fields if it fits the query.
func (ix *index) answers(q Query) ([]any, bool) {
	n := len(q.equal)
	if n > len(ix.Fields) || q.field != "" && (n >= len(ix.Fields) || ix.Fields[n] != q.field) {
		return nil, false
	}
	if n == 0 && ix.paths[0].multi {
		return nil, false
	}
	var prefix []any
	for _, field := range ix.Fields[:n] {
		i := slices.IndexFunc(q.equal, func(t term) bool { return t.field == field })
		if i < 0 {
			return nil, false
		}
		prefix = append(prefix, q.equal[i].value)
	}
	return prefix, true
}

// String names the query's fields, for the sentence that refuses it.
func (q Query) String() string {
	var fields []string
	for _, t := range q.equal {
		fields = append(fields, t.field+" =")
	}
	if q.field != "" {
		fields = append(fields, q.field+" ordered")
	}
	return strings.Join(fields, ", ")
}

// span gives the smallest key of the plan's range and the first key behind it.
func (p plan) span() (low, high []byte) {
	prefix := []byte{} // a nil key would be NULL, which no key is above
	for _, v := range p.prefix {
		prefix = appendKey(prefix, v)
	}
	low, high = slices.Clone(prefix), append(slices.Clone(prefix), tagEnd)
	if p.low != nil {
		low = appendKey(slices.Clone(prefix), p.low.value)
		high = append(slices.Clone(prefix), low[len(prefix)]+1)
	}
	if p.high != nil {
		high = appendKey(slices.Clone(prefix), p.high.value)
		if p.low == nil {
			low = append(slices.Clone(prefix), high[len(prefix)])
		}
		if p.high.inclusive {
			high = append(high, tagEnd)
		}
	}
	return low, high
}
