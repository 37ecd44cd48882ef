package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"baimi/app/fault"
	"baimi/orders"
)

// stripeKeys reads the payment provider's keys. They are not flags, because
// flags are seen by everybody on the machine: each comes from the environment
// or from the file that NAME_FILE names. Without any, online is false.
func stripeKeys(env func(string) string) (keys orders.StripeKeys, online bool, err error) {
	for name, key := range map[string]*string{
		"BAIMI_STRIPE_KEY": &keys.Secret, "BAIMI_STRIPE_PUBLIC_KEY": &keys.Public, "BAIMI_STRIPE_WEBHOOK_SECRET": &keys.Webhook,
	} {
		*key = env(name)
		if file := env(name + "_FILE"); file != "" {
			content, err := os.ReadFile(file)
			if err != nil {
				return keys, false, fmt.Errorf("%s_FILE cannot be read: %w", name, err)
			}
			*key = strings.TrimSpace(string(content))
		}
	}
	if keys == (orders.StripeKeys{}) {
		return keys, false, nil
	}
	return keys, true, keys.Check()
}

// refuseLiveDemo keeps real money out of a demo.
func (d *domains) refuseLiveDemo(ctx context.Context, keys orders.StripeKeys) error {
	if !keys.Live() {
		return nil
	}
	doc, err := d.deployments.Get(ctx, deploymentID)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return err
	}
	if doc.Demo || d.config.wantsDemo() {
		return wrongUse{fault.New(fault.Invalid, "live_demo", "A live Stripe key and a demo do not go together: take a test key, or another store and --demo=off.")}
	}
	return nil
}
