package db

import (
	"bytes"
	"encoding/json"
	"fmt"

	jsonv2 "github.com/go-json-experiment/json"
	jsonv1 "github.com/go-json-experiment/json/v1"

	"baimi/app/fault"
)

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
