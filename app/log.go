package main

import (
	"io"
	"log/slog"
	"os"
)

// logTo writes what happens from a level on: a JSON document a line, or text
// where a person looks on. No line holds a name, an address, a door or a
// contact; see TestNobodySeesWhatIsNotForThem.
func logTo(w io.Writer, level string, plain bool) {
	var from slog.Level
	_ = from.UnmarshalText([]byte(level)) // the command line lets no other word through
	options := &slog.HandlerOptions{Level: from}
	if plain {
		slog.SetDefault(slog.New(slog.NewTextHandler(w, options)))
		return
	}
	slog.SetDefault(slog.New(slog.NewJSONHandler(w, options)))
}

func (c Config) startLog() { logTo(os.Stderr, c.Log, terminal(os.Stderr)) }
