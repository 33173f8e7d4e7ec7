package report

import (
	"context"
	"slices"
	"time"

	"github.com/govalues/decimal"
	"github.com/uptrace/bun/dialect/pgdialect"

	"petajalan/internal/scoring"
)

// loadChoices gives predicates, milestones and yes or no their choices.
func (l *loader) loadChoices(ctx context.Context) error {
	var steps []struct {
		ScaleCode string
		SheetID   int64
		Value     decimal.Decimal
		Label     string
	}
	var scales []string
	var sheets []int64
	for i := range l.rows {
		switch f := l.rows[i].facts; f.Kind {
		case scoring.KindPredicate:
			scales = append(scales, f.scaleCode)
		case scoring.KindMilestone:
			sheets = append(sheets, f.sheetID)
		}
	}
	if scales != nil || sheets != nil {
		err := l.db.NewRaw(`
			SELECT sc.code AS scale_code, 0 AS sheet_id, st.ordinal::numeric AS value, st.label
			FROM (SELECT DISTINCT ON (code) id, code FROM scales WHERE code = ANY (?::text[]) ORDER BY code, version DESC) sc
			JOIN scale_steps st ON st.scale_id = sc.id
			UNION ALL
			SELECT '', sheet_id, trim_scale(percent), name FROM indicator_steps WHERE sheet_id = ANY (?::bigint[])
			ORDER BY 1, 2, 3`, pgdialect.Array(append([]string{}, scales...)), pgdialect.Array(append([]int64{}, sheets...))).Scan(ctx, &steps)
		if err != nil {
			return err
		}
	}
	for i := range l.rows {
		r := &l.rows[i]
		switch r.Kind {
		case scoring.KindYesNo:
			r.Choices = []Choice{{decimal.One, "Ya"}, {decimal.Zero, "Tidak"}}
			continue
		case scoring.KindMilestone:
			r.Choices = []Choice{{decimal.Zero, "Belum mulai"}}
		}
		for _, s := range steps {
			if r.Kind == scoring.KindMilestone && s.SheetID == r.facts.sheetID || r.Kind == scoring.KindPredicate && s.ScaleCode == r.facts.scaleCode {
				r.Choices = append(r.Choices, Choice{s.Value, s.Label})
				r.facts.MaxOrdinal = len(r.Choices)
				r.facts.Percents = append(r.facts.Percents, s.Value.String())
			}
		}
	}
	return nil
}

// loadTargets reads the promises of the years that the rows look at, and leaves out the rows
// that promised nothing for the year and reported nothing.
func (l *loader) loadTargets(ctx context.Context) error {
	var rows []struct {
		SeriesID         int64
		Year             int
		Value, Low, High *decimal.Decimal
		Steps            []decimal.Decimal `bun:",array"`
		Weight           int64
		Status           string
	}
	err := l.db.NewRaw(`
		SELECT series_id, year, value, low, high, steps, (weight * 100)::bigint AS weight, status FROM targets
		WHERE series_id = ANY (?) AND year BETWEEN ? AND ? AND recorded_at <= ? ORDER BY series_id, year, revision`,
		pgdialect.Array(l.series), l.first.Year, l.period.Year, l.now).Scan(ctx, &rows)
	if err != nil {
		return err
	}
	type place struct {
		series int64
		year   int
	}
	firstStatus := map[place]string{}
	for i := range rows {
		t := &rows[i]
		r := l.bySeries[t.SeriesID]
		plan := &r.facts.engine.Years[t.Year-l.first.Year]
		target := engineTarget(t.Value, t.Low, t.High, t.Steps)
		// The first promise is the first revision of the same status as the one in force.
		if at := (place{t.SeriesID, t.Year}); firstStatus[at] != t.Status {
			firstStatus[at] = t.Status
			plan.First = target
		}
		plan.Target, plan.Weight = target, t.Weight
	}
	for i := range l.rows {
		years := l.rows[i].facts.engine.Years
		for k := range years {
			if years[k].First == years[k].Target {
				years[k].First = nil
			}
		}
	}
	l.rows = slices.DeleteFunc(l.rows, func(r WorksheetRow) bool {
		return r.ReportID == 0 && r.facts.engine.Years[l.period.Year-l.first.Year].Target == nil
	})
	l.series = l.series[:0]
	clear(l.bySeries)
	clear(l.byReport)
	for i := range l.rows {
		r := &l.rows[i]
		l.series = append(l.series, r.SeriesID)
		l.bySeries[r.SeriesID] = r
		if r.ReportID != 0 {
			l.byReport[r.ReportID] = r
		}
	}
	return nil
}

// engineTarget is the target as the engine takes it; nil: withdrawn.
func engineTarget(value, low, high *decimal.Decimal, steps []decimal.Decimal) *scoring.Target {
	switch {
	case value != nil:
		return &scoring.Target{Value: value.Trim(0), Steps: steps}
	case low != nil:
		return &scoring.Target{IsRange: true, Low: low.Trim(0), High: high.Trim(0)}
	}
	return nil
}

// shape is what the engine must know of an indicator in another version of the plan.
type shape struct {
	kind          scoring.Kind
	direction     scoring.Direction
	consolidation scoring.Consolidation
	frequency     scoring.Frequency
}

