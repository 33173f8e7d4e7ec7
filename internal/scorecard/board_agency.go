package scorecard

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"

	"petajalan/internal/fault"
	"petajalan/internal/postgres"
	"petajalan/internal/report"
	"petajalan/internal/roadmap"
	"petajalan/internal/scoring"
)

// AgencyWork is the work of one agency on one period: every target of the year, how far
// its report has come, and who did what when.
type AgencyWork struct {
	Agency    Agency
	Reporting roadmap.Reporting
	Unit      Unit
	Rows      []TargetWork // by indicator code
	// Draft holds the agency's own figures of the newest run; nil when no run was made yet.
	Draft *View
	Run   *RunNote
	Log   []Act // what was done last with its reports
}

// TargetWork is one target of the year with its report of the period.
type TargetWork struct {
	Indicator     Indicator
	Target        Achievement // only its direction and target are filled
	Weight        string
	Due           bool // in this very period
	Excepted      string
	ExceptedTo    *time.Time // last day
	Status        report.Status
	Revision      int
	Value         *string // as reported; nil: nothing, or a draft of another agency
	ValueLabel    *string // a predicate, a step, yes or no in words
	Numerator     *string
	Denominator   *string
	NotApplicable bool
	Note          string
	Evidence      []EvidenceNote
	Grade         string // of the evidence, when the newest revision is verified
	Acts          []WorkStep
	Hidden        bool // there is a draft that only the agency itself sees
}

// EvidenceNote is a piece of evidence of the newest revision.
type EvidenceNote struct{ Kind, Title string }

// WorkStep is a step in the life of a report.
type WorkStep struct {
	Kind     report.EventKind
	At       time.Time
	Role     string
	Office   string // empty: Bagian Organisasi
	Revision int
	Reason   string
	Grade    string
}

// LoadAgencyWork reads the work of an agency on a period; a zero period is the one that
// reporting is about now. An agency that is not in scope is fault.NotFound, just as one
// that does not exist, and so is a period without a calendar or not yet opened. own says
// that the reader works for the agency and so sees its drafts.
func LoadAgencyWork(ctx context.Context, db *bun.DB, scope Scope, code string, p scoring.Period, own bool, now time.Time) (*AgencyWork, error) {
	w := &AgencyWork{}
	err := inSnapshot(ctx, db, func(ctx context.Context, tx postgres.Tx) error {
		var err error
		if w.Reporting, err = reportingOf(ctx, tx, p, now); err != nil {
			return err
		}
		only := Scope{Agencies: []string{code}}
		units, err := list(ctx, tx, `
			SELECT a.code, a.name FROM agencies a LEFT JOIN agencies p ON p.id = a.parent_id
			WHERE a.code = $1 AND a.reports AND `+scope.inScope(2), append([]any{code}, scope.args()...),
			func(rows pgx.Rows, u *Unit) error { return rows.Scan(&u.Code, &u.Name) })
		if err != nil {
			return fmt.Errorf("find agency %s: %w", code, err)
		}
		if len(units) == 0 {
			return fault.New(fault.NotFound, "Tidak ada instansi dengan kode ini, atau bukan instansi Anda.")
		}
		if units, err = readUnits(ctx, tx, only, w.Reporting.Period, now); err != nil {
			return fmt.Errorf("read the state of %s: %w", code, err)
		}
		w.Unit, w.Agency = units[0], units[0].Agency
		if err := w.readTargets(ctx, tx, own, now); err != nil {
			return fmt.Errorf("read the targets of %s: %w", code, err)
		}
		if err := w.readSteps(ctx, tx); err != nil {
			return fmt.Errorf("read the steps of %s: %w", code, err)
		}
		if w.Log, err = readActs(ctx, tx, only, 8); err != nil {
			return fmt.Errorf("read the acts of %s: %w", code, err)
		}
		return w.readRun(ctx, tx, only)
	})
	if err != nil {
		return nil, err
	}
	return w, nil
}

// reportingOf is the calendar of a period that has opened.
func reportingOf(ctx context.Context, tx postgres.Tx, p scoring.Period, now time.Time) (roadmap.Reporting, error) {
	if p.IsZero() {
		return roadmap.CurrentPeriod(ctx, tx, now)
	}
	all, err := roadmap.Periods(ctx, tx)
	if err != nil {
		return roadmap.Reporting{}, err
	}
	i := slices.IndexFunc(all, func(r roadmap.Reporting) bool { return r.Period == p && !r.OpensAt.After(now) })
	if i < 0 {
		return roadmap.Reporting{}, fault.New(fault.NotFound, "Periode %s belum dibuka untuk pelaporan.", p)
	}
	return all[i], nil
}

