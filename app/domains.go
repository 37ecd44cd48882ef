package main

import (
	"context"
	"strings"
	"time"

	"baimi/app/community"
	"baimi/app/db"
	"baimi/app/people"
	"baimi/catalog"
	"baimi/fulfillment"
	"baimi/orders"
)

// domains is everything that the program is made of, opened on one store.
type domains struct {
	config Config
	conn   *db.Conn
	now    func() time.Time
	life   context.Context // ends when the service stops
	people *people.People

	community   *community.Community
	deployments *db.Collection[Deployment]
	catalog     *catalog.Catalog
	orders      *orders.Orders
	cashier     *orders.Cashier
	fulfillment *fulfillment.Fulfillment
	imports     *db.Collection[Import]
}

// openDomains opens the store and every domain on it, and makes the store
// ready. What runs for long ends with ctx.
func openDomains(ctx context.Context, config Config, now func() time.Time, channel people.Channel) (*domains, error) {
	conn, err := db.Connect(ctx, config.Store)
	if err != nil {
		return nil, wrongUse{err}
	}
	d := &domains{config: config, conn: conn, now: now, life: ctx, people: people.Open(conn, channel, now)}
	d.deployments = db.Open[Deployment](conn, db.Spec{Name: "deployments"})
	d.community = community.Open(conn, d.people, now)
	d.catalog = catalog.Open(conn, now)
	d.orders = orders.OpenOrders(conn, d.catalog, d.community, d.people, now)
	d.cashier = orders.OpenCashier(conn, d.orders.GroupBuys, config.payments, d.people.Tell, now)
	d.fulfillment = fulfillment.Open(conn, d.orders, d.catalog, d.community, d.people, now)
	d.imports = db.Open[Import](conn, db.Spec{Name: "imports", Indexes: []db.Index{db.On("done")}})
	if err := conn.Ready(ctx); err != nil {
		conn.Close()
		return nil, wrongUse{err}
	}
	return d, nil
}

func (c Config) channel() (people.Channel, error) {
	if c.SMTP == "" {
		return people.LogChannel{}, nil
	}
	return people.NewSMTPChannel(c.SMTP, c.MailFrom)
}

func (d *domains) routes(r *people.Router) {
	d.people.Routes(r, strings.HasPrefix(d.config.BaseURL, "https:"))
	d.community.Routes(r)
	d.catalog.Routes(r, d.community.Compound)
	d.orders.Routes(r)
	orders.MoneyRoutes(r, d.cashier)
	d.fulfillment.Routes(r)
	people.Route(r, people.Anyone, "GET /deployment", "What this deployment is and how one signs in.", d.deployment)
}
