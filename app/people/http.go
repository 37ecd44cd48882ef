package people

import (
	"context"
	"net/http"
	"slices"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
)

// Routes registers the package's operations.
func (p *People) Routes(r *Router, secureCookie bool, covers func(context.Context, Grant) error) {
	h := handlers{p, secureCookie, covers}
	Route(r, Anyone, "POST /sign-in/codes", "Send a one-time code to a phone number or an e-mail address.", h.sendCode)
	Route(r, Anyone, "POST /sign-in", "Sign in with a one-time code.", h.signIn)
	Route(r, SignedIn, "DELETE /sign-in", "Sign out on this device.", h.signOut)
	Route(r, SignedIn, "GET /me", "Who I am and which roles I hold.", h.me)
	Route(r, SignedIn, "PUT /me", "Set my name and language.", h.rename)
	Route(r, SignedIn, "GET /me/sessions", "The devices that are signed in.", h.sessions)
	Route(r, SignedIn, "DELETE /me/sessions/{id}", "Sign a device out.", h.endSession)
	Route(r, SignedIn, "GET /me/notices", "What I have been told, newest first.", h.notices)
	Route(r, SignedIn, "PUT /me/notices/read", "Mark all notices as read.", h.readNotices)
	Route(r, Only(Operator, Coordinator, Leader, Supplier), "POST /invitations", "Invite somebody to a role.", h.invite)
	Route(r, Only(Operator, Coordinator, Leader, Supplier), "GET /invitations", "The invitations that I made.", h.invitations)
	Route(r, Only(Operator, Coordinator, Leader, Supplier), "DELETE /invitations/{id}", "Withdraw an invitation.", h.withdraw)
	Route(r, Anyone, "GET /invitations/{id}", "What an invitation gives.", h.invitation)
	Route(r, SignedIn, "POST /invitations/{id}/accept", "Take the role that an invitation gives.", h.accept)
	Route(r, Only(Operator, Coordinator, Leader, Supplier), "GET /holders", "Who holds a role that I may give.", h.holders)
	Route(r, Only(Operator, Coordinator, Leader, Supplier), "POST /holders/revoke", "Take a role away.", h.revoke)
	Route(r, Only(Operator, Coordinator), "GET /reveals", "Who looked at hidden numbers and needs in a compound.", h.revealLog)
}

type handlers struct {
	*People
	secure bool
	covers func(context.Context, Grant) error // refuses a role over what does not exist
}

type none struct{}

type byID struct {
	ID string `path:"id" maxLength:"64"`
}

type codeRequest struct {
	Body struct {
		Contact  string `json:"contact" maxLength:"120" doc:"A phone number (Chinese where it has no country) or an e-mail address."`
		Language string `json:"language,omitempty" enum:"zh-Hans,en"`
	}
}

type codeSent struct {
	Body struct {
		To      string    `json:"to" doc:"The contact, its middle hidden."`
		Expires time.Time `json:"expires"`
	}
}

func (h handlers) sendCode(ctx context.Context, in *codeRequest) (*codeSent, error) {
	contact, expires, err := h.SendCode(ctx, in.Body.Contact, in.Body.Language, Remote(ctx))
	if err != nil {
		return nil, err
	}
	out := &codeSent{}
	out.Body.To, out.Body.Expires = Mask(contact), expires
	return out, nil
}

type signInRequest struct {
	Agent string `header:"User-Agent"`
	Body  struct {
		Contact  string `json:"contact" maxLength:"120"`
		Code     string `json:"code" maxLength:"12"`
		Language string `json:"language,omitempty" enum:"zh-Hans,en"`
	}
}

type signedIn struct {
	Cookie http.Cookie `header:"Set-Cookie"`
	Body   Me
}

