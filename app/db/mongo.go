package db

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
	"go.mongodb.org/mongo-driver/mongo/readconcern"
	"go.mongodb.org/mongo-driver/mongo/writeconcern"
	"go.mongodb.org/mongo-driver/x/mongo/driver/connstring"

	"baimi/app/fault"
)

// mongoTime bounds one exchange with the server.
const mongoTime = 15 * time.Second

// mongoStore keeps each collection in a MongoDB collection of the same name. A
// write is acknowledged when a majority of the replica set has it in its journal.
//
// A document there is _id, _rev, _write (a token of the write that made this
// revision), doc (the document itself) and a field for each indexed
// path, whose values are canonical: instants as text of fixed width.
type mongoStore struct {
	hub    *hub
	client *mongo.Client
	base   *mongo.Database
	cancel context.CancelFunc
	done   chan struct{}
}

func openMongo(ctx context.Context, address string, h *hub) (*mongoStore, error) {
	parsed, err := connstring.ParseAndValidate(address)
	if err != nil {
		return nil, fault.New(fault.Invalid, "store_unknown", "The store address is not one of a MongoDB: %v.", err)
	}
	journalled := true
	client, err := mongo.Connect(ctx, options.Client().ApplyURI(address).SetAppName("baimi").
		SetServerSelectionTimeout(5*time.Second).SetTimeout(mongoTime).
		SetReadConcern(readconcern.Majority()).
		SetWriteConcern(&writeconcern.WriteConcern{W: "majority", Journal: &journalled}))
	if err != nil {
		return nil, fault.New(fault.Invalid, "store_unknown", "The store address is not one of a MongoDB: %v.", err)
	}
	if err := client.Ping(ctx, nil); err != nil {
		client.Disconnect(ctx)
		return nil, fmt.Errorf("%w (%w)", fault.New(fault.Unavailable, "store_unreachable", "The MongoDB at %v does not answer.", parsed.Hosts), err)
	}
	name := parsed.Database
	if name == "" {
		name = "baimi"
	}
	life, cancel := context.WithCancel(context.Background())
	s := &mongoStore{hub: h, client: client, base: client.Database(name), cancel: cancel, done: make(chan struct{})}
	go s.listen(life)
	return s, nil
}

func (s *mongoStore) collection(t *table) *mongo.Collection { return s.base.Collection(t.spec.Name) }

func (s *mongoStore) get(ctx context.Context, t *table, id string) (record, error) {
	raw, err := s.collection(t).FindOne(ctx, bson.M{"_id": id}).Raw()
	if err != nil {
		return record{}, mongoFault(err)
	}
	return stored(raw)
}

func (s *mongoStore) alone() bool { return false }

func (s *mongoStore) revision(ctx context.Context, t *table, id string) (int64, error) {
	raw, err := s.collection(t).FindOne(ctx, bson.M{"_id": id}, options.FindOne().SetProjection(bson.M{"_rev": 1})).Raw()
	if err != nil {
		return 0, mongoFault(err)
	}
	rev, _ := raw.Lookup("_rev").AsInt64OK()
	return rev, nil
}

func (s *mongoStore) find(ctx context.Context, t *table, p plan) iter.Seq2[record, error] {
	return func(yield func(record, error) bool) {
		filter, order := p.mongo()
		found, err := s.collection(t).Find(ctx, filter, options.Find().SetSort(order).SetLimit(int64(p.limit)).SetBatchSize(pageRows))
		if err != nil {
			yield(record{}, mongoFault(err))
			return
		}
		defer found.Close(context.WithoutCancel(ctx))
		for found.Next(ctx) {
			if r, err := stored(found.Current); !yield(r, err) || err != nil {
				return
			}
		}
		if err := found.Err(); err != nil {
			yield(record{}, mongoFault(err))
		}
	}
}

// mongo gives the filter and the order of a plan.
func (p plan) mongo() (filter, order bson.D) {
	filter, order = bson.D{}, bson.D{}
	direction := 1
	if p.desc {
		direction = -1
	}
	if p.index != nil {
		for i, field := range p.index.Fields {
			if i < len(p.prefix) {
				filter = append(filter, bson.E{Key: mongoField(field), Value: p.prefix[i]})
			} else {
				order = append(order, bson.E{Key: mongoField(field), Value: direction})
			}
		}
	}
	if limits := p.limits(); len(limits) > 0 {
		filter = append(filter, bson.E{Key: mongoField(p.field), Value: limits})
	}
	return filter, append(order, bson.E{Key: "_id", Value: direction})
}

func (p plan) limits() bson.D {
	limits := bson.D{}
	if p.index != nil && len(p.prefix) == 0 && p.low == nil && p.high == nil {
		limits = append(limits, bson.E{Key: "$ne", Value: nil}) // what lacks the first field is in no index
	}
	if p.low != nil {
		limits = append(limits, bson.E{Key: "$gte", Value: p.low.value})
	}
	if p.high != nil && p.high.inclusive {
		limits = append(limits, bson.E{Key: "$lte", Value: p.high.value})
	}
	if p.high != nil && !p.high.inclusive {
		limits = append(limits, bson.E{Key: "$lt", Value: p.high.value})
	}
	return limits
}

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
		if name := mongoField(e.index.name); e.index.Unique && !e.partial {
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
		return r, fmt.Errorf("%q holds no document", r.id)
	}
	var err error
	r.body, err = fromBSON(doc)
	return r, err
}

func (s *mongoStore) close() error {
	s.cancel()
	<-s.done
	ctx, cancel := context.WithTimeout(context.Background(), mongoTime)
	defer cancel()
	return s.client.Disconnect(ctx)
}

// mongoFault tells apart what is missing, what the caller gave up, and what the server cannot do now.
func mongoFault(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, mongo.ErrNoDocuments):
		return errNone
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case mongo.IsDuplicateKeyError(err):
		return errDuplicate
	}
	return unavailable(err)
}

// token names one write, so that a write whose answer was lost can be recognised.
func token() string { return rand.Text() }
