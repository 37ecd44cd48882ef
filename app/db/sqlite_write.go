package db

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

	lite "modernc.org/sqlite/lib"

	"baimi/app/fault"
)

// groupWrites bounds how many waiting writes share one transaction.
const groupWrites = 512

// batch is what one caller waits for: writes, or a set-up that runs alone in its transaction.
type batch struct {
	writes []*write
	setup  func() error
	err    error
	done   chan struct{}
}

func (s *sqliteStore) write(ctx context.Context, ws []*write) error {
	return s.submit(ctx, &batch{writes: ws})
}

// submit hands a batch to the writer and waits until it is on disk. A caller
// whose context ends before its turn in the queue writes nothing.
func (s *sqliteStore) submit(ctx context.Context, b *batch) error {
	b.done = make(chan struct{})
	if err := s.enqueue(ctx, b); err != nil {
		return err
	}
	<-b.done
	return b.err
}

func (s *sqliteStore) enqueue(ctx context.Context, b *batch) error {
	s.closing.RLock()
	defer s.closing.RUnlock()
	if s.closed {
		return unavailable(errors.New("the store is closed"))
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case s.queue <- b:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// writeAll is the one writer: it takes all that waits, commits it together, and answers.
func (s *sqliteStore) writeAll() {
	defer close(s.done)
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	var version int64
	for {
		select {
		case b, open := <-s.queue:
			if !open {
				return
			}
			s.commit(s.gather(b))
		case <-tick.C:
			s.others.listen()
			version = s.look(version)
		}
	}
}

// gather takes what waits. Once it lets others run first, so that those whom the
// last commit has answered write into the same one and not each half into every other.
func (s *sqliteStore) gather(first *batch) []*batch {
	group, n := []*batch{first}, len(first.writes)
	for yielded := false; n < groupWrites; {
		select {
		case b, open := <-s.queue:
			if !open {
				return group
			}
			group = append(group, b)
			n += len(b.writes)
		default:
			if yielded {
				return group
			}
			yielded = true
			runtime.Gosched()
		}
	}
	return group
}

// look signals the watchers, and forgets what is cached, when another process has written since version.
func (s *sqliteStore) look(version int64) int64 {
	now := version
	if _, err := s.writer.row("PRAGMA data_version", nil, &now); err == nil && now != version {
		s.cache.clear()
		s.hub.anything()
	}
	return now
}

// commit writes the group in one transaction. Where that fails, each batch gets a
// transaction of its own, so that what is wrong with one is not the others' loss.
func (s *sqliteStore) commit(group []*batch) {
	err := s.transaction(group)
	for _, b := range group {
		b.err = err
		if err != nil && len(group) > 1 {
			b.err = s.transaction([]*batch{b})
		}
		close(b.done)
	}
}

func (s *sqliteStore) transaction(group []*batch) error {
	return writeFault(s.writer.transaction(func() error {
		for _, b := range group {
			if b.setup != nil {
				if err := b.setup(); err != nil {
					return err
				}
			}
			for _, w := range b.writes {
				if err := s.writer.applyInTurn(w); err != nil {
					return err
				}
			}
		}
		return nil
	}))
}

// applyInTurn does one write and notes its answer.
func (l *liteWriter) applyInTurn(w *write) (err error) {
	if w.after != nil && w.after.err != nil {
		w.err = w.after.err
		return nil
	}
	w.err, err = l.apply(w)
	return err
}

// apply answers one write; only failed is a reason to give up the transaction.
func (l *liteWriter) apply(w *write) (refused, failed error) {
	if w.op == opReplace && w.touchesUnique() {
		if current, err := l.current(w); err != nil || !current {
			return errLost, err
		}
	}
	for _, e := range w.add {
		if taken, err := l.taken(w.table, e, w.id); err != nil || taken {
			return errDuplicate, err
		}
	}
	landed, err := l.applyBody(w)
	if err != nil || !landed {
		return w.refusal(), err
	}
	for _, e := range w.drop {
		if _, err := l.exec("DELETE FROM "+w.table.sqlIndex(e.index)+" WHERE key = ? AND id = ?", e.key, w.id); err != nil {
			return nil, err
		}
	}
	return nil, l.enter(w.table, w.add, w.id)
}

func (w *write) refusal() error {
	if w.op == opInsert {
		return errDuplicate
	}
	return errLost
}

func (w *write) touchesUnique() bool {
	return slices.ContainsFunc(w.add, func(e entry) bool { return e.index.Unique })
}

func (l *liteWriter) current(w *write) (bool, error) {
	var rev int64
	_, err := l.row("SELECT rev FROM "+w.table.sqlName()+" WHERE id = ?", []any{w.id}, &rev)
	return rev == w.rev, err
}

// applyBody writes the document itself; landed is false where its id is taken or its revision has changed.
func (l *liteWriter) applyBody(w *write) (landed bool, err error) {
	var n int64
	switch name := w.table.sqlName(); w.op {
	case opInsert:
		n, err = l.exec("INSERT INTO "+name+" VALUES (?, ?, ?) ON CONFLICT DO NOTHING", w.id, w.next.rev, string(w.next.body))
	case opReplace:
		n, err = l.exec("UPDATE "+name+" SET rev = ?, body = ? WHERE id = ? AND rev = ?", w.next.rev, string(w.next.body), w.id, w.rev)
	case opDelete:
		n, err = l.exec("DELETE FROM "+name+" WHERE id = ? AND rev = ?", w.id, w.rev)
	}
	return n == 1, err
}

// writeFault says why nothing was written.
func writeFault(err error) error {
	if err == nil || fault.As(err) != nil || errors.Is(err, errDuplicate) {
		return err
	}
	if sqliteCode(err) == lite.SQLITE_FULL {
		return fmt.Errorf("%w (%w)", fault.New(fault.Unavailable, "store_full", "The disk is full; nothing was stored."), err)
	}
	return readFault(err)
}
