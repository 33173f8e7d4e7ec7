package scoring

import (
	"math"
	"math/big"
	"math/bits"
	"strings"

	"github.com/govalues/decimal"
)

// Ratio is an exact fraction. The zero value is 0. It is a value: operations return new ones.
//
// Nearly all figures fit two 64-bit integers; those that do not are kept as a big.Rat.
type Ratio struct {
	n, d int64    // d > 0, or 0 in the zero value, which then counts as 1
	b    *big.Rat // not nil: the value, and n and d mean nothing
}

// NewRatio returns n/d. It panics when d is 0, as integer division does.
func NewRatio(n, d int64) Ratio {
	switch {
	case d == 0:
		panic("scoring: ratio with denominator 0")
	case n == math.MinInt64 || d == math.MinInt64:
		return fromBig(new(big.Rat).SetFrac(big.NewInt(n), big.NewInt(d)))
	case d < 0:
		n, d = -n, -d
	}
	if g := gcd(magnitude(n), uint64(d)); g > 1 {
		n, d = n/int64(g), d/int64(g) //nolint:gosec // g divides d, so it fits
	}
	return Ratio{n: n, d: d}
}

// RatioOf returns the value of a decimal.
func RatioOf(x decimal.Decimal) Ratio {
	x = x.Trim(0)
	coef := x.Coef()
	if coef > math.MaxInt64 || x.Scale() > 18 {
		r, ok := new(big.Rat).SetString(x.String())
		if !ok {
			panic("scoring: decimal that is no number: " + x.String())
		}
		return fromBig(r)
	}
	n := int64(coef)
	if x.IsNeg() {
		n = -n
	}
	return Ratio{n: n, d: pow10[x.Scale()]}
}

var pow10 = func() (p [19]int64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * 10
	}
	return p
}()

func fromBig(r *big.Rat) Ratio {
	if r.Num().IsInt64() && r.Denom().IsInt64() && r.Num().Int64() != math.MinInt64 {
		return Ratio{n: r.Num().Int64(), d: r.Denom().Int64()}
	}
	return Ratio{b: r}
}

func (a Ratio) den() int64 {
	if a.d == 0 {
		return 1
	}
	return a.d
}

// Rat returns the value as a new big.Rat.
func (a Ratio) Rat() *big.Rat {
	if a.b != nil {
		return new(big.Rat).Set(a.b)
	}
	return big.NewRat(a.n, a.den())
}

// Sign returns -1, 0 or +1.
func (a Ratio) Sign() int {
	switch {
	case a.b != nil:
		return a.b.Sign()
	case a.n < 0:
		return -1
	case a.n > 0:
		return 1
	}
	return 0
}

// Neg returns -a.
func (a Ratio) Neg() Ratio {
	if a.b != nil {
		return Ratio{b: new(big.Rat).Neg(a.b)}
	}
	return Ratio{n: -a.n, d: a.d}
}

// Add returns a + b.
func (a Ratio) Add(b Ratio) Ratio {
	if a.b == nil && b.b == nil {
		if a.den() == b.den() {
			if s, ok := add64(a.n, b.n); ok {
				return NewRatio(s, a.den())
			}
		} else if l, ok1 := mul64(a.n, b.den()); ok1 {
			r, ok2 := mul64(b.n, a.den())
			d, ok3 := mul64(a.den(), b.den())
			if s, ok4 := add64(l, r); ok2 && ok3 && ok4 {
				return NewRatio(s, d)
			}
		}
	}
	return fromBig(new(big.Rat).Add(a.Rat(), b.Rat()))
}

// Sub returns a - b.
func (a Ratio) Sub(b Ratio) Ratio { return a.Add(b.Neg()) }

// Mul returns a × b.
func (a Ratio) Mul(b Ratio) Ratio {
	if a.b == nil && b.b == nil {
		n, ok1 := mul64(a.n, b.n)
		d, ok2 := mul64(a.den(), b.den())
		if ok1 && ok2 {
			return NewRatio(n, d)
		}
	}
	return fromBig(new(big.Rat).Mul(a.Rat(), b.Rat()))
}

// Quo returns a / b. It panics when b is 0.
func (a Ratio) Quo(b Ratio) Ratio {
	if b.Sign() == 0 {
		panic("scoring: division by 0")
	}
	if b.b == nil {
		n, d := b.den(), b.n
		if d < 0 {
			n, d = -n, -d
		}
		return a.Mul(Ratio{n: n, d: d})
	}
	return a.Mul(fromBig(new(big.Rat).Inv(b.b)))
}

// Cmp compares a and b: -1, 0 or +1.
func (a Ratio) Cmp(b Ratio) int {
	if a.b == nil && b.b == nil {
		l, ok1 := mul64(a.n, b.den())
		r, ok2 := mul64(b.n, a.den())
		if ok1 && ok2 {
			switch {
			case l < r:
				return -1
			case l > r:
				return 1
			}
			return 0
		}
	}
	return a.Rat().Cmp(b.Rat())
}

