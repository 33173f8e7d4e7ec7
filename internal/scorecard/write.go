package scorecard

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/jackc/pgx/v5/pgtype"

	"petajalan/internal/postgres"
	"petajalan/internal/scoring"
)

// write stores the results from period index since on; of scores only those that keep
// wants. A nil keep wants all.
func (r *results) write(ctx context.Context, tx postgres.Tx, run int64, since int, keep func(*scoring.Score) bool) error {
	hashed := 0
	_, err := tx.CopyRows(ctx, "run_series", []string{"run_id", "series_id", "input_hash"}, func(row *postgres.Row) (bool, error) {
		if hashed == len(r.series) {
			return false, nil
		}
		row.Bigint(run)
		row.Bigint(r.series[hashed].id)
		row.Bytes(r.hashes[hashed][:])
		hashed++
		return true, nil
	})
	if err != nil {
		return err
	}
	k, i := 0, since-1
	_, err = tx.CopyRows(ctx, "achievements", achievementColumns, func(row *postgres.Row) (bool, error) {
		for k < len(r.series) {
			for i++; i < len(r.periods); i++ {
				if r.has(r.series[k], i) {
					return true, r.put(row, run, k, i)
				}
			}
			k, i = k+1, since-1
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	return r.writeScores(ctx, tx, run, since, keep)
}

func (r *results) writeScores(ctx context.Context, tx postgres.Tx, run int64, since int, keep func(*scoring.Score) bool) error {
	i, j := since, -1
	_, err := tx.CopyRows(ctx, "scores", scoreColumns, func(row *postgres.Row) (bool, error) {
		for i < len(r.periods) {
			for j++; j < len(r.scores[i]); j++ {
				if s := &r.scores[i][j]; keep == nil || keep(s) {
					return true, putScore(row, run, r.periods[i], s)
				}
			}
			i, j = i+1, -1
		}
		return false, nil
	})
	return err
}

var scoreColumns = []string{
	"run_id", "level", "code", "year", "quarter", "score", "low", "high", "coverage", "rating", "ratings", "states",
	"first_score", "first_low", "first_high",
}

// putScore puts the values of scoreColumns.
func putScore(row *postgres.Row, run int64, p scoring.Period, s *scoring.Score) error {
	ratings, err := json.Marshal(s.Ratings)
	if err != nil {
		return err
	}
	states, err := json.Marshal(s.States)
	if err != nil {
		return err
	}
	row.Bigint(run)
	row.Text(string(s.Level))
	row.Text(s.Code)
	putPeriod(row, p)
	putHundredths(row, s.Score, s.HasScore)
	row.Numeric(s.Low, 2)
	row.Numeric(s.High, 2)
	row.Numeric(s.Coverage, 4)
	putText(row, s.Rating)
	row.JSONB(ratings)
	row.JSONB(states)
	putHundredths(row, s.FirstScore, s.HasFirstScore)
	putHundredths(row, s.FirstLow, s.HasFirst)
	putHundredths(row, s.FirstHigh, s.HasFirst)
	return nil
}

var achievementColumns = []string{
	"run_id", "series_id", "year", "quarter", "state", "reason", "weight", "as_of_year", "as_of_quarter",
	"report_status", "revision_id", "target_id", "first_target_id", "exception_id",
	"actual", "actual_numerator", "actual_denominator", "target", "target_low", "target_high", "raw", "scored", "rating",
	"first_target", "first_target_low", "first_target_high", "first_raw", "first_scored",
}

// put fills in the values of achievementColumns.
func (r *results) put(row *postgres.Row, run int64, k, i int) error {
	s, a, p := r.series[k], &r.achieved[k][i], r.periods[i]
	report, year := &s.reports[i], &s.years[p.Year-r.years[0].year]
	row.Bigint(run)
	row.Bigint(s.id)
	putPeriod(row, p)
	row.Text(string(a.State))
	row.Text(r.stateReason(k, i))
	row.Numeric(a.Weight, 2)
	putPeriod(row, a.AsOf)
	row.Text(report.status)
	if report.verified != nil {
		row.Bigint(report.verified.id)
	} else {
		row.Null()
	}
	row.Bigint(year.inForce.id)
	row.Bigint(year.first.id)
	if report.exception != nil {
		row.Bigint(report.exception.id)
	} else {
		row.Null()
	}
	scored := a.State == scoring.Scored
	hasFirst, hasFirstFigures := a.HasFirst, scored && a.HasFirst
	err := errors.Join(
		putExact(row, a.Actual, a.HasActual), putExact(row, a.Numerator, keepsParts(a)), putExact(row, a.Denominator, keepsParts(a)),
		putExact(row, a.Target, a.HasTarget && !a.TargetRange), putExact(row, a.TargetLow, a.TargetRange), putExact(row, a.TargetHigh, a.TargetRange),
		putFigure(row, a.Raw, scored), putFigure(row, a.Scored, scored))
	putText(row, a.Rating)
	return errors.Join(err,
		putExact(row, a.FirstTarget, hasFirst && !a.FirstTargetRange), putExact(row, a.FirstTargetLow, hasFirst && a.FirstTargetRange),
		putExact(row, a.FirstTargetHigh, hasFirst && a.FirstTargetRange),
		putFigure(row, a.FirstRaw, hasFirstFigures), putFigure(row, a.FirstScored, hasFirstFigures))
}

// keepsParts reports whether the value to date is a quotient whose parts must be kept,
// because its decimals may not end: a fraction, or an average.
func keepsParts(a *scoring.Achievement) bool {
	return a.HasActual && (a.IsFraction || a.Denominator.Cmp(scoring.Scale(1, 0)) != 0)
}

// putExact puts the number in full, or with 12 decimals where they do not end.
func putExact(row *postgres.Row, x scoring.Ratio, there bool) error {
	if !there {
		row.Null()
		return nil
	}
	if v, places, ok := x.Exact(); ok && places <= 12 {
		row.Numeric(v, places)
		return nil
	}
	var n pgtype.Numeric
	if err := n.Scan(x.ExactText()); err != nil {
		return err
	}
	return row.BigNumeric(n)
}

// putFigure puts the number as shown, with 2 decimals.
func putFigure(row *postgres.Row, x scoring.Ratio, there bool) error {
	if !there {
		row.Null()
		return nil
	}
	v, tooBig := x.Scaled(2)
	if tooBig != nil {
		return row.BigNumeric(pgtype.Numeric{Int: tooBig, Exp: -2, Valid: true})
	}
	row.Numeric(v, 2)
	return nil
}

func putPeriod(row *postgres.Row, p scoring.Period) {
	row.Int(int32(p.Year))    //nolint:gosec // of the roadmap
	row.Int(int32(p.Quarter)) //nolint:gosec // 1 to 4
}

func putText(row *postgres.Row, s string) {
	if s == "" {
		row.Null()
		return
	}
	row.Text(s)
}

func putHundredths(row *postgres.Row, v int64, there bool) {
	if !there {
		row.Null()
		return
	}
	row.Numeric(v, 2)
}
