package db_test

import (
	"testing"

	"baimi/app/db"
)

func testForget(t *testing.T, _ *db.Conn, rounds *db.Collection[round]) {
	insert(t, rounds, newRound("r"))
	find := func() round {
		found, err := db.First(rounds.Find(t.Context(), db.Where("compound", "c1")))
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	found := find()
	if _, err := rounds.Update(t.Context(), "r", func(r *round) error { r.Count++; return nil }); err != nil {
		t.Fatal(err)
	}
	if err := rounds.Forget(t.Context(), found); err != nil {
		t.Fatal(err)
	}
	found = find() // it is left
	for range 2 {
		if err := rounds.Forget(t.Context(), found); err != nil {
			t.Fatal(err)
		}
	}
	_, err := rounds.Get(t.Context(), "r")
	wantCode(t, err, "not_found")
}
