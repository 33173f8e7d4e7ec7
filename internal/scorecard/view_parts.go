package scorecard

import (
	"math/big"

	"petajalan/internal/scoring"
)

// Part is what a target adds to its agency's score.
type Part struct {
	Weight  string  // of the target
	Weights string  // sum over the targets of the agency that are scored
	Points  string  // weight × scored / weights, 2 decimals
	Score   *string // of the agency
}

// part is w·c / Σw over the scored targets of the agency in the same period.
func (v *View) part(a *Achievement) *Part {
	w, c := number(&a.Weight), v.scoredExactly(a)
	sum := new(big.Rat)
	for _, other := range v.AchievementsOf(a.Agency, a.Period) {
		if x := number(&other.Weight); x != nil && other.Scored != nil {
			sum.Add(sum, x)
		}
	}
	if w == nil || c == nil || sum.Sign() == 0 {
		return nil
	}
	p := &Part{Weight: a.Weight, Weights: plainText(sum)}
	p.Points = rounded(w.Mul(w, c).Quo(w, sum), 2)
	if s := v.Score(scoring.LevelAgency, a.Agency, a.Period); s != nil {
		p.Score = s.Score
	}
	return p
}

// Portion is what the targets of an agency under one goal add to its score.
type Portion struct {
	Goal    *Goal
	Targets int    // due there, scored or missing
	Scored  int    // of these, scored
	Weight  string // share of this goal among the weights scored, percent, 2 decimals
	Score   string // weighted mean of its scored targets, 2 decimals
	Points  string // what it adds to the agency's score, 2 decimals
}

// Portions takes the score of an agency in a period apart by goal; goals without a scored
// target are left out. Rounded points may differ from the score by a few hundredths.
func (v *View) Portions(agency string, p scoring.Period) []Portion {
	all := new(big.Rat)
	type sums struct {
		weight, points  *big.Rat
		targets, scored int
	}
	byGoal := make(map[string]*sums)
	for _, a := range v.AchievementsOf(agency, p) {
		if !a.State.IsDue() {
			continue
		}
		s := byGoal[a.Goal]
		if s == nil {
			s = &sums{weight: new(big.Rat), points: new(big.Rat)}
			byGoal[a.Goal] = s
		}
		s.targets++
		w, c := number(&a.Weight), v.scoredExactly(a)
		if w == nil || c == nil {
			continue
		}
		s.scored++
		s.weight.Add(s.weight, w)
		s.points.Add(s.points, c.Mul(c, w))
		all.Add(all, w)
	}
	var portions []Portion
	for i := range v.Goals {
		s := byGoal[v.Goals[i].Code]
		if s == nil || s.weight.Sign() == 0 {
			continue
		}
		share := new(big.Rat).Quo(s.weight, all)
		portions = append(portions, Portion{
			Goal: &v.Goals[i], Targets: s.targets, Scored: s.scored,
			Weight: rounded(share.Mul(share, big.NewRat(100, 1)), 2),
			Score:  rounded(new(big.Rat).Quo(s.points, s.weight), 2),
			Points: rounded(new(big.Rat).Quo(s.points, all), 2),
		})
	}
	return portions
}

// Span is the working of an agency's honest interval: what is missing counted once as 0
// and once at the cap.
type Span struct {
	Due, Scored int    // targets
	Weights     string // Σw of those due, exact
	Known       string // Σw of those scored, exact
	Points      string // Σw·c of those scored ÷ Weights, 2 decimals: the low end
	Missing     string // weight missing ÷ Weights × cap, 2 decimals: what the high end adds
}

// Span works the interval of an agency's score out; nil when nothing is due there.
func (v *View) Span(agency string, p scoring.Period) *Span {
	s := &Span{}
	weights, known, points := new(big.Rat), new(big.Rat), new(big.Rat)
	for _, a := range v.AchievementsOf(agency, p) {
		w := number(&a.Weight)
		if !a.State.IsDue() || w == nil {
			continue
		}
		s.Due++
		weights.Add(weights, w)
		if c := v.scoredExactly(a); c != nil {
			s.Scored++
			known.Add(known, w)
			points.Add(points, c.Mul(c, w))
		}
	}
	if weights.Sign() == 0 {
		return nil
	}
	missing := new(big.Rat).Sub(weights, known)
	if top := number(&v.Method.Cap); top != nil {
		missing.Mul(missing, top)
	}
	s.Weights, s.Known = plainText(weights), plainText(known)
	s.Points, s.Missing = rounded(points.Quo(points, weights), 2), rounded(missing.Quo(missing, weights), 2)
	return s
}
