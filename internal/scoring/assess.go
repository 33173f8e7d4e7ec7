package scoring

import "github.com/govalues/decimal"

// Target is what was promised for a year: a point (Value), or a range from Low to High.
type Target struct {
	IsRange   bool
	Value     decimal.Decimal
	Low, High decimal.Decimal
	// Steps of a point target, one per due period of the year: parts of a sum that add up
	// to Value, or levels of a last that end in Value. Nil: none were stated.
	Steps []decimal.Decimal
}

// YearPlan is the plan of a series for one year.
type YearPlan struct {
	Target *Target // in force; nil: none, or withdrawn
	First  *Target // first promised; nil means the same as Target
	Weight int64   // share in the agency in hundredths of a per cent; all of an agency sum to 10000
}

// Report is a verified report of one period.
type Report struct {
	IsFraction             bool
	Actual                 decimal.Decimal // unless IsFraction
	Numerator, Denominator decimal.Decimal // of a fraction, both ≥ 0
	NotApplicable          bool            // verified as not applicable: there is no value
}

// Input is what is known of one period of a series at the moment of the run.
type Input struct {
	Report   *Report // verified; nil: none
	HandedIn bool    // a report waits for approval or verification
	PastDue  bool    // the moment of the run is after the deadline of the period
	Exempt   bool    // an accepted exception covers the last day of the period
	Awaited  bool    // the result comes from outside and its usual month has not ended
}

// Series is one target series with everything known of it, from the first period of the
// roadmap on.
type Series struct {
	Kind          Kind
	Direction     Direction
	Consolidation Consolidation
	Frequency     Frequency
	First         Period // period of Inputs[0]
	Years         []YearPlan
	Inputs        []Input
}

// Why a target is left out of the roll-up.
const (
	ReasonNone          = ""
	ReasonNoEvent       = "tidak ada kejadian"
	ReasonAwaited       = "menunggu hasil resmi"
	ReasonNoTargetYear  = "tidak ada target tahun ini"
	ReasonNoTargetSoFar = "target sampai triwulan ini nol"
)

// Achievement is what became of a series in one period, with every part that explains it.
// Fractions are exact; what is shown is rounded once, by the fields in hundredths.
type Achievement struct {
	State  State
	Reason string // why a target is left out, where the engine knows; else empty
	AsOf   Period // the period itself, unless the result is carried
	Weight int64  // hundredths of a per cent, of this year also when carried

	// To date. HasTarget: a target to date exists, in states scored and missing.
	HasTarget   bool
	TargetRange bool
	Target      Ratio // point
	TargetLow   Ratio
	TargetHigh  Ratio
	HasActual   bool // scored
	Actual      Ratio
	IsFraction  bool
	Numerator   Ratio // to date; of an average their sum and number of values
	Denominator Ratio

	// When State is Scored.
	Raw    Ratio
	Scored Ratio // Raw held between 0 and the cap
	Rating string

	// Against the first promise. HasFirst is false where the first target to date is 0
	// and higher is better, and where there is no target.
	HasFirst         bool
	FirstTargetRange bool
	FirstTarget      Ratio
	FirstTargetLow   Ratio
	FirstTargetHigh  Ratio
	FirstRaw         Ratio
	FirstScored      Ratio
}

// Assess returns what became of the series in each of its periods.
func (r *Rules) Assess(s *Series) []Achievement {
	out := make([]Achievement, len(s.Inputs))
	lastDue := -1
	p := s.First
	for i := range s.Inputs {
		a := &out[i]
		due := s.Frequency.Due(p.Quarter)
		r.assess(s, out, i, lastDue, p, due)
		if a.AsOf.IsZero() {
			a.AsOf = p
		}
		a.Weight = s.plan(p).Weight
		if due {
			lastDue = i
		}
		p = p.Next()
	}
	return out
}

func (s *Series) plan(p Period) YearPlan {
	if i := p.Year - s.First.Year; i < len(s.Years) {
		return s.Years[i]
	}
	return YearPlan{}
}

// assess fills out[i]. Where several states fit, the first of this order is it
// (domain.md, "Missing values"): no target this year, exempted, not due or carried, not
// applicable, no target to date, missing, nothing happened to date, scored.
func (r *Rules) assess(s *Series, out []Achievement, i, lastDue int, p Period, due bool) {
	a, in, plan := &out[i], &s.Inputs[i], s.plan(p)
	if plan.Target == nil || s.Direction.noTarget(plan.Target.goal()) {
		a.State, a.Reason = NoTarget, ReasonNoTargetYear
		return
	}
	if in.Exempt {
		a.State = Exempted
		return
	}
	if !due {
		if lastDue < 0 || out[lastDue].State == NoTarget {
			a.State = NotDue
			return
		}
		*a = out[lastDue]
		return
	}
	if in.isAwaited() {
		a.State, a.Reason = Exempted, ReasonAwaited
		return
	}
	if in.Report != nil && in.Report.NotApplicable {
		a.State = NotApplicable
		return
	}

	year := s.yearToDate(i, p)
	g := year.target(s, plan.Target)
	if s.Direction.noTarget(g) {
		a.State, a.Reason = NoTarget, ReasonNoTargetSoFar
		return
	}
	a.HasTarget, a.TargetRange, a.Target, a.TargetLow, a.TargetHigh = true, g.isRange, g.point, g.lo, g.hi
	first := g
	if plan.First != nil {
		first = year.target(s, plan.First)
	}
	if a.HasFirst = !s.Direction.noTarget(first); a.HasFirst {
		a.FirstTargetRange, a.FirstTarget, a.FirstTargetLow, a.FirstTargetHigh = first.isRange, first.point, first.lo, first.hi
	}
	if year.missing != "" {
		a.State = year.missing
		return
	}
	a.IsFraction, a.Numerator, a.Denominator = year.isFraction, year.numerator, year.denominator
	if year.isFraction && year.denominator.Sign() == 0 {
		*a = Achievement{State: NotApplicable, Reason: ReasonNoEvent}
		return
	}
	a.State, a.HasActual, a.Actual = Scored, true, year.actual()
	a.Raw = rawFigure(s.Direction, a.Actual, g)
	a.Scored = r.clamp(a.Raw)
	shown, _ := a.Scored.Scaled(2)
	a.Rating = r.Rating(shown)
	if a.HasFirst {
		a.FirstRaw = a.Raw
		if plan.First != nil {
			a.FirstRaw = rawFigure(s.Direction, a.Actual, first)
		}
		a.FirstScored = r.clamp(a.FirstRaw)
	}
}

