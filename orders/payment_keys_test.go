package orders

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"baimi/app/db"
)

// logged catches what is logged during a test.
func logged(t *testing.T) *bytes.Buffer {
	t.Helper()
	var b bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&b, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	return &b
}

func TestKeysThatAreTakenAwayAreSaidOnceAndNothingSpins(t *testing.T) {
	d := newDesk(t)
	d.open(t, round())
	d.pay(t, neighbour, Card, OnlineOrder{})
	s := newSite(t, d)
	s.hear(t, `{"ID":"e1","Type":"x","Intent":"pi_1"}`)
	d.provider = nil
	log := logged(t)
	d.edit(t, func(g *GroupBuy) { allocate(g, 1000) })
	d.wait(24 * time.Hour)
	busy := 0
	for range 30 {
		d.wait(time.Second)
		n, err := d.Work(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		busy += n
	}
	if said := strings.Count(log.String(), "wait for the payment provider's keys"); said != 1 || busy > 1 {
		t.Errorf("said %d times, and looked at %d payments in thirty seconds: %s", said, busy, log)
	}
	if p := d.payment(t, neighbour); p.Outstanding() != 0 {
		t.Errorf("%d is outstanding while the bank holds it", p.Outstanding())
	}
	d.wait(7 * 24 * time.Hour)
	d.work(t)
	if p := d.payment(t, neighbour); p.Outstanding() != 3000 {
		t.Errorf("after the hold has lapsed %d is outstanding", p.Outstanding())
	}
}

func TestKeysThatComeBackFinishWhatWaited(t *testing.T) {
	d := newDesk(t)
	d.open(t, round())
	d.pay(t, neighbour, Card, OnlineOrder{})
	d.provider = nil
	d.edit(t, func(g *GroupBuy) { allocate(g, 1000) })
	d.provider = d.bank
	d.wait(time.Minute)
	d.work(t)
	d.wantMoney(t, "with the keys again", 0, 3000, 3000)
}

func TestTheProvidersFeeIsBornByTheDeploymentOnce(t *testing.T) {
	d := newDesk(t)
	d.bank.rate = 29
	d.open(t, round())
	d.pay(t, neighbour, Card, OnlineOrder{})
	d.edit(t, func(g *GroupBuy) { allocate(g, 1000) })
	for range 5 {
		d.wait(time.Hour)
		d.work(t)
	}
	d.wantBalances(t, map[string]int64{StripeAccount: 3000 - 87, DeploymentAccount: 87, householdAccount(neighbour): 0})
	if p := d.payment(t, neighbour); p.Wake == nil || p.Wake.Before(d.clock().Add(18*time.Hour)) {
		t.Errorf("nothing is left but to ask after a day whether money went back, and it is looked at again %v", p.Wake)
	}
}

func TestEventsAreForgottenOnceTheyCannotComeAgain(t *testing.T) {
	d := newDesk(t)
	d.open(t, round())
	d.pay(t, neighbour, Card, OnlineOrder{})
	s := newSite(t, d)
	s.hear(t, `{"ID":"e1","Type":"x","Intent":"pi_1"}`)
	s.hear(t, `{"ID":"e2","Type":"x","Intent":"pi_foreign"}`)
	kept := func() int {
		events, err := db.All(d.events.Find(t.Context(), db.Query{}))
		if err != nil {
			t.Fatal(err)
		}
		return len(events)
	}
	for range 39 {
		_, _ = d.Work(t.Context()) // the foreign intent is not known to the bank
		d.wait(24 * time.Hour)
	}
	if n := kept(); n != 2 {
		t.Fatalf("after 39 days %d are kept", n)
	}
	d.wait(2 * 24 * time.Hour)
	d.work(t)
	if n := kept(); n != 0 {
		t.Errorf("after 41 days %d are kept", n)
	}
}

func TestOfAnEventWithABadSignatureNothingIsLogged(t *testing.T) {
	d := newDesk(t)
	d.provider = NewStripe(StripeKeys{Secret: "sk_test_1", Public: "pk_test_1", Webhook: "whsec_1"}, StripeSite{})
	s := newSite(t, d)
	log := logged(t)
	status, _, raw := s.hear(t, `{"id":"evt_1","card":"CANARYBODY"}`)
	if status != 400 || !strings.Contains(string(raw), "signature_invalid") {
		t.Errorf("%d %s", status, raw)
	}
	if !strings.Contains(log.String(), "bad signature") || strings.Contains(log.String(), "CANARY") || strings.Contains(log.String(), "whsec") {
		t.Errorf("the log says %s", log)
	}
}

func TestACommissionChangesOnceAndSaysSo(t *testing.T) {
	d := newDesk(t)
	g := round()
	g.CommissionBasis = 500
	d.open(t, g)
	d.edit(t, func(g *GroupBuy) { allocate(g, 1000) })
	d.wait(time.Minute)
	d.edit(t, func(g *GroupBuy) { count(g, 0) })
	d.wait(time.Minute)
	d.edit(t, func(g *GroupBuy) {
		if err := g.Adjust(neighbour, "eggs", Adjustment{ID: "c", Kind: ClaimGranted, Minor: 400, Reason: "broken"}); err != nil {
			t.Error(err)
		}
	})
	statement, err := d.Ledger.Statement(t.Context(), householdAccount(neighbour), d.clock().Add(-time.Hour), d.clock().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]int64{}
	for _, row := range statement.Rows {
		said[row.Reason] += row.Minor
	}
	if len(statement.Rows) != 4 || said["allocated"] != -3000 || said["commission"] != -150+20 || said["claim"] != 400 {
		t.Errorf("the household reads %+v", statement.Rows)
	}
}