// readTargets reads the targets of the year with the working copies of their reports.
func (w *AgencyWork) readTargets(ctx context.Context, tx postgres.Tx, own bool, now time.Time) error {
	p := w.Reporting.Period
	content, err := draftContent(ctx, tx, p)
	if err != nil {
		return err
	}
	scales, err := readPredicates(ctx, tx)
	if err != nil {
		return err
	}
	indicators := make(map[string]*Indicator, len(content.Indicators))
	for i := range content.Indicators {
		indicators[content.Indicators[i].Code] = &content.Indicators[i]
	}
	type row struct {
		TargetWork
		code   string
		status *string
		note   *string
	}
	rows, err := list(ctx, tx, `
		WITH owed AS (SELECT id FROM `+owedSeries+`)
		SELECT i.code, trim_scale(t.value)::text, trim_scale(t.low)::text, trim_scale(t.high)::text, t.weight::text, t.status,
			EXISTS (SELECT FROM owed WHERE owed.id = s.id), coalesce(x.reason, ''), x.ends_on,
			r.status, coalesce(r.revision, 0), coalesce(r.not_applicable, false), r.note,
			trim_scale(r.actual)::text, trim_scale(r.numerator)::text, trim_scale(r.denominator)::text,
			trim_scale(round(100 * r.numerator / nullif(r.denominator, 0), 4))::text
		FROM target_series s
		JOIN agencies a ON a.id = s.agency_id
		JOIN indicators i ON i.id = s.indicator_id
		JOIN LATERAL (SELECT * FROM targets t WHERE t.series_id = s.id AND t.year = $1::int ORDER BY t.revision DESC LIMIT 1) t ON true
		LEFT JOIN LATERAL (
			SELECT e.reason, e.ends_on FROM exceptions e
			WHERE e.series_id = s.id AND e.revoked_at IS NULL AND $3::date BETWEEN e.starts_on AND e.ends_on
			ORDER BY e.id LIMIT 1
		) x ON true
		LEFT JOIN reports r ON r.series_id = s.id AND r.year = $1::int AND r.quarter = $2::int
		WHERE a.code = $6
		ORDER BY i.code COLLATE "C"`, append(owedArgs(p, now), w.Agency.Code), func(rows pgx.Rows, r *row) error {
		var planned string
		var fraction *string
		err := rows.Scan(&r.code, &r.Target.Target, &r.Target.TargetLow, &r.Target.TargetHigh, &r.Weight, &planned,
			&r.Due, &r.Excepted, &r.ExceptedTo, &r.status, &r.Revision, &r.NotApplicable, &r.note,
			&r.Value, &r.Numerator, &r.Denominator, &fraction)
		if fraction != nil {
			r.Value = fraction
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, r := range rows {
		ind := indicators[r.code]
		if ind == nil {
			continue // no sheet in this version of the plan: nothing is asked for
		}
		t := r.TargetWork
		t.Indicator, t.Status = *ind, statusOf(r.status)
		t.Target.Direction = ind.Direction
		t.Target.TargetLabel = ind.word(t.Target.Target, scales)
		if r.note != nil {
			t.Note = *r.note
		}
		// What was handed in may be read by those above; a draft is the agency's own.
		if !own && (t.Status == report.Draft || t.Status == report.Returned) {
			t.Value, t.Numerator, t.Denominator, t.Note, t.NotApplicable, t.Hidden = nil, nil, nil, "", false, true
		}
		t.ValueLabel = ind.word(t.Value, scales)
		w.Rows = append(w.Rows, t)
	}
	return nil
}

// readPredicates returns the words of the scales that only have ordinals, by code and ordinal.
func readPredicates(ctx context.Context, tx postgres.Tx) (map[string]map[string]string, error) {
	type step struct {
		scale, code string
		ordinal     int
	}
	steps, err := list(ctx, tx, `
		SELECT c.code, p.ordinal, p.code
		FROM (SELECT DISTINCT ON (code) id, code FROM scales ORDER BY code, version DESC) c
		JOIN scale_steps p ON p.scale_id = c.id`, nil,
		func(rows pgx.Rows, s *step) error { return rows.Scan(&s.scale, &s.ordinal, &s.code) })
	if err != nil {
		return nil, err
	}
	words := map[string]map[string]string{}
	for _, s := range steps {
		if words[s.scale] == nil {
			words[s.scale] = map[string]string{}
		}
		words[s.scale][strconv.Itoa(s.ordinal)] = s.code
	}
	return words, nil
}

// word says the value of a predicate, a milestone or a yes/no in words; nil for the others.
func (i *Indicator) word(value *string, scales map[string]map[string]string) *string {
	if value == nil {
		return nil
	}
	switch i.Kind {
	case scoring.KindYesNo:
		if x := number(value); x != nil && x.Sign() > 0 {
			return textOrNull("ya")
		}
		return textOrNull("tidak")
	case scoring.KindMilestone:
		for _, s := range i.Steps {
			if equal(&s.Percent, value) {
				return textOrNull(s.Name)
			}
		}
	case scoring.KindPredicate:
		if i.Scale != nil {
			return textOrNull(scales[*i.Scale][*value])
		}
	}
	return nil
}

// readSteps reads who did what when with the reports of the period, and their evidence.
func (w *AgencyWork) readSteps(ctx context.Context, tx postgres.Tx) error {
	place := make(map[string]*TargetWork, len(w.Rows))
	for i := range w.Rows {
		place[w.Rows[i].Indicator.Code] = &w.Rows[i]
	}
	p := w.Reporting.Period
	err := tx.Stream(ctx, `
		SELECT i.code, e.kind, e.at, e.by_role, coalesce(o.short_name, ''), e.revision, e.reason, coalesce(e.evidence_grade, '')
		FROM report_events e
		JOIN reports r ON r.id = e.report_id
		JOIN target_series s ON s.id = r.series_id
		JOIN agencies a ON a.id = s.agency_id
		JOIN indicators i ON i.id = s.indicator_id
		LEFT JOIN agencies o ON o.id = e.by_agency_id
		WHERE a.code = $1 AND r.year = $2 AND r.quarter = $3
		ORDER BY e.at, e.id`, []any{w.Agency.Code, p.Year, p.Quarter}, func(rows pgx.Rows) error {
		for rows.Next() {
			var code string
			var s WorkStep
			if err := rows.Scan(&code, &s.Kind, &s.At, &s.Role, &s.Office, &s.Revision, &s.Reason, &s.Grade); err != nil {
				return err
			}
			if t := place[code]; t != nil {
				t.Acts = append(t.Acts, s)
				if t.Status == report.Verified && s.Kind == report.EventVerified {
					t.Grade = s.Grade
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return tx.Stream(ctx, `
		SELECT i.code, x.kind, x.title
		FROM evidence x
		JOIN report_revisions v ON v.id = x.revision_id
		JOIN reports r ON r.id = v.report_id AND r.revision = v.revision
		JOIN target_series s ON s.id = r.series_id
		JOIN agencies a ON a.id = s.agency_id
		JOIN indicators i ON i.id = s.indicator_id
		WHERE a.code = $1 AND r.year = $2 AND r.quarter = $3
		ORDER BY x.id`, []any{w.Agency.Code, p.Year, p.Quarter}, func(rows pgx.Rows) error {
		for rows.Next() {
			var code string
			var e EvidenceNote
			if err := rows.Scan(&code, &e.Kind, &e.Title); err != nil {
				return err
			}
			if t := place[code]; t != nil {
				t.Evidence = append(t.Evidence, e)
			}
		}
		return nil
	})
}

// readRun reads the agency's own figures of the newest run.
func (w *AgencyWork) readRun(ctx context.Context, tx postgres.Tx, only Scope) error {
	run, err := newestRun(ctx, tx)
	if err != nil || run == nil {
		return err
	}
	w.Run = run
	c, err := draftContent(ctx, tx, run.Period)
	if err != nil {
		return err
	}
	if c.Scores, err = readDraftScores(ctx, tx, run.ID, only); err != nil {
		return fmt.Errorf("read the scores of %s: %w", w.Agency.Code, err)
	}
	scales, err := readPredicates(ctx, tx)
	if err != nil {
		return err
	}
	c.Achievements, err = list(ctx, tx, `
		SELECT f.year, f.quarter, a.code, i.code, f.state, nullif(f.reason, ''), f.weight::text, f.as_of_year, f.as_of_quarter,
			trim_scale(f.actual)::text, trim_scale(f.target)::text, trim_scale(f.target_low)::text, trim_scale(f.target_high)::text,
			f.raw::text, f.scored::text, f.rating, trim_scale(f.first_target)::text
		FROM run_achievements($1) f
		JOIN target_series s ON s.id = f.series_id
		JOIN agencies a ON a.id = s.agency_id
		JOIN indicators i ON i.id = s.indicator_id
		WHERE a.code = $2
		ORDER BY f.year, f.quarter, i.code COLLATE "C"`, []any{run.ID, w.Agency.Code}, func(rows pgx.Rows, x *Achievement) error {
		return rows.Scan(&x.Period.Year, &x.Period.Quarter, &x.Agency, &x.Indicator, &x.State, &x.StateReason, &x.Weight, &x.AsOf.Year, &x.AsOf.Quarter,
			&x.Actual, &x.Target, &x.TargetLow, &x.TargetHigh, &x.Raw, &x.Scored, &x.Rating, &x.FirstTarget)
	})
	if err != nil {
		return fmt.Errorf("read the achievements of %s: %w", w.Agency.Code, err)
	}
	view := NewView(c)
	for i := range c.Achievements {
		x := &c.Achievements[i]
		if ind := view.Indicator(x.Indicator); ind != nil {
			x.Kind, x.Direction, x.Frequency, x.Unit = ind.Kind, ind.Direction, ind.Frequency, ind.Unit
			x.ActualLabel, x.TargetLabel = ind.word(x.Actual, scales), ind.word(x.Target, scales)
		}
	}
	w.Draft = view
	return nil
}
