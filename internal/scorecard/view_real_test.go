package scorecard_test

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// start is the first quarter of the series of these tests.
var start = scoring.Period{Year: 2025, Quarter: 1}

// scores is a city with these scores from 2025-TW1 on; "" leaves a quarter without. What
// follows a "|" is by another rule set.
func scores(figures ...string) (*scorecard.View, scoring.Period) {
	c := city()
	c.Periods = nil
	p, method := start, 1
	for _, f := range figures {
		if rest, found := strings.CutPrefix(f, "|"); found {
			f = rest
			method++
		}
		c.Periods = append(c.Periods, scorecard.PeriodInfo{Period: p})
		c.Period = p
		s := scorecard.Score{Level: scoring.LevelAgency, Code: dlh, Period: p, Low: f, High: f, Coverage: "1.0000", Method: "m" + strconv.Itoa(method)}
		if f != "" {
			s.Score = &f
		}
		c.Scores = append(c.Scores, s)
		p = p.Next()
	}
	return scorecard.NewView(c), c.Period
}

func TestAChangeIsRealOnlyOutsideTheNaturalLimits(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		figures   []string
		want      scorecard.Verdict
		low, high string // "" for none
		points    int
	}{
		// Mean 70.50, moving ranges 1, 1, 1: limits 70.50 ± 2.66.
		"above the limits":            {[]string{"70", "71", "70", "71", "73.17"}, scorecard.ChangeReal, "67.84", "73.16", 4},
		"on the limit":                {[]string{"70", "71", "70", "71", "73.16"}, scorecard.ChangeWithin, "67.84", "73.16", 4},
		"below the limits":            {[]string{"70", "71", "70", "71", "67.83"}, scorecard.ChangeReal, "67.84", "73.16", 4},
		"three earlier points":        {[]string{"70", "71", "70", "99"}, scorecard.ChangeUnknown, "", "", 3},
		"one point":                   {[]string{"70"}, scorecard.ChangeUnknown, "", "", 0},
		"constant, then the same":     {[]string{"80", "80", "80", "80", "80"}, scorecard.ChangeWithin, "80.00", "80.00", 4},
		"constant, then another":      {[]string{"80", "80", "80", "80", "80.01"}, scorecard.ChangeReal, "80.00", "80.00", 4},
		"back towards the middle":     {[]string{"80", "80", "80", "80", "80", "95", "94"}, scorecard.ChangeWithin, "", "", 6},
		"above, but falling":          {[]string{"60", "60", "60", "60", "60", "60", "60", "60", "60", "70", "69"}, scorecard.ChangeWithin, "", "", 10},
		"out before, a small step on": {[]string{"60", "60", "60", "60", "60", "60", "60", "60", "60", "70", "70.5"}, scorecard.ChangeWithin, "", "", 10},
		"out before, a big step on":   {[]string{"60", "60", "60", "60", "60", "60", "60", "60", "60", "70", "73"}, scorecard.ChangeReal, "", "", 10},
		"a gap: no range across it":   {[]string{"70", "71", "", "70", "71", "70", "90"}, scorecard.ChangeReal, "67.74", "73.06", 5},
		"gaps leave too few ranges":   {[]string{"70", "", "71", "", "70", "71", "90"}, scorecard.ChangeUnknown, "", "", 4},
		"nothing in the period":       {[]string{"70", "71", "70", "71", "70", ""}, scorecard.ChangeUnknown, "", "", 5},
		"nothing in the one before":   {[]string{"70", "71", "70", "71", "70", "", "90"}, scorecard.ChangeUnknown, "67.74", "73.06", 5},
		"another rule set before":     {[]string{"10", "10", "10", "|70", "71", "70", "71", "90"}, scorecard.ChangeReal, "67.84", "73.16", 4},
		"another rule set now":        {[]string{"70", "71", "70", "71", "|90"}, scorecard.ChangeUnknown, "", "", 0},
		"rule set changed in a gap":   {[]string{"10", "10", "|", "70", "71", "70", "71", "90"}, scorecard.ChangeReal, "67.84", "73.16", 4},
		"two points after the break":  {[]string{"70", "71", "70", "71", "|80", "81", "99"}, scorecard.ChangeUnknown, "", "", 2},
	} {
		v, p := scores(tt.figures...)
		r := v.Real(scoring.LevelAgency, dlh, p)
		if r.Verdict != tt.want || r.Points != tt.points {
			t.Errorf("%s: %s with %d points, want %s with %d", name, r.Verdict, r.Points, tt.want, tt.points)
		}
		if tt.low != "" && (r.Low == nil || *r.Low != tt.low || *r.High != tt.high) {
			t.Errorf("%s: limits %v to %v, want %s to %s", name, orNone(r.Low), orNone(r.High), tt.low, tt.high)
		}
		if tt.want == scorecard.ChangeUnknown && tt.low == "" && r.Low != nil {
			t.Errorf("%s: limits from too few points", name)
		}
	}
}

