package db

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"baimi/app/fault"
)

// errNone says that there is no such document; errLost that its revision has changed.
var (
	errNone = errors.New("no such document")
	errLost = errors.New("the revision has changed")
)

// Collection holds the documents of type T.
type Collection[T any] struct {
	conn   *Conn
	table  *table
	outbox *outbox[T] // nil: documents cause no others

	mu  sync.Mutex
	hot map[string]*hot[T] // the documents with updates that wait
}

// Open declares a collection of the store. What is wrong with the declaration is said by Conn.Ready and by every use.
func Open[T any](c *Conn, spec Spec) *Collection[T] {
	t := &table{spec: spec, load: load[T]}
	if err := t.declare(reflect.TypeFor[T]()); err != nil {
		t.broken = fault.New(fault.Internal, "collection_broken", "The collection %s is declared wrongly: %v.", spec.Name, err)
	}
	collection := &Collection[T]{conn: c, table: t, hot: map[string]*hot[T]{}}
	t.rewrite = collection.rewrite
	c.mu.Lock()
	c.tables = append(c.tables, t)
	c.mu.Unlock()
	return collection
}

func load[T any](t *table, r record) (doc reflect.Value, stale bool, err error) {
	decoded, stale, err := decode[T](t, r)
	return reflect.ValueOf(&decoded).Elem(), stale, err
}

// rewrite stores a document of an older version in today's shape; one that is gone needs nothing.
func (c *Collection[T]) rewrite(ctx context.Context, id string) error {
	_, err := c.Update(ctx, id, func(*T) error { return nil })
	if fault.Is(err, "not_found") {
		return nil
	}
	return err
}

// held is a document in the cache with the index entries that the store has for it.
type held[T any] struct {
	doc     T // never changed, and handed out as a clone or to be looked at
	rev     int64
	entries []entry
	stale   bool // the store has it in an older shape
	derived atomic.Pointer[any]
}

func (c *Collection[T]) at(id string) topic { return topic{c.table.spec.Name, id} }

// hold gives the document from the cache, or for sure from the store.
func (c *Collection[T]) hold(ctx context.Context, id string) (h *held[T], sure bool, err error) {
	if h, ok := c.conn.cache.get(c.at(id)).(*held[T]); ok {
		return h, false, nil
	}
	h, err = c.fetch(ctx, id)
	return h, true, err
}

func (c *Collection[T]) fetch(ctx context.Context, id string) (*held[T], error) {
	ticket := c.conn.cache.ticket()
	r, err := c.conn.engine.get(ctx, c.table, id)
	if err != nil {
		return nil, err
	}
	doc, stale, err := decode[T](c.table, r)
	if err != nil {
		return nil, err
	}
	h := &held[T]{doc: doc, rev: r.rev, entries: c.table.entries(reflect.ValueOf(&doc).Elem()), stale: stale}
	c.conn.cache.offer(c.at(id), slot{h, h.rev, len(r.body)}, ticket)
	return h, nil
}

// Get gives the document, or fault.NotFound "not_found".
func (c *Collection[T]) Get(ctx context.Context, id string) (T, error) {
	doc, err := c.Look(ctx, id)
	if err != nil {
		var none T
		return none, err
	}
	return clone(*doc), nil
}

// Look gives the document without copying it, where it is only read: nobody may
// change what it gives, and it stays as it is.
func (c *Collection[T]) Look(ctx context.Context, id string) (*T, error) {
	h, err := c.current(ctx, id)
	if err != nil {
		return nil, err
	}
	return &h.doc, nil
}

// Derived gives what of makes of a document, and makes it once for as long as the
// document stays as it is. Of what differs in type, the last that was asked for is kept.
func Derived[T, V any](ctx context.Context, c *Collection[T], id string, of func(*T) (V, error)) (V, error) {
	h, err := c.current(ctx, id)
	if err != nil {
		var none V
		return none, err
	}
	if kept := h.derived.Load(); kept != nil {
		if v, ok := (*kept).(V); ok {
			return v, nil
		}
	}
	v, err := of(&h.doc)
	if err == nil {
		kept := any(v)
		h.derived.Store(&kept)
	}
	return v, err
}

