package opendata_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/govalues/decimal"

	"petajalan/internal/opendata"
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// line is one target series of the small city: its target, and its reports by quarter from
// 2025-TW1 on: a number, a fraction 12/15, "-" for nothing, "~" for one that waits, "x" for
// an exception, "n" for not applicable.
type line struct {
	agency, code, objective string
	kind                    scoring.Kind
	direction               scoring.Direction
	way                     scoring.Consolidation
	frequency               scoring.Frequency
	weight                  int64
	target, first           string // "80", "80..90", "0", "40=10,10,10,10"; first "": the same
	reports                 string
}

// smallCity has every direction, every edge of the method and every state.
var smallCity = []line{
	{"dinas-a", "A01", "S1.1", scoring.KindFraction, scoring.HigherIsBetter, scoring.Sum, scoring.Quarterly, 2000, "90", "", "12/15 17/17 2/3 9/10 1/3"},
	{"dinas-a", "A02", "S1.1", scoring.KindNumber, scoring.HigherIsBetter, scoring.Sum, scoring.Quarterly, 1000, "40=10,5,5,20", "44", "9 x 7 20 3"},
	{"dinas-a", "A03", "S1.2", scoring.KindNumber, scoring.LowerIsBetter, scoring.Average, scoring.Quarterly, 1000, "8", "7", "7.5 9 26 8.1 7.7"},
	{"dinas-a", "A04", "S1.2", scoring.KindNumber, scoring.LowerIsBetter, scoring.Last, scoring.Quarterly, 1000, "10", "", "0 5 30 12 20"},
	{"dinas-a", "A05", "S2.1", scoring.KindNumber, scoring.LowerIsBetter, scoring.Last, scoring.Quarterly, 500, "0", "", "0 1 0 n 2"},
	{"dinas-a", "A06", "S2.1", scoring.KindNumber, scoring.OnTarget, scoring.Last, scoring.Quarterly, 1500, "50", "48", "45 55 -3 120 50"},
	{"dinas-a", "A07", "S2.1", scoring.KindYesNo, scoring.YesNo, scoring.Last, scoring.Quarterly, 1000, "1", "", "1 0 1 1 1"},
	{"dinas-a", "A08", "S2.1", scoring.KindNumber, scoring.HigherIsBetter, scoring.Last, scoring.HalfYearly, 2000, "12", "0", "- 11 - 13 -"},
	{"kel-b", "B01", "S1.1", scoring.KindRange, scoring.HigherIsBetter, scoring.Last, scoring.Quarterly, 3333, "80..90", "", "92 85 79 0 100"},
	{"kel-b", "B02", "S1.1", scoring.KindRange, scoring.LowerIsBetter, scoring.Last, scoring.Quarterly, 3333, "7..8", "6..7", "6.5 9 7.5 30 8"},
	{"kel-b", "B03", "S1.2", scoring.KindMilestone, scoring.Milestones, scoring.Last, scoring.Yearly, 1667, "60", "", "- - - 40 -"},
	{"kel-b", "B04", "S2.1", scoring.KindPredicate, scoring.Predicate, scoring.Last, scoring.Quarterly, 1667, "5", "", "3 ~ - 6 4"},
	{"kel-c", "C01", "S1.1", scoring.KindNumber, scoring.HigherIsBetter, scoring.Last, scoring.Quarterly, 5000, "3", "", "- - 1 2 -"},
	{"kel-c", "C02", "S1.2", scoring.KindNumber, scoring.HigherIsBetter, scoring.Last, scoring.Quarterly, 2500, "0", "", "5 5 5 5 5"},
	{"kel-c", "C03", "S2.1", scoring.KindFraction, scoring.HigherIsBetter, scoring.Sum, scoring.Quarterly, 2500, "95", "", "0/0 0/0 7/8 - 3/3"},
}

var quarters = scoring.PeriodsTo(scoring.Period{Year: 2025, Quarter: 1}, scoring.Period{Year: 2026, Quarter: 1})

