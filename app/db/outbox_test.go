package db_test

import (
	"fmt"
	"sync"
	"testing"

	"baimi/app/db"
)

// letter is what a round causes.
type letter struct {
	db.Doc
	To string `json:"to"`
}

// openRounds declares rounds that hold letters until those are stored.
func openRounds(conn *db.Conn) (*db.Collection[round], *db.Collection[letter]) {
	rounds, letters := db.Open[round](conn, roundSpec), db.Open[letter](conn, db.Spec{Name: "letters"})
	db.Outbox(rounds, letters, func(r *round) []letter {
		out := r.Letters
		r.Letters = nil
		return out
	})
	return rounds, letters
}

func testOutbox(t *testing.T, conn *db.Conn, rounds *db.Collection[round]) {
	letters := db.Open[letter](conn, db.Spec{Name: "letters"})
	send := func(ids ...string) func(*round) error {
		return func(r *round) error {
			for _, id := range ids {
				r.Count++
				r.Letters = append(r.Letters, letter{Doc: db.Doc{ID: id}, To: r.ID})
			}
			return nil
		}
	}
	check := func(name string, got round, err error, left, stored int) {
		t.Helper()
		kept, e := rounds.Get(t.Context(), "r")
		if err != nil || e != nil || got.Rev != kept.Rev || len(got.Letters) != left || len(kept.Letters) != left || got.Count != kept.Count {
			t.Errorf("%s: the caller has %v (%v), the store %v (%v), want %d letters left", name, got, err, kept, e, left)
		}
		all, err := db.All(letters.Find(t.Context(), db.Query{}))
		if err != nil || len(all) != stored {
			t.Errorf("%s: %d letters are stored (%v), want %d", name, len(all), err, stored)
		}
	}
	first := newRound("r")
	_ = send("a")(&first)
	got, err := rounds.Insert(t.Context(), first)
	check("a new document sends its letter", got, err, 0, 1)

	again := newRound("r")
	_ = send("b")(&again)
	_, err = rounds.Insert(t.Context(), again)
	wantCode(t, err, "duplicate")
	got, err = rounds.Update(t.Context(), "r", send("c", "d"))
	check("a document that is refused sends nothing, a change sends two", got, err, 0, 3)

	var crowd sync.WaitGroup
	for i := range 20 {
		crowd.Go(func() {
			if got, err := rounds.Update(t.Context(), "r", send(fmt.Sprint("crowd ", i))); err != nil || len(got.Letters) != 0 {
				t.Errorf("a letter of many: %v, %v", got, err)
			}
		})
	}
	crowd.Wait()
	got, err = rounds.Update(t.Context(), "r", send("e", "a", "f"))
	check("a letter that is there stops those behind it, and all stay", got, err, 3, 24)
	got, err = rounds.Update(t.Context(), "r", func(r *round) error { r.Letters = r.Letters[2:]; return nil })
	check("what is worked off lets the rest go", got, err, 0, 25)
}
