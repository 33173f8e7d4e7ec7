package evidence

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

const (
	// keepUnnamed is how long a file stays that nothing names: longer than backups are kept, so
	// that rows that come back from one find their files.
	keepUnnamed = 35 * 24 * time.Hour
	// keepParts is how long an upload may be under way.
	keepParts = 24 * time.Hour
	// sweepBatch is how many files are asked about at once.
	sweepBatch = 500
)

// Swept is what a sweep took away.
type Swept struct {
	Files int // that nothing names
	Parts int // unfinished uploads
}

// String is for the ledger of jobs.
func (s Swept) String() string {
	return fmt.Sprintf("%d files that nothing names, %d unfinished uploads", s.Files, s.Parts)
}

// Sweep removes files that were last put more than 35 days before now and that no evidence,
// of a draft or of a revision, names any more, and what unfinished uploads have left. What is
// put or named while it works is safe: a file that is put again is young.
func Sweep(ctx context.Context, db bun.IDB, s Store, now time.Time) (Swept, error) {
	var swept Swept
	var err error
	if swept.Parts, err = s.RemoveParts(ctx, now.Add(-keepParts)); err != nil {
		return swept, err
	}
	before := now.Add(-keepUnnamed)
	for after := ""; ; {
		old, err := s.Old(ctx, before, after, sweepBatch)
		if err != nil || len(old) == 0 {
			return swept, err
		}
		after = old[len(old)-1]
		unnamed, err := unnamed(ctx, db, old)
		if err != nil {
			return swept, err
		}
		for _, sha256 := range unnamed {
			removed, err := s.Remove(ctx, sha256, before)
			if err != nil {
				return swept, err
			}
			if removed {
				swept.Files++
			}
		}
	}
}

// unnamed picks the files that nothing names.
func unnamed(ctx context.Context, db bun.IDB, files []string) ([]string, error) {
	var found []string
	err := db.NewRaw(`
		SELECT f FROM unnest(ARRAY[?]::text[]) f
		WHERE NOT EXISTS (SELECT FROM evidence e WHERE e.sha256 = f)
			AND NOT EXISTS (SELECT FROM draft_evidence d WHERE d.sha256 = f)
		ORDER BY f`, bun.List(files)).Scan(ctx, &found)
	if err != nil {
		return nil, fmt.Errorf("look for what names evidence: %w", err)
	}
	return found, nil
}
