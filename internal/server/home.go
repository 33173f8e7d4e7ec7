package server

import (
	"math"
	"math/big"
	"slices"
	"strings"

	"petajalan/internal/chart"
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// homeRoutes are the front page and the pages of the kelurahan.
func homeRoutes() []publicRoute { return []publicRoute{homeRoute, placesRoute, placeRoute} }

var homeRoute = publicRoute{
	pattern: "/",
	page:    showHome,
	paths:   func(*edition) []string { return []string{"/"} },
}

// homePage is the city at a glance, in the order in which it is shown.
type homePage struct {
	Page
	Heading   string
	Score     headline
	Search    searchBox
	Trend     trendFigure
	Goals     shares
	Found     string // "412 dari 742 target tercapai"
	Targets   segments
	Lowest    []note
	Places    places
	Agencies  agencyTable
	Improved  []note
	Attention []note
	Example   chart.SVG // a bullet, to explain bullets
}

// orders in which a reader may have a list; the first is the usual one.
const (
	byName   = "nama"
	byScore  = "nilai"
	byChange = "perubahan"
)

// orderOf is the order asked for; an unknown one is the usual one.
func orderOf(p params) string {
	switch order := p.query.Get("urut"); order {
	case byScore, byChange:
		return order
	}
	return byName
}

func showHome(e *edition, p params) (view, error) {
	period := e.View.Latest()
	scores := e.Scores(scoring.LevelCity, scoring.CityCode)
	score := e.Score(scoring.LevelCity, scoring.CityCode, period)
	page := homePage{
		Page:     newPage(e, "/", "/", "Beranda", cityFinding(e, score)),
		Heading:  cityFinding(e, score),
		Score:    cityHeadline(e, score),
		Search:   newSearch(e, "Lihat rapor di tempat Anda", ""),
		Trend:    newTrend(e, trendFinding(scores), scores, "", nil),
		Goals:    goalShares(e, score),
		Lowest:   lowestResults(e, scoring.LevelCity, scoring.CityCode),
		Places:   newPlaces(e),
		Agencies: newAgencyTable(e, orderOf(p)),
		Example:  exampleBullet(),
	}
	page.Improved, page.Attention = highlights(e)
	page.Found, page.Targets = targetsFinding(e, e.AchievementsUnder(scoring.LevelCity, scoring.CityCode, period), e.Link("/indikator"))
	return view{template: "home", data: page}, nil
}

// cityFinding is the sentence the front page begins with.
func cityFinding(e *edition, s *scorecard.Score) string {
	if s == nil || s.Score == nil {
		return "Belum ada target layanan Kota Blitar yang dapat dinilai pada " + formatPeriod(e.View.Latest()) + "."
	}
	return "Kota Blitar mencapai rata-rata " + formatFigure(e.Method.Bands, *s.Score, 0) + " persen target layanannya."
}

func cityHeadline(e *edition, s *scorecard.Score) headline {
	period := e.View.Latest()
	t := scoreTextOf(e, s)
	reported, due := e.Reporting(period)
	h := headline{Figure: t.Text, Unit: "dari 100", Rating: t.Rating, Facts: []fact{
		changeFact("Dari triwulan lalu", e.Change(scoring.LevelCity, scoring.CityCode, period)),
		{Name: "Unit yang melapor", Text: formatCount(reported) + " dari " + formatCount(due)},
	}}
	if s != nil {
		h.Facts = append(h.Facts, fact{Name: "Data yang sudah masuk", Text: formatShare(s.Coverage)})
	}
	h.Facts = append(h.Facts, spanFact(e, s))
	return h
}

// targetsFinding counts what became of targets, as a sentence and as parts of a whole.
func targetsFinding(e *edition, targets []*scorecard.Achievement, href string) (string, segments) {
	t := tallyOf(e, targets)
	due := t.Scored() + t.Missing
	finding := "Belum ada target yang jatuh tempo"
	if due > 0 {
		finding = sentenceStart(countOf(t.Reached, due)) + " target tercapai"
	}
	return finding, newSegments(
		segmentKey{"ok", t.Reached, "tercapai", href},
		segmentKey{"near", t.Near, "hampir tercapai", href},
		segmentKey{"miss", t.Below, "belum tercapai", href},
		segmentKey{"none", t.Missing, "belum ada data", href},
	)
}

// shares take a score apart: value × weight = contribution.
type shares struct {
	Heading string
	What    string // what the rows are: "Tujuan"
	Rows    []shareRow
	Sum     string
	Note    string
}

type shareRow struct {
	Name, Href                  string
	Score, Weight, Contribution string
	Bar                         chart.SVG
}

// goalShares take the city's score apart by goals. A goal without a score has no part in
// it, and the weights of the others then make the whole.
func goalShares(e *edition, s *scorecard.Score) shares {
	table := shares{What: "Tujuan", Heading: "Dari mana nilai kota?", Sum: noFigure,
		Note: "Sumbangan adalah nilai dikali bobot. Jumlahnya dapat berbeda 0,1 karena pembulatan."}
	period := e.View.Latest()
	all := new(big.Rat)
	for _, g := range e.Goals {
		if gs := e.Score(scoring.LevelGoal, g.Code, period); gs != nil && gs.Score != nil {
			if w, ok := new(big.Rat).SetString(g.Weight); ok {
				all.Add(all, w)
			}
		}
	}
	for _, g := range e.Goals {
		gs := e.Score(scoring.LevelGoal, g.Code, period)
		row := shareRow{Name: g.Name, Href: e.Link("/tujuan/" + g.Code), Score: scoreTextOf(e, gs).Text, Weight: formatExact(g.Weight) + "%", Contribution: noFigure}
		var value *float64
		if gs != nil && gs.Score != nil {
			value = geometry(gs.Score)
			w, ok := new(big.Rat).SetString(g.Weight)
			c, ok2 := new(big.Rat).SetString(*gs.Score)
			if ok && ok2 && all.Sign() > 0 {
				row.Contribution = formatNumber(c.Quo(c.Mul(c, w), all).FloatString(2), 1)
			}
		}
		row.Bar = chart.Bar(value, 0, 100)
		table.Rows = append(table.Rows, row)
	}
	if s != nil && s.Score != nil {
		table.Sum = scoreTextOf(e, s).Text
		table.Heading = "Dari mana nilai " + table.Sum + "?"
	}
	return table
}

// agencyTable lists agencies with their scores.
type agencyTable struct {
	Heading string
	Caption string
	What    string // what the rows are
	Sort    []sortLink
	Ranges  chart.SVG
	Rows    []agencyRow
}

type agencyRow struct {
	Name, Href string
	Spark, Bar chart.SVG
	Coverage   string
	Partial    bool // not all data are in
	Change     change
	Score      scoreText

	score, change *string // for sorting
}

// newAgencyTable lists the perangkat daerah, kecamatan among them.
func newAgencyTable(e *edition, order string) agencyTable {
	agencies := slices.Concat(e.Reporters(scorecard.GroupAgencies), e.Reporters(scorecard.GroupKecamatan))
	slices.SortFunc(agencies, scorecard.ByName)
	t := newScoreTable(e, agencies, order)
	t.What = "Perangkat daerah"
	t.Heading = upperBands(e, latestScores(e, agencies), "perangkat daerah")
	t.Caption = "Nilai perangkat daerah, " + formatPeriod(e.View.Latest()) + ", urut " + order
	t.Sort = newSortLinks(e, "/", "#dinas", order, byName, byScore, byChange)
	return t
}

// latestScores are the scores of agencies in the newest period, nil where there is none.
func latestScores(e *edition, agencies []*scorecard.Agency) []*scorecard.Score {
	scores := make([]*scorecard.Score, len(agencies))
	for i, a := range agencies {
		scores[i] = e.Score(scoring.LevelAgency, a.Code, e.View.Latest())
	}
	return scores
}

// newScoreTable makes the rows of agencies, which come by name, in the order asked for.
// Their sparklines share one span.
func newScoreTable(e *edition, agencies []*scorecard.Agency, order string) agencyTable {
	var t agencyTable
	series := make([][]*float64, len(agencies))
	span := 14.0
	for i, a := range agencies {
		series[i] = twoYears(e.Scores(scoring.LevelAgency, a.Code))
		span = math.Max(span, extent(series[i]))
	}
	for i, a := range agencies {
		t.Rows = append(t.Rows, newAgencyRow(e, a, chart.Spark(series[i], span)))
	}
	fair, good := rangeLimits(e)
	t.Ranges = chart.ScoreRanges(fair, good)
	switch order {
	case byScore:
		sortByFigure(t.Rows, func(r agencyRow) *string { return r.score })
	case byChange:
		sortByFigure(t.Rows, func(r agencyRow) *string { return r.change })
	}
	return t
}

func newAgencyRow(e *edition, a *scorecard.Agency, spark chart.SVG) agencyRow {
	period := e.View.Latest()
	s := e.Score(scoring.LevelAgency, a.Code, period)
	r := agencyRow{
		Name: placeName(e, a), Href: agencyPath(e, a), Spark: spark, Score: scoreTextOf(e, s), Coverage: noFigure,
		change: e.Change(scoring.LevelAgency, a.Code, period),
	}
	r.Change = newChange(r.change)
	if s == nil {
		r.Bar = chart.ScoreBar(nil, 0, 0)
		return r
	}
	r.score = s.Score
	r.Coverage = formatShare(s.Coverage)
	r.Partial = r.Coverage != "100%"
	low, high := geometry(&s.Low), geometry(&s.High)
	if low != nil && high != nil {
		r.Bar = chart.ScoreBar(geometry(s.Score), *low, *high)
	}
	return r
}

// sortByFigure puts the highest first and those without a figure last; equal ones keep
// their order.
func sortByFigure(rows []agencyRow, of func(agencyRow) *string) {
	value := func(r agencyRow) int64 {
		if s := of(r); s != nil {
			if n, ok := hundredths(*s); ok {
				return n
			}
		}
		return math.MinInt64
	}
	slices.SortStableFunc(rows, func(a, b agencyRow) int {
		switch x, y := value(a), value(b); {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
}

// rangeLimits are where the greys behind score bars change: at the lower ends of the
// lowest but one and of the second highest band.
func rangeLimits(e *edition) (fair, good float64) {
	limits := bandLimits(e)
	if len(limits) < 2 {
		return 0, 0
	}
	return limits[len(limits)-1].At, limits[1].At
}

// twoYears are the last eight scores as coordinates.
func twoYears(scores []*scorecard.Score) []*float64 {
	scores = scores[max(0, len(scores)-8):]
	values := make([]*float64, len(scores))
	for i, s := range scores {
		if s != nil {
			values[i] = geometry(s.Score)
		}
	}
	return values
}

// extent is the distance between the lowest and the highest value.
func extent(values []*float64) float64 {
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if v != nil {
			low, high = math.Min(low, *v), math.Max(high, *v)
		}
	}
	return math.Max(0, high-low)
}

// places is the map of the kelurahan beside their list, grouped by kecamatan.
type places struct {
	Heading   string
	Map       chart.SVG
	Legend    []legendItem
	Period    scoring.Period
	Districts []district
}

// district is a kecamatan with its kelurahan.
type district struct {
	Name  string
	Mean  string // of the scores of its kelurahan
	Tiles []tile
}

// newPlaces shows all kelurahan.
func newPlaces(e *edition) places {
	agencies := e.Reporters(scorecard.GroupKelurahan)
	p := places{
		Heading: upperBands(e, latestScores(e, agencies), "kelurahan"),
		Legend:  newLegend(e), Period: e.View.Latest(),
	}
	var areas []chart.Area
	silent := e.Silent(e.View.Latest())
	for _, a := range agencies {
		t := newTile(e, a, slices.Contains(silent, a))
		if area := e.Area(a.Area); area != nil && area.Outline != nil && area.LabelX != nil && area.LabelY != nil {
			s := e.Score(scoring.LevelAgency, a.Code, e.View.Latest())
			label := noFigure
			if s != nil && s.Score != nil {
				label = formatFigure(e.Method.Bands, *s.Score, 0)
			}
			areas = append(areas, chart.Area{
				Outline: *area.Outline, X: *area.LabelX, Y: *area.LabelY, Class: "band--" + string(rune('0'+t.Level)),
				Href: t.Href, Title: t.Name + ": " + t.Figure + ", " + strings.ToLower(t.Word), Label: label,
			})
		}
		p.Districts = addTile(e, p.Districts, a, t)
	}
	p.Map = chart.Map(areas)
	slices.SortFunc(p.Districts, func(a, b district) int { return strings.Compare(a.Name, b.Name) })
	for i := range p.Districts {
		p.Districts[i].Mean = districtMean(e, p.Districts[i].Name, agencies)
	}
	return p
}

// newTile is a kelurahan in a list. A silent one has handed in nothing though it was due.
func newTile(e *edition, a *scorecard.Agency, silent bool) tile {
	s := e.Score(scoring.LevelAgency, a.Code, e.View.Latest())
	t := scoreTextOf(e, s)
	c := newChange(e.Change(scoring.LevelAgency, a.Code, e.View.Latest()))
	tl := tile{Href: agencyPath(e, a), Level: t.Rating.Level, Figure: t.Text, Name: placeName(e, a), Word: t.Rating.Word}
	switch {
	case t.Rating.Level > 0:
		tl.Change = &c
	case s != nil && s.Score != nil:
		tl.Word = "Belum pasti, " + formatFigure(e.Method.Bands, s.Low, 0) + unbrokenDash + formatFigure(e.Method.Bands, s.High, 0)
		if silent {
			tl.Word = "Terlambat lapor"
		}
	}
	return tl
}

// unbrokenDash stands in a range that may not be cut at the end of a line.
const unbrokenDash = "\u2060–\u2060"

// addTile puts a tile with those of the same kecamatan.
func addTile(e *edition, districts []district, a *scorecard.Agency, t tile) []district {
	name := districtName(e, a)
	i := slices.IndexFunc(districts, func(d district) bool { return d.Name == name })
	if i < 0 {
		return append(districts, district{Name: name, Tiles: []tile{t}})
	}
	districts[i].Tiles = append(districts[i].Tiles, t)
	return districts
}

// districtName is the kecamatan a kelurahan lies in, without its level.
func districtName(e *edition, a *scorecard.Agency) string {
	if area := e.Area(a.Area); area != nil && area.Parent != nil {
		if parent := e.Area(*area.Parent); parent != nil {
			return parent.Name
		}
	}
	return "Kota Blitar"
}

// districtMean is the plain mean of the scores of the kelurahan of a kecamatan.
func districtMean(e *edition, name string, agencies []*scorecard.Agency) string {
	var figures []*string
	for _, a := range agencies {
		if s := e.Score(scoring.LevelAgency, a.Code, e.View.Latest()); s != nil && districtName(e, a) == name {
			figures = append(figures, s.Score)
		}
	}
	mean, _ := scorecard.Mean(figures)
	if mean == nil {
		return noFigure
	}
	return formatNumber(*mean, 1)
}

// exampleBullet is the drawing that the explanation of bullets stands beside.
func exampleBullet() chart.SVG {
	at := func(v float64) *float64 { return &v }
	return chart.Bullet{High: 100, Value: at(78), Previous: at(83), Target: at(90), Fair: at(81), Good: at(90)}.SVG()
}