// loadOlder reads what counts of the periods before: of a report that is verified its working
// copy, else the newest revision that was.
func (l *loader) loadOlder(ctx context.Context) error {
	var rows []struct {
		SeriesID      int64
		Year, Quarter int
		Status        Status
		Counts        bool
		Actual        *decimal.Decimal
		Numerator     *decimal.Decimal
		Denominator   *decimal.Decimal
		NotApplicable bool
	}
	err := l.db.NewRaw(`
		SELECT r.series_id, r.year, r.quarter, r.status, r.status = 'verified' AS counts, r.actual, r.numerator, r.denominator, r.not_applicable
		FROM reports r
		WHERE r.series_id = ANY (?0) AND (r.year, r.quarter) >= (?1, 1) AND (r.year, r.quarter) < (?2, ?3) AND r.status = 'verified'
		UNION ALL
		SELECT r.series_id, r.year, r.quarter, r.status, v.id IS NOT NULL, v.actual, v.numerator, v.denominator, coalesce(v.not_applicable, false)
		FROM reports r
		LEFT JOIN LATERAL (SELECT revision FROM report_events WHERE report_id = r.id AND kind = 'verified' ORDER BY id DESC LIMIT 1) e ON true
		LEFT JOIN report_revisions v ON v.report_id = r.id AND v.revision = e.revision
		WHERE r.series_id = ANY (?0) AND (r.year, r.quarter) >= (?1, 1) AND (r.year, r.quarter) < (?2, ?3) AND r.status <> 'verified'`,
		pgdialect.Array(l.series), l.first.Year, l.period.Year, l.period.Quarter).Scan(ctx, &rows)
	if err != nil {
		return err
	}
	for i := range rows {
		s := &rows[i]
		r := l.bySeries[s.SeriesID]
		p := scoring.Period{Year: s.Year, Quarter: s.Quarter}
		in := &r.facts.engine.Inputs[l.input(p)]
		in.HandedIn = s.Status == Submitted || s.Status == Approved
		past := Past{Period: p, Status: s.Status}
		if s.Counts {
			v := trimmed(Value{Actual: s.Actual, Numerator: s.Numerator, Denominator: s.Denominator, NotApplicable: s.NotApplicable})
			past.Value, in.Report = &v, engineReport(v)
		}
		r.Older = append(r.Older, past)
	}
	return l.loadShapes(ctx)
}

// loadShapes reads where an earlier year had another version of the plan.
func (l *loader) loadShapes(ctx context.Context) error {
	var rows []struct {
		Year          int
		IndicatorID   int64
		Kind          scoring.Kind
		Direction     scoring.Direction
		Consolidation scoring.Consolidation
		Frequency     scoring.Frequency
	}
	err := l.db.NewRaw(`
		SELECT y.year, s.indicator_id, s.kind, s.direction, s.consolidation, s.frequency
		FROM generate_series(?0::int, ?1::int - 1) AS y (year)
		CROSS JOIN LATERAL (SELECT id FROM roadmap_versions WHERE first_year <= y.year AND recorded_at <= ?2 ORDER BY first_year DESC, number DESC LIMIT 1) v
		JOIN indicator_sheets s ON s.version_id = v.id
		WHERE v.id <> (SELECT id FROM roadmap_versions WHERE first_year <= ?1 AND recorded_at <= ?2 ORDER BY first_year DESC, number DESC LIMIT 1)`,
		l.first.Year, l.period.Year, l.now).Scan(ctx, &rows)
	if err != nil || len(rows) == 0 {
		return err
	}
	type place struct {
		indicator int64
		year      int
	}
	shapes := make(map[place]shape, len(rows))
	for _, s := range rows {
		shapes[place{s.IndicatorID, s.Year}] = shape{s.Kind, s.Direction, s.Consolidation, s.Frequency}
	}
	for i := range l.rows {
		f := l.rows[i].facts
		for year := l.first.Year; year < l.period.Year; year++ {
			if s, other := shapes[place{f.indicatorID, year}]; other {
				if f.shapes == nil {
					f.shapes = map[int]shape{}
				}
				f.shapes[year] = s
			}
		}
	}
	return nil
}

// engineReport is a value as the engine takes it; nil where it is not complete.
func engineReport(v Value) *scoring.Report {
	switch {
	case v.NotApplicable:
		return &scoring.Report{NotApplicable: true}
	case v.Numerator != nil && v.Denominator != nil:
		return &scoring.Report{IsFraction: true, Numerator: *v.Numerator, Denominator: *v.Denominator}
	case v.Actual != nil:
		return &scoring.Report{Actual: *v.Actual}
	}
	return nil
}

// loadExceptions marks the periods that an accepted exception covers.
func (l *loader) loadExceptions(ctx context.Context) error {
	var rows []struct {
		SeriesID         int64
		StartsOn, EndsOn time.Time
		Reason           string
	}
	err := l.db.NewRaw(`SELECT series_id, starts_on, ends_on, reason FROM exceptions
		WHERE series_id = ANY (?) AND accepted_at <= ? AND (revoked_at IS NULL OR revoked_at > ?) ORDER BY id`,
		pgdialect.Array(l.series), l.now, l.now).Scan(ctx, &rows)
	if err != nil {
		return err
	}
	for _, e := range rows {
		r := l.bySeries[e.SeriesID]
		for i, p := 0, l.first; i < len(r.facts.engine.Inputs); i, p = i+1, p.Next() {
			lastDay := time.Date(p.Year, time.Month(p.Quarter*3+1), 0, 0, 0, 0, 0, time.UTC)
			if lastDay.Before(e.StartsOn) || lastDay.After(e.EndsOn) {
				continue
			}
			r.facts.engine.Inputs[i].Exempt = true
			if p == l.period {
				r.Exempt = e.Reason
			}
		}
	}
	return nil
}
