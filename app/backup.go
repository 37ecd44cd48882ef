package main

import (
	"context"

	"baimi/app/db"
)

// BackupCmd copies all documents into one file; the service may run meanwhile.
type BackupCmd struct {
	Store string `env:"BAIMI_STORE" default:"sqlite:store" help:"Where the documents are: sqlite:DIR or mongodb://…"`
	File  string `arg:"" help:"The new file."`
}

// Run makes the backup.
func (b *BackupCmd) Run(ctx context.Context) error {
	return db.Backup(ctx, b.Store, b.File)
}

// RestoreCmd puts a backup into an empty store of either kind.
type RestoreCmd struct {
	Store string `env:"BAIMI_STORE" default:"sqlite:store" help:"The empty store: sqlite:DIR or mongodb://…"`
	File  string `arg:"" help:"The backup."`
}

// Run restores the backup.
func (r *RestoreCmd) Run(ctx context.Context) error { return db.Restore(ctx, r.File, r.Store) }
