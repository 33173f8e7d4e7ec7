package scoring

var (
	one     = NewRatio(1, 1)
	two     = NewRatio(2, 1)
	hundred = NewRatio(100, 1)
)

// goal is a target to date: a point, or a range when isRange is set.
type goal struct {
	isRange bool
	point   Ratio
	lo, hi  Ratio
}

// isZero reports whether there is nothing to divide by: T = 0.
func (g goal) isZero() bool {
	if g.isRange {
		return g.hi.Sign() == 0
	}
	return g.point.Sign() == 0
}

// noTarget reports whether a target of 0 means that there is none, as it does where
// higher is better.
func (d Direction) noTarget(g goal) bool {
	switch d {
	case LowerIsBetter, OnTarget:
		return false
	}
	return g.isZero()
}

// rawFigure returns the achievement of r against g in per cent, unbounded (domain.md,
// "Achievement: method set m1"). A g that is no target must have been left out before.
func rawFigure(d Direction, r Ratio, g goal) Ratio {
	if d == YesNo {
		if r.Sign() > 0 {
			return hundred
		}
		return Ratio{}
	}
	bound := g.point
	if g.isRange {
		switch {
		case r.Cmp(g.lo) < 0:
			bound = g.lo
		case r.Cmp(g.hi) > 0:
			bound = g.hi
		default:
			return hundred
		}
	}
	if bound.Sign() == 0 {
		return againstZero(d, r)
	}
	switch d {
	case LowerIsBetter:
		return two.Sub(r.Quo(bound)).Mul(hundred)
	case OnTarget:
		gap := r.Sub(bound)
		if gap.Sign() < 0 {
			gap = gap.Neg()
		}
		return one.Sub(gap.Quo(bound)).Mul(hundred)
	}
	return r.Quo(bound).Mul(hundred)
}

// againstZero is the achievement where the bound to divide by is 0: reached or not. A
// negative value is better than 0 where lower is better, and off the target elsewhere.
func againstZero(d Direction, r Ratio) Ratio {
	if r.Sign() == 0 || (d == LowerIsBetter && r.Sign() < 0) {
		return hundred
	}
	return Ratio{}
}
