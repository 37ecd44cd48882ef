package orders

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/webhook"

	"baimi/app/fault"
)

// stripeMock starts Stripe's own mock, which checks every request against
// Stripe's published contract.
func stripeMock(t *testing.T) *Stripe {
	t.Helper()
	binary, err := exec.LookPath("stripe-mock")
	if err != nil {
		binary, _ = filepath.Abs("../bin/stripe-mock")
		if _, err := os.Stat(binary); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatal("stripe-mock is not installed: run `make tools`")
			}
			t.Skip("stripe-mock is not installed: run `make tools`")
		}
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	free.Close()
	mock := exec.Command(binary, "-http-addr", address)
	if err := mock.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mock.Process.Kill(); mock.Wait() })
	keys := StripeKeys{Secret: "sk_test_123", Public: "pk_test_123", Webhook: "whsec_123"}
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		if answer, err := http.Get("http://" + address + "/v1/charges"); err == nil {
			answer.Body.Close()
			return NewStripe(keys, StripeSite{API: "http://" + address})
		}
	}
	t.Fatal("stripe-mock does not answer")
	return nil
}

func TestEveryRequestHasTheShapeThatStripePublishes(t *testing.T) {
	s, ctx := stripeMock(t), t.Context()
	for _, r := range []IntentRequest{
		{Payment: "g1:h", Seq: 1, GroupBuy: "g1", Minor: 5800, Currency: "CNY", Method: Card},
		{Payment: "g1:h", Seq: 2, GroupBuy: "g1", Minor: 5800, Currency: "CNY", Method: Card, Customer: "cus_1"},
		{Payment: "g1:h", Seq: 3, GroupBuy: "g1", Minor: 5800, Currency: "CNY", Method: Card, Customer: "cus_1", CardToken: "pm_1"},
		{Payment: "g1:h", Seq: 4, GroupBuy: "g1", Minor: 5800, Currency: "CNY", Method: Alipay},
		{Payment: "g1:h", Seq: 5, GroupBuy: "g1", Minor: 5800, Currency: "CNY", Method: WeChatPay},
	} {
		f, err := s.Open(ctx, fmt.Sprint("open", r.Seq), r)
		if err != nil || f.ID == "" || f.Secret == "" || f.State != Unconfirmed {
			t.Errorf("opening %+v gave %+v, %v", r, f, err)
		}
	}
	steps := map[string]func() (Facts, error){
		"look":    func() (Facts, error) { return s.Look(ctx, "pi_1") },
		"confirm": func() (Facts, error) { return s.Confirm(ctx, "k1", "pi_1") },
		"capture": func() (Facts, error) { return s.Capture(ctx, "k2", "pi_1", 100) },
		"release": func() (Facts, error) { return s.Release(ctx, "k3", "pi_1") },
		"refund":  func() (Facts, error) { return s.Refund(ctx, "k4", "pi_1", 50, "short") },
	}
	for name, step := range steps {
		if f, err := step(); err != nil || f.ID == "" {
			t.Errorf("%s gave %+v, %v", name, f, err)
		}
	}
	if c, err := s.OpenCustomer(ctx, "k5", "sam"); err != nil || c == "" {
		t.Errorf("a customer: %q, %v", c, err)
	}
	if f, err := s.OpenSetup(ctx, "k6", "cus_1"); err != nil || f.Secret == "" {
		t.Errorf("a setup: %+v, %v", f, err)
	}
	if f, err := s.LookSetup(ctx, "seti_1"); err != nil || f.ID == "" {
		t.Errorf("a setup looked at: %+v, %v", f, err)
	}
	if err := s.Forget(ctx, "pm_1"); err != nil {
		t.Errorf("a card forgotten: %v", err)
	}
	if a, err := s.OpenPayee(ctx, "k7", "supplier:S01"); err != nil || a == "" {
		t.Errorf("a payee: %q, %v", a, err)
	}
	if page, err := s.PayeePage(ctx, "acct_1", "https://baimi.example/money"); err != nil || page == "" {
		t.Errorf("a payee's page: %q, %v", page, err)
	}
	if _, err := s.PayeeReady(ctx, "acct_1"); err != nil {
		t.Errorf("whether a payee is ready: %v", err)
	}
	if err := s.Send(ctx, "k8", TransferRequest{Account: "acct_1", Minor: 100, Currency: "CNY", Group: "d1"}); err != nil {
		t.Errorf("a transfer: %v", err)
	}
	if err := s.Reverse(ctx, "k9", "tr_1", 50); err != nil {
		t.Errorf("a reversal: %v", err)
	}
	if _, err := s.Transfers(ctx, "d1"); err != nil {
		t.Errorf("the transfers of a delivery: %v", err)
	}
	if _, err := s.refunds(ctx, "pi_1"); err != nil {
		t.Errorf("the refunds of an intent: %v", err)
	}
	if err := s.disputesOf(ctx, &Facts{ID: "pi_1"}); err != nil {
		t.Errorf("the disputes of an intent: %v", err)
	}
}

