package scorecard

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"petajalan/internal/postgres"
	"petajalan/internal/roadmap"
	"petajalan/internal/scoring"
)

// collect reads into c everything that stands beside the results of a run: the plan, the
// calendar, the targets, the services and what was measured of them.
func (r *results) collect(ctx context.Context, tx postgres.Tx, c *Content) error {
	version := r.years[len(r.years)-1].version
	for _, step := range []struct {
		what string
		read func() error
	}{
		{"the roadmap", func() error { return c.readRoadmap(ctx, tx, version) }},
		{"areas", func() error { return c.readAreas(ctx, tx) }},
		{"agencies", func() error { return c.readAgencies(ctx, tx) }},
		{"indicators", func() error { return c.readIndicators(ctx, tx, version) }},
		{"periods", func() error { return c.readPeriods(ctx, tx, r.periods) }},
		{"targets", func() (err error) { c.Targets, err = readTargets(ctx, tx, r.asOf); return err }},
		{"services", func() error { return c.readServices(ctx, tx, r.asOf) }},
		{"service results", func() (err error) { c.Results, err = readServiceResults(ctx, tx, r.period, r.asOf); return err }},
		{"satisfaction", func() (err error) { c.Satisfaction, err = r.readSatisfaction(ctx, tx, c.Method.Scales); return err }},
	} {
		if err := step.read(); err != nil {
			return fmt.Errorf("read %s: %w", step.what, err)
		}
	}
	return nil
}

// list collects the rows of a query. It is empty, not nil, when there are none.
func list[T any](ctx context.Context, tx postgres.Tx, query string, args []any, scan func(rows pgx.Rows, x *T) error) ([]T, error) {
	out := []T{}
	err := tx.Stream(ctx, query, args, func(rows pgx.Rows) error {
		for rows.Next() {
			var x T
			if err := scan(rows, &x); err != nil {
				return err
			}
			out = append(out, x)
		}
		return nil
	})
	return out, err
}

func (c *Content) readRoadmap(ctx context.Context, tx postgres.Tx, version int64) error {
	r := &c.Roadmap
	var date *time.Time
	err := tx.NewRaw(`SELECT number, title, regulation_number, regulation_date, first_year, last_year FROM roadmap_versions WHERE id = ?`, version).
		Scan(ctx, &r.Version, &r.Title, &r.RegulationNumber, &date, &r.FirstYear, &r.LastYear)
	if date != nil {
		r.RegulationDate = date.Format(time.DateOnly)
	}
	return err
}

func (c *Content) readAreas(ctx context.Context, tx postgres.Tx) (err error) {
	c.Areas, err = list(ctx, tx, `
		SELECT code, level, parent_code, name, slug, outline, label_x, label_y, label_room, source
		FROM areas ORDER BY code COLLATE "C"`, nil, func(rows pgx.Rows, a *Area) error {
		return rows.Scan(&a.Code, &a.Level, &a.Parent, &a.Name, &a.Slug, &a.Outline, &a.LabelX, &a.LabelY, &a.LabelRoom, &a.SourceNote)
	})
	return err
}

func (c *Content) readAgencies(ctx context.Context, tx postgres.Tx) (err error) {
	c.Agencies, err = list(ctx, tx, `
		SELECT a.code, a.name, a.short_name, a.kind, p.code, a.area_code, a.reports, a.public_facing, a.website
		FROM agencies a LEFT JOIN agencies p ON p.id = a.parent_id ORDER BY a.code COLLATE "C"`, nil, func(rows pgx.Rows, a *Agency) error {
		return rows.Scan(&a.Code, &a.Name, &a.ShortName, &a.Kind, &a.Parent, &a.Area, &a.Reports, &a.PublicFacing, &a.Website)
	})
	return err
}