// current holds the document as the store has it now.
func (c *Collection[T]) current(ctx context.Context, id string) (*held[T], error) {
	if err := cmpErr(ctx.Err(), c.table.ready(ctx, c.conn.engine)); err != nil {
		return nil, err
	}
	h, sure, err := c.hold(ctx, id)
	if err == nil && !sure {
		if err = c.confirm(ctx, id, h.rev, sure); errors.Is(err, errLost) {
			h, err = c.fetch(ctx, id)
		}
	}
	if err != nil {
		return nil, c.explain(id, err)
	}
	return h, nil
}

// Insert stores a new document with Rev 1, or fails with fault.Conflict
// "duplicate" where its id or the values of a unique index are taken.
func (c *Collection[T]) Insert(ctx context.Context, doc T) (T, error) {
	if err := cmpErr(c.table.ready(ctx, c.conn.engine), c.begin(&doc)); err != nil {
		return doc, err
	}
	h, settled, err := c.put(ctx, opInsert, &held[T]{}, clone(doc))
	if err != nil {
		return doc, c.explain(any(&doc).(document).base().ID, err)
	}
	c.catchUp(&doc, h.rev, settled)
	return doc, nil
}

// InsertMany stores many new documents fast. One that cannot be stored as a duplicate
// keeps none of the others out, and is said when they are stored.
func (c *Collection[T]) InsertMany(ctx context.Context, docs []T) error {
	var duplicate error
	for some := range slices.Chunk(docs, 500) {
		ws, err := c.inserts(ctx, slices.Clone(some))
		if err == nil {
			err = c.conn.engine.write(ctx, ws)
		}
		if err != nil {
			return err
		}
		for _, w := range ws {
			if w.err == nil {
				c.conn.hub.changed(c.at(w.id))
			} else if !errors.Is(w.err, errDuplicate) {
				return w.err
			} else if duplicate == nil {
				duplicate = c.explain(w.id, w.err)
			}
		}
	}
	return duplicate
}

// InsertMissing stores the documents whose ids are free and leaves the others
// as they are: how work that was interrupted is taken up again.
func (c *Collection[T]) InsertMissing(ctx context.Context, docs []T) error {
	if err := c.InsertMany(ctx, docs); !fault.Is(err, "duplicate") {
		return err
	}
	return nil
}

// inserts makes the writes of new documents, whose base it fills in.
func (c *Collection[T]) inserts(ctx context.Context, docs []T) ([]*write, error) {
	if err := c.table.ready(ctx, c.conn.engine); err != nil {
		return nil, err
	}
	ws := make([]*write, len(docs))
	for i := range docs {
		err := c.begin(&docs[i])
		if err == nil {
			ws[i], err = c.change(opInsert, 0, &docs[i], nil)
		}
		if err != nil {
			return nil, err
		}
	}
	return ws, nil
}

// begin fills in the base of a new document.
func (c *Collection[T]) begin(doc *T) error {
	base := any(doc).(document).base()
	if base.ID == "" || len(base.ID) > 512 {
		return fault.New(fault.Internal, "id_invalid", "A document of %s needs an id of 1 to 512 bytes.", c.table.spec.Name)
	}
	base.Rev, base.Schema = 1, c.table.spec.Version
	return nil
}

// change makes the write that puts next in place of revision rev with its index entries old.
func (c *Collection[T]) change(o op, rev int64, next *T, old []entry) (*write, error) {
	base, doc := any(next).(document).base(), reflect.ValueOf(next).Elem()
	body, err := json.Marshal(next)
	if err != nil {
		return nil, fmt.Errorf("%s %s cannot be written as JSON: %w", c.table.spec.Name, base.ID, err)
	}
	entries := c.table.entries(doc)
	return &write{
		table: c.table, op: o, id: base.ID, rev: rev, doc: doc,
		next: record{base.ID, base.Rev, body}, entries: entries,
		add: without(entries, old), drop: without(old, entries),
	}, nil
}

