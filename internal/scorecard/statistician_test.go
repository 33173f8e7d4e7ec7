package scorecard_test

import (
	"encoding/json"
	"maps"
	"math/big"
	"slices"
	"testing"

	"github.com/uptrace/bun"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// statistician recomputes a publication from its bytes and domain.md alone, slowly and
// without the engine.
type statistician struct {
	t       *testing.T
	c       *scorecard.Content
	ceiling *big.Rat
	scored  map[*scorecard.Achievement]*big.Rat // exact, held between 0 and the cap
	first   map[*scorecard.Achievement]*big.Rat
}

func readContent(t *testing.T, db *bun.DB, number int) *scorecard.Content {
	t.Helper()
	var content []byte
	if err := db.NewRaw(`SELECT content FROM publications WHERE number = ?`, number).Scan(t.Context(), &content); err != nil {
		t.Fatal(err)
	}
	c := &scorecard.Content{}
	if err := json.Unmarshal(content, c); err != nil {
		t.Fatal(err)
	}
	return c
}

func rat(s *string) *big.Rat {
	if s == nil {
		return nil
	}
	r, ok := new(big.Rat).SetString(*s)
	if !ok {
		panic("no number: " + *s)
	}
	return r
}

var (
	ratOne     = big.NewRat(1, 1)
	ratTwo     = big.NewRat(2, 1)
	ratHundred = big.NewRat(100, 1)
)

func quo(a, b *big.Rat) *big.Rat { return new(big.Rat).Quo(a, b) }
func mul(a, b *big.Rat) *big.Rat { return new(big.Rat).Mul(a, b) }
func sub(a, b *big.Rat) *big.Rat { return new(big.Rat).Sub(a, b) }
func add(a, b *big.Rat) *big.Rat { return new(big.Rat).Add(a, b) }

// raw is the formula of domain.md for one value.
func raw(d scoring.Direction, r, point, lo, hi *big.Rat) *big.Rat {
	bound := point
	if lo != nil {
		switch {
		case r.Cmp(lo) < 0:
			bound = lo
		case r.Cmp(hi) > 0:
			bound = hi
		default:
			return ratHundred
		}
	}
	switch {
	case d == scoring.YesNo:
		return mul(r, ratHundred)
	case bound.Sign() == 0 && r.Sign() == 0:
		return ratHundred
	case bound.Sign() == 0:
		return new(big.Rat)
	case d == scoring.LowerIsBetter:
		return mul(sub(ratTwo, quo(r, bound)), ratHundred)
	case d == scoring.OnTarget:
		return mul(sub(ratOne, new(big.Rat).Abs(quo(sub(r, bound), bound))), ratHundred)
	}
	return mul(quo(r, bound), ratHundred)
}

func (s *statistician) clamp(x *big.Rat) *big.Rat {
	switch {
	case x.Sign() < 0:
		return new(big.Rat)
	case x.Cmp(s.ceiling) > 0:
		return s.ceiling
	}
	return x
}

// value is the exact value to date: of an average from the values of the year.
func (s *statistician) value(a *scorecard.Achievement, by map[string]*scorecard.Achievement) *big.Rat {
	switch {
	case a.Kind == scoring.KindFraction:
		return mul(quo(rat(a.ActualNumerator), rat(a.ActualDenominator)), ratHundred)
	case a.Consolidation == scoring.Average:
		sum, n := new(big.Rat), int64(0)
		for q := 1; q <= a.AsOf.Quarter; q++ {
			own := by[key(a.Agency, a.Indicator, scoring.Period{Year: a.AsOf.Year, Quarter: q})]
			if own != nil && own.Reported != nil && own.State != scoring.Exempted {
				sum, n = add(sum, rat(own.Reported)), n+1
			}
		}
		return quo(sum, big.NewRat(n, 1))
	}
	return rat(a.Actual)
}

func key(agency, indicator string, p scoring.Period) string {
	return agency + "/" + indicator + "/" + p.String()
}

// figures of a group; score is nil where nothing is reported.
type groupFigures struct{ score, low, high, coverage *big.Rat }

// agency rolls up the due targets of one agency, by weight; nil when nothing is due.
func (s *statistician) agency(all []*scorecard.Achievement, of map[*scorecard.Achievement]*big.Rat) *groupFigures {
	due, there, sum := new(big.Rat), new(big.Rat), new(big.Rat)
	for _, a := range all {
		if !a.State.IsDue() || (a.FirstTarget == nil && a.FirstTargetLow == nil) {
			continue
		}
		w := rat(&a.Weight)
		due = add(due, w)
		if a.State == scoring.Scored {
			there, sum = add(there, w), add(sum, mul(w, of[a]))
		}
	}
	if due.Sign() == 0 {
		return nil
	}
	f := &groupFigures{low: quo(sum, due), high: quo(add(sum, mul(s.ceiling, sub(due, there))), due), coverage: quo(there, due)}
	if there.Sign() > 0 {
		f.score = quo(sum, there)
	}
	return f
}

// mean is the plain mean over agencies.
func (s *statistician) mean(all []*scorecard.Achievement, of map[*scorecard.Achievement]*big.Rat) *groupFigures {
	by := map[string][]*scorecard.Achievement{}
	for _, a := range all {
		by[a.Agency] = append(by[a.Agency], a)
	}
	var parts []*groupFigures
	var weights []*big.Rat
	for _, code := range slices.Sorted(maps.Keys(by)) {
		parts, weights = append(parts, s.agency(by[code], of)), append(weights, ratOne)
	}
	return weighted(parts, weights)
}

func weighted(parts []*groupFigures, weights []*big.Rat) *groupFigures {
	out := &groupFigures{low: new(big.Rat), high: new(big.Rat), coverage: new(big.Rat)}
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

// recompute checks every achievement and score and returns how many figures it compared.
func (s *statistician) recompute() (achievements, scores int) {
	by := map[string]*scorecard.Achievement{}
	for i := range s.c.Achievements {
		a := &s.c.Achievements[i]
		by[key(a.Agency, a.Indicator, a.Period)] = a
	}
	periods := map[scoring.Period][]*scorecard.Achievement{}
	for i := range s.c.Achievements {
		a := &s.c.Achievements[i]
		periods[a.Period] = append(periods[a.Period], a)
		if a.State != scoring.Scored {
			continue
		}
		achievements++
		r := s.value(a, by)
		x := raw(a.Direction, r, rat(a.Target), rat(a.TargetLow), rat(a.TargetHigh))
		y := raw(a.Direction, r, rat(a.FirstTarget), rat(a.FirstTargetLow), rat(a.FirstTargetHigh))
		s.scored[a], s.first[a] = s.clamp(x), s.clamp(y)
		got := []string{*a.Raw, *a.Scored, *a.FirstRaw, *a.FirstScored}
		want := []string{shown(x), shown(s.scored[a]), shown(y), shown(s.first[a])}
		if !slices.Equal(got, want) {
			s.t.Errorf("%s of %s in %s: published %v, computed %v", a.Indicator, a.Agency, a.Period, got, want)
		}
	}
	published := map[string]*scorecard.Score{}
	for i := range s.c.Scores {
		x := &s.c.Scores[i]
		published[string(x.Level)+"/"+x.Code+"/"+x.Period.String()] = x
	}
	for p, all := range periods {
		scores += s.period(p, all, published)
	}
	for name := range published {
		s.t.Errorf("%s is published and has nothing due", name)
	}
	return achievements, scores
}

// period compares the scores of one period and takes them out of published.
func (s *statistician) period(p scoring.Period, all []*scorecard.Achievement, published map[string]*scorecard.Score) int {
	groups := map[string][]*scorecard.Achievement{}
	for _, a := range all {
		for _, name := range []string{"agency/" + a.Agency, "objective/" + a.Objective, "goal/" + a.Goal} {
			groups[name] = append(groups[name], a)
		}
	}
	compared := 0
	compare := func(name string, now, first *groupFigures) {
		x := published[name+"/"+p.String()]
		if now == nil {
			return
		}
		delete(published, name+"/"+p.String())
		compared++
		got := []*string{x.Score, &x.Low, &x.High, &x.Coverage, x.FirstScore, x.FirstLow, x.FirstHigh}
		want := []string{shown(now.score), shown(now.low), shown(now.high), now.coverage.FloatString(4), shown(first.score), shown(first.low), shown(first.high)}
		for i := range got {
			if got[i] == nil && want[i] != "" || got[i] != nil && *got[i] != want[i] {
				s.t.Errorf("%s in %s, figure %d: published %v, computed %s", name, p, i, got[i], want[i])
			}
		}
	}
	for name, members := range groups {
		compare(name, s.mean(members, s.scored), s.mean(members, s.first))
	}
	var now, first []*groupFigures
	var weights []*big.Rat
	for _, g := range s.c.Goals {
		now, first = append(now, s.mean(groups["goal/"+g.Code], s.scored)), append(first, s.mean(groups["goal/"+g.Code], s.first))
		weights = append(weights, rat(&g.Weight))
	}
	compare("city/kota", weighted(now, weights), weighted(first, weights))
	return compared
}

// shown rounds half away from zero to 2 decimals; nothing for nil.
func shown(x *big.Rat) string {
	if x == nil {
		return ""
	}
	if text := x.FloatString(2); text != "-0.00" {
		return text
	}
	return "0.00"
}
