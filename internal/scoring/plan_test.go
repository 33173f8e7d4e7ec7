package scoring_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/govalues/decimal"

	"petajalan/internal/scoring"
)

func TestABrokenPlanIsRefused(t *testing.T) {
	t.Parallel()
	type (
		goals      = []scoring.PlanGoal
		objectives = []scoring.PlanObjective
		series     = []scoring.PlanSeries
	)
	tests := []struct {
		name       string
		goals      goals
		objectives objectives
		series     series
		want       string
	}{
		{"goal twice", goals{{"T1", 1}, {"T1", 1}}, nil, nil, "T1"},
		{"goal without weight", goals{{"T1", 0}}, nil, nil, "T1"},
		{"objective twice", goals{{"T1", 1}}, objectives{{"S1", "T1"}, {"S1", "T1"}}, nil, "S1"},
		{"objective without goal", goals{{"T1", 1}}, objectives{{"S1", "T2"}}, nil, "S1"},
		{"series without objective", goals{{"T1", 1}}, objectives{{"S1", "T1"}}, series{{"dlh", "S2"}}, "S2"},
	}
	for _, tt := range tests {
		if _, err := scoring.NewPlan(tt.goals, tt.objectives, tt.series); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want one about %s", tt.name, err, tt.want)
		}
	}
}

func TestWeightsOfAnAgencySumToExactly100(t *testing.T) {
	t.Parallel()
	plan, err := scoring.NewPlan([]scoring.PlanGoal{{Code: "T1", Weight: 1}}, []scoring.PlanObjective{{Code: "S1", Goal: "T1"}},
		[]scoring.PlanSeries{{Agency: "dlh", Objective: "S1"}, {Agency: "bkd", Objective: "S1"}, {Agency: "dlh", Objective: "S1"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		weights [3]int64
		want    string
	}{
		{[3]int64{6000, 10000, 4000}, ""},
		{[3]int64{0, 10000, 0}, ""}, // an agency without any target this year
		{[3]int64{6000, 10000, 4001}, "dlh has 100.01"},
		{[3]int64{6000, 9999, 4000}, "bkd has 99.99"},
	} {
		var all []scoring.Achievement
		for _, w := range tt.weights {
			all = append(all, scoring.Achievement{Weight: w})
		}
		err := plan.CheckWeights(all)
		if (tt.want == "") != (err == nil) || (err != nil && (!errors.Is(err, scoring.ErrWeights) || !strings.Contains(err.Error(), tt.want))) {
			t.Errorf("%v: error %v, want %q", tt.weights, err, tt.want)
		}
	}
}

// A rating is claimed only where both ends of the interval are in one band.
func TestARatingIsClaimedOnlyWhenItIsSure(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name           string
		actuals        []string // of targets of equal weight; empty: missing
		score, rating  string
		low, high, cov string
	}{
		{"all there", []string{"80", "90"}, "85.00", "tinggi", "85.00", "85.00", "1.0000"},
		{"half missing", []string{"80", ""}, "80.00", "", "40.00", "90.00", "0.5000"},
		{"a little missing, same band", []string{"40", "40", "40", "40", "40", "40", "40", "40", "40", ""}, "40.00", "sangat_rendah", "36.00", "46.00", "0.9000"},
		{"the ends touch two bands", []string{"100", "100", "100", "100", "100", "100", "100", "100", "100", ""}, "100.00", "", "90.00", "100.00", "0.9000"},
		{"nothing there", []string{"", ""}, "-", "", "0.00", "100.00", "0.0000"},
		{"rounded up into the band", []string{"90.99", "91.00"}, "91.00", "sangat_tinggi", "91.00", "91.00", "1.0000"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := &town{goals: []scoring.PlanGoal{{Code: "T1", Weight: 1}}, objectives: []scoring.PlanObjective{{Code: "S1", Goal: "T1"}}}
			for _, actual := range tt.actuals {
				s := line("naik number last triwulanan", []string{"100"}, late)
				if actual != "" {
					s.Inputs[0] = reported(actual)
				}
				s.Years[0].Weight = 10000 / int64(len(tt.actuals))
				c.series, c.places = append(c.series, s), append(c.places, scoring.PlanSeries{Agency: "dlh", Objective: "S1"})
			}
			rules := defaultRules(t)
			for _, s := range c.plan(t).RollUp(rules, at(c.assess(rules), 0)) {
				score := "-"
				if s.HasScore {
					score = scoring.ScaledText(s.Score, 2)
				}
				low, high, cov := scoring.ScaledText(s.Low, 2), scoring.ScaledText(s.High, 2), scoring.ScaledText(s.Coverage, 4)
				if score != tt.score || s.Rating != tt.rating || low != tt.low || high != tt.high || cov != tt.cov {
					t.Errorf("%s: %s %q [%s, %s] %s, want %s %q [%s, %s] %s", s.Level, score, s.Rating, low, high, cov,
						tt.score, tt.rating, tt.low, tt.high, tt.cov)
				}
			}
		})
	}
}

