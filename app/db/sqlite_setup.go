package db

import (
	"context"
	"strings"

	"baimi/app/fault"
)

// prepare makes the collection's tables, fills new indexes and drops those that are no longer declared.
func (s *sqliteStore) prepare(ctx context.Context, t *table) error {
	return s.submit(ctx, &batch{setup: func() error {
		var v versions
		known, err := s.writer.row("SELECT version, settled FROM "+metaName+" WHERE name = ?", []any{t.spec.Name}, &v.current, &v.settled)
		if err != nil {
			return err
		}
		rebuild, err := t.meet(known, &v)
		if err != nil {
			return err
		}
		if err := s.writer.noteVersions(t, v); err != nil {
			return err
		}
		if _, err := s.writer.exec(t.createSQL()); err != nil {
			return err
		}
		return s.writer.matchIndexes(t, rebuild)
	}})
}

func (w *liteWriter) noteVersions(t *table, v versions) error {
	_, err := w.exec("INSERT OR REPLACE INTO "+metaName+" VALUES (?, ?, ?)", t.spec.Name, v.current, v.settled)
	return err
}

func (s *sqliteStore) settle(ctx context.Context, t *table) error {
	return s.submit(ctx, &batch{setup: func() error {
		return s.writer.noteVersions(t, versions{t.spec.Version, t.spec.Version})
	}})
}

// matchIndexes makes the index tables what the declaration says; rebuild makes all of them anew.
func (w *liteWriter) matchIndexes(t *table, rebuild bool) error {
	present, err := w.presentIndexes(t)
	if err != nil {
		return err
	}
	fresh := &table{spec: t.spec, load: t.load}
	for _, ix := range t.indexes {
		if present[ix.name] && !rebuild {
			delete(present, ix.name)
		} else {
			fresh.indexes = append(fresh.indexes, ix)
		}
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
		doc, _, err := fresh.load(fresh, r)
		if err != nil {
			return err
		}
		entries := fresh.entries(doc)
		for _, e := range entries {
			if taken, err := w.taken(fresh, e, r.id); err != nil || taken {
				return cmpErr(err, fillDuplicate(fresh, e, r.id))
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
	if !e.index.Unique || e.partial {
		return false, nil
	}
	var one int
	return w.row("SELECT 1 FROM "+t.sqlIndex(e.index)+" WHERE key = ? AND id <> ? LIMIT 1", []any{e.key, id}, &one)
}

func fillDuplicate(t *table, e entry, id string) error {
	return fault.New(fault.Internal, "index_impossible", "%s %q has the same %s as another, which a new unique index forbids.", t.spec.Name, id, e.index.name)
}
