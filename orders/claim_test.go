package orders

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

var smallPNG = base64.StdEncoding.EncodeToString([]byte("\x89PNG\r\n\x1a\n0000"))

func claimBody(household string) string {
	return `{"household":"` + household + `","item":"eggs","kind":"damaged","quantity":1,"text":"three broken","photo":"` + smallPNG + `"}`
}

// delivered opens a round whose goods were counted, with everything paid in cash.
func delivered(t *testing.T) (*desk, site) {
	d := newDesk(t)
	d.open(t, round())
	d.edit(t, func(g *GroupBuy) { allocate(g, 1000) })
	d.edit(t, func(g *GroupBuy) { count(g, 0) })
	return d, newSite(t, d)
}

// file makes a claim as sam and gives its id.
func (s site) file(t *testing.T, key string) string {
	t.Helper()
	status, _, raw := s.ask(t, "sam", "POST /group-buys/g1/claims", claimBody(neighbour), key)
	var cl Claim
	if err := json.Unmarshal(raw, &cl); err != nil || status != 200 {
		t.Fatalf("filing: %d %s", status, raw)
	}
	return cl.ID
}

func TestClaimRoutes(t *testing.T) {
	d, s := delivered(t)
	id := s.file(t, "c1")
	if again := s.file(t, "c1"); again != id {
		t.Errorf("the same claim twice is %s and %s", id, again)
	}
	grant := `{"granted":{"minor":400,"currency":"CNY"},"reason":"as the photo shows"}`
	decision := "POST /claims/" + id + "/decision"
	s.run(t, []scenario{
		{"nobody claims", "", "POST /group-buys/g1/claims", claimBody(neighbour), 401, "sign_in"},
		{"a stranger claims nothing", "stranger", "POST /group-buys/g1/claims", claimBody(neighbour), 404, "not_found"},
		{"more than was delivered is not claimed", "sam", "POST /group-buys/g1/claims", strings.Replace(claimBody(neighbour), `"quantity":1`, `"quantity":9`, 1), 422, "quantity_invalid"},
		{"what was not ordered is not claimed", "sam", "POST /group-buys/g1/claims", strings.Replace(claimBody(neighbour), "eggs", "fish", 1), 404, "line_unknown"},
		{"a photo that is none is refused", "sam", "POST /group-buys/g1/claims", strings.Replace(claimBody(neighbour), smallPNG, "aGVsbG8=", 1), 422, "photo_invalid"},

		{"nobody lists claims", "", "GET /group-buys/g1/claims", "", 401, "sign_in"},
		{"a stranger's list is empty", "stranger", "GET /group-buys/g1/claims", "", 200, ""},
		{"a leader does not list a compound's claims", "lin", "GET /claims?compound=A001", "", 403, "role_needed"},
		{"the committee lists them", "committee", "GET /claims?compound=A001", "", 200, ""},
		{"another compound's are not found", "committee", "GET /claims?compound=A002", "", 404, "not_found"},
		{"a member sees the own photo", "sam", "GET /claims/" + id + "/photo", "", 200, ""},
		{"a stranger does not see the photo", "stranger", "GET /claims/" + id + "/photo", "", 404, "not_found"},

		{"a member decides nothing", "sam", decision, grant, 403, "role_needed"},
		{"another leader decides nothing", "chen", decision, grant, 404, "not_found"},
		{"another currency is refused", "lin", decision, strings.Replace(grant, "CNY", "EUR", 1), 422, "currency_other"},
		{"more than the line costs is refused", "lin", decision, strings.Replace(grant, "400", "2001", 1), 409, "above_cap"},
		{"below zero is refused", "lin", decision, strings.Replace(grant, "400", "-4", 1), 422, "amount_invalid"},
		{"a leader does not spend the deployment's money", "lin", decision, strings.Replace(grant, `"reason"`, `"bearer":"deployment","reason"`, 1), 403, "bearer_coordinator"},
		{"the leader grants a part", "lin", decision, grant, 200, ""},
		{"the same decision twice is one", "lin", decision, grant, 200, ""},
		{"another decision comes too late", "committee", decision, strings.Replace(grant, "400", "900", 1), 409, "claim_decided"},
		{"a decided claim is not taken back", "sam", "POST /claims/" + id + "/withdraw", "", 409, "claim_decided"},
		{"a claim that is not there is not found", "lin", "POST /claims/nope/decision", grant, 404, "not_found"},

		{"a member changes no price", "sam", "POST /group-buys/g1/prices", `{"item":"eggs","unit_price":{"minor":900,"currency":"CNY"},"reason":"weighed"}`, 403, "role_needed"},
		{"another leader changes no price", "chen", "POST /group-buys/g1/prices", `{"item":"eggs","unit_price":{"minor":900,"currency":"CNY"},"reason":"weighed"}`, 404, "not_found"},
		{"a price in another currency is refused", "lin", "POST /group-buys/g1/prices", `{"item":"eggs","unit_price":{"minor":900,"currency":"USD"},"reason":"weighed"}`, 422, "currency_other"},
		{"a price above the cap is refused", "lin", "POST /group-buys/g1/prices", `{"item":"eggs","unit_price":{"minor":3501,"currency":"CNY"},"reason":"weighed"}`, 409, "above_cap"},
		{"a price without a reason is refused", "lin", "POST /group-buys/g1/prices", `{"item":"eggs","unit_price":{"minor":900,"currency":"CNY"},"reason":""}`, 422, "invalid_input"},
		{"a price for nothing is refused", "lin", "POST /group-buys/g1/prices", `{"item":"eggs","reason":"weighed"}`, 422, "price_invalid"},
		{"a price of what nobody got is refused", "lin", "POST /group-buys/g1/prices", `{"item":"fish","unit_price":{"minor":900,"currency":"CNY"},"reason":"weighed"}`, 409, "not_delivered_yet"},
		{"the leader changes a price", "lin", "POST /group-buys/g1/prices", `{"item":"eggs","unit_price":{"minor":900,"currency":"CNY"},"reason":"weighed"}`, 200, ""},
		{"one household's weight counts alone", "lin", "POST /group-buys/g1/prices", `{"item":"eggs","household":"` + elder + `","total":{"minor":950,"currency":"CNY"},"reason":"weighed"}`, 200, ""},
	})
	// sam: 2 × 900 − 400 for eggs, 1000 for greens; the elder: 950
	d.wantBalances(t, map[string]int64{householdAccount(neighbour): 2400, householdAccount(elder): 950, supplierAccount("S01"): -3350})
}

