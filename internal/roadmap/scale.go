package roadmap

import (
	"context"
	"fmt"
	"time"

	"github.com/govalues/decimal"
	"github.com/uptrace/bun"

	"petajalan/internal/fault"
)

// Scale maps figures to words (bands) or grades to ordinals. A version is never
// changed; scales are never converted into one another.
type Scale struct {
	ID        int64 `bun:",pk,autoincrement"`
	Code      string
	Version   int
	Name      string
	Basis     string      // the rule it comes from
	Status    string      // how sure we are of it, in words
	ValidFrom time.Time   `bun:"type:date"`
	ValidTo   *time.Time  `bun:"type:date"` // last day; nil: still valid
	Steps     []ScaleStep `bun:"-"`         // lowest first
}

// ScaleStep is a grade of a scale.
type ScaleStep struct {
	ScaleID   int64 `bun:",pk"`
	Ordinal   int   `bun:",pk"` // lowest = 1
	Code      string
	Label     string
	MinValue  *decimal.Decimal // from here upward; nil: everything below the next step
	Exclusive bool             // only above MinValue
}

// RuleSet says how achievements are computed and rolled up. A revision is never
// changed.
type RuleSet struct {
	ID             int64 `bun:",pk,autoincrement"`
	Code           string
	Revision       int
	FormulaVersion int
	Cap            decimal.Decimal // most that one target can score, per cent
	BandScaleID    int64
	WordScaleID    int64
	ValidFrom      time.Time  `bun:"type:date"`
	ValidTo        *time.Time `bun:"type:date"` // last day; nil: still valid
	Basis          string
	Bands          *Scale `bun:"-"` // of scores
	Words          *Scale `bun:"-"` // of one target's raw figure
}

// Find returns the step with the code, or nil.
func (s *Scale) Find(code string) *ScaleStep {
	for i := range s.Steps {
		if s.Steps[i].Code == code {
			return &s.Steps[i]
		}
	}
	return nil
}

// AllScales returns every version of every scale, by code and version.
func AllScales(ctx context.Context, db bun.IDB) ([]Scale, error) {
	return selectScales(ctx, db, func(q *bun.SelectQuery) *bun.SelectQuery { return q })
}

// Scales returns the scales valid on the day, by code.
func Scales(ctx context.Context, db bun.IDB, day time.Time) ([]Scale, error) {
	return selectScales(ctx, db, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("valid_from <= ?0 AND (valid_to IS NULL OR valid_to >= ?0)", day.Format(time.DateOnly))
	})
}

func selectScales(ctx context.Context, db bun.IDB, which func(*bun.SelectQuery) *bun.SelectQuery) ([]Scale, error) {
	var scales []Scale
	if err := db.NewSelect().Model(&scales).Apply(which).OrderExpr(`code COLLATE "C", version`).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read scales: %w", err)
	}
	var steps []ScaleStep
	if err := db.NewSelect().Model(&steps).OrderExpr("scale_id, ordinal").Scan(ctx); err != nil {
		return nil, fmt.Errorf("read steps of scales: %w", err)
	}
	byID := make(map[int64]*Scale, len(scales))
	for i := range scales {
		byID[scales[i].ID] = &scales[i]
	}
	for _, step := range steps {
		if step.MinValue != nil {
			*step.MinValue = step.MinValue.Trim(0)
		}
		if scale := byID[step.ScaleID]; scale != nil {
			scale.Steps = append(scale.Steps, step)
		}
	}
	return scales, nil
}

// AddScale records a version of a scale and gives it its id.
func AddScale(ctx context.Context, db bun.IDB, s *Scale) error {
	if _, err := db.NewInsert().Model(s).Exec(ctx); err != nil {
		return fmt.Errorf("add scale %s: %w", s.Code, err)
	}
	for i := range s.Steps {
		s.Steps[i].ScaleID, s.Steps[i].Ordinal = s.ID, i+1
	}
	if _, err := db.NewInsert().Model(&s.Steps).Exec(ctx); err != nil {
		return fmt.Errorf("add steps of scale %s: %w", s.Code, err)
	}
	return nil
}

// EndScale sets the last day of a version of a scale, as a newer one begins; nil
// takes it away.
func EndScale(ctx context.Context, db bun.IDB, id int64, last *time.Time) error {
	_, err := db.NewUpdate().Model((*Scale)(nil)).Set("valid_to = ?", last).Where("id = ?", id).Exec(ctx)
	if err != nil {
		return fmt.Errorf("end scale %d: %w", id, err)
	}
	return nil
}

// RuleSets returns every revision of every rule set with its scales, by code and
// revision.
func RuleSets(ctx context.Context, db bun.IDB) ([]RuleSet, error) {
	var sets []RuleSet
	if err := db.NewSelect().Model(&sets).OrderExpr(`code COLLATE "C", revision`).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read rule sets: %w", err)
	}
	scales, err := AllScales(ctx, db)
	if err != nil {
		return nil, err
	}
	for i := range sets {
		sets[i].Cap = sets[i].Cap.Trim(0)
		for j := range scales {
			switch scales[j].ID {
			case sets[i].BandScaleID:
				sets[i].Bands = &scales[j]
			case sets[i].WordScaleID:
				sets[i].Words = &scales[j]
			}
		}
	}
	return sets, nil
}

// RuleSetOn returns the rule set in force on the day with its scales, or a
// NotFound fault. Of several revisions the newest is in force.
func RuleSetOn(ctx context.Context, db bun.IDB, day time.Time) (*RuleSet, error) {
	sets, err := RuleSets(ctx, db)
	if err != nil {
		return nil, err
	}
	on := day.Format(time.DateOnly)
	var found *RuleSet
	for i := range sets {
		s := &sets[i]
		if s.ValidFrom.Format(time.DateOnly) > on || s.ValidTo != nil && s.ValidTo.Format(time.DateOnly) < on {
			continue
		}
		if found == nil || s.ValidFrom.After(found.ValidFrom) || s.ValidFrom.Equal(found.ValidFrom) && s.Revision > found.Revision {
			found = s
		}
	}
	if found == nil {
		return nil, fault.New(fault.NotFound, "Tidak ada aturan penilaian yang berlaku pada %s.", on)
	}
	return found, nil
}

// AddRuleSet records a revision of a rule set, whose scales are Bands and Words,
// and gives it its id.
func AddRuleSet(ctx context.Context, db bun.IDB, r *RuleSet) error {
	r.BandScaleID, r.WordScaleID = r.Bands.ID, r.Words.ID
	if _, err := db.NewInsert().Model(r).Exec(ctx); err != nil {
		return fmt.Errorf("add rule set %s: %w", r.Code, err)
	}
	return nil
}

// EndRuleSet sets the last day of a revision of a rule set, as a newer one
// begins; nil takes it away.
func EndRuleSet(ctx context.Context, db bun.IDB, id int64, last *time.Time) error {
	_, err := db.NewUpdate().Model((*RuleSet)(nil)).Set("valid_to = ?", last).Where("id = ?", id).Exec(ctx)
	if err != nil {
		return fmt.Errorf("end rule set %d: %w", id, err)
	}
	return nil
}
