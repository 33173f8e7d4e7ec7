package report

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/fault"
	"petajalan/internal/roadmap"
	"petajalan/internal/scoring"
)

// QueueFilter says which rows of the verification desk are asked for.
type QueueFilter struct {
	Period    roadmap.Period // zero: all periods, but only rows that can still move
	Agency    string         // code; empty: all
	Indicator string         // code; empty: all
	Statuses  []Status       // empty: approved ones
	Finding   string         // code of a check; empty: all; AnyFinding: those with one
	Limit     int            // 0: all
	Offset    int
}

// AnyFinding asks for the rows that have any finding.
const AnyFinding = "*"

// Queue is a page of the desk.
type Queue struct {
	Rows  []WorksheetRow // oldest first: by the moment of approval, or of handing in
	Total int            // without limit and offset
	// Findings counts the rows of all that match but for Finding, by code of the check.
	Findings map[string]int
}

// LoadQueue reads the rows that wait for verification, oldest first, with their findings,
// evidence, eight quarters and preview. For those who see the whole city (Forbidden).
func LoadQueue(ctx context.Context, db bun.IDB, by *account.User, f QueueFilter, now time.Time) (*Queue, error) {
	if !by.MaySeeCity() {
		return nil, fault.New(fault.Forbidden, "Daftar ini untuk Bagian Organisasi.")
	}
	if len(f.Statuses) == 0 {
		f.Statuses = []Status{Approved}
	}
	periods := []roadmap.Period{f.Period}
	if f.Period.IsZero() {
		places, err := LoadPlaces(ctx, db, by, f.Statuses, now)
		if err != nil {
			return nil, err
		}
		periods = openPeriods(places)
	}
	q := &Queue{Findings: map[string]int{}}
	for _, p := range periods { // a few: the open one, and those with late entries
		l := &loader{which: which{period: p, agency: f.Agency, indicator: f.Indicator, statuses: f.Statuses}, db: db, by: by, now: now}
		if err := l.load(ctx); err != nil {
			return nil, err
		}
		for i := range l.rows {
			if !f.Period.IsZero() || l.rows[i].facts.open {
				q.Rows = append(q.Rows, l.rows[i])
			}
		}
	}
	for i := range q.Rows {
		for _, found := range q.Rows[i].Findings {
			q.Findings[found.Code]++
		}
	}
	if f.Finding != "" {
		q.Rows = slices.DeleteFunc(q.Rows, func(r WorksheetRow) bool {
			return !slices.ContainsFunc(r.Findings, func(found Finding) bool { return f.Finding == AnyFinding || found.Code == f.Finding })
		})
	}
	slices.SortStableFunc(q.Rows, func(a, b WorksheetRow) int { return a.waitingSince().Compare(b.waitingSince()) })
	q.Total = len(q.Rows)
	q.Rows = q.Rows[min(max(f.Offset, 0), q.Total):]
	if f.Limit > 0 {
		q.Rows = q.Rows[:min(f.Limit, len(q.Rows))]
	}
	return q, nil
}

// waitingSince is when the last step before this one was done.
func (r *WorksheetRow) waitingSince() time.Time {
	switch {
	case r.ApprovedAt != nil:
		return *r.ApprovedAt
	case r.SubmittedAt != nil:
		return *r.SubmittedAt
	case r.EditedAt != nil:
		return *r.EditedAt
	}
	return time.Time{}
}

// ApprovalQueue reads the rows of the agency that wait for its head, as a sheet. It is for
// those who may see the agency.
func ApprovalQueue(ctx context.Context, db bun.IDB, by *account.User, agency string, p roadmap.Period, now time.Time) (*Worksheet, error) {
	return sheetOf(ctx, db, by, now, which{period: p, agency: agency, statuses: []Status{Submitted}})
}

// Peer is the newest value handed in by one agency.
type Peer struct {
	Agency AgencyName
	Value  Value
	Words  string // of the figure: "92,41%"
	Status Status
}

// Peers reads the newest values handed in of the indicator and period by all agencies, by
// code, for those who see the whole city (Forbidden).
func Peers(ctx context.Context, db bun.IDB, by *account.User, indicator string, p roadmap.Period) ([]Peer, error) {
	if !by.MaySeeCity() {
		return nil, fault.New(fault.Forbidden, "Daftar ini untuk Bagian Organisasi.")
	}
	var rows []struct {
		Agency   AgencyName `bun:"embed:agency_"`
		Unit     string
		Kind     scoring.Kind
		Decimals int
		Status   Status
		reportValues
	}
	err := db.NewRaw(`
		SELECT a.code AS agency_code, a.name AS agency_name, a.short_name AS agency_short_name, coalesce(up.code, '') AS agency_parent, a.kind = 'kelurahan' AS agency_kelurahan,
			s.unit, s.kind, s.decimals, r.status, v.actual, v.numerator, v.denominator, v.not_applicable, v.note
		FROM reports r
		JOIN target_series ts ON ts.id = r.series_id
		JOIN agencies a ON a.id = ts.agency_id
		LEFT JOIN agencies up ON up.id = a.parent_id
		JOIN indicators i ON i.id = ts.indicator_id
		JOIN report_revisions v ON v.report_id = r.id AND v.revision = r.revision
		JOIN indicator_sheets s ON s.indicator_id = i.id AND s.version_id = (
			SELECT id FROM roadmap_versions WHERE first_year <= ? ORDER BY first_year DESC, number DESC LIMIT 1)
		WHERE i.code = ? AND r.year = ? AND r.quarter = ? AND r.status IN ('submitted', 'approved', 'verified')
		ORDER BY a.code COLLATE "C"`, p.Year, indicator, p.Year, p.Quarter).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read peers of %s for %s: %w", indicator, p, err)
	}
	peers := make([]Peer, len(rows))
	for i, s := range rows {
		v := trimmed(Value(s.reportValues))
		shown := WorksheetRow{Unit: s.Unit, Kind: s.Kind, Decimals: s.Decimals}
		peers[i] = Peer{s.Agency, v, shown.FigureWords(v), s.Status}
	}
	return peers, nil
}
