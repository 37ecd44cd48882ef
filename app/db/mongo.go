package db

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"iter"
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
	var rest []string
	if p.index != nil {
		for i, value := range p.prefix {
			filter = append(filter, bson.E{Key: mongoField(p.index.Fields[i]), Value: value})
		}
		rest = p.index.Fields[len(p.prefix):]
	}
	if limits := p.limits(); len(limits) > 0 {
		filter = append(filter, bson.E{Key: mongoField(p.field), Value: limits})
	}
	for _, field := range rest {
		order = append(order, bson.E{Key: mongoField(field), Value: direction})
	}
	if p.after != nil {
		filter = append(filter, bson.E{Key: "$or", Value: p.behind(rest)})
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

// behind asks for what follows p.after in the order of the fields rest, then of the id:
// the first field further on, or the first equal and the second further on, and so on.
func (p plan) behind(rest []string) bson.A {
	values, _ := splitKey(p.after.key)
	values = append(values[min(len(p.prefix), len(values)):], p.after.id)
	names := make([]string, len(values))
	for i := range values {
		names[i] = "_id"
		if i < len(rest) {
			names[i] = mongoField(rest[i])
		}
	}
	ways, equal := bson.A{}, bson.D{}
	for i, value := range values {
		if further := p.further(value); further != nil {
			ways = append(ways, append(equal[:i:i], bson.E{Key: names[i], Value: further}))
		}
		equal = append(equal, bson.E{Key: names[i], Value: value})
	}
	return ways
}

// further is the condition of standing behind a value; null stands before all
// others, and MongoDB compares only within one type.
func (p plan) further(value any) bson.M {
	switch {
	case p.desc && value == nil:
		return nil
	case p.desc:
		return bson.M{"$not": bson.M{"$gte": value}}
	case value == nil:
		return bson.M{"$ne": nil}
	}
	return bson.M{"$gt": value}
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
