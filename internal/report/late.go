package report

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/roadmap"
)

// LateEntry is leave to report after a period has closed.
type LateEntry struct {
	ID        int64
	Agency    string
	Indicator string // code; empty: all of the agency
	Period    roadmap.Period
	EndsAt    time.Time // exclusive
	Reason    string
	GrantedBy string // name
	GrantedAt time.Time
	RevokedAt *time.Time
}

// Holds says whether the leave holds at the instant now.
func (l *LateEntry) Holds(now time.Time) bool { return l.RevokedAt == nil && now.Before(l.EndsAt) }

// GrantLateEntry gives leave, with a reason and an end. Only Bagian Organisasi may. Of l the
// fields Agency, Indicator, Period, EndsAt and Reason count. Invalid in words where one is
// wrong. It returns the id.
func GrantLateEntry(ctx context.Context, db bun.IDB, by *account.User, l LateEntry, now time.Time) (int64, error) {
	return grantLateEntry(ctx, db, by, l, now)
}

// RevokeLateEntry takes a leave back. Conflict when it does not hold any more.
func RevokeLateEntry(ctx context.Context, db bun.IDB, by *account.User, id int64, now time.Time) error {
	return revokeLateEntry(ctx, db, by, id, now)
}

// LateEntries lists all leaves, newest first, for those who see the city; others see those of
// their agencies.
func LateEntries(ctx context.Context, db bun.IDB, by *account.User) ([]LateEntry, error) {
	return lateEntries(ctx, db, by)
}

// Exception is an accepted reason not to be assessed. It covers the periods whose last day
// lies within it and ends by itself.
type Exception struct {
	ID         int64
	Agency     string
	Indicator  string
	StartsOn   time.Time // a day
	EndsOn     time.Time // a day, included
	Reason     string
	AcceptedBy string // name; empty: unknown
	AcceptedAt time.Time
	RevokedAt  *time.Time
}

// States of an exception.
const (
	ExceptionAhead   = "akan_berlaku"
	ExceptionHolds   = "berlaku"
	ExceptionEnded   = "berakhir"
	ExceptionRevoked = "dicabut"
)

// State says how it stands with the exception at the instant now in the zone of now.
func (e *Exception) State(now time.Time) string {
	today := now.Format(time.DateOnly)
	switch {
	case e.RevokedAt != nil:
		return ExceptionRevoked
	case today < e.StartsOn.Format(time.DateOnly):
		return ExceptionAhead
	case today > e.EndsOn.Format(time.DateOnly):
		return ExceptionEnded
	}
	return ExceptionHolds
}

// AcceptException accepts a reason. Only Bagian Organisasi may. Of e the fields Agency,
// Indicator, StartsOn, EndsOn and Reason count. Invalid in words where one is wrong. It
// returns the id.
func AcceptException(ctx context.Context, db bun.IDB, by *account.User, e Exception, now time.Time) (int64, error) {
	return acceptException(ctx, db, by, e, now)
}

// RevokeException takes an exception back, from now on. Conflict when it was already.
func RevokeException(ctx context.Context, db bun.IDB, by *account.User, id int64, now time.Time) error {
	return revokeException(ctx, db, by, id, now)
}

// Exceptions lists all exceptions, newest first, for those who see the city; others see those
// of their agencies.
func Exceptions(ctx context.Context, db bun.IDB, by *account.User) ([]Exception, error) {
	return exceptions(ctx, db, by)
}