func orNone(s *string) string {
	if s == nil {
		return "none"
	}
	return *s
}

func TestWhatMissingDataMayExplainIsNotReal(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		low, high, coverage string
		want                scorecard.Verdict
	}{
		"complete":                {"90.00", "90.00", "1.0000", scorecard.ChangeReal},
		"missing, overlapping":    {"69.00", "95.00", "0.9000", scorecard.ChangeWithin},
		"missing, touching":       {"71", "95.00", "0.9000", scorecard.ChangeWithin},
		"missing, but lies apart": {"71.01", "95.00", "0.9000", scorecard.ChangeReal},
	} {
		v, p := scores("70", "71", "70", "71", "90")
		s := v.Score(scoring.LevelAgency, dlh, p)
		s.Low, s.High, s.Coverage = tt.low, tt.high, tt.coverage
		r := v.Real(scoring.LevelAgency, dlh, p)
		if r.Verdict != tt.want || r.Missing != (tt.want == scorecard.ChangeWithin) {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// TestTheRuleDoesNotKnowUpFromDown mirrors and moves random series: the verdict stays.
func TestTheRuleDoesNotKnowUpFromDown(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(1, 2))
	verdicts := map[scorecard.Verdict]int{}
	for range 500 {
		n := 2 + dice.IntN(9)
		plain, mirrored, moved := make([]string, n), make([]string, n), make([]string, n)
		for i := range n {
			if i < n-1 && dice.IntN(8) == 0 {
				continue // a gap
			}
			f := 4000 + dice.IntN(600)
			if i == n-1 && dice.IntN(2) == 0 {
				f = 3000 + dice.IntN(2600)
			}
			hundredth := func(v int) string { return strconv.Itoa(v/100) + "." + strconv.Itoa(v%100/10) + strconv.Itoa(v%10) }
			plain[i], mirrored[i], moved[i] = hundredth(f), hundredth(10000-f), hundredth(f+1234)
		}
		v, p := scores(plain...)
		want := v.Real(scoring.LevelAgency, dlh, p)
		verdicts[want.Verdict]++
		for _, other := range [][]string{mirrored, moved} {
			v, p := scores(other...)
			if got := v.Real(scoring.LevelAgency, dlh, p); got.Verdict != want.Verdict || got.Points != want.Points {
				t.Fatalf("%v: %s, as %v: %s", plain, want.Verdict, other, got.Verdict)
			}
		}
	}
	for _, v := range []scorecard.Verdict{scorecard.ChangeReal, scorecard.ChangeWithin, scorecard.ChangeUnknown} {
		if verdicts[v] < 20 {
			t.Errorf("only %d series are %s: the dice test little", verdicts[v], v)
		}
	}
}

// series is a city with own results of an indicator of dlh from 2025-TW1 on; "" leaves a
// quarter without a record, "~80" is a carried 80.
func series(indicator string, results ...string) (*scorecard.View, scoring.Period) {
	c := city()
	c.Periods = nil
	p := start
	for _, text := range results {
		c.Periods = append(c.Periods, scorecard.PeriodInfo{Period: p})
		c.Period = p
		figure, carried := strings.CutPrefix(text, "~")
		if figure != "" {
			target(c, p, dlh, indicator, scoring.Scored, func(a *scorecard.Achievement) {
				a.Actual = &figure
				if carried {
					a.AsOf = p.Previous()
					return
				}
				a.Reported = &figure
				if a.Kind == scoring.KindFraction {
					a.Reported, a.Numerator, a.Denominator = nil, &figure, new("200")
					a.ActualNumerator, a.ActualDenominator = &figure, new("200")
				}
			})
		}
		p = p.Next()
	}
	return scorecard.NewView(c), c.Period
}

func TestASeriesIsJudgedByItsOwnResults(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		indicator, note string
		results         []string
		want            scorecard.Verdict
		points          int
	}{
		"a number":                     {"ADUAN", "", []string{"7", "8", "7", "8", "11"}, scorecard.ChangeReal, 4},
		"within":                       {"ADUAN", "", []string{"7", "8", "7", "8", "9"}, scorecard.ChangeWithin, 4},
		"a fraction, in percent":       {"TEPAT", "", []string{"140", "142", "140", "142", "150"}, scorecard.ChangeReal, 4},
		"half-yearly, carried between": {"IKM", "", []string{"", "80", "~80", "81", "~81", "80", "~80", "81", "~81", "90"}, scorecard.ChangeReal, 4},
		"half-yearly, newest carried":  {"IKM", "", []string{"", "80", "~80", "81", "~81", "80", "~80", "81", "~81", "90", "~90"}, scorecard.ChangeReal, 4},
		"half-yearly, too few":         {"IKM", "", []string{"", "80", "~80", "81", "~81", "95"}, scorecard.ChangeUnknown, 2},
		"a break in 2026":              {"ADUAN", "Cara ukur berganti pada 2026.", []string{"7", "8", "7", "8", "20", "21"}, scorecard.ChangeUnknown, 1},
		"a break long ago":             {"ADUAN", "Skema berganti pada 2022.", []string{"7", "8", "7", "8", "11"}, scorecard.ChangeReal, 4},
		"a break nobody dates":         {"ADUAN", "Skema pernah berganti.", []string{"7", "8", "7", "8", "11"}, scorecard.ChangeUnknown, 4},
		"newest missing":               {"ADUAN", "", []string{"7", "8", "7", "8", ""}, scorecard.ChangeUnknown, 4},
		"no such indicator":            {"ENTAH", "", []string{"7", "8", "7", "8", "11"}, scorecard.ChangeUnknown, 0},
	} {
		v, p := series(tt.indicator, tt.results...)
		if ind := v.Indicator(tt.indicator); ind != nil {
			ind.BreakNote = tt.note
		}
		if r := v.SeriesReal(dlh, tt.indicator, p); r.Verdict != tt.want || r.Points != tt.points {
			t.Errorf("%s: %+v, want %s with %d points", name, r, tt.want, tt.points)
		}
	}
	v, p := series("ADUAN", "1", "0", "1", "0", "100")
	v.Indicator("ADUAN").Kind = scoring.KindMilestone
	if r := v.SeriesReal(dlh, "ADUAN", p); r.Verdict != scorecard.ChangeUnknown {
		t.Errorf("steps are judged: %+v", r)
	}
}

