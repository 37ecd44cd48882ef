package main

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"baimi/app/db"
)

// another starts a second process of the service on the same store.
func (w *town) another() *town {
	second := &town{T: w.T, config: w.config, clock: w.clock, outbox: w.outbox}
	second.start()
	w.Cleanup(func() { second.stop() })
	return second
}

// through is the same visitor at another process.
func (v *visitor) through(w *town) *visitor {
	return &visitor{town: w, session: v.session, Account: v.Account}
}

// onEach runs a test on SQLite and, where BAIMI_TEST_MONGODB names a server, on that.
func onEach(t *testing.T, test func(t *testing.T)) {
	t.Run("sqlite", test)
	if server := os.Getenv("BAIMI_TEST_MONGODB"); server != "" {
		base, options, _ := strings.Cut(server, "?")
		t.Setenv("BAIMI_TEST_STORE", fmt.Sprintf("%s/baimi_app_%d_%d?%s", strings.TrimSuffix(base, "/"), os.Getpid(), time.Now().UnixNano(), options))
		t.Run("mongodb", test)
	}
}

func TestSessionsProgressAndAnswersHoldAcrossProcesses(t *testing.T) {
	onEach(t, func(t *testing.T) {
		e := newEvening(t)
		second := e.another()
		zhou, wu := e.at("A001/1/1-301"), e.at("A001/1/1-302")
		id := e.open(nil)
		ctx, leave := context.WithCancel(t.Context())
		defer leave()
		request, _ := http.NewRequestWithContext(ctx, "GET", second.base+"/api/g/"+id+"/progress", nil)
		looking, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer looking.Body.Close()

		zhou.post("/group-buys/"+id+"/join", order(2, 0)).want(200)
		wu.through(second).post("/group-buys/"+id+"/join", order(1, 0)).want(200) // signed in at the first
		events := bufio.NewScanner(looking.Body)
		for !strings.Contains(events.Text(), `"units":3`) {
			if !events.Scan() {
				t.Fatal("the stream of the second process ended before it told of both orders")
			}
		}
		draft := e.eggRound(map[string]any{"title": "twice"})
		first := e.leader.do("POST", "/group-buys", draft, "one-wish").want(200).text("id")
		if again := e.leader.through(second).do("POST", "/group-buys", draft, "one-wish").want(200).text("id"); again != first {
			t.Errorf("the same key made %s at one process and %s at the other", first, again)
		}
		zhou.delete("/sign-in").want(200)
		zhou.through(second).get("/me/orders").refused(401, "sign_in")
	})
}

func TestAJobIsDoneByOneProcessAtATime(t *testing.T) {
	onEach(t, func(t *testing.T) {
		w := newTown(t)
		second := w.another()
		begun, end := make(chan bool), make(chan bool)
		var done atomic.Int64
		long := job{"long", time.Minute, func(context.Context, time.Time) error { begun <- true; <-end; return nil }}
		short := job{"long", time.Minute, func(context.Context, time.Time) error { done.Add(1); return nil }}
		go w.once(t.Context(), long, db.OpenLeases(w.conn), "first")
		<-begun
		leases := db.OpenLeases(second.conn)
		second.once(t.Context(), short, leases, "second")
		w.clock.pass(2*hold - time.Second)
		second.once(t.Context(), short, leases, "second")
		if n := done.Load(); n != 0 {
			t.Errorf("the second process did it %d times beside the first", n)
		}
		w.clock.pass(2 * time.Second) // the first has not asked again in twice that time: it counts as dead
		second.once(t.Context(), short, leases, "second")
		if n := done.Load(); n != 1 {
			t.Errorf("after the first's time was over the second did it %d times", n)
		}
		end <- true
	})
}

func TestAJobThatLastsIsHeldAndIsBrokenOffWhereTheLeaseIsLost(t *testing.T) {
	w := newTown(t)
	leases, long := db.OpenLeases(w.conn), job{name: "long"}
	claims := func(holder string) bool {
		mine, err := leases.Claim(t.Context(), long.name, holder, w.clock.now(), hold)
		if err != nil {
			t.Fatal(err)
		}
		return mine
	}
	again, gone := make(chan time.Time), make(chan bool)
	go func() { w.keep(t.Context(), again, long, leases, "first"); close(gone) }()
	if !claims("first") {
		t.Fatal("nobody has the job")
	}
	for range 4 {
		w.clock.pass(hold)
		again <- time.Time{}
		again <- time.Time{} // taken once the one before has been worked off
		if claims("second") {
			t.Fatal("the job was taken from one who is at it")
		}
	}
	w.clock.pass(2*hold + time.Second)
	if !claims("second") {
		t.Error("one who has not asked again keeps the job")
	}
	again <- time.Time{}
	<-gone
}
