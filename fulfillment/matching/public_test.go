package matching

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// public reads a market of the public benchmark.
func public(t testing.TB, name string) *Market {
	t.Helper()
	f, err := os.Open(filepath.Join("../../../shared/bench/matching", name+".json"))
	if err != nil {
		t.Skip("the public benchmark is not beside this checkout (../shared/bench/matching)")
	}
	defer f.Close()
	m, err := Read(f, 0)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestClassicFacilityLocationIsSolvedToTheOptimum(t *testing.T) {
	public(t, "cap41")
	text, err := os.ReadFile("../../../shared/bench/matching/optimal.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n")[1:] {
		var name string
		var optimum int64
		fmt.Sscan(line, &name, &optimum)
		if strings.Contains(name, "_") {
			continue // 100 by 1000: in the benchmark
		}
		t.Run(name, func(t *testing.T) {
			m := public(t, name)
			p := solve(t, m, Options{Iterations: 60})
			if len(p.Unserved) > 0 {
				t.Errorf("%d demands are not served", len(p.Unserved))
			}
			if c := cost(m, &p); float64(c-optimum) > 0.003*float64(optimum) {
				t.Errorf("cost %d, optimum %d", c, optimum)
			}
		})
	}
}

// cost is what a plan spends.
func cost(m *Market, p *Plan) int64 {
	x, _ := m.index()
	c := newChecker(m, x)
	for i := range p.Drops {
		c.drop(&p.Drops[i])
	}
	c.limits()
	return c.spent
}

func TestRealMarketsReachTheirReferences(t *testing.T) {
	for _, c := range []struct {
		name         string
		moves        int
		value, bound int64
	}{
		{"shanghai", 12_000, 99_800_000, 100_900_000},
		{"retail", 60_000, 4_150_000, 4_310_000},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := solve(t, public(t, c.name), Options{Iterations: c.moves})
			t.Logf("value %d, bound %d", p.Value, p.Bound)
			if p.Value < c.value || p.Bound > c.bound {
				t.Errorf("value %d, bound %d; want at least %d and at most %d", p.Value, p.Bound, c.value, c.bound)
			}
		})
	}
}
