// Package seeds holds the roadmap and the reference data of the city as files,
// and loads them. The files are named by their content; each figure keeps its
// source. A folder of the same files can be loaded instead of those in the
// program.
//
// Load reads and checks everything before it writes anything, and tells all
// mistakes at once, each with file, line and how to put it right. Loading the
// same files again changes nothing. Reference data (areas, agencies, names,
// baselines, holidays, names of services) follows the files. What has been
// promised or has governed a score is never changed in place: a changed target
// becomes a revision and must give reason and legal basis; goals, objectives and
// indicators change with a new version of the roadmap; standards, scales and
// rule sets get a new version or revision.
//
// The outlines in areas.csv are under the notice in the file NOTICE.
package seeds

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/postgres"
)

//go:embed NOTICE *.csv *.yaml
var embedded embed.FS

// Files returns the files in the program.
func Files() fs.FS { return embedded }

// Summary says what a load found in the files and what it wrote.
type Summary struct {
	Goals, Objectives, Indicators, Series, Targets int // in the files
	Services, Offerings, Areas, Reporting          int // Reporting: agencies that report

	NewVersion     bool // of the roadmap
	References     int  // rows of areas, agencies, names, baselines, holidays and services new, corrected or gone
	NewScales      int  // versions of scales and revisions of rule sets, new or ended
	NewTargets     int  // promised for the first time
	NewRevisions   int  // amended
	NewerElsewhere int  // left alone: the file says what has been amended since
	NewOfferings   int
	NewStandards   int
}

// Changed reports whether the load wrote anything.
func (s Summary) Changed() bool {
	return s.NewVersion || s.References+s.NewScales+s.NewTargets+s.NewRevisions+s.NewOfferings+s.NewStandards > 0
}

// String returns the summary for an operator, in two or three lines.
func (s Summary) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "read %d goals, %d objectives, %d indicators, %d target series, %d targets, %d services (%d offerings), %d areas, %d reporting agencies\n",
		s.Goals, s.Objectives, s.Indicators, s.Series, s.Targets, s.Services, s.Offerings, s.Areas, s.Reporting)
	if s.NewerElsewhere > 0 {
		fmt.Fprintf(&b, "left %d targets or standards alone that were amended after these files\n", s.NewerElsewhere)
	}
	if !s.Changed() {
		b.WriteString("nothing changed")
		return b.String()
	}
	version := ""
	if s.NewVersion {
		version = "a new version of the roadmap, "
	}
	fmt.Fprintf(&b, "wrote %s%d targets, %d revisions, %d standards, %d offerings, %d scales and rule sets, %d reference rows",
		version, s.NewTargets, s.NewRevisions, s.NewStandards, s.NewOfferings, s.NewScales, s.References)
	return b.String()
}

// Load brings the database up to the files of fsys in one transaction. The
// handle must be the owner's; now is the moment recorded for what is new, and
// its zone that of the city, since a target of a year that has ended is not
// amended any more. When the files can't be loaded the error is a [Problems],
// and nothing was written.
func Load(ctx context.Context, db *bun.DB, fsys fs.FS, now time.Time) (Summary, error) {
	c, err := readAll(fsys)
	if err != nil {
		return Summary{}, err
	}
	var summary Summary
	err = postgres.InTx(ctx, db, nil, func(ctx context.Context, tx postgres.Tx) error {
		l := &loader{content: c, db: tx, year: now.Year(), now: now.UTC().Truncate(time.Microsecond)}
		if err := l.load(ctx); err != nil {
			return err
		}
		summary = l.summary
		return nil
	})
	if problems, ok := errors.AsType[Problems](err); ok {
		return Summary{}, problems
	}
	if err != nil {
		return Summary{}, fmt.Errorf("load seeds: %w", err)
	}
	return summary, nil
}
