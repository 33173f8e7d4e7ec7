package scorecard_test

import (
	"testing"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

func TestExplainFollowsTheTableOfTheMethod(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name            string
		direction       scoring.Direction
		target, lo, hi  string
		actual          string
		rule, bound     string
		raw, scoredWant string
	}{
		{"higher", scoring.HigherIsBetter, "80", "", "", "70", "naik", "80", "87.50", "87.50"},
		{"higher above a range", scoring.HigherIsBetter, "", "80", "90", "92", "naik", "90", "102.22", "100.00"},
		{"higher below a range", scoring.HigherIsBetter, "", "80", "90", "40", "naik", "80", "50.00", "50.00"},
		{"inside a range", scoring.OnTarget, "", "60", "85", "85", "rentang", "nil", "100.00", "100.00"},
		{"lower, nothing", scoring.LowerIsBetter, "10", "", "", "0", "turun", "10", "200.00", "100.00"},
		{"lower, far above", scoring.LowerIsBetter, "10", "", "", "30", "turun", "10", "-100.00", "0.00"},
		{"lower below a range", scoring.LowerIsBetter, "", "7", "8", "6.5", "turun", "7", "107.14", "100.00"},
		{"lower above a range", scoring.LowerIsBetter, "", "7", "8", "9", "turun", "8", "87.50", "87.50"},
		{"lower against 0, reached", scoring.LowerIsBetter, "0", "", "", "0", "nol", "0", "100.00", "100.00"},
		{"lower against 0, missed", scoring.LowerIsBetter, "0", "", "", "1", "nol", "0", "0.00", "0.00"},
		{"on target, below", scoring.OnTarget, "50", "", "", "45", "tepat", "50", "90.00", "90.00"},
		{"on target, above", scoring.OnTarget, "50", "", "", "55", "tepat", "50", "90.00", "90.00"},
		{"done", scoring.YesNo, "1", "", "", "1", "ya_tidak", "nil", "100.00", "100.00"},
		{"not done", scoring.YesNo, "1", "", "", "0", "ya_tidak", "nil", "0.00", "0.00"},
		{"milestone", scoring.Milestones, "80", "", "", "60", "naik", "80", "75.00", "75.00"},
		{"tie rounds away from zero", scoring.HigherIsBetter, "800", "", "", "1.00004", "naik", "800", "0.13", "0.13"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := city()
			c.Indicators[1].Direction, c.Indicators[1].Frequency = test.direction, scoring.Quarterly
			pointer := func(s string) *string {
				if s == "" {
					return nil
				}
				return &s
			}
			target(c, tw3, dlh, "IKM", scoring.Scored, func(a *scorecard.Achievement) {
				a.Target, a.TargetLow, a.TargetHigh = pointer(test.target), pointer(test.lo), pointer(test.hi)
				a.FirstTarget, a.FirstTargetLow, a.FirstTargetHigh = a.Target, a.TargetLow, a.TargetHigh
				a.Actual = &test.actual
				scored(test.raw, test.scoredWant)(a)
			})
			e := scorecard.NewView(c).Explain(dlh, "IKM", tw3)
			if e == nil || e.Calculation == nil {
				t.Fatalf("Explain = %+v, want a calculation", e)
			}
			got := e.Calculation
			if got.Rule != test.rule || show(got.Bound) != test.bound || got.Raw != test.raw || got.Scored != test.scoredWant || !got.Agrees {
				t.Errorf("Calculation = %+v (bound %s), want rule %s, bound %s, raw %s, scored %s", *got, show(got.Bound), test.rule, test.bound, test.raw, test.scoredWant)
			}
			if e.First != nil {
				t.Error("First promise shown though nothing was amended")
			}
		})
	}
}

func TestExplainSaysWhenThePublishedFigureDiffers(t *testing.T) {
	t.Parallel()
	c := city()
	target(c, tw3, dlh, "IKM", scoring.Scored, func(a *scorecard.Achievement) {
		a.Target, a.Actual = text("80"), text("70")
		scored("87.51", "87.51")(a)
	})
	if e := scorecard.NewView(c).Explain(dlh, "IKM", tw3); e.Calculation.Agrees {
		t.Error("Agrees = true for 87.51 where the formula gives 87.50")
	}
}

