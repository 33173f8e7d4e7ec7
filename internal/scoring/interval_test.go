package scoring

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// bounds returns the ends of x as exact fractions.
func (x interval) bounds() (lo, hi *big.Rat) {
	v := new(big.Int).Lsh(new(big.Int).SetUint64(x.int), 64)
	v.Add(v, new(big.Int).SetUint64(x.frac))
	unit := new(big.Int).Lsh(big.NewInt(1), 64)
	lo = new(big.Rat).SetFrac(v, unit)
	return lo, new(big.Rat).Add(lo, new(big.Rat).SetFrac(new(big.Int).SetUint64(x.err), unit))
}

// figure draws what roll-ups are made of: fractions from 0 to 1000, of any size.
func figure(t *rapid.T) Ratio {
	d := rapid.OneOf(rapid.Int64Range(1, 100), rapid.Int64Range(1, math.MaxInt64/1000)).Draw(t, "denominator")
	x := NewRatio(rapid.Int64Range(0, 1000).Draw(t, "whole"), 1).Add(NewRatio(rapid.Int64Range(0, d-1).Draw(t, "rest"), d))
	if rapid.IntRange(0, 3).Draw(t, "size") == 0 {
		x = x.Mul(NewRatio(math.MaxInt64-1, math.MaxInt64)) // does not fit 64 bits
	}
	return x
}

// TestIntervalsHoldTheirFractions does the same random work in both and looks whether the
// exact value is inside, and the rounded one the same wherever the interval claims one.
func TestIntervalsHoldTheirFractions(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		first := figure(t)
		x, want := interval{}.of(first), fraction{}.of(first)
		for range rapid.IntRange(0, 60).Draw(t, "steps") {
			switch rapid.IntRange(0, 3).Draw(t, "step") {
			case 0, 1:
				y := figure(t)
				x, want = x.add(interval{}.of(y)), want.add(fraction{}.of(y))
			case 2:
				k := rapid.Int64Range(1, 100).Draw(t, "factor")
				x, want = x.times(k).over(100), want.times(k).over(100)
			case 3:
				k := rapid.Int64Range(1, 10000).Draw(t, "divisor")
				x, want = x.over(k), want.over(k)
			}
		}
		holds(t, x, want)
	})
}

func holds(t *rapid.T, x interval, want fraction) {
	t.Helper()
	if lo, hi := x.bounds(); lo.Cmp(want.rat()) > 0 || hi.Cmp(want.rat()) < 0 {
		t.Fatalf("%s is not in [%s, %s]", want.rat(), lo, hi)
	}
	for _, places := range []int{2, 4} {
		exact, ok := want.scaled(places)
		if !ok {
			t.Fatalf("%s does not fit", want.rat())
		}
		if got, ok := x.scaled(places); ok && got != exact {
			t.Fatalf("%s with %d decimals: %d by interval, %d exactly", want.rat(), places, got, exact)
		}
	}
}

// TestIntervalsDoNotGuessAtTies adds two fractions that never end to exactly half a
// hundredth, and to the smallest step beside it.
func TestIntervalsDoNotGuessAtTies(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		half := NewRatio(2*rapid.Int64Range(0, 9999).Draw(t, "hundredths")+1, 200)
		part := NewRatio(rapid.Int64Range(1, 999_982).Draw(t, "part"), 999_983).Mul(half)
		rest := half.Sub(part)
		beside := NewRatio(1, math.MaxInt64).Mul(NewRatio(1, 1000)) // some 2⁻⁷³
		for name, rest := range map[string]Ratio{"tie": rest, "above": rest.Add(beside), "below": rest.Sub(beside)} {
			x := interval{}.of(part).add(interval{}.of(rest))
			want := fraction{}.of(part).add(fraction{}.of(rest))
			holds(t, x, want)
			if _, ok := x.scaled(2); ok && name != "above" { // above one that ends in binary it is sure
				t.Fatalf("%s: the interval of %s + %s claims to know", name, part.Rat(), rest.Rat())
			}
			f := figures[interval]{exists: true, scored: true, score: x, low: x, high: x}
			score, low, high, _ := settle(f, func() figures[fraction] {
				return figures[fraction]{exists: true, scored: true, score: want, low: want, high: want}
			})
			up := half.Mul(hundred).Add(NewRatio(1, 2))
			if name == "below" {
				up = up.Sub(one)
			}
			if exact, _ := up.Scaled(0); score != exact || low != exact || high != exact {
				t.Fatalf("%s: settled as %d, %d, %d, want %d", name, score, low, high, exact)
			}
		}
	})
}

// TestIntervalsKnowWhatEndsInBinary: nothing is lost on such figures, so that they need no
// second computation even on a tie.
func TestIntervalsKnowWhatEndsInBinary(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		x    interval
		want int64
	}{
		{interval{}.of(NewRatio(1, 8)), 13},
		{interval{}.of(NewRatio(175, 2)), 8750},
		{interval{}.of(NewRatio(175, 2)).times(5000).over(8000), 5469},
		{interval{}.of(NewRatio(100, 1)), 10000},
		{interval{}, 0},
	} {
		if got, ok := tt.x.scaled(2); !ok || got != tt.want {
			t.Errorf("%+v = %d (known: %t), want %d", tt.x, got, ok, tt.want)
		}
	}
}
