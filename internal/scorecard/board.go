package scorecard

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"

	"petajalan/internal/fault"
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

// UnitState is how far an agency has come with the reports of a period; the least
// finished report decides.
type UnitState string

// States of an agency, from done to not begun.
const (
	UnitVerified   UnitState = "terverifikasi"
	UnitAwaiting   UnitState = "menunggu-verifikasi" // nothing left to do for the agency
	UnitReturned   UnitState = "dikembalikan"
	UnitForHead    UnitState = "menunggu-kepala"
	UnitDraft      UnitState = "draf" // begun, something not handed in
	UnitNotBegun   UnitState = "belum-mulai"
	UnitNothingDue UnitState = "tidak-jatuh-tempo"
)

// UnitStates lists all states in the order of the status bar.
var UnitStates = [...]UnitState{UnitVerified, UnitAwaiting, UnitReturned, UnitForHead, UnitDraft, UnitNotBegun, UnitNothingDue}

// NotHandedIn reports whether the agency still has to send something.
func (s UnitState) NotHandedIn() bool {
	return s == UnitForHead || s == UnitDraft || s == UnitNotBegun || s == UnitReturned
}

// Unit counts the reports of an agency that are due in the very period.
type Unit struct {
	Agency
	Due                                            int
	Draft, Returned, Submitted, Approved, Verified int
}

// HandedIn is how many reports have left the agency.
func (u Unit) HandedIn() int { return u.Approved + u.Verified }

// Filled is how many reports hold a value that was handed to the head or beyond.
func (u Unit) Filled() int { return u.Submitted + u.Approved + u.Verified }

// State is how far the agency has come.
func (u Unit) State() UnitState {
	begun := u.Draft + u.Returned + u.Submitted + u.Approved + u.Verified
	switch {
	case u.Due == 0:
		return UnitNothingDue
	case u.Verified == u.Due:
		return UnitVerified
	case u.Returned > 0:
		return UnitReturned
	case begun == 0:
		return UnitNotBegun
	case u.Filled() < u.Due:
		return UnitDraft
	case u.Submitted > 0:
		return UnitForHead
	}
	return UnitAwaiting
}

// Waiting is an agency whose head has approved reports that nobody has verified yet.
type Waiting struct {
	Agency          string // code
	Name            string
	Indicators      int
	Since           time.Time // the oldest approval
	WithoutEvidence int       // reports with nothing to check them against
	Late            int       // reports approved after the deadline
}

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

// owedSeries is a CTE of the target series with something due in the very period ($1 year,
// $2 quarter, $3 its last day, $4 now, $5 the first instant of the next year in the zone of the
// city; the session is in UTC, where adding months to the last hours of a year ends on the
// last day of a month): the indicator is due in the quarter, the target of
// the year is neither withdrawn nor nought for a higher-is-better one, nothing is excepted,
// and a result from outside may have been announced.
const owedSeries = `
	plan AS (
		SELECT id FROM roadmap_versions WHERE $1::int BETWEEN first_year AND last_year ORDER BY first_year DESC, number DESC LIMIT 1
	), owed AS (
		SELECT s.id, s.agency_id
		FROM target_series s
		JOIN indicator_sheets i ON i.indicator_id = s.indicator_id AND i.version_id = (SELECT id FROM plan)
		JOIN LATERAL (
			SELECT value, low, high FROM targets t WHERE t.series_id = s.id AND t.year = $1::int ORDER BY t.revision DESC LIMIT 1
		) t ON (t.value IS NOT NULL OR t.low IS NOT NULL) AND NOT (i.direction = 'naik' AND coalesce(t.value, t.high) = 0)
		WHERE (i.frequency = 'triwulanan' OR $2::int = 4 OR i.frequency = 'semesteran' AND $2::int = 2)
			AND NOT EXISTS (
				SELECT FROM exceptions e
				WHERE e.series_id = s.id AND e.revoked_at IS NULL AND $3::date BETWEEN e.starts_on AND e.ends_on)
			AND (i.announced_month IS NULL OR i.frequency <> 'tahunan'
				OR $4::timestamptz >= $5::timestamptz + make_interval(months => i.announced_month))
	)`

