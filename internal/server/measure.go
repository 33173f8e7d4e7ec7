package server

import (
	"strings"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// formatMeasure writes a value of an indicator with its unit: "94,3%", "14 menit", "86,5".
// label is the value in words (a predicate, a step, yes or no) and wins where there is
// one. beside is a value that stands near it, such as the target; where both would look
// the same though they are not, more decimals are shown. Nil is "–".
func formatMeasure(ind *scorecard.Indicator, value, label, beside *string) string {
	if label != nil && *label != "" {
		return *label
	}
	if value == nil {
		return noFigure
	}
	return withUnit(ind, shortNumber(ind, *value, beside))
}

// shortNumber rounds a value to what a reader needs: one decimal of a percentage, of
// others as many as the indicator has, without noughts at the end.
func shortNumber(ind *scorecard.Indicator, value string, beside *string) string {
	d, ok := parseDigits(value)
	if !ok {
		return value
	}
	decimals := ind.Decimals
	if ind.Kind == scoring.KindFraction {
		decimals = tellingDecimals(d, everything, min(decimals, 1))
	}
	if beside != nil {
		decimals = tellingDecimals(d, *beside, decimals)
	}
	return formatExact(d.round(decimals).plain())
}

// everything is all of something in percent; what is a little less does not look like it.
const everything = "100"

// tellingDecimals is decimals, or as many more as it takes to see that d is not the
// figure beside it.
func tellingDecimals(d digits, beside string, decimals int) int {
	b, ok := parseDigits(beside)
	if !ok {
		return decimals
	}
	most := max(len(d.fraction), len(b.fraction), 2)
	for ; decimals < min(most, 4); decimals++ {
		if d.round(decimals) != b.round(decimals) || d.round(most) == b.round(most) {
			break
		}
	}
	return decimals
}

// formatShareBeside writes a percentage without decimals, or with those that show on
// which side of its target it lies.
func formatShareBeside(share string, target *string) string {
	d, ok := parseDigits(share)
	if !ok {
		return share
	}
	decimals := tellingDecimals(d, everything, 0)
	if target != nil {
		decimals = tellingDecimals(d, *target, decimals)
	}
	return d.round(decimals).indonesian() + "%"
}

// withUnit adds the unit where it is a word to count in. "indeks 0-5" and "skor 0-100"
// say how a value is to be read and are told where the indicator is described.
func withUnit(ind *scorecard.Indicator, number string) string {
	switch unit := ind.Unit; {
	case unit == "%":
		return number + "%"
	case unit == "", strings.HasPrefix(unit, "indeks"), strings.HasPrefix(unit, "skor"), strings.HasPrefix(unit, "predikat"),
		ind.Kind == scoring.KindYesNo, ind.Kind == scoring.KindMilestone:
		return number
	default:
		return number + " " + unit
	}
}

// formatTarget writes the target of an achievement as a promise: "90%", "paling banyak 15
// menit", "antara 60% dan 85%". It is "–" when there is none.
func formatTarget(ind *scorecard.Indicator, a *scorecard.Achievement) string {
	if a.TargetLabel != nil && *a.TargetLabel != "" {
		return *a.TargetLabel
	}
	if a.TargetLow != nil && a.TargetHigh != nil {
		return "antara " + withUnit(ind, shortNumber(ind, *a.TargetLow, nil)) + " dan " + withUnit(ind, shortNumber(ind, *a.TargetHigh, nil))
	}
	if a.Target == nil {
		return noFigure
	}
	text := withUnit(ind, shortNumber(ind, *a.Target, a.Actual))
	if a.Direction == scoring.LowerIsBetter {
		if isDuration(ind.Unit) {
			return "paling lama " + text
		}
		return "paling banyak " + text
	}
	return text
}

// isDuration reports whether a unit counts time.
func isDuration(unit string) bool {
	for _, word := range []string{"detik", "menit", "jam", "hari", "bulan"} {
		if strings.HasPrefix(unit, word) {
			return true
		}
	}
	return false
}

// axisOf gives the ends of an indicator's scale where its unit names them ("indeks 0-5",
// "skor 0-100", "%"); ok is false for a count, which has no end.
func axisOf(ind *scorecard.Indicator) (low, high string, ok bool) {
	if ind.Unit == "%" {
		return "0", "100", true
	}
	_, span, found := strings.Cut(ind.Unit, " ")
	if !found {
		return "", "", false
	}
	low, high, found = strings.Cut(span, "-")
	_, okLow := parseDigits(low)
	_, okHigh := parseDigits(high)
	return low, high, found && okLow && okHigh
}
