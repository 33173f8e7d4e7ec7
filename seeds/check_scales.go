package seeds

import (
	"fmt"

	"github.com/govalues/decimal"

	"petajalan/internal/roadmap"
)

func (c *checker) checkScales(doc scalesDoc) {
	c.scalesByKey = map[scaleKey]*roadmap.Scale{}
	seen := map[string]int{}
	for i := range doc.Scales {
		row := &doc.Scales[i]
		c.unique(seen, scalesFile, row.at("code"), "skala", row.Code+" versi "+row.Version)
		from, to := c.period(scalesFile, row, row.ValidFrom, row.ValidTo)
		scale := roadmap.Scale{
			Code: row.Code, Version: whole(row.Version), Name: row.Name, Basis: row.Basis, Status: row.Status,
			ValidFrom: valueOf(from), ValidTo: to, Steps: c.scaleSteps(row),
		}
		for _, other := range c.scales {
			if o := other.it; o.Code == scale.Code && o.Version != scale.Version && overlap(o, scale) {
				c.problems.add(scalesFile, row.at("valid_from"), fmt.Sprintf("masa berlaku skala %s versi %d dan %d bertumpuk", scale.Code, o.Version, scale.Version),
					"Isi valid_to versi lama dengan hari sebelum versi baru berlaku")
			}
		}
		c.scales = append(c.scales, located[roadmap.Scale]{scale, row})
	}
	for i := range c.scales {
		s := &c.scales[i].it
		c.scalesByKey[scaleKey{s.Code, s.Version}] = s
	}
}

func overlap(a, b roadmap.Scale) bool {
	return (a.ValidTo == nil || !a.ValidTo.Before(b.ValidFrom)) && (b.ValidTo == nil || !b.ValidTo.Before(a.ValidFrom))
}

// scaleSteps checks that the steps cover the line: the lowest has no lower
// bound, and the others rise.
func (c *checker) scaleSteps(row *scaleRow) []roadmap.ScaleStep {
	var steps []roadmap.ScaleStep
	seen := map[string]int{}
	for i := range row.Steps {
		s := &row.Steps[i]
		c.unique(seen, scalesFile, s.line, "kode langkah", s.Code)
		step := roadmap.ScaleStep{Ordinal: i + 1, Code: s.Code, Label: s.Label, Exclusive: s.Exclusive == "true"}
		switch {
		case i == 0 && s.Min != "":
			c.problems.add(scalesFile, s.line, "langkah terendah skala "+quote(row.Code)+" punya min, sehingga nilai di bawahnya tanpa predikat", "Hapus min pada langkah pertama")
		case i > 0 && s.Min == "":
			c.problems.add(scalesFile, s.line, "langkah "+quote(s.Code)+" tanpa min", "Isi batas bawahnya")
		case i > 0:
			if bound, ok := c.number(scalesFile, s.line, "min", s.Min, 4); ok {
				step.MinValue = &bound
				if below := lastBound(steps); below != nil && !below.Less(bound) {
					c.problems.add(scalesFile, s.line, fmt.Sprintf("min %s tidak lebih tinggi daripada langkah di bawahnya (%s)", bound, below),
						"Urutkan langkah dari yang terendah, tanpa bertumpuk")
				}
			}
		}
		if step.Exclusive && step.MinValue == nil {
			c.problems.add(scalesFile, s.line, "exclusive tanpa min", "Hapus exclusive, atau isi min")
		}
		steps = append(steps, step)
	}
	return steps
}

func lastBound(steps []roadmap.ScaleStep) *decimal.Decimal {
	for i := len(steps) - 1; i >= 0; i-- {
		if steps[i].MinValue != nil {
			return steps[i].MinValue
		}
	}
	return nil
}

func (c *checker) checkRules(doc rulesDoc) {
	seen := map[string]int{}
	for i := range doc.RuleSets {
		row := &doc.RuleSets[i]
		c.unique(seen, rulesFile, row.at("code"), "aturan", row.Code+" revisi "+row.Revision)
		from, to := c.period(rulesFile, row, row.ValidFrom, row.ValidTo)
		rules := ruleSet{RuleSet: roadmap.RuleSet{
			Code: row.Code, Revision: whole(row.Revision), FormulaVersion: whole(row.FormulaVersion),
			ValidFrom: valueOf(from), ValidTo: to, Basis: row.Basis,
		}}
		if limit, ok := c.number(rulesFile, row.at("cap"), "cap", row.Cap, 2); ok {
			rules.Cap = limit
			if limit.Less(decimal.Hundred) || decimal.Thousand.Less(limit) {
				c.problems.add(rulesFile, row.at("cap"), "cap "+quote(row.Cap)+" di luar 100 sampai 1000", "Isi batas atas nilai, biasanya 100")
			}
		}
		rules.bands, rules.words = c.scaleRef(row.Bands), c.scaleRef(row.Words)
		c.rules = append(c.rules, located[ruleSet]{rules, row})
	}
}

// scaleRef notes a scale that is not in the scales' file.
func (c *checker) scaleRef(row *scaleRefRow) scaleKey {
	if row == nil {
		return scaleKey{}
	}
	key := scaleKey{row.Scale, whole(row.Version)}
	if _, ok := c.scalesByKey[key]; !ok && row.Scale != "" && !c.broken[scalesFile] {
		c.problems.add(rulesFile, row.line, fmt.Sprintf("skala %s versi %s tidak ada di %s", quote(row.Scale), row.Version, scalesFile), "Isi skala yang ada")
	}
	return key
}

// newestScale returns the highest version of a scale in the files, or nil.
func (c *checker) newestScale(code string) *roadmap.Scale {
	var newest *roadmap.Scale
	for key, s := range c.scalesByKey {
		if key.code == code && (newest == nil || newest.Version < s.Version) {
			newest = s
		}
	}
	return newest
}
