package seeds

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/roadmap"
)

// Export returns the newest version of the roadmap as a Document, with the targets in force from
// firstYear on (never before the version's own) and the newest shared standards. A Document that
// was not changed loads as "nothing changed".
func Export(ctx context.Context, db bun.IDB, firstYear int) (*Document, error) {
	versions, err := roadmap.Versions(ctx, db)
	if err != nil {
		return nil, err
	}
	if len(versions) == 0 {
		return nil, errors.New("there is no roadmap to export")
	}
	v := versions[len(versions)-1]
	d := &Document{Version: Row{
		"version": strconv.Itoa(v.Number), "title": v.Title, "first_year": strconv.Itoa(v.FirstYear), "last_year": strconv.Itoa(v.LastYear),
		"status": string(v.Status), "regulation_number": v.RegulationNumber, "regulation_date": day(v.RegulationDate), "note": v.Note,
	}}
	goals, err := roadmap.Goals(ctx, db, v.ID)
	if err != nil {
		return nil, err
	}
	for _, g := range goals {
		d.Goals = append(d.Goals, Row{"code": g.Code, "name": g.Name, "weight": g.Weight.String()})
	}
	objectives, err := roadmap.Objectives(ctx, db, v.ID)
	if err != nil {
		return nil, err
	}
	for _, o := range objectives {
		d.Objectives = append(d.Objectives, Row{"code": o.Code, "goal": o.GoalCode, "name": o.Name})
	}
	indicators, err := roadmap.Indicators(ctx, db, v.ID)
	if err != nil {
		return nil, err
	}
	for _, i := range indicators {
		d.Indicators = append(d.Indicators, rowOfIndicator(i))
	}
	if err := d.exportTargets(ctx, db, indicators, max(firstYear, v.FirstYear)); err != nil {
		return nil, err
	}
	return d, d.exportServices(ctx, db)
}

func rowOfIndicator(i *roadmap.Indicator) Row {
	r := Row{}
	for _, f := range factsOfIndicator(i) {
		if f.key != "baseline" {
			r[f.key] = f.value
		}
	}
	r["code"] = i.Code
	if !i.Key {
		r["key"] = ""
	}
	r["steps"] = ""
	for n, s := range i.Steps {
		if n > 0 {
			r["steps"] += "\n"
		}
		r["steps"] += s.Percent.String() + " " + s.Name
	}
	if i.BaselineYear != nil {
		r["baseline_year"], r["baseline_value"], r["baseline_source"] = strconv.Itoa(*i.BaselineYear), i.BaselineValue, i.BaselineSource
	}
	return r
}

// exportTargets adds the targets in force of the indicators there are, of agencies that still
// exist in the year. Reason and legal basis are left empty: they belong to the next change.
func (d *Document) exportTargets(ctx context.Context, db bun.IDB, indicators []*roadmap.Indicator, firstYear int) error {
	inForce, err := targetsInForce(ctx, db)
	if err != nil {
		return err
	}
	agencies, err := roadmap.Agencies(ctx, db)
	if err != nil {
		return err
	}
	exists := map[string]*roadmap.Agency{}
	for i := range agencies {
		exists[agencies[i].Code] = &agencies[i]
	}
	scales, err := newestScales(ctx, db)
	if err != nil {
		return err
	}
	byCode := map[string]*roadmap.Indicator{}
	for _, i := range indicators {
		byCode[i.Code] = i
	}
	lastYear := whole(d.Version["last_year"])
	for i := range inForce {
		t := &inForce[i]
		indicator := byCode[t.IndicatorCode]
		if indicator == nil || t.Year < firstYear || t.Year > lastYear || !exists[t.AgencyCode].ExistsIn(t.Year) || t.Weight.IsZero() {
			continue
		}
		target, steps := roadmap.WritePromise(t, indicator, scales[indicator.ScaleCode])
		d.Targets = append(d.Targets, Row{
			"agency": t.AgencyCode, "indicator": t.IndicatorCode, "year": strconv.Itoa(t.Year), "target": target, "steps": steps,
			"weight": t.Weight.Trim(0).String(), "clause": t.Clause, "status": string(t.Status), "reason": "", "legal_basis": "",
		})
	}
	return nil
}

