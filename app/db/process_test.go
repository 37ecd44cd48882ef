package db_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"baimi/app/db"
	"baimi/app/fault"
)

// Tests that need a second process run this test binary again, in one of these parts.
var parts = map[string]func(rounds *db.Collection[round]) error{
	"write for ever":  writeForEver,
	"count":           countTogether,
	"fill the disk":   fillDisk,
	"nothing":         func(*db.Collection[round]) error { return nil },
	"without a right": func(*db.Collection[round]) error { return nil },
}

func TestMain(m *testing.M) {
	if part := os.Getenv("BAIMI_DB_PART"); part != "" {
		os.Exit(play(part))
	}
	code := m.Run()
	for _, dir := range removeAtEnd {
		os.RemoveAll(dir)
	}
	os.Exit(code)
}

func play(part string) int {
	limit, _ := strconv.ParseUint(os.Getenv("BAIMI_DB_LIMIT"), 10, 64)
	if part == "fill the disk" && syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limit, Max: limit}) != nil {
		return 3
	}
	if part == "without a right" && os.Getuid() == 0 && syscall.Setuid(65534) != nil {
		return 3
	}
	conn, err := db.Connect(context.Background(), os.Getenv("BAIMI_DB_STORE"))
	if err == nil {
		defer conn.Close()
		rounds, _ := openRounds(conn)
		if err = conn.Ready(context.Background()); err == nil {
			err = parts[part](rounds)
		}
	}
	if err != nil {
		f := fault.As(err)
		if f == nil {
			f = &fault.Error{}
		}
		fmt.Printf("fault %s %s\n", f.Code, err)
		return 1
	}
	return 0
}

// other starts this test binary in a part of its own.
func other(t *testing.T, part, address string, env ...string) (*exec.Cmd, io.Reader) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), append(env, "BAIMI_DB_PART="+part, "BAIMI_DB_STORE="+address)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	return cmd, out
}

// writeForEver inserts rounds and joins a shared one, and says so line by line once each is acknowledged.
func writeForEver(rounds *db.Collection[round]) error {
	ctx := context.Background()
	hot := newRound("hot")
	hot.Joined = []participant{}
	if _, err := rounds.Insert(ctx, hot); err != nil && !fault.Is(err, "duplicate") {
		return err
	}
	var say sync.Mutex
	tell := func(format string, args ...any) {
		say.Lock()
		defer say.Unlock()
		fmt.Printf(format+"\n", args...)
	}
	failed := make(chan error)
	for worker := range 8 {
		go func() {
			for i := 0; ; i++ {
				id := fmt.Sprintf("%d-%d-%d", os.Getpid(), worker, i)
				r := newRound(id)
				r.Code, r.Count = "code "+id, worker
				if _, err := rounds.Insert(ctx, r); err != nil {
					failed <- err
				}
				tell("inserted %s", id)
				if _, err := rounds.Update(ctx, "hot", func(r *round) error {
					r.Count++
					r.Joined = append(r.Joined, participant{Household: id})
					r.Letters = append(r.Letters, letter{Doc: db.Doc{ID: id}})
					return nil
				}); err != nil {
					failed <- err
				}
				tell("joined %s", id)
			}
		}()
	}
	return <-failed
}

func TestNothingAcknowledgedIsLostWhenTheProcessIsKilled(t *testing.T) {
	kills := 50
	if testing.Short() {
		kills = 5
	}
	address := "sqlite:" + t.TempDir()
	moments := rand.New(rand.NewPCG(1, 2))
	inserted, joined := map[string]bool{}, map[string]bool{}
	for range kills {
		cmd, out := other(t, "write for ever", address)
		lines := bufio.NewScanner(out)
		for left := moments.IntN(120); lines.Scan(); left-- {
			kind, id, _ := strings.Cut(lines.Text(), " ")
			switch kind {
			case "inserted":
				inserted[id] = true
			case "joined":
				joined[id] = true
			default:
				t.Fatal(lines.Text())
			}
			if left == 0 {
				cmd.Process.Kill()
			}
		}
		cmd.Wait()
		checkStore(t, address, inserted, joined)
	}
	t.Logf("%d kills, %d acknowledged inserts and %d acknowledged updates, all there", kills, len(inserted), len(joined))
}

