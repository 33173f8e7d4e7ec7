package scoring_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/govalues/decimal"
	"pgregory.net/rapid"

	"petajalan/internal/scoring"
)

// mixed draws a town of one to four periods from all kinds of series.
func mixed(t *rapid.T) *town {
	periods := rapid.IntRange(1, 4).Draw(t, "periods")
	return someTown(t, func(t *rapid.T) *scoring.Series {
		s := someSeries(t, periods)
		s.First.Quarter = 1
		return s
	})
}

// byCode indexes scores.
func byCode(scores []scoring.Score) map[string]scoring.Score {
	m := map[string]scoring.Score{}
	for _, s := range scores {
		m[string(s.Level)+" "+s.Code] = s
	}
	return m
}

func TestMoreOfAGoodThingNeverLowersAFigure(t *testing.T) {
	t.Parallel()
	rules := defaultRules(t)
	rapid.Check(t, func(t *rapid.T) {
		c := mixed(t)
		before := c.assess(rules)
		k := rapid.IntRange(0, len(c.series)-1).Draw(t, "which series")
		s := c.series[k]
		i := rapid.IntRange(0, len(s.Inputs)-1).Draw(t, "which period")
		r := s.Inputs[i].Report
		if r == nil || r.NotApplicable || s.Direction == scoring.OnTarget {
			t.Skip("nothing to better")
		}
		better := *r
		by := amount(t, "by")
		switch down := s.Direction == scoring.LowerIsBetter; {
		case r.IsFraction && r.Denominator.IsZero():
			t.Skip("nothing happened")
		case r.IsFraction && down:
			better.Numerator, _ = r.Numerator.SubAbs(by)
			better.Numerator = better.Numerator.Min(r.Numerator)
		case r.IsFraction:
			better.Numerator = add(r.Numerator, by)
		case down:
			better.Actual = add(r.Actual, by.Neg())
		default:
			better.Actual = add(r.Actual, by)
		}
		s.Inputs[i].Report = &better
		after := c.assess(rules)
		plan := c.plan(t)
		for i := range s.Inputs {
			a, b := before[k][i], after[k][i]
			if a.State != b.State || b.Raw.Cmp(a.Raw) < 0 || b.Scored.Cmp(a.Scored) < 0 || b.FirstScored.Cmp(a.FirstScored) < 0 {
				t.Fatalf("period %d: %s raw %s became %s raw %s", i, a.State, a.Raw.Rat(), b.State, b.Raw.Rat())
			}
			old, now := byCode(plan.RollUp(rules, at(before, i))), byCode(plan.RollUp(rules, at(after, i)))
			for code, x := range old {
				y := now[code]
				if y.Score < x.Score || y.Low < x.Low || y.High < x.High || y.FirstScore < x.FirstScore || y.Coverage != x.Coverage {
					t.Fatalf("period %d: %s fell from %+v to %+v", i, code, x, y)
				}
			}
		}
	})
}

func add(a, b decimal.Decimal) decimal.Decimal {
	sum, err := a.Add(b)
	if err != nil {
		panic(err)
	}
	return sum
}

