package main

import (
	"maps"
	"strconv"
	"testing"
	"time"

	"baimi/app/community"
	"baimi/app/db"
	"baimi/app/people"
	"baimi/catalog"
)

func eggs() map[string]any {
	return map[string]any{"id": "egg-30", "name_zh": "鸡蛋", "name_en": "Eggs", "unit": "tray", "grams": 2000, "millilitres": 9000, "case_size": 6}
}

func farm(id string, lon int64) map[string]any {
	return map[string]any{"id": id, "name_zh": "农场", "name_en": "Farm", "lon": lon, "lat": 31_230_000, "radius": 10_000}
}

func lotOf(supplier string) map[string]any {
	return map[string]any{
		"supplier": supplier, "product": "egg-30", "quantity": 408, "case_size": 6, "min_per_drop": 12, "currency": "CNY",
		"tiers": []map[string]any{{"from": 1, "unit_price": 2960}, {"from": 100, "unit_price": 2810}},
	}
}

func TestLotsArePostedByTheirSupplierAndSeenInReach(t *testing.T) {
	w := newTown(t)
	operator := w.signIn("op@example.org", people.Grant{Role: people.Operator})
	near := w.signIn("near@example.org", people.Grant{Role: people.Supplier, Scope: "S1"})
	far := w.signIn("far@example.org", people.Grant{Role: people.Supplier, Scope: "S2"})
	resident := w.signIn("re@example.org")

	near.post("/products", eggs()).refused(403, "role_needed")
	operator.post("/products", eggs()).want(200)
	operator.post("/products", eggs()).refused(409, "duplicate")
	operator.post("/products", map[string]any{"id": "x", "name_zh": "", "name_en": "", "unit": "", "grams": -1, "millilitres": 0, "case_size": 0}).refused(422, "product_invalid")
	operator.post("/suppliers", farm("S1", 121_480_000)).want(200)
	operator.post("/suppliers", farm("S2", 121_900_000)).want(200)
	w.settle("A001", 2)

	w.stranger().get("/lots").refused(401, "sign_in")
	resident.post("/lots", lotOf("S1")).refused(403, "role_needed")
	far.post("/lots", lotOf("S1")).refused(404, "not_found")
	mine := near.post("/lots", lotOf("S1")).want(200).text("id")
	far.post("/lots", lotOf("S2")).want(200)

	var offers []catalog.LotOffer
	resident.get("/lots?compound=A001&product=egg-30").want(200).into(&offers)
	if len(offers) != 1 || offers[0].ID != mine || offers[0].Available != 408 {
		t.Fatalf("on offer in A001: %+v", offers)
	}
	resident.get("/lots").want(200).into(&offers)
	if len(offers) != 2 {
		t.Fatalf("on offer anywhere: %+v", offers)
	}
	near.get("/suppliers/S2").refused(404, "not_found")
	near.get("/suppliers/S2/lots").refused(404, "not_found")
	near.get("/suppliers/S1/lots").want(200)
	far.post("/lots/"+mine+"/withdraw", nil).refused(404, "not_found")
	near.post("/lots/"+mine+"/withdraw", nil).want(200)
	if state := resident.get("/lots/" + mine).want(200).text("state"); state != "withdrawn" {
		t.Errorf("the lot is %s", state)
	}
	resident.get("/lots?compound=A001").want(200).into(&offers)
	if len(offers) != 0 {
		t.Errorf("still on offer: %+v", offers)
	}
}

func TestALotThatCannotBeSoldIsRefused(t *testing.T) {
	w := newTown(t)
	operator := w.signIn("op@example.org", people.Grant{Role: people.Operator})
	seller := w.signIn("near@example.org", people.Grant{Role: people.Supplier, Scope: "S1"})
	operator.post("/products", eggs()).want(200)
	for name, change := range map[string]map[string]any{
		"tiers out of order":         {"tiers": []map[string]any{{"from": 1, "unit_price": 9}, {"from": 1, "unit_price": 8}}},
		"a price that rises":         {"tiers": []map[string]any{{"from": 1, "unit_price": 9}, {"from": 2, "unit_price": 10}}},
		"no price for one":           {"tiers": []map[string]any{{"from": 2, "unit_price": 9}}},
		"no price":                   {"tiers": []map[string]any{}},
		"a case larger than all":     {"case_size": 409},
		"best before is now":         {"best_before": w.clock.now()},
		"a minimum larger than all":  {"min_per_drop": 409},
		"nothing to sell":            {"quantity": 0},
		"a window that no day has":   {"windows": []string{"night"}},
		"a currency that nobody has": {"currency": "QQQ"},
	} {
		body := lotOf("S1")
		for k, v := range change {
			body[k] = v
		}
		t.Run(name, func(t *testing.T) { seller.post("/lots", body).refused(422, "lot_invalid") })
	}
	body := lotOf("S1")
	body["product"] = "nothing"
	seller.post("/lots", body).refused(422, "product_unknown")
	body = lotOf("S1")
	body["area"] = []string{"A001", "XX"}
	seller.post("/lots", body).refused(422, "compound_unknown")
	body = lotOf("S1")
	body["best_before"] = w.clock.now().Add(time.Second)
	first := seller.do("POST", "/lots", body, "key-1").want(200).text("id")
	if again := seller.do("POST", "/lots", body, "key-1").want(200).text("id"); again != first {
		t.Errorf("one request made two lots: %s and %s", first, again)
	}
}

