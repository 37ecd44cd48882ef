package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"baimi/app/db"
	"baimi/app/people"
	"baimi/fulfillment"
	"baimi/orders"
)

// fullCarts are two helpers whose carts hold one door's eggs each.
var fullCarts = []map[string]any{{"kind": "cart", "count": 2, "millilitres": 6 * 9000, "minutes": 0}}

// carts splits the drop into one run a door.
func (o *ordered) carts(delivery string) []fulfillment.RunView {
	o.Helper()
	var split struct{ Runs []fulfillment.RunView }
	o.coordinator.post("/runs", map[string]any{"compound": "A001", "deliveries": []string{delivery}, "teams": fullCarts}).want(200).into(&split)
	if len(split.Runs) != 2 {
		o.Fatalf("%d runs for two doors that fill a cart each", len(split.Runs))
	}
	return split.Runs
}

// offered are the runs of the compound on offer.
func (o *ordered) offered() []fulfillment.RunView {
	o.Helper()
	var all, offered []fulfillment.RunView
	o.coordinator.get("/runs?compound=A001").want(200).into(&all)
	for _, r := range all {
		if r.State == fulfillment.Offered {
			offered = append(offered, r)
		}
	}
	return offered
}

// takeOut accepts the run, loads it and leaves the gate.
func (o *ordered) takeOut(run fulfillment.RunView) {
	o.Helper()
	path := "/runs/" + run.ID
	o.courier.post(path+"/accept", nil).want(200)
	o.courier.post(path+"/load", map[string]any{"count": run.Parcels}).want(200)
	o.courier.post(path+"/leave", map[string]any{"at": o.clock.now()}).want(200)
}

func (o *ordered) handOver(run fulfillment.RunView, stop, outcome string) {
	o.Helper()
	o.courier.post("/runs/"+run.ID+"/handovers", map[string]any{"handovers": []map[string]any{
		{"id": "phone-" + run.ID + stop, "stop": stop, "outcome": outcome, "at": o.clock.now()},
	}}).want(200)
}

func TestACoordinatorPlansTheRestAgain(t *testing.T) {
	o := newOrdered(t)
	plan := func(v *visitor) reply { return v.post("/runs/plan", map[string]any{"compound": "A001"}) }
	plan(o.town.stranger()).refused(401, "sign_in")
	plan(o.first).refused(403, "role_needed")
	plan(o.signIn("c2@example.org", people.Grant{Role: people.Coordinator, Scope: "A002"})).refused(404, "not_found")
	plan(o.coordinator).refused(422, "no_couriers")

	delivery := o.delivery()
	o.counted(delivery, 12).want(200)
	runs := o.carts(delivery)
	o.coordinator.put("/runs/"+runs[0].ID+"/lock", map[string]any{"locked": true}).want(200)
	o.coordinator.post("/runs/"+runs[1].ID+"/move", map[string]any{"stop": runs[1].Stops[0].ID, "to": ""}).want(200)
	if len(o.offered()) != 1 {
		t.Fatal("a run that is emptied is still on offer")
	}
	var again struct{ Runs []fulfillment.RunView }
	plan(o.coordinator).want(200).into(&again)
	if len(again.Runs) != 1 || again.Runs[0].Stops[0].ID != runs[1].Stops[0].ID || len(o.offered()) != 2 {
		t.Fatalf("what waits is planned, the locked run stays: %+v", again.Runs)
	}
	o.clock.pass(4 * time.Hour)
	plan(o.coordinator).refused(422, "shift_over")
	if len(o.offered()) != 2 {
		t.Fatal("runs are withdrawn though nobody can be planned for them")
	}
}