// Scaled returns a × 10^places, rounded half away from zero. When it does not fit an
// int64 the second result is not nil and holds it.
func (a Ratio) Scaled(places int) (int64, *big.Int) {
	if a.b == nil {
		if v, ok := scaled64(a.n, a.den(), pow10[places]); ok {
			return v, nil
		}
	}
	r := a.Rat()
	two := big.NewInt(2)
	n := new(big.Int).Mul(r.Num(), big.NewInt(pow10[places]))
	neg := n.Sign() < 0
	n.Abs(n).Mul(n, two).Add(n, r.Denom())
	n.Quo(n, new(big.Int).Mul(r.Denom(), two))
	if neg {
		n.Neg(n)
	}
	if n.IsInt64() {
		return n.Int64(), nil
	}
	return 0, n
}

func scaled64(n, d, scale int64) (int64, bool) {
	hi, lo := bits.Mul64(magnitude(n), uint64(scale)) //nolint:gosec // scale is a positive power of ten
	den := uint64(d)                                  //nolint:gosec // denominators are positive
	if hi >= den {
		return 0, false
	}
	q, rem := bits.Div64(hi, lo, den)
	if q >= math.MaxInt64 { // nor may it be after rounding up
		return 0, false
	}
	if rem >= den-rem {
		q++
	}
	if n < 0 {
		return -int64(q), true
	}
	return int64(q), true
}

// Text returns a with exactly that many decimals, rounded half away from zero: "87.50".
// There is no "-0.00".
func (a Ratio) Text(places int) string {
	v, b := a.Scaled(places)
	if b == nil {
		b = big.NewInt(v)
	}
	return fixedText(b, places)
}

// ScaledText returns v/10^places with that many decimals.
func ScaledText(v int64, places int) string { return fixedText(big.NewInt(v), places) }

func fixedText(v *big.Int, places int) string {
	s := new(big.Int).Abs(v).String()
	if places > 0 {
		if len(s) <= places {
			s = strings.Repeat("0", places-len(s)+1) + s
		}
		s = s[:len(s)-places] + "." + s[len(s)-places:]
	}
	if v.Sign() < 0 {
		return "-" + s
	}
	return s
}

// Exact returns a as v/10^places: in full, with as few places as it needs, where its
// decimals end, and otherwise rounded half away from zero to 12. It is false where v does
// not fit.
func (a Ratio) Exact() (v int64, places int, ok bool) {
	if a.b != nil {
		return 0, 0, false
	}
	d := uint64(a.den()) //nolint:gosec // denominators are positive
	twos := bits.TrailingZeros64(d)
	d >>= twos
	fives := 0
	for d%5 == 0 {
		d /= 5
		fives++
	}
	places = max(twos, fives)
	if d != 1 {
		places = 12
	}
	if places >= len(pow10) {
		return 0, 0, false
	}
	v, ok = scaled64(a.n, a.den(), pow10[places])
	return v, places, ok
}

// ExactText returns a in full where its decimals end, with no zeros at the end, and
// otherwise rounded half away from zero to 12 decimals.
func (a Ratio) ExactText() string {
	if v, places, ok := a.Exact(); ok {
		return ScaledText(v, places)
	}
	r := a.Rat()
	d := new(big.Int).Set(r.Denom())
	places := max(strip(d, 2), strip(d, 5))
	if !d.IsInt64() || d.Int64() != 1 {
		return a.Text(12)
	}
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
	n := new(big.Int).Mul(r.Num(), scale)
	return fixedText(n.Quo(n, r.Denom()), places)
}

// strip divides v by p as often as it goes and returns how often.
func strip(v *big.Int, p int64) int {
	count := 0
	q, m, by := new(big.Int), new(big.Int), big.NewInt(p)
	for {
		if q.QuoRem(v, by, m); m.Sign() != 0 {
			return count
		}
		v.Set(q)
		count++
	}
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return uint64(-n) //nolint:gosec // n is negative, and never the smallest int64
	}
	return uint64(n)
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

func add64(a, b int64) (int64, bool) {
	s := a + b
	return s, (s > a) == (b > 0) && s != math.MinInt64
}

func mul64(a, b int64) (int64, bool) {
	hi, lo := bits.Mul64(magnitude(a), magnitude(b))
	if hi != 0 || lo > math.MaxInt64 {
		return 0, false
	}
	if (a < 0) != (b < 0) {
		return -int64(lo), true
	}
	return int64(lo), true
}

// Scale returns v/10^places, places being at most 18.
func Scale(v int64, places int) Ratio { return NewRatio(v, pow10[places]) }
