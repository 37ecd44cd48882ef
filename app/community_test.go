package main

import (
	"context"
	"strings"
	"testing"

	"baimi/app/community"
	"baimi/app/db"
	"baimi/app/people"
)

// estate puts a compound A001 with three six-floor buildings into the store.
func (w *town) estate() *community.Compound {
	w.Helper()
	c := community.Compound{
		Doc: db.Doc{ID: "A001"}, NameZh: "一号小区", NameEn: "Compound One", Currency: "CNY", Timezone: "Asia/Shanghai",
		Gates: []community.Gate{{ID: "south", NameZh: "南门", NameEn: "South gate"}},
	}
	for _, no := range []string{"1", "2", "10"} {
		c.Buildings = append(c.Buildings, community.Building{No: no, Floors: 6, Units: 2, DoorsPerFloor: 2})
	}
	if err := w.community.AddCompounds(context.Background(), []community.Compound{c}); err != nil {
		w.Fatal(err)
	}
	return &c
}

func claim(v *visitor, household string) reply {
	return v.post("/me/households", map[string]any{"household": household})
}

func TestHouseholds(t *testing.T) {
	w := newTown(t)
	w.estate()
	coordinator := w.signIn("co@example.org", people.Grant{Role: people.Coordinator, Scope: "A001"})
	leader := w.signIn("le@example.org", people.Grant{Role: people.Leader, Scope: "A001/2"})
	elsewhere := w.signIn("el@example.org", people.Grant{Role: people.Leader, Scope: "A001/10"})
	first, second := w.signIn("13800000001"), w.signIn("13800000002")

	t.Run("the first at an unknown door is taken in, the next waits for the leader", func(t *testing.T) {
		if home := claim(first, "A001/2/1-301").want(200); !strings.Contains(string(home.raw), `"confirmed":true`) {
			t.Fatal(string(home.raw))
		}
		if home := claim(second, "A001/2/1-301").want(200); !strings.Contains(string(home.raw), `"confirmed":false`) {
			t.Fatal(string(home.raw))
		}
		elsewhere.post("/households/confirm", map[string]any{"household": "A001/2/1-301", "account": second.Account}).refused(404, "not_found")
		leader.post("/households/confirm", map[string]any{"household": "A001/2/1-301", "account": second.Account}).want(200)
		if me := second.get("/me").want(200); !strings.Contains(string(me.raw), `"A001/2/1-301"`) {
			t.Fatal(string(me.raw))
		}
	})
	t.Run("a door that is known by another number lets nobody in unasked", func(t *testing.T) {
		leader.put("/households", map[string]any{"household": "A001/2/1-401", "phone": "13900000000", "name": "小周", "handling_note": "", "no_phone": false}).want(200)
		if home := claim(second, "A001/2/1-401").want(200); !strings.Contains(string(home.raw), `"confirmed":false`) {
			t.Fatal(string(home.raw))
		}
		owner := w.signIn("13900000000")
		if home := claim(owner, "A001/2/1-401").want(200); !strings.Contains(string(home.raw), `"confirmed":true`) {
			t.Fatal(string(home.raw))
		}
	})
	t.Run("an address is read, or asked about", func(t *testing.T) {
		read := func(text string) reply {
			return first.post("/compounds/A001/read", map[string]any{"text": text}).want(200)
		}
		if door := read("十号楼2单元三零一室，放门口"); door.text("door.building") != "10" || door.text("door.room") != "301" {
			t.Fatal(string(door.raw))
		}
		if doubt := read("2号楼301"); doubt.text("door.room") != "" || !strings.Contains(string(doubt.raw), `"candidates":[{`) {
			t.Fatal(string(doubt.raw))
		}
	})
	t.Run("a door that is not there is refused", func(t *testing.T) {
		far := claim(first, "A001/2/1-701").refused(404, "no_such_door")
		if !strings.Contains(string(far.raw), `"candidates":["A001/2/1-`) {
			t.Fatalf("the nearest doors are not named: %s", far.raw)
		}
		claim(first, "A001/2").refused(422, "household_id")
	})
	t.Run("a phone is masked until it is revealed, which is written down", func(t *testing.T) {
		list := leader.get("/households?compound=A001&building=2").want(200)
		if strings.Contains(string(list.raw), "13900000000") || !strings.Contains(string(list.raw), "139****0000") {
			t.Fatal(string(list.raw))
		}
		ask := map[string]any{"household": "A001/2/1-401", "field": "phone"}
		elsewhere.post("/households/reveal", ask).refused(404, "not_found")
		if phone := leader.post("/households/reveal", ask).want(200).text("phone"); phone != "+8613900000000" {
			t.Fatal(phone)
		}
		if log := coordinator.get("/reveals?scope=A001").want(200); !strings.Contains(string(log.raw), leader.Account) {
			t.Fatal(string(log.raw))
		}
	})
	t.Run("needs are the coordinator's to note and to see", func(t *testing.T) {
		needs := map[string]any{"household": "A001/2/1-301", "needs": []string{"illness"}}
		leader.put("/households/needs", needs).refused(403, "role_needed")
		coordinator.put("/households/needs", needs).want(200)
		coordinator.put("/households/needs", map[string]any{"household": "A001/2/1-301", "needs": []string{"rich"}}).refused(422, "invalid_input")
		leader.post("/households/reveal", map[string]any{"household": "A001/2/1-301", "field": "needs"}).refused(404, "not_found")
		if list := leader.get("/households?compound=A001&building=2").want(200); strings.Contains(string(list.raw), "needs") {
			t.Fatal(string(list.raw))
		}
	})
	t.Run("a leader sees the own building only, a resident none", func(t *testing.T) {
		leader.get("/households?compound=A001&building=10").refused(404, "not_found")
		leader.get("/households?compound=A001").refused(404, "not_found")
		coordinator.get("/households?compound=A001").want(200)
		first.get("/households?compound=A001&building=2").refused(403, "role_needed")
		w.stranger().get("/me/households").refused(401, "sign_in")
	})
	t.Run("who leaves is a resident no more", func(t *testing.T) {
		first.post("/me/households/leave", map[string]any{"household": "A001/2/1-301"}).want(200)
		if me := first.get("/me").want(200); strings.Contains(string(me.raw), "A001/2/1-301") {
			t.Fatal(string(me.raw))
		}
		leader.post("/households/release", map[string]any{"household": "A001/2/1-401", "account": second.Account}).want(200)
		if homes := second.get("/me/households").want(200); strings.Contains(string(homes.raw), "1-401") {
			t.Fatal(string(homes.raw))
		}
	})
}

func TestCompounds(t *testing.T) {
	w := newTown(t)
	c := w.estate()
	operator := w.signIn("op@example.org", people.Grant{Role: people.Operator})
	coordinator := w.signIn("co@example.org", people.Grant{Role: people.Coordinator, Scope: "A001"})
	other := w.signIn("ot@example.org", people.Grant{Role: people.Coordinator, Scope: "A002"})

	c.NameEn = "Garden"
	other.put("/compounds/A001", c).refused(404, "not_found")
	coordinator.put("/compounds/A001", c).want(200)
	if name := coordinator.get("/compounds/A001").want(200).text("name_en"); name != "Garden" {
		t.Fatal(name)
	}
	coordinator.post("/compounds", c).refused(403, "role_needed")
	operator.post("/compounds", c).refused(409, "duplicate")
	c.ID, c.Buildings[1].No = "A002", "1"
	operator.post("/compounds", c).refused(422, "compound_invalid")
	c.Buildings[1].No = "2"
	operator.post("/compounds", c).want(200)
	w.stranger().get("/compounds").refused(401, "sign_in")
	coordinator.get("/compounds/A003").refused(404, "not_found")
}
