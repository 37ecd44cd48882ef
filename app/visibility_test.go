package main

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"baimi/app/db"
	"baimi/app/people"
	"baimi/fulfillment"
	"baimi/orders"
)

var everything = db.Query{}

// canaries are planted in one household's data; a reader who may not see a
// field must never meet its canary.
var canaries = map[string]*regexp.Regexp{
	"door":  regexp.MustCompile(`1-602|"room":"602"`),
	"name":  regexp.MustCompile(`CANARYNAME`),
	"phone": regexp.MustCompile(`13911112222`),
	"note":  regexp.MustCompile(`CANARYNOTE`),
}

// TestNobodySeesWhatIsNotForThem walks every operation of the contract as every
// role, in the own scope and in another one.
func TestNobodySeesWhatIsNotForThem(t *testing.T) {
	log := &bytes.Buffer{}
	before := slog.Default()
	defer slog.SetDefault(before)
	logTo(log, "debug", false)
	o := newOrdered(t)
	o.leader.put("/households", map[string]any{"household": "A001/1/1-602", "name": "CANARYNAME", "phone": "13911112222", "handling_note": "CANARYNOTE", "no_phone": false}).want(200)
	delivery := o.delivery()
	o.counted(delivery, 12).want(200)
	run := o.split(delivery)[0].ID
	o.courier.post("/runs/"+run+"/accept", nil).want(200)
	var markets []struct{ ID string }
	o.operator.get("/markets").want(200).into(&markets)

	as := func(name string, grant people.Grant) *visitor { return o.signIn(name+"@example.org", grant) }
	readers := []struct {
		who  string
		is   *visitor
		may  string // the canaries that the table lets them see
		acts bool   // its own scope: only what reads is called
	}{
		{"anybody", o.town.stranger(), "", false},
		{"a stranger", o.stranger, "", false},
		{"a neighbour", o.first, "", true},
		{"the supplier", o.seller, "", true},
		{"another supplier", as("s2", people.Grant{Role: people.Supplier, Scope: "S2"}), "", false},
		{"another building's leader", as("l2", people.Grant{Role: people.Leader, Scope: "A001/2"}), "", false},
		{"another compound's coordinator", as("c2", people.Grant{Role: people.Coordinator, Scope: "A002"}), "", false},
		{"another compound's courier", as("b2", people.Grant{Role: people.Courier, Scope: "A002"}), "", false},
		{"a courier without the run", as("b1", people.Grant{Role: people.Courier, Scope: "A001"}), "", false},
		{"the courier", o.courier, "door note", true},
		{"the leader", o.leader, "door name", true},
		{"the coordinator", o.coordinator, "door name note", true},
		{"the household", o.second, "door name phone note", true},
	}
	seen := map[string]bool{}
	ids := map[string]string{
		"group-buys": o.round, "g": o.round, "deliveries": delivery, "runs": run, "markets": markets[0].ID,
		"compounds": "A001", "products": "egg-30", "suppliers": "S1",
	}
	for path, operations := range contract(t, o.town) {
		for method, op := range operations {
			if len(op.Permission) == 0 {
				t.Errorf("%s %s declares no permission", method, path)
			}
			if method == "get" && strings.HasSuffix(path, "/progress") {
				continue // streams: they hold totals only, see TestProgressIsLive
			}
			for _, r := range readers {
				if method != "get" && r.acts {
					continue
				}
				answer := visit(r.is, method, fill(path, ids))
				leak(t, r.who, r.may, seen, answer)
				if bytes.Contains(answer.raw, []byte(`:null`)) { // which the contract promises nowhere
					t.Errorf("%s holds a null: %.300s", answer.what, answer.raw)
				}
			}
		}
	}
	o.quiet(log)
	for _, name := range []string{"door", "name", "note"} {
		if !seen[name] {
			t.Errorf("nobody saw the %s: the canary is not planted where anybody looks", name)
		}
	}
}

// quiet holds the log of all that against the canaries, and of the same again
// with the store gone, when everything fails.
func (o *ordered) quiet(log *bytes.Buffer) {
	o.Helper()
	_ = o.conn.Close()
	for _, v := range []*visitor{o.second, o.leader, o.coordinator, o.courier} {
		v.get("/households?compound=A001&building=1")
		v.put("/households", map[string]any{"household": "A001/1/1-602", "name": "CANARYNAME", "phone": "13911112222", "handling_note": "CANARYNOTE", "no_phone": false})
		v.post("/me/households", map[string]any{"household": "A001/1/1-602"})
		v.post("/group-buys/"+o.round+"/join", order(1, 0))
		v.post("/sign-in/codes", map[string]any{"contact": "13911112222"})
	}
	if told := log.String(); !strings.Contains(told, `"route":"/api/households"`) || !strings.Contains(told, `"level":"ERROR"`) {
		o.Fatalf("the log does not tell what happened: %.600s", told)
	}
	for name, canary := range canaries {
		if found := canary.FindIndex(log.Bytes()); found != nil {
			o.Errorf("the log tells the %s: %s", name, log.Bytes()[max(0, found[0]-200):min(log.Len(), found[1]+100)])
		}
	}
	if contact := regexp.MustCompile(`[\w.]+@example\.org`).Find(log.Bytes()); contact != nil {
		o.Errorf("the log tells %s", contact)
	}
}

