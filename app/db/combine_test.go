package db_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"baimi/app/db"
)

func testRefusal(t *testing.T, _ *db.Conn, rounds *db.Collection[round]) {
	insert(t, rounds, newRound("r"))
	no := errors.New("no")
	_, err := rounds.Update(t.Context(), "r", func(r *round) error {
		r.Joined = append(r.Joined, participant{Household: "h"})
		return no
	})
	if !errors.Is(err, no) {
		t.Errorf("got %v, want the change's own error", err)
	}
	if r, _ := rounds.Get(t.Context(), "r"); r.Rev != 1 || len(r.Joined) != 0 {
		t.Errorf("a refused update left %+v", r)
	}
	_, err = rounds.Update(t.Context(), "none", func(r *round) error { return nil })
	wantCode(t, err, "not_found")
}

func testCrowd(t *testing.T, _ *db.Conn, rounds *db.Collection[round]) {
	insert(t, rounds, newRound("r"))
	no := errors.New("no")
	var wg sync.WaitGroup
	for i := range 120 {
		wg.Go(func() {
			join := func(r *round) error {
				r.Joined = append(r.Joined, participant{Household: fmt.Sprint(i)})
				r.Count++
				if i%3 == 0 {
					return no
				}
				return nil
			}
			if i%4 == 0 {
				r, err := rounds.Update(t.Context(), "r", join)
				if errors.Is(err, no) != (i%3 == 0) || err == nil && r.Joined[len(r.Joined)-1].Household != fmt.Sprint(i) {
					t.Errorf("%d: %v, %+v", i, err, r)
				}
				return
			}
			rev, err := rounds.Alter(t.Context(), "r", join)
			if errors.Is(err, no) != (i%3 == 0) || err == nil && rev < 2 {
				t.Errorf("%d: %v, revision %d", i, err, rev)
			}
		})
	}
	wg.Wait()
	r, err := rounds.Get(t.Context(), "r")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, p := range r.Joined {
		seen[p.Household] = true
	}
	if r.Count != 80 || len(r.Joined) != 80 || len(seen) != 80 || seen["0"] {
		t.Errorf("counted %d, joined %d, %d of them different", r.Count, len(r.Joined), len(seen))
	}
	rev, err := rounds.Alter(t.Context(), "r", func(*round) error { return nil })
	if err != nil || rev != r.Rev {
		t.Errorf("no change gives revision %d (%v), want %d", rev, err, r.Rev)
	}
}

func testPanic(t *testing.T, _ *db.Conn, rounds *db.Collection[round]) {
	insert(t, rounds, newRound("r"))
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			_, err := rounds.Update(t.Context(), "r", func(r *round) error {
				r.Count++
				if i%2 == 0 {
					panic("a broken rule")
				}
				return nil
			})
			if (err != nil) != (i%2 == 0) {
				t.Errorf("update %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	if r, _ := rounds.Get(t.Context(), "r"); r.Count != 10 {
		t.Errorf("count is %d, want 10", r.Count)
	}
}