func (c *Content) readIndicators(ctx context.Context, tx postgres.Tx, version int64) error {
	var err error
	c.Goals, err = list(ctx, tx, `SELECT code, name, weight::text FROM goals WHERE version_id = $1 ORDER BY code COLLATE "C"`,
		[]any{version}, func(rows pgx.Rows, g *Goal) error {
			g.Objectives = []Objective{}
			return rows.Scan(&g.Code, &g.Name, &g.Weight)
		})
	if err != nil {
		return err
	}
	type objective struct {
		Objective
		goal string
	}
	objectives, err := list(ctx, tx, `
		SELECT g.code, o.code, o.name FROM objectives o JOIN goals g ON g.id = o.goal_id
		WHERE g.version_id = $1 ORDER BY o.code COLLATE "C"`, []any{version}, func(rows pgx.Rows, o *objective) error {
		return rows.Scan(&o.goal, &o.Code, &o.Name)
	})
	if err != nil {
		return err
	}
	for _, o := range objectives {
		for i := range c.Goals {
			if c.Goals[i].Code == o.goal {
				c.Goals[i].Objectives = append(c.Goals[i].Objectives, o.Objective)
			}
		}
	}
	c.Indicators, err = list(ctx, tx, `
		SELECT i.code, s.name, o.code, g.code, s.definition, s.kind, s.direction, s.consolidation, s.frequency, s.unit, s.decimals,
			s.applies_to, s.numerator_label, s.denominator_label, s.data_source, s.evidence_rule, nullif(s.scale_code, ''),
			s.announced_month, s.key_indicator, s.break_note, s.baseline_year, nullif(s.baseline_value, ''), s.baseline_source, s.status
		FROM indicator_sheets s JOIN indicators i ON i.id = s.indicator_id JOIN objectives o ON o.id = s.objective_id JOIN goals g ON g.id = o.goal_id
		WHERE s.version_id = $1 ORDER BY i.code COLLATE "C"`, []any{version}, func(rows pgx.Rows, i *Indicator) error {
		i.Steps = []MilestoneStep{}
		return rows.Scan(&i.Code, &i.Name, &i.Objective, &i.Goal, &i.Definition, &i.Kind, &i.Direction, &i.Consolidation, &i.Frequency,
			&i.Unit, &i.Decimals, &i.AppliesTo, &i.NumeratorLabel, &i.DenominatorLabel, &i.DataSource, &i.EvidenceRule, &i.Scale,
			&i.AnnouncedMonth, &i.Key, &i.BreakNote, &i.BaselineYear, &i.Baseline, &i.BaselineSource, &i.Status)
	})
	if err != nil {
		return err
	}
	return tx.Stream(ctx, `
		SELECT i.code, trim_scale(p.percent)::text, p.name
		FROM indicator_steps p JOIN indicator_sheets s ON s.id = p.sheet_id JOIN indicators i ON i.id = s.indicator_id
		WHERE s.version_id = $1 ORDER BY i.code COLLATE "C", p.percent`, []any{version}, func(rows pgx.Rows) error {
		for rows.Next() {
			var code string
			var step MilestoneStep
			if err := rows.Scan(&code, &step.Percent, &step.Name); err != nil {
				return err
			}
			for i := range c.Indicators {
				if c.Indicators[i].Code == code {
					c.Indicators[i].Steps = append(c.Indicators[i].Steps, step)
				}
			}
		}
		return nil
	})
}

func (c *Content) readPeriods(ctx context.Context, tx postgres.Tx, periods []scoring.Period) (err error) {
	first, last := periods[0], periods[len(periods)-1]
	c.Periods, err = list(ctx, tx, `
		SELECT year, quarter, opens_at, due_at, closes_at, publish_by FROM periods
		WHERE (year, quarter) BETWEEN ($1, $2) AND ($3, $4) ORDER BY year, quarter`,
		[]any{first.Year, first.Quarter, last.Year, last.Quarter}, func(rows pgx.Rows, p *PeriodInfo) error {
			return rows.Scan(&p.Period.Year, &p.Period.Quarter, &p.OpensAt, &p.DueAt, &p.ClosesAt, &p.PublishBy)
		})
	return err
}

