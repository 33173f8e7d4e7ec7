package server

import (
	"slices"
	"strconv"

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

// indicatorPage is the sheet of an indicator with the results of all its agencies.
type indicatorPage struct {
	Page
	Trail      []crumb
	Definition string
	Heading    string // finding, h2
	Detail     string // what stands behind the finding, in a sentence or two
	Facts      []fact
	Indicator  *scorecard.Indicator
	Objective  *scorecard.Objective
	Goal       *scorecard.Goal
	GoalHref   string
	Tally      tally
	Segments   *segments     // of the targets; nil for one agency
	Only       *listedTarget // the target of the only agency; nil when there are more
	Lowest     []note        // the three that need attention; none for one agency
	Plan       promiseFigure // what is promised and what was reached
	Amended    []planChange  // targets that were changed or taken back
	Spread     spread        // of the results; empty for one agency
	Groups     []targetGroup
	History    []historyRow
	Movement   string // whether the newest change is real
	People     []peopleRow
	Evidence   []evidenceCount

	Status         string
	Steps          []calculationStep // the formula, in words and with numbers
	Frequency      string
	Baseline       string // value with unit; empty when none is published
	BaselineSource *source
	Scale          *scorecard.Scale
	Downloads      []download
	ShortForms     []shortForm // the abbreviations on the page
}

// download is a file with the data behind a page.
type download struct{ Name, Href string }

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
		Trail:      trail(e, crumb{"Indikator", "/indikator"}, crumb{Name: ind.Name}),
		Definition: sentence(ind.Definition),
		Indicator:  ind,
		Objective:  objective,
		Goal:       goal,
		Tally:      tallyOf(e, targets),
		Frequency:  frequencySentence(ind.Frequency),
		Status:     planStatus(ind.Status),
		Scale:      scaleOf(e.View, ind),
		Amended:    planChanges(e, ind),
		Groups:     targetGroups(e, ind, targets),
		History:    indicatorHistory(e, ind),
		Movement:   movementOf(e, ind, targets),
		People:     peopleOf(e, targets),
		Evidence:   evidenceOf(e, targets),
		Downloads:  indicatorDownloads(e, ind),
		ShortForms: indicatorShortForms(ind),
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
	all := e.Together(ind, targets)
	page.Plan = newPromiseFigure(e, ind)
	page.Steps = indicatorSteps(e, ind, targets, all)
	if len(targets) == 1 {
		row := newListedTarget(e, targets[0])
		page.Only = &row
		page.Facts = singleFacts(row)
	} else {
		parts := page.Tally.parts()
		page.Segments = &parts
		page.Spread = newSpread(e, ind, targets, all)
		page.Facts = page.Spread.Facts
		page.Lowest = lowestTargets(e, targets)
	}
	page.Heading, page.Detail = indicatorFinding(e, ind, targets, page.Tally, all)
	return view{template: "indikator", data: page}, nil
}

// indicatorFinding is what the results come to: of a fraction how many of how many people,
// of others how many targets are reached.
func indicatorFinding(e *edition, ind *scorecard.Indicator, targets []*scorecard.Achievement, t tally, all scorecard.Together) (heading, detail string) {
	heading = indicatorHeading(t, len(targets))
	common := commonTarget(ind, targets)
	if all.Numerator != nil && ind.Direction != scoring.OnTarget {
		detail = heading + "."
		if len(targets) == 1 {
			detail = targetStatus(e, targets[0]).Word + ": " + formatMeasure(ind, all.Value, nil, targets[0].Target) + ", targetnya " + formatTarget(ind, targets[0]) + "."
		} else if common != "" {
			detail = heading + " " + common + "."
		}
		return sentenceStart(formatFrequency(*all.Value) + " " + ind.NumeratorLabel), detail
	}
	switch {
	case len(targets) == 1 && t.Scored() == 1:
		row := newListedTarget(e, targets[0])
		detail = calculationSummary(row)
	case all.Value != nil:
		detail = "Rata-rata " + formatCount(all.Agencies) + " instansi: " + formatMeasure(ind, all.Value, nil, nil)
		if common != "" {
			detail += ", targetnya " + common
		}
		detail += "."
	}
	return heading, detail
}

// commonTarget is the target of all agencies; empty where they differ.
func commonTarget(ind *scorecard.Indicator, targets []*scorecard.Achievement) string {
	common := ""
	for _, a := range targets {
		b := *a
		b.Actual = nil // it would be written with the decimals that tell it from a result
		text := formatTarget(ind, &b)
		switch {
		case text == noFigure:
		case common == "":
			common = text
		case common != text:
			return ""
		}
	}
	return common
}

// singleFacts are the figures of an indicator that one agency has.
func singleFacts(row listedTarget) []fact {
	facts := []fact{{Name: "Instansi", Text: row.Owner.Name, Href: row.OwnerHref}, {Name: "Realisasi", Text: row.ActualText}, {Name: targetName(row), Text: row.TargetText}}
	if row.FirstText != "" {
		facts = append(facts, fact{Name: "Target semula", Text: row.FirstText})
	}
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
	return sentenceStart(countOf(t.Reached, t.Due())) + " instansi mencapai target"
}

// lowestTargets are the up to three targets furthest from being reached; of equal ones the
// heavier first, then by the code of the agency.
func lowestTargets(e *edition, targets []*scorecard.Achievement) []note {
	var low []*scorecard.Achievement
	for _, a := range targets {
		if kind := outcomeKind(e, a); kind == kindNear || kind == kindBelow {
			low = append(low, a)
		}
	}
	slices.SortStableFunc(low, func(a, b *scorecard.Achievement) int {
		x, _ := hundredths(*a.Raw)
		y, _ := hundredths(*b.Raw)
		if x != y {
			return int(x - y)
		}
		wa, _ := hundredths(a.Weight)
		wb, _ := hundredths(b.Weight)
		return int(wb - wa)
	})
	var notes []note
	for _, a := range low[:min(highlightCount, len(low))] {
		row := newListedTarget(e, a)
		n := note{Text: row.Owner.Name + ": " + row.ActualText, Href: row.Href, Detail: row.Outcome.Word + ". Target " + row.TargetText + "."}
		if moved := seriesMovement(e, row.Sheet, a.Agency); moved.Text != "" {
			n.Detail += " Perubahan terakhir " + moved.Text + "."
		}
		if row.IsCarried() {
			n.Detail += " Hasil " + formatPeriod(row.AsOf) + "."
		}
		notes = append(notes, n)
	}
	return notes
}

// indicatorDownloads are the data of an indicator, of all of them, and the way to reckon
// them again.
func indicatorDownloads(e *edition, ind *scorecard.Indicator) []download {
	return []download{
		{"Capaian semua indikator (CSV)", e.Link(dataSetPath("capaian", "csv"))},
		{"Target semua indikator (CSV)", e.Link(dataSetPath("target", "csv"))},
		{"Capaian indikator ini (JSON)", "/api/v1/achievements?indicator=" + ind.Code + "&publication=" + formatPlain(e.Number) + "&limit=500"},
		{"Hitung sendiri, langkah demi langkah", e.Link("/data/hitung-sendiri")},
	}
}
