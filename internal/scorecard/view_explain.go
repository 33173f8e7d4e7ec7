package scorecard

import (
	"math/big"

	"petajalan/internal/scoring"
)

// Explanation is everything needed to follow one figure back to what was reported: the
// formula with its own numbers, step by step. Its numbers are exact decimals unless a
// field says otherwise.
type Explanation struct {
	Agency      *Agency
	Indicator   *Indicator
	Goal        *Goal
	Objective   *Objective
	Achievement *Achievement // of the period asked for
	// Origin is the record whose report and calculation it is: the achievement itself,
	// or that of the period it was carried from.
	Origin   *Achievement
	Quarters []QuarterPart // due periods of the year of Origin up to it; empty before the first
	DueYear  int           // how many periods of the year are due
	Counted  int           // how many of Quarters count: those left out do not

	Current Promise  // the target in force
	First   *Promise // the one first promised; nil when it is the same

	Calculation      *Calculation // nil when it is not scored
	FirstCalculation *Calculation // against the first promise; nil when that is the same, or there is none
	Part             *Part        // its share of the agency's score; nil when it is not scored
}

// QuarterPart is one due period of the year to date.
type QuarterPart struct {
	Achievement *Achievement // nil when the publication has no record of it
	Period      scoring.Period
	LeftOut     bool    // not applicable or excepted: counts on neither side
	Missing     bool    // no verified value
	Value       *string // the number that goes into the year to date; of a fraction nil, see Achievement
	Target      *string // its part of the target, or its level; nil where only the year's target counts
}

// How a target to date comes from the target of the year.
const (
	PromiseWhole = "penuh"   // the year's target itself
	PromiseShare = "bagian"  // the year's target × counted periods / due periods of the year
	PromiseSteps = "jumlah"  // the sum of the steps of the counted periods
	PromiseLevel = "tingkat" // the level set for this period
)

// Promise is a target of the year and what it makes to date.
type Promise struct {
	Target           *Target // nil: none that year
	Way              string  // one of the Promise words
	Value, Low, High *string // to date
}

// The rules of calculation: which line of the method's table a figure follows.
const (
	RuleHigher   = "naik"    // R / T × 100
	RuleLower    = "turun"   // (2 − R / T) × 100
	RuleOnTarget = "tepat"   // 100 − |R − T| / T × 100
	RuleInside   = "rentang" // within the range: 100
	RuleYesNo    = "ya_tidak"
	RuleZero     = "nol" // the number to divide by is 0: reached gives 100, else 0
)

// Calculation is the formula of one figure with its numbers.
type Calculation struct {
	Rule   string
	Actual string  // R; of a fraction numerator / denominator × 100, at most 12 decimals
	Bound  *string // T, or the bound of the range that is divided by; nil inside a range and for yes or no
	Raw    string  // recomputed here from what the publication holds, 2 decimals
	Scored string  // Raw brought between 0 and the cap, 2 decimals
	Agrees bool    // Raw and Scored are the figures of the publication
}

// Explain tells how the figure of an agency, indicator and period came about; nil when
// the publication has no such target.
func (v *View) Explain(agency, indicator string, p scoring.Period) *Explanation {
	a, ind := v.Achievement(agency, indicator, p), v.Indicator(indicator)
	if a == nil || ind == nil {
		return nil
	}
	e := &Explanation{Agency: v.Agency(agency), Indicator: ind, Achievement: a, Origin: a, DueYear: ind.Frequency.DuePerYear()}
	e.Objective, e.Goal = v.Objective(a.Objective)
	if a.IsCarried() {
		if origin := v.Achievement(agency, indicator, a.AsOf); origin != nil {
			e.Origin = origin
		}
	}
	current, first := v.TargetPair(agency, indicator, a.AsOf.Year)
	v.fillQuarters(e, ind, current)
	e.Current = promise(ind, current, a.Target, a.TargetLow, a.TargetHigh)
	if first != current || a.IsAmended() {
		p := promise(ind, first, a.FirstTarget, a.FirstTargetLow, a.FirstTargetHigh)
		e.First = &p
	}
	if a.State != scoring.Scored {
		return e
	}
	e.Calculation = v.calculate(ind, a, e.Current, a.Raw, a.Scored)
	if e.First != nil && a.FirstRaw != nil {
		e.FirstCalculation = v.calculate(ind, a, *e.First, a.FirstRaw, a.FirstScored)
	}
	e.Part = v.part(a)
	return e
}

// fillQuarters lists the due periods of the origin's year up to it.
func (v *View) fillQuarters(e *Explanation, ind *Indicator, target *Target) {
	year := e.Achievement.AsOf.Year
	for q, i := 1, -1; q <= e.Achievement.AsOf.Quarter; q++ {
		if !ind.Frequency.Due(q) {
			continue
		}
		i++
		p := scoring.Period{Year: year, Quarter: q}
		part := QuarterPart{Period: p, Achievement: v.Achievement(e.Achievement.Agency, ind.Code, p)}
		if target != nil {
			part.Target = quarterTarget(ind, target, i)
		}
		if b := part.Achievement; b != nil {
			part.Value = b.Reported
			reported := b.Reported != nil || b.Numerator != nil
			part.LeftOut = !reported && (b.State == scoring.NotApplicable || b.State == scoring.Exempted)
			part.Missing = !reported && !part.LeftOut
		} else {
			part.Missing = true
		}
		if !part.LeftOut {
			e.Counted++
		}
		e.Quarters = append(e.Quarters, part)
	}
}

