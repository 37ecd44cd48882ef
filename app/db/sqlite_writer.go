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
	pool       *sql.DB
	conn       *sql.Conn
	statements map[string]*sql.Stmt
}

func openWriter(ctx context.Context, file string) (*liteWriter, error) {
	pool, err := sql.Open("sqlite", sqliteAddress(file)+"&_pragma=cache_size(-16000)")
	if err != nil {
		return nil, err
	}
	w := &liteWriter{pool: pool, statements: map[string]*sql.Stmt{}}
	if w.conn, err = pool.Conn(ctx); err == nil {
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

// row reads one row into dest and tells whether there was one.
func (w *liteWriter) row(query string, args []any, dest ...any) (bool, error) {
	q, err := w.stmt(query)
	if err == nil {
		err = q.QueryRow(args...).Scan(dest...)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
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

func (w *liteWriter) stmt(query string) (*sql.Stmt, error) {
	if known := w.statements[query]; known != nil {
		return known, nil
	}
	made, err := w.conn.PrepareContext(context.Background(), query)
	if err == nil {
		w.statements[query] = made
	}
	return made, err
}

func (w *liteWriter) close() error {
	for _, q := range w.statements {
		q.Close()
	}
	if w.conn == nil {
		return w.pool.Close()
	}
	return errors.Join(w.conn.Close(), w.pool.Close())
}