// owedArgs are the arguments $1 to $5 of owedSeries.
func owedArgs(p scoring.Period, now time.Time) []any {
	last := time.Date(p.Year, time.Month(p.Quarter*3+1), 0, 0, 0, 0, 0, time.UTC)
	nextYear := time.Date(p.Year+1, 1, 1, 0, 0, 0, 0, now.Location())
	return []any{p.Year, p.Quarter, last.Format(time.DateOnly), now, nextYear}
}

func readUnits(ctx context.Context, tx postgres.Tx, scope Scope, p scoring.Period, now time.Time) ([]Unit, error) {
	units, err := list(ctx, tx, `
		WITH `+owedSeries+`
		SELECT a.code, a.name, a.short_name, a.kind, p.code, a.area_code, a.reports, a.public_facing, a.website, count(o.id),
			count(*) FILTER (WHERE r.status = 'draft'), count(*) FILTER (WHERE r.status = 'returned'),
			count(*) FILTER (WHERE r.status = 'submitted'), count(*) FILTER (WHERE r.status = 'approved'),
			count(*) FILTER (WHERE r.status = 'verified')
		FROM agencies a
		LEFT JOIN agencies p ON p.id = a.parent_id
		LEFT JOIN owed o ON o.agency_id = a.id
		LEFT JOIN reports r ON r.series_id = o.id AND r.year = $1::int AND r.quarter = $2::int
		WHERE a.reports AND `+scope.inScope(6)+`
		GROUP BY a.id, p.code
		ORDER BY a.kind = 'kelurahan', a.name, a.code`, append(owedArgs(p, now), scope.args()...), func(rows pgx.Rows, u *Unit) error {
		return rows.Scan(&u.Code, &u.Name, &u.ShortName, &u.Kind, &u.Parent, &u.Area, &u.Reports, &u.PublicFacing, &u.Website, &u.Due,
			&u.Draft, &u.Returned, &u.Submitted, &u.Approved, &u.Verified)
	})
	return units, err
}

func readWaiting(ctx context.Context, tx postgres.Tx, scope Scope, reporting roadmap.Reporting) ([]Waiting, error) {
	return list(ctx, tx, `
		SELECT a.code, a.name, count(*), min(e.at),
			count(*) FILTER (WHERE NOT EXISTS (SELECT FROM evidence x WHERE x.revision_id = v.id)),
			count(*) FILTER (WHERE e.at >= $3)
		FROM reports r
		JOIN target_series s ON s.id = r.series_id
		JOIN agencies a ON a.id = s.agency_id
		LEFT JOIN agencies p ON p.id = a.parent_id
		JOIN report_revisions v ON v.report_id = r.id AND v.revision = r.revision
		JOIN LATERAL (
			SELECT at FROM report_events WHERE report_id = r.id AND kind = 'approved' ORDER BY at DESC, id DESC LIMIT 1
		) e ON true
		WHERE r.year = $1 AND r.quarter = $2 AND r.status = 'approved' AND `+scope.inScope(4)+`
		GROUP BY a.id
		ORDER BY min(e.at), a.code`,
		append([]any{reporting.Period.Year, reporting.Period.Quarter, reporting.DueAt}, scope.args()...),
		func(rows pgx.Rows, w *Waiting) error {
			return rows.Scan(&w.Agency, &w.Name, &w.Indicators, &w.Since, &w.WithoutEvidence, &w.Late)
		})
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

// statusOf is the status of a report as report names it; empty: there is no report.
func statusOf(s *string) report.Status {
	if s == nil {
		return ""
	}
	return report.Status(*s)
}
