package scoring

import (
	"errors"
	"fmt"
	"slices"
)

// Plan is the shape of a roll-up: which series stand under which agency, objective and
// goal. It is the same for all periods in which the shape holds.
type Plan struct {
	agencies   []string
	objectives []string
	goals      []PlanGoal

	goalOf []int // by objective

	// Series by agency; and by objective and by goal in the order of agencies.
	byAgency, byObjective, byGoal [][]int32
	agencyOf                      []int32 // by series
}

// PlanGoal is a goal with its weight in hundredths of a per cent.
type PlanGoal struct {
	Code   string
	Weight int64
}

// PlanObjective is an objective and the code of its goal.
type PlanObjective struct{ Code, Goal string }

// PlanSeries is a target series and where it stands.
type PlanSeries struct{ Agency, Objective string }

// NewPlan returns the shape of a roll-up. The order of its arguments plays no part in any
// score; series keep their index. It fails on duplicate or unknown codes and on weights
// that are not positive.
func NewPlan(goals []PlanGoal, objectives []PlanObjective, series []PlanSeries) (*Plan, error) {
	p := &Plan{goals: slices.Clone(goals)}
	slices.SortFunc(p.goals, func(a, b PlanGoal) int { return compare(a.Code, b.Code) })
	goalIndex := map[string]int{}
	for i, g := range p.goals {
		if _, ok := goalIndex[g.Code]; ok || g.Weight <= 0 {
			return nil, fmt.Errorf("goal %s stands twice or has no weight", g.Code)
		}
		goalIndex[g.Code] = i
	}
	sorted := slices.Clone(objectives)
	slices.SortFunc(sorted, func(a, b PlanObjective) int { return compare(a.Code, b.Code) })
	objectiveIndex := map[string]int{}
	for i, o := range sorted {
		g, ok := goalIndex[o.Goal]
		if _, twice := objectiveIndex[o.Code]; twice || !ok {
			return nil, fmt.Errorf("objective %s stands twice or has no goal", o.Code)
		}
		objectiveIndex[o.Code] = i
		p.objectives, p.goalOf = append(p.objectives, o.Code), append(p.goalOf, g)
	}
	for _, s := range series {
		p.agencies = append(p.agencies, s.Agency)
	}
	slices.Sort(p.agencies)
	p.agencies = slices.Compact(p.agencies)

	p.byAgency = make([][]int32, len(p.agencies))
	p.byObjective = make([][]int32, len(p.objectives))
	p.byGoal = make([][]int32, len(p.goals))
	p.agencyOf = make([]int32, len(series))
	for i, s := range series {
		a, _ := slices.BinarySearch(p.agencies, s.Agency)
		p.byAgency[a] = append(p.byAgency[a], int32(i)) //nolint:gosec // a city has some hundred series
		p.agencyOf[i] = int32(a)                        //nolint:gosec // and fewer agencies
	}
	for _, ids := range p.byAgency {
		for _, i := range ids {
			o, ok := objectiveIndex[series[i].Objective]
			if !ok {
				return nil, fmt.Errorf("objective %s is not in the plan", series[i].Objective)
			}
			p.byObjective[o] = append(p.byObjective[o], i)
			p.byGoal[p.goalOf[o]] = append(p.byGoal[p.goalOf[o]], i)
		}
	}
	for g, ids := range p.byGoal { // objectives of a goal interleave by agency
		slices.SortStableFunc(ids, func(a, b int32) int { return int(p.agencyOf[a] - p.agencyOf[b]) })
		p.byGoal[g] = ids
	}
	return p, nil
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// Score is a roll-up of one period. Figures are as shown: in hundredths, rounded half up
// once. Coverage is in ten-thousandths.
type Score struct {
	Level    Level
	Code     string
	HasScore bool // false: nothing is reported, there is no figure
	Score    int64
	Low      int64
	High     int64
	Coverage int64
	Rating   string         // empty: low and high are not in the same band, or nothing is reported
	Ratings  map[string]int // targets under it by rating
	States   map[State]int  // all targets under it

	HasFirst      bool // false: nothing is left against the first promise
	HasFirstScore bool
	FirstScore    int64
	FirstLow      int64
	FirstHigh     int64
}

// ErrWeights is returned when the weights of an agency do not sum to exactly 100.
var ErrWeights = errors.New("weights of an agency do not sum to 100")

// CheckWeights returns ErrWeights, with the agency, unless the weights of each agency that
// has any sum to exactly 100.
func (p *Plan) CheckWeights(achievements []Achievement) error {
	for a, ids := range p.byAgency {
		sum := int64(0)
		for _, i := range ids {
			sum += achievements[i].Weight
		}
		if sum != 0 && sum != 10000 {
			return fmt.Errorf("%w: %s has %s", ErrWeights, p.agencies[a], ScaledText(sum, 2))
		}
	}
	return nil
}

// RollUp returns the scores of one period: the city, then goals, objectives and agencies,
// each by code. achievements[i] is that of series i of the plan. What has nothing due has
// no score.
func (p *Plan) RollUp(r *Rules, achievements []Achievement) []Score {
	b := rolling{p, r, achievements}
	var out []Score
	add := func(level Level, code string, ids []int32, fast func(choice) figures[interval], exact func(choice) figures[fraction]) {
		if s, ok := b.score(level, code, ids, fast, exact); ok {
			out = append(out, s)
		}
	}
	var all []int32
	for _, ids := range p.byAgency {
		all = append(all, ids...)
	}
	add(LevelCity, CityCode, all,
		func(c choice) figures[interval] { return city[interval](&b, c) },
		func(c choice) figures[fraction] { return city[fraction](&b, c) })
	group := func(level Level, codes []string, lists [][]int32) {
		for k, ids := range lists {
			add(level, codes[k], ids,
				func(c choice) figures[interval] { return overAgencies[interval](&b, ids, c) },
				func(c choice) figures[fraction] { return overAgencies[fraction](&b, ids, c) })
		}
	}
	codes := make([]string, len(p.goals))
	for i, g := range p.goals {
		codes[i] = g.Code
	}
	group(LevelGoal, codes, p.byGoal)
	group(LevelObjective, p.objectives, p.byObjective)
	group(LevelAgency, p.agencies, p.byAgency)
	return out
}

// rolling is one roll-up at work.
type rolling struct {
	plan  *Plan
	rules *Rules
	all   []Achievement
}

// choice is which promise the figures are held against.
type choice int

const (
	inForce choice = iota
	firstPromise
)

// figures are the four of a roll-up. exists is false where nothing is due, scored where
// nothing is reported.
type figures[T number[T]] struct {
	exists, scored             bool
	score, low, high, coverage T
}

func (b *rolling) score(level Level, code string, ids []int32, fast func(choice) figures[interval], exact func(choice) figures[fraction]) (Score, bool) {
	f := fast(inForce)
	if !f.exists {
		return Score{}, false
	}
	s := Score{Level: level, Code: code, HasScore: f.scored, Ratings: map[string]int{}, States: map[State]int{}}
	amended := false
	for _, i := range ids {
		a := &b.all[i]
		s.States[a.State]++
		if a.State == Scored {
			s.Ratings[a.Rating]++
		}
		amended = amended || a.differsFromFirst()
	}
	s.Score, s.Low, s.High, s.Coverage = settle(f, func() figures[fraction] { return exact(inForce) })
	if lo := b.rules.Rating(s.Low); s.HasScore && lo == b.rules.Rating(s.High) {
		s.Rating = lo
	}
	if !amended {
		s.HasFirst, s.HasFirstScore, s.FirstScore, s.FirstLow, s.FirstHigh = true, s.HasScore, s.Score, s.Low, s.High
		return s, true
	}
	if f := fast(firstPromise); f.exists {
		s.HasFirst, s.HasFirstScore = true, f.scored
		s.FirstScore, s.FirstLow, s.FirstHigh, _ = settle(f, func() figures[fraction] { return exact(firstPromise) })
	}
	return s, true
}

// differsFromFirst reports whether the first promise makes a difference to roll-ups.
func (a *Achievement) differsFromFirst() bool {
	return a.State.IsDue() && (!a.HasFirst || (a.State == Scored && a.Scored.Cmp(a.FirstScored) != 0))
}

// settle rounds the figures, by exact fractions where intervals cannot tell.
func settle(f figures[interval], exact func() figures[fraction]) (score, low, high, coverage int64) {
	var e *figures[fraction]
	round := func(x interval, places int, pick func(*figures[fraction]) fraction) int64 {
		v, ok := x.scaled(places)
		if !ok {
			if e == nil {
				x := exact()
				e = &x
			}
			v, _ = pick(e).scaled(places)
		}
		return v
	}
	if f.scored {
		score = round(f.score, 2, func(e *figures[fraction]) fraction { return e.score })
	}
	low = round(f.low, 2, func(e *figures[fraction]) fraction { return e.low })
	high = round(f.high, 2, func(e *figures[fraction]) fraction { return e.high })
	coverage = round(f.coverage, 4, func(e *figures[fraction]) fraction { return e.coverage })
	return score, low, high, coverage
}

// overAgencies returns the plain mean over agencies of the figures each has over its due
// targets among ids, which stand in the order of agencies.
func overAgencies[T number[T]](b *rolling, ids []int32, c choice) figures[T] {
	var mean figures[T]
	var agencies, scored int64
	for len(ids) > 0 {
		n := 1
		for n < len(ids) && b.plan.agencyOf[ids[n]] == b.plan.agencyOf[ids[0]] {
			n++
		}
		f := ofAgency[T](b, ids[:n], c)
		ids = ids[n:]
		if !f.exists {
			continue
		}
		agencies++
		mean.low, mean.high, mean.coverage = mean.low.add(f.low), mean.high.add(f.high), mean.coverage.add(f.coverage)
		if f.scored {
			scored++
			mean.score = mean.score.add(f.score)
		}
	}
	if agencies == 0 {
		return mean
	}
	mean.exists = true
	mean.low, mean.high, mean.coverage = mean.low.over(agencies), mean.high.over(agencies), mean.coverage.over(agencies)
	if scored > 0 {
		mean.scored, mean.score = true, mean.score.over(scored)
	}
	return mean
}

// ofAgency returns the figures over the due targets of one agency, by weight.
func ofAgency[T number[T]](b *rolling, ids []int32, c choice) figures[T] {
	var f figures[T]
	var sum, zero T
	var due, there int64
	for _, i := range ids {
		a := &b.all[i]
		if !a.State.IsDue() || a.Weight == 0 || (c == firstPromise && !a.HasFirst) {
			continue
		}
		due += a.Weight
		if a.State != Scored {
			continue
		}
		there += a.Weight
		figure := a.Scored
		if c == firstPromise {
			figure = a.FirstScored
		}
		sum = sum.add(zero.of(figure).times(a.Weight))
	}
	if due == 0 {
		return f
	}
	f.exists = true
	f.low = sum.over(due)
	f.high = sum
	if missing := due - there; missing > 0 {
		f.high = sum.add(zero.of(b.rules.cap).times(missing))
	}
	f.high = f.high.over(due)
	f.coverage = zero.of(NewRatio(there, due))
	if there > 0 {
		f.scored, f.score = true, sum.over(there)
	}
	return f
}

// city returns the mean of the goals by their weight.
func city[T number[T]](b *rolling, c choice) figures[T] {
	var f figures[T]
	var due, there int64
	for g, goal := range b.plan.goals {
		x := overAgencies[T](b, b.plan.byGoal[g], c)
		if !x.exists {
			continue
		}
		f.exists = true
		due += goal.Weight
		f.low, f.high = f.low.add(x.low.times(goal.Weight)), f.high.add(x.high.times(goal.Weight))
		f.coverage = f.coverage.add(x.coverage.times(goal.Weight))
		if x.scored {
			there += goal.Weight
			f.score = f.score.add(x.score.times(goal.Weight))
		}
	}
	if !f.exists {
		return f
	}
	f.low, f.high, f.coverage = f.low.over(due), f.high.over(due), f.coverage.over(due)
	if there > 0 {
		f.scored, f.score = true, f.score.over(there)
	}
	return f
}
