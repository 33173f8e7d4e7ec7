package server

import (
	"strings"
	"testing"
	"time"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// TestNothingUnverifiedIsPublished puts a word that stands nowhere else into everything about a
// quarter that is not verified, publishes the quarter, and looks for the word in the publication,
// which is all that public pages and the API know.
func TestNothingUnverifiedIsPublished(t *testing.T) {
	t.Parallel()
	const canary = "KENARI-LEPAS"
	s := newDeskSite(t)
	for _, q := range []string{
		`UPDATE reports SET note = ?, obstacle = ?, next_step = ?, next_step_owner = ?, typed = jsonb_build_object('note', ?) WHERE year = 2026 AND quarter = 4`,
		`UPDATE reports SET revision = revision + 1 WHERE year = 2026 AND quarter = 4 AND status = 'submitted' AND ? || ? || ? || ? || ? <> ''`,
		`INSERT INTO report_revisions (report_id, revision, actual, numerator, denominator, not_applicable, note, obstacle, next_step, next_step_owner, handed_in_at)
			SELECT id, revision, actual, numerator, denominator, not_applicable, ?, ?, ?, ? || left(?, 0), updated_at FROM reports WHERE year = 2026 AND quarter = 4 AND status = 'submitted'`,
		`INSERT INTO report_events (report_id, revision, kind, at, by_role, by_agency_id, reason)
			SELECT r.id, r.revision, 'submitted', r.updated_at, 'operator', s.agency_id, ? || left(concat(?, ?, ?, ?), 0)
			FROM reports r JOIN target_series s ON s.id = r.series_id WHERE r.year = 2026 AND r.quarter = 4 AND r.status = 'submitted'`,
		`INSERT INTO evidence (public_id, revision_id, kind, title, sha256, media_type, size_bytes, url, added_at)
			SELECT gen_random_uuid(), v.id, 'tautan', ?, repeat('a', 64), left(concat(?, ?, ?), 0), 0, ?, v.handed_in_at FROM report_revisions v WHERE v.note LIKE 'KENARI%'`,
		`UPDATE draft_evidence SET title = ?, url = ? WHERE ? || ? || ? <> ''`,
	} {
		done, err := s.Owner.NewRaw(q, canary, canary, canary, canary, canary).Exec(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			t.Fatalf("nothing to put the word into (%v): %s", err, q)
		}
	}
	at := time.Date(2027, 1, 28, 12, 0, 0, 0, wib)
	s.at(at)
	if _, err := scorecard.Publish(t.Context(), s.Owner, scorecard.PublishOptions{
		Period: scoring.Period{Year: 2026, Quarter: 4}, AsOf: at, PublishedAt: at, Zone: wib, Reason: "Terbitan triwulan",
	}); err != nil {
		t.Fatal(err)
	}
	var content string
	if err := s.Owner.NewRaw(`SELECT convert_from(content, 'UTF8') FROM publications ORDER BY number DESC LIMIT 1`).Scan(t.Context(), &content); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(content, canary) {
		t.Error("the publication has a text that nobody verified")
	}
}
