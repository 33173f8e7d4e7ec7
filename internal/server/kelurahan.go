package server

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"petajalan/internal/chart"
	"petajalan/internal/fault"
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

var placesRoute = publicRoute{
	pattern: "/kelurahan",
	page:    showPlaces,
	paths:   func(*edition) []string { return []string{"/kelurahan"} },
}

var placeRoute = publicRoute{
	pattern: "/kelurahan/:nama",
	page:    showPlace,
	paths: func(e *edition) []string {
		var paths []string
		for _, a := range e.Reporters(scorecard.GroupKelurahan) {
			if slug := e.Slug(a.Code); slug != "" {
				paths = append(paths, "/kelurahan/"+slug)
			}
		}
		return paths
	},
}

// placesPage is the list of all kelurahan.
type placesPage struct {
	Page
	Trail  []crumb
	Places places
	Table  agencyTable
}

func showPlaces(e *edition, p params) (view, error) {
	order := orderOf(p)
	page := placesPage{
		Page:   newPage(e, "/kelurahan", "/kelurahan", "Kelurahan", "Nilai rapor layanan semua kelurahan di Kota Blitar, dengan peta."),
		Trail:  trail(e, crumb{Name: "Kelurahan"}),
		Places: newPlaces(e),
		Table:  newScoreTable(e, e.Reporters(scorecard.GroupKelurahan), order),
	}
	page.Table.What = "Kelurahan"
	page.Table.Heading = "Nilai dan perubahan tiap kelurahan"
	page.Table.Caption = "Nilai kelurahan, " + formatPeriod(e.View.Latest()) + ", urut " + order
	page.Table.Sort = newSortLinks(e, "/kelurahan", "#daftar", order, byName, byScore, byChange)
	return view{template: "kelurahan-daftar", data: page}, nil
}

// placePage is one kelurahan, in the order in which it is shown.
type placePage struct {
	Page
	Trail        []crumb
	Name         string // "Kelurahan Bendogerit"
	District     string // "Sananwetan"
	Locator      chart.SVG
	Calendar     *scorecard.PeriodInfo // of the newest period; nil when it is not in the edition
	Late         bool                  // nothing was handed in though the time is over
	Score        headline
	Trend        trendFigure
	Services     serviceTable
	Notes        []note
	Lowest       []note
	Shares       shares
	Found        string // "12 dari 20 indikator mencapai target"
	Indicators   []indicatorRow
	LeftOut      []indicatorRow // not due, not applicable, excepted
	Satisfaction *satisfactionView
	Office       string // website of the office, empty when none is known
	Neighbours   []tile
}

func showPlace(e *edition, p params) (view, error) {
	agency := e.AgencyBySlug(p.path["nama"])
	if agency == nil || !agency.Reports {
		return view{}, fault.New(fault.NotFound, "Tidak ada kelurahan bernama “%s” di Kota Blitar. Pilih dari daftar kelurahan, atau cari namanya.", shorten(p.path["nama"], 40))
	}
	period := e.View.Latest()
	place := placeName(e, agency)
	silent := e.Silent(period)
	score := e.Score(scoring.LevelAgency, agency.Code, period)
	scores := e.Scores(scoring.LevelAgency, agency.Code)
	peers := e.Reporters(scorecard.GroupKelurahan)
	means := make([]*string, len(e.Periods))
	for i, info := range e.Periods {
		means[i], _ = e.PeerMean(agency.Code, info.Period)
	}
	among := formatCount(len(peers)) + " kelurahan"
	path := "/kelurahan/" + e.Slug(agency.Code)
	page := placePage{
		Page: newPage(e, path, "/kelurahan", "Kelurahan "+place,
			"Nilai rapor, janji layanan, dan hasilnya di Kelurahan "+place+", Kecamatan "+districtName(e, agency)+", Kota Blitar."),
		Trail:        trail(e, crumb{"Kelurahan", "/kelurahan"}, crumb{Name: place}),
		Name:         "Kelurahan " + place,
		District:     districtName(e, agency),
		Locator:      locator(e, peers, agency),
		Calendar:     e.Calendar(period),
		Late:         slices.Contains(silent, agency),
		Score:        placeHeadline(e, agency, score, among),
		Trend:        newTrend(e, comparisonFinding(e, scores, means, among), scores, "Rerata", means),
		Services:     newServiceTable(e, agency),
		Notes:        agencyNotes(e, agency),
		Lowest:       lowestResults(e, scoring.LevelAgency, agency.Code),
		Shares:       agencyShares(e, agency, score),
		Satisfaction: newSatisfactionView(e, agency),
		Office:       agency.Website,
	}
	page.Found, page.Indicators, page.LeftOut = agencyIndicators(e, agency)
	for _, other := range peers {
		if other != agency && districtName(e, other) == page.District {
			page.Neighbours = append(page.Neighbours, newTile(e, other, slices.Contains(silent, other)))
		}
	}
	return view{template: "kelurahan", data: page}, nil
}