// quarterTarget is the i-th due period's part or level of the target; nil where only the
// year's target counts.
func quarterTarget(ind *Indicator, t *Target, i int) *string {
	if i < len(t.Steps) {
		return &t.Steps[i]
	}
	year := number(t.Value)
	if year == nil || ind.Kind == scoring.KindFraction || ind.Consolidation != scoring.Sum {
		return nil
	}
	s := plainText(year.Quo(year, big.NewRat(int64(ind.Frequency.DuePerYear()), 1)))
	return &s
}

func promise(ind *Indicator, t *Target, value, low, high *string) Promise {
	p := Promise{Target: t, Way: PromiseWhole, Value: value, Low: low, High: high}
	adds := ind.Consolidation == scoring.Sum && ind.Kind != scoring.KindFraction
	switch {
	case t == nil:
	case len(t.Steps) > 0 && adds:
		p.Way = PromiseSteps
	case len(t.Steps) > 0:
		p.Way = PromiseLevel
	case adds && ind.Frequency.DuePerYear() > 1:
		p.Way = PromiseShare
	}
	return p
}

// calculate follows the table of the method for one target.
func (v *View) calculate(ind *Indicator, a *Achievement, p Promise, raw, scored *string) *Calculation {
	r := actual(a)
	if r == nil {
		return nil
	}
	c := &Calculation{Actual: plainText(r)}
	c.Rule, c.Bound = ruleFor(ind.Direction, r, p)
	x := applyRule(c.Rule, ind.Direction, r, number(c.Bound))
	if x == nil {
		return nil
	}
	c.Raw, c.Scored = rounded(x, 2), rounded(v.bounded(x), 2)
	c.Agrees = equal(&c.Raw, raw) && equal(&c.Scored, scored)
	return c
}

// bounded holds a raw figure between the floor and the cap of the method.
func (v *View) bounded(x *big.Rat) *big.Rat {
	if top := number(&v.Method.Cap); top != nil && x.Cmp(top) > 0 {
		return top
	}
	if floor := number(&v.Method.Floor); floor != nil && x.Cmp(floor) < 0 {
		return floor
	}
	return x
}

// scoredExactly is what enters a roll-up for a target, before it is rounded; nil when it
// is not scored.
func (v *View) scoredExactly(a *Achievement) *big.Rat {
	if a.Scored == nil {
		return nil
	}
	r := actual(a)
	if r == nil {
		return number(a.Scored)
	}
	rule, bound := ruleFor(a.Direction, r, Promise{Value: a.Target, Low: a.TargetLow, High: a.TargetHigh})
	x := applyRule(rule, a.Direction, r, number(bound))
	if x == nil {
		return number(a.Scored)
	}
	return new(big.Rat).Set(v.bounded(x))
}

// actual is R to date, exact: of a fraction, its numerator to date divided anew.
func actual(a *Achievement) *big.Rat {
	if a.Kind != scoring.KindFraction {
		return number(a.Actual)
	}
	n, d := number(a.ActualNumerator), number(a.ActualDenominator)
	if n == nil || d == nil || d.Sign() == 0 {
		return number(a.Actual)
	}
	return n.Mul(n, big.NewRat(100, 1)).Quo(n, d)
}

// ruleFor chooses the line of the table and the number to divide by.
func ruleFor(d scoring.Direction, r *big.Rat, p Promise) (rule string, bound *string) {
	if d == scoring.YesNo {
		return RuleYesNo, nil
	}
	bound = p.Value
	if low, high := number(p.Low), number(p.High); low != nil && high != nil {
		switch {
		case r.Cmp(low) < 0:
			bound = p.Low
		case r.Cmp(high) > 0:
			bound = p.High
		default:
			return RuleInside, nil
		}
	}
	if t := number(bound); t != nil && t.Sign() == 0 {
		return RuleZero, bound
	}
	switch d {
	case scoring.LowerIsBetter:
		return RuleLower, bound
	case scoring.OnTarget:
		return RuleOnTarget, bound
	}
	return RuleHigher, bound
}

func applyRule(rule string, d scoring.Direction, r, t *big.Rat) *big.Rat {
	hundred := big.NewRat(100, 1)
	switch rule {
	case RuleInside:
		return hundred
	case RuleYesNo:
		if r.Sign() > 0 {
			return hundred
		}
		return new(big.Rat)
	case RuleZero:
		if r.Sign() == 0 || d == scoring.LowerIsBetter && r.Sign() < 0 {
			return hundred
		}
		return new(big.Rat)
	}
	if t == nil {
		return nil
	}
	x := new(big.Rat)
	switch rule {
	case RuleLower:
		x.Sub(big.NewRat(2, 1), x.Quo(r, t))
	case RuleOnTarget:
		x.Abs(x.Sub(r, t))
		x.Sub(big.NewRat(1, 1), x.Quo(x, t))
	default:
		x.Quo(r, t)
	}
	return x.Mul(x, hundred)
}
