package seeds

import (
	"context"
	"fmt"

	"petajalan/internal/roadmap"
)

// comparePlan decides whether the version of the roadmap is new, and notes what
// differs in one that is not.
func (l *loader) comparePlan(ctx context.Context, w *writes) error {
	versions, err := roadmap.Versions(ctx, l.db)
	if err != nil {
		return err
	}
	if len(versions) == 0 {
		w.newVersion = true
		return nil
	}
	latest, now := versions[len(versions)-1], l.version.it
	switch {
	case now.Number < latest.Number:
		l.problems.add(roadmapFile, l.version.row.at("version"), fmt.Sprintf("versi %d sudah digantikan versi %d", now.Number, latest.Number),
			fmt.Sprintf("Pakai berkas versi %d, atau naikkan version", latest.Number))
		return nil
	case now.Number == latest.Number:
		return l.compareVersion(ctx, latest)
	}
	w.newVersion = true
	rises := statusRank[now.Status] > statusRank[latest.Status]
	if now.FirstYear < latest.FirstYear || now.FirstYear == latest.FirstYear && !rises {
		l.problems.add(roadmapFile, l.version.row.at("first_year"), fmt.Sprintf("first_year %d tidak sesudah versi %d, yang berlaku sejak %d", now.FirstYear, latest.Number, latest.FirstYear),
			"Isi tahun pertama berlakunya versi baru; tahun yang sama hanya bila status naik")
	} else if now.FirstYear < l.year && !rises {
		l.problems.add(roadmapFile, l.version.row.at("first_year"), fmt.Sprintf("tahun %d sudah berakhir", now.FirstYear),
			"Isi tahun berjalan atau sesudahnya; tahun yang sudah berakhir hanya berubah bila status naik")
	}
	return nil
}

// compareVersion notes each fact of a stored version that the files change.
func (l *loader) compareVersion(ctx context.Context, stored roadmap.Version) error {
	l.unchanged(roadmapFile, "peta jalan", l.version.row, factsOfVersion(stored), factsOfVersion(l.version.it))
	goals, err := roadmap.Goals(ctx, l.db, stored.ID)
	if err != nil {
		return err
	}
	oldGoals := map[string][]fact{}
	for _, g := range goals {
		oldGoals[g.Code] = factsOfGoal(g)
	}
	for _, g := range l.goals {
		l.sameRow(goalsFile, "tujuan", g.it.Code, g.row, oldGoals, factsOfGoal(g.it))
	}
	l.noneLeft(goalsFile, "tujuan", oldGoals)

	objectives, err := roadmap.Objectives(ctx, l.db, stored.ID)
	if err != nil {
		return err
	}
	oldObjectives := map[string][]fact{}
	for _, o := range objectives {
		oldObjectives[o.Code] = factsOfObjective(o)
	}
	for _, o := range l.objectives {
		l.sameRow(objectivesFile, "sasaran", o.it.Code, o.row, oldObjectives, factsOfObjective(o.it))
	}
	l.noneLeft(objectivesFile, "sasaran", oldObjectives)

	indicators, err := roadmap.Indicators(ctx, l.db, stored.ID)
	if err != nil {
		return err
	}
	oldIndicators := map[string][]fact{}
	for _, i := range indicators {
		oldIndicators[i.Code] = factsOfIndicator(i)
	}
	for _, i := range l.indicators {
		l.sameRow(indicatorsFile, "indikator", i.it.Code, i.row, oldIndicators, factsOfIndicator(i.it))
	}
	l.noneLeft(indicatorsFile, "indikator", oldIndicators)
	return nil
}

// sameRow notes what a row changes, or that it is new, and takes it off then.
func (l *loader) sameRow(file, what, code string, row interface{ at(string) int }, then map[string][]fact, now []fact) {
	old, known := then[code]
	delete(then, code)
	if !known {
		l.problems.add(file, row.at("code"), fmt.Sprintf("%s %s tidak ada dalam versi %d yang sudah tersimpan", what, quote(code), l.version.it.Number), l.raiseVersion())
		return
	}
	l.unchanged(file, what+" "+code, row, old, now)
}

func (l *loader) unchanged(file, what string, row interface{ at(string) int }, then, now []fact) {
	changed, was := differences(then, now)
	for _, f := range changed {
		l.problems.add(file, row.at(f.key), fmt.Sprintf("%s pada %s berubah menjadi %s; yang tersimpan %s", f.key, what, quote(f.value), quote(was[f.key])), l.raiseVersion())
	}
}

// noneLeft notes the codes that the database has and the file lacks.
func (l *loader) noneLeft(file, what string, then map[string][]fact) {
	for code := range then {
		l.problems.add(file, 0, fmt.Sprintf("%s %s ada dalam versi %d yang sudah tersimpan, tetapi tidak ada di berkas", what, quote(code), l.version.it.Number), l.raiseVersion())
	}
}

// raiseVersion tells how a plan is changed.
func (l *loader) raiseVersion() string {
	return fmt.Sprintf("Kembalikan isinya, atau naikkan version di %s menjadi %d dan isi first_year dengan tahun pertama berlakunya", roadmapFile, l.version.it.Number+1)
}
