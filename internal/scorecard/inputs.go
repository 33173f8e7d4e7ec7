package scorecard

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/govalues/decimal"
	"github.com/jackc/pgx/v5"

	"petajalan/internal/postgres"
	"petajalan/internal/scoring"
)

// inputs are everything a run reads, of one moment: the plan, the rules, the calendar and
// what was reported, for all periods from the first of the roadmap to the run's own.
type inputs struct {
	period  scoring.Period
	periods []scoring.Period
	asOf    time.Time
	zone    *time.Location
	rule    ruleSet
	due     []time.Time // by period
	years   []planYear  // from the first year of the roadmap on
	series  []*seriesInput
}

// seriesInput is one target series with its targets by year and its reports by period.
type seriesInput struct {
	id, indicatorID   int64
	agency, indicator string
	years             []yearTarget  // as inputs.years
	reports           []reportInput // as inputs.periods
}

// yearTarget is the target of a year: the revision in force and the one first promised.
// Both nil: the series has no target that year.
type yearTarget struct{ inForce, first *targetRow }

type targetRow struct {
	id               int64
	revision         int
	value, low, high *decimal.Decimal
	steps            []decimal.Decimal
	weight           int64 // hundredths
	status           string
	reason           string
}

func (t *targetRow) withdrawn() bool { return t.value == nil && t.low == nil }

// engine returns the target as the engine takes it; nil when it is withdrawn.
func (t *targetRow) engine() *scoring.Target {
	switch {
	case t == nil || t.withdrawn():
		return nil
	case t.value == nil:
		return &scoring.Target{IsRange: true, Low: *t.low, High: *t.high}
	}
	return &scoring.Target{Value: *t.value, Steps: t.steps}
}

// reportInput is what is known of the report of one period.
type reportInput struct {
	reportID  int64
	status    string // draft, submitted, approved, verified, returned; empty: none
	verified  *revisionRow
	exception *exceptionRow
}

func (r *reportInput) handedIn() bool { return r.status == "submitted" || r.status == "approved" }

// revisionRow is a verified revision of a report.
type revisionRow struct {
	id                             int64
	revision                       int
	actual, numerator, denominator *decimal.Decimal
	notApplicable                  bool
	note                           string
	evidence                       string // grade given at verification
}

func (r *revisionRow) engine() *scoring.Report {
	switch {
	case r == nil:
		return nil
	case r.notApplicable:
		return &scoring.Report{NotApplicable: true}
	case r.numerator != nil:
		return &scoring.Report{IsFraction: true, Numerator: *r.numerator, Denominator: *r.denominator}
	}
	return &scoring.Report{Actual: *r.actual}
}

type exceptionRow struct {
	id       int64
	from, to time.Time // days, at midnight UTC
	reason   string
}

// loadInputs reads what was known at asOf of all periods up to period. With ids it reads
// the reports, targets and exceptions of these series alone.
func loadInputs(ctx context.Context, tx postgres.Tx, period scoring.Period, asOf time.Time, zone *time.Location, ids []int64) (*inputs, error) {
	in := &inputs{period: period, asOf: asOf, zone: zone}
	if err := in.loadPlan(ctx, tx, ids); err != nil {
		return nil, err
	}
	byID := in.seriesByID()
	if err := in.loadTargets(ctx, tx, byID, ids); err != nil {
		return nil, fmt.Errorf("read targets: %w", err)
	}
	in.dropEmpty()
	if err := in.loadReports(ctx, tx, byID, ids); err != nil {
		return nil, fmt.Errorf("read reports: %w", err)
	}
	if err := in.loadExceptions(ctx, tx, byID, ids); err != nil {
		return nil, fmt.Errorf("read exceptions: %w", err)
	}
	return in, nil
}

// dropEmpty leaves out the series that have no target in any year: they play no part.
func (in *inputs) dropEmpty() {
	in.series = slices.DeleteFunc(in.series, func(s *seriesInput) bool {
		return !slices.ContainsFunc(s.years, func(y yearTarget) bool { return y.inForce != nil })
	})
}

func (in *inputs) seriesByID() map[int64]*seriesInput {
	m := make(map[int64]*seriesInput, len(in.series))
	for _, s := range in.series {
		m[s.id] = s
	}
	return m
}

// index returns the place of p among in.periods, or -1.
func (in *inputs) index(p scoring.Period) int {
	if i := p.Since(in.periods[0]); i >= 0 && i < len(in.periods) {
		return i
	}
	return -1
}

func (in *inputs) loadTargets(ctx context.Context, tx postgres.Tx, byID map[int64]*seriesInput, ids []int64) error {
	// The first promise is the first revision of the same status as the one in force.
	return tx.Stream(ctx, `
		SELECT series_id, year, id, revision, value::text, low::text, high::text, steps::text[], (weight * 100)::bigint, status, reason
		FROM targets
		WHERE recorded_at <= $1 AND year <= $2 AND ($3::bigint[] IS NULL OR series_id = ANY ($3))
		ORDER BY series_id, year, revision`, []any{in.asOf, in.period.Year, ids}, func(rows pgx.Rows) error {
		for rows.Next() {
			series, year, t, err := scanTarget(rows)
			if err != nil {
				return err
			}
			s, i := byID[series], year-in.years[0].year
			if s == nil || i < 0 {
				continue
			}
			y := &s.years[i]
			if y.first == nil || y.first.status != t.status {
				y.first = t
			}
			y.inForce = t
		}
		return nil
	})
}

