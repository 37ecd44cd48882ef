package db_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
)

// round is a small group buy: enough shape for every rule of the contract.
type round struct {
	db.Doc
	State     string        `json:"state"`
	Compound  string        `json:"compound"`
	Code      string        `json:"code,omitempty"`
	Closes    time.Time     `json:"closes_at"`
	Count     int           `json:"count"`
	Joined    []participant `json:"joined"`
	Campaign  *string       `json:"campaign"`
	Confirmed bool          `json:"confirmed"`
	Letters   []letter      `json:"letters,omitempty"`
}

type participant struct {
	Household string         `json:"household"`
	Lines     []line         `json:"lines,omitempty"`
	Notes     map[string]int `json:"notes,omitempty"`
}

type line struct {
	Product  string `json:"product"`
	Quantity int64  `json:"quantity"`
	Price    int64  `json:"price"`
}

var roundSpec = db.Spec{Name: "rounds", Indexes: []db.Index{
	db.On("compound", "state", "closes_at"),
	db.On("state", "count"),
	db.On("joined.household", "state"),
	db.On("campaign"),
	db.Unique("code"),
}}

var start = time.Date(2022, 4, 1, 8, 0, 0, 0, time.UTC)

func openStore(t *testing.T, address string) (*db.Conn, *db.Collection[round]) {
	t.Helper()
	conn, err := db.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	rounds, _ := openRounds(conn)
	if err := conn.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	return conn, rounds
}

func newRound(id string) round {
	return round{Doc: db.Doc{ID: id}, State: "open", Compound: "c1", Closes: start}
}

func insert(t *testing.T, rounds *db.Collection[round], docs ...round) {
	t.Helper()
	for _, d := range docs {
		if _, err := rounds.Insert(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Errorf("got %v, want a fault %q", err, code)
	}
}

func TestSQLiteContract(t *testing.T) {
	contract(t, func(t *testing.T) string { return "sqlite:" + t.TempDir() })
}

// contract is what both stores must do; fresh gives the address of an empty store.
func contract(t *testing.T, fresh func(t *testing.T) string) {
	for _, c := range []struct {
		name string
		test func(*testing.T, *db.Conn, *db.Collection[round])
	}{
		{"a document comes back as it was stored", testRoundTrip},
		{"an id or a unique value is taken once", testDuplicate},
		{"an update that refuses writes nothing", testRefusal},
		{"a crowd of changes, some of them refused, keeps all the others", testCrowd},
		{"an update that panics fails alone", testPanic},
		{"an update that changes nothing costs no revision", testNoChange},
		{"what a caller does with its copy stays with it", testCopies},
		{"what was looked at never changes", testLook},
		{"what is derived from a document is made once a revision", testDerived},
		{"a deleted document is gone with its index entries", testDelete},
		{"a document that was found is forgotten as it was, and left where it has changed", testForget},
		{"a cancelled caller writes nothing", testCancelled},
		{"an index answers equality, ranges and orders", testFind},
		{"a query without an index is refused", testNoIndex},
		{"many documents go in at once", testInsertMany},
		{"what a document causes is stored behind it, once", testOutbox},
		{"a watcher hears of a change", testWatch},
		{"a hundred writers of one document lose nothing", testHammer},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn, rounds := openStore(t, fresh(t))
			c.test(t, conn, rounds)
		})
	}
}

func testRoundTrip(t *testing.T, _ *db.Conn, rounds *db.Collection[round]) {
	in := newRound("r1")
	in.Closes, in.Count = start.Add(123456789*time.Nanosecond), 1<<62
	in.Joined = []participant{{Household: "h1", Notes: map[string]int{"甲": 1}}}
	insert(t, rounds, in)
	out, err := rounds.Get(t.Context(), "r1")
	if err != nil {
		t.Fatal(err)
	}
	in.Rev = 1
	if fmt.Sprintf("%+v", in) != fmt.Sprintf("%+v", out) {
		t.Errorf("stored %+v, got %+v", in, out)
	}
	_, err = rounds.Get(t.Context(), "r2")
	wantCode(t, err, "not_found")
}

