package opendata

import (
	"slices"
	"strconv"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// ruleCells are the cells of the sheet of rules that formulas use.
type ruleCells struct {
	method         *scorecard.Method
	floor, ceiling string
	from, code     string // ranges of the bands, lowest first
}

const rulesSheet = "Aturan"

func newRuleCells(m *scorecard.Method) ruleCells {
	last := strconv.Itoa(bandsRow + len(m.Bands) - 1)
	first := strconv.Itoa(bandsRow)
	return ruleCells{
		method: m, floor: rulesSheet + "!$B$2", ceiling: rulesSheet + "!$B$3",
		from: rulesSheet + "!$A$" + first + ":$A$" + last,
		code: rulesSheet + "!$B$" + first + ":$B$" + last,
	}
}

// bandsRow is the first row of the bands in the sheet of rules.
const bandsRow = 6

// band is the formula of the band of a figure, by what the reader sees of it.
func (r ruleCells) band(x string) string {
	return "LOOKUP(" + rounded(x, 2) + "," + r.from + "," + r.code + ")"
}

// write writes the sheet of rules.
func (r ruleCells) write(b *book) error {
	s, err := b.sheet(rulesSheet, 0, 30, 22, 90)
	if err != nil {
		return err
	}
	s.add(b.heads("aturan", "nilai", "keterangan")...)
	s.add(textCell(0, "batas bawah"), numberCell(0, r.method.Floor), textCell(b.wrap, "Nilai satu target paling rendah."))
	s.add(textCell(0, "batas atas"), numberCell(0, r.method.Cap), textCell(b.wrap, "Nilai satu target paling tinggi. "+r.method.Basis))
	s.add()
	s.add(b.heads("kategori mulai dari", "kode", "sebutan")...)
	for i := len(r.method.Bands) - 1; i >= 0; i-- {
		band := r.method.Bands[i]
		from := "-1000000000000"
		if band.From != nil {
			from = *band.From
		}
		s.add(numberCell(0, from), textCell(0, band.Rating), textCell(b.wrap, band.Label))
	}
	s.add()
	s.add(b.heads("tingkat", "", "aturan penggabungan")...)
	for _, rule := range r.method.Rollup {
		s.add(textCell(0, rule.Level), cell{}, textCell(b.wrap, rule.Rule))
	}
	return nil
}

// scoreColumns are the published figures of a row, and their differences from the computed.
func (k *kitSheets) scoreColumns(level scoring.Level, codes []string) []gridColumn {
	shown := func(key, title string, of func(*scorecard.Score) *string) gridColumn {
		return published(key, title, func(i int) cell {
			if s := k.scores[scoreKey(level, codes[i])]; s != nil {
				return figureText(of(s))
			}
			return cell{}
		})
	}
	return []gridColumn{
		shown("p_score", "terbitan: nilai", func(s *scorecard.Score) *string { return s.Score }),
		shown("p_low", "terbitan: terendah", func(s *scorecard.Score) *string { return &s.Low }),
		shown("p_high", "terbitan: tertinggi", func(s *scorecard.Score) *string { return &s.High }),
		shown("p_coverage", "terbitan: data masuk", func(s *scorecard.Score) *string { return &s.Coverage }),
		published("p_rating", "terbitan: kategori", func(i int) cell {
			if s := k.scores[scoreKey(level, codes[i])]; s != nil {
				return words(s.Rating)
			}
			return cell{}
		}),
		shown("p_first_score", "terbitan: nilai janji pertama", func(s *scorecard.Score) *string { return s.FirstScore }),
		shown("p_first_low", "terbitan: terendah janji pertama", func(s *scorecard.Score) *string { return s.FirstLow }),
		shown("p_first_high", "terbitan: tertinggi janji pertama", func(s *scorecard.Score) *string { return s.FirstHigh }),
		figureGap("beda nilai", "score", "p_score", 2),
		figureGap("beda terendah", "low", "p_low", 2),
		figureGap("beda tertinggi", "high", "p_high", 2),
		figureGap("beda data masuk", "coverage", "p_coverage", 4),
		wordGap("beda kategori", "rating", "p_rating"),
		figureGap("beda nilai janji pertama", "first_score", "p_first_score", 2),
		figureGap("beda terendah janji pertama", "first_low", "p_first_low", 2),
		figureGap("beda tertinggi janji pertama", "first_high", "p_first_high", 2),
	}
}

// rating is the formula of the band that is claimed: only where low and high share it.
func (k *kitSheets) rating() gridColumn {
	return computed("rating", "kategori",
		`IF(ISNUMBER([score]),IF(`+k.rules.band("[low]")+`=`+k.rules.band("[high]")+`,`+k.rules.band("[low]")+`,""),"")`)
}

// sums are the columns that add up the targets that meet a condition.
func (k *kitSheets) sums(condition string) []gridColumn {
	var columns []gridColumn
	for _, c := range [][2]string{
		{"due", "bobot wajib"}, {"there", "bobot dinilai"}, {"points", "jumlah bobot × nilai"},
		{"first_due", "bobot wajib janji pertama"}, {"first_there", "bobot dinilai janji pertama"}, {"first_points", "jumlah bobot × nilai janji pertama"},
	} {
		columns = append(columns, computed(c[0], c[1], "SUMIFS("+k.target.span(c[0])+","+condition+")"))
	}
	return columns
}

// weighted are the figures of one agency over its due targets, by weight.
func (k *kitSheets) weighted() []gridColumn {
	ceiling := k.rules.ceiling
	return []gridColumn{
		computed("score", "nilai", `IF([there]>0,[points]/[there],"")`),
		computed("low", "terendah", `IF([due]>0,[points]/[due],"")`),
		computed("high", "tertinggi", `IF([due]>0,([points]+([due]-[there])*`+ceiling+`)/[due],"")`),
		computed("coverage", "data masuk", `IF([due]>0,[there]/[due],"")`),
		computed("first_score", "nilai janji pertama", `IF([first_there]>0,[first_points]/[first_there],"")`),
		computed("first_low", "terendah janji pertama", `IF([first_due]>0,[first_points]/[first_due],"")`),
		computed("first_high", "tertinggi janji pertama", `IF([first_due]>0,([first_points]+([first_due]-[first_there])*`+ceiling+`)/[first_due],"")`),
	}
}

// named are the code and the name of a row.
func (k *kitSheets) named(title string, codes []string) []gridColumn {
	return []gridColumn{
		input("code", "kode", 15, func(i int) cell { return textCell(0, codes[i]) }),
		input("name", title, 34, func(i int) cell { return textCell(0, k.names[codes[i]]) }),
	}
}

// agencyGrid has one row per agency with targets.
func (k *kitSheets) agencyGrid() *grid {
	var codes []string
	for _, a := range k.targets {
		codes = append(codes, a.Agency)
	}
	slices.Sort(codes)
	codes = slices.Compact(codes)
	return newGrid("Instansi", len(codes), slices.Concat(k.named("instansi", codes),
		k.sums(k.target.span("agency")+",[code]"), k.weighted(), []gridColumn{k.rating()}, k.scoreColumns(scoring.LevelAgency, codes))...)
}

func (k *kitSheets) goalCodes() []string {
	var codes []string
	for _, g := range k.p.Goals {
		codes = append(codes, g.Code)
	}
	return codes
}

func (k *kitSheets) objectiveCodes() []string {
	var codes []string
	for _, g := range k.p.Goals {
		for _, o := range g.Objectives {
			codes = append(codes, o.Code)
		}
	}
	return codes
}

// groupGrids are the two steps to objectives or goals: each agency over its targets of the
// group, then the plain mean over agencies.
func (k *kitSheets) groupGrids(partsName, name string, level scoring.Level, key string, codes []string, groupOf func(*scorecard.Achievement) string) (parts, groups *grid) {
	type pair struct{ group, agency string }
	seen := map[pair]bool{}
	var pairs []pair
	for _, a := range k.targets {
		if p := (pair{groupOf(a), a.Agency}); !seen[p] {
			seen[p] = true
			pairs = append(pairs, p)
		}
	}
	slices.SortFunc(pairs, func(a, b pair) int {
		if a.group != b.group {
			return slices.Index(codes, a.group) - slices.Index(codes, b.group)
		}
		if a.agency < b.agency {
			return -1
		}
		return 1
	})
	count := func(key, title, of string) gridColumn { return computed(key, title, `IF([`+of+`]>0,1,0)`) }
	parts = newGrid(partsName, len(pairs), slices.Concat([]gridColumn{
		input("group", name, 10, func(i int) cell { return textCell(0, pairs[i].group) }),
		input("agency", "kode instansi", 15, func(i int) cell { return textCell(0, pairs[i].agency) }),
		input("name", "instansi", 34, func(i int) cell { return textCell(0, k.names[pairs[i].agency]) }),
	}, k.sums(k.target.span(key)+",[group],"+k.target.span("agency")+",[agency]"), k.weighted(), []gridColumn{
		count("is_due", "punya yang wajib", "due"), count("is_there", "punya yang dinilai", "there"),
		count("is_first_due", "punya yang wajib, janji pertama", "first_due"), count("is_first_there", "punya yang dinilai, janji pertama", "first_there"),
	})...)
	mean := func(key, title, over string) gridColumn {
		return computed(key, title, `IF([`+over+`]>0,SUMIFS(`+parts.span(key)+`,`+parts.span("group")+`,[code])/[`+over+`],"")`)
	}
	total := func(key, title string) gridColumn {
		return computed(key, title, `SUMIFS(`+parts.span(key)+`,`+parts.span("group")+`,[code])`)
	}
	columns := k.named(name, codes)
	var toCity []gridColumn
	if level == scoring.LevelGoal {
		toCity = weightedColumns()
		columns = append(columns, input("weight", "bobot tujuan", 10, func(i int) cell { return numberCell(0, k.p.Goals[i].Weight) }))
	}
	groups = newGrid(name, len(codes), slices.Concat(columns, []gridColumn{
		total("is_due", "banyak instansi wajib"), total("is_there", "banyak instansi dinilai"),
		total("is_first_due", "banyak instansi wajib, janji pertama"), total("is_first_there", "banyak instansi dinilai, janji pertama"),
		mean("score", "nilai", "is_there"), mean("low", "terendah", "is_due"), mean("high", "tertinggi", "is_due"), mean("coverage", "data masuk", "is_due"),
		mean("first_score", "nilai janji pertama", "is_first_there"), mean("first_low", "terendah janji pertama", "is_first_due"), mean("first_high", "tertinggi janji pertama", "is_first_due"),
		k.rating(),
	}, toCity, k.scoreColumns(level, codes))...)
	return parts, groups
}

// weightedFigures are the figures of a goal that enter the city, with the column that says
// whether the goal has one.
var weightedFigures = [...]struct{ key, title, over string }{
	{"score", "nilai", "is_there"}, {"low", "terendah", "is_due"}, {"high", "tertinggi", "is_due"}, {"coverage", "data masuk", "is_due"},
	{"first_score", "nilai janji pertama", "is_first_there"}, {"first_low", "terendah janji pertama", "is_first_due"}, {"first_high", "tertinggi janji pertama", "is_first_due"},
}

// weightedColumns are the figures of a goal times its weight, and the weight where it has one.
func weightedColumns() []gridColumn {
	var columns []gridColumn
	for _, f := range weightedFigures {
		columns = append(columns, computed("w_"+f.key, "bobot × "+f.title, "IF(["+f.over+"]>0,[weight]*["+f.key+"],0)"))
	}
	for _, f := range [][2]string{{"is_there", "bobot bila dinilai"}, {"is_due", "bobot bila wajib"}, {"is_first_there", "bobot bila dinilai, janji pertama"}, {"is_first_due", "bobot bila wajib, janji pertama"}} {
		columns = append(columns, computed("w_"+f[0], f[1], "IF(["+f[0]+"]>0,[weight],0)"))
	}
	return columns
}

// cityGrid is the mean of the goals by their weight.
func (k *kitSheets) cityGrid() *grid {
	codes := []string{scoring.CityCode}
	columns := []gridColumn{input("code", "kode", 15, func(int) cell { return textCell(0, scoring.CityCode) })}
	for _, f := range weightedFigures {
		weights := "SUM(" + k.goal.span("w_"+f.over) + ")"
		columns = append(columns, computed(f.key, f.title, "IF("+weights+">0,SUM("+k.goal.span("w_"+f.key)+")/"+weights+`,"")`))
	}
	columns = append(columns, k.rating())
	return newGrid("Kota", 1, append(columns, k.scoreColumns(scoring.LevelCity, codes)...)...)
}
