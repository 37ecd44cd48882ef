package main

import (
	"time"

	"baimi/app/people"
	"baimi/orders"
)

// Config is everything a deployment may set, each by flag or environment, each
// with a default that runs.
type Config struct {
	Store        string        `env:"BAIMI_STORE" default:"sqlite:store" help:"Where the documents are: sqlite:DIR or mongodb://…"`
	Listen       string        `env:"BAIMI_LISTEN" default:"127.0.0.1:8080" help:"HOST:PORT to serve on."`
	BaseURL      string        `env:"BAIMI_BASE_URL" help:"The address that people open, for links in messages; by default http://LISTEN."`
	Demo         string        `env:"BAIMI_DEMO" enum:"auto,on,off" default:"auto" help:"Seed an empty store with a demo compound (auto: only where the address is on this machine)."`
	SMTP         string        `env:"BAIMI_SMTP" help:"smtp://USER:PASSWORD@HOST:PORT that sends sign-in codes and notices; without it they are written to the log."`
	MailFrom     string        `env:"BAIMI_MAIL_FROM" default:"baimi@localhost" help:"The sender's address of mails."`
	Body         int           `env:"BAIMI_BODY_LIMIT" default:"8388608" help:"Largest request body in bytes."`
	StripeAPI    string        `env:"BAIMI_STRIPE_API" hidden:"" help:"Where Stripe's API answers; empty: at Stripe."`
	StripeScript string        `env:"BAIMI_STRIPE_SCRIPT" hidden:"" help:"Where Stripe's script for pages is; empty: at Stripe."`
	Deadline     time.Duration `env:"BAIMI_DEADLINE" default:"30s" help:"How long one request may take."`

	Log string `env:"BAIMI_LOG" enum:"debug,info,warn,error" default:"info" help:"What the log tells, on standard error: debug tells every request."`

	Proxies []string `env:"BAIMI_PROXIES" help:"Addresses or networks of the proxies before the service, such as 10.0.0.5,172.16.0.0/12: their X-Forwarded-For says who asks, so that sign-in is limited for each person."`

	trusted  people.Proxies  // of Proxies
	payments orders.Provider // by its keys: see stripeKeys; nil: cash and transfers only
}
