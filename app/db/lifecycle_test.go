package db_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
)

// engines are the stores that every test of this file runs on.
var engines = []struct {
	name  string
	fresh func(t *testing.T) string
}{
	{"sqlite", func(t *testing.T) string { return "sqlite:" + t.TempDir() }},
	{"mongodb", freshMongo},
}

func onBoth(t *testing.T, test func(t *testing.T, address string)) {
	for _, e := range engines {
		t.Run(e.name, func(t *testing.T) { test(t, e.fresh(t)) })
	}
}

func TestALeaseHasOneHolderUntilItsTimeIsOver(t *testing.T) {
	onBoth(t, func(t *testing.T, address string) {
		conn, _ := openStore(t, address)
		other, _ := openStore(t, address)
		mine, theirs := db.OpenLeases(conn), db.OpenLeases(other)
		for _, c := range []struct {
			leases *db.Leases
			holder string
			at     time.Duration
			want   bool
		}{
			{mine, "a", 0, true},
			{theirs, "b", 59 * time.Second, false},
			{mine, "a", 60 * time.Second, true}, // it lasts until 2:00, a term from now
			{mine, "a", 61 * time.Second, true}, // less than a term is left: until 3:01
			{theirs, "b", 180 * time.Second, false},
			{theirs, "b", 181 * time.Second, true}, // it has run out
			{mine, "a", 182 * time.Second, false},
		} {
			got, err := c.leases.Claim(t.Context(), "close rounds", c.holder, start.Add(c.at), time.Minute)
			if err != nil || got != c.want {
				t.Errorf("%s claims after %v: %v, %v; want %v", c.holder, c.at, got, err, c.want)
			}
		}
		if writes := mine.Revision(t, "close rounds"); writes != 3 {
			t.Errorf("%d writes for three that were needed", writes)
		}
		if err := theirs.Release(t.Context(), "close rounds", "b"); err != nil {
			t.Error(err)
		}
		if got, err := mine.Claim(t.Context(), "close rounds", "a", start.Add(4*time.Minute), time.Minute); err != nil || !got {
			t.Errorf("after it was given back: %v, %v", got, err)
		}
	})
}

func TestALeaseThatAllClaimAtOnceGoesToOne(t *testing.T) {
	onBoth(t, func(t *testing.T, address string) {
		var wg sync.WaitGroup
		won := make(chan string, 10)
		for _, holder := range strings.Split("abcdef", "") {
			conn, _ := openStore(t, address)
			leases := db.OpenLeases(conn)
			wg.Go(func() {
				if ok, err := leases.Claim(t.Context(), "match", holder, start, time.Minute); err != nil {
					t.Error(err)
				} else if ok {
					won <- holder
				}
			})
		}
		wg.Wait()
		if len(won) != 1 {
			t.Errorf("%d hold the lease", len(won))
		}
	})
}

func TestABackupIsWholeAndRestoresToEitherStore(t *testing.T) {
	for _, from := range engines {
		for _, to := range engines {
			t.Run("from "+from.name+" to "+to.name, func(t *testing.T) {
				address := from.fresh(t)
				_, rounds := openStore(t, address)
				want := newRound("r")
				want.Closes, want.Code, want.Count = start.Add(time.Nanosecond), "X", 1<<60+1
				want.Joined = []participant{{Household: "h", Notes: map[string]int{"a.b$c%": 2, "$numberLong": 3, "%24": 4, "\"$\"%": 5}}}
				insert(t, rounds, want, newRound("s"))
				file := filepath.Join(t.TempDir(), "backup")
				if err := db.Backup(t.Context(), address, file); err != nil {
					t.Fatal(err)
				}
				wantCode(t, db.Backup(t.Context(), address, file), "backup_exists")

				target := to.fresh(t)
				if err := db.Restore(t.Context(), file, target); err != nil {
					t.Fatal(err)
				}
				_, back := openStore(t, target)
				got, err := back.Get(t.Context(), "r")
				if err != nil || !got.Closes.Equal(want.Closes) || got.Count != want.Count || !maps.Equal(got.Joined[0].Notes, want.Joined[0].Notes) || got.Rev != 1 {
					t.Errorf("got %+v, %v", got, err)
				}
				if found := ids(t, back, db.Where("joined.household", "h")); !slices.Equal(found, []string{"r"}) {
					t.Errorf("the index gives %v", found)
				}
				again := newRound("t")
				again.Code = "X"
				_, err = back.Insert(t.Context(), again)
				wantCode(t, err, "duplicate")
				wantCode(t, db.Restore(t.Context(), file, target), "store_not_empty")
			})
		}
	}
}

