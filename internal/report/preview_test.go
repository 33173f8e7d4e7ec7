package report_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/demo"
	"petajalan/internal/evidence"
	"petajalan/internal/postgres/postgrestest"
	"petajalan/internal/report"
	"petajalan/internal/roadmap"
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
	"petajalan/seeds"
)

// The demo of these tests, made on a Sunday, and its quarter under way.
var (
	visited  = time.Date(2026, 11, 22, 10, 0, 0, 0, wib)
	underWay = roadmap.Period{Year: 2026, Quarter: 4}
)

// cityUnderWay is the demo without its publications, with the quarter under way open.
func cityUnderWay(t testing.TB) *postgrestest.Database {
	t.Helper()
	d := postgrestest.NewDatabase(t)
	ctx := t.Context()
	if _, err := seeds.Load(ctx, d.Owner, seeds.Files(), demo.PlanKnown(wib)); err != nil {
		t.Fatal(err)
	}
	if err := demo.Fill(ctx, d.Owner, wib); err != nil {
		t.Fatal(err)
	}
	files, err := evidence.OpenFolder(ctx, d.Web, t.TempDir(), visited)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = files.Close() })
	if err := demo.OpenQuarter(ctx, d.Owner, files, wib, visited); err != nil {
		t.Fatal(err)
	}
	return d
}

func userOf(t testing.TB, db *bun.DB, login string) *account.User {
	t.Helper()
	users, err := account.List(t.Context(), db)
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

// exactText is a figure without zeros at the end.
func exactText(r scoring.Ratio) string {
	text := r.ExactText()
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}

// told is an achievement in the words of the table that a run writes.
func told(a scoring.Achievement) string {
	parts := []string{string(a.State)}
	if a.HasTarget {
		parts = append(parts, "target "+exactText(a.Target))
		if a.TargetRange {
			parts[1] = "target " + exactText(a.TargetLow) + "-" + exactText(a.TargetHigh)
		}
	}
	if a.State == scoring.Scored {
		parts = append(parts, "actual "+exactText(a.Actual), "raw "+a.Raw.Text(2), "scored "+a.Scored.Text(2), a.Rating)
	}
	return strings.Join(parts, ", ")
}

func TestPreviewIsWhatARunSaysOnceVerified(t *testing.T) {
	t.Parallel()
	d := cityUnderWay(t)
	ctx := t.Context()
	reviewer := userOf(t, d.Owner, "organisasi")
	q, err := report.LoadQueue(ctx, d.Web, reviewer, report.QueueFilter{Period: underWay}, visited)
	if err != nil {
		t.Fatal(err)
	}
	previews := map[string]string{}
	older := map[string]string{}
	var decisions []report.Decision
	for _, r := range q.Rows {
		if r.Preview == nil {
			t.Errorf("%s has no preview", r.Key)
			continue
		}
		previews[r.Key.Agency+" "+r.Indicator] = told(r.Preview.Achievement)
		for _, p := range r.Older {
			older[fmt.Sprintf("%s %s %s", r.Key.Agency, r.Indicator, p.Period)] = told(p.Result)
		}
		decisions = append(decisions, report.Decision{Key: r.Key, Version: r.Version, Grade: report.SuggestGrade(r.Evidence)})
	}
	outcomes, err := report.VerifyAll(ctx, d.Web, reviewer, decisions, visited)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range outcomes {
		if !o.Done {
			t.Errorf("%s is not verified: %s", o.Key, o.Text)
		}
	}
	run, err := scorecard.ScorePeriod(ctx, d.Owner, scorecard.ScoreOptions{Period: underWay, AsOf: visited, Zone: wib, Whole: true})
	if err != nil {
		t.Fatal(err)
	}
	var rows []struct {
		Agency, Indicator, Told string
		Year, Quarter           int
	}
	err = d.Owner.NewRaw(`
		SELECT a.code AS agency, i.code AS indicator, x.year, x.quarter, concat_ws(', ', x.state,
			'target ' || coalesce(trim_scale(x.target)::text, trim_scale(x.target_low) || '-' || trim_scale(x.target_high)),
			'actual ' || trim_scale(x.actual), 'raw ' || x.raw, 'scored ' || x.scored, x.rating) AS told
		FROM achievements x JOIN target_series s ON s.id = x.series_id JOIN agencies a ON a.id = s.agency_id JOIN indicators i ON i.id = s.indicator_id
		WHERE x.run_id = ?`, run.ID).Scan(ctx, &rows)
	if err != nil {
		t.Fatal(err)
	}
	compared, before := 0, 0
	for _, r := range rows {
		if want, ok := previews[r.Agency+" "+r.Indicator]; ok && r.Year == underWay.Year && r.Quarter == underWay.Quarter {
			compared++
			if r.Told != want {
				t.Errorf("%s of %s: the preview says %s, the run %s", r.Indicator, r.Agency, want, r.Told)
			}
		}
		if want, ok := older[fmt.Sprintf("%s %s %d-TW%d", r.Agency, r.Indicator, r.Year, r.Quarter)]; ok {
			before++
			if r.Told != want {
				t.Errorf("%s of %s in %d-TW%d: the row says %s, the run %s", r.Indicator, r.Agency, r.Year, r.Quarter, want, r.Told)
			}
		}
	}
	if compared < 150 || compared != len(previews) || before < 500 {
		t.Errorf("compared %d of %d previews and %d older results", compared, len(previews), before)
	}
}
