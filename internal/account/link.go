package account

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/fault"
	"petajalan/internal/notice"
	"petajalan/internal/postgres"
)

// How long the ways to a new password last, and how often they may be asked for.
const (
	ResetLasts = 30 * time.Minute // a link in a mail
	OnceLasts  = 24 * time.Hour   // a code that an administrator handed over

	resetsPerAccount = 3 // an hour
	resetsPerAddress = 25
	resetWindow      = time.Hour
)

// Link is an open way to a new password.
type Link struct {
	Login, Name string
	ByAdmin     bool // handed over by an administrator, not mailed
}

// ErrNoLink says that a link is unknown, used, too old, or of a closed account.
var ErrNoLink = fault.New(fault.NotFound, "Tautan atau kode ini tidak berlaku lagi: sudah dipakai, atau sudah lewat waktunya. Minta yang baru.")

// AskReset mails a link to choose a new password to the account of the login or address of
// mail, if there is one with an address. address makes the address of the page from the
// token. Whether a mail goes out is not told: not to who asks, and not by an error.
func AskReset(ctx context.Context, db bun.IDB, who string, from From, now time.Time, address func(token string) string) error {
	return db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		window := now.Truncate(resetWindow)
		ok, err := within(ctx, tx, key("lupa-ip", networkOf(from.Addr)), window, resetsPerAddress, now)
		if err != nil || !ok {
			return err
		}
		var u struct {
			ID    int64
			Login string
		}
		who = normalLogin(who)
		err = tx.NewRaw(`SELECT id, login FROM users WHERE (login = ?0 OR email = ?0) AND email <> '' AND disabled_at IS NULL ORDER BY login <> ?0 LIMIT 1`,
			clean(who, 254)).Scan(ctx, &u)
		if postgres.NoRows(err) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("find the account to reset: %w", err)
		}
		ok, err = within(ctx, tx, key("lupa", u.Login), window, resetsPerAccount, now)
		if err != nil || !ok {
			return err
		}
		token, sum := newToken()
		if err := addLink(ctx, tx, sum, "reset", u.ID, 0, now, ResetLasts); err != nil {
			return err
		}
		_, err = notice.Mail(ctx, tx, notice.Letter{
			Key: fmt.Sprintf("reset %x", sum[:8]), To: u.ID, Secret: true,
			Subject: "Kata sandi baru untuk Peta Jalan",
			Text: "Seseorang meminta kata sandi baru untuk akun " + u.Login + " di Peta Jalan.\n\n" +
				"Buka alamat ini dalam 30 menit untuk memilihnya:\n" + address(token) + "\n\n" +
				"Bukan Anda yang meminta? Abaikan surel ini; kata sandi Anda tidak berubah.\n",
		}, now)
		if err != nil {
			return err
		}
		return note(ctx, tx, nil, "ask for reset", u.Login, nil, nil, now)
	})
}

// networkOf is the address as the throttles count it: an IPv6 address by its /64.
func networkOf(a netip.Addr) string {
	a = a.Unmap().WithZone("")
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}

func addLink(ctx context.Context, tx bun.Tx, sum []byte, purpose string, user, by int64, now time.Time, lasts time.Duration) error {
	var creator *int64
	if by != 0 {
		creator = &by
	}
	_, err := tx.NewRaw(`INSERT INTO one_time_links (token_sha256, purpose, user_id, created_by, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)`,
		sum, purpose, user, creator, now, now.Add(lasts)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("keep a one-time link: %w", err)
	}
	return nil
}

// linkSum is the hash of a token, or of a code as somebody may type it.
func linkSum(token string) []byte {
	if code := normalCode(token); len(code) == recoveryLength {
		return tokenSum(code)
	}
	return tokenSum(strings.TrimSpace(token))
}

const openLink = `t.token_sha256 = ?0 AND t.used_at IS NULL AND t.expires_at > ?1 AND u.disabled_at IS NULL`

// LookAtLink returns whose link it is and leaves it as it is: mail scanners open links too.
func LookAtLink(ctx context.Context, db bun.IDB, token string, now time.Time) (*Link, error) {
	var l Link
	err := db.NewRaw(`SELECT u.login, u.name, t.purpose = 'once' AS by_admin FROM one_time_links t JOIN users u ON u.id = t.user_id WHERE `+openLink,
		linkSum(token), now).Scan(ctx, &l)
	switch {
	case postgres.NoRows(err):
		return nil, ErrNoLink
	case err != nil:
		return nil, fmt.Errorf("look at a one-time link: %w", err)
	}
	return &l, nil
}

// UseLink sets the password that the owner of the link chose, voids this and all other
// links of the account, ends its sessions, and begins a new one of the first level: a
// second factor is still to be shown. Guessing at links counts against the address.
func UseLink(ctx context.Context, db bun.IDB, h *Hasher, token, password string, from From, now time.Time) (session string, err error) {
	l, err := LookAtLink(ctx, db, token, now)
	if err != nil {
		if _, e := charge(ctx, db, key("tautan", networkOf(from.Addr)), from, now); e != nil {
			return "", e
		}
		return "", err
	}
	if err := CheckPassword(password, l.Login); err != nil {
		return "", err
	}
	hash, err := h.Hash(ctx, password)
	if err != nil {
		return "", err
	}
	err = db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		var id int64
		err := tx.NewRaw(`UPDATE one_time_links t SET used_at = ?1 FROM users u WHERE u.id = t.user_id AND `+openLink+` RETURNING t.user_id`,
			linkSum(token), now).Scan(ctx, &id)
		switch {
		case postgres.NoRows(err):
			return ErrNoLink
		case err != nil:
			return fmt.Errorf("use a one-time link: %w", err)
		}
		if err := replacePassword(ctx, tx, id, l.Login, hash, now); err != nil {
			return err
		}
		if session, err = beginSession(ctx, tx, id, from, now); err != nil {
			return err
		}
		if err := tellOwner(ctx, tx, id, "Kata sandi akun Anda diganti lewat tautan sekali pakai.", now); err != nil {
			return err
		}
		return note(ctx, tx, &User{ID: id}, "set password by link", l.Login, nil, map[string]bool{"by_admin": l.ByAdmin}, now)
	})
	if err != nil {
		return "", err
	}
	return session, nil
}

// replacePassword sets the hash, ends all sessions, voids all links and forgets failures.
func replacePassword(ctx context.Context, tx bun.Tx, id int64, login, hash string, now time.Time) error {
	if _, err := tx.NewRaw(`UPDATE users SET password_hash = ? WHERE id = ?`, hash, id).Exec(ctx); err != nil {
		return fmt.Errorf("set password of %s: %w", login, err)
	}
	if _, err := tx.NewRaw(`UPDATE one_time_links SET used_at = ? WHERE user_id = ? AND used_at IS NULL`, now, id).Exec(ctx); err != nil {
		return fmt.Errorf("void the links of %s: %w", login, err)
	}
	if err := endSessions(ctx, tx, id, now); err != nil {
		return err
	}
	return forget(ctx, tx, accountKey(login))
}

// tellOwner tells the owner of an account what happened to it.
func tellOwner(ctx context.Context, tx bun.Tx, user int64, text string, now time.Time) error {
	return notice.Tell(ctx, tx, notice.Note{
		Key: "account " + now.UTC().Format(time.RFC3339Nano), Kind: notice.Security, To: []int64{user}, Text: text, Href: "/kerja/akun",
	}, now)
}