func TestClaimsEndAWhileAfterTheRound(t *testing.T) {
	d, s := delivered(t)
	d.edit(t, func(g *GroupBuy) {
		g.State, g.History = Done, append(g.History, Event{At: d.clock(), Kind: "done"})
	})
	d.wait(claimWindow)
	s.file(t, "in time")
	d.wait(time.Second)
	status, code, _ := s.ask(t, "sam", "POST /group-buys/g1/claims", claimBody(neighbour), "late")
	if status != 409 || code != "claim_too_late" {
		t.Errorf("too late: %d %s", status, code)
	}
}

func TestClaimThatACrashLeftIsCarriedOut(t *testing.T) {
	d, s := delivered(t)
	id := s.file(t, "c1")
	_, err := d.claims.Update(t.Context(), id, func(cl *Claim) error {
		return cl.Decide(Decision{By: "lin", At: d.clock(), Minor: 400, Bearer: "leader", Reason: "yes"})
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := d.Work(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	d.wantBalances(t, map[string]int64{householdAccount(neighbour): 2600, leaderAccount("lin"): 400, supplierAccount("S01"): -4000})
	if last := d.told[len(d.told)-1]; last.Account != "sam" || last.Kind != "claim_granted" {
		t.Errorf("told %+v", last)
	}
}

func TestOverdueClaimIsSaidOnceAndALeaderDoesNotDecideTheOwn(t *testing.T) {
	d, s := delivered(t)
	s.file(t, "c1")
	d.wait(claimDecide + time.Minute)
	for range 2 {
		if _, err := d.Work(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if len(d.told) != 2 || d.told[1].Kind != "claim_overdue" || d.told[1].Account != "lin" {
		t.Errorf("told %+v", d.told)
	}
	g := round()
	g.Participants[1].Account = "lin"
	wantFault(t, g.decides(actors["lin"], Claim{Household: neighbour}, ""), "own_claim")
	if err := g.decides(actors["committee"], Claim{Household: neighbour}, "deployment"); err != nil {
		t.Error(err)
	}
}
