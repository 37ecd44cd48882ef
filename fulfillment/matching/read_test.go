package matching

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
)

func TestAMarketIsReadAsItWasWritten(t *testing.T) {
	m := generate(size{gates: 6, suppliers: 4, products: 3, linesPerGate: 5, lotsPerSupplier: 2, reach: 5, stock: 1, limits: true}, 1)
	text, _ := json.Marshal(m)
	got, err := Read(strings.NewReader(string(text)), 1<<30)
	if err != nil || !reflect.DeepEqual(m, got) {
		t.Errorf("read differently: %v", err)
	}
}

func TestABrokenFileIsRefusedWithThePlace(t *testing.T) {
	for text, want := range map[string]string{
		``:                                   "not a market in JSON: EOF",
		`[]`:                                 "not a market in JSON: [ where { should be",
		`{"lots": {}}`:                       "not a market in JSON: lots: { where [ should be",
		`{"lots": [{}, {"available": 1.5}]}`: "not a market in JSON: lots, number 2: json: cannot unmarshal number 1.5 into Go struct field Lot.available of type int64",
	} {
		if _, err := Read(strings.NewReader(text), 0); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}

func TestAMarketTooLargeForMemoryIsRefusedBeforeItIsReadWhole(t *testing.T) {
	endless := &repeated{text: `{"demands": [`, again: `{"id": "x", "gate": "g", "product": "p", "quantity": 1},`}
	var large *TooLarge
	if _, err := Read(endless, 9<<20); !errors.As(err, &large) || large.Have != 9<<20 {
		t.Errorf("got %v", err)
	}
	if endless.read > 2<<20 {
		t.Errorf("%d bytes were read", endless.read)
	}
}

// repeated is a file without an end.
type repeated struct {
	text, again string
	read        int
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.text == "" {
		r.text = r.again
	}
	n := copy(p, r.text)
	r.text = r.text[n:]
	r.read += n
	return n, nil
}
