// Package fault is how Baimi says no.
//
// A fault is made where the rule is known, with the kind of the failure, a
// stable code that pages and tests rely on, and one sentence that the person
// can act on. Callers wrap it with %w; the HTTP edge turns it into an RFC 9457
// problem document in one place. Every other error is internal: whole in the
// log, one neutral sentence to the user.
package fault

import (
	"errors"
	"fmt"
)

// Kind says what went wrong in the one way that every caller understands.
type Kind string

// The kinds are a closed set; Status maps each to its HTTP status.
const (
	Invalid         Kind = "invalid"
	Unauthenticated Kind = "unauthenticated"
	Forbidden       Kind = "forbidden"
	NotFound        Kind = "not_found"
	Conflict        Kind = "conflict"
	TooMany         Kind = "too_many"
	Unavailable     Kind = "unavailable"
	Internal        Kind = "internal"
)

// Field names one input that was wrong, by its JSON path, and why.
type Field struct {
	Path    string `json:"path"`
	Message string `json:"message"`
}

// Error is a refusal that a person can act on. Code is stable; Message is
// English, and Params fill the reader's translation of Code in the pages.
type Error struct {
	Kind    Kind
	Code    string
	Message string
	Params  map[string]any
	Fields  []Field
}

func (e *Error) Error() string { return e.Message }

// New makes a fault. Format and args give the English sentence.
func New(kind Kind, code, format string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Message: fmt.Sprintf(format, args...)}
}

// With returns the fault with one named number or word of its sentence, for translations.
func (e *Error) With(name string, value any) *Error {
	params := map[string]any{name: value}
	for k, v := range e.Params {
		params[k] = v
	}
	next := *e
	next.Params = params
	return &next
}

// At returns the fault with one more wrong field.
func (e *Error) At(path, message string) *Error {
	next := *e
	next.Fields = append(append([]Field(nil), e.Fields...), Field{path, message})
	return &next
}

// As finds the fault inside err, or nil where err is something else.
func As(err error) *Error {
	var f *Error
	if errors.As(err, &f) {
		return f
	}
	return nil
}

// Is tells whether err is a fault with this code.
func Is(err error, code string) bool {
	f := As(err)
	return f != nil && f.Code == code
}

// KindOf gives the kind of err; what is not a fault is Internal.
func KindOf(err error) Kind {
	if f := As(err); f != nil {
		return f.Kind
	}
	return Internal
}

// Status maps a kind to its HTTP status.
func Status(kind Kind) int {
	switch kind {
	case Invalid:
		return 422
	case Unauthenticated:
		return 401
	case Forbidden:
		return 403
	case NotFound:
		return 404
	case Conflict:
		return 409
	case TooMany:
		return 429
	case Unavailable:
		return 503
	}
	return 500
}
