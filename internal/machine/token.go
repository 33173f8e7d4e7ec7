// Package machine lets programs of the city hand figures in by themselves. A program holds a
// token that an administrator made for certain agencies and indicators. What it brings becomes a
// draft and nothing more: people hand it in, approve and verify it.
package machine

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"petajalan/internal/account"
	"petajalan/internal/audit"
	"petajalan/internal/fault"
	"petajalan/internal/notice"
	"petajalan/internal/postgres"
)

// How long a token holds, in days.
const (
	DefaultDays = 180
	MaxDays     = 400
)

// prefix tells a token of ours from others, for people and for programs that look for secrets
// in the wrong places.
const prefix = "pjk_"

// tokenLength is how long a token is, in characters.
var tokenLength = len(prefix) + base64.RawURLEncoding.EncodedLen(32)

// seenEvery is how often the last use of a token is written at most.
const seenEvery = time.Minute

// Token is the right of one program, without the secret, which nobody can read again.
type Token struct {
	ID         int64
	PublicID   string // under which it is addressed
	UserID     int64  // account of what comes with it
	Name       string
	Source     string   // the system, as the reader of a report knows it: "SIAK"
	Agencies   []string `bun:",array"` // codes; none: all agencies
	Indicators []string `bun:",array"` // codes; none: all of the agencies
	CreatedAt  time.Time
	CreatedBy  string // name
	ExpiresAt  time.Time
	LastUsedAt *time.Time // to the minute; nil: never
	RevokedAt  *time.Time
	RevokedBy  string // name; empty while it was not revoked
}

// Holds says whether the token lets its program in at the instant now.
func (t *Token) Holds(now time.Time) bool { return t.RevokedAt == nil && now.Before(t.ExpiresAt) }

// covers says whether the token is for the indicator of the agency.
func (t *Token) covers(agency, indicator string) bool {
	return (len(t.Agencies) == 0 || slices.Contains(t.Agencies, agency)) && (len(t.Indicators) == 0 || slices.Contains(t.Indicators, indicator))
}

// NewToken is what Create needs to know.
type NewToken struct {
	Name, Source         string
	Agencies, Indicators []string // codes; none: all. One of the two must be named.
	Days                 int      // 0: DefaultDays
}

var errNoAdmin = fault.New(fault.Forbidden, "Hanya administrator yang mengurus token.")

// FieldError is an Invalid fault of one field of NewToken.
type FieldError struct {
	Field string // "name", "source", "agencies", "indicators" or "days"
	Text  string // in words for the reader
}

// Error is the sentence.
func (e *FieldError) Error() string { return e.Text }

// Create makes a token, with an account for what will come with it. secret is given this once:
// only its SHA-256 is kept. Forbidden for others than administrators; a *FieldError where
// something is wrong.
func Create(ctx context.Context, db bun.IDB, by *account.User, n NewToken, now time.Time) (t *Token, secret string, err error) {
	if !by.MayManageUsers() {
		return nil, "", errNoAdmin
	}
	n.tidy()
	if err := n.check(); err != nil {
		return nil, "", err
	}
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	secret = prefix + base64.RawURLEncoding.EncodeToString(b)
	err = db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if err := n.known(ctx, tx); err != nil {
			return err
		}
		var user int64
		// No password has this hash, and sign-in does not find the account anyway.
		err := tx.NewRaw(`INSERT INTO users (login, name, password_hash, created_at, machine) VALUES (?, ?, '-', ?, true) RETURNING id`,
			"mesin."+strings.ToLower(rand.Text()), "Sumber otomatis "+n.Source, now).Scan(ctx, &user)
		if err != nil {
			return fmt.Errorf("make the account of a token: %w", err)
		}
		t = &Token{UserID: user, Name: n.Name, Source: n.Source, Agencies: n.Agencies, Indicators: n.Indicators, CreatedAt: now, CreatedBy: by.Name, ExpiresAt: now.AddDate(0, 0, n.Days)}
		err = tx.NewRaw(`INSERT INTO machine_tokens (user_id, name, source, token_sha256, agencies, indicators, created_at, created_by, expires_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id, public_id::text`,
			user, t.Name, t.Source, sumOf(secret), pgdialect.Array(t.Agencies), pgdialect.Array(t.Indicators), now, by.ID, t.ExpiresAt).Scan(ctx, &t.ID, &t.PublicID)
		if err != nil {
			return fmt.Errorf("make a token: %w", err)
		}
		return t.note(ctx, tx, by, "create token", "membuat token", now)
	})
	if err != nil {
		return nil, "", err
	}
	return t, secret, nil
}

