package orders

import (
	"encoding/json"
	"testing"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
)

// enroll makes a payee that can be paid.
func (d *desk) enroll(t *testing.T, payee string) {
	t.Helper()
	if _, err := d.Enroll(t.Context(), payee, "https://baimi.example/money"); err != nil {
		t.Fatal(err)
	}
	if v, err := d.Payee(t.Context(), payee); err != nil || !v.Ready {
		t.Fatalf("%+v, %v", v, err)
	}
}

func (d *desk) work(t *testing.T) {
	t.Helper()
	for range 2 {
		if _, err := d.Work(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

func (d *desk) wantSent(t *testing.T, what string, supplier, leader int64) {
	t.Helper()
	sent := d.bank.sent()
	if sent["acct_supplier:S01"] != supplier || sent["acct_leader:lin"] != leader {
		t.Errorf("%s: sent %v, want %d and %d", what, sent, supplier, leader)
	}
}

func TestPayeesArePaidOnceTheGateHasCountedAndReversedAfterARefund(t *testing.T) {
	d := newDesk(t)
	g := round()
	g.CommissionBasis = 500
	d.open(t, g)
	d.enroll(t, supplierAccount("S01"))
	d.enroll(t, leaderAccount("lin"))
	d.pay(t, neighbour, Card, OnlineOrder{})
	d.edit(t, func(g *GroupBuy) { allocate(g, 1000) })
	d.work(t)
	d.wantSent(t, "allocated", 0, 0)
	d.edit(t, func(g *GroupBuy) { count(g, 0) })
	d.work(t)
	d.wantSent(t, "counted", 3000, 150)
	d.edit(t, func(g *GroupBuy) {
		if err := g.Adjust(neighbour, "eggs", Adjustment{ID: "c", Kind: ClaimGranted, Minor: 400, Reason: "broken"}); err != nil {
			t.Error(err)
		}
	})
	d.work(t)
	d.wantSent(t, "claimed", 2600, 130)
	for _, w := range d.bank.wires {
		if want := map[string]string{"acct_supplier:S01": "d1", "acct_leader:lin": "g1"}[w.request.Account]; w.request.Group != want {
			t.Errorf("the transfer group of %s is %q", w.request.Account, w.request.Group)
		}
	}
	// the elder has paid nothing: the supplier is still owed for its eggs
	d.wantBalances(t, map[string]int64{supplierAccount("S01"): -1000, StripeAccount: 0, householdAccount(neighbour): 0})
}

func TestPayeeWithoutAnAccountIsPaidWhenItHasOne(t *testing.T) {
	d := newDesk(t)
	d.open(t, round())
	d.pay(t, neighbour, Card, OnlineOrder{})
	d.edit(t, func(g *GroupBuy) { allocate(g, 1000) })
	d.edit(t, func(g *GroupBuy) { count(g, 0) })
	d.work(t)
	d.wantSent(t, "nobody enrolled", 0, 0)
	d.enroll(t, supplierAccount("S01"))
	d.wantSent(t, "enrolled", 3000, 0)
}

func TestWhatWasPaidByHandIsNotSentAgain(t *testing.T) {
	d := newDesk(t)
	d.open(t, round())
	d.pay(t, neighbour, Card, OnlineOrder{})
	d.edit(t, func(g *GroupBuy) { allocate(g, 1000) })
	g := d.edit(t, func(g *GroupBuy) { count(g, 0) })
	if err := d.PayByHand(t.Context(), &g, "S01", PaymentReceipt{ID: "p", Method: Cash, Minor: 3500, By: "lin", At: d.clock()}); err != nil {
		t.Fatal(err)
	}
	d.enroll(t, supplierAccount("S01"))
	d.work(t)
	d.wantSent(t, "500 of 4000 were left", 500, 0)
}

func TestTransferThatIsRefusedRestsLongerEachTime(t *testing.T) {
	d := newDesk(t)
	d.open(t, round())
	d.enroll(t, supplierAccount("S01"))
	d.pay(t, neighbour, Card, OnlineOrder{})
	d.edit(t, func(g *GroupBuy) { allocate(g, 1000) })
	d.edit(t, func(g *GroupBuy) { count(g, 0) })
	tries := 0
	d.bank.refuses = map[StepKind]error{"send": fault.New(fault.Invalid, "online_refused", "The balance is not there yet.")}
	d.bank.fail = func() trouble { tries++; return fine }
	for range 3 * 24 {
		d.wait(time.Hour)
		_, _ = d.Work(t.Context())
	}
	if tries > 12 {
		t.Errorf("it was asked %d times in three days", tries)
	}
	d.bank.refuses = nil
	for range 24 {
		d.wait(time.Hour)
		d.work(t)
	}
	d.wantSent(t, "the balance is there", 3000, 0)
}

func TestPayeeWhoseAccountIsCheckedForDaysIsPaidWithoutComingBack(t *testing.T) {
	d := newDesk(t)
	d.open(t, round())
	d.bank.checking = true
	if _, err := d.Enroll(t.Context(), supplierAccount("S01"), "https://baimi.example/money"); err != nil {
		t.Fatal(err)
	}
	d.pay(t, neighbour, Card, OnlineOrder{})
	d.edit(t, func(g *GroupBuy) { allocate(g, 1000) })
	d.edit(t, func(g *GroupBuy) { count(g, 0) })
	d.work(t)
	d.wantSent(t, "still checked", 0, 0)
	d.bank.checking = false
	d.wait(2 * time.Hour)
	d.work(t)
	d.wantSent(t, "checked", 3000, 0)
}

func TestAPayeeWhoseAccountIsClosedKeepsNoOtherWaiting(t *testing.T) {
	d := newDesk(t)
	g := round()
	g.CommissionBasis = 500
	d.open(t, g)
	d.bank.checking = true
	for _, payee := range []string{supplierAccount("S01"), leaderAccount("lin")} {
		if _, err := d.Enroll(t.Context(), payee, "https://baimi.example/money"); err != nil {
			t.Fatal(err)
		}
	}
	d.pay(t, neighbour, Card, OnlineOrder{})
	d.edit(t, func(g *GroupBuy) { allocate(g, 1000); count(g, 0) })
	d.work(t)
	d.bank.checking, d.bank.closed = false, "acct_leader:lin"
	d.wait(2 * time.Hour)
	if _, err := d.Work(t.Context()); fault.KindOf(err) != fault.Invalid {
		t.Errorf("what the bank says of the leader: %v", err)
	}
	d.wantSent(t, "the supplier is paid", 3000, 0)
}

func TestShareIsExactForLargeAmounts(t *testing.T) {
	for _, row := range [][4]int64{{100, 1, 3, 33}, {-100, 1, 3, -33}, {1 << 41, 1 << 40, 1 << 41, 1 << 40}, {5, 0, 0, 0}, {5, 9, 3, 15}} {
		if got := share(row[0], row[1], row[2]); got != row[3] {
			t.Errorf("share(%d, %d, %d) = %d, want %d", row[0], row[1], row[2], got, row[3])
		}
	}
}

func TestOnlineRoutes(t *testing.T) {
	d := newDesk(t)
	d.open(t, round())
	s := newSite(t, d)
	begin := `{"household":"` + neighbour + `","method":"card","currency":"CNY"}`
	s.run(t, []scenario{
		{"anybody sees how one can pay", "", "GET /payment-methods", "", 200, ""},
		{"nobody begins", "", "POST /group-buys/g1/intents", begin, 401, "sign_in"},
		{"a stranger begins nothing", "stranger", "POST /group-buys/g1/intents", begin, 404, "not_found"},
		{"the leader does not pay for others online", "chen", "POST /group-buys/g1/intents", begin, 404, "not_found"},
		{"another currency is refused", "sam", "POST /group-buys/g1/intents", `{"household":"` + neighbour + `","method":"card","currency":"USD"}`, 422, "currency_other"},
		{"a method that is not known is refused", "sam", "POST /group-buys/g1/intents", `{"household":"` + neighbour + `","method":"shells","currency":"CNY"}`, 422, "invalid_input"},
		{"a saved card that is not there is said", "sam", "POST /group-buys/g1/intents", `{"household":"` + neighbour + `","method":"card","currency":"CNY","saved_card":true}`, 409, "no_saved_card"},
		{"a member begins", "sam", "POST /group-buys/g1/intents", begin, 200, ""},
		{"whoever pays for an elder begins", "daughter", "POST /group-buys/g1/intents", `{"household":"` + elder + `","method":"alipay","currency":"CNY"}`, 200, ""},
		{"nobody checks", "", "POST /group-buys/g1/intents/check", `{"household":"` + neighbour + `"}`, 401, "sign_in"},
		{"a stranger checks nothing", "stranger", "POST /group-buys/g1/intents/check", `{"household":"` + neighbour + `"}`, 404, "not_found"},
		{"a member checks", "sam", "POST /group-buys/g1/intents/check", `{"household":"` + neighbour + `"}`, 200, ""},

		{"nobody has no wallet", "", "GET /me/wallet", "", 401, "sign_in"},
		{"a wallet is empty at first", "sam", "GET /me/wallet", "", 200, ""},
		{"a card that nobody began to save is not taken in", "sam", "PUT /me/wallet", "", 409, "no_card_under_way"},
		{"saving a card begins", "sam", "POST /me/wallet", "", 200, ""},
		{"a card that is not confirmed is not taken in", "sam", "PUT /me/wallet", "", 409, "card_not_confirmed"},
		{"forgetting a card is always fine", "stranger", "DELETE /me/wallet", "", 200, ""},

		{"nobody enrolls", "", "POST /payees", `{"of":"leader","back":"/money"}`, 401, "sign_in"},
		{"a member is no payee", "sam", "POST /payees", `{"of":"leader","back":"/money"}`, 403, "role_needed"},
		{"another supplier is not found", "otherfarm", "POST /payees", `{"of":"supplier","id":"S01","back":"/money"}`, 404, "payee_unknown"},
		{"a page elsewhere is refused", "farm", "POST /payees", `{"of":"supplier","id":"S01","back":"https://evil.example"}`, 422, "invalid_input"},
		{"a supplier enrolls", "farm", "POST /payees", `{"of":"supplier","id":"S01","back":"/money"}`, 200, ""},
		{"a supplier asks", "farm", "GET /payees?of=supplier&id=S01", "", 200, ""},
		{"a leader asks", "lin", "GET /payees?of=leader", "", 200, ""},

		{"an event without a signature is refused", "", "POST /stripe/webhook", `{"ID":"e1","Intent":"pi_9"}`, 400, "signature_invalid"},
	})
	if status, _, raw := s.hear(t, `{"ID":"e1","Type":"x","Intent":"pi_1"}`); status != 204 && status != 200 {
		t.Errorf("a signed event: %d %s", status, raw)
	}
}

func TestUnknownIntentIsParkedAndAdoptedByItsLabels(t *testing.T) {
	d := newDesk(t)
	d.open(t, round())
	s := newSite(t, d)
	g, _ := d.groupBuys.Get(t.Context(), "g1")
	// Both the answer of Open and our memory of it are lost: only the bank knows pi_1.
	if _, err := d.Begin(t.Context(), &g, neighbour, OnlineOrder{Account: "sam", Method: Alipay}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.payments.Update(t.Context(), PaymentID("g1", neighbour), func(p *Payment) error {
		p.Intents[0].ID, p.Intents[0].AskAt = "", nil
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	d.bank.page("pi_1", false)
	for range 2 {
		s.hear(t, `{"ID":"e1","Type":"x","Intent":"pi_1"}`)
		s.hear(t, `{"ID":"e2","Type":"x","Intent":"pi_foreign"}`)
	}
	_, _ = d.Work(t.Context()) // what is foreign fails, and does not stop the rest
	d.wantMoney(t, "adopted", 0, 11700, 11700)
	e, err := d.events.Get(t.Context(), "e2")
	if err != nil || e.Applied != nil || e.Wake == nil {
		t.Errorf("the foreign event is %+v, %v", e, err)
	}
	if events, err := db.All(d.events.Find(t.Context(), db.Query{})); err != nil || len(events) != 2 {
		t.Errorf("%d events were kept, %v", len(events), err)
	}
}

func TestWithoutAProviderOnlyCashAndTransfersAreOffered(t *testing.T) {
	d := newDesk(t)
	d.open(t, round())
	d.provider = nil
	s := newSite(t, d)
	s.run(t, []scenario{
		{"begin", "sam", "POST /group-buys/g1/intents", `{"household":"` + neighbour + `","method":"card","currency":"CNY"}`, 503, "online_off"},
		{"save a card", "sam", "POST /me/wallet", "", 503, "online_off"},
		{"enroll", "lin", "POST /payees", `{"of":"leader","back":"/money"}`, 503, "online_off"},
		{"an event", "", "POST /stripe/webhook", `{}`, 503, "online_off"},
		{"cash", "lin", "POST /group-buys/g1/receipts", receipt(neighbour, 100), 200, ""},
	})
	var methods struct{ Methods []string }
	if _, _, raw := s.ask(t, "", "GET /payment-methods", ""); json.Unmarshal(raw, &methods) != nil || len(methods.Methods) != 2 {
		t.Errorf("offered: %s", raw)
	}
}
