package matching

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
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
		``:    `the file ends where '{' should be`,
		`[]`:  `'[' where '{' should be`,
		`{}x`: `'x' after the market's end`,
		`{}`:  `it has no demands`,
		`{"loads": ["litres"], "stops": [{"id": "a", "load": [1]}], "products": []}`: `it has no demands`,
		`{"lots": [`:                                                    `lots, number 1: the file ends where '{' should be`,
		`{"lots": {}}`:                                                  `lots: '{' where '[' should be`,
		`{"lots": [{}, {"available": 1.5}]}`:                            `lots, number 2, available: 1.5 is not a whole number`,
		`{"lots": [{"available": NaN}]}`:                                `lots, number 1, available: NaN is not a whole number`,
		`{"lots": [{"available": 99999999999999999999}]}`:               `lots, number 1, available: 99999999999999999999 is too large a number`,
		`{"lots": [{"available": "7"}]}`:                                `lots, number 1, available: '"' where a value should be`,
		`{"lots": [{"id": 7}]}`:                                         `lots, number 1, id: '7' where '"' should be`,
		`{"lots": [{"id": "x]}`:                                         `lots, number 1, id: the file ends within a text`,
		`{"lots": [{"id": "\x"}]}`:                                      `lots, number 1, id: a text that is none: invalid character 'x' in string escape code`,
		`{"lots": [{"id": "x"} {}]}`:                                    `lots: '{' where ',' should be`,
		`{"suppliers": [{"reach": [{"gate": "a"}, {"trip_cost": -}]}]}`: `suppliers, number 1, reach, number 2, trip_cost: - is not a whole number`,
		`{"seed": nil}`:                                                 `seed: nil is no value`,
		`{"lots": [{"id": "x", "available": null}]}`:                    `lots, number 1, available: null is no value`,
		`{"lots": [{"id": "x", "case": 2, "id": "y"}]}`:                 `lots, number 1: "id" is said twice`,
		`{"lots": [], "gates": [{"note": 1, "note": 2}]}`:               `gates, number 1: "note" is said twice`,
		`{"lots": [], "demands": [{}, {}], "lots": []}`:                 `"lots" is said twice`,
		"{\"lots\": [{\"id\": \"egg\xff\"}]}":                           `lots, number 1, id: the text "egg\xff" is not UTF-8`,
		"{\"lots\": [{\"\xc3(\": 1}]}":                                  `lots, number 1: the text "\xc3(" is not UTF-8`,
	} {
		if _, err := Read(strings.NewReader(text), 0); err == nil || err.Error() != "not a market in JSON: "+want {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}

func TestEveryFieldOfAMarketIsRead(t *testing.T) {
	for _, part := range []record{&Market{}, &Product{}, &Gate{}, &Supplier{}, &Reach{}, &Lot{}, &Tier{}, &Demand{}} {
		of := reflect.ValueOf(part).Elem()
		for i := range of.NumField() {
			name, _, _ := strings.Cut(of.Type().Field(i).Tag.Get("json"), ",")
			if at := part.field(name); name != "" && at != of.Field(i).Addr().Interface() {
				t.Errorf("%s of %T is not read", name, part)
			}
		}
	}
}

func TestAFieldThatIsNoneOfAMarketIsDoubted(t *testing.T) {
	m, err := Read(strings.NewReader(`{"demands": [], "note": {"by": ["me", {"n": 1.5}], "at": null}, "gates": [{"id": "a", "max_trip": 3}]}`), 0)
	if err != nil || len(m.Gates) != 1 {
		t.Fatal(m, err)
	}
	want := []string{`the field "note" is none of a market's and is not read`, `the field "max_trip" is none of a market's and is not read`}
	if got := m.Doubts(); !slices.Equal(got, want) {
		t.Errorf("doubts %q", got)
	}
}

// FuzzRead holds Read to what encoding/json makes of the same text, whatever the
// size of the pieces that it comes in.
func FuzzRead(f *testing.F) {
	m := generate(size{gates: 2, suppliers: 2, products: 2, linesPerGate: 2, lotsPerSupplier: 1, reach: 2, stock: 1, limits: true}, 1)
	m.Gates[0].ID = "东门\"\\"
	text, _ := json.Marshal(m)
	f.Add(text)
	f.Add([]byte(`{"rule": "first", "other": [1, {"a": "b"}], "lots": null, "demands": []}`))
	f.Add([]byte(`{"demands": [{"id": "\u4e1c\ud83d\ude00", "quantity": -0}]} `))
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := Read(bytes.NewReader(text), 0)
		piecemeal, again := Read(iotest.OneByteReader(bytes.NewReader(text)), 0)
		if fmt.Sprint(err) != fmt.Sprint(again) || !reflect.DeepEqual(got, piecemeal) {
			t.Fatalf("in pieces: %v, whole: %v", again, err)
		}
		if err != nil {
			return
		}
		want := &Market{unknown: got.unknown}
		if err := json.Unmarshal(text, want); err == nil && !bytes.Contains(text, []byte("null")) && !reflect.DeepEqual(got, want) {
			t.Errorf("%s\nis read as %+v\nencoding/json says %+v", text, got, want)
		}
	})
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
