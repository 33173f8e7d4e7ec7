package report

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
)

// FeedValue is a figure that another system delivered.
type FeedValue struct {
	Key
	Source string // as the reader knows the system: "SIAK"
	Value  Value  // a figure or a fraction
	SHA256 string // of the file it came in, 64 hexadecimal digits
}

// AddFeedValues keeps figures of another system; the newest of a series and period is offered
// to the operator. Nothing is handed in by it. by is nil where the program itself delivers.
// Invalid, with the first mistake, where a key has no series or the indicator cannot have the
// value; then nothing is kept.
func AddFeedValues(ctx context.Context, tx bun.IDB, by *account.User, values []FeedValue, now time.Time) error {
	return addFeedValues(ctx, tx, by, values, now)
}
