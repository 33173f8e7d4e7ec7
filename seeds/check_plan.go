package seeds

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/govalues/decimal"

	"petajalan/internal/roadmap"
	"petajalan/internal/scoring"
)

// statusRank orders the statuses from an example to what binds.
var statusRank = map[roadmap.Status]int{roadmap.Example: 1, roadmap.Draft: 2, roadmap.Official: 3}

func (c *checker) checkVersion(row roadmapDoc) {
	v := roadmap.Version{
		Number: whole(row.Version), Title: row.Title, RegulationNumber: row.RegulationNumber, RegulationDate: date(row.RegulationDate),
		FirstYear: whole(row.FirstYear), LastYear: whole(row.LastYear), Status: roadmap.Status(row.Status), Note: row.Note,
	}
	if len(row.Sources) > 0 {
		v.Note = strings.TrimSpace(v.Note + " Sumber: " + strings.Join(row.Sources, "; ") + ".")
	}
	c.version = located[roadmap.Version]{v, &row}
	if c.broken[roadmapFile] {
		return
	}
	if v.Number < 1 && row.Version != "" {
		c.problems.add(roadmapFile, row.at("version"), "version harus 1 atau lebih", "Mulai dari 1")
	}
	if v.Status == roadmap.Official && (v.RegulationNumber == "" || v.RegulationDate == nil) {
		c.problems.add(roadmapFile, row.at("status"), "status resmi tanpa nomor atau tanggal peraturan", "Isi regulation_number dan regulation_date")
	}
	switch {
	case v.FirstYear == 0 || v.LastYear == 0: // noted when the file was read
	case v.FirstYear < 2000 || v.FirstYear > 2100:
		c.problems.add(roadmapFile, row.at("first_year"), "first_year "+quote(row.FirstYear)+" di luar 2000 sampai 2100", "Isi tahun pertama berlakunya versi ini")
	case v.LastYear < v.FirstYear || v.LastYear > v.FirstYear+20:
		c.problems.add(roadmapFile, row.at("last_year"), "last_year "+quote(row.LastYear)+" tidak cocok dengan first_year "+quote(row.FirstYear), "Isi tahun terakhir, paling lama 20 tahun sesudah yang pertama")
	default:
		return
	}
	c.broken[roadmapFile] = true // without its years no target can be judged
}

func (c *checker) checkGoals(doc goalsDoc) {
	c.goalsByCode = map[string]*roadmap.Goal{}
	seen := map[string]int{}
	total, sure := decimal.Zero, true
	for i := range doc.Goals {
		row := &doc.Goals[i]
		goal := &roadmap.Goal{Code: row.Code, Name: row.Name}
		if c.unique(seen, goalsFile, row.at("code"), "kode", row.Code) {
			c.goalsByCode[row.Code] = goal
		}
		weight, ok := c.number(goalsFile, row.at("weight"), "weight", row.Weight, 2)
		if ok && !weight.IsPos() {
			c.problems.add(goalsFile, row.at("weight"), "weight harus lebih dari 0", "Isi bobot tujuan")
		}
		sum, err := total.Add(weight)
		sure = sure && ok && err == nil
		goal.Weight, total = weight, sum
		c.goals = append(c.goals, located[*roadmap.Goal]{goal, row})
	}
	if sure && !c.broken[goalsFile] && !total.Equal(decimal.Hundred) {
		c.problems.add(goalsFile, doc.at("goals"), fmt.Sprintf("jumlah bobot tujuan %s, seharusnya 100", total.Trim(0)), "Betulkan weight sampai jumlahnya tepat 100")
	}
}

