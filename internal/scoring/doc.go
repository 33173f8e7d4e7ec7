// Package scoring is the arithmetic of the roadmap: from targets and reported values to
// achievements, and from achievements to scores. It knows no database, no clock and no
// language of the screen, so that the same inputs give the same score for ever.
//
// # From a report to an achievement
//
// [Rules.Assess] takes one target series (an indicator in an agency) with its targets and
// reports from the first period of the roadmap on, and says for each period what became
// of it: a [State] and, when it is scored, the achievement against the target to date.
// With R the value to date and T the target to date the formulas (method set m1) are
//
//	naik    R/T × 100               range: below lo R/lo, inside 1, above hi R/hi (× 100)
//	turun   (2 − R/T) × 100         range: below lo 2 − R/lo, inside 1, above hi 2 − R/hi
//	tepat   100 − |R−T|/T × 100     range: inside 100, outside 100 − distance/bound × 100
//
// Yes or no is 100 or 0; milestones and predicates are compared like naik by the percent
// of the step and the ordinal on the scale. The raw figure is kept; what enters a roll-up
// is held between 0 and the cap of the rule set.
//
// # From achievements to scores
//
// [Plan.RollUp] gives, for one period of one city, the scores of agencies, objectives,
// goals and the city. For an agency with due targets of weight w and scored figures c,
//
//	coverage = Σw(there) / Σw(due)      score = Σw·c / Σw(there)
//	low      = missing counted 0        high  = missing counted at the cap
//
// An objective or goal is the plain mean over agencies, the city the mean over goals by
// goal weight. A rating is claimed only when low and high share it.
//
// # A worked example
//
// An agency promised 80 % on time and reached 70 %: 70/80 × 100 = 87.5, weight 60. Its
// second target (weight 40) is not reported. Coverage is 0.6, score 87.50, low
// 0.6 × 87.5 = 52.50, high 52.50 + 0.4 × 100 = 92.50: "rendah" and "sangat tinggi" are
// not the same band, so no rating is claimed.
//
// # Exactness
//
// Nothing is rounded on the way: figures are exact fractions until they are shown, and
// then rounded half away from zero, once. Roll-ups are computed in intervals of 2⁻⁶⁴
// first; only where an interval cannot decide the last digit are they computed again
// with fractions of any size.
package scoring

// Version is the version of the formulas. It goes up whenever any output could change.
const Version = 1
