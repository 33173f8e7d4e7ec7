package scoring

import (
	"math/big"
	"math/bits"
)

// number is the arithmetic a roll-up needs. It is done in intervals first and, where an
// interval cannot decide the last digit shown, again in exact fractions, by the same code.
type number[T any] interface {
	// Of these two the receiver plays no part; the value must not be negative.
	of(Ratio) T
	figure(b *rolling, i int32, c choice) T // the scored figure of a series
	add(T) T
	times(int64) T // by a positive number
	over(int64) T  // by a positive number
	// scaled returns the value × 10^places rounded half up, or false when it cannot tell.
	scaled(places int) (int64, bool)
}

// interval is a number known to lie in [v, v+err], v being int + frac·2⁻⁶⁴ and err counting
// units of 2⁻⁶⁴.
type interval struct {
	int, frac uint64
	err       uint64
}

func (interval) of(r Ratio) interval {
	if r.b != nil {
		n := new(big.Int).Lsh(r.b.Num(), 64)
		q := n.Quo(n, r.b.Denom())
		lo := new(big.Int).And(q, new(big.Int).SetUint64(^uint64(0)))
		return interval{q.Rsh(q, 64).Uint64(), lo.Uint64(), 1}
	}
	n, d := uint64(r.n), uint64(r.den()) //nolint:gosec // neither is negative
	frac, rem := bits.Div64(n%d, 0, d)
	x := interval{int: n / d, frac: frac}
	if rem != 0 {
		x.err = 1
	}
	return x
}

func (interval) figure(b *rolling, i int32, c choice) interval { return b.cells[i].figures[c] }

func (x interval) add(y interval) interval {
	frac, carry := bits.Add64(x.frac, y.frac, 0)
	return interval{x.int + y.int + carry, frac, x.err + y.err}
}

func (x interval) times(k int64) interval {
	u := uint64(k) //nolint:gosec // k is positive
	carry, frac := bits.Mul64(x.frac, u)
	return interval{x.int*u + carry, frac, x.err * u}
}

func (x interval) over(k int64) interval {
	u := uint64(k) //nolint:gosec // k is positive
	frac, rem := bits.Div64(x.int%u, x.frac, u)
	err := (x.err + u - 1) / u
	if rem != 0 {
		err++
	}
	return interval{x.int / u, frac, err}
}

func (x interval) scaled(places int) (int64, bool) {
	lo := x.times(pow10[places])
	hi := lo.add(interval{frac: lo.err})
	half := interval{frac: 1 << 63}
	a, b := lo.add(half).int, hi.add(half).int
	return int64(a), a == b //nolint:gosec // a roll-up is at most the cap, times a small power of ten
}

// fraction is an exact number of any size.
type fraction struct{ *big.Rat }

func (fraction) of(r Ratio) fraction { return fraction{r.Rat()} }

func (fraction) figure(b *rolling, i int32, c choice) fraction {
	if c == firstPromise {
		return fraction{b.all[i].FirstScored.Rat()}
	}
	return fraction{b.all[i].Scored.Rat()}
}

func (x fraction) add(y fraction) fraction { return fraction{new(big.Rat).Add(x.rat(), y.rat())} }
func (x fraction) times(k int64) fraction {
	return fraction{new(big.Rat).Mul(x.rat(), big.NewRat(k, 1))}
}
func (x fraction) over(k int64) fraction {
	return fraction{new(big.Rat).Mul(x.rat(), big.NewRat(1, k))}
}
func (x fraction) scaled(p int) (int64, bool) {
	v, tooBig := fromBig(x.rat()).Scaled(p)
	return v, tooBig == nil
}

func (x fraction) rat() *big.Rat {
	if x.Rat == nil {
		return new(big.Rat)
	}
	return x.Rat
}
