package server

import (
	"petajalan/internal/chart"
	"petajalan/internal/fault"
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

var placesRoute = publicRoute{
	pattern: "/kelurahan",
	page:    showPlaces,
	paths:   func(*edition) []string { return []string{"/kelurahan"} },
	query:   []string{wordOrder},
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
	Honesty      honestyView
	Score        headline
	Trend        trendFigure
	Services     serviceTable
	Notes        []note
	Lowest       []pacedNote
	Shares       shares
	Found        string // "12 dari 20 indikator mencapai target"
	Indicators   []indicatorRow
	LeftOut      []indicatorRow // not due, not applicable, excepted
	Satisfaction *satisfactionView
	Sheet, Embed string // addresses of what is printed and of what other sites show
	Office       string // website of the office, empty when none is known
	Neighbours   []tile
}

func showPlace(e *edition, p params) (view, error) {
	agency := e.AgencyBySlug(p.path["nama"])
	if agency == nil || !agency.Reports {
		return view{}, fault.New(fault.NotFound, "Tidak ada kelurahan bernama “%s” di Kota Blitar. Pilih dari daftar kelurahan, atau cari namanya.", shorten(p.path["nama"], 40))
	}
	place := placeName(e, agency)
	score := shownScore(e, agency.Code)
	scores := shownScores(e, agency.Code)
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
		Honesty:      newHonesty(e, scoring.LevelAgency, agency.Code),
		Score:        placeHeadline(e, agency, score, among),
		Trend:        newTrend(e, comparisonFinding(e, agency, scores, means, among), scores, "Rerata", means),
		Services:     newServiceTable(e, agency),
		Notes:        agencyNotes(e, agency),
		Lowest:       attention(e, scoring.LevelAgency, agency.Code),
		Shares:       agencyShares(e, agency, score),
		Satisfaction: newSatisfactionView(e, agency),
		Sheet:        printPath(e, nil, agency),
		Embed:        e.Link(embedPath(e, agency)),
		Office:       agency.Website,
	}
	page.Card = cardPath(e, agency)
	page.Found, page.Indicators, page.LeftOut = agencyIndicators(e, agency)
	for _, other := range peers {
		if other != agency && districtName(e, other) == page.District {
			page.Neighbours = append(page.Neighbours, newTile(e, other))
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
	h := headline{Figure: t.Text, Unit: "dari 100", Rating: t.Rating}
	if isLate(e, agency.Code) {
		h.Late = true
		if calendar := e.Calendar(period); calendar != nil {
			h.Due = calendar.DueAt
		}
	} else {
		h.Facts = []fact{movementFact(e, "Dari triwulan lalu", latestMovement(e, scoring.LevelAgency, agency.Code))}
	}
	if t.Text == noFigure {
		h.Unit = ""
	}
	if mean, _ := e.PeerMean(agency.Code, period); mean != nil {
		h.Facts = append(h.Facts, fact{Name: "Rerata " + among, Text: formatNumber(*mean, 1), Href: e.Link("/kelurahan")})
	}
	if city := scoreTextOf(e, e.Score(scoring.LevelCity, scoring.CityCode, period)); city.Text != noFigure {
		h.Facts = append(h.Facts, fact{Name: "Nilai Kota Blitar", Text: city.Text, Href: e.Link("/")})
	}
	h.Facts = append(h.Facts, spanFact(e, s))
	h.Counts = ratingCounts(e, s)
	return h
}

// agencyShares take an agency's score apart by goals.
func agencyShares(e *edition, agency *scorecard.Agency, s *scorecard.Score) shares {
	table := shares{What: "Yang dinilai", Heading: "Dari mana nilainya?", Sum: noFigure,
		Note: "Bobot tiap tujuan adalah jumlah bobot target yang sudah dinilai. Sumbangan adalah nilai dikali bobot; jumlahnya dapat berbeda 0,1 karena pembulatan."}
	if s == nil || s.Score == nil {
		return table
	}
	for _, part := range e.Portions(agency.Code, e.View.Latest()) {
		table.Rows = append(table.Rows, shareRow{
			Name: part.Goal.Name, Href: e.Link("/tujuan/" + part.Goal.Code),
			Score: formatNumber(part.Score, 1), Weight: formatNumber(part.Weight, 1) + "%", Contribution: formatNumber(part.Points, 1),
			Bar: chart.Bar(geometry(&part.Score), 0, 100),
		})
	}
	table.Sum = scoreTextOf(e, s).Text
	table.Heading = "Dari mana nilai " + table.Sum + "?"
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
		t := tallyOf(e, targets)
		found = sentenceStart(countOf(t.Reached, len(due))) + " indikator mencapai target"
		if t.Missing > 0 {
			found += ", " + formatCount(t.Missing) + " belum ada datanya"
		}
	}
	return found, due, leftOut
}
