package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gofiber/fiber/v2"

	"baimi/app/db"
)

// BenchmarkPeerPocketBase inserts the same orders, without sessions and without
// rules, into PocketBase, which answers before they are on disk. BAIMI_BENCH_POCKETBASE names its program:
//
//	go install github.com/pocketbase/pocketbase/examples/base@v0.39.9
func BenchmarkPeerPocketBase(b *testing.B) {
	program := os.Getenv("BAIMI_BENCH_POCKETBASE")
	if program == "" {
		b.Skip("BAIMI_BENCH_POCKETBASE names no program to compare with")
	}
	middle(b, func() figures {
		s := pocketBase(b, program)
		defer s.stop()
		return s.load(b, buildings*doors, warmUp, func(i int) call {
			body := fmt.Sprintf(`{"round":"round%d","household":%q,"note":"门口","lines":[{"item":"egg-30","quantity":1,"tolerance":1},{"item":"veg-10","quantity":2}]}`, i%buildings, household(i))
			return call{"POST", "/api/collections/orders/records", "", body, want(http.StatusOK)}
		})
	})
}

// pocketBase starts it on a store of its own, with one open collection of orders.
func pocketBase(b *testing.B, program string) *server {
	b.Helper()
	dir := filepath.Join(b.TempDir(), "data") // it keeps its migrations beside its store
	if out, err := exec.Command(program, "superuser", "upsert", "bench@example.org", "bench-password", "--dir", dir).CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	s := &server{cmd: exec.Command(program, "serve", "--http", address, "--dir", dir), base: "http://" + address}
	out, err := s.cmd.StdoutPipe()
	if err == nil {
		err = s.cmd.Start()
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.cmd.Process.Kill() })
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.Contains(lines.Text(), address) {
	}
	go func() {
		for lines.Scan() {
		}
	}()
	var in struct{ Token string }
	s.ask(b, "", "/api/collections/_superusers/auth-with-password", `{"identity":"bench@example.org","password":"bench-password"}`, &in)
	s.ask(b, in.Token, "/api/collections", `{"name":"orders","type":"base","createRule":"","fields":[
		{"name":"round","type":"text"},{"name":"household","type":"text"},{"name":"note","type":"text"},{"name":"lines","type":"json"}]}`, &in)
	return s
}

func (s *server) ask(b *testing.B, token, path, body string, into any) {
	b.Helper()
	r, err := http.NewRequest("POST", s.base+path, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer answer.Body.Close()
	if err := json.NewDecoder(answer.Body).Decode(into); err != nil || answer.StatusCode != http.StatusOK {
		b.Fatalf("%s: %s, %v", path, answer.Status, err)
	}
}

// bareFiber is the ceiling: no session, no contract; and a store only for what is put.
func bareFiber() {
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	page := strings.Repeat("x", 1200)
	app.Post("/*", func(c *fiber.Ctx) error { return c.SendString(strconv.Itoa(len(c.Body()))) })
	if store := os.Getenv("BAIMI_STORE"); store != "" {
		app.Put("/*", keep(store))
	}
	app.Get("/*", func(c *fiber.Ctx) error { return c.SendString(page) })
	app.Hooks().OnListen(func(at fiber.ListenData) error {
		fmt.Printf("Fiber is at http://127.0.0.1:%s\n", at.Port)
		return nil
	})
	if err := app.Listen("127.0.0.1:0"); err != nil {
		fmt.Println(err)
	}
	os.Exit(1)
}

// body is a document that holds what was sent, under no index.
type body struct {
	db.Doc
	Sent string `json:"sent"`
}

// keep stores each body and answers when it is on disk.
func keep(store string) fiber.Handler {
	conn, err := db.Connect(context.Background(), store)
	if err != nil {
		panic(err)
	}
	bodies, last := db.Open[body](conn, db.Spec{Name: "bodies"}), new(atomic.Int64)
	return func(c *fiber.Ctx) error {
		_, err := bodies.Insert(context.Background(), body{Doc: db.Doc{ID: fmt.Sprintf("%08d", last.Add(1))}, Sent: string(c.Body())})
		if err != nil {
			return err
		}
		return c.SendString("kept")
	}
}

func BenchmarkCeilingFiberPost(b *testing.B) {
	s := startServer(b, "fiber", "")
	middle(b, func() figures {
		return s.load(b, buildings*doors, warmUp, join)
	})
	s.stop()
}

func BenchmarkCeilingFiberKeeps(b *testing.B) {
	middle(b, func() figures {
		s := startServer(b, "fiber", "sqlite:"+b.TempDir())
		defer s.stop()
		return s.load(b, buildings*doors, warmUp, func(i int) call {
			c := join(i)
			c.method = "PUT"
			return c
		})
	})
}

func BenchmarkCeilingFiberGet(b *testing.B) {
	s := startServer(b, "fiber", "")
	middle(b, func() figures {
		return s.load(b, 30000, warmUp, func(i int) call { return call{"GET", "/api/g/round1", "", "", want(http.StatusOK)} })
	})
	s.stop()
}
