package server

import (
	"slices"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// What is said in place of an arrow: of a change that does not stand out from what the
// series does anyway, and of one that cannot be judged yet.
const (
	withinReason  = "masih wajar"
	unknownReason = "belum cukup data"
)

// movement is a change as a reader may see it: with its arrow only where it is real, in
// words where it is not; the zero change where there is nothing to compare.
func movement(r scorecard.Reality) change {
	if r.Change == nil {
		return change{}
	}
	switch r.Verdict {
	case scorecard.ChangeReal:
		if c := newChange(r.Change); c.Mark != "flat" {
			return c
		}
		return change{Word: withinReason}
	case scorecard.ChangeWithin:
		return change{Word: withinReason}
	}
	return change{Word: unknownReason}
}

// latestMovement is the movement of a roll-up into the newest period; of an agency that is
// late there is none.
func latestMovement(e *edition, level scoring.Level, code string) change {
	if level == scoring.LevelAgency && isLate(e, code) {
		return change{}
	}
	return movement(e.Real(level, code, e.View.Latest()))
}

// movementFact says how a score moved; where that is not certain, in words that lead to
// how it is judged.
func movementFact(e *edition, name string, c change) fact {
	switch {
	case c.Mark != "":
		return fact{Name: name, Change: &c}
	case c.Word != "":
		return fact{Name: name, Text: c.Word, Href: e.Link("/metode#perubahan")}
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
