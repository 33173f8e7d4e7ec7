package scorecard_test

import (
	"testing"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// corrections gives each iteration of a benchmark inputs that were not scored before: a
// report of the demo city is corrected once more, a second later.
type corrections struct {
	db     *bun.DB
	period scoring.Period
	at     time.Time
}

func (c *corrections) next(b *testing.B) (asOf time.Time) {
	b.Helper()
	correct(b, c.db, "dispendukcapil", "DUK-KTP", c.period, c.at)
	c.at = c.at.Add(time.Second)
	return c.at
}

func benchmarkScoring(b *testing.B, whole bool, period scoring.Period) {
	db := newCity(b)
	score(b, db, november.Add(-time.Second), true)
	c := corrections{db: db, period: period, at: november}
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
func BenchmarkScoreCity(b *testing.B) { benchmarkScoring(b, true, newest) }

// BenchmarkRescoreOneReport scores what depends on one corrected report and stores the run:
// on one of the newest period, as in daily work, and on one of the first, on which the
// roll-ups of all seven periods depend.
func BenchmarkRescoreOneReport(b *testing.B) {
	b.Run("Newest", func(b *testing.B) { benchmarkScoring(b, false, newest) })
	b.Run("Oldest", func(b *testing.B) { benchmarkScoring(b, false, scoring.Period{Year: 2025, Quarter: 1}) })
}
