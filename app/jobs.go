package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"baimi/app/db"
)

// job is one domain's recurring work. It does what is due at now and can be
// broken off anywhere: what it left is found again.
type job struct {
	name string
	do   func(ctx context.Context, now time.Time) error
}

// jobs lists what has to happen without anybody asking.
func (d *domains) jobs() []job {
	return []job{
		{"people", d.people.Expire},
		{"catalog", d.catalog.Expire},
		{"orders", func(ctx context.Context, now time.Time) error { return d.orders.Due(ctx, now, d.cashier.Settle) }},
		{"money", func(ctx context.Context, _ time.Time) error { _, err := d.cashier.Work(ctx); return err }},
	}
}

const (
	tick = time.Second
	term = time.Minute // how long a process that dies may keep the others waiting
)

// work runs the jobs every second until ctx ends. Of several processes on one
// store, one at a time does a job.
func (d *domains) work(ctx context.Context) {
	leases, holder := db.OpenLeases(d.conn), uuid.NewString()
	clock := time.NewTicker(tick)
	defer clock.Stop()
	for {
		select {
		case <-ctx.Done():
			for _, j := range d.jobs() {
				_ = leases.Release(context.WithoutCancel(ctx), j.name, holder) // or it ends by itself
			}
			return
		case <-clock.C:
			d.round(ctx, leases, holder)
		}
	}
}

// round does each job once, where no other process is at it.
func (d *domains) round(ctx context.Context, leases *db.Leases, holder string) {
	for _, j := range d.jobs() {
		now := d.now()
		mine, err := leases.Claim(ctx, j.name, holder, now, term)
		if err == nil && mine {
			err = j.do(ctx, now)
		}
		if err != nil && ctx.Err() == nil {
			slog.Error("a job stopped and will be tried again", "job", j.name, "error", err)
		}
	}
}
