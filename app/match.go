package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"

	"baimi/fulfillment/matching"
)

// MatchCmd solves a market from a file.
type MatchCmd struct {
	In         string  `required:"" help:"The market, a JSON file; - reads standard input."`
	Out        string  `default:"-" help:"Where the plan goes; - is standard output."`
	Seconds    float64 `help:"How long to take in all: processor seconds with one thread, else seconds on the clock (default 5, without --iterations)."`
	Iterations int     `help:"Stop after so many steps instead, so that a run can be repeated."`
	Seed       int64   `default:"1" help:"Seed of the search."`
	Threads    int     `default:"1" help:"How many parts of the market to solve side by side."`
	JSON       bool    `help:"Tell the result on standard error as JSON."`
}

// Run reads, solves, checks and writes.
func (c *MatchCmd) Run(ctx context.Context) error {
	if c.Seconds < 0 || c.Iterations < 0 || c.Threads < 1 {
		return wrongUse{fmt.Errorf("--threads is at least 1, --seconds and --iterations are not below 0")}
	}
	free, begun := freeMemory(), processorTime()
	collectSeldom(free)
	market, err := c.read(free)
	if err != nil {
		return wrongUse{err}
	}
	for _, doubt := range market.Doubts() {
		fmt.Fprintln(os.Stderr, "baimi: doubtful,", doubt)
	}
	plan, err := matching.Solve(ctx, market, c.options(begun))
	if _, bad := errors.AsType[*matching.Invalid](err); bad {
		return wrongUse{fmt.Errorf("%s: %w", c.In, err)}
	}
	if err != nil {
		return err
	}
	if err := matching.Check(market, &plan); err != nil {
		return fmt.Errorf("the plan breaks a rule, which is a mistake in this program: %w", err)
	}
	if err := c.write(&plan); err != nil {
		return err
	}
	return c.tell(&plan)
}

// collectSeldom lets garbage wait while there is room (bytes free, 0 unknown): a
// market stays in memory until its plan is written, so that looking through it
// again and again finds little.
func collectSeldom(free int64) {
	room := int64(3 << 30)
	if free > 0 {
		room = min(room, free*3/4)
	}
	debug.SetGCPercent(300)
	debug.SetMemoryLimit(room)
}

func (c *MatchCmd) read(free int64) (*matching.Market, error) {
	if c.In == "-" {
		return matching.Read(os.Stdin, free)
	}
	f, err := os.Open(c.In)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	market, err := matching.Read(f, free)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.In, err)
	}
	return market, nil
}

// options are those of the solver; begun is the processor time before reading.
func (c *MatchCmd) options(begun time.Duration) matching.Options {
	o := matching.Options{Seed: c.Seed, Iterations: c.Iterations, Threads: c.Threads}
	if c.Seconds == 0 && c.Iterations == 0 {
		c.Seconds = 5
	}
	o.Budget = time.Duration(c.Seconds * float64(time.Second))
	if c.Threads == 1 {
		o.Clock = processorTime
		// What is spent already is part of the time; checking and writing take up to
		// one and a half times as long as reading did.
		if spent := processorTime(); o.Budget > 0 {
			o.Budget = max(o.Budget*24/25-spent-3*(spent-begun)/2, o.Budget/5)
		}
	}
	if terminal(os.Stderr) {
		o.Progress = func(p matching.Progress) {
			fmt.Fprintf(os.Stderr, "\rvalue %d  bound %d  steps %d ", p.Value, p.Bound, p.Iterations)
		}
	}
	return o
}

func terminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func (c *MatchCmd) write(plan *matching.Plan) error {
	var out io.WriteCloser = os.Stdout
	if c.Out != "-" {
		f, err := os.Create(c.Out)
		if err != nil {
			return err
		}
		out = f
	}
	buffered := bufio.NewWriter(out)
	if err := json.NewEncoder(buffered).Encode(plan); err != nil {
		return err
	}
	if err := buffered.Flush(); err != nil {
		return err
	}
	return out.Close()
}

// tell sums the plan up on standard error.
func (c *MatchCmd) tell(plan *matching.Plan) error {
	if c.JSON {
		return json.NewEncoder(os.Stderr).Encode(map[string]int64{"value": plan.Value, "bound": plan.Bound, "drops": int64(len(plan.Drops)), "unserved": int64(len(plan.Unserved))})
	}
	_, err := fmt.Fprintf(os.Stderr, "value %d, at most %d (%.2f %% apart), %d drops, %d demands not fully served\n",
		plan.Value, plan.Bound, float64(plan.Gap())/100, len(plan.Drops), len(plan.Unserved))
	return err
}
