package roadmap

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/fault"
	"petajalan/internal/postgres"
	"petajalan/internal/scoring"
)

// Period (triwulan) is one quarter of a year. It is not a time: Start and End
// say which instants it covers in the zone of the city.
type Period = scoring.Period

// Start is the first instant of p in the zone.
func Start(p Period, zone *time.Location) time.Time {
	return time.Date(p.Year, time.Month(3*p.Quarter-2), 1, 0, 0, 0, 0, zone)
}

// End is the first instant after p in the zone: a period is half-open.
func End(p Period, zone *time.Location) time.Time { return Start(p.Next(), zone) }

// PeriodOf is the period that the instant t falls into in the zone.
func PeriodOf(t time.Time, zone *time.Location) Period {
	t = t.In(zone)
	return Period{Year: t.Year(), Quarter: (int(t.Month())-1)/3 + 1}
}

// Reporting is the time in which one period is reported on. All moments are
// instants, and ends are exclusive: what is "due at the end of 14 October" has
// DueAt on the first instant of the 15th.
type Reporting struct {
	Period    Period
	OpensAt   time.Time
	DueAt     time.Time  // a report handed in at or after it is late
	ClosesAt  time.Time  // from here on reports are locked
	PublishBy time.Time  // the period ought to be published before it
	OpenedAt  *time.Time // when it was really opened; nil: not yet
	ClosedAt  *time.Time // when it was really closed; nil: not yet
}

// Takes says whether reports are taken at the instant now: opened, not closed,
// and before the closing moment even if the closing job has not come round.
func (r Reporting) Takes(now time.Time) bool {
	return r.OpenedAt != nil && r.ClosedAt == nil && now.Before(r.ClosesAt)
}

// IsLate says whether a report handed in at the instant t is late.
func (r Reporting) IsLate(t time.Time) bool { return !t.Before(r.DueAt) }

// periodRow is a row of periods, for bun.
type periodRow struct {
	bun.BaseModel `bun:"table:periods"`

	Year      int        `bun:"year,pk"`
	Quarter   int        `bun:"quarter,pk"`
	OpensAt   time.Time  `bun:"opens_at"`
	DueAt     time.Time  `bun:"due_at"`
	ClosesAt  time.Time  `bun:"closes_at"`
	PublishBy time.Time  `bun:"publish_by"`
	OpenedAt  *time.Time `bun:"opened_at"`
	ClosedAt  *time.Time `bun:"closed_at"`
}

func (r periodRow) period() Period { return Period{Year: r.Year, Quarter: r.Quarter} }

func (r periodRow) reporting() Reporting {
	return Reporting{r.period(), r.OpensAt, r.DueAt, r.ClosesAt, r.PublishBy, r.OpenedAt, r.ClosedAt}
}

// EnsurePeriods writes the periods from first to last with the moments the
// calendar gives them. A period that was opened keeps its moments, because they
// were announced, and so does one that somebody moved by hand; any other follows a
// changed table of holidays. It returns the periods that were added or moved; called again it changes nothing.
func EnsurePeriods(ctx context.Context, db bun.IDB, first, last Period, cal *Calendar) ([]Period, error) {
	var rows []periodRow
	for _, p := range scoring.PeriodsTo(first, last) {
		r := cal.Reporting(p)
		rows = append(rows, periodRow{
			Year: p.Year, Quarter: p.Quarter,
			OpensAt: r.OpensAt, DueAt: r.DueAt, ClosesAt: r.ClosesAt, PublishBy: r.PublishBy,
		})
	}
	if len(rows) == 0 {
		return nil, nil
	}
	var changed []periodRow
	err := db.NewInsert().Model(&rows).
		On("CONFLICT (year, quarter) DO UPDATE").
		Set("opens_at = EXCLUDED.opens_at, due_at = EXCLUDED.due_at, closes_at = EXCLUDED.closes_at, publish_by = EXCLUDED.publish_by").
		Where("?TableAlias.opened_at IS NULL AND ?TableAlias.moved_at IS NULL").
		Where("(?TableAlias.opens_at, ?TableAlias.due_at, ?TableAlias.closes_at, ?TableAlias.publish_by) IS DISTINCT FROM (EXCLUDED.opens_at, EXCLUDED.due_at, EXCLUDED.closes_at, EXCLUDED.publish_by)").
		Returning("year, quarter").
		Scan(ctx, &changed)
	if err != nil && !postgres.NoRows(err) {
		return nil, fmt.Errorf("write periods %s to %s: %w", first, last, err)
	}
	return periodsOf(changed), nil
}

