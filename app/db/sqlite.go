package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"modernc.org/sqlite"
	lite "modernc.org/sqlite/lib"

	"baimi/app/fault"
)

// layout is the version of the tables that this program writes (PRAGMA user_version).
const layout = 1

// storeFile is the database file inside the store's directory.
const storeFile = "baimi.db"

// sqliteStore keeps each collection in a table (id, rev, body as JSON text) and
// each index in a table (key, id) whose keys sort like the values they encode.
// One goroutine writes, on one connection; many read.
type sqliteStore struct {
	hub     *hub
	cache   *cache
	others  *aloneness
	file    string
	readers *sql.DB
	read    statements  // of the readers
	writer  *liteWriter // only the writer goroutine uses it
	queue   chan *batch
	done    chan struct{} // the writer goroutine has ended

	closing sync.RWMutex
	closed  bool
}

func openSQLite(ctx context.Context, dir string, h *hub, c *cache) (*sqliteStore, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fault.New(fault.Unavailable, "store_unwritable", "The store's directory %s cannot be made: %v.", dir, err).With("dir", dir)
	}
	file := filepath.Join(dir, storeFile)
	s := &sqliteStore{hub: h, cache: c, file: file, queue: make(chan *batch, 1024), done: make(chan struct{})}
	var err error
	if s.others, err = beAlone(dir); err != nil {
		return nil, openFault(dir, err)
	}
	if err = ownFile(file); err == nil {
		s.writer, err = openWriter(ctx, file)
	}
	if err != nil {
		return nil, errors.Join(openFault(dir, err), s.others.close())
	}
	if s.readers, err = sql.Open("sqlite", sqliteAddress(file)+"&_pragma=query_only(1)&_pragma=cache_size(-256)"); err != nil {
		return nil, errors.Join(err, s.writer.close(), s.others.close())
	}
	s.read.on = s.readers
	s.readers.SetMaxOpenConns(8)
	s.readers.SetMaxIdleConns(8)
	go s.writeAll()
	return s, nil
}

// busyMillis is how long a connection waits for a lock of another process.
var busyMillis = 10_000

func sqliteAddress(file string) string {
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: file}).EscapedPath()}
	return u.String() + fmt.Sprintf("?_pragma=busy_timeout(%d)", busyMillis) + "&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)"
}

// openFault says in a sentence why the store does not open.
func openFault(dir string, err error) error {
	if fault.As(err) != nil {
		return err
	}
	say := func(code, format string) error {
		return fmt.Errorf("%w (%w)", fault.New(fault.Unavailable, code, format, dir).With("dir", dir), err)
	}
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return say("store_unwritable", "The store in %s cannot be written; check who owns the directory and its files.")
	}
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return say("store_locked", "The store in %s is held by another process that does not answer; stop that one first.")
	}
	switch sqliteCode(err) {
	case lite.SQLITE_BUSY, lite.SQLITE_LOCKED:
		return say("store_locked", "The store in %s is locked by another program; stop that one first.")
	case lite.SQLITE_READONLY, lite.SQLITE_CANTOPEN, lite.SQLITE_PERM:
		return say("store_unwritable", "The store in %s cannot be written; check who owns the directory and its files.")
	case lite.SQLITE_NOTADB, lite.SQLITE_CORRUPT:
		return say("store_damaged", "The store in %s is damaged; restore a backup.")
	case lite.SQLITE_FULL:
		return say("store_full", "The disk that holds the store in %s is full; make room first.")
	}
	return err
}

// sqliteCode gives SQLite's primary result code, or 0.
func sqliteCode(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}

// statements are prepared once each, on one connection or on a pool.
type statements struct {
	on interface {
		PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
	}
	mu    sync.Mutex
	known map[string]*sql.Stmt
}

func (s *statements) stmt(query string) (*sql.Stmt, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.known[query]; known != nil {
		return known, nil
	}
	made, err := s.on.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	if s.known == nil {
		s.known = map[string]*sql.Stmt{}
	}
	s.known[query] = made
	return made, nil
}

