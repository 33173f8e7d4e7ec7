package scorecard

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"github.com/govalues/decimal"

	"petajalan/internal/scoring"
)

// results are what a run computes from its inputs.
type results struct {
	*inputs
	hash     string                  // of all inputs
	hashes   [][32]byte              // of the inputs of each series
	achieved [][]scoring.Achievement // by series, then by period
	scores   [][]scoring.Score       // by period
}

// compute scores the inputs of the whole city.
func compute(in *inputs) (*results, error) {
	r := &results{inputs: in, hashes: make([][32]byte, len(in.series)), achieved: make([][]scoring.Achievement, len(in.series))}
	for i, s := range in.series {
		r.achieved[i] = in.assess(s)
		r.hashes[i] = in.hashSeries(s)
	}
	r.hash = in.hashAll(r.hashes)
	if err := r.rollUp(); err != nil {
		return nil, err
	}
	return r, nil
}

// has reports whether series s has a target in the year of period i, and so a record there.
func (in *inputs) has(s *seriesInput, i int) bool {
	return s.years[in.periods[i].Year-in.years[0].year].inForce != nil
}

// rollUp scores the whole city in all periods. Those of a year share the shape of the plan.
func (r *results) rollUp() error {
	var plan *scoring.Plan
	var of []int // the series in it
	achievements := make([]scoring.Achievement, 0, len(r.series))
	for i, p := range r.periods {
		if i == 0 || p.Year != r.periods[i-1].Year {
			var err error
			if plan, of, err = r.shape(i); err != nil {
				return fmt.Errorf("plan of %d: %w", p.Year, err)
			}
		}
		achievements = achievements[:0]
		for _, k := range of {
			achievements = append(achievements, r.achieved[k][i])
		}
		if err := plan.CheckWeights(achievements); err != nil {
			return fmt.Errorf("plan of %d: %w", p.Year, err)
		}
		r.scores = append(r.scores, plan.RollUp(r.rule.Rules, achievements))
	}
	return nil
}

// shape returns the plan of the year of period i and which series stand in it.
func (r *results) shape(i int) (*scoring.Plan, []int, error) {
	year := r.plan(r.periods[i])
	members, of := make([]scoring.PlanSeries, 0, len(r.series)), make([]int, 0, len(r.series))
	for k, s := range r.series {
		if sheet := year.sheets[s.indicatorID]; sheet != nil && r.has(s, i) {
			members = append(members, scoring.PlanSeries{Agency: s.agency, Objective: sheet.objective})
			of = append(of, k)
		}
	}
	plan, err := scoring.NewPlan(year.goals, year.objectives, members)
	return plan, of, err
}

// assess runs the engine over one series. Where versions of the roadmap describe its
// indicator differently, each year is taken by its own version, and a result carried over
// the turn of the year keeps the version it was made with.
func (in *inputs) assess(s *seriesInput) []scoring.Achievement {
	by := map[int64][]scoring.Achievement{}
	for i := range in.years {
		y := &in.years[i]
		if sheet := y.sheets[s.indicatorID]; sheet != nil && by[y.version] == nil {
			by[y.version] = in.rule.Assess(in.engine(s, sheet))
		}
	}
	if len(by) == 1 {
		for _, all := range by {
			return all
		}
	}
	out := make([]scoring.Achievement, len(in.periods))
	for i, p := range in.periods {
		own := by[in.plan(p).version]
		if own == nil {
			out[i] = scoring.Achievement{State: scoring.NoTarget, AsOf: p}
			continue
		}
		out[i] = own[i]
		if origin := by[in.plan(own[i].AsOf).version]; origin != nil {
			out[i] = origin[in.index(own[i].AsOf)]
			out[i].Weight = own[i].Weight
		}
	}
	return out
}

// engine returns the series as the engine takes it.
func (in *inputs) engine(s *seriesInput, sheet *sheet) *scoring.Series {
	e := &scoring.Series{
		Kind: sheet.kind, Direction: sheet.direction, Consolidation: sheet.consolidation, Frequency: sheet.frequency,
		First: in.periods[0], Years: make([]scoring.YearPlan, len(s.years)), Inputs: make([]scoring.Input, len(s.reports)),
	}
	for i, y := range s.years {
		if y.inForce == nil {
			continue
		}
		e.Years[i] = scoring.YearPlan{Target: y.inForce.engine(), Weight: y.inForce.weight}
		if y.first != y.inForce {
			e.Years[i].First = y.first.engine()
		}
	}
	for i := range s.reports {
		r := &s.reports[i]
		e.Inputs[i] = scoring.Input{
			Report: r.verified.engine(), HandedIn: r.handedIn(), Exempt: r.exception != nil,
			PastDue: !in.asOf.Before(in.due[i]), Awaited: in.awaited(sheet, i),
		}
	}
	return e
}

// awaited reports whether the yearly result of period i comes from outside and the month in
// which it is usually announced has not ended at the moment of the run.
func (in *inputs) awaited(s *sheet, i int) bool {
	if s.announcedMonth == nil || s.frequency != scoring.Yearly {
		return false
	}
	end := time.Date(in.periods[i].Year+1, time.Month(*s.announcedMonth+1), 1, 0, 0, 0, 0, in.zone)
	return in.asOf.Before(end)
}

