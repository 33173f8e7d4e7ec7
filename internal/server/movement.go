package server

import (
	"math/big"
	"slices"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// withinReason is said of a difference that may come from missing data alone.
const withinReason = "masih wajar"

// movement is the change of a score between two periods, each nil where there is none. It
// is withinReason, without a mark, where data are missing in either period and the
// intervals overlap: the missing data alone could explain the difference.
func movement(now, before *scorecard.Score) change {
	if now == nil || before == nil || now.Score == nil || before.Score == nil {
		return change{}
	}
	if (isPartial(now) || isPartial(before)) && spansOverlap(now, before) {
		return change{Word: withinReason}
	}
	return newChange(scorecard.Subtract(now.Score, before.Score))
}

// isPartial reports whether data that are due are missing under a score.
func isPartial(s *scorecard.Score) bool {
	coverage, ok := new(big.Rat).SetString(s.Coverage)
	return ok && coverage.Cmp(big.NewRat(1, 1)) < 0
}

// spansOverlap reports whether the intervals of two scores have a figure in common.
func spansOverlap(a, b *scorecard.Score) bool {
	reaches := func(high, low string) bool {
		x, ok := hundredths(high)
		y, ok2 := hundredths(low)
		return ok && ok2 && x >= y
	}
	return reaches(a.High, b.Low) && reaches(b.High, a.Low)
}

// latestMovement is the movement of a roll-up into the newest period.
func latestMovement(e *edition, level scoring.Level, code string) change {
	period := e.View.Latest()
	return movement(e.Score(level, code, period), e.Score(level, code, period.Previous()))
}

// movementFact says how a score moved; where it cannot be compared it says so.
func movementFact(name string, c change) fact {
	switch {
	case c.Mark != "":
		return fact{Name: name, Change: &c}
	case c.Word != "":
		return fact{Name: name, Muted: c.Word}
	}
	return fact{Name: name, Text: "belum dapat dibandingkan"}
}

// isLate reports whether an agency has handed in nothing for the newest period though the
// time for it is over.
func isLate(e *edition, agency string) bool {
	silent := slices.ContainsFunc(e.Silent(e.View.Latest()), func(a *scorecard.Agency) bool { return a.Code == agency })
	return silent && slices.ContainsFunc(e.AchievementsOf(agency, e.View.Latest()), func(a *scorecard.Achievement) bool { return a.State == scoring.Late })
}

// shownScore is the score of an agency in the newest period as it is shown. Of one that is
// late no figure and no band is shown, whatever its earlier results would give; coverage
// and interval stay.
func shownScore(e *edition, agency string) *scorecard.Score {
	s := e.Score(scoring.LevelAgency, agency, e.View.Latest())
	if s == nil || s.Score == nil && s.Rating == nil || !isLate(e, agency) {
		return s
	}
	shown := *s
	shown.Score, shown.Rating, shown.FirstScore = nil, nil, nil
	shown.Counts = scorecard.Counts{States: map[scoring.State]int{scoring.Late: s.Counts.States[scoring.Late]}}
	return &shown
}

// shownScores are the scores of an agency over all periods, the newest one as shownScore.
func shownScores(e *edition, agency string) []*scorecard.Score {
	scores := slices.Clone(e.Scores(scoring.LevelAgency, agency))
	if n := len(scores); n > 0 && isLate(e, agency) {
		scores[n-1] = nil
	}
	return scores
}
