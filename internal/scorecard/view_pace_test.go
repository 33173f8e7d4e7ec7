package scorecard_test

import (
	"math/big"
	"math/rand/v2"
	"strconv"
	"testing"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// promise adds the target of a year of an indicator of dlh: a point, or a range written
// with two figures.
func promise(c *scorecard.Content, indicator string, year int, figures ...string) {
	t := scorecard.Target{Agency: dlh, Indicator: indicator, Year: year, Revision: 1}
	switch len(figures) {
	case 1:
		t.Value = &figures[0]
	case 2:
		t.Low, t.High = &figures[0], &figures[1]
	}
	c.Targets = append(c.Targets, t)
}

// pacing is a series as of series, to 2029, with the targets of 2026 and 2029; "" for none.
func pacing(indicator, this, last string, results ...string) (*scorecard.View, scoring.Period) {
	v, p := series(indicator, results...)
	v.Roadmap.LastYear = 2029
	if this != "" {
		promise(v.Content, indicator, 2026, this)
	}
	if last != "" {
		promise(v.Content, indicator, 2029, last)
	}
	return scorecard.NewView(v.Content), p
}

func TestThePaceIsTheWayLeftOverThePeriodsLeft(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		indicator, this, last string
		results               []string
		best                  string // "" for none
		year, end             string // needed; "" for none
		reached, unseen       bool   // of the year
		with                  func(*scorecard.Indicator)
	}{
		// Falls: 2026-TW2, two quarters left of 2026 and 14 to the end of 2029.
		"falling, slower than ever": {"ADUAN", "8", "5", []string{"14", "13", "12", "11", "10.5", "10"}, "1", "1", "0.357142857143", false, false, nil},
		"falling, never so fast":    {"ADUAN", "6", "5", []string{"14", "13", "12", "11", "10.5", "10"}, "1", "2", "0.357142857143", false, true, nil},
		"falling, reached":          {"ADUAN", "10", "5", []string{"14", "13", "12", "11", "10.5", "10"}, "1", "", "0.357142857143", true, false, nil},
		"it only ever rose":         {"ADUAN", "6", "", []string{"5", "6", "7", "8", "9", "10"}, "-1", "2", "", false, true, nil},
		"one result alone":          {"ADUAN", "6", "", []string{"", "", "", "", "", "10"}, "", "2", "", false, false, nil},
		"no step across a gap":      {"ADUAN", "6", "", []string{"30", "", "12", "11.5", "", "10"}, "0.5", "2", "", false, true, nil},
		"last quarter of the year":  {"ADUAN", "6", "4", []string{"14", "13", "12", "11", "10", "10", "10", "10"}, "1", "", "0.5", false, false, nil},
		// A fraction: 140/200 is 70 percent.
		"rising fraction": {"TEPAT", "80", "92", []string{"120", "124", "128", "132", "136", "140"}, "2", "5", "1.571428571429", false, true, nil},
		// Half-yearly: carried in 2026-TW3, one due period left, then two each year.
		"half-yearly": {"IKM", "84", "91", []string{"", "78", "~78", "80", "~80", "80.5", "~80.5"}, "2", "3.5", "1.5", false, true, nil},
		// A number that adds up: 40 a year, 24 so far, two quarters left.
		"a sum": {"ADUAN", "40", "64", []string{"9", "8", "7", "6", "12", "24"}, "12", "8", "16", false, false, func(i *scorecard.Indicator) {
			i.Direction, i.Consolidation = scoring.HigherIsBetter, scoring.Sum
		}},
		"a sum, reached": {"ADUAN", "24", "64", []string{"9", "8", "7", "6", "12", "24"}, "12", "", "16", true, false, func(i *scorecard.Indicator) {
			i.Direction, i.Consolidation = scoring.HigherIsBetter, scoring.Sum
		}},
		// As many as may still come: 30 at most, 24 so far; never fewer than 6 in a quarter.
		"a sum that must stay small": {"ADUAN", "30", "", []string{"9", "8", "7", "6", "12", "24"}, "6", "3", "", false, true, func(i *scorecard.Indicator) {
			i.Consolidation = scoring.Sum
		}},
		"on target, from above":                 {"ADUAN", "6", "", []string{"14", "13", "12", "11", "10.5", "10"}, "1", "2", "", false, true, func(i *scorecard.Indicator) { i.Direction = scoring.OnTarget }},
		"on target, from below":                 {"ADUAN", "12", "", []string{"14", "13", "12", "11", "10.5", "10"}, "-0.5", "1", "", false, true, func(i *scorecard.Indicator) { i.Direction = scoring.OnTarget }},
		"on target this year, to fall for 2029": {"ADUAN", "10", "5", []string{"9", "13", "12", "11", "10.5", "10"}, "1", "", "0.357142857143", true, false, func(i *scorecard.Indicator) { i.Direction = scoring.OnTarget }},
		"no step across a break":                {"ADUAN", "6", "", []string{"30", "29.5", "29", "28.5", "10.5", "10"}, "0.5", "2", "", false, true, func(i *scorecard.Indicator) { i.BreakNote = "Cara ukur berganti pada 2026." }},
		"a predicate":                           {"ADUAN", "6", "7", []string{"3", "3", "4", "4", "4", "4"}, "1", "1", "0.214285714286", false, false, func(i *scorecard.Indicator) { i.Kind, i.Direction = scoring.KindPredicate, scoring.Predicate }},
	} {
		v, p := pacing(tt.indicator, tt.this, tt.last, tt.results...)
		if tt.with != nil {
			tt.with(v.Indicator(tt.indicator))
		}
		if v.Indicator(tt.indicator).Consolidation == scoring.Sum && v.Indicator(tt.indicator).Kind == scoring.KindNumber {
			own := "12" // the quarter's own part of the sum to date
			v.Achievement(dlh, tt.indicator, p).Reported = &own
		}
		pace := v.Pace(dlh, tt.indicator, p)
		if pace == nil {
			t.Errorf("%s: no pace", name)
			continue
		}
		needed := func(to *scorecard.PaceTo) string {
			if to == nil || to.Needed == nil {
				return ""
			}
			return *to.Needed
		}
		best := ""
		if pace.Best != nil {
			best = *pace.Best
		}
		if best != tt.best || needed(pace.Year) != tt.year || needed(pace.End) != tt.end {
			t.Errorf("%s: best %q, this year %q, to the end %q; want %q, %q, %q", name, best, needed(pace.Year), needed(pace.End), tt.best, tt.year, tt.end)
		}
		if pace.Year.Reached != tt.reached || pace.Year.Unseen != tt.unseen {
			t.Errorf("%s: %+v", name, *pace.Year)
		}
	}
}

