package notice

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/mail"
	"strings"
	"time"

	"github.com/uptrace/bun"
)

// Limits of the outbox.
const (
	maxTries    = 10               // then a row is given up
	firstWait   = time.Minute      // after the first try that failed; doubled with each
	longestWait = 4 * time.Hour    // between two tries
	lease       = 3 * time.Minute  // after which a row whose worker fell silent is free again
	deliverTime = 50 * time.Second // how long one delivery goes on taking rows
	patience    = 24 * time.Hour   // how long a mail waits where no mail server is set
)

// Post is all that leaves the program.
type Post struct {
	DB        *bun.DB           // of the job login
	Mailer    *Mailer           // nil: there is no mail server, and mail waits a day for one
	Transport http.RoundTripper // of webhooks; nil: the usual one
	BaseURL   string            // of the site, for the addresses in letters
	Secret    []byte            // signs the address that ends news; empty: letters have none
	Now       func() time.Time  // in the zone of the city
}

// outgoing is a row of the outbox that is ours for a while.
type outgoing struct {
	ID        int64     `bun:"id"`
	Channel   string    `bun:"channel"`
	UserID    int64     `bun:"user_id"`
	MessageID string    `bun:"message_id"`
	Subject   string    `bun:"subject"`
	Body      string    `bun:"body"`
	Href      string    `bun:"href"`
	MayLeave  bool      `bun:"may_leave"`
	CreatedAt time.Time `bun:"created_at"`
	Attempts  int       `bun:"attempts"`
	Name      string    `bun:"name"`   // of the recipient
	Email     string    `bun:"email"`  // empty: none any more
	URL       string    `bun:"url"`    // of the webhook; empty: disabled
	Secret    string    `bun:"secret"` // of the webhook
}

// Delivered counts what a delivery did.
type Delivered struct{ Sent, Failed, Dead int }

// String says it in a few words, for the ledger.
func (d Delivered) String() string {
	return fmt.Sprintf("sent %d, to be tried again %d, given up %d", d.Sent, d.Failed, d.Dead)
}

// errHopeless marks a failure that trying again does not mend.
var errHopeless = errors.New("trying again is of no use")

// Deliver sends what is due, one row after the other, until nothing is or 50 seconds have
// passed. Several may deliver at once. A row is taken and marked in short transactions, and
// sent in between, outside of any. The error is one of the database.
func (p *Post) Deliver(ctx context.Context) (d Delivered, err error) {
	if p.Mailer != nil {
		defer p.Mailer.Close()
	}
	caller := newCaller(p.Transport)
	for end := time.Now().Add(deliverTime); ctx.Err() == nil && time.Now().Before(end); {
		row, found, err := p.take(ctx)
		if err != nil || !found {
			return d, err
		}
		sendErr := p.send(ctx, caller, row)
		state, err := p.mark(ctx, row, sendErr)
		if err != nil {
			return d, err
		}
		switch state {
		case stateSent:
			d.Sent++
		case stateDead:
			d.Dead++
		case stateDue:
			d.Failed++
		}
	}
	return d, nil
}

// States of a row that delivery leads to.
const (
	stateDue  = "due"
	stateSent = "sent"
	stateDead = "dead"
)

