package orders

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/client"

	"baimi/app/fault"
)

// StripeKeys are a deployment's keys. They come from the environment or from
// files, and are never logged or shown.
type StripeKeys struct {
	Secret  string
	Public  string
	Webhook string
}

// StripeSite is where Stripe is; empty means Stripe's own addresses. Tests have
// a stand-in on this machine.
type StripeSite struct {
	API    string
	Script string // of https://docs.stripe.com/js, for the pages
}

// Live tells whether the key moves real money.
func (k StripeKeys) Live() bool {
	return strings.HasPrefix(k.Secret, "sk_live_") || strings.HasPrefix(k.Secret, "rk_live_")
}

// Check refuses keys that do not belong together.
func (k StripeKeys) Check() error {
	if k.Secret == "" {
		return fault.New(fault.Invalid, "stripe_key_missing", "Paying online needs Stripe's secret key.")
	}
	if k.Public == "" || k.Webhook == "" {
		return fault.New(fault.Invalid, "stripe_key_missing", "Stripe's secret key needs the public key and the webhook's secret beside it.")
	}
	if strings.HasPrefix(k.Public, "pk_live_") != k.Live() {
		return fault.New(fault.Invalid, "stripe_keys_mixed", "Stripe's secret and public keys are not both live or both for tests.")
	}
	return nil
}

// Stripe is the Provider that Stripe is: https://docs.stripe.com/api.
type Stripe struct {
	api    *client.API
	keys   StripeKeys
	script string
}

// stripeTimeout bounds one request, well below resumeAfter.
const stripeTimeout = 20 * time.Second

// NewStripe prepares the provider.
func NewStripe(keys StripeKeys, site StripeSite) *Stripe {
	config := &stripe.BackendConfig{
		HTTPClient:        &http.Client{Timeout: stripeTimeout},
		MaxNetworkRetries: stripe.Int64(1),
		LeveledLogger:     &stripe.LeveledLogger{Level: stripe.LevelNull}, // its lines could hold what people typed
		EnableTelemetry:   stripe.Bool(false),
	}
	if site.API != "" {
		config.URL = stripe.String(site.API)
	}
	backends := &stripe.Backends{API: stripe.GetBackendWithConfig(stripe.APIBackend, config)}
	return &Stripe{api: client.New(keys.Secret, backends), keys: keys, script: cmp.Or(site.Script, "https://js.stripe.com/v3/")}
}

// Element is for the page's Payment Element: https://docs.stripe.com/payments/payment-element.
func (s *Stripe) Element() Element { return Element{PublicKey: s.keys.Public, Script: s.script} }

// stripeExpand makes every answer about an intent whole: the charge with its
// refunds, and what each moved in Stripe's own book.
var stripeExpand = []string{
	"latest_charge.balance_transaction", "latest_charge.refunds.data.balance_transaction", "latest_charge.refunds.data.failure_balance_transaction",
}

func stripeParams(ctx context.Context, key string) stripe.Params {
	p := stripe.Params{Context: ctx}
	if key != "" {
		p.SetIdempotencyKey(stripeKey(key))
	}
	return p
}

// stripeKey makes of our key one that a header carries and Stripe takes: at most
// 255 characters. Stripe knows it again for a day; what is older is not
// repeated but asked about, see Step.
func stripeKey(key string) string {
	plain := !strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' })
	if plain && len(key) <= 255 {
		return key
	}
	return fmt.Sprintf("%x", sha256.Sum256([]byte(key)))
}

// stripeOdd are the currencies that Stripe counts in other units than ISO 4217,
// or only in tens of them: https://docs.stripe.com/currencies#special-cases.
var stripeOdd = []string{"ISK", "MGA", "UGX", "BHD", "JOD", "KWD", "OMR", "TND"}

func stripeCurrency(code string) string { return strings.ToLower(code) }

// Open makes a PaymentIntent that the page confirms. A card is only held;
// Alipay and WeChat Pay cannot be: https://docs.stripe.com/payments/place-a-hold-on-a-payment-method.
func (s *Stripe) Open(ctx context.Context, key string, r IntentRequest) (Facts, error) {
	if slices.Contains(stripeOdd, r.Currency) {
		return Facts{}, fault.New(fault.Invalid, "online_refused", "Amounts in %s cannot be paid online; please pay the leader.", r.Currency).With("code", "currency")
	}
	p := &stripe.PaymentIntentParams{
		Params: stripeParams(ctx, key), Amount: stripe.Int64(r.Minor), Currency: stripe.String(stripeCurrency(r.Currency)),
		PaymentMethodTypes: stripe.StringSlice([]string{r.Method}),
		Metadata: map[string]string{
			"payment": r.Payment, "seq": strconv.FormatInt(r.Seq, 10), "group_buy": r.GroupBuy,
		},
	}
	switch {
	case r.Method == Card:
		p.CaptureMethod = stripe.String(string(stripe.PaymentIntentCaptureMethodManual))
	case r.Method == WeChatPay:
		p.PaymentMethodOptions = &stripe.PaymentIntentPaymentMethodOptionsParams{
			WeChatPay: &stripe.PaymentIntentPaymentMethodOptionsWeChatPayParams{Client: stripe.String("web")},
		}
	}
	if r.Customer != "" {
		p.Customer = stripe.String(r.Customer)
		if r.CardToken == "" {
			p.SetupFutureUsage = stripe.String(string(stripe.PaymentIntentSetupFutureUsageOffSession))
		} else {
			p.PaymentMethod = stripe.String(r.CardToken)
		}
	}
	p.Expand = stripe.StringSlice(stripeExpand)
	in, err := s.api.PaymentIntents.New(p)
	return s.facts(ctx, in, err)
}

