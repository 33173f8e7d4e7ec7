package scorecard

import (
	"context"
	"fmt"
	"time"

	"github.com/govalues/decimal"
	"github.com/jackc/pgx/v5"

	"petajalan/internal/postgres"
	"petajalan/internal/scoring"
)

// overlap is how far before the moment of the base run changes are looked for, since a
// transaction may commit a little after the moment it carries.
const overlap = 10 * time.Minute

// rescore stores a run that holds only what differs from the last whole run of the period.
// It returns nil when everything must be scored: there is no such run, the calendar, the
// plan or the rules have moved on since, or a great part of the series has changed.
func rescore(ctx context.Context, tx postgres.Tx, o ScoreOptions) (*Run, error) {
	base, err := lastWhole(ctx, tx, o)
	if err != nil || base == nil {
		return nil, err
	}
	changed, since, err := changes(ctx, tx, base.AsOf.Add(-overlap), o)
	if err != nil {
		return nil, fmt.Errorf("look for changes since run %d: %w", base.ID, err)
	}
	if len(changed)*8 > base.series {
		return nil, nil //nolint:nilnil // nil: score everything
	}
	if len(changed) == 0 {
		return &base.Run, nil
	}
	part, err := loadInputs(ctx, tx, o.Period, o.AsOf, o.Zone, changed)
	if err != nil {
		return nil, err
	}
	if part.rule.id != base.ruleSet {
		return nil, nil //nolint:nilnil // nil: score everything
	}
	r := &results{inputs: part, achieved: make([][]scoring.Achievement, len(part.series)), hashes: make([][32]byte, len(part.series))}
	fresh := map[int64]int{}
	for k, s := range part.series {
		r.achieved[k], r.hashes[k] = part.assess(s), part.hashSeries(s)
		fresh[s.id] = k
	}
	if r.hash, err = baseHash(ctx, tx, base, r, fresh); err != nil || r.hash == "" {
		return nil, err
	}
	if run, err := findRun(ctx, tx, part, r.hash); run != nil || err != nil {
		return run, err
	}
	from := max(part.index(since), 0)
	touched, err := r.rollUpOver(ctx, tx, base, from, fresh)
	if err != nil {
		return nil, err
	}
	run := &Run{BaseID: &base.ID, Period: o.Period, AsOf: o.AsOf, InputHash: r.hash}
	run.Scored, run.Missing, run.LeftOut = touched.scored, touched.missing, touched.leftOut
	if err := insertRun(ctx, tx, run, part); err != nil {
		return nil, err
	}
	return run, r.write(ctx, tx, run.ID, from, touched.holds)
}

// wholeRun is a run that later ones may stand on.
type wholeRun struct {
	Run
	ruleSet int64
	series  int
}

func lastWhole(ctx context.Context, tx postgres.Tx, o ScoreOptions) (*wholeRun, error) {
	base := &wholeRun{Run: Run{Period: o.Period, Reused: true}}
	err := tx.NewRaw(`
		SELECT r.id, r.as_of, r.input_hash, r.rule_set_id, r.scored, r.missing, r.left_out,
			(SELECT count(*) FROM run_series s WHERE s.run_id = r.id)
		FROM runs r
		WHERE r.year = ? AND r.quarter = ? AND r.formula_version = ? AND r.base_id IS NULL AND r.as_of <= ?
		ORDER BY r.id DESC LIMIT 1`, o.Period.Year, o.Period.Quarter, scoring.Version, o.AsOf).
		Scan(ctx, &base.ID, &base.AsOf, &base.InputHash, &base.ruleSet, &base.Scored, &base.Missing, &base.LeftOut, &base.series)
	switch {
	case postgres.NoRows(err):
		return nil, nil //nolint:nilnil // there is none yet
	case err != nil:
		return nil, fmt.Errorf("look for the last whole run: %w", err)
	}
	// A deadline that passed or a month that ended changes states without anybody's doing.
	var passed bool
	err = tx.NewRaw(`SELECT EXISTS (SELECT FROM periods WHERE due_at > ?0 AND due_at <= ?1)
		OR EXISTS (SELECT FROM roadmap_versions WHERE recorded_at > ?0)`, base.AsOf, o.AsOf).Scan(ctx, &passed)
	if err != nil {
		return nil, fmt.Errorf("look for deadlines that passed: %w", err)
	}
	then, now := base.AsOf.In(o.Zone), o.AsOf.In(o.Zone)
	if passed || then.Year() != now.Year() || then.Month() != now.Month() {
		return nil, nil //nolint:nilnil // nil: score everything
	}
	return base, nil
}

