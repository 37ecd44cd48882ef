package db_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"

	"baimi/app/db"
)

// How to read these: 64 goroutines in a closed loop on an SQLite store in the
// directory of TMPDIR (name one on the disk that you mean to use). Run
//
//	go test -run '^$' -bench . -benchtime 3s -count 3 ./app/db
//
// and take the middle of the three. ops/s is by the wall clock, cpu-µs/op is user
// and system time of the process. BenchmarkRawGroupCommit is the ceiling: the same
// driver with 64 plain rows to a transaction and nothing of ours.
const writers = 64

// closedLoop runs op from 64 goroutines b.N times and reports rate and CPU.
func closedLoop(b *testing.B, op func(worker, i int) error) {
	b.Helper()
	b.SetParallelism(max(1, writers/runtime.GOMAXPROCS(0)))
	var next, worker atomic.Int64
	before := cpu()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		me := int(worker.Add(1))
		for pb.Next() {
			if err := op(me, int(next.Add(1))); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "ops/s")
	b.ReportMetric(float64(cpu()-before)/float64(b.N), "cpu-µs/op")
}

// cpu gives the process's user and system time in microseconds.
func cpu() int64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return (u.Utime.Nano() + u.Stime.Nano()) / 1000
}

func benchStore(b *testing.B) *db.Collection[round] {
	conn, err := db.Connect(b.Context(), "sqlite:"+b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { conn.Close() })
	rounds := db.Open[round](conn, roundSpec)
	if err := conn.Ready(b.Context()); err != nil {
		b.Fatal(err)
	}
	return rounds
}

// busyRound is a round that 60 households have joined, about 8 KB.
func busyRound(id string) round {
	r := newRound(id)
	for i := range 60 {
		r.Joined = append(r.Joined, participant{Household: fmt.Sprintf("household-%s-%d", id, i), Lines: []line{{"vegetables", 1, 3000}, {"eggs", 2, 2500}}})
	}
	return r
}

func BenchmarkHotDocument(b *testing.B) {
	rounds := benchStore(b)
	if _, err := rounds.Insert(b.Context(), busyRound("hot")); err != nil {
		b.Fatal(err)
	}
	closedLoop(b, func(_, _ int) error {
		_, err := rounds.Update(context.Background(), "hot", func(r *round) error { r.Count++; return nil })
		return err
	})
}

func BenchmarkSpreadUpdates(b *testing.B) {
	rounds := benchStore(b)
	for i := range 1000 {
		if _, err := rounds.Insert(b.Context(), busyRound(fmt.Sprint(i))); err != nil {
			b.Fatal(err)
		}
	}
	closedLoop(b, func(_, i int) error {
		_, err := rounds.Update(context.Background(), fmt.Sprint(i%1000), func(r *round) error { r.Count++; return nil })
		return err
	})
}

func BenchmarkInsert(b *testing.B) {
	rounds := benchStore(b)
	closedLoop(b, func(_, i int) error {
		_, err := rounds.Insert(context.Background(), newRound(fmt.Sprint(i)))
		return err
	})
}

func BenchmarkGet(b *testing.B) {
	rounds := benchStore(b)
	for i := range 1000 {
		if _, err := rounds.Insert(b.Context(), busyRound(fmt.Sprint(i))); err != nil {
			b.Fatal(err)
		}
	}
	closedLoop(b, func(_, i int) error {
		_, err := rounds.Get(context.Background(), fmt.Sprint(i%1000))
		return err
	})
}

func BenchmarkFindTen(b *testing.B) {
	rounds := benchStore(b)
	for i := range 1000 {
		r := newRound(fmt.Sprint(i))
		r.Compound = fmt.Sprint(i / 10)
		if _, err := rounds.Insert(b.Context(), r); err != nil {
			b.Fatal(err)
		}
	}
	closedLoop(b, func(_, i int) error {
		found, err := db.All(rounds.Find(context.Background(), db.Where("compound", fmt.Sprint(i%100))))
		if err == nil && len(found) != 10 {
			err = fmt.Errorf("found %d", len(found))
		}
		return err
	})
}

func BenchmarkRawGroupCommit(b *testing.B) {
	pool, err := sql.Open("sqlite", filepath.Join(b.TempDir(), "raw.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		b.Fatal(err)
	}
	defer pool.Close()
	pool.SetMaxOpenConns(1)
	if _, err := pool.Exec("CREATE TABLE docs (id TEXT PRIMARY KEY, rev INTEGER NOT NULL, body TEXT NOT NULL)"); err != nil {
		b.Fatal(err)
	}
	body := `{"id":"1","rev":1,"state":"open","compound":"c1","closes_at":"2022-04-01T08:00:00Z","count":0,"joined":null,"campaign":null,"confirmed":false}`
	before := cpu()
	b.ResetTimer()
	for i := 0; i < b.N; {
		tx, err := pool.Begin()
		if err != nil {
			b.Fatal(err)
		}
		insert, err := tx.Prepare("INSERT INTO docs VALUES (?, ?, ?)")
		if err != nil {
			b.Fatal(err)
		}
		for range min(writers, b.N-i) {
			if _, err := insert.Exec(fmt.Sprint(i), 1, body); err != nil {
				b.Fatal(err)
			}
			i++
		}
		if err := tx.Commit(); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "ops/s")
	b.ReportMetric(float64(cpu()-before)/float64(b.N), "cpu-µs/op")
}
