package scorecard_test

import (
	"testing"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

func TestAFractionOfManyAgenciesIsDividedOnceAndNeverAveraged(t *testing.T) {
	t.Parallel()
	c := city()
	result := func(n, d string) func(*scorecard.Achievement) {
		return func(a *scorecard.Achievement) { a.ActualNumerator, a.ActualDenominator = &n, &d }
	}
	target(c, tw3, dlh, "TEPAT", scoring.Scored, result("1", "1"))
	target(c, tw3, bendogerit, "TEPAT", scoring.Scored, result("0", "8"))
	target(c, tw3, rembang, "TEPAT", scoring.Scored, result("0", "1"))
	target(c, tw3, kecamatan, "TEPAT", scoring.Late, result("90", "90")) // not verified: not counted
	v := scorecard.NewView(c)
	got := v.Together(v.Indicator("TEPAT"), v.AchievementsFor("TEPAT", tw3))
	if got.Agencies != 3 || show(got.Value) != "10" || show(got.Numerator) != "1" || show(got.Denominator) != "10" || got.Sum != nil {
		t.Errorf("Together = %+v: %s of %s is %s, want 1 of 10 over 3 agencies", got, show(got.Numerator), show(got.Denominator), show(got.Value))
	}
	if show(got.Least) != "0" || show(got.Middle) != "0" || show(got.Most) != "100" {
		t.Errorf("results lie from %s over %s to %s, want 0, 0, 100", show(got.Least), show(got.Middle), show(got.Most))
	}
}

func TestANumberOfManyAgenciesIsTheirMean(t *testing.T) {
	t.Parallel()
	c := city()
	for agency, days := range map[string]string{dlh: "1", bendogerit: "2", rembang: "4", kecamatan: "6"} {
		target(c, tw3, agency, "ADUAN", scoring.Scored, func(a *scorecard.Achievement) { a.Actual = &days })
	}
	v := scorecard.NewView(c)
	got := v.Together(v.Indicator("ADUAN"), v.AchievementsFor("ADUAN", tw3))
	if show(got.Value) != "3.25" || show(got.Sum) != "13" || show(got.Middle) != "3" || got.Numerator != nil {
		t.Errorf("mean %s of sum %s, median %s, want 3.25, 13 and 3", show(got.Value), show(got.Sum), show(got.Middle))
	}
}

func TestWhatMovesInStepsIsNotPutTogether(t *testing.T) {
	t.Parallel()
	c := city()
	c.Indicators[0].Kind = scoring.KindYesNo
	yes := "1"
	for _, agency := range []string{dlh, rembang} {
		target(c, tw3, agency, "ADUAN", scoring.Scored, func(a *scorecard.Achievement) { a.Actual = &yes })
	}
	v := scorecard.NewView(c)
	targets := v.AchievementsFor("ADUAN", tw3)
	if got := v.Together(v.Indicator("ADUAN"), targets); got.Value != nil || got.Agencies != 2 {
		t.Errorf("Together of two answers = %s over %d, want none over 2", show(got.Value), got.Agencies)
	}
	if got := v.Together(v.Indicator("ADUAN"), targets[:1]); show(got.Value) != "1" {
		t.Errorf("Together of one answer = %s, want it", show(got.Value))
	}
	if got := v.Together(v.Indicator("ADUAN"), nil); got.Value != nil || got.Agencies != 0 {
		t.Errorf("Together of nothing = %+v", got)
	}
}

// served adds what was measured of a service.
func served(c *scorecard.Content, agency string, p scoring.Period, done, onTime, answers int, ikm string) {
	r := scorecard.ServiceResult{Service: "ktp", Agency: agency, Period: p, Received: done, Done: done, OnTime: onTime, Uncorrected: done, Respondents: answers}
	if ikm != "" {
		r.IKM = &ikm
	}
	c.Results = append(c.Results, r)
}

func TestAServiceIsPooledFromCountsAndFewAnswersStayHidden(t *testing.T) {
	t.Parallel()
	c := city()
	served(c, dlh, tw3, 1, 1, 30, "90.00")
	served(c, bendogerit, tw3, 99, 9, 10, "70.00")
	served(c, rembang, tw3, 0, 0, 4, "10.00") // too few answers: they do not enter the city's figure
	served(c, dlh, tw2, 0, 0, 4, "80.00")
	history := scorecard.NewView(c).ServiceHistory("ktp")
	if len(history) != 3 {
		t.Fatalf("%d pools, want one for each period", len(history))
	}
	if now := history[2]; show(now.Speed) != "10.00" || show(now.Accuracy) != "100.00" || now.Done != 100 || now.Places != 2 {
		t.Errorf("speed %s of %d in %d places, want 10.00 of 100 in 2", show(now.Speed), now.Done, now.Places)
	}
	if now := history[2]; show(now.Satisfaction) != "85.00" || now.Answers != 40 || now.AnswerPlaces != 2 {
		t.Errorf("satisfaction %s of %d answers in %d places, want 85.00 of 40 in 2", show(now.Satisfaction), now.Answers, now.AnswerPlaces)
	}
	if before := history[1]; before.Speed != nil || before.Satisfaction != nil {
		t.Errorf("nothing finished and four answers give %s and %s", show(before.Speed), show(before.Satisfaction))
	}
	if r := scorecard.SpeedReal(history); r.Verdict != scorecard.ChangeUnknown || r.Change != nil {
		t.Errorf("one period is judged: %+v", r)
	}
	if r := scorecard.SpeedReal(nil); r.Verdict != scorecard.ChangeUnknown {
		t.Errorf("nothing is judged: %+v", r)
	}
}
