package scorecard

import (
	"math/big"
	"strings"
)

// Figures are exact: a published decimal is read as a fraction of whole numbers, and what
// is shown is rounded once.

// number reads a decimal of the content; nil when it is null or empty.
func number(s *string) *big.Rat {
	if s == nil || *s == "" {
		return nil
	}
	r, ok := new(big.Rat).SetString(*s)
	if !ok {
		return nil
	}
	return r
}

// equal reports whether two decimals are both null or the same number.
func equal(a, b *string) bool {
	x, y := number(a), number(b)
	if x == nil || y == nil {
		return x == nil && y == nil
	}
	return x.Cmp(y) == 0
}

// rounded writes a number with so many decimals, half away from zero and never as −0.
func rounded(r *big.Rat, decimals int) string {
	s := r.FloatString(decimals) // exact; big.Rat rounds half away from zero
	if strings.Trim(s, "-0.") == "" {
		s = strings.TrimPrefix(s, "-")
	}
	return s
}

// roundedPointer is rounded to 2 decimals as a field of the content; null when there is no number.
func roundedPointer(r *big.Rat) *string {
	if r == nil {
		return nil
	}
	s := rounded(r, 2)
	return &s
}

// plainText writes a number without superfluous zeros; one that does not end has 12 decimals.
func plainText(r *big.Rat) string {
	s := rounded(r, 12)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}