// Revoke ends a token for ever, at once. NotFound where there is none of this public id;
// Conflict where it was revoked before.
func Revoke(ctx context.Context, db bun.IDB, by *account.User, publicID string, now time.Time) error {
	if !by.MayManageUsers() {
		return errNoAdmin
	}
	return db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		t, err := find(ctx, tx, publicID)
		if err != nil {
			return err
		}
		res, err := tx.NewRaw(`UPDATE machine_tokens SET revoked_at = ?, revoked_by = ? WHERE id = ? AND revoked_at IS NULL`, now, by.ID, t.ID).Exec(ctx)
		if err != nil {
			return fmt.Errorf("revoke a token: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(fault.New(fault.Conflict, "Token ini sudah dicabut."), err)
		}
		return t.note(ctx, tx, by, "revoke token", "mencabut token", now)
	})
}

// note tells the other administrators and adds to the trail.
func (t *Token) note(ctx context.Context, tx bun.Tx, by *account.User, action, words string, now time.Time) error {
	err := notice.Tell(ctx, tx, notice.Note{
		Key: action + " " + t.PublicID, Kind: notice.Security, Text: fmt.Sprintf("%s %s %s untuk %s.", by.Name, words, t.Name, t.Source), Href: "/kerja/token",
		Roles: []string{string(account.Admin)}, Except: by.ID,
	}, now)
	if err != nil {
		return err
	}
	return audit.Append(ctx, tx, audit.Entry{
		Stream: audit.Security, At: now, Actor: by.ID, Role: string(account.Admin), Action: action, Object: t.Name + " " + t.PublicID,
		After: map[string]any{"source": t.Source, "agencies": t.Agencies, "indicators": t.Indicators, "expires_at": t.ExpiresAt.UTC().Format(time.RFC3339)},
	})
}

const tokenColumns = `t.id, t.public_id::text, t.user_id, t.name, t.source, t.agencies, t.indicators, t.created_at, c.name AS created_by, t.expires_at, t.last_used_at,
	t.revoked_at, coalesce(r.name, '') AS revoked_by
	FROM machine_tokens t JOIN users c ON c.id = t.created_by LEFT JOIN users r ON r.id = t.revoked_by`

// List returns all tokens, the newest first, for those who look after the program (Forbidden).
func List(ctx context.Context, db bun.IDB, by *account.User) ([]Token, error) {
	if !by.MaySeeJobs() {
		return nil, fault.New(fault.Forbidden, "Daftar token bukan untuk peran Anda.")
	}
	var all []Token
	if err := db.NewRaw(`SELECT `+tokenColumns+` ORDER BY t.id DESC`).Scan(ctx, &all); err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	return all, nil
}

var idPattern = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

func find(ctx context.Context, db bun.IDB, publicID string) (*Token, error) {
	missing := fault.New(fault.NotFound, "Tidak ada token itu.")
	if !idPattern.MatchString(publicID) {
		return nil, missing
	}
	var t Token
	err := db.NewRaw(`SELECT `+tokenColumns+` WHERE t.public_id = ?`, publicID).Scan(ctx, &t)
	switch {
	case postgres.NoRows(err):
		return nil, missing
	case err != nil:
		return nil, fmt.Errorf("find a token: %w", err)
	}
	return &t, nil
}

