package db

import (
	"reflect"
	"sync"
)

// clone copies a document with all that it points to, so that a change that
// fails half-way leaves no trace, and callers share nothing.
func clone[T any](doc T) T {
	deepen(reflect.ValueOf(&doc).Elem())
	return doc
}

// deepen replaces what v, a shallow copy, shares with its original.
func deepen(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for _, i := range sharing(v.Type()) {
			deepen(v.Field(i))
		}
	case reflect.Slice:
		deepenSlice(v)
	case reflect.Map:
		deepenMap(v)
	case reflect.Pointer:
		if !v.IsNil() {
			next := reflect.New(v.Type().Elem())
			next.Elem().Set(v.Elem())
			deepen(next.Elem())
			v.Set(next)
		}
	case reflect.Interface:
		if !v.IsNil() {
			next := reflect.New(v.Elem().Type()).Elem()
			next.Set(v.Elem())
			deepen(next)
			v.Set(next)
		}
	case reflect.Array:
		for i := range v.Len() {
			deepen(v.Index(i))
		}
	}
}

func deepenSlice(v reflect.Value) {
	if v.Cap() == 0 {
		return
	}
	if v.Len() == 0 {
		v.Set(v.Slice3(0, 0, 0)) // without the room that two could write into
		return
	}
	next := reflect.MakeSlice(v.Type(), v.Len(), v.Cap()) // whoever appends to the next copy needs no third
	reflect.Copy(next, v)
	if shares(v.Type().Elem()) {
		for i := range next.Len() {
			deepen(next.Index(i))
		}
	}
	v.Set(next)
}

func deepenMap(v reflect.Value) {
	if v.IsNil() {
		return
	}
	next := reflect.MakeMapWithSize(v.Type(), v.Len())
	for it := v.MapRange(); it.Next(); {
		value := reflect.New(v.Type().Elem()).Elem()
		value.Set(it.Value())
		deepen(value)
		next.SetMapIndex(it.Key(), value)
	}
	v.Set(next)
}

var sharingFields sync.Map // reflect.Type → []int

// sharing gives the fields of a struct that a shallow copy shares.
func sharing(t reflect.Type) []int {
	if known, ok := sharingFields.Load(t); ok {
		return known.([]int)
	}
	var fields []int
	if t != timeType {
		for i := range t.NumField() {
			if f := t.Field(i); (f.IsExported() || f.Anonymous && f.Type.Kind() == reflect.Struct) && shares(f.Type) {
				fields = append(fields, i)
			}
		}
	}
	sharingFields.Store(t, fields)
	return fields
}

func shares(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Slice, reflect.Map, reflect.Pointer, reflect.Interface:
		return true
	case reflect.Array:
		return shares(t.Elem())
	case reflect.Struct:
		return len(sharing(t)) > 0
	}
	return false
}
