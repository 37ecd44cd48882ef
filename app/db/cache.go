package db

import "sync"

// cacheBytes bounds what a store's cache holds, measured as JSON; in memory it is about three times as much.
const cacheBytes = 32 << 20

// cache keeps decoded documents that were used lately, in two generations: when the
// young one is full it becomes the old one, and what the old one held is forgotten.
// Whoever takes a document from it confirms its revision, unless this process is alone on the store.
type cache struct {
	mu         sync.Mutex
	young, old map[topic]slot
	bytes      int // of young
	drops      int64
}

type slot struct {
	value any // a *held[T]
	rev   int64
	bytes int
}

func newCache() *cache { return &cache{young: map[topic]slot{}} }

// get gives what is held of a document, or nil.
func (c *cache) get(at topic) any {
	c.mu.Lock()
	defer c.mu.Unlock()
	s, ok := c.young[at]
	if !ok {
		if s, ok = c.old[at]; ok {
			c.add(at, s)
		}
	}
	return s.value
}

// ticket is taken before a document is read or written, and given back to offer.
func (c *cache) ticket() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.drops
}

// offer holds a document that was read or written, unless a newer revision is held.
// Where something was forgotten since the ticket was taken it might be this one, so nothing of it is held.
func (c *cache) offer(at topic, s slot, ticket int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case ticket != c.drops:
		c.forget(at)
	case c.young[at].rev <= s.rev && c.old[at].rev <= s.rev:
		c.add(at, s)
	}
}

func (c *cache) add(at topic, s slot) {
	c.bytes += s.bytes - c.young[at].bytes
	c.young[at] = s
	if c.bytes > cacheBytes/2 {
		c.old, c.young, c.bytes = c.young, map[topic]slot{}, 0
		c.drops++
	}
}

func (c *cache) forget(at topic) {
	c.bytes -= c.young[at].bytes
	delete(c.young, at)
	delete(c.old, at)
}

// drop forgets a document that was deleted or is no longer the store's.
func (c *cache) drop(at topic) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drops++
	c.forget(at)
}

// clear forgets everything.
func (c *cache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drops++
	c.young, c.old, c.bytes = map[topic]slot{}, nil, 0
}
