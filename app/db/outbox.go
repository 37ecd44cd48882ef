package db

import "context"

// outbox is what a document takes along when it is written.
type outbox[T any] struct {
	writes func(ctx context.Context, doc *T) ([]*write, error) // of what is taken out of the document
	settle func(doc *T)                                        // only takes it out
}

// Outbox declares that documents of c may hold new documents of another collection
// until those are stored. Whenever such a document is written, what take finds in it
// goes in behind it, and then the document without, each only if the one before has
// landed. SQLite puts all of this on disk in one commit; it is no transaction all the
// same: what is refused or cut off on the way stays in the document, and somebody has to work it off.
// Take removes what it gives from the document, or gives nothing, and is pure as a change is. InsertMany leaves outboxes alone.
func Outbox[T, E any](c *Collection[T], into *Collection[E], take func(*T) []E) {
	c.outbox = &outbox[T]{
		settle: func(doc *T) { take(doc) },
		writes: func(ctx context.Context, doc *T) ([]*write, error) { return into.inserts(ctx, take(doc)) },
	}
}

// sequence gives the writes that a document goes in with, one behind the other, and
// the document as it is after the last of them.
func (c *Collection[T]) sequence(ctx context.Context, w *write, doc T) ([]*write, T, error) {
	ws := []*write{w}
	if c.outbox == nil {
		return ws, doc, nil
	}
	settled := clone(doc)
	behind, err := c.outbox.writes(ctx, &settled)
	if err != nil || len(behind) == 0 {
		return ws, doc, err
	}
	any(&settled).(document).base().Rev++
	last, err := c.change(opReplace, w.next.rev, &settled, w.entries)
	if err != nil {
		return nil, doc, err
	}
	ws = append(append(ws, behind...), last)
	for i, w := range ws[1:] {
		w.after = ws[i]
	}
	return ws, settled, nil
}

// put stores next in place of what is held, with all that it causes, and gives what
// the store holds then, and whether nothing of it is left to do.
func (c *Collection[T]) put(ctx context.Context, o op, old *held[T], next T) (h *held[T], settled bool, err error) {
	ticket := c.conn.cache.ticket()
	w, err := c.change(o, old.rev, &next, old.entries)
	if err != nil {
		return nil, false, err
	}
	ws, after, err := c.sequence(ctx, w, next)
	if err != nil {
		return nil, false, err
	}
	if err := cmpErr(c.conn.engine.write(ctx, ws), w.err); err != nil {
		c.conn.cache.drop(c.at(w.id))
		return nil, false, err
	}
	for _, w := range ws {
		if w.err == nil {
			c.conn.hub.changed(topic{w.table.spec.Name, w.id})
		}
	}
	if last := ws[len(ws)-1]; last.err == nil {
		w, next, settled = last, after, len(ws) > 1
	}
	h = &held[T]{doc: next, rev: w.next.rev, entries: w.entries}
	c.conn.cache.offer(c.at(w.id), slot{h, h.rev, len(w.next.body)}, ticket)
	return h, settled, nil
}

// catchUp brings a caller's copy of a document to the revision at which it was stored.
func (c *Collection[T]) catchUp(doc *T, rev int64, settled bool) {
	if settled {
		c.outbox.settle(doc)
	}
	any(doc).(document).base().Rev = rev
}
