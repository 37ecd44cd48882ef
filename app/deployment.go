package main

import (
	"context"
	"net"

	"baimi/app/db"
	"baimi/app/fault"
	"baimi/app/people"
)

// Deployment is the store's own document: whether it was seeded as a demo.
type Deployment struct {
	db.Doc
	Demo bool `json:"demo"`
}

const deploymentID = "deployment"

// DemoSignIn is one of a demo's people, for the sign-in page.
type DemoSignIn struct {
	Role    people.Role `json:"role"`
	Contact string      `json:"contact"`
	Code    string      `json:"code"`
}

// wantsDemo tells whether an empty store is to be seeded: on request, or by
// itself where only this machine can reach the service.
func (c Config) wantsDemo() bool {
	if c.Demo != "auto" {
		return c.Demo == "on"
	}
	host, _, err := net.SplitHostPort(c.Listen)
	ip := net.ParseIP(host)
	return err == nil && (host == "localhost" || ip != nil && ip.IsLoopback())
}

// isDemo tells whether this is a demo deployment: its store was seeded as one,
// and nobody has switched it off.
func (d *domains) isDemo(ctx context.Context) (bool, error) {
	doc, err := d.deployments.Get(ctx, deploymentID)
	if fault.KindOf(err) == fault.NotFound {
		return false, nil
	}
	return doc.Demo && d.config.Demo != "off", err
}

// prepare refuses a store with half an import, seeds an empty one where a demo
// is wanted, and lets a demo's people sign in with the codes that its sign-in
// page shows.
func (d *domains) prepare(ctx context.Context) error {
	if err := d.unfinishedImport(ctx); err != nil {
		return wrongUse{err}
	}
	if err := d.seedDemo(ctx); err != nil {
		return err
	}
	demo, err := d.isDemo(ctx)
	if err != nil || !demo {
		return err
	}
	for _, p := range demoSignIns() {
		d.people.FixCode(p.Contact, p.Code)
	}
	return nil
}

type deploymentView struct {
	Body struct {
		Version string       `json:"version"`
		Demo    bool         `json:"demo" doc:"A demo: nothing here is real."`
		SignIns []DemoSignIn `json:"sign_ins" doc:"One sign-in per role, in a demo only."`
		Phones  bool         `json:"phones" doc:"Sign-in codes can go to phone numbers; otherwise to e-mail addresses only."`
	}
}

func (d *domains) deployment(ctx context.Context, _ *struct{}) (*deploymentView, error) {
	demo, err := d.isDemo(ctx)
	if err != nil {
		return nil, err
	}
	out := &deploymentView{}
	out.Body.Version, out.Body.Demo, out.Body.SignIns, out.Body.Phones = version, demo, []DemoSignIn{}, d.config.SMTP == ""
	if demo {
		out.Body.SignIns = demoSignIns()
	}
	return out, nil
}
