package evidence

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/fault"
)

// Listed is a file that was handed in, as Bagian Organisasi goes through them.
type Listed struct {
	Item
	AgencyName string // short
}

// Filter says which files are listed.
type Filter struct {
	Year, Quarter int
	Agency        string // code; empty: all
	Limit, Offset int
}

// List reads the files of the newest revisions of a period, by agency, indicator and moment.
// Only Bagian Organisasi may (Forbidden).
func List(ctx context.Context, db bun.IDB, by *account.User, f Filter) ([]Listed, error) {
	if !by.MayVerify() {
		return nil, fault.New(fault.Forbidden, "Daftar bukti hanya untuk Bagian Organisasi.")
	}
	var rows []Listed
	err := db.NewRaw(`
		SELECT e.public_id, e.kind, e.statement, e.title, e.sha256 AS sha256, e.media_type, e.size_bytes AS size, e.url, e.is_public AS public, e.added_at,
			a.code AS agency, coalesce(nullif(a.short_name, ''), a.name) AS agency_name, i.code AS indicator, r.year, r.quarter
		FROM reports r
		JOIN target_series ts ON ts.id = r.series_id
		JOIN agencies a ON a.id = ts.agency_id
		JOIN indicators i ON i.id = ts.indicator_id
		JOIN report_revisions v ON v.report_id = r.id AND v.revision = r.revision
		JOIN evidence e ON e.revision_id = v.id
		WHERE r.year = ? AND r.quarter = ? AND e.kind = 'berkas' AND (? = '' OR a.code = ?)
		ORDER BY a.code, i.code, e.added_at, e.public_id LIMIT ? OFFSET ?`,
		f.Year, f.Quarter, f.Agency, f.Agency, f.Limit, f.Offset).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("list evidence: %w", err)
	}
	return rows, nil
}
