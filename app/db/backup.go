package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"

	"go.mongodb.org/mongo-driver/bson"

	"baimi/app/fault"
)

// Backup writes all documents of a store to a new file while the program that
// serves it runs. The file is an SQLite database whichever store it came from. From SQLite
// it is the state of one instant; from MongoDB each document is whole, and work that
// spans documents resumes after a restore as it does after a crash.
func Backup(ctx context.Context, address, file string) error {
	if _, err := os.Lstat(file); err == nil {
		return fault.New(fault.Conflict, "backup_exists", "The file %s is there already; name a new one.", file).With("file", file)
	}
	err := whole(file, func(partial string) error {
		if dir, ok := sqliteDir(address); ok {
			return backupSQLite(ctx, dir, partial)
		}
		return onMongo(ctx, address, func(s *mongoStore) error { return s.backup(ctx, partial) })
	})
	if err != nil {
		return fmt.Errorf("the backup was not made: %w", err)
	}
	return nil
}

// Restore puts a backup into the empty store at address, of either kind.
func Restore(ctx context.Context, file, address string) error {
	source, err := openBackup(ctx, file)
	if err != nil {
		return err
	}
	defer source.Close()
	if dir, ok := sqliteDir(address); ok {
		return restoreSQLite(file, dir)
	}
	return onMongo(ctx, address, func(s *mongoStore) error { return s.restore(ctx, source) })
}

// onMongo works on the store at an address that is not SQLite's.
func onMongo(ctx context.Context, address string, work func(*mongoStore) error) error {
	c, err := Connect(ctx, address)
	if err != nil {
		return err
	}
	defer c.Close()
	return work(c.engine.(*mongoStore))
}

// openBackup opens a backup for reading and checks that it is one and is whole.
func openBackup(ctx context.Context, file string) (*sql.DB, error) {
	if _, err := os.Stat(file); err != nil {
		return nil, fault.New(fault.NotFound, "backup_missing", "The backup %s cannot be read: %v.", file, err).With("file", file)
	}
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: file}).EscapedPath(), RawQuery: "mode=ro&immutable=1"}
	source, err := sql.Open("sqlite", u.String())
	if err != nil {
		return nil, err
	}
	var verdict string
	var version, collections int
	err = cmpErr(source.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict),
		source.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version),
		source.QueryRowContext(ctx, "SELECT count(*) FROM "+metaName).Scan(&collections))
	switch {
	case err == nil && version > layout:
		err = newer("documents")
	case err != nil || verdict != "ok":
		err = fault.New(fault.Invalid, "backup_damaged", "The file %s is damaged or is no backup of Baimi.", file).With("file", file)
	}
	if err != nil {
		source.Close()
		return nil, err
	}
	return source, nil
}

