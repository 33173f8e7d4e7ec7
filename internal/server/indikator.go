package server

import (
	"slices"
	"strconv"
	"strings"

	"petajalan/internal/chart"
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

var indicatorRoute = publicRoute{
	pattern: "/indikator/:kode",
	page:    showIndicator,
	paths: func(e *edition) []string {
		paths := make([]string, len(e.Indicators))
		for i := range e.Indicators {
			paths[i] = "/indikator/" + e.Indicators[i].Code
		}
		return paths
	},
}

// meanScored is the mean of the targets that are scored, 2 decimals; nil when none is.
func meanScored(targets []*scorecard.Achievement) *string {
	scored := make([]*string, len(targets))
	for i, a := range targets {
		scored[i] = a.Scored
	}
	mean, _ := scorecard.Mean(scored)
	return mean
}

// indicatorPage is the sheet of an indicator with the values of all its agencies.
type indicatorPage struct {
	Page
	Trail      []crumb
	Heading    string // finding, h2
	Definition string
	Facts      []fact
	Indicator  *scorecard.Indicator
	Objective  *scorecard.Objective
	Goal       *scorecard.Goal
	GoalHref   string
	Tally      tally

	Way            string // which way is better
	Formula        string // in words
	Together       string // how the periods of a year become one value
	Frequency      string
	Status         string
	Baseline       string // value with unit; empty when none is published
	BaselineSource *source
	Scale          *scorecard.Scale

	Years   []int
	Plans   []planRow // distinct rows of yearly targets
	Groups  []targetGroup
	History []historyRow
	Bundle  string // address of the data for recomputing
}

// planRow is a set of yearly targets and the agencies that have exactly these.
type planRow struct {
	Targets  []string // one for each of Years; "–" where there is none
	Agencies []*scorecard.Agency
	Name     string // of the only agency, or how many they are
	Names    string // of the agencies, where they are few; else empty
}

// targetGroup is the targets of one peer group.
type targetGroup struct {
	Name string
	Rows []listedTarget
}

// historyRow is a period of an indicator over all agencies.
type historyRow struct {
	Period scoring.Period
	Mean   *string // of the scored targets of that very period, 2 decimals
	Scored int
	Due    int // scored and missing, nothing carried
	Bar    chart.SVG
}

func showIndicator(e *edition, p params) (view, error) {
	ind := e.Indicator(p.path["kode"])
	if ind == nil {
		return view{}, noSuchIndicator(p.path["kode"])
	}
	objective, goal := e.Objective(ind.Objective)
	targets := e.AchievementsFor(ind.Code, e.View.Latest())
	page := indicatorPage{
		Page: newPage(e, "/indikator/"+ind.Code, "/indikator", ind.Name,
			shorten("Indikator "+ind.Name+": definisi, rumus, target sampai "+strconv.Itoa(e.Roadmap.LastYear)+", dan hasil tiap instansi di Kota Blitar.", 200)),
		Trail:     trail(e, crumb{"Indikator", "/indikator"}, crumb{Name: ind.Name}),
		Indicator: ind,
		Objective: objective,
		Goal:      goal,
		Tally:     tallyOf(e, targets),
		Way:       directionSentence(ind.Direction),
		Formula:   formulaOf(ind.Direction),
		Together:  consolidationSentence(ind),
		Frequency: frequencySentence(ind.Frequency),
		Status:    planStatus(ind.Status),
		Scale:     scaleOf(e.View, ind),
		Bundle:    "/api/v1/achievements?indicator=" + ind.Code + "&publication=" + formatPlain(e.Number) + "&limit=500",
	}
	if goal != nil {
		page.GoalHref = e.Link("/tujuan/" + goal.Code)
	}
	if ind.Baseline != nil {
		page.Baseline = baselineText(ind)
		if ind.BaselineSource != "" {
			from := newSource(ind.BaselineSource)
			page.BaselineSource = &from
		}
	}
	page.Definition = sentence(ind.Definition)
	page.Facts = indicatorFacts(e, ind, page.Tally)
	if len(targets) == 1 {
		page.Facts = singleFacts(newListedTarget(e, targets[0]))
	}
	page.Heading = indicatorHeading(page.Tally, len(targets))
	page.Years, page.Plans = plans(e, ind)
	page.Groups = targetGroups(e, targets)
	page.History = indicatorHistory(e, ind)
	return view{template: "indikator", data: page}, nil
}

// singleFacts are the figures of an indicator that one agency has.
func singleFacts(row listedTarget) []fact {
	facts := []fact{{Name: "Instansi", Text: row.Owner.ShortName, Href: row.OwnerHref}, {Name: "Realisasi", Text: row.ActualText}, {Name: "Target", Text: row.TargetText}}
	if row.Scored != nil {
		facts = append(facts, fact{Name: "Nilai", Text: formatNumber(*row.Scored, 2), Href: row.Href})
	} else {
		facts = append(facts, fact{Name: "Status", Text: row.Outcome.Word, Href: row.Href})
	}
	if row.IsCarried() {
		facts = append(facts, fact{Name: "Hasil dari", Text: formatPeriod(row.AsOf)})
	}
	return facts
}

// indicatorFacts are the figures over all agencies.
func indicatorFacts(e *edition, ind *scorecard.Indicator, t tally) []fact {
	facts := []fact{{Name: "Tercapai", Text: formatCount(t.Reached)}, {Name: "Hampir tercapai", Text: formatCount(t.Near)},
		{Name: "Belum tercapai", Text: formatCount(t.Below)}, {Name: "Belum ada data", Text: formatCount(t.Missing)}}
	if t.Left > 0 {
		facts = append(facts, fact{Name: "Tidak dihitung", Text: formatCount(t.Left)})
	}
	if mean := meanScored(e.AchievementsFor(ind.Code, e.View.Latest())); mean != nil {
		facts = append(facts, fact{Name: "Rata-rata nilai", Text: formatNumber(*mean, 2)})
	}
	f, ok := e.Finding(ind.Code)
	if !ok {
		return facts
	}
	if f.Numerator != nil && f.Denominator != nil {
		if share, ok := ratio(*f.Numerator, *f.Denominator); ok {
			facts = append(facts, fact{Name: "Seluruhnya, sejak awal tahun", Text: formatPercent(share, 1)})
		}
	}
	if f.Change != nil {
		facts = append(facts, changeFact("Dari "+formatPeriod(f.Since), f.Change))
	}
	return facts
}

// baselineText writes the value before the plan: a number with its unit, or a predicate.
func baselineText(ind *scorecard.Indicator) string {
	if _, ok := parseDigits(*ind.Baseline); !ok {
		return *ind.Baseline
	}
	return withUnit(ind, formatExact(*ind.Baseline))
}

// indicatorHeading states how many targets are reached.
func indicatorHeading(t tally, agencies int) string {
	switch {
	case agencies == 0:
		return "Belum ada instansi yang punya target"
	case t.Scored() == 0 && t.Missing == 0:
		return "Belum ada yang dinilai pada periode ini"
	case t.Scored() == 0:
		return "Belum ada data yang diverifikasi"
	case t.Scored() == 1 && agencies == 1:
		switch {
		case t.Reached == 1:
			return "Target tercapai"
		case t.Near == 1:
			return "Target hampir tercapai"
		}
		return "Target belum tercapai"
	}
	return formatCount(t.Reached) + " dari " + formatCount(t.Scored()+t.Missing) + " instansi mencapai target"
}

// plans are the yearly targets in force. Agencies with the same targets share a row; the
// row of most agencies comes first.
func plans(e *edition, ind *scorecard.Indicator) (years []int, rows []planRow) {
	for y := e.Roadmap.FirstYear; y <= e.Roadmap.LastYear; y++ {
		years = append(years, y)
	}
	byPlan := map[string]int{}
	agencies := 0
	for i := range e.Agencies {
		agency := &e.Agencies[i]
		if len(e.Targets(agency.Code, ind.Code)) == 0 {
			continue
		}
		agencies++
		texts := make([]string, len(years))
		for j, y := range years {
			texts[j] = noFigure
			if t, _ := e.TargetPair(agency.Code, ind.Code, y); t != nil {
				texts[j] = yearTarget(e, ind, t)
			}
		}
		key := strings.Join(texts, "\n")
		at, ok := byPlan[key]
		if !ok {
			at = len(rows)
			byPlan[key] = at
			rows = append(rows, planRow{Targets: texts})
		}
		rows[at].Agencies = append(rows[at].Agencies, agency)
	}
	for i := range rows {
		rows[i].name(agencies)
	}
	slices.SortStableFunc(rows, func(a, b planRow) int { return len(b.Agencies) - len(a.Agencies) })
	return years, rows
}

// namedAgencies is how many agencies are named where a row is for several.
const namedAgencies = 6

// name says whom a row of targets is for, out of so many agencies.
func (r *planRow) name(of int) {
	slices.SortFunc(r.Agencies, scorecard.ByName)
	n := len(r.Agencies)
	switch {
	case n == 1:
		r.Name = r.Agencies[0].Name
		return
	case n == of:
		r.Name = "Semua " + formatCount(n) + " instansi"
		return
	}
	r.Name = formatCount(n) + " instansi"
	if n <= namedAgencies {
		names := make([]string, n)
		for i, a := range r.Agencies {
			names[i] = a.ShortName
		}
		r.Names = strings.Join(names, ", ")
	}
}

// groupNames names the peer groups in the order in which they are shown.
var groupNames = []struct{ code, name string }{
	{scorecard.GroupAgencies, "Dinas, badan, dan kantor"},
	{scorecard.GroupKecamatan, "Kecamatan"},
	{scorecard.GroupKelurahan, "Kelurahan"},
}

// targetGroups lists targets by peer group and name.
func targetGroups(e *edition, targets []*scorecard.Achievement) []targetGroup {
	var groups []targetGroup
	for _, g := range groupNames {
		var rows []listedTarget
		for _, a := range targets {
			if owner := e.Agency(a.Agency); owner != nil && owner.Group() == g.code {
				rows = append(rows, newListedTarget(e, a))
			}
		}
		if len(rows) == 0 {
			continue
		}
		slices.SortFunc(rows, func(a, b listedTarget) int { return scorecard.ByName(a.Owner, b.Owner) })
		groups = append(groups, targetGroup{g.name, rows})
	}
	return groups
}

// indicatorHistory is the mean over agencies in each period in which the indicator was
// due, newest first.
func indicatorHistory(e *edition, ind *scorecard.Indicator) []historyRow {
	var rows []historyRow
	for i := len(e.Periods) - 1; i >= 0; i-- {
		p := e.Periods[i].Period
		if !ind.Frequency.Due(p.Quarter) {
			continue
		}
		row := historyRow{Period: p}
		var scored []*string
		for _, a := range e.AchievementsFor(ind.Code, p) {
			if a.IsCarried() || !a.State.IsDue() {
				continue
			}
			row.Due++
			scored = append(scored, a.Scored)
		}
		row.Mean, row.Scored = scorecard.Mean(scored)
		if at := geometry(row.Mean); at != nil {
			row.Bar = chart.Bar(at, 0, 100)
		}
		rows = append(rows, row)
	}
	return rows
}
