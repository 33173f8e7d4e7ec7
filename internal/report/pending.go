package report

import (
	"context"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/roadmap"
)

var errPending = errors.New("being built")

func saveDrafts(context.Context, bun.IDB, *account.User, []DraftRow, time.Time) ([]SaveOutcome, error) {
	return nil, errPending
}
func submitAll(context.Context, bun.IDB, *account.User, string, roadmap.Period, []DraftRow, string, time.Time) ([]Problem, error) {
	return nil, errPending
}
func addEvidence(context.Context, bun.Tx, *account.User, Key, DraftEvidence, time.Time) (string, error) {
	return "", errPending
}
func removeEvidence(context.Context, bun.Tx, *account.User, Key, string, time.Time) error {
	return errPending
}
func decideAll(context.Context, bun.IDB, *account.User, EventKind, []Decision, time.Time) ([]Outcome, error) {
	return nil, errPending
}
func chain(context.Context, bun.IDB, *account.User, Key) ([]Link, error) { return nil, errPending }
func comment(context.Context, bun.IDB, *account.User, Key, string, time.Time) (*Remark, error) {
	return nil, errPending
}
func comments(context.Context, bun.IDB, *account.User, Key) ([]Remark, error) { return nil, errPending }
func grantLateEntry(context.Context, bun.IDB, *account.User, LateEntry, time.Time) (int64, error) {
	return 0, errPending
}
func revokeLateEntry(context.Context, bun.IDB, *account.User, int64, time.Time) error {
	return errPending
}
func lateEntries(context.Context, bun.IDB, *account.User) ([]LateEntry, error) {
	return nil, errPending
}
func acceptException(context.Context, bun.IDB, *account.User, Exception, time.Time) (int64, error) {
	return 0, errPending
}
func revokeException(context.Context, bun.IDB, *account.User, int64, time.Time) error {
	return errPending
}
func exceptions(context.Context, bun.IDB, *account.User) ([]Exception, error) { return nil, errPending }