func TestASumBeginsEachYearFromNothing(t *testing.T) {
	t.Parallel()
	// A yearly sum, 3 in 2025, is carried into 2026: of the 4 of 2026 nothing is there yet.
	v, p := series("ADUAN", "", "", "", "3", "~3", "~3")
	ind := v.Indicator("ADUAN")
	ind.Frequency, ind.Consolidation, ind.Direction = scoring.Yearly, scoring.Sum, scoring.HigherIsBetter
	for i := range v.Achievements {
		v.Achievements[i].AsOf = scoring.Period{Year: 2025, Quarter: 4}
	}
	promise(v.Content, "ADUAN", 2026, "4")
	pace := scorecard.NewView(v.Content).Pace(dlh, "ADUAN", p)
	if pace == nil || orNone(pace.Year.Needed) != "4" || pace.Year.Periods != 1 || orNone(pace.Best) != "3" || !pace.Year.Unseen {
		t.Errorf("%+v", pace)
	}
	// One that must stay small and has not cannot be mended within the year.
	v, p = pacing("ADUAN", "20", "60", "9", "8", "7", "6", "12", "24")
	v.Indicator("ADUAN").Consolidation = scoring.Sum
	pace = v.Pace(dlh, "ADUAN", p)
	if !pace.Year.Beyond || pace.Year.Reached || pace.Year.Needed != nil || orNone(pace.End.Needed) != "15" {
		t.Errorf("%+v to %+v", *pace.Year, *pace.End)
	}
}

func TestACarriedResultIsNoResultOfItsPeriod(t *testing.T) {
	t.Parallel()
	if own := scorecard.OwnResult(&scorecard.Achievement{Period: tw3, AsOf: tw2, Reported: text("80")}); own != nil {
		t.Errorf("%v", own)
	}
}

func TestARangeIsReachedAtItsNearerEnd(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		direction scoring.Direction
		now       string
		needed    string // "" when reached
		falls     bool
	}{
		{scoring.OnTarget, "50", "5", false}, {scoring.OnTarget, "60", "", false}, {scoring.OnTarget, "70", "", false},
		{scoring.OnTarget, "85", "", false}, {scoring.OnTarget, "95", "5", true},
		{scoring.HigherIsBetter, "50", "5", false}, {scoring.HigherIsBetter, "95", "", false},
		{scoring.LowerIsBetter, "95", "5", true}, {scoring.LowerIsBetter, "50", "", true},
	} {
		v, p := series("ADUAN", "70", "70", "70", "70", "70", tt.now)
		v.Indicator("ADUAN").Direction, v.Indicator("ADUAN").Kind = tt.direction, scoring.KindRange
		promise(v.Content, "ADUAN", 2026, "60", "85")
		pace := scorecard.NewView(v.Content).Pace(dlh, "ADUAN", p)
		if pace == nil || orNone(pace.Year.Needed) != map[bool]string{true: "none", false: tt.needed}[tt.needed == ""] || pace.Year.Falls != tt.falls {
			t.Errorf("%s from %s: %+v", tt.direction, tt.now, pace)
		}
	}
}

