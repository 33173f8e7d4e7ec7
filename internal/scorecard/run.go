package scorecard

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/big"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
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

// write stores the results from period index since on; of scores only those that keep
// wants. A nil keep wants all.
func (r *results) write(ctx context.Context, tx postgres.Tx, run int64, since int, keep func(*scoring.Score) bool) error {
	hashes := make([][]any, len(r.series))
	for k, s := range r.series {
		hashes[k] = []any{run, s.id, r.hashes[k][:]}
	}
	if _, err := tx.CopyFrom(ctx, "run_series", []string{"run_id", "series_id", "input_hash"}, pgx.CopyFromRows(hashes)); err != nil {
		return err
	}
	k, i := 0, since-1
	var row [len(achievementColumns)]any
	source := pgx.CopyFromFunc(func() ([]any, error) {
		for k < len(r.series) {
			for i++; i < len(r.periods); i++ {
				if r.has(r.series[k], i) {
					r.row(&row, run, k, i)
					return row[:], nil
				}
			}
			k, i = k+1, since-1
		}
		return nil, nil
	})
	if _, err := tx.CopyFrom(ctx, "achievements", achievementColumns[:], source); err != nil {
		return err
	}
	return r.writeScores(ctx, tx, run, since, keep)
}

func (r *results) writeScores(ctx context.Context, tx postgres.Tx, run int64, since int, keep func(*scoring.Score) bool) error {
	var rows [][]any
	for i := since; i < len(r.periods); i++ {
		for j := range r.scores[i] {
			s := &r.scores[i][j]
			if keep != nil && !keep(s) {
				continue
			}
			ratings, err := json.Marshal(s.Ratings)
			if err != nil {
				return err
			}
			states, err := json.Marshal(s.States)
			if err != nil {
				return err
			}
			p := r.periods[i]
			rows = append(rows, []any{
				run, string(s.Level), s.Code, p.Year, p.Quarter,
				hundredths(s.Score, s.HasScore), hundredths(s.Low, true), hundredths(s.High, true), scaledNumeric(s.Coverage, 4), textOrNull(s.Rating),
				ratings, states,
				hundredths(s.FirstScore, s.HasFirstScore), hundredths(s.FirstLow, s.HasFirst), hundredths(s.FirstHigh, s.HasFirst),
			})
		}
	}
	_, err := tx.CopyFrom(ctx, "scores", []string{
		"run_id", "level", "code", "year", "quarter", "score", "low", "high", "coverage", "rating", "ratings", "states",
		"first_score", "first_low", "first_high",
	}, pgx.CopyFromRows(rows))
	return err
}

var achievementColumns = [...]string{
	"run_id", "series_id", "year", "quarter", "state", "reason", "weight", "as_of_year", "as_of_quarter",
	"report_status", "revision_id", "target_id", "first_target_id", "exception_id",
	"actual", "actual_numerator", "actual_denominator", "target", "target_low", "target_high", "raw", "scored", "rating",
	"first_target", "first_target_low", "first_target_high", "first_raw", "first_scored",
}

// row fills in the values of achievementColumns.
func (r *results) row(row *[len(achievementColumns)]any, run int64, k, i int) {
	s, a, p := r.series[k], &r.achieved[k][i], r.periods[i]
	report, year := &s.reports[i], &s.years[p.Year-r.years[0].year]
	var revision, exception *int64
	if report.verified != nil {
		revision = &report.verified.id
	}
	if report.exception != nil {
		exception = &report.exception.id
	}
	scored := a.State == scoring.Scored
	*row = [...]any{
		run, s.id, p.Year, p.Quarter, string(a.State), r.stateReason(k, i), scaledNumeric(a.Weight, 2), a.AsOf.Year, a.AsOf.Quarter,
		report.status, revision, year.inForce.id, year.first.id, exception,
		exactNumeric(a.Actual, a.HasActual), exactNumeric(a.Numerator, keepsParts(a)), exactNumeric(a.Denominator, keepsParts(a)),
		exactNumeric(a.Target, a.HasTarget && !a.TargetRange), exactNumeric(a.TargetLow, a.TargetRange), exactNumeric(a.TargetHigh, a.TargetRange),
		figureNumeric(a.Raw, scored), figureNumeric(a.Scored, scored), textOrNull(a.Rating),
		exactNumeric(a.FirstTarget, a.HasFirst && !a.FirstTargetRange), exactNumeric(a.FirstTargetLow, a.HasFirst && a.FirstTargetRange),
		exactNumeric(a.FirstTargetHigh, a.HasFirst && a.FirstTargetRange),
		figureNumeric(a.FirstRaw, scored && a.HasFirst), figureNumeric(a.FirstScored, scored && a.HasFirst),
	}
}

// keepsParts reports whether the value to date is a quotient whose parts must be kept,
// because its decimals may not end: a fraction, or an average.
func keepsParts(a *scoring.Achievement) bool {
	return a.HasActual && (a.IsFraction || a.Denominator.Cmp(scoring.Scale(1, 0)) != 0)
}

func textOrNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// exactNumeric is the number in full, or with 12 decimals where they do not end.
func exactNumeric(x scoring.Ratio, there bool) pgtype.Numeric {
	if !there {
		return pgtype.Numeric{}
	}
	if v, places, ok := x.Exact(); ok {
		return scaledNumeric(v, places)
	}
	var n pgtype.Numeric
	if err := n.Scan(x.ExactText()); err != nil {
		panic("scorecard: exact text is no number: " + err.Error())
	}
	return n
}

// figureNumeric is the number as shown, with 2 decimals.
func figureNumeric(x scoring.Ratio, there bool) pgtype.Numeric {
	if !there {
		return pgtype.Numeric{}
	}
	v, tooBig := x.Scaled(2)
	if tooBig != nil {
		return pgtype.Numeric{Int: tooBig, Exp: -2, Valid: true}
	}
	return scaledNumeric(v, 2)
}

func scaledNumeric(v int64, places int) pgtype.Numeric {
	return pgtype.Numeric{Int: big.NewInt(v), Exp: int32(-places), Valid: true} //nolint:gosec // few places
}

func hundredths(v int64, there bool) pgtype.Numeric {
	if !there {
		return pgtype.Numeric{}
	}
	return scaledNumeric(v, 2)
}
