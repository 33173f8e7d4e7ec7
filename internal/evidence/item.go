package evidence

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/audit"
	"petajalan/internal/fault"
	"petajalan/internal/postgres"
)

// Item is a piece of evidence as it is asked for by its public id: of a working copy, or of
// a revision that was handed in.
type Item struct {
	PublicID  string
	Kind      string // File, Link or Feed
	Statement bool
	Title     string
	SHA256    string
	MediaType string
	Size      int64
	URL       string
	Draft     bool // not handed in (yet)
	Public    bool // Bagian Organisasi lets everybody read it; never of a draft
	AddedAt   time.Time
	Agency    string // code
	Indicator string // code
	Year      int
	Quarter   int
}

var publicIDPattern = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

func noItem() error { return fault.New(fault.NotFound, "Bukti itu tidak ditemukan.") }

// Find reads a piece of evidence for somebody who may see the work of its agency; for others
// it is not there (NotFound).
func Find(ctx context.Context, db bun.IDB, by *account.User, publicID string) (*Item, error) {
	if !publicIDPattern.MatchString(publicID) {
		return nil, noItem()
	}
	var row struct {
		Item
		Parent string
	}
	err := db.NewRaw(`
		WITH found AS (
			SELECT public_id, report_id, kind, statement, title, sha256, media_type, size_bytes, url, true AS draft, false AS public, added_at
			FROM draft_evidence WHERE public_id = ?0
			UNION ALL
			SELECT e.public_id, v.report_id, e.kind, e.statement, e.title, e.sha256, e.media_type, e.size_bytes, e.url, false, e.is_public, e.added_at
			FROM evidence e JOIN report_revisions v ON v.id = e.revision_id WHERE e.public_id = ?0
		)
		SELECT f.public_id, f.kind, f.statement, f.title, f.sha256 AS sha256, f.media_type, f.size_bytes AS size, f.url, f.draft, f.public, f.added_at,
			a.code AS agency, coalesce(up.code, '') AS parent, i.code AS indicator, r.year, r.quarter
		FROM found f
		JOIN reports r ON r.id = f.report_id
		JOIN target_series ts ON ts.id = r.series_id
		JOIN agencies a ON a.id = ts.agency_id
		LEFT JOIN agencies up ON up.id = a.parent_id
		JOIN indicators i ON i.id = ts.indicator_id
		ORDER BY f.draft DESC LIMIT 1`, publicID).Scan(ctx, &row)
	switch {
	case postgres.NoRows(err):
		return nil, noItem()
	case err != nil:
		return nil, fmt.Errorf("find evidence %s: %w", publicID, err)
	case !by.MaySeeAgency(row.Agency, row.Parent):
		return nil, noItem()
	}
	return &row.Item, nil
}

// SetPublic says whether everybody may read a file that was handed in. Only Bagian Organisasi
// may (Forbidden); evidence of a draft, or other than a file, has nothing to open (Invalid).
func SetPublic(ctx context.Context, db bun.IDB, by *account.User, publicID string, public bool, now time.Time) (*Item, error) {
	var it *Item
	err := db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) (err error) {
		if it, err = Find(ctx, tx, by, publicID); err != nil {
			return err
		}
		switch {
		case !by.MayVerify():
			return fault.New(fault.Forbidden, "Hanya Bagian Organisasi yang dapat membuka bukti untuk umum.")
		case it.Draft:
			return fault.New(fault.Invalid, "Bukti ini masih draf. Yang dapat dibuka untuk umum hanya bukti laporan yang sudah dikirim.")
		case it.Kind != File:
			return fault.New(fault.Invalid, "Yang dapat dibuka untuk umum hanya berkas.")
		case it.Public == public:
			return nil
		}
		if _, err := tx.NewRaw(`UPDATE evidence SET is_public = ? WHERE public_id = ?`, public, publicID).Exec(ctx); err != nil {
			return fmt.Errorf("open evidence %s: %w", publicID, err)
		}
		before := it.Public
		it.Public = public
		type openness struct {
			Public bool `json:"public"`
		}
		return audit.Append(ctx, tx, audit.Entry{
			Stream: it.Agency, At: now, Actor: by.ID, Role: string(account.Reviewer), Action: "set openness of evidence",
			Object: fmt.Sprintf("%s %s %d-TW%d %s", it.Indicator, it.Agency, it.Year, it.Quarter, publicID),
			Before: openness{before}, After: openness{public},
		})
	})
	return it, err
}