func (c *checker) checkObjectives(doc objectivesDoc) {
	c.objectiveByCode = map[string]*roadmap.Objective{}
	seen := map[string]int{}
	for i := range doc.Objectives {
		row := &doc.Objectives[i]
		objective := &roadmap.Objective{Code: row.Code, Name: row.Name, GoalCode: row.Goal}
		if c.unique(seen, objectivesFile, row.at("code"), "kode", row.Code) {
			c.objectiveByCode[row.Code] = objective
		}
		if missing(c, goalsFile, c.goalsByCode, row.Goal) {
			c.problems.add(objectivesFile, row.at("goal"), "goal "+quote(row.Goal)+" tidak ada di "+goalsFile, "Isi kode tujuan yang ada")
		}
		if goal := c.goalsByCode[row.Goal]; goal != nil {
			goal.Objectives = append(goal.Objectives, objective)
		}
		c.objectives = append(c.objectives, located[*roadmap.Objective]{objective, row})
	}
	for _, goal := range c.goals {
		if len(goal.it.Objectives) == 0 && goal.it.Code != "" && !c.broken[objectivesFile] {
			c.problems.add(goalsFile, goal.row.at("code"), "tujuan "+quote(goal.it.Code)+" tanpa sasaran", "Tambahkan sasarannya di "+objectivesFile+", atau hapus tujuannya")
		}
	}
}

func (c *checker) checkIndicators(doc indicatorsDoc) {
	c.indicatorByCode = map[string]*roadmap.Indicator{}
	seen := map[string]int{}
	for i := range doc.Indicators {
		row := &doc.Indicators[i]
		indicator := c.indicator(row)
		if c.unique(seen, indicatorsFile, row.at("code"), "kode", row.Code) {
			c.indicatorByCode[row.Code] = indicator
		}
		if missing(c, objectivesFile, c.objectiveByCode, row.Objective) {
			c.problems.add(indicatorsFile, row.at("objective"), "objective "+quote(row.Objective)+" tidak ada di "+objectivesFile, "Isi kode sasaran yang ada")
		}
		if o := c.objectiveByCode[row.Objective]; o != nil {
			o.Indicators = append(o.Indicators, indicator)
		}
		c.indicators = append(c.indicators, located[*roadmap.Indicator]{indicator, row})
	}
	for _, o := range c.objectives {
		if len(o.it.Indicators) == 0 && o.it.Code != "" && !c.broken[indicatorsFile] {
			c.problems.add(objectivesFile, o.row.at("code"), "sasaran "+quote(o.it.Code)+" tanpa indikator", "Tambahkan indikatornya di "+indicatorsFile+", atau hapus sasarannya")
		}
	}
}

// onlyFor are the pairs of kind and direction that go only with each other.
var onlyFor = map[string]string{"predicate": "predikat", "milestone": "tahapan", "yesno": "ya_tidak"}

func (c *checker) indicator(row *indicatorRow) *roadmap.Indicator {
	i := &roadmap.Indicator{
		Code: row.Code, ObjectiveCode: row.Objective, Name: row.Name, Definition: row.Definition,
		Unit: row.Unit, Decimals: whole(row.Decimals), AppliesTo: row.AppliesTo, NumeratorLabel: row.Numerator, DenominatorLabel: row.Denominator,
		DataSource: row.DataSource, EvidenceRule: row.Evidence, ScaleCode: row.Scale, Key: row.Key == "true", BreakNote: row.BreakNote,
		Status: roadmap.Status(row.Status),
	}
	i.Kind, i.Direction = scoring.Kind(row.Kind), scoring.Direction(row.Direction)
	i.Consolidation, i.Frequency = scoring.Consolidation(row.Consolidation), scoring.Frequency(row.Frequency)
	c.checkForm(row)
	c.checkAppliesTo(row)
	if row.AnnouncedMonth != "" {
		month := whole(row.AnnouncedMonth)
		i.AnnouncedMonth = &month
		if row.Frequency != "tahunan" {
			c.problems.add(indicatorsFile, row.at("announced_month"), "announced_month hanya untuk indikator tahunan", "Hapus announced_month, atau ubah frequency")
		}
	}
	i.Steps = c.milestoneSteps(row)
	if b := row.Baseline; b != nil {
		year := whole(b.Year)
		i.BaselineYear, i.BaselineValue, i.BaselineSource = &year, b.Value, b.Source
		c.checkBaseline(row)
	}
	return i
}

