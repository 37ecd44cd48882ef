// Package frontend holds the built pages and the words that they say.
package frontend

import (
	"embed"
	"io/fs"
)

//go:embed all:build
var build embed.FS

// Messages holds messages/LOCALE/AREA.json: the service says no in the same words as the pages.
//
//go:embed messages
var Messages embed.FS

// Files gives the built pages; before the first build it holds no index.html.
func Files() fs.FS {
	files, err := fs.Sub(build, "build")
	if err != nil {
		panic(err)
	}
	return files
}
