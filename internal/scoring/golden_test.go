package scoring_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"petajalan/internal/scoring"
)

var update = flag.Bool("update", false, "write the golden file anew")

// madeUpCity is a small city of two years in which every rule has something to do.
func madeUpCity() *town {
	c := &town{
		goals:      []scoring.PlanGoal{{Code: "T1", Weight: 6000}, {Code: "T2", Weight: 4000}},
		objectives: []scoring.PlanObjective{{Code: "S1.1", Goal: "T1"}, {Code: "S1.2", Goal: "T1"}, {Code: "S2.1", Goal: "T2"}},
	}
	r := reported
	add := func(agency, objective string, weight int64, form string, promises []string, inputs ...scoring.Input) {
		s := line(form, promises, inputs...)
		for len(s.Inputs) < 8 {
			s.Inputs = append(s.Inputs, nothing)
		}
		for y := range s.Years {
			s.Years[y].Weight = weight
		}
		c.places = append(c.places, scoring.PlanSeries{Agency: agency, Objective: objective})
		c.series = append(c.series, s)
	}

	// An agency that reports everything: every direction and consolidation.
	add("dukcapil", "S1.1", 2500, "naik fraction sum triwulanan", []string{"90", "95"},
		r("810/1000"), r("1733/1999"), r("950/1001"), r("1/3"), r("875/1000"), r("0/0"), r("904/977"), r("995/1000"))
	add("dukcapil", "S1.1", 2000, "turun number last triwulanan", []string{"5", "4"},
		r("6"), r("5.5"), r("5"), r("3"), r("8.25"), r("4.1"), r("4"), r("0"))
	add("dukcapil", "S1.2", 1500, "naik number sum triwulanan", []string{"10 20 30 40 = 100", "120"},
		r("8"), r("25"), r("27"), r("36"), r("30"), r("30"), r("30"), r("30"))
	add("dukcapil", "S1.2", 1500, "tepat range last semesteran", []string{"95..105", "98..102"},
		nothing, r("93.5"), nothing, r("107"), nothing, r("100"), nothing, r("97"))
	add("dukcapil", "S2.1", 1500, "naik index average triwulanan", []string{"3.5", "3.6"},
		r("3.41"), r("3.42"), r("3.5"), r("3.62"), r("3.5"), r("3.6"), r("3.7"), r("3.55"))
	add("dukcapil", "S2.1", 1000, "predikat predicate last tahunan", []string{"6", "7"},
		nothing, nothing, nothing, r("5"), nothing, nothing, nothing, waits)

	// One with gaps, lateness, an exception and an amended target.
	add("dlh", "S1.1", 4000, "naik fraction last triwulanan", []string{"80", "70 <- 85"},
		r("3/4"), late, r("2/3"), r("17/21"), r("5/8"), handedIn, exempt(late), r("60/90"))
	add("dlh", "S1.2", 3500, "naik number sum triwulanan", []string{"400", "400 <- 0"},
		r("90"), r("100"), late, r("110"), r("133.3333"), notApplicable, r("80"), r("66.6667"))
	add("dlh", "S2.1", 2500, "turun range sum semesteran", []string{"7..8", "6..8"},
		nothing, r("4.5"), nothing, r("4.5"), nothing, r("-1"), nothing, r("3"))

	// A kelurahan: yearly, milestones, yes or no; one target withdrawn in the second year.
	add("kel-rembang", "S1.1", 5000, "ya_tidak yesno last tahunan", []string{"1", "1"}, nothing, nothing, nothing, r("1"), nothing, nothing, nothing, r("0"))
	add("kel-rembang", "S1.2", 3000, "tahapan milestone last semesteran", []string{"60", "100"},
		nothing, r("30"), nothing, r("60"), nothing, late, nothing, nothing)
	add("kel-rembang", "S2.1", 2000, "turun number last triwulanan", []string{"0", " <- 0"},
		r("0"), r("2"), r("0"), handedIn, r("0"))
	return c
}