func TestAnswersAreReadWhole(t *testing.T) {
	const answer = `{"id":"pi_1","object":"payment_intent","status":%q,"client_secret":"s","currency":"cny","amount":5800,"amount_capturable":%d,
		"amount_received":%d,"metadata":{"payment":"g1:h","seq":"7"},"setup_future_usage":"off_session","customer":"cus_1","payment_method":"pm_1",
		"last_payment_error":{"code":"card_declined","decline_code":"insufficient_funds","type":"card_error"},
		"latest_charge":{"id":"ch_1","object":"charge","created":1650272400,"balance_transaction":{"id":"txn_1","object":"balance_transaction","amount":3000,"fee":109,"currency":"cny"},"payment_method_details":{"type":"card","card":{"capture_before":1650700000}},
		"refunds":{"object":"list","data":[{"id":"re_1","object":"refund","amount":50,"status":"succeeded","metadata":{"step":"g1:h#1"}}]}}}`
	held := Facts{ID: "pi_1", Secret: "s", State: Held, Currency: "CNY", Authorised: 5800, Expires: time.Unix(1650700000, 0).UTC(),
		Customer: "cus_1", CardToken: "pm_1", Payment: "g1:h", Seq: 7}
	taken := held
	taken.State, taken.Authorised, taken.Captured, taken.Expires = Taken, 0, 3000, time.Time{}
	taken.Moves = []MoveFact{{ID: "txn_1", Charge: true, Of: 3000, Minor: 3000, Fee: 109, Currency: "CNY"}}
	taken.Refunds = []RefundFact{{ID: "re_1", Minor: 50, Step: "g1:h#1"}}
	declined := Facts{ID: "pi_1", Secret: "s", State: Unconfirmed, Currency: "CNY", Declined: "insufficient_funds", Payment: "g1:h", Seq: 7}
	for status, want := range map[string]Facts{"requires_capture": held, "succeeded": taken, "requires_payment_method": declined} {
		t.Run(status, func(t *testing.T) {
			var key string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				key = r.Header.Get("Idempotency-Key")
				fmt.Fprintf(w, answer, status, want.Authorised, want.Captured)
			}))
			defer server.Close()
			got, err := NewStripe(StripeKeys{Secret: "sk_test_1"}, StripeSite{API: server.URL}).Capture(t.Context(), "g1:h#000009", "pi_1", 3000)
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v, %v, want %+v", got, err, want)
			}
			if key != "g1:h#000009" {
				t.Errorf("the idempotency key is %q", key)
			}
		})
	}
}

func TestStripeThatCannotBeReachedMayBeTriedAgain(t *testing.T) {
	s := NewStripe(StripeKeys{Secret: "sk_test_123"}, StripeSite{API: "http://127.0.0.1:1"})
	_, err := s.Look(t.Context(), "pi_1")
	if fault.KindOf(err) != fault.Unavailable {
		t.Errorf("got %v", err)
	}
}

func TestCurrenciesThatStripeCountsOtherwiseAreRefused(t *testing.T) {
	s := NewStripe(StripeKeys{Secret: "sk_test_123"}, StripeSite{API: "http://127.0.0.1:1"})
	for currency, code := range map[string]string{"UGX": "online_refused", "KWD": "online_refused", "JPY": "online_unavailable", "CNY": "online_unavailable"} {
		_, err := s.Open(t.Context(), "k", IntentRequest{Currency: currency, Minor: 1880, Method: Card})
		wantFault(t, err, code) // nobody is at that address
	}
}

func TestRefundsOfWhatWasNeverCapturedAreNotMoney(t *testing.T) {
	var f Facts
	for _, r := range []*stripe.Refund{
		{ID: "re_1", Amount: 100}, // the part of a hold that was let go
		{ID: "re_2", Amount: 200, BalanceTransaction: &stripe.BalanceTransaction{ID: "txn_1", Amount: -28, Currency: "usd"}},
		{ID: "re_3", Amount: 300, Metadata: map[string]string{"step": "s"}, Status: stripe.RefundStatusFailed},
	} {
		f.addRefund(r)
	}
	want := Facts{
		Refunds: []RefundFact{{ID: "re_2", Minor: 200}, {ID: "re_3", Minor: 300, Step: "s", Failed: true}},
		Moves:   []MoveFact{{ID: "txn_1", Of: -200, Minor: -28, Currency: "USD"}},
	}
	if !reflect.DeepEqual(f, want) {
		t.Errorf("got %+v, want %+v", f, want)
	}
}

