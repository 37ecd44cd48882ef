package db

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// resends bounds how often a write whose answer was lost is looked for and sent again.
const resends = 4

func (s *mongoStore) write(ctx context.Context, ws []*write) error {
	switch {
	case len(ws) == 1:
		return s.writeOne(ctx, ws[0])
	case ws[1].after == nil:
		return s.insertMany(ctx, ws)
	}
	return s.writeInTurn(ctx, ws)
}

// writeInTurn stops at the first write that does not land; the ones before it have.
func (s *mongoStore) writeInTurn(ctx context.Context, ws []*write) error {
	if err := s.writeOne(ctx, ws[0]); err != nil {
		return err
	}
	for _, w := range ws[1:] {
		if w.err = w.after.err; w.err != nil {
			continue
		}
		if err := s.writeOne(ctx, w); err != nil {
			w.err = err
		}
	}
	return nil
}

func (s *mongoStore) writeOne(ctx context.Context, w *write) error {
	doc, err := w.mongo()
	if err != nil {
		return err
	}
	for attempt := range resends {
		sure, err := s.try(ctx, w, doc, attempt > 0)
		if sure {
			w.err = err
			return nil
		}
		if ctx.Err() != nil || attempt == resends-1 {
			return mongoFault(err)
		}
		pause(ctx, attempt)
	}
	return nil
}

// mongo gives the document as MongoDB holds it; a deleted one is empty.
func (w *write) mongo() (bson.M, error) {
	if w.op == opDelete {
		return nil, nil
	}
	doc, err := toBSON(w.next.body)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", w.table.spec.Name, w.id, err)
	}
	fields := w.table.mongoFields(w.doc)
	fields["_id"], fields["_rev"], fields["_write"], fields["doc"] = w.id, w.next.rev, token(), doc
	return fields, nil
}

// try sends the write once, or again. Sure is false where it may or may not have
// landed and sending the same again is safe: its revision lets it land at most once.
func (s *mongoStore) try(ctx context.Context, w *write, doc bson.M, again bool) (sure bool, err error) {
	err = s.send(ctx, w, doc)
	if err == nil {
		return true, nil
	}
	gone, token, lookErr := s.look(ctx, w)
	switch {
	case lookErr != nil:
		return false, err
	case !gone && doc != nil && token == doc["_write"], gone && again && w.op == opDelete:
		return true, nil // an earlier sending landed, and only its answer was lost
	case mongo.IsDuplicateKeyError(err):
		return true, errDuplicate
	case errors.Is(err, errLost) && again:
		return true, unavailable(errors.New("the write may have landed before others changed the document again"))
	}
	return errors.Is(err, errLost), err
}

func (s *mongoStore) send(ctx context.Context, w *write, doc bson.M) error {
	var hit int64
	var err error
	switch w.op {
	case opInsert:
		_, err = s.collection(w.table).InsertOne(ctx, doc)
		return err
	case opReplace:
		var done *mongo.UpdateResult
		if done, err = s.collection(w.table).ReplaceOne(ctx, w.filter(), doc); err == nil {
			hit = done.MatchedCount
		}
	case opDelete:
		var done *mongo.DeleteResult
		if done, err = s.collection(w.table).DeleteOne(ctx, w.filter()); err == nil {
			hit = done.DeletedCount
		}
	}
	if err == nil && hit == 0 {
		return errLost
	}
	return err
}

// filter finds the revision that a write replaces; by its id, which is the shard key, it goes to one shard.
func (w *write) filter() bson.D {
	return bson.D{{Key: "_id", Value: w.id}, {Key: "_rev", Value: w.rev}}
}

// look reads which write made the document's revision.
func (s *mongoStore) look(ctx context.Context, w *write) (gone bool, token string, err error) {
	raw, err := s.collection(w.table).FindOne(ctx, bson.M{"_id": w.id}, options.FindOne().SetProjection(bson.M{"_write": 1})).Raw()
	if errors.Is(err, mongo.ErrNoDocuments) {
		return true, "", nil
	}
	if err == nil {
		token, _ = raw.Lookup("_write").StringValueOK()
	}
	return false, token, err
}

// insertMany stores new documents in one exchange; each has its own answer.
func (s *mongoStore) insertMany(ctx context.Context, ws []*write) error {
	docs := make([]any, len(ws))
	for i, w := range ws {
		doc, err := w.mongo()
		if err != nil {
			return err
		}
		docs[i] = doc
	}
	_, err := s.collection(ws[0].table).InsertMany(ctx, docs, options.InsertMany().SetOrdered(false))
	var bulk mongo.BulkWriteException
	if !errors.As(err, &bulk) || bulk.WriteConcernError != nil {
		return mongoFault(err)
	}
	for _, e := range bulk.WriteErrors {
		ws[e.Index].err = mongoFault(e.WriteError)
		if mongo.IsDuplicateKeyError(e.WriteError) {
			ws[e.Index].err = errDuplicate
		}
	}
	return nil
}
