package roadmap

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

// The default cycle of reporting, in working days.
const (
	workingDaysToReport = 10 // units are due at the end of the 10th working day after the quarter
	workingDaysToVerify = 5  // verification, in which a late report is still taken
)

// Calendar knows the working days of the city: Monday to Friday, holidays left out.
type Calendar struct {
	zone     *time.Location
	holidays map[string]bool // keys like 2026-08-17
}

// NewCalendar makes a calendar in the zone. Each holiday counts as the day it
// falls on in its own location.
func NewCalendar(zone *time.Location, holidays ...time.Time) *Calendar {
	c := &Calendar{zone: zone, holidays: make(map[string]bool, len(holidays))}
	for _, h := range holidays {
		c.holidays[h.Format(time.DateOnly)] = true
	}
	return c
}

// LoadCalendar makes a calendar in the zone from the table of holidays.
func LoadCalendar(ctx context.Context, db bun.IDB, zone *time.Location) (*Calendar, error) {
	var days []time.Time
	if err := db.NewRaw(`SELECT day FROM holidays ORDER BY day`).Scan(ctx, &days); err != nil {
		return nil, fmt.Errorf("read holidays: %w", err)
	}
	return NewCalendar(zone, days...), nil
}

// Zone is the zone of the city.
func (c *Calendar) Zone() *time.Location { return c.zone }

// IsWorkingDay says whether the day that t falls on in the city is worked.
func (c *Calendar) IsWorkingDay(t time.Time) bool {
	t = t.In(c.zone)
	if wd := t.Weekday(); wd == time.Saturday || wd == time.Sunday {
		return false
	}
	return !c.holidays[t.Format(time.DateOnly)]
}

// AddWorkingDays is the first instant after n working days, of which the day of
// t is the first if it is one. So the moments of a cycle follow one another
// without a gap, and "due on the n-th working day" means before this instant.
// For n = 0 it is the first instant of the day of t.
func (c *Calendar) AddWorkingDays(t time.Time, n int) time.Time {
	day := c.midnight(t)
	for n > 0 {
		if c.IsWorkingDay(day) {
			n--
		}
		day = nextDay(day)
	}
	return day
}

// WorkingDaysBetween counts the working days from the day of from up to, but
// without, the day of to. It is 0 when to is not later.
func (c *Calendar) WorkingDaysBetween(from, to time.Time) int {
	n := 0
	end := c.midnight(to)
	for day := c.midnight(from); day.Before(end); day = nextDay(day) {
		if c.IsWorkingDay(day) {
			n++
		}
	}
	return n
}

// Reporting gives the moments of p by the default cycle: it opens when the
// quarter has ended, is due after 10 working days, closes 5 working days later
// and is to be published by the end of that month (or, should holidays fill the
// month, by the closing). OpenedAt and ClosedAt are nil.
func (c *Calendar) Reporting(p Period) Reporting {
	opens := End(p, c.zone)
	due := c.AddWorkingDays(opens, workingDaysToReport)
	closes := c.AddWorkingDays(due, workingDaysToVerify)
	publish := opens.AddDate(0, 1, 0)
	if publish.Before(closes) {
		publish = closes
	}
	return Reporting{Period: p, OpensAt: opens, DueAt: due, ClosesAt: closes, PublishBy: publish}
}

// midnight is the first instant of the day of t in the city.
func (c *Calendar) midnight(t time.Time) time.Time {
	t = t.In(c.zone)
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, c.zone)
}

func nextDay(midnight time.Time) time.Time { return midnight.AddDate(0, 0, 1) }
