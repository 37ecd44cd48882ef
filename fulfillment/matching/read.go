package matching

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// bytesPerByte is the memory that solving takes for each byte of a market in
// JSON, measured on generated markets of 10,000 to 1,000,000 lines.
const bytesPerByte = 9

// TooLarge is a market that would not fit in memory.
type TooLarge struct{ Need, Have int64 } // bytes

func (e *TooLarge) Error() string {
	return fmt.Sprintf("the market is too large: solving it needs about %d MiB of memory and %d MiB are free", e.Need>>20, e.Have>>20)
}

// Read decodes a market from JSON, one part after the other. Where memory (bytes
// free) is above 0, a market that would not fit is refused with *TooLarge before
// it is read whole: a file by its size, anything else as soon as it is seen.
func Read(r io.Reader, memory int64) (*Market, error) {
	if f, ok := r.(*os.File); ok && memory > 0 {
		if info, err := f.Stat(); err == nil && info.Size() > memory/bytesPerByte {
			return nil, &TooLarge{Need: info.Size() * bytesPerByte, Have: memory}
		}
	}
	if memory > 0 {
		r = &meter{Reader: r, left: memory / bytesPerByte, memory: memory}
	}
	m := &Market{}
	if err := m.decode(json.NewDecoder(r)); err != nil {
		var large *TooLarge
		if errors.As(err, &large) {
			return nil, large
		}
		return nil, fmt.Errorf("not a market in JSON: %w", err)
	}
	return m, nil
}

// meter refuses to read more than fits.
type meter struct {
	io.Reader
	left, memory int64
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.Reader.Read(p)
	if m.left -= int64(n); m.left < 0 {
		return 0, &TooLarge{Need: m.memory + bytesPerByte, Have: m.memory}
	}
	return n, err
}

func (m *Market) decode(dec *json.Decoder) error {
	if err := expect(dec, json.Delim('{')); err != nil {
		return err
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return err
		}
		if err := m.part(dec, key.(string)); err != nil {
			return err
		}
	}
	return expect(dec, json.Delim('}'))
}

func (m *Market) part(dec *json.Decoder, key string) error {
	switch key {
	case "rule":
		return one(dec, key, &m.Rule)
	case "seed":
		return one(dec, key, &m.Seed)
	case "products":
		return many(dec, key, &m.Products)
	case "gates":
		return many(dec, key, &m.Gates)
	case "suppliers":
		return many(dec, key, &m.Suppliers)
	case "lots":
		return many(dec, key, &m.Lots)
	case "demands":
		return many(dec, key, &m.Demands)
	}
	var other json.RawMessage
	return one(dec, key, &other)
}

func one(dec *json.Decoder, key string, into any) error {
	if err := dec.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	return nil
}

func many[T any](dec *json.Decoder, key string, into *[]T) error {
	if err := expect(dec, json.Delim('[')); err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	for dec.More() {
		var next T
		if err := dec.Decode(&next); err != nil {
			return fmt.Errorf("%s, number %d: %w", key, len(*into)+1, err)
		}
		*into = append(*into, next)
	}
	return expect(dec, json.Delim(']'))
}

func expect(dec *json.Decoder, want json.Delim) error {
	got, err := dec.Token()
	if err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("%v where %v should be", got, want)
	}
	return nil
}