func restoreSQLite(file, dir string) error {
	target := filepath.Join(dir, storeFile)
	if _, err := os.Lstat(target); err == nil {
		return notEmpty("sqlite:" + dir)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := whole(target, func(partial string) error { return copyFile(file, partial) }); err != nil {
		return fmt.Errorf("the backup was not restored: %w", err)
	}
	return nil
}

func nothing(store string) error {
	return fault.New(fault.NotFound, "store_empty", "There are no documents in %s; is this the right store?", store)
}

func notEmpty(address string) error {
	return fault.New(fault.Conflict, "store_not_empty", "The store %s holds documents already; restore into an empty one.", address)
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// whole has a file written under another name and puts it on disk under its own when all of it is there.
func whole(file string, write func(partial string) error) error {
	partial := file + ".partial"
	err := cmpErr(removeIfThere(partial), ownFile(partial))
	if err == nil {
		err = write(partial)
	}
	if err == nil {
		err = syncPath(partial)
	}
	if err == nil {
		err = os.Rename(partial, file)
	}
	if err != nil {
		return errors.Join(err, removeIfThere(partial))
	}
	return syncPath(filepath.Dir(file))
}

func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// ownFile makes an empty file that nobody else may read: a store holds names, doors and phone numbers.
func ownFile(file string) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

func removeIfThere(file string) error {
	if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// backupSQLite copies the store as it is at one instant. The process that serves it is not disturbed: only the file is read.
func backupSQLite(ctx context.Context, dir, file string) error {
	store := filepath.Join(dir, storeFile)
	if _, err := os.Stat(store); err != nil {
		return nothing(dir)
	}
	pool, err := sql.Open("sqlite", sqliteAddress(store))
	if err != nil {
		return err
	}
	defer pool.Close()
	var collections int
	if err := pool.QueryRowContext(ctx, "SELECT count(*) FROM "+metaName).Scan(&collections); err != nil {
		return readFault(err)
	}
	if collections == 0 {
		return nothing(dir)
	}
	_, err = pool.ExecContext(ctx, "VACUUM INTO ?", file)
	return readFault(err)
}

// backup copies document after document; the indexes are made again after a restore.
func (s *mongoStore) backup(ctx context.Context, file string) error {
	to, err := openWriter(ctx, file)
	if err != nil {
		return err
	}
	if err = s.copyAll(ctx, to); err == nil {
		_, err = to.exec("PRAGMA journal_mode = DELETE") // all in the one file
	}
	return errors.Join(err, to.close())
}

func (s *mongoStore) copyAll(ctx context.Context, to *liteWriter) error {
	found, err := s.base.Collection(metaName).Find(ctx, bson.M{})
	if err != nil {
		return mongoFault(err)
	}
	defer found.Close(ctx)
	if !found.TryNext(ctx) {
		return cmpErr(mongoFault(found.Err()), nothing(s.base.Name()))
	}
	for more := true; more; more = found.Next(ctx) {
		name, _ := found.Current.Lookup("_id").StringValueOK()
		v := readVersions(found.Current)
		t := &table{spec: Spec{Name: name}}
		err := to.transaction(func() error {
			if _, err := to.exec("INSERT INTO "+metaName+" VALUES (?, ?, ?)", name, v.current, v.settled); err != nil {
				return err
			}
			if _, err := to.exec(t.createSQL()); err != nil {
				return err
			}
			return s.copyInto(ctx, to, t)
		})
		if err != nil {
			return err
		}
	}
	return mongoFault(found.Err())
}

func (s *mongoStore) copyInto(ctx context.Context, to *liteWriter, t *table) error {
	for r, err := range s.find(ctx, t, plan{}) {
		if err != nil {
			return err
		}
		if _, err := to.exec("INSERT INTO "+t.sqlName()+" VALUES (?, ?, ?)", r.id, r.rev, string(r.body)); err != nil {
			return err
		}
	}
	return nil
}

// restore inserts the documents of a backup; Ready makes their indexes.
func (s *mongoStore) restore(ctx context.Context, source *sql.DB) error {
	if n, err := s.base.Collection(metaName).CountDocuments(ctx, bson.M{}); err != nil || n > 0 {
		return cmpErr(mongoFault(err), notEmpty(s.base.Name()))
	}
	rows, err := source.QueryContext(ctx, "SELECT name, version, settled FROM "+metaName)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		t := &table{}
		var v versions
		if err := rows.Scan(&t.spec.Name, &v.current, &v.settled); err != nil {
			return err
		}
		if err := s.restoreOne(ctx, source, t); err != nil {
			return err
		}
		if err := s.noteVersions(ctx, t, v); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (s *mongoStore) restoreOne(ctx context.Context, source *sql.DB, t *table) error {
	rows, err := source.QueryContext(ctx, "SELECT id, rev, body FROM "+t.sqlName())
	if err != nil {
		return err
	}
	defer rows.Close()
	var page []any
	for more := true; more; {
		if more = rows.Next(); more {
			w := write{table: t}
			if err := rows.Scan(&w.id, &w.next.rev, &w.next.body); err != nil {
				return err
			}
			doc, err := w.mongo()
			if err != nil {
				return err
			}
			page = append(page, doc)
		}
		if len(page) == pageRows || !more && len(page) > 0 {
			if _, err := s.collection(t).InsertMany(ctx, page); err != nil {
				return mongoFault(err)
			}
			page = nil
		}
	}
	return rows.Err()
}
