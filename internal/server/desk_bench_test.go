package server

import (
	"net/http"
	"strings"
	"testing"
)

// newFullDesk is the demo in November with every value of the quarter under way approved by
// its head, and how many these are.
func newFullDesk(b *testing.B) (*testSite, int) {
	b.Helper()
	s := newDeskSite(b)
	for _, q := range []string{
		`INSERT INTO reports (series_id, year, quarter, status, revision, version, actual, numerator, denominator, not_applicable, note, updated_at)
			SELECT DISTINCT ON (series_id) series_id, 2026, 4, 'approved', 1, 2, actual, numerator, denominator, not_applicable, note, '2026-11-14Z'
			FROM reports WHERE status = 'verified' ORDER BY series_id, year DESC, quarter DESC ON CONFLICT DO NOTHING`,
		`UPDATE reports SET status = 'approved', revision = greatest(revision, 1) WHERE year = 2026 AND quarter = 4`,
		`INSERT INTO report_revisions (report_id, revision, actual, numerator, denominator, not_applicable, note, handed_in_at)
			SELECT id, revision, actual, numerator, denominator, not_applicable, note, '2026-11-13Z' FROM reports r
			WHERE year = 2026 AND quarter = 4 AND (actual IS NOT NULL OR numerator IS NOT NULL)
			  AND NOT EXISTS (SELECT FROM report_revisions v WHERE v.report_id = r.id AND v.revision = r.revision)`,
		`INSERT INTO report_events (report_id, revision, kind, at, by_role)
			SELECT id, revision, kind, '2026-11-13Z', 'kepala' FROM reports r, unnest(ARRAY['submitted', 'approved']) AS kind
			WHERE year = 2026 AND quarter = 4 AND NOT EXISTS (SELECT FROM report_events e WHERE e.report_id = r.id AND e.kind = 'approved')`,
		`ANALYZE`,
	} {
		if _, err := s.Owner.ExecContext(b.Context(), q); err != nil {
			b.Fatal(err)
		}
	}
	rows := s.count(`SELECT count(*) FROM reports WHERE year = 2026 AND quarter = 4 AND status = 'approved'`)
	if rows < 788 {
		b.Fatalf("%d approved reports, want all of a quarter: 788", rows)
	}
	return s, rows
}

// BenchmarkDesk opens the desk while all values of a quarter wait, as the server sees it: from
// the request to the last byte of the page. It is to stay under 200 ms, also with every row on
// one page.
func BenchmarkDesk(b *testing.B) {
	s, rows := newFullDesk(b)
	v := s.as("organisasi")
	for _, x := range []struct {
		name, address string
		rows          int
	}{{"All", deskPath + "?semua=1", rows}, {"FirstPage", deskPath, deskRows}} {
		if n := v.get(x.address).want(http.StatusOK).page().Find(".desk-table tbody tr").Length(); n != x.rows {
			b.Fatalf("%s shows %d rows, want %d", x.address, n, x.rows)
		}
		b.Run(x.name, func(b *testing.B) {
			for b.Loop() {
				v.get(x.address).want(http.StatusOK)
			}
			b.ReportMetric(float64(rows), "waiting")
			b.ReportMetric(float64(x.rows), "rows")
		})
	}
	item := v.get(deskPath).page().Find(".desk-table tbody th a").First().AttrOr("href", "")
	if !strings.HasPrefix(item, deskPath+"/") {
		b.Fatalf("the first row leads to %q", item)
	}
	b.Run("Item", func(b *testing.B) {
		for b.Loop() {
			v.get(item).want(http.StatusOK)
		}
		b.ReportMetric(float64(rows), "waiting")
	})
}
