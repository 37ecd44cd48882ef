package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestTheReadmeSaysHowEachCollectionIsSharded holds the table of shard keys against what the code declares. A
// collection with a unique index stays on one shard: across shards MongoDB checks only the shard key.
func TestTheReadmeSaysHowEachCollectionIsSharded(t *testing.T) {
	readme, err := os.ReadFile(root + "/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(readme), "| shard by `{_id: \"hashed\"}` |")
	rows := strings.SplitN(table, "\n", 4)
	if len(rows) < 4 {
		t.Fatal("the README has no table of shard keys")
	}
	cells := strings.Split(rows[2], "|")
	names := regexp.MustCompile("`([a-z_]+)`")
	sharded, whole := names.FindAllString(cells[1], -1), names.FindAllString(cells[2], -1)
	declared := collections(t)
	for name, unique := range declared {
		quoted := "`" + name + "`"
		if slices.Contains(sharded, quoted) == slices.Contains(whole, quoted) {
			t.Errorf("the README must name %s in one of its two columns", name)
		}
		if unique && slices.Contains(sharded, quoted) {
			t.Errorf("%s has a unique index and cannot be sharded by its id", name)
		}
	}
	for _, quoted := range append(sharded, whole...) {
		if name := strings.Trim(quoted, "`"); name != "collections" { // the store's own
			if _, known := declared[name]; !known {
				t.Errorf("the README names %s, which is not declared", name)
			}
		}
	}
}

// collections finds the declarations in the code, and which of them have a unique index.
func collections(t *testing.T) map[string]bool {
	t.Helper()
	declaration := regexp.MustCompile(`(?s)\bOpen\[\w+\]\(\w+, (?:db\.)?Spec\{Name: "(\w+)"(.*?)\}\)`)
	found := map[string]bool{}
	for _, s := range sources(t) {
		if strings.HasSuffix(s.file, "_test.go") {
			continue
		}
		body, err := os.ReadFile(root + "/" + s.file)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range declaration.FindAllStringSubmatch(regexp.MustCompile(`(?m)^\s*//.*$`).ReplaceAllString(string(body), ""), -1) {
			found[line[1]] = strings.Contains(line[2], "Unique(")
		}
	}
	if len(found) < 30 || !found["accounts"] {
		t.Fatalf("only %d declarations were found: %v", len(found), found)
	}
	return found
}
