package report

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/fault"
	"petajalan/internal/roadmap"
	"petajalan/internal/scoring"
)

// Place is where a report stands in the queue of the desk, without its figures.
type Place struct {
	Key    Key
	Agency string // name
	// Open says that steps are taken: the period takes reports, the report was reopened, or
	// its agency may hand in late.
	Open bool
}

// LoadPlaces reads the places of all reports of these statuses (none: approved ones) in the
// order of LoadQueue, those of closed periods too. For those who see the whole city
// (Forbidden).
func LoadPlaces(ctx context.Context, db bun.IDB, by *account.User, statuses []Status, now time.Time) ([]Place, error) {
	if !by.MaySeeCity() {
		return nil, fault.New(fault.Forbidden, "Daftar ini untuk Bagian Organisasi.")
	}
	if len(statuses) == 0 {
		statuses = []Status{Approved}
	}
	periods, err := roadmap.Periods(ctx, db)
	if err != nil {
		return nil, err
	}
	byPeriod := make(map[scoring.Period]roadmap.Reporting, len(periods))
	for _, p := range periods {
		byPeriod[p.Period] = p
	}
	var rows []struct {
		Year, Quarter           int
		Agency, Name, Indicator string
		Reopened, Late          bool
	}
	err = db.NewRaw(`
		SELECT r.year, r.quarter, a.code AS agency, a.name, i.code AS indicator,
			coalesce(e.reopened > coalesce(e.verified, 0), false) AS reopened,
			EXISTS (SELECT FROM late_entries l WHERE l.agency_id = ts.agency_id AND (l.indicator_id IS NULL OR l.indicator_id = ts.indicator_id)
				AND l.year = r.year AND l.quarter = r.quarter AND l.revoked_at IS NULL AND l.ends_at > ?0) AS late
		FROM reports r
		JOIN periods p ON p.year = r.year AND p.quarter = r.quarter
		JOIN target_series ts ON ts.id = r.series_id
		JOIN agencies a ON a.id = ts.agency_id
		JOIN indicators i ON i.id = ts.indicator_id
		JOIN indicator_sheets s ON s.indicator_id = i.id AND s.version_id = (
			SELECT id FROM roadmap_versions WHERE first_year <= r.year AND recorded_at <= ?0 ORDER BY first_year DESC, number DESC LIMIT 1)
		LEFT JOIN LATERAL (
			SELECT max(at) FILTER (WHERE kind = 'approved') AS approved, max(at) FILTER (WHERE kind = 'submitted') AS submitted,
				max(id) FILTER (WHERE kind = 'reopened') AS reopened, max(id) FILTER (WHERE kind = 'verified') AS verified
			FROM report_events WHERE report_id = r.id) e ON true
		WHERE r.status IN (?1)
		ORDER BY coalesce(CASE WHEN r.status IN ('approved', 'verified') THEN e.approved END, e.submitted, r.updated_at),
			r.year, r.quarter, a.code COLLATE "C", i.code COLLATE "C"`, now, bun.List(statuses)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read places of reports: %w", err)
	}
	places := make([]Place, len(rows))
	for i, x := range rows {
		own := byPeriod[scoring.Period{Year: x.Year, Quarter: x.Quarter}]
		places[i] = Place{
			Key: Key{Agency: x.Agency, Indicator: x.Indicator, Period: own.Period}, Agency: x.Name,
			Open: own.Takes(now) || x.Reopened || x.Late && own.OpenedAt != nil,
		}
	}
	return places, nil
}

// openPeriods are the periods of the places where steps are taken, oldest first.
func openPeriods(places []Place) []roadmap.Period {
	var periods []roadmap.Period
	for _, p := range places {
		if p.Open && !slices.Contains(periods, p.Key.Period) {
			periods = append(periods, p.Key.Period)
		}
	}
	slices.SortFunc(periods, func(a, b roadmap.Period) int { return a.Since(b) })
	return periods
}
