package scorecard

import (
	"math/big"
	"regexp"
	"strconv"

	"petajalan/internal/scoring"
)

// Verdict says whether a change stands out from what a series does anyway.
type Verdict string

// The verdicts. Their words on pages are "perubahan berarti", "masih wajar" and "belum
// cukup data untuk menilai perubahan".
const (
	ChangeReal    Verdict = "berarti"
	ChangeWithin  Verdict = "wajar"
	ChangeUnknown Verdict = "belum_cukup" // too few points, or nothing to compare
)

// Reality is the judgement on the change into a period, by the rule of control charts
// (XmR): a change is real when the newest point lies outside the natural limits, mean ±
// 2.66 × mean moving range of the earlier points, on the side to which it moved, and by a
// step larger than the mean moving range: a series that has left its limits before gets no
// second arrow for a small step further on.
//
// Earlier points are those since the last break in the series. A moving range is the
// distance between two points of neighbouring due periods: none is taken across a gap.
// Fewer than 4 earlier points or 3 moving ranges are too few to judge.
type Reality struct {
	Verdict Verdict
	Change  *string        // newest point − the one before, 2 decimals; nil when either is missing
	Since   scoring.Period // of the point before; zero when there is none
	Points  int            // earlier points of the same scale
	// Natural limits and their middle, 2 decimals; nil when there are too few points.
	Low, Mean, High *string
	// Missing: the two points may differ by missing data alone, so that nothing is claimed.
	Missing bool
}

// Least earlier points and moving ranges a change is judged by.
const (
	leastPoints = 4
	leastRanges = 3
)

// limitFactor brings a mean moving range of two points to three standard deviations: 2.66.
var limitFactor = big.NewRat(266, 100)

// point is one period of a series: nil where there is no value. Break says that it is
// measured in another way than those before it.
type point struct {
	period    scoring.Period
	value     *big.Rat
	breakHere bool
}

// Real judges the change of a rounded score from the period before p into p. A rule set
// that changed is a break. Where data are missing in either and the intervals overlap, the
// change stays within: the missing data alone could explain it.
func (v *View) Real(level scoring.Level, code string, p scoring.Period) Reality {
	now, before := v.Score(level, code, p), v.Score(level, code, p.Previous())
	var points []point
	method := ""
	for _, info := range v.Periods {
		if p.Before(info.Period) {
			break
		}
		pt := point{period: info.Period}
		if s := v.Score(level, code, info.Period); s != nil {
			pt.value = number(s.Score)
			pt.breakHere = method != "" && s.Method != method
			method = s.Method
		}
		points = append(points, pt)
	}
	r := judge(points, p)
	if now == nil || before == nil || now.Score == nil || before.Score == nil {
		r.Verdict, r.Change, r.Since = ChangeUnknown, nil, scoring.Period{}
		return r
	}
	if (isPartial(now) || isPartial(before)) && spansMeet(now, before) {
		r.Verdict, r.Missing = ChangeWithin, true
	}
	return r
}

// isPartial reports whether data that are due are missing under a score.
func isPartial(s *Score) bool {
	coverage := number(&s.Coverage)
	return coverage != nil && coverage.Cmp(big.NewRat(1, 1)) < 0
}

// spansMeet reports whether the intervals of two scores have a figure in common.
func spansMeet(a, b *Score) bool {
	reaches := func(high, low string) bool {
		x, y := number(&high), number(&low)
		return x != nil && y != nil && x.Cmp(y) >= 0
	}
	return reaches(a.High, b.Low) && reaches(b.High, a.Low)
}

// SeriesReal judges the newest own verified result of a series up to p against those
// before it. Each point is what one due period brought: of a fraction its own percentage,
// not the year to date; carried results are no points. Yes or no, milestones and
// predicates are not judged: they move in steps.
func (v *View) SeriesReal(agency, indicator string, p scoring.Period) Reality {
	ind := v.Indicator(indicator)
	if ind == nil || !isMeasured(ind.Kind) {
		return Reality{Verdict: ChangeUnknown}
	}
	years, dated := BreakYears(ind.BreakNote)
	var points []point
	year := 0
	for _, q := range v.duePeriods(ind.Frequency, p) {
		pt := point{period: q, value: OwnResult(v.Achievement(agency, indicator, q))}
		if year != 0 && q.Year != year {
			pt.breakHere = years[q.Year]
		}
		year = q.Year
		points = append(points, pt)
	}
	if len(points) == 0 {
		return Reality{Verdict: ChangeUnknown}
	}
	r := judge(points, points[len(points)-1].period)
	if ind.BreakNote != "" && !dated {
		r.Verdict = ChangeUnknown // somewhere in the series the measure changed
	}
	return r
}

