package scorecard

import (
	"cmp"
	"math/big"
	"slices"
	"strings"

	"petajalan/internal/scoring"
)

// Words returns the words for one target from its raw figure (Tercapai, Hampir tercapai,
// Belum tercapai), by the limits of the method; nil when there is no figure.
func (v *View) Words(raw *string) *Band { return bandOf(v.Method.Words, raw) }

// Band returns the band a figure lies in, by the limits of the method; nil when there is
// no figure. A score claims a band only through its own Rating: see RatingBand.
func (v *View) Band(figure *string) *Band { return bandOf(v.Method.Bands, figure) }

// RatingBand returns the band with this code; nil for null: the band is not sure.
func (v *View) RatingBand(rating *string) *Band {
	if rating == nil {
		return nil
	}
	for i := range v.Method.Bands {
		if v.Method.Bands[i].Rating == *rating {
			return &v.Method.Bands[i]
		}
	}
	return nil
}

// Rank returns the place of a band from the bottom: 1 for the lowest; 0 for none.
func (v *View) Rank(rating *string) int {
	if rating == nil {
		return 0
	}
	for i, b := range v.Method.Bands {
		if b.Rating == *rating {
			return len(v.Method.Bands) - i
		}
	}
	return 0
}

func bandOf(bands []Band, figure *string) *Band {
	x := number(figure)
	if x == nil {
		return nil
	}
	for i := range bands {
		if from := number(bands[i].From); from == nil || x.Cmp(from) >= 0 {
			return &bands[i]
		}
	}
	return nil
}

// Change returns by how much a rounded score differs from that of the period before, with
// 2 decimals; nil when either is missing.
func (v *View) Change(level scoring.Level, code string, p scoring.Period) *string {
	now, before := v.Score(level, code, p), v.Score(level, code, p.Previous())
	if now == nil || before == nil {
		return nil
	}
	return Subtract(now.Score, before.Score)
}

// Subtract returns a − b with 2 decimals; nil when either is null.
func Subtract(a, b *string) *string {
	x, y := number(a), number(b)
	if x == nil || y == nil {
		return nil
	}
	return roundedPointer(x.Sub(x, y))
}

// Reporting counts the agencies that owed something in this very period (nothing carried)
// and, of these, those that have handed in at least one report for it.
func (v *View) Reporting(p scoring.Period) (reported, due int) {
	for i := range v.Agencies {
		owes, handedIn := v.reporting(v.Agencies[i].Code, p)
		if owes {
			due++
			if handedIn {
				reported++
			}
		}
	}
	return reported, due
}

func (v *View) reporting(agency string, p scoring.Period) (owes, handedIn bool) {
	for _, a := range v.AchievementsOf(agency, p) {
		if a.IsCarried() {
			continue
		}
		owes = owes || a.State.IsDue()
		handedIn = handedIn || a.HandedIn()
	}
	return owes, handedIn
}

// HandedIn reports whether a report for this very period has been handed in.
func (a *Achievement) HandedIn() bool {
	return a.Reported != nil || a.Numerator != nil || a.Provenance != nil && a.Provenance.Reported != nil
}

// Silent returns the agencies that owed something in this very period and handed in
// nothing, by name.
func (v *View) Silent(p scoring.Period) []*Agency {
	var silent []*Agency
	for i := range v.Agencies {
		if owes, handedIn := v.reporting(v.Agencies[i].Code, p); owes && !handedIn {
			silent = append(silent, &v.Agencies[i])
		}
	}
	slices.SortFunc(silent, ByName)
	return silent
}

// Lowest returns the n targets with the lowest scores under a roll-up in the newest
// period; of equal ones the heavier first, then by indicator and agency code.
func (v *View) Lowest(level scoring.Level, code string, n int) []*Achievement {
	return v.LowestIn(level, code, v.Latest(), n)
}

// LowestIn is Lowest in any period.
func (v *View) LowestIn(level scoring.Level, code string, p scoring.Period, n int) []*Achievement {
	type ranked struct {
		*Achievement
		scored, weight *big.Rat
	}
	var all []ranked
	for _, a := range v.AchievementsUnder(level, code, p) {
		if scored := number(a.Scored); scored != nil {
			all = append(all, ranked{a, scored, number(&a.Weight)})
		}
	}
	slices.SortFunc(all, func(a, b ranked) int {
		return cmp.Or(a.scored.Cmp(b.scored), b.weight.Cmp(a.weight),
			strings.Compare(a.Indicator, b.Indicator), strings.Compare(a.Agency, b.Agency))
	})
	lowest := make([]*Achievement, 0, n)
	for _, a := range all[:min(n, len(all))] {
		lowest = append(lowest, a.Achievement)
	}
	return lowest
}

// PeerMean returns the plain mean of the scores in the peer group of an agency, not rounded
// (see Mean), and over how many agencies; nil and 0 when none has a score.
func (v *View) PeerMean(code string, p scoring.Period) (mean *string, agencies int) {
	a := v.Agency(code)
	if a == nil || a.Group() == "" {
		return nil, 0
	}
	var scores []*string
	for _, peer := range v.Reporters(a.Group()) {
		if s := v.Score(scoring.LevelAgency, peer.Code, p); s != nil {
			scores = append(scores, s.Score)
		}
	}
	return Mean(scores)
}

// Mean returns the plain mean of the figures that are not null and how many they are; nil
// and 0 when there are none. It is not rounded, so that whoever shows it rounds once; one
// that does not end has 12 decimals.
func Mean(figures []*string) (mean *string, n int) {
	exact, n := exactMean(figures)
	if n == 0 {
		return nil, 0
	}
	s := plainText(exact)
	return &s, n
}

// roundedMean is Mean with 2 decimals, as achievements have them.
func roundedMean(figures []*string) *string {
	exact, _ := exactMean(figures)
	return roundedPointer(exact)
}

