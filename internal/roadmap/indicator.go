package roadmap

import (
	"context"
	"fmt"

	"github.com/govalues/decimal"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"petajalan/internal/scoring"
)

// Groups of agencies that an indicator may apply to, instead of one agency.
const (
	AppliesToPublic     = "publik"           // every reporting agency that faces the public, kelurahan too
	AppliesToAgencies   = "perangkat_daerah" // every reporting agency except the kelurahan
	AppliesToKelurahans = "kelurahan"        // every kelurahan
)

// Indicator (indikator) says how an objective is measured: its sheet in one
// version of the roadmap. The indicator itself lives through all versions by its
// code and ID.
type Indicator struct {
	bun.BaseModel    `bun:"table:indicator_sheets"`
	SheetID          int64 `bun:"id,pk,autoincrement"`
	VersionID        int64
	ID               int64 `bun:"indicator_id"` // the same in all versions
	ObjectiveID      int64
	Name             string
	Definition       string
	Kind             scoring.Kind
	Direction        scoring.Direction
	Consolidation    scoring.Consolidation
	Frequency        scoring.Frequency
	Unit             string // satuan
	Decimals         int    // shown after the comma, 0 to 4
	AppliesTo        string // an agency's code or one of the groups
	NumeratorLabel   string // of a fraction; empty otherwise
	DenominatorLabel string
	DataSource       string
	EvidenceRule     string // what must be handed in as evidence
	ScaleCode        string // scale of a predicate; empty otherwise
	AnnouncedMonth   *int   // month of the following year in which a result from outside is announced; nil: not from outside
	Key              bool   `bun:"key_indicator"` // IKU: counts for the city as a whole
	BreakNote        string // what breaks the series, for the reader
	BaselineYear     *int
	BaselineValue    string // as published: a number with a point, or a predicate; empty: none known
	BaselineSource   string
	Status           Status
	Code             string          `bun:",scanonly"`
	ObjectiveCode    string          `bun:",scanonly"`
	GoalCode         string          `bun:",scanonly"`
	Steps            []MilestoneStep `bun:"-"` // of a milestone, by percent; nil otherwise
}

// MilestoneStep (tahap) is a step of a milestone and what reaching it counts for.
type MilestoneStep struct {
	bun.BaseModel `bun:"table:indicator_steps"`
	SheetID       int64           `bun:",pk"`
	Percent       decimal.Decimal `bun:",pk"` // above 0, up to 100
	Name          string
}

// Applies reports whether the indicator is one of the agency's.
func (i *Indicator) Applies(a *Agency) bool {
	switch {
	case !a.Reports:
		return false
	case i.AppliesTo == AppliesToPublic:
		return a.PublicFacing
	case i.AppliesTo == AppliesToAgencies:
		return a.Kind != AgencyKelurahan
	case i.AppliesTo == AppliesToKelurahans:
		return a.Kind == AgencyKelurahan
	}
	return i.AppliesTo == a.Code
}

// Indicators returns the sheets of all indicators in a version by code, with
// their steps.
func Indicators(ctx context.Context, db bun.IDB, versionID int64) ([]*Indicator, error) {
	var indicators []*Indicator
	err := db.NewSelect().Model(&indicators).
		ColumnExpr("indicator.*, i.code, o.code AS objective_code, g.code AS goal_code").
		Join("JOIN indicators AS i ON i.id = indicator.indicator_id").
		Join("JOIN objectives AS o ON o.id = indicator.objective_id").
		Join("JOIN goals AS g ON g.id = o.goal_id").
		Where("indicator.version_id = ?", versionID).
		OrderExpr(`i.code COLLATE "C"`).
		Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read indicators: %w", err)
	}
	var steps []MilestoneStep
	err = db.NewSelect().Model(&steps).
		Where("sheet_id IN (SELECT id FROM indicator_sheets WHERE version_id = ?)", versionID).
		OrderExpr("sheet_id, percent").
		Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read steps of indicators: %w", err)
	}
	bySheet := make(map[int64]*Indicator, len(indicators))
	for _, i := range indicators {
		bySheet[i.SheetID] = i
	}
	for _, s := range steps {
		s.Percent = s.Percent.Trim(0)
		i := bySheet[s.SheetID]
		i.Steps = append(i.Steps, s)
	}
	return indicators, nil
}

// addSheets records the sheets, and the indicators that are new by their code.
func addSheets(ctx context.Context, db bun.IDB, sheets []*Indicator) error {
	codes := make([]string, len(sheets))
	for n, s := range sheets {
		codes[n] = s.Code
	}
	_, err := db.NewRaw(`INSERT INTO indicators (code) SELECT unnest(?::text[]) ON CONFLICT (code) DO NOTHING`, pgdialect.Array(codes)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("add indicators: %w", err)
	}
	ids, err := indicatorIDs(ctx, db)
	if err != nil {
		return err
	}
	for _, s := range sheets {
		s.ID = ids[s.Code]
	}
	if _, err := db.NewInsert().Model(&sheets).Exec(ctx); err != nil {
		return fmt.Errorf("add sheets of indicators: %w", err)
	}
	var steps []MilestoneStep
	for _, s := range sheets {
		for n := range s.Steps {
			s.Steps[n].SheetID = s.SheetID
		}
		steps = append(steps, s.Steps...)
	}
	if len(steps) == 0 {
		return nil
	}
	if _, err := db.NewInsert().Model(&steps).Exec(ctx); err != nil {
		return fmt.Errorf("add steps of indicators: %w", err)
	}
	return nil
}

// indicatorIDs returns the id of each indicator of any version by its code.
func indicatorIDs(ctx context.Context, db bun.IDB) (map[string]int64, error) {
	var rows []struct {
		ID   int64
		Code string
	}
	if err := db.NewSelect().Table("indicators").Column("id", "code").OrderExpr(`code COLLATE "C"`).Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("read codes of indicators: %w", err)
	}
	ids := make(map[string]int64, len(rows))
	for _, r := range rows {
		ids[r.Code] = r.ID
	}
	return ids, nil
}