// checkStore finds every acknowledged write, and every document whole and in its indexes.
func checkStore(t *testing.T, address string, inserted, joined map[string]bool) {
	t.Helper()
	conn, rounds := openStore(t, address)
	defer conn.Close()
	hot, err := rounds.Get(t.Context(), "hot")
	if err != nil && len(joined)+len(inserted) > 0 {
		t.Fatal(err)
	}
	if hot.Count != len(hot.Joined) {
		t.Fatalf("the shared round counts %d and lists %d", hot.Count, len(hot.Joined))
	}
	for _, p := range hot.Joined {
		delete(joined, p.Household)
	}
	if len(joined) > 0 {
		t.Fatalf("%d acknowledged updates are lost", len(joined))
	}
	for _, p := range hot.Joined {
		joined[p.Household] = true
	}
	checkLetters(t, conn, &hot)
	all := ids(t, rounds, db.Query{})
	if byIndex := ids(t, rounds, db.Where("compound", "c1")); len(byIndex) != len(all) {
		t.Fatalf("%d documents, %d in the index", len(all), len(byIndex))
	}
	held := map[string]bool{}
	for _, id := range all {
		held[id] = true
	}
	for id := range inserted {
		if !held[id] {
			t.Fatalf("the acknowledged insert %s is lost", id)
		}
	}
}

// checkLetters finds one letter for each household that has joined, and none on its way.
func checkLetters(t *testing.T, conn *db.Conn, hot *round) {
	t.Helper()
	sent, err := db.All(db.Open[letter](conn, db.Spec{Name: "letters"}).Find(t.Context(), db.Query{}))
	if err != nil || len(sent) != len(hot.Joined) || len(hot.Letters) > 0 {
		t.Fatalf("%d have joined, %d letters are stored and %d not yet, %v", len(hot.Joined), len(sent), len(hot.Letters), err)
	}
}

// countTogether is 75 writers of one document.
func countTogether(rounds *db.Collection[round]) error {
	failed := make(chan error, 75)
	for range 75 {
		go func() {
			_, err := rounds.Update(context.Background(), "r", func(r *round) error { r.Count++; return nil })
			failed <- err
		}()
	}
	var first error
	for range 75 {
		if err := <-failed; err != nil {
			first = err
		}
	}
	return first
}

func TestFourProcessesOfSeventyFiveWritersLoseNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, address string) {
		_, rounds := openStore(t, address)
		insert(t, rounds, newRound("r"))
		var others []*exec.Cmd
		for range 4 {
			cmd, out := other(t, "count", address)
			go io.Copy(os.Stderr, out)
			others = append(others, cmd)
		}
		for _, cmd := range others {
			if err := cmd.Wait(); err != nil {
				t.Error(err)
			}
		}
		r, err := rounds.Get(t.Context(), "r")
		if err != nil || r.Count != 300 {
			t.Errorf("count is %d (%v), want 300", r.Count, err)
		}
	})
}

func TestAWatcherHearsOfAnotherProcess(t *testing.T) {
	onBoth(t, func(t *testing.T, address string) {
		_, rounds := openStore(t, address)
		insert(t, rounds, newRound("r"))
		signals := rounds.Watch(t.Context(), "r")
		cmd, out := other(t, "count", address)
		go io.Copy(os.Stderr, out)
		for r := newRound("r"); r.Count < 75; {
			<-signals
			var err error
			if r, err = rounds.Get(t.Context(), "r"); err != nil {
				t.Fatal(err)
			}
		}
		cmd.Wait()
	})
}

// fillDisk inserts until it may not write any more.
func fillDisk(rounds *db.Collection[round]) error {
	for i := 0; ; i++ {
		r := newRound(fmt.Sprint(i))
		r.Code = strings.Repeat("x", 2000) + r.ID
		if _, err := rounds.Insert(context.Background(), r); err != nil {
			return err
		}
		fmt.Printf("inserted %d\n", i)
	}
}

func TestAFileThatMayNotGrowLosesNothingAcknowledged(t *testing.T) {
	address := "sqlite:" + t.TempDir()
	cmd, out := other(t, "fill the disk", address, "BAIMI_DB_LIMIT=3000000")
	acknowledged, last := 0, ""
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if last = lines.Text(); strings.HasPrefix(last, "inserted") {
			acknowledged++
		}
	}
	cmd.Wait()
	if !strings.HasPrefix(last, "fault store_") || acknowledged == 0 {
		t.Errorf("after %d inserts it ended with %q", acknowledged, last)
	}
	_, rounds := openStore(t, address)
	if found := ids(t, rounds, db.Query{}); len(found) != acknowledged {
		t.Errorf("%d were acknowledged, %d are there", acknowledged, len(found))
	}
}

func TestADirectoryThatMayNotBeWrittenIsRefused(t *testing.T) {
	dir := t.TempDir()
	conn, _ := openStore(t, "sqlite:"+dir)
	conn.Close()
	for path, mode := range map[string]os.FileMode{dir + "/baimi.db": 0o444, dir: 0o555} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	cmd, out := other(t, "without a right", "sqlite:"+dir)
	said, _ := io.ReadAll(out)
	cmd.Wait()
	if !strings.HasPrefix(string(said), "fault store_unwritable ") {
		t.Errorf("it said %q", said)
	}
}