func TestASupplierCorrectsALot(t *testing.T) {
	o := newOrdered(t)
	o.delivery() // twelve trays are reserved
	var lots []catalog.Lot
	o.seller.get("/suppliers/S1/lots").want(200).into(&lots)
	path := "/lots/" + lots[0].ID
	corrected := func(change map[string]any) map[string]any {
		body := lotOf("S1")
		for _, fixed := range []string{"supplier", "product", "currency"} {
			delete(body, fixed)
		}
		maps.Copy(body, change)
		return body
	}
	other := o.signIn("s2@example.org", people.Grant{Role: people.Supplier, Scope: "S2"})
	for _, row := range []struct {
		name   string
		who    *visitor
		change map[string]any
		status int
		code   string
	}{
		{"nobody", o.town.stranger(), nil, 401, "sign_in"},
		{"a resident", o.first, nil, 403, "role_needed"},
		{"another supplier does not find it", other, nil, 404, "not_found"},
		{"fewer than are reserved", o.seller, map[string]any{"quantity": 11, "case_size": 1, "min_per_drop": 0}, 409, "lot_below_reserved"},
		{"another price of what is promised", o.seller, map[string]any{"tiers": []map[string]any{{"from": 1, "unit_price": 1}}}, 409, "lot_promised"},
		{"a price that rises", o.seller, map[string]any{"tiers": []map[string]any{{"from": 1, "unit_price": 9}, {"from": 2, "unit_price": 10}}}, 422, "lot_invalid"},
		{"a best-before that has passed", o.seller, map[string]any{"best_before": o.clock.now()}, 422, "lot_invalid"},
		{"a compound that is not there", o.seller, map[string]any{"area": []string{"XX"}}, 422, "compound_unknown"},
		{"a number that is none", o.seller, map[string]any{"quantity": "many"}, 422, "invalid_input"},
		{"down to what is reserved", o.seller, map[string]any{"quantity": 12}, 200, ""},
		{"more, in another window and area, with a note", o.seller, map[string]any{"quantity": 500, "windows": []string{"pm"}, "area": []string{"A001"}, "note": "brown eggs"}, 200, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			answer := row.who.put(path, corrected(row.change)).want(row.status)
			if row.code != "" && answer.text("code") != row.code {
				t.Fatalf("%s", answer.raw)
			}
		})
	}
	offer := o.first.get(path).want(200)
	if offer.number("available") != 488 || offer.text("note") != "brown eggs" || offer.text("state") != "posted" {
		t.Fatalf("%s", offer.raw)
	}
	o.seller.post(path+"/withdraw", nil).want(200)
	o.seller.put(path, corrected(nil)).refused(409, "lot_gone")
}

// settle makes a compound with n buildings of 6 floors, 2 units and 4 doors a floor.
func (w *town) settle(id string, n int) {
	w.Helper()
	c := community.Compound{
		Doc: db.Doc{ID: id}, NameZh: "梅园", NameEn: "Plum", Currency: "CNY", Timezone: "Asia/Shanghai",
		Lon: 121_486_181, Lat: 31_270_203, Gates: []community.Gate{{ID: "south", Lon: 121_486_181, Lat: 31_270_203}},
	}
	for i := range n {
		c.Buildings = append(c.Buildings, community.Building{No: strconv.Itoa(i + 1), Lon: c.Lon, Lat: c.Lat, Floors: 6, Units: 2, DoorsPerFloor: 4})
	}
	if err := w.community.AddCompounds(w.Context(), []community.Compound{c}); err != nil {
		w.Fatal(err)
	}
}
