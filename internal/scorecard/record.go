package scorecard

import (
	"maps"
	"slices"
	"time"

	"petajalan/internal/scoring"
)

// achievementRecords returns the records of all periods: by period, agency and indicator.
func (r *results) achievementRecords(number int, scales map[string]Scale, origins map[int64]*Provenance) []Achievement {
	out := make([]Achievement, 0, len(r.periods)*len(r.series))
	for i := range r.periods {
		for k, s := range r.series {
			if r.has(s, i) {
				out = append(out, r.achievementRecord(number, k, i, scales, origins))
			}
		}
	}
	return out
}

func (r *results) achievementRecord(number, k, i int, scales map[string]Scale, origins map[int64]*Provenance) Achievement {
	s, a, p := r.series[k], &r.achieved[k][i], r.periods[i]
	sheet := r.plan(p).sheets[s.indicatorID]
	report := &s.reports[i]
	c := Achievement{
		Period: p, Agency: s.agency, Indicator: s.indicator, Objective: sheet.objective, Goal: sheet.goal,
		Kind: sheet.kind, Direction: sheet.direction, Consolidation: sheet.consolidation, Frequency: sheet.frequency, Unit: sheet.unit,
		State: a.State, StateReason: textOrNull(r.stateReason(k, i)), StateUntil: r.stateUntil(k, i), Weight: scoring.ScaledText(a.Weight, 2), AsOf: a.AsOf,
		Rating: textOrNull(a.Rating), Method: r.rule.code, Publication: number,
	}
	if v := report.verified; v != nil {
		c.Evidence = textOrNull(v.evidence)
		if v.actual != nil {
			c.Reported = exactText(scoring.RatioOf(*v.actual), true)
		}
		if v.numerator != nil {
			c.Numerator = exactText(scoring.RatioOf(*v.numerator), true)
			c.Denominator = exactText(scoring.RatioOf(*v.denominator), true)
		}
	}
	c.Provenance = origins[report.reportID]

	c.Actual = exactText(a.Actual, a.HasActual)
	c.ActualNumerator = exactText(a.Numerator, a.HasActual && a.IsFraction)
	c.ActualDenominator = exactText(a.Denominator, a.HasActual && a.IsFraction)
	if a.HasActual {
		c.ActualLabel = sheet.label(a.Actual, scales)
	}
	if a.HasTarget {
		c.Target = exactText(a.Target, !a.TargetRange)
		c.TargetLow, c.TargetHigh = exactText(a.TargetLow, a.TargetRange), exactText(a.TargetHigh, a.TargetRange)
		if !a.TargetRange {
			c.TargetLabel = sheet.label(a.Target, scales)
		}
	}
	if a.HasFirst {
		c.FirstTarget = exactText(a.FirstTarget, !a.FirstTargetRange)
		c.FirstTargetLow, c.FirstTargetHigh = exactText(a.FirstTargetLow, a.FirstTargetRange), exactText(a.FirstTargetHigh, a.FirstTargetRange)
	}
	if a.State == scoring.Scored {
		c.Raw, c.Scored = shownText(a.Raw), shownText(a.Scored)
		if a.HasFirst {
			c.FirstRaw, c.FirstScored = shownText(a.FirstRaw), shownText(a.FirstScored)
		}
	}
	return c
}

// label says the value of a predicate, a milestone or a yes/no in words; null for the others.
func (s *sheet) label(value scoring.Ratio, scales map[string]Scale) *string {
	switch s.kind {
	case scoring.KindYesNo:
		if value.Sign() > 0 {
			return textOrNull("ya")
		}
		return textOrNull("tidak")
	case scoring.KindMilestone:
		for _, step := range s.steps {
			if scoring.RatioOf(step.percent).Cmp(value) == 0 {
				return textOrNull(step.name)
			}
		}
	case scoring.KindPredicate:
		for _, step := range scales[s.scale].Steps {
			if scoring.Scale(int64(step.Ordinal), 0).Cmp(value) == 0 {
				return textOrNull(step.Code)
			}
		}
	}
	return nil
}

func textOrNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func exactText(x scoring.Ratio, there bool) *string {
	if !there {
		return nil
	}
	return textOrNull(x.ExactText())
}

func shownText(x scoring.Ratio) *string { return textOrNull(x.Text(2)) }

func hundredthsText(v int64, there bool) *string {
	if !there {
		return nil
	}
	return textOrNull(scoring.ScaledText(v, 2))
}

// scoreRecords returns the records of all periods: by period, then city, goals, objectives
// and agencies by code.
func (r *results) scoreRecords(number int) []Score {
	var out []Score
	for i, p := range r.periods {
		for _, s := range r.scores[i] {
			out = append(out, Score{
				Level: s.Level, Code: s.Code, Period: p,
				Score: hundredthsText(s.Score, s.HasScore), Low: scoring.ScaledText(s.Low, 2), High: scoring.ScaledText(s.High, 2),
				Coverage: scoring.ScaledText(s.Coverage, 4), Rating: textOrNull(s.Rating),
				Counts:     Counts{Ratings: s.Ratings, States: s.States},
				FirstScore: hundredthsText(s.FirstScore, s.HasFirstScore),
				FirstLow:   hundredthsText(s.FirstLow, s.HasFirst), FirstHigh: hundredthsText(s.FirstHigh, s.HasFirst),
				Method: r.rule.code, Publication: number,
			})
		}
	}
	return out
}

// status is the weakest status among the targets in force in the run's year: as long as one
// is an example, the publication is.
func (r *results) status() string {
	weakest := "resmi"
	for _, s := range r.series {
		t := s.years[len(s.years)-1].inForce
		switch {
		case t == nil:
		case t.status == "contoh":
			return t.status
		case t.status == "rancangan":
			weakest = t.status
		}
	}
	return weakest
}

// lateBy reports whether a report was handed in after the deadline of period i.
func (r *results) lateBy(i int, at time.Time) bool { return !at.Before(r.due[i]) }

func sortedKeys[K ~string, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
