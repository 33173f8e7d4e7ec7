package report

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
)

// typists reads, for each of the reports, the accounts that typed the figures of its newest
// revision and so may neither approve nor verify them: whoever saved or handed in since the
// last revision with other figures, since handing in the same figures again does not make
// them another person's; and whoever brought the file in that they were taken from, since a
// file is typed by somebody too. What a program handed in counts as typed by whoever made its
// token as well.
func typists(ctx context.Context, db bun.IDB, reports []int64) (map[int64][]int64, error) {
	var rows []struct{ ReportID, ByUser int64 }
	err := db.NewRaw(`
		WITH newest AS (
			SELECT r.id AS report_id, r.series_id, r.year, r.quarter, v.id, v.revision, v.actual, v.numerator, v.denominator, v.not_applicable
			FROM reports r JOIN report_revisions v ON v.report_id = r.id AND v.revision = r.revision
			WHERE r.id = ANY (?0)
		), other AS (
			SELECT n.report_id, max(e.id) AS event
			FROM newest n
			JOIN report_revisions v ON v.report_id = n.report_id AND v.revision < n.revision
				AND (v.actual, v.numerator, v.denominator, v.not_applicable) IS DISTINCT FROM (n.actual, n.numerator, n.denominator, n.not_applicable)
			JOIN report_events e ON e.report_id = n.report_id AND e.kind = 'submitted' AND e.revision = v.revision
			GROUP BY n.report_id
		), typed AS (
			SELECT e.report_id, e.by_user
			FROM report_events e LEFT JOIN other o ON o.report_id = e.report_id
			WHERE e.report_id = ANY (?0) AND e.by_user IS NOT NULL AND e.kind IN ('saved', 'submitted') AND e.id > coalesce(o.event, 0)
			UNION
			SELECT n.report_id, f.imported_by
			FROM newest n
			JOIN evidence x ON x.revision_id = n.id AND x.kind = ?1
			JOIN feed_values f ON f.series_id = n.series_id AND f.year = n.year AND f.quarter = n.quarter AND f.sha256 = x.sha256
			WHERE f.imported_by IS NOT NULL
		)
		SELECT report_id, by_user FROM typed
		UNION
		SELECT t.report_id, m.created_by FROM typed t JOIN machine_tokens m ON m.user_id = t.by_user`, pgdialect.Array(reports), EvidenceFeed).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read who typed: %w", err)
	}
	by := make(map[int64][]int64, len(reports))
	for _, r := range rows {
		by[r.ReportID] = append(by[r.ReportID], r.ByUser)
	}
	return by, nil
}
