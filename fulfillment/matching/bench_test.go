package matching

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The protocol of the benchmark: one thread, a budget in processor seconds, seed
// 1, every plan checked. Gaps are in per cent: to the proven optimum's cost where
// there is one (optimal.tsv), to the plan's own bound elsewhere.
//
//	go test -run xxx -bench . -benchtime 1x ./fulfillment/matching
//
// Growth takes minutes; its larger sizes run with BAIMI_BENCH=large.

// processor is the processor time of this process.
func processor() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// measure solves a market once and reports value, bound, gap and time.
func measure(b *testing.B, m *Market, budget time.Duration, optimum int64) {
	b.Helper()
	for range b.N {
		begun := processor()
		p, err := Solve(context.Background(), m, Options{Seed: 1, Budget: budget, Clock: processor})
		spent := processor() - begun
		if err != nil {
			b.Fatal(err)
		}
		if err := Check(m, &p); err != nil {
			b.Fatal(err)
		}
		gap := 100 * float64(p.Bound-p.Value) / float64(p.Bound)
		if optimum > 0 {
			gap = 100 * float64(cost(m, &p)-optimum) / float64(optimum)
		}
		var memory runtime.MemStats
		runtime.ReadMemStats(&memory)
		b.ReportMetric(float64(p.Value), "value")
		b.ReportMetric(float64(p.Bound), "bound")
		b.ReportMetric(gap, "%gap")
		b.ReportMetric(spent.Seconds(), "cpu-s")
		b.ReportMetric(float64(memory.Sys>>20), "MiB")
		b.ReportMetric(0, "ns/op")
	}
}

func BenchmarkPublic(b *testing.B) {
	files, _ := filepath.Glob("../../../shared/bench/matching/*.json")
	if len(files) == 0 {
		b.Skip("the public benchmark is not beside this checkout (../shared/bench/matching)")
	}
	optimal := map[string]int64{}
	text, _ := os.ReadFile("../../../shared/bench/matching/optimal.tsv")
	for _, line := range strings.Split(string(text), "\n") {
		var name string
		var cost int64
		if n, _ := fmt.Sscan(line, &name, &cost); n == 2 {
			optimal[name] = cost
		}
	}
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".json")
		budget := 5 * time.Second
		if optimal[name] > 0 && !strings.Contains(name, "_") {
			budget = time.Second
		}
		b.Run(name, func(b *testing.B) { measure(b, public(b, name), budget, optimal[name]) })
	}
}

func BenchmarkOrders(b *testing.B) {
	for _, gates := range []int{200, 1000} {
		for seed := range uint64(3) {
			m := generate(size{gates: gates, suppliers: gates / 10, products: 10, linesPerGate: 10, lotsPerSupplier: 4, reach: gates / 3, stock: 0.9}, seed)
			for _, budget := range []time.Duration{time.Second, 2 * time.Second, 5 * time.Second} {
				b.Run(fmt.Sprint(gates, "-", seed, "/", budget), func(b *testing.B) { measure(b, m, budget, 0) })
			}
		}
	}
}

func BenchmarkEvening(b *testing.B) {
	for seed := range uint64(5) {
		m := generate(size{gates: 30, suppliers: 10, products: 6, linesPerGate: 15, lotsPerSupplier: 2, reach: 20, stock: 0.9}, seed)
		b.Run(fmt.Sprint(seed), func(b *testing.B) { measure(b, m, 100*time.Millisecond, 0) })
	}
}

// BenchmarkAmend takes one order more, or one lot less, into a plan for 10,000
// orders, with 30 drops under way. The lot is the one that most of the others have
// units of.
func BenchmarkAmend(b *testing.B) {
	m := evening()
	before, err := Solve(context.Background(), m, Options{Iterations: 3000})
	if err != nil {
		b.Fatal(err)
	}
	keep := before.Drops[10:40]
	more, less := *m, *m
	more.Demands = append(slices.Clone(m.Demands), Demand{ID: "late", Gate: "g7", Household: "late", Product: m.Lots[0].Product, Quantity: 2, MaxUnitPrice: 20_000})
	less.Lots = slices.Clone(m.Lots)
	less.Lots[busiest(m, before.Drops, keep)].Available = 0
	for name, now := range map[string]*Market{"order more": &more, "lot less": &less} {
		b.Run(name, func(b *testing.B) {
			begun := processor()
			for range b.N {
				if _, err := Amend(context.Background(), now, before, keep, Options{Budget: 80 * time.Millisecond, Clock: processor}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric((processor()-begun).Seconds()/float64(b.N), "cpu-s")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// busiest is the lot that gives most drops something, and none of those that stay.
func busiest(m *Market, drops, keep []Drop) (at int) {
	uses := func(drops []Drop, lot string) (n int) {
		for i := range drops {
			if slices.ContainsFunc(drops[i].Lots, func(l DropLot) bool { return l.Lot == lot }) {
				n++
			}
		}
		return n
	}
	most := 0
	for i := range m.Lots {
		if n := uses(drops, m.Lots[i].ID); n > most && uses(keep, m.Lots[i].ID) == 0 {
			at, most = i, n
		}
	}
	return at
}

// BenchmarkGrowth solves markets of 10,000 to 1,000,000 lines in 55 µs a line, so
// that the gap at each size shows what growth costs.
func BenchmarkGrowth(b *testing.B) {
	for _, gates := range []int{100, 1000, 10_000} {
		if gates == 10_000 && os.Getenv("BAIMI_BENCH") != "large" {
			continue
		}
		b.Run(fmt.Sprint(gates*100), func(b *testing.B) {
			m := generate(size{gates: gates, suppliers: gates / 5, products: 60, linesPerGate: 100, lotsPerSupplier: 5, reach: min(gates, 200), stock: 0.95}, 1)
			measure(b, m, time.Duration(gates)*100*55*time.Microsecond, 0)
		})
	}
}
