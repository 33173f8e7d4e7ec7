package scorecard_test

import (
	"math"
	"testing"
	"time"

	"petajalan/internal/fault"
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

func TestBoard(t *testing.T) {
	t.Parallel()
	db := newCity(t)
	run := score(t, db, november, false)
	everything := scorecard.Scope{City: true}

	// What the board counts as due, in SQL and without a run, must be what the engine holds
	// to be due: in every quarter, for every agency.
	t.Run("WhatIsDueIsWhatTheEngineSays", func(t *testing.T) {
		t.Parallel()
		for p := (scoring.Period{Year: 2025, Quarter: 1}); !newest.Before(p); p = p.Next() {
			var want []struct {
				Code string
				Due  int
			}
			err := db.NewRaw(`
				SELECT a.code, count(f.series_id) FILTER (WHERE f.as_of_year = f.year AND f.as_of_quarter = f.quarter
					AND f.state IN ('dinilai', 'menunggu_verifikasi', 'belum_lapor', 'terlambat', 'tidak_berlaku')) AS due
				FROM agencies a JOIN target_series s ON s.agency_id = a.id
				JOIN run_achievements(?) f ON f.series_id = s.id AND f.year = ? AND f.quarter = ?
				GROUP BY a.code`, run.ID, p.Year, p.Quarter).Scan(t.Context(), &want)
			if err != nil {
				t.Fatal(err)
			}
			if len(want) != 51 {
				t.Fatalf("%s: the run has %d agencies, want 51", p, len(want))
			}
			for _, w := range want {
				work, err := scorecard.LoadAgencyWork(t.Context(), db, everything, w.Code, p, true, november)
				if err != nil {
					t.Fatal(err)
				}
				if work.Unit.Due != w.Due {
					t.Errorf("%s in %s: %d due, the engine says %d", w.Code, p, work.Unit.Due, w.Due)
				}
				shown := 0
				for _, row := range work.Rows {
					if row.Due {
						shown++
					}
				}
				if shown != work.Unit.Due {
					t.Errorf("%s in %s: %d rows are due, the count says %d", w.Code, p, shown, work.Unit.Due)
				}
			}
		}
	})

	t.Run("ScopeBoundsEverythingOnIt", func(t *testing.T) {
		t.Parallel()
		b, err := scorecard.LoadBoard(t.Context(), db, scorecard.Scope{Agencies: []string{"dlh"}}, november)
		if err != nil {
			t.Fatal(err)
		}
		if len(b.Units) != 1 || b.Units[0].Code != "dlh" || len(b.Jobs) != 0 {
			t.Errorf("%d agencies, %d jobs, want dlh alone", len(b.Units), len(b.Jobs))
		}
		for _, w := range b.Waiting {
			if w.Agency != "dlh" {
				t.Errorf("%s waits on the board of dlh", w.Agency)
			}
		}
		for _, a := range b.Log {
			if a.Agency != "dlh" {
				t.Errorf("an act of %s is on the board of dlh", a.Agency)
			}
		}
		for _, f := range b.Falls {
			if f.Agency != "dlh" {
				t.Errorf("a fall of %s is on the board of dlh", f.Agency)
			}
		}
		for _, s := range b.Draft.Content.Scores {
			if s.Level != scoring.LevelAgency || s.Code != "dlh" {
				t.Errorf("the score of %s %s is on the board of dlh", s.Level, s.Code)
			}
		}
		if len(b.Draft.Content.Scores) == 0 || len(b.Log) == 0 {
			t.Error("the board of dlh is empty")
		}
	})

	t.Run("EmptyScopeSeesNothing", func(t *testing.T) {
		t.Parallel()
		b, err := scorecard.LoadBoard(t.Context(), db, scorecard.Scope{}, november)
		if err != nil {
			t.Fatal(err)
		}
		if len(b.Units)+len(b.Waiting)+len(b.Log)+len(b.Falls)+len(b.Draft.Content.Scores)+len(b.Jobs) != 0 {
			t.Errorf("nobody sees %+v", b)
		}
		_, err = scorecard.LoadAgencyWork(t.Context(), db, scorecard.Scope{}, "dlh", scoring.Period{}, false, november)
		if fault.KindOf(err) != fault.NotFound {
			t.Errorf("LoadAgencyWork: %v, want NotFound", err)
		}
	})

	t.Run("AgencyThatDoesNotReportIsNotFound", func(t *testing.T) {
		t.Parallel()
		_, err := scorecard.LoadAgencyWork(t.Context(), db, everything, "mpp", scoring.Period{}, false, november)
		if fault.KindOf(err) != fault.NotFound {
			t.Errorf("LoadAgencyWork: %v, want NotFound", err)
		}
	})

	t.Run("FallsAreMeasuredBetweenClosedQuarters", func(t *testing.T) {
		t.Parallel()
		for at, want := range map[string]scoring.Period{
			"2026-10-12T09:00:00+07:00": {Year: 2026, Quarter: 2}, // 2026-TW3 still takes reports
			"2026-11-20T09:00:00+07:00": {Year: 2026, Quarter: 3},
		} {
			now, err := time.Parse(time.RFC3339, at)
			if err != nil {
				t.Fatal(err)
			}
			b, err := scorecard.LoadBoard(t.Context(), db, everything, now)
			if err != nil {
				t.Fatal(err)
			}
			if b.Since.Period != want || b.Since.Before != want.Previous() {
				t.Errorf("%s: between %s and %s, want %s", at, b.Since.Before, b.Since.Period, want)
			}
			if len(b.Falls) == 0 {
				t.Errorf("%s: nothing fell", at)
			}
		}
	})

	t.Run("JumpIsMeasuredAgainstTheLastVerifiedValue", func(t *testing.T) {
		t.Parallel()
		b, err := scorecard.LoadBoard(t.Context(), db, everything, november)
		if err != nil {
			t.Fatal(err)
		}
		// The same, one report at a time in Go.
		var values []struct {
			Agency, Kind, Status string
			Series               int64
			Value                *float64
		}
		err = db.NewRaw(`
			SELECT a.code AS agency, i.kind, r.status, r.series_id AS series,
				(CASE WHEN v.actual IS NOT NULL THEN v.actual WHEN v.denominator > 0 THEN v.numerator / v.denominator END)::float8 AS value
			FROM reports r JOIN report_revisions v ON v.report_id = r.id AND v.revision = r.revision
			JOIN target_series s ON s.id = r.series_id JOIN agencies a ON a.id = s.agency_id
			JOIN indicator_sheets i ON i.indicator_id = s.indicator_id
			WHERE r.status = 'verified' OR r.status = 'approved' AND (r.year, r.quarter) = (?, ?)
			ORDER BY r.year, r.quarter`, b.Reporting.Period.Year, b.Reporting.Period.Quarter).Scan(t.Context(), &values)
		if err != nil {
			t.Fatal(err)
		}
		before, want := map[int64]float64{}, map[string]int{}
		for _, v := range values {
			if v.Value == nil || v.Kind == "predicate" || v.Kind == "milestone" || v.Kind == "yesno" {
				continue
			}
			if old, ok := before[v.Series]; ok && v.Status == "approved" && math.Abs(*v.Value-old) > 0.25*old {
				want[v.Agency]++
			}
			if v.Status == "verified" {
				before[v.Series] = *v.Value
			}
		}
		for _, w := range b.Waiting {
			if w.Jumps != want[w.Agency] {
				t.Errorf("%s: %d jumps, want %d", w.Agency, w.Jumps, want[w.Agency])
			}
		}
		if len(want) == 0 || len(want) == len(b.Waiting) {
			t.Errorf("%d of %d agencies have a jump: the test is blind", len(want), len(b.Waiting))
		}
	})

	t.Run("BeforeAnyPeriodThereIsNoBoard", func(t *testing.T) {
		t.Parallel()
		_, err := scorecard.LoadBoard(t.Context(), db, everything, time.Date(2025, 1, 1, 0, 0, 0, 0, jakarta))
		if fault.KindOf(err) != fault.NotFound {
			t.Errorf("LoadBoard: %v, want NotFound", err)
		}
	})
}