func TestExplainDividesAFractionAnew(t *testing.T) {
	t.Parallel()
	c := city()
	for q, n := range []string{"1", "0", "1"} {
		target(c, scoring.Period{Year: 2026, Quarter: q + 1}, dlh, "TEPAT", scoring.Scored, func(a *scorecard.Achievement) {
			a.Numerator, a.Denominator = text(n), text("1")
			a.Target, a.FirstTarget = text("80"), text("80")
			a.ActualNumerator, a.ActualDenominator = text("2"), text("3")
			scored("83.33", "83.33")(a)
		})
	}
	e := scorecard.NewView(c).Explain(dlh, "TEPAT", tw3)
	if len(e.Quarters) != 3 || e.Counted != 3 || e.DueYear != 4 {
		t.Fatalf("Explain: %d quarters, %d counted of %d, want 3, 3 of 4", len(e.Quarters), e.Counted, e.DueYear)
	}
	if e.Calculation.Actual != "66.666666666667" || e.Calculation.Raw != "83.33" || e.Current.Way != scorecard.PromiseWhole {
		t.Errorf("Calculation = %+v, way %s", *e.Calculation, e.Current.Way)
	}
}

func TestExplainTakesLeftOutQuartersFromBothSides(t *testing.T) {
	t.Parallel()
	c := city()
	c.Indicators[0].Consolidation, c.Indicators[0].Direction = scoring.Sum, scoring.HigherIsBetter
	c.Targets = []scorecard.Target{{Agency: dlh, Indicator: "ADUAN", Year: 2026, Revision: 1, Value: text("12"), Status: "contoh"}}
	values := []*string{text("4"), nil, text("2")}
	for q, v := range values {
		state := scoring.Scored
		if v == nil {
			state = scoring.NotApplicable
		}
		target(c, scoring.Period{Year: 2026, Quarter: q + 1}, dlh, "ADUAN", state, func(a *scorecard.Achievement) {
			a.Reported, a.Actual = v, text("6")
			a.Target, a.FirstTarget = text("6"), text("6")
			scored("100.00", "100.00")(a)
		})
	}
	e := scorecard.NewView(c).Explain(dlh, "ADUAN", tw3)
	if e.Counted != 2 || !e.Quarters[1].LeftOut || e.Quarters[1].Missing {
		t.Errorf("Counted = %d, second quarter = %+v, want 2 and left out", e.Counted, e.Quarters[1])
	}
	if e.Current.Way != scorecard.PromiseShare || show(e.Quarters[0].Target) != "3" || !e.Calculation.Agrees {
		t.Errorf("way = %s, part = %s, calculation = %+v", e.Current.Way, show(e.Quarters[0].Target), *e.Calculation)
	}
}

func TestExplainShowsBothPromisesWhenAmended(t *testing.T) {
	t.Parallel()
	c := city()
	c.Targets = []scorecard.Target{
		{Agency: dlh, Indicator: "IKM", Year: 2026, Revision: 1, Value: text("90"), Status: "contoh"},
		{Agency: dlh, Indicator: "IKM", Year: 2026, Revision: 2, Value: text("80"), Status: "contoh", Reason: "Pagu turun"}}
	target(c, tw2, dlh, "IKM", scoring.Scored, func(a *scorecard.Achievement) {
		a.Reported, a.Actual, a.Target, a.FirstTarget = text("72"), text("72"), text("80"), text("90")
		a.FirstRaw, a.FirstScored = text("80.00"), text("80.00")
		scored("90.00", "90.00")(a)
	})
	target(c, tw3, dlh, "IKM", scoring.Scored, func(a *scorecard.Achievement) {
		a.AsOf = tw2
		a.Actual, a.Target, a.FirstTarget = text("72"), text("80"), text("90")
		a.FirstRaw, a.FirstScored = text("80.00"), text("80.00")
		scored("90.00", "90.00")(a)
	})
	e := scorecard.NewView(c).Explain(dlh, "IKM", tw3)
	if e.Origin.Period != tw2 || len(e.Quarters) != 1 || show(e.Quarters[0].Value) != "72" {
		t.Errorf("Origin = %s, quarters = %+v, want those of TW2", e.Origin.Period, e.Quarters)
	}
	if e.First == nil || e.First.Target.Revision != 1 || e.Current.Target.Reason != "Pagu turun" {
		t.Fatalf("First = %+v, current = %+v", e.First, e.Current.Target)
	}
	if e.FirstCalculation == nil || e.FirstCalculation.Raw != "80.00" || !e.FirstCalculation.Agrees {
		t.Errorf("FirstCalculation = %+v, want 80.00", e.FirstCalculation)
	}
}

