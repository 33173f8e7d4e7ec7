package notice

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

// Kind says how much a note presses.
type Kind string

// The kinds. News can be left out of the daily letter by the one who gets it; duties and
// what concerns an account always come.
const (
	Security Kind = "security" // of one's account
	Duty     Kind = "duty"     // something to do
	News     Kind = "news"     // something that happened
)

// Label is the kind in a word for the screen.
func (k Kind) Label() string {
	switch k {
	case Security:
		return "Keamanan"
	case Duty:
		return "Tugas"
	}
	return "Kabar"
}

// Note is something to be told. Whom it goes to are the persons of To and, beside them,
// all who hold one of Roles on the day: the local ones (operator, kepala) for Agency, the
// others for the city. Accounts that are closed are left out.
type Note struct {
	// Key is what the note is about. Whoever has had a note of this key gets no other, so it
	// names the occasion too: "return DUK-KTP dispendukcapil 2026-TW3 revision 2".
	Key    string   `json:"key"`
	Kind   Kind     `json:"kind"`
	Text   string   `json:"text"` // one plain sentence, at most 1,000 characters
	Href   string   `json:"href"` // path of the page where it can be seen to; empty: none
	To     []int64  `json:"recipients"`
	Roles  []string `json:"roles"`  // as account.Role has them
	Agency string   `json:"agency"` // code; empty: no local role is meant; AllAgencies: those of every agency
	Except int64    `json:"except"` // who is not told, because it was their own doing; 0: nobody
}

// AllAgencies in Note.Agency means the local roles of every agency.
const AllAgencies = "*"

// Tell writes the note for all whom it concerns and hands it to the webhooks. It belongs in
// the transaction of what it tells of, before the entry of the trail. Told again it does
// nothing; a note for nobody is none. now is in the zone of the city.
func Tell(ctx context.Context, db bun.IDB, n Note, now time.Time) error {
	return TellAll(ctx, db, []Note{n}, now)
}

// TellAll is Tell for many notes, in one statement.
func TellAll(ctx context.Context, db bun.IDB, notes []Note, now time.Time) error {
	if len(notes) == 0 {
		return nil
	}
	list, err := json.Marshal(notes)
	if err != nil {
		return fmt.Errorf("write down notes: %w", err)
	}
	_, err = db.NewRaw(`
		WITH notes AS (
			SELECT * FROM jsonb_to_recordset(?::jsonb)
				AS n (key text, kind text, text text, href text, recipients bigint[], roles text[], agency text, "except" bigint)
		), told AS (
			INSERT INTO notices (user_id, key, kind, text, href, at)
			SELECT u.id, n.key, n.kind, n.text, n.href, ?
			FROM notes n
			JOIN users u ON u.disabled_at IS NULL AND u.id <> n."except" AND (u.id = ANY (n.recipients) OR EXISTS (
				SELECT FROM user_roles r
				WHERE r.user_id = u.id AND r.role = ANY (n.roles) AND (n.agency = '*' OR coalesce(r.agency_code, n.agency) = n.agency)
				  AND r.valid_from <= ?::date AND coalesce(r.valid_to >= ?::date, TRUE)))
			ORDER BY u.id, n.key
			ON CONFLICT (user_id, key) DO NOTHING
			RETURNING id, user_id, kind, text, href, at
		)
		INSERT INTO outbox (key, channel, webhook_id, subject, body, created_at, not_before)
		SELECT format('note %s webhook %s', t.id, w.id), 'webhook', w.id, '',
		       jsonb_build_object('id', t.id, 'at', t.at, 'kind', t.kind, 'login', u.login, 'name', u.name, 'text', t.text, 'href', t.href)::text,
		       t.at, t.at
		FROM told t
		JOIN users u ON u.id = t.user_id
		CROSS JOIN webhooks w
		WHERE w.disabled_at IS NULL
		ORDER BY t.id, w.id`,
		string(list), now, day(now), day(now)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("tell %q: %w", notes[0].Key, err)
	}
	return nil
}

// Letter is a mail to one person.
type Letter struct {
	Key     string `json:"key"` // of the occasion; a second letter of the same key is not written
	To      int64  `json:"recipient"`
	Subject string `json:"subject"` // one line, at most 200 characters
	Text    string `json:"text"`    // plain, lines as they shall be
	Href    string `json:"href"`    // path that stands below the text as a full address; empty: none
	// Secret marks a letter that opens something, such as a link to set a password: text and
	// path are erased once it was sent or given up.
	Secret bool `json:"secret"`

	mayLeave bool // brings news, and says how to leave them
}

// Mail puts the letter into the outbox; it leaves within about a minute of the commit. Who
// has no address, or a closed account, gets none, and posted says so.
func Mail(ctx context.Context, db bun.IDB, l Letter, now time.Time) (posted bool, err error) {
	n, err := mailAll(ctx, db, []Letter{l}, now)
	return n > 0, err
}

// mailAll is Mail for many letters, in one statement. It returns how many were posted.
func mailAll(ctx context.Context, db bun.IDB, letters []Letter, now time.Time) (int, error) {
	if len(letters) == 0 {
		return 0, nil
	}
	type row struct {
		Letter
		MayLeave bool `json:"may_leave"`
	}
	rows := make([]row, len(letters))
	for i, l := range letters {
		rows[i] = row{l, l.mayLeave}
	}
	list, err := json.Marshal(rows)
	if err != nil {
		return 0, fmt.Errorf("write down letters: %w", err)
	}
	r, err := db.NewRaw(`
		INSERT INTO outbox (key, channel, user_id, subject, body, href, secret, may_leave, created_at, not_before)
		SELECT l.key, 'mail', u.id, l.subject, l.text, l.href, l.secret, l.may_leave, ?, ?
		FROM jsonb_to_recordset(?::jsonb)
			AS l (key text, recipient bigint, subject text, text text, href text, secret boolean, may_leave boolean)
		JOIN users u ON u.id = l.recipient AND u.email <> '' AND u.disabled_at IS NULL
		ORDER BY u.id, l.key
		ON CONFLICT (key) DO NOTHING`, now, now, string(list)).Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("post %q: %w", letters[0].Key, err)
	}
	n, err := r.RowsAffected()
	return int(n), err
}

// day is the date of t in its own zone, as PostgreSQL reads it.
func day(t time.Time) string { return t.Format(time.DateOnly) }
