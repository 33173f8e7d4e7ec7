// Package demo invents the progress of a city, so that a first look at the
// program shows what a year and three quarters of use would look like.
//
// Everything is invented and nothing is left to chance: what an agency reports
// for an indicator follows from their codes and a fixed seed alone, moments are
// fixed or follow from the calendar, and figures are whole numbers until they are
// written as decimals. Two demos on two days on two machines hold the same bytes.
package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/postgres"
	"petajalan/internal/report"
	"petajalan/internal/roadmap"
	"petajalan/internal/scoring"
)

// The quarters that are told about, and the time for which periods exist.
var (
	first  = roadmap.Period{Year: 2025, Quarter: 1}
	newest = roadmap.Period{Year: 2026, Quarter: 3}
	last   = roadmap.Period{Year: 2029, Quarter: 4}
)

// PlanKnown is the moment at which the plan of a demo is recorded: before its
// first publication.
func PlanKnown(zone *time.Location) time.Time { return at(zone, 2025, time.January, 2, 8, 0) }

// at is a moment in the zone of the city.
func at(zone *time.Location, year int, month time.Month, day, hour, minute int) time.Time {
	return time.Date(year, month, day, hour, minute, 0, 0, zone)
}

// settings of a demo.
const (
	settingDemo   = "demo"        // "true": the figures in this database are invented
	settingFilled = "demo_filled" // "true": all but the reports and publications is there
)

// Mark makes the database one of invented figures. It comes before anything else,
// so that a demo that was interrupted is known as one.
func Mark(ctx context.Context, owner bun.IDB) error {
	return set(ctx, owner, settingDemo)
}

// IsMarked says whether the figures in the database are invented.
func IsMarked(ctx context.Context, db bun.IDB) (bool, error) {
	return isSet(ctx, db, settingDemo)
}

func set(ctx context.Context, db bun.IDB, key string) error {
	_, err := db.NewRaw(`INSERT INTO settings (key, value) VALUES (?, 'true') ON CONFLICT (key) DO UPDATE SET value = 'true'`, key).Exec(ctx)
	if err != nil {
		return fmt.Errorf("set %s: %w", key, err)
	}
	return nil
}

func isSet(ctx context.Context, db bun.IDB, key string) (bool, error) {
	var yes bool
	err := db.NewRaw(`SELECT EXISTS (SELECT FROM settings WHERE key = ? AND value = 'true')`, key).Scan(ctx, &yes)
	if err != nil {
		return false, fmt.Errorf("read setting %s: %w", key, err)
	}
	return yes, nil
}

// Fill invents everything that happened in the city, over a plan that is loaded:
// periods, accounts, service results, surveys, one amended target, one exception,
// and all reports. Each part is one transaction and is left alone when it is
// there, so an interrupted Fill is simply called again. owner owns the tables.
func Fill(ctx context.Context, owner *bun.DB, zone *time.Location) error {
	cal, err := roadmap.LoadCalendar(ctx, owner, zone)
	if err != nil {
		return err
	}
	users, err := addUsers(ctx, owner, zone)
	if err != nil {
		return err
	}
	c, err := loadCity(ctx, owner, cal, users, newest)
	if err != nil {
		return err
	}
	filled, err := isSet(ctx, owner, settingFilled)
	if err != nil {
		return err
	}
	if !filled {
		err := postgres.InTx(ctx, owner, nil, func(ctx context.Context, tx postgres.Tx) error {
			return c.fillAround(ctx, tx)
		})
		if err != nil {
			return fmt.Errorf("fill the demo: %w", err)
		}
	}
	var reported bool
	if err := owner.NewRaw(`SELECT EXISTS (SELECT FROM reports)`).Scan(ctx, &reported); err != nil {
		return fmt.Errorf("look for reports: %w", err)
	}
	if reported {
		return nil
	}
	if err := report.Import(ctx, owner, c.histories()); err != nil {
		return fmt.Errorf("report in the demo: %w", err)
	}
	return nil
}

// fillAround writes what stands around the reports.
func (c *city) fillAround(ctx context.Context, tx postgres.Tx) error {
	if _, err := roadmap.EnsurePeriods(ctx, tx, first, last, c.cal); err != nil {
		return err
	}
	// The periods so far opened and closed at their moments, as the jobs do it.
	for _, p := range c.periods {
		r := c.cal.Reporting(p)
		if _, err := roadmap.OpenDue(ctx, tx, r.OpensAt); err != nil {
			return err
		}
		if _, err := roadmap.CloseDue(ctx, tx, r.ClosesAt); err != nil {
			return err
		}
	}
	if err := c.amend(ctx, tx); err != nil {
		return err
	}
	if err := c.except(ctx, tx); err != nil {
		return err
	}
	if err := c.writeServiceResults(ctx, tx); err != nil {
		return err
	}
	if err := c.writeSurveys(ctx, tx); err != nil {
		return err
	}
	return set(ctx, tx, settingFilled)
}

// city is the plan as the inventions need it.
type city struct {
	cal      *roadmap.Calendar
	users    map[string]*account.User // by login
	periods  []roadmap.Period         // from the first on
	plan     *roadmap.Plan
	agencies []*roadmap.Agency // those that report, by code
	targets  map[targetKey]*roadmap.Target
	slugs    map[string]string // of kelurahan, by the code of the area
	services []roadmap.Service

	results map[resultKey]*measured // service results of an agency and its units
	surveys map[surveyKey]*survey
}

type (
	targetKey struct {
		agency, indicator string
		year              int
	}
	resultKey struct {
		agency string
		period roadmap.Period
	}
	surveyKey struct {
		agency string
		year   int
		half   int
	}
)

func loadCity(ctx context.Context, db *bun.DB, cal *roadmap.Calendar, users map[string]*account.User, until roadmap.Period) (*city, error) {
	plan, err := roadmap.Load(ctx, db, newest.Year)
	if err != nil {
		return nil, err
	}
	targets, err := roadmap.Targets(ctx, db, PlanKnown(cal.Zone()))
	if err != nil {
		return nil, err
	}
	services, err := roadmap.Services(ctx, db)
	if err != nil {
		return nil, err
	}
	c := &city{
		cal: cal, users: users, plan: plan, agencies: plan.Reporting(), services: services,
		periods: scoring.PeriodsTo(first, until),
		targets: make(map[targetKey]*roadmap.Target, len(targets)),
		slugs:   make(map[string]string, len(plan.Areas)),
		results: map[resultKey]*measured{},
		surveys: map[surveyKey]*survey{},
	}
	for i := range targets {
		t := &targets[i]
		c.targets[targetKey{t.AgencyCode, t.IndicatorCode, t.Year}] = t
	}
	for _, area := range plan.Areas {
		c.slugs[area.Code] = area.Slug
	}
	c.inventServiceResults()
	c.inventSurveys()
	return c, nil
}

// reporter is the agency that reports for one that offers services: itself, or
// the nearest above it that reports; nil when there is none.
func (c *city) reporter(code string) *roadmap.Agency {
	a := c.plan.Agency(code)
	for a != nil && !a.Reports {
		a = c.plan.Agency(a.ParentCode)
	}
	return a
}