// exactMean is the mean of the figures that are not null; nil and 0 when there are none.
func exactMean(figures []*string) (mean *big.Rat, n int) {
	sum := new(big.Rat)
	for _, f := range figures {
		if x := number(f); x != nil {
			sum.Add(sum, x)
			n++
		}
	}
	if n == 0 {
		return nil, 0
	}
	return sum.Quo(sum, big.NewRat(int64(n), 1)), n
}

// WeightedMean returns Σw·c / Σw over the targets that are scored, with 2 decimals, the sum
// of their weights and how many they are; nil, "0" and 0 when none is. As in the roll-up,
// c is not rounded before.
func (v *View) WeightedMean(targets []*Achievement) (mean *string, weights string, n int) {
	sum, weight := new(big.Rat), new(big.Rat)
	for _, a := range targets {
		w, c := number(&a.Weight), v.scoredExactly(a)
		if w == nil || c == nil {
			continue
		}
		n++
		weight.Add(weight, w)
		sum.Add(sum, c.Mul(c, w))
	}
	if weight.Sign() > 0 {
		mean = roundedPointer(sum.Quo(sum, weight))
	}
	return mean, plainText(weight), n
}

// Finding is a fact about an indicator over all agencies that have results of their own
// for it both in the newest period and in the one it is compared with.
type Finding struct {
	Indicator *Indicator
	Agency    *Agency        // the only agency that has it; nil when there are more
	Agencies  int            // how many are compared
	Mean      string         // mean of their scored achievements, 2 decimals
	Before    *string        // the same mean in Since; nil when there is nothing to compare
	Change    *string        // Mean − Before
	Since     scoring.Period // the period compared with; zero when there is none
	// Numerator and Denominator are the sums to date of a fraction over these agencies,
	// exact; both nil for indicators that are no fractions.
	Numerator, Denominator *string
}

// Improved returns up to n indicators whose achievement rose most since the period before
// they were last due, the largest rise first.
func (v *View) Improved(n int) []Finding {
	var up []Finding
	for _, f := range v.findings() {
		if change := number(f.Change); change != nil && change.Sign() > 0 {
			up = append(up, f)
		}
	}
	slices.SortFunc(up, func(a, b Finding) int {
		return cmp.Or(number(b.Change).Cmp(number(a.Change)), strings.Compare(a.Indicator.Code, b.Indicator.Code))
	})
	return up[:min(n, len(up))]
}

// NeedsAttention returns up to n indicators that are furthest below their targets, the
// lowest first. One whose mean counts as reached is not in it.
func (v *View) NeedsAttention(n int) []Finding {
	var low []Finding
	for _, f := range v.findings() {
		if len(v.Method.Words) > 0 && v.Words(&f.Mean) != &v.Method.Words[0] {
			low = append(low, f)
		}
	}
	slices.SortFunc(low, func(a, b Finding) int {
		return cmp.Or(number(&a.Mean).Cmp(number(&b.Mean)), strings.Compare(a.Indicator.Code, b.Indicator.Code))
	})
	return low[:min(n, len(low))]
}

// findings has one entry for each indicator with results of its own in the newest period.
func (v *View) findings() []Finding {
	var found []Finding
	for i := range v.Indicators {
		if f, ok := v.Finding(v.Indicators[i].Code); ok {
			found = append(found, f)
		}
	}
	return found
}

// Finding sums up an indicator over all agencies in the newest period; false when no
// agency has a result of that very period. It is compared with the due period before,
// over the agencies that have a result in both.
func (v *View) Finding(indicator string) (Finding, bool) {
	ind := v.Indicator(indicator)
	if ind == nil {
		return Finding{}, false
	}
	var now []*Achievement
	for _, a := range v.AchievementsFor(indicator, v.Latest()) {
		if a.State == scoring.Scored && !a.IsCarried() {
			now = append(now, a)
		}
	}
	if len(now) == 0 {
		return Finding{}, false
	}
	since := v.Latest().Previous()
	for !ind.Frequency.Due(since.Quarter) {
		since = since.Previous()
	}
	var both []*Achievement
	var then []*string
	for _, a := range now {
		if b := v.Achievement(a.Agency, indicator, since); b != nil && b.State == scoring.Scored {
			both = append(both, a)
			then = append(then, b.Scored)
		}
	}
	f := Finding{Indicator: ind}
	if len(both) > 0 {
		now, f.Since = both, since
		f.Before = roundedMean(then)
	}
	f.Agencies = len(now)
	if f.Agencies == 1 && len(v.AchievementsFor(indicator, v.Latest())) == 1 {
		f.Agency = v.Agency(now[0].Agency)
	}
	scored := make([]*string, len(now))
	numerators, denominators := new(big.Rat), new(big.Rat)
	for i, a := range now {
		scored[i] = a.Scored
		if n, d := number(a.ActualNumerator), number(a.ActualDenominator); n != nil && d != nil {
			numerators.Add(numerators, n)
			denominators.Add(denominators, d)
		}
	}
	mean := roundedMean(scored)
	f.Mean, f.Change = *mean, Subtract(mean, f.Before)
	if ind.Kind == scoring.KindFraction && denominators.Sign() > 0 {
		n, d := plainText(numerators), plainText(denominators)
		f.Numerator, f.Denominator = &n, &d
	}
	return f, true
}

// duePeriods are the periods of the publication up to p in which a frequency is due, oldest
// first.
func (v *View) duePeriods(f scoring.Frequency, p scoring.Period) []scoring.Period {
	var due []scoring.Period
	for _, info := range v.Periods {
		if !p.Before(info.Period) && f.Due(info.Period.Quarter) {
			due = append(due, info.Period)
		}
	}
	return due
}
