package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/fault"
	"petajalan/internal/postgres"
)

// Session is a place where somebody is signed in, as its owner sees it.
type Session struct {
	ID        string // public name; the token is never shown
	UserAgent string
	Network   string // /24 or /64 it began from; empty: unknown
	Whole     bool   // no step is left
	Began     time.Time
	LastSeen  time.Time
	Ends      time.Time
}

// Sessions lists the sessions of the user that still hold, the one seen last first.
func Sessions(ctx context.Context, db bun.IDB, user int64, now time.Time) ([]Session, error) {
	var all []Session
	err := db.NewRaw(`
		SELECT public_id::text AS id, user_agent, ip_prefix AS network, auth_level > 1 AS whole, created_at AS began, last_seen,
			least(expires_at, last_seen + ?2 * interval '1 second') AS ends
		FROM sessions
		WHERE user_id = ?0 AND revoked_at IS NULL AND expires_at > ?1 AND last_seen > ?3
		ORDER BY last_seen DESC, created_at DESC`,
		user, now, int(IdleTimeout/time.Second), now.Add(-IdleTimeout)).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("list sessions of user %d: %w", user, err)
	}
	return all, nil
}

// EndSession ends one of the user's own sessions by its public name. One that is no more,
// and one of somebody else, is NotFound.
func EndSession(ctx context.Context, db bun.IDB, u *User, id string, now time.Time) error {
	return db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		res, err := tx.NewRaw(`UPDATE sessions SET revoked_at = ? WHERE user_id = ? AND public_id::text = ? AND revoked_at IS NULL`, now, u.ID, clean(id, 40)).Exec(ctx)
		if err != nil {
			return fmt.Errorf("end a session: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return errors.Join(fault.New(fault.NotFound, "Sesi itu sudah berakhir."), err)
		}
		return note(ctx, tx, u, "end session", u.Login, nil, nil, now)
	})
}

// EndOtherSessions ends all sessions of the user but the one that asks.
func EndOtherSessions(ctx context.Context, db bun.IDB, u *User, now time.Time) error {
	return db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewRaw(`UPDATE sessions SET revoked_at = ? WHERE user_id = ? AND public_id::text <> ? AND revoked_at IS NULL`, now, u.ID, u.Session).Exec(ctx)
		if err != nil {
			return fmt.Errorf("end the other sessions: %w", err)
		}
		return note(ctx, tx, u, "end other sessions", u.Login, nil, nil, now)
	})
}

// ChangePassword replaces one's own password. It asks for the one there is (Invalid when
// that is wrong, counted like a sign-in), ends all other sessions and gives this one a new
// token.
func ChangePassword(ctx context.Context, db bun.IDB, h *Hasher, u *User, token, old, password string, from From, now time.Time) (renewed string, err error) {
	if err := CheckPassword(password, u.Login); err != nil {
		return "", err
	}
	a, err := charge(ctx, db, accountKey(u.Login), from, now)
	if err != nil {
		return "", err
	}
	c, err := userByLogin(ctx, db, u.Login)
	if err != nil {
		return "", err
	}
	if ok, err := isPassword(ctx, h, old, c.PasswordHash); err != nil || !ok {
		if err != nil {
			return "", errors.Join(err, refund(ctx, db, a))
		}
		return "", ErrWrongPassword
	}
	hash, err := h.Hash(ctx, password)
	if err != nil {
		return "", errors.Join(err, refund(ctx, db, a))
	}
	err = db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if err := refund(ctx, tx, a); err != nil {
			return err
		}
		if renewed, err = raise(ctx, tx, token, levelPassword, now); err != nil {
			return err
		}
		_, err := tx.NewRaw(`UPDATE sessions SET revoked_at = ? WHERE user_id = ? AND token_sha256 <> ? AND revoked_at IS NULL`, now, u.ID, tokenSum(renewed)).Exec(ctx)
		if err != nil {
			return fmt.Errorf("end the other sessions: %w", err)
		}
		res, err := tx.NewRaw(`UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ?`, hash, u.ID, c.PasswordHash).Exec(ctx)
		if err != nil {
			return fmt.Errorf("change password of %s: %w", u.Login, err)
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return errors.Join(fault.New(fault.Conflict, "Kata sandi ini baru saja diganti. Silakan masuk lagi."), err)
		}
		if _, err := tx.NewRaw(`UPDATE one_time_links SET used_at = ? WHERE user_id = ? AND used_at IS NULL`, now, u.ID).Exec(ctx); err != nil {
			return fmt.Errorf("void the links of %s: %w", u.Login, err)
		}
		return note(ctx, tx, u, "change password", u.Login, nil, nil, now)
	})
	if err != nil {
		return "", err
	}
	return renewed, nil
}

// ErrWrongPassword says that the password given to confirm a change is not that of the account.
var ErrWrongPassword = fault.New(fault.Invalid, "Kata sandi sekarang tidak cocok.")

// isPassword reports whether the password is that of the hash, however long it is.
func isPassword(ctx context.Context, h *Hasher, password, hash string) (bool, error) {
	if len(password) > 4*maxPassword {
		password = ""
	}
	ok, _, err := h.check(ctx, password, hash)
	return ok, err
}

// ChangeEmail sets one's own address of mail; empty takes it away. It asks for the
// password, since links to a new one go to that address.
func ChangeEmail(ctx context.Context, db bun.IDB, h *Hasher, u *User, password, email string, from From, now time.Time) error {
	email, err := normalEmail(email)
	if err != nil {
		return err
	}
	a, err := charge(ctx, db, accountKey(u.Login), from, now)
	if err != nil {
		return err
	}
	c, err := userByLogin(ctx, db, u.Login)
	if err != nil {
		return err
	}
	if ok, err := isPassword(ctx, h, password, c.PasswordHash); err != nil || !ok {
		if err != nil {
			return errors.Join(err, refund(ctx, db, a))
		}
		return ErrWrongPassword
	}
	return db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if err := refund(ctx, tx, a); err != nil {
			return err
		}
		_, err := tx.NewRaw(`UPDATE users SET email = ? WHERE id = ?`, email, u.ID).Exec(ctx)
		switch {
		case postgres.Violates(err, emailKey):
			return errEmailTaken
		case err != nil:
			return fmt.Errorf("change the address of %s: %w", u.Login, err)
		}
		if err := tellOwner(ctx, tx, u.ID, "Alamat surel akun Anda diganti.", now); err != nil {
			return err
		}
		return note(ctx, tx, u, "change email", u.Login, nil, nil, now)
	})
}
