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
	watchers map[topic]map[chan struct{}]bool
	woken    chan struct{} // somebody has begun to watch
}

// topic is one document.
type topic struct{ collection, id string }

func newHub() *hub {
	return &hub{watchers: map[topic]map[chan struct{}]bool{}, woken: make(chan struct{}, 1)}
}

func (h *hub) watch(ctx context.Context, at topic) <-chan struct{} {
	signal := make(chan struct{}, 1)
	h.mu.Lock()
	if h.watchers[at] == nil {
		h.watchers[at] = map[chan struct{}]bool{}
	}
	h.watchers[at][signal] = true
	h.mu.Unlock()
	wake(h.woken)
	context.AfterFunc(ctx, func() { h.forget(at, signal) })
	return signal
}

func (h *hub) forget(at topic, signal chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.watchers[at][signal] {
		close(signal)
		delete(h.watchers[at], signal)
	}
	if len(h.watchers[at]) == 0 {
		delete(h.watchers, at)
	}
}

// changed signals the watchers of a document.
func (h *hub) changed(at topic) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for signal := range h.watchers[at] {
		wake(signal)
	}
}

func wake(signal chan struct{}) {
	select {
	case signal <- struct{}{}:
	default:
	}
}

// anything signals everybody: another process changed something.
func (h *hub) anything() {
	for _, at := range h.watched() {
		h.changed(at)
	}
}

// watched gives all that somebody watches.
func (h *hub) watched() []topic {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Collect(maps.Keys(h.watchers))
}

// close ends all watching.
func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, signals := range h.watchers {
		for signal := range signals {
			close(signal)
		}
	}
	clear(h.watchers)
}
