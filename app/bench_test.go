package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"baimi/app/db"
	"baimi/app/people"
	"baimi/orders"
)

// The load that `make bench` puts on the service, and how it is measured:
//
//   - The server is a process of its own (this test binary, running the real
//     `baimi serve` on an SQLite store in TMPDIR); the load comes from this process over loopback.
//   - Closed loop: 64 connections, each sends its next request when the last is answered.
//   - One compound of 286 buildings with 56 households each. Every household opens its round's
//     page, which is not counted, and then orders: a run is 16,016 joins, each by a session of
//     its own, the first 2,000 of them to warm up and not counted. Every answer is checked.
//   - "Join" is building after building, as their rounds are announced, so that neighbours meet in
//     one document; "JoinSpread" is one household of each building in turn, so that hardly two meet.
//   - Three runs on fresh stores; the table shows the middle one by rate.
//   - req/s is by the wall clock; CPU is user and system time of the server
//     process for each counted request; p99 is over all counted requests.
//   - The ceilings are a bare Fiber handler that reads the same POST and answers a word, and
//     one that first has the store of app/db keep the body, with no session, contract or
//     rule; they are driven in the same way in the same minute.
const (
	connections = 64
	buildings   = 286
	doors       = 56
	warmUp      = 2000
	benchRuns   = 3
)

func TestMain(m *testing.M) {
	switch os.Getenv("BAIMI_BENCH_PART") {
	case "baimi":
		os.Exit(run([]string{"serve", "--listen", "127.0.0.1:0", "--demo", "off"}))
	case "fiber":
		bareFiber()
	}
	os.Exit(m.Run())
}

// server is a process under load.
type server struct {
	cmd  *exec.Cmd
	base string
}

func startServer(b *testing.B, part, store string) *server {
	b.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "BAIMI_BENCH_PART="+part, "BAIMI_STORE="+store)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = cmd.Process.Kill() })
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if _, base, ok := strings.Cut(lines.Text(), " is at "); ok {
			go func() {
				for lines.Scan() {
				}
			}()
			return &server{cmd, base}
		}
	}
	b.Fatalf("the server of part %s did not start", part)
	return nil
}

func (s *server) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	_ = s.cmd.Wait()
}

// cpu is the process's user and system time so far.
func (s *server) cpu(b *testing.B) time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(after)
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * (time.Second / 100)
}

// resident is the process's memory in MiB.
func (s *server) resident(b *testing.B) int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	_, after, _ := strings.Cut(string(status), "VmRSS:")
	kib, _ := strconv.ParseInt(strings.Fields(after)[0], 10, 64)
	return kib / 1024
}

// call is one request; check says what is wrong with its answer.
type call struct {
	method, path, session, body string
	check                       func(status int, body []byte) error
}

// figures are what a run gives.
type figures struct {
	rate float64 // requests a second
	cpu  float64 // server's milliseconds a request
	p50  time.Duration
	p99  time.Duration
	most time.Duration
}

// load sends the calls from 64 connections and measures all but the first warm ones.
func (s *server) load(b *testing.B, calls, warm int, of func(i int) call) figures {
	b.Helper()
	client := &fasthttp.HostClient{Addr: strings.TrimPrefix(s.base, "http://"), MaxConns: connections, MaxIdemponentCallAttempts: 1}
	s.send(b, client, 0, warm, of)
	before, start := s.cpu(b), time.Now()
	took := s.send(b, client, warm, calls, of)
	passed := time.Since(start)
	n := calls - warm
	slices.Sort(took)
	return figures{
		rate: float64(n) / passed.Seconds(),
		cpu:  float64((s.cpu(b) - before).Microseconds()) / 1000 / float64(n),
		p50:  took[n/2], p99: took[n*99/100], most: took[n-1],
	}
}

func (s *server) send(b *testing.B, client *fasthttp.HostClient, from, to int, of func(i int) call) []time.Duration {
	took := make([]time.Duration, to-from)
	var next atomic.Int64
	var wg sync.WaitGroup
	for range connections {
		wg.Go(func() {
			request, response := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
			for {
				i := int(next.Add(1)) - 1
				if i >= len(took) {
					return
				}
				c := of(from + i)
				request.Reset()
				request.Header.SetMethod(c.method)
				request.SetRequestURI(s.base + c.path)
				if c.session != "" {
					request.Header.SetCookie(people.SessionCookie, c.session)
				}
				if c.body != "" {
					request.Header.SetContentType("application/json")
					request.SetBodyString(c.body)
				}
				start := time.Now()
				err := client.Do(request, response)
				took[i] = time.Since(start)
				if err == nil {
					err = c.check(response.StatusCode(), response.Body())
				}
				if err != nil {
					b.Errorf("%s %s: %v", c.method, c.path, err)
					return
				}
			}
		})
	}
	wg.Wait()
	return took
}

