package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"petajalan/internal/fault"
	"petajalan/internal/postgres"
)

// How long a session lasts: half an hour without a request, twelve hours at most.
const (
	IdleTimeout = 30 * time.Minute
	MaxSession  = 12 * time.Hour

	seenEvery = time.Minute // last_seen is written at most this often
	keepEnded = 7 * 24 * time.Hour
)

// Credentials are what somebody who wants in has sent.
type Credentials struct {
	Login    string
	Password string
	From
}

// From is where a request to sign in comes from.
type From struct {
	Addr      netip.Addr
	Office    bool // Addr is in a network of the city, where many share one address
	UserAgent string
}

// prefix is the network the request comes from, for the list of one's own sessions: /24, or
// the /64 of a subscriber. No whole address is kept.
func (f From) prefix() string {
	a := f.Addr.Unmap().WithZone("")
	bits := 24
	if a.Is6() {
		bits = 64
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return ""
	}
	return p.String()
}

// SignIn checks the credentials and returns the token of a new session. A wrong
// login, a wrong password and a closed account are one and the same Invalid fault;
// too many failures are a *ThrottledError, and Unavailable means that too many are
// signing in at once. When attempts cannot be counted, nobody gets in.
func SignIn(ctx context.Context, db bun.IDB, h *Hasher, c Credentials, now time.Time) (token string, err error) {
	// Somebody who gives up must not get a guess for nothing, nor pay for a right one.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
	defer cancel()

	login := normalLogin(c.Login)
	a, err := charge(ctx, db, accountKey(login), c.From, now)
	if err != nil {
		return "", err
	}
	u, err := userByLogin(ctx, db, login)
	if err != nil {
		return "", err
	}
	password := c.Password
	if utf8.RuneCountInString(password) > maxPassword {
		password, u.PasswordHash = "", nobodyHash
	}
	ok, outdated, err := h.check(ctx, password, u.PasswordHash)
	if err != nil {
		return "", errors.Join(err, refund(ctx, db, a))
	}
	if !ok || u.ID == 0 || u.Disabled {
		// What was typed as a login may be a password, so only one that exists is named.
		object := "akun yang tidak ada"
		if u.ID != 0 {
			object = login
		}
		if err := note(ctx, db, nil, "refuse sign-in", object, nil, nil, now); err != nil {
			return "", err
		}
		return "", fault.New(fault.Invalid, "Nama pengguna atau kata sandi tidak cocok. Periksa lagi, termasuk huruf besar dan kecil.")
	}
	newHash := ""
	if outdated {
		if newHash, err = h.Hash(ctx, password); err != nil {
			newHash = "" // the old hash is as good as yesterday; the next sign-in tries again
		}
	}
	err = db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if err := refund(ctx, tx, a); err != nil {
			return err
		}
		if err := forget(ctx, tx, a.account); err != nil {
			return err
		}
		if newHash != "" {
			_, err := tx.NewRaw(`UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ?`, newHash, u.ID, u.PasswordHash).Exec(ctx)
			if err != nil {
				return fmt.Errorf("renew password hash: %w", err)
			}
		}
		// Between looking at the password and here the account may have been closed or got a
		// new password; its sessions were ended then, and this one must not begin.
		var same bool
		err := tx.NewRaw(`SELECT true FROM users WHERE id = ? AND disabled_at IS NULL AND password_hash IN (?, ?) FOR SHARE`,
			u.ID, u.PasswordHash, newHash).Scan(ctx, &same)
		switch {
		case postgres.NoRows(err):
			return fault.New(fault.Invalid, "Akun ini baru saja berubah. Silakan masuk lagi.")
		case err != nil:
			return fmt.Errorf("look at the account again: %w", err)
		}
		if token, err = beginSession(ctx, tx, u.ID, c.From, now); err != nil {
			return err
		}
		return note(ctx, tx, &User{ID: u.ID}, "sign in", login, nil, nil, now)
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// beginSession writes a session of the first level: whoever has a second factor goes on
// from there.
func beginSession(ctx context.Context, tx bun.Tx, user int64, f From, now time.Time) (token string, err error) {
	token, sum := newToken()
	_, err = tx.NewRaw(`INSERT INTO sessions (token_sha256, user_id, created_at, last_seen, expires_at, user_agent, ip_prefix) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		sum, user, now, now, now.Add(MaxSession), clean(f.UserAgent, 200), f.prefix()).Exec(ctx)
	if err != nil {
		return "", fmt.Errorf("begin session: %w", err)
	}
	return token, nil
}

// The levels of a session.
const (
	levelPassword = 1 // a password, or what stands for it
	levelWhole    = 2 // and the second factor
)

// raise ends the session and begins it anew with another token, of the level or of the one
// it had if that is higher. It lasts no longer than the first would have.
func raise(ctx context.Context, tx bun.Tx, token string, level int, now time.Time) (string, error) {
	raised, sum := newToken()
	res, err := tx.NewRaw(`
		WITH old AS (
			UPDATE sessions SET revoked_at = ?0, enrolling = NULL
			WHERE token_sha256 = ?1 AND revoked_at IS NULL AND expires_at > ?0
			RETURNING user_id, expires_at, user_agent, ip_prefix, auth_level
		)
		INSERT INTO sessions (token_sha256, user_id, created_at, last_seen, expires_at, user_agent, ip_prefix, auth_level)
		SELECT ?2, user_id, ?0, ?0, expires_at, user_agent, ip_prefix, greatest(auth_level, ?3) FROM old`, now, tokenSum(token), sum, level).Exec(ctx)
	if err != nil {
		return "", fmt.Errorf("raise session: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return "", errors.Join(ErrNoSession, err)
	}
	return raised, nil
}

// candidate is who somebody says they are. Without such a user its ID is 0 and its
// hash that of nobody.
type candidate struct {
	ID           int64
	PasswordHash string
	Disabled     bool
}

func userByLogin(ctx context.Context, db bun.IDB, login string) (candidate, error) {
	nobody := candidate{PasswordHash: nobodyHash}
	if !loginPattern.MatchString(login) {
		return nobody, nil
	}
	var u candidate
	err := db.NewRaw(`SELECT id, password_hash, disabled_at IS NOT NULL AS disabled FROM users WHERE login = ? AND NOT machine`, login).Scan(ctx, &u)
	switch {
	case postgres.NoRows(err):
		return nobody, nil
	case err != nil:
		return nobody, fmt.Errorf("find user: %w", err)
	}
	return u, nil
}

// newToken returns a token of 256 random bits and its hash, which is all that is kept.
func newToken() (token string, sum []byte) {
	b := make([]byte, 32)
	rand.Read(b) // never fails: the program ends instead
	token = base64.RawURLEncoding.EncodeToString(b)
	return token, tokenSum(token)
}

func tokenSum(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// ErrNoSession says that a token belongs to no session that still holds: unknown,
// ended, expired, or of an account that was closed.
var ErrNoSession = errors.New("no such session")

// alwaysSecond are the roles that need a second factor whatever the settings say.
const alwaysSecond = `'organisasi', 'inspektorat', 'admin'`

// Lookup returns the user of the session with the roles of the day of now, which
// must be in the zone of the city, and with the step that is left, and notes that
// the session is in use. It returns ErrNoSession when there is none.
func Lookup(ctx context.Context, db bun.IDB, token string, now time.Time) (*User, error) {
	if len(token) != base64.RawURLEncoding.EncodedLen(32) {
		return nil, ErrNoSession
	}
	var row struct {
		ID                             int64
		Login, Name, Email, PublicID   string
		AuthLevel                      int
		LastSeen                       time.Time
		SecondFactor, Required, IsDemo bool
		Roles                          appointments
	}
	sum := tokenSum(token)
	err := db.NewRaw(`
		SELECT u.id, u.login, u.name, u.email, s.public_id::text, s.auth_level, s.last_seen,
			EXISTS (SELECT FROM second_factors f WHERE f.user_id = u.id) AS second_factor,
			EXISTS (SELECT FROM user_roles r WHERE r.user_id = u.id AND r.valid_from <= ?0 AND (r.valid_to IS NULL OR r.valid_to >= ?0)
				AND (r.role IN (`+alwaysSecond+`) OR r.role IN (SELECT role FROM second_factor_roles))) AS required,
			EXISTS (SELECT FROM settings WHERE key = 'demo' AND value = 'true') AS is_demo,
			`+rolesOf(`r.valid_from <= ?0 AND (r.valid_to IS NULL OR r.valid_to >= ?0)`)+` AS roles
		FROM sessions s
		JOIN users u ON u.id = s.user_id
		WHERE s.token_sha256 = ?1 AND s.revoked_at IS NULL AND s.expires_at > ?2 AND s.last_seen > ?3 AND u.disabled_at IS NULL`,
		day(now), sum, now, now.Add(-IdleTimeout)).Scan(ctx, &row)
	switch {
	case postgres.NoRows(err):
		return nil, ErrNoSession
	case err != nil:
		return nil, fmt.Errorf("look up session: %w", err)
	}
	if now.Sub(row.LastSeen) >= seenEvery {
		// Never an upsert: a session that was ended meanwhile must stay ended.
		_, err := db.NewRaw(`UPDATE sessions SET last_seen = ? WHERE token_sha256 = ? AND revoked_at IS NULL AND last_seen < ?`,
			now, sum, now).Exec(ctx)
		if err != nil {
			return nil, fmt.Errorf("note session in use: %w", err)
		}
	}
	u := &User{
		ID: row.ID, Login: row.Login, Name: row.Name, Email: row.Email, Session: row.PublicID, Appointments: row.Roles,
		SecondFactor: row.SecondFactor, FactorRequired: row.Required && !row.IsDemo, // the password of a demo is on its page
	}
	switch {
	case row.AuthLevel >= levelWhole:
	case u.SecondFactor:
		u.Step = StepCode
	case u.FactorRequired:
		u.Step = StepEnrol
	}
	return u, nil
}

// OwnerOfEnded is the login of whose session this was, for a browser that still has its
// token; empty when nobody knows any more.
func OwnerOfEnded(ctx context.Context, db bun.IDB, token string) string {
	var login string
	err := db.NewRaw(`SELECT u.login FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.token_sha256 = ?`, tokenSum(token)).Scan(ctx, &login)
	if err != nil {
		return "" // only a convenience
	}
	return login
}

// SignOut ends the session; one that is gone already is no error.
func SignOut(ctx context.Context, db bun.IDB, token string, now time.Time) error {
	_, err := db.NewRaw(`UPDATE sessions SET revoked_at = ? WHERE token_sha256 = ? AND revoked_at IS NULL`, now, tokenSum(token)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	return nil
}

// endSessions ends all sessions of the user.
func endSessions(ctx context.Context, db bun.IDB, user int64, now time.Time) error {
	_, err := db.NewRaw(`UPDATE sessions SET revoked_at = ? WHERE user_id = ? AND revoked_at IS NULL`, now, user).Exec(ctx)
	if err != nil {
		return fmt.Errorf("end sessions of user %d: %w", user, err)
	}
	return nil
}

// Purge removes sessions and links that ended a week ago and counts of failures that
// no longer matter, and returns how many rows went.
func Purge(ctx context.Context, db bun.IDB, now time.Time) (int64, error) {
	var n int64
	for _, q := range []struct {
		query  string
		before time.Time
	}{
		{`DELETE FROM sessions WHERE expires_at < ?0 OR revoked_at < ?0`, now.Add(-keepEnded)},
		{`DELETE FROM one_time_links WHERE expires_at < ?0`, now.Add(-keepEnded)},
		{`DELETE FROM oidc_states WHERE expires_at < ?0`, now},
		{`DELETE FROM throttles WHERE last_at < ?0`, now.Add(-2 * dayWindow)},
	} {
		res, err := db.NewRaw(q.query, q.before).Exec(ctx)
		if err != nil {
			return n, fmt.Errorf("purge sessions: %w", err)
		}
		gone, err := res.RowsAffected()
		if err != nil {
			return n, fmt.Errorf("purge sessions: %w", err)
		}
		n += gone
	}
	return n, nil
}

// clean cuts text from outside to what a column takes: valid, without NUL, at most max characters.
func clean(s string, max int) string {
	var out []rune
	for _, r := range s {
		if r == 0 || r == utf8.RuneError {
			continue
		}
		if len(out) == max {
			break
		}
		out = append(out, r)
	}
	return string(out)
}
