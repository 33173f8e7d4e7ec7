package scoring_test

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/govalues/decimal"

	"petajalan/internal/scoring"
)

// The naive model: domain.md, "Achievement", written down once more from its text in big
// fractions, by definition and without regard to speed. It shares no arithmetic with the
// engine. A nil fraction is one that does not exist.

// naiveRules is the cap and the bands, highest first.
type naiveRules struct {
	ceiling string
	bands   [][2]string // lower bound and code
}

func (r naiveRules) rating(x *big.Rat) string {
	shown := exactly(round(x, 2))
	for _, band := range r.bands {
		if band[0] == "" || shown.Cmp(exactly(band[0])) >= 0 {
			return band[1]
		}
	}
	panic("the bands do not cover the line")
}

func (r naiveRules) clamp(raw *big.Rat) *big.Rat {
	switch ceiling := exactly(r.ceiling); {
	case raw == nil:
		return nil
	case raw.Sign() < 0:
		return new(big.Rat)
	case raw.Cmp(ceiling) > 0:
		return ceiling
	}
	return raw
}

func exactly(s string) *big.Rat {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		panic("no number: " + s)
	}
	return r
}

func of(d decimal.Decimal) *big.Rat { return exactly(d.String()) }

func plus(a, b *big.Rat) *big.Rat  { return new(big.Rat).Add(a, b) }
func minus(a, b *big.Rat) *big.Rat { return new(big.Rat).Sub(a, b) }
func mult(a, b *big.Rat) *big.Rat  { return new(big.Rat).Mul(a, b) }
func div(a, b *big.Rat) *big.Rat   { return new(big.Rat).Quo(a, b) }
func number(n int64) *big.Rat      { return big.NewRat(n, 1) }

// span is a target: from equals to where it is a point.
type span struct{ from, to *big.Rat }

// outcome is what became of a series in a period.
type outcome struct {
	state               scoring.State
	reason              string
	asOf                scoring.Period
	weight              int64
	target, first       *span
	isRange, firstRange bool
	actual              *big.Rat
	top, bottom         *big.Rat // of a fraction or an average
	raw, scored         *big.Rat
	rating              string
	firstRaw            *big.Rat
	firstScored         *big.Rat
}

// naiveSeries answers questions about a series.
type naiveSeries struct {
	*scoring.Series
	rules naiveRules
}

// at returns the input of a period, nil when the roadmap had not begun or has ended.
func (s naiveSeries) at(p scoring.Period) *scoring.Input {
	i := (p.Year-s.First.Year)*4 + p.Quarter - s.First.Quarter
	if i < 0 || i >= len(s.Inputs) {
		return nil
	}
	return &s.Inputs[i]
}

func (s naiveSeries) planOf(year int) scoring.YearPlan {
	if i := year - s.First.Year; i < len(s.Years) {
		return s.Years[i]
	}
	return scoring.YearPlan{}
}

// quarters lists those that are due in every year.
func (s naiveSeries) quarters() []int {
	return map[scoring.Frequency][]int{"triwulanan": {1, 2, 3, 4}, "semesteran": {2, 4}, "tahunan": {4}}[s.Frequency]
}

// likeNaik says whether a target of 0 means that there is none.
func (s naiveSeries) likeNaik() bool { return s.Direction != "turun" && s.Direction != "tepat" }

func spanOf(t *scoring.Target) *span {
	if t.IsRange {
		return &span{of(t.Low), of(t.High)}
	}
	return &span{of(t.Value), of(t.Value)}
}

func (s naiveSeries) isNoTarget(t *span) bool { return s.likeNaik() && t.to.Sign() == 0 }

func awaited(in *scoring.Input) bool { return in.Awaited && in.Report == nil && !in.HandedIn }

func leavesBothSides(in *scoring.Input) bool {
	return in.Exempt || awaited(in) || (in.Report != nil && in.Report.NotApplicable)
}

// soFar lists the due periods of the year up to p that the roadmap has seen, without those
// that leave both sides, as positions among the due quarters.
func (s naiveSeries) soFar(p scoring.Period) (counted []int, inputs []*scoring.Input) {
	for k, q := range s.quarters() {
		in := s.at(scoring.Period{Year: p.Year, Quarter: q})
		if q <= p.Quarter && in != nil && !leavesBothSides(in) {
			counted, inputs = append(counted, k), append(inputs, in)
		}
	}
	return counted, inputs
}