func TestFiguresStayInTheirBounds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ceiling := rapid.SampledFrom([]string{"100", "120"}).Draw(t, "cap")
		rules, c := newRules(t, ceiling), mixed(t)
		most, _ := rules.Cap().Scaled(2)
		all, plan := c.assess(rules), c.plan(t)
		for i := range c.series[0].Inputs {
			for _, a := range at(all, i) {
				for _, figure := range []scoring.Ratio{a.Scored, a.FirstScored} {
					if figure.Sign() < 0 || figure.Cmp(rules.Cap()) > 0 {
						t.Fatalf("scored %s, cap %s", figure.Rat(), ceiling)
					}
				}
			}
			for _, s := range plan.RollUp(rules, at(all, i)) {
				inOrder := 0 <= s.Low && s.Low <= s.High && s.High <= most && 0 <= s.Coverage && s.Coverage <= 10000
				inside := !s.HasScore || (s.Low <= s.Score && s.Score <= s.High)
				firstInside := !s.HasFirstScore || (s.FirstLow <= s.FirstScore && s.FirstScore <= s.FirstHigh)
				if !inOrder || !inside || !firstInside {
					t.Fatalf("out of bounds: %+v", s)
				}
				missing := s.States[scoring.AwaitingVerification] + s.States[scoring.NotReported] + s.States[scoring.Late]
				if missing == 0 && (s.Coverage != 10000 || s.Low != s.High || s.Low != s.Score || s.Rating == "") {
					t.Fatalf("everything is there but unsure: %+v", s)
				}
				if !s.HasScore && (s.Score != 0 || s.Rating != "" || s.Coverage != 0 || s.Low != 0 || s.High != most) {
					t.Fatalf("nothing is there but claimed: %+v", s)
				}
			}
		}
	})
}

func TestTheOrderOfThingsPlaysNoPart(t *testing.T) {
	t.Parallel()
	rules := defaultRules(t)
	rapid.Check(t, func(t *rapid.T) {
		c := mixed(t)
		want := c.plan(t).RollUp(rules, at(c.assess(rules), 0))
		order := make([]int, len(c.series))
		for i := range order {
			order[i] = i
		}
		shuffled := &town{
			goals:      rapid.Permutation(c.goals).Draw(t, "goals"),
			objectives: rapid.Permutation(c.objectives).Draw(t, "objectives"),
		}
		for _, i := range rapid.Permutation(order).Draw(t, "series") {
			shuffled.places, shuffled.series = append(shuffled.places, c.places[i]), append(shuffled.series, c.series[i])
		}
		got := shuffled.plan(t).RollUp(rules, at(shuffled.assess(rules), 0))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("the order matters (- first, + shuffled):\n%s", diff)
		}
	})
}

// TestWhatIsMissingBuysNothing takes a report away: the low end does not rise, the high end
// does not fall, and a rating that is still claimed is the one with the report known. A
// result that is awaited from outside is left out by the rules and not meant here.
func TestWhatIsMissingBuysNothing(t *testing.T) {
	t.Parallel()
	rules := defaultRules(t)
	rapid.Check(t, func(t *rapid.T) {
		c := mixed(t)
		for _, s := range c.series {
			for i := range s.Inputs {
				s.Inputs[i].Awaited = false
			}
		}
		plan, before := c.plan(t), c.assess(rules)
		k := rapid.IntRange(0, len(c.series)-1).Draw(t, "which series")
		s := c.series[k]
		i := rapid.IntRange(0, len(s.Inputs)-1).Draw(t, "which period")
		if s.Inputs[i].Report == nil || s.Inputs[i].Report.NotApplicable {
			t.Skip("nothing to take away")
		}
		s.Inputs[i].Report = nil
		after := c.assess(rules)
		for i := range s.Inputs {
			old, now := byCode(plan.RollUp(rules, at(before, i))), byCode(plan.RollUp(rules, at(after, i)))
			for code, y := range now {
				x, ok := old[code]
				if !ok { // nothing had happened, so that nothing was due
					continue
				}
				if y.Low > x.Low || y.FirstLow > x.FirstLow || y.Coverage > x.Coverage {
					t.Fatalf("period %d: %s rose from %+v to %+v", i, code, x, y)
				}
				if before[k][i].State == scoring.Scored && y.High < x.High {
					t.Fatalf("period %d: high of %s fell from %+v to %+v", i, code, x, y)
				}
				if y.Rating != "" && y.Rating != x.Rating {
					t.Fatalf("period %d: %s claims %s, with the report known %q", i, code, y.Rating, x.Rating)
				}
			}
		}
	})
}