func TestThereIsNoPaceWhereItMeansNothing(t *testing.T) {
	t.Parallel()
	results := []string{"14", "13", "12", "11", "10.5", "10"}
	for name, with := range map[string]func(*scorecard.View, scoring.Period){
		"yes or no": func(v *scorecard.View, _ scoring.Period) { v.Indicator("ADUAN").Kind = scoring.KindYesNo },
		"no target": func(v *scorecard.View, _ scoring.Period) { *v = *scorecard.NewView(without(v.Content)) },
		"withdrawn": func(v *scorecard.View, _ scoring.Period) {
			promise(v.Content, "ADUAN", 2026)
			*v = *scorecard.NewView(v.Content)
		},
		"no result":  func(v *scorecard.View, p scoring.Period) { v.Achievement(dlh, "ADUAN", p).State = scoring.Late },
		"no figures": func(v *scorecard.View, p scoring.Period) { v.Achievement(dlh, "ADUAN", p).Actual = nil },
	} {
		v, p := pacing("ADUAN", "8", "", results...)
		with(v, p)
		if pace := v.Pace(dlh, "ADUAN", p); pace != nil {
			t.Errorf("%s: %+v", name, pace)
		}
	}
	v, p := pacing("ADUAN", "8", "", results...)
	if v.Pace("entah", "ADUAN", p) != nil || v.Pace(dlh, "ENTAH", p) != nil || v.Pace(dlh, "ADUAN", p.Next()) != nil {
		t.Error("a pace of nothing")
	}
}

func without(c *scorecard.Content) *scorecard.Content {
	c.Targets = nil
	return c
}

// TestGoingAtTheNeededPaceArrives: the latest result plus the needed pace in every period
// left is the target, for any rising or falling series.
func TestGoingAtTheNeededPaceArrives(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(3, 4))
	arrived := 0
	for range 300 {
		results := make([]string, 5+dice.IntN(3))
		for i := range results {
			results[i] = strconv.Itoa(50 + dice.IntN(40))
		}
		v, p := pacing("ADUAN", strconv.Itoa(40+dice.IntN(60)), strconv.Itoa(40+dice.IntN(60)), results...)
		ind := v.Indicator("ADUAN")
		if dice.IntN(2) == 0 {
			ind.Direction = scoring.HigherIsBetter
		}
		pace := v.Pace(dlh, "ADUAN", p)
		for _, to := range []*scorecard.PaceTo{pace.Year, pace.End} {
			better := ratio(t, results[len(results)-1]).Cmp(ratio(t, to.Target))
			if to.Falls {
				better = -better
			}
			if to.Reached != (better >= 0) || (to.Needed == nil) != (to.Reached || to.Periods == 0) {
				t.Fatalf("%v: %+v", results, *to)
			}
			if to.Needed == nil {
				continue
			}
			arrived++
			needed := ratio(t, *to.Needed)
			if needed.Sign() <= 0 {
				t.Fatalf("%v: %s is no way to go", results, *to.Needed)
			}
			if pace.Best != nil && to.Falls == pace.Year.Falls && to.Unseen != (needed.Cmp(ratio(t, *pace.Best)) > 0) {
				t.Fatalf("%v: needed %s, best %s, but %v", results, *to.Needed, *pace.Best, to.Unseen)
			}
			way := needed.Mul(needed, big.NewRat(int64(to.Periods), 1))
			if to.Falls {
				way.Neg(way)
			}
			at := way.Add(way, ratio(t, results[len(results)-1]))
			if off := at.Sub(at, ratio(t, to.Target)); off.Abs(off).Cmp(big.NewRat(1, 1_000_000_000)) > 0 {
				t.Fatalf("%v: %s too far off", results, off.FloatString(12))
			}
		}
	}
	if arrived < 100 {
		t.Errorf("only %d ways were tried", arrived)
	}
}

func ratio(t *testing.T, s string) *big.Rat {
	t.Helper()
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		t.Fatalf("%q is no number", s)
	}
	return r
}
