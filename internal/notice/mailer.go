package notice

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// sendTimeout bounds each command to the mail server.
const sendTimeout = 20 * time.Second

// Mailer hands letters to a mail server. It keeps its connection between letters until it
// is closed, and is not for use at the same time by several.
type Mailer struct {
	client *gomail.Client
	from   mail.Address
	domain string // behind the @ of a Message-ID
	open   bool
}

// NewMailer reads the address of a mail server: smtp://user:password@host:port, where TLS is
// begun when the server offers it and a password is never sent without, or smtps://… with
// TLS from the first byte. The sender is the parameter from, else the user when that is an
// address, else petajalan@host.
func NewMailer(address string) (*Mailer, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Hostname() == "" {
		return nil, errors.New("the mail server is not a URL like smtp://user:password@host:587 or smtps://…") // the error of url.Parse repeats the password
	}
	options := []gomail.Option{gomail.WithTimeout(sendTimeout)}
	port := 587
	if u.Scheme == "smtps" {
		port = 465
		options = append(options, gomail.WithSSL())
	} else {
		options = append(options, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	}
	if u.Port() != "" {
		if port, err = strconv.Atoi(u.Port()); err != nil {
			return nil, fmt.Errorf("the mail server's port is %q, no number", u.Port())
		}
	}
	options = append(options, gomail.WithPort(port))
	from := u.Query().Get("from")
	if user := u.User.Username(); user != "" {
		password, _ := u.User.Password()
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(user), gomail.WithPassword(password))
		if from == "" && strings.Contains(user, "@") {
			from = user
		}
	}
	if from == "" {
		from = "petajalan@" + u.Hostname()
	}
	sender, err := mail.ParseAddress(from)
	if err != nil {
		return nil, fmt.Errorf("the sender of mail, %q, is no address", from)
	}
	if sender.Name == "" {
		sender.Name = "Peta Jalan"
	}
	client, err := gomail.NewClient(u.Hostname(), options...)
	if err != nil {
		return nil, fmt.Errorf("make the mail client: %w", err)
	}
	_, domain, _ := strings.Cut(sender.Address, "@")
	return &Mailer{client: client, from: *sender, domain: domain}, nil
}

// message is one letter, complete.
type message struct {
	id      string // of the row of the outbox: the same each time it is tried
	to      mail.Address
	date    time.Time
	subject string
	text    string
	leave   string // address that ends the news of the daily letter; empty: nothing to end
}

// send hands the message over. permanent says that the server wants nothing more to do with
// this recipient, so that trying again is of no use.
func (m *Mailer) send(ctx context.Context, msg message) (permanent bool, err error) {
	letter := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	letter.FromMailAddress(&m.from)
	letter.ToMailAddress(&msg.to)
	letter.SetMessageIDWithValue(msg.id + "@" + m.domain)
	letter.SetDateWithValue(msg.date)
	letter.Subject(msg.subject)
	letter.SetGenHeader("Auto-Submitted", "auto-generated")
	if msg.leave != "" {
		letter.SetGenHeader("List-Unsubscribe", "<"+msg.leave+">")
		letter.SetGenHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	}
	letter.SetBodyString(gomail.TypeTextPlain, msg.text)
	if !m.open {
		if err := m.client.DialWithContext(ctx); err != nil {
			return false, fmt.Errorf("reach the mail server: %w", err)
		}
		m.open = true
	}
	err = m.client.Send(letter)
	if err == nil || letter.IsDelivered() { // taken, even if the server fell silent right after
		if err != nil {
			m.Close()
		}
		return false, nil
	}
	m.Close() // the next letter begins with a connection that has seen no mistake
	failed, ok := errors.AsType[*gomail.SendError](err)
	permanent = ok && failed.Reason == gomail.ErrSMTPRcptTo && !failed.IsTemp()
	// Contact data stay out of the outbox and of the log.
	return permanent, errors.New("send mail: " + strings.ReplaceAll(err.Error(), msg.to.Address, "(recipient)"))
}

// Close ends the connection to the mail server. That it may be broken by now is no matter.
func (m *Mailer) Close() {
	if m.open {
		_ = m.client.Close() // nothing is under way
		m.open = false
	}
}