func TestABackupFromOutsideHasWhatWasAcknowledged(t *testing.T) {
	onBoth(t, func(t *testing.T, address string) {
		_, rounds := openStore(t, address)
		insert(t, rounds, newRound("r"))
		file := filepath.Join(t.TempDir(), "backup")
		if err := db.Backup(t.Context(), address, file); err != nil {
			t.Fatal(err)
		}
		target := "sqlite:" + t.TempDir()
		if err := db.Restore(t.Context(), file, target); err != nil {
			t.Fatal(err)
		}
		_, back := openStore(t, target)
		if found := ids(t, back, db.Query{}); !slices.Equal(found, []string{"r"}) {
			t.Errorf("the backup has %v", found)
		}
	})
	wantCode(t, db.Backup(t.Context(), "sqlite:"+t.TempDir(), filepath.Join(t.TempDir(), "backup")), "store_empty")
}

func TestABackupOfABusyStoreIsOfOneInstant(t *testing.T) {
	address := "sqlite:" + t.TempDir()
	_, rounds := openStore(t, address)
	insert(t, rounds, newRound("r"))
	var before, n atomic.Int64
	half, made := make(chan bool), make(chan bool)
	file := filepath.Join(t.TempDir(), "backup")
	go func() {
		defer close(made)
		<-half
		before.Store(n.Load())
		if err := db.Backup(context.Background(), address, file); err != nil {
			t.Error(err)
		}
	}()
	for i := 0; ; i++ { // each change is in both documents' counts, the round's first
		if _, err := rounds.Update(t.Context(), "r", func(r *round) error { r.Count++; return nil }); err != nil {
			t.Fatal(err)
		}
		insert(t, rounds, newRound(fmt.Sprint("r", i)))
		if n.Add(1) == 50 {
			close(half)
		}
		select {
		case <-made:
		default:
			continue
		}
		break
	}
	target := "sqlite:" + t.TempDir()
	if err := db.Restore(t.Context(), file, target); err != nil {
		t.Fatal(err)
	}
	_, back := openStore(t, target)
	r, err := back.Get(t.Context(), "r")
	others := int64(len(ids(t, back, db.Query{}))) - 1
	if err != nil || others < before.Load() || others > n.Load() || int64(r.Count)-others > 1 || int64(r.Count) < others {
		t.Errorf("the round counts %d (%v) and %d stand beside it; %d were acknowledged before, %d at the end", r.Count, err, others, before.Load(), n.Load())
	}
	for _, name := range []string{file, strings.TrimPrefix(address, "sqlite:") + "/baimi.db"} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s may be read by %v (%v)", name, info.Mode(), err)
		}
	}
}

