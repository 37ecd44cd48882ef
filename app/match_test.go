package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"baimi/fulfillment/matching"
)

func TestMatchSolvesAFileAndTellsWrongUseFromABadMarket(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	out := filepath.Join(dir, "plan.json")
	good := file("good.json", `{"products":[{"id":"egg"}],"gates":[{"id":"g"}],"suppliers":[{"id":"s","reach":[{"gate":"g"}]}],
		"lots":[{"id":"l","supplier":"s","product":"egg","available":5,"tiers":[{"from":1,"unit_price":10}]}],
		"demands":[{"id":"d","gate":"g","product":"egg","quantity":7,"max_unit_price":30}]}`)
	bad := file("bad.json", `{"demands":[{"id":"d","gate":"x","product":"egg","quantity":-1}]}`)
	twice := file("twice.json", `{"demands":[], "demands":[]}`)
	for _, c := range []struct {
		name string
		args []string
		code int
	}{
		{"a market is solved", []string{"match", "--in", good, "--out", out, "--iterations", "5"}, 0},
		{"a bad market is wrong use", []string{"match", "--in", bad, "--out", out}, 2},
		{"a market that says something twice is wrong use", []string{"match", "--in", twice, "--out", out}, 2},
		{"a missing file is wrong use", []string{"match", "--in", filepath.Join(dir, "none.json")}, 2},
		{"a plan that cannot be written fails", []string{"match", "--in", good, "--iterations", "5", "--out", filepath.Join(dir, "no", "plan.json")}, 1},
		{"no threads is wrong use", []string{"match", "--in", good, "--threads", "0"}, 2},
		{"no file is wrong use", []string{"match"}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			if code := run(c.args); code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
		})
	}
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	var plan matching.Plan
	if err := json.Unmarshal(text, &plan); err != nil || plan.Value != 5*30+30-5*10 || len(plan.Unserved) != 1 {
		t.Errorf("plan %s: %v", text, err)
	}
}
