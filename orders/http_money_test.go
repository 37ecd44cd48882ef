package orders

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"

	"baimi/app/fault"
	"baimi/app/people"
)

func init() {
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		return fault.Refused(status, message, errs...)
	}
	huma.NewErrorWithContext = func(_ huma.Context, status int, message string, errs ...error) huma.StatusError {
		return fault.Refused(status, message, errs...)
	}
}

// site is the routes on a real HTTP server; the session token is the actor.
type site struct {
	*desk
	base string
}

var actors = map[string]people.Actor{
	"lin":       {Account: "lin", Grants: []people.Grant{{Role: people.Leader, Scope: "A001/3"}}},
	"chen":      {Account: "chen", Grants: []people.Grant{{Role: people.Leader, Scope: "A001/4"}}},
	"committee": {Account: "committee", Grants: []people.Grant{{Role: people.Coordinator, Scope: "A001"}}},
	"sam":       {Account: "sam", Grants: []people.Grant{{Role: people.Resident, Scope: neighbour}}},
	"daughter":  {Account: "daughter"},
	"stranger":  {Account: "stranger", Grants: []people.Grant{{Role: people.Resident, Scope: "A001/9/1-101"}}},
	"farm":      {Account: "farm", Grants: []people.Grant{{Role: people.Supplier, Scope: "S01"}}},
	"otherfarm": {Account: "otherfarm", Grants: []people.Grant{{Role: people.Supplier, Scope: "S02"}}},
	"operator":  {Account: "operator", Grants: []people.Grant{{Role: people.Operator}}},
	"":          {},
}

func newSite(t *testing.T, d *desk) site {
	t.Helper()
	app := fiber.New(fiber.Config{Immutable: true, DisableStartupMessage: true})
	config := huma.DefaultConfig("test", "0")
	config.CreateHooks = nil
	r := &people.Router{API: humafiber.New(app, config), Actor: func(_ context.Context, token string) (people.Actor, error) {
		return actors[token], nil
	}}
	MoneyRoutes(r, d.Cashier)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go app.Listener(listener)
	t.Cleanup(func() { app.Shutdown() })
	return site{d, "http://" + listener.Addr().String() + "/api"}
}

// ask sends a request as somebody and gives the status, the problem's code and the body.
func (s site) ask(t *testing.T, as, route, body string, key ...string) (int, string, []byte) {
	t.Helper()
	method, path, _ := strings.Cut(route, " ")
	r, err := http.NewRequestWithContext(t.Context(), method, s.base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if as != "" {
		r.Header.Set("Authorization", "Bearer "+as)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if len(key) > 0 {
		r.Header.Set("Idempotency-Key", key[0])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	var problem struct{ Code string }
	if bytes.Contains([]byte(answer.Header.Get("Content-Type")), []byte("problem")) {
		_ = json.Unmarshal(raw, &problem)
	}
	return answer.StatusCode, problem.Code, raw
}

// hear sends an event as the bank signs it.
func (s site) hear(t *testing.T, body string) (int, string, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "POST", s.base+"/stripe/webhook", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Stripe-Signature", "signed")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, "", raw
}

// scenario is one request and what must come of it.
type scenario struct {
	name, as, route, body string
	status                int
	code                  string
}

func (s site) run(t *testing.T, rows []scenario) {
	t.Helper()
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			status, code, body := s.ask(t, row.as, row.route, row.body)
			if status != row.status || code != row.code {
				t.Errorf("got %d %q, want %d %q: %s", status, code, row.status, row.code, body)
			}
		})
	}
}
