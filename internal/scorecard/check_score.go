package scorecard

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"petajalan/internal/scoring"
)

// rollup are the figures of a group; score is nil where nothing is reported.
type rollup struct{ score, low, high, coverage *big.Rat }

// scores recomputes the roll-ups of all periods, and finds those that nothing is under.
func (k *checker) scores() error {
	published := map[string]*Score{}
	for i := range k.c.Scores {
		s := &k.c.Scores[i]
		key := publishedKey(s.Level, s.Code, s.Period)
		if published[key] != nil {
			return k.differs("%s: it stands twice", scoreName(s))
		}
		published[key] = s
	}
	periods := map[scoring.Period][]*Achievement{}
	for i := range k.c.Achievements {
		a := &k.c.Achievements[i]
		periods[a.Period] = append(periods[a.Period], a)
	}
	for _, p := range slices.SortedFunc(maps.Keys(periods), scoring.Period.Compare) {
		if err := k.period(p, periods[p], published); err != nil {
			return err
		}
	}
	for _, key := range slices.Sorted(maps.Keys(published)) {
		return k.differs("%s: it is published, and nothing is due under it", scoreName(published[key]))
	}
	return nil
}

func publishedKey(level scoring.Level, code string, p scoring.Period) string {
	return string(level) + "/" + code + "/" + p.String()
}

func scoreName(s *Score) string {
	return fmt.Sprintf("score of %s %s in %s", s.Level, s.Code, s.Period)
}

// group is what stands under one score.
type group struct {
	level   scoring.Level
	code    string
	members []*Achievement
}

