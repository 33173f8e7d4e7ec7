package scorecard

import (
	"context"
	"database/sql"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/postgres"
	"petajalan/internal/scoring"
)

// CompareRun computes a period anew and compares every row of a stored run with it.
func CompareRun(ctx context.Context, db *bun.DB, run int64, period scoring.Period, asOf time.Time, zone *time.Location) error {
	return postgres.InTx(ctx, db, &sql.TxOptions{Isolation: sql.LevelRepeatableRead}, func(ctx context.Context, tx postgres.Tx) error {
		in, err := loadInputs(ctx, tx, period, asOf, zone, nil)
		if err != nil {
			return err
		}
		r, err := compute(in)
		if err != nil {
			return err
		}
		p := &storedPublication{RunID: run}
		if err := p.compareLines(ctx, tx, "achievement", achievementLinesQuery, r.achievementLines()); err != nil {
			return err
		}
		return p.compareLines(ctx, tx, "score", scoreLinesQuery, r.scoreLines())
	})
}
