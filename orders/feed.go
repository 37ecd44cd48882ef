package orders

import (
	"context"
	"sync"

	"baimi/app/db"
)

// feeds share one watcher a round among everybody who looks at it: a change is
// read and added up once, however many look on.
type feeds struct {
	rounds *db.Collection[GroupBuy]
	mu     sync.Mutex
	open   map[string]*feed
}

type feed struct {
	stop context.CancelFunc
	subs map[chan Progress]bool
	last Progress
}

func newFeeds(rounds *db.Collection[GroupBuy]) *feeds {
	return &feeds{rounds: rounds, open: map[string]*feed{}}
}

// watch gives the round's progress now and after each change, the newest only,
// until ctx ends.
func (f *feeds) watch(ctx context.Context, g *GroupBuy) <-chan Progress {
	sub := make(chan Progress, 1)
	f.mu.Lock()
	defer f.mu.Unlock()
	of, running := f.open[g.ID]
	if !running {
		life, stop := context.WithCancel(context.Background())
		of = &feed{stop: stop, subs: map[chan Progress]bool{}, last: g.Progress()}
		f.open[g.ID] = of
		changed := f.rounds.Watch(life, g.ID)
		go f.follow(life, g.ID, of, changed)
	}
	of.subs[sub] = true
	sub <- of.last
	context.AfterFunc(ctx, func() { f.leave(g.ID, of, sub) })
	return sub
}

func (f *feeds) leave(id string, of *feed, sub chan Progress) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(of.subs, sub)
	if len(of.subs) == 0 && f.open[id] == of {
		of.stop()
		delete(f.open, id)
	}
}

func (f *feeds) follow(ctx context.Context, id string, of *feed, changed <-chan struct{}) {
	for ok := true; ok; _, ok = <-changed {
		if g, err := f.rounds.Look(ctx, id); err == nil { // after an error the next change, or the client's next visit, tries again
			f.publish(of, g.Progress())
		}
	}
}

// publish puts the progress in place of the one that a slow reader has not taken.
func (f *feeds) publish(of *feed, p Progress) {
	f.mu.Lock()
	defer f.mu.Unlock()
	of.last = p
	for sub := range of.subs {
		select {
		case <-sub:
		default:
		}
		sub <- p
	}
}
