package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
	"baimi/app/people"
)

// ImportCmd loads compounds, buildings, products, suppliers, lots and orders
// from the CSV files of a directory.
type ImportCmd struct {
	Store     string `env:"BAIMI_STORE" default:"sqlite:store" help:"Where the documents are."`
	JSON      bool   `name:"json" help:"Print the summary as JSON."`
	Directory string `arg:"" type:"existingdir" help:"Holds compounds.csv, buildings.csv, products.csv, suppliers.csv, lots.csv and orders.csv."`
}

// Help lists the columns, for `baimi import --help`.
func (ImportCmd) Help() string {
	var text strings.Builder
	text.WriteString("Columns stand in any order, by their English or Chinese name; those in brackets may be left out. Lists are parted by semicolons.\n")
	for _, f := range importFiles() {
		names := make([]string, len(f.Columns))
		for i, c := range f.Columns {
			names[i] = c.Name + " " + c.NameZh
			if !c.Needed {
				names[i] = "[" + names[i] + "]"
			}
		}
		fmt.Fprintf(&text, "\n%s: %s\n", f.File, strings.Join(names, ", "))
	}
	return text.String()
}

// Import remembers that the files of one digest are being stored, or are. It
// makes the import all or nothing: one that was interrupted is finished, by the
// service where the files came in by the pages, and otherwise by the next run
// with the same files; until then no service starts on the store.
type Import struct {
	db.Doc                    // the digest of the files
	Started time.Time         `json:"started"`
	Done    bool              `json:"done"`
	Stored  int               `json:"stored"` // of the six kinds of document
	Summary ImportSums        `json:"summary"`
	Files   map[string][]byte `json:"files,omitempty"` // from the pages, until they are stored; 8 MiB at most
}

// ImportSums is what an import brought.
type ImportSums struct {
	Compounds  int   `json:"compounds"`
	Buildings  int   `json:"buildings"`
	Products   int   `json:"products"`
	Suppliers  int   `json:"suppliers"`
	Lots       int   `json:"lots"`
	Households int   `json:"households"`
	GroupBuys  int   `json:"group_buys"`
	Lines      int   `json:"lines"`
	Units      int64 `json:"units"`
}

// Run imports the directory.
func (c *ImportCmd) Run(ctx context.Context) error {
	d, err := openDomains(ctx, Config{Store: c.Store}, time.Now, people.LogChannel{})
	if err != nil {
		return err
	}
	defer d.conn.Close()
	files, err := filesOf(c.Directory)
	if err != nil {
		return err
	}
	cargo, err := readCargo(files, d.now().UTC().Truncate(time.Second))
	if err != nil {
		return err
	}
	if err := d.importCargo(ctx, cargo, progress()); err != nil {
		return err
	}
	return printSummary(cargo.summary(), c.JSON)
}

// progress is standard error if a person looks at it, and nowhere otherwise.
func progress() io.Writer {
	if terminal(os.Stderr) {
		return os.Stderr
	}
	return io.Discard
}

// filesOf reads the files of a directory, all of which but the gates' must be there.
func filesOf(dir string) (map[string][]byte, error) {
	files, found := map[string][]byte{}, &findings{}
	for _, t := range tables {
		body, err := os.ReadFile(filepath.Join(dir, t.file))
		if t.file == gatesFile && errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			found.add(Finding{File: t.file, Reason: fmt.Sprintf("cannot be read: %v", errors.Unwrap(err))})
			continue
		}
		files[t.file] = body
	}
	return files, found.err()
}

