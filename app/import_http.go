package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
	"baimi/app/people"
)

// importRoutes registers what operators do with files of a whole neighbourhood.
func (d *domains) importRoutes(r *people.Router) {
	operators := people.Only(people.Operator)
	people.Route(r, operators, "POST /imports", "Check CSV files and store what they hold; all or nothing. Storing goes on after the answer.", d.upload)
	people.Route(r, operators, "GET /imports/files", "The files that can be imported, with their columns.", d.listImportFiles)
	people.Route(r, operators, "GET /imports", "The imports, newest first, and how far each is.", d.listImports)
}

// ImportFile is a file that can be imported, with its columns.
type ImportFile struct {
	File    string         `json:"file"`
	Columns []ImportColumn `json:"columns"`
}

// ImportColumn is a column by the two names that its header may have.
type ImportColumn struct {
	Name   string `json:"name"`
	NameZh string `json:"name_zh"`
	Needed bool   `json:"needed"`
}

func importFiles() []ImportFile {
	all := make([]ImportFile, 0, len(tables))
	for _, t := range tables {
		f := ImportFile{File: t.file}
		for _, c := range strings.Fields(t.columns) {
			f.Columns = append(f.Columns, ImportColumn{c, headerOf(t.file, c), true})
		}
		for _, c := range strings.Fields(t.more) {
			f.Columns = append(f.Columns, ImportColumn{c, headerOf(t.file, c), false})
		}
		all = append(all, f)
	}
	return all
}

type importFileList struct{ Body []ImportFile }

func (d *domains) listImportFiles(context.Context, *struct{}) (*importFileList, error) {
	return &importFileList{importFiles()}, nil
}

type uploadFiles struct {
	Body struct {
		Files map[string][]byte `json:"files" doc:"By name, any of compounds.csv, buildings.csv, products.csv, suppliers.csv, lots.csv and orders.csv; in base64. What a row names must be in these files too."`
	}
}

// FileImport is an import without its files.
type FileImport struct {
	ID      string     `json:"id"`
	Started time.Time  `json:"started"`
	Done    bool       `json:"done"`
	Stored  int        `json:"stored" doc:"How many of the six kinds of document are in the store."`
	Summary ImportSums `json:"summary"`
}

func (i Import) view() FileImport { return FileImport{i.ID, i.Started, i.Done, i.Stored, i.Summary} }

type importView struct{ Body FileImport }

func (d *domains) upload(ctx context.Context, in *uploadFiles) (*importView, error) {
	if len(in.Body.Files) == 0 {
		return nil, fault.New(fault.Invalid, "import_empty", "Please choose the CSV files to import.")
	}
	for name := range in.Body.Files {
		if !slices.ContainsFunc(tables, func(t csvFile) bool { return t.file == name }) {
			return nil, fault.New(fault.Invalid, "import_unknown_file", "%q is not one of the files that can be imported.", name).With("file", name)
		}
	}
	c, err := readCargo(in.Body.Files, d.now().UTC().Truncate(time.Second))
	if err != nil {
		return nil, err
	}
	i, err := d.beginImport(ctx, c, in.Body.Files)
	return &importView{i.view()}, err
}

type importList struct{ Body []FileImport }

func (d *domains) listImports(ctx context.Context, _ *struct{}) (*importList, error) {
	out := &importList{}
	for i, err := range d.imports.Find(ctx, db.Query{}.Desc("started").Limit(20)) {
		if err != nil {
			return nil, err
		}
		out.Body = append(out.Body, i.view())
	}
	return out, nil
}