// TestAScoreLiesBetweenItsParts compares an agency with its targets, an objective and a goal
// with the agencies in it, and the city with its goals.
func TestAScoreLiesBetweenItsParts(t *testing.T) {
	t.Parallel()
	rules := defaultRules(t)
	rapid.Check(t, func(t *rapid.T) {
		c := mixed(t)
		all := at(c.assess(rules), 0)
		scores := byCode(c.plan(t).RollUp(rules, all))
		var goals []int64
		for _, g := range c.goals {
			if s := scores["goal "+g.Code]; s.HasScore {
				goals = append(goals, s.Score)
			}
		}
		between(t, scores["city kota"], goals)
		parts := map[string][]int64{}
		goalOf := map[string]string{}
		for _, o := range c.objectives {
			goalOf[o.Code] = o.Goal
		}
		for i, a := range all {
			if a.State != scoring.Scored || a.Weight == 0 {
				continue
			}
			shown, _ := a.Scored.Scaled(2)
			for _, code := range []string{"agency " + c.places[i].Agency, "objective " + c.places[i].Objective, "goal " + goalOf[c.places[i].Objective]} {
				parts[code] = append(parts[code], shown)
			}
		}
		for code, figures := range parts {
			between(t, scores[code], figures)
		}
	})
}

func between(t *rapid.T, s scoring.Score, parts []int64) {
	t.Helper()
	if s.HasScore != (len(parts) > 0) {
		t.Fatalf("%d parts, has a score: %t: %+v", len(parts), s.HasScore, s)
	}
	if s.HasScore && (s.Score < slices.Min(parts) || s.Score > slices.Max(parts)) {
		t.Fatalf("%d is not between its parts %d: %+v", s.Score, parts, s)
	}
}

func TestSplittingAWeightIntoTwoEqualTargetsChangesNothing(t *testing.T) {
	t.Parallel()
	rules := defaultRules(t)
	rapid.Check(t, func(t *rapid.T) {
		c := mixed(t)
		k := rapid.IntRange(0, len(c.series)-1).Draw(t, "which series")
		weight := int64(0)
		if len(c.series[k].Years) > 0 {
			weight = c.series[k].Years[0].Weight
		}
		part := rapid.Int64Range(0, weight).Draw(t, "part")
		split := &town{goals: c.goals, objectives: c.objectives, places: append(slices.Clone(c.places), c.places[k])}
		split.series = append(slices.Clone(c.series), reweighed(c.series[k], part))
		split.series[k] = reweighed(c.series[k], weight-part)

		want, got := c.plan(t).RollUp(rules, at(c.assess(rules), 0)), split.plan(t).RollUp(rules, at(split.assess(rules), 0))
		for _, list := range [][]scoring.Score{want, got} { // the counts are of targets
			for i := range list {
				list[i].Ratings, list[i].States = nil, nil
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("splitting series %d by %d (- whole, + split):\n%s", k, part, diff)
		}
	})
}

// reweighed is the same series with another weight.
func reweighed(s *scoring.Series, weight int64) *scoring.Series {
	c := *s
	c.Years = slices.Clone(s.Years)
	for i := range c.Years {
		c.Years[i].Weight = weight
	}
	return &c
}

func TestWhatIsCarriedEqualsItsOrigin(t *testing.T) {
	t.Parallel()
	rules := defaultRules(t)
	rapid.Check(t, func(t *rapid.T) {
		s := someSeries(t, rapid.IntRange(2, 20).Draw(t, "periods"))
		all := rules.Assess(s)
		p := s.First
		for _, a := range all {
			if a.AsOf != p {
				origin := all[a.AsOf.Since(s.First)]
				if s.Frequency.Due(p.Quarter) || !s.Frequency.Due(a.AsOf.Quarter) || origin.AsOf != a.AsOf || p.Since(a.AsOf) > 3 {
					t.Fatalf("%s has the result of %s", p, a.AsOf)
				}
				origin.Weight = a.Weight
				if got, want := outcomeOf(s, a).text(), outcomeOf(s, origin).text(); got != want {
					t.Fatalf("%s:\n%swant that of %s\n%s", p, got, a.AsOf, want)
				}
			}
			p = p.Next()
		}
	})
}