func leak(t *testing.T, who, may string, seen map[string]bool, r reply) {
	t.Helper()
	for name, canary := range canaries {
		seen[name] = seen[name] || canary.Match(r.raw)
		echo := name == "door" && r.status >= 400 // a refusal names the door that was asked for
		if !strings.Contains(may, name) && canary.Match(r.raw) && !echo {
			t.Errorf("%s sees the %s in %s: %.300s", who, name, r.what, r.raw)
		}
	}
}

type operation struct {
	Permission []string `json:"x-permission"`
}

func contract(t *testing.T, w *town) map[string]map[string]operation {
	t.Helper()
	var document struct {
		Paths map[string]map[string]operation `json:"paths"`
	}
	w.stranger().get("/openapi.json").want(200).into(&document)
	if len(document.Paths) < 60 {
		t.Fatalf("the contract has only %d paths", len(document.Paths))
	}
	return document.Paths
}

var parameter = regexp.MustCompile(`\{[a-z_]+\}`)

// fill puts the planted documents' ids into a path, and what names them into its query.
func fill(path string, ids map[string]string) string {
	path = strings.TrimPrefix(path, "/api")
	id := ids[strings.Split(path, "/")[1]]
	if id == "" {
		id = "none"
	}
	path = parameter.ReplaceAllString(path, id)
	return path + "?compound=A001&building=1&scope=A001&supplier=S1&household=A001/1/1-602&role=leader&account=household:A001/1/1-602&of=household:A001/1/1-602&group_buy=" + ids["g"]
}

// visit sends a body that names the household, so that what writes is tried too.
func visit(v *visitor, method, path string) reply {
	var body any
	if method != "get" && method != "delete" {
		body = json.RawMessage(`{"household":"A001/1/1-602","stop":"A001/1/1-602","field":"phone"}`)
	}
	return v.do(strings.ToUpper(method), path, body, "")
}

// TestWhatACourierSeesOfADoor follows one door from the offer of its run to two
// hours after the hand-over.
func TestWhatACourierSeesOfADoor(t *testing.T) {
	o := newOrdered(t)
	o.leader.put("/households", map[string]any{"household": "A001/1/1-602", "phone": "13911112222", "handling_note": "CANARYNOTE", "no_phone": false}).want(200)
	_, err := o.orders.GroupBuys.Update(t.Context(), o.round, func(g *orders.GroupBuy) error {
		for i := range g.Participants {
			g.Participants[i].Name = "陈小雨"
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	delivery := o.delivery()
	o.counted(delivery, 12).want(200)
	run := o.split(delivery)[0]
	sees := func(when string, want ...string) {
		t.Helper()
		for _, path := range []string{"/runs/" + run.ID, "/runs?compound=A001", "/runs?mine=true"} {
			answer := string(o.courier.get(path).want(200).raw)
			if path == "/runs?mine=true" && run.State == fulfillment.Offered {
				continue
			}
			for what, text := range map[string]string{"building": `"building":"1"`, "door": "1-602", "surname": "陈家", "name": "小雨", "note": "CANARYNOTE", "phone": "13911112222"} {
				if told, may := strings.Contains(answer, text), slices.Contains(want, what); told && !may || may && !told && path == "/runs/"+run.ID {
					t.Errorf("%s, in %s, the %s: %v", when, path, what, told)
				}
			}
		}
	}
	sees("on offer", "building")
	o.takeOut(run)
	run.State = fulfillment.Out
	sees("on the way", "building", "door", "surname", "note")
	if told := o.courier.post("/runs/"+run.ID+"/reveal", map[string]any{"stop": "A001/1/1-602"}).want(200).text("phone"); told != "+8613911112222" {
		t.Errorf("the phone is %q", told)
	}
	if log := string(o.coordinator.get("/reveals?scope=A001").want(200).raw); !strings.Contains(log, o.courier.Account) {
		t.Errorf("the look at it is not written down: %s", log)
	}
	for _, s := range run.Stops {
		o.handOver(run, s.ID, "door")
	}
	o.courier.post("/runs/"+run.ID+"/return", nil).want(200)
	sees("just after", "building", "door", "surname", "note")
	o.clock.pass(2*time.Hour + time.Second)
	sees("two hours after", "building")
	o.courier.post("/runs/"+run.ID+"/reveal", map[string]any{"stop": "A001/1/1-602"}).refused(404, "not_found")
}
