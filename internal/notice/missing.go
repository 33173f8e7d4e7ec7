package notice

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/fault"
	"petajalan/internal/indonesian"
	"petajalan/internal/postgres"
)

// Missing is an agency that has not handed in everything that is due in a period.
type Missing struct {
	Agency  string `bun:"agency"` // code
	Name    string `bun:"name"`
	Due     int    `bun:"due"`      // reports due in the period
	Open    int    `bun:"open"`     // of these: not handed to the head, or returned
	ForHead int    `bun:"for_head"` // of these: waiting for the head
}

// MissingIn lists the agencies with reports of the period that have not left the agency,
// by code. What is due says the function of the database that the board of the workspace asks too.
func MissingIn(ctx context.Context, db bun.IDB, year, quarter int, now time.Time) ([]Missing, error) {
	last := time.Date(year, time.Month(quarter*3+1), 0, 0, 0, 0, 0, time.UTC)
	nextYear := time.Date(year+1, 1, 1, 0, 0, 0, 0, now.Location())
	var list []Missing
	err := db.NewRaw(`
		WITH counted AS (
			SELECT o.agency_id, count(*) AS due,
				count(*) FILTER (WHERE coalesce(r.status, 'draft') IN ('draft', 'returned')) AS open,
				count(*) FILTER (WHERE r.status = 'submitted') AS for_head
			FROM owed_series(?0, ?1, ?2::date, ?3::timestamptz, ?4::timestamptz) o
			LEFT JOIN reports r ON r.series_id = o.id AND r.year = ?0 AND r.quarter = ?1
			GROUP BY o.agency_id
		)
		SELECT a.code AS agency, a.name, c.due, c.open, c.for_head
		FROM counted c
		JOIN agencies a ON a.id = c.agency_id
		WHERE a.reports AND c.open + c.for_head > 0
		ORDER BY a.code`, year, quarter, last.Format(time.DateOnly), now, nextYear).Scan(ctx, &list)
	if err != nil {
		return nil, fmt.Errorf("look who has not handed in for %s: %w", periodCode(year, quarter), err)
	}
	return list, nil
}

// words says what is missing: "7 dari 15 indikator belum dikirim, 2 menunggu persetujuan kepala".
func (m Missing) words() string {
	var parts []string
	if m.Open > 0 {
		parts = append(parts, fmt.Sprintf("%d dari %d indikator belum dikirim", m.Open, m.Due))
	}
	if m.ForHead > 0 {
		parts = append(parts, fmt.Sprintf("%d menunggu persetujuan kepala", m.ForHead))
	}
	return strings.Join(parts, ", ")
}

// reporting is the time in which a period is reported on; ends are exclusive.
type reporting struct {
	Year     int        `bun:"year"`
	Quarter  int        `bun:"quarter"`
	DueAt    time.Time  `bun:"due_at"`
	ClosedAt *time.Time `bun:"closed_at"`
}

// readReporting reads one period; fault.NotFound when it is not on the calendar.
func readReporting(ctx context.Context, db bun.IDB, year, quarter int) (reporting, error) {
	var r reporting
	err := db.NewRaw(`SELECT year, quarter, due_at, closed_at FROM periods WHERE year = ? AND quarter = ?`, year, quarter).Scan(ctx, &r)
	switch {
	case postgres.NoRows(err):
		return r, fault.New(fault.NotFound, "Periode %s tidak ada di kalender.", periodCode(year, quarter))
	case err != nil:
		return r, fmt.Errorf("read period %s: %w", periodCode(year, quarter), err)
	}
	return r, nil
}

// dueDay is the last day in time, at its first instant in the zone.
func (r reporting) dueDay(zone *time.Location) time.Time {
	t := r.DueAt.Add(-time.Nanosecond).In(zone)
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, zone)
}

// sentence is the note for those who report for the agency, on the day of now.
func (r reporting) sentence(m Missing, now time.Time) string {
	due := r.dueDay(now.Location())
	head := fmt.Sprintf("%s, %s: %s. ", m.Name, periodWords(r.Year, r.Quarter), m.words())
	switch {
	case r.ClosedAt != nil:
		return head + "Periode sudah ditutup; untuk mengisi, minta izin terlambat kepada Bagian Organisasi."
	case !now.Before(r.DueAt):
		return head + fmt.Sprintf("Batas lapor %s sudah lewat.", indonesian.Day(due))
	}
	return head + fmt.Sprintf("Batas lapor %s.", indonesian.Day(due))
}

func periodCode(year, quarter int) string { return fmt.Sprintf("%d-TW%d", year, quarter) }

func periodWords(year, quarter int) string {
	return fmt.Sprintf("triwulan %s %d", [...]string{"I", "II", "III", "IV"}[quarter-1], year)
}

func worksheetPath(agency string, year, quarter int) string {
	return "/kerja/laporan/" + agency + "/" + periodCode(year, quarter)
}