func scanTarget(rows pgx.Rows) (series int64, year int, t *targetRow, err error) {
	t = &targetRow{}
	var value, low, high *string
	var steps []string
	if err := rows.Scan(&series, &year, &t.id, &t.revision, &value, &low, &high, &steps, &t.weight, &t.status, &t.reason); err != nil {
		return 0, 0, nil, err
	}
	if err := parseAll(map[*string]**decimal.Decimal{value: &t.value, low: &t.low, high: &t.high}); err != nil {
		return 0, 0, nil, err
	}
	for _, step := range steps {
		d, err := parseNumeric(step)
		if err != nil {
			return 0, 0, nil, err
		}
		t.steps = append(t.steps, d)
	}
	return series, year, t, nil
}

// parseAll parses the texts that are there into their places.
func parseAll(places map[*string]**decimal.Decimal) error {
	for text, place := range places {
		if text == nil {
			continue
		}
		d, err := parseNumeric(*text)
		if err != nil {
			return err
		}
		*place = &d
	}
	return nil
}

// parseNumeric reads what PostgreSQL writes for a numeric, without zeros at the end.
func parseNumeric(s string) (decimal.Decimal, error) {
	d, err := decimal.Parse(s)
	if err != nil {
		return decimal.Decimal{}, fmt.Errorf("read number %q: %w", s, err)
	}
	return d.Trim(0), nil
}

// statusAfter is the state of a report after an event of a kind.
var statusAfter = map[string]string{
	"saved": "draft", "submitted": "submitted", "withdrawn": "draft", "approved": "approved",
	"returned": "returned", "verified": "verified", "reopened": "draft",
}

func (in *inputs) loadReports(ctx context.Context, tx postgres.Tx, byID map[int64]*seriesInput, ids []int64) error {
	return tx.Stream(ctx, `
		SELECT r.id, r.series_id, r.year, r.quarter, last.kind, coalesce(v.id, 0), coalesce(v.revision, 0),
			v.actual::text, v.numerator::text, v.denominator::text,
			coalesce(v.not_applicable, false), coalesce(v.note, ''), coalesce(last.evidence_grade, earlier.evidence_grade, '')
		FROM reports r
		CROSS JOIN LATERAL (
			SELECT kind, revision, evidence_grade FROM report_events WHERE report_id = r.id AND at <= $1
			ORDER BY at DESC, id DESC LIMIT 1
		) last
		LEFT JOIN LATERAL ( -- the last verification, where something came after it
			SELECT revision, evidence_grade FROM report_events
			WHERE last.kind <> 'verified' AND kind = 'verified' AND report_id = r.id AND at <= $1
			ORDER BY at DESC, id DESC LIMIT 1
		) earlier ON true
		LEFT JOIN LATERAL ( -- one at a time, so that those of other series are not read
			SELECT id, revision, actual, numerator, denominator, not_applicable, note FROM report_revisions
			WHERE report_id = r.id AND revision = CASE last.kind WHEN 'verified' THEN last.revision ELSE earlier.revision END LIMIT 1
		) v ON true
		WHERE (r.year, r.quarter) <= ($2, $3) AND ($4::bigint[] IS NULL OR r.series_id = ANY ($4))`, []any{in.asOf, in.period.Year, in.period.Quarter, ids}, func(rows pgx.Rows) error {
		for rows.Next() {
			var report, series int64
			var p scoring.Period
			var kind string
			var v revisionRow
			var actual, numerator, denominator *string
			if err := rows.Scan(&report, &series, &p.Year, &p.Quarter, &kind, &v.id, &v.revision, &actual, &numerator, &denominator,
				&v.notApplicable, &v.note, &v.evidence); err != nil {
				return err
			}
			s, i := byID[series], in.index(p)
			if s == nil || i < 0 {
				continue
			}
			s.reports[i].reportID, s.reports[i].status = report, statusAfter[kind]
			if v.id == 0 {
				continue
			}
			if err := parseAll(map[*string]**decimal.Decimal{actual: &v.actual, numerator: &v.numerator, denominator: &v.denominator}); err != nil {
				return err
			}
			s.reports[i].verified = &v
		}
		return nil
	})
}

func (in *inputs) loadExceptions(ctx context.Context, tx postgres.Tx, byID map[int64]*seriesInput, ids []int64) error {
	return tx.Stream(ctx, `
		SELECT id, series_id, starts_on, ends_on, reason FROM exceptions
		WHERE accepted_at <= $1 AND (revoked_at IS NULL OR revoked_at > $1) AND ($2::bigint[] IS NULL OR series_id = ANY ($2))
		ORDER BY id`, []any{in.asOf, ids}, func(rows pgx.Rows) error {
		for rows.Next() {
			var series int64
			e := &exceptionRow{}
			if err := rows.Scan(&e.id, &series, &e.from, &e.to, &e.reason); err != nil {
				return err
			}
			if s := byID[series]; s != nil {
				in.except(s, e)
			}
		}
		return nil
	})
}

// except marks the periods whose last day lies within e.
func (in *inputs) except(s *seriesInput, e *exceptionRow) {
	for i, p := range in.periods {
		last := time.Date(p.Year, time.Month(p.Quarter*3+1), 0, 0, 0, 0, 0, time.UTC)
		if s.reports[i].exception == nil && !last.Before(e.from) && !last.After(e.to) {
			s.reports[i].exception = e
		}
	}
}
