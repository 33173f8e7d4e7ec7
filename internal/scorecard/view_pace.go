package scorecard

import (
	"math/big"

	"petajalan/internal/scoring"
)

// Pace says how fast a series must move to reach its targets, beside the fastest it ever
// moved. Figures are in the indicator's own unit (percentage points of a fraction, steps
// of a predicate) for one due period: a quarter, a half-year or a year. They are exact, or
// have 12 decimals.
type Pace struct {
	Achievement *Achievement // the result the reckoning starts from
	Frequency   scoring.Frequency
	// Adds: the indicator is a number that adds up over the year. Then a pace is what each
	// due period must bring (for a falling one: may bring), not a change from the last.
	Adds bool
	// Best is the fastest ever seen in the periods of the publication up to this one, in
	// the direction of Year, or of End where Year is reached; negative when the series only
	// ever moved the other way. Nil: no two results of neighbouring due periods are known.
	Best *string
	Year *PaceTo // this year's target; nil when there is none
	End  *PaceTo // the target of the last year of the roadmap; nil when there is none, or it is this year
}

// PaceTo is the way to one target.
type PaceTo struct {
	Year    int
	Target  string  // in force: the point, or the nearer bound of a range
	Periods int     // due periods left up to the end of that year; 0: none
	Reached bool    // the latest result is already there
	Falls   bool    // the value must fall, or stay below, to get there
	Needed  *string // for each of Periods, never negative; nil when reached, out of reach or no period is left
	// Beyond: a sum that may not grow past its target has already done so.
	Beyond bool
	// Unseen: Needed is more (of a sum that must stay small, less) than was ever seen.
	Unseen bool
}

// Pace reckons from the result of a series in p. It is nil where it has no meaning: no
// verified result to date in p, yes or no, or no target to reach.
func (v *View) Pace(agency, indicator string, p scoring.Period) *Pace {
	a, ind := v.Achievement(agency, indicator, p), v.Indicator(indicator)
	if a == nil || ind == nil || a.State != scoring.Scored || ind.Kind == scoring.KindYesNo {
		return nil
	}
	r := actual(a)
	if r == nil {
		return nil
	}
	pace := &Pace{Achievement: a, Frequency: ind.Frequency, Adds: ind.Consolidation == scoring.Sum && ind.Kind != scoring.KindFraction}
	moves := v.moves(agency, ind, p, pace.Adds)
	pace.Year = v.paceTo(pace, ind, r, p, p.Year, moves)
	if end := v.Roadmap.LastYear; end > p.Year {
		pace.End = v.paceTo(pace, ind, r, p, end, moves)
	}
	if pace.Year == nil && pace.End == nil {
		return nil
	}
	falls := pace.Year != nil && pace.Year.Falls
	if pace.Year == nil || pace.Year.Reached {
		falls = pace.End != nil && pace.End.Falls
	}
	if best := fastest(moves, falls, pace.Adds); best != nil {
		text := plainText(best)
		pace.Best = &text
	}
	return pace
}

// paceTo is the way from r in p to the target of a year; nil when there is none.
func (v *View) paceTo(pace *Pace, ind *Indicator, r *big.Rat, p scoring.Period, year int, moves []*big.Rat) *PaceTo {
	t, _ := v.TargetPair(pace.Achievement.Agency, ind.Code, year)
	if t == nil || t.Withdrawn() {
		return nil
	}
	if pace.Adds && pace.Achievement.AsOf.Year != year {
		r = new(big.Rat) // a sum begins each year from nothing
	}
	bound, falls, reached := aim(ind.Direction, r, t)
	if bound == nil {
		return nil
	}
	to := &PaceTo{Year: year, Target: plainText(bound), Falls: falls, Reached: reached, Periods: duePeriods(ind.Frequency, p, year, pace.Adds)}
	gap := new(big.Rat).Sub(bound, r)
	if falls && !pace.Adds {
		gap.Neg(gap)
	}
	if pace.Adds && falls {
		to.Beyond = gap.Sign() < 0
		to.Reached = !to.Beyond && to.Periods == 0
	}
	if to.Reached || to.Beyond || to.Periods == 0 {
		return to
	}
	needed := gap.Quo(gap, big.NewRat(int64(to.Periods), 1))
	text := plainText(needed)
	to.Needed = &text
	if best := fastest(moves, falls, pace.Adds); best != nil {
		if pace.Adds && falls {
			to.Unseen = needed.Cmp(best) < 0
		} else {
			to.Unseen = needed.Cmp(best) > 0
		}
	}
	return to
}

// aim is the number to reach from r, whether the value must fall for it, and whether it
// is there already.
func aim(d scoring.Direction, r *big.Rat, t *Target) (bound *big.Rat, falls, reached bool) {
	low, high := number(t.Value), number(t.Value)
	if low == nil {
		low, high = number(t.Low), number(t.High)
	}
	if low == nil || high == nil {
		return nil, false, false
	}
	switch d {
	case scoring.LowerIsBetter:
		return high, true, r.Cmp(high) <= 0
	case scoring.OnTarget:
		switch {
		case r.Cmp(low) < 0:
			return low, false, false
		case r.Cmp(high) > 0:
			return high, true, false
		}
		return low, false, true
	}
	return low, false, r.Cmp(low) >= 0
}

// duePeriods counts the due periods after p up to the end of a year; of a sum only those
// of that year.
func duePeriods(f scoring.Frequency, p scoring.Period, year int, adds bool) int {
	n := 0
	for q := p.Next(); q.Year <= year; q = q.Next() {
		if f.Due(q.Quarter) && (!adds || q.Year == year) {
			n++
		}
	}
	return n
}

// moves are what the due periods up to p brought: of a sum the value of each, otherwise
// the change of the value to date from one due period to the next, none across a gap or a
// break.
func (v *View) moves(agency string, ind *Indicator, p scoring.Period, adds bool) []*big.Rat {
	years, _ := BreakYears(ind.BreakNote)
	var moves []*big.Rat
	var last *big.Rat
	for _, q := range v.duePeriods(ind.Frequency, p) {
		a := v.Achievement(agency, ind.Code, q)
		if adds {
			if own := OwnResult(a); own != nil {
				moves = append(moves, own)
			}
			continue
		}
		var now *big.Rat
		if a != nil && a.State == scoring.Scored && !a.IsCarried() {
			now = actual(a)
		}
		if now != nil && last != nil && !(q.Quarter <= 4/ind.Frequency.DuePerYear() && years[q.Year]) {
			moves = append(moves, new(big.Rat).Sub(now, last))
		}
		last = now
	}
	return moves
}

// fastest is the best of moves: the largest rise, the largest fall as a positive number,
// and of a sum that must stay small the least; nil when there are none.
func fastest(moves []*big.Rat, falls, adds bool) *big.Rat {
	var best *big.Rat
	for _, m := range moves {
		x := new(big.Rat).Set(m)
		if falls && !adds {
			x.Neg(x)
		}
		if best == nil || adds && falls && x.Cmp(best) < 0 || !(adds && falls) && x.Cmp(best) > 0 {
			best = x
		}
	}
	return best
}
