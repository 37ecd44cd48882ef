package db

import (
	"context"
	"maps"
	"slices"
	"sync"
)

// hub tells watchers that documents may have changed.
type hub struct {
	mu       sync.Mutex
	watchers map[topic]map[*watcher]bool
	woken    chan struct{} // somebody has begun to watch
	closed   chan struct{}
}

// topic is one document, or with the id "" its whole collection.
type topic struct{ collection, id string }

type watcher struct{ signal chan struct{} }

func newHub() *hub {
	return &hub{watchers: map[topic]map[*watcher]bool{}, woken: make(chan struct{}, 1), closed: make(chan struct{})}
}

func (h *hub) watch(ctx context.Context, collection, id string) <-chan struct{} {
	at, w := topic{collection, id}, &watcher{make(chan struct{}, 1)}
	h.mu.Lock()
	if h.watchers[at] == nil {
		h.watchers[at] = map[*watcher]bool{}
	}
	h.watchers[at][w] = true
	h.mu.Unlock()
	select {
	case h.woken <- struct{}{}:
	default:
	}
	go func() {
		select {
		case <-ctx.Done():
		case <-h.closed:
		}
		h.forget(at, w)
	}()
	return w.signal
}

func (h *hub) forget(at topic, w *watcher) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.watchers[at], w)
	if len(h.watchers[at]) == 0 {
		delete(h.watchers, at)
	}
	close(w.signal)
}

// changed signals the watchers of one document and of its collection.
func (h *hub) changed(collection, id string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.wake(topic{collection, id})
	h.wake(topic{collection, ""})
}

// anything signals everybody: another process changed something.
func (h *hub) anything() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for at := range h.watchers {
		h.wake(at)
	}
}

func (h *hub) wake(at topic) {
	for w := range h.watchers[at] {
		select {
		case w.signal <- struct{}{}:
		default:
		}
	}
}

// watched gives all that somebody watches.
func (h *hub) watched() []topic {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Collect(maps.Keys(h.watchers))
}

// busy tells whether anybody watches.
func (h *hub) busy() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.watchers) > 0
}

func (h *hub) close() {
	select {
	case <-h.closed:
	default:
		close(h.closed)
	}
}
