package main

import (
	"os"
	"path/filepath"
	"testing"

	"baimi/app/db"
)

func TestStripeKeysComeFromTheEnvironmentOrFromFiles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte("sk_test_file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	rows := []struct {
		name   string
		env    map[string]string
		secret string
		online bool
		fails  bool
	}{
		{"none", nil, "", false, false},
		{"by environment", map[string]string{"BAIMI_STRIPE_KEY": "sk_test_1", "BAIMI_STRIPE_PUBLIC_KEY": "pk_test_1", "BAIMI_STRIPE_WEBHOOK_SECRET": "w"}, "sk_test_1", true, false},
		{"by file", map[string]string{"BAIMI_STRIPE_KEY_FILE": file, "BAIMI_STRIPE_PUBLIC_KEY": "pk_test_1", "BAIMI_STRIPE_WEBHOOK_SECRET": "w"}, "sk_test_file", true, false},
		{"a file that is not there", map[string]string{"BAIMI_STRIPE_KEY_FILE": file + "x"}, "", false, true},
		{"the secret alone", map[string]string{"BAIMI_STRIPE_KEY": "sk_test_1"}, "sk_test_1", true, true},
		{"a live secret with a test's public key", map[string]string{"BAIMI_STRIPE_KEY": "sk_live_1", "BAIMI_STRIPE_PUBLIC_KEY": "pk_test_1", "BAIMI_STRIPE_WEBHOOK_SECRET": "w"}, "sk_live_1", true, true},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			keys, online, err := stripeKeys(func(name string) string { return row.env[name] })
			if (err != nil) != row.fails || !row.fails && (keys.Secret != row.secret || online != row.online) {
				t.Errorf("got %q, %v, %v", keys.Secret, online, err)
			}
		})
	}
}

func TestLiveKeyIsRefusedOnADemo(t *testing.T) {
	t.Setenv("BAIMI_STRIPE_KEY", "sk_live_1")
	t.Setenv("BAIMI_STRIPE_PUBLIC_KEY", "pk_live_1")
	t.Setenv("BAIMI_STRIPE_WEBHOOK_SECRET", "w")
	empty := "sqlite:" + t.TempDir()
	if code := run([]string{"serve", "--store", empty, "--listen", "127.0.0.1:0"}); code != 2 {
		t.Errorf("on a store that would become a demo: exit code %d", code)
	}
	seeded := "sqlite:" + t.TempDir()
	conn, err := db.Connect(t.Context(), seeded)
	if err != nil {
		t.Fatal(err)
	}
	deployments := db.Open[Deployment](conn, db.Spec{Name: "deployments"})
	if _, err := deployments.Insert(t.Context(), Deployment{Doc: db.Doc{ID: deploymentID}, Demo: true}); err != nil {
		t.Fatal(err)
	}
	conn.Close()
	if code := run([]string{"serve", "--store", seeded, "--listen", "127.0.0.1:0", "--demo", "off"}); code != 2 {
		t.Errorf("on a demo store: exit code %d", code)
	}
}