func TestExplainGivesNoCalculationForWhatIsMissing(t *testing.T) {
	t.Parallel()
	c := city()
	target(c, tw3, dlh, "TEPAT", scoring.Late, nil)
	v := scorecard.NewView(c)
	e := v.Explain(dlh, "TEPAT", tw3)
	if e == nil || e.Calculation != nil || e.Part != nil || !e.Quarters[2].Missing {
		t.Errorf("Explain of a late target = %+v", e)
	}
	if v.Explain(dlh, "IKM", tw3) != nil {
		t.Error("Explain found a target that is not there")
	}
}

func TestPartsAndPortionsAddUpToTheScore(t *testing.T) {
	t.Parallel()
	c := city()
	weigh := func(w, s string) func(*scorecard.Achievement) {
		return func(a *scorecard.Achievement) { a.Weight = w; a.Actual, a.Target = &s, text("100"); scored(s, s)(a) }
	}
	target(c, tw3, dlh, "IKM", scoring.Scored, weigh("30", "80.00"))
	target(c, tw3, dlh, "TEPAT", scoring.Late, weigh("20", "")) // due, missing
	c.Achievements[1].Scored, c.Achievements[1].Raw = nil, nil
	target(c, tw3, dlh, "ADUAN", scoring.Scored, weigh("50", "40.00"))
	c.Achievements[2].Actual = text("160") // lower is better
	agencyScore(c, dlh, tw3, text("55.00"))
	v := scorecard.NewView(c)
	got := v.Portions(dlh, tw3)
	if len(got) != 2 || got[0].Goal.Code != "T1" || got[0].Points != "30.00" || got[0].Weight != "37.50" || got[0].Targets != 2 || got[0].Scored != 1 || got[1].Points != "25.00" {
		t.Errorf("Portions = %+v", got)
	}
	if p := v.Explain(dlh, "IKM", tw3).Part; p == nil || p.Weights != "80" || p.Points != "30.00" || show(p.Score) != "55.00" {
		t.Errorf("Part = %+v, want 30 of 55", p)
	}
}

func TestRollUpsAreTakenApartWithoutRoundingFirst(t *testing.T) {
	t.Parallel()
	c := city()
	// Shown as 33.34 and 33.33, whose mean would be 33.34; the mean of the exact ones is 33.33.
	for indicator, actual := range map[string]string{"IKM": "33.335", "ADUAN": "166.675"} {
		target(c, tw3, dlh, indicator, scoring.Scored, func(a *scorecard.Achievement) {
			a.Weight, a.Target, a.Actual = "50", text("100"), &actual
			scored("33.34", "33.34")(a)
		})
	}
	v := scorecard.NewView(c)
	mean, weights, n := v.WeightedMean(v.AchievementsOf(dlh, tw3))
	if show(mean) != "33.33" || weights != "100" || n != 2 {
		t.Errorf("WeightedMean = %s over %s of %d, want 33.33 over 100 of 2", show(mean), weights, n)
	}
	if s := v.Span(dlh, tw3); s == nil || s.Points != "33.33" || s.Missing != "0.00" {
		t.Errorf("Span = %+v, want 33.33", s)
	}
}