func (h handlers) signIn(ctx context.Context, in *signInRequest) (*signedIn, error) {
	account, token, err := h.Enter(ctx, in.Body.Contact, in.Body.Code, in.Body.Language, in.Agent, Remote(ctx))
	if err != nil {
		return nil, err
	}
	return &signedIn{Cookie: h.cookie(token, int(sessionLife.Seconds())), Body: meOf(account)}, nil
}

func (h handlers) cookie(token string, seconds int) http.Cookie {
	return http.Cookie{
		Name: SessionCookie, Value: token, Path: "/", MaxAge: seconds,
		HttpOnly: true, Secure: h.secure, SameSite: http.SameSiteLaxMode,
	}
}

func (h handlers) signOut(ctx context.Context, _ *none) (*signedOut, error) {
	if err := h.People.sessions.Delete(ctx, From(ctx).Session); err != nil {
		return nil, err
	}
	return &signedOut{Cookie: h.cookie("", -1)}, nil
}

type signedOut struct {
	Cookie http.Cookie `header:"Set-Cookie"`
}

// Me is what a person sees of the own account.
type Me struct {
	Account  string  `json:"account"`
	Name     string  `json:"name"`
	Contact  string  `json:"contact" doc:"The middle is hidden."`
	Language string  `json:"language"`
	Grants   []Grant `json:"grants"`
}

func meOf(a Account) Me {
	return Me{a.ID, a.Name, Mask(a.Contact()), a.Language, a.Grants}
}

type meView struct{ Body Me }

func (h handlers) me(ctx context.Context, _ *none) (*meView, error) {
	account, err := h.Account(ctx, From(ctx).Account)
	return &meView{meOf(account)}, err
}

type renameRequest struct {
	Body struct {
		Name     string `json:"name" maxLength:"60"`
		Language string `json:"language,omitempty" enum:"zh-Hans,en"`
	}
}

func (h handlers) rename(ctx context.Context, in *renameRequest) (*meView, error) {
	account, err := h.accounts.Update(ctx, From(ctx).Account, func(a *Account) error {
		return a.Rename(in.Body.Name, in.Body.Language)
	})
	return &meView{meOf(account)}, err
}

// Device is one signed-in device.
type Device struct {
	ID      string    `json:"id"`
	Agent   string    `json:"agent"`
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires"`
	This    bool      `json:"this"`
}

type devices struct{ Body []Device }

func (h handlers) sessions(ctx context.Context, _ *none) (*devices, error) {
	me := From(ctx)
	out := &devices{Body: []Device{}}
	for s, err := range h.People.sessions.Find(ctx, db.Where("account", me.Account)) {
		if err != nil {
			return nil, err
		}
		out.Body = append(out.Body, Device{s.ID, s.Agent, s.Created, s.Expires, s.ID == me.Session})
	}
	return out, nil
}

func (h handlers) endSession(ctx context.Context, in *byID) (*none, error) {
	s, err := h.People.sessions.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if s.Account != From(ctx).Account {
		return nil, notFound()
	}
	return nil, h.People.sessions.Delete(ctx, in.ID)
}

func notFound() error {
	return fault.New(fault.NotFound, "not_found", "There is nothing here for you.")
}

type noticeList struct{ Body []Notice }

func (h handlers) notices(ctx context.Context, _ *none) (*noticeList, error) {
	all, err := db.All(h.People.notices.Find(ctx, db.Where("account", From(ctx).Account).Desc("at").Limit(50)))
	return &noticeList{all}, err
}

