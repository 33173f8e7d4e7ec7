package account

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"
)

// An account has ten recovery codes of 80 bits each, so that their plain hashes tell nothing.
const (
	recoveryCodes  = 10
	recoveryLength = 16 // characters of base32
)

// newRecovery gives the user new recovery codes and voids those there were.
func newRecovery(ctx context.Context, tx bun.Tx, user int64) ([]string, error) {
	if _, err := tx.NewRaw(`DELETE FROM recovery_codes WHERE user_id = ?`, user).Exec(ctx); err != nil {
		return nil, fmt.Errorf("void recovery codes: %w", err)
	}
	codes := make([]string, recoveryCodes)
	for i := range codes {
		code := newCode()
		codes[i] = spaced(code)
		if _, err := tx.NewRaw(`INSERT INTO recovery_codes (user_id, sha256) VALUES (?, ?)`, user, tokenSum(code)).Exec(ctx); err != nil {
			return nil, fmt.Errorf("keep a recovery code: %w", err)
		}
	}
	return codes, nil
}

// newCode is a code that a person can copy by hand: 80 bits, in small letters and digits.
func newCode() string {
	b := make([]byte, recoveryLength*5/8)
	rand.Read(b) // never fails: the program ends instead
	return strings.ToLower(base32Text.EncodeToString(b))
}

// spaced writes a code in groups of four.
func spaced(code string) string {
	var groups []string
	for i := 0; i < len(code); i += 4 {
		groups = append(groups, code[i:min(i+4, len(code))])
	}
	return strings.Join(groups, "-")
}

// useRecovery marks the code as used, if it is one that is not yet.
func useRecovery(ctx context.Context, tx bun.Tx, user int64, code string, now time.Time) (bool, error) {
	res, err := tx.NewRaw(`UPDATE recovery_codes SET used_at = ? WHERE user_id = ? AND sha256 = ? AND used_at IS NULL`, now, user, tokenSum(code)).Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("use a recovery code: %w", err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// SpareCodes is how many recovery codes of the user are left.
func SpareCodes(ctx context.Context, db bun.IDB, user int64) (int, error) {
	var n int
	if err := db.NewRaw(`SELECT count(*) FROM recovery_codes WHERE user_id = ? AND used_at IS NULL`, user).Scan(ctx, &n); err != nil {
		return 0, fmt.Errorf("count recovery codes: %w", err)
	}
	return n, nil
}
