package people

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/wneessen/go-mail"

	"baimi/app/fault"
)

// SMTPChannel sends messages by mail. It refuses phone numbers.
type SMTPChannel struct {
	client *mail.Client
	from   string
}

// NewSMTPChannel reads smtp://USER:PASSWORD@HOST:PORT (STARTTLS where the
// server offers it) or smtps://… (TLS from the first byte).
func NewSMTPChannel(address, from string) (*SMTPChannel, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" {
		return nil, fmt.Errorf("the mail server's address must look like smtp://USER:PASSWORD@HOST:PORT")
	}
	options := []mail.Option{mail.WithTLSPolicy(mail.TLSOpportunistic)}
	if u.Scheme == "smtps" {
		options = append(options, mail.WithSSL())
	}
	if port, err := strconv.Atoi(u.Port()); err == nil {
		options = append(options, mail.WithPort(port))
	}
	if password, ok := u.User.Password(); ok {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(u.User.Username()), mail.WithPassword(password))
	}
	client, err := mail.NewClient(u.Hostname(), options...)
	return &SMTPChannel{client, from}, err
}

// Send mails the message.
func (s *SMTPChannel) Send(ctx context.Context, to string, m Message) error {
	if !strings.Contains(to, "@") {
		return fault.New(fault.Invalid, "contact_mail_only", "This deployment sends codes by e-mail only. Please enter an e-mail address.").At("contact", "an e-mail address is needed")
	}
	msg := mail.NewMsg()
	if err := msg.From(s.from); err != nil {
		return err
	}
	if err := msg.To(to); err != nil {
		return err
	}
	msg.Subject(m.Subject)
	msg.SetBodyString(mail.TypeTextPlain, m.Text)
	return s.client.DialAndSendWithContext(ctx, msg)
}