// locator shows where in the city a kelurahan lies.
func locator(e *edition, peers []*scorecard.Agency, focus *scorecard.Agency) chart.SVG {
	var areas []chart.Area
	at := -1
	for _, a := range peers {
		if area := e.Area(a.Area); area != nil && area.Outline != nil {
			if a == focus {
				at = len(areas)
			}
			areas = append(areas, chart.Area{Outline: *area.Outline})
		}
	}
	return chart.Locator(areas, at)
}

func placeHeadline(e *edition, agency *scorecard.Agency, s *scorecard.Score, among string) headline {
	period := e.View.Latest()
	t := scoreTextOf(e, s)
	h := headline{Figure: t.Text, Unit: "dari 100", Rating: t.Rating, Facts: []fact{
		changeFact("Dari triwulan lalu", e.Change(scoring.LevelAgency, agency.Code, period)),
	}}
	if t.Text == noFigure {
		h.Unit = ""
	}
	if mean, _ := e.PeerMean(agency.Code, period); mean != nil {
		h.Facts = append(h.Facts, fact{Name: "Rerata " + among, Text: formatNumber(*mean, 1), Href: e.Link("/kelurahan")})
	}
	if s != nil {
		h.Facts = append(h.Facts, fact{Name: "Data yang sudah masuk", Text: formatShare(s.Coverage)})
	}
	h.Facts = append(h.Facts, spanFact(e, s))
	return h
}

// agencyShares take an agency's score apart by goals.
func agencyShares(e *edition, agency *scorecard.Agency, s *scorecard.Score) shares {
	table := shares{What: "Yang dinilai", Heading: "Dari mana nilainya?", Sum: noFigure,
		Note: "Bobot tiap tujuan adalah jumlah bobot target yang sudah dinilai. Sumbangan adalah nilai dikali bobot; jumlahnya dapat berbeda 0,1 karena pembulatan."}
	for _, part := range e.Portions(agency.Code, e.View.Latest()) {
		table.Rows = append(table.Rows, shareRow{
			Name: part.Goal.Name, Href: e.Link("/tujuan/" + part.Goal.Code),
			Score: formatNumber(part.Score, 1), Weight: formatNumber(part.Weight, 1) + "%", Contribution: formatNumber(part.Points, 1),
			Bar: chart.Bar(geometry(&part.Score), 0, 100),
		})
	}
	if s != nil && s.Score != nil {
		table.Sum = scoreTextOf(e, s).Text
		table.Heading = "Dari mana nilai " + table.Sum + "?"
	}
	return table
}

// agencyIndicators are the indicators of an agency: those that count in this period, and
// those that are left out, with the reason.
func agencyIndicators(e *edition, agency *scorecard.Agency) (found string, due, leftOut []indicatorRow) {
	targets := e.AchievementsOf(agency.Code, e.View.Latest())
	for _, a := range targets {
		row := newIndicatorRow(e, a)
		if a.State.IsDue() {
			due = append(due, row)
		} else {
			leftOut = append(leftOut, row)
		}
	}
	found = "Belum ada indikator yang jatuh tempo"
	if len(due) > 0 {
		found = sentenceStart(countOf(tallyOf(e, targets).Reached, len(due))) + " indikator mencapai target"
	}
	return found, due, leftOut
}

// indicatorRow is an indicator in the list of an agency.
type indicatorRow struct {
	Name, Href, Note string
	Value, Target    string
	Status           status
	Bullet           chart.SVG // empty where a bar would say nothing
	AxisLow, AxisHigh,
	Amended string // what became of the first promise, when it was changed
	Spark      chart.SVG
	SparkWords string
}

