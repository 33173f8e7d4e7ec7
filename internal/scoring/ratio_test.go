package scoring_test

import (
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/govalues/decimal"
	"pgregory.net/rapid"

	"petajalan/internal/scoring"
)

// integers draws 64-bit integers, the edges often.
func integers() *rapid.Generator[int64] {
	return rapid.OneOf(
		rapid.Int64Range(-1000, 1000),
		rapid.Int64(),
		rapid.SampledFrom([]int64{0, 1, -1, math.MaxInt64, math.MinInt64, math.MinInt64 + 1, math.MaxInt64 - 1, 1 << 32, 1e18, -1e18}),
	)
}

// ratio draws a Ratio and its value as a big.Rat, often one that does not fit 64 bits.
func ratio(t *rapid.T, label string) (scoring.Ratio, *big.Rat) {
	draw := func(label string) (scoring.Ratio, *big.Rat) {
		n, d := integers().Draw(t, label+" numerator"), integers().Filter(func(v int64) bool { return v != 0 }).Draw(t, label+" denominator")
		return scoring.NewRatio(n, d), new(big.Rat).SetFrac(big.NewInt(n), big.NewInt(d))
	}
	x, want := draw(label)
	for range rapid.IntRange(0, 2).Draw(t, label+" factors") {
		y, factor := draw(label)
		x, want = x.Mul(y), new(big.Rat).Mul(want, factor)
	}
	return x, want
}

func TestRatioIsArithmeticOfFractions(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, x := ratio(t, "a")
		b, y := ratio(t, "b")
		same := func(what string, got scoring.Ratio, want *big.Rat) {
			t.Helper()
			if got.Rat().Cmp(want) != 0 {
				t.Fatalf("%s of %s and %s = %s, want %s", what, x, y, got.Rat(), want)
			}
			if got.Sign() != want.Sign() {
				t.Fatalf("%s of %s and %s: sign %d, want %d", what, x, y, got.Sign(), want.Sign())
			}
		}
		same("value", a, x)
		same("sum", a.Add(b), new(big.Rat).Add(x, y))
		same("difference", a.Sub(b), new(big.Rat).Sub(x, y))
		same("product", a.Mul(b), new(big.Rat).Mul(x, y))
		same("opposite", a.Neg(), new(big.Rat).Neg(x))
		same("sum with itself", a.Add(a), new(big.Rat).Add(x, x))
		same("difference with itself", a.Sub(a), new(big.Rat))
		if y.Sign() != 0 {
			same("quotient", a.Quo(b), new(big.Rat).Quo(x, y))
		}
		if got, want := a.Cmp(b), x.Cmp(y); got != want {
			t.Fatalf("%s.Cmp(%s) = %d, want %d", x, y, got, want)
		}
		if a.Cmp(a) != 0 {
			t.Fatalf("%s differs from itself", x)
		}
		places := rapid.IntRange(0, 18).Draw(t, "places")
		if got, want := a.Text(places), round(x, places); got != want {
			t.Fatalf("%s with %d decimals = %s, want %s", x, places, got, want)
		}
	})
}

// round writes x as it is shown: half away from zero, no minus before zero.
func round(x *big.Rat, places int) string {
	text := x.FloatString(places)
	if strings.Trim(text, "-0.") == "" {
		text = strings.TrimPrefix(text, "-")
	}
	return text
}

func TestRatioIsRoundedAwayFromZeroOnTies(t *testing.T) {
	t.Parallel()
	tests := []struct {
		n, d   int64
		places int
		want   string
	}{
		{0, 1, 0, "0"},
		{0, 1, 2, "0.00"},
		{1, 200, 2, "0.01"},
		{-1, 200, 2, "-0.01"},
		{1, 201, 2, "0.00"},
		{-1, 201, 2, "0.00"},
		{5, 2, 0, "3"},
		{-5, 2, 0, "-3"},
		{87505, 1000, 2, "87.51"},
		{-99995, 1000, 2, "-100.00"},
		{2, 3, 4, "0.6667"},
		{math.MaxInt64, 1, 2, "9223372036854775807.00"},
		{math.MinInt64, 1, 2, "-9223372036854775808.00"},
		{1, math.MinInt64, 2, "0.00"},
		{math.MaxInt64, 2, 0, "4611686018427387904"},
	}
	for _, tt := range tests {
		if got := scoring.NewRatio(tt.n, tt.d).Text(tt.places); got != tt.want {
			t.Errorf("%d/%d with %d decimals = %s, want %s", tt.n, tt.d, tt.places, got, tt.want)
		}
	}
}