// Even a scale of one band, in which both ends always are, says nothing about nothing.
func TestNothingReportedHasNoRatingOnAnyScale(t *testing.T) {
	t.Parallel()
	only := []scoring.Band{{Code: "satu"}}
	rules, err := scoring.NewRules(decimal.MustParse("100"), only, only)
	if err != nil {
		t.Fatal(err)
	}
	c := &town{
		goals: []scoring.PlanGoal{{Code: "T1", Weight: 1}}, objectives: []scoring.PlanObjective{{Code: "S1", Goal: "T1"}},
		places: []scoring.PlanSeries{{Agency: "dlh", Objective: "S1"}},
		series: []*scoring.Series{line("naik number last triwulanan", []string{"100"}, late)},
	}
	for _, s := range c.plan(t).RollUp(rules, at(c.assess(rules), 0)) {
		if s.HasScore || s.Rating != "" {
			t.Errorf("%s: rating %q though nothing is reported", s.Level, s.Rating)
		}
	}
}

func TestScoresComeInAFixedOrder(t *testing.T) {
	t.Parallel()
	c, rules := madeUpCity(), defaultRules(t)
	var got []string
	for _, s := range c.plan(t).RollUp(rules, at(c.assess(rules), 7)) {
		got = append(got, string(s.Level)+" "+s.Code)
	}
	want := "city kota, goal T1, goal T2, objective S1.1, objective S1.2, objective S2.1, agency dlh, agency dukcapil, agency kel-rembang"
	if strings.Join(got, ", ") != want {
		t.Errorf("%s, want %s", strings.Join(got, ", "), want)
	}
}

func TestBandsAreHalfOpenAndCoverTheLine(t *testing.T) {
	t.Parallel()
	r := defaultRules(t)
	for v, want := range map[int64]string{
		9100: "sangat_tinggi", 9099: "tinggi", 7600: "tinggi", 7599: "sedang", 6600: "sedang", 6599: "rendah",
		5100: "rendah", 5099: "sangat_rendah", 0: "sangat_rendah", -100: "sangat_rendah", 12000: "sangat_tinggi",
	} {
		if got := r.Rating(v); got != want {
			t.Errorf("Rating(%d) = %s, want %s", v, got, want)
		}
	}
	for v, want := range map[int64]string{10000: "tercapai", 9999: "hampir_tercapai", 9000: "hampir_tercapai", 8999: "belum_tercapai", -1: "belum_tercapai"} {
		if got := r.Word(v); got != want {
			t.Errorf("Word(%d) = %s, want %s", v, got, want)
		}
	}
}

func TestABrokenRuleSetIsRefused(t *testing.T) {
	t.Parallel()
	band := func(from, code string) scoring.Band {
		return scoring.Band{From: decimal.MustParse(from), Code: code}
	}
	good := []scoring.Band{band("50", "baik"), {Code: "kurang"}}
	tests := []struct {
		name         string
		ceiling      string
		bands, words []scoring.Band
	}{
		{"cap below 100", "99.99", good, good},
		{"no bands", "100", nil, good},
		{"no words", "100", good, nil},
		{"bounds rise", "100", []scoring.Band{band("50", "b"), band("60", "a"), {Code: "c"}}, good},
		{"bounds repeat", "100", []scoring.Band{band("50", "b"), band("50", "a"), {Code: "c"}}, good},
		{"a bound that is never shown", "100", []scoring.Band{band("50.001", "a"), {Code: "b"}}, good},
	}
	for _, tt := range tests {
		if _, err := scoring.NewRules(decimal.MustParse(tt.ceiling), tt.bands, tt.words); err == nil {
			t.Errorf("%s: no error", tt.name)
		}
	}
	if _, err := scoring.NewRules(decimal.MustParse("100"), []scoring.Band{band("50.100", "a"), {Code: "b"}}, good); err != nil {
		t.Errorf("zeros at the end of a bound: %v", err)
	}
}
