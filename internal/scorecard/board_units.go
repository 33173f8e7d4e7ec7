package scorecard

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"petajalan/internal/postgres"
	"petajalan/internal/roadmap"
	"petajalan/internal/scoring"
)

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
	// Jumps counts reports whose value is more than JumpLimit per cent away from the one
	// verified before. The limit is that of the check "jump", as the desk has it; empty where
	// the check is off.
	Jumps     int
	JumpLimit string
}

// owedSeries is the call of the function of the database that says what is due in the very
// period; its arguments are owedArgs.
const owedSeries = `owed_series($1::int, $2::int, $3::date, $4::timestamptz, $5::timestamptz)`

// owedArgs are the arguments $1 to $5 of owedSeries.
func owedArgs(p scoring.Period, now time.Time) []any {
	last := time.Date(p.Year, time.Month(p.Quarter*3+1), 0, 0, 0, 0, 0, time.UTC)
	nextYear := time.Date(p.Year+1, 1, 1, 0, 0, 0, 0, now.Location())
	return []any{p.Year, p.Quarter, last.Format(time.DateOnly), now, nextYear}
}

func readUnits(ctx context.Context, tx postgres.Tx, scope Scope, p scoring.Period, now time.Time) ([]Unit, error) {
	units, err := list(ctx, tx, `
		SELECT a.code, a.name, a.short_name, a.kind, p.code, a.area_code, a.reports, a.public_facing, a.website, count(o.id),
			count(*) FILTER (WHERE r.status = 'draft'), count(*) FILTER (WHERE r.status = 'returned'),
			count(*) FILTER (WHERE r.status = 'submitted'), count(*) FILTER (WHERE r.status = 'approved'),
			count(*) FILTER (WHERE r.status = 'verified')
		FROM agencies a
		LEFT JOIN agencies p ON p.id = a.parent_id
		LEFT JOIN `+owedSeries+` o ON o.agency_id = a.id
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
	// A jump is measured between the quarters' own values as reported, and between those of
	// figures alone: a grade, a step or a yes is not a quarter more than another.
	return list(ctx, tx, `
		SELECT a.code, a.name, count(*), min(e.at),
			count(*) FILTER (WHERE NOT EXISTS (SELECT FROM evidence x WHERE x.revision_id = v.id)),
			count(*) FILTER (WHERE e.at >= $3),
			count(*) FILTER (WHERE abs(coalesce(v.actual, v.numerator / nullif(v.denominator, 0)) - b.value) * 100 > j.threshold * abs(b.value)),
			coalesce(trim_scale(min(j.threshold))::text, '')
		FROM reports r
		LEFT JOIN checks j ON j.code = 'jump' AND j.enabled
		JOIN target_series s ON s.id = r.series_id
		JOIN agencies a ON a.id = s.agency_id
		LEFT JOIN agencies p ON p.id = a.parent_id
		JOIN report_revisions v ON v.report_id = r.id AND v.revision = r.revision
		JOIN LATERAL (
			SELECT at FROM report_events WHERE report_id = r.id AND kind = 'approved' ORDER BY at DESC, id DESC LIMIT 1
		) e ON true
		LEFT JOIN LATERAL (
			SELECT coalesce(w.actual, w.numerator / nullif(w.denominator, 0)) AS value
			FROM reports q
			JOIN report_revisions w ON w.report_id = q.id AND w.revision = q.revision
			WHERE q.series_id = r.series_id AND (q.year, q.quarter) < (r.year, r.quarter) AND q.status = 'verified'
				AND (w.actual IS NOT NULL OR w.denominator > 0)
				AND EXISTS (
					SELECT FROM indicator_sheets i WHERE i.indicator_id = s.indicator_id AND i.kind IN ('fraction', 'number', 'index', 'range')
						AND i.version_id = (SELECT id FROM roadmap_versions WHERE r.year BETWEEN first_year AND last_year ORDER BY first_year DESC, number DESC LIMIT 1))
			ORDER BY q.year DESC, q.quarter DESC LIMIT 1
		) b ON true
		WHERE r.year = $1 AND r.quarter = $2 AND r.status = 'approved' AND `+scope.inScope(4)+`
		GROUP BY a.id
		ORDER BY min(e.at), a.code`,
		append([]any{reporting.Period.Year, reporting.Period.Quarter, reporting.DueAt}, scope.args()...),
		func(rows pgx.Rows, w *Waiting) error {
			return rows.Scan(&w.Agency, &w.Name, &w.Indicators, &w.Since, &w.WithoutEvidence, &w.Late, &w.Jumps, &w.JumpLimit)
		})
}
