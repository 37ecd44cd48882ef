package routing

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Read reads a door problem and checks it.
func Read(r io.Reader) (*Problem, error) {
	var p Problem
	err := json.NewDecoder(r).Decode(&p)
	if kind, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return nil, invalid(kind.Field, "a %s cannot stand here, %s is wanted", kind.Value, kind.Type)
	}
	if broken, ok := errors.AsType[*json.SyntaxError](err); ok {
		return nil, invalid(fmt.Sprintf("byte %d", broken.Offset), "%v", broken)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, invalid("the end", "the file breaks off")
	}
	if err != nil {
		return nil, fmt.Errorf("this is not a door problem: %w", err)
	}
	return &p, p.Validate()
}