func (s naiveSeries) targetToDate(t *scoring.Target, p scoring.Period) *span {
	whole := spanOf(t)
	switch {
	case s.Consolidation == "last" && t.Steps != nil:
		level := of(t.Steps[slices.Index(s.quarters(), p.Quarter)])
		return &span{level, level}
	case s.Consolidation != "sum" || s.Kind == "fraction":
		return whole
	}
	sum := &span{new(big.Rat), new(big.Rat)}
	counted, _ := s.soFar(p)
	for _, k := range counted {
		n := number(int64(len(s.quarters())))
		part := &span{div(whole.from, n), div(whole.to, n)}
		if t.Steps != nil {
			part = &span{of(t.Steps[k]), of(t.Steps[k])}
		}
		sum = &span{plus(sum.from, part.from), plus(sum.to, part.to)}
	}
	return sum
}

func missingState(in *scoring.Input) scoring.State {
	switch {
	case in.HandedIn:
		return "menunggu_verifikasi"
	case in.PastDue:
		return "terlambat"
	}
	return "belum_lapor"
}

// outcome returns what became of the series in p, by the order in which states fit.
func (s naiveSeries) outcome(p scoring.Period) outcome {
	in, plan := s.at(p), s.planOf(p.Year)
	o := outcome{asOf: p, weight: plan.Weight}
	if plan.Target == nil || s.isNoTarget(spanOf(plan.Target)) {
		o.state, o.reason = "tanpa_target", "tidak ada target tahun ini"
		return o
	}
	if in.Exempt {
		o.state = "dikecualikan"
		return o
	}
	if due := s.quarters(); !slices.Contains(due, p.Quarter) {
		for q := p.Previous(); s.at(q) != nil; q = q.Previous() {
			if !slices.Contains(due, q.Quarter) {
				continue
			}
			if last := s.outcome(q); last.state != "tanpa_target" {
				last.weight = plan.Weight
				return last
			}
			break
		}
		o.state = "belum_jatuh_tempo"
		return o
	}
	if awaited(in) {
		o.state, o.reason = "dikecualikan", "menunggu hasil resmi"
		return o
	}
	if in.Report != nil && in.Report.NotApplicable {
		o.state = "tidak_berlaku"
		return o
	}
	target := s.targetToDate(plan.Target, p)
	if s.isNoTarget(target) {
		o.state, o.reason = "tanpa_target", "target sampai triwulan ini nol"
		return o
	}

	_, needed := s.soFar(p)
	if s.Consolidation == "last" {
		needed = []*scoring.Input{in}
	}
	firstPlan := plan.First
	if firstPlan == nil {
		firstPlan = plan.Target
	}
	o.target, o.isRange = target, plan.Target.IsRange
	if first := s.targetToDate(firstPlan, p); !s.isNoTarget(first) {
		o.first, o.firstRange = first, firstPlan.IsRange
	}
	gap := slices.IndexFunc(needed, func(in *scoring.Input) bool { return in.Report == nil })
	if gap >= 0 {
		o.state = missingState(needed[gap])
		if in.Report == nil {
			o.state = missingState(in)
		}
		return o
	}
	actual, top, bottom := s.actual(needed)
	if actual == nil {
		return outcome{asOf: p, weight: plan.Weight, state: "tidak_berlaku", reason: "tidak ada kejadian"}
	}
	o.state, o.actual, o.top, o.bottom = "dinilai", actual, top, bottom
	o.raw = s.raw(actual, o.target)
	o.scored = s.rules.clamp(o.raw)
	o.rating = s.rules.rating(o.scored)
	if o.first != nil {
		o.firstRaw = s.raw(actual, o.first)
		o.firstScored = s.rules.clamp(o.firstRaw)
	}
	return o
}