// readTargets returns all revisions of all targets known at asOf.
func readTargets(ctx context.Context, tx postgres.Tx, asOf time.Time) ([]Target, error) {
	return list(ctx, tx, `
		SELECT a.code, i.code, t.year, t.revision, trim_scale(t.value)::text, trim_scale(t.low)::text, trim_scale(t.high)::text,
			(SELECT array_agg(trim_scale(step)::text ORDER BY n) FROM unnest(t.steps) WITH ORDINALITY AS u (step, n)),
			t.weight::text, t.reason, t.legal_basis, t.clause, t.status, t.recorded_at
		FROM targets t JOIN target_series s ON s.id = t.series_id JOIN agencies a ON a.id = s.agency_id JOIN indicators i ON i.id = s.indicator_id
		WHERE t.recorded_at <= $1
		ORDER BY a.code COLLATE "C", i.code COLLATE "C", t.year, t.revision`, []any{asOf}, func(rows pgx.Rows, t *Target) error {
		return rows.Scan(&t.Agency, &t.Indicator, &t.Year, &t.Revision, &t.Value, &t.Low, &t.High, &t.Steps,
			&t.Weight, &t.Reason, &t.LegalBasis, &t.Clause, &t.Status, &t.RecordedAt)
	})
}

func (c *Content) readServices(ctx context.Context, tx postgres.Tx, asOf time.Time) error {
	type row struct {
		Service
		standard Standard
		version  *int
	}
	// The standard shown is the newest that all agencies offering the service share.
	rows, err := list(ctx, tx, `
		SELECT v.code, v.name, coalesce(array_agg(a.code ORDER BY a.code COLLATE "C") FILTER (WHERE a.code IS NOT NULL), '{}'),
			s.version, s.requirements, s.procedure, trim_scale(s.duration_value)::text, s.duration_unit, s.fee_kind, s.fee_rupiah, s.fee_note,
			s.product, s.complaints, coalesce(s.status, ''), coalesce(s.provenance, '{}'), coalesce(s.sources, '{}'), coalesce(s.note, ''),
			num_nonnulls(s.requirements, s.procedure, s.duration_value, s.fee_kind, s.product, s.complaints, s.legal_basis, s.facilities,
				s.competence, s.supervision, s.staff_number, s.service_guarantee, s.safety_guarantee, s.evaluation)
		FROM services v
		LEFT JOIN offerings o ON o.service_id = v.id
		LEFT JOIN agencies a ON a.id = o.agency_id
		LEFT JOIN LATERAL (
			SELECT * FROM standards n WHERE n.service_id = v.id AND n.agency_id IS NULL AND n.recorded_at <= $1 ORDER BY n.version DESC LIMIT 1
		) s ON true
		GROUP BY v.id, s.id, s.version, s.requirements, s.procedure, s.duration_value, s.duration_unit, s.fee_kind, s.fee_rupiah, s.fee_note,
			s.product, s.complaints, s.status, s.provenance, s.sources, s.note, s.legal_basis, s.facilities,
			s.competence, s.supervision, s.staff_number, s.service_guarantee, s.safety_guarantee, s.evaluation
		ORDER BY v.code COLLATE "C"`, []any{asOf}, func(rows pgx.Rows, x *row) error {
		s := &x.standard
		return rows.Scan(&x.Code, &x.Name, &x.Agencies, &x.version, &s.Requirements, &s.Procedure, &s.DurationValue, &s.DurationUnit,
			&s.FeeKind, &s.FeeRupiah, &s.FeeNote, &s.Product, &s.Complaints, &s.Status, &s.Provenance, &s.Sources, &s.Note, &s.Complete)
	})
	if err != nil {
		return err
	}
	c.Services = make([]Service, len(rows))
	for i := range rows {
		c.Services[i] = rows[i].Service
		if rows[i].version != nil {
			s := rows[i].standard
			s.Version = *rows[i].version
			c.Services[i].Standard = &s
		}
	}
	return nil
}