// hashSeries is the SHA-256 of everything that decides the achievements of a series, by
// codes and values, so that two databases with the same inputs have the same hash.
func (in *inputs) hashSeries(s *seriesInput) [32]byte {
	d := digest{text: make([]byte, 0, 4096)}
	d.put("series", s.agency, s.indicator)
	for i := range in.years {
		y := &in.years[i]
		sheet := y.sheets[s.indicatorID]
		if sheet == nil {
			d.put("no sheet", y.year)
			continue
		}
		d.put("year", y.year, string(sheet.kind), string(sheet.direction), string(sheet.consolidation), string(sheet.frequency), sheet.objective)
		d.putTarget(s.years[i].inForce)
		d.putTarget(s.years[i].first)
		for k, p := range in.periods {
			if p.Year != y.year {
				continue
			}
			r := &s.reports[k]
			d.put("period", p, r.handedIn(), !in.asOf.Before(in.due[k]), in.awaited(sheet, k))
			if e := r.exception; e != nil {
				d.put("exception", e.reason)
			}
			if v := r.verified; v != nil {
				d.put("report", v.revision, v.actual, v.numerator, v.denominator, v.notApplicable, v.note, v.evidence)
			}
		}
	}
	return d.sum()
}

// hashAll is the SHA-256 over the rules, the plan and the hashes of all series.
func (in *inputs) hashAll(series [][32]byte) string {
	var d digest
	d.put("run", in.period, "formula", scoring.Version, "rules", in.rule.code, in.rule.revision, &in.rule.ceiling)
	for _, steps := range [][]scaleStep{in.rule.bands, in.rule.words} {
		for _, s := range steps {
			d.put("band", s.code, s.from)
		}
	}
	for _, y := range in.years {
		d.put("plan", y.year)
		for _, g := range y.goals {
			d.put(g.Code, g.Weight)
		}
		for _, o := range y.objectives {
			d.put(o.Code, o.Goal)
		}
	}
	for i := range series {
		d.text = append(d.text, series[i][:]...)
	}
	sum := d.sum()
	return hex.EncodeToString(sum[:])
}

// digest collects lines to be hashed.
type digest struct{ text, part []byte }

func (d *digest) putTarget(t *targetRow) {
	if t == nil {
		d.put("no target")
		return
	}
	d.put("target", t.revision, t.value, t.low, t.high, t.weight, t.status, t.reason)
	for i := range t.steps {
		d.put(&t.steps[i])
	}
}

// put adds a line in which each part has its length before it, so that no two different
// lines read the same.
func (d *digest) put(parts ...any) {
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			d.part = append(d.part[:0], p...)
		case int:
			d.part = strconv.AppendInt(d.part[:0], int64(p), 10)
		case int64:
			d.part = strconv.AppendInt(d.part[:0], p, 10)
		case bool:
			d.part = strconv.AppendBool(d.part[:0], p)
		case scoring.Period:
			d.part = strconv.AppendInt(d.part[:0], int64(p.Year), 10)
			d.part = strconv.AppendInt(append(d.part, "-TW"...), int64(p.Quarter), 10)
		case *decimal.Decimal:
			if p == nil {
				d.part = append(d.part[:0], "<nil>"...)
			} else {
				d.part = append(d.part[:0], p.String()...)
			}
		default:
			panic(fmt.Sprintf("scorecard: a %T cannot be hashed", p))
		}
		d.text = strconv.AppendInt(d.text, int64(len(d.part)), 10)
		d.text = append(d.text, ':')
		d.text = append(d.text, d.part...)
		d.text = append(d.text, ' ')
	}
	d.text = append(d.text, '\n')
}

func (d *digest) sum() [32]byte { return sha256.Sum256(d.text) }

// count returns how many achievements of period i are scored, missing and left out.
func (r *results) count(i int) (scored, missing, leftOut int) {
	for k, s := range r.series {
		switch state := r.achieved[k][i].State; {
		case !r.has(s, i):
		case state == scoring.Scored:
			scored++
		case state.IsMissing():
			missing++
		default:
			leftOut++
		}
	}
	return scored, missing, leftOut
}

// stateReason returns in words why the achievement is left out, or an empty text.
func (r *results) stateReason(k, i int) string {
	a := &r.achieved[k][i]
	if a.State.IsDue() || a.State == scoring.NotDue {
		return ""
	}
	s := r.series[k]
	origin := r.index(a.AsOf)
	report := &s.reports[origin]
	switch {
	case a.Reason == scoring.ReasonNoTargetYear && s.years[r.periods[i].Year-r.years[0].year].inForce.withdrawn():
		return "Target dicabut: " + s.years[r.periods[i].Year-r.years[0].year].inForce.reason
	case a.Reason != scoring.ReasonNone:
		return a.Reason
	case a.State == scoring.Exempted && report.exception != nil:
		return report.exception.reason
	case a.State == scoring.NotApplicable && report.verified != nil:
		return report.verified.note
	}
	return ""
}

// stateUntil returns the last day of the exception that leaves the achievement out, or nil.
func (r *results) stateUntil(k, i int) *string {
	a := &r.achieved[k][i]
	e := r.series[k].reports[r.index(a.AsOf)].exception
	if a.State != scoring.Exempted || e == nil {
		return nil
	}
	return textOrNull(e.to.Format(time.DateOnly))
}
