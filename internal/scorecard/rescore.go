package scorecard

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

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
	for k, s := range part.series {
		r.achieved[k], r.hashes[k] = part.assess(s), part.hashSeries(s)
	}
	series, hash, err := readBase(ctx, tx, base, r)
	if err != nil || hash == "" {
		return nil, err
	}
	r.hash = hash
	if run, err := findRun(ctx, tx, part, r.hash); run != nil || err != nil {
		return run, err
	}
	from := max(part.index(since), 0)
	touched, err := r.rollUpOver(ctx, tx, base, series, from)
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

// baseSeries is a series of the base run.
type baseSeries struct {
	agency    string
	indicator int64
	fresh     int // its index in the results, -1: it has not changed
}

// readBase returns the series of the base run and the hash of all inputs: those of the base,
// with the fresh ones in their place. The hash is empty when a fresh series is not in the base.
func readBase(ctx context.Context, tx postgres.Tx, base *wholeRun, r *results) (series map[int64]baseSeries, hash string, err error) {
	fresh := make(map[int64]int, len(r.series))
	for k, s := range r.series {
		fresh[s.id] = k
	}
	series = make(map[int64]baseSeries, base.series)
	hashes := make([][32]byte, 0, base.series)
	found := 0
	err = tx.Stream(ctx, `
		SELECT h.series_id, h.input_hash, a.code, s.indicator_id
		FROM run_series h JOIN target_series s ON s.id = h.series_id JOIN agencies a ON a.id = s.agency_id JOIN indicators i ON i.id = s.indicator_id
		WHERE h.run_id = $1 ORDER BY a.code COLLATE "C", i.code COLLATE "C"`, []any{base.ID}, func(rows pgx.Rows) error {
		for rows.Next() {
			var id int64
			var hash []byte
			s := baseSeries{fresh: -1}
			if err := rows.Scan(&id, &hash, &s.agency, &s.indicator); err != nil {
				return err
			}
			if k, ok := fresh[id]; ok {
				s.fresh = k
				hashes, found = append(hashes, r.hashes[k]), found+1
			} else {
				hashes = append(hashes, [32]byte(hash))
			}
			series[id] = s
		}
		return nil
	})
	if err != nil || found != len(fresh) {
		return nil, "", err
	}
	return series, r.hashAll(hashes), nil
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
func (r *results) rollUpOver(ctx context.Context, tx postgres.Tx, base *wholeRun, series map[int64]baseSeries, from int) (*touched, error) {
	t := &touched{codes: map[string]bool{}}
	members := make([][]scoring.PlanSeries, len(r.periods))
	all := make([][]scoring.Achievement, len(r.periods))
	for i := from; i < len(r.periods); i++ {
		members[i] = make([]scoring.PlanSeries, 0, len(series))
		all[i] = make([]scoring.Achievement, 0, len(series))
	}
	first := r.periods[from]
	err := tx.Stream(ctx, `
		SELECT series_id, year, quarter, state, weight,
			actual, actual_numerator, actual_denominator, target, target_low, target_high, first_target, first_target_low, first_target_high
		FROM achievements
		WHERE run_id = $1 AND (year, quarter) >= ($2, $3)`, []any{base.ID, first.Year, first.Quarter}, func(rows pgx.Rows) error {
		for rows.Next() {
			raw := rows.RawValues()
			p := scoring.Period{Year: int(binary.BigEndian.Uint32(raw[1])), Quarter: int(binary.BigEndian.Uint32(raw[2]))}
			s, known := series[int64(binary.BigEndian.Uint64(raw[0]))] //nolint:gosec // a bigint
			i := r.index(p)
			if !known || i < 0 {
				continue
			}
			sheet := r.plan(p).sheets[s.indicator]
			if sheet == nil {
				continue
			}
			members[i] = append(members[i], scoring.PlanSeries{Agency: s.agency, Objective: sheet.objective})
			all[i] = append(all[i], scoring.Achievement{})
			a := &all[i][len(all[i])-1]
			if s.fresh >= 0 {
				*a = r.achieved[s.fresh][i]
				t.codes[s.agency], t.codes[sheet.objective], t.codes[sheet.goal] = true, true, true
			} else if err := restore(a, r.rule.Rules, sheet, raw[3:]); err != nil {
				return err
			}
			if p == r.period {
				t.count(a.State)
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

// restore computes an achievement again from what stands of it in the database: its state,
// weight, value to date with numerator and denominator, target with its range, first target
// with its range.
func restore(a *scoring.Achievement, rules *scoring.Rules, sheet *sheet, raw [][]byte) error {
	for _, s := range scoring.States {
		if string(raw[0]) == string(s) {
			a.State = s
		}
	}
	var weight, numerator, denominator scoring.Ratio
	var hasWeight, hasLow, hasFirstLow, isQuotient bool
	for i, part := range [...]struct {
		to    *scoring.Ratio
		there *bool
	}{
		{&weight, &hasWeight}, {&a.Actual, &a.HasActual}, {&numerator, &isQuotient}, {&denominator, &isQuotient},
		{&a.Target, &a.HasTarget}, {&a.TargetLow, &hasLow}, {&a.TargetHigh, &a.TargetRange},
		{&a.FirstTarget, &a.HasFirst}, {&a.FirstTargetLow, &hasFirstLow}, {&a.FirstTargetHigh, &a.FirstTargetRange},
	} {
		var err error
		if *part.to, *part.there, err = readNumeric(raw[i+1]); err != nil {
			return err
		}
	}
	a.Weight, _ = weight.Scaled(2)
	a.HasTarget = a.HasTarget || a.TargetRange
	a.HasFirst = a.HasFirst || a.FirstTargetRange
	if isQuotient {
		a.Actual = numerator.Quo(denominator)
		if sheet.kind == scoring.KindFraction {
			a.Actual = a.Actual.Mul(scoring.Scale(100, 0))
		}
	}
	rules.Restore(sheet.direction, a)
	return nil
}
