package scorecard_test

import (
	"testing"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/fault"
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

var (
	newest   = scoring.Period{Year: 2026, Quarter: 3}
	october  = time.Date(2026, 10, 30, 12, 0, 0, 0, jakarta)
	november = time.Date(2026, 11, 20, 9, 0, 0, 0, jakarta)
)

// correct verifies a new revision of a report, with one more counted than before.
func correct(t testing.TB, db *bun.DB, agency, indicator string, p scoring.Period, at time.Time) {
	t.Helper()
	for _, statement := range []string{
		`INSERT INTO report_revisions (report_id, revision, numerator, denominator, handed_in_at)
		SELECT v.report_id, v.revision + 1, v.numerator - 1, v.denominator, ?3
		FROM report_revisions v JOIN reports r ON r.id = v.report_id AND r.revision = v.revision
		JOIN target_series s ON s.id = r.series_id JOIN agencies a ON a.id = s.agency_id JOIN indicators i ON i.id = s.indicator_id
		WHERE a.code = ?0 AND i.code = ?1 AND r.year = ?4 AND r.quarter = ?5`,
		`INSERT INTO report_events (report_id, revision, kind, at, by_role, evidence_grade)
		SELECT r.id, r.revision + 1, e.kind, ?3, e.role, e.grade
		FROM reports r JOIN target_series s ON s.id = r.series_id JOIN agencies a ON a.id = s.agency_id JOIN indicators i ON i.id = s.indicator_id,
			(VALUES ('submitted', 'operator', NULL), ('approved', 'kepala', NULL), ('verified', 'organisasi', 'dokumen_diperiksa')) AS e (kind, role, grade)
		WHERE a.code = ?0 AND i.code = ?1 AND r.year = ?4 AND r.quarter = ?5`,
		`UPDATE reports SET revision = revision + 1
		WHERE id IN (SELECT r.id FROM reports r JOIN target_series s ON s.id = r.series_id JOIN agencies a ON a.id = s.agency_id
			JOIN indicators i ON i.id = s.indicator_id WHERE a.code = ?0 AND i.code = ?1 AND r.year = ?4 AND r.quarter = ?5)`,
	} {
		result, err := db.NewRaw(statement, agency, indicator, nil, at, p.Year, p.Quarter).Exec(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			t.Fatalf("no report of %s on %s in %s to correct (error: %v)", agency, indicator, p, err)
		}
	}
}

func score(t testing.TB, db *bun.DB, asOf time.Time, whole bool) *scorecard.Run {
	t.Helper()
	run, err := scorecard.ScorePeriod(t.Context(), db, scorecard.ScoreOptions{Period: newest, AsOf: asOf, Zone: jakarta, Whole: whole})
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func TestScoring(t *testing.T) {
	t.Parallel()
	db := newCity(t)
	whole := score(t, db, november.Add(-time.Hour), true)
	if whole.Scored+whole.Missing+whole.LeftOut != 788 {
		t.Errorf("a run of the city counts %d + %d + %d achievements, want 788", whole.Scored, whole.Missing, whole.LeftOut)
	}

	t.Run("TheSameInputsGiveTheRunThatExists", func(t *testing.T) {
		for _, asWhole := range []bool{true, false} {
			if again := score(t, db, november, asWhole); again.ID != whole.ID || !again.Reused {
				t.Errorf("second run = %d (reused: %v), want %d again", again.ID, again.Reused, whole.ID)
			}
		}
	})
	t.Run("OneChangedReportScoresOnlyWhatDependsOnIt", func(t *testing.T) {
		at := november
		for _, p := range []scoring.Period{newest, {Year: 2025, Quarter: 4}, {Year: 2026, Quarter: 2}} {
			at = at.Add(time.Minute)
			correct(t, db, "dispendukcapil", "DUK-KTP", p, at)
			part := score(t, db, at.Add(time.Second), false)
			if part.BaseID == nil || *part.BaseID != whole.ID {
				t.Fatalf("after one changed report in %s the run stands on %v, want on %d", p, part.BaseID, whole.ID)
			}
			var rows int
			if err := db.NewRaw(`SELECT count(*) FROM achievements WHERE run_id = ?`, part.ID).Scan(t.Context(), &rows); err != nil {
				t.Fatal(err)
			}
			if rows > 7 {
				t.Errorf("one changed series wrote %d achievements, want at most one for each of 7 periods", rows)
			}
			if err := scorecard.CompareRun(t.Context(), db, part.ID, newest, at.Add(time.Second), jakarta); err != nil {
				t.Errorf("scored in part after a change in %s, the run is not what scoring everything gives: %v", p, err)
			}
		}
	})
	t.Run("APeriodOutsideTheRoadmapIsRefused", func(t *testing.T) {
		for _, p := range []scoring.Period{{Year: 2024, Quarter: 4}, {Year: 2030, Quarter: 1}, {Year: 2027, Quarter: 1}} {
			_, err := scorecard.ScorePeriod(t.Context(), db, scorecard.ScoreOptions{Period: p, AsOf: november, Zone: jakarta})
			if got := fault.KindOf(err); got != fault.Invalid {
				t.Errorf("score %s: kind = %v, want Invalid (error: %v)", p, got, err)
			}
		}
	})
}