// actual returns the value of the reports, nil where nothing happened. top and bottom are
// those of a fraction or of a mean.
func (s naiveSeries) actual(inputs []*scoring.Input) (actual, top, bottom *big.Rat) {
	sum, numerators, denominators := new(big.Rat), new(big.Rat), new(big.Rat)
	for _, in := range inputs {
		sum = plus(sum, of(in.Report.Actual))
		numerators = plus(numerators, of(in.Report.Numerator))
		denominators = plus(denominators, of(in.Report.Denominator))
	}
	switch {
	case s.Kind == "fraction" && denominators.Sign() == 0:
		return nil, nil, nil
	case s.Kind == "fraction":
		return mult(div(numerators, denominators), number(100)), numerators, denominators
	case s.Consolidation == "average":
		n := number(int64(len(inputs)))
		return div(sum, n), sum, n
	}
	return sum, nil, nil
}

// raw is the table of directions.
func (s naiveSeries) raw(r *big.Rat, t *span) *big.Rat {
	if s.Direction == "ya_tidak" {
		if r.Sign() > 0 {
			return number(100)
		}
		return number(0)
	}
	inside := r.Cmp(t.from) >= 0 && r.Cmp(t.to) <= 0
	if inside {
		return number(100) // also the point that is hit, and 0 of 0
	}
	bound := t.from
	if r.Cmp(t.to) > 0 {
		bound = t.to
	}
	percent := func(x *big.Rat) *big.Rat { return mult(x, number(100)) }
	switch {
	case bound.Sign() == 0 && s.Direction == "turun" && r.Sign() < 0:
		return number(100) // better than none
	case bound.Sign() == 0:
		return number(0)
	case s.Direction == "turun":
		return percent(minus(number(2), div(r, bound)))
	case s.Direction == "tepat":
		return minus(number(100), percent(div(new(big.Rat).Abs(minus(r, bound)), bound)))
	}
	return percent(div(r, bound))
}

// text writes an outcome with everything in it, for comparison.
func (o outcome) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %q as of %s weight %d\n", o.state, o.reason, o.asOf, o.weight)
	write := func(name string, isRange bool, values ...*big.Rat) {
		fmt.Fprintf(&b, "%s range=%t", name, isRange)
		for _, v := range values {
			fmt.Fprintf(&b, " %s", v.RatString())
		}
		b.WriteByte('\n')
	}
	target := func(name string, isRange bool, t *span) {
		switch {
		case t == nil:
		case isRange:
			write(name, true, t.from, t.to)
		default:
			write(name, false, t.from)
		}
	}
	target("target", o.isRange, o.target)
	target("first", o.firstRange, o.first)
	if o.actual != nil {
		write("actual", false, o.actual)
		write("raw, scored "+o.rating, false, o.raw, o.scored)
	}
	if o.top != nil {
		write("of", false, o.top, o.bottom)
	}
	if o.firstRaw != nil {
		write("first raw, scored", false, o.firstRaw, o.firstScored)
	}
	return b.String()
}

// outcomeOf brings an achievement of the engine into the form of the model.
func outcomeOf(s *scoring.Series, a scoring.Achievement) outcome {
	o := outcome{state: a.State, reason: a.Reason, asOf: a.AsOf, weight: a.Weight, rating: a.Rating}
	target := func(isRange bool, point, low, high scoring.Ratio) *span {
		if isRange {
			return &span{low.Rat(), high.Rat()}
		}
		return &span{point.Rat(), point.Rat()}
	}
	if a.HasTarget {
		o.target, o.isRange = target(a.TargetRange, a.Target, a.TargetLow, a.TargetHigh), a.TargetRange
	}
	if a.HasFirst {
		o.first, o.firstRange = target(a.FirstTargetRange, a.FirstTarget, a.FirstTargetLow, a.FirstTargetHigh), a.FirstTargetRange
	}
	if a.HasActual {
		o.actual, o.raw, o.scored = a.Actual.Rat(), a.Raw.Rat(), a.Scored.Rat()
		if a.IsFraction || s.Consolidation == "average" {
			o.top, o.bottom = a.Numerator.Rat(), a.Denominator.Rat()
		}
		if a.HasFirst {
			o.firstRaw, o.firstScored = a.FirstRaw.Rat(), a.FirstScored.Rat()
		}
	}
	return o
}
