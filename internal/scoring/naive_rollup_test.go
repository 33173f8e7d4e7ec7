package scoring_test

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"petajalan/internal/scoring"
)

// The naive model, second half: domain.md, "Roll-up, exactly".

// cell is the outcome of one series in a period, and where it stands.
type cell struct {
	agency, objective, goal string
	outcome
}

// naiveFigures are the four of a roll-up; score is nil where nothing is reported.
type naiveFigures struct{ score, low, high, coverage *big.Rat }

// pick returns the cells for which keep holds.
func pick(cells []cell, keep func(cell) bool) []cell {
	var kept []cell
	for _, c := range cells {
		if keep(c) {
			kept = append(kept, c)
		}
	}
	return kept
}

// names returns the values of a field, each once, in order.
func names(cells []cell, of func(cell) string) []string {
	var out []string
	for _, c := range cells {
		out = append(out, of(c))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// ofAgency returns the figures of the cells of one agency, nil where nothing is due.
func (r naiveRules) ofAgency(cells []cell, first bool) *naiveFigures {
	due := pick(cells, func(c cell) bool {
		counts := c.state == "dinilai" || c.state == "menunggu_verifikasi" || c.state == "belum_lapor" || c.state == "terlambat"
		return counts && !(first && c.first == nil)
	})
	weights, there, low, high := new(big.Rat), new(big.Rat), new(big.Rat), new(big.Rat)
	for _, c := range due {
		w := number(c.weight)
		weights = plus(weights, w)
		if c.state != "dinilai" {
			high = plus(high, mult(w, exactly(r.ceiling)))
			continue
		}
		scored := c.scored
		if first {
			scored = c.firstScored
		}
		there, low, high = plus(there, w), plus(low, mult(w, scored)), plus(high, mult(w, scored))
	}
	if weights.Sign() == 0 {
		return nil
	}
	f := &naiveFigures{low: div(low, weights), high: div(high, weights), coverage: div(there, weights)}
	if there.Sign() > 0 {
		f.score = div(low, there)
	}
	return f
}

// mean returns the mean by weight: the score over parts that have one, the others over all.
func mean(parts []*naiveFigures, weights []int64) *naiveFigures {
	all, scored := new(big.Rat), new(big.Rat)
	sum := naiveFigures{new(big.Rat), new(big.Rat), new(big.Rat), new(big.Rat)}
	for i, part := range parts {
		if part == nil {
			continue
		}
		w := number(weights[i])
		all = plus(all, w)
		sum.low, sum.high = plus(sum.low, mult(w, part.low)), plus(sum.high, mult(w, part.high))
		sum.coverage = plus(sum.coverage, mult(w, part.coverage))
		if part.score != nil {
			scored = plus(scored, w)
			sum.score = plus(sum.score, mult(w, part.score))
		}
	}
	if all.Sign() == 0 {
		return nil
	}
	f := &naiveFigures{low: div(sum.low, all), high: div(sum.high, all), coverage: div(sum.coverage, all)}
	if scored.Sign() > 0 {
		f.score = div(sum.score, scored)
	}
	return f
}

// overAgencies gives each agency one vote.
func (r naiveRules) overAgencies(cells []cell, first bool) *naiveFigures {
	var parts []*naiveFigures
	var votes []int64
	for _, agency := range names(cells, func(c cell) string { return c.agency }) {
		parts = append(parts, r.ofAgency(pick(cells, func(c cell) bool { return c.agency == agency }), first))
		votes = append(votes, 1)
	}
	return mean(parts, votes)
}

// city weighs the goals.
func (r naiveRules) city(cells []cell, goals []scoring.PlanGoal, first bool) *naiveFigures {
	var parts []*naiveFigures
	var weights []int64
	for _, g := range goals {
		parts = append(parts, r.overAgencies(pick(cells, func(c cell) bool { return c.goal == g.Code }), first))
		weights = append(weights, g.Weight)
	}
	return mean(parts, weights)
}

// rollUp returns every score as a line of text.
func (r naiveRules) rollUp(cells []cell, goals []scoring.PlanGoal) []string {
	var out []string
	add := func(level, code string, under []cell, figures func(first bool) *naiveFigures) {
		if f := figures(false); f != nil {
			out = append(out, r.line(level, code, under, f, figures(true)))
		}
	}
	add("city", "kota", cells, func(first bool) *naiveFigures { return r.city(cells, goals, first) })
	for level, of := range map[string]func(cell) string{
		"goal":      func(c cell) string { return c.goal },
		"objective": func(c cell) string { return c.objective },
		"agency":    func(c cell) string { return c.agency },
	} {
		for _, code := range names(cells, of) {
			under := pick(cells, func(c cell) bool { return of(c) == code })
			add(level, code, under, func(first bool) *naiveFigures { return r.overAgencies(under, first) })
		}
	}
	slices.Sort(out)
	return out
}

// line writes a score as it is shown.
func (r naiveRules) line(level, code string, under []cell, f, first *naiveFigures) string {
	rating := ""
	if f.score != nil && r.rating(f.low) == r.rating(f.high) {
		rating = r.rating(f.low)
	}
	ratings, states := map[string]int{}, map[scoring.State]int{}
	for _, c := range under {
		states[c.state]++
		if c.state == "dinilai" {
			ratings[c.rating]++
		}
	}
	text := fmt.Sprintf("%s %s coverage %s", level, code, round(f.coverage, 4))
	return text + fmt.Sprintf(" %s [%s] %v %v first %s", three(f), rating, ratings, states, three(first))
}

// three writes score, low and high.
func three(f *naiveFigures) string {
	switch {
	case f == nil:
		return "none"
	case f.score == nil:
		return "- [" + round(f.low, 2) + ", " + round(f.high, 2) + "]"
	}
	return round(f.score, 2) + " [" + round(f.low, 2) + ", " + round(f.high, 2) + "]"
}

// linesOf writes the scores of the engine in the form of the model.
func linesOf(scores []scoring.Score) []string {
	var out []string
	three := func(has bool, score, low, high int64) string {
		text := "-"
		if has {
			text = scoring.ScaledText(score, 2)
		}
		return strings.Join([]string{text, " [", scoring.ScaledText(low, 2), ", ", scoring.ScaledText(high, 2), "]"}, "")
	}
	for _, s := range scores {
		first := "none"
		if s.HasFirst {
			first = three(s.HasFirstScore, s.FirstScore, s.FirstLow, s.FirstHigh)
		}
		out = append(out, fmt.Sprintf("%s %s coverage %s %s [%s] %v %v first %s", s.Level, s.Code, scoring.ScaledText(s.Coverage, 4),
			three(s.HasScore, s.Score, s.Low, s.High), s.Rating, s.Ratings, s.States, first))
	}
	slices.Sort(out)
	return out
}
