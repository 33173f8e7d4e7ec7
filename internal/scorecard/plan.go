package scorecard

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/govalues/decimal"
	"github.com/jackc/pgx/v5"

	"petajalan/internal/fault"
	"petajalan/internal/postgres"
	"petajalan/internal/scoring"
)

// ruleSet is a row of rule_sets with its scales.
type ruleSet struct {
	id       int64
	code     string
	revision int
	formula  int
	basis    string
	ceiling  decimal.Decimal
	bands    []scaleStep // highest first
	words    []scaleStep
	*scoring.Rules
}

// scaleStep is a step of a scale.
type scaleStep struct {
	ordinal   int
	code      string
	label     string
	from      *decimal.Decimal
	exclusive bool
}

// planYear is the version of the roadmap in force for a year.
type planYear struct {
	year       int
	version    int64
	goals      []scoring.PlanGoal
	objectives []scoring.PlanObjective
	sheets     map[int64]*sheet // by indicator
}

// sheet is what scoring needs of an indicator.
type sheet struct {
	kind           scoring.Kind
	direction      scoring.Direction
	consolidation  scoring.Consolidation
	frequency      scoring.Frequency
	objective      string
	goal           string
	unit           string
	scale          string
	announcedMonth *int
	steps          []milestone
}

type milestone struct {
	percent decimal.Decimal
	name    string
}

// plan returns the plan of the year of p.
func (in *inputs) plan(p scoring.Period) *planYear { return &in.years[p.Year-in.years[0].year] }

