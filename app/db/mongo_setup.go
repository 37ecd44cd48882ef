package db

import (
	"context"
	"errors"
	"strings"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// prepare makes the collection's indexes, enters the documents that are there
// into new ones, and drops those that are no longer declared. Each step can be done again.
func (s *mongoStore) prepare(ctx context.Context, t *table) error {
	v, known, err := s.versions(ctx, t)
	if err != nil {
		return err
	}
	rebuild, err := t.meet(known, &v)
	if err != nil {
		return err
	}
	if err := s.matchIndexes(ctx, t, rebuild); err != nil {
		return err
	}
	return s.noteVersions(ctx, t, v)
}

func (s *mongoStore) matchIndexes(ctx context.Context, t *table, rebuild bool) error {
	present, err := s.presentIndexes(ctx, t)
	if err != nil {
		return err
	}
	var fresh []mongo.IndexModel
	for name, model := range t.mongoIndexes() {
		if !present[name] {
			fresh = append(fresh, model)
		}
		delete(present, name)
	}
	if len(fresh) > 0 || rebuild {
		if err := s.fill(ctx, t); err != nil {
			return err
		}
	}
	if len(fresh) > 0 {
		if _, err := s.collection(t).Indexes().CreateMany(ctx, fresh); err != nil {
			return mongoFault(err)
		}
	}
	for gone := range present {
		if _, err := s.collection(t).Indexes().DropOne(ctx, gone); err != nil {
			return mongoFault(err)
		}
	}
	return nil
}

// versions reads what is noted of a collection; known is false for a new one.
func (s *mongoStore) versions(ctx context.Context, t *table) (v versions, known bool, err error) {
	raw, err := s.base.Collection(metaName).FindOne(ctx, bson.M{"_id": t.spec.Name}).Raw()
	if errors.Is(err, mongo.ErrNoDocuments) {
		return v, false, nil
	}
	return readVersions(raw), err == nil, mongoFault(err)
}

func readVersions(raw bson.Raw) versions {
	current, _ := raw.Lookup("version").AsInt64OK()
	settled, _ := raw.Lookup("settled").AsInt64OK()
	return versions{int(current), int(settled)}
}

func (s *mongoStore) noteVersions(ctx context.Context, t *table, v versions) error {
	_, err := s.base.Collection(metaName).ReplaceOne(ctx, bson.M{"_id": t.spec.Name},
		bson.M{"version": v.current, "settled": v.settled}, options.Replace().SetUpsert(true))
	return mongoFault(err)
}

func (s *mongoStore) settle(ctx context.Context, t *table) error {
	return s.noteVersions(ctx, t, versions{t.spec.Version, t.spec.Version})
}

func (s *mongoStore) presentIndexes(ctx context.Context, t *table) (map[string]bool, error) {
	specs, err := s.collection(t).Indexes().ListSpecifications(ctx)
	if err != nil {
		return nil, mongoFault(err)
	}
	present := map[string]bool{}
	for _, spec := range specs {
		if strings.HasPrefix(spec.Name, "ix_") {
			present[spec.Name] = true
		}
	}
	return present, nil
}

// mongoIndexes gives the indexes of a collection by name: one for queries, which
// ends with the id so that it holds their whole order, and one more for each unique key.
func (t *table) mongoIndexes() map[string]mongo.IndexModel {
	models := map[string]mongo.IndexModel{}
	for _, ix := range t.indexes {
		var keys bson.D
		for _, field := range ix.Fields {
			keys = append(keys, bson.E{Key: mongoField(field), Value: 1})
		}
		name := mongoField(strings.Join(ix.Fields, "+"))
		models[name] = mongo.IndexModel{Keys: append(keys, bson.E{Key: "_id", Value: 1}), Options: options.Index().SetName(name)}
		if ix.Unique {
			name := mongoField(ix.name)
			models[name] = mongo.IndexModel{Keys: bson.D{{Key: name, Value: 1}}, Options: options.Index().SetName(name).SetUnique(true).SetSparse(true)}
		}
	}
	return models
}

// fill writes the fields of today's indexes into the documents that are there.
func (s *mongoStore) fill(ctx context.Context, t *table) error {
	for r, err := range s.find(ctx, t, plan{}) {
		if err != nil {
			return err
		}
		doc, _, err := t.load(t, r)
		if err != nil {
			return err
		}
		filter := bson.D{{Key: "_id", Value: r.id}, {Key: "_rev", Value: r.rev}}
		if _, err := s.collection(t).UpdateOne(ctx, filter, bson.M{"$set": t.mongoFields(doc)}); err != nil {
			return mongoFault(err)
		}
	}
	return nil
}
