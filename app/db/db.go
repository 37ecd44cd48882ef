// Package db keeps documents: one generic Collection over SQLite (the embedded
// default) or MongoDB. A domain declares a struct that embeds Doc, its indexes,
// and never learns which store runs.
//
//	type Lot struct {
//		db.Doc
//		Product string    `json:"product"`
//		Expires time.Time `json:"expires_at"`
//	}
//	lots := db.Open[Lot](conn, db.Spec{Name: "lots", Indexes: []db.Index{db.On("product", "expires_at")}})
//	lot, err := lots.Update(ctx, id, func(l *Lot) error { return l.Reserve(run, n, now) })
//	for lot, err := range lots.Find(ctx, db.Where("product", p).Order("expires_at").Limit(50)) { ... }
//
// What it promises, on both stores alike:
//
//   - A write that was acknowledged is on disk. Writes that wait together share
//     one transaction and one fsync (group commit).
//   - Update is the only way to change a document: it loads it, applies a pure
//     function, and replaces it only if its revision is unchanged. Updates of
//     one document that wait together are applied one after another and
//     written once; one that refuses fails alone. A revision lost to another
//     process is retried; losing in the end is fault.Conflict "busy".
//   - Find answers by a declared index or not at all: equality on the first
//     fields of an index, then at most one range or order on the next.
//   - What a document causes in another collection goes in behind it (Outbox), and
//     stays in it where that is cut off.
//   - Watch says that a document may have changed, whoever changed it.
//
// It refuses transactions over several documents, queries without an index,
// floats and other unordered values in indexes, and a store that a newer
// version of the program has written.
//
// In reading order: this file, collection.go, combine.go and outbox.go are what a domain
// meets; query.go and keys.go find documents, table.go carries them from version to
// version; sqlite*.go and mongo*.go are the two stores, from the file without a second
// name on, and backup.go goes between them; cache.go, clone.go, watch.go and lease.go stand by themselves.
package db

import (
	"context"
	"iter"
	"reflect"
	"strings"
	"sync"

	"baimi/app/fault"
)

// Doc is embedded by every document. ID is chosen by the caller, Rev counts the
// writes from 1, and Schema is the version of the document's shape (Spec.Version).
type Doc struct {
	ID     string `json:"id"`
	Rev    int64  `json:"rev"`
	Schema int    `json:"schema,omitempty"`
}

func (d *Doc) base() *Doc { return d }

type document interface{ base() *Doc }

// Index is declared by JSON paths such as "state" or "participants.household".
// A path into an array makes one entry for each element; it must be the first
// field and cannot be ordered by. A document that lacks the first field (null, or left out by omitempty)
// is not in the index. Unique refuses a second document with the same values; one that lacks any of the fields is exempt.
type Index struct {
	Fields []string
	Unique bool
}

// On declares an index over these JSON paths.
func On(fields ...string) Index { return Index{Fields: fields} }

// Unique declares an index that refuses a second document with the same values.
func Unique(fields ...string) Index { return Index{Fields: fields, Unique: true} }

// Spec declares a collection. Version and Migrate carry older documents to
// today's shape: Migrate changes the JSON object of a document that was
// written at version from, in memory on each read, and for good when the
// document is next written or Conn.Migrate passes by.
type Spec struct {
	Name    string
	Indexes []Index
	Version int
	Migrate func(from int, object map[string]any) error
}

// Conn is one open store.
type Conn struct {
	engine engine
	hub    *hub
	cache  *cache

	mu     sync.Mutex
	tables []*table
}

// engine is what a store must do; everything above it is shared.
type engine interface {
	prepare(ctx context.Context, t *table) error
	get(ctx context.Context, t *table, id string) (record, error)     // errNone where there is none
	revision(ctx context.Context, t *table, id string) (int64, error) // errNone where there is none
	write(ctx context.Context, ws []*write) error                     // in order; answers of single writes are in ws[i].err
	alone() bool                                                      // no other process changes documents, and none has since the store was opened or confirmed
	find(ctx context.Context, t *table, p plan) iter.Seq2[record, error]
	settle(ctx context.Context, t *table) error // all documents have today's version
	close() error
}

// record is a stored document.
type record struct {
	id   string
	rev  int64
	body []byte // JSON
}

// metaName is the name under which a store notes the versions of its collections.
const metaName = "collections"

type op int

const (
	opInsert op = iota
	opReplace
	opDelete
)

// write is one document's change, with the index entries that it adds and drops.
type write struct {
	table   *table
	op      op
	id      string
	rev     int64 // the revision that is replaced or deleted
	next    record
	doc     reflect.Value // the document of next
	entries []entry       // all of the document's
	add     []entry
	drop    []entry
	after   *write // without which it must not land
	err     error
}

// Connect opens the store at "sqlite:DIR" or "mongodb://…". Its faults are sentences for whoever starts the program.
func Connect(ctx context.Context, address string) (*Conn, error) {
	c := &Conn{hub: newHub(), cache: newCache()}
	dir, isSQLite := sqliteDir(address)
	var err error
	switch {
	case isSQLite:
		c.engine, err = openSQLite(ctx, dir, c.hub, c.cache)
	case strings.HasPrefix(address, "mongodb://"), strings.HasPrefix(address, "mongodb+srv://"):
		c.engine, err = openMongo(ctx, address, c.hub)
	default:
		err = fault.New(fault.Invalid, "store_unknown", "The store address %q is not understood: use sqlite:DIR or mongodb://HOST/DATABASE.", address).With("address", address)
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// sqliteDir gives the directory of an SQLite store.
func sqliteDir(address string) (string, bool) {
	dir, ok := strings.CutPrefix(address, "sqlite:")
	return dir, ok && dir != ""
}

// Close finishes the writes that wait and releases the store.
func (c *Conn) Close() error {
	c.hub.close()
	return c.engine.close()
}

// Ready creates what the opened collections need: tables, and indexes filled
// from the documents that are there. A collection that is used before is made ready by its first use.
func (c *Conn) Ready(ctx context.Context) error {
	for _, t := range c.opened() {
		if err := t.ready(ctx, c.engine); err != nil {
			return err
		}
	}
	return nil
}

func (c *Conn) opened() []*table {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tables
}