func TestANoteOnBreaksNamesItsYears(t *testing.T) {
	t.Parallel()
	years, dated := scorecard.BreakYears("Ombudsman mengganti skema penilaian pada 2022 dan 2025. Sampel 20251 orang.")
	if !dated || len(years) != 2 || !years[2022] || !years[2025] {
		t.Errorf("%v %v", years, dated)
	}
	if _, dated := scorecard.BreakYears(""); dated {
		t.Error("no note, but years")
	}
}

func TestAnIndicatorIsJudgedOverItsAgencies(t *testing.T) {
	t.Parallel()
	c := city()
	c.Periods = nil
	p := start
	for i, figures := range [][2]string{{"60", "80"}, {"62", "80"}, {"60", "80"}, {"62", "80"}, {"90", "96"}} {
		c.Periods, c.Period = append(c.Periods, scorecard.PeriodInfo{Period: p}), p
		target(c, p, dlh, "ADUAN", scoring.Scored, scored(figures[0], figures[0]))
		target(c, p, rembang, "ADUAN", scoring.Scored, scored(figures[1], figures[1]))
		if i < 4 { // without a result in the newest period: not compared
			target(c, p, bendogerit, "ADUAN", scoring.Scored, scored("0", "0"))
		}
		p = p.Next()
	}
	v := scorecard.NewView(c)
	// Means 70, 71, 70, 71, then 93.
	if r := v.IndicatorReal("ADUAN", c.Period); r.Verdict != scorecard.ChangeReal || orNone(r.Change) != "22.00" || orNone(r.High) != "73.16" {
		t.Errorf("%+v", r)
	}
	v.Indicator("ADUAN").Kind = scoring.KindMilestone
	if r := v.IndicatorReal("ADUAN", c.Period); r.Verdict != scorecard.ChangeUnknown {
		t.Errorf("steps are judged: %+v", r)
	}
	if r := v.IndicatorReal("ENTAH", c.Period); r.Verdict != scorecard.ChangeUnknown {
		t.Errorf("%+v", r)
	}
}
