package people

import (
	"bytes"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json/jsontext"
)

// Written is an answer of type T that is put into JSON once and sent to many.
type Written[T any] struct {
	Value T
	text  jsontext.Value
}

// Write puts an answer into JSON.
func Write[T any](value T) (Written[T], error) {
	var text bytes.Buffer
	err := JSON.Marshal(&text, value)
	return Written[T]{value, text.Bytes()}, err
}

// MarshalJSONTo gives what was written.
func (w Written[T]) MarshalJSONTo(e *jsontext.Encoder) error { return e.WriteValue(w.text) }

// Schema is the answer's own, as if it had not been written yet.
func (Written[T]) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[T](), true, "")
}