// forever is a moment after all that was recorded.
var forever = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// targetsInForce are the newest revisions of all targets.
func targetsInForce(ctx context.Context, db bun.IDB) ([]roadmap.Target, error) {
	all, err := roadmap.Targets(ctx, db, forever)
	if err != nil {
		return nil, err
	}
	var inForce []roadmap.Target
	for i, t := range all {
		if i+1 == len(all) || keyOfTarget(all[i+1]) != keyOfTarget(t) {
			inForce = append(inForce, t)
		}
	}
	return inForce, nil
}

// newestScales are the newest versions of the scales by code.
func newestScales(ctx context.Context, db bun.IDB) (map[string]*roadmap.Scale, error) {
	all, err := roadmap.AllScales(ctx, db)
	if err != nil {
		return nil, err
	}
	newest := map[string]*roadmap.Scale{}
	for i := range all { // by code and version
		newest[all[i].Code] = &all[i]
	}
	return newest, nil
}

func (d *Document) exportServices(ctx context.Context, db bun.IDB) error {
	services, err := roadmap.Services(ctx, db)
	if err != nil {
		return err
	}
	for i := range services {
		d.Services = append(d.Services, rowOfService(&services[i]))
	}
	return nil
}

// documentContent checks the rows of a document against the agencies and scales that are stored.
func documentContent(ctx context.Context, db bun.IDB, d *Document) (*content, Problems, error) {
	r := newReader(nil)
	c := &checker{reader: r, agenciesByCode: map[string]*roadmap.Agency{}, scalesByKey: map[scaleKey]*roadmap.Scale{}}
	var err error
	if c.agencies, err = roadmap.Agencies(ctx, db); err != nil {
		return nil, nil, err
	}
	for i := range c.agencies {
		c.agenciesByCode[c.agencies[i].Code] = &c.agencies[i]
	}
	if c.follows, err = follows(ctx, db); err != nil {
		return nil, nil, err
	}
	scales, err := roadmap.AllScales(ctx, db)
	if err != nil {
		return nil, nil, err
	}
	for i := range scales {
		c.scalesByKey[scaleKey{scales[i].Code, scales[i].Version}] = &scales[i]
	}
	c.checkVersion(rowsOf[roadmapDoc](r, d, VersionTable, nil)[0])
	c.checkGoals(goalsDoc{record: record{line: 0}, Goals: rowsOf[goalRow](r, d, GoalsTable, nil)})
	c.checkObjectives(objectivesDoc{Objectives: rowsOf[objectiveRow](r, d, ObjectivesTable, nil)})
	c.checkIndicators(indicatorsDoc{Indicators: rowsOf(r, d, IndicatorsTable, completeIndicator)})
	c.checkTargets(rowsOf[targetRow](r, d, TargetsTable, nil))
	c.checkServices(servicesDoc{Sources: sourcesOf(d), Services: rowsOf(r, d, ServicesTable, completeService)})
	for t, file := range fileOf {
		if len(d.Rows(t)) == 0 {
			r.problems.add(file, 0, "tidak ada isinya", "Isi paling sedikit satu baris")
		}
	}
	return &c.content, r.problems, nil
}

// Amendment is said of each target that a document changes and that says nothing itself.
type Amendment struct{ Reason, LegalBasis string }

// Check reads a document against what is stored and returns all that keeps it from being
// activated; nil when nothing does. A changed target without a reason is none of it: the reason is
// asked when the version is activated. now has the zone of the city.
func Check(ctx context.Context, db bun.IDB, d *Document, now time.Time) (Remarks, error) {
	_, _, remarks, err := prepare(ctx, db, d, Amendment{"diisi saat versi diberlakukan", "diisi saat versi diberlakukan"}, now)
	return remarks, err
}

