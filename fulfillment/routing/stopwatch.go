package routing

import (
	"syscall"
	"time"
)

// stopwatch tells how much of a budget is used. It runs from the first look at the
// problem on, so that reading it counts.
type stopwatch struct {
	o        Options
	start    time.Time
	from, to float64 // the stage that is searched, in shares of the budget
}

func newStopwatch(o Options) *stopwatch {
	if o.Budget == 0 && o.Iterations == 0 {
		o.Budget = time.Second
	}
	return &stopwatch{o: o, start: time.Now(), to: 1}
}

// stage is a part of the budget from now on; as much as is left where that is less.
func (w *stopwatch) stage(share float64) *stopwatch {
	part := *w
	part.from = w.elapsed()
	part.to = min(part.from+share, w.to)
	return &part
}

// What is left to do after the search, for each node: to write routes, or to share
// and check a plan.
const (
	toWrite = 10 * time.Microsecond
	toShare = 100 * time.Microsecond
)

// spare ends the search early enough for what is left to do.
func (w *stopwatch) spare(nodes int, each time.Duration) *stopwatch {
	if w.o.Budget > 0 {
		rest := 10*time.Millisecond + time.Duration(nodes)*each
		w.to = 1 - min(float64(rest)/float64(w.o.Budget), 0.2)
	}
	return w
}

// used is the share of the stage that is used up: 1 is the end.
func (w *stopwatch) used(iteration int) float64 {
	var share float64
	if w.o.Iterations > 0 {
		share = float64(iteration) / (float64(w.o.Iterations) * (w.to - w.from))
	}
	if now := w.elapsed(); now >= w.to {
		share = 1
	} else {
		share = max(share, (now-w.from)/(w.to-w.from))
	}
	return share
}

// elapsed is the share of the budget that is used up.
func (w *stopwatch) elapsed() float64 {
	if w.o.Budget == 0 {
		return 0
	}
	return float64(w.spent()) / float64(w.o.Budget)
}

func (w *stopwatch) spent() time.Duration {
	if w.o.CPU {
		return cpuTime()
	}
	return time.Since(w.start)
}

func (w *stopwatch) left() time.Duration { return max(w.o.Budget-w.spent(), 0) }

// cpuTime is what the process has used of all its processors.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