// take claims the oldest row that is due, or whose worker fell silent. Each claim counts as
// a try, so that a row that kills its worker is given up at last.
func (p *Post) take(ctx context.Context) (row outgoing, found bool, err error) {
	now := p.Now()
	mails := p.Mailer != nil
	var rows []outgoing
	err = p.DB.NewRaw(`
		WITH taken AS (
			UPDATE outbox SET state = 'sending', attempts = attempts + 1, lease_until = ?
			WHERE id = (
				SELECT id FROM outbox
				WHERE (state = 'due' AND not_before <= ? OR state = 'sending' AND lease_until <= ?)
					AND (channel = 'webhook' OR ? OR created_at <= ?)
				ORDER BY not_before, id LIMIT 1
				FOR UPDATE SKIP LOCKED)
			RETURNING id, channel, user_id, webhook_id, message_id, subject, body, href, may_leave, created_at, attempts
		)
		SELECT t.id, t.channel, coalesce(t.user_id, 0) AS user_id, t.message_id::text, t.subject, t.body, t.href, t.may_leave, t.created_at, t.attempts,
			coalesce(u.name, '') AS name, CASE WHEN u.disabled_at IS NULL THEN coalesce(u.email, '') ELSE '' END AS email,
			CASE WHEN w.disabled_at IS NULL THEN coalesce(w.url, '') ELSE '' END AS url, coalesce(w.secret, '') AS secret
		FROM taken t
		LEFT JOIN users u ON u.id = t.user_id
		LEFT JOIN webhooks w ON w.id = t.webhook_id`,
		now.Add(lease), now, now, mails, now.Add(-patience)).Scan(ctx, &rows)
	if err != nil {
		return row, false, fmt.Errorf("take a row of the outbox: %w", err)
	}
	if len(rows) == 0 {
		return row, false, nil
	}
	return rows[0], true, nil
}

// send brings one row to its channel.
func (p *Post) send(ctx context.Context, caller *http.Client, row outgoing) error {
	switch {
	case row.Attempts > maxTries:
		return fmt.Errorf("the program ended while it sent this, each time: %w", errHopeless)
	case row.Channel == "webhook" && row.URL == "":
		return fmt.Errorf("the webhook was switched off: %w", errHopeless)
	case row.Channel == "webhook":
		return call(ctx, caller, row.URL, row.Secret, row.MessageID, []byte(row.Body), p.Now())
	case row.Email == "":
		return fmt.Errorf("the account has no address any more, or is closed: %w", errHopeless)
	case p.Mailer == nil:
		return fmt.Errorf("no mail server is set (SMTP_URL): %w", errHopeless)
	}
	permanent, err := p.Mailer.send(ctx, p.message(row))
	if permanent {
		err = fmt.Errorf("%w: %w", err, errHopeless)
	}
	return err
}

// message is the letter as it leaves: its text, the address of the page, and what it is.
func (p *Post) message(row outgoing) message {
	m := message{
		id: row.MessageID, to: mail.Address{Name: row.Name, Address: row.Email},
		date: row.CreatedAt.In(p.Now().Location()), subject: row.Subject,
	}
	var text strings.Builder
	text.WriteString(row.Body)
	if row.Href != "" {
		text.WriteString("\n\nBuka: " + p.BaseURL + row.Href)
	}
	text.WriteString("\n\n-- \nPeta Jalan Pelayanan Publik. Surat ini dikirim otomatis; balasannya tidak dibaca.\n")
	if row.MayLeave {
		text.WriteString("Atur surat harian: " + p.BaseURL + "/kerja/pemberitahuan\n")
		if token := LeaveToken(p.Secret, row.UserID); token != "" && p.BaseURL != "" {
			m.leave = p.BaseURL + LeavePath + token
			text.WriteString("Berhenti menerima kabar (tugas dan keamanan tetap dikirim): " + m.leave + "\n")
		}
	}
	m.text = text.String()
	return m
}

// mark writes what became of a row. A worker that came too late, whose row another has
// taken since, changes nothing.
func (p *Post) mark(ctx context.Context, row outgoing, sendErr error) (state string, err error) {
	// The letter is gone by now: that must be written down even if the program is to stop.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	now := p.Now()
	state, text, next := stateSent, "", now
	switch {
	case sendErr == nil:
	case errors.Is(sendErr, errHopeless) || row.Attempts >= maxTries:
		state, text = stateDead, sendErr.Error()
	default:
		state, text = stateDue, sendErr.Error()
		next = now.Add(min(firstWait<<(row.Attempts-1), longestWait))
	}
	err = p.DB.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		done, err := tx.NewRaw(`
			UPDATE outbox SET state = ?0, error = ?1, not_before = ?2, lease_until = NULL,
				sent_at = CASE WHEN ?0 = 'sent' THEN ?3::timestamptz END,
				body = CASE WHEN secret AND ?0 <> 'due' THEN '' ELSE body END,
				href = CASE WHEN secret AND ?0 <> 'due' THEN '' ELSE href END
			WHERE id = ?4 AND attempts = ?5 AND state = 'sending'`, state, text, next, now, row.ID, row.Attempts).Exec(ctx)
		if err != nil {
			return fmt.Errorf("mark row %d of the outbox: %w", row.ID, err)
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 || state != stateDead {
			return err
		}
		return Tell(ctx, tx, Note{
			Key:   fmt.Sprintf("outbox %s dead %s", row.Channel, day(now)), // once a day
			Kind:  Duty,
			Text:  deadWords[row.Channel] + " Sebabnya ada di halaman Pekerjaan.",
			Href:  "/kerja/pekerjaan",
			Roles: []string{roleAdmin},
		}, now)
	})
	return state, err
}

