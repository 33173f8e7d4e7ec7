package seeds

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/govalues/decimal"

	"petajalan/internal/roadmap"
	"petajalan/internal/scoring"
)

// withdrawn is the word that takes a target back.
const withdrawn = "dicabut"

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
			c.problems.add(targetsFile, row.line, fmt.Sprintf("target %s, %s, %d sudah ada pada baris %d", row.Agency, row.Indicator, year, first), "Sisakan satu baris")
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
	note := func(what, fix string) { c.problems.add(targetsFile, row.line, what, fix) }
	agency, indicator := c.agenciesByCode[row.Agency], c.indicatorByCode[row.Indicator]
	switch {
	case missing(c, agenciesFile, c.agenciesByCode, row.Agency):
		note("agency "+quote(row.Agency)+" tidak ada di "+agenciesFile, "Isi kode yang ada")
	case agency != nil && !agency.Reports:
		note("agency "+quote(row.Agency)+" tidak melapor, jadi tidak punya target", "Isi kode yang reports-nya ya")
	case missing(c, indicatorsFile, c.indicatorByCode, row.Indicator):
		note("indicator "+quote(row.Indicator)+" tidak ada di "+indicatorsFile, "Isi kode yang ada")
	case agency != nil && indicator != nil && !indicator.Applies(agency):
		note(fmt.Sprintf("indikator %s berlaku untuk %s, bukan %s", row.Indicator, indicator.AppliesTo, row.Agency), "Hapus baris ini, atau ubah applies_to di "+indicatorsFile)
	}
	t := target{line: row.line, Target: roadmap.Target{
		AgencyCode: row.Agency, IndicatorCode: row.Indicator, Year: year, Status: roadmap.Status(row.Status),
		Clause: row.Clause, Reason: row.Reason, LegalBasis: row.LegalBasis,
	}}
	if row.Weight != "" {
		weight, ok := c.number(targetsFile, row.line, "weight", row.Weight, 4)
		if ok && (!weight.IsPos() || decimal.MustNew(1_000_000, 0).Less(weight)) {
			note("weight "+quote(row.Weight)+" di luar 0 sampai 1000000", "Isi bobot lebih dari 0")
		}
		t.relative = weight
	}
	if (row.Reason == "") != (row.LegalBasis == "") {
		note("reason dan legal_basis tidak lengkap", "Isi keduanya, atau kosongkan keduanya")
	}
	if indicator != nil && row.Target != "" {
		c.promise(row, indicator, &t.Target)
	}
	return t
}

