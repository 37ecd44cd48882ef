package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"baimi/fulfillment/routing"
)

// RouteCmd plans the runs of a file: a door problem (JSON), a VRPLIB .vrp in
// PyVRP's dialect, or a Solomon .txt.
type RouteCmd struct {
	In         string  `required:"" type:"existingfile" help:"The problem: .json, .vrp or .txt."`
	Seconds    float64 `default:"5" help:"How long to search: CPU seconds with one thread, by the clock with more."`
	Iterations int     `help:"Stop after so many steps instead; for tests."`
	Seed       int64   `default:"1" help:"Same file, seed and iterations: the same plan."`
	Threads    int     `default:"1" help:"Searches side by side."`
	Out        string  `default:"-" help:"Where the plan goes; - is standard output."`
	JSON       bool    `name:"json" help:"Say the result as JSON on standard error."`
}

// Run solves the file.
func (c *RouteCmd) Run(ctx context.Context) error {
	if c.Seconds <= 0 || c.Threads < 1 || c.Iterations < 0 {
		return wrongUse{fmt.Errorf("--seconds and --threads must be above 0, --iterations not below")}
	}
	f, err := os.Open(c.In)
	if err != nil {
		return err
	}
	defer f.Close()
	var write func(io.Writer) error
	var cost float64
	var left int
	if strings.HasSuffix(c.In, ".json") {
		write, cost, left, err = c.doors(ctx, f)
	} else {
		write, cost, left, err = c.instance(ctx, f)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", c.In, err)
	}
	if err := c.save(write); err != nil {
		return err
	}
	return c.tell(cost, left)
}

func (c *RouteCmd) doors(ctx context.Context, r io.Reader) (func(io.Writer) error, float64, int, error) {
	p, err := routing.Read(r)
	if err != nil {
		return nil, 0, 0, wrongUse{err}
	}
	plan, err := routing.Solve(ctx, p, c.options())
	if err == nil {
		err = routing.Check(p, &plan)
	}
	return func(w io.Writer) error { return json.NewEncoder(w).Encode(plan) }, float64(plan.Travel), len(plan.Unserved), err
}

func (c *RouteCmd) instance(ctx context.Context, r io.Reader) (func(io.Writer) error, float64, int, error) {
	read := routing.ReadVRPLIB
	if strings.HasSuffix(c.In, ".txt") {
		read = routing.ReadSolomon
	}
	in, err := read(r)
	if err != nil {
		return nil, 0, 0, wrongUse{err}
	}
	s := in.Solve(ctx, c.options())
	return s.Write, s.Cost, s.Unmet, nil
}

func (c *RouteCmd) options() routing.Options {
	o := routing.Options{Seed: c.Seed, Iterations: c.Iterations, Threads: c.Threads, CPU: c.Threads == 1}
	if c.Iterations == 0 {
		o.Budget = time.Duration(c.Seconds * float64(time.Second))
	}
	if terminal(os.Stderr) {
		o.Progress = func(cost int64, left time.Duration) {
			fmt.Fprintf(os.Stderr, "\rbest %d  %.1f s left \x1b[K", cost, left.Seconds())
		}
	}
	return o
}

func (c *RouteCmd) save(write func(io.Writer) error) error {
	if c.Out == "-" {
		return write(os.Stdout)
	}
	f, err := os.Create(c.Out)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		return err
	}
	return f.Close()
}

func (c *RouteCmd) tell(cost float64, left int) error {
	if c.JSON {
		return json.NewEncoder(os.Stderr).Encode(map[string]any{"cost": cost, "unserved": left})
	}
	_, err := fmt.Fprintf(os.Stderr, "cost %.10g, %d stops left out\n", cost, left)
	return err
}