// OpenDue opens every period whose moment has come and returns them, oldest
// first; called again it opens nothing.
func OpenDue(ctx context.Context, db bun.IDB, now time.Time) ([]Period, error) {
	var opened []periodRow
	err := db.NewRaw(`
		WITH opened AS (
			UPDATE periods SET opened_at = ? WHERE opened_at IS NULL AND opens_at <= ?
			RETURNING year, quarter)
		SELECT year, quarter FROM opened ORDER BY year, quarter`, now, now).Scan(ctx, &opened)
	if err != nil {
		return nil, fmt.Errorf("open periods: %w", err)
	}
	return periodsOf(opened), nil
}

// CloseDue closes every open period whose moment has come and returns them,
// oldest first; called again it closes nothing. It waits for those who are
// handing in a report at this moment, since they hold the row of the period.
func CloseDue(ctx context.Context, db bun.IDB, now time.Time) ([]Period, error) {
	var closed []periodRow
	err := db.NewRaw(`
		WITH closed AS (
			UPDATE periods SET closed_at = ?
			WHERE closed_at IS NULL AND opened_at IS NOT NULL AND closes_at <= ?
			RETURNING year, quarter)
		SELECT year, quarter FROM closed ORDER BY year, quarter`, now, now).Scan(ctx, &closed)
	if err != nil {
		return nil, fmt.Errorf("close periods: %w", err)
	}
	return periodsOf(closed), nil
}

// Periods lists all periods, oldest first.
func Periods(ctx context.Context, db bun.IDB) ([]Reporting, error) {
	var rows []periodRow
	if err := db.NewSelect().Model(&rows).Order("year", "quarter").Scan(ctx); err != nil {
		return nil, fmt.Errorf("list periods: %w", err)
	}
	list := make([]Reporting, len(rows))
	for i, r := range rows {
		list[i] = r.reporting()
	}
	return list, nil
}

// CurrentPeriod is the period that reporting is about at the instant now: the
// open one, else the one that closed last. fault.NotFound when none has opened
// yet.
func CurrentPeriod(ctx context.Context, db bun.IDB, now time.Time) (Reporting, error) {
	var row periodRow
	err := db.NewSelect().Model(&row).
		Where("opens_at <= ?", now).
		Order("year DESC", "quarter DESC").Limit(1).
		Scan(ctx)
	switch {
	case postgres.NoRows(err):
		return Reporting{}, fault.New(fault.NotFound, "Belum ada periode pelaporan yang dibuka.")
	case err != nil:
		return Reporting{}, fmt.Errorf("find the current period: %w", err)
	}
	return row.reporting(), nil
}

func periodsOf(rows []periodRow) []Period {
	var ps []Period
	for _, r := range rows {
		ps = append(ps, r.period())
	}
	return ps
}

// KeptPeriods says what KeepPeriods changed.
type KeptPeriods struct{ Written, Opened, Closed []Period }

// KeepPeriods writes the periods of all years of the plan and opens and closes
// those whose moment has come at the instant now. Without a plan there is nothing
// to do; called again it changes nothing.
func KeepPeriods(ctx context.Context, db bun.IDB, zone *time.Location, now time.Time) (k KeptPeriods, err error) {
	var years struct{ First, Last *int }
	if err := db.NewRaw(`SELECT min(first_year) AS first, max(last_year) AS last FROM roadmap_versions`).Scan(ctx, &years); err != nil {
		return k, fmt.Errorf("read the years of the plan: %w", err)
	}
	if years.First == nil {
		return k, nil
	}
	cal, err := LoadCalendar(ctx, db, zone)
	if err != nil {
		return k, err
	}
	if k.Written, err = EnsurePeriods(ctx, db, Period{Year: *years.First, Quarter: 1}, Period{Year: *years.Last, Quarter: 4}, cal); err != nil {
		return k, err
	}
	if k.Opened, err = OpenDue(ctx, db, now); err != nil {
		return k, err
	}
	k.Closed, err = CloseDue(ctx, db, now)
	return k, err
}

// String says in a few words what changed, for the log.
func (k KeptPeriods) String() string {
	return fmt.Sprintf("written %d, opened %v, closed %v", len(k.Written), k.Opened, k.Closed)
}
