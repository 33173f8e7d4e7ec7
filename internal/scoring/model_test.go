package scoring_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"petajalan/internal/scoring"
)

func TestEveryPeriodOfASeriesIsAsTheTextSays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ceiling := rapid.SampledFrom([]string{"100", "120", "150.5"}).Draw(t, "cap")
		s := someSeries(t, rapid.IntRange(1, 20).Draw(t, "periods"))
		naive := naiveSeries{s, naiveRules{ceiling, bands}}
		p := s.First
		for i, a := range newRules(t, ceiling).Assess(s) {
			if got, want := outcomeOf(s, a).text(), naive.outcome(p).text(); got != want {
				t.Fatalf("period %d, %s:\n%swant\n%s", i, p, got, want)
			}
			p = p.Next()
		}
	})
}

// sameScores compares all scores of a town in all its periods with the naive model.
func sameScores(t *rapid.T, c *town, ceiling string) {
	t.Helper()
	rules, naive := newRules(t, ceiling), naiveRules{ceiling, bands}
	plan, all := c.plan(t), c.assess(rules)
	p := c.series[0].First
	for i := range c.series[0].Inputs {
		got, want := linesOf(plan.RollUp(rules, at(all, i))), naive.rollUp(c.cells(naive, p), c.goals)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s, cap %s (- model, + engine):\n%s", p, ceiling, diff)
		}
		p = p.Next()
	}
}

func TestScoresOfAnyCityAreAsTheTextSays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		periods := rapid.IntRange(1, 6).Draw(t, "periods")
		c := someTown(t, func(t *rapid.T) *scoring.Series {
			s := someSeries(t, periods)
			s.First.Quarter = 1
			return s
		})
		sameScores(t, c, rapid.SampledFrom([]string{"100", "120", "150.5"}).Draw(t, "cap"))
	})
}

func TestScoresThatEndInHalfAHundredthAreAsTheTextSays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		sameScores(t, someTown(t, plain), "100")
	})
}

// What is stored are the exact value and the targets to date; the results come back from
// them.
func TestResultsAreRestoredFromTheirInputs(t *testing.T) {
	t.Parallel()
	rules := defaultRules(t)
	rapid.Check(t, func(t *rapid.T) {
		s := someSeries(t, rapid.IntRange(1, 8).Draw(t, "periods"))
		for _, want := range rules.Assess(s) {
			got := want
			got.Raw, got.Scored, got.Rating = scoring.Ratio{}, scoring.Ratio{}, ""
			got.FirstRaw, got.FirstScored = scoring.Ratio{}, scoring.Ratio{}
			rules.Restore(s.Direction, &got)
			if diff := cmp.Diff(outcomeOf(s, want).text(), outcomeOf(s, got).text()); diff != "" {
				t.Fatalf("restored differently (- before, + after):\n%s", diff)
			}
		}
	})
}