// Look retrieves a PaymentIntent.
func (s *Stripe) Look(ctx context.Context, intent string) (Facts, error) {
	p := &stripe.PaymentIntentParams{Params: stripeParams(ctx, "")}
	p.Expand = stripe.StringSlice(stripeExpand)
	in, err := s.api.PaymentIntents.Get(intent, p)
	return s.facts(ctx, in, err)
}

// Confirm confirms with the saved card while nobody is at the page. A card that
// is declined is an answer, not an error.
func (s *Stripe) Confirm(ctx context.Context, key, intent string) (Facts, error) {
	p := &stripe.PaymentIntentConfirmParams{Params: stripeParams(ctx, key), OffSession: stripe.Bool(true)}
	p.Expand = stripe.StringSlice(stripeExpand)
	in, err := s.api.PaymentIntents.Confirm(intent, p)
	if refused, ok := errors.AsType[*stripe.Error](err); ok && refused.Type == stripe.ErrorTypeCard {
		return s.Look(ctx, intent)
	}
	return s.facts(ctx, in, err)
}

// Capture takes part or all of what is held and lets the rest go.
func (s *Stripe) Capture(ctx context.Context, key, intent string, minor int64) (Facts, error) {
	p := &stripe.PaymentIntentCaptureParams{Params: stripeParams(ctx, key), AmountToCapture: stripe.Int64(minor)}
	p.Expand = stripe.StringSlice(stripeExpand)
	in, err := s.api.PaymentIntents.Capture(intent, p)
	return s.facts(ctx, in, err)
}

// Release cancels a PaymentIntent and lets go what it holds.
func (s *Stripe) Release(ctx context.Context, key, intent string) (Facts, error) {
	p := &stripe.PaymentIntentCancelParams{
		Params: stripeParams(ctx, key), CancellationReason: stripe.String(string(stripe.PaymentIntentCancellationReasonAbandoned)),
	}
	p.Expand = stripe.StringSlice(stripeExpand)
	in, err := s.api.PaymentIntents.Cancel(intent, p)
	return s.facts(ctx, in, err)
}

// Refund gives part of what was captured back; its labels name the step, by
// which it is known again.
func (s *Stripe) Refund(ctx context.Context, key, intent string, minor int64, reason string) (Facts, error) {
	p := &stripe.RefundParams{
		Params: stripeParams(ctx, key), PaymentIntent: stripe.String(intent), Amount: stripe.Int64(minor),
		Metadata: map[string]string{"step": key, "reason": reason},
	}
	if _, err := s.api.Refunds.New(p); err != nil {
		return Facts{}, stripeFault(err)
	}
	return s.Look(ctx, intent)
}

// OpenCustomer makes the customer under whom an account's card is kept. It
// holds no name or contact.
func (s *Stripe) OpenCustomer(ctx context.Context, key, account string) (string, error) {
	c, err := s.api.Customers.New(&stripe.CustomerParams{Params: stripeParams(ctx, key), Metadata: map[string]string{"account": account}})
	if err != nil {
		return "", stripeFault(err)
	}
	return c.ID, nil
}

// OpenSetup makes a SetupIntent, so that a household orders again without typing a card.
func (s *Stripe) OpenSetup(ctx context.Context, key, customer string) (SetupFacts, error) {
	return setupFacts(s.api.SetupIntents.New(&stripe.SetupIntentParams{
		Params: stripeParams(ctx, key), Customer: stripe.String(customer),
		PaymentMethodTypes: stripe.StringSlice([]string{Card}), Usage: stripe.String(string(stripe.SetupIntentUsageOffSession)),
	}))
}

// LookSetup retrieves a SetupIntent with its card.
func (s *Stripe) LookSetup(ctx context.Context, setup string) (SetupFacts, error) {
	p := &stripe.SetupIntentParams{Params: stripeParams(ctx, "")}
	p.AddExpand("payment_method")
	return setupFacts(s.api.SetupIntents.Get(setup, p))
}

