package roadmap

import (
	"context"
	"time"

	"github.com/uptrace/bun"
)

// Plan is the whole roadmap in force for a year, without its targets.
type Plan struct {
	Year       int
	Version    Version
	Goals      []*Goal      // by code, down to the indicators
	Indicators []*Indicator // by code
	Agencies   []Agency     // by code, also those that do not report
	Areas      []Area       // by code

	indicators map[string]*Indicator
	agencies   map[string]*Agency
}

// Load returns the plan in force for the year as it is known now, in one query
// per table, or a NotFound fault when no version holds for that year.
func Load(ctx context.Context, db bun.IDB, year int) (*Plan, error) {
	return LoadAsOf(ctx, db, year, time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC))
}

// LoadAsOf is Load with the versions of the roadmap that were known at the
// moment asOf. Agencies and areas are reference data and come as they are now.
func LoadAsOf(ctx context.Context, db bun.IDB, year int, asOf time.Time) (*Plan, error) {
	version, err := VersionFor(ctx, db, year, asOf)
	if err != nil {
		return nil, err
	}
	p := &Plan{Year: year, Version: *version}
	if p.Goals, err = Goals(ctx, db, version.ID); err != nil {
		return nil, err
	}
	objectives, err := Objectives(ctx, db, version.ID)
	if err != nil {
		return nil, err
	}
	if p.Indicators, err = Indicators(ctx, db, version.ID); err != nil {
		return nil, err
	}
	if p.Agencies, err = Agencies(ctx, db); err != nil {
		return nil, err
	}
	if p.Areas, err = Areas(ctx, db); err != nil {
		return nil, err
	}
	p.link(objectives)
	return p, nil
}

// link hangs the objectives under the goals and the indicators under the objectives.
func (p *Plan) link(objectives []*Objective) {
	goals := make(map[int64]*Goal, len(p.Goals))
	for _, g := range p.Goals {
		goals[g.ID] = g
	}
	byID := make(map[int64]*Objective, len(objectives))
	for _, o := range objectives {
		byID[o.ID] = o
		g := goals[o.GoalID]
		g.Objectives = append(g.Objectives, o)
	}
	p.indicators = make(map[string]*Indicator, len(p.Indicators))
	for _, i := range p.Indicators {
		p.indicators[i.Code] = i
		o := byID[i.ObjectiveID]
		o.Indicators = append(o.Indicators, i)
	}
	p.agencies = make(map[string]*Agency, len(p.Agencies))
	for i := range p.Agencies {
		p.agencies[p.Agencies[i].Code] = &p.Agencies[i]
	}
}

// Indicator returns the indicator of that code, or nil.
func (p *Plan) Indicator(code string) *Indicator { return p.indicators[code] }

// Agency returns the agency of that code, or nil.
func (p *Plan) Agency(code string) *Agency { return p.agencies[code] }

// Reporting returns the agencies that report and exist in the plan's year, by code.
func (p *Plan) Reporting() []*Agency {
	var reporting []*Agency
	for i := range p.Agencies {
		a := &p.Agencies[i]
		if a.Reports && a.ExistsIn(p.Year) {
			reporting = append(reporting, a)
		}
	}
	return reporting
}