// digestOf is the hash of the files with their names.
func digestOf(files map[string][]byte) string {
	sum := sha256.New()
	for _, name := range sortedKeys(files) {
		fmt.Fprintf(sum, "%s %d\n%s", name, len(files[name]), files[name])
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// importCargo checks the cargo against the store and stores it.
func (d *domains) importCargo(ctx context.Context, c *cargo, show io.Writer) error {
	if _, err := d.beginImport(ctx, c, nil); err != nil {
		return err
	}
	return d.storeCargo(ctx, c, show)
}

// beginImport writes down that the cargo will be stored, unless something of it
// is there already. Its files are kept where they are not at hand again.
func (d *domains) beginImport(ctx context.Context, c *cargo, files map[string][]byte) (Import, error) {
	known, err := d.imports.Get(ctx, c.digest)
	if fault.KindOf(err) == fault.NotFound {
		if err := d.mayImport(ctx, c); err != nil {
			return known, err
		}
		known, err = d.imports.Insert(ctx, Import{Doc: db.Doc{ID: c.digest}, Started: c.now, Summary: c.summary(), Files: files})
	}
	if err == nil && known.Done {
		err = fault.New(fault.Conflict, "imported_before", "These files were imported on %s; nothing was changed.", known.Started.Format(time.DateTime)).With("at", known.Started)
	}
	return known, err
}

// storeCargo stores the cargo. The documents' ids follow from the files, so an
// interrupted import stores the rest of the same documents.
func (d *domains) storeCargo(ctx context.Context, c *cargo, show io.Writer) error {
	for i, step := range []struct {
		what  string
		store func() error
	}{
		{"products", func() error { return d.catalog.Products.InsertMissing(ctx, values(c.products)) }},
		{"suppliers", func() error { return d.catalog.Suppliers.InsertMissing(ctx, values(c.suppliers)) }},
		{"lots", func() error { return d.catalog.Lots.InsertMissing(ctx, values(c.lots)) }},
		{"compounds", func() error { return d.community.AddCompounds(ctx, values(c.compounds)) }},
		{"households", func() error { return d.community.AddHouseholds(ctx, values(c.households)) }},
		{"group buys", func() error { return d.orders.GroupBuys.InsertMissing(ctx, values(c.groupBuys)) }},
	} {
		fmt.Fprintf(show, "\rimporting %s …\x1b[K", step.what)
		if err := step.store(); err != nil {
			return fmt.Errorf("the import stopped while storing %s; run it again to finish it: %w", step.what, err)
		}
		_, err := d.imports.Update(ctx, c.digest, func(m *Import) error { m.Stored = i + 1; return nil })
		if err != nil {
			return err
		}
	}
	fmt.Fprint(show, "\r\x1b[K")
	_, err := d.imports.Update(ctx, c.digest, func(i *Import) error { i.Done, i.Files = true, nil; return nil })
	return err
}

// finishImports stores what came in by the pages.
func (d *domains) finishImports(ctx context.Context, _ time.Time) error {
	for i, err := range d.imports.Find(ctx, db.Where("done", false)) {
		if err != nil {
			return err
		}
		if i.Files == nil {
			continue // whoever runs `baimi import` has them
		}
		c, err := readCargo(i.Files, i.Started)
		if err != nil {
			return err
		}
		if err := d.storeCargo(ctx, c, io.Discard); err != nil {
			return err
		}
	}
	return nil
}

// mayImport refuses to mix files into what is there already.
func (d *domains) mayImport(ctx context.Context, c *cargo) error {
	for i, err := range d.imports.Find(ctx, db.Where("done", false)) {
		if err != nil {
			return err
		}
		return interrupted(i)
	}
	taken := func(what, id string, err error) error {
		if err == nil {
			return fault.New(fault.Conflict, "already_there", "The %s %s is in the store already; nothing was imported.", what, id).With("id", id)
		}
		if fault.KindOf(err) == fault.NotFound {
			return nil
		}
		return err
	}
	for id := range c.compounds {
		_, err := d.community.Compound(ctx, id)
		if err := taken("compound", id, err); err != nil {
			return err
		}
	}
	for id := range c.suppliers {
		_, err := d.catalog.Suppliers.Get(ctx, id)
		if err := taken("supplier", id, err); err != nil {
			return err
		}
	}
	for id := range c.products {
		_, err := d.catalog.Products.Get(ctx, id)
		if err := taken("product", id, err); err != nil {
			return err
		}
	}
	return nil
}

// unfinishedImport says that an import was interrupted that only its files can finish.
func (d *domains) unfinishedImport(ctx context.Context) error {
	for i, err := range d.imports.Find(ctx, db.Where("done", false)) {
		if err != nil {
			return err
		}
		if i.Files == nil {
			return interrupted(i)
		}
	}
	return nil
}

func interrupted(i Import) error {
	return fault.New(fault.Conflict, "import_interrupted", "An import of %s is not finished: run `baimi import` with the same files again to finish it.", i.Started.Format(time.DateTime)).With("at", i.Started)
}

func values[T any](m map[string]*T) []T {
	all := make([]T, 0, len(m))
	for _, k := range sortedKeys(m) {
		all = append(all, *m[k])
	}
	return all
}

func (c *cargo) summary() ImportSums {
	s := ImportSums{
		Compounds: len(c.compounds), Products: len(c.products), Suppliers: len(c.suppliers), Lots: len(c.lots),
		Households: len(c.households), GroupBuys: len(c.groupBuys), Lines: c.lines, Units: c.units,
	}
	for _, compound := range c.compounds {
		s.Buildings += len(compound.Buildings)
	}
	return s
}

func printSummary(s ImportSums, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(os.Stdout).Encode(s)
	}
	_, err := fmt.Printf("imported %d compounds, %d buildings, %d products, %d suppliers, %d lots, %d households, %d group buys with %d lines for %d units\n",
		s.Compounds, s.Buildings, s.Products, s.Suppliers, s.Lots, s.Households, s.GroupBuys, s.Lines, s.Units)
	return err
}
