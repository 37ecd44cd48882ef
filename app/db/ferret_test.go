package db_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/FerretDB/FerretDB/ferretdb"
	"go.mongodb.org/mongo-driver/bson"
)

// TestMongoContract runs the contract on the server that BAIMI_TEST_MONGODB names,
// and otherwise on a FerretDB in this process.
func TestMongoContract(t *testing.T) {
	contract(t, freshMongo)
}

var databases atomic.Int64

// freshMongo gives the address of an empty database.
func freshMongo(t *testing.T) string {
	base := os.Getenv("BAIMI_TEST_MONGODB")
	if base == "" {
		base = "mongodb://" + ferret(t).address + "/"
	}
	base, options, _ := strings.Cut(base, "?")
	return fmt.Sprintf("%s/baimi_test_%d_%d?%s", strings.TrimSuffix(base, "/"), os.Getpid(), databases.Add(1), options)
}

// ferret is the FerretDB of this test run, behind the proxy.
var ferret = func() func(t *testing.T) *proxy {
	var once sync.Once
	var p *proxy
	return func(t *testing.T) *proxy {
		once.Do(func() { p = startFerret(t) })
		return p
	}
}()

func startFerret(t *testing.T) *proxy {
	dir, err := os.MkdirTemp("", "ferret")
	if err != nil {
		t.Fatal(err)
	}
	removeAtEnd = append(removeAtEnd, dir)
	server, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{TCP: "127.0.0.1:0"},
		Logger:    slog.New(slog.DiscardHandler),
		Handler:   "sqlite",
		SQLiteURL: "file:" + dir + "/",
	})
	if err != nil {
		t.Fatal(err)
	}
	go server.Run(context.Background())
	address := strings.TrimSuffix(strings.TrimPrefix(server.MongoDBURI(), "mongodb://"), "/")
	return startProxy(t, address)
}

var removeAtEnd []string

// proxy lets one message at a time through to a MongoDB server and waits for its
// answer, because FerretDB executes a read-then-write update in two steps. It can also break.
type proxy struct {
	address string
	target  string
	turn    sync.Mutex
	// swallow is asked for each request; true forwards it and drops the connection instead of answering.
	swallow atomic.Pointer[func(request []byte) bool]
	// down is how many more connections it refuses or cuts.
	down atomic.Int64
	// answers are asked for each command and what came beside it; the first answer is sent in place of the server's.
	answers []func(command bson.Raw, beside []bson.Raw) any
}

func startProxy(t *testing.T, target string, answers ...func(bson.Raw, []bson.Raw) any) *proxy {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{address: listener.Addr().String(), target: target, answers: append(answers, untargeted)}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go p.serve(client)
		}
	}()
	return p
}

func (p *proxy) serve(client net.Conn) {
	defer client.Close()
	if p.down.Add(-1) >= 0 {
		return
	}
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		return
	}
	defer server.Close()
	for {
		request, err := readMessage(client)
		if err != nil || p.down.Add(-1) >= 0 {
			return
		}
		answer := p.own(request)
		if answer == nil {
			answer, err = p.exchange(server, request)
		}
		if swallow := p.swallow.Load(); err != nil || p.down.Add(-1) >= 0 || swallow != nil && (*swallow)(request) {
			return
		}
		if _, err := client.Write(answer); err != nil {
			return
		}
	}
}

// own gives the proxy's own answer, if it has one.
func (p *proxy) own(request []byte) []byte {
	command, beside := commandOf(request)
	for _, answer := range p.answers {
		if said := answer(command, beside); said != nil {
			return reply(request, said)
		}
	}
	return nil
}

func (p *proxy) exchange(server net.Conn, request []byte) ([]byte, error) {
	p.turn.Lock()
	defer p.turn.Unlock()
	if _, err := server.Write(request); err != nil {
		return nil, err
	}
	answer, err := readMessage(server)
	return nameDuplicate(answer), err
}

// nameDuplicate gives the error of a replacement that breaks a unique index MongoDB's
// code for it: FerretDB calls it an internal error, code 1.
func nameDuplicate(answer []byte) []byte {
	code := bytes.Index(answer, []byte("\x10code\x00\x01\x00\x00\x00"))
	if code >= 0 && bytes.Contains(answer, []byte("UNIQUE constraint failed")) {
		binary.LittleEndian.PutUint32(answer[code+6:], 11000)
	}
	return answer
}

// readMessage reads one message of the wire protocol, which begins with its length.
func readMessage(conn net.Conn) ([]byte, error) {
	head := make([]byte, 4)
	if _, err := io.ReadFull(conn, head); err != nil {
		return nil, err
	}
	message := make([]byte, binary.LittleEndian.Uint32(head))
	copy(message, head)
	_, err := io.ReadFull(conn, message[4:])
	return message, err
}
