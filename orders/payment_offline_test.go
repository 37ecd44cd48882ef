package orders

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

func receipt(household string, minor int64) string {
	return fmt.Sprintf(`{"household":%q,"amount":{"minor":%d,"currency":"CNY"},"method":"cash"}`, household, minor)
}

func TestOfflineRoutes(t *testing.T) {
	d := newDesk(t)
	d.open(t, round())
	s := newSite(t, d)
	all := receipt(neighbour, 11700)
	s.run(t, []scenario{
		{"anybody asks what an order would cost", "", "POST /group-buys/g1/quote", `{"lines":[{"item":"eggs","quantity":2}]}`, 200, ""},
		{"a quote of nothing offered is refused", "", "POST /group-buys/g1/quote", `{"lines":[{"item":"fish","quantity":2}]}`, 422, "line_unknown"},
		{"a quote of a round that is not there is not found", "", "POST /group-buys/g9/quote", `{"lines":[]}`, 404, "not_found"},
		{"a quantity below zero is refused", "", "POST /group-buys/g1/quote", `{"lines":[{"item":"eggs","quantity":-2}]}`, 422, "invalid_input"},

		{"nobody sees a bill", "", "GET /group-buys/g1/bill?household=" + neighbour, "", 401, "sign_in"},
		{"a stranger's bill is not found", "stranger", "GET /group-buys/g1/bill?household=" + neighbour, "", 404, "not_found"},
		{"a member sees the own bill", "sam", "GET /group-buys/g1/bill?household=" + neighbour, "", 200, ""},
		{"a member does not see the neighbour's bill", "sam", "GET /group-buys/g1/bill?household=" + elder, "", 404, "not_found"},
		{"whoever pays for an elder sees the elder's bill", "daughter", "GET /group-buys/g1/bill?household=" + elder, "", 200, ""},
		{"the leader sees every bill", "lin", "GET /group-buys/g1/bill?household=" + elder, "", 200, ""},

		{"nobody lists payments", "", "GET /group-buys/g1/payments", "", 401, "sign_in"},
		{"a member does not list payments", "sam", "GET /group-buys/g1/payments", "", 403, "role_needed"},
		{"another building's leader finds no such round", "chen", "GET /group-buys/g1/payments", "", 404, "not_found"},
		{"the committee lists payments", "committee", "GET /group-buys/g1/payments", "", 200, ""},

		{"nobody records a receipt", "", "POST /group-buys/g1/receipts", all, 401, "sign_in"},
		{"a member does not record a receipt", "sam", "POST /group-buys/g1/receipts", all, 403, "role_needed"},
		{"another building's leader records no receipt", "chen", "POST /group-buys/g1/receipts", all, 404, "not_found"},
		{"another currency is refused", "lin", "POST /group-buys/g1/receipts", strings.ReplaceAll(all, "CNY", "USD"), 422, "currency_other"},
		{"more than is outstanding is refused", "lin", "POST /group-buys/g1/receipts", receipt(neighbour, 11701), 409, "more_than_owed"},
		{"nothing is refused", "lin", "POST /group-buys/g1/receipts", receipt(neighbour, 0), 422, "amount_invalid"},
		{"a negative amount is refused", "lin", "POST /group-buys/g1/receipts", receipt(neighbour, -5), 422, "amount_invalid"},
		{"a household outside the round is not found", "lin", "POST /group-buys/g1/receipts", receipt("A001/3/9-999", 5), 404, "household_unknown"},
		{"a way of paying that is not known is refused", "lin", "POST /group-buys/g1/receipts", strings.Replace(all, "cash", "shells", 1), 422, "invalid_input"},
		{"the leader records cash", "lin", "POST /group-buys/g1/receipts", all, 200, ""},
		{"a paid household has nothing outstanding", "lin", "POST /group-buys/g1/receipts", `{"household":"` + neighbour + `","method":"cash"}`, 409, "nothing_outstanding"},

		{"a member gives nothing back", "sam", "POST /group-buys/g1/give-backs", all, 403, "role_needed"},
		{"giving back needs a reason", "lin", "POST /group-buys/g1/give-backs", all, 422, "reason_needed"},
		{"nothing is given back that is not too much", "lin", "POST /group-buys/g1/give-backs", strings.Replace(all, "\"cash\"", "\"cash\",\"reason\":\"left\"", 1), 409, "more_than_overpaid"},
		{"an unknown receipt is not undone", "lin", "POST /group-buys/g1/receipts/nope/undo", `{"household":"` + neighbour + `","reason":"slip"}`, 404, "receipt_unknown"},
		{"undo needs a reason", "lin", "POST /group-buys/g1/receipts/nope/undo", `{"household":"` + neighbour + `","reason":""}`, 422, "invalid_input"},
		{"a member undoes nothing", "sam", "POST /group-buys/g1/receipts/nope/undo", `{"household":"x","reason":"slip"}`, 403, "role_needed"},

		{"a member reminds nobody", "sam", "POST /group-buys/g1/reminders", "", 403, "role_needed"},
		{"the leader reminds", "lin", "POST /group-buys/g1/reminders", "", 200, ""},
		{"a member sees no till", "sam", "GET /group-buys/g1/cash", "", 403, "role_needed"},
		{"another leader sees no till", "chen", "GET /group-buys/g1/cash", "", 404, "not_found"},
		{"the leader sees the till", "lin", "GET /group-buys/g1/cash", "", 200, ""},
		{"a member counts nothing", "sam", "POST /group-buys/g1/cash-counts", `{"counted":{"minor":1,"currency":"CNY"}}`, 403, "role_needed"},
		{"a count in another currency is refused", "lin", "POST /group-buys/g1/cash-counts", `{"counted":{"minor":1,"currency":"EUR"}}`, 422, "currency_other"},
		{"a count below zero is refused", "lin", "POST /group-buys/g1/cash-counts", `{"counted":{"minor":-1,"currency":"CNY"}}`, 422, "amount_invalid"},
		{"a supplier who is owed nothing is not paid", "lin", "POST /group-buys/g1/supplier-payments", `{"supplier":"S01","amount":{"minor":1,"currency":"CNY"},"method":"cash"}`, 409, "more_than_owed"},
		{"a member pays no supplier", "sam", "POST /group-buys/g1/supplier-payments", `{"supplier":"S01","amount":{"minor":1,"currency":"CNY"},"method":"cash"}`, 403, "role_needed"},

		{"nobody has no statement", "", "GET /statement?of=household&id=" + neighbour, "", 401, "sign_in"},
		{"a member has a statement", "sam", "GET /statement?of=household&id=" + neighbour, "", 200, ""},
		{"a stranger does not have it", "stranger", "GET /statement?of=household&id=" + neighbour, "", 404, "statement_unknown"},
		{"the leader does not have it", "lin", "GET /statement?of=household&id=" + neighbour, "", 404, "statement_unknown"},
		{"a supplier has the own statement", "farm", "GET /statement?of=supplier&id=S01", "", 200, ""},
		{"another supplier does not", "otherfarm", "GET /statement?of=supplier&id=S01", "", 404, "statement_unknown"},
		{"the leader has the own till", "lin", "GET /statement.csv?of=cash", "", 200, ""},
		{"somebody else's till is not found", "chen", "GET /statement?of=cash&id=lin", "", 404, "statement_unknown"},
		{"a time that ends before it begins is refused", "sam", "GET /statement?of=household&id=" + neighbour + "&from=2022-05-01T00:00:00Z&to=2022-04-01T00:00:00Z", "", 422, "period_invalid"},
		{"a leader does not see the deployment's account", "lin", "GET /statement?of=deployment", "", 404, "statement_unknown"},
		{"the operator sees it", "operator", "GET /statement?of=deployment", "", 200, ""},
		{"the leader does not export the book", "lin", "GET /ledger.csv", "", 403, "role_needed"},
		{"whoever pays for an elder sees the receipt", "daughter", "GET /group-buys/g1/receipt?household=" + elder, "", 200, ""},
		{"the leader too", "lin", "GET /group-buys/g1/receipt?household=" + elder, "", 200, ""},
		{"a stranger does not", "stranger", "GET /group-buys/g1/receipt?household=" + elder, "", 404, "not_found"},
		{"nobody does not", "", "GET /group-buys/g1/receipt?household=" + elder, "", 401, "sign_in"},
		{"the operator exports the book", "operator", "GET /ledger.csv", "", 200, ""},
	})
	d.wantBalances(t, map[string]int64{"cash:lin": 11700, householdAccount(neighbour): -11700})
}