func (t *Target) goal() goal {
	return goal{t.IsRange, RatioOf(t.Value), RatioOf(t.Low), RatioOf(t.High)}
}

// isAwaited reports whether a missing report counts as an accepted exception, because the
// result comes from outside and is not announced yet.
func (in *Input) isAwaited() bool { return in.Awaited && in.Report == nil && !in.HandedIn }

// leaves reports whether a due period leaves both sides of the year to date.
func (in *Input) leaves() bool {
	return in.Exempt || in.isAwaited() || (in.Report != nil && in.Report.NotApplicable)
}

func (in *Input) missing() State {
	switch {
	case in.HandedIn:
		return AwaitingVerification
	case in.PastDue:
		return Late
	}
	return NotReported
}

// toDate is what the due periods of a year add up to.
type toDate struct {
	consolidation Consolidation
	missing       State   // empty: everything needed is there
	left          [4]bool // by due period: it counts on neither side
	due           int     // due periods so far, those that are left included
	isFraction    bool
	// Of a fraction, the sums or this period's own; of an average, the sum of the values
	// and their number; otherwise the value and 1.
	numerator, denominator Ratio
}

// yearToDate looks at the due periods of the year up to s.Inputs[i], which is one of them.
func (s *Series) yearToDate(i int, p Period) toDate {
	y := toDate{consolidation: s.Consolidation}
	var gap State
	for q := 1; q <= p.Quarter; q++ {
		if !s.Frequency.Due(q) {
			continue
		}
		j := i - (p.Quarter - q)
		if j < 0 { // before the roadmap: nothing was promised
			y.left[y.due] = true
			y.due++
			continue
		}
		in := &s.Inputs[j]
		y.left[y.due] = in.leaves()
		y.due++
		if in.leaves() || (s.Consolidation == Last && j != i) {
			continue
		}
		if in.Report == nil {
			if gap == "" || j == i {
				gap = in.missing()
			}
			continue
		}
		y.add(in.Report)
	}
	y.missing = gap
	return y
}

func (y *toDate) add(r *Report) {
	switch {
	case r.IsFraction:
		y.isFraction = true
		y.numerator = y.numerator.Add(RatioOf(r.Numerator))
		y.denominator = y.denominator.Add(RatioOf(r.Denominator))
	case y.consolidation == Average:
		y.numerator = y.numerator.Add(RatioOf(r.Actual))
		y.denominator = y.denominator.Add(one)
	default:
		y.numerator = y.numerator.Add(RatioOf(r.Actual))
		y.denominator = one
	}
}

func (y *toDate) actual() Ratio {
	v := y.numerator.Quo(y.denominator)
	if y.isFraction {
		v = v.Mul(hundred)
	}
	return v
}

// target returns the target to date: of a sum of a number the parts of the periods that
// count, of a last the level of this period, and otherwise the target of the year.
func (y *toDate) target(s *Series, t *Target) goal {
	g := t.goal()
	switch {
	case s.Consolidation == Last:
		if t.Steps != nil {
			g.point = RatioOf(t.Steps[y.due-1])
		}
	case s.Consolidation == Sum && s.Kind != KindFraction: // a percentage is never divided over the year
		if t.Steps != nil {
			g.point = Ratio{}
			for k, step := range t.Steps[:y.due] {
				if !y.left[k] {
					g.point = g.point.Add(RatioOf(step))
				}
			}
			return g
		}
		counted := int64(0)
		for _, left := range y.left[:y.due] {
			if !left {
				counted++
			}
		}
		share := NewRatio(counted, int64(s.Frequency.DuePerYear()))
		g.point, g.lo, g.hi = g.point.Mul(share), g.lo.Mul(share), g.hi.Mul(share)
	}
	return g
}

// Restore computes the results of a scored achievement again from its exact value and
// targets to date, as when it was stored without them.
func (r *Rules) Restore(d Direction, a *Achievement) {
	if a.State != Scored {
		return
	}
	a.Raw = rawFigure(d, a.Actual, goal{a.TargetRange, a.Target, a.TargetLow, a.TargetHigh})
	a.Scored = r.clamp(a.Raw)
	shown, _ := a.Scored.Scaled(2)
	a.Rating = r.Rating(shown)
	if a.HasFirst {
		a.FirstRaw = rawFigure(d, a.Actual, goal{a.FirstTargetRange, a.FirstTarget, a.FirstTargetLow, a.FirstTargetHigh})
		a.FirstScored = r.clamp(a.FirstRaw)
	}
}
