package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const root = ".."

// source is one Go file of the project with what it imports.
type source struct {
	file    string // from the project's root, with slashes
	imports []string
	lines   int
}

func (s source) room() string { return path.Dir(s.file) }

func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".") && d.Name() != "..") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		body, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, body, parser.ImportsOnly)
		if err != nil {
			return err
		}
		relative, _ := filepath.Rel(root, name)
		s := source{file: filepath.ToSlash(relative), lines: strings.Count(string(body), "\n")}
		for _, i := range file.Imports {
			p, _ := strconv.Unquote(i.Path.Value)
			s.imports = append(s.imports, p)
		}
		all = append(all, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 10 {
		t.Fatalf("found only %d Go files: the walk is broken", len(all))
	}
	return all
}

// layer orders the folders: a file may import what stands in a lower layer, or
// in its own domain.
func layer(room string) int {
	switch {
	case room == "app":
		return 5
	case strings.HasPrefix(room, "fulfillment"):
		return 4
	case strings.HasPrefix(room, "orders"):
		return 3
	case strings.HasPrefix(room, "catalog"):
		return 2
	case strings.HasPrefix(room, "app/"):
		return 1
	}
	return 0
}

func TestImportsPointOneWay(t *testing.T) {
	for _, s := range sources(t) {
		for _, i := range s.imports {
			ours, ok := strings.CutPrefix(i, "baimi/")
			if ok && layer(ours) > layer(s.room()) {
				t.Errorf("%s imports %s: imports point fulfillment → orders → catalog → app/<leaf>, and only package main knows them all", s.file, i)
			}
		}
	}
}

func TestTheSolversArePure(t *testing.T) {
	for _, s := range sources(t) {
		if !strings.HasPrefix(s.file, "fulfillment/matching/") && !strings.HasPrefix(s.file, "fulfillment/routing/") {
			continue
		}
		for _, i := range s.imports {
			pure := !strings.Contains(i, ".") && !strings.HasPrefix(i, "baimi/") || strings.HasPrefix(i, "baimi/"+s.room())
			if !pure {
				t.Errorf("%s imports %s: the solvers know only the standard library", s.file, i)
			}
		}
	}
}

// dependencies says which file names may import which library.
var dependencies = []struct{ library, where string }{
	{"github.com/gofiber/fiber", "http*.go"},
	{"github.com/danielgtaylor/huma", "http*.go"},
	{"github.com/stripe/", "stripe*.go"},
}

func TestAFileNameTellsItsDependency(t *testing.T) {
	for _, s := range sources(t) {
		for _, i := range s.imports {
			for _, d := range dependencies {
				named, _ := path.Match(d.where, path.Base(s.file))
				if strings.HasPrefix(i, d.library) && !named && s.room() != "app" {
					t.Errorf("%s imports %s: outside package main only %s may", s.file, i, d.where)
				}
			}
			driver := strings.HasPrefix(i, "modernc.org/sqlite") || strings.HasPrefix(i, "go.mongodb.org/")
			if driver && s.room() != "app/db" {
				t.Errorf("%s imports %s: only app/db speaks to a database", s.file, i)
			}
		}
	}
}

func TestFilesAreOneThing(t *testing.T) {
	for _, s := range sources(t) {
		if s.lines > 450 {
			t.Errorf("%s has %d lines: over 450 it is more than one thing", s.file, s.lines)
		}
		if word := path.Base(s.room()); slices.Contains([]string{"util", "common", "helpers", "manager", "service", "core"}, word) {
			t.Errorf("%s stands in a folder called %s, which is no noun of the field", s.file, word)
		}
	}
}

func TestTopLevelFolders(t *testing.T) {
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	known := []string{"app", "catalog", "orders", "fulfillment", "frontend", "bin", "store", "data"}
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") && !slices.Contains(known, e.Name()) {
			t.Errorf("%s/ stands at the top: the rooms are app, catalog, orders, fulfillment and frontend", e.Name())
		}
	}
}
