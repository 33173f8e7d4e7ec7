package machine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/postgres"
)

// ErrNoToken says that a secret belongs to no token that still holds: unknown, revoked or
// expired.
var ErrNoToken = errors.New("no such token")

// Principal is a program that showed its token.
type Principal struct {
	Token Token
	// User is the account of the program. It is operator of the agencies of the token, for as
	// long as the request lasts.
	User *account.User
}

// Lookup returns the program whose secret it is, and notes that it was here; ErrNoToken where
// there is none.
func Lookup(ctx context.Context, db bun.IDB, secret string, now time.Time) (*Principal, error) {
	if len(secret) != tokenLength || !strings.HasPrefix(secret, prefix) {
		return nil, ErrNoToken
	}
	var row struct {
		Token
		Login, UserName string
		Reporting       []string `bun:",array"`
	}
	err := db.NewRaw(`
		SELECT t.id, t.public_id::text, t.user_id, t.name, t.source, t.agencies, t.indicators, t.created_at, t.expires_at, t.last_used_at, u.login, u.name AS user_name,
			ARRAY(SELECT code FROM agencies WHERE reports AND (t.agencies = '{}' OR code = ANY (t.agencies)) ORDER BY code COLLATE "C") AS reporting
		FROM machine_tokens t JOIN users u ON u.id = t.user_id
		WHERE t.token_sha256 = ? AND t.revoked_at IS NULL AND t.expires_at > ? AND u.disabled_at IS NULL`, sumOf(secret), now).Scan(ctx, &row)
	switch {
	case postgres.NoRows(err):
		return nil, ErrNoToken
	case err != nil:
		return nil, fmt.Errorf("look up a token: %w", err)
	}
	if row.LastUsedAt == nil || now.Sub(*row.LastUsedAt) >= seenEvery {
		_, err := db.NewRaw(`UPDATE machine_tokens SET last_used_at = ?0 WHERE id = ?1 AND revoked_at IS NULL AND (last_used_at IS NULL OR last_used_at < ?0)`, now, row.ID).Exec(ctx)
		if err != nil {
			return nil, fmt.Errorf("note the use of a token: %w", err)
		}
	}
	p := &Principal{Token: row.Token, User: &account.User{ID: row.UserID, Login: row.Login, Name: row.UserName}}
	for _, code := range row.Reporting {
		p.User.Appointments = append(p.User.Appointments, account.Appointment{Role: account.Operator, Agency: code, From: row.CreatedAt})
	}
	return p, nil
}
