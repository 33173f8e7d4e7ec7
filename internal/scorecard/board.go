package scorecard

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/postgres"
	"petajalan/internal/report"
	"petajalan/internal/roadmap"
	"petajalan/internal/scoring"
)

// Scope says whose work in progress may be read. It stands in every query of a board.
type Scope struct {
	City     bool     // everybody's
	Agencies []string // of these agencies
	HeadOf   []string // and of the agencies right below these
}

// inScope is the SQL of a scope, for an agency a and its parent p; the arguments are args,
// from number n on.
func (s Scope) inScope(n int) string {
	return fmt.Sprintf(`($%d OR a.code = ANY ($%d) OR p.code = ANY ($%d))`, n, n+1, n+2)
}

func (s Scope) args() []any { return []any{s.City, notNil(s.Agencies), notNil(s.HeadOf)} }

// notNil makes a missing list an empty one, which matches nothing, where NULL would be unknown.
func notNil(codes []string) []string {
	if codes == nil {
		return []string{}
	}
	return codes
}

// Board is work in progress on the reporting of one period, as the workspace shows it.
// Everything on it is of one moment.
type Board struct {
	Reporting roadmap.Reporting
	Units     []Unit    // the agencies in scope that report: by kind of place, then name
	Waiting   []Waiting // agencies with reports to be verified, the longest waiting first
	// Draft holds the agencies, indicators, calendar, bands and the scores in scope of the
	// newest run. Nobody may publish it. Nil when no run was made yet.
	Draft *View
	Run   *RunNote // the newest run; nil when there is none
	Falls []Fall   // the deepest falls of achievements in scope, since the quarter before
	Since Quarters
	Log   []Act     // what was done last in scope, the newest first
	Jobs  []JobNote // the last slot of each job, for those who see the city
}

// Quarters says which two quarters falls are measured between: the newest one that is
// closed and was scored, and the one before it. The zero value: there are none.
type Quarters struct{ Period, Before scoring.Period }

// LoadBoard reads the board of the reporting that is about now: the open period, else the
// one that closed last. Without any period it is fault.NotFound.
func LoadBoard(ctx context.Context, db *bun.DB, scope Scope, now time.Time) (*Board, error) {
	b := &Board{}
	err := inSnapshot(ctx, db, func(ctx context.Context, tx postgres.Tx) error {
		var err error
		if b.Reporting, err = roadmap.CurrentPeriod(ctx, tx, now); err != nil {
			return err
		}
		for _, step := range []struct {
			what string
			read func() error
		}{
			{"states of agencies", func() (err error) { b.Units, err = readUnits(ctx, tx, scope, b.Reporting.Period, now); return err }},
			{"reports to be verified", func() (err error) { b.Waiting, err = readWaiting(ctx, tx, scope, b.Reporting); return err }},
			{"the newest run", func() error { return b.readRun(ctx, tx, scope, now) }},
			{"last acts", func() (err error) { b.Log, err = readActs(ctx, tx, scope, 8); return err }},
			{"jobs", func() (err error) { b.Jobs, err = readJobs(ctx, tx, scope); return err }},
		} {
			if err := step.read(); err != nil {
				return fmt.Errorf("read %s: %w", step.what, err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return b, nil
}

// inSnapshot reads under one snapshot, so that the figures of a page agree.
func inSnapshot(ctx context.Context, db *bun.DB, f func(context.Context, postgres.Tx) error) error {
	return postgres.InTx(ctx, db, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}, f)
}

// statusOf is the status of a report as report names it; empty: there is no report.
func statusOf(s *string) report.Status {
	if s == nil {
		return ""
	}
	return report.Status(*s)
}
