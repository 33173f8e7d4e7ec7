package scoring_test

import (
	"testing"

	"pgregory.net/rapid"
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
