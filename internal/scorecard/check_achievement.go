package scorecard

import (
	"fmt"
	"math/big"

	"petajalan/internal/scoring"
)

var (
	ratOne     = big.NewRat(1, 1)
	ratTwo     = big.NewRat(2, 1)
	ratHundred = big.NewRat(100, 1)
)

func quo(a, b *big.Rat) *big.Rat { return new(big.Rat).Quo(a, b) }
func mul(a, b *big.Rat) *big.Rat { return new(big.Rat).Mul(a, b) }
func sub(a, b *big.Rat) *big.Rat { return new(big.Rat).Sub(a, b) }
func add(a, b *big.Rat) *big.Rat { return new(big.Rat).Add(a, b) }

// checkedTarget is a target in exact fractions: a point, or a range where low is not nil.
type checkedTarget struct{ point, low, high *big.Rat }

func (t checkedTarget) isNone() bool { return t.point == nil && t.low == nil }

// achievements recomputes every record of a target and period.
func (k *checker) achievements() error {
	for i := range k.c.Achievements {
		a := &k.c.Achievements[i]
		if err := k.achievement(a); err != nil {
			if _, ours := err.(*Mismatch); ours { //nolint:errorlint // made right here, never wrapped
				return err
			}
			return k.differs("%s: %v", k.name(a), err)
		}
	}
	return nil
}

// achievement recomputes one record. Its error says what is wrong, without naming it.
func (k *checker) achievement(a *Achievement) error {
	if _, err := exactly(&a.Weight); err != nil {
		return fmt.Errorf("weight: %w", err)
	}
	if err := k.checkPromises(a); err != nil {
		return err
	}
	if a.State != scoring.Scored {
		for _, figure := range []struct {
			name string
			at   *string
		}{{"raw", a.Raw}, {"scored", a.Scored}, {"rating", a.Rating}, {"first_raw", a.FirstRaw}, {"first_scored", a.FirstScored}} {
			if figure.at != nil {
				return fmt.Errorf("%s: published %s, though its state is %s", figure.name, *figure.at, a.State)
			}
		}
		return nil
	}
	value, err := k.value(a)
	if err != nil {
		return err
	}
	now, err := readPromise(a.Target, a.TargetLow, a.TargetHigh)
	if err != nil {
		return fmt.Errorf("target: %w", err)
	}
	first, err := readPromise(a.FirstTarget, a.FirstTargetLow, a.FirstTargetHigh)
	if err != nil {
		return fmt.Errorf("first_target: %w", err)
	}
	if now.isNone() {
		return fmt.Errorf("it is scored and has no target")
	}
	raw := rawOf(a.Direction, value, now)
	f := figure{now: k.hold(raw)}
	want := []*string{new(inHundredths(raw)), new(inHundredths(f.now)), new(k.rating(inHundredths(f.now))), nil, nil}
	if !first.isNone() {
		raw := rawOf(a.Direction, value, first)
		f.first = k.hold(raw)
		want[3], want[4] = new(inHundredths(raw)), new(inHundredths(f.first))
	}
	for i, name := range []string{"raw", "scored", "rating", "first_raw", "first_scored"} {
		if err := compared(name, []*string{a.Raw, a.Scored, a.Rating, a.FirstRaw, a.FirstScored}[i], want[i]); err != nil {
			return err
		}
	}
	k.figures[a] = f
	return nil
}

// compared says so where a published figure is not the recomputed one.
func compared(name string, published, recomputed *string) error {
	if (published == nil) != (recomputed == nil) || published != nil && *published != *recomputed {
		return fmt.Errorf("%s: published %s, recomputed %s", name, figureWords(published), figureWords(recomputed))
	}
	return nil
}

func readPromise(point, low, high *string) (t checkedTarget, err error) {
	for _, part := range []struct {
		to   **big.Rat
		from *string
	}{{&t.point, point}, {&t.low, low}, {&t.high, high}} {
		if *part.to, err = exactly(part.from); err != nil {
			return t, err
		}
	}
	if (t.low == nil) != (t.high == nil) || t.point != nil && t.low != nil {
		return t, fmt.Errorf("it is neither a point nor a range")
	}
	return t, nil
}

