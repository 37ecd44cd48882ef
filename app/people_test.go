package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"baimi/app/people"
)

func TestSignIn(t *testing.T) {
	w := newTown(t)
	row := func(name string, check func(t *testing.T)) {
		w.clock.pass(time.Hour) // what was asked for before does not count any more
		t.Run(name, check)
	}
	row("a code works once, and gives a session that can be ended", func(t *testing.T) {
		v := w.signIn("138 0000 0000")
		v.get("/me").want(200)
		code := w.outbox.code("+8613800000000")
		w.stranger().post("/sign-in", map[string]any{"contact": "13800000000", "code": code}).refused(422, "code_wrong")
		v.delete("/sign-in").want(200)
		v.get("/me").refused(401, "sign_in")
	})
	row("a code that is ten minutes old is refused", func(t *testing.T) {
		w.stranger().post("/sign-in/codes", map[string]any{"contact": "li1@example.org"}).want(200)
		w.clock.pass(10 * time.Minute)
		code := w.outbox.code("li1@example.org")
		w.stranger().post("/sign-in", map[string]any{"contact": "li1@example.org", "code": code}).refused(422, "code_wrong")
	})
	row("the sixth guess is refused even if it is right", func(t *testing.T) {
		w.stranger().post("/sign-in/codes", map[string]any{"contact": "li2@example.org"}).want(200)
		for range 5 {
			w.stranger().post("/sign-in", map[string]any{"contact": "li2@example.org", "code": "wrong"}).refused(422, "code_wrong")
		}
		code := w.outbox.code("li2@example.org")
		w.stranger().post("/sign-in", map[string]any{"contact": "li2@example.org", "code": code}).refused(422, "code_wrong")
	})
	row("codes to one contact are limited, until an hour has passed", func(t *testing.T) {
		ask := func() reply {
			return w.stranger().post("/sign-in/codes", map[string]any{"contact": "li3@example.org"})
		}
		for range 10 {
			ask().want(200)
		}
		ask().refused(429, "too_many_codes")
		w.clock.pass(time.Hour)
		ask().want(200)
	})
	row("codes from one address are limited over all contacts", func(t *testing.T) {
		for i := range 120 {
			w.stranger().post("/sign-in/codes", map[string]any{"contact": fmt.Sprintf("p%d@example.org", i)}).want(200)
		}
		w.stranger().post("/sign-in/codes", map[string]any{"contact": "more@example.org"}).refused(429, "too_many_codes")
	})
	row("an empty list is a list", func(t *testing.T) {
		v := w.signIn("139 0000 0000")
		if got := strings.TrimSpace(string(v.get("/me/notices").want(200).raw)); got != "[]" {
			t.Errorf("got %s", got)
		}
	})
	row("what is no contact is refused with a sentence", func(t *testing.T) {
		for _, contact := range []string{"", "周", "12", "a@", "@b", "a b@c.de"} {
			w.stranger().post("/sign-in/codes", map[string]any{"contact": contact}).refused(422, "contact_unknown")
		}
	})
	row("a session ends by itself after sixty days", func(t *testing.T) {
		v := w.signIn("li7@example.org")
		w.clock.pass(60 * 24 * time.Hour)
		v.get("/me").refused(401, "sign_in")
	})
	row("another device's session can be ended, a stranger's cannot", func(t *testing.T) {
		phone, desk, stranger := w.signIn("li8@example.org"), w.signIn("li8@example.org"), w.signIn("wu8@example.org")
		var devices []people.Device
		desk.get("/me/sessions").want(200).into(&devices)
		for _, d := range devices {
			if !d.This {
				stranger.delete("/me/sessions/"+d.ID).refused(404, "not_found")
				desk.delete("/me/sessions/" + d.ID).want(200)
			}
		}
		phone.get("/me").refused(401, "sign_in")
		desk.get("/me").want(200)
	})
}

func TestInvitations(t *testing.T) {
	w := newTown(t)
	operator := w.signIn("op@example.org", people.Grant{Role: people.Operator})
	coordinator := w.signIn("co@example.org")
	leader := w.signIn("le@example.org")
	w.settle("A001", 3)

	offer := operator.post("/invitations", map[string]any{"role": "coordinator", "scope": "A001"}).want(200).text("id")
	coordinator.post("/invitations", map[string]any{"role": "leader", "scope": "A001/3"}).refused(403, "role_needed")
	coordinator.post("/invitations/"+offer+"/accept", nil).want(200)
	coordinator.post("/invitations/"+offer+"/accept", nil).want(200)
	leader.post("/invitations/"+offer+"/accept", nil).refused(409, "invitation_used")

	next := coordinator.post("/invitations", map[string]any{"role": "leader", "scope": "A001/3"}).want(200).text("id")
	coordinator.post("/invitations", map[string]any{"role": "leader", "scope": "A002/3"}).refused(403, "invitation_not_yours")
	coordinator.post("/invitations", map[string]any{"role": "king", "scope": "A001"}).refused(422, "role_unknown")
	coordinator.post("/invitations", map[string]any{"role": "leader", "scope": "A001"}).refused(422, "scope_unknown")
	coordinator.post("/invitations", map[string]any{"role": "leader", "scope": "A001/77"}).refused(422, "scope_nowhere")
	for role, scope := range map[string]string{"coordinator": "A999", "supplier": "nobody", "courier": "A999"} {
		operator.post("/invitations", map[string]any{"role": role, "scope": scope}).refused(422, "scope_nowhere")
	}
	open := func(id string) string { return string(w.stranger().get("/invitations/" + id).want(200).raw) }
	if seen := open(next); !strings.Contains(seen, `"open":true`) {
		t.Error(seen)
	}
	w.clock.pass(14 * 24 * time.Hour)
	leader.post("/invitations/"+next+"/accept", nil).refused(409, "invitation_used")
	if seen := open(next); !strings.Contains(seen, `"open":false`) {
		t.Errorf("two weeks later: %s", seen)
	}

	last := coordinator.post("/invitations", map[string]any{"role": "courier", "scope": "A001"}).want(200).text("id")
	coordinator.delete("/invitations/" + last).want(200)
	leader.post("/invitations/"+last+"/accept", nil).refused(409, "invitation_used")
	if seen := open(last); !strings.Contains(seen, `"open":false`) {
		t.Errorf("withdrawn: %s", seen)
	}

	coordinator.post("/holders/revoke", map[string]any{"role": "leader", "scope": "A002/1", "account": leader.Account}).refused(404, "not_found")
	operator.post("/holders/revoke", map[string]any{"role": "coordinator", "scope": "A001", "account": coordinator.Account}).want(200)
	coordinator.get("/invitations").refused(403, "role_needed")
	coordinator.post("/invitations/"+offer+"/accept", nil).refused(409, "invitation_used")
	coordinator.get("/invitations").refused(403, "role_needed")
}
