package db_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"go.mongodb.org/mongo-driver/bson"

	"baimi/app/db"
)

// streams plays the part of a replica set that FerretDB lacks: it opens change streams and tells what the test says.
type streams struct {
	t       *testing.T
	refuses bool
	opened  chan bson.Raw // the stage that opened each stream; whoever opens one waits until the test looks
	said    chan any      // the answer to each question for more
	end     context.Context
	told    int
}

const streamCursor = int64(1) << 40

func (s *streams) answer(command bson.Raw, _ []bson.Raw) any {
	if stages := listed(command, "pipeline"); len(stages) > 0 && stages[0].Lookup("$changeStream").Type != 0 {
		return s.open(command)
	}
	if n, _ := command.Lookup("getMore").AsInt64OK(); n == streamCursor {
		return s.take()
	}
	if command.Lookup("killCursors").Type != 0 {
		return bson.M{"ok": 1, "cursorsKilled": bson.A{streamCursor}}
	}
	return nil
}

func (s *streams) open(command bson.Raw) any {
	select {
	case s.opened <- append(bson.Raw{}, command...):
	case <-s.end.Done():
	}
	if s.refuses {
		return wireError(40573, "The $changeStream stage is only supported on replica sets")
	}
	return s.batch("firstBatch", bson.A{})
}

func (s *streams) take() any {
	select {
	case said := <-s.said:
		return said
	case <-s.end.Done():
		return wireError(11600, "interrupted at shutdown")
	}
}

func (s *streams) batch(name string, events bson.A) bson.M {
	return bson.M{"ok": 1, "cursor": bson.M{"id": streamCursor, "ns": "baimi.$cmd.aggregate", name: events}}
}

// tell says that a round has changed, under a token that names its number.
func (s *streams) tell(id string) {
	s.told++
	s.said <- s.batch("nextBatch", bson.A{bson.M{
		"_id": bson.M{"_data": fmt.Sprint(s.told)}, "ns": bson.M{"db": "baimi", "coll": "rounds"}, "documentKey": bson.M{"_id": id},
	}})
}

// begun waits for a stream and gives the event that it goes on after; "" is none.
func (s *streams) begun() string {
	s.t.Helper()
	command := <-s.opened
	if command.Lookup("aggregate").Int32() != 1 || command.Lookup("pipeline", "1", "$project", "documentKey").Type == 0 {
		s.t.Errorf("a stream was opened by %s", command)
	}
	after, _ := command.Lookup("pipeline", "0", "$changeStream", "resumeAfter", "_data").StringValueOK()
	return after
}

// openStreams opens a store on a server that has change streams, or refuses them, and gives its rounds as another process sees them.
func openStreams(t *testing.T, refuses bool) (s *streams, rounds, theirs *db.Collection[round]) {
	s = &streams{t: t, refuses: refuses, opened: make(chan bson.Raw), said: make(chan any), end: t.Context()}
	base := fmt.Sprintf("baimi_test_%d_%d", os.Getpid(), databases.Add(1))
	_, rounds = openStore(t, fmt.Sprintf("mongodb://%s/%s", startProxy(t, ferret(t).address, s.answer).address, base))
	_, theirs = openStore(t, fmt.Sprintf("mongodb://%s/%s", ferret(t).address, base))
	insert(t, theirs, newRound("r"), newRound("s"))
	return s, rounds, theirs
}

func TestAChangeStreamWakesItsWatchersAndIsTakenUpAgain(t *testing.T) {
	s, rounds, _ := openStreams(t, false)
	r, other := rounds.Watch(t.Context(), "r"), rounds.Watch(t.Context(), "s")
	if after := s.begun(); after != "" {
		t.Errorf("the first stream goes on after %q", after)
	}
	<-r
	<-other // what changed before the stream began

	s.tell("s")
	<-other
	s.tell("r")
	<-r
	s.said <- wireError(43, "cursor not found") // the node went away; the stream goes on at another
	if after := s.begun(); after != "2" {
		t.Errorf("the stream goes on after %q, the last event was 2", after)
	}
	s.tell("s")
	<-other
	if len(r) > 0 {
		t.Error("a watcher was woken by another document's change")
	}

	s.said <- wireError(286, "resume point may no longer be in the oplog")
	<-r // nobody knows what was missed
	<-other
	if after := s.begun(); after != "" {
		t.Errorf("the new stream goes on after %q", after)
	}
	<-r
	<-other
	s.tell("r")
	<-r
}

func TestWhereStreamsAreRefusedWatchersAreWokenByLooking(t *testing.T) {
	s, rounds, theirs := openStreams(t, true)
	r := rounds.Watch(t.Context(), "r")
	s.begun()
	for range 3 {
		<-r // the first look, and each after a change
		if _, err := theirs.Update(t.Context(), "r", func(r *round) error { r.Count++; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	<-r
}