func TestACourierWhoCannotGoOn(t *testing.T) {
	o := newOrdered(t)
	delivery := o.delivery()
	o.counted(delivery, 12).want(200)
	run := o.split(delivery)[0]
	o.takeOut(run)
	o.coordinator.get("/runs/" + run.ID).want(200).into(&run)
	done, open := run.Stops[0].ID, run.Stops[1].ID
	o.handOver(run, done, "door")
	path := "/runs/" + run.ID + "/break-off"
	o.signIn("walk@example.org", people.Grant{Role: people.Courier, Scope: "A001"}).post(path, map[string]any{"why": "x"}).refused(409, "run_taken")
	o.courier.post(path, map[string]any{"why": ""}).refused(422, "invalid_input")
	o.courier.post(path, map[string]any{"why": "I hurt my foot"}).want(200).into(&run)
	if run.State != fulfillment.Back || len(run.Stops) != 1 || run.Stops[0].Handover == nil {
		t.Fatalf("what is handed over stays: %+v", run)
	}
	if told := o.coordinator.get("/me/notices").want(200); !strings.Contains(string(told.raw), "run_broken_off") || !strings.Contains(string(told.raw), "I hurt my foot") {
		t.Fatalf("the coordinator is told: %s", told.raw)
	}
	offered := o.offered()
	if len(offered) != 1 || offered[0].Parcels != 6 {
		t.Fatalf("the rest is offered again: %+v", offered)
	}
	o.takeOut(offered[0])
	o.handOver(offered[0], open, "left")
	o.courier.post("/runs/"+offered[0].ID+"/return", nil).want(200)
	o.jobs()
	if g, err := o.orders.GroupBuys.Get(context.Background(), o.round); err != nil || g.State != orders.Done {
		t.Fatalf("the round is %s %v", g.State, err)
	}
}

func TestADoorWhereNobodyAnswersIsTriedAgain(t *testing.T) {
	o := newOrdered(t)
	delivery := o.delivery()
	o.counted(delivery, 12).want(200)
	runs := o.carts(delivery)
	var first fulfillment.RunView
	again := func(run fulfillment.RunView, stop string) reply {
		return o.coordinator.post("/runs/"+run.ID+"/decide", map[string]any{"stop": stop, "outcome": "again", "why": "home after six"})
	}
	run, stop := runs[0], ""
	for try := 1; ; try++ {
		o.takeOut(run)
		o.coordinator.get("/runs/" + run.ID).want(200).into(&run)
		stop = run.Stops[0].ID
		if run.Stops[0].Tries != int64(try-1) {
			t.Fatalf("try %d: %+v", try, run.Stops[0])
		}
		o.handOver(run, stop, "no_answer")
		again(run, stop).refused(409, "still_on_board")
		o.courier.post("/runs/"+run.ID+"/return", nil).want(200)
		if try == 1 {
			first = run
		}
		if try == 3 {
			again(run, stop).refused(409, "tries_used")
			break
		}
		again(run, stop).want(200)
		again(run, stop).want(200) // twice counts once
		o.coordinator.post("/runs/plan", map[string]any{"compound": "A001"}).want(200)
		for _, r := range o.offered() {
			if r.Stops[0].ID == stop {
				run = r
			}
		}
	}
	o.coordinator.get("/runs/" + first.ID).want(200).into(&first)
	if h := first.Stops[0].Handover; h == nil || h.Outcome != fulfillment.NoAnswer {
		t.Fatalf("the first try is forgotten: %+v", first.Stops[0])
	}
	o.coordinator.post("/runs/"+first.ID+"/undo", map[string]any{"stop": stop}).refused(409, "tried_again")
	o.coordinator.post("/runs/"+first.ID+"/decide", map[string]any{"stop": stop, "outcome": "failed", "why": ""}).refused(409, "tried_again")
	o.coordinator.post("/runs/"+run.ID+"/decide", map[string]any{"stop": stop, "outcome": "collected", "why": ""}).want(200)
	d, err := o.fulfillment.Deliveries.Get(context.Background(), delivery)
	if err != nil || d.Parcels[0].Outcome != "collected" && d.Parcels[1].Outcome != "collected" {
		t.Fatalf("%+v %v", d.Parcels, err)
	}
}

