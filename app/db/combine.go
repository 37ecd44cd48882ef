package db

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"runtime"
	"runtime/debug"
	"time"

	"baimi/app/fault"
)

// attempts bounds how often a lost revision is tried again.
const attempts = 40

// workTime bounds one round of combined updates, which no single caller's context may cut short.
const workTime = 30 * time.Second

// hot is one document with updates that wait for their turn.
type hot[T any] struct {
	waiting []*pending[T]
}

// pending is one caller of Update or Alter.
type pending[T any] struct {
	ctx    context.Context
	change func(*T) error
	doc    *T    // as it is after the change; nil where nobody asks for it
	rev    int64 // that has the change in it
	err    error
	done   chan struct{}
}

// Update applies change to the document and stores it with the next revision.
// It gives the document as it is after this change. A change that returns an
// error (or panics) writes nothing, and one that changes nothing costs no
// write. Change may run more than once and must be pure: no I/O, no clock, no randomness.
// Where ctx ends first, the change may or may not be stored.
func (c *Collection[T]) Update(ctx context.Context, id string, change func(*T) error) (T, error) {
	var none T
	doc := new(T)
	if _, err := c.join(id, &pending[T]{ctx: ctx, change: change, doc: doc, done: make(chan struct{})}); err != nil {
		return none, err
	}
	return *doc, nil
}

// Alter is Update for changes that come in crowds: it spares the copy of the
// document and gives only the revision that has the change in it.
func (c *Collection[T]) Alter(ctx context.Context, id string, change func(*T) error) (int64, error) {
	return c.join(id, &pending[T]{ctx: ctx, change: change, done: make(chan struct{})})
}

// join adds a caller to those that wait for the document, and waits.
func (c *Collection[T]) join(id string, p *pending[T]) (rev int64, err error) {
	ctx := p.ctx
	if err := cmpErr(ctx.Err(), c.table.ready(ctx, c.conn.engine)); err != nil {
		return 0, err
	}
	c.mu.Lock()
	h, running := c.hot[id]
	if !running {
		h = &hot[T]{}
		c.hot[id] = h
	}
	h.waiting = append(h.waiting, p)
	c.mu.Unlock()
	if !running {
		go c.drain(id, h)
	}
	select {
	case <-p.done:
		return p.rev, p.err
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// drain works on a document until nobody waits.
func (c *Collection[T]) drain(id string, h *hot[T]) {
	for {
		runtime.Gosched() // whom the last round has answered may be back for this one
		c.mu.Lock()
		batch := h.waiting
		h.waiting = nil
		if len(batch) == 0 {
			delete(c.hot, id)
			c.mu.Unlock()
			return
		}
		c.mu.Unlock()
		c.combine(id, batch)
		for _, p := range batch {
			close(p.done)
		}
	}
}

// combine answers the batch: one load, the changes one after another, one write.
func (c *Collection[T]) combine(id string, batch []*pending[T]) {
	ctx, cancel := context.WithTimeout(context.Background(), workTime)
	defer cancel()
	err := errLost
	for attempt := 0; attempt < attempts && errors.Is(err, errLost); attempt++ {
		pause(ctx, attempt-2) // the first loss is often only the cache's, which is then as new
		err = c.round(ctx, id, batch)
	}
	if err == nil {
		return
	}
	err = c.explain(id, err)
	for _, p := range batch {
		if p.err == nil {
			p.err = err
		}
	}
}

// round is one attempt of combine. It may begin with a document from the cache:
// a write proves its revision, and an answer without a write confirms it.
func (c *Collection[T]) round(ctx context.Context, id string, batch []*pending[T]) error {
	h, sure, err := c.hold(ctx, id)
	if err != nil {
		return err
	}
	next := applyAll(h.doc, batch)
	if !h.stale && reflect.DeepEqual(next, h.doc) {
		return c.confirm(ctx, id, h.rev, sure)
	}
	any(&next).(document).base().Rev++
	h, settled, err := c.put(ctx, opReplace, h, next)
	if err != nil {
		return err
	}
	for _, p := range batch {
		if p.rev = h.rev; p.doc != nil {
			c.catchUp(p.doc, h.rev, settled && p.err == nil)
		}
	}
	return nil
}

// applyAll applies the changes of a batch one after another and gives the result.
// After one that fails it goes on from the last copy, with the changes since then, so that nothing of it is left.
func applyAll[T any](doc T, batch []*pending[T]) T {
	base := *any(&doc).(document).base()
	next, last := clone(doc), &doc
	var since []*pending[T] // the changes that next has and last has not
	for _, p := range batch {
		if p.err = p.apply(&next); p.err != nil {
			next = clone(*last)
			for _, q := range since {
				_ = q.change(&next)
			}
		}
		*any(&next).(document).base() = base
		p.rev = base.Rev
		switch {
		case p.err == nil && p.doc == nil:
			since = append(since, p)
		case p.err == nil:
			*p.doc = clone(next)
			last, since = p.doc, nil
		case len(since) > 0:
			again := clone(next)
			last, since = &again, nil
		}
	}
	return next
}

// apply runs the change; what it panics with is its own error.
func (p *pending[T]) apply(doc *T) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("an update panicked: %v\n%s", r, debug.Stack())
		}
	}()
	if err := p.ctx.Err(); err != nil {
		return err
	}
	return p.change(doc)
}

// confirm tells whether the answer to a batch that writes nothing rests on the document's revision of now.
func (c *Collection[T]) confirm(ctx context.Context, id string, rev int64, sure bool) error {
	if sure || c.conn.engine.alone() {
		return nil
	}
	now, err := c.conn.engine.revision(ctx, c.table, id)
	if err != nil || now != rev {
		c.conn.cache.drop(c.at(id))
		return cmpErr(err, errLost)
	}
	return nil
}

// pause waits a little longer after each lost revision, with jitter so that the losers do not meet again.
func pause(ctx context.Context, attempt int) {
	if attempt < 0 {
		return
	}
	most := time.Millisecond << min(attempt, 6)
	select {
	case <-time.After(rand.N(most)):
	case <-ctx.Done():
	}
}

// unavailable says that the store cannot answer now.
func unavailable(err error) error {
	return fmt.Errorf("%w (%w)", fault.New(fault.Unavailable, "store_unavailable", "The store cannot answer at the moment; please try again."), err)
}
