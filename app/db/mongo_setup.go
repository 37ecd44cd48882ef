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
// into new ones, and drops those that are no longer declared.
func (s *mongoStore) prepare(ctx context.Context, t *table) error {
	if err := s.checkVersion(ctx, t); err != nil {
		return err
	}
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
	if len(fresh) > 0 {
		if err := s.fill(ctx, t); err != nil {
			return err
		}
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

// checkVersion refuses documents of a newer program and notes this program's version.
func (s *mongoStore) checkVersion(ctx context.Context, t *table) error {
	meta := s.base.Collection(metaName)
	raw, err := meta.FindOne(ctx, bson.M{"_id": t.spec.Name}).Raw()
	if err != nil && !errors.Is(err, mongo.ErrNoDocuments) {
		return mongoFault(err)
	}
	if version, _ := raw.Lookup("version").AsInt64OK(); int(version) > t.spec.Version {
		return newer(t.spec.Name)
	}
	_, err = meta.ReplaceOne(ctx, bson.M{"_id": t.spec.Name}, bson.M{"version": t.spec.Version}, options.Replace().SetUpsert(true))
	return mongoFault(err)
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
		doc, err := t.load(t, r)
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
