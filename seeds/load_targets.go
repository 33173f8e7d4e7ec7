package seeds

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/govalues/decimal"

	"petajalan/internal/roadmap"
)

// compareTargets finds the targets that are new or amended, and notes those that
// may not be. A line that says what an earlier revision said is old news: the
// target was amended elsewhere since, and stays.
func (l *loader) compareTargets(ctx context.Context, w *writes) error {
	stored, err := roadmap.Targets(ctx, l.db, time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		return err
	}
	revisions := map[targetKey][]roadmap.Target{}
	for _, t := range stored {
		revisions[keyOfTarget(t)] = append(revisions[keyOfTarget(t)], t)
	}
	inForce := make([]roadmap.Target, 0, len(l.targets))
	for _, line := range l.targets {
		known := revisions[keyOfTarget(line.Target)]
		delete(revisions, keyOfTarget(line.Target))
		next := line.Target
		next.RecordedAt, next.Revision = l.now, len(known)+1
		if len(known) == 0 {
			w.targets = append(w.targets, next)
			inForce = append(inForce, next)
			l.summary.NewTargets++
			continue
		}
		current := known[len(known)-1]
		now := factsOfTarget(next)
		switch {
		case slices.Equal(factsOfTarget(current), now):
			next = current
		case slices.ContainsFunc(known, func(t roadmap.Target) bool { return slices.Equal(factsOfTarget(t), now) }):
			l.summary.NewerElsewhere++
			next = current
		case l.mayAmend(line, current):
			w.targets = append(w.targets, next)
			l.summary.NewRevisions++
		}
		inForce = append(inForce, next)
	}
	l.noteAbsent(revisions)
	if len(l.problems) == 0 {
		l.checkWeights(inForce)
	}
	return nil
}

// mayAmend reports whether a line may amend the current revision, or notes why not.
func (l *loader) mayAmend(line target, current roadmap.Target) bool {
	changed, was := differences(factsOfTarget(current), factsOfTarget(line.Target))
	words := make([]string, len(changed))
	for i, f := range changed {
		words[i] = fmt.Sprintf("%s dari %s menjadi %s", f.key, quote(was[f.key]), quote(f.value))
	}
	what := fmt.Sprintf("target %s, %s, %d berubah: %s", line.AgencyCode, line.IndicatorCode, line.Year, strings.Join(words, ", "))
	before := len(l.problems)
	if line.Reason == "" {
		fix := "Isi reason dan legal_basis pada baris ini, atau kembalikan isinya"
		if len(changed) == 1 && changed[0].key == "weight" {
			fix = "Bobot ikut berubah bila bobot lain di perangkat daerah dan tahun yang sama berubah. " + fix
		}
		l.problems.add(targetsFile, line.line, what+", tanpa alasan", fix)
	}
	official := line.Status == roadmap.Official && current.Status != roadmap.Official
	if line.Year < l.year && !official {
		l.problems.add(targetsFile, line.line, fmt.Sprintf("%s, padahal tahun %d sudah berakhir", what, line.Year),
			"Kembalikan isinya; sesudah tahunnya berakhir, target hanya berubah bila lampiran resmi menggantikan contoh")
	}
	if statusRank[line.Status] < statusRank[current.Status] {
		l.problems.add(targetsFile, line.line, fmt.Sprintf("status turun dari %s menjadi %s", current.Status, line.Status), "Isi status yang sama atau lebih tinggi")
	}
	return len(l.problems) == before
}

// noteAbsent notes targets that the database has and the file lacks, from the
// version's first year on. Those of an indicator that the version has no more are no part of
// it, and a target that was taken back need not be told again.
func (l *loader) noteAbsent(absent map[targetKey][]roadmap.Target) {
	years := map[targetKey]int{}
	for key, known := range absent {
		planned := slices.ContainsFunc(l.indicators, func(i located[*roadmap.Indicator]) bool { return i.it.Code == key.indicator })
		if key.year >= l.version.it.FirstYear && planned && !known[len(known)-1].Withdrawn() {
			years[targetKey{agency: key.agency, indicator: key.indicator}]++
		}
	}
	for key, n := range years {
		l.problems.add(targetsFile, 0, fmt.Sprintf("target %s, %s sudah tersimpan, tetapi tidak ada di berkas (%d tahun)", key.agency, key.indicator, n),
			"Kembalikan barisnya; bila target dihapus, isi target dengan "+roadmap.Withdrawn+", berikut reason dan legal_basis")
	}
}

// checkWeights notes agencies whose weights in force would not add up, because a
// target was amended elsewhere.
func (l *loader) checkWeights(inForce []roadmap.Target) {
	sums := map[targetKey]decimal.Decimal{}
	for _, t := range inForce {
		key := targetKey{agency: t.AgencyCode, year: t.Year}
		sum, err := sums[key].Add(t.Weight)
		if err != nil {
			sum = decimal.Zero // cannot be: weights are at most 100
		}
		sums[key] = sum
	}
	for key, sum := range sums {
		if !sum.Equal(decimal.Hundred) {
			l.problems.add(targetsFile, 0, fmt.Sprintf("bobot %s tahun %d berjumlah %s, karena ada target yang diubah di luar berkas ini", key.agency, key.year, sum),
				"Samakan target di berkas dengan yang tersimpan, lalu muat lagi")
		}
	}
}
