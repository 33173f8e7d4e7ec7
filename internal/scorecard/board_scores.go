package scorecard

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"petajalan/internal/fault"
	"petajalan/internal/postgres"
	"petajalan/internal/scoring"
)

// RunNote is what the board says of a run.
type RunNote struct {
	ID                       int64
	Period                   scoring.Period
	AsOf                     time.Time
	Scored, Missing, LeftOut int
	Duration                 time.Duration
}

// Fall is an achievement that is lower than in the quarter before.
type Fall struct {
	Agency, Indicator string // codes
	Before, Now       string // scored, 2 decimals
	Change            string // Now − Before, negative
}

// readRun reads the newest run with its scores in scope, and what fell since the quarter before.
func (b *Board) readRun(ctx context.Context, tx postgres.Tx, scope Scope, now time.Time) error {
	run, err := newestRun(ctx, tx)
	if err != nil || run == nil {
		return err
	}
	b.Run = run
	c, err := draftContent(ctx, tx, run.Period)
	if err != nil {
		return err
	}
	if c.Scores, err = readDraftScores(ctx, tx, run.ID, scope); err != nil {
		return err
	}
	b.Draft = NewView(c)
	b.Since = comparison(c.Periods, run.Period, now)
	if b.Since.Period.IsZero() {
		return nil
	}
	b.Falls, err = readFalls(ctx, tx, run.ID, scope, b.Since, 6)
	return err
}

// newestRun is the last run of the newest period; nil when there is none.
func newestRun(ctx context.Context, tx postgres.Tx) (*RunNote, error) {
	runs, err := list(ctx, tx, `
		SELECT id, year, quarter, as_of, scored, missing, left_out, duration_ms
		FROM runs ORDER BY year DESC, quarter DESC, id DESC LIMIT 1`, nil, func(rows pgx.Rows, r *RunNote) error {
		var ms int64
		err := rows.Scan(&r.ID, &r.Period.Year, &r.Period.Quarter, &r.AsOf, &r.Scored, &r.Missing, &r.LeftOut, &ms)
		r.Duration = time.Duration(ms) * time.Millisecond
		return err
	})
	if err != nil || len(runs) == 0 {
		return nil, err
	}
	return &runs[0], nil
}

// draftContent is what surrounds the figures of a run: agencies, indicators, calendar, bands.
func draftContent(ctx context.Context, tx postgres.Tx, last scoring.Period) (*Content, error) {
	c := &Content{Period: last}
	var version struct {
		ID        int64
		FirstYear int
	}
	err := tx.NewRaw(`
		SELECT id, first_year FROM roadmap_versions WHERE ? BETWEEN first_year AND last_year
		ORDER BY first_year DESC, number DESC LIMIT 1`, last.Year).Scan(ctx, &version)
	if postgres.NoRows(err) {
		return nil, fault.New(fault.NotFound, "Tidak ada peta jalan untuk tahun %d.", last.Year)
	}
	if err != nil {
		return nil, fmt.Errorf("find the roadmap of %d: %w", last.Year, err)
	}
	if err := c.readAgencies(ctx, tx); err != nil {
		return nil, err
	}
	if err := c.readIndicators(ctx, tx, version.ID); err != nil {
		return nil, err
	}
	if err := c.readPeriods(ctx, tx, []scoring.Period{{Year: version.FirstYear, Quarter: 1}, last}); err != nil {
		return nil, err
	}
	rule, err := loadRuleSet(ctx, tx, last)
	if err != nil {
		return nil, err
	}
	c.Method = Method{ID: rule.code, Cap: scoring.RatioOf(rule.ceiling).Text(2), Bands: bandRecords(rule.bands), Words: bandRecords(rule.words)}
	return c, nil
}

