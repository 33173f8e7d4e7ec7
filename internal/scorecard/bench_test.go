package scorecard_test

import (
	"testing"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// corrections gives each iteration of a benchmark inputs that were not scored before: one
// more report of the demo city is corrected, a second later.
type corrections struct {
	db *bun.DB
	at time.Time
	n  int
}

func (c *corrections) next(b *testing.B) (asOf time.Time) {
	b.Helper()
	periods := scoring.PeriodsTo(scoring.Period{Year: 2025, Quarter: 1}, newest)
	correct(b, c.db, "dispendukcapil", "DUK-KTP", periods[c.n%len(periods)], c.at)
	c.n++
	c.at = c.at.Add(time.Second)
	return c.at
}

func benchmarkScoring(b *testing.B, whole bool) {
	db := newCity(b)
	score(b, db, november.Add(-time.Second), true)
	c := corrections{db: db, at: november}
	b.ResetTimer()
	for b.Loop() {
		b.StopTimer()
		asOf := c.next(b)
		b.StartTimer()
		run, err := scorecard.ScorePeriod(b.Context(), db, scorecard.ScoreOptions{Period: newest, AsOf: asOf, Zone: jakarta, Whole: whole})
		if err != nil {
			b.Fatal(err)
		}
		if run.Reused || (run.BaseID == nil) != whole {
			b.Fatalf("run %d (reused: %v, base: %v) is not the one to measure", run.ID, run.Reused, run.BaseID)
		}
	}
}

// BenchmarkScoreCity scores all of the demo city, seven periods of 788 target series, and
// stores the run.
func BenchmarkScoreCity(b *testing.B) { benchmarkScoring(b, true) }

// BenchmarkRescoreOneReport scores what depends on one corrected report and stores the run.
// The report is of each of the seven periods in turn.
func BenchmarkRescoreOneReport(b *testing.B) { benchmarkScoring(b, false) }
