package matching

import (
	"encoding/json"
	"fmt"
	"io"
)

// Read decodes a market from JSON, part by part, and refuses what is not one.
func Read(r io.Reader) (*Market, error) {
	dec := json.NewDecoder(r)
	dec.DisallowUnknownFields()
	var m Market
	if err := dec.Decode(&m); err != nil {
		return nil, fmt.Errorf("not a market in JSON: %w", err)
	}
	return &m, nil
}