// TestAPlanIsImprovedUntilSomebodyAccepts lets the job find what is better than a
// bad plan, and leaves a plan alone of which a run has been accepted.
func TestAPlanIsImprovedUntilSomebodyAccepts(t *testing.T) {
	o := newOrdered(t)
	delivery := o.delivery()
	o.counted(delivery, 12).want(200)
	runs := o.carts(delivery)
	worse := func() {
		t.Helper()
		_, err := o.fulfillment.Shifts.Update(context.Background(), "A001", func(s *fulfillment.Shift) error {
			s.Score.Travel, s.Round, s.Improving = 1_000_000, 0, true
			s.Teams[0].Millilitres = 0 // one trip would do
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	worse()
	o.jobs()
	better := o.offered()
	if len(better) != 1 || len(better[0].Stops) != 2 {
		t.Fatalf("%+v", better)
	}
	for _, r := range runs {
		o.courier.post("/runs/"+r.ID+"/accept", nil).refused(409, "run_replaced")
	}
	worse()
	o.courier.post("/runs/"+better[0].ID+"/accept", nil).want(200)
	o.jobs()
	var shift fulfillment.ShiftView
	o.coordinator.get("/shifts/A001").want(200).into(&shift)
	if shift.Improving || len(o.offered()) != 0 {
		t.Fatalf("%+v", shift)
	}
}

// TestReceivingADropPlansItsRuns counts a drop while somebody helps already.
func TestReceivingADropPlansItsRuns(t *testing.T) {
	o := newOrdered(t)
	delivery := o.delivery()
	o.seller.post("/deliveries/"+delivery+"/dispatch", nil).want(200)
	receive := func() fulfillment.DeliveryView {
		var d fulfillment.DeliveryView
		o.coordinator.get("/deliveries/" + delivery).want(200).into(&d)
		o.coordinator.post("/deliveries/"+delivery+"/receipt", map[string]any{
			"counts": []map[string]any{{"lot": d.Lots[0].Lot, "good": 12, "damaged": 0}}, "plan": true,
		}).want(200).into(&d)
		return d
	}
	if d := receive(); d.State != fulfillment.Arrived || len(d.Runs) != 0 {
		t.Fatalf("nobody helps yet, so it waits: %+v", d)
	}
	_, err := o.fulfillment.Shifts.Insert(context.Background(), fulfillment.Shift{
		Doc: db.Doc{ID: "A001"}, Since: o.clock.now(), Teams: []fulfillment.Team{{Kind: "cart", Count: 1}}, Left: []fulfillment.Leftover{},
	})
	if err != nil {
		t.Fatal(err)
	}
	if d := receive(); d.State != fulfillment.Split || len(d.Runs) != 1 || len(o.offered()) != 1 {
		t.Fatalf("%+v", d)
	}
}

// TestWorkIsSharedAndSeen shows the coordinator what each volunteer has carried, and
// proposes a run to one of them.
func TestWorkIsSharedAndSeen(t *testing.T) {
	o := newOrdered(t)
	delivery := o.delivery()
	o.counted(delivery, 12).want(200)
	runs := o.carts(delivery)
	o.takeOut(runs[0])
	o.courier.get("/compounds/A001/volunteers").refused(403, "role_needed")
	var work []fulfillment.Work
	o.coordinator.get("/compounds/A001/volunteers").want(200).into(&work)
	if len(work) != 1 || work[0].Runs != 1 || work[0].Seconds != runs[0].Seconds || work[0].Grams != runs[0].Grams {
		t.Fatalf("%+v", work)
	}
	path := "/runs/" + runs[1].ID + "/proposal"
	o.courier.put(path, map[string]any{"account": o.courier.Account}).refused(403, "role_needed")
	o.coordinator.put(path, map[string]any{"account": o.stranger.Account}).refused(422, "no_courier_here")
	o.coordinator.put(path, map[string]any{"account": o.courier.Account}).want(200)
	if !o.courier.get("/runs/" + runs[1].ID).want(200).at("for_me").(bool) {
		t.Fatal("the courier does not see that the run is meant for them")
	}
	other := o.signIn("walk@example.org", people.Grant{Role: people.Courier, Scope: "A001"})
	if r := other.get("/runs/" + runs[1].ID).want(200); r.at("for_me") != nil || r.at("for") != nil {
		t.Fatalf("another courier sees whom it is meant for: %s", r.raw)
	}
	other.post("/runs/"+runs[1].ID+"/accept", nil).want(200)
	o.coordinator.put(path, map[string]any{"account": ""}).refused(409, "run_state")
}

func TestALiftIsTheCoordinators(t *testing.T) {
	o := newOrdered(t)
	broken := map[string]any{"building": "1", "broken": true}
	o.courier.put("/compounds/A001/lifts", broken).refused(403, "role_needed")
	o.signIn("c2@example.org", people.Grant{Role: people.Coordinator, Scope: "A002"}).put("/compounds/A001/lifts", broken).refused(404, "not_found")
	o.coordinator.put("/compounds/A001/lifts", map[string]any{"building": "99", "broken": true}).refused(422, "no_lift")
	for _, path := range []string{"/compounds/A001/learned", "/shifts/A001"} {
		o.courier.get(path).refused(403, "role_needed")
		o.coordinator.get(path).want(200)
	}
	if r := o.coordinator.delete("/compounds/A001/learned").want(200); r.number("handover.plan") != 20 {
		t.Fatalf("%s", r.raw)
	}
}

// TestALiftBreaksWhileACourierWhoCannotClimbIsOut sends one bag back to the gate,
// where it waits because nobody who helps can climb.
func TestALiftBreaksWhileACourierWhoCannotClimbIsOut(t *testing.T) {
	o := newOrdered(t)
	delivery := o.delivery()
	o.counted(delivery, 12).want(200)
	var compound map[string]any
	o.coordinator.get("/compounds/A001").want(200).into(&compound)
	compound["buildings"].([]any)[0].(map[string]any)["lift"] = true
	o.coordinator.put("/compounds/A001", compound).want(200)
	var split struct{ Runs []fulfillment.RunView }
	o.coordinator.post("/runs", map[string]any{
		"compound": "A001", "deliveries": []string{delivery},
		"teams": []map[string]any{{"kind": "cart", "count": 1, "millilitres": 0, "minutes": 0, "no_stairs": true}},
	}).want(200).into(&split)
	o.takeOut(split.Runs[0])
	o.coordinator.put("/compounds/A001/lifts", map[string]any{"building": "1", "broken": true}).want(200)
	var run fulfillment.RunView
	o.courier.get("/runs/" + split.Runs[0].ID).want(200).into(&run)
	if len(run.Stops) != 1 || run.Stops[0].Room != "101" {
		t.Fatalf("the ground floor stays, the sixth goes: %+v", run.Stops)
	}
	if told := o.courier.get("/me/notices").want(200); !strings.Contains(string(told.raw), "bring_back") {
		t.Fatalf("the courier is told to bring the bag back: %s", told.raw)
	}
	var shift fulfillment.ShiftView
	o.coordinator.get("/shifts/A001").want(200).into(&shift)
	if len(shift.Waiting) != 1 || shift.Waiting[0].Stop.Room != "602" || shift.Waiting[0].Reason != "climb" {
		t.Fatalf("%+v", shift.Waiting)
	}
	o.coordinator.put("/compounds/A001/lifts", map[string]any{"building": "1", "broken": false}).want(200)
	if offered := o.offered(); len(offered) != 1 || offered[0].Parcels != 6 {
		t.Fatalf("when the lift works again it is offered: %+v", offered)
	}
}

// TestADropIsReceivedAtAnotherGate sends a drop to the compound's second gate, where
// its runs then begin.
func TestADropIsReceivedAtAnotherGate(t *testing.T) {
	o := newOrdered(t)
	delivery := o.delivery()
	var compound map[string]any
	o.coordinator.get("/compounds/A001").want(200).into(&compound)
	first := compound["gates"].([]any)[0].(map[string]any)
	first["name_en"] = "South gate"
	compound["gates"] = []any{first, map[string]any{"id": "north", "name_zh": "北门", "name_en": "North gate", "lon": first["lon"], "lat": 31_280_000}}
	o.coordinator.put("/compounds/A001", compound).want(200)

	path := "/deliveries/" + delivery + "/gate"
	north := map[string]any{"gate": "north"}
	o.courier.put(path, north).refused(403, "role_needed")
	o.signIn("c2@example.org", people.Grant{Role: people.Coordinator, Scope: "A002"}).put(path, north).refused(404, "not_found")
	o.coordinator.put(path, map[string]any{"gate": "west"}).refused(422, "gate_unknown")
	if at := o.coordinator.put(path, north).want(200).text("gate"); at != "north" {
		t.Fatalf("it arrives at %q", at)
	}
	if told := o.seller.get("/me/notices").want(200); !strings.Contains(string(told.raw), `"delivery_redirected"`) {
		t.Fatalf("its supplier is told: %s", told.raw)
	}
	o.counted(delivery, 12).want(200)
	if run := o.carts(delivery)[0]; run.Gate != "north" || run.From.NameZh != "北门" {
		t.Fatalf("the run begins at %q, %+v", run.Gate, run.From)
	}
	o.coordinator.put(path, map[string]any{"gate": "south"}).refused(409, "delivery_state")
	o.coordinator.get("/shifts/A001?gate=west").refused(422, "gate_unknown")
	var shift fulfillment.ShiftView
	if o.coordinator.get("/shifts/A001").want(200).into(&shift); !shift.Over {
		t.Fatalf("nobody helps at the first gate: %+v", shift)
	}
	o.coordinator.post("/runs/plan", map[string]any{"compound": "A001"}).refused(422, "no_couriers")
	o.coordinator.post("/runs/plan", map[string]any{"compound": "A001", "gate": "north"}).want(200)
}
