package people

import (
	"bytes"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// Written is an answer of type T that is put into JSON once and sent to many.
type Written[T any] struct{ text []byte }

// Write puts an answer into JSON.
func Write[T any](value T) (*Written[T], error) {
	var text bytes.Buffer
	err := JSON.Marshal(&text, value)
	return &Written[T]{text.Bytes()}, err
}

func (w *Written[T]) json() []byte { return w.text }

// Schema is the answer's own, as if it had not been written yet.
func (Written[T]) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[T](), true, "")
}
