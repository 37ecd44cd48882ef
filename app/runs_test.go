package main

import (
	"context"
	"strings"
	"testing"

	"baimi/app/people"
	"baimi/fulfillment"
)

// TestAStopIsMovedToAnotherRun moves a door to another run, and then to the gate.
func TestAStopIsMovedToAnotherRun(t *testing.T) {
	o := newOrdered(t)
	delivery := o.delivery()
	o.counted(delivery, 12).want(200)
	var split struct{ Runs []fulfillment.RunView }
	o.coordinator.post("/runs", map[string]any{
		"compound": "A001", "deliveries": []string{delivery},
		"teams": []map[string]any{{"kind": "cart", "count": 2, "millilitres": 6 * 9000, "minutes": 0}},
	}).want(200).into(&split)
	if len(split.Runs) != 2 {
		t.Fatalf("%d runs for two doors that fill a cart each", len(split.Runs))
	}
	from, to := split.Runs[0].ID, split.Runs[1].ID
	move := map[string]any{"stop": split.Runs[0].Stops[0].ID, "to": to}
	var moved []fulfillment.RunView
	o.coordinator.post("/runs/"+from+"/move", move).refused(409, "run_overloaded")
	move["knowingly"] = true
	o.coordinator.post("/runs/"+from+"/move", move).want(200).into(&moved)
	if last := moved[1].History[len(moved[1].History)-1]; last.Kind != "overloaded" || last.By != o.coordinator.Account || !strings.Contains(last.Note, "54000 ml") {
		t.Fatalf("it is written down who knew: %+v", last)
	}
	if len(moved) != 2 || moved[0].State != fulfillment.Withdrawn || len(moved[1].Stops) != 2 || moved[1].Parcels != 12 {
		t.Fatalf("the run that is emptied is withdrawn, the other has both doors: %+v", moved)
	}
	o.courier.post("/runs/"+from+"/accept", nil).refused(409, "run_replaced")
	o.coordinator.post("/runs/"+to+"/move", map[string]any{"stop": move["stop"], "to": from}).refused(409, "run_state")
	o.coordinator.post("/runs/"+to+"/move", map[string]any{"stop": move["stop"], "to": ""}).want(200).into(&moved)
	var shift fulfillment.ShiftView
	o.coordinator.get("/shifts/A001").want(200).into(&shift)
	if len(moved) != 1 || len(moved[0].Stops) != 1 || len(shift.Waiting) != 1 || shift.Waiting[0].Stop.ID != move["stop"] {
		t.Fatalf("%+v %+v", moved, shift)
	}
}

// TestARoleElsewhereIsNoRoleHere lets those in who hold the right role for
// something else, and who may see the document in another role.
func TestARoleElsewhereIsNoRoleHere(t *testing.T) {
	o := newOrdered(t)
	delivery := o.delivery()
	both := o.signIn("both@example.org", people.Grant{Role: people.Supplier, Scope: "S1"}, people.Grant{Role: people.Coordinator, Scope: "A009"})
	both.post("/deliveries/"+delivery+"/receipt", map[string]any{"counts": []any{}}).refused(404, "not_found")
	host := o.signIn("host@example.org", people.Grant{Role: people.Coordinator, Scope: "A001"}, people.Grant{Role: people.Supplier, Scope: "S9"})
	host.post("/deliveries/"+delivery+"/confirm", nil).refused(404, "not_found")
	host.post("/deliveries/"+delivery+"/dispatch", nil).refused(404, "not_found")

	o.counted(delivery, 12).want(200)
	path := "/runs/" + o.split(delivery)[0].ID
	helper := o.signIn("help@example.org", people.Grant{Role: people.Courier, Scope: "A001"}, people.Grant{Role: people.Coordinator, Scope: "A009"})
	helper.put(path+"/lock", map[string]any{"locked": true}).refused(404, "not_found")
	helper.post(path+"/accept", nil).want(200)
	helper.put(path+"/lock", map[string]any{"locked": true}).refused(404, "not_found")
	helper.post(path+"/decide", map[string]any{"stop": "A001/1/1-101", "outcome": "collected", "why": "x"}).refused(404, "not_found")
	if still := o.coordinator.get(path).want(200); strings.Contains(string(still.raw), `"locked":true`) {
		t.Fatal("a coordinator of another compound has locked the run")
	}
}

// TestASplitThatWasBrokenOffIsEndedByTheNext forgets, as a crash would, what the
// delivery was to learn of its run.
func TestASplitThatWasBrokenOffIsEndedByTheNext(t *testing.T) {
	o := newOrdered(t)
	delivery := o.delivery()
	o.counted(delivery, 12).want(200)
	run := o.split(delivery)[0]
	_, err := o.fulfillment.Deliveries.Update(context.Background(), delivery, func(d *fulfillment.BulkDelivery) error {
		d.State, d.Runs = fulfillment.Arrived, []string{}
		for i := range d.Parcels {
			d.Parcels[i].Run = ""
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if again := o.split(delivery); again[0].ID != run.ID {
		t.Fatal("the parcels are in two runs")
	}
	var runs []fulfillment.RunView
	o.coordinator.get("/runs?compound=A001").want(200).into(&runs)
	if d, err := o.fulfillment.Deliveries.Get(context.Background(), delivery); err != nil || len(runs) != 1 || d.State != fulfillment.Split || d.Parcels[0].Run != run.ID {
		t.Fatalf("%d runs, %+v %v", len(runs), d, err)
	}
}

// TestBagsAreNumberedAsTheyAreLoaded: the last stop's bag goes in first.
func TestBagsAreNumberedAsTheyAreLoaded(t *testing.T) {
	o := newOrdered(t)
	delivery := o.delivery()
	o.counted(delivery, 12).want(200)
	run := o.split(delivery)[0]
	path := "/runs/" + run.ID
	o.coordinator.get(path).want(200).into(&run)
	first, last := run.Stops[0], run.Stops[1]
	if first.Bag != 2 || last.Bag != 1 {
		t.Fatalf("bags %d and %d", first.Bag, last.Bag)
	}
	for _, s := range run.Stops {
		if s.Room == "602" && (s.Label != "1-1-0602" || s.Floor != 6) || s.Room == "101" && (s.Label != "1-1-0101" || s.Floor != 1) {
			t.Fatalf("%+v", s)
		}
	}
	if offered := o.courier.get(path).want(200); strings.Contains(string(offered.raw), "label") || strings.Contains(string(offered.raw), "floor\"") {
		t.Fatalf("an offered run shows doors: %s", offered.raw)
	}
}
