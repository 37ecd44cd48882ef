package main

import (
	"context"
	"strings"
	"time"

	"baimi/app/community"
	"baimi/app/db"
	"baimi/app/fault"
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
	d.cashier = orders.OpenCashier(conn, d.orders.GroupBuys, config.payments, d.people, now)
	d.fulfillment = fulfillment.Open(conn, d.orders, d.catalog, d.community, d.people, now)
	d.imports = db.Open[Import](conn, db.Spec{Name: "imports", Indexes: []db.Index{db.On("done"), db.On("started")}})
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
	d.people.Routes(r, strings.HasPrefix(d.config.BaseURL, "https:"), d.covers)
	d.community.Routes(r)
	d.catalog.Routes(r, d.community)
	d.orders.Routes(r)
	orders.MoneyRoutes(r, d.cashier)
	d.fulfillment.Routes(r)
	d.importRoutes(r)
	people.Route(r, people.Anyone, "GET /deployment", "What this deployment is and how one signs in.", d.deployment)
}

// covers refuses a role over something that does not exist.
func (d *domains) covers(ctx context.Context, g people.Grant) error {
	var err error
	switch compound, building, _ := strings.Cut(g.Scope, "/"); g.Role {
	case people.Operator:
	case people.Supplier:
		_, err = d.catalog.Suppliers.Get(ctx, g.Scope)
	default:
		var c community.Compound
		if c, err = d.community.Compound(ctx, compound); err == nil && building != "" {
			if _, known := c.Building(building); !known {
				err = fault.New(fault.NotFound, "not_found", "There is no building %q.", building)
			}
		}
	}
	if fault.KindOf(err) == fault.NotFound {
		return fault.New(fault.Invalid, "scope_nowhere", "There is no %q here that a %s could cover.", g.Scope, string(g.Role)).With("scope", g.Scope).At("body.scope", "unknown")
	}
	return err
}
