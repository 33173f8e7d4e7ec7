package demo_test

import (
	"testing"
	"time"

	"petajalan/internal/account"
	"petajalan/internal/demo"
	"petajalan/internal/evidence"
	"petajalan/internal/postgres/postgrestest"
	"petajalan/internal/report"
	"petajalan/internal/roadmap"
)

// visited is when the demo of these tests is made: a Sunday.
var visited = time.Date(2026, 11, 22, 10, 0, 0, 0, wib)

var underWay = roadmap.Period{Year: 2026, Quarter: 4}

// openQuarter opens the quarter under way of a filled demo.
func openQuarter(t *testing.T, d *postgrestest.Database) evidence.Store {
	t.Helper()
	files, err := evidence.OpenFolder(t.Context(), d.Web, t.TempDir(), visited)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = files.Close() })
	if err := demo.OpenQuarter(t.Context(), d.Owner, files, wib, visited); err != nil {
		t.Fatal(err)
	}
	return files
}

func user(t *testing.T, d *postgrestest.Database, login string) *account.User {
	t.Helper()
	users, err := account.List(t.Context(), d.Owner)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range users {
		if u.Login == login {
			return u
		}
	}
	t.Fatalf("no user %s", login)
	return nil
}

func TestVisitorFindsAQuarterUnderWay(t *testing.T) {
	t.Parallel()
	d := fill(t)
	files := openQuarter(t, d)
	ctx := t.Context()

	t.Run("ClerkFindsMostFieldsFilled", func(t *testing.T) {
		sheet, err := report.LoadWorksheet(ctx, d.Web, user(t, d, "operator.dispendukcapil"), "dispendukcapil", underWay, visited)
		if err != nil {
			t.Fatal(err)
		}
		fields, filled := 0, 0
		for _, r := range sheet.Rows {
			n := 1
			if r.NumeratorLabel != "" {
				n = 2
			}
			fields += n
			if r.Prefill != nil || !r.IsEmpty() {
				filled += n
			}
			if !r.MayEdit {
				t.Errorf("%s cannot be edited", r.Indicator)
			}
			if r.Prefill != nil && r.Prefill.Automatic && r.IsEmpty() && r.EvidenceNeeded {
				t.Errorf("%s comes from %s, and evidence is asked for", r.Indicator, r.Prefill.From)
			}
		}
		t.Logf("%d of %d fields are filled", filled, fields)
		if 2*filled < fields {
			t.Errorf("%d of %d fields are filled, want half", filled, fields)
		}
	})
	t.Run("LurahHasSomethingToApprove", func(t *testing.T) {
		sheet, err := report.ApprovalQueue(ctx, d.Web, user(t, d, "lurah.bendogerit"), "35.72.03.1007", underWay, visited)
		if err != nil {
			t.Fatal(err)
		}
		if len(sheet.Rows) < 5 {
			t.Errorf("%d rows wait for the lurah", len(sheet.Rows))
		}
		for _, r := range sheet.Rows {
			if !r.MayApprove {
				t.Errorf("the lurah may not approve %s", r.Indicator)
			}
		}
	})
	t.Run("VerifierFindsEveryKindOfFinding", func(t *testing.T) {
		q, err := report.LoadQueue(ctx, d.Web, user(t, d, "organisasi"), report.QueueFilter{}, visited)
		if err != nil {
			t.Fatal(err)
		}
		if len(q.Rows) < 50 {
			t.Errorf("%d rows wait for verification", len(q.Rows))
		}
		t.Logf("%d rows wait, findings %v", len(q.Rows), q.Findings)
		for _, code := range []string{"range", "jump", "fraction", "unchanged", "exact", "same", "no_evidence"} {
			if q.Findings[code] == 0 {
				t.Errorf("the check %q found nothing", code)
			}
		}
	})
	for _, tt := range []struct{ name, query, want string }{
		{"OneIsReturned", `SELECT count(*)::text FROM reports WHERE year = 2026 AND quarter = 4 AND status = 'returned'`, "1"},
		{"SomeAreVerified", `SELECT (count(*) > 5)::text FROM reports WHERE year = 2026 AND quarter = 4 AND status = 'verified'`, "true"},
		{"MostAgenciesAreSilent", `SELECT (count(DISTINCT s.agency_id) < 25)::text FROM reports r JOIN target_series s ON s.id = r.series_id WHERE year = 2026 AND quarter = 4`, "true"},
		{"NothingHappensInTheFuture", `SELECT count(*)::text FROM report_events WHERE at > '2026-11-22 10:00+07'`, "0"},
		{"TheLurahIsTold", `SELECT (count(*) > 0)::text FROM notices n JOIN users u ON u.id = n.user_id WHERE u.login = 'lurah.bendogerit'`, "true"},
		{"TheTrailHolds", `SELECT count(*)::text FROM audit_broken()`, "0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := text(t, d.Owner, tt.query); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	t.Run("OpeningAgainChangesNothing", func(t *testing.T) {
		const all = `SELECT count(*) || ' ' || (SELECT max(id) FROM report_events) FROM reports`
		before := text(t, d.Owner, all)
		if err := demo.OpenQuarter(ctx, d.Owner, files, wib, visited.AddDate(0, 0, 1)); err != nil {
			t.Fatal(err)
		}
		if after := text(t, d.Owner, all); after != before {
			t.Errorf("reports and events: %s, before %s", after, before)
		}
	})
	t.Run("CalendarLeavesItOpen", func(t *testing.T) {
		kept, err := roadmap.KeepPeriods(ctx, d.Owner, wib, visited)
		if err != nil {
			t.Fatal(err)
		}
		if len(kept.Opened)+len(kept.Closed)+len(kept.Written) != 0 {
			t.Errorf("the calendar changed %v", kept)
		}
	})
}