// loadPlan reads versions, sheets, rules, calendar and the list of series.
func (in *inputs) loadPlan(ctx context.Context, tx postgres.Tx, ids []int64) error {
	if err := in.loadVersions(ctx, tx); err != nil {
		return fmt.Errorf("read the roadmap: %w", err)
	}
	var err error
	if in.rule, err = loadRuleSet(ctx, tx, in.period); err != nil {
		return fmt.Errorf("read the rule set: %w", err)
	}
	if err := in.loadCalendar(ctx, tx); err != nil {
		return fmt.Errorf("read the calendar: %w", err)
	}
	err = tx.Stream(ctx, `
		SELECT s.id, s.indicator_id, a.code, i.code
		FROM target_series s JOIN agencies a ON a.id = s.agency_id JOIN indicators i ON i.id = s.indicator_id
		WHERE $1::bigint[] IS NULL OR s.id = ANY ($1)
		ORDER BY a.code COLLATE "C", i.code COLLATE "C"`, []any{ids}, func(rows pgx.Rows) error {
		for rows.Next() {
			s := &seriesInput{years: make([]yearTarget, len(in.years)), reports: make([]reportInput, len(in.periods))}
			if err := rows.Scan(&s.id, &s.indicatorID, &s.agency, &s.indicator); err != nil {
				return err
			}
			in.series = append(in.series, s)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the series: %w", err)
	}
	return nil
}

func (in *inputs) loadVersions(ctx context.Context, tx postgres.Tx) error {
	type version struct {
		ID        int64
		FirstYear int
		LastYear  int
	}
	var versions []version
	err := tx.NewRaw(`
		SELECT id, first_year, last_year FROM roadmap_versions
		WHERE recorded_at <= ? ORDER BY first_year, number`, in.asOf).Scan(ctx, &versions)
	switch {
	case err != nil:
		return err
	case len(versions) == 0:
		return fault.New(fault.Conflict, "Belum ada peta jalan yang dikenal pada %s.", in.asOf.In(in.zone).Format(time.DateOnly))
	}
	first := versions[0].FirstYear
	for _, v := range versions {
		first = min(first, v.FirstYear)
	}
	if in.period.Year < first {
		return fault.New(fault.Invalid, "Periode %s lebih awal dari peta jalan, yang mulai %d.", in.period, first)
	}
	in.periods = scoring.PeriodsTo(scoring.Period{Year: first, Quarter: 1}, in.period)
	plans := map[int64]*planYear{}
	for year := first; year <= in.period.Year; year++ {
		var current *version
		for i := range versions {
			if versions[i].FirstYear <= year {
				current = &versions[i]
			}
		}
		if year > current.LastYear {
			return fault.New(fault.Invalid, "Periode %s sesudah peta jalan berakhir, yaitu %d.", in.period, current.LastYear)
		}
		plan := plans[current.ID]
		if plan == nil {
			plan = &planYear{version: current.ID, sheets: map[int64]*sheet{}}
			if err := plan.load(ctx, tx); err != nil {
				return err
			}
			plans[current.ID] = plan
		}
		of := *plan
		of.year = year
		in.years = append(in.years, of)
	}
	return nil
}

func (y *planYear) load(ctx context.Context, tx postgres.Tx) error {
	err := tx.Stream(ctx, `SELECT code, (weight * 100)::bigint FROM goals WHERE version_id = $1 ORDER BY code COLLATE "C"`,
		[]any{y.version}, func(rows pgx.Rows) error {
			for rows.Next() {
				var g scoring.PlanGoal
				if err := rows.Scan(&g.Code, &g.Weight); err != nil {
					return err
				}
				y.goals = append(y.goals, g)
			}
			return nil
		})
	if err != nil {
		return err
	}
	err = tx.Stream(ctx, `
		SELECT o.code, g.code FROM objectives o JOIN goals g ON g.id = o.goal_id
		WHERE g.version_id = $1 ORDER BY o.code COLLATE "C"`, []any{y.version}, func(rows pgx.Rows) error {
		for rows.Next() {
			var o scoring.PlanObjective
			if err := rows.Scan(&o.Code, &o.Goal); err != nil {
				return err
			}
			y.objectives = append(y.objectives, o)
		}
		return nil
	})
	if err != nil {
		return err
	}
	sheets := map[int64]*sheet{} // by sheet
	err = tx.Stream(ctx, `
		SELECT s.id, s.indicator_id, s.kind, s.direction, s.consolidation, s.frequency, o.code, g.code, s.unit, s.scale_code, s.announced_month
		FROM indicator_sheets s JOIN objectives o ON o.id = s.objective_id JOIN goals g ON g.id = o.goal_id
		WHERE s.version_id = $1`, []any{y.version}, func(rows pgx.Rows) error {
		for rows.Next() {
			var id, indicator int64
			s := &sheet{}
			if err := rows.Scan(&id, &indicator, &s.kind, &s.direction, &s.consolidation, &s.frequency,
				&s.objective, &s.goal, &s.unit, &s.scale, &s.announcedMonth); err != nil {
				return err
			}
			sheets[id], y.sheets[indicator] = s, s
		}
		return nil
	})
	if err != nil {
		return err
	}
	return tx.Stream(ctx, `
		SELECT p.sheet_id, p.percent::text, p.name
		FROM indicator_steps p JOIN indicator_sheets s ON s.id = p.sheet_id
		WHERE s.version_id = $1 ORDER BY p.sheet_id, p.percent`, []any{y.version}, func(rows pgx.Rows) error {
		for rows.Next() {
			var id int64
			var percent string
			var m milestone
			if err := rows.Scan(&id, &percent, &m.name); err != nil {
				return err
			}
			var err error
			if m.percent, err = parseNumeric(percent); err != nil {
				return err
			}
			sheets[id].steps = append(sheets[id].steps, m)
		}
		return nil
	})
}

func (in *inputs) loadCalendar(ctx context.Context, tx postgres.Tx) error {
	in.due = make([]time.Time, len(in.periods))
	err := tx.Stream(ctx, `SELECT year, quarter, due_at FROM periods`, nil, func(rows pgx.Rows) error {
		for rows.Next() {
			var p scoring.Period
			var due time.Time
			if err := rows.Scan(&p.Year, &p.Quarter, &due); err != nil {
				return err
			}
			if i := in.index(p); i >= 0 {
				in.due[i] = due
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i, due := range in.due {
		if due.IsZero() {
			return fault.New(fault.Conflict, "Periode %s belum ada dalam kalender pelaporan.", in.periods[i])
		}
	}
	return nil
}

// loadRuleSet reads the rule set in force at the end of the period.
func loadRuleSet(ctx context.Context, tx postgres.Tx, p scoring.Period) (ruleSet, error) {
	last := time.Date(p.Year, time.Month(p.Quarter*3+1), 0, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
	return readRuleSet(ctx, tx, `valid_from <= $1::date AND (valid_to IS NULL OR valid_to >= $1::date)`, last)
}

func readRuleSet(ctx context.Context, tx postgres.Tx, where string, arg any) (ruleSet, error) {
	var r ruleSet
	var bandScale, wordScale int64
	var ceiling string
	err := tx.Stream(ctx, `
		SELECT id, code, revision, formula_version, basis, cap::text, band_scale_id, word_scale_id
		FROM rule_sets WHERE `+where+` ORDER BY valid_from DESC, revision DESC LIMIT 1`, []any{arg}, func(rows pgx.Rows) error {
		for rows.Next() {
			return rows.Scan(&r.id, &r.code, &r.revision, &r.formula, &r.basis, &ceiling, &bandScale, &wordScale)
		}
		return fault.New(fault.Conflict, "Tidak ada aturan penilaian yang berlaku untuk periode ini.")
	})
	if err != nil {
		return r, err
	}
	if r.ceiling, err = parseNumeric(ceiling); err != nil {
		return r, err
	}
	if r.bands, err = readSteps(ctx, tx, bandScale); err != nil {
		return r, err
	}
	if r.words, err = readSteps(ctx, tx, wordScale); err != nil {
		return r, err
	}
	slices.Reverse(r.bands)
	slices.Reverse(r.words)
	if r.formula != scoring.Version {
		return r, fmt.Errorf("rule set %s asks for formula version %d, this program has %d", r.code, r.formula, scoring.Version)
	}
	r.Rules, err = scoring.NewRules(r.ceiling, engineBands(r.bands), engineBands(r.words))
	return r, err
}

func engineBands(steps []scaleStep) []scoring.Band {
	bands := make([]scoring.Band, len(steps))
	for i, s := range steps {
		bands[i].Code = s.code
		if s.from != nil {
			bands[i].From = *s.from
		}
	}
	return bands
}

// readSteps returns the steps of a scale, lowest first.
func readSteps(ctx context.Context, tx postgres.Tx, scale int64) ([]scaleStep, error) {
	var steps []scaleStep
	err := tx.Stream(ctx, `
		SELECT ordinal, code, label, min_value::text, exclusive FROM scale_steps WHERE scale_id = $1 ORDER BY ordinal`,
		[]any{scale}, func(rows pgx.Rows) error {
			for rows.Next() {
				var s scaleStep
				var from *string
				if err := rows.Scan(&s.ordinal, &s.code, &s.label, &from, &s.exclusive); err != nil {
					return err
				}
				if err := parseAll(map[*string]**decimal.Decimal{from: &s.from}); err != nil {
					return err
				}
				steps = append(steps, s)
			}
			return nil
		})
	return steps, err
}
