package roadmap

import (
	"context"
	"fmt"
	"time"

	"github.com/govalues/decimal"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
)

// Baseline is a figure published before the plan, with its source.
type Baseline struct {
	Code       string `bun:",pk"`
	Indicator  string // what was measured, in words
	Year       int    `bun:",pk"`
	Value      *decimal.Decimal
	Unit       string
	Predicate  string
	Assessor   string
	Status     string // published, published_without_score, not_found (looked for in vain, so that nobody invents it)
	Confidence string
	Source     string
	Note       string
}

// ReplaceBaselines makes rows the only baselines there are. It returns how many
// were new, different or gone.
func ReplaceBaselines(ctx context.Context, db bun.IDB, rows []Baseline) (int, error) {
	n, err := upsert(ctx, db, rows, "baselines", "code, year",
		"indicator", "value", "unit", "predicate", "assessor", "status", "confidence", "source", "note")
	if err != nil {
		return 0, fmt.Errorf("write baselines: %w", err)
	}
	codes, years := make([]string, len(rows)), make([]int, len(rows))
	for i, r := range rows {
		codes[i], years[i] = r.Code, r.Year
	}
	result, err := db.NewRaw(`DELETE FROM baselines WHERE (code, year) NOT IN (SELECT * FROM unnest(?::text[], ?::int[]))`,
		pgdialect.Array(codes), pgdialect.Array(years)).Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("delete baselines: %w", err)
	}
	gone, err := result.RowsAffected()
	return n + int(gone), err
}

// Holiday is a day on which the city's offices are closed.
type Holiday struct {
	Day        time.Time `bun:"type:date,pk"`
	Name       string
	NeedsCheck bool // the date moves and the decree was not read
	Source     string
}

// ReplaceHolidays makes rows the only holidays
// there are. It returns how many were new, different or gone.
func ReplaceHolidays(ctx context.Context, db bun.IDB, rows []Holiday) (int, error) {
	n, err := upsert(ctx, db, rows, "holidays", "day", "name", "needs_check", "source")
	if err != nil {
		return 0, fmt.Errorf("write holidays: %w", err)
	}
	days := make([]string, len(rows))
	for i, r := range rows {
		days[i] = r.Day.Format(time.DateOnly)
	}
	result, err := db.NewRaw(`DELETE FROM holidays WHERE day <> ALL (?::date[])`, pgdialect.Array(days)).Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("delete holidays: %w", err)
	}
	gone, err := result.RowsAffected()
	return n + int(gone), err
}
