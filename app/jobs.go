package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"baimi/app/db"
)

// job is one domain's recurring work. It does what is due at now and can be
// broken off anywhere: what it left is found again.
type job struct {
	name string
	term time.Duration // it is broken off after this
	do   func(ctx context.Context, now time.Time) error
}

// jobs lists what has to happen without anybody asking.
func (d *domains) jobs() []job {
	return []job{
		{"imports", 5 * time.Minute, d.finishImports},
		{"people", 30 * time.Second, d.people.Expire},
		{"catalog", 30 * time.Second, d.catalog.Expire},
		{"orders", 30 * time.Second, func(ctx context.Context, now time.Time) error {
			return d.orders.Due(ctx, now, d.cashier.Settle, d.fulfillment.Reopen)
		}},
		{"money", 30 * time.Second, func(ctx context.Context, _ time.Time) error { _, err := d.cashier.Work(ctx); return err }},
		{"fulfillment", 150 * time.Second, d.fulfillment.Due}, // a market may search for two minutes
		{"runs", 30 * time.Second, d.fulfillment.Improve},
	}
}

const tick = time.Second

// hold is how long a process has a job without asking again; one that dies keeps
// the others, and itself when it comes back, waiting for twice as long at most.
const hold = 15 * time.Second

// work runs each job every second until ctx ends. Of several processes on one
// store, one at a time does a job.
func (d *domains) work(ctx context.Context) {
	leases, holder := db.OpenLeases(d.conn), uuid.NewString()
	var all sync.WaitGroup
	for _, j := range d.jobs() {
		all.Go(func() { d.repeat(ctx, j, leases, holder) })
	}
	all.Wait()
}

func (d *domains) repeat(ctx context.Context, j job, leases *db.Leases, holder string) {
	clock := time.NewTicker(tick)
	defer clock.Stop()
	for {
		select {
		case <-ctx.Done():
			_ = leases.Release(context.WithoutCancel(ctx), j.name, holder) // or it ends by itself
			return
		case <-clock.C:
			d.once(ctx, j, leases, holder)
		}
	}
}

// once does the job, where no other process is at it, for as long as the lease certainly holds.
func (d *domains) once(ctx context.Context, j job, leases *db.Leases, holder string) {
	now := d.now()
	mine, err := leases.Claim(ctx, j.name, holder, now, hold)
	if err == nil && mine {
		term, end := context.WithTimeout(ctx, j.term)
		again, kept := time.NewTicker(hold/5), make(chan bool)
		defer again.Stop()
		go func() { d.keep(term, again.C, j, leases, holder); end(); close(kept) }()
		err = j.do(term, now)
		end()
		<-kept
	}
	if err != nil && ctx.Err() == nil {
		slog.Error("a job stopped and will be tried again", "job", j.name, "error", err)
	}
}

// keep asks for the job whenever it is told to, until the job is done or the lease may be lost.
func (d *domains) keep(ctx context.Context, again <-chan time.Time, j job, leases *db.Leases, holder string) {
	for last := time.Now(); time.Since(last) < hold; {
		select {
		case <-ctx.Done():
			return
		case <-again:
		}
		mine, err := leases.Claim(ctx, j.name, holder, d.now(), hold)
		if err == nil && !mine {
			return
		}
		if err == nil {
			last = time.Now()
		}
	}
}
