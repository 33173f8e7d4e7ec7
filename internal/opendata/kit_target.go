package opendata

import (
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// kitSheets are the grids of one period, from the targets to the city.
type kitSheets struct {
	p       *Publication
	period  scoring.Period
	rules   ruleCells
	targets []*scorecard.Achievement
	scores  map[string]*scorecard.Score // of the period, by level and code
	names   map[string]string           // of agencies, objectives and goals, by code
	own     map[string]*string          // own values by agency, indicator and period, where they count

	target, agency, objectiveParts, goalParts, objective, goal, city *grid
}

func newKitSheets(p *Publication, period scoring.Period) *kitSheets {
	k := &kitSheets{p: p, period: period, rules: newRuleCells(&p.Method), scores: map[string]*scorecard.Score{}, names: map[string]string{}, own: map[string]*string{}}
	for i := range p.Agencies {
		k.names[p.Agencies[i].Code] = p.Agencies[i].Name
	}
	for _, g := range p.Goals {
		k.names[g.Code] = g.Name
		for _, o := range g.Objectives {
			k.names[o.Code] = o.Name
		}
	}
	for i := range p.Achievements {
		a := &p.Achievements[i]
		if a.Period == period {
			k.targets = append(k.targets, a)
		}
		if a.State != scoring.Exempted {
			k.own[ownKey(a.Agency, a.Indicator, a.Period)] = a.Reported
		}
	}
	for i := range p.Scores {
		if s := &p.Scores[i]; s.Period == period {
			k.scores[scoreKey(s.Level, s.Code)] = s
		}
	}
	k.target = k.targetGrid()
	k.agency = k.agencyGrid()
	k.objectiveParts, k.objective = k.groupGrids("SasaranInstansi", "Sasaran", scoring.LevelObjective, "objective", k.objectiveCodes(), func(a *scorecard.Achievement) string { return a.Objective })
	k.goalParts, k.goal = k.groupGrids("TujuanInstansi", "Tujuan", scoring.LevelGoal, "goal", k.goalCodes(), func(a *scorecard.Achievement) string { return a.Goal })
	k.city = k.cityGrid()
	return k
}

func ownKey(agency, indicator string, p scoring.Period) string {
	return agency + "/" + indicator + "/" + p.String()
}

func scoreKey(level scoring.Level, code string) string { return string(level) + "/" + code }

func (k *kitSheets) all() []*grid {
	return []*grid{k.target, k.agency, k.objectiveParts, k.objective, k.goalParts, k.goal, k.city}
}

// targetGrid has one row per target: its inputs, the formulas of method m1, and what was
// published.
func (k *kitSheets) targetGrid() *grid {
	text := func(key, title string, width float64, of func(*scorecard.Achievement) string) gridColumn {
		return input(key, title, width, func(i int) cell { return textCell(0, of(k.targets[i])) })
	}
	number := func(key, title string, of func(*scorecard.Achievement) *string) gridColumn {
		return input(key, title, 11, func(i int) cell { return figureText(of(k.targets[i])) })
	}
	shown := func(key, title string, of func(*scorecard.Achievement) *string) gridColumn {
		return published(key, title, func(i int) cell { return figureText(of(k.targets[i])) })
	}
	names := map[string]string{}
	for i := range k.p.Indicators {
		names[k.p.Indicators[i].Code] = k.p.Indicators[i].Name
	}
	columns := []gridColumn{
		text("agency", "kode instansi", 15, func(a *scorecard.Achievement) string { return a.Agency }),
		text("agency_name", "instansi", 26, func(a *scorecard.Achievement) string { return k.names[a.Agency] }),
		text("indicator", "kode indikator", 18, func(a *scorecard.Achievement) string { return a.Indicator }),
		text("indicator_name", "indikator", 34, func(a *scorecard.Achievement) string { return names[a.Indicator] }),
		text("objective", "sasaran", 9, func(a *scorecard.Achievement) string { return a.Objective }),
		text("goal", "tujuan", 8, func(a *scorecard.Achievement) string { return a.Goal }),
		text("direction", "arah", 9, func(a *scorecard.Achievement) string { return string(a.Direction) }),
		text("way", "cara menggabung", 12, consolidationOf),
		text("state", "status", 18, func(a *scorecard.Achievement) string { return string(a.State) }),
		text("as_of", "hasil dari", 10, func(a *scorecard.Achievement) string { return a.AsOf.String() }),
		text("unit", "satuan", 12, func(a *scorecard.Achievement) string { return a.Unit }),
		number("weight", "bobot", func(a *scorecard.Achievement) *string { return &a.Weight }),
		number("numerator", "pembilang", func(a *scorecard.Achievement) *string { return ofFraction(a, a.ActualNumerator) }),
		number("denominator", "penyebut", func(a *scorecard.Achievement) *string { return ofFraction(a, a.ActualDenominator) }),
	}
	for q, key := range []string{"q1", "q2", "q3", "q4"} {
		columns = append(columns, number(key, "laporan TW"+string(rune('1'+q)), func(a *scorecard.Achievement) *string { return k.quarter(a, q+1) }))
	}
	columns = append(columns,
		number("last", "nilai terakhir", lastOf),
		number("target", "target", func(a *scorecard.Achievement) *string { return a.Target }),
		number("low", "target bawah", func(a *scorecard.Achievement) *string { return a.TargetLow }),
		number("high", "target atas", func(a *scorecard.Achievement) *string { return a.TargetHigh }),
		number("first_target", "janji pertama", func(a *scorecard.Achievement) *string { return a.FirstTarget }),
		number("first_low", "janji pertama bawah", func(a *scorecard.Achievement) *string { return a.FirstTargetLow }),
		number("first_high", "janji pertama atas", func(a *scorecard.Achievement) *string { return a.FirstTargetHigh }),

		computed("actual", "realisasi", `IF([state]<>"dinilai","",IF([way]="pecahan",[numerator]/[denominator]*100,`+
			`IF([way]="sum",SUM([q1]:[q4]),IF([way]="average",SUM([q1]:[q4])/COUNT([q1]:[q4]),[last]))))`),
		computed("bound", "pembanding", boundFormula("target", "low", "high")),
		computed("raw", "capaian asli", rawFormula("bound", "low", "high")),
		computed("scored", "nilai", `IF(ISNUMBER([raw]),MIN(MAX([raw],`+k.rules.floor+`),`+k.rules.ceiling+`),"")`),
		computed("rating", "kategori", `IF(ISNUMBER([scored]),`+k.rules.band("[scored]")+`,"")`),
		computed("promised", "ada janji pertama", `IF(OR(ISNUMBER([first_target]),ISNUMBER([first_low])),1,0)`),
		computed("first_bound", "pembanding janji pertama", `IF([promised]=0,"",`+boundFormula("first_target", "first_low", "first_high")+`)`),
		computed("first_raw", "capaian asli janji pertama", `IF([promised]=0,"",`+rawFormula("first_bound", "first_low", "first_high")+`)`),
		computed("first_scored", "nilai janji pertama", `IF(ISNUMBER([first_raw]),MIN(MAX([first_raw],`+k.rules.floor+`),`+k.rules.ceiling+`),"")`),
		computed("due", "bobot wajib", `IF(OR([state]="dinilai",[state]="menunggu_verifikasi",[state]="belum_lapor",[state]="terlambat"),[weight],0)`),
		computed("there", "bobot dinilai", `IF([state]="dinilai",[weight],0)`),
		computed("points", "bobot × nilai", `IF([state]="dinilai",[weight]*[scored],0)`),
		computed("first_due", "bobot wajib janji pertama", `[due]*[promised]`),
		computed("first_there", "bobot dinilai janji pertama", `[there]*[promised]`),
		computed("first_points", "bobot × nilai janji pertama", `IF([first_there]>0,[weight]*[first_scored],0)`),

		shown("p_raw", "terbitan: capaian asli", func(a *scorecard.Achievement) *string { return a.Raw }),
		shown("p_scored", "terbitan: nilai", func(a *scorecard.Achievement) *string { return a.Scored }),
		published("p_rating", "terbitan: kategori", func(i int) cell { return words(k.targets[i].Rating) }),
		shown("p_first_raw", "terbitan: capaian asli janji pertama", func(a *scorecard.Achievement) *string { return a.FirstRaw }),
		shown("p_first_scored", "terbitan: nilai janji pertama", func(a *scorecard.Achievement) *string { return a.FirstScored }),

		figureGap("beda capaian asli", "raw", "p_raw", 2),
		figureGap("beda nilai", "scored", "p_scored", 2),
		wordGap("beda kategori", "rating", "p_rating"),
		figureGap("beda capaian asli janji pertama", "first_raw", "p_first_raw", 2),
		figureGap("beda nilai janji pertama", "first_scored", "p_first_scored", 2),
	)
	return newGrid("Target", len(k.targets), columns...)
}

// boundFormula is what the actual is divided by: the target, or the bound of a range that
// it has left.
func boundFormula(target, low, high string) string {
	return `IF(ISNUMBER([actual]),IF(ISNUMBER([` + low + `]),IF([actual]<[` + low + `],[` + low + `],[` + high + `]),[` + target + `]),"")`
}

// rawFormula is the achievement by direction, with every edge of the method.
func rawFormula(bound, low, high string) string {
	b := "[" + bound + "]"
	return `IF(ISNUMBER([actual]),IF([direction]="ya_tidak",IF([actual]>0,100,0),` +
		`IF(AND(ISNUMBER([` + low + `]),[actual]>=[` + low + `],[actual]<=[` + high + `]),100,` +
		`IF(` + b + `=0,IF(OR([actual]=0,AND([direction]="turun",[actual]<0)),100,0),` +
		`IF([direction]="turun",(2-[actual]/` + b + `)*100,` +
		`IF([direction]="tepat",(1-ABS([actual]-` + b + `)/` + b + `)*100,[actual]/` + b + `*100))))),"")`
}

// consolidationOf is how the actual of a target comes about.
func consolidationOf(a *scorecard.Achievement) string {
	if a.Kind == scoring.KindFraction {
		return "pecahan"
	}
	return string(a.Consolidation)
}

func ofFraction(a *scorecard.Achievement, part *string) *string {
	if a.Kind != scoring.KindFraction {
		return nil
	}
	return part
}

// lastOf is the value of a target of which only the last one counts.
func lastOf(a *scorecard.Achievement) *string {
	if a.Kind == scoring.KindFraction || a.Consolidation != scoring.Last {
		return nil
	}
	return a.Actual
}

// quarter is the own value of a quarter that counts to date, nil where there is none.
func (k *kitSheets) quarter(a *scorecard.Achievement, q int) *string {
	if a.State != scoring.Scored || a.Kind == scoring.KindFraction || a.Consolidation == scoring.Last || q > a.AsOf.Quarter || !a.Frequency.Due(q) {
		return nil
	}
	return k.own[ownKey(a.Agency, a.Indicator, scoring.Period{Year: a.AsOf.Year, Quarter: q})]
}
