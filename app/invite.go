package main

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"baimi/app/people"
)

// InviteCmd makes an invitation from the command line: how a new deployment
// gets its first operator.
type InviteCmd struct {
	Store   string `env:"BAIMI_STORE" default:"sqlite:store" help:"Where the documents are."`
	BaseURL string `env:"BAIMI_BASE_URL" default:"http://127.0.0.1:8080" help:"The address that people open."`
	Role    string `arg:"" help:"operator, coordinator, leader, courier or supplier."`
	Scope   string `arg:"" optional:"" help:"What the role covers: a building A001/3, a compound A001, a supplier S01; nothing for an operator."`
}

// Run prints the invitation's link.
func (c *InviteCmd) Run(ctx context.Context) error {
	d, err := openDomains(ctx, Config{Store: c.Store}, time.Now, people.LogChannel{})
	if err != nil {
		return err
	}
	defer d.conn.Close()
	commandLine := people.Actor{Account: people.CommandLine, Grants: []people.Grant{{Role: people.Operator}}}
	grant := people.Grant{Role: people.Role(c.Role), Scope: c.Scope}
	if err := cmp.Or(grant.Known(), d.covers(ctx, grant)); err != nil {
		return wrongUse{err}
	}
	invitation, err := d.people.Invite(ctx, commandLine, grant)
	if err != nil {
		return wrongUse{err}
	}
	fmt.Printf("%s/invitations/%s\n", c.BaseURL, invitation.ID)
	return nil
}
