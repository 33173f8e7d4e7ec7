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
	if r := short(*s); r != nil {
		return r
	}
	r, ok := new(big.Rat).SetString(*s)
	if !ok {
		return nil
	}
	return r
}

// short reads a decimal of at most 18 characters, as nearly all are, in a quarter of the time
// that big.Rat takes for any; nil when it is none.
func short(s string) *big.Rat {
	digits, negative := strings.CutPrefix(s, "-")
	if len(digits) == 0 || len(digits) > 18 || digits[0] == '.' {
		return nil
	}
	value, unit, point := int64(0), int64(1), false
	for i := range len(digits) {
		switch c := digits[i]; {
		case c == '.' && !point:
			point = true
		case c < '0' || c > '9':
			return nil
		default:
			value = value*10 + int64(c-'0')
			if point {
				unit *= 10
			}
		}
	}
	if negative {
		value = -value
	}
	return big.NewRat(value, unit)
}

// equal reports whether two decimals are both null or the same number.
func equal(a, b *string) bool {
	if a != nil && b != nil && *a == *b && *a != "" {
		return true
	}
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
