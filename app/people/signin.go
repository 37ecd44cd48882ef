package people

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"math/big"
	"net/mail"
	"strings"
	"time"

	"github.com/nyaruka/phonenumbers"

	"baimi/app/db"
	"baimi/app/fault"
)

const (
	codeLife       = 10 * time.Minute
	sessionLife    = 60 * 24 * time.Hour
	window         = time.Hour
	guessesPerCode = 5
	codesPerHour   = 10  // to one contact
	askedPerHour   = 120 // from one network address: a building may share one
)

// SignIn is the pending code of one contact, which is its id. It holds the
// times of the last hour's codes.
type SignIn struct {
	db.Doc
	Hash    string      `json:"hash"` // of the contact and the code; empty once used
	Expires time.Time   `json:"expires"`
	Guesses int         `json:"guesses"`
	Sent    []time.Time `json:"sent"`
}

// Issue replaces the code, unless too many were asked for.
func (s *SignIn) Issue(code string, now time.Time) error {
	s.Sent = since(s.Sent, now.Add(-window))
	if len(s.Sent) >= codesPerHour {
		return tooMany(s.Sent[0], now)
	}
	s.Sent = append(s.Sent, now)
	s.Hash, s.Expires, s.Guesses = digest(s.ID+"\n"+code), now.Add(codeLife), 0
	return nil
}

// Redeem uses the code up if it is right and alive. A wrong guess must be
// stored too, so it is told by the result, not by an error.
func (s *SignIn) Redeem(code string, now time.Time) (ok bool) {
	if s.Hash == "" || !now.Before(s.Expires) || s.Guesses >= guessesPerCode {
		return false
	}
	s.Guesses++
	if subtle.ConstantTimeCompare([]byte(s.Hash), []byte(digest(s.ID+"\n"+code))) != 1 {
		return false
	}
	s.Hash = ""
	return true
}

// Throttle counts what one network address asked for in the last hour.
type Throttle struct {
	db.Doc
	Hits []time.Time `json:"hits"`
	Last time.Time   `json:"last"`
}

// Hit counts one request, unless there were too many.
func (t *Throttle) Hit(now time.Time) error {
	t.Hits = since(t.Hits, now.Add(-window))
	if len(t.Hits) >= askedPerHour {
		return tooMany(t.Hits[0], now)
	}
	t.Hits, t.Last = append(t.Hits, now), now
	return nil
}

func since(times []time.Time, start time.Time) []time.Time {
	for len(times) > 0 && !times[0].After(start) {
		times = times[1:]
	}
	return times
}

func tooMany(first, now time.Time) error {
	minutes := int(first.Add(window).Sub(now).Minutes()) + 1
	return fault.New(fault.TooMany, "too_many_codes", "Too many codes were asked for. Please wait %d minutes.", minutes).With("minutes", minutes)
}

// Session is one device that is signed in; its id is the hash of its token.
type Session struct {
	db.Doc
	Account string    `json:"account"`
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires"`
	Agent   string    `json:"agent"` // the browser's own words, 120 letters at most
}

// Contact brings a phone number to E.164 (numbers without a country are
// Chinese) and an e-mail address to lower case.
func Contact(text string) (string, error) {
	text = strings.TrimSpace(text)
	if strings.Contains(text, "@") {
		if a, err := mail.ParseAddress(text); err == nil && a.Address == text {
			return strings.ToLower(text), nil
		}
		return "", badContact()
	}
	n, err := phonenumbers.Parse(text, "CN")
	if err != nil || !phonenumbers.IsPossibleNumber(n) {
		return "", badContact()
	}
	return phonenumbers.Format(n, phonenumbers.E164), nil
}

func badContact() error {
	return fault.New(fault.Invalid, "contact_unknown", "Please enter a mobile number or an e-mail address.").At("contact", "neither a phone number nor an e-mail address")
}

// Mask hides the middle of a contact: 138****0000, w***@example.org.
func Mask(contact string) string {
	if name, host, ok := strings.Cut(contact, "@"); ok {
		return name[:min(1, len(name))] + "***@" + host
	}
	if n := strings.TrimPrefix(contact, "+86"); len(n) >= 7 {
		return n[:3] + "****" + n[len(n)-4:]
	}
	return "****"
}

// SendCode sends a new one-time code to the contact and tells until when it holds.
func (p *People) SendCode(ctx context.Context, text, language, remote string) (contact string, expires time.Time, err error) {
	if contact, err = Contact(text); err != nil {
		return "", time.Time{}, err
	}
	now := p.now()
	if err := p.hit(ctx, remote, now); err != nil {
		return "", time.Time{}, err
	}
	code, err := p.newCode(contact)
	if err != nil {
		return "", time.Time{}, err
	}
	s, err := upsert(ctx, p.signIns, contact, SignIn{Doc: db.Doc{ID: contact}}, func(s *SignIn) error { return s.Issue(code, now) })
	if err != nil {
		return "", time.Time{}, err
	}
	return contact, s.Expires, p.channel.Send(ctx, contact, codeMessage(language, code))
}

func (p *People) hit(ctx context.Context, remote string, now time.Time) error {
	_, err := upsert(ctx, p.throttles, remote, Throttle{Doc: db.Doc{ID: remote}}, func(t *Throttle) error { return t.Hit(now) })
	return err
}

func (p *People) newCode(contact string) (string, error) {
	if code, ok := p.fixed[contact]; ok {
		return code, nil
	}
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%06d", n), nil
}

func codeMessage(language, code string) Message {
	if strings.HasPrefix(language, "zh") {
		return Message{"百米登录码 " + code, "您的百米登录码是 " + code + "，十分钟内有效，请勿告诉他人。"}
	}
	return Message{"Baimi sign-in code " + code, "Your Baimi sign-in code is " + code + ". It works for ten minutes; tell nobody."}
}

// Enter redeems a code and opens a session; the account is made at the first
// sign-in. The token is given once and only its hash is kept.
func (p *People) Enter(ctx context.Context, text, code, language, agent, remote string) (Account, string, error) {
	contact, err := Contact(text)
	if err != nil {
		return Account{}, "", err
	}
	now := p.now()
	if err := p.hit(ctx, remote, now); err != nil {
		return Account{}, "", err
	}
	right := false
	_, err = p.signIns.Update(ctx, contact, func(s *SignIn) error {
		right = s.Redeem(strings.TrimSpace(code), now)
		return nil
	})
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return Account{}, "", err
	}
	if !right {
		return Account{}, "", fault.New(fault.Invalid, "code_wrong", "This code is wrong or too old. Check it, or ask for a new one.").At("code", "wrong or expired")
	}
	account, err := p.Ensure(ctx, contact, language)
	if err != nil {
		return Account{}, "", err
	}
	token := secret(24)
	_, err = p.sessions.Insert(ctx, Session{
		Doc: db.Doc{ID: digest(token)}, Account: account.ID, Created: now, Expires: now.Add(sessionLife), Agent: agent[:min(len(agent), 120)],
	})
	return account, token, err
}

// upsert updates the document, or inserts this empty one with the change where there is none.
func upsert[T any](ctx context.Context, c *db.Collection[T], id string, empty T, change func(*T) error) (T, error) {
	doc, err := c.Update(ctx, id, change)
	if fault.KindOf(err) != fault.NotFound {
		return doc, err
	}
	if err := change(&empty); err != nil {
		return doc, err
	}
	if doc, err = c.Insert(ctx, empty); fault.KindOf(err) != fault.Conflict {
		return doc, err
	}
	return c.Update(ctx, id, change)
}
