package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"baimi/app/db"
	"baimi/app/people"
)

// stored makes a store that holds what make puts into it.
func stored(t *testing.T, fill func(ctx context.Context, c *db.Conn) error) string {
	t.Helper()
	address := "sqlite:" + t.TempDir()
	conn, err := db.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := fill(t.Context(), conn); err != nil {
		t.Fatal(err)
	}
	return address
}

func TestAStoreThatCannotBeUsedIsSaidInOneSentence(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	damaged := t.TempDir()
	for name, content := range map[string][]byte{file: nil, damaged + "/baimi.db": bytes.Repeat([]byte("damage"), 2000)} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	newer := stored(t, func(ctx context.Context, c *db.Conn) error {
		_, err := db.Open[people.Session](c, db.Spec{Name: "sessions", Version: 99}).Insert(ctx, people.Session{Doc: db.Doc{ID: "s"}})
		return err
	})
	twice := stored(t, func(ctx context.Context, c *db.Conn) error { // without the index that forbids it
		accounts := db.Open[people.Account](c, db.Spec{Name: "accounts"})
		return accounts.InsertMany(ctx, []people.Account{{Doc: db.Doc{ID: "a"}, Phone: "1"}, {Doc: db.Doc{ID: "b"}, Phone: "1"}})
	})
	for _, c := range []struct{ store, says string }{
		{"postgres://localhost/baimi", "is not understood: use sqlite:DIR or mongodb://HOST/DATABASE"},
		{"mongodb://", "is not one of a MongoDB"},
		{"mongodb://127.0.0.1:1/baimi?serverSelectionTimeoutMS=100", "does not answer"},
		{"sqlite:" + file, "cannot be made"},
		{"sqlite:" + damaged, "is damaged; restore a backup"},
		{newer, "holds sessions of a newer version"},
		{twice, `accounts "b" has the same unique:phone as another, which a new unique index forbids`},
	} {
		var said bytes.Buffer
		serve := exec.Command(os.Args[0])
		serve.Env = append(os.Environ(), "BAIMI_BENCH_PART=baimi", "BAIMI_STORE="+c.store)
		serve.Stderr = &said
		err := serve.Run()
		if serve.ProcessState.ExitCode() != 2 {
			t.Errorf("%s: %v, want exit code 2: %s", c.store, err, &said)
		}
		if line := said.String(); !strings.HasPrefix(line, "baimi: ") || !strings.Contains(line, c.says) || strings.Count(line, "\n") != 1 {
			t.Errorf("%s: it said %q", c.store, line)
		}
	}
}
