package scoring_test

import (
	"testing"

	"github.com/govalues/decimal"
	"pgregory.net/rapid"

	"petajalan/internal/scoring"
)

// bands of the default scale, as data.
var bands = [][2]string{{"91", "sangat_tinggi"}, {"76", "tinggi"}, {"66", "sedang"}, {"51", "rendah"}, {"", "sangat_rendah"}}

func newRules(t interface {
	Helper()
	Fatal(...any)
}, ceiling string) *scoring.Rules {
	t.Helper()
	list := func(rows [][2]string) (out []scoring.Band) {
		for _, row := range rows {
			b := scoring.Band{Code: row[1]}
			if row[0] != "" {
				b.From = decimal.MustParse(row[0])
			}
			out = append(out, b)
		}
		return out
	}
	words := list([][2]string{{"100", "tercapai"}, {"90", "hampir_tercapai"}, {"", "belum_tercapai"}})
	r, err := scoring.NewRules(decimal.MustParse(ceiling), list(bands), words)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// defaultRules is the rule set of domain.md: cap 100, the default bands.
func defaultRules(t testing.TB) *scoring.Rules {
	t.Helper()
	return newRules(t, "100")
}

// hundredths makes a decimal of a number of hundredths.
func hundredths(v int64) decimal.Decimal { return decimal.MustNew(v, 2) }

// maybe is true once in n.
func maybe(t *rapid.T, n int, label string) bool {
	return rapid.IntRange(1, n).Draw(t, label) == n
}

// amount draws a value that is not negative: round ones, such that hit ties of roll-ups,
// zeros, and ones of all digits that are allowed.
func amount(t *rapid.T, label string) decimal.Decimal {
	switch rapid.IntRange(0, 9).Draw(t, label+" shape") {
	case 0:
		return decimal.Zero
	case 1, 2:
		return hundredths(rapid.SampledFrom([]int64{5000, 8000, 9000, 9100, 9200, 10000, 12000}).Draw(t, label))
	case 3, 4, 5:
		return hundredths(rapid.Int64Range(0, 13000).Draw(t, label))
	case 6, 7:
		return decimal.MustNew(rapid.Int64Range(0, 50).Draw(t, label), 0)
	case 8:
		return decimal.MustNew(rapid.Int64Range(0, 2_000_000).Draw(t, label), 4)
	}
	return decimal.MustNew(rapid.Int64Range(0, 999_999_999_999_999_999).Draw(t, label), 4)
}

// form is a kind with the direction, consolidation and frequency that go with it.
func form(t *rapid.T) scoring.Series {
	s := scoring.Series{
		Direction:     rapid.SampledFrom([]scoring.Direction{"naik", "naik", "naik", "turun", "turun", "tepat", "ya_tidak", "tahapan", "predikat"}).Draw(t, "direction"),
		Frequency:     rapid.SampledFrom([]scoring.Frequency{"triwulanan", "triwulanan", "semesteran", "tahunan"}).Draw(t, "frequency"),
		Consolidation: scoring.Last,
	}
	switch s.Direction {
	case scoring.YesNo:
		s.Kind = scoring.KindYesNo
	case scoring.Milestones:
		s.Kind = scoring.KindMilestone
	case scoring.Predicate:
		s.Kind = scoring.KindPredicate
	default:
		s.Kind = rapid.SampledFrom([]scoring.Kind{"fraction", "number", "index", "range"}).Draw(t, "kind")
		ways := []scoring.Consolidation{scoring.Sum, scoring.Last, scoring.Average}
		if s.Kind == scoring.KindFraction {
			ways = ways[:2]
		}
		s.Consolidation = rapid.SampledFrom(ways).Draw(t, "consolidation")
	}
	return s
}

// targetOf draws a target that the loader would take for the series.
func targetOf(t *rapid.T, s *scoring.Series, label string) *scoring.Target {
	value := amount(t, label)
	switch s.Kind {
	case scoring.KindYesNo:
		return &scoring.Target{Value: decimal.MustNew(rapid.Int64Range(0, 1).Draw(t, label), 0)}
	case scoring.KindPredicate:
		return &scoring.Target{Value: decimal.MustNew(rapid.Int64Range(1, 7).Draw(t, label), 0)}
	}
	if s.Kind != scoring.KindMilestone && maybe(t, 4, label+" range") {
		low, high := amount(t, label+" low"), value
		return &scoring.Target{IsRange: true, Low: low.Min(high), High: low.Max(high)}
	}
	target := &scoring.Target{Value: value}
	if s.Kind == scoring.KindMilestone || !rapid.Bool().Draw(t, label+" steps") {
		return target
	}
	switch n := s.Frequency.DuePerYear(); {
	case s.Consolidation == scoring.Last:
		for range n - 1 {
			target.Steps = append(target.Steps, amount(t, label+" level"))
		}
		target.Steps = append(target.Steps, value)
	case s.Consolidation == scoring.Sum && s.Kind != scoring.KindFraction:
		rest := value.Pad(4).Coef()
		for range n - 1 {
			part := rest
			if !maybe(t, 5, label+" rest") {
				part = rapid.Uint64Range(0, rest).Draw(t, label+" part")
			}
			target.Steps = append(target.Steps, decimal.MustNew(int64(part), 4))
			rest -= part
		}
		target.Steps = append(target.Steps, decimal.MustNew(int64(rest), 4))
	}
	return target
}

// reportOf draws a verified report that has a value.
func reportOf(t *rapid.T, s *scoring.Series) *scoring.Report {
	switch s.Kind {
	case scoring.KindFraction:
		r := &scoring.Report{IsFraction: true, Denominator: amount(t, "denominator")}
		if !r.Denominator.IsZero() {
			r.Numerator = amount(t, "numerator")
		}
		return r
	case scoring.KindYesNo:
		return &scoring.Report{Actual: decimal.MustNew(rapid.Int64Range(0, 1).Draw(t, "done"), 0)}
	case scoring.KindPredicate:
		return &scoring.Report{Actual: decimal.MustNew(rapid.Int64Range(1, 7).Draw(t, "ordinal"), 0)}
	}
	r := &scoring.Report{Actual: amount(t, "actual")}
	if s.Kind != scoring.KindMilestone && maybe(t, 6, "negative") {
		r.Actual = r.Actual.Neg()
	}
	return r
}

// inputOf draws what is known of a period.
func inputOf(t *rapid.T, s *scoring.Series) scoring.Input {
	in := scoring.Input{
		HandedIn: rapid.Bool().Draw(t, "handed in"),
		PastDue:  rapid.Bool().Draw(t, "past due"),
		Exempt:   maybe(t, 12, "exempt"),
		Awaited:  maybe(t, 5, "awaited"), // of any frequency, though the text asks it of yearly ones
	}
	switch rapid.IntRange(0, 9).Draw(t, "report") {
	case 0, 1:
	case 2:
		in.Report = &scoring.Report{NotApplicable: true}
	default:
		in.Report = reportOf(t, s)
	}
	return in
}

// someSeries draws a series of some periods, with plans for most of its years.
func someSeries(t *rapid.T, periods int) *scoring.Series {
	s := form(t)
	s.First = scoring.Period{Year: 2025, Quarter: 1}
	if maybe(t, 6, "begins late") {
		s.First.Quarter = rapid.IntRange(2, 4).Draw(t, "first quarter")
	}
	for range (s.First.Quarter-1+periods+3)/4 - rapid.SampledFrom([]int{0, 0, 0, 0, 0, 0, 1}).Draw(t, "years unknown") {
		s.Years = append(s.Years, yearOf(t, &s))
	}
	for range periods {
		s.Inputs = append(s.Inputs, inputOf(t, &s))
	}
	return &s
}

// yearOf draws the plan of a year.
func yearOf(t *rapid.T, s *scoring.Series) scoring.YearPlan {
	plan := scoring.YearPlan{Weight: rapid.Int64Range(0, 10000).Draw(t, "weight")}
	if maybe(t, 8, "no target") {
		return plan
	}
	plan.Target = targetOf(t, s, "target")
	if maybe(t, 3, "amended") {
		plan.First = targetOf(t, s, "first")
	}
	return plan
}
