package scorecard

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"petajalan/internal/postgres"
	"petajalan/internal/report"
	"petajalan/internal/scoring"
)

// Act is what one office did with the reports of an agency at one time: several reports
// handed on together are one act.
type Act struct {
	Kind      report.EventKind
	At        time.Time
	Role      string // operator, kepala, organisasi
	Office    string // short name of the agency that acted; empty: Bagian Organisasi
	Agency    string // code, of the agency whose reports they are
	Name      string // its name
	Period    scoring.Period
	Reports   int
	Indicator string // name of the only indicator; empty when there are several
	Reason    string // of the only one, when it was returned or reopened
}

func readActs(ctx context.Context, tx postgres.Tx, scope Scope, n int) ([]Act, error) {
	return list(ctx, tx, `
		WITH recent AS ( -- more than enough to make n acts of, so that not all of the past is grouped
			SELECT e.id, e.kind, e.at, e.by_role, e.by_agency_id, e.reason, s.indicator_id, a.code, a.name, r.year, r.quarter
			FROM report_events e
			JOIN reports r ON r.id = e.report_id
			JOIN target_series s ON s.id = r.series_id
			JOIN agencies a ON a.id = s.agency_id
			LEFT JOIN agencies p ON p.id = a.parent_id
			WHERE e.kind <> 'saved' AND `+scope.inScope(2)+`
			ORDER BY e.at DESC, e.id DESC
			LIMIT 40 * $1::int
		)
		SELECT e.kind, max(e.at), e.by_role, coalesce(o.short_name, ''), e.code, e.name, e.year, e.quarter, count(*),
			CASE WHEN count(*) = 1 THEN coalesce(min(i.name), '') ELSE '' END,
			CASE WHEN count(*) = 1 THEN min(e.reason) ELSE '' END
		FROM recent e
		LEFT JOIN agencies o ON o.id = e.by_agency_id
		LEFT JOIN LATERAL (
			SELECT name FROM indicator_sheets WHERE indicator_id = e.indicator_id ORDER BY version_id DESC LIMIT 1
		) i ON true
		GROUP BY date_trunc('hour', e.at), e.kind, e.by_role, o.short_name, e.code, e.name, e.year, e.quarter
		ORDER BY max(e.at) DESC, max(e.id) DESC
		LIMIT $1`, append([]any{n}, scope.args()...), func(rows pgx.Rows, x *Act) error {
		return rows.Scan(&x.Kind, &x.At, &x.Role, &x.Office, &x.Agency, &x.Name, &x.Period.Year, &x.Period.Quarter, &x.Reports, &x.Indicator, &x.Reason)
	})
}

// JobNote is the last slot of a job that has begun or ended.
type JobNote struct {
	Job        string
	Slot       time.Time
	Status     string // due, done, dead, skipped
	Attempt    int
	FinishedAt *time.Time
	Failed     bool // it ended with an error, or will be tried again
}

// readJobs returns the last slots. What a job failed on is for the log and the command
// line: it may name things that no page shows, and its result is written for operators.
func readJobs(ctx context.Context, tx postgres.Tx, scope Scope) ([]JobNote, error) {
	if !scope.City {
		return nil, nil
	}
	return list(ctx, tx, `
		SELECT DISTINCT ON (job COLLATE "C") job, slot, status, attempt, finished_at, error <> ''
		FROM job_runs
		WHERE started_at IS NOT NULL OR status <> 'due'
		ORDER BY job COLLATE "C", slot DESC`, nil, func(rows pgx.Rows, j *JobNote) error {
		return rows.Scan(&j.Job, &j.Slot, &j.Status, &j.Attempt, &j.FinishedAt, &j.Failed)
	})
}
