package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"petajalan/internal/fault"
	"petajalan/internal/postgres"
)

// Identity is who an account is to a provider of single sign-on. The pair is the key; a
// mail address never is, since a provider may give one to another person.
type Identity struct {
	Issuer, Subject string
	LinkedAt        time.Time
}

// roundTripLasts is how long a single sign-on may take.
const roundTripLasts = 10 * time.Minute

// RoundTrip is a single sign-on on its way to the provider and back.
type RoundTrip struct {
	State, Browser string // random; Browser is also in a cookie of the browser it began in
	Nonce          string
	Verifier       string // of PKCE
	Next           string // address to go to afterwards
	LinkUser       int64  // who links an own account; 0: a sign-in
}

// BeginRoundTrip keeps the round trip, of which State, Browser, Nonce and Verifier are made here.
func BeginRoundTrip(ctx context.Context, db bun.IDB, r RoundTrip, now time.Time) (RoundTrip, error) {
	r.State, r.Browser, r.Nonce = rand.Text(), rand.Text(), rand.Text()
	r.Verifier = rand.Text() + rand.Text() // 52 characters; PKCE asks for 43
	var link *int64
	if r.LinkUser != 0 {
		link = &r.LinkUser
	}
	_, err := db.NewRaw(`INSERT INTO oidc_states (state_sha256, browser_sha256, nonce, verifier, next, link_user, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		tokenSum(r.State), tokenSum(r.Browser), r.Nonce, r.Verifier, clean(r.Next, 2000), link, now.Add(roundTripLasts)).Exec(ctx)
	if err != nil {
		return RoundTrip{}, fmt.Errorf("begin a single sign-on: %w", err)
	}
	return r, nil
}

// ErrNoRoundTrip says that what came back was not sent off from this browser in the last
// ten minutes, or has come back already.
var ErrNoRoundTrip = fault.New(fault.Invalid, "Proses masuk ini sudah kedaluwarsa atau bukan dimulai dari peramban ini. Silakan mulai lagi.")

// EndRoundTrip takes the round trip of the state, once, if it began in this browser.
func EndRoundTrip(ctx context.Context, db bun.IDB, state, browser string, now time.Time) (RoundTrip, error) {
	r := RoundTrip{State: state, Browser: browser}
	var row struct {
		Nonce, Verifier, Next string
		LinkUser              *int64
	}
	err := db.NewRaw(`DELETE FROM oidc_states WHERE state_sha256 = ? AND browser_sha256 = ? AND expires_at > ? RETURNING nonce, verifier, next, link_user`,
		tokenSum(state), tokenSum(browser), now).Scan(ctx, &row)
	switch {
	case postgres.NoRows(err):
		return RoundTrip{}, ErrNoRoundTrip
	case err != nil:
		return RoundTrip{}, fmt.Errorf("end a single sign-on: %w", err)
	}
	r.Nonce, r.Verifier, r.Next = row.Nonce, row.Verifier, row.Next
	if row.LinkUser != nil {
		r.LinkUser = *row.LinkUser
	}
	return r, nil
}

// SignInAs begins a session for the account of the identity. For one that is not known yet
// an account without any role is made, under the name that the provider gives. A closed
// account is Forbidden.
func SignInAs(ctx context.Context, db bun.IDB, h *Hasher, id Identity, name string, from From, now time.Time) (token string, err error) {
	if err := checkIdentity(id); err != nil {
		return "", err
	}
	unusable, err := h.Hash(ctx, rand.Text()+rand.Text()) // nobody knows it
	if err != nil {
		return "", err
	}
	err = db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewRaw(`SELECT pg_advisory_xact_lock(hashtextextended(?, 0))`, "identity "+id.Issuer+" "+id.Subject).Exec(ctx); err != nil {
			return fmt.Errorf("lock the identity: %w", err)
		}
		u := &User{}
		err := tx.NewRaw(`SELECT u.id, u.login, u.disabled_at IS NOT NULL AS disabled FROM identities i JOIN users u ON u.id = i.user_id WHERE i.issuer = ? AND i.subject = ? FOR SHARE OF u`,
			id.Issuer, id.Subject).Scan(ctx, &u.ID, &u.Login, &u.Disabled)
		switch {
		case postgres.NoRows(err):
			if u, err = addStranger(ctx, tx, id, name, unusable, now); err != nil {
				return err
			}
		case err != nil:
			return fmt.Errorf("find the identity: %w", err)
		case u.Disabled:
			return fault.New(fault.Forbidden, "Akun ini ditutup. Hubungi administrator.")
		}
		if token, err = beginSession(ctx, tx, u.ID, from, now); err != nil {
			return err
		}
		return note(ctx, tx, u, "sign in by provider", u.Login, nil, nil, now)
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// addStranger makes an account without a role for somebody the provider knows.
func addStranger(ctx context.Context, tx bun.Tx, id Identity, name, hash string, now time.Time) (*User, error) {
	sum := sha256.Sum256([]byte(id.Issuer + "\x00" + id.Subject))
	n := NewUser{Login: "sso-" + hex.EncodeToString(sum[:6]), Name: strings.TrimSpace(clean(name, 150))}
	if n.Name == "" {
		n.Name = "Pengguna " + n.Login
	}
	u, err := insertUser(ctx, tx, n, hash, now)
	if err != nil {
		return nil, err
	}
	return u, link(ctx, tx, u.ID, id, now)
}

func link(ctx context.Context, tx bun.Tx, user int64, id Identity, now time.Time) error {
	_, err := tx.NewRaw(`INSERT INTO identities (issuer, subject, user_id, linked_at) VALUES (?, ?, ?, ?)`, id.Issuer, id.Subject, user, now).Exec(ctx)
	switch {
	case postgres.Violates(err, "identities_pkey"):
		return fault.New(fault.Conflict, "Identitas itu sudah tertaut ke sebuah akun.")
	case err != nil:
		return fmt.Errorf("link an identity: %w", err)
	}
	return nil
}

func checkIdentity(id Identity) error {
	if id.Issuer == "" || id.Subject == "" || len(id.Subject) > 255 || !utf8.ValidString(id.Subject) || strings.ContainsRune(id.Subject, 0) {
		return fault.New(fault.Invalid, "Tulis pengenal (subject) dari penyedia, paling panjang 255 karakter.")
	}
	return nil
}

// LinkOwn links an identity, which its owner has just proved, to the own account.
func LinkOwn(ctx context.Context, db bun.IDB, u *User, id Identity, now time.Time) error {
	if err := checkIdentity(id); err != nil {
		return err
	}
	return db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if err := link(ctx, tx, u.ID, id, now); err != nil {
			return err
		}
		return note(ctx, tx, u, "link identity", u.Login, nil, nil, now)
	})
}

// LinkFor links an identity to the account of another, by an administrator. An account
// without any role that single sign-on made for it before gives it up and is closed.
func LinkFor(ctx context.Context, db bun.IDB, by *User, login string, id Identity, now time.Time) error {
	if err := checkIdentity(id); err != nil {
		return err
	}
	return managed(ctx, db, by, login, "link identity", "menautkan identitas masuk tunggal ke akun", now, func(ctx context.Context, tx bun.Tx, user int64) (before, after any, err error) {
		var stranger int64
		err = tx.NewRaw(`
			DELETE FROM identities i USING users u
			WHERE i.issuer = ? AND i.subject = ? AND u.id = i.user_id AND u.id <> ? AND u.login LIKE 'sso-%'
				AND NOT EXISTS (SELECT FROM user_roles r WHERE r.user_id = u.id)
			RETURNING u.id`, id.Issuer, id.Subject, user).Scan(ctx, &stranger)
		switch {
		case postgres.NoRows(err):
		case err != nil:
			return nil, nil, fmt.Errorf("take the identity from the account without roles: %w", err)
		default:
			if _, err := tx.NewRaw(`UPDATE users SET disabled_at = ? WHERE id = ?`, now, stranger).Exec(ctx); err != nil {
				return nil, nil, fmt.Errorf("close the account without roles: %w", err)
			}
			if err := endSessions(ctx, tx, stranger, now); err != nil {
				return nil, nil, err
			}
		}
		return nil, nil, link(ctx, tx, user, id, now)
	})
}

// Unlink takes an identity off the own account.
func Unlink(ctx context.Context, db bun.IDB, u *User, id Identity, now time.Time) error {
	return db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		res, err := tx.NewRaw(`DELETE FROM identities WHERE issuer = ? AND subject = ? AND user_id = ?`, clean(id.Issuer, 2000), clean(id.Subject, 255), u.ID).Exec(ctx)
		if err != nil {
			return fmt.Errorf("unlink an identity: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return errors.Join(fault.New(fault.NotFound, "Tautan itu sudah tidak ada."), err)
		}
		return note(ctx, tx, u, "unlink identity", u.Login, nil, nil, now)
	})
}

// Identities lists who the account is to providers.
func Identities(ctx context.Context, db bun.IDB, user int64) ([]Identity, error) {
	var all []Identity
	err := db.NewRaw(`SELECT issuer, subject, linked_at FROM identities WHERE user_id = ? ORDER BY linked_at`, user).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("list identities of user %d: %w", user, err)
	}
	return all, nil
}
