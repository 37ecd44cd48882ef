package db_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"testing"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// opMsg is the code of the wire protocol's messages that carry commands: a head of 16 bytes (length, number,
// number of the request that it answers, code), flags, the command, and lists of documents that belong to it.
const (
	opMsg    = 2013
	wireHead = 16 + 4
)

// commandOf reads the command of a message and the updates or deletes that came beside it.
func commandOf(message []byte) (command bson.Raw, beside []bson.Raw) {
	if len(message) < wireHead || binary.LittleEndian.Uint32(message[12:]) != opMsg {
		return nil, nil
	}
	for rest := message[wireHead:]; len(rest) > 5; {
		kind, size := rest[0], int(binary.LittleEndian.Uint32(rest[1:]))
		section := rest[1 : 1+size]
		rest = rest[1+size:]
		if kind == 0 {
			command = bson.Raw(section)
			continue
		}
		list := section[4+bytes.IndexByte(section[4:], 0)+1:] // behind its name
		for len(list) > 4 {
			n := binary.LittleEndian.Uint32(list)
			beside, list = append(beside, bson.Raw(list[:n])), list[n:]
		}
	}
	return command, beside
}

// listed gives the documents of a list within a command.
func listed(command bson.Raw, name string) (docs []bson.Raw) {
	list, _ := command.Lookup(name).ArrayOK()
	values, _ := list.Values()
	for _, v := range values {
		docs = append(docs, v.Document())
	}
	return docs
}

// reply makes an answer to the request.
func reply(request []byte, said any) []byte {
	body, err := bson.Marshal(said)
	if err != nil {
		panic(err)
	}
	head := make([]byte, wireHead+1)
	binary.LittleEndian.PutUint32(head, uint32(len(head)+len(body)))
	copy(head[8:12], request[4:8])
	binary.LittleEndian.PutUint32(head[12:], opMsg)
	return append(head, body...)
}

func wireError(code int32, message string) bson.M {
	return bson.M{"ok": 0, "code": code, "errmsg": message}
}

// untargeted refuses, as a sharded cluster would that knows no better way than asking
// every shard, a change whose filter does not name the shard key, which is the id.
func untargeted(command bson.Raw, beside []bson.Raw) any {
	first, err := command.IndexErr(0)
	if err != nil || !slices.Contains([]string{"update", "delete", "findAndModify"}, first.Key()) {
		return nil
	}
	beside = slices.Concat(beside, listed(command, "updates"), listed(command, "deletes"))
	if first.Key() == "findAndModify" {
		beside = append(beside, bson.Raw(command))
	}
	for _, change := range beside {
		filter, ok := change.Lookup("q").DocumentOK()
		if !ok {
			filter, _ = change.Lookup("query").DocumentOK()
		}
		if _, ok := filter.Lookup("_id").StringValueOK(); !ok {
			return wireError(61, "the change does not name the shard key")
		}
	}
	return nil
}

func TestTheProxyRefusesAChangeWithoutTheShardKey(t *testing.T) {
	client, err := mongo.Connect(t.Context(), options.Client().ApplyURI("mongodb://"+ferret(t).address))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Disconnect(t.Context())
	docs := client.Database("baimi_test_shards").Collection("docs")
	everybody := bson.M{"state": "open"}
	_, updated := docs.UpdateMany(t.Context(), everybody, bson.M{"$set": bson.M{"state": "closed"}})
	_, replaced := docs.ReplaceOne(t.Context(), everybody, bson.M{"state": "closed"})
	_, deleted := docs.DeleteOne(t.Context(), everybody)
	found := docs.FindOneAndDelete(t.Context(), everybody).Err()
	for what, err := range map[string]error{"update": updated, "replace": replaced, "delete": deleted, "find and delete": found} {
		var refused mongo.ServerError
		if !errors.As(err, &refused) || !refused.HasErrorCode(61) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := docs.DeleteOne(t.Context(), bson.M{"_id": "a", "state": "open"}); err != nil {
		t.Error(err)
	}
}