func want(status int) func(int, []byte) error {
	return func(got int, body []byte) error {
		if got != status {
			return fmt.Errorf("status %d: %s", got, body)
		}
		return nil
	}
}

func (f figures) report(b *testing.B) {
	b.ReportMetric(f.rate, "req/s")
	b.ReportMetric(f.cpu, "server-cpu-ms/req")
	b.ReportMetric(float64(f.p50.Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(f.p99.Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(f.most.Microseconds())/1000, "max-ms")
	b.ReportMetric(0, "ns/op")
}

// middle runs three times and reports the run in the middle.
func middle(b *testing.B, measure func() figures) {
	all := make([]figures, benchRuns)
	for i := range all {
		all[i] = measure()
	}
	slices.SortFunc(all, func(x, y figures) int { return int(x.rate - y.rate) })
	all[benchRuns/2].report(b)
}

// household is the i-th of the compound: door i%56 of building i/56.
func household(i int) string { return fmt.Sprintf("A001/%d/1-%d", i/doors+1, 101+i%doors) }

func session(i int) string { return fmt.Sprint("session-of-", i) }

func benchStore(b *testing.B, rounds, households int, home func(i int) string, change func(i int, g *orders.GroupBuy)) string {
	b.Helper()
	store := "sqlite:" + b.TempDir()
	conn, err := db.Connect(b.Context(), store)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	// The indexes are made when the service opens the store.
	accounts := db.Open[people.Account](conn, db.Spec{Name: "accounts"})
	sessions := db.Open[people.Session](conn, db.Spec{Name: "sessions"})
	groupBuys := db.Open[orders.GroupBuy](conn, db.Spec{Name: "group_buys"})
	now := time.Now().UTC()
	var as []people.Account
	var ss []people.Session
	sign := func(name, token string, g people.Grant) {
		sum := sha256.Sum256([]byte(token))
		as = append(as, people.Account{Doc: db.Doc{ID: name}, Email: name + "@example.org", Name: "李" + name, Language: "zh-Hans", Grants: []people.Grant{g}, Created: now})
		ss = append(ss, people.Session{Doc: db.Doc{ID: hex.EncodeToString(sum[:])}, Account: name, Created: now, Expires: now.Add(24 * time.Hour)})
	}
	for i := range households {
		sign(fmt.Sprint("resident-", i), session(i), people.Grant{Role: people.Resident, Scope: home(i)})
	}
	sign("coordinator", "session-of-coordinator", people.Grant{Role: people.Coordinator, Scope: "A001"})
	var gs []orders.GroupBuy
	for i := range rounds {
		g := benchRound(i, now)
		change(i, &g)
		if gs = append(gs, g); len(gs) == 500 || i == rounds-1 {
			if err := groupBuys.InsertMany(b.Context(), gs); err != nil {
				b.Fatal(err)
			}
			gs = nil
		}
	}
	for _, err := range []error{accounts.InsertMany(b.Context(), as), sessions.InsertMany(b.Context(), ss)} {
		if err != nil {
			b.Fatal(err)
		}
	}
	return store
}

// benchRound is building i+1's round of two items, open for a day.
func benchRound(i int, now time.Time) orders.GroupBuy {
	building := fmt.Sprint(i%buildings + 1)
	return orders.GroupBuy{
		Doc: db.Doc{ID: fmt.Sprintf("round%d", i)}, Compound: "A001", Building: building, Scope: "A001/" + building,
		Leader: "coordinator", Title: "蔬菜和鸡蛋", Currency: "CNY", State: orders.Open,
		Items: []orders.Item{
			{ID: "egg-30", Product: "egg-30", NameZh: "鸡蛋30枚", NameEn: "30 eggs", Unit: "tray", UnitCap: 3850, CaseSize: 12},
			{ID: "veg-10", Product: "veg-10", NameZh: "蔬菜10斤", NameEn: "5 kg of vegetables", Unit: "box", UnitCap: 6000, CaseSize: 1},
		},
		Opens: now.Add(-time.Hour), Closes: now.Add(24 * time.Hour), OnFail: orders.Refund, Rule: orders.Equal,
		Participants: []orders.Participant{}, Waiting: []orders.Participant{}, History: []orders.Event{}, Effects: []orders.Effect{},
	}
}

func unchanged(int, *orders.GroupBuy) {}

const wanted = `{"lines":[{"item":"egg-30","quantity":1,"tolerance":1},{"item":"veg-10","quantity":2}],"note":"门口"}`

// openEvening starts the service on a fresh store, and every household opens its round's page.
func openEvening(b *testing.B) *server {
	s := startServer(b, "baimi", benchStore(b, buildings, buildings*doors, household, unchanged))
	s.load(b, buildings*doors, 0, func(i int) call {
		return call{"GET", fmt.Sprintf("/api/group-buys/round%d", i/doors), session(i), "", want(http.StatusOK)}
	})
	return s
}

func join(i int) call {
	return call{"POST", fmt.Sprintf("/api/group-buys/round%d/join", i/doors), session(i), wanted, want(http.StatusOK)}
}

// spread takes one household of each building in turn.
func spread(i int) int { return i%buildings*doors + i/buildings }

func BenchmarkJoin(b *testing.B) {
	middle(b, func() figures {
		s := openEvening(b)
		defer s.stop()
		return s.load(b, buildings*doors, warmUp, join)
	})
}

func BenchmarkJoinSpread(b *testing.B) {
	middle(b, func() figures {
		s := openEvening(b)
		defer s.stop()
		return s.load(b, buildings*doors, warmUp, func(i int) call { return join(spread(i)) })
	})
}

func BenchmarkReadRound(b *testing.B) {
	s := startServer(b, "baimi", benchStore(b, buildings, buildings*doors, household, unchanged))
	defer s.stop()
	s.load(b, buildings*doors, 0, join)
	middle(b, func() figures {
		return s.load(b, 30000, warmUp, func(i int) call {
			return call{"GET", fmt.Sprintf("/api/g/round%d", i%buildings), "", "", want(http.StatusOK)}
		})
	})
}

// BenchmarkOrderPaidOffline is a whole order: the household joins, and the coordinator records its cash.
func BenchmarkOrderPaidOffline(b *testing.B) {
	middle(b, func() figures {
		s := openEvening(b)
		defer s.stop()
		joined := s.load(b, buildings*doors, warmUp, join)
		paid := s.load(b, buildings*doors, warmUp, func(i int) call {
			body := fmt.Sprintf(`{"household":%q,"method":"cash","amount":{"minor":%d,"currency":"CNY"}}`, household(i), 3850+2*6000)
			return call{"POST", fmt.Sprintf("/api/group-buys/round%d/receipts", i/doors), "session-of-coordinator", body, want(http.StatusOK)}
		})
		return figures{
			rate: 1 / (1/joined.rate + 1/paid.rate), cpu: joined.cpu + paid.cpu,
			p50: joined.p50 + paid.p50, p99: joined.p99 + paid.p99, most: joined.most + paid.most,
		}
	})
}

// BenchmarkFlash is 600 households that want one of 60 packs at the same moment: 60 get one, 540 are told so.
func BenchmarkFlash(b *testing.B) {
	middle(b, func() figures {
		s := startServer(b, "baimi", benchStore(b, 1, 600, func(i int) string { return fmt.Sprint("A001/1/1-", 101+i) }, func(_ int, g *orders.GroupBuy) { g.SortingSpace = 60 }))
		defer s.stop()
		var sold atomic.Int64
		start := time.Now()
		f := s.load(b, 600, 0, func(i int) call {
			return call{"POST", "/api/group-buys/round0/join", session(i), `{"lines":[{"item":"egg-30","quantity":1}]}`, func(status int, body []byte) error {
				if status == http.StatusOK {
					sold.Add(1)
				} else if status != http.StatusConflict {
					return fmt.Errorf("status %d: %s", status, body)
				}
				return nil
			}}
		})
		if sold.Load() != 60 {
			b.Errorf("%d of 60 packs were sold", sold.Load())
		}
		b.ReportMetric(time.Since(start).Seconds(), "s-for-all-600")
		return f
	})
}

// BenchmarkMillionOrders is an evening's load on a store that holds 1,000,048 orders
// already; every round is read once. It reports the memory of the service at the end.
func BenchmarkMillionOrders(b *testing.B) {
	const full = 17858
	s := startServer(b, "baimi", benchStore(b, buildings+full, buildings*doors, household, func(i int, g *orders.GroupBuy) {
		for d := 0; i >= buildings && d < doors; d++ {
			wish := orders.Wish{Household: fmt.Sprintf("A001/%s/1-%d", g.Building, 101+d), Name: "李", Lines: []orders.Line{{Item: "egg-30", Quantity: 1}, {Item: "veg-10", Quantity: 2}}}
			if _, err := g.Join(wish, g.Opens.Add(time.Minute)); err != nil {
				b.Fatal(err)
			}
		}
	}))
	defer s.stop()
	f := s.load(b, buildings*doors, warmUp, join)
	s.load(b, buildings+full, 0, func(i int) call {
		return call{"GET", fmt.Sprintf("/api/g/round%d", i), "", "", want(http.StatusOK)}
	})
	b.ReportMetric(float64(s.resident(b)), "MiB")
	f.report(b)
}
