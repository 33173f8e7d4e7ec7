package server

import (
	"strconv"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// changeExample works out for one score of this edition whether its change is real.
type changeExample struct {
	Name, Href          string
	Points              int
	Mean, Low, High     string
	Before, Now, Change string
	Real                bool
	Above               bool // the newest point lies above the limits; else below, where Real
	Missing             bool // the change stands out, but missing data alone could explain it
}

// newChangeExample takes the city's score, or the first agency by code, whose change is
// real; else one that can be judged at all. Nil when none can.
func newChangeExample(e *edition) *changeExample {
	var chosen *changeExample
	try := func(level scoring.Level, code, name, href string) bool {
		r := e.Real(level, code, e.View.Latest())
		now := e.Score(level, code, e.View.Latest())
		if r.Low == nil || r.Change == nil || now == nil || now.Score == nil || r.Missing {
			return false
		}
		if chosen != nil && (chosen.Real || r.Verdict != scorecard.ChangeReal) {
			return chosen.Real
		}
		before := e.Score(level, code, r.Since)
		if before == nil || before.Score == nil {
			return false
		}
		chosen = &changeExample{
			Name: name, Href: href, Points: r.Points,
			Mean: formatNumber(*r.Mean, 2), Low: formatNumber(*r.Low, 2), High: formatNumber(*r.High, 2),
			Before: formatNumber(*before.Score, 2), Now: formatNumber(*now.Score, 2), Change: formatSigned(*r.Change, 2),
			Real: r.Verdict == scorecard.ChangeReal,
		}
		change, ok := hundredths(*r.Change)
		chosen.Above = ok && change > 0
		return chosen.Real
	}
	if try(scoring.LevelCity, scoring.CityCode, "Kota Blitar", e.Link("/")) {
		return chosen
	}
	for i := range e.Agencies {
		a := &e.Agencies[i]
		if isLate(e, a.Code) {
			continue
		}
		if try(scoring.LevelAgency, a.Code, a.Name, agencyPath(e, a)) {
			break
		}
	}
	return chosen
}

// paceExample is a target with what it takes to reach it.
type paceExample struct {
	Indicator, Agency string
	Href              string
	Actual, Target    string
	Text              string
}

// newPaceExample takes the first target by agency and indicator that still has a way to go
// and whose best pace is known; nil when there is none.
func newPaceExample(e *edition) *paceExample {
	for i := range e.Agencies {
		for _, a := range e.AchievementsOf(e.Agencies[i].Code, e.View.Latest()) {
			p := e.Pace(a.Agency, a.Indicator, a.Period)
			if p == nil || p.Adds || p.Best == nil || p.Year == nil && p.End == nil {
				continue
			}
			to := p.Year
			if to == nil || to.Needed == nil {
				to = p.End
			}
			if to == nil || to.Needed == nil || a.Kind != scoring.KindFraction {
				continue
			}
			ind := e.Indicator(a.Indicator)
			return &paceExample{
				Indicator: ind.Name, Agency: e.Agencies[i].Name, Href: explainPath(e, a),
				Actual: formatMeasure(ind, a.Actual, a.ActualLabel, a.Target),
				Target: withUnit(ind, formatExact(to.Target)) + " pada " + strconv.Itoa(to.Year),
				Text:   paceText(e, a),
			}
		}
	}
	return nil
}

// amendedExample is a target that was amended, held against both.
type amendedExample struct {
	Indicator, Agency, Href string
	Period                  string // until which the targets count
	First, Now              string
	FirstRaw, Raw           string
	Reason                  string
}

// newAmendedExample takes the first target by agency and indicator that was amended and
// scored; nil when there is none.
func newAmendedExample(e *edition) *amendedExample {
	for i := range e.Agencies {
		for _, a := range e.AchievementsOf(e.Agencies[i].Code, e.View.Latest()) {
			if !a.IsAmended() || a.Raw == nil || a.FirstRaw == nil {
				continue
			}
			ind := e.Indicator(a.Indicator)
			x := &amendedExample{
				Indicator: ind.Name, Agency: e.Agencies[i].Name, Href: explainPath(e, a),
				Period: formatPeriod(a.AsOf), First: formatFirstTarget(e.View, a), Now: formatTarget(ind, a),
				FirstRaw: formatNumber(*a.FirstRaw, 2), Raw: formatNumber(*a.Raw, 2),
			}
			if t, _ := e.TargetPair(a.Agency, a.Indicator, a.AsOf.Year); t != nil {
				x.Reason = sentence(t.Reason)
			}
			return x
		}
	}
	return nil
}