// Forget detaches a saved card from its customer.
func (s *Stripe) Forget(ctx context.Context, cardToken string) error {
	_, err := s.api.PaymentMethods.Detach(cardToken, &stripe.PaymentMethodDetachParams{Params: stripeParams(ctx, "")})
	if err == nil {
		return nil
	}
	if err = stripeFault(err); fault.KindOf(err) == fault.Invalid {
		return nil
	}
	return err
}

func setupFacts(si *stripe.SetupIntent, err error) (SetupFacts, error) {
	if err != nil {
		return SetupFacts{}, stripeFault(err)
	}
	f := SetupFacts{ID: si.ID, Secret: si.ClientSecret}
	if si.Customer != nil {
		f.Customer = si.Customer.ID
	}
	if m := si.PaymentMethod; m != nil && si.Status == stripe.SetupIntentStatusSucceeded {
		f.CardToken = m.ID
		if m.Card != nil {
			f.CardLabel = string(m.Card.Brand) + " " + m.Card.Last4
		}
	}
	return f, nil
}

// stripeStates maps a PaymentIntent's status: https://docs.stripe.com/payments/paymentintents/lifecycle.
var stripeStates = map[stripe.PaymentIntentStatus]IntentState{
	stripe.PaymentIntentStatusRequiresPaymentMethod: Unconfirmed,
	stripe.PaymentIntentStatusRequiresConfirmation:  Unconfirmed,
	stripe.PaymentIntentStatusRequiresAction:        Unconfirmed,
	stripe.PaymentIntentStatusProcessing:            Processing,
	stripe.PaymentIntentStatusRequiresCapture:       Held,
	stripe.PaymentIntentStatusSucceeded:             Taken,
	stripe.PaymentIntentStatusCanceled:              Released,
}

// facts reads an answer; where an intent has more refunds than an answer shows,
// the others are asked for.
func (s *Stripe) facts(ctx context.Context, in *stripe.PaymentIntent, err error) (Facts, error) {
	if err != nil {
		return Facts{}, stripeFault(err)
	}
	f := Facts{
		ID: in.ID, Secret: in.ClientSecret, State: stripeStates[in.Status], Currency: strings.ToUpper(string(in.Currency)),
		Authorised: in.AmountCapturable, Captured: in.AmountReceived, Payment: in.Metadata["payment"],
	}
	f.Seq, _ = strconv.ParseInt(in.Metadata["seq"], 10, 64)
	if e := in.LastPaymentError; e != nil && f.State == Unconfirmed {
		f.Declined = cmp.Or(string(e.DeclineCode), string(e.Code))
	}
	kept := in.SetupFutureUsage == stripe.PaymentIntentSetupFutureUsageOffSession && in.PaymentMethod != nil && in.Customer != nil
	if kept && (f.State == Held || f.State == Taken) {
		f.Customer, f.CardToken = in.Customer.ID, in.PaymentMethod.ID
	}
	c := in.LatestCharge
	if c == nil {
		return f, nil
	}
	if f.State == Held {
		f.Expires = holdEnds(c)
	}
	if f.Captured == 0 {
		return f, nil
	}
	f.Moves = appendMove(f.Moves, c.BalanceTransaction, true, f.Captured)
	if err := s.refundsOf(ctx, &f, c); err != nil {
		return f, err
	}
	if !c.Disputed {
		return f, nil
	}
	return f, s.disputesOf(ctx, &f)
}

// holdEnds is what the bank says, or Stripe's usual seven days.
func holdEnds(c *stripe.Charge) time.Time {
	if d := c.PaymentMethodDetails; d != nil && d.Card != nil && d.Card.CaptureBefore > 0 {
		return time.Unix(d.Card.CaptureBefore, 0).UTC()
	}
	return time.Unix(c.Created, 0).Add(7 * 24 * time.Hour).UTC()
}

// stripeFault says whether a request may be tried again, and keeps of the error
// only what names no card and no key.
func stripeFault(err error) error {
	e, ok := errors.AsType[*stripe.Error](err)
	if !ok {
		slog.Warn("Stripe cannot be reached", "error", err)
		return fault.New(fault.Unavailable, "online_unavailable", "The payment provider cannot be reached at the moment; please try again, or pay the leader.")
	}
	slog.Warn("Stripe refused a request", "status", e.HTTPStatusCode, "code", e.Code, "request", e.RequestID)
	if e.Code == stripe.ErrorCodeAmountTooSmall {
		return fault.New(fault.Invalid, "online_too_small", "This amount is too small to be paid online; please pay the leader.")
	}
	again := e.HTTPStatusCode >= 500 || e.HTTPStatusCode == 409 || e.HTTPStatusCode == 429 || e.HTTPStatusCode == 401
	if again {
		return fault.New(fault.Unavailable, "online_unavailable", "The payment provider cannot answer at the moment; please try again, or pay the leader.")
	}
	return fault.New(fault.Invalid, "online_refused", "The payment provider refused this payment (%s); please pay the leader.", e.Code).With("code", string(e.Code))
}