// readServiceResults returns the newest revision known at asOf of each service, agency and
// period up to period.
func readServiceResults(ctx context.Context, tx postgres.Tx, period scoring.Period, asOf time.Time) ([]ServiceResult, error) {
	return list(ctx, tx, `
		SELECT v.code, a.code, r.year, r.quarter, r.received, r.done, r.on_time, r.uncorrected, r.digital, r.ikm::text, r.respondents
		FROM (
			SELECT DISTINCT ON (service_id, agency_id, year, quarter) * FROM service_results
			WHERE recorded_at <= $1 AND (year, quarter) <= ($2, $3)
			ORDER BY service_id, agency_id, year, quarter, revision DESC
		) r JOIN services v ON v.id = r.service_id JOIN agencies a ON a.id = r.agency_id
		ORDER BY r.year, r.quarter, v.code COLLATE "C", a.code COLLATE "C"`, []any{asOf, period.Year, period.Quarter},
		func(rows pgx.Rows, r *ServiceResult) error {
			return rows.Scan(&r.Service, &r.Agency, &r.Period.Year, &r.Period.Quarter, &r.Received, &r.Done, &r.OnTime, &r.Uncorrected, &r.Digital,
				&r.IKM, &r.Respondents)
		})
}

func (r *results) readMethod(ctx context.Context, tx postgres.Tx) (Method, error) {
	m := Method{
		ID: r.rule.code, FormulaVersion: r.rule.formula, Cap: scoring.RatioOf(r.rule.ceiling).Text(2), Floor: "0.00",
		Bands: bandRecords(r.rule.bands), Words: bandRecords(r.rule.words), Rollup: rollupRules(), Basis: r.rule.basis,
	}
	last := roadmap.End(r.period, r.zone).Add(-time.Hour).Format(time.DateOnly)
	all, err := readScales(ctx, tx, `valid_from <= $1::date AND (valid_to IS NULL OR valid_to >= $1::date)`, last)
	if err != nil {
		return m, err
	}
	m.Scales = []Scale{}
	for i, s := range all { // the newest version of each stands last
		if i+1 == len(all) || all[i+1].Code != s.Code {
			m.Scales = append(m.Scales, s)
		}
	}
	return m, nil
}

// readScales returns all versions of scales for which where holds, by code and version.
func readScales(ctx context.Context, tx postgres.Tx, where string, args ...any) ([]Scale, error) {
	type row struct {
		Scale
		id int64
	}
	rows, err := list(ctx, tx, `SELECT id, code, name, basis, status FROM scales WHERE `+where+` ORDER BY code COLLATE "C", version`,
		args, func(rows pgx.Rows, s *row) error {
			return rows.Scan(&s.id, &s.Code, &s.Name, &s.Basis, &s.Status)
		})
	if err != nil {
		return nil, err
	}
	scales := make([]Scale, len(rows))
	for i, s := range rows {
		steps, err := readSteps(ctx, tx, s.id)
		if err != nil {
			return nil, err
		}
		for _, step := range steps {
			x := ScaleStep{Ordinal: step.ordinal, Code: step.code, Label: step.label, Exclusive: step.exclusive}
			if step.from != nil {
				x.From = exactText(scoring.RatioOf(*step.from), true)
			}
			s.Steps = append(s.Steps, x)
		}
		scales[i] = s.Scale
	}
	return scales, nil
}

func bandRecords(steps []scaleStep) []Band {
	out := make([]Band, len(steps))
	for i, s := range steps {
		out[i] = Band{Rating: s.code, Label: s.label}
		if s.from != nil {
			out[i].From = exactText(scoring.RatioOf(*s.from), true)
		}
	}
	return out
}

// rollupRules states the roll-up in words, for those who recompute it.
func rollupRules() []Rule {
	return []Rule{
		{"achievement", "raw figure by direction, exact; scored = raw held between floor and cap; both shown with 2 decimals, half away from zero"},
		{"agency", "sum of weight × scored / sum of weight over due targets that are scored; low counts missing ones as 0, high as the cap; coverage = weight scored / weight due"},
		{"objective", "per agency as above over its due targets of the objective, then the plain mean over agencies: score over those that have one, the rest over all with a due target"},
		{"goal", "per agency as above over its due targets of the goal, then the plain mean over agencies"},
		{"city", "mean of the goals by goal weight: score over goals that have one, the rest over all goals with a due target"},
		{"rating", "claimed only when low and high, rounded to 2 decimals, are in the same band"},
		{"rounding", "exact fractions throughout, rounded half away from zero once: figures to 2 decimals, coverage to 4"},
	}
}