func TestCashFromJoiningToTheLastReceipt(t *testing.T) {
	d := newDesk(t)
	d.open(t, round())
	s := newSite(t, d)
	var v PaymentView
	post := func(route, body, key string) {
		t.Helper()
		status, _, raw := s.ask(t, "lin", route, body, key)
		if status != 200 {
			t.Fatalf("%s: %d %s", route, status, raw)
		}
		if err := json.Unmarshal(raw, &v); err != nil {
			t.Fatal(err)
		}
	}
	post("POST /group-buys/g1/receipts", receipt(neighbour, 11700), "k1")
	post("POST /group-buys/g1/receipts", receipt(neighbour, 11700), "k1") // the phone sends it again
	post("POST /group-buys/g1/receipts/"+v.Receipts[0].ID+"/undo", `{"household":"`+neighbour+`","reason":"wrong door"}`, "k2")
	post("POST /group-buys/g1/receipts/"+v.Receipts[0].ID+"/undo", `{"household":"`+neighbour+`","reason":"wrong door"}`, "k2")
	d.wantBalances(t, map[string]int64{"cash:lin": 0, householdAccount(neighbour): 0})

	post("POST /group-buys/g1/receipts", receipt(neighbour, 11700), "k3")
	d.wait(time.Minute)
	d.edit(t, func(g *GroupBuy) { allocate(g, 1000) })
	d.wantBalances(t, map[string]int64{householdAccount(neighbour): -11700 + 3000, householdAccount(elder): 1000, orderedAccount("g1"): -4000})

	d.wait(time.Hour)
	d.edit(t, func(g *GroupBuy) { count(g, 0); g.Participants[1].Lines[1].Served[0].Received = 0 })
	d.wantBalances(t, map[string]int64{orderedAccount("g1"): 0, supplierAccount("S01"): -3000, householdAccount(neighbour): -11700 + 2000})

	status, code, _ := s.ask(t, "lin", "POST /group-buys/g1/give-backs", `{"household":"`+neighbour+`","amount":{"minor":9701,"currency":"CNY"},"method":"cash","reason":"short"}`)
	if status != 409 || code != "more_than_overpaid" {
		t.Errorf("giving back too much: %d %s", status, code)
	}
	post("POST /group-buys/g1/give-backs", `{"household":"`+neighbour+`","amount":{"minor":9700,"currency":"CNY"},"method":"cash","reason":"short"}`, "k4")
	if v.Outstanding != 0 || v.ToGiveBack != 0 || v.Paid != 2000 {
		t.Errorf("after the change was given: %+v", v)
	}
	if status, _, raw := s.ask(t, "lin", "POST /group-buys/g1/supplier-payments", `{"supplier":"S01","amount":{"minor":2000,"currency":"CNY"},"method":"cash"}`, "k5"); status != 204 && status != 200 {
		t.Errorf("paying the supplier: %d %s", status, raw)
	}
	if status, _, raw := s.ask(t, "lin", "POST /group-buys/g1/cash-counts", `{"counted":{"minor":-0,"currency":"CNY"}}`, "k6"); status != 200 {
		t.Errorf("counting: %d %s", status, raw)
	}
	d.wantBalances(t, map[string]int64{"cash:lin": 0, supplierAccount("S01"): -1000, householdAccount(neighbour): 0, householdAccount(elder): 1000})
}

func TestRemindersReachWhoeverPays(t *testing.T) {
	d := newDesk(t)
	g := round()
	g.Participants = append(g.Participants, Participant{Household: "A001/3/2-101", Lines: []Line{{Item: "eggs", Quantity: 1}}})
	d.open(t, g)
	told, recent, byHand, err := d.Remind(t.Context(), &g)
	if err != nil || len(told) != 2 || len(recent) != 0 || len(byHand) != 1 {
		t.Fatalf("told %v, recent %v, by hand %v, %v", told, recent, byHand, err)
	}
	if d.told[0].Account != "daughter" || d.told[1].Account != "sam" {
		t.Errorf("the wrong people were told: %+v", d.told)
	}
	if told, recent, _, _ = d.Remind(t.Context(), &g); len(told) != 0 || len(recent) != 2 {
		t.Errorf("within twelve hours: told %v, left in peace %v", told, recent)
	}
	d.wait(13 * time.Hour)
	if told, _, _, _ = d.Remind(t.Context(), &g); len(told) != 2 {
		t.Errorf("the next day: told %v", told)
	}
}