// figuresOf writes an achievement on one line.
func figuresOf(s *scoring.Series, a scoring.Achievement) string {
	parts := []string{string(a.State)}
	add := func(name, value string) { parts = append(parts, name+"="+value) }
	target := func(name string, isRange bool, point, low, high scoring.Ratio) {
		if isRange {
			add(name, low.ExactText()+".."+high.ExactText())
		} else {
			add(name, point.ExactText())
		}
	}
	if a.Reason != "" {
		add("reason", fmt.Sprintf("%q", a.Reason))
	}
	add("as_of", a.AsOf.String())
	add("weight", scoring.ScaledText(a.Weight, 2))
	if a.HasTarget {
		target("target", a.TargetRange, a.Target, a.TargetLow, a.TargetHigh)
	}
	if a.HasActual {
		add("actual", a.Actual.ExactText())
		if a.IsFraction || s.Consolidation == scoring.Average {
			add("of", a.Numerator.ExactText()+"/"+a.Denominator.ExactText())
		}
		add("raw", a.Raw.Text(2))
		add("scored", a.Scored.Text(2))
		add("rating", a.Rating)
	}
	if a.HasFirst {
		target("first", a.FirstTargetRange, a.FirstTarget, a.FirstTargetLow, a.FirstTargetHigh)
		if a.HasActual {
			add("first_raw", a.FirstRaw.Text(2))
			add("first_scored", a.FirstScored.Text(2))
		}
	}
	return strings.Join(parts, " ")
}

// TestOutputsOfThisVersionArePinned: a change of testdata/v1.golden is a change of a
// published figure, and asks for another Version and another file.
func TestOutputsOfThisVersionArePinned(t *testing.T) {
	t.Parallel()
	c, rules := madeUpCity(), defaultRules(t)
	plan, all := c.plan(t), c.assess(rules)
	var b strings.Builder
	for i, p := range scoring.PeriodsTo(scoring.Period{Year: 2025, Quarter: 1}, scoring.Period{Year: 2026, Quarter: 4}) {
		achievements := at(all, i)
		if err := plan.CheckWeights(achievements); err != nil {
			t.Error(err)
		}
		fmt.Fprintf(&b, "== %s\n", p)
		for k, a := range achievements {
			fmt.Fprintf(&b, "%s %s %s\n", c.places[k].Agency, c.places[k].Objective, figuresOf(c.series[k], a))
		}
		for _, text := range linesOf(plan.RollUp(rules, achievements)) {
			fmt.Fprintln(&b, text)
		}
	}
	path := filepath.Join("testdata", fmt.Sprintf("v%d.golden", scoring.Version))
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(b.String(), "\n")); diff != "" {
		t.Errorf("outputs of version %d have changed (- golden, + now):\n%s", scoring.Version, diff)
	}
}

// TestTheMadeUpCityIsAsTheTextSays holds the same city against the naive model, so that the
// golden file pins what is right.
func TestTheMadeUpCityIsAsTheTextSays(t *testing.T) {
	t.Parallel()
	c, rules, naive := madeUpCity(), defaultRules(t), naiveRules{"100", bands}
	plan, all := c.plan(t), c.assess(rules)
	states := map[scoring.State]bool{}
	for i, p := range scoring.PeriodsTo(c.series[0].First, scoring.Period{Year: 2026, Quarter: 4}) {
		cells := c.cells(naive, p)
		for k, a := range at(all, i) {
			states[a.State] = true
			if diff := cmp.Diff(cells[k].text(), outcomeOf(c.series[k], a).text()); diff != "" {
				t.Errorf("%s, series %d (- model, + engine):\n%s", p, k, diff)
			}
		}
		if diff := cmp.Diff(naive.rollUp(cells, c.goals), linesOf(plan.RollUp(rules, at(all, i)))); diff != "" {
			t.Errorf("%s (- model, + engine):\n%s", p, diff)
		}
	}
	if len(states) != len(scoring.States) {
		t.Errorf("the city shows the states %v only", states)
	}
}
