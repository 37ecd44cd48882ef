package db

import (
	"strings"

	"go.mongodb.org/mongo-driver/bson"
)

// MongoDB gives these characters a meaning in field names.
var (
	escapeName   = strings.NewReplacer("%", "%25", ".", "%2E", "$", "%24", "\x00", "%00")
	unescapeName = strings.NewReplacer("%25", "%", "%2E", ".", "%24", "$", "%00", "\x00")
)

// The driver takes a name such as "$date" for a type of its own, so no text begins with "$" when it reads JSON.
var (
	guard   = strings.NewReplacer(`"$`, `"%24`, `"%`, `"%25`)
	unguard = strings.NewReplacer(`"%24`, `"$`, `"%25`, `"%`)
)

// toBSON turns a document's JSON into BSON, so that it can be looked into and asked for by its fields.
func toBSON(body []byte) (any, error) {
	var doc bson.D
	err := bson.UnmarshalExtJSON([]byte(guard.Replace(string(body))), false, &doc)
	return renamed(doc, escapeName), err
}

// fromBSON turns what toBSON made back into JSON.
func fromBSON(raw bson.Raw) ([]byte, error) {
	var doc bson.D
	if err := bson.Unmarshal(raw, &doc); err != nil {
		return nil, err
	}
	body, err := bson.MarshalExtJSON(renamed(doc, unescapeName), false, false)
	return []byte(unguard.Replace(string(body))), err
}

// renamed is the value with the names of all its fields replaced.
func renamed(value any, names *strings.Replacer) any {
	switch v := value.(type) {
	case bson.D:
		for i := range v {
			v[i].Key, v[i].Value = names.Replace(v[i].Key), renamed(v[i].Value, names)
		}
	case bson.A:
		for i := range v {
			v[i] = renamed(v[i], names)
		}
	}
	return value
}
