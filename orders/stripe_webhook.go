package orders

import (
	"encoding/json"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v76/webhook"

	"baimi/app/fault"
)

// stripeTolerance is how old a signature may be: what is replayed later is refused.
const stripeTolerance = 5 * time.Minute

// Hear verifies an event on its raw body, as https://docs.stripe.com/webhooks
// has it, and gives the intent that it is about. Of a body that is not signed
// nothing is logged.
func (s *Stripe) Hear(payload []byte, signature string, now time.Time) (Signal, error) {
	event, err := webhook.ConstructEventWithOptions(payload, signature, s.keys.Webhook, webhook.ConstructEventOptions{
		IgnoreTolerance: true, IgnoreAPIVersionMismatch: true, // only ids are read, and the clock is ours
	})
	if err == nil && event.Data != nil && now.Sub(signedAt(signature)).Abs() <= stripeTolerance {
		return Signal{ID: event.ID, Type: string(event.Type), Intent: aboutIntent(event.Data.Raw)}, nil
	}
	slog.Warn("an event with a bad signature was refused", "bytes", len(payload))
	return Signal{}, fault.New(fault.Invalid, "signature_invalid", "The event is not signed by the payment provider.")
}

// signedAt reads the time of a signature header, such as t=1492774577,v1=….
func signedAt(signature string) time.Time {
	for part := range strings.SplitSeq(signature, ",") {
		if t, ok := strings.CutPrefix(part, "t="); ok {
			seconds, _ := strconv.ParseInt(t, 10, 64)
			return time.Unix(seconds, 0)
		}
	}
	return time.Time{}
}

// aboutIntent names the PaymentIntent that an event's object is or belongs to.
func aboutIntent(object []byte) string {
	var o struct {
		ID     string `json:"id"`
		Object string `json:"object"`
		Intent string `json:"payment_intent"`
	}
	if err := json.Unmarshal(object, &o); err != nil {
		return ""
	}
	if o.Object == "payment_intent" {
		return o.ID
	}
	return o.Intent
}
