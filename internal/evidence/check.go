package evidence

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/fault"
)

// Wrong is a file that evidence names and that cannot be read.
type Wrong struct {
	SHA256 string
	Where  string // a report that names it: "DUK-KTP dispendukcapil 2026-TW3"
	Err    string // "missing", or what went wrong
}

// Check reads every file that evidence names, of drafts and of revisions, and tells which
// are missing or damaged. It returns how many it read.
func Check(ctx context.Context, db bun.IDB, s Store, tell func(Wrong)) (int, error) {
	n := 0
	for after := ""; ; {
		var files []struct{ Hash, Place string }
		err := db.NewRaw(`
			WITH named AS (
				SELECT d.sha256, d.report_id FROM draft_evidence d WHERE d.kind = 'berkas'
				UNION
				SELECT e.sha256, v.report_id FROM evidence e JOIN report_revisions v ON v.id = e.revision_id WHERE e.kind = 'berkas'
			)
			SELECT DISTINCT ON (f.sha256) f.sha256 AS hash, format('%s %s %s-TW%s', i.code, a.code, r.year, r.quarter) AS place
			FROM named f
			JOIN reports r ON r.id = f.report_id
			JOIN target_series ts ON ts.id = r.series_id
			JOIN agencies a ON a.id = ts.agency_id
			JOIN indicators i ON i.id = ts.indicator_id
			WHERE f.sha256 > ?
			ORDER BY f.sha256, r.id LIMIT ?`, after, sweepBatch).Scan(ctx, &files)
		if err != nil {
			return n, fmt.Errorf("list the files of evidence: %w", err)
		}
		if len(files) == 0 {
			return n, nil
		}
		for _, f := range files {
			n++
			switch err := read(ctx, s, f.Hash); {
			case ctx.Err() != nil:
				return n, ctx.Err()
			case fault.KindOf(err) == fault.NotFound:
				tell(Wrong{f.Hash, f.Place, "missing"})
			case err != nil:
				tell(Wrong{f.Hash, f.Place, err.Error()})
			}
		}
		after = files[len(files)-1].Hash
	}
}

func read(ctx context.Context, s Store, sha256 string) error {
	r, err := s.Open(ctx, sha256)
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = io.Copy(io.Discard, r)
	return err
}

// Copy puts every file of one store into another, verified on the way, and returns how many.
func Copy(ctx context.Context, from, to Store) (int, error) {
	always := time.Now().AddDate(100, 0, 0)
	n := 0
	for after := ""; ; {
		files, err := from.Old(ctx, always, after, sweepBatch)
		if err != nil || len(files) == 0 {
			return n, err
		}
		for _, sha256 := range files {
			if err := copyOne(ctx, from, to, sha256); err != nil {
				return n, err
			}
			n++
		}
		after = files[len(files)-1]
	}
}

func copyOne(ctx context.Context, from, to Store, sha256 string) error {
	r, err := from.Open(ctx, sha256)
	if err != nil {
		return err
	}
	defer r.Close()
	if _, err := to.Put(ctx, r); err != nil {
		return fmt.Errorf("copy %s: %w", sha256, err)
	}
	return nil
}
