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
	term time.Duration // how long a process that dies may keep the others waiting
	do   func(ctx context.Context, now time.Time) error
}

// jobs lists what has to happen without anybody asking.
func (d *domains) jobs() []job {
	return []job{
		{"imports", time.Minute, d.finishImports},
		{"people", time.Minute, d.people.Expire},
		{"catalog", time.Minute, d.catalog.Expire},
		{"orders", time.Minute, func(ctx context.Context, now time.Time) error {
			return d.orders.Due(ctx, now, d.cashier.Settle, d.fulfillment.Reopen)
		}},
		{"money", time.Minute, func(ctx context.Context, _ time.Time) error { _, err := d.cashier.Work(ctx); return err }},
		{"fulfillment", 4 * time.Minute, d.fulfillment.Due}, // a market may search for two minutes
		{"runs", time.Minute, d.fulfillment.Improve},
	}
}

const tick = time.Second

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

// once does the job, where no other process is at it.
func (d *domains) once(ctx context.Context, j job, leases *db.Leases, holder string) {
	now := d.now()
	mine, err := leases.Claim(ctx, j.name, holder, now, j.term)
	if err == nil && mine {
		err = j.do(ctx, now)
	}
	if err != nil && ctx.Err() == nil {
		slog.Error("a job stopped and will be tried again", "job", j.name, "error", err)
	}
}
