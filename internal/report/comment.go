package report

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
)

// Remark is a comment on a report.
type Remark struct {
	ID        int64
	At        time.Time
	Name      string
	Role      string
	RoleLabel string
	Agency    string // code; empty: of the city
	Body      string
}

// Comment says something about a report that exists: for the people of the agency and
// Bagian Organisasi (Forbidden for others who see it). The others are told. A body is 1 to 2000
// characters (Invalid).
func Comment(ctx context.Context, db bun.IDB, by *account.User, k Key, body string, now time.Time) (*Remark, error) {
	return comment(ctx, db, by, k, body, now)
}

// Comments are what was said about a report, oldest first, for those who may see it.
func Comments(ctx context.Context, db bun.IDB, by *account.User, k Key) ([]Remark, error) {
	return comments(ctx, db, by, k)
}