// changes returns the series with a report event, a target or an exception recorded after
// a moment, and the earliest period this may touch.
func changes(ctx context.Context, tx postgres.Tx, after time.Time, o ScoreOptions) (ids []int64, since scoring.Period, err error) {
	seen := map[int64]bool{}
	err = tx.Stream(ctx, `
		SELECT r.series_id, r.year, r.quarter FROM report_events e JOIN reports r ON r.id = e.report_id WHERE e.at > $1
		UNION ALL
		SELECT series_id, year, 1 FROM targets WHERE recorded_at > $1
		UNION ALL
		SELECT series_id, extract(year FROM starts_on)::int, extract(quarter FROM starts_on)::int
		FROM exceptions WHERE accepted_at > $1 OR revoked_at > $1`, []any{after}, func(rows pgx.Rows) error {
		for rows.Next() {
			var id int64
			var p scoring.Period
			if err := rows.Scan(&id, &p.Year, &p.Quarter); err != nil {
				return err
			}
			if o.Period.Before(p) {
				continue
			}
			if !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
			if since.IsZero() || p.Before(since) {
				since = p
			}
		}
		return nil
	})
	return ids, since, err
}

// baseHash returns the hash of all inputs: those of the base, with the fresh ones in their
// place. It is empty when a fresh series is not in the base.
func baseHash(ctx context.Context, tx postgres.Tx, base *wholeRun, r *results, fresh map[int64]int) (string, error) {
	hashes := make([][32]byte, 0, base.series)
	found := 0
	err := tx.Stream(ctx, `
		SELECT h.series_id, h.input_hash
		FROM run_series h JOIN target_series s ON s.id = h.series_id JOIN agencies a ON a.id = s.agency_id JOIN indicators i ON i.id = s.indicator_id
		WHERE h.run_id = $1 ORDER BY a.code COLLATE "C", i.code COLLATE "C"`, []any{base.ID}, func(rows pgx.Rows) error {
		for rows.Next() {
			var id int64
			var hash []byte
			if err := rows.Scan(&id, &hash); err != nil {
				return err
			}
			if k, ok := fresh[id]; ok {
				hashes, found = append(hashes, r.hashes[k]), found+1
				continue
			}
			hashes = append(hashes, [32]byte(hash))
		}
		return nil
	})
	if err != nil || found != len(fresh) {
		return "", err
	}
	return r.hashAll(hashes), nil
}

// touched says which scores a change may have moved, and the counts of the run's period.
type touched struct {
	codes                    map[string]bool // of agencies, objectives and goals
	scored, missing, leftOut int
}

func (t *touched) holds(s *scoring.Score) bool {
	return s.Level == scoring.LevelCity || t.codes[s.Code]
}

