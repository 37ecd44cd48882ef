package db

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"sync"

	jsonv2 "github.com/go-json-experiment/json"
	jsonv1 "github.com/go-json-experiment/json/v1"

	"baimi/app/fault"
)

// table is a collection as the engines see it.
type table struct {
	spec    Spec
	indexes []*index
	broken  error // what is wrong with the declaration

	// load decodes a stored document, whatever its Go type, and says whether it is of an older shape; rewrite stores it in today's.
	load    func(t *table, r record) (doc reflect.Value, stale bool, err error)
	rewrite func(ctx context.Context, id string) error

	once      sync.Mutex
	done      bool
	unsettled bool // documents of older versions may be left
}

// versions is what a store notes of a collection: the version of the newest
// program that opened it, and the one that every document is known to have reached.
type versions struct{ current, settled int }

func (t *table) ready(ctx context.Context, e engine) error {
	t.once.Lock()
	defer t.once.Unlock()
	if t.done || t.broken != nil {
		return t.broken
	}
	if err := e.prepare(ctx, t); err != nil {
		return err
	}
	t.done = true
	return nil
}

// meet compares the store's versions with the program's and raises them. Rebuild says
// that the index entries are those of an older shape of the documents.
func (t *table) meet(known bool, v *versions) (rebuild bool, err error) {
	if v.current > t.spec.Version {
		return false, newer(t.spec.Name)
	}
	if !known {
		v.settled = t.spec.Version
	}
	rebuild = known && v.current < t.spec.Version
	v.current = t.spec.Version
	t.unsettled = v.settled < v.current
	return rebuild, nil
}

// Migrate stores the documents of older versions in today's shape, one after
// another, beside the program's other work. Until it is done, each is carried over when it is read.
func (c *Conn) Migrate(ctx context.Context) error {
	if err := c.Ready(ctx); err != nil {
		return err
	}
	for _, t := range c.opened() {
		if err := c.migrateTable(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

func (c *Conn) migrateTable(ctx context.Context, t *table) error {
	if !t.unsettled {
		return nil
	}
	for r, err := range c.engine.find(ctx, t, plan{}) {
		if err != nil {
			return err
		}
		if _, stale, err := t.load(t, r); err == nil && !stale {
			continue
		}
		if err := t.rewrite(ctx, r.id); err != nil { // which says what is wrong with a damaged one
			return err
		}
	}
	if err := c.engine.settle(ctx, t); err != nil {
		return err
	}
	t.unsettled = false
	return nil
}

// asStored reads what encoding/json has written, in half of its time.
var asStored = jsonv1.DefaultOptionsV1()

// decode reads a record into a document, carrying an older shape to today's; stale says that it did.
func decode[T any](t *table, r record) (doc T, stale bool, err error) {
	if err := jsonv2.Unmarshal(r.body, &doc, asStored); err != nil {
		return doc, false, fmt.Errorf("%s %s is damaged: %w", t.spec.Name, r.id, err)
	}
	d := any(&doc).(document).base()
	if d.Schema == t.spec.Version {
		return doc, false, nil
	}
	if d.Schema > t.spec.Version {
		return doc, false, newer(t.spec.Name)
	}
	doc, err = migrate[T](t, r, d.Schema)
	return doc, true, err
}

func migrate[T any](t *table, r record, from int) (T, error) {
	var doc T
	object := map[string]any{}
	decoder := json.NewDecoder(bytes.NewReader(r.body))
	decoder.UseNumber()
	if err := decoder.Decode(&object); err != nil {
		return doc, err
	}
	if t.spec.Migrate != nil {
		if err := t.spec.Migrate(from, object); err != nil {
			return doc, fmt.Errorf("%s %s cannot be carried from version %d: %w", t.spec.Name, r.id, from, err)
		}
	}
	body, err := json.Marshal(object)
	if err != nil {
		return doc, err
	}
	if err := json.Unmarshal(body, &doc); err != nil {
		return doc, fmt.Errorf("%s %s does not fit after it was carried from version %d: %w", t.spec.Name, r.id, from, err)
	}
	d := any(&doc).(document).base()
	d.ID, d.Rev, d.Schema = r.id, r.rev, t.spec.Version
	return doc, nil
}

func newer(name string) error {
	return fault.New(fault.Invalid, "store_newer", "The store holds %s of a newer version of this program; start that version, or restore a backup of this one.", name).With("collection", name)
}
