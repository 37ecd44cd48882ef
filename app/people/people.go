// Package people knows who asks and what they may do.
//
// Documents: Account (a phone number or an e-mail address, and grants of roles),
// SignIn (the one-time code of a contact), Session, Invitation, Notice (what
// somebody is told), Reveal (who looked at whose number). Roles are scoped: the
// leader of a building, the coordinator of a compound, a supplier, a courier, an
// operator; residents belong to a household.
//
// Codes expire, are single-use and few may be guessed or asked for, per contact
// and per network address. Sessions live in the store and can be revoked; only
// the hash of a token is kept. The package refuses what the actor's role does
// not cover; each document refuses the rest.
package people

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"log/slog"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
)

// People is the package opened on a store.
type People struct {
	accounts    *db.Collection[Account]
	signIns     *db.Collection[SignIn]
	throttles   *db.Collection[Throttle]
	sessions    *db.Collection[Session]
	invitations *db.Collection[Invitation]
	notices     *db.Collection[Notice]
	reveals     *db.Collection[Reveal]

	channel Channel
	now     func() time.Time
	fixed   map[string]string // contact → code, of a demo's people
}

// Channel carries a message to a contact: a phone number or an e-mail address.
type Channel interface {
	Send(ctx context.Context, to string, m Message) error
}

// Message is what a channel carries, in the reader's language already.
type Message struct{ Subject, Text string }

// Open prepares the package on a store.
func Open(conn *db.Conn, channel Channel, now func() time.Time) *People {
	return &People{
		accounts: db.Open[Account](conn, db.Spec{Name: "accounts", Indexes: []db.Index{
			db.Unique("phone"), db.Unique("email"), db.On("grants.scope"),
		}}),
		signIns:   db.Open[SignIn](conn, db.Spec{Name: "sign_ins", Indexes: []db.Index{db.On("expires")}}),
		throttles: db.Open[Throttle](conn, db.Spec{Name: "throttles", Indexes: []db.Index{db.On("last")}}),
		sessions:  db.Open[Session](conn, db.Spec{Name: "sessions", Indexes: []db.Index{db.On("account"), db.On("expires")}}),
		invitations: db.Open[Invitation](conn, db.Spec{Name: "invitations", Indexes: []db.Index{
			db.On("by", "created"), db.On("scope"),
		}}),
		notices: db.Open[Notice](conn, db.Spec{Name: "notices", Indexes: []db.Index{db.On("account", "at")}}),
		reveals: db.Open[Reveal](conn, db.Spec{Name: "reveals", Indexes: []db.Index{db.On("scope", "at")}}),
		channel: channel, now: now, fixed: map[string]string{},
	}
}

// Actor gives the person whose session token this is, or nobody.
func (p *People) Actor(ctx context.Context, token string) (Actor, error) {
	if token == "" {
		return Actor{}, nil
	}
	s, err := p.sessions.Look(ctx, digest(token))
	if fault.KindOf(err) == fault.NotFound {
		return Actor{}, nil
	}
	if err != nil || !p.now().Before(s.Expires) {
		return Actor{}, err
	}
	a, err := p.accounts.Look(ctx, s.Account)
	if err != nil {
		return Actor{}, err
	}
	return Actor{Account: s.Account, Session: s.ID, Name: a.Name, Grants: a.Grants}, nil
}

// Expire deletes what has ended: sessions, codes, and old traces of requests.
func (p *People) Expire(ctx context.Context, now time.Time) error {
	if err := sweep(ctx, p.sessions, db.Query{}.Before("expires", now)); err != nil {
		return err
	}
	if err := sweep(ctx, p.signIns, db.Query{}.Before("expires", now.Add(-window))); err != nil {
		return err
	}
	return sweep(ctx, p.throttles, db.Query{}.Before("last", now.Add(-window)))
}

// sweep forgets what the query finds, but for what is in use again meanwhile: a code
// that was just asked for anew.
func sweep[T any](ctx context.Context, c *db.Collection[T], q db.Query) error {
	for doc, err := range c.Find(ctx, q.Limit(500)) {
		if err != nil {
			return err
		}
		if err := c.Forget(ctx, doc); err != nil {
			return err
		}
	}
	return nil
}

// digest is what the store keeps of a secret.
func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// secret makes an unguessable word of n random bytes.
func secret(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: see crypto/rand.Read
	return base64.RawURLEncoding.EncodeToString(b)
}

// LogChannel writes messages to the log, for development.
type LogChannel struct{}

// Send writes the message.
func (LogChannel) Send(_ context.Context, to string, m Message) error {
	slog.Info("message", "to", Mask(to), "text", m.Text)
	return nil
}
