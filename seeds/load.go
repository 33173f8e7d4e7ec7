package seeds

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/evidence"
	"petajalan/internal/roadmap"
)

// loader compares content with a database and writes the difference.
type loader struct {
	*content
	db       bun.IDB
	now      time.Time // recorded for what is new
	year     int       // of now, in the zone of the city
	problems Problems
	summary  Summary
}

// writes are what is left to write after everything was compared.
type writes struct {
	scales     []*roadmap.Scale
	ended      []func(context.Context) error
	rules      []*ruleSet
	newVersion bool
	targets    []roadmap.Target
	standards  []pendingStandard
}

// lockLoading is the key of the lock that keeps two loads apart.
const lockLoading = 0x70657461

// load compares everything first, so that all problems are told at once, and
// then writes.
func (l *loader) load(ctx context.Context) error {
	if _, err := l.db.NewRaw("SELECT pg_advisory_xact_lock(?)", lockLoading).Exec(ctx); err != nil {
		return fmt.Errorf("wait for another load: %w", err)
	}
	var w writes
	for _, compare := range []func(context.Context, *writes) error{
		l.comparePresence, l.compareScales, l.compareRules, l.comparePlan, l.compareTargets, l.compareStandards,
	} {
		if err := compare(ctx, &w); err != nil {
			return err
		}
	}
	if err := l.problems.sorted(); err != nil {
		return err
	}
	if err := l.write(ctx, &w); err != nil {
		return err
	}
	_, err := evidence.FillRules(ctx, l.db)
	return err
}

// comparePresence notes areas, agencies, services and offerings that the
// database has and the files lack: reports and results may hang on them.
func (l *loader) comparePresence(ctx context.Context, _ *writes) error {
	areas, err := roadmap.Areas(ctx, l.db)
	if err != nil {
		return err
	}
	inFile := map[string]bool{}
	for _, a := range l.areas {
		inFile[a.Code] = true
	}
	for _, a := range areas {
		if !inFile[a.Code] {
			l.problems.add(areasFile, 0, "wilayah "+quote(a.Code)+" sudah tersimpan, tetapi tidak ada di berkas", "Kembalikan barisnya")
		}
	}
	agencies, err := roadmap.Agencies(ctx, l.db)
	if err != nil {
		return err
	}
	inFile = map[string]bool{}
	for _, a := range l.agencies {
		inFile[a.Code] = true
	}
	for _, a := range agencies {
		if !inFile[a.Code] {
			l.problems.add(agenciesFile, 0, "perangkat daerah "+quote(a.Code)+" sudah tersimpan, tetapi tidak ada di berkas",
				"Kembalikan barisnya; bila sudah tidak ada lagi, isi valid_to")
		}
	}
	return l.compareOfferings(ctx)
}

func (l *loader) write(ctx context.Context, w *writes) error {
	if err := l.writeReferences(ctx); err != nil {
		return err
	}
	for _, s := range w.scales {
		if err := roadmap.AddScale(ctx, l.db, s); err != nil {
			return err
		}
	}
	for _, end := range w.ended {
		if err := end(ctx); err != nil {
			return err
		}
	}
	if err := l.writeRules(ctx, w.rules); err != nil {
		return err
	}
	l.summary.NewScales = len(w.scales) + len(w.ended) + len(w.rules)
	return l.writePlan(ctx, w)
}

// writePlan writes the version, the targets, the services and their standards.
func (l *loader) writePlan(ctx context.Context, w *writes) error {
	if w.newVersion {
		goals := make([]*roadmap.Goal, len(l.goals))
		for i, g := range l.goals {
			goals[i] = g.it
		}
		v := l.version.it
		v.RecordedAt = l.now
		if err := roadmap.AddVersion(ctx, l.db, &v, goals); err != nil {
			return err
		}
		l.summary.NewVersion = true
	}
	if len(w.targets) > 0 {
		if err := roadmap.AddTargets(ctx, l.db, w.targets); err != nil {
			return err
		}
	}
	if err := l.writeServices(ctx, w.standards); err != nil {
		return err
	}
	l.count()
	return nil
}

// writeReferences brings the data that is corrected in place up to the files.
func (l *loader) writeReferences(ctx context.Context) error {
	for _, put := range []func() (int, error){
		func() (int, error) { return roadmap.PutAreas(ctx, l.db, l.areas) },
		func() (int, error) { return roadmap.PutAgencies(ctx, l.db, l.agencies) },
		func() (int, error) { return roadmap.ReplaceAgencyNames(ctx, l.db, l.names) },
		func() (int, error) { return roadmap.ReplaceBaselines(ctx, l.db, l.baselines) },
		func() (int, error) { return roadmap.ReplaceHolidays(ctx, l.db, l.holidays) },
	} {
		n, err := put()
		if err != nil {
			return err
		}
		l.summary.References += n
	}
	return nil
}

// count fills in what the files hold.
func (l *loader) count() {
	s := &l.summary
	s.Goals, s.Objectives, s.Indicators, s.Targets = len(l.goals), len(l.objectives), len(l.indicators), len(l.targets)
	s.Services, s.Areas = len(l.services), len(l.areas)
	series := map[targetKey]bool{}
	for _, t := range l.targets {
		series[targetKey{agency: t.AgencyCode, indicator: t.IndicatorCode}] = true
	}
	s.Series = len(series)
	for _, service := range l.services {
		s.Offerings += len(service.it.Agencies)
	}
	for _, a := range l.agencies {
		if a.Reports {
			s.Reporting++
		}
	}
}