// period recomputes the scores of one period and takes them out of published.
func (k *checker) period(p scoring.Period, all []*Achievement, published map[string]*Score) error {
	groups := map[string]*group{}
	for _, a := range all {
		for _, of := range []group{{scoring.LevelAgency, a.Agency, nil}, {scoring.LevelObjective, a.Objective, nil}, {scoring.LevelGoal, a.Goal, nil}} {
			key := publishedKey(of.level, of.code, p)
			if groups[key] == nil {
				groups[key] = &of
			}
			groups[key].members = append(groups[key].members, a)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(groups)) {
		g := groups[key]
		if err := k.checkWeights(g, p); err != nil {
			return err
		}
		if err := k.compareScore(g, p, k.mean(g.members, false), k.mean(g.members, true), published); err != nil {
			return err
		}
	}
	var now, first []*rollup
	var weights []*big.Rat
	for i := range k.c.Goals {
		w, _ := exactly(&k.c.Goals[i].Weight) // looked at before
		var members []*Achievement
		if g := groups[publishedKey(scoring.LevelGoal, k.c.Goals[i].Code, p)]; g != nil {
			members = g.members
		}
		now, first, weights = append(now, k.mean(members, false)), append(first, k.mean(members, true)), append(weights, w)
	}
	return k.compareScore(&group{scoring.LevelCity, scoring.CityCode, all}, p, weighted(now, weights), weighted(first, weights), published)
}

// checkWeights holds the weights of an agency against 100.
func (k *checker) checkWeights(g *group, p scoring.Period) error {
	if g.level != scoring.LevelAgency {
		return nil
	}
	sum := new(big.Rat)
	for _, a := range g.members {
		w, _ := exactly(&a.Weight) // looked at before
		sum = add(sum, w)
	}
	if sum.Cmp(ratHundred) != 0 {
		return k.differs("the weights of the targets of %s in %s sum to %s, not to 100", g.code, p, plainText(sum))
	}
	return nil
}

// compareScore holds a published score against the recomputed one.
func (k *checker) compareScore(g *group, p scoring.Period, now, first *rollup, published map[string]*Score) error {
	key := publishedKey(g.level, g.code, p)
	s := published[key]
	switch {
	case now == nil:
		return nil // nothing is due: whatever is published of it is found in the end
	case s == nil:
		return k.differs("score of %s %s in %s: nothing is published, recomputed %s", g.level, g.code, p, figureWords(roundedPointer(now.score)))
	}
	delete(published, key)
	if first == nil {
		first = &rollup{}
	}
	var rating *string
	low, high := inHundredths(now.low), inHundredths(now.high)
	if code := k.rating(low); now.score != nil && code == k.rating(high) {
		rating = &code
	}
	for _, f := range []struct {
		name                  string
		published, recomputed *string
	}{
		{"score", s.Score, roundedPointer(now.score)}, {"low", &s.Low, &low}, {"high", &s.High, &high},
		{"coverage", &s.Coverage, new(rounded(now.coverage, 4))}, {"rating", s.Rating, rating},
		{"first_score", s.FirstScore, roundedPointer(first.score)}, {"first_low", s.FirstLow, roundedPointer(first.low)}, {"first_high", s.FirstHigh, roundedPointer(first.high)},
		{"counts", new(countWords(s.Counts)), new(countWords(countOf(g.members)))},
	} {
		if err := compared(f.name, f.published, f.recomputed); err != nil {
			return k.differs("%s: %v", scoreName(s), err)
		}
	}
	return nil
}

// countOf counts the targets under a score by rating and state.
func countOf(members []*Achievement) Counts {
	c := Counts{Ratings: map[string]int{}, States: map[scoring.State]int{}}
	for _, a := range members {
		c.States[a.State]++
		if a.State == scoring.Scored && a.Rating != nil {
			c.Ratings[*a.Rating]++
		}
	}
	return c
}

// countWords writes counts so that two can be compared.
func countWords(c Counts) string {
	var parts []string
	for rating, n := range c.Ratings {
		parts = append(parts, fmt.Sprintf("%s %d", rating, n))
	}
	for state, n := range c.States {
		parts = append(parts, fmt.Sprintf("%s %d", state, n))
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

// agency rolls up the due targets of one agency, by weight; nil when nothing is due.
func (k *checker) agency(all []*Achievement, isFirst bool) *rollup {
	due, there, sum := new(big.Rat), new(big.Rat), new(big.Rat)
	for _, a := range all {
		if !a.State.IsDue() || isFirst && a.FirstTarget == nil && a.FirstTargetLow == nil {
			continue
		}
		w, _ := exactly(&a.Weight) // looked at before
		due = add(due, w)
		if a.State != scoring.Scored {
			continue
		}
		c := k.figures[a].now
		if isFirst {
			c = k.figures[a].first
		}
		there, sum = add(there, w), add(sum, mul(w, c))
	}
	if due.Sign() == 0 {
		return nil
	}
	f := &rollup{low: quo(sum, due), high: quo(add(sum, mul(k.ceiling, sub(due, there))), due), coverage: quo(there, due)}
	if there.Sign() > 0 {
		f.score = quo(sum, there)
	}
	return f
}

// mean is the plain mean over agencies: of one agency its own figures.
func (k *checker) mean(all []*Achievement, isFirst bool) *rollup {
	by := map[string][]*Achievement{}
	for _, a := range all {
		by[a.Agency] = append(by[a.Agency], a)
	}
	var parts []*rollup
	var weights []*big.Rat
	for _, code := range slices.Sorted(maps.Keys(by)) {
		parts, weights = append(parts, k.agency(by[code], isFirst)), append(weights, ratOne)
	}
	return weighted(parts, weights)
}

// weighted is the mean of figures by weight: score over those that have one, the rest over all.
func weighted(parts []*rollup, weights []*big.Rat) *rollup {
	out := &rollup{low: new(big.Rat), high: new(big.Rat), coverage: new(big.Rat)}
	due, there, score := new(big.Rat), new(big.Rat), new(big.Rat)
	for i, p := range parts {
		if p == nil {
			continue
		}
		w := weights[i]
		due = add(due, w)
		out.low, out.high, out.coverage = add(out.low, mul(w, p.low)), add(out.high, mul(w, p.high)), add(out.coverage, mul(w, p.coverage))
		if p.score != nil {
			there, score = add(there, w), add(score, mul(w, p.score))
		}
	}
	if due.Sign() == 0 {
		return nil
	}
	out.low, out.high, out.coverage = quo(out.low, due), quo(out.high, due), quo(out.coverage, due)
	if there.Sign() > 0 {
		out.score = quo(score, there)
	}
	return out
}
