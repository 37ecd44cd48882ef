package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"baimi/app/people"
)

// town is the real program on a store of its own: the real server on a
// loopback port, with a clock that the test moves and an outbox that it reads.
type town struct {
	*testing.T
	*domains
	config Config
	base   string
	clock  *clock
	outbox *outbox
	stop   func()
}

type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

type outbox struct {
	mu   sync.Mutex
	last map[string]people.Message
}

func (o *outbox) Send(_ context.Context, to string, m people.Message) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.last[to] = m
	return nil
}

var sixDigits = regexp.MustCompile(`\d{6}`)

func (o *outbox) code(to string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return sixDigits.FindString(o.last[to].Text)
}

func newTown(t *testing.T) *town {
	t.Helper()
	w := &town{
		T: t, config: Config{Store: cmp.Or(os.Getenv("BAIMI_TEST_STORE"), "sqlite:"+t.TempDir()), Body: 8 << 20, Deadline: 30 * time.Second},
		clock:  &clock{at: time.Date(2022, 4, 18, 2, 0, 0, 0, time.UTC)},
		outbox: &outbox{last: map[string]people.Message{}},
	}
	w.start()
	t.Cleanup(func() { w.stop() })
	return w
}

// start opens the store and serves it; after stop it may be started again on
// the same documents, as after a crash.
func (w *town) start() {
	w.Helper()
	life, end := context.WithCancel(context.Background())
	d, err := openDomains(life, w.config, w.clock.now, w.outbox)
	if err != nil {
		w.Fatal(err)
	}
	listener, err := listen("127.0.0.1:0")
	if err != nil {
		w.Fatal(err)
	}
	app, _ := newServer(d)
	done := make(chan struct{})
	go func() { defer close(done); _ = app.Listener(listener) }()
	w.domains, w.base = d, "http://"+listener.Addr().String()
	w.stop = func() {
		w.stop = func() {}
		end()
		_ = app.ShutdownWithTimeout(5 * time.Second)
		<-done
		_ = d.conn.Close()
	}
}

// visitor is one person's browser.
type visitor struct {
	town    *town
	session string
	Account string
}

func (w *town) stranger() *visitor { return &visitor{town: w} }

// signIn signs a contact in, with these roles given beforehand.
func (w *town) signIn(contact string, grants ...people.Grant) *visitor {
	w.Helper()
	v := w.stranger()
	v.post("/sign-in/codes", map[string]any{"contact": contact}).want(200)
	known, _ := people.Contact(contact)
	in := v.post("/sign-in", map[string]any{"contact": contact, "code": w.outbox.code(known)}).want(200)
	for _, c := range in.cookies {
		if c.Name == people.SessionCookie {
			v.session = c.Value
		}
	}
	v.Account = in.text("account")
	for _, g := range grants {
		if err := w.people.Grant(context.Background(), v.Account, g); err != nil {
			w.Fatal(err)
		}
	}
	return v
}

// reply is an answer with its JSON decoded.
type reply struct {
	t       *testing.T
	what    string
	status  int
	raw     []byte
	cookies []*http.Cookie
}

func (v *visitor) get(path string) reply            { return v.do("GET", path, nil, "") }
func (v *visitor) post(path string, body any) reply { return v.do("POST", path, body, "") }
func (v *visitor) put(path string, body any) reply  { return v.do("PUT", path, body, "") }
func (v *visitor) delete(path string) reply         { return v.do("DELETE", path, nil, "") }

func (v *visitor) do(method, path string, body any, key string) reply {
	v.town.Helper()
	var content io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			v.town.Fatal(err)
		}
		content = bytes.NewReader(b)
	}
	request, err := http.NewRequest(method, v.town.base+"/api"+path, content)
	if err != nil {
		v.town.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	if v.session != "" {
		request.AddCookie(&http.Cookie{Name: people.SessionCookie, Value: v.session})
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		v.town.Fatal(err)
	}
	return read(v.town.T, method+" "+path, answer)
}

func read(t *testing.T, what string, answer *http.Response) reply {
	t.Helper()
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{t, what, answer.StatusCode, raw, answer.Cookies()}
}

// want fails the test unless the status is this one.
func (r reply) want(status int) reply {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("%s: %d, want %d: %s", r.what, r.status, status, r.raw)
	}
	return r
}

// refused fails the test unless the answer is a problem with this status and code.
func (r reply) refused(status int, code string) reply {
	r.t.Helper()
	if r.want(status); r.text("code") != code {
		r.t.Fatalf("%s: code %q, want %q: %s", r.what, r.text("code"), code, r.raw)
	}
	return r
}

// into decodes the answer.
func (r reply) into(v any) reply {
	r.t.Helper()
	if err := json.Unmarshal(r.raw, v); err != nil {
		r.t.Fatalf("%s: %v: %s", r.what, err, r.raw)
	}
	return r
}

// at gives what stands at a dotted path.
func (r reply) at(path string) any {
	r.t.Helper()
	var at any
	r.into(&at)
	for _, step := range strings.Split(path, ".") {
		object, _ := at.(map[string]any)
		at = object[step]
	}
	return at
}

// text gives the string at a dotted path.
func (r reply) text(path string) string {
	r.t.Helper()
	s, _ := r.at(path).(string)
	return s
}

// number gives the number at a dotted path.
func (r reply) number(path string) int64 {
	r.t.Helper()
	n, _ := r.at(path).(float64)
	return int64(n)
}