// Delete removes the document, or fails with fault.NotFound "not_found".
func (c *Collection[T]) Delete(ctx context.Context, id string) error {
	for attempt := range attempts {
		doc, err := c.Get(ctx, id)
		if err != nil {
			return err
		}
		if err := c.remove(ctx, &doc); !errors.Is(err, errLost) {
			return c.explain(id, err)
		}
		pause(ctx, attempt)
	}
	return c.explain(id, errLost)
}

// Forget removes a document that was found, if it is still as it was then, and else
// leaves it: what was due when it was looked for may be in use again.
func (c *Collection[T]) Forget(ctx context.Context, found T) error {
	err := c.remove(ctx, &found)
	if errors.Is(err, errLost) || errors.Is(err, errNone) {
		return nil
	}
	return err
}

// remove deletes the document at its revision.
func (c *Collection[T]) remove(ctx context.Context, doc *T) error {
	v, base := reflect.ValueOf(doc).Elem(), any(doc).(document).base()
	w := &write{table: c.table, op: opDelete, id: base.ID, rev: base.Rev, doc: v, drop: c.table.entries(v)}
	if err := c.conn.engine.write(ctx, []*write{w}); err != nil {
		return err
	}
	c.conn.cache.drop(c.at(base.ID))
	if w.err == nil {
		c.conn.hub.changed(c.at(base.ID))
	}
	return w.err
}

// Find gives the documents that the query asks for. A long walk is not a
// snapshot: it sees a document that changes meanwhile as it was or as it becomes.
func (c *Collection[T]) Find(ctx context.Context, q Query) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		p, err := c.table.plan(q)
		if err == nil {
			err = c.table.ready(ctx, c.conn.engine)
		}
		if err != nil {
			yield(none, err)
			return
		}
		for r, err := range c.conn.engine.find(ctx, c.table, p) {
			doc := none
			if err == nil {
				doc, _, err = decode[T](c.table, r)
			}
			if !yield(doc, err) || err != nil {
				return
			}
		}
	}
}

// Watch gives a signal after the document may have changed, in this process or
// another; signals that are not taken at once merge into one. The channel is closed when ctx is done.
func (c *Collection[T]) Watch(ctx context.Context, id string) <-chan struct{} {
	return c.conn.hub.watch(ctx, c.at(id))
}

// All collects what Find gives.
func All[T any](found iter.Seq2[T, error]) ([]T, error) {
	var out []T
	for doc, err := range found {
		if err != nil {
			return nil, err
		}
		out = append(out, doc)
	}
	return out, nil
}

// First gives the first document that Find gives, or fault.NotFound "not_found".
func First[T any](found iter.Seq2[T, error]) (T, error) {
	for doc, err := range found {
		return doc, err
	}
	var none T
	return none, fault.New(fault.NotFound, "not_found", "There is no such %s.", strings.ToLower(reflect.TypeFor[T]().Name()))
}

// explain turns what an engine says about one document into a fault.
func (c *Collection[T]) explain(id string, err error) error {
	name := c.table.spec.Name
	switch {
	case errors.Is(err, errNone):
		return fault.New(fault.NotFound, "not_found", "There is no %q in %s.", id, name).With("id", id).With("collection", name)
	case errors.Is(err, errLost):
		return fault.New(fault.Conflict, "busy", "Too many people changed this at the same moment; please try again.").With("id", id).With("collection", name)
	case errors.Is(err, errDuplicate):
		return fault.New(fault.Conflict, "duplicate", "%s has this already: %q.", name, id).With("id", id).With("collection", name)
	}
	return err
}

var errDuplicate = errors.New("duplicate")