// row reads one row into dest and tells whether there was one. It takes less time
// than the two goroutines would that stand by for a cancelled context.
func (s *statements) row(query string, args []any, dest ...any) (bool, error) {
	q, err := s.stmt(query)
	if err == nil {
		err = q.QueryRow(args...).Scan(dest...)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

func quote(name string) string { return `"` + name + `"` }

func (t *table) sqlName() string { return quote(t.spec.Name) }

func (t *table) createSQL() string {
	return "CREATE TABLE IF NOT EXISTS " + t.sqlName() + " (id TEXT PRIMARY KEY, rev INTEGER NOT NULL, body TEXT NOT NULL)"
}

func (t *table) sqlIndex(ix *index) string { return quote(t.spec.Name + "/" + ix.name) }

func (s *sqliteStore) get(_ context.Context, t *table, id string) (record, error) {
	r := record{id: id}
	err := s.one(t, id, "rev, body", &r.rev, &r.body)
	return r, err
}

func (s *sqliteStore) revision(_ context.Context, t *table, id string) (rev int64, err error) {
	err = s.one(t, id, "rev", &rev)
	return rev, err
}

func (s *sqliteStore) one(t *table, id, columns string, dest ...any) error {
	there, err := s.read.row("SELECT "+columns+" FROM "+t.sqlName()+" WHERE id = ?", []any{id}, dest...)
	if err == nil && !there {
		return errNone
	}
	return readFault(err)
}

func (s *sqliteStore) alone() bool { return s.others.really.Load() }

// pageRows and pageBytes bound what a walk holds in memory at a time.
const (
	pageRows  = 256
	pageBytes = 1 << 20
)

// find walks in pages, so that no snapshot or connection is held while the caller works.
func (s *sqliteStore) find(ctx context.Context, t *table, p plan) iter.Seq2[record, error] {
	return func(yield func(record, error) bool) {
		left := p.limit
		for {
			rows := pageRows
			if p.limit > 0 {
				rows = min(rows, left)
			}
			page, more, err := s.page(ctx, t, &p, rows)
			for _, r := range page {
				if !yield(r, nil) {
					return
				}
			}
			if err != nil {
				yield(record{}, err)
				return
			}
			left -= len(page)
			if !more || p.limit > 0 && left == 0 {
				return
			}
		}
	}
}

// page reads the next documents of the walk and moves p.after behind them.
func (s *sqliteStore) page(ctx context.Context, t *table, p *plan, limit int) (page []record, more bool, err error) {
	query, args := t.pageQuery(*p, limit)
	q, err := s.read.stmt(query)
	if err != nil {
		return nil, false, readFault(err)
	}
	rows, err := q.QueryContext(ctx, args...)
	if err != nil {
		return nil, false, readFault(err)
	}
	defer rows.Close()
	for size := 0; rows.Next(); {
		var r record
		var key []byte
		if err := rows.Scan(&key, &r.id, &r.rev, &r.body); err != nil {
			return page, false, readFault(err)
		}
		page, p.after = append(page, r), &place{key, r.id}
		if size += len(r.body); size > pageBytes {
			return page, true, nil
		}
	}
	return page, len(page) == limit, readFault(rows.Err())
}

// pageQuery is one statement for each index, direction and first or further page.
func (t *table) pageQuery(p plan, limit int) (string, []any) {
	order, than := "", ">"
	if p.desc {
		order, than = " DESC", "<"
	}
	if p.index == nil {
		query := "SELECT NULL, id, rev, body FROM " + t.sqlName()
		if p.after == nil {
			return query + " ORDER BY id LIMIT ?", []any{limit}
		}
		return query + " WHERE id > ? ORDER BY id LIMIT ?", []any{p.after.id, limit}
	}
	low, high := p.span()
	query := "SELECT i.key, d.id, d.rev, d.body FROM " + t.sqlIndex(p.index) + " i JOIN " + t.sqlName() + " d ON d.id = i.id WHERE i.key >= ? AND i.key < ?"
	args := []any{low, high}
	if p.after != nil {
		query += " AND (i.key, i.id) " + than + " (?, ?)"
		args = append(args, p.after.key, p.after.id)
	}
	return query + " ORDER BY i.key" + order + ", i.id" + order + " LIMIT ?", append(args, limit)
}

// readFault leaves what the caller did as it is, names damage, and calls the rest unavailable.
func readFault(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	switch sqliteCode(err) {
	case lite.SQLITE_INTERRUPT:
		return context.Canceled
	case lite.SQLITE_CORRUPT, lite.SQLITE_NOTADB:
		return fmt.Errorf("%w (%w)", fault.New(fault.Unavailable, "store_damaged", "The store is damaged; restore a backup."), err)
	}
	return unavailable(err)
}

func (s *sqliteStore) close() error {
	s.closing.Lock()
	if s.closed {
		s.closing.Unlock()
		return nil
	}
	s.closed = true
	close(s.queue)
	s.closing.Unlock()
	<-s.done
	return errors.Join(s.readers.Close(), s.writer.close(), s.others.close())
}

// watchEvery is how often the writer looks for other processes and their changes.
const watchEvery = 100 * time.Millisecond
