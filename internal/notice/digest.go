package notice

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/indonesian"
)

// digestNotes is how many notes a letter spells out.
const digestNotes = 20

// Digest writes the daily letters: one for each person who has notes that no letter told
// yet and that are still unread. Duties and security come first; news stand below, and not
// at all for who has left them. extra adds lines for all who hold one of the roles, such as
// the heads of the trail that are kept in letters; nil adds none. It is repeatable: a letter
// is of a day, and what it told is marked in the same transaction. It returns how many
// letters were posted. now is in the zone of the city.
func Digest(ctx context.Context, db bun.IDB, extra *Extra, now time.Time) (int, error) {
	type row struct {
		UserID   int64
		Kind     Kind
		Text     string
		MayLeave bool
	}
	var rows []row
	err := db.NewRaw(`
		WITH told AS (
			UPDATE notices n SET digested_at = ?0
			WHERE digested_at IS NULL AND at <= ?0
				AND NOT EXISTS (SELECT FROM outbox o WHERE o.key = format('digest %s %s', ?1::text, n.user_id)) -- no second one today
			RETURNING id, user_id, kind, text, read_at
		)
		SELECT t.user_id, t.kind, t.text FROM told t
		LEFT JOIN notice_preferences p ON p.user_id = t.user_id
		WHERE t.read_at IS NULL AND (t.kind <> 'news' OR coalesce(p.news, TRUE))
		ORDER BY t.user_id, CASE t.kind WHEN 'security' THEN 1 WHEN 'duty' THEN 2 ELSE 3 END, t.id`, now, day(now)).Scan(ctx, &rows)
	if err != nil {
		return 0, fmt.Errorf("read the notes for the daily letters: %w", err)
	}
	digests := map[int64]*digest{}
	var order []int64
	of := func(user int64) *digest {
		if digests[user] == nil {
			digests[user] = &digest{}
			order = append(order, user)
		}
		return digests[user]
	}
	for _, r := range rows {
		d := of(r.UserID)
		d.lines = append(d.lines, r.Text)
		if r.Kind == News {
			d.news = true
		} else {
			d.duties++
		}
	}
	if extra != nil {
		users, err := holders(ctx, db, extra.Roles, now)
		if err != nil {
			return 0, err
		}
		for _, user := range users {
			of(user).extra = extra.Text
		}
	}
	letters := make([]Letter, 0, len(order))
	for _, user := range order {
		letters = append(letters, digests[user].letter(user, now))
	}
	return mailAll(ctx, db, letters, now)
}

// Extra is a text that goes into the daily letters of some.
type Extra struct {
	Roles []string // of the city
	Text  string
}

type digest struct {
	lines  []string // duties first
	duties int
	news   bool
	extra  string
}

func (d *digest) letter(user int64, now time.Time) Letter {
	var text strings.Builder
	for i, line := range d.lines {
		if i == digestNotes {
			fmt.Fprintf(&text, "… dan %d pemberitahuan lain.\n", len(d.lines)-i)
			break
		}
		if i == 0 && d.duties > 0 {
			text.WriteString("Yang perlu Anda kerjakan atau ketahui:\n")
		}
		if i == d.duties {
			if i > 0 {
				text.WriteString("\n")
			}
			text.WriteString("Kabar:\n")
		}
		text.WriteString("- " + line + "\n")
	}
	if d.extra != "" {
		if text.Len() > 0 {
			text.WriteString("\n")
		}
		text.WriteString(d.extra)
	}
	subject := "Peta Jalan, " + indonesian.Day(now)
	switch {
	case d.duties > 0:
		subject += fmt.Sprintf(": %d hal perlu perhatian", d.duties)
	case len(d.lines) > 0:
		subject += fmt.Sprintf(": %d kabar", len(d.lines))
	}
	return Letter{
		Key: fmt.Sprintf("digest %s %d", day(now), user), To: user, Subject: subject,
		Text: strings.TrimRight(text.String(), "\n"), Href: "/kerja/pemberitahuan", mayLeave: d.news,
	}
}

// holders are the accounts that hold one of the roles today.
func holders(ctx context.Context, db bun.IDB, roles []string, now time.Time) ([]int64, error) {
	var ids []int64
	err := db.NewRaw(`
		SELECT DISTINCT r.user_id FROM user_roles r JOIN users u ON u.id = r.user_id AND u.disabled_at IS NULL
		WHERE r.role IN (?) AND r.valid_from <= ?::date AND coalesce(r.valid_to >= ?::date, TRUE)
		ORDER BY r.user_id`, bun.List(roles), day(now), day(now)).Scan(ctx, &ids)
	if err != nil {
		return nil, fmt.Errorf("look who holds a role: %w", err)
	}
	return ids, nil
}
