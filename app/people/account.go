package people

import (
	"context"
	"slices"
	"strings"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
)

// Account is one person, known by a phone number or an e-mail address; bounded
// by 50 grants.
type Account struct {
	db.Doc
	Phone    string    `json:"phone,omitempty"`
	Email    string    `json:"email,omitempty"`
	Name     string    `json:"name"`
	Language string    `json:"language"` // zh-Hans or en
	Grants   []Grant   `json:"grants"`
	Created  time.Time `json:"created"`
}

// Contact is where the account's messages go.
func (a Account) Contact() string {
	if a.Phone != "" {
		return a.Phone
	}
	return a.Email
}

// Grant gives the account a role; a grant held already is kept once.
func (a *Account) Grant(g Grant) error {
	if slices.Contains(a.Grants, g) {
		return nil
	}
	if len(a.Grants) >= 50 {
		return fault.New(fault.Conflict, "too_many_roles", "One account can hold 50 roles.")
	}
	a.Grants = append(a.Grants, g)
	return nil
}

// Revoke takes a role away.
func (a *Account) Revoke(g Grant) error {
	i := slices.Index(a.Grants, g)
	if i < 0 {
		return fault.New(fault.NotFound, "not_found", "This account does not hold that role.")
	}
	a.Grants = slices.Delete(a.Grants, i, i+1)
	return nil
}

// NameOf gives what a person is called; nothing of one who is not there any more.
func (p *People) NameOf(ctx context.Context, account string) (string, error) {
	if account == "" {
		return "", nil
	}
	a, err := p.accounts.Look(ctx, account)
	if fault.KindOf(err) == fault.NotFound {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return a.Name, nil
}

// Rename sets what the person is called and reads.
func (a *Account) Rename(name, language string) error {
	if language != "" && language != "zh-Hans" && language != "en" {
		return fault.New(fault.Invalid, "language_unknown", "Please choose zh-Hans or en.").At("language", "zh-Hans or en")
	}
	if language != "" {
		a.Language = language
	}
	a.Name = strings.TrimSpace(name)
	return nil
}

// Ensure finds the account of a contact, or makes it. Its id is derived from
// the contact, so that two sign-ins at once make one account.
func (p *People) Ensure(ctx context.Context, contact, language string) (Account, error) {
	id := digest(contact)[:24]
	account, err := p.accounts.Get(ctx, id)
	if fault.KindOf(err) != fault.NotFound {
		return account, err
	}
	account = Account{Doc: db.Doc{ID: id}, Language: "en", Grants: []Grant{}, Created: p.now()}
	if language == "" || strings.HasPrefix(language, "zh") {
		account.Language = "zh-Hans"
	}
	if strings.Contains(contact, "@") {
		account.Email = contact
	} else {
		account.Phone = contact
	}
	account, err = p.accounts.Insert(ctx, account)
	if fault.KindOf(err) == fault.Conflict {
		return p.accounts.Get(ctx, id)
	}
	return account, err
}

// Account gives one account.
func (p *People) Account(ctx context.Context, id string) (Account, error) {
	return p.accounts.Get(ctx, id)
}

// Rename sets what an account's person is called and reads.
func (p *People) Rename(ctx context.Context, account, name, language string) error {
	_, err := p.accounts.Update(ctx, account, func(a *Account) error { return a.Rename(name, language) })
	return err
}

// FixCode gives a contact of a demo a code that does not change.
func (p *People) FixCode(contact, code string) { p.fixed[contact] = code }

// Grant gives an account a role.
func (p *People) Grant(ctx context.Context, account string, g Grant) error {
	_, err := p.accounts.Update(ctx, account, func(a *Account) error { return a.Grant(g) })
	return err
}

// Revoke takes a role away from an account.
func (p *People) Revoke(ctx context.Context, account string, g Grant) error {
	_, err := p.accounts.Update(ctx, account, func(a *Account) error { return a.Revoke(g) })
	return err
}

// Holders lists the accounts that hold a role for a scope, for telling them something.
func (p *People) Holders(ctx context.Context, g Grant) ([]Account, error) {
	holders := []Account{}
	for a, err := range p.accounts.Find(ctx, db.Where("grants.scope", g.Scope)) {
		if err != nil {
			return nil, err
		}
		if slices.Contains(a.Grants, g) {
			holders = append(holders, a)
		}
	}
	return holders, nil
}