func TestDisputesAreReadByWhatTheyMoved(t *testing.T) {
	withdrawn := &stripe.BalanceTransaction{ID: "txn_1", Amount: -5800, Fee: 1500, Currency: "cny"}
	reinstated := &stripe.BalanceTransaction{ID: "txn_2", Amount: 5800, Currency: "cny"}
	away := MoveFact{ID: "txn_1", Of: -5800, Minor: -5800, Fee: 1500, Currency: "CNY"}
	back := MoveFact{ID: "txn_2", Of: 5800, Minor: 5800, Currency: "CNY"}
	for name, row := range map[string]struct {
		moved []*stripe.BalanceTransaction
		want  Facts
	}{
		"an inquiry moves nothing": {nil, Facts{}},
		"a dispute takes it away":  {[]*stripe.BalanceTransaction{withdrawn}, Facts{Refunds: []RefundFact{{ID: "dp_1", Minor: 5800, Dispute: true}}, Moves: []MoveFact{away}}},
		"won, it comes back": {[]*stripe.BalanceTransaction{withdrawn, reinstated},
			Facts{Refunds: []RefundFact{{ID: "dp_1", Minor: 5800, Dispute: true, Failed: true}}, Moves: []MoveFact{away, back}}},
	} {
		t.Run(name, func(t *testing.T) {
			var f Facts
			f.addDispute(&stripe.Dispute{ID: "dp_1", Amount: 5800, BalanceTransactions: row.moved})
			if !reflect.DeepEqual(f, row.want) {
				t.Errorf("got %+v, want %+v", f, row.want)
			}
		})
	}
}

func TestKeysAreWhatAHeaderCarries(t *testing.T) {
	if key := stripeKey("g1:A001/3/1-302#000001"); key != "g1:A001/3/1-302#000001" {
		t.Errorf("a plain key became %q", key)
	}
	long, house := stripeKey(strings.Repeat("a", 300)), stripeKey("g1:A001/东1/1-302#000001")
	if len(long) != 64 || len(house) != 64 || house == stripeKey("g1:A001/东1/1-302#000002") {
		t.Errorf("keys became %q and %q", long, house)
	}
}

func TestOnlySignedEventsAreHeard(t *testing.T) {
	s := NewStripe(StripeKeys{Webhook: "whsec_123"}, StripeSite{})
	now := time.Date(2022, 4, 18, 9, 0, 0, 0, time.UTC)
	body := []byte(`{"id":"evt_1","object":"event","type":"payment_intent.succeeded","data":{"object":{"id":"pi_1","object":"payment_intent"}}}`)
	refund := []byte(`{"id":"evt_2","object":"event","type":"charge.refunded","data":{"object":{"id":"ch_1","object":"charge","payment_intent":"pi_2"}}}`)
	sign := func(body []byte, secret string, at time.Time) string {
		return webhook.GenerateTestSignedPayload(&webhook.UnsignedPayload{Payload: body, Secret: secret, Timestamp: at}).Header
	}
	rows := []struct {
		name   string
		body   []byte
		header string
		intent string
	}{
		{"an event about an intent", body, sign(body, "whsec_123", now), "pi_1"},
		{"an event about its charge", refund, sign(refund, "whsec_123", now.Add(-4*time.Minute)), "pi_2"},
		{"another secret", body, sign(body, "whsec_456", now), ""},
		{"another body", refund, sign(body, "whsec_123", now), ""},
		{"a replay", body, sign(body, "whsec_123", now.Add(-6*time.Minute)), ""},
		{"a time to come", body, sign(body, "whsec_123", now.Add(6*time.Minute)), ""},
		{"an event without an object", []byte(`{"id":"evt_3","object":"event"}`), sign([]byte(`{"id":"evt_3","object":"event"}`), "whsec_123", now), ""},
		{"no signature", body, "", ""},
		{"nonsense", body, "t=x,v1=y", ""},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			signal, err := s.Hear(row.body, row.header, now)
			if row.intent == "" {
				wantFault(t, err, "signature_invalid")
			} else if err != nil || signal.Intent != row.intent {
				t.Errorf("got %+v, %v", signal, err)
			}
		})
	}
}

func TestKeysThatDoNotBelongTogetherAreRefused(t *testing.T) {
	rows := map[string]struct {
		keys StripeKeys
		code string
	}{
		"nothing":                       {StripeKeys{}, "stripe_key_missing"},
		"no webhook secret":             {StripeKeys{Secret: "sk_test_1", Public: "pk_test_1"}, "stripe_key_missing"},
		"a live secret beside a test":   {StripeKeys{Secret: "sk_live_1", Public: "pk_test_1", Webhook: "w"}, "stripe_keys_mixed"},
		"a test secret beside a live":   {StripeKeys{Secret: "sk_test_1", Public: "pk_live_1", Webhook: "w"}, "stripe_keys_mixed"},
		"a restricted live secret is a": {StripeKeys{Secret: "rk_live_1", Public: "pk_test_1", Webhook: "w"}, "stripe_keys_mixed"},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) { wantFault(t, row.keys.Check(), row.code) })
	}
	if err := (StripeKeys{Secret: "sk_test_1", Public: "pk_test_1", Webhook: "w"}).Check(); err != nil {
		t.Error(err)
	}
}