// rawOf is the formula of the method for one value.
func rawOf(d scoring.Direction, r *big.Rat, t checkedTarget) *big.Rat {
	bound := t.point
	if t.low != nil {
		switch {
		case r.Cmp(t.low) < 0:
			bound = t.low
		case r.Cmp(t.high) > 0:
			bound = t.high
		default:
			return ratHundred
		}
	}
	switch {
	case d == scoring.YesNo:
		if r.Sign() > 0 {
			return ratHundred
		}
		return new(big.Rat)
	case bound.Sign() == 0:
		if r.Sign() == 0 || d == scoring.LowerIsBetter && r.Sign() < 0 {
			return ratHundred
		}
		return new(big.Rat)
	case d == scoring.LowerIsBetter:
		return mul(sub(ratTwo, quo(r, bound)), ratHundred)
	case d == scoring.OnTarget:
		return mul(sub(ratOne, new(big.Rat).Abs(quo(sub(r, bound), bound))), ratHundred)
	}
	return mul(quo(r, bound), ratHundred)
}

// hold keeps a figure between floor and cap.
func (k *checker) hold(x *big.Rat) *big.Rat {
	switch {
	case x.Cmp(k.floor) < 0:
		return k.floor
	case x.Cmp(k.ceiling) > 0:
		return k.ceiling
	}
	return x
}

// dueQuarters are the quarters of the year of a result that were due up to it.
func dueQuarters(a *Achievement) []scoring.Period {
	var all []scoring.Period
	for q := 1; q <= a.AsOf.Quarter; q++ {
		if a.Frequency.Due(q) {
			all = append(all, scoring.Period{Year: a.AsOf.Year, Quarter: q})
		}
	}
	return all
}

// leaves reports whether a due quarter counts on neither side of the year to date: there was
// an exception, nothing could be reported, or it was before the roadmap.
func (k *checker) leaves(a *Achievement, p scoring.Period) bool {
	own := k.by[recordKey(a.Agency, a.Indicator, p)]
	// Where nothing has happened yet, the report with its denominator of 0 still counts.
	return own == nil || own.State == scoring.Exempted || own.State == scoring.NotApplicable && own.Denominator == nil
}

// value is the exact value to date, put together from the verified reports of the year and
// held against what is published as actual.
func (k *checker) value(a *Achievement) (*big.Rat, error) {
	numerator, denominator, values := new(big.Rat), new(big.Rat), int64(0)
	for _, p := range dueQuarters(a) {
		if k.leaves(a, p) || a.Consolidation == scoring.Last && p != a.AsOf {
			continue
		}
		own := k.by[recordKey(a.Agency, a.Indicator, p)]
		if a.Kind == scoring.KindFraction {
			n, err := exactly(own.Numerator)
			if err != nil {
				return nil, fmt.Errorf("numerator of %s: %w", p, err)
			}
			d, err := exactly(own.Denominator)
			if err != nil {
				return nil, fmt.Errorf("denominator of %s: %w", p, err)
			}
			if n == nil || d == nil {
				return nil, fmt.Errorf("it is scored, and the report of %s is missing", p)
			}
			numerator, denominator = add(numerator, n), add(denominator, d)
			continue
		}
		v, err := exactly(own.Reported)
		if err != nil {
			return nil, fmt.Errorf("reported of %s: %w", p, err)
		}
		if v == nil {
			return nil, fmt.Errorf("it is scored, and the report of %s is missing", p)
		}
		numerator, values = add(numerator, v), values+1
	}
	switch {
	case a.Kind == scoring.KindFraction && denominator.Sign() == 0:
		return nil, fmt.Errorf("it is scored, and its denominator is 0")
	case a.Kind == scoring.KindFraction:
		if err := sameNumber("actual_numerator", a.ActualNumerator, numerator); err != nil {
			return nil, err
		}
		if err := sameNumber("actual_denominator", a.ActualDenominator, denominator); err != nil {
			return nil, err
		}
		numerator = mul(quo(numerator, denominator), ratHundred)
	case values == 0:
		return nil, fmt.Errorf("it is scored, and no report of the year is there")
	case a.Consolidation == scoring.Average:
		numerator = quo(numerator, big.NewRat(values, 1))
	}
	return numerator, sameNumber("actual", a.Actual, numerator)
}

// sameNumber compares an input as published with a value: in full, or to 12 decimals where
// it does not end.
func sameNumber(name string, published *string, value *big.Rat) error {
	x, err := exactly(published)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if value == nil && x == nil || value != nil && x != nil && (x.Cmp(value) == 0 || x.FloatString(12) == value.FloatString(12) && !ends(value)) {
		return nil
	}
	recomputed := "nothing"
	if value != nil {
		recomputed = plainText(value)
	}
	return fmt.Errorf("%s: published %s, recomputed %s", name, figureWords(published), recomputed)
}

// ends reports whether the decimals of a fraction end.
func ends(x *big.Rat) bool {
	_, exact := x.FloatPrec()
	return exact
}
