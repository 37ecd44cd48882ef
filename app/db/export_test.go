package db

import (
	"context"
	"fmt"
	"testing"
)

// LimitPages lets the store's file grow to this many pages, as a full disk would.
func LimitPages(t *testing.T, c *Conn, pages int) {
	t.Helper()
	s := c.engine.(*sqliteStore)
	if err := s.submit(context.Background(), &batch{setup: func() error {
		_, err := s.writer.exec(fmt.Sprintf("PRAGMA max_page_count = %d", pages))
		return err
	}}); err != nil {
		t.Fatal(err)
	}
}

// WaitBriefly makes the stores of this test wait only a moment for a lock.
func WaitBriefly(t *testing.T) {
	before := busyMillis
	busyMillis = 50
	t.Cleanup(func() { busyMillis = before })
}

// Revision counts how often the job's lease was written.
func (l *Leases) Revision(t *testing.T, job string) int64 {
	t.Helper()
	held, err := l.leases.Get(context.Background(), job)
	if err != nil {
		t.Fatal(err)
	}
	return held.Rev
}
