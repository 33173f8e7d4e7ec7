package scorecard

import (
	"math/big"
	"slices"

	"petajalan/internal/scoring"
)

// Together is what the agencies of an indicator brought in one period, seen as one. It is
// context: scores are of agencies, and each has one vote.
type Together struct {
	Agencies int // with a result to date
	// Value is the result to date, exact or with 12 decimals: of a fraction the summed
	// numerators over the summed denominators, of another number the plain mean over
	// agencies. Nil: there is no result, or the indicator has none that adds up (yes or no,
	// steps and predicates of several agencies).
	Value                  *string
	Numerator, Denominator *string // sums of a fraction, exact; else nil
	Sum                    *string // of the results of a number, exact; else nil
	Middle                 *string // the median result, exact; nil as Value
	Least, Most            *string // the ends of the results, exact; nil as Value
}

// Together puts together what agencies brought for an indicator; targets are those of one
// period, of all agencies or of a peer group. What is not scored is left out.
func (v *View) Together(ind *Indicator, targets []*Achievement) Together {
	var t Together
	var results []*big.Rat
	sum, numerators, denominators := new(big.Rat), new(big.Rat), new(big.Rat)
	for _, a := range targets {
		r := actual(a)
		if a.State != scoring.Scored || r == nil {
			continue
		}
		t.Agencies++
		results = append(results, r)
		sum.Add(sum, r)
		if n, d := number(a.ActualNumerator), number(a.ActualDenominator); n != nil && d != nil {
			numerators.Add(numerators, n)
			denominators.Add(denominators, d)
		}
	}
	if t.Agencies == 0 || t.Agencies > 1 && !isMeasured(ind.Kind) {
		return t
	}
	text := func(x *big.Rat) *string { s := plainText(x); return &s }
	if ind.Kind == scoring.KindFraction && denominators.Sign() > 0 {
		t.Numerator, t.Denominator = text(numerators), text(denominators)
		share := new(big.Rat).Quo(numerators, denominators)
		t.Value = text(share.Mul(share, big.NewRat(100, 1)))
	} else {
		t.Sum = text(sum)
		t.Value = text(new(big.Rat).Quo(sum, big.NewRat(int64(t.Agencies), 1)))
	}
	slices.SortFunc(results, func(a, b *big.Rat) int { return a.Cmp(b) })
	n := len(results)
	t.Least, t.Most, t.Middle = text(results[0]), text(results[n-1]), text(results[n/2])
	if n%2 == 0 {
		middle := new(big.Rat).Add(results[n/2-1], results[n/2])
		t.Middle = text(middle.Quo(middle, big.NewRat(2, 1)))
	}
	return t
}