// The quotient of 128 bits by 64 came out as 2⁶⁴−1 with a remainder to round up: it
// wrapped round, and a figure of 19 digits was shown as 0.
func TestRoundingUpTo64BitsDoesNotWrap(t *testing.T) {
	t.Parallel()
	if got, want := scoring.NewRatio(3504881374004814807, 19).Text(2), "184467440737095516.16"; got != want {
		t.Errorf("3504881374004814807/19 = %s, want %s", got, want)
	}
}

func TestRatioInFull(t *testing.T) {
	t.Parallel()
	huge := scoring.NewRatio(math.MaxInt64, 1).Mul(scoring.NewRatio(10, 1)).Add(scoring.NewRatio(1, 4))
	tests := []struct {
		ratio scoring.Ratio
		want  string
	}{
		{scoring.Ratio{}, "0"},
		{scoring.NewRatio(100, 1), "100"},
		{scoring.NewRatio(-50, 4), "-12.5"},
		{scoring.NewRatio(1, 8), "0.125"},
		{scoring.NewRatio(1, 3), "0.333333333333"},
		{scoring.NewRatio(-2, 3), "-0.666666666667"},
		{scoring.NewRatio(-1, 3_000_000_000_000), "0.000000000000"},
		{scoring.NewRatio(1, 1<<40), "0.0000000000009094947017729282379150390625"},
		{huge, "92233720368547758070.25"},
	}
	for _, tt := range tests {
		if got := tt.ratio.ExactText(); got != tt.want {
			t.Errorf("%s in full = %s, want %s", tt.ratio.Rat(), got, tt.want)
		}
	}
}

func TestRatioInFullIsTheValueWhereItsDecimalsEnd(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		x, want := ratio(t, "x")
		if rapid.Bool().Draw(t, "ends") {
			places := rapid.IntRange(0, 18).Draw(t, "places")
			v := integers().Draw(t, "digits")
			x, want = scoring.Scale(v, places), exactly(big.NewInt(v).String())
			want.Quo(want, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)))
		}
		rest := new(big.Int).Set(want.Denom())
		for _, p := range []int64{2, 5} {
			for new(big.Int).Mod(rest, big.NewInt(p)).Sign() == 0 {
				rest.Quo(rest, big.NewInt(p))
			}
		}
		text := x.ExactText()
		if !rest.IsInt64() || rest.Int64() != 1 {
			if text != round(want, 12) {
				t.Fatalf("%s in full = %s, want %s", want, text, round(want, 12))
			}
			return
		}
		if exactly(text).Cmp(want) != 0 || (strings.Contains(text, ".") && strings.HasSuffix(text, "0")) {
			t.Fatalf("%s in full = %s", want, text)
		}
	})
}

func TestScaledTextHasAllDigits(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		v      int64
		places int
		want   string
	}{
		{0, 2, "0.00"}, {5, 2, "0.05"}, {-5, 2, "-0.05"}, {8750, 2, "87.50"}, {10000, 4, "1.0000"}, {7, 0, "7"},
		{math.MinInt64, 2, "-92233720368547758.08"},
	} {
		if got := scoring.ScaledText(tt.v, tt.places); got != tt.want {
			t.Errorf("ScaledText(%d, %d) = %s, want %s", tt.v, tt.places, got, tt.want)
		}
	}
}

func TestRatioOfADecimalIsExact(t *testing.T) {
	t.Parallel()
	check := func(t interface {
		Helper()
		Fatalf(string, ...any)
	}, d decimal.Decimal) {
		t.Helper()
		want, _ := new(big.Rat).SetString(d.String())
		if got := scoring.RatioOf(d).Rat(); got.Cmp(want) != 0 {
			t.Fatalf("RatioOf(%s) = %s", d, got)
		}
	}
	for _, s := range []string{
		"0", "-0.00", "82.50", "9999999999999999999", "-9999999999999999999", "0.9999999999999999999", "-0.0000000000000000001",
		"9223372036854775807", "-9223372036854775808", "9223372036854775.808", "99999999999999.9999", "1.000000000000000000",
	} {
		check(t, decimal.MustParse(s))
	}
	rapid.Check(t, func(t *rapid.T) {
		check(t, decimal.MustNew(rapid.Int64().Draw(t, "digits"), rapid.IntRange(0, 19).Draw(t, "scale")))
	})
}

func TestScaleIsANumberOfDecimals(t *testing.T) {
	t.Parallel()
	if got := scoring.Scale(-8750, 2); got.Cmp(scoring.NewRatio(-175, 2)) != 0 {
		t.Errorf("Scale(-8750, 2) = %s", got.Rat())
	}
}

func TestDividingByZeroPanics(t *testing.T) {
	t.Parallel()
	for name, divide := range map[string]func(){
		"NewRatio": func() { scoring.NewRatio(1, 0) },
		"Quo":      func() { scoring.NewRatio(1, 2).Quo(scoring.Ratio{}) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			divide()
		}()
	}
}
