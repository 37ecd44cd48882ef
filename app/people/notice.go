package people

import (
	"context"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
)

// Notice is one thing that an account is told: the pages write the sentence
// from its kind and params, in the reader's language.
type Notice struct {
	db.Doc
	Account string            `json:"account"`
	Kind    string            `json:"kind"`
	Params  map[string]string `json:"params"`
	Link    string            `json:"link"` // page of the matter, such as /group-buys/42
	At      time.Time         `json:"at"`
	Read    bool              `json:"read"`
}

// Tell puts a notice into an account's inbox. The id is derived from what
// caused it, so that telling twice tells once.
func (p *People) Tell(ctx context.Context, n Notice) error {
	_, err := p.notices.Insert(ctx, n)
	if fault.KindOf(err) == fault.Conflict {
		return nil
	}
	return err
}

// TellHolders tells everybody who holds a role for a scope.
func (p *People) TellHolders(ctx context.Context, g Grant, n Notice) error {
	holders, err := p.Holders(ctx, g)
	if err != nil {
		return err
	}
	for _, a := range holders {
		each := n
		each.ID, each.Account = n.ID+":"+a.ID, a.ID
		if err := p.Tell(ctx, each); err != nil {
			return err
		}
	}
	return nil
}

// Reveal is one look at a phone number or a need that is hidden by default.
type Reveal struct {
	db.Doc
	Scope string    `json:"scope"` // the compound
	By    string    `json:"by"`
	Field string    `json:"field"` // phone, needs
	Of    string    `json:"of"`    // a household id
	At    time.Time `json:"at"`
}

// Record writes a look down; the value is shown only after that.
func (p *People) Record(ctx context.Context, r Reveal) error {
	r.ID = secret(12)
	_, err := p.reveals.Insert(ctx, r)
	return err
}
