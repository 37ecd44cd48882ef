package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"baimi/app/people"
)

// TestABadBodyIsRefusedWithASentence sends what no page sends, over real
// connections, and asks after each whether the service still answers.
func TestABadBodyIsRefusedWithASentence(t *testing.T) {
	w := newTown(t)
	v := w.signIn("near@example.org", people.Grant{Role: people.Supplier, Scope: "S1"})
	const lot = `{"supplier":"S1","product":"egg","currency":"CNY","case_size":1,"tiers":[{"from":1,"unit_price":9}],"quantity":`
	deep := strings.Repeat("[", 1<<20) + strings.Repeat("]", 1<<20)
	for _, row := range []struct {
		name, route, kind, body string
		status                  int
		code                    string
	}{
		{"no body", "PUT /me", "", "", 400, "malformed"},
		{"half of one", "PUT /me", "", `{"name":"a`, 400, "malformed"},
		{"two of them", "PUT /me", "", `{"name":"a"}{"name":"b"}`, 400, "malformed"},
		{"a list", "PUT /me", "", `[]`, 422, "invalid_input"},
		{"null", "PUT /me", "", `null`, 422, "invalid_input"},
		{"a key twice", "PUT /me", "", `{"name":"a","name":"b"}`, 400, "malformed"},
		{"a key that nobody knows", "PUT /me", "", `{"name":"a","admin":true}`, 422, "invalid_input"},
		{"bytes that are no UTF-8", "PUT /me", "", "{\"name\":\"\xff\xfe\"}", 400, "malformed"},
		{"half a surrogate", "PUT /me", "", `{"name":"\ud800"}`, 400, "malformed"},
		{"a NUL", "PUT /me", "", "{\"name\":\"a\x00b\"}", 400, "malformed"},
		{"a NUL that is escaped", "PUT /me", "", `{"name":"a\u0000b"}`, 400, "malformed"},
		{"a NUL in a key", "PUT /me", "", `{"name":"a","na\u0000me":"b"}`, 400, "malformed"},
		{"nested deeply", "PUT /me", "", `{"name":` + deep + `}`, 400, "malformed"},
		{"text where a number belongs", "POST /lots", "", lot + `"many"}`, 422, "invalid_input"},
		{"half a unit", "POST /lots", "", lot + `1.5}`, 422, "invalid_input"},
		{"a number that no machine holds", "POST /lots", "", lot + `1e400}`, 400, "malformed"},
		{"one more than 63 bits hold", "POST /lots", "", lot + `9223372036854775808}`, 422, "invalid_input"},
		{"a million digits", "POST /lots", "", lot + strings.Repeat("9", 1<<20) + `}`, 400, "malformed"},
		{"as many as fit, which is too many", "POST /lots", "", lot + `9223372036854775807}`, 422, "lot_invalid"},
		{"another kind", "PUT /me", "text/plain", `{"name":"a"}`, 415, "media_type"},
		{"a form", "PUT /me", "application/x-www-form-urlencoded", `name=a`, 415, "media_type"},
	} {
		t.Run(row.name, func(t *testing.T) {
			method, path, _ := strings.Cut(row.route, " ")
			answer := v.send(method, path, row.kind, strings.NewReader(row.body), int64(len(row.body)))
			refusedPlainly(t, answer, row.status, row.code)
			v.get("/me").want(200)
		})
	}
}

// TestALargeBodyIsHeardOut sends far more than is taken: the refusal arrives, and
// not a broken connection.
func TestALargeBodyIsHeardOut(t *testing.T) {
	w := newTown(t)
	v := w.signIn("li@example.org")
	const large = 100 << 20
	for name, length := range map[string]int64{"its length said": large, "in chunks": -1} {
		t.Run(name, func(t *testing.T) {
			refusedPlainly(t, v.send("PUT", "/me", "", io.LimitReader(spaces{}, large), length), 413, "too_large")
			v.get("/me").want(200)
		})
	}
	refusedPlainly(t, v.send("PUT", "/me", "", io.LimitReader(spaces{}, 8<<20+1), 8<<20+1), 413, "too_large")
}

// TestABodyThatIsNoHTTPIsRefused breaks off where a chunk's length belongs.
func TestABodyThatIsNoHTTPIsRefused(t *testing.T) {
	w := newTown(t)
	conn, err := net.Dial("tcp", strings.TrimPrefix(w.base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, "PUT /api/me HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n")
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	refusedPlainly(t, answer, 400, "malformed")
	w.stranger().get("/deployment").want(200)
}

// send asks with a body as it stands; its length is -1 where it goes in chunks.
func (v *visitor) send(method, path, kind string, body io.Reader, length int64) *http.Response {
	v.town.Helper()
	request, err := http.NewRequest(method, v.town.base+"/api"+path, io.NopCloser(body))
	if err != nil {
		v.town.Fatal(err)
	}
	request.ContentLength = length
	request.Header.Set("Content-Type", "application/json")
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	request.Header.Set("Authorization", "Bearer "+v.session)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		v.town.Fatal(err)
	}
	return answer
}

func refusedPlainly(t *testing.T, answer *http.Response, status int, code string) {
	t.Helper()
	r := read(t, "the body", answer).refused(status, code)
	if kind := answer.Header.Get("Content-Type"); r.text("detail") == "" || kind != "application/problem+json" {
		t.Errorf("%s: %s", kind, r.raw)
	}
}

type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}