// rollUpOver scores the periods from index from on, the fresh series over those stored in
// the base run.
func (r *results) rollUpOver(ctx context.Context, tx postgres.Tx, base *wholeRun, from int, fresh map[int64]int) (*touched, error) {
	t := &touched{codes: map[string]bool{}}
	members := make([][]scoring.PlanSeries, len(r.periods))
	all := make([][]scoring.Achievement, len(r.periods))
	first := r.periods[from]
	err := tx.Stream(ctx, `
		SELECT a.series_id, s.indicator_id, g.code, a.year, a.quarter, a.state, (a.weight * 100)::bigint,
			a.actual::text, a.actual_numerator::text, a.actual_denominator::text, a.target::text, a.target_low::text, a.target_high::text,
			a.first_target::text, a.first_target_low::text, a.first_target_high::text
		FROM achievements a JOIN target_series s ON s.id = a.series_id JOIN agencies g ON g.id = s.agency_id
		WHERE a.run_id = $1 AND (a.year, a.quarter) >= ($2, $3)`, []any{base.ID, first.Year, first.Quarter}, func(rows pgx.Rows) error {
		for rows.Next() {
			var series, indicator int64
			var agency string
			var p scoring.Period
			var a stored
			if err := rows.Scan(&series, &indicator, &agency, &p.Year, &p.Quarter, &a.state, &a.weight,
				&a.actual, &a.numerator, &a.denominator, &a.target, &a.low, &a.high, &a.firstTarget, &a.firstLow, &a.firstHigh); err != nil {
				return err
			}
			i, sheet := r.index(p), r.plan(p).sheets[indicator]
			if i < 0 || sheet == nil {
				continue
			}
			achievement := scoring.Achievement{}
			if k, ok := fresh[series]; ok {
				achievement = r.achieved[k][i]
				t.codes[agency], t.codes[sheet.objective], t.codes[sheet.goal] = true, true, true
			} else {
				var err error
				if achievement, err = a.restore(r.rule.Rules, sheet); err != nil {
					return err
				}
			}
			members[i] = append(members[i], scoring.PlanSeries{Agency: agency, Objective: sheet.objective})
			all[i] = append(all[i], achievement)
			if p == r.period {
				t.count(achievement.State)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read run %d: %w", base.ID, err)
	}
	r.scores = make([][]scoring.Score, len(r.periods))
	for i := from; i < len(r.periods); i++ {
		year := r.plan(r.periods[i])
		plan, err := scoring.NewPlan(year.goals, year.objectives, members[i])
		if err != nil {
			return nil, err
		}
		if err := plan.CheckWeights(all[i]); err != nil {
			return nil, err
		}
		r.scores[i] = plan.RollUp(r.rule.Rules, all[i])
	}
	return t, nil
}

func (t *touched) count(s scoring.State) {
	switch {
	case s == scoring.Scored:
		t.scored++
	case s.IsMissing():
		t.missing++
	default:
		t.leftOut++
	}
}

// stored is an achievement as it stands in the database.
type stored struct {
	state                            scoring.State
	weight                           int64
	actual, numerator, denominator   *string
	target, low, high                *string
	firstTarget, firstLow, firstHigh *string
}

// restore computes the achievement again from its exact parts.
func (a *stored) restore(rules *scoring.Rules, sheet *sheet) (scoring.Achievement, error) {
	out := scoring.Achievement{State: a.state, Weight: a.weight}
	var err error
	ratio := func(s *string) scoring.Ratio {
		if s == nil || err != nil {
			return scoring.Ratio{}
		}
		var x decimal.Decimal
		x, err = parseNumeric(*s)
		return scoring.RatioOf(x)
	}
	out.HasTarget, out.TargetRange = a.target != nil || a.low != nil, a.low != nil
	out.Target, out.TargetLow, out.TargetHigh = ratio(a.target), ratio(a.low), ratio(a.high)
	out.HasFirst, out.FirstTargetRange = a.firstTarget != nil || a.firstLow != nil, a.firstLow != nil
	out.FirstTarget, out.FirstTargetLow, out.FirstTargetHigh = ratio(a.firstTarget), ratio(a.firstLow), ratio(a.firstHigh)
	out.HasActual = a.actual != nil
	out.Actual = ratio(a.actual)
	if a.numerator != nil {
		out.Actual = ratio(a.numerator).Quo(ratio(a.denominator))
		if sheet.kind == scoring.KindFraction {
			out.Actual = out.Actual.Mul(scoring.Scale(100, 0))
		}
	}
	if err == nil {
		rules.Restore(sheet.direction, &out)
	}
	return out, err
}