func (h handlers) readNotices(ctx context.Context, _ *none) (*none, error) {
	list, err := h.notices(ctx, nil)
	if err != nil {
		return nil, err
	}
	for _, n := range list.Body {
		if n.Read {
			continue
		}
		if _, err := h.People.notices.Update(ctx, n.ID, func(n *Notice) error { n.Read = true; return nil }); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

type inviteRequest struct {
	Body struct {
		Role  string `json:"role" maxLength:"20"`
		Scope string `json:"scope" maxLength:"80" doc:"What the role covers: a building A001/3, a compound A001, a supplier S01, or nothing for an operator."`
	}
}

type invitationView struct{ Body Invitation }

func (h handlers) invite(ctx context.Context, in *inviteRequest) (*invitationView, error) {
	g := Grant{Role(in.Body.Role), in.Body.Scope}
	if g.Known() == nil && From(ctx).MayGive(g) {
		if err := h.covers(ctx, g); err != nil {
			return nil, err
		}
	}
	i, err := h.Invite(ctx, From(ctx), g)
	return &invitationView{i}, err
}

type invitationList struct{ Body []Invitation }

func (h handlers) invitations(ctx context.Context, _ *none) (*invitationList, error) {
	all, err := db.All(h.People.invitations.Find(ctx, db.Where("by", From(ctx).Account).Desc("created").Limit(200)))
	return &invitationList{all}, err
}

func (h handlers) withdraw(ctx context.Context, in *byID) (*none, error) {
	me := From(ctx)
	_, err := h.People.invitations.Update(ctx, in.ID, func(i *Invitation) error {
		if i.By != me.Account && !me.MayGive(Grant{i.Role, i.Scope}) {
			return notFound()
		}
		i.Withdrawn = true
		return nil
	})
	return nil, err
}

// Offer is what the holder of an invitation's link sees.
type Offer struct {
	Role  Role   `json:"role"`
	Scope string `json:"scope"`
	Open  bool   `json:"open"`
}

type offerView struct{ Body Offer }

func (h handlers) invitation(ctx context.Context, in *byID) (*offerView, error) {
	i, err := h.People.invitations.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &offerView{Offer{i.Role, i.Scope, i.openTo("", h.now())}}, nil
}

type grantView struct{ Body Grant }

func (h handlers) accept(ctx context.Context, in *byID) (*grantView, error) {
	g, err := h.Accept(ctx, in.ID, From(ctx).Account)
	return &grantView{g}, err
}

type scopeQuery struct {
	Role  string `query:"role" maxLength:"20"`
	Scope string `query:"scope" maxLength:"80"`
}

// Holder is somebody who holds a role.
type Holder struct {
	Account string `json:"account"`
	Name    string `json:"name"`
	Contact string `json:"contact" doc:"The middle is hidden."`
}

type holderList struct{ Body []Holder }

func (h handlers) holders(ctx context.Context, in *scopeQuery) (*holderList, error) {
	g := Grant{Role(in.Role), in.Scope}
	if !From(ctx).MayGive(g) {
		return nil, notFound()
	}
	accounts, err := h.Holders(ctx, g)
	out := &holderList{Body: []Holder{}}
	for _, a := range accounts {
		out.Body = append(out.Body, Holder{a.ID, a.Name, Mask(a.Contact())})
	}
	return out, err
}

type revokeRequest struct {
	Body struct {
		Role    string `json:"role" maxLength:"20"`
		Scope   string `json:"scope" maxLength:"80"`
		Account string `json:"account" maxLength:"64"`
	}
}

func (h handlers) revoke(ctx context.Context, in *revokeRequest) (*none, error) {
	g := Grant{Role(in.Body.Role), in.Body.Scope}
	if !From(ctx).MayGive(g) {
		return nil, notFound()
	}
	return nil, h.Revoke(ctx, in.Body.Account, g)
}

type revealQuery struct {
	Scope string `query:"scope" maxLength:"80" doc:"A compound."`
}

type revealList struct{ Body []Reveal }

func (h handlers) revealLog(ctx context.Context, in *revealQuery) (*revealList, error) {
	me := From(ctx)
	if !me.Has(Operator) && !slices.Contains(me.Scopes(Coordinator), in.Scope) {
		return nil, notFound()
	}
	all, err := db.All(h.reveals.Find(ctx, db.Where("scope", in.Scope).Desc("at").Limit(200)))
	return &revealList{all}, err
}