var (
	rangePattern         = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?) ?[-–] ?([0-9]+(?:\.[0-9]+)?)$`)
	negativeRangePattern = regexp.MustCompile(`^[-−][0-9.]+ ?[-–] ?[-−]?[0-9.]+$`)
)

// promise reads what is promised into t: a value or a range, and its steps.
func (c *checker) promise(row *targetRow, indicator *roadmap.Indicator, t *roadmap.Target) {
	note := func(what, fix string) { c.problems.add(targetsFile, row.line, what, fix) }
	text := row.Target
	bounds := rangePattern.FindStringSubmatch(text)
	plain := indicator.Kind != scoring.KindPredicate && indicator.Kind != scoring.KindMilestone && indicator.Kind != scoring.KindYesNo
	switch {
	case text == withdrawn:
	case indicator.Kind == scoring.KindPredicate:
		t.Value = c.grade(row, indicator)
	case indicator.Kind == scoring.KindYesNo:
		switch text {
		case "ya":
			t.Value = new(decimal.One)
		case "tidak":
			t.Value = new(decimal.Zero)
		default:
			note("target "+quote(text)+" bukan ya atau tidak", "Tulis ya atau tidak")
		}
	case negativeRangePattern.MatchString(text):
		note("target "+quote(text)+" negatif", "Tulis angka nol atau lebih; untuk hasil yang bisa negatif, pakai indikator lain")
	case plain && bounds != nil:
		low, okLow := c.number(targetsFile, row.line, "target", bounds[1], 4)
		high, okHigh := c.number(targetsFile, row.line, "target", bounds[2], 4)
		if okLow && okHigh && high.Less(low) {
			note(fmt.Sprintf("rentang target %s terbalik", quote(text)), fmt.Sprintf("Tulis dari yang rendah: %s-%s", high, low))
		}
		t.Low, t.High = &low, &high
	case plain && indicator.Kind == scoring.KindRange:
		note("target "+quote(text)+" bukan rentang", "Tulis rentang, misalnya 60-85")
	default:
		value, ok := c.number(targetsFile, row.line, "target", text, 4)
		if ok && indicator.Kind == scoring.KindMilestone && !slices.ContainsFunc(indicator.Steps, func(s roadmap.MilestoneStep) bool { return s.Percent.Equal(value) }) {
			note("target "+quote(text)+" bukan salah satu tahap "+row.Indicator, "Pilih salah satu: "+percentsOf(indicator))
		}
		if ok {
			t.Value = &value
		}
	}
	if row.Steps != "" {
		c.steps(row, indicator, t)
	}
}

// grade returns the ordinal of a predicate, or notes that its scale has none.
func (c *checker) grade(row *targetRow, indicator *roadmap.Indicator) *decimal.Decimal {
	scale := c.newestScale(indicator.ScaleCode)
	if scale == nil {
		return nil // noted where the indicator names it
	}
	step := scale.Find(row.Target)
	if step == nil {
		c.problems.add(targetsFile, row.line, fmt.Sprintf("target %s tidak ada dalam skala %s", quote(row.Target), scale.Code), "Pilih salah satu: "+gradesOf(scale))
		return nil
	}
	return new(decimal.MustNew(int64(step.Ordinal), 0))
}

func percentsOf(indicator *roadmap.Indicator) string {
	var percents []string
	for _, s := range indicator.Steps {
		percents = append(percents, s.Percent.String())
	}
	return strings.Join(percents, ", ")
}

// steps reads the targets of the due periods: parts that add up to the target of
// a sum, or levels of which the last is the target.
func (c *checker) steps(row *targetRow, indicator *roadmap.Indicator, t *roadmap.Target) {
	note := func(what, fix string) { c.problems.add(targetsFile, row.line, what, fix) }
	if t.Value == nil {
		if t.Low != nil || row.Target == withdrawn {
			note("steps hanya untuk target satu angka", "Kosongkan steps")
		}
		return
	}
	isSum := indicator.Consolidation == scoring.Sum && indicator.Kind != scoring.KindFraction
	isLevel := indicator.Consolidation == scoring.Last && (indicator.Kind == scoring.KindNumber || indicator.Kind == scoring.KindFraction || indicator.Kind == scoring.KindIndex)
	if !isSum && !isLevel {
		note("steps tidak berlaku untuk indikator "+row.Indicator, "Kosongkan steps")
		return
	}
	parts := strings.Split(row.Steps, ";")
	if due := indicator.Frequency.DuePerYear(); len(parts) != due {
		note(fmt.Sprintf("steps berisi %d angka, seharusnya %d (%s)", len(parts), due, indicator.Frequency), "Tulis satu angka per periode, dipisah titik koma")
		return
	}
	total := decimal.Zero
	for _, part := range parts {
		step, ok := c.number(targetsFile, row.line, "steps", strings.TrimSpace(part), 4)
		if !ok {
			return
		}
		t.Steps = append(t.Steps, step)
		sum, err := total.Add(step)
		if err != nil {
			note("jumlah steps terlalu besar", "Betulkan angkanya")
			return
		}
		total = sum
	}
	if isSum && !total.Equal(*t.Value) {
		note(fmt.Sprintf("jumlah steps %s, seharusnya sama dengan target %s", total.Trim(0), t.Value), "Betulkan bagian tiap periode")
	}
	if last := t.Steps[len(t.Steps)-1]; isLevel && !last.Equal(*t.Value) {
		note(fmt.Sprintf("steps terakhir %s, seharusnya sama dengan target %s", last, t.Value), "Betulkan angka periode terakhir")
	}
}

// checkComplete notes each reporting agency that lacks a target it should have.
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
				if _, ok := seen[targetKey{agency.Code, indicator.it.Code, year}]; !ok {
					years = append(years, strconv.Itoa(year))
				}
			}
			if len(years) > 0 && indicator.it.Code != "" {
				c.problems.add(targetsFile, lastLine[agency.Code], fmt.Sprintf("target %s, %s belum ada untuk %s", agency.Code, indicator.it.Code, strings.Join(years, ", ")),
					"Tambahkan barisnya; bila tidak ada target lagi, isi target dengan "+withdrawn)
			}
		}
		if agency.Reports && own == 0 {
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