// readDraftScores returns the scores of a run: of the agencies in scope, and of the city for
// those who see it.
func readDraftScores(ctx context.Context, tx postgres.Tx, run int64, scope Scope) ([]Score, error) {
	return list(ctx, tx, `
		SELECT s.level, s.code, s.year, s.quarter, s.score::text, s.low::text, s.high::text, s.coverage::text, s.rating, s.ratings, s.states
		FROM run_scores($1) s
		LEFT JOIN agencies a ON s.level = 'agency' AND a.code = s.code
		LEFT JOIN agencies p ON p.id = a.parent_id
		WHERE s.level IN ('city', 'agency') AND `+scope.inScope(2)+`
		ORDER BY s.year, s.quarter, s.level, s.code COLLATE "C"`, append([]any{run}, scope.args()...), func(rows pgx.Rows, s *Score) error {
		var ratings, states []byte
		err := rows.Scan(&s.Level, &s.Code, &s.Period.Year, &s.Period.Quarter, &s.Score, &s.Low, &s.High, &s.Coverage, &s.Rating, &ratings, &states)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(ratings, &s.Counts.Ratings); err != nil {
			return fmt.Errorf("read counts of ratings: %w", err)
		}
		if err := json.Unmarshal(states, &s.Counts.States); err != nil {
			return fmt.Errorf("read counts of states: %w", err)
		}
		return nil
	})
}

// comparison chooses the quarters that falls are measured between. A quarter that still
// takes reports would fall merely because reports are missing.
func comparison(periods []PeriodInfo, last scoring.Period, now time.Time) Quarters {
	for _, p := range slices.Backward(periods) {
		if !last.Before(p.Period) && !now.Before(p.ClosesAt) && p.Period != periods[0].Period {
			return Quarters{Period: p.Period, Before: p.Period.Previous()}
		}
	}
	return Quarters{}
}

// readFalls returns the n deepest falls between two quarters among results of their own,
// carried ones left aside.
func readFalls(ctx context.Context, tx postgres.Tx, run int64, scope Scope, c Quarters, n int) ([]Fall, error) {
	return list(ctx, tx, `
		WITH figures AS (
			SELECT series_id, year, quarter, scored FROM run_achievements($1)
			WHERE state = 'dinilai' AND as_of_year = year AND as_of_quarter = quarter AND (year, quarter) IN (($2, $3), ($4, $5))
		)
		SELECT a.code, i.code, b.scored::text, f.scored::text, (f.scored - b.scored)::text
		FROM figures f
		JOIN figures b ON b.series_id = f.series_id AND b.year = $4 AND b.quarter = $5
		JOIN target_series s ON s.id = f.series_id
		JOIN agencies a ON a.id = s.agency_id
		LEFT JOIN agencies p ON p.id = a.parent_id
		JOIN indicators i ON i.id = s.indicator_id
		WHERE f.year = $2 AND f.quarter = $3 AND f.scored < b.scored AND `+scope.inScope(7)+`
		ORDER BY f.scored - b.scored, a.code COLLATE "C", i.code COLLATE "C"
		LIMIT $6`,
		append([]any{run, c.Period.Year, c.Period.Quarter, c.Before.Year, c.Before.Quarter, n}, scope.args()...),
		func(rows pgx.Rows, f *Fall) error {
			return rows.Scan(&f.Agency, &f.Indicator, &f.Before, &f.Now, &f.Change)
		})
}

// Fallen returns up to n agencies whose score is lower than in the quarter before, the
// deepest fall first.
func (b *Board) Fallen(n int) []*Agency {
	if b.Draft == nil || b.Since.Period.IsZero() {
		return nil
	}
	type fall struct {
		agency *Agency
		change *string
	}
	var falls []fall
	for i := range b.Draft.Agencies {
		a := &b.Draft.Agencies[i]
		change := b.Draft.Change(scoring.LevelAgency, a.Code, b.Since.Period)
		if x := number(change); x != nil && x.Sign() < 0 {
			falls = append(falls, fall{a, change})
		}
	}
	slices.SortFunc(falls, func(x, y fall) int {
		if c := number(x.change).Cmp(number(y.change)); c != 0 {
			return c
		}
		return strings.Compare(x.agency.Code, y.agency.Code)
	})
	var agencies []*Agency
	for _, f := range falls[:min(n, len(falls))] {
		agencies = append(agencies, f.agency)
	}
	return agencies
}

// FallsInARow is for how many quarters up to b.Since.Period the score of the agency has
// gone down, without a gap.
func (b *Board) FallsInARow(agency string) int {
	n := 0
	for p := b.Since.Period; b.Draft != nil && !p.IsZero(); p = p.Previous() {
		x := number(b.Draft.Change(scoring.LevelAgency, agency, p))
		if x == nil || x.Sign() >= 0 {
			break
		}
		n++
	}
	return n
}