// newIndicatorRow tells what became of a target.
func newIndicatorRow(e *edition, a *scorecard.Achievement) indicatorRow {
	ind := e.Indicator(a.Indicator)
	o := outcomeOf(e, a)
	row := indicatorRow{
		Name: ind.Name, Href: explainPath(e, a), Note: sentence(ind.Definition), Status: o.status,
		Value:  formatMeasure(ind, a.Actual, a.ActualLabel, a.Target),
		Target: formatTarget(ind, a),
	}
	if o.Why != "" {
		row.Note = o.Why
	}
	if row.Target == noFigure {
		row.Target = ""
	}
	if !a.State.IsDue() {
		return row
	}
	row.Amended = amendedWords(e, ind, a)
	row.Bullet, row.AxisLow, row.AxisHigh = bulletOf(e, ind, a)
	row.Spark, row.SparkWords = sparkOf(e, a)
	return row
}

// amendedWords says what was first promised where that was changed, and why.
func amendedWords(e *edition, ind *scorecard.Indicator, a *scorecard.Achievement) string {
	if !a.IsAmended() {
		return ""
	}
	first := *a
	first.Target, first.TargetLow, first.TargetHigh, first.TargetLabel = a.FirstTarget, a.FirstTargetLow, a.FirstTargetHigh, nil
	text := "Target semula " + formatTarget(ind, &first) + ", kini " + formatTarget(ind, a) + "."
	if current, _ := e.TargetPair(a.Agency, a.Indicator, a.AsOf.Year); current != nil && current.Reason != "" {
		text += " " + sentence(current.Reason)
	}
	return text
}

// bulletOf draws a result against its target; empty for yes or no and for predicates,
// which are no lengths, and where there is neither result nor target.
func bulletOf(e *edition, ind *scorecard.Indicator, a *scorecard.Achievement) (svg chart.SVG, low, high string) {
	target := geometry(a.Target)
	b := chart.Bullet{Value: geometry(a.Actual), Target: target, SmallerIsBetter: a.Direction == scoring.LowerIsBetter}
	if a.TargetLow != nil {
		b.Target, b.TargetHigh = geometry(a.TargetLow), geometry(a.TargetHigh)
	}
	if ind.Kind == scoring.KindYesNo || ind.Kind == scoring.KindPredicate || b.Value == nil || b.Target == nil {
		return "", "", ""
	}
	if before := previousResult(e, a); before != nil {
		b.Previous = geometry(before.Actual)
	}
	axisLow, axisHigh, ok := axisOf(ind)
	if ind.Kind == scoring.KindMilestone {
		axisLow, axisHigh, ok = "0", "100", true
	}
	if !ok {
		axisLow, axisHigh = "0", strconv.FormatFloat(roundAxis(b.Value, b.Target, b.TargetHigh, b.Previous), 'f', -1, 64)
	}
	b.Low, b.High = *geometry(&axisLow), *geometry(&axisHigh)
	if target != nil && a.Direction != scoring.OnTarget {
		b.Fair, b.Good = wordLimits(e, a.Direction, *target)
	}
	return b.SVG(), withUnit(ind, formatExact(axisLow)), withUnit(ind, formatExact(axisHigh))
}

// wordLimits are the values of an indicator at which the words for one target change.
func wordLimits(e *edition, direction scoring.Direction, target float64) (fair, good *float64) {
	words := e.Method.Words
	if len(words) < 3 {
		return nil, nil
	}
	at := func(from *string) *float64 {
		raw := geometry(from)
		if raw == nil {
			return nil
		}
		v := target * *raw / 100
		if direction == scoring.LowerIsBetter {
			v = target * (2 - *raw/100)
		}
		return &v
	}
	return at(words[len(words)-2].From), at(words[0].From)
}

// roundAxis is a round end of an axis that shows all values.
func roundAxis(values ...*float64) float64 {
	most := 0.0
	for _, v := range values {
		if v != nil {
			most = math.Max(most, *v)
		}
	}
	if most == 0 {
		return 1
	}
	most *= 1.1
	step := math.Pow(10, math.Floor(math.Log10(most)))
	for _, m := range []float64{1, 1.5, 2, 3, 4, 5, 6, 8, 10} {
		if m*step >= most {
			return m * step
		}
	}
	return 10 * step
}

