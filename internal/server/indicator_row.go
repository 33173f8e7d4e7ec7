package server

import (
	"math"
	"strconv"
	"strings"

	"petajalan/internal/chart"
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// indicatorRow is an indicator in the list of an agency.
type indicatorRow struct {
	Name, Href, Note  string
	Value, Target     string
	Until             string // up to when the target counts, where it is not that of the year
	Status            status
	Bullet            chart.SVG // empty where a bar would say nothing
	AxisLow, AxisHigh string
	Amended           *amendedPromise // nil unless the target was changed
	Spark             chart.SVG
	SparkWords        string
}

// newIndicatorRow tells what became of a target.
func newIndicatorRow(e *edition, a *scorecard.Achievement) indicatorRow {
	ind := e.Indicator(a.Indicator)
	o := outcomeOf(e, a)
	row := indicatorRow{
		Name: ind.Name, Href: explainPath(e, a), Note: sentence(ind.Definition), Status: o.status,
		Value:  formatMeasure(ind, a.Actual, a.ActualLabel, a.Target),
		Target: formatTarget(ind, a),
	}
	if o.Why != "" {
		row.Note = o.Why
	}
	if row.Target == noFigure {
		row.Target = ""
	} else {
		row.Until = targetUntil(e, a, row.Target)
	}
	if !a.State.IsDue() {
		return row
	}
	row.Amended = amendment(e, ind, a)
	row.Bullet, row.AxisLow, row.AxisHigh = bulletOf(e, ind, a)
	row.Spark, row.SparkWords = sparkOf(e, a)
	return row
}

// amendment is both promises for the year of a target that was changed.
func amendment(e *edition, ind *scorecard.Indicator, a *scorecard.Achievement) *amendedPromise {
	current, first := e.TargetPair(a.Agency, a.Indicator, a.AsOf.Year)
	if !a.IsAmended() || current == nil || first == nil || current == first {
		return nil
	}
	return &amendedPromise{Target: current, Year: a.AsOf.Year, First: yearTarget(e, ind, first), Now: yearTarget(e, ind, current)}
}

// amendedPromise is the target of a year in force, with the one first promised.
type amendedPromise struct {
	*scorecard.Target
	Year       int
	First, Now string // with their units
}

// Why is the reason for the change, without a full stop.
func (p amendedPromise) Why() string { return strings.TrimSuffix(p.Reason, ".") }

// Basis is the legal basis of the change, without a full stop.
func (p amendedPromise) Basis() string { return strings.TrimSuffix(p.LegalBasis, ".") }

// bulletOf draws a result against its target; empty for yes or no and for predicates,
// which are no lengths, and where there is neither result nor target.
func bulletOf(e *edition, ind *scorecard.Indicator, a *scorecard.Achievement) (svg chart.SVG, low, high string) {
	target := geometry(a.Target)
	b := chart.Bullet{Value: geometry(a.Actual), Target: target, SmallerIsBetter: a.Direction == scoring.LowerIsBetter}
	if a.TargetLow != nil {
		b.Target, b.TargetHigh = geometry(a.TargetLow), geometry(a.TargetHigh)
	}
	if ind.Kind == scoring.KindYesNo || ind.Kind == scoring.KindPredicate || b.Value == nil || b.Target == nil {
		return "", "", ""
	}
	if before := previousResult(e, a); before != nil {
		b.Previous = geometry(before.Actual)
	}
	axisLow, axisHigh, ok := axisOf(ind)
	if ind.Kind == scoring.KindMilestone {
		axisLow, axisHigh, ok = "0", "100", true
	}
	if !ok {
		axisLow, axisHigh = "0", strconv.FormatFloat(roundAxis(b.Value, b.Target, b.TargetHigh, b.Previous), 'f', -1, 64)
	}
	b.Low, b.High = *geometry(&axisLow), *geometry(&axisHigh)
	if target != nil && a.Direction != scoring.OnTarget {
		b.Fair, b.Good = wordLimits(e, a.Direction, *target)
	}
	return b.SVG(), withUnit(ind, formatExact(axisLow)), withUnit(ind, formatExact(axisHigh))
}

// wordLimits are the values of an indicator at which the words for one target change.
func wordLimits(e *edition, direction scoring.Direction, target float64) (fair, good *float64) {
	words := e.Method.Words
	if len(words) < 3 {
		return nil, nil
	}
	at := func(from *string) *float64 {
		raw := geometry(from)
		if raw == nil {
			return nil
		}
		v := target * *raw / 100
		if direction == scoring.LowerIsBetter {
			v = target * (2 - *raw/100)
		}
		return &v
	}
	return at(words[len(words)-2].From), at(words[0].From)
}

// roundAxis is a round end of an axis that shows all values.
func roundAxis(values ...*float64) float64 {
	most := 0.0
	for _, v := range values {
		if v != nil {
			most = math.Max(most, *v)
		}
	}
	if most == 0 {
		return 1
	}
	most *= 1.1
	step := math.Pow(10, math.Floor(math.Log10(most)))
	for _, m := range []float64{1, 1.5, 2, 3, 4, 5, 6, 8, 10} {
		if m*step >= most {
			return m * step
		}
	}
	return 10 * step
}

// previousResult is the result of the due period before the one a is from; nil when there
// is none.
func previousResult(e *edition, a *scorecard.Achievement) *scorecard.Achievement {
	p := a.AsOf.Previous()
	for !a.Frequency.Due(p.Quarter) {
		p = p.Previous()
	}
	return e.Achievement(a.Agency, a.Indicator, p)
}

// sparkOf draws how far the target was reached in each due period. A period without a
// result is a gap; without a result now there is nothing to draw towards.
func sparkOf(e *edition, a *scorecard.Achievement) (chart.SVG, string) {
	if a.Raw == nil {
		return "", ""
	}
	var values []*float64
	var figures []*string
	for _, q := range e.Series(a.Agency, a.Indicator) {
		if q == nil || q.IsCarried() || !q.State.IsDue() {
			continue
		}
		values = append(values, geometry(q.Raw))
		if q.Raw != nil {
			figures = append(figures, q.Raw)
		}
	}
	if len(figures) < 2 {
		return "", ""
	}
	words := "Capaian tetap"
	if c := newChange(scorecard.Subtract(figures[len(figures)-1], figures[0])); c.Mark != "flat" {
		words = "Capaian " + c.Word + " " + c.Text + " poin sejak awal"
	}
	return chart.Spark(values, 10), words
}

// targetUntil says up to when a target to date counts, where it is not that of the whole
// year: "sampai triwulan ini". It is empty where the year's target is held in every period.
func targetUntil(e *edition, a *scorecard.Achievement, toDate string) string {
	ind := e.Indicator(a.Indicator)
	current, _ := e.TargetPair(a.Agency, a.Indicator, a.AsOf.Year)
	switch {
	case toDate == noFigure || current == nil || yearTarget(e, ind, current) == toDate:
		return ""
	case a.IsCarried():
		return "sampai " + formatPeriod(a.AsOf)
	}
	return "sampai triwulan ini"
}
