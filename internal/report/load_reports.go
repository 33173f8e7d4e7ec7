package report

import (
	"context"
	"time"

	"github.com/govalues/decimal"
	"github.com/uptrace/bun/dialect/pgdialect"

	"petajalan/internal/account"
)

// loadEvents reads what happened to the reports of the period.
func (l *loader) loadEvents(ctx context.Context) error {
	var rows []struct {
		ReportID int64
		Link
	}
	err := l.db.NewRaw(`
		SELECT e.report_id, e.kind, e.at, coalesce(u.name, '') AS name, e.by_role AS role, coalesce(a.code, '') AS agency,
			e.reason, coalesce(e.evidence_grade, '') AS grade, e.revision
		FROM report_events e LEFT JOIN users u ON u.id = e.by_user LEFT JOIN agencies a ON a.id = e.by_agency_id
		WHERE e.report_id = ANY (?) ORDER BY e.report_id, e.id`, pgdialect.Array(l.reportIDs())).Scan(ctx, &rows)
	if err != nil {
		return err
	}
	for i := range rows {
		e := &rows[i]
		r := l.byReport[e.ReportID]
		f := r.facts
		e.RoleLabel = account.Role(e.Role).Label()
		switch e.Kind {
		case EventSubmitted:
			e.Late = l.own.IsLate(e.At)
			r.SubmittedAt, r.ApprovedAt = &e.At, nil
		case EventApproved:
			r.ApprovedAt = &e.At
		case EventVerified:
			r.Grade, f.reopened = e.Grade, false
		case EventReturned:
			r.ReturnReason, r.ReturnedBy = e.Reason, e.RoleLabel
		case EventReopened:
			f.reopened = true
		}
		r.Events = append(r.Events, e.Link)
	}
	typed, err := typists(ctx, l.db, l.reportIDs())
	if err != nil {
		return err
	}
	for id, by := range typed {
		l.byReport[id].facts.typedBy = by
	}
	return nil
}

func (l *loader) reportIDs() []int64 {
	ids := make([]int64, 0, len(l.byReport))
	for id := range l.byReport {
		ids = append(ids, id)
	}
	return ids
}

// loadEvidence reads the evidence of the working copies, or, of those handed in, of their
// newest revisions.
func (l *loader) loadEvidence(ctx context.Context) error {
	var rows []struct {
		ReportID int64
		DraftEvidence
	}
	err := l.db.NewRaw(`
		SELECT d.report_id, d.public_id, d.kind, d.statement, d.title, d.sha256, d.media_type, d.size_bytes AS size, d.url, d.added_at, coalesce(u.name, '') AS added_by
		FROM draft_evidence d JOIN reports r ON r.id = d.report_id LEFT JOIN users u ON u.id = d.added_by
		WHERE r.id = ANY (?0) AND r.status IN ('draft', 'returned')
		UNION ALL
		SELECT r.id, e.public_id, e.kind, e.statement, e.title, e.sha256, e.media_type, e.size_bytes, e.url, e.added_at, ''
		FROM reports r JOIN report_revisions v ON v.report_id = r.id AND v.revision = r.revision JOIN evidence e ON e.revision_id = v.id
		WHERE r.id = ANY (?0) AND r.status NOT IN ('draft', 'returned')
		ORDER BY 1, 10, 2`, pgdialect.Array(l.reportIDs())).Scan(ctx, &rows)
	if err != nil {
		return err
	}
	for i := range rows {
		r := l.byReport[rows[i].ReportID]
		r.Evidence = append(r.Evidence, rows[i].DraftEvidence)
	}
	return nil
}

// loadLate reads the late entries that hold.
func (l *loader) loadLate(ctx context.Context) error {
	var rows []struct {
		SeriesID int64
		EndsAt   time.Time
	}
	err := l.db.NewRaw(`
		SELECT ts.id AS series_id, max(e.ends_at) AS ends_at
		FROM late_entries e JOIN target_series ts ON ts.agency_id = e.agency_id AND (e.indicator_id IS NULL OR e.indicator_id = ts.indicator_id)
		WHERE e.year = ? AND e.quarter = ? AND e.revoked_at IS NULL AND e.ends_at > ? AND ts.id = ANY (?)
		GROUP BY ts.id`, l.period.Year, l.period.Quarter, l.now, pgdialect.Array(l.series)).Scan(ctx, &rows)
	if err != nil {
		return err
	}
	for i := range rows {
		l.bySeries[rows[i].SeriesID].LateUntil = &rows[i].EndsAt
	}
	return nil
}

// loadSame counts the kelurahan that handed in the very same figures.
func (l *loader) loadSame(ctx context.Context) error {
	var rows []struct {
		IndicatorID int64
		Actual      *decimal.Decimal
		Numerator   *decimal.Decimal
		Denominator *decimal.Decimal
		N           int
	}
	err := l.db.NewRaw(`
		SELECT ts.indicator_id, r.actual, r.numerator, r.denominator, count(*) AS n
		FROM reports r JOIN target_series ts ON ts.id = r.series_id JOIN agencies a ON a.id = ts.agency_id
		WHERE r.year = ? AND r.quarter = ? AND a.kind = 'kelurahan' AND r.status IN ('submitted', 'approved', 'verified') AND NOT r.not_applicable
		GROUP BY 1, 2, 3, 4 HAVING count(*) > 1`, l.period.Year, l.period.Quarter).Scan(ctx, &rows)
	if err != nil {
		return err
	}
	type figure struct {
		indicator                      int64
		actual, numerator, denominator string
	}
	text := func(d *decimal.Decimal) string {
		if d == nil {
			return ""
		}
		return d.Trim(0).String()
	}
	counts := make(map[figure]int, len(rows))
	for _, c := range rows {
		counts[figure{c.IndicatorID, text(c.Actual), text(c.Numerator), text(c.Denominator)}] = c.N
	}
	for i := range l.rows {
		r := &l.rows[i]
		if !r.Agency.Kelurahan || len(counts) == 0 {
			continue
		}
		v := r.Value
		r.facts.same = counts[figure{r.facts.indicatorID, text(v.Actual), text(v.Numerator), text(v.Denominator)}]
	}
	return nil
}
