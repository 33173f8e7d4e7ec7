package report

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
)

// Link is one step in the chain of a report, with the person. Only people of the workspace
// see it.
type Link struct {
	Kind      EventKind
	At        time.Time
	Name      string // of the person; empty: it came without accounts
	Role      string // operator, kepala or organisasi
	RoleLabel string // in words
	Agency    string // code; empty: of the city
	Reason    string
	Grade     string
	Revision  int        // 0: concerns the draft
	Value     *Value     // of the revision handed in; nil for other steps and in rows of a list
	Evidence  []Evidence // of the revision handed in
	Late      bool       // handed in after the deadline
}

// Chain is the whole life of a report, oldest first, with the values of every revision.
// NotFound where by may not see it or there is none.
func Chain(ctx context.Context, db bun.IDB, by *account.User, k Key) ([]Link, error) {
	return chain(ctx, db, by, k)
}
