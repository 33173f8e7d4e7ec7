package scoring

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/govalues/decimal"
)

// A city of the size of the real one.
const (
	benchAgencies   = 51
	benchSeries     = 788
	benchObjectives = 11
	benchGoals      = 5
	benchPeriods    = 20
)

func benchRules(b *testing.B) *Rules {
	b.Helper()
	bands := []Band{{decimal.MustParse("91"), "sangat_tinggi"}, {decimal.MustParse("76"), "tinggi"},
		{decimal.MustParse("66"), "sedang"}, {decimal.MustParse("51"), "rendah"}, {decimal.Zero, "sangat_rendah"}}
	r, err := NewRules(decimal.Hundred, bands, bands)
	if err != nil {
		b.Fatal(err)
	}
	return r
}

// benchLine returns a believable series: half of them fractions, a tenth of the reports
// missing, some targets amended.
func benchLine(rnd *rand.Rand, weight int64) *Series {
	s := &Series{
		Kind: KindNumber, Direction: HigherIsBetter, Frequency: Quarterly, First: Period{Year: 2025, Quarter: 1},
		Consolidation: []Consolidation{Sum, Last, Average}[rnd.IntN(3)],
	}
	if rnd.IntN(2) == 0 {
		s.Kind, s.Consolidation = KindFraction, []Consolidation{Sum, Last}[rnd.IntN(2)]
	}
	if rnd.IntN(4) == 0 {
		s.Direction = LowerIsBetter
	}
	if rnd.IntN(5) == 0 {
		s.Frequency = []Frequency{HalfYearly, Yearly}[rnd.IntN(2)]
	}
	for range (benchPeriods + 3) / 4 {
		plan := YearPlan{Weight: weight, Target: &Target{Value: decimal.MustNew(int64(6000+rnd.IntN(4000)), 2)}}
		if rnd.IntN(20) == 0 {
			plan.First = &Target{Value: decimal.MustNew(int64(6000+rnd.IntN(4000)), 2)}
		}
		s.Years = append(s.Years, plan)
	}
	for range benchPeriods {
		in := Input{PastDue: true}
		switch {
		case rnd.IntN(10) == 0:
		case s.Kind == KindFraction:
			of := int64(100 + rnd.IntN(3000))
			in.Report = &Report{IsFraction: true, Numerator: decimal.MustNew(of*int64(50+rnd.IntN(45))/100, 0), Denominator: decimal.MustNew(of, 0)}
		default:
			in.Report = &Report{Actual: decimal.MustNew(int64(1000+rnd.IntN(9000)), 2)}
		}
		s.Inputs = append(s.Inputs, in)
	}
	return s
}

// benchCity returns the shape of a city and the achievements of its 20 periods.
func benchCity(b *testing.B, r *Rules) (*Plan, [][]Achievement) {
	b.Helper()
	rnd := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same city every time
	var goals []PlanGoal
	var objectives []PlanObjective
	for g := range benchGoals {
		goals = append(goals, PlanGoal{fmt.Sprintf("T%d", g), 2000})
	}
	for o := range benchObjectives {
		objectives = append(objectives, PlanObjective{fmt.Sprintf("S%02d", o), fmt.Sprintf("T%d", o%benchGoals)})
	}
	var places []PlanSeries
	periods := make([][]Achievement, benchPeriods)
	for i := range benchSeries {
		agency := i % benchAgencies
		n := int64(benchSeries / benchAgencies)
		if agency < benchSeries%benchAgencies {
			n++
		}
		weight := 10000 / n
		if i < benchAgencies { // the first of an agency takes the rest
			weight += 10000 % n
		}
		places = append(places, PlanSeries{fmt.Sprintf("A%02d", agency), objectives[rnd.IntN(benchObjectives)].Code})
		for p, a := range r.Assess(benchLine(rnd, weight)) {
			periods[p] = append(periods[p], a)
		}
	}
	plan, err := NewPlan(goals, objectives, places)
	if err != nil {
		b.Fatal(err)
	}
	for _, achievements := range periods {
		if err := plan.CheckWeights(achievements); err != nil {
			b.Fatal(err)
		}
	}
	return plan, periods
}

// BenchmarkAssess is one series through 20 periods.
func BenchmarkAssess(b *testing.B) {
	r := benchRules(b)
	rnd := rand.New(rand.NewPCG(3, 4)) //nolint:gosec // the same series every time
	var lines []*Series
	for range 64 {
		lines = append(lines, benchLine(rnd, 1000))
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		r.Assess(lines[i%len(lines)])
		i++
	}
}

// BenchmarkRollUp is all scores of one period of a city of 788 series.
func BenchmarkRollUp(b *testing.B) {
	r := benchRules(b)
	plan, periods := benchCity(b, r)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		plan.RollUp(r, periods[i%benchPeriods])
		i++
	}
}

// BenchmarkRollUpExactOnly is the same figures in fractions of any size, as they would be
// computed without intervals.
func BenchmarkRollUpExactOnly(b *testing.B) {
	r := benchRules(b)
	plan, periods := benchCity(b, r)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		roll := newRolling(plan, r, periods[i%benchPeriods])
		for _, c := range []choice{inForce, firstPromise} {
			city(plan, ofGoals[fraction](roll, c))
			for _, lists := range [][][]int32{plan.byObjective, plan.byAgency} {
				for _, ids := range lists {
					overAgencies[fraction](roll, ids, c)
				}
			}
		}
		i++
	}
}
