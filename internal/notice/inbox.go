package notice

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/postgres"
)

// Received is a note as its recipient sees it.
type Received struct {
	ID     int64      `bun:"id"`
	Kind   Kind       `bun:"kind"`
	Text   string     `bun:"text"`
	Href   string     `bun:"href"` // empty: nowhere to go
	At     time.Time  `bun:"at"`
	ReadAt *time.Time `bun:"read_at"` // nil: not yet
}

// List reads at most limit notes of the user, the newest first, those before the note with
// the id before (0: from the newest one on); unread leaves out what was read.
func List(ctx context.Context, db bun.IDB, user int64, unread bool, before int64, limit int) ([]Received, error) {
	var list []Received
	err := db.NewRaw(`
		SELECT id, kind, text, href, at, read_at FROM notices
		WHERE user_id = ?0 AND (?1 = 0 OR id < ?1) AND (read_at IS NULL OR NOT ?2)
		ORDER BY id DESC LIMIT ?3`, user, before, unread, limit).Scan(ctx, &list)
	if err != nil {
		return nil, fmt.Errorf("list the notes of user %d: %w", user, err)
	}
	return list, nil
}

// Unread counts the notes that the user has not read, up to 100.
func Unread(ctx context.Context, db bun.IDB, user int64) (int, error) {
	var n int
	err := db.NewRaw(`SELECT count(*) FROM (SELECT FROM notices WHERE user_id = ? AND read_at IS NULL LIMIT 100) AS n`, user).Scan(ctx, &n)
	if err != nil {
		return 0, fmt.Errorf("count the unread notes of user %d: %w", user, err)
	}
	return n, nil
}

// Read marks a note of the user as read and returns where it leads; id 0 marks all that
// there are by now. A note of somebody else is none.
func Read(ctx context.Context, db bun.IDB, user, id int64, now time.Time) (href string, err error) {
	if id == 0 {
		_, err = db.NewRaw(`UPDATE notices SET read_at = ? WHERE user_id = ? AND read_at IS NULL AND at <= ?`, now, user, now).Exec(ctx)
	} else {
		err = db.NewRaw(`UPDATE notices SET read_at = coalesce(read_at, ?) WHERE user_id = ? AND id = ? RETURNING href`, now, user, id).Scan(ctx, &href)
		if postgres.NoRows(err) {
			return "", nil
		}
	}
	if err != nil {
		return "", fmt.Errorf("mark notes of user %d as read: %w", user, err)
	}
	return href, nil
}

// WantsNews says whether the daily letter brings the user news beside duties.
func WantsNews(ctx context.Context, db bun.IDB, user int64) (bool, error) {
	var wants bool
	err := db.NewRaw(`SELECT coalesce((SELECT news FROM notice_preferences WHERE user_id = ?), TRUE)`, user).Scan(ctx, &wants)
	if err != nil {
		return false, fmt.Errorf("read what user %d wants: %w", user, err)
	}
	return wants, nil
}

// SetNews says whether the daily letter shall bring the user news. Duties and what concerns
// the account cannot be left: who answers for a figure must hear of it.
func SetNews(ctx context.Context, db bun.IDB, user int64, news bool, now time.Time) error {
	_, err := db.NewRaw(`
		INSERT INTO notice_preferences AS p (user_id, news, changed_at) VALUES (?, ?, ?)
		ON CONFLICT (user_id) DO UPDATE SET news = EXCLUDED.news, changed_at = EXCLUDED.changed_at WHERE p.news <> EXCLUDED.news`,
		user, news, now).Exec(ctx)
	if err != nil {
		return fmt.Errorf("set what user %d wants: %w", user, err)
	}
	return nil
}

// LeavePath is where a token of LeaveToken is brought to.
const LeavePath = "/kerja/pemberitahuan/berhenti/"

// LeaveToken lets whoever holds it end the news of the user, without signing in: it stands
// in letters (RFC 8058). Without a secret it is empty.
func LeaveToken(secret []byte, user int64) string {
	if len(secret) == 0 {
		return ""
	}
	id := strconv.FormatInt(user, 10)
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("petajalan leave news\x00" + id))
	return id + "." + hex.EncodeToString(mac.Sum(nil)[:16])
}

// LeaveUser is the user of a token; ok is false when it is none of ours.
func LeaveUser(secret []byte, token string) (user int64, ok bool) {
	id, _, _ := strings.Cut(token, ".")
	user, err := strconv.ParseInt(id, 10, 64)
	if err != nil || len(secret) == 0 || !hmac.Equal([]byte(token), []byte(LeaveToken(secret, user))) {
		return 0, false
	}
	return user, true
}

// HasAddress says whether letters reach the user.
func HasAddress(ctx context.Context, db bun.IDB, user int64) (bool, error) {
	var has bool
	if err := db.NewRaw(`SELECT EXISTS (SELECT FROM users WHERE id = ? AND email <> '')`, user).Scan(ctx, &has); err != nil {
		return false, fmt.Errorf("look for the address of user %d: %w", user, err)
	}
	return has, nil
}
