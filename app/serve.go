package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"time"

	"baimi/app/people"
	"baimi/orders"
)

// ServeCmd starts the service.
type ServeCmd struct {
	Config
}

// Memory is given for speed within bounds: garbage is collected half as often as
// Go does by itself, unless GOGC says otherwise, and more often from 160 MiB on.
const (
	garbagePercent = 200
	softMemory     = 160 << 20
)

// Run serves until the context ends, then finishes the requests under way.
func (s *ServeCmd) Run(ctx context.Context) error {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbagePercent)
		debug.SetMemoryLimit(softMemory)
	}
	s.startLog()
	channel, err := s.channel()
	if err != nil {
		return wrongUse{err}
	}
	if s.trusted, err = people.ParseProxies(s.Proxies); err != nil {
		return wrongUse{err}
	}
	keys, online, err := stripeKeys(os.Getenv)
	if err != nil {
		return wrongUse{err}
	}
	if online {
		s.payments = orders.NewStripe(keys, orders.StripeSite{API: s.StripeAPI, Script: s.StripeScript})
	}
	d, err := openDomains(ctx, s.Config, time.Now, channel)
	if err != nil {
		return err
	}
	defer d.conn.Close()
	if err := d.refuseLiveDemo(ctx, keys); err != nil {
		return err
	}
	if err := d.prepare(ctx); err != nil {
		return err
	}
	listener, err := listen(s.Listen)
	if err != nil {
		return wrongUse{fmt.Errorf("cannot listen on %s: %w", s.Listen, err)}
	}
	app, _ := newServer(d)
	go d.migrate(ctx)
	go d.work(ctx)
	fmt.Printf("Baimi is at http://%s\n", listener.Addr())
	failed := make(chan error, 1)
	go func() { failed <- app.Listener(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		return app.ShutdownWithTimeout(10 * time.Second)
	}
}

// migrate carries the documents of older versions over while the service runs.
func (d *domains) migrate(ctx context.Context) {
	if err := d.conn.Migrate(ctx); err != nil && ctx.Err() == nil {
		slog.Error("documents of an older version are left; they are carried over when they are read", "error", err)
	}
}

// OpenAPICmd prints the contract that the code makes.
type OpenAPICmd struct{}

// Run prints the contract as JSON; it works on an empty store of its own.
func (OpenAPICmd) Run(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "baimi-openapi-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	d, err := openDomains(ctx, Config{Store: "sqlite:" + dir}, time.Now, people.LogChannel{})
	if err != nil {
		return err
	}
	defer d.conn.Close()
	_, api := newServer(d)
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", "  ")
	return encoder.Encode(api.OpenAPI())
}
