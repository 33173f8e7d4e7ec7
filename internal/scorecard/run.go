package scorecard

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/fault"
	"petajalan/internal/postgres"
	"petajalan/internal/roadmap"
	"petajalan/internal/scoring"
)

// ScoreOptions say what to score.
type ScoreOptions struct {
	Period scoring.Period
	AsOf   time.Time // reports, targets and exceptions known at this moment count
	Zone   *time.Location
	// Whole scores everything anew. Otherwise what has not changed since the last whole run
	// of the period is taken from it.
	Whole bool
}

// Run (penilaian) is one scoring of a period and all earlier ones.
type Run struct {
	ID        int64
	BaseID    *int64 // the whole run that holds what this one leaves out; nil: it is whole itself
	Period    scoring.Period
	AsOf      time.Time
	InputHash string
	// Achievements of the run's own period: scored, due but missing, left out or not due.
	Scored, Missing, LeftOut int
	Reused                   bool // there was a run of the same inputs already
	Duration                 time.Duration
}

// ScorePeriod scores a period and all earlier ones from one snapshot and stores the run. The
// same inputs under the same rules give the run that exists. It fails with fault.Invalid
// or fault.Conflict where the period is not in the roadmap or the calendar.
func ScorePeriod(ctx context.Context, db *bun.DB, o ScoreOptions) (*Run, error) {
	var run *Run
	err := retry(ctx, func() error {
		return postgres.InTx(ctx, db, &sql.TxOptions{Isolation: sql.LevelRepeatableRead}, func(ctx context.Context, tx postgres.Tx) (err error) {
			run, err = ScoreIn(ctx, tx, o)
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("score %s: %w", o.Period, err)
	}
	return run, nil
}

// ScoreIn is ScorePeriod inside a transaction of the caller, which must be repeatable read, so
// that a job and its effect stand or fall together.
func ScoreIn(ctx context.Context, tx postgres.Tx, o ScoreOptions) (*Run, error) {
	if o.AsOf.Before(roadmap.Start(o.Period, o.Zone)) {
		return nil, fault.New(fault.Invalid, "Periode %s belum dimulai pada %s.", o.Period, o.AsOf.In(o.Zone).Format(time.DateOnly))
	}
	if !o.Whole {
		if run, err := rescore(ctx, tx, o); run != nil || err != nil {
			return run, err
		}
	}
	run, _, err := scoreWhole(ctx, tx, o)
	return run, err
}

// StateCount is how many achievements of a run's own period are in a state.
type StateCount struct {
	State scoring.State
	Count int
}

// CountStates returns the states of the run's own period, most frequent first.
func CountStates(ctx context.Context, db bun.IDB, run *Run) ([]StateCount, error) {
	var counts []StateCount
	err := db.NewRaw(`
		SELECT state, count(*) AS count FROM run_achievements(?)
		WHERE year = ? AND quarter = ? GROUP BY state ORDER BY count(*) DESC, state`,
		run.ID, run.Period.Year, run.Period.Quarter).Scan(ctx, &counts)
	if err != nil {
		return nil, fmt.Errorf("count the states of run %d: %w", run.ID, err)
	}
	return counts, nil
}

// retry runs f again, a few times, when PostgreSQL could not serialise it with another.
func retry(ctx context.Context, f func() error) error {
	for attempt := 1; ; attempt++ {
		err := f()
		state := postgres.SQLState(err)
		if attempt == 5 || (state != "40001" && state != "40P01") {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(attempt) * 20 * time.Millisecond):
		}
	}
}

// scoreWhole scores everything and stores the run, unless there is one of the same inputs.
func scoreWhole(ctx context.Context, tx postgres.Tx, o ScoreOptions) (*Run, *results, error) {
	return scoreSeries(ctx, tx, o, nil)
}

// scoreSeries is scoreWhole for the city made up of these series; nil means all.
func scoreSeries(ctx context.Context, tx postgres.Tx, o ScoreOptions, ids []int64) (*Run, *results, error) {
	in, err := loadInputs(ctx, tx, o.Period, o.AsOf, o.Zone, ids)
	if err != nil {
		return nil, nil, err
	}
	r, err := compute(in)
	if err != nil {
		return nil, nil, err
	}
	run, err := findRun(ctx, tx, in, r.hash)
	if err != nil || run != nil {
		return run, r, err
	}
	run = &Run{Period: o.Period, AsOf: o.AsOf, InputHash: r.hash}
	run.Scored, run.Missing, run.LeftOut = r.count(len(r.periods) - 1)
	if err := insertRun(ctx, tx, run, in); err != nil {
		return nil, nil, err
	}
	if err := r.write(ctx, tx, run.ID, 0, nil); err != nil {
		return nil, nil, err
	}
	return run, r, nil
}

// findRun returns the run of these inputs, or nil.
func findRun(ctx context.Context, tx postgres.Tx, in *inputs, hash string) (*Run, error) {
	run := &Run{Period: in.period, InputHash: hash, Reused: true}
	var millis int
	err := tx.NewRaw(`
		SELECT id, base_id, as_of, scored, missing, left_out, duration_ms FROM runs
		WHERE year = ? AND quarter = ? AND rule_set_id = ? AND formula_version = ? AND input_hash = ?`,
		in.period.Year, in.period.Quarter, in.rule.id, scoring.Version, hash).
		Scan(ctx, &run.ID, &run.BaseID, &run.AsOf, &run.Scored, &run.Missing, &run.LeftOut, &millis)
	switch {
	case postgres.NoRows(err):
		return nil, nil //nolint:nilnil // a question, not a look-up: there may be none
	case err != nil:
		return nil, fmt.Errorf("look for a run of the same inputs: %w", err)
	}
	run.Duration = time.Duration(millis) * time.Millisecond
	return run, nil
}

func insertRun(ctx context.Context, tx postgres.Tx, run *Run, in *inputs) error {
	var millis int
	err := tx.NewRaw(`
		INSERT INTO runs (year, quarter, as_of, rule_set_id, formula_version, base_id, input_hash, scored, missing, left_out, started_at, duration_ms)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, now(), 1000 * extract(epoch FROM clock_timestamp() - now()))
		RETURNING id, duration_ms`,
		run.Period.Year, run.Period.Quarter, run.AsOf, in.rule.id, scoring.Version, run.BaseID, run.InputHash,
		run.Scored, run.Missing, run.LeftOut).Scan(ctx, &run.ID, &millis)
	if err != nil {
		return fmt.Errorf("store the run: %w", err)
	}
	run.Duration = time.Duration(millis) * time.Millisecond
	return nil
}
