package scoring_test

import (
	"fmt"

	"github.com/govalues/decimal"
	"pgregory.net/rapid"

	"petajalan/internal/scoring"
)

// town is a city with its series.
type town struct {
	goals      []scoring.PlanGoal
	objectives []scoring.PlanObjective
	places     []scoring.PlanSeries // of series
	series     []*scoring.Series
}

// someTown draws a city whose series are drawn by next, which sets no weights. Codes are
// not in the order of their making.
func someTown(t *rapid.T, next func(*rapid.T) *scoring.Series) *town {
	c := &town{}
	for i := range rapid.IntRange(1, 3).Draw(t, "goals") {
		weight := rapid.SampledFrom([]int64{1, 2000, 2500, 3333, 5000, 10000}).Draw(t, "goal weight")
		c.goals = append(c.goals, scoring.PlanGoal{Code: fmt.Sprintf("T%d", 9-i), Weight: weight})
	}
	for i := range rapid.IntRange(1, 4).Draw(t, "objectives") {
		goal := rapid.SampledFrom(c.goals).Draw(t, "goal").Code
		c.objectives = append(c.objectives, scoring.PlanObjective{Code: fmt.Sprintf("S%d", 9-i), Goal: goal})
	}
	for i := range rapid.IntRange(1, 4).Draw(t, "agencies") {
		agency := fmt.Sprintf("dinas-%d", 9-i)
		for _, weight := range weights(t, rapid.IntRange(1, 5).Draw(t, "series")) {
			s := next(t)
			for y := range s.Years {
				s.Years[y].Weight = weight
			}
			objective := rapid.SampledFrom(c.objectives).Draw(t, "objective").Code
			c.places = append(c.places, scoring.PlanSeries{Agency: agency, Objective: objective})
			c.series = append(c.series, s)
		}
	}
	return c
}

// weights draws n weights that sum to 10000: equal ones, that make ties, and any others.
func weights(t *rapid.T, n int) []int64 {
	out := make([]int64, n)
	if equal := rapid.Bool().Draw(t, "equal weights"); equal {
		for i := range out {
			out[i] = 10000 / int64(n)
		}
		out[0] += 10000 % int64(n)
		return out
	}
	rest := int64(10000)
	for i := range n - 1 {
		out[i] = rapid.Int64Range(0, rest).Draw(t, "weight")
		rest -= out[i]
	}
	out[n-1] = rest
	return out
}

// plain draws a series of one period, scored by whole hundredths so that means of them often
// end in exactly half a hundredth, or missing, or left out.
func plain(t *rapid.T) *scoring.Series {
	s := line("naik number last triwulanan", []string{"100"}, scoring.Input{})
	switch rapid.IntRange(0, 11).Draw(t, "state") {
	case 0:
	case 1:
		s.Inputs[0] = late
	case 2:
		s.Inputs[0] = handedIn
	case 3:
		s.Inputs[0] = notApplicable
	case 4: // no decimal: thirds, sevenths, and two large primes
		s.Years[0].Target.Value = decimal.MustParse(rapid.SampledFrom([]string{"3", "7", "999983", "99999999999973"}).Draw(t, "target"))
		fallthrough
	default:
		s.Inputs[0] = scoring.Input{Report: &scoring.Report{Actual: hundredths(rapid.Int64Range(0, 10100).Draw(t, "actual"))}}
	}
	if maybe(t, 6, "amended") {
		s.Years[0].First = &scoring.Target{Value: rapid.SampledFrom([]decimal.Decimal{decimal.Zero, hundredths(20000), hundredths(5000)}).Draw(t, "first")}
	}
	return s
}

// plan returns the shape of the town.
func (c *town) plan(t interface {
	Helper()
	Fatal(...any)
}) *scoring.Plan {
	t.Helper()
	p, err := scoring.NewPlan(c.goals, c.objectives, c.places)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// assess returns the achievements of all series, by series and period.
func (c *town) assess(r *scoring.Rules) [][]scoring.Achievement {
	var out [][]scoring.Achievement
	for _, s := range c.series {
		out = append(out, r.Assess(s))
	}
	return out
}

// at returns those of one period.
func at(all [][]scoring.Achievement, period int) []scoring.Achievement {
	var out []scoring.Achievement
	for _, a := range all {
		out = append(out, a[period])
	}
	return out
}

// cells returns what the naive model makes of a period of the town.
func (c *town) cells(rules naiveRules, p scoring.Period) []cell {
	goalOf := map[string]string{}
	for _, o := range c.objectives {
		goalOf[o.Code] = o.Goal
	}
	var out []cell
	for i, s := range c.series {
		place := c.places[i]
		out = append(out, cell{place.Agency, place.Objective, goalOf[place.Objective], naiveSeries{s, rules}.outcome(p)})
	}
	return out
}
