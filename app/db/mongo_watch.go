package db

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// pollEvery is how often the watched documents are looked at where the server has no change streams.
const pollEvery = 300 * time.Millisecond

// lookRounds is how often documents are looked at before a stream is tried again that the server would not open.
const lookRounds = 100

// listen hears of other processes' changes while somebody watches: from a change
// stream, or by looking where the server has none.
func (s *mongoStore) listen(ctx context.Context) {
	defer close(s.done)
	for ctx.Err() == nil {
		if len(s.hub.watched()) == 0 {
			select {
			case <-s.hub.woken:
			case <-ctx.Done():
			}
			continue
		}
		s.poll(ctx, s.stream(ctx))
	}
}

// changesOnly leaves the documents themselves out of what a change stream tells.
var changesOnly = bson.A{bson.M{"$project": bson.M{"ns": 1, "documentKey": 1}}}

// stream passes on what the change stream tells until nobody watches or it ends, and gives how often to look
// before the next one: once after one that broke, which the driver could not resume. What changed
// before a stream began is made up for by one signal to all.
func (s *mongoStore) stream(ctx context.Context) (rounds int) {
	changes, err := s.base.Watch(ctx, changesOnly, options.ChangeStream().SetMaxAwaitTime(time.Second))
	if err != nil {
		return lookRounds
	}
	defer changes.Close(context.WithoutCancel(ctx))
	s.hub.anything()
	for len(s.hub.watched()) > 0 {
		for changes.TryNext(ctx) {
			event := changes.Current
			collection, _ := event.Lookup("ns", "coll").StringValueOK()
			id, _ := event.Lookup("documentKey", "_id").StringValueOK()
			s.hub.changed(topic{collection, id})
		}
		if changes.Err() != nil || ctx.Err() != nil {
			return 1
		}
	}
	return 0
}

// poll looks at the watched documents and signals those whose revision is another than at the last look.
func (s *mongoStore) poll(ctx context.Context, rounds int) {
	seen := map[topic]int64{}
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for ; len(s.hub.watched()) > 0 && rounds > 0; rounds-- {
		for at, rev := range s.revisions(ctx) {
			if before, known := seen[at]; !known || before != rev {
				s.hub.changed(at)
			}
			seen[at] = rev
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// revisions gives the revisions of the watched documents; 0 where there is none.
func (s *mongoStore) revisions(ctx context.Context) map[topic]int64 {
	revs, byCollection := map[topic]int64{}, map[string]bson.A{}
	for _, at := range s.hub.watched() {
		revs[at] = 0
		byCollection[at.collection] = append(byCollection[at.collection], at.id)
	}
	for name, ids := range byCollection {
		found, err := s.base.Collection(name).Find(ctx, bson.M{"_id": bson.M{"$in": ids}}, options.Find().SetProjection(bson.M{"_rev": 1}))
		if err != nil {
			return nil
		}
		for found.Next(ctx) {
			id, _ := found.Current.Lookup("_id").StringValueOK()
			revs[topic{name, id}], _ = found.Current.Lookup("_rev").AsInt64OK()
		}
		found.Close(ctx)
	}
	return revs
}
