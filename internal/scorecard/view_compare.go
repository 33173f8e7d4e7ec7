package scorecard

import (
	"petajalan/internal/scoring"
)

// Comparison is what differs between two publications, the earlier one first. What only
// one of them holds because its period is newer is counted, not listed.
type Comparison struct {
	Before, After *View
	NewPeriods    []scoring.Period // only in After
	NewRecords    int              // achievements of NewPeriods

	Values  []AchievementChange // reported values that differ, in periods both have
	States  []AchievementChange // states that differ
	Figures []AchievementChange // figures that differ though value and state are the same, as by a new target
	Targets []TargetChange      // revisions that Before does not know
	Scores  []ScoreChange       // roll-ups that differ, in periods both have
	Method  bool                // the rule set differs
}

// AchievementChange is one record in both publications.
type AchievementChange struct{ Before, After *Achievement }

// ScoreChange is one roll-up in both publications; nil where one does not have it.
type ScoreChange struct{ Before, After *Score }

// TargetChange is a revision of a target and the one before it; Before is nil for a target
// that is new altogether.
type TargetChange struct{ Before, After *Target }

// Compare tells what changed from one publication to a later one.
func Compare(before, after *View) *Comparison {
	c := &Comparison{Before: before, After: after}
	for _, p := range after.Periods {
		if before.Calendar(p.Period) == nil {
			c.NewPeriods = append(c.NewPeriods, p.Period)
		}
	}
	c.compareAchievements()
	c.compareTargets()
	c.compareScores()
	c.Method = before.Method.ID != after.Method.ID || before.Method.FormulaVersion != after.Method.FormulaVersion ||
		!equal(&before.Method.Cap, &after.Method.Cap)
	return c
}

// IsEmpty reports whether nothing differs but the new periods.
func (c *Comparison) IsEmpty() bool {
	return len(c.Values)+len(c.States)+len(c.Figures)+len(c.Targets)+len(c.Scores) == 0 && !c.Method
}

func (c *Comparison) compareAchievements() {
	for i := range c.After.Achievements {
		now := &c.After.Achievements[i]
		then := c.Before.Achievement(now.Agency, now.Indicator, now.Period)
		if then == nil {
			if c.Before.Calendar(now.Period) == nil {
				c.NewRecords++
			}
			continue
		}
		change := AchievementChange{then, now}
		value := !equal(then.Reported, now.Reported) || !equal(then.Numerator, now.Numerator) || !equal(then.Denominator, now.Denominator)
		if value {
			c.Values = append(c.Values, change)
		}
		if then.State != now.State {
			c.States = append(c.States, change)
		} else if !value && (!equal(then.Raw, now.Raw) || !equal(then.Scored, now.Scored)) {
			c.Figures = append(c.Figures, change)
		}
	}
}

func (c *Comparison) compareTargets() {
	type revision struct {
		seriesKey
		year, number int
	}
	known := make(map[revision]bool, len(c.Before.Content.Targets))
	for _, t := range c.Before.Content.Targets {
		known[revision{seriesKey{t.Agency, t.Indicator}, t.Year, t.Revision}] = true
	}
	all := c.After.Content.Targets
	for i := range all {
		t := &all[i]
		if known[revision{seriesKey{t.Agency, t.Indicator}, t.Year, t.Revision}] {
			continue
		}
		change := TargetChange{After: t}
		if i > 0 && all[i-1].Agency == t.Agency && all[i-1].Indicator == t.Indicator && all[i-1].Year == t.Year {
			change.Before = &all[i-1]
		}
		c.Targets = append(c.Targets, change)
	}
}

func (c *Comparison) compareScores() {
	for i := range c.After.Content.Scores {
		now := &c.After.Content.Scores[i]
		if c.Before.Calendar(now.Period) == nil {
			continue
		}
		then := c.Before.Score(now.Level, now.Code, now.Period)
		if then == nil || !equal(then.Score, now.Score) || !equal(&then.Low, &now.Low) || !equal(&then.High, &now.High) {
			c.Scores = append(c.Scores, ScoreChange{then, now})
		}
	}
	for i := range c.Before.Content.Scores {
		then := &c.Before.Content.Scores[i]
		if c.After.Score(then.Level, then.Code, then.Period) == nil {
			c.Scores = append(c.Scores, ScoreChange{Before: then})
		}
	}
}