// IndicatorReal judges how far an indicator is achieved over all agencies: each point is
// the mean scored achievement, in one due period, of the agencies that have an own result
// in the newest. What moves in steps is not judged, as in SeriesReal.
func (v *View) IndicatorReal(indicator string, p scoring.Period) Reality {
	ind := v.Indicator(indicator)
	if ind == nil || !isMeasured(ind.Kind) {
		return Reality{Verdict: ChangeUnknown}
	}
	var agencies []string
	for _, a := range v.AchievementsFor(indicator, p) {
		if a.State == scoring.Scored && !a.IsCarried() {
			agencies = append(agencies, a.Agency)
		}
	}
	var points []point
	for _, info := range v.Periods {
		if p.Before(info.Period) {
			break
		}
		if !ind.Frequency.Due(info.Period.Quarter) {
			continue
		}
		var figures []*string
		for _, agency := range agencies {
			if a := v.Achievement(agency, indicator, info.Period); a != nil && a.State == scoring.Scored && !a.IsCarried() {
				figures = append(figures, a.Scored)
			}
		}
		mean := roundedMean(figures)
		points = append(points, point{period: info.Period, value: number(mean)})
	}
	return judge(points, p)
}

// isMeasured reports whether values of a kind are measured on a line, not counted in steps.
func isMeasured(k scoring.Kind) bool {
	switch k {
	case scoring.KindYesNo, scoring.KindMilestone, scoring.KindPredicate:
		return false
	}
	return true
}

// OwnResult is what a due period itself brought, exactly: its own verified value, of a
// fraction its own percentage. It is nil where there is none, where the result is carried,
// and where nothing happened (a denominator of 0).
func OwnResult(a *Achievement) *big.Rat {
	if a == nil || a.IsCarried() {
		return nil
	}
	if a.Kind != scoring.KindFraction {
		return number(a.Reported)
	}
	n, d := number(a.Numerator), number(a.Denominator)
	if n == nil || d == nil || d.Sign() == 0 {
		return nil
	}
	return n.Mul(n, big.NewRat(100, 1)).Quo(n, d)
}

var yearPattern = regexp.MustCompile(`\b(19|20)[0-9]{2}\b`)

// BreakYears are the years from which an indicator is measured in another way: those its
// note on breaks names. It is false for a note without a year, and for no note.
func BreakYears(note string) (years map[int]bool, dated bool) {
	years = map[int]bool{}
	for _, text := range yearPattern.FindAllString(note, -1) {
		if y, err := strconv.Atoi(text); err == nil {
			years[y] = true
		}
	}
	return years, len(years) > 0
}

// judge applies the rule to the point of period p, the last of points, which are the due
// periods in order.
func judge(points []point, p scoring.Period) Reality {
	r := Reality{Verdict: ChangeUnknown}
	if len(points) == 0 || points[len(points)-1].period != p {
		return r
	}
	newest := points[len(points)-1]
	earlier := points[:len(points)-1]
	for i := len(points) - 1; i > 0; i-- {
		if points[i].breakHere {
			earlier = points[i:max(i, len(points)-1)]
			break
		}
	}
	sum, ranges := new(big.Rat), new(big.Rat)
	moves := 0
	var before, last *big.Rat // last: of the point right before, nil after a gap
	for _, pt := range earlier {
		if pt.value == nil {
			last = nil
			continue
		}
		r.Points++
		sum.Add(sum, pt.value)
		if last != nil {
			ranges.Add(ranges, distance(pt.value, last))
			moves++
		}
		before, last, r.Since = pt.value, pt.value, pt.period
	}
	if newest.value == nil || before == nil {
		r.Since = scoring.Period{}
		return r
	}
	change := new(big.Rat).Sub(newest.value, before)
	r.Change = roundedPointer(change)
	if r.Points < leastPoints || moves < leastRanges {
		return r
	}
	mean := sum.Quo(sum, big.NewRat(int64(r.Points), 1))
	usual := ranges.Quo(ranges, big.NewRat(int64(moves), 1))
	reach := new(big.Rat).Mul(usual, limitFactor)
	low, high := new(big.Rat).Sub(mean, reach), new(big.Rat).Add(mean, reach)
	r.Low, r.Mean, r.High = roundedPointer(low), roundedPointer(mean), roundedPointer(high)
	r.Verdict = ChangeWithin
	beyond := newest.value.Cmp(high) > 0 && change.Sign() > 0 || newest.value.Cmp(low) < 0 && change.Sign() < 0
	if beyond && change.Abs(change).Cmp(usual) > 0 {
		r.Verdict = ChangeReal
	}
	return r
}

// distance is |a − b|.
func distance(a, b *big.Rat) *big.Rat {
	d := new(big.Rat).Sub(a, b)
	return d.Abs(d)
}
