package routing

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
)

// Read reads a door problem and checks it.
func Read(r io.Reader) (*Problem, error) {
	var p Problem
	text := json.NewDecoder(r)
	err := text.Decode(&p)
	if kind, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && kind.Field != "" {
		return nil, invalid(kind.Field, "%s cannot stand here, %s is wanted", kind.Value, kind.Type)
	} else if ok {
		return nil, fmt.Errorf("this is not a door problem: it is %s where an object should be", kind.Value)
	}
	if broken, ok := errors.AsType[*json.SyntaxError](err); ok {
		return nil, invalid(fmt.Sprintf("byte %d", broken.Offset), "%v", broken)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return nil, invalid("the end", "the file breaks off")
	}
	if err != nil {
		return nil, fmt.Errorf("this is not a door problem: %w", err)
	}
	if p.Stops == nil || p.Duration == nil {
		return nil, errors.New("this is not a door problem: it has no stops, or no duration from each to each")
	}
	if _, err := text.Token(); !errors.Is(err, io.EOF) {
		return nil, invalid(fmt.Sprintf("byte %d", text.InputOffset()), "something stands after the door problem's end")
	}
	return &p, p.Validate()
}

// always is the window and the shift of whom the file sets none.
var always = Span{0, latest}

// UnmarshalJSON reads two numbers and no others.
func (s *Span) UnmarshalJSON(text []byte) error {
	var numbers []int64
	if err := json.Unmarshal(text, &numbers); err != nil || numbers == nil {
		return err
	}
	if len(numbers) != len(s) {
		return &json.UnmarshalTypeError{Value: fmt.Sprintf("an array of %d", len(numbers)), Type: reflect.TypeFor[[2]int64]()}
	}
	*s = Span(numbers)
	return nil
}

// UnmarshalJSON reads a stop.
func (s *Stop) UnmarshalJSON(text []byte) error {
	type fields Stop
	s.Window = always
	return json.Unmarshal(text, (*fields)(s))
}

// UnmarshalJSON reads a kind of courier: one of them, where no count is written.
func (c *Courier) UnmarshalJSON(text []byte) error {
	type fields Courier
	c.Count, c.Shift = 1, always
	return json.Unmarshal(text, (*fields)(c))
}
