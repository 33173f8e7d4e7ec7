package steward

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/roadmap"
)

// TargetFilter says which targets are listed.
type TargetFilter struct {
	Agency    string // code; empty: all
	Indicator string // part of a code or name; empty: all
	Year      int
	Amended   bool // only those with more than one revision
}

// ListedTarget is a target in force in a list.
type ListedTarget struct {
	Agency, AgencyName             string
	Indicator, IndicatorName, Unit string
	Year, Revision                 int
	Text, FirstText                string // as roadmap.ReadPromise takes them
	Weight, Status                 string
	RecordedAt                     time.Time
}

// ListTargets returns the targets in force that the filter asks for, by agency and indicator, so many
// from an offset on, and how many there are in all.
func ListTargets(ctx context.Context, db bun.IDB, f TargetFilter, offset, limit int) (list []ListedTarget, total int, err error) {
	version, err := roadmap.VersionFor(ctx, db, f.Year, forever)
	if err != nil {
		return nil, 0, err
	}
	indicators, err := roadmap.Indicators(ctx, db, version.ID)
	if err != nil {
		return nil, 0, err
	}
	scales, err := newestScales(ctx, db)
	if err != nil {
		return nil, 0, err
	}
	byCode := map[string]*roadmap.Indicator{}
	var codes []string
	wanted := strings.ToLower(strings.TrimSpace(f.Indicator))
	for _, i := range indicators {
		if strings.Contains(strings.ToLower(i.Code), wanted) || strings.Contains(strings.ToLower(i.Name), wanted) {
			byCode[i.Code] = i
			codes = append(codes, i.Code)
		}
	}
	var rows []struct {
		roadmap.Target `bun:",extend"`
		AgencyName     string
		First          int64
		Total          int
	}
	err = db.NewRaw(`
		WITH newest AS (
			SELECT DISTINCT ON (t.series_id) t.*, a.code AS agency_code, a.name AS agency_name, i.code AS indicator_code
			FROM targets t JOIN target_series s ON s.id = t.series_id JOIN agencies a ON a.id = s.agency_id JOIN indicators i ON i.id = s.indicator_id
			WHERE t.year = ?0 AND (?1 = '' OR a.code = ?1) AND i.code = ANY (string_to_array(?2, ' '))
			ORDER BY t.series_id, t.revision DESC
		)
		SELECT n.*, f.id AS first, count(*) OVER () AS total
		FROM newest n
		CROSS JOIN LATERAL (SELECT id FROM targets f WHERE f.series_id = n.series_id AND f.year = n.year AND f.status = n.status ORDER BY f.revision LIMIT 1) f
		WHERE NOT ?3 OR n.revision > 1
		ORDER BY n.agency_code COLLATE "C", n.indicator_code COLLATE "C" LIMIT ?4 OFFSET ?5`,
		f.Year, f.Agency, strings.Join(codes, " "), f.Amended, limit, offset).Scan(ctx, &rows)
	if err != nil {
		return nil, 0, fmt.Errorf("list targets: %w", err)
	}
	var firstIDs []int64
	for _, r := range rows {
		firstIDs = append(firstIDs, r.First)
	}
	firsts, err := roadmap.TargetsByID(ctx, db, firstIDs)
	if err != nil {
		return nil, 0, err
	}
	for i := range rows {
		r := &rows[i]
		r.Trim()
		ind := byCode[r.IndicatorCode]
		line := TargetLine{Indicator: ind, Scale: scales[ind.ScaleCode]}
		text, _ := line.Text(&r.Target)
		first := text
		if t := firsts[r.First]; t != nil {
			first, _ = line.Text(t)
		}
		list = append(list, ListedTarget{
			Agency: r.AgencyCode, AgencyName: r.AgencyName, Indicator: r.IndicatorCode, IndicatorName: ind.Name, Unit: ind.Unit,
			Year: r.Year, Revision: r.Revision, Text: text, FirstText: first, Weight: r.Weight.String(), Status: string(r.Status), RecordedAt: r.RecordedAt,
		})
		total = r.Total
	}
	return list, total, nil
}