func testDuplicate(t *testing.T, _ *db.Conn, rounds *db.Collection[round]) {
	a, b := newRound("a"), newRound("b")
	a.Code, b.Code = "X", "X"
	insert(t, rounds, a, newRound("without code"), newRound("without code either"))
	_, err := rounds.Insert(t.Context(), newRound("a"))
	wantCode(t, err, "duplicate")
	_, err = rounds.Insert(t.Context(), b)
	wantCode(t, err, "duplicate")
	b.Code = "Y"
	insert(t, rounds, b)
	_, err = rounds.Update(t.Context(), "b", func(r *round) error { r.Code, r.Count = "X", 7; return nil })
	wantCode(t, err, "duplicate")
	if b, _ := rounds.Get(t.Context(), "b"); b.Count != 0 || b.Code != "Y" {
		t.Errorf("the refused update left %+v", b)
	}
	if _, err := rounds.Update(t.Context(), "a", func(r *round) error { r.Code = "Z"; return nil }); err != nil {
		t.Error(err)
	}
	if _, err := rounds.Update(t.Context(), "b", func(r *round) error { r.Code = "X"; return nil }); err != nil {
		t.Errorf("the value that was given up is still taken: %v", err)
	}
}

func testNoChange(t *testing.T, _ *db.Conn, rounds *db.Collection[round]) {
	insert(t, rounds, newRound("r"))
	r, err := rounds.Update(t.Context(), "r", func(r *round) error { r.State = "open"; r.ID, r.Rev = "other", 99; return nil })
	if err != nil || r.Rev != 1 || r.ID != "r" {
		t.Errorf("got %+v, %v", r, err)
	}
	r, err = rounds.Update(t.Context(), "r", func(r *round) error { r.State = "closed"; return nil })
	if err != nil || r.Rev != 2 {
		t.Errorf("got %+v, %v", r, err)
	}
}

func testCopies(t *testing.T, _ *db.Conn, rounds *db.Collection[round]) {
	in := newRound("r")
	in.Joined = []participant{{Household: "h", Notes: map[string]int{"n": 1}}}
	insert(t, rounds, in)
	in.Joined[0].Notes["n"] = 9
	mine, err := rounds.Update(t.Context(), "r", func(r *round) error { r.Count++; return nil })
	if err != nil {
		t.Fatal(err)
	}
	mine.Joined[0].Notes["n"], mine.Joined[0].Household = 5, "x"
	again, err := rounds.Update(t.Context(), "r", func(r *round) error { r.Count++; return nil })
	if err != nil || again.Joined[0].Notes["n"] != 1 || again.Joined[0].Household != "h" {
		t.Errorf("got %+v, %v", again, err)
	}
}