// previousResult is the result of the due period before the one a is from; nil when there
// is none.
func previousResult(e *edition, a *scorecard.Achievement) *scorecard.Achievement {
	p := a.AsOf.Previous()
	for !a.Frequency.Due(p.Quarter) {
		p = p.Previous()
	}
	return e.Achievement(a.Agency, a.Indicator, p)
}

// sparkOf draws how far the target was reached in each due period. A period without a
// result is a gap.
func sparkOf(e *edition, a *scorecard.Achievement) (chart.SVG, string) {
	var values []*float64
	var figures []*string
	for _, q := range e.Series(a.Agency, a.Indicator) {
		if q == nil || q.IsCarried() || !q.State.IsDue() {
			continue
		}
		values = append(values, geometry(q.Raw))
		if q.Raw != nil {
			figures = append(figures, q.Raw)
		}
	}
	if len(figures) < 2 {
		return "", ""
	}
	words := "Capaian tetap"
	if c := newChange(scorecard.Subtract(figures[len(figures)-1], figures[0])); c.Mark != "flat" {
		words = "Capaian " + c.Word + " " + c.Text + " poin sejak awal"
	}
	return chart.Spark(values, 10), words
}

// serviceTable holds promise against reality for each service of an agency.
type serviceTable struct {
	Heading  string
	Measured bool // some service has a result in this period
	Target   string
	Rows     []agencyService
}

// agencyService is one service: what is promised and what was measured.
type agencyService struct {
	Name, Href         string
	Requirements       string
	Cost, Time         string
	Speed              string // share done within the promised time
	Status             status // of the speed, against the agency's target
	Accuracy, Pleasure string // share without correction; satisfaction
}

// speedIndicator is the indicator whose target the speed of every service is held against.
const speedIndicator = "TEPAT-WAKTU"

// newServiceTable lists the services an agency offers, by name.
func newServiceTable(e *edition, agency *scorecard.Agency) serviceTable {
	var t serviceTable
	var target *string
	if a := e.Achievement(agency.Code, speedIndicator, e.View.Latest()); a != nil && a.Target != nil {
		target = a.Target
		t.Target = formatExact(*a.Target) + " persen"
	}
	kept, measured := 0, 0
	services := e.ServicesOf(agency.Code)
	slices.SortFunc(services, func(a, b *scorecard.Service) int { return strings.Compare(a.Name, b.Name) })
	for _, s := range services {
		row := agencyService{Name: s.Name, Href: e.Link("/layanan/" + s.Code), Cost: sentenceStart(promisedCost(s.Standard)), Time: promisedTime(s.Standard),
			Speed: noFigure, Accuracy: noFigure, Pleasure: noFigure, Status: status{"none", "Belum ada data"}}
		if s.Standard != nil {
			row.Requirements = strings.Join(s.Standard.Requirements, ", ")
		}
		if r := e.Result(s.Code, agency.Code, e.View.Latest()); r != nil && r.Done > 0 {
			measured++
			speed := countShare(r.OnTime, r.Done)
			row.Speed = formatShareBeside(*speed, target)
			row.Accuracy = formatNumber(*countShare(r.Uncorrected, r.Done), 0) + "%"
			if r.IKM != nil && r.Respondents >= fewestAnswers {
				row.Pleasure = formatNumber(*r.IKM, 1)
			}
			row.Status = shareStatus(e, *speed, target)
			if row.Status.Mark == "ok" {
				kept++
			}
		}
		t.Rows = append(t.Rows, row)
	}
	switch {
	case len(services) == 0:
		t.Heading = "Belum ada layanan yang dicatat untuk unit ini"
	case measured == 0:
		t.Heading = "Janji " + formatCount(len(services)) + " layanan; hasilnya belum diukur triwulan ini"
	default:
		t.Heading = sentenceStart(countOf(kept, measured)) + " layanan menepati janji waktunya"
	}
	t.Measured = measured > 0
	return t
}

// shareStatus says in the words for one target how a share stands to its target, both in
// percent. Without a target there is no word.
func shareStatus(e *edition, share string, target *string) status {
	if target == nil {
		return status{"none", "Tanpa target"}
	}
	raw := percentageOf(share, *target)
	return targetStatus(e, &scorecard.Achievement{State: scoring.Scored, Raw: raw})
}
