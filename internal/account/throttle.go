package account

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"time"

	"github.com/uptrace/bun"
)

// The limits of failed sign-ins. After five in a row an account must wait, twice
// as long each time; nobody is locked out for good, since an outsider could then
// lock out a head on the last day. Fifty within a day need a new password.
const (
	freeFailures  = 5
	longestDelay  = 15 * time.Minute
	dailyFailures = 50
	dayWindow     = 24 * time.Hour

	addressFailures = 25
	officeFailures  = 500 // of a network of the city: one town hall is one address
	addressWindow   = 5 * time.Minute
)

// ThrottledError says that there were too many failed sign-ins and how long to
// wait before the next.
type ThrottledError struct{ RetryAfter time.Duration }

// Error is the text for the log.
func (e *ThrottledError) Error() string {
	return fmt.Sprintf("too many failed sign-ins, retry after %s", e.RetryAfter)
}

// delayAfter is how long an account waits after so many failures in a row.
func delayAfter(failures int) time.Duration {
	if failures < freeFailures {
		return 0
	}
	if n := failures - freeFailures + 1; n < 10 {
		return time.Duration(1<<n) * time.Second
	}
	return longestDelay
}

// key is what a count is kept under: the kind, and a hash that tells nobody who it was.
func key(kind, what string) string {
	sum := sha256.Sum256([]byte(what))
	return kind + ":" + hex.EncodeToString(sum[:16])
}

func accountKey(login string) string { return key("akun", login) }

// addressKey counts an address by the network that one subscriber has.
func addressKey(a netip.Addr) string { return key("ip", networkOf(a)) }

// attempt is a sign-in that was charged and may be given back.
type attempt struct {
	account, address string
	window           time.Time // of the address
	day              time.Time // of the account
}

// charge counts a sign-in as failed before it is tried, or refuses it with a
// ThrottledError. Charging first means that guesses sent at the same moment, also
// to several replicas, are counted one by one: the rows are taken in turn.
//
// who is the key of the account, for its passwords or for its codes. A refusal is noted in
// the trail once per window.
func charge(ctx context.Context, db bun.IDB, who string, f From, now time.Time) (attempt, error) {
	limit := addressFailures
	if f.Office {
		limit = officeFailures
	}
	a := attempt{
		account: who, address: addressKey(f.Addr),
		window: now.Truncate(addressWindow), day: now.Truncate(dayWindow),
	}
	var throttled *ThrottledError
	err := db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		throttled = nil
		for _, k := range []string{a.address, a.account} { // always in this order
			if _, err := tx.NewRaw(`SELECT pg_advisory_xact_lock(hashtextextended(?, 0))`, k).Exec(ctx); err != nil {
				return fmt.Errorf("lock %s: %w", k, err)
			}
		}
		var n struct {
			Address int
			Account int
			LastAt  *time.Time
		}
		err := tx.NewRaw(`
			SELECT
				coalesce(sum(failures) FILTER (WHERE key = ?0 AND window_start = ?1), 0) AS address,
				coalesce(sum(failures) FILTER (WHERE key = ?2 AND last_at > ?3), 0) AS account,
				max(last_at) FILTER (WHERE key = ?2) AS last_at
			FROM throttles
			WHERE key IN (?0, ?2)`,
			a.address, a.window, a.account, now.Add(-dayWindow)).Scan(ctx, &n)
		if err != nil {
			return fmt.Errorf("count failed sign-ins: %w", err)
		}
		if n.Address >= limit {
			throttled = &ThrottledError{RetryAfter: a.window.Add(addressWindow).Sub(now)}
			return noteThrottled(ctx, tx, "alamat "+f.prefix(), a.address, a.window, now)
		}
		if n.LastAt != nil {
			delay := delayAfter(n.Account)
			if n.Account >= dailyFailures {
				delay = dayWindow
			}
			if wait := n.LastAt.Add(delay).Sub(now); wait > 0 {
				throttled = &ThrottledError{RetryAfter: wait}
				return noteThrottled(ctx, tx, "akun", a.account, a.window, now)
			}
		}
		_, err = tx.NewRaw(`
			INSERT INTO throttles AS t (key, window_start, failures, last_at)
			VALUES (?, ?, 1, ?), (?, ?, 1, ?)
			ON CONFLICT (key, window_start) DO UPDATE SET failures = t.failures + 1, last_at = EXCLUDED.last_at`,
			a.address, a.window, now, a.account, a.day, now).Exec(ctx)
		if err != nil {
			return fmt.Errorf("count a sign-in: %w", err)
		}
		return nil
	})
	if err == nil && throttled != nil {
		err = throttled
	}
	return a, err
}

// noteThrottled notes that sign-ins are held back, the first time in the window: an attack
// must not fill the trail.
func noteThrottled(ctx context.Context, tx bun.Tx, what, key string, window, now time.Time) error {
	first, err := within(ctx, tx, "tahan:"+key, window, 1, now)
	if err != nil || !first {
		return err
	}
	return note(ctx, tx, nil, "hold back sign-ins", what, nil, nil, now)
}

// within counts one under the key in the window, and reports whether that is no more than
// limit; beyond it nothing is counted.
func within(ctx context.Context, db bun.IDB, key string, window time.Time, limit int, now time.Time) (bool, error) {
	res, err := db.NewRaw(`
		INSERT INTO throttles AS t (key, window_start, failures, last_at) VALUES (?, ?, 1, ?)
		ON CONFLICT (key, window_start) DO UPDATE SET failures = t.failures + 1, last_at = EXCLUDED.last_at
		WHERE t.failures < ?`, key, window, now, limit).Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("count %s: %w", key, err)
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

// refund takes a back, because the password was right or was never looked at.
func refund(ctx context.Context, db bun.IDB, a attempt) error {
	return db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		for _, row := range []struct {
			key    string
			window time.Time
		}{{a.address, a.window}, {a.account, a.day}} {
			// A row never counts nothing, so the last failure goes with its row.
			_, err := tx.NewRaw(`DELETE FROM throttles WHERE key = ? AND window_start = ? AND failures = 1`, row.key, row.window).Exec(ctx)
			if err != nil {
				return fmt.Errorf("take back a sign-in: %w", err)
			}
			_, err = tx.NewRaw(`UPDATE throttles SET failures = failures - 1 WHERE key = ? AND window_start = ? AND failures > 1`, row.key, row.window).Exec(ctx)
			if err != nil {
				return fmt.Errorf("take back a sign-in: %w", err)
			}
		}
		return nil
	})
}

// forget ends the row of failures under the key.
func forget(ctx context.Context, db bun.IDB, key string) error {
	if _, err := db.NewRaw(`DELETE FROM throttles WHERE key = ?`, key).Exec(ctx); err != nil {
		return fmt.Errorf("forget failed sign-ins: %w", err)
	}
	return nil
}
