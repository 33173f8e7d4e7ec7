package seeds

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/govalues/decimal"

	"petajalan/internal/roadmap"
)

// targetKey names a target: one indicator of one agency in one year.
type targetKey struct {
	agency, indicator string
	year              int
}

func keyOfTarget(t roadmap.Target) targetKey {
	return targetKey{t.AgencyCode, t.IndicatorCode, t.Year}
}

func (c *checker) checkTargets(rows []targetRow) {
	seen := map[targetKey]int{}
	early, firstEarly := 0, 0
	yearless := false // a row does not say of which year it is, so none can be called missing
	for i := range rows {
		row := &rows[i]
		year, err := strconv.Atoi(row.Year)
		if err != nil { // noted when the row was read
			yearless = true
			c.target(row, 0)
			continue
		}
		switch v := c.version.it; {
		case c.broken[roadmapFile]:
		case year < v.FirstYear:
			if early++; early == 1 {
				firstEarly = row.line
			}
			continue
		case year > v.LastYear:
			c.problems.add(targetsFile, row.line, fmt.Sprintf("tahun %d sesudah tahun terakhir peta jalan, %d", year, v.LastYear), "Betulkan year, atau last_year di "+roadmapFile)
		}
		key := targetKey{row.Agency, row.Indicator, year}
		if first, ok := seen[key]; ok {
			c.problems.add(targetsFile, row.line, fmt.Sprintf("target %s, %s, %d sudah ada pada baris %d", row.Agency, row.Indicator, year, lineOnly(first)), "Sisakan satu baris")
			continue
		}
		seen[key] = row.line
		c.targets = append(c.targets, c.target(row, year))
	}
	if early > 0 {
		c.problems.add(targetsFile, firstEarly, fmt.Sprintf("%d baris bertahun sebelum %d, tahun pertama versi %d", early, c.version.it.FirstYear, c.version.it.Number),
			"Hapus baris-baris itu; tahun-tahun itu milik versi sebelumnya dan sudah tersimpan")
	}
	if !yearless {
		c.checkComplete(seen)
	}
	c.normalize()
}

func (c *checker) target(row *targetRow, year int) target {
	note := func(key, what, fix string) { c.problems.add(targetsFile, row.at(key), what, fix) }
	agency, indicator := c.agenciesByCode[row.Agency], c.indicatorByCode[row.Indicator]
	switch {
	case missing(c, agenciesFile, c.agenciesByCode, row.Agency):
		note("agency", "agency "+quote(row.Agency)+" tidak ada di "+agenciesFile, "Isi kode yang ada")
	case agency != nil && !agency.Reports:
		note("agency", "agency "+quote(row.Agency)+" tidak melapor, jadi tidak punya target", "Isi kode yang reports-nya ya")
	case missing(c, indicatorsFile, c.indicatorByCode, row.Indicator):
		note("indicator", "indicator "+quote(row.Indicator)+" tidak ada di "+indicatorsFile, "Isi kode yang ada")
	case agency != nil && indicator != nil && !c.applies(indicator, agency):
		note("indicator", fmt.Sprintf("indikator %s berlaku untuk %s, bukan %s", row.Indicator, indicator.AppliesTo, row.Agency), "Hapus baris ini, atau ubah applies_to di "+indicatorsFile)
	}
	t := target{line: row.line, Target: roadmap.Target{
		AgencyCode: row.Agency, IndicatorCode: row.Indicator, Year: year, Status: roadmap.Status(row.Status),
		Clause: row.Clause, Reason: row.Reason, LegalBasis: row.LegalBasis,
	}}
	if row.Weight != "" {
		weight, ok := c.number(targetsFile, row.at("weight"), "weight", row.Weight, 4)
		if ok && (!weight.IsPos() || decimal.MustNew(1_000_000, 0).Less(weight)) {
			note("weight", "weight "+quote(row.Weight)+" di luar 0 sampai 1000000", "Isi bobot lebih dari 0")
		}
		t.relative = weight
	}
	if (row.Reason == "") != (row.LegalBasis == "") {
		note("reason", "reason dan legal_basis tidak lengkap", "Isi keduanya, atau kosongkan keduanya")
	}
	if indicator != nil && row.Target != "" {
		c.promise(row, indicator, &t.Target)
	}
	return t
}

// promise reads what is promised into t: a value or a range, and its steps.
func (c *checker) promise(row *targetRow, indicator *roadmap.Indicator, t *roadmap.Target) {
	promise, complaints := roadmap.ReadPromise(row.Target, row.Steps, indicator, c.newestScale(indicator.ScaleCode))
	promise.Put(t)
	for _, bad := range complaints {
		c.problems.add(targetsFile, row.at(bad.Key), bad.What, bad.Fix)
	}
}

// checkComplete notes each reporting agency that lacks a target it should have. One that
// exists no more needs none for the years after its end.
func (c *checker) checkComplete(seen map[targetKey]int) {
	if c.broken[targetsFile] || c.broken[agenciesFile] || c.broken[indicatorsFile] || c.broken[roadmapFile] {
		return
	}
	lastLine := map[string]int{}
	for key, line := range seen {
		lastLine[key.agency] = max(lastLine[key.agency], line)
	}
	for i := range c.agencies {
		agency := &c.agencies[i]
		own := 0
		for _, indicator := range c.indicators {
			if !indicator.it.Applies(agency) {
				continue
			}
			own++
			var years []string
			for year := c.version.it.FirstYear; year <= c.version.it.LastYear; year++ {
				if !agency.ExistsIn(year) {
					continue
				}
				if _, ok := seen[targetKey{agency.Code, indicator.it.Code, year}]; !ok {
					years = append(years, strconv.Itoa(year))
				}
			}
			if len(years) > 0 && indicator.it.Code != "" {
				c.problems.add(targetsFile, lastLine[agency.Code], fmt.Sprintf("target %s, %s belum ada untuk %s", agency.Code, indicator.it.Code, strings.Join(years, ", ")),
					"Tambahkan barisnya; bila tidak ada target lagi, isi target dengan "+roadmap.Withdrawn)
			}
		}
		if agency.Reports && own == 0 && agency.ExistsIn(c.version.it.LastYear) {
			c.problems.add(agenciesFile, 0, "perangkat daerah "+quote(agency.Code)+" melapor, tetapi tidak punya indikator", "Isi reports dengan tidak, atau tambahkan indikatornya")
		}
	}
}

// normalize gives each target its share of exactly 100 in its agency and year. A
// withdrawn one keeps its share, so that the others keep theirs.
func (c *checker) normalize() {
	type group struct {
		agency string
		year   int
	}
	groups := map[group][]int{}
	for i, t := range c.targets {
		if !t.relative.IsPos() {
			return // noted; shares would only be wrong
		}
		g := group{t.AgencyCode, t.Year}
		groups[g] = append(groups[g], i)
	}
	for _, members := range groups {
		weights := make([]roadmap.RelativeWeight, len(members))
		for n, i := range members {
			weights[n] = roadmap.RelativeWeight{Indicator: c.targets[i].IndicatorCode, Weight: c.targets[i].relative}
		}
		for n, share := range roadmap.NormalizeWeights(weights) {
			t := &c.targets[members[n]]
			t.Weight = share
			if share.IsZero() {
				c.problems.add(targetsFile, t.line, fmt.Sprintf("weight %s terlalu kecil dibanding bobot lain di %s, sehingga menjadi 0.00", t.relative, t.AgencyCode), "Besarkan bobotnya")
			}
		}
	}
}