func testLook(t *testing.T, _ *db.Conn, rounds *db.Collection[round]) {
	in := newRound("r")
	in.Joined = []participant{{Household: "h", Notes: map[string]int{"n": 1}}}
	insert(t, rounds, in)
	seen, err := rounds.Look(t.Context(), "r")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rounds.Update(t.Context(), "r", func(r *round) error {
		r.Joined[0].Household, r.Joined[0].Notes["n"] = "x", 9
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if kept := seen.Joined; kept[0].Household != "h" || kept[0].Notes["n"] != 1 {
		t.Errorf("got %+v", kept)
	}
	_, err = rounds.Look(t.Context(), "nobody")
	wantCode(t, err, "not_found")
}

func testDerived(t *testing.T, _ *db.Conn, rounds *db.Collection[round]) {
	insert(t, rounds, newRound("r"))
	made := 0
	count := func(r *round) (int64, error) { made++; return r.Rev, nil }
	derived := func(want int64) {
		for range 2 {
			if got, err := db.Derived(t.Context(), rounds, "r", count); got != want || err != nil {
				t.Errorf("revision %d, %v; want %d", got, err, want)
			}
		}
	}
	derived(1)
	if _, err := rounds.Update(t.Context(), "r", func(r *round) error { r.Count++; return nil }); err != nil {
		t.Fatal(err)
	}
	derived(2)
	if made != 2 {
		t.Errorf("made %d times for two revisions", made)
	}
	_, err := db.Derived(t.Context(), rounds, "nobody", count)
	wantCode(t, err, "not_found")
}

func testDelete(t *testing.T, _ *db.Conn, rounds *db.Collection[round]) {
	r := newRound("r")
	r.Code = "X"
	insert(t, rounds, r)
	if err := rounds.Delete(t.Context(), "r"); err != nil {
		t.Fatal(err)
	}
	wantCode(t, rounds.Delete(t.Context(), "r"), "not_found")
	_, err := rounds.Get(t.Context(), "r")
	wantCode(t, err, "not_found")
	if left := ids(t, rounds, db.Where("compound", "c1")); len(left) > 0 {
		t.Errorf("the index still gives %v", left)
	}
	insert(t, rounds, r)
}

func testCancelled(t *testing.T, _ *db.Conn, rounds *db.Collection[round]) {
	insert(t, rounds, newRound("r"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, insertErr := rounds.Insert(ctx, newRound("s"))
	_, updateErr := rounds.Update(ctx, "r", func(r *round) error { r.Count++; return nil })
	_, getErr := rounds.Get(ctx, "r")
	_, findErr := db.All(rounds.Find(ctx, db.Query{}))
	for _, err := range []error{insertErr, updateErr, getErr, findErr, rounds.Delete(ctx, "r")} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want context.Canceled", err)
		}
	}
	if r, err := rounds.Get(t.Context(), "r"); err != nil || r.Rev != 1 {
		t.Errorf("a cancelled caller changed the document: %+v, %v", r, err)
	}
}

func ids(t *testing.T, rounds *db.Collection[round], q db.Query) []string {
	t.Helper()
	found, err := db.All(rounds.Find(t.Context(), q))
	if err != nil {
		t.Errorf("%s: %v", q, err)
	}
	var out []string
	for _, r := range found {
		out = append(out, r.ID)
	}
	return out
}

func testFind(t *testing.T, _ *db.Conn, rounds *db.Collection[round]) {
	campaign := "spring"
	insert(t, rounds,
		round{Doc: db.Doc{ID: "a"}, Compound: "c1", State: "open", Closes: start, Count: -3, Joined: []participant{{Household: "h1"}, {Household: "h2"}, {Household: "h1"}}},
		round{Doc: db.Doc{ID: "b"}, Compound: "c1", State: "open", Closes: start.Add(time.Millisecond), Count: 20, Campaign: &campaign},
		round{Doc: db.Doc{ID: "c"}, Compound: "c1", State: "open", Closes: start.Add(time.Second), Count: 3, Joined: []participant{{Household: "h2"}}},
		round{Doc: db.Doc{ID: "d"}, Compound: "c1", State: "closed", Closes: start, Count: 100},
		round{Doc: db.Doc{ID: "e"}, Compound: "c10", State: "open", Closes: start.Add(-time.Hour), Joined: []participant{{Household: "h1"}}},
	)
	open := db.Where("compound", "c1").And("state", "open")
	for _, c := range []struct {
		query db.Query
		want  []string
	}{
		{open, []string{"a", "b", "c"}}, // a fraction of a second sorts where it belongs
		{db.Where("state", "open").And("compound", "c1"), []string{"a", "b", "c"}},
		{open.Desc("closes_at"), []string{"c", "b", "a"}},
		{open.Order("closes_at").Limit(2), []string{"a", "b"}},
		{open.From("closes_at", start.Add(time.Millisecond)), []string{"b", "c"}},
		{open.Before("closes_at", start.Add(time.Second)), []string{"a", "b"}},
		{open.UpTo("closes_at", start.Add(time.Second)), []string{"a", "b", "c"}},
		{open.From("closes_at", start).Before("closes_at", start.Add(time.Second)).Desc("closes_at"), []string{"b", "a"}},
		{db.Where("state", "open").Order("count"), []string{"a", "e", "c", "b"}}, // numbers, not text
		{db.Where("state", "open").From("count", 3), []string{"c", "b"}},
		{db.Where("joined.household", "h1").And("state", "open"), []string{"a", "e"}}, // a twice in it is found once
		{db.Where("joined.household", "h2"), []string{"a", "c"}},
		{db.Where("campaign", "spring"), []string{"b"}},
		{db.Query{}.Order("campaign"), []string{"b"}}, // what has none is not in the index
		{db.Where("compound", "c1").And("state", "closed"), []string{"d"}},
		{db.Where("compound", "c"), nil}, // a prefix of a value is not the value
		{db.Query{}, []string{"a", "b", "c", "d", "e"}},
	} {
		if got := ids(t, rounds, c.query); !slices.Equal(got, c.want) {
			t.Errorf("%s gives %v, want %v", c.query, got, c.want)
		}
	}
	if _, err := rounds.Update(t.Context(), "a", func(r *round) error { r.State = "closed"; return nil }); err != nil {
		t.Error(err)
	}
	if got := ids(t, rounds, open); !slices.Equal(got, []string{"b", "c"}) {
		t.Errorf("after a was closed the open ones are %v", got)
	}
}

func testNoIndex(t *testing.T, conn *db.Conn, rounds *db.Collection[round]) {
	for _, q := range []db.Query{
		db.Where("count", 3),
		db.Where("state", "open").And("closes_at", start),
		db.Where("compound", "c1").Order("closes_at"),
		db.Where("state", "open").From("count", 1).Order("closes_at"),
		db.Query{}.Order("joined.household"),
		db.Where("state", 1.5),
	} {
		_, err := db.All(rounds.Find(t.Context(), q))
		if fault.KindOf(err) != fault.Internal || fault.As(err) == nil {
			t.Errorf("%s: got %v, want a refusal", q, err)
		}
	}
	db.Open[round](conn, db.Spec{Name: "broken", Indexes: []db.Index{db.On("no_such_field")}})
	wantCode(t, conn.Ready(t.Context()), "collection_broken")
}

func testInsertMany(t *testing.T, _ *db.Conn, rounds *db.Collection[round]) {
	var docs []round
	var all []string
	for i := range 600 {
		r := newRound(fmt.Sprintf("r%03d", i))
		r.Count = i / 4
		docs, all = append(docs, r), append(all, r.ID)
	}
	if err := rounds.InsertMany(t.Context(), docs); err != nil {
		t.Fatal(err)
	}
	open := db.Where("state", "open") // longer than a page
	for _, q := range []db.Query{{}, db.Where("compound", "c1"), open.Order("count")} {
		if got := ids(t, rounds, q); !slices.Equal(got, all) {
			t.Errorf("%s: %v", q, got)
		}
	}
	slices.Reverse(all)
	if got := ids(t, rounds, open.Desc("count").Limit(590)); !slices.Equal(got, all[:590]) {
		t.Errorf("from the last: %v", got)
	}
	wantCode(t, rounds.InsertMany(t.Context(), append(docs, newRound("new"))), "duplicate")
	if _, err := rounds.Get(t.Context(), "new"); err != nil {
		t.Error("a new one behind 600 duplicates:", err)
	}
}

func testWatch(t *testing.T, _ *db.Conn, rounds *db.Collection[round]) {
	insert(t, rounds, newRound("r"))
	ctx, cancel := context.WithCancel(t.Context())
	one := rounds.Watch(ctx, "r")
	for range 3 {
		if _, err := rounds.Update(t.Context(), "r", func(r *round) error { r.Count++; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	<-one
	cancel()
	for range one {
	}
}

func testHammer(t *testing.T, _ *db.Conn, rounds *db.Collection[round]) {
	insert(t, rounds, newRound("r"))
	const writers, each = 100, 5
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for range each {
				if _, err := rounds.Update(t.Context(), "r", func(r *round) error { r.Count++; return nil }); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	r, err := rounds.Get(t.Context(), "r")
	if err != nil || r.Count != writers*each {
		t.Errorf("count is %d (%v), want %d", r.Count, err, writers*each)
	}
	if r.Rev > writers*each/2 {
		t.Errorf("%d updates took %d writes; they are not combined", writers*each, r.Rev-1)
	}
}
