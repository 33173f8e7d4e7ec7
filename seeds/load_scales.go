package seeds

import (
	"context"
	"fmt"

	"petajalan/internal/roadmap"
)

func (l *loader) compareScales(ctx context.Context, w *writes) error {
	stored, err := roadmap.AllScales(ctx, l.db)
	if err != nil {
		return err
	}
	then := map[scaleKey]roadmap.Scale{}
	for _, s := range stored {
		then[scaleKey{s.Code, s.Version}] = s
	}
	for i := range l.scales {
		entry := &l.scales[i]
		key := scaleKey{entry.it.Code, entry.it.Version}
		old, known := then[key]
		delete(then, key)
		if !known {
			w.scales = append(w.scales, &entry.it)
			continue
		}
		changed, was := differences(factsOfScale(old), factsOfScale(entry.it))
		for _, f := range changed {
			l.problems.add(scalesFile, entry.row.at(f.key), fmt.Sprintf("%s skala %s versi %d berubah; yang tersimpan %s", f.key, key.code, key.version, quote(was[f.key])),
				"Kembalikan isinya, beri valid_to, dan tulis versi baru di bawahnya")
		}
		if day(old.ValidTo) != day(entry.it.ValidTo) {
			w.ended = append(w.ended, func(ctx context.Context) error { return roadmap.EndScale(ctx, l.db, old.ID, entry.it.ValidTo) })
		}
	}
	for key := range then {
		l.problems.add(scalesFile, 0, fmt.Sprintf("skala %s versi %d sudah tersimpan, tetapi tidak ada di berkas", key.code, key.version),
			"Kembalikan isinya; bila tidak berlaku lagi, isi valid_to")
	}
	return nil
}

func (l *loader) compareRules(ctx context.Context, w *writes) error {
	stored, err := roadmap.RuleSets(ctx, l.db)
	if err != nil {
		return err
	}
	then := map[scaleKey]roadmap.RuleSet{} // by code and revision
	for _, r := range stored {
		then[scaleKey{r.Code, r.Revision}] = r
	}
	for i := range l.rules {
		entry := &l.rules[i]
		now := &entry.it
		key := scaleKey{now.Code, now.Revision}
		old, known := then[key]
		delete(then, key)
		if !known {
			w.rules = append(w.rules, now)
			continue
		}
		bands, words := scaleKey{old.Bands.Code, old.Bands.Version}, scaleKey{old.Words.Code, old.Words.Version}
		changed, was := differences(factsOfRules(old, bands, words), factsOfRules(now.RuleSet, now.bands, now.words))
		for _, f := range changed {
			l.problems.add(rulesFile, entry.row.at(f.key), fmt.Sprintf("%s aturan %s revisi %d berubah; yang tersimpan %s", f.key, now.Code, now.Revision, quote(was[f.key])),
				"Kembalikan isinya, beri valid_to, dan tulis revisi baru di bawahnya")
		}
		if day(old.ValidTo) != day(now.ValidTo) {
			w.ended = append(w.ended, func(ctx context.Context) error { return roadmap.EndRuleSet(ctx, l.db, old.ID, now.ValidTo) })
		}
	}
	for key := range then {
		l.problems.add(rulesFile, 0, fmt.Sprintf("aturan %s revisi %d sudah tersimpan, tetapi tidak ada di berkas", key.code, key.version),
			"Kembalikan isinya; bila tidak berlaku lagi, isi valid_to")
	}
	return nil
}

// writeRules adds rule sets, whose scales all have rows by now.
func (l *loader) writeRules(ctx context.Context, rules []*ruleSet) error {
	if len(rules) == 0 {
		return nil
	}
	stored, err := roadmap.AllScales(ctx, l.db)
	if err != nil {
		return err
	}
	byKey := map[scaleKey]*roadmap.Scale{}
	for i := range stored {
		byKey[scaleKey{stored[i].Code, stored[i].Version}] = &stored[i]
	}
	for _, r := range rules {
		r.Bands, r.Words = byKey[r.bands], byKey[r.words]
		if err := roadmap.AddRuleSet(ctx, l.db, &r.RuleSet); err != nil {
			return err
		}
	}
	return nil
}