// Activate writes a document as a version of the roadmap, with the targets and standards that it
// changes; all at once or, with Remarks as the error, nothing. db is a transaction.
func Activate(ctx context.Context, db bun.IDB, d *Document, why Amendment, now time.Time) (Summary, error) {
	l, w, remarks, err := prepare(ctx, db, d, why, now)
	switch {
	case err != nil:
		return Summary{}, err
	case len(remarks) > 0:
		return Summary{}, remarks
	}
	if err := l.writePlan(ctx, w); err != nil {
		return Summary{}, fmt.Errorf("activate version %s: %w", d.Version["version"], err)
	}
	return l.summary, nil
}

// prepare checks a document and compares it with what is stored.
func prepare(ctx context.Context, db bun.IDB, d *Document, why Amendment, now time.Time) (*loader, *writes, Remarks, error) {
	c, problems, err := documentContent(ctx, db, d)
	if err != nil || len(problems) > 0 {
		return nil, nil, remarksOf(problems), err
	}
	if _, err := db.NewRaw("SELECT pg_advisory_xact_lock(?)", lockLoading).Exec(ctx); err != nil {
		return nil, nil, nil, fmt.Errorf("wait for another load: %w", err)
	}
	l := &loader{content: c, db: db, year: now.Year(), now: now.UTC().Truncate(time.Microsecond)}
	if err := l.giveReasons(ctx, why); err != nil {
		return nil, nil, nil, err
	}
	var w writes
	for _, compare := range []func(context.Context, *writes) error{l.comparePlan, l.compareTargets, l.compareStandards} {
		if err := compare(ctx, &w); err != nil {
			return nil, nil, nil, err
		}
	}
	if err := l.compareOfferings(ctx); err != nil {
		return nil, nil, nil, err
	}
	if !w.newVersion && len(l.problems) == 0 {
		l.problems.add(roadmapFile, 2, "versi "+d.Version["version"]+" sudah berlaku", "Naikkan nomor versinya")
	}
	return l, &w, remarksOf(l.problems), nil
}

// giveReasons gives each target that differs from the one in force a reason and a legal basis
// where it has none, and each that does not the ones that are stored.
func (l *loader) giveReasons(ctx context.Context, why Amendment) error {
	inForce, err := targetsInForce(ctx, l.db)
	if err != nil {
		return err
	}
	stored := make(map[targetKey]roadmap.Target, len(inForce))
	for _, t := range inForce {
		stored[keyOfTarget(t)] = t
	}
	for i := range l.targets {
		t := &l.targets[i].Target
		old, known := stored[keyOfTarget(*t)]
		if !known {
			continue
		}
		same := *t
		same.Reason, same.LegalBasis = old.Reason, old.LegalBasis
		switch {
		case slices.Equal(factsOfTarget(same), factsOfTarget(old)):
			*t = same
		case t.Reason == "":
			t.Reason, t.LegalBasis = why.Reason, why.LegalBasis
		}
	}
	return nil
}

// follows are, for each agency, those that it has followed on, also through others.
func follows(ctx context.Context, db bun.IDB) (map[string][]string, error) {
	var rows []struct{ Later, Earlier string }
	err := db.NewRaw(`
		WITH RECURSIVE chain (later, earlier) AS (
			SELECT to_id, from_id FROM agency_successions WHERE to_id IS NOT NULL
			UNION
			SELECT c.later, s.from_id FROM chain c JOIN agency_successions s ON s.to_id = c.earlier
		)
		SELECT l.code AS later, e.code AS earlier FROM chain c JOIN agencies l ON l.id = c.later JOIN agencies e ON e.id = c.earlier
		ORDER BY l.code, e.code`).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read who follows whom: %w", err)
	}
	all := map[string][]string{}
	for _, r := range rows {
		all[r.Later] = append(all[r.Later], r.Earlier)
	}
	return all, nil
}
