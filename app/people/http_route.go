package people

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"
	"github.com/google/uuid"

	"baimi/app/fault"
)

// SessionCookie carries the session's token; API clients may send it as a bearer token instead.
const SessionCookie = "baimi_session"

// Router registers typed operations, each with its permission.
type Router struct {
	API     huma.API
	Life    context.Context                                        // ends when the service stops
	Actor   func(ctx context.Context, token string) (Actor, error) // nobody for an unknown or ended session
	Proxies Proxies
}

type requestKey struct{}

type request struct {
	actor  Actor
	key    string
	remote func() string
}

// From gives the person who asks.
func From(ctx context.Context) Actor { return requestOf(ctx).actor }

// Remote gives the network address that the request came from.
func Remote(ctx context.Context) string {
	if of := requestOf(ctx).remote; of != nil {
		return of()
	}
	return ""
}

func requestOf(ctx context.Context) request {
	r, _ := ctx.Value(requestKey{}).(request)
	return r
}

// NewID gives the id of the document that this request creates. It is derived
// from the actor, the operation and the Idempotency-Key, so that a request sent
// twice meets the document it made the first time; without a key it is random.
func NewID(ctx context.Context) string {
	if key := requestOf(ctx).key; key != "" {
		sum := sha256.Sum256([]byte(key))
		return hex.EncodeToString(sum[:12])
	}
	id := uuid.Must(uuid.NewV7())
	return strings.ReplaceAll(id.String(), "-", "")[:24]
}

// Route registers one operation: method and path ("GET /group-buys/{id}"), who
// may call it, one sentence, and the handler. A fault that the handler returns
// becomes a problem document.
func Route[I, O any](r *Router, permission Permission, route, summary string, handle func(context.Context, *I) (*O, error)) {
	huma.Register(r.API, r.operation(permission, route, summary), func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, in)
		if err != nil {
			return nil, fault.Problem(err)
		}
		return out, nil
	})
}

// JSON is how answers are written, as encoding/json does, but a list is never
// null, so that no reader has to ask; and how requests are read: once to be held
// against the contract and once for the handler, each at a third of encoding/json's cost.
var JSON = huma.Format{
	Marshal: func(w io.Writer, v any) error {
		if known, ok := v.(interface{ json() []byte }); ok {
			_, err := w.Write(known.json())
			return err
		}
		return jsonv2.MarshalWrite(w, v, jsonv1.DefaultOptionsV1(), jsonv2.FormatNilSliceAsNull(false), jsonv2.FormatNilMapAsNull(false), jsontext.EscapeForHTML(false))
	},
	Unmarshal: func(body []byte, into any) error {
		if err := jsonv2.Unmarshal(body, into); err != nil || !bytes.Contains(body, []byte(`\u0000`)) {
			return err
		}
		return refuseNUL(body)
	},
}

// refuseNUL keeps what ends a text elsewhere out of names, keys and addresses.
func refuseNUL(body []byte) error {
	for d := jsontext.NewDecoder(bytes.NewReader(body)); ; {
		token, err := d.ReadToken()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if token.Kind() == '"' && strings.Contains(token.String(), "\x00") {
			return errors.New("a text holds the character NUL")
		}
	}
}

// Send writes one named event with its JSON data; an empty name only keeps the
// line open. An error says that the client is gone.
type Send func(name string, data any) error

// Stream registers a server-sent event stream: open checks the request and
// gives the function that runs until the client leaves, which a failing send
// tells, or its context ends with the service. The request's own context ends
// before the stream begins.
func Stream[I any](r *Router, permission Permission, route, summary string, open func(context.Context, *I) (func(context.Context, Send), error)) {
	op := r.operation(permission, route, summary)
	op.Responses = map[string]*huma.Response{"200": {
		Description: "Server-sent events",
		Content:     map[string]*huma.MediaType{"text/event-stream": {Schema: &huma.Schema{Type: "string"}}},
	}}
	huma.Register(r.API, op, func(ctx context.Context, in *I) (*huma.StreamResponse, error) {
		run, err := open(ctx, in)
		if err != nil {
			return nil, fault.Problem(err)
		}
		return &huma.StreamResponse{Body: func(h huma.Context) {
			c := humafiber.Unwrap(h)
			c.Set("Content-Type", "text/event-stream")
			c.Set("Cache-Control", "no-store")
			c.Set("X-Accel-Buffering", "no")
			c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
				ctx, cancel := context.WithCancel(r.Life)
				defer cancel()
				run(ctx, sender(w))
			})
		}}, nil
	})
}

func sender(w *bufio.Writer) Send {
	return func(name string, data any) error {
		if name == "" {
			fmt.Fprint(w, ": still here\n\n")
			return w.Flush()
		}
		var body bytes.Buffer
		if err := JSON.Marshal(&body, data); err != nil {
			return err
		}
		fmt.Fprintf(w, "event: %s\ndata: %s\n\n", name, body.Bytes())
		return w.Flush()
	}
}

func (r *Router) operation(permission Permission, route, summary string) huma.Operation {
	method, path, _ := strings.Cut(route, " ")
	return huma.Operation{
		OperationID: operationID(method, path), Method: method, Path: "/api" + path, Summary: summary,
		Tags:          []string{strings.Split(strings.TrimPrefix(path, "/"), "/")[0]},
		DefaultStatus: http.StatusOK,
		MaxBodyBytes:  -1, // the server's own limit holds for every route alike
		Extensions:    map[string]any{"x-permission": permission.Names()},
		Middlewares:   huma.Middlewares{r.authenticate(permission)},
	}
}

// authenticate finds out who asks, holds the route's permission against them,
// and hands the request's identity to the handler.
func (r *Router) authenticate(permission Permission) func(huma.Context, func(huma.Context)) {
	return func(c huma.Context, next func(huma.Context)) {
		actor, err := r.Actor(c.Context(), token(c))
		if err == nil {
			err = permission.Check(actor)
		}
		if err != nil {
			p := fault.Problem(err)
			_ = huma.WriteErr(r.API, c, p.Status, p.Detail, p)
			return
		}
		id := request{actor: actor, remote: func() string { return r.Proxies.client(c.RemoteAddr(), c.Header("X-Forwarded-For")) }}
		if key := c.Header("Idempotency-Key"); key != "" {
			id.key = strings.Join([]string{actor.Account, c.Operation().OperationID, c.URL().Path, key}, "\n")
		}
		next(huma.WithValue(c, requestKey{}, id))
	}
}

func token(c huma.Context) string {
	if t, ok := strings.CutPrefix(c.Header("Authorization"), "Bearer "); ok {
		return t
	}
	return humafiber.Unwrap(c).Cookies(SessionCookie)
}

// operationID turns "GET /group-buys/{id}/lines" into get-group-buys-id-lines.
func operationID(method, path string) string {
	words := strings.FieldsFunc(path, func(r rune) bool { return strings.ContainsRune("/{}", r) })
	return strings.ToLower(method) + "-" + strings.Join(words, "-")
}
