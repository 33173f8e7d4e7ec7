package roadmap

import (
	"context"
	"fmt"
	"time"

	"github.com/govalues/decimal"
	"github.com/uptrace/bun"

	"petajalan/internal/fault"
	"petajalan/internal/postgres"
)

// Status says how binding a part of the plan is.
type Status string

// From an example of ours to the annex of a regulation.
const (
	Example  Status = "contoh"
	Draft    Status = "rancangan"
	Official Status = "resmi"
)

// Version is one issue of the roadmap. It holds from its first year on, until a
// version with a higher number does.
type Version struct {
	bun.BaseModel    `bun:"table:roadmap_versions"`
	ID               int64 `bun:",pk,autoincrement"`
	Number           int
	Title            string
	RegulationNumber string     // empty until the regulation is issued
	RegulationDate   *time.Time `bun:"type:date"`
	FirstYear        int
	LastYear         int
	Status           Status
	Note             string
	RecordedAt       time.Time
}

// Goal (tujuan) is what the plan wants in the end. The weights of the goals of a
// version sum to 100.
type Goal struct {
	ID         int64 `bun:",pk,autoincrement"`
	VersionID  int64
	Code       string
	Name       string
	Weight     decimal.Decimal
	Objectives []*Objective `bun:"-"` // by code; filled by Load
}

// Objective (sasaran) is a measurable step to a goal. It is not a target.
type Objective struct {
	ID         int64 `bun:",pk,autoincrement"`
	GoalID     int64
	Code       string
	Name       string
	GoalCode   string       `bun:",scanonly"`
	Indicators []*Indicator `bun:"-"` // by code; filled by Load
}

// Versions returns all versions of the roadmap, oldest first.
func Versions(ctx context.Context, db bun.IDB) ([]Version, error) {
	var versions []Version
	if err := db.NewSelect().Model(&versions).OrderExpr("number").Scan(ctx); err != nil {
		return nil, fmt.Errorf("read versions of the roadmap: %w", err)
	}
	return versions, nil
}

// VersionFor returns the version in force for a year, as known at the moment
// asOf, or a NotFound fault.
func VersionFor(ctx context.Context, db bun.IDB, year int, asOf time.Time) (*Version, error) {
	var v Version
	err := db.NewSelect().Model(&v).
		Where("? BETWEEN first_year AND last_year", year).
		Where("recorded_at <= ?", asOf).
		OrderExpr("number DESC").Limit(1).
		Scan(ctx)
	switch {
	case postgres.NoRows(err):
		return nil, fault.New(fault.NotFound, "Tidak ada peta jalan untuk tahun %d.", year)
	case err != nil:
		return nil, fmt.Errorf("read version of the roadmap for %d: %w", year, err)
	}
	return &v, nil
}

// Goals returns the goals of a version by code, without their objectives.
func Goals(ctx context.Context, db bun.IDB, versionID int64) ([]*Goal, error) {
	var goals []*Goal
	err := db.NewSelect().Model(&goals).Where("version_id = ?", versionID).OrderExpr(`code COLLATE "C"`).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read goals: %w", err)
	}
	for _, g := range goals {
		g.Weight = g.Weight.Trim(0)
	}
	return goals, nil
}

// Objectives returns the objectives of a version by code, without their indicators.
func Objectives(ctx context.Context, db bun.IDB, versionID int64) ([]*Objective, error) {
	var objectives []*Objective
	err := db.NewSelect().Model(&objectives).
		ColumnExpr("objective.*, g.code AS goal_code").
		Join("JOIN goals AS g ON g.id = objective.goal_id").
		Where("g.version_id = ?", versionID).
		OrderExpr(`objective.code COLLATE "C"`).
		Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read objectives: %w", err)
	}
	return objectives, nil
}

// AddVersion records a version of the roadmap with its goals, their objectives
// and the sheets of their indicators, and gives all of them their ids. Nothing
// of a version is ever changed afterwards.
func AddVersion(ctx context.Context, db bun.IDB, v *Version, goals []*Goal) error {
	if _, err := db.NewInsert().Model(v).Exec(ctx); err != nil {
		return fmt.Errorf("add version %d of the roadmap: %w", v.Number, err)
	}
	for _, g := range goals {
		g.VersionID = v.ID
	}
	if _, err := db.NewInsert().Model(&goals).Exec(ctx); err != nil {
		return fmt.Errorf("add goals: %w", err)
	}
	var objectives []*Objective
	for _, g := range goals {
		for _, o := range g.Objectives {
			o.GoalID = g.ID
			objectives = append(objectives, o)
		}
	}
	if _, err := db.NewInsert().Model(&objectives).Exec(ctx); err != nil {
		return fmt.Errorf("add objectives: %w", err)
	}
	var indicators []*Indicator
	for _, o := range objectives {
		for _, i := range o.Indicators {
			i.VersionID, i.ObjectiveID = v.ID, o.ID
			indicators = append(indicators, i)
		}
	}
	return addSheets(ctx, db, indicators)
}