func number(t testing.TB, s string) decimal.Decimal {
	t.Helper()
	d, err := decimal.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// parseTarget reads a target of a line.
func parseTarget(t testing.TB, s string) *scoring.Target {
	t.Helper()
	value, steps, _ := strings.Cut(s, "=")
	if low, high, isRange := strings.Cut(value, ".."); isRange {
		return &scoring.Target{IsRange: true, Low: number(t, low), High: number(t, high)}
	}
	x := &scoring.Target{Value: number(t, value)}
	if steps != "" {
		for step := range strings.SplitSeq(steps, ",") {
			x.Steps = append(x.Steps, number(t, step))
		}
	}
	return x
}

// smallPublication is the publication of the small city, scored by the engine.
func smallPublication(t testing.TB) *opendata.Publication {
	t.Helper()
	band := func(from, code string) scorecard.Band {
		b := scorecard.Band{Rating: code, Label: strings.ReplaceAll(code, "_", " ")}
		if from != "" {
			b.From = &from
		}
		return b
	}
	c := &scorecard.Content{
		Format: "petajalan-publication-1", Number: 2, Period: quarters[len(quarters)-1], Status: "contoh", Demo: true, Reason: "=Uji coba",
		PublishedAt: time.Date(2026, 4, 30, 2, 0, 0, 0, time.UTC), AsOf: time.Date(2026, 4, 29, 2, 0, 0, 0, time.UTC), InputHash: "00",
		Method: scorecard.Method{ID: "m1", FormulaVersion: 1, Cap: "100.00", Floor: "0.00",
			Bands: []scorecard.Band{band("91", "sangat_tinggi"), band("76", "tinggi"), band("66", "sedang"), band("51", "rendah"), band("", "sangat_rendah")},
			Words: []scorecard.Band{band("100", "tercapai"), band("", "belum")}, Scales: []scorecard.Scale{}, Rollup: []scorecard.Rule{}},
		Goals: []scorecard.Goal{
			{Code: "T1", Name: "Cepat, tepat, \"ramah\"", Weight: "60.00", Objectives: []scorecard.Objective{{Code: "S1.1", Name: "Cepat"}, {Code: "S1.2", Name: "Tepat"}}},
			{Code: "T2", Name: "Terbuka", Weight: "40.00", Objectives: []scorecard.Objective{{Code: "S2.1", Name: "Terbuka"}}},
		},
		Areas: []scorecard.Area{}, Services: []scorecard.Service{}, Results: []scorecard.ServiceResult{}, Satisfaction: []scorecard.Satisfaction{},
		Agencies: []scorecard.Agency{{Code: "dinas-a", Name: "=Dinas A", Kind: "dinas", Reports: true}, {Code: "kel-b", Name: "Kelurahan B", Kind: "kelurahan", Reports: true}, {Code: "kel-c", Name: "Kelurahan C", Kind: "kelurahan", Reports: true}},
	}
	rules := smallRules(t)
	plan, err := scoring.NewPlan([]scoring.PlanGoal{{Code: "T1", Weight: 6000}, {Code: "T2", Weight: 4000}},
		[]scoring.PlanObjective{{Code: "S1.1", Goal: "T1"}, {Code: "S1.2", Goal: "T1"}, {Code: "S2.1", Goal: "T2"}}, planSeries())
	if err != nil {
		t.Fatal(err)
	}
	assessed := make([][]scoring.Achievement, len(smallCity))
	for i, l := range smallCity {
		assessed[i] = rules.Assess(l.series(t))
		c.Indicators = append(c.Indicators, scorecard.Indicator{Code: l.code, Name: "Indikator " + l.code, Objective: l.objective, Goal: goalOf(l.objective), Kind: l.kind, Direction: l.direction, Consolidation: l.way, Frequency: l.frequency, Unit: "buah", Decimals: 2, Steps: []scorecard.MilestoneStep{}, Status: "contoh"})
		c.Targets = append(c.Targets, l.targets(t)...)
	}
	for q, p := range quarters {
		c.Periods = append(c.Periods, scorecard.PeriodInfo{Period: p})
		all := make([]scoring.Achievement, len(smallCity))
		for i, l := range smallCity {
			all[i] = assessed[i][q]
			c.Achievements = append(c.Achievements, l.record(t, &all[i], q))
		}
		if err := plan.CheckWeights(all); err != nil {
			t.Fatal(err)
		}
		for _, s := range plan.RollUp(rules, all) {
			c.Scores = append(c.Scores, scoreRecord(&s, p))
		}
	}
	content, err := scorecard.Canonical(c)
	if err != nil {
		t.Fatal(err)
	}
	hash := sha256.Sum256(content)
	return &opendata.Publication{Content: c, SHA256: hex.EncodeToString(hash[:]), Size: len(content),
		Absolute: func(path string) string { return "https://rapor.example.go.id" + path }}
}

func smallRules(t testing.TB) *scoring.Rules {
	t.Helper()
	band := func(from, code string) scoring.Band { return scoring.Band{From: number(t, from), Code: code} }
	rules, err := scoring.NewRules(decimal.Hundred,
		[]scoring.Band{band("91", "sangat_tinggi"), band("76", "tinggi"), band("66", "sedang"), band("51", "rendah"), band("0", "sangat_rendah")},
		[]scoring.Band{band("100", "tercapai"), band("0", "belum")})
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

func goalOf(objective string) string { return "T" + objective[1:2] }

func planSeries() []scoring.PlanSeries {
	var all []scoring.PlanSeries
	for _, l := range smallCity {
		all = append(all, scoring.PlanSeries{Agency: l.agency, Objective: l.objective})
	}
	return all
}

// series is the line as the engine takes it.
func (l line) series(t testing.TB) *scoring.Series {
	t.Helper()
	s := &scoring.Series{Kind: l.kind, Direction: l.direction, Consolidation: l.way, Frequency: l.frequency, First: quarters[0]}
	for range 2 {
		year := scoring.YearPlan{Target: parseTarget(t, l.target), Weight: l.weight}
		if l.first != "" {
			year.First = parseTarget(t, l.first)
		}
		s.Years = append(s.Years, year)
	}
	for _, r := range strings.Fields(l.reports) {
		in := scoring.Input{PastDue: true}
		switch r {
		case "-":
		case "~":
			in.HandedIn = true
		case "x":
			in.Exempt = true
		case "n":
			in.Report = &scoring.Report{NotApplicable: true}
		default:
			if n, d, fraction := strings.Cut(r, "/"); fraction {
				in.Report = &scoring.Report{IsFraction: true, Numerator: number(t, n), Denominator: number(t, d)}
			} else {
				in.Report = &scoring.Report{Actual: number(t, r)}
			}
		}
		s.Inputs = append(s.Inputs, in)
	}
	return s
}

// targets are the revisions of a line: what was first promised, and what is in force.
func (l line) targets(t testing.TB) []scorecard.Target {
	t.Helper()
	var all []scorecard.Target
	for year := 2025; year <= 2026; year++ {
		for i, text := range []string{l.first, l.target} {
			if text == "" {
				continue
			}
			x := parseTarget(t, text)
			r := scorecard.Target{Agency: l.agency, Indicator: l.code, Year: year, Revision: i + 1, Weight: scoring.ScaledText(l.weight, 2), Status: "contoh"}
			if x.IsRange {
				r.Low, r.High = new(x.Low.String()), new(x.High.String())
			} else {
				r.Value = new(x.Value.String())
			}
			for _, step := range x.Steps {
				r.Steps = append(r.Steps, step.String())
			}
			all = append(all, r)
		}
	}
	return all
}

// record is an achievement as it is published.
func (l line) record(t testing.TB, a *scoring.Achievement, q int) scorecard.Achievement {
	t.Helper()
	exact := func(x scoring.Ratio, there bool) *string {
		if !there {
			return nil
		}
		return new(x.ExactText())
	}
	shown := func(x scoring.Ratio, there bool) *string {
		if !there {
			return nil
		}
		return new(x.Text(2))
	}
	scored := a.State == scoring.Scored
	r := scorecard.Achievement{
		Period: quarters[q], Agency: l.agency, Indicator: l.code, Objective: l.objective, Goal: goalOf(l.objective), Kind: l.kind, Direction: l.direction,
		Consolidation: l.way, Frequency: l.frequency, Unit: "buah", State: a.State, Weight: scoring.ScaledText(a.Weight, 2), AsOf: a.AsOf, Method: "m1", Publication: 2,
		Actual: exact(a.Actual, a.HasActual), ActualNumerator: exact(a.Numerator, a.HasActual && a.IsFraction), ActualDenominator: exact(a.Denominator, a.HasActual && a.IsFraction),
		Target: exact(a.Target, a.HasTarget && !a.TargetRange), TargetLow: exact(a.TargetLow, a.HasTarget && a.TargetRange), TargetHigh: exact(a.TargetHigh, a.HasTarget && a.TargetRange),
		FirstTarget: exact(a.FirstTarget, a.HasFirst && !a.FirstTargetRange), FirstTargetLow: exact(a.FirstTargetLow, a.HasFirst && a.FirstTargetRange), FirstTargetHigh: exact(a.FirstTargetHigh, a.HasFirst && a.FirstTargetRange),
		Raw: shown(a.Raw, scored), Scored: shown(a.Scored, scored), FirstRaw: shown(a.FirstRaw, scored && a.HasFirst), FirstScored: shown(a.FirstScored, scored && a.HasFirst),
	}
	if scored {
		r.Rating = new(a.Rating)
	}
	if a.Reason != "" {
		r.StateReason = new(a.Reason)
	}
	if in := l.series(t).Inputs[q]; in.Report != nil && !in.Report.NotApplicable {
		if in.Report.IsFraction {
			r.Numerator, r.Denominator = new(in.Report.Numerator.String()), new(in.Report.Denominator.String())
		} else {
			r.Reported = new(in.Report.Actual.String())
		}
		r.Provenance = &scorecard.Provenance{Revision: 1, Note: "=HYPERLINK(\"http://jahat\")", Evidence: []scorecard.EvidenceLabel{},
			Reported: &scorecard.Step{Role: "operator", Office: "Dinas, \"A\"", At: time.Date(2025, 4, 2, 3, 0, 0, 0, time.UTC)}}
	}
	return r
}

func scoreRecord(s *scoring.Score, p scoring.Period) scorecard.Score {
	shown := func(v int64, there bool) *string {
		if !there {
			return nil
		}
		return new(scoring.ScaledText(v, 2))
	}
	r := scorecard.Score{
		Level: s.Level, Code: s.Code, Period: p, Score: shown(s.Score, s.HasScore), Low: scoring.ScaledText(s.Low, 2), High: scoring.ScaledText(s.High, 2),
		Coverage: scoring.ScaledText(s.Coverage, 4), Counts: scorecard.Counts{Ratings: s.Ratings, States: s.States},
		FirstScore: shown(s.FirstScore, s.HasFirstScore), FirstLow: shown(s.FirstLow, s.HasFirst), FirstHigh: shown(s.FirstHigh, s.HasFirst), Method: "m1", Publication: 2,
	}
	if s.Rating != "" {
		r.Rating = new(s.Rating)
	}
	return r
}

func TestTheSmallCityHasEveryStateAndDirection(t *testing.T) {
	t.Parallel()
	p := smallPublication(t)
	content, err := scorecard.Canonical(p.Content)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := scorecard.Check(content); err != nil {
		t.Error(err)
	}
	seen := map[string]bool{}
	for _, a := range p.Achievements {
		seen[string(a.State)], seen[string(a.Direction)] = true, true
		seen[fmt.Sprint("first differs ", a.FirstRaw != nil && *a.FirstRaw != *a.Raw)] = true
		seen[fmt.Sprint("no first promise ", a.Raw != nil && a.FirstRaw == nil)] = true
	}
	for _, want := range []string{"dinilai", "menunggu_verifikasi", "terlambat", "belum_jatuh_tempo", "tidak_berlaku", "dikecualikan", "tanpa_target",
		"naik", "turun", "tepat", "ya_tidak", "tahapan", "predikat", "first differs true", "no first promise true"} {
		if !seen[want] {
			t.Errorf("the small city has no %s", want)
		}
	}
	if !slices.ContainsFunc(p.Scores, func(s scorecard.Score) bool { return s.Score != nil && s.Rating == nil }) {
		t.Error("the small city has no score without a sure rating")
	}
}
