package scoring

import "slices"

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

// RollUp returns the scores of one period: the city, then goals, objectives and agencies,
// each by code. achievements[i] is that of series i of the plan. What has nothing due has
// no score.
func (p *Plan) RollUp(r *Rules, achievements []Achievement) []Score {
	b := newRolling(p, r, achievements)
	out := make([]Score, 0, 1+len(p.goals)+len(p.objectives)+len(p.agencies))
	add := func(level Level, code string, lists [][]int32, fast func(choice) figures[interval], exact func(choice) figures[fraction]) {
		if s, ok := b.score(level, code, lists, fast, exact); ok {
			out = append(out, s)
		}
	}
	var goals [2][]figures[interval]
	for _, c := range []choice{inForce, firstPromise} {
		goals[c] = ofGoals[interval](b, c)
	}
	add(LevelCity, CityCode, p.byAgency,
		func(c choice) figures[interval] { return city(p, goals[c]) },
		func(c choice) figures[fraction] { return city(p, ofGoals[fraction](b, c)) })
	for k, g := range p.goals {
		add(LevelGoal, g.Code, p.byGoal[k:k+1],
			func(c choice) figures[interval] { return goals[c][k] },
			func(c choice) figures[fraction] { return overAgencies[fraction](b, p.byGoal[k], c) })
	}
	group := func(level Level, codes []string, lists [][]int32) {
		for k, ids := range lists {
			add(level, codes[k], lists[k:k+1],
				func(c choice) figures[interval] { return overAgencies[interval](b, ids, c) },
				func(c choice) figures[fraction] { return overAgencies[fraction](b, ids, c) })
		}
	}
	group(LevelObjective, p.objectives, p.byObjective)
	group(LevelAgency, p.agencies, p.byAgency)
	return out
}

// rolling is one roll-up at work.
type rolling struct {
	plan     *Plan
	rules    *Rules
	all      []Achievement
	cells    []cell
	byRating []int // room for counting, as bands
}

// choice is which promise the figures are held against.
type choice int

const (
	inForce choice = iota
	firstPromise
)

// cell is what a roll-up needs of an achievement, prepared once for all levels.
type cell struct {
	weight        int64 // 0 where nothing is due
	scored        bool
	hasFirst      bool
	amended       bool // the first promise makes a difference
	state, rating int  // in States and in the bands of the rules, -1 for none
	figures       [2]interval
}

func newRolling(p *Plan, r *Rules, all []Achievement) *rolling {
	b := &rolling{plan: p, rules: r, all: all, cells: make([]cell, len(all)), byRating: make([]int, len(r.bands))}
	for i := range all {
		a, c := &all[i], &b.cells[i]
		c.state, c.rating = slices.Index(States[:], a.State), -1
		if !a.State.IsDue() {
			continue
		}
		c.weight, c.hasFirst, c.amended = a.Weight, a.HasFirst, !a.HasFirst
		if a.State != Scored {
			continue
		}
		c.scored = true
		c.rating = slices.IndexFunc(r.bands, func(band Band) bool { return band.Code == a.Rating })
		c.figures[inForce] = interval{}.of(a.Scored)
		c.figures[firstPromise] = c.figures[inForce]
		if a.HasFirst && a.FirstScored.Cmp(a.Scored) != 0 {
			c.amended, c.figures[firstPromise] = true, interval{}.of(a.FirstScored)
		}
	}
	return b
}

// figures are the four of a roll-up. exists is false where nothing is due, scored where
// nothing is reported.
type figures[T number[T]] struct {
	exists, scored             bool
	score, low, high, coverage T
}

func (b *rolling) score(level Level, code string, lists [][]int32, fast func(choice) figures[interval], exact func(choice) figures[fraction]) (Score, bool) {
	f := fast(inForce)
	if !f.exists {
		return Score{}, false
	}
	s := Score{Level: level, Code: code, HasScore: f.scored}
	var amended bool
	s.Ratings, s.States, amended = b.count(lists)
	s.Score, s.Low, s.High, s.Coverage = settle(f, func() figures[fraction] { return exact(inForce) })
	if lo := b.rules.Rating(s.Low); s.HasScore && lo == b.rules.Rating(s.High) {
		s.Rating = lo
	}
	if !amended {
		s.HasFirst, s.HasFirstScore, s.FirstScore, s.FirstLow, s.FirstHigh = true, s.HasScore, s.Score, s.Low, s.High
		return s, true
	}
	if f := fast(firstPromise); f.exists {
		f.coverage = interval{} // not shown, so that it need not be settled
		s.HasFirst, s.HasFirstScore = true, f.scored
		s.FirstScore, s.FirstLow, s.FirstHigh, _ = settle(f, func() figures[fraction] { return exact(firstPromise) })
	}
	return s, true
}

// count returns how many of the series have each rating and each state, and whether the
// first promise makes a difference to any of them.
func (b *rolling) count(lists [][]int32) (ratings map[string]int, states map[State]int, amended bool) {
	var byState [len(States)]int
	clear(b.byRating)
	for _, ids := range lists {
		for _, i := range ids {
			c := &b.cells[i]
			if c.state >= 0 {
				byState[c.state]++
			}
			if c.rating >= 0 {
				b.byRating[c.rating]++
			}
			amended = amended || c.amended
		}
	}
	ratings, states = map[string]int{}, map[State]int{}
	for k, n := range byState {
		if n > 0 {
			states[States[k]] = n
		}
	}
	for k, n := range b.byRating {
		if n > 0 {
			ratings[b.rules.bands[k].Code] = n
		}
	}
	return ratings, states, amended
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
		x := &b.cells[i]
		if x.weight == 0 || (c == firstPromise && !x.hasFirst) {
			continue
		}
		due += x.weight
		if x.scored {
			there += x.weight
			sum = sum.add(zero.figure(b, i, c).times(x.weight))
		}
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

// ofGoals returns the figures of the goals of the plan.
func ofGoals[T number[T]](b *rolling, c choice) []figures[T] {
	out := make([]figures[T], len(b.plan.goals))
	for g, ids := range b.plan.byGoal {
		out[g] = overAgencies[T](b, ids, c)
	}
	return out
}

// city returns the mean of the goals by their weight.
func city[T number[T]](p *Plan, goals []figures[T]) figures[T] {
	var f figures[T]
	var due, there int64
	for g, x := range goals {
		if !x.exists {
			continue
		}
		weight := p.goals[g].Weight
		f.exists = true
		due += weight
		f.low, f.high = f.low.add(x.low.times(weight)), f.high.add(x.high.times(weight))
		f.coverage = f.coverage.add(x.coverage.times(weight))
		if x.scored {
			there += weight
			f.score = f.score.add(x.score.times(weight))
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