// tidy drops spaces and doubles.
func (n *NewToken) tidy() {
	n.Name, n.Source = strings.Join(strings.Fields(n.Name), " "), strings.Join(strings.Fields(n.Source), " ")
	for _, codes := range []*[]string{&n.Agencies, &n.Indicators} {
		tidied := []string{}
		for _, c := range *codes {
			if c = strings.TrimSpace(c); c != "" {
				tidied = append(tidied, c)
			}
		}
		slices.Sort(tidied)
		*codes = slices.Compact(tidied)
	}
	if n.Days == 0 {
		n.Days = DefaultDays
	}
}

func (n *NewToken) check() error {
	for _, f := range []struct {
		field, text, what string
		most              int
	}{{"name", n.Name, "nama token", 80}, {"source", n.Source, "nama sistem sumber", 60}} {
		if f.text == "" || utf8.RuneCountInString(f.text) > f.most || !utf8.ValidString(f.text) || strings.ContainsRune(f.text, 0) {
			return &FieldError{f.field, fmt.Sprintf("Isi %s, paling panjang %d karakter.", f.what, f.most)}
		}
	}
	switch {
	case len(n.Agencies) == 0 && len(n.Indicators) == 0:
		return &FieldError{"indicators", "Untuk semua instansi, sebutkan indikator yang boleh diisi sumber ini."}
	case n.Days < 1 || n.Days > MaxDays:
		return &FieldError{"days", fmt.Sprintf("Masa berlaku 1 sampai %d hari.", MaxDays)}
	}
	return nil
}

// known refuses codes that nothing has.
func (n *NewToken) known(ctx context.Context, db bun.IDB) error {
	for _, f := range []struct {
		field, what string
		codes       []string
		query       string
	}{
		{"agencies", "instansi pelapor", n.Agencies, `SELECT c FROM unnest(?::text[]) AS c WHERE c NOT IN (SELECT code FROM agencies WHERE reports) ORDER BY c LIMIT 1`},
		{"indicators", "indikator", n.Indicators, `SELECT c FROM unnest(?::text[]) AS c WHERE c NOT IN (SELECT code FROM indicators) ORDER BY c LIMIT 1`},
	} {
		var unknown []string
		if slices.ContainsFunc(f.codes, func(c string) bool { return !utf8.ValidString(c) || strings.ContainsRune(c, 0) || len(c) > 60 }) {
			return &FieldError{f.field, fmt.Sprintf("Ada kode %s yang tidak dapat dibaca.", f.what)}
		}
		if err := db.NewRaw(f.query, pgdialect.Array(f.codes)).Scan(ctx, &unknown); err != nil {
			return fmt.Errorf("look for codes: %w", err)
		}
		if len(unknown) > 0 {
			return &FieldError{f.field, fmt.Sprintf("Tidak ada %s berkode %s.", f.what, unknown[0])}
		}
	}
	return nil
}

func sumOf(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// Named is a thing that a token can be for.
type Named struct{ Code, Name string }

// Choices are the agencies and the indicators that a token can be for, by name.
func Choices(ctx context.Context, db bun.IDB) (agencies, indicators []Named, err error) {
	if err := db.NewRaw(`SELECT code, name FROM agencies WHERE reports ORDER BY kind = 'kelurahan', name`).Scan(ctx, &agencies); err != nil {
		return nil, nil, fmt.Errorf("list agencies that report: %w", err)
	}
	err = db.NewRaw(`
		SELECT i.code, s.name FROM indicators i
		JOIN LATERAL (SELECT s.name FROM indicator_sheets s JOIN roadmap_versions v ON v.id = s.version_id WHERE s.indicator_id = i.id ORDER BY v.number DESC LIMIT 1) s ON true
		ORDER BY i.code COLLATE "C"`).Scan(ctx, &indicators)
	if err != nil {
		return nil, nil, fmt.Errorf("list indicators: %w", err)
	}
	return agencies, indicators, nil
}
