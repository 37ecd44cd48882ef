// Package frontend holds the built pages.
package frontend

import (
	"embed"
	"io/fs"
)

//go:embed all:build
var build embed.FS

// Files gives the built pages; before the first build it holds no index.html.
func Files() fs.FS {
	files, err := fs.Sub(build, "build")
	if err != nil {
		panic(err)
	}
	return files
}
