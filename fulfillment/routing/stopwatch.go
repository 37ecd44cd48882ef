package routing

import (
	"syscall"
	"time"
)

// stopwatch tells how much of a budget is used.
type stopwatch struct {
	o     Options
	start time.Time
	cpu   time.Duration
	share float64
}

func newStopwatch(o Options) *stopwatch {
	if o.Budget == 0 && o.Iterations == 0 {
		o.Budget = time.Second
	}
	return &stopwatch{o: o, start: time.Now(), cpu: cpuTime()}
}

// used is the share of the budget that is used up: 1 is the end.
func (w *stopwatch) used(iteration int) float64 {
	if w.o.Iterations > 0 {
		w.share = float64(iteration) / float64(w.o.Iterations)
	}
	if w.o.Budget > 0 {
		w.share = max(w.share, float64(w.spent())/float64(w.o.Budget))
	}
	return w.share
}

func (w *stopwatch) spent() time.Duration {
	if w.o.CPU {
		return cpuTime() - w.cpu
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
