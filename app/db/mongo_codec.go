package db

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/bson/bsontype"
	"go.mongodb.org/mongo-driver/x/bsonx/bsoncore"
)

// A stored document in MongoDB: _id, _rev, _write (a token of the write that
// made this revision), doc (the document's JSON as BSON) and one field for each
// indexed path, whose values are canonical: instants as text of fixed width.

// MongoDB gives these characters a meaning in field names.
var (
	escapeName   = strings.NewReplacer("%", "%25", ".", "%2E", "$", "%24", "\x00", "%00")
	unescapeName = strings.NewReplacer("%25", "%", "%2E", ".", "%24", "$", "%00", "\x00")
)

// mongoField is the name of the field that carries an indexed path.
func mongoField(path string) string { return "ix_" + strings.ReplaceAll(path, ".", "_") }

// mongoFields gives the indexed values of a document, and the unique keys.
func (t *table) mongoFields(doc reflect.Value) bson.M {
	fields := bson.M{}
	for _, ix := range t.indexes {
		for i, p := range ix.paths {
			values := p.values(doc)
			if p.multi {
				fields[mongoField(ix.Fields[i])] = distinct(values)
			} else {
				fields[mongoField(ix.Fields[i])] = values[0]
			}
		}
	}
	unique := map[string]bson.A{}
	for _, e := range t.entries(doc) {
		if name := mongoField(e.index.name); e.index.Unique && !hasNull(e.key) {
			unique[name] = append(unique[name], fmt.Sprintf("%x", e.key))
		}
	}
	for name, keys := range unique {
		fields[name] = keys
	}
	return fields
}

func distinct(values []any) bson.A {
	out, held := bson.A{}, map[any]bool{}
	for _, v := range values {
		if !held[v] {
			held[v] = true
			out = append(out, v)
		}
	}
	return out
}

// toBSON turns a JSON object into a BSON document.
func toBSON(body []byte) (bson.Raw, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	return appendObject(nil, d)
}

// appendObject adds the object whose opening brace has been read.
func appendObject(dst []byte, d *json.Decoder) ([]byte, error) {
	at, dst := bsoncore.AppendDocumentStart(dst)
	for d.More() {
		name, err := d.Token()
		if err == nil {
			dst, err = appendJSON(dst, escapeName.Replace(name.(string)), d)
		}
		if err != nil {
			return nil, err
		}
	}
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	return bsoncore.AppendDocumentEnd(dst, at)
}

func appendArray(dst []byte, d *json.Decoder) ([]byte, error) {
	at, dst := bsoncore.AppendArrayStart(dst)
	for i := 0; d.More(); i++ {
		var err error
		if dst, err = appendJSON(dst, strconv.Itoa(i), d); err != nil {
			return nil, err
		}
	}
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	return bsoncore.AppendArrayEnd(dst, at)
}

func appendJSON(dst []byte, name string, d *json.Decoder) ([]byte, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch v := token.(type) {
	case json.Delim:
		if v == '{' {
			return appendObject(bsoncore.AppendHeader(dst, bsontype.EmbeddedDocument, name), d)
		}
		return appendArray(bsoncore.AppendHeader(dst, bsontype.Array, name), d)
	case string:
		return bsoncore.AppendStringElement(dst, name, v), nil
	case bool:
		return bsoncore.AppendBooleanElement(dst, name, v), nil
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return bsoncore.AppendInt64Element(dst, name, n), nil
		}
		f, err := v.Float64()
		return bsoncore.AppendDoubleElement(dst, name, f), err
	}
	return bsoncore.AppendNullElement(dst, name), nil
}

// fromBSON turns a BSON document of toBSON back into JSON.
func fromBSON(out *bytes.Buffer, doc bsoncore.Document) error {
	elements, err := doc.Elements()
	if err != nil {
		return err
	}
	out.WriteByte('{')
	for i, e := range elements {
		if i > 0 {
			out.WriteByte(',')
		}
		writeText(out, unescapeName.Replace(e.Key()))
		out.WriteByte(':')
		if err := writeValue(out, e.Value()); err != nil {
			return err
		}
	}
	out.WriteByte('}')
	return nil
}

func writeValue(out *bytes.Buffer, v bsoncore.Value) error {
	switch v.Type {
	case bsontype.EmbeddedDocument:
		return fromBSON(out, v.Document())
	case bsontype.Array:
		return writeArray(out, v.Array())
	case bsontype.String:
		writeText(out, v.StringValue())
	case bsontype.Boolean:
		out.WriteString(strconv.FormatBool(v.Boolean()))
	case bsontype.Int32, bsontype.Int64:
		out.WriteString(strconv.FormatInt(v.AsInt64(), 10))
	case bsontype.Double:
		out.WriteString(strconv.FormatFloat(v.Double(), 'g', -1, 64))
	case bsontype.Null:
		out.WriteString("null")
	default:
		return fmt.Errorf("a document holds %s, which JSON has not", v.Type)
	}
	return nil
}

func writeArray(out *bytes.Buffer, array bsoncore.Array) error {
	values, err := array.Values()
	if err != nil {
		return err
	}
	out.WriteByte('[')
	for i, v := range values {
		if i > 0 {
			out.WriteByte(',')
		}
		if err := writeValue(out, v); err != nil {
			return err
		}
	}
	out.WriteByte(']')
	return nil
}

func writeText(out *bytes.Buffer, text string) {
	quoted, _ := json.Marshal(text) // text always has a JSON form
	out.Write(quoted)
}

// stored reads a record off a document as MongoDB holds it.
func stored(raw bson.Raw) (record, error) {
	var r record
	var ok bool
	if r.id, ok = raw.Lookup("_id").StringValueOK(); !ok {
		return r, fmt.Errorf("a document has an _id that is not text: %s", raw.Lookup("_id"))
	}
	r.rev, _ = raw.Lookup("_rev").AsInt64OK()
	doc, ok := raw.Lookup("doc").DocumentOK()
	if !ok {
		return r, fmt.Errorf("the document %q has no body", r.id)
	}
	var out bytes.Buffer
	err := fromBSON(&out, bsoncore.Document(doc))
	r.body = out.Bytes()
	return r, err
}
