package server

import (
	"math/big"

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
	query:   []string{wordOrder},
}

// homePage is the city at a glance, in the order in which it is shown.
type homePage struct {
	Page
	Heading   string
	Honesty   honestyView
	Score     headline
	Search    searchBox
	Trend     trendFigure
	Goals     shares
	Found     string // "412 dari 742 target tercapai"
	Targets   segments
	Lowest    []pacedNote
	Places    places
	Agencies  agencyTable
	Improved  []note
	Attention []pacedNote
	Example   chart.SVG // a bullet, to explain bullets
}

// orders in which a reader may have a list; the first is the usual one.
const (
	byName   = "nama"
	byScore  = "nilai"
	byChange = "perubahan"
)

var orders = []string{byName, byScore, byChange}

// orderOf is the order asked for; an unknown one is the usual one.
func orderOf(p params) string {
	switch order := p.query.Get(wordOrder); order {
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
		Honesty:  newHonesty(e, scoring.LevelCity, scoring.CityCode),
		Score:    cityHeadline(e, score),
		Search:   newSearch(e, "Lihat rapor di tempat Anda", ""),
		Trend:    newTrend(e, trendFinding(e, scoring.LevelCity, scoring.CityCode), scores, "", nil),
		Goals:    goalShares(e, score),
		Lowest:   attention(e, scoring.LevelCity, scoring.CityCode),
		Places:   newPlaces(e),
		Agencies: newAgencyTable(e, orderOf(p)),
		Example:  exampleBullet(),
	}
	page.Improved, page.Attention = highlights(e)
	page.Found, page.Targets = targetsFinding(e, e.AchievementsUnder(scoring.LevelCity, scoring.CityCode, period))
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
		movementFact(e, "Dari triwulan lalu", latestMovement(e, scoring.LevelCity, scoring.CityCode)),
		{Name: "Unit yang melapor", Text: formatCount(reported) + " dari " + formatCount(due)},
	}}
	h.Facts = append(h.Facts, spanFact(e, s))
	h.Counts = ratingCounts(e, s)
	return h
}

// targetsFinding counts what became of targets, as a sentence and as parts of a whole.
func targetsFinding(e *edition, targets []*scorecard.Achievement) (string, segments) {
	t := tallyOf(e, targets)
	due := t.Scored() + t.Missing
	finding := "Belum ada target yang jatuh tempo"
	if due > 0 {
		finding = sentenceStart(countOf(t.Reached, due)) + " target tercapai"
	}
	return finding, t.segments(e)
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

// exampleBullet is the drawing that the explanation of bullets stands beside.
func exampleBullet() chart.SVG {
	at := func(v float64) *float64 { return &v }
	return chart.Bullet{High: 100, Value: at(78), Previous: at(83), Target: at(90), Fair: at(81), Good: at(90)}.SVG()
}
