package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// liteWriter is the one connection that writes, with its prepared statements.
// It is not cancelled half-way: a transaction is short, and whoever waits may give up waiting.
type liteWriter struct {
	statements
	pool *sql.DB
	conn *sql.Conn
}

func openWriter(ctx context.Context, file string) (*liteWriter, error) {
	pool, err := sql.Open("sqlite", sqliteAddress(file)+"&_pragma=cache_size(-16000)")
	if err != nil {
		return nil, err
	}
	w := &liteWriter{pool: pool}
	if w.conn, err = pool.Conn(ctx); err == nil {
		w.on = w.conn
		err = w.check()
	}
	if err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

// check makes an empty store ready, and refuses a newer one and one that cannot be written.
func (w *liteWriter) check() error {
	var version int
	if _, err := w.row("PRAGMA user_version", nil, &version); err != nil {
		return err
	}
	if version > layout {
		return newer("documents")
	}
	return w.transaction(func() error {
		_, err := w.exec(fmt.Sprintf("PRAGMA user_version = %d", layout))
		if err == nil {
			_, err = w.exec("CREATE TABLE IF NOT EXISTS " + metaName + " (name TEXT PRIMARY KEY, version INTEGER NOT NULL, settled INTEGER NOT NULL)")
		}
		return err
	})
}

// transaction takes the write lock, runs work and commits, or leaves everything as it was.
func (w *liteWriter) transaction(work func() error) error {
	if _, err := w.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err := work()
	if err == nil {
		_, err = w.exec("COMMIT")
	}
	if err != nil {
		w.conn.ExecContext(context.Background(), "ROLLBACK") // it fails where SQLite has rolled back by itself
	}
	return err
}

// exec runs a statement and gives the number of rows that it changed.
func (w *liteWriter) exec(query string, args ...any) (int64, error) {
	q, err := w.stmt(query)
	if err != nil {
		return 0, err
	}
	done, err := q.Exec(args...)
	if err != nil {
		return 0, err
	}
	return done.RowsAffected()
}

// each reads all rows; next scans one.
func (w *liteWriter) each(query string, args []any, next func(scan func(...any) error) error) error {
	rows, err := w.conn.QueryContext(context.Background(), query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := next(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// close closes the statements first: a connection that has some would stay open.
func (w *liteWriter) close() error {
	for _, q := range w.known {
		q.Close()
	}
	if w.conn == nil {
		return w.pool.Close()
	}
	return errors.Join(w.conn.Close(), w.pool.Close())
}
