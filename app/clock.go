package main

import (
	"syscall"
	"time"
)

// processorTime is what this process has used of the processors, so that a
// search with one thread gets the same effort on a busy machine.
func processorTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
