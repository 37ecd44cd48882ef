package db

import (
	"context"
	"strings"
)

// prepare makes the collection's tables, fills new indexes and drops those that are no longer declared.
func (s *sqliteStore) prepare(ctx context.Context, t *table) error {
	return s.submit(ctx, &batch{setup: func() error {
		if err := s.writer.checkVersion(t); err != nil {
			return err
		}
		if _, err := s.writer.exec("CREATE TABLE IF NOT EXISTS " + t.sqlName() + " (id TEXT PRIMARY KEY, rev INTEGER NOT NULL, body TEXT NOT NULL)"); err != nil {
			return err
		}
		return s.writer.matchIndexes(t)
	}})
}

// checkVersion refuses documents of a newer program and notes this program's version.
func (w *liteWriter) checkVersion(t *table) error {
	var version int
	if _, err := w.row("SELECT version FROM collections WHERE name = ?", []any{t.spec.Name}, &version); err != nil {
		return err
	}
	if version > t.spec.Version {
		return newer(t.spec.Name)
	}
	_, err := w.exec("INSERT OR REPLACE INTO collections VALUES (?, ?)", t.spec.Name, t.spec.Version)
	return err
}

func (w *liteWriter) matchIndexes(t *table) error {
	present, err := w.presentIndexes(t)
	if err != nil {
		return err
	}
	fresh := &table{spec: t.spec, load: t.load}
	for _, ix := range t.indexes {
		if !present[ix.name] {
			fresh.indexes = append(fresh.indexes, ix)
		}
		delete(present, ix.name)
	}
	for gone := range present {
		if _, err := w.exec("DROP TABLE " + quote(t.spec.Name+"/"+gone)); err != nil {
			return err
		}
	}
	for _, ix := range fresh.indexes {
		if _, err := w.exec("CREATE TABLE " + t.sqlIndex(ix) + " (key BLOB NOT NULL, id TEXT NOT NULL, PRIMARY KEY (key, id)) WITHOUT ROWID"); err != nil {
			return err
		}
	}
	return w.fill(fresh)
}

func (w *liteWriter) presentIndexes(t *table) (map[string]bool, error) {
	prefix, present := t.spec.Name+"/", map[string]bool{}
	err := w.each("SELECT name FROM sqlite_schema WHERE type = 'table' AND substr(name, 1, ?) = ?", []any{len(prefix), prefix}, func(scan func(...any) error) error {
		var name string
		err := scan(&name)
		present[strings.TrimPrefix(name, prefix)] = true
		return err
	})
	return present, err
}

// fill enters the documents that are there into new indexes.
func (w *liteWriter) fill(fresh *table) error {
	if len(fresh.indexes) == 0 {
		return nil
	}
	return w.each("SELECT id, rev, body FROM "+fresh.sqlName(), nil, func(scan func(...any) error) error {
		var r record
		if err := scan(&r.id, &r.rev, &r.body); err != nil {
			return err
		}
		doc, err := fresh.load(fresh, r)
		if err != nil {
			return err
		}
		entries := fresh.entries(doc)
		for _, e := range entries {
			if taken, err := w.taken(fresh, e, r.id); err != nil || taken {
				return cmpErr(err, errDuplicate)
			}
		}
		return w.enter(fresh, entries, r.id)
	})
}

func (w *liteWriter) enter(t *table, entries []entry, id string) error {
	for _, e := range entries {
		if _, err := w.exec("INSERT INTO "+t.sqlIndex(e.index)+" VALUES (?, ?)", e.key, id); err != nil {
			return err
		}
	}
	return nil
}

// taken tells whether a unique entry belongs to another document.
func (w *liteWriter) taken(t *table, e entry, id string) (bool, error) {
	if !e.index.Unique || hasNull(e.key) {
		return false, nil
	}
	var one int
	return w.row("SELECT 1 FROM "+t.sqlIndex(e.index)+" WHERE key = ? AND id <> ? LIMIT 1", []any{e.key, id}, &one)
}
