package notice

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

// Alert tells all who hold one of the roles of the city something that cannot wait for the
// daily letter: inside the program, and by a letter at once. A second alert of the same key
// is not told.
func Alert(ctx context.Context, db bun.IDB, key string, roles []string, subject, text, href string, now time.Time) error {
	if err := Tell(ctx, db, Note{Key: key, Kind: Duty, Text: clip(text, 1000), Href: href, Roles: roles}, now); err != nil {
		return err
	}
	users, err := holders(ctx, db, roles, now)
	if err != nil {
		return err
	}
	letters := make([]Letter, len(users))
	for i, user := range users {
		letters[i] = Letter{Key: fmt.Sprintf("%s %d", key, user), To: user, Subject: clip(subject, 200), Text: text, Href: href}
	}
	_, err = mailAll(ctx, db, letters, now)
	return err
}
