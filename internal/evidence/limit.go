package evidence

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"petajalan/internal/fault"
)

// Limits of what may be uploaded.
const (
	MaxSize  = 10 << 20 // bytes of a file
	MaxFiles = 20       // pieces of evidence of one report
)

// CheckLimits refuses evidence that was just added to a working copy, in the same
// transaction, when its report has too many pieces or its agency no room left. It holds the
// agency's uploads back until the transaction ends, so that two at once do not both fit.
func CheckLimits(ctx context.Context, tx bun.Tx, publicID string) error {
	var of struct {
		ReportID int64
		AgencyID int64
		Quota    int64
	}
	err := tx.NewRaw(`
		SELECT d.report_id, ts.agency_id,
			coalesce(q.bytes, (SELECT value::bigint FROM settings WHERE key = 'evidence_quota')) AS quota
		FROM draft_evidence d
		JOIN reports r ON r.id = d.report_id
		JOIN target_series ts ON ts.id = r.series_id
		LEFT JOIN evidence_quotas q ON q.agency_id = ts.agency_id
		WHERE d.public_id = ?`, publicID).Scan(ctx, &of)
	if err != nil {
		return fmt.Errorf("read whose evidence %s is: %w", publicID, err)
	}
	if _, err := tx.NewRaw(`SELECT pg_advisory_xact_lock(hashtext('evidence quota'), ?::int)`, of.AgencyID).Exec(ctx); err != nil {
		return fmt.Errorf("wait for other uploads of the agency: %w", err)
	}
	var now struct {
		Pieces int
		Bytes  int64
	}
	// A file counts once, however many reports and revisions name it.
	err = tx.NewRaw(`
		WITH mine AS (
			SELECT r.id FROM reports r JOIN target_series ts ON ts.id = r.series_id WHERE ts.agency_id = ?
		), files AS (
			SELECT d.sha256, d.size_bytes FROM draft_evidence d WHERE d.report_id IN (SELECT id FROM mine) AND d.kind = 'berkas'
			UNION
			SELECT e.sha256, e.size_bytes FROM evidence e JOIN report_revisions v ON v.id = e.revision_id
			WHERE v.report_id IN (SELECT id FROM mine) AND e.kind = 'berkas'
		)
		SELECT (SELECT count(*) FROM draft_evidence WHERE report_id = ?) AS pieces,
			(SELECT coalesce(sum(size_bytes), 0)::bigint FROM files) AS bytes`, of.AgencyID, of.ReportID).Scan(ctx, &now)
	switch {
	case err != nil:
		return fmt.Errorf("count the evidence of an agency: %w", err)
	case now.Pieces > MaxFiles:
		return fault.New(fault.Invalid, "Satu laporan memuat paling banyak %d bukti. Hapus yang tidak perlu, atau gabungkan beberapa halaman menjadi satu PDF.", MaxFiles)
	case now.Bytes > of.Quota:
		return fault.New(fault.Invalid, "Ruang berkas instansi ini penuh (%d MB). Hapus bukti yang tidak perlu dari draf, unggah berkas yang lebih kecil, atau minta Bagian Organisasi menambah ruangnya.", of.Quota>>20)
	}
	return nil
}
