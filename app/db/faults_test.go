package db_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"baimi/app/db"
	"baimi/app/fault"
)

func TestAFullDiskIsSaidAndPassesByItself(t *testing.T) {
	conn, rounds := openStore(t, "sqlite:"+t.TempDir())
	insert(t, rounds, newRound("r"))
	db.LimitPages(t, conn, 40)
	acknowledged := 1
	var err error
	for i := 0; err == nil && i < 10000; i++ {
		if _, err = rounds.Insert(t.Context(), newRound(fmt.Sprint(i))); err == nil {
			acknowledged++
		}
	}
	wantCode(t, err, "store_full")
	if r, err := rounds.Get(t.Context(), "r"); err != nil || r.Rev != 1 {
		t.Errorf("reading gives %+v, %v", r, err)
	}
	if found := ids(t, rounds, db.Query{}); len(found) != acknowledged {
		t.Errorf("%d were acknowledged, %d are there", acknowledged, len(found))
	}
	db.LimitPages(t, conn, 1<<20)
	insert(t, rounds, newRound("after"))
}

func TestAStoreThatAnotherProgramHoldsIsRefused(t *testing.T) {
	dir := t.TempDir()
	conn, _ := openStore(t, "sqlite:"+dir)
	conn.Close()
	db.WaitBriefly(t)
	holder, err := sql.Open("sqlite", filepath.Join(dir, "baimi.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer holder.Close()
	holder.SetMaxOpenConns(1)
	if _, err := holder.Exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE"); err != nil {
		t.Fatal(err)
	}
	_, err = db.Connect(t.Context(), "sqlite:"+dir)
	wantCode(t, err, "store_locked")
}

func TestADamagedStoreIsRefused(t *testing.T) {
	dir := t.TempDir()
	conn, _ := openStore(t, "sqlite:"+dir)
	conn.Close()
	if err := os.WriteFile(filepath.Join(dir, "baimi.db"), bytes.Repeat([]byte("damage"), 2000), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := db.Connect(t.Context(), "sqlite:"+dir)
	wantCode(t, err, "store_damaged")
}

func TestDamageInsideIsSaidWhenItIsMet(t *testing.T) {
	dir := t.TempDir()
	conn, rounds := openStore(t, "sqlite:"+dir)
	for i := range 200 {
		insert(t, rounds, newRound(fmt.Sprint(i)))
	}
	conn.Close()
	file := filepath.Join(dir, "baimi.db")
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for at := 12 * 4096; at < len(content); at++ {
		content[at] = 0xaa
	}
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	conn, err = db.Connect(t.Context(), "sqlite:"+dir)
	if err == nil {
		defer conn.Close()
		_, err = db.All(db.Open[round](conn, roundSpec).Find(t.Context(), db.Query{}))
	}
	wantCode(t, err, "store_damaged")
}

func TestAStoreOfANewerVersionIsRefused(t *testing.T) {
	dir := t.TempDir()
	conn, _ := openStore(t, "sqlite:"+dir)
	conn.Close()
	raw, err := sql.Open("sqlite", filepath.Join(dir, "baimi.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	if _, err := raw.Exec("PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	_, err = db.Connect(t.Context(), "sqlite:"+dir)
	wantCode(t, err, "store_newer")
}

func TestADirectoryThatCannotBeMadeIsRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := db.Connect(t.Context(), "sqlite:"+file+"/store")
	wantCode(t, err, "store_unwritable")
}

// hammer counts up from many goroutines until stop, and gives how many were acknowledged and tried.
func hammer(rounds *db.Collection[round], workers int, stop func() bool) (acknowledged, tried int64) {
	var yes, all atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for !stop() {
				all.Add(1)
				if _, err := rounds.Update(context.Background(), "r", func(r *round) error { r.Count++; return nil }); err == nil {
					yes.Add(1)
				}
			}
		})
	}
	wg.Wait()
	return yes.Load(), all.Load()
}

func TestAStoreThatIsClosedInTheMiddleKeepsWhatItAcknowledged(t *testing.T) {
	address := "sqlite:" + t.TempDir()
	conn, rounds := openStore(t, address)
	insert(t, rounds, newRound("r"))
	var n atomic.Int64
	acknowledged, _ := hammer(rounds, 10, func() bool {
		if n.Add(1) == 200 {
			conn.Close()
		}
		return n.Load() > 300
	})
	_, err := rounds.Insert(t.Context(), newRound("s"))
	if fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a closed store says %v", err)
	}
	_, again := openStore(t, address)
	if r, err := again.Get(t.Context(), "r"); err != nil || int64(r.Count) != acknowledged {
		t.Errorf("count is %d (%v), %d were acknowledged", r.Count, err, acknowledged)
	}
}

// ownProxy gives a store behind a proxy of its own, which the test may break.
func ownProxy(t *testing.T) (*proxy, *db.Collection[round]) {
	p := startProxy(t, ferret(t).address)
	_, rounds := openStore(t, fmt.Sprintf("mongodb://%s/baimi_test_%d_%d", p.address, os.Getpid(), databases.Add(1)))
	return p, rounds
}

func TestAServerThatRestartsInTheMiddleLosesNothingAcknowledged(t *testing.T) {
	p, rounds := ownProxy(t)
	insert(t, rounds, newRound("r"))
	var n atomic.Int64
	acknowledged, tried := hammer(rounds, 10, func() bool {
		if n.Add(1) == 50 {
			p.down.Store(12)
		}
		return n.Load() > 120
	})
	if p.down.Load() > 0 {
		t.Error("the server did not go down; the test shows nothing")
	}
	r, err := rounds.Get(t.Context(), "r")
	if err != nil || int64(r.Count) < acknowledged || int64(r.Count) > tried {
		t.Errorf("count is %d (%v), %d were acknowledged of %d", r.Count, err, acknowledged, tried)
	}
}

func TestAWriteWhoseAnswerIsLostCountsOnce(t *testing.T) {
	for command, act := range map[string]func(*db.Collection[round]) error{
		"insert": func(rounds *db.Collection[round]) error {
			_, err := rounds.Insert(context.Background(), newRound("new"))
			return err
		},
		"update": func(rounds *db.Collection[round]) error {
			_, err := rounds.Update(context.Background(), "r", func(r *round) error { r.Count++; return nil })
			return err
		},
		"delete": func(rounds *db.Collection[round]) error { return rounds.Delete(context.Background(), "r") },
	} {
		t.Run(command, func(t *testing.T) {
			p, rounds := ownProxy(t)
			insert(t, rounds, newRound("r"))
			var lost atomic.Int64
			swallow := func(request []byte) bool {
				return bytes.Contains(request, []byte("\x02"+command+"\x00")) && lost.Add(1) == 1
			}
			p.swallow.Store(&swallow)
			if err := act(rounds); err != nil {
				t.Error(err)
			}
			if lost.Load() == 0 {
				t.Error("no answer was lost; the test shows nothing")
			}
			r, err := rounds.Get(t.Context(), "r")
			if command == "delete" {
				wantCode(t, err, "not_found")
			} else if err != nil || command == "update" && (r.Count != 1 || r.Rev != 2) {
				t.Errorf("got %+v, %v", r, err)
			}
		})
	}
}