func TestAStoreWithoutDocumentsIsNoBackup(t *testing.T) {
	onBoth(t, func(t *testing.T, address string) {
		conn, err := db.Connect(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		wantCode(t, db.Backup(t.Context(), address, filepath.Join(t.TempDir(), "backup")), "store_empty")
	})
}

func TestABackupThatIsDamagedIsRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "backup")
	wantCode(t, db.Restore(t.Context(), file, "sqlite:"+t.TempDir()), "backup_missing")
	if err := os.WriteFile(file, []byte(strings.Repeat("no database", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	wantCode(t, db.Restore(t.Context(), file, "sqlite:"+t.TempDir()), "backup_damaged")
}

// The shapes of a document before and after a version.
type oldShape struct {
	db.Doc
	State string `json:"state"`
	Packs int64  `json:"packs"`
}

type newShape struct {
	db.Doc
	State string `json:"state"`
	Cases int64  `json:"cases"`
	Packs int64  `json:"packs"`
}

var (
	oldSpec = db.Spec{Name: "shapes", Indexes: []db.Index{db.On("state")}}
	newSpec = db.Spec{Name: "shapes", Version: 1, Indexes: []db.Index{db.On("state"), db.On("cases")}, Migrate: migrateShape}
)

// migrateShape renames a state and counts cases of 24.
func migrateShape(from int, object map[string]any) error {
	if from != 0 {
		return errors.New("unknown version")
	}
	if object["state"] == "opened" {
		object["state"] = "open"
	}
	object["cases"] = 7
	return nil
}

func TestOlderDocumentsAreCarriedOverWhenReadAndForGood(t *testing.T) {
	onBoth(t, func(t *testing.T, address string) {
		const large = 1<<53 + 1 // would not survive a float
		conn, err := db.Connect(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		old := db.Open[oldShape](conn, oldSpec)
		for _, id := range []string{"a", "b", "c"} {
			if _, err := old.Insert(t.Context(), oldShape{Doc: db.Doc{ID: id}, State: "opened", Packs: large}); err != nil {
				t.Fatal(err)
			}
		}
		conn.Close()

		conn, err = db.Connect(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		fresh := db.Open[newShape](conn, newSpec)
		if err := conn.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
		check := func(when string, schema int, rev int64) {
			for _, q := range []db.Query{db.Where("state", "open"), db.Where("cases", 7)} {
				found, err := db.All(fresh.Find(t.Context(), q))
				if err != nil || len(found) != 3 {
					t.Fatalf("%s %s gives %v, %v", when, q, found, err)
				}
				if d := found[1]; d.Packs != large || d.Schema != schema || d.Rev != rev {
					t.Errorf("%s: %+v", when, d)
				}
			}
		}
		check("when read", 1, 1)
		if err := conn.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		check("for good", 1, 2)
		if err := conn.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		check("a second time", 1, 2)
		older, err := db.Connect(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		defer older.Close()
		db.Open[oldShape](older, oldSpec)
		wantCode(t, older.Ready(t.Context()), "store_newer")
	})
}

func TestAnAddressThatIsNoStoreIsRefused(t *testing.T) {
	for _, address := range []string{"", "sqlite:", "postgres://x", "mongodb://", "mongodb://h:notaport"} {
		_, err := db.Connect(t.Context(), address)
		if !fault.Is(err, "store_unknown") || fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestWhatAnotherProcessHasWrittenIsReadAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, address string) {
		_, mine := openStore(t, address)
		insert(t, mine, newRound("r"))
		for i := range 5 {
			conn, theirs := openStore(t, address)
			for j := range 3 {
				if _, err := mine.Get(t.Context(), "r"); err != nil {
					t.Fatal(err)
				}
				if _, err := theirs.Update(t.Context(), "r", func(r *round) error { r.Count++; return nil }); err != nil {
					t.Fatal(err)
				}
				r, err := mine.Get(t.Context(), "r")
				if err != nil || r.Count != i*3+j+1 {
					t.Fatalf("read %d (%v), written %d", r.Count, err, i*3+j+1)
				}
				_, err = mine.Update(t.Context(), "r", func(r *round) error {
					if r.Count != i*3+j+1 {
						t.Errorf("refused on %d, written %d", r.Count, i*3+j+1)
					}
					return errors.New("no")
				})
				if err == nil {
					t.Error("a refusal was stored")
				}
			}
			conn.Close()
		}
	})
}