var deadWords = map[string]string{
	"mail":    "Ada surat elektronik yang tidak dapat dikirim.",
	"webhook": "Ada pemberitahuan yang tidak diterima webhook.",
}

// Waiting sums up the outbox for those who look after the program.
type Waiting struct {
	Due    int        `bun:"due"`
	Dead   int        `bun:"dead"` // of the last 30 days
	Sent   int        `bun:"sent"` // of the last 30 days
	Oldest *time.Time `bun:"oldest"`
}

// Failure is a row that was given up or has failed at least once.
type Failure struct {
	ID        int64     `bun:"id"`
	Channel   string    `bun:"channel"`
	Login     string    `bun:"login"`   // of the recipient of a mail
	Webhook   string    `bun:"webhook"` // name
	Subject   string    `bun:"subject"`
	State     string    `bun:"state"`
	Attempts  int       `bun:"attempts"`
	CreatedAt time.Time `bun:"created_at"`
	Error     string    `bun:"error"`
}

// State reads how the outbox stands, with its newest failures, at most limit.
func State(ctx context.Context, db bun.IDB, now time.Time, limit int) (w Waiting, failures []Failure, err error) {
	err = db.NewRaw(`
		SELECT count(*) FILTER (WHERE state IN ('due', 'sending')) AS due,
			count(*) FILTER (WHERE state = 'dead' AND created_at > ?0) AS dead,
			count(*) FILTER (WHERE state = 'sent' AND created_at > ?0) AS sent,
			min(created_at) FILTER (WHERE state IN ('due', 'sending')) AS oldest
		FROM outbox WHERE state IN ('due', 'sending') OR created_at > ?0`, now.AddDate(0, 0, -30)).Scan(ctx, &w)
	if err != nil {
		return w, nil, fmt.Errorf("count the outbox: %w", err)
	}
	err = db.NewRaw(`
		SELECT o.id, o.channel, coalesce(u.login, '') AS login, coalesce(w.name, '') AS webhook, o.subject, o.state, o.attempts, o.created_at, o.error
		FROM outbox o
		LEFT JOIN users u ON u.id = o.user_id
		LEFT JOIN webhooks w ON w.id = o.webhook_id
		WHERE o.error <> '' AND o.state <> 'sent' AND o.created_at > ?
		ORDER BY o.id DESC LIMIT ?`, now.AddDate(0, 0, -30), limit).Scan(ctx, &failures)
	if err != nil {
		return w, nil, fmt.Errorf("list failures of the outbox: %w", err)
	}
	return w, failures, nil
}

// Purge deletes notes and rows of the outbox that are older than a year and done with, and
// returns how many.
func Purge(ctx context.Context, db bun.IDB, now time.Time) (int, error) {
	var total int64
	for _, query := range []string{
		`DELETE FROM outbox WHERE state IN ('sent', 'dead') AND created_at < ?`,
		`DELETE FROM notices WHERE digested_at IS NOT NULL AND at < ?`,
	} {
		r, err := db.NewRaw(query, now.AddDate(-1, 0, 0)).Exec(ctx)
		if err != nil {
			return 0, fmt.Errorf("delete old notices: %w", err)
		}
		n, err := r.RowsAffected()
		if err != nil {
			return 0, err
		}
		total += n
	}
	return int(total), nil
}