// checkForm notes kinds, directions and consolidations that do not go together.
func (c *checker) checkForm(row *indicatorRow) {
	note := func(key, what, fix string) { c.problems.add(indicatorsFile, row.at(key), what, fix) }
	wanted, special := onlyFor[row.Kind]
	mismatch := fmt.Sprintf("direction %s tidak cocok dengan kind %s", quote(row.Direction), quote(row.Kind))
	switch reserved := slices.Contains(slices.Collect(maps.Values(onlyFor)), row.Direction); {
	case row.Kind == "" || row.Direction == "":
	case special && row.Direction != wanted:
		note("direction", mismatch, "Isi direction "+wanted)
	case !special && reserved:
		note("direction", mismatch, "Isi naik, turun, atau tepat")
	}
	if special && row.Consolidation != "last" {
		note("consolidation", fmt.Sprintf("consolidation %s tidak cocok dengan kind %s", quote(row.Consolidation), quote(row.Kind)), "Isi last")
	}
	if row.Kind == "fraction" {
		if row.Consolidation == "average" {
			note("consolidation", "pecahan tidak dirata-rata", "Isi sum (jumlahkan pembilang dan penyebut) atau last (periode terakhir)")
		}
		if row.Numerator == "" || row.Denominator == "" {
			note("kind", "pecahan tanpa pembilang atau penyebut", "Isi numerator dan denominator")
		}
	} else if row.Numerator+row.Denominator != "" {
		note("numerator", "numerator dan denominator hanya untuk kind fraction", "Hapus keduanya, atau ubah kind")
	}
	switch {
	case row.Kind == "predicate" && row.Scale == "":
		note("kind", "predikat tanpa skala", "Isi scale dengan kode skala dari "+scalesFile)
	case row.Kind != "predicate" && row.Scale != "":
		note("scale", "scale hanya untuk kind predicate", "Hapus scale, atau ubah kind")
	case row.Scale != "" && c.newestScale(row.Scale) == nil && !c.broken[scalesFile]:
		note("scale", "scale "+quote(row.Scale)+" tidak ada di "+scalesFile, "Isi kode skala yang ada")
	}
}

func (c *checker) checkAppliesTo(row *indicatorRow) {
	switch row.AppliesTo {
	case "", roadmap.AppliesToPublic, roadmap.AppliesToAgencies, roadmap.AppliesToKelurahans:
		return
	}
	if agency := c.agenciesByCode[row.AppliesTo]; agency == nil && !c.broken[agenciesFile] || agency != nil && !agency.Reports {
		c.problems.add(indicatorsFile, row.at("applies_to"), "applies_to "+quote(row.AppliesTo)+" bukan perangkat daerah yang melapor",
			"Isi kode perangkat daerah, atau publik, perangkat_daerah, kelurahan")
	}
}

func (c *checker) milestoneSteps(row *indicatorRow) []roadmap.MilestoneStep {
	if (row.Kind == "milestone") != (len(row.Steps) > 0) {
		c.problems.add(indicatorsFile, row.at("steps"), "tahap (steps) tidak cocok dengan kind "+quote(row.Kind), "Isi steps untuk milestone saja, paling sedikit satu tahap")
	}
	var steps []roadmap.MilestoneStep
	for i := range row.Steps {
		s := &row.Steps[i]
		percent, ok := c.number(indicatorsFile, s.line, "percent", s.Percent, 2)
		if ok && (!percent.IsPos() || decimal.Hundred.Less(percent)) {
			c.problems.add(indicatorsFile, s.line, "percent "+quote(s.Percent)+" di luar 0 sampai 100", "Isi lebih dari 0, paling banyak 100")
		}
		if n := len(steps); ok && n > 0 && !steps[n-1].Percent.Less(percent) {
			c.problems.add(indicatorsFile, s.line, fmt.Sprintf("percent %s tidak lebih tinggi daripada tahap sebelumnya (%s)", percent, steps[n-1].Percent), "Urutkan tahap dari yang pertama")
		}
		steps = append(steps, roadmap.MilestoneStep{Percent: percent, Name: s.Name})
	}
	return steps
}

// checkBaseline notes a starting value that is neither a number nor a grade.
func (c *checker) checkBaseline(row *indicatorRow) {
	b := row.Baseline
	if row.Kind != "predicate" {
		if b.Value != "" {
			c.number(indicatorsFile, b.at("value"), "baseline", b.Value, 4)
		}
		return
	}
	if scale := c.newestScale(row.Scale); scale != nil && scale.Find(b.Value) == nil {
		c.problems.add(indicatorsFile, b.at("value"), fmt.Sprintf("baseline %s tidak ada dalam skala %s", quote(b.Value), row.Scale), "Pilih salah satu: "+scale.Grades())
	}
}
