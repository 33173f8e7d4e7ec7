package report_test

import (
	"testing"
	"time"

	"petajalan/internal/report"
)

// A quarter of one agency is to be saved within 150 ms, and handed in within little more.
func BenchmarkSaveQuarter(b *testing.B) {
	d := cityUnderWay(b)
	clerk := userOf(b, d.Owner, "operator.dispendukcapil")
	sheet, err := report.LoadWorksheet(b.Context(), d.Web, clerk, "dispendukcapil", underWay, visited)
	if err != nil {
		b.Fatal(err)
	}
	drafts := make([]report.DraftRow, len(sheet.Rows))
	for i, r := range sheet.Rows {
		drafts[i] = report.DraftRow{Key: r.Key, Version: r.Version, Value: r.Value}
		if r.Prefill != nil {
			drafts[i].Value = r.Prefill.Value
		}
		drafts[i].Value = explained(drafts[i].Value)
	}
	texts := [...]string{"Loket tutup dua pekan.", "Loket tutup tiga pekan."}
	b.Run("Save", func(b *testing.B) {
		n := 0
		for b.Loop() {
			for i := range drafts {
				drafts[i].Value.Note = texts[n%2]
			}
			n++
			outcomes, err := report.SaveDrafts(b.Context(), d.Web, clerk, drafts, visited)
			if err != nil {
				b.Fatal(err)
			}
			for i, o := range outcomes {
				if !o.Saved {
					b.Fatalf("%s: %s", o.Key, o.Text)
				}
				drafts[i].Version = o.Version
			}
		}
		b.ReportMetric(float64(len(drafts)), "rows")
	})
	b.Run("Load", func(b *testing.B) {
		for b.Loop() {
			if _, err := report.LoadWorksheet(b.Context(), d.Web, clerk, "dispendukcapil", underWay, visited); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("HandIn", func(b *testing.B) {
		var whole []report.DraftRow
		for _, x := range drafts {
			row := sheet.Row(x.Indicator)
			if row.EvidenceNeeded && (row.Prefill == nil || !row.Prefill.Automatic) || row.PreviewOf(x.Value) == nil {
				continue
			}
			whole = append(whole, x)
		}
		for b.Loop() {
			problems, err := report.SubmitAll(b.Context(), d.Web, clerk, "dispendukcapil", underWay, whole, submissionID(), visited)
			if err != nil || len(problems) > 0 {
				b.Fatalf("%v %v", problems, err)
			}
			b.StopTimer()
			for i := range whole {
				r, err := report.Withdraw(b.Context(), d.Web, clerk, whole[i].Key, visited)
				if err != nil {
					b.Fatal(err)
				}
				whole[i].Version = r.Version
			}
			b.StartTimer()
		}
		b.ReportMetric(float64(len(whole)), "rows")
	})
}

// The verification desk with all values of a quarter is to open within 200 ms.
func BenchmarkQueue(b *testing.B) {
	d := cityUnderWay(b)
	for _, q := range []string{
		`INSERT INTO reports (series_id, year, quarter, status, revision, version, actual, numerator, denominator, not_applicable, note, updated_at)
			SELECT DISTINCT ON (series_id) series_id, 2026, 4, 'approved', 1, 2, actual, numerator, denominator, not_applicable, note, '2026-11-19Z'
			FROM reports WHERE status = 'verified' ORDER BY series_id, year DESC, quarter DESC ON CONFLICT DO NOTHING`,
		`UPDATE reports SET status = 'approved', revision = 1 WHERE year = 2026 AND quarter = 4 AND revision = 0`,
		`INSERT INTO report_revisions (report_id, revision, actual, numerator, denominator, not_applicable, note, handed_in_at)
			SELECT id, 1, actual, numerator, denominator, not_applicable, note, '2026-11-18Z' FROM reports r
			WHERE year = 2026 AND quarter = 4 AND (actual IS NOT NULL OR numerator IS NOT NULL) AND NOT EXISTS (SELECT FROM report_revisions v WHERE v.report_id = r.id)`,
		`INSERT INTO report_events (report_id, revision, kind, at, by_role)
			SELECT id, 1, kind, '2026-11-18Z', 'kepala' FROM reports r, unnest(ARRAY['submitted', 'approved']) AS kind
			WHERE year = 2026 AND quarter = 4 AND NOT EXISTS (SELECT FROM report_events e WHERE e.report_id = r.id)`,
		`ANALYZE`,
	} {
		if _, err := d.Owner.ExecContext(b.Context(), q); err != nil {
			b.Fatal(err)
		}
	}
	reviewer := userOf(b, d.Owner, "organisasi")
	filter := report.QueueFilter{Period: underWay, Statuses: []report.Status{report.Draft, report.Submitted, report.Approved, report.Verified, report.Returned}}
	var rows int
	slowest := time.Duration(0)
	for b.Loop() {
		began := time.Now()
		q, err := report.LoadQueue(b.Context(), d.Web, reviewer, filter, visited)
		if err != nil {
			b.Fatal(err)
		}
		rows = q.Total
		slowest = max(slowest, time.Since(began))
	}
	b.ReportMetric(float64(rows), "rows")
	b.ReportMetric(float64(slowest.Milliseconds()), "ms-slowest")
}
